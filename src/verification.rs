//! One verification: from a folder to a report.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::checks::{Check, judge, questions};
use crate::contract::Kind;
use crate::engine::session::{self, Session};
use crate::engine::{Engine, EngineError, sandbox};
use crate::events::{Event, Sink, StageOutcome};
use crate::facts::docker::result_cache::ResultCache;
use crate::facts::docker::{self, Bench, Options, Statics};
use crate::facts::suppressions::{self, SuppressionFacts};
use crate::facts::{Fact, FactName, FactSet, Route, statics};
use crate::report::model::{
    AreaScore, Excerpt, Level, Outcome, Report, SCHEMA, Sandbox, ScaffoldOrigin, Score, Stage, Suppression, Target,
    Timing, Tool, Verdict, VerdictOutcome,
};
use crate::report::shown;
use crate::report::time::rfc3339;
use crate::source::{Limits, Snapshot, SourceError};

/// What to verify, and how.
pub struct Request<'a> {
    /// The target as the user gave it.
    pub given: &'a str,
    /// Its folder.
    pub folder: &'a Path,
    /// The kind that the user named.
    pub kind: Option<Kind>,
    /// The Python version that the user named.
    pub python: Option<&'a str>,
    /// The selected checks.
    pub checks: Vec<&'a Check>,
    /// The ids of all loaded checks, selected or not: a suppression of another is a mistake.
    pub known_checks: BTreeSet<&'a str>,
    /// Judge what the repository asks not to hear of, too.
    pub ignore_suppressions: bool,
    /// Start no container: checks that need one are left out.
    pub static_only: bool,
    /// Keep the containers.
    pub keep: bool,
    /// The lowest level of check whose failure fails the run.
    pub fail_on: Level,
    /// How to run code.
    pub options: Options,
    /// Finds the engine; asked only when a check needs it.
    pub engine: &'a dyn Fn() -> Result<Arc<dyn Engine>, EngineError>,
}

/// Verifies one folder.
///
/// # Errors
///
/// When the folder cannot be read. Everything else is told by the report.
pub fn verify(request: &Request<'_>, sink: &dyn Sink) -> Result<Report, SourceError> {
    let (started, begun) = (SystemTime::now(), Instant::now());
    sink.emit(Event::StageStarted { stage: "static" });
    let snapshot = Snapshot::from_folder(request.folder, &Limits::default())?;
    let route = Route::find(&snapshot, request.kind, request.python);
    let checks: Vec<&Check> = request
        .checks
        .iter()
        .copied()
        .filter(|check| check.concerns(route.kind) && !(request.static_only && check.is_dynamic()))
        .collect();
    let needed: BTreeSet<FactName> = checks.iter().flat_map(|check| check.all_needs()).collect();

    let mut facts = FactSet::default();
    let typed = statics::collect(&snapshot, &route, &needed, &mut facts);
    let suppressions = suppressions::collect(&snapshot, route.contract.as_ref(), &request.known_checks);
    if needed.contains(&FactName::Suppressions) {
        facts.insert(FactName::Suppressions, Fact::Known(&suppressions));
    }
    let files = snapshot.files().len();
    let mut stages = vec![Stage {
        name: "static".to_owned(),
        outcome: "passed".to_owned(),
        seconds: begun.elapsed().as_secs_f64(),
        cached: false,
        detail: format!("{files} files read"),
    }];
    sink.emit(Event::StageFinished {
        stage: "static",
        outcome: StageOutcome::Passed,
        took: begun.elapsed(),
        cached: false,
        detail: format!("{files} files read"),
    });

    let mut confined = None;
    if needed.iter().any(|fact| fact.is_dynamic()) {
        match run_stages(request, &snapshot, &route, &needed, &typed, &mut facts, sink) {
            Ok((ran, sandbox)) => {
                stages.extend(ran);
                confined = Some(sandbox);
            }
            Err(error) => {
                let why = docker::bench::describe(&error);
                for name in needed.iter().filter(|fact| fact.is_dynamic()) {
                    facts.insert(*name, Fact::<()>::unavailable(why.clone()));
                }
            }
        }
    }

    let mut context = judge::Context::new(&facts);
    if !request.ignore_suppressions {
        context = context.suppressing(&suppressions.entries);
    }
    let mut verdicts: Vec<Verdict> = checks.iter().map(|check| judge::judge(check, &context)).collect();
    for verdict in &mut verdicts {
        attach_excerpts(verdict, &snapshot);
    }
    let questions = questions::choose(&checks, &verdicts, &context);
    let mut report = Report {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: "proofolio".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        target: Target {
            given: request.given.to_owned(),
            name: folder_name(request.folder),
            kind: route.kind.map_or("unknown", Kind::name).to_owned(),
            commit: typed.git.head.clone(),
            dirty: typed.git.dirty,
            scaffold: route
                .contract
                .as_ref()
                .and_then(|contract| contract.scaffold.as_ref())
                .map(|origin| ScaffoldOrigin {
                    template: origin.template.clone(),
                    version: origin.version,
                    theme: origin.theme.clone(),
                    variant: origin.variant.clone(),
                }),
            tree: snapshot.tree_hash().to_owned(),
        },
        outcome: outcome(&verdicts, request.fail_on),
        score: score(&verdicts),
        stages,
        suppressions: suppressed(&suppressions, &verdicts, request.ignore_suppressions),
        questions,
        verdicts,
        sandbox: confined,
        route: route.steps.clone(),
        timing: Timing {
            started: rfc3339(started),
            seconds: begun.elapsed().as_secs_f64(),
        },
    };
    shown::mask(&mut report);
    Ok(report)
}

/// Runs what needs an engine, and removes everything that it made.
fn run_stages(
    request: &Request<'_>,
    snapshot: &Snapshot,
    route: &Route,
    needed: &BTreeSet<FactName>,
    typed: &statics::StaticFacts,
    facts: &mut FactSet,
    sink: &dyn Sink,
) -> Result<(Vec<Stage>, Sandbox), EngineError> {
    let engine = (request.engine)()?;
    let info = engine.info()?;
    // What an earlier run left behind when it was killed; a failure here is no reason not to verify.
    if let Ok(swept) = session::sweep(engine.as_ref())
        && !swept.removed.is_empty()
    {
        sink.emit(Event::Note {
            message: format!("removed {} leftovers of a run that was killed", swept.removed.len()),
        });
    }
    let session = Session::open(Arc::clone(&engine), request.keep);
    let bench = Bench::new(
        engine.as_ref(),
        &session,
        request.folder,
        snapshot,
        route,
        sink,
        &request.options,
    );
    let statics = Statics {
        requirements: &typed.requirements,
        python: &typed.python,
        tests_written: typed.tests_written,
        dockerfile: &typed.dockerfile,
    };
    let cache = ResultCache::of(&bench, needed, &typed.dockerfile)?;
    let stages = match cache.find(&bench, facts) {
        Some(stages) => stages,
        None => {
            docker::collect(&bench, needed, statics, facts);
            let stages = bench.into_stages();
            cache.store(facts, &stages);
            stages
        }
    };
    for error in session.close() {
        sink.emit(Event::Note {
            message: format!("{error}; `proofolio clean` removes it"),
        });
    }
    let confinement = sandbox::confinement(if info.buildkit { "buildkit" } else { "classic" });
    Ok((
        stages,
        Sandbox {
            engine: format!("{} {}", info.name, info.version),
            api: info.api,
            os: format!("{}/{}", info.os, info.architecture),
            profile: confinement.profile.to_owned(),
            held: confinement.held,
            not_held: confinement.not_held,
        },
    ))
}

/// The name of a folder, however it was given; empty for the root.
fn folder_name(folder: &Path) -> String {
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    full.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Most characters of a line that are looked at; [`shown::mask`] cuts what is shown.
const LONGEST_LINE: usize = 1_000;

/// Gives every finding with a line the line at fault and its neighbours.
fn attach_excerpts(verdict: &mut Verdict, snapshot: &Snapshot) {
    let suppressed = verdict.suppressed.iter_mut().map(|suppressed| &mut suppressed.finding);
    for finding in verdict.findings.iter_mut().chain(suppressed) {
        let (Some(path), Some(line), None) = (&finding.path, finding.line, &finding.excerpt) else {
            continue;
        };
        let Some(text) = snapshot.text(path) else { continue };
        let first = line.saturating_sub(1).max(1);
        let lines: Vec<String> = text
            .content
            .lines()
            .skip(first as usize - 1)
            .take((line - first) as usize + 2)
            .map(|line| line.chars().take(LONGEST_LINE).collect())
            .collect();
        if lines.len() > (line - first) as usize {
            finding.excerpt = Some(Excerpt {
                first_line: Some(first),
                lines,
            });
        }
    }
}

/// The run as a whole. What could not be looked at is never green.
fn outcome(verdicts: &[Verdict], fail_on: Level) -> Outcome {
    let any = |wanted: VerdictOutcome| verdicts.iter().any(|verdict| verdict.outcome == wanted);
    let judged = any(VerdictOutcome::Passed) || any(VerdictOutcome::Failed) || any(VerdictOutcome::Blocked);
    if any(VerdictOutcome::Broken) {
        Outcome::Broken
    } else if verdicts.iter().any(|verdict| verdict.fails_at(fail_on)) {
        Outcome::Failed
    } else if any(VerdictOutcome::NotRun) || !judged {
        Outcome::Incomplete
    } else {
        Outcome::Passed
    }
}

fn score(verdicts: &[Verdict]) -> Score {
    let mut score = Score {
        earned: 0,
        possible: 0,
        areas: std::collections::BTreeMap::new(),
    };
    for verdict in verdicts {
        let area: &mut AreaScore = score.areas.entry(verdict.area.clone()).or_default();
        match verdict.outcome {
            VerdictOutcome::Passed => {
                area.passed += 1;
                area.earned += verdict.points;
                area.possible += verdict.points;
            }
            VerdictOutcome::Failed | VerdictOutcome::Blocked => {
                area.failed += 1;
                area.possible += verdict.points;
            }
            VerdictOutcome::NotRun | VerdictOutcome::Broken => area.not_run += 1,
            VerdictOutcome::Suppressed => area.suppressed += 1,
            VerdictOutcome::NotApplicable => {}
        }
    }
    score.earned = score.areas.values().map(|area| area.earned).sum();
    score.possible = score.areas.values().map(|area| area.possible).sum();
    score
}

/// Every suppression of the repository, with what it did in this run.
fn suppressed(facts: &SuppressionFacts, verdicts: &[Verdict], ignored: bool) -> Vec<Suppression> {
    let findings = |entry: &suppressions::Entry| {
        verdicts
            .iter()
            .filter(|verdict| verdict.id == entry.check)
            .flat_map(|verdict| &verdict.suppressed)
            .filter(|suppressed| suppressed.path == entry.loc.path && suppressed.line as usize == entry.loc.line)
            .count()
    };
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    facts
        .entries
        .iter()
        .map(|entry| Suppression {
            check: entry.check.clone(),
            reason: entry.reason.clone(),
            path: entry.loc.path.clone(),
            line: number(entry.loc.line),
            findings: number(findings(entry)),
            problem: entry
                .problem
                .clone()
                .or_else(|| ignored.then(|| "suppressions are ignored in this run".to_owned())),
        })
        .collect()
}

/// How long a run may take at most, from now on.
pub fn deadline(limit: Duration) -> Instant {
    Instant::now() + limit
}
