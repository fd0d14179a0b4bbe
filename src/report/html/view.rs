//! What the template of the HTML page reads: the report in words, everything hidden shown, nothing left to decide.

use serde::Serialize;

use super::excerpt::Excerpt;
use crate::report::human;
use crate::report::model::{
    AreaScore, Finding, Level, Outcome, Report, Sandbox, Stage, SuppressedFinding, Target, Verdict, VerdictOutcome,
};
use crate::report::prose::{self, Block, Span};
use crate::report::words::{self, count};
use crate::text::visible;

/// Findings of one check that are told in full.
const SHOWN: usize = 3;
/// Characters of a message, a reason or another text from elsewhere.
const LONGEST: usize = 2_000;
/// Questions that are asked.
const QUESTIONS: usize = 3;

type Lines = Vec<Vec<Span>>;

/// The page.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    style: &'a str,
    style_hash: &'a str,
    version: String,
    target: TargetView,
    run: Run,
    started: Moment,
    seconds: String,
    score: ScoreView,
    core: Vec<AreaView>,
    other: Vec<AreaView>,
    contents: Vec<Link>,
    levels: Vec<LevelView>,
    questions: Vec<Lines>,
    broken: Vec<Group>,
    blocked: Vec<Group>,
    not_run: Vec<Group>,
    suppressed: Vec<SuppressedView>,
    faulty: Vec<Faulty>,
    stages: Vec<StageView>,
    sandbox: Option<SandboxView>,
    route: Vec<Step>,
    all: Vec<AllOfArea>,
    all_title: String,
    states: States,
}

/// A colour's class, the symbol that says the same, and the word for it.
#[derive(Clone, Serialize)]
struct State {
    class: &'static str,
    symbol: &'static str,
    word: &'static str,
}

#[derive(Serialize)]
struct States {
    pass: State,
    warn: State,
}

#[derive(Serialize)]
struct TargetView {
    name: String,
    /// As it was given, when that says more than the name.
    given: String,
    kind: String,
    commit: &'static str,
    hash: String,
    dirty: bool,
    scaffold: String,
    tree: String,
}

#[derive(Serialize)]
struct Run {
    class: &'static str,
    symbol: &'static str,
    word: &'static str,
    /// The colour of the page's icon.
    icon: &'static str,
    sentence: String,
    how: String,
}

#[derive(Serialize)]
struct Moment {
    machine: String,
    human: String,
}

#[derive(Serialize)]
struct ScoreView {
    earned: u32,
    possible: u32,
    missing: String,
}

#[derive(Serialize)]
struct AreaView {
    name: String,
    points: String,
    /// How much of a bar of 100 is full.
    bar: Option<u32>,
    tally: String,
    state: State,
}

#[derive(Serialize)]
struct Link {
    anchor: &'static str,
    title: &'static str,
    number: usize,
}

#[derive(Serialize)]
struct LevelView {
    title: &'static str,
    class: &'static str,
    symbol: &'static str,
    number: usize,
    checks: Vec<Check>,
}

#[derive(Serialize)]
struct Check {
    next: bool,
    id: String,
    title: Vec<Span>,
    area: String,
    points: String,
    known: Vec<String>,
    /// Such as how many findings are left out.
    reason: String,
    findings: Vec<FindingView>,
    more: Vec<FindingView>,
    more_title: String,
    why: Vec<Block>,
    fix: Vec<Block>,
}

#[derive(Serialize)]
struct FindingView {
    place: String,
    message: Lines,
    excerpt: Option<Excerpt>,
}

#[derive(Serialize)]
struct Group {
    reason: Lines,
    levels: Vec<Ids>,
}

#[derive(Serialize)]
struct Ids {
    word: &'static str,
    ids: Vec<String>,
}

#[derive(Serialize)]
struct SuppressedView {
    id: String,
    title: Vec<Span>,
    level: &'static str,
    partial: bool,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    reason: Lines,
    place: String,
    title: String,
    findings: Vec<FindingView>,
}

#[derive(Serialize)]
struct Faulty {
    check: String,
    place: String,
    problem: Lines,
}

#[derive(Serialize)]
struct StageView {
    name: String,
    state: State,
    time: String,
    detail: Vec<Span>,
}

#[derive(Serialize)]
struct SandboxView {
    engine: String,
    profile: String,
    held: Vec<String>,
    not_held: Vec<String>,
}

#[derive(Serialize)]
struct Step {
    what: String,
    value: String,
    source: String,
}

#[derive(Serialize)]
struct AllOfArea {
    area: String,
    checks: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    title: Vec<Span>,
    state: State,
    level: &'static str,
    points: u32,
}

impl<'a> Page<'a> {
    /// Puts a report into words.
    pub(super) fn new(report: &Report, fail_on: Level, style: &'a str, style_hash: &'a str) -> Self {
        let (core, other) = areas(report, fail_on);
        let mut page = Self {
            style,
            style_hash,
            version: visible(&report.tool.version),
            target: target(&report.target),
            run: run(report, fail_on),
            started: moment(&report.timing.started),
            seconds: human::seconds(report.timing.seconds),
            score: score(report),
            core,
            other,
            contents: Vec::new(),
            levels: levels(report),
            questions: report
                .questions
                .iter()
                .take(QUESTIONS)
                .map(|question| lines(&question.text))
                .collect(),
            broken: groups(report, VerdictOutcome::Broken),
            blocked: groups(report, VerdictOutcome::Blocked),
            not_run: groups(report, VerdictOutcome::NotRun),
            suppressed: suppressed(report),
            faulty: faulty(report),
            stages: report.stages.iter().map(stage).collect(),
            sandbox: report.sandbox.as_ref().map(sandbox),
            route: route(report),
            all: all(report),
            all_title: all_title(report),
            states: States {
                pass: state(VerdictOutcome::Passed),
                warn: state(VerdictOutcome::Blocked),
            },
        };
        page.contents = page.contents(report);
        page
    }

    fn contents(&self, report: &Report) -> Vec<Link> {
        let number = |outcome| words::number(report, outcome);
        let unseen = number(VerdictOutcome::Broken) + number(VerdictOutcome::Blocked) + number(VerdictOutcome::NotRun);
        let links = [
            (
                !self.levels.is_empty(),
                "findings",
                "Findings",
                number(VerdictOutcome::Failed),
            ),
            (
                !self.questions.is_empty(),
                "questions",
                "Ask the author",
                self.questions.len(),
            ),
            (unseen > 0, "unseen", "Not looked at", unseen),
            (
                !self.suppressed.is_empty() || !self.faulty.is_empty(),
                "suppressed",
                "Suppressed",
                self.suppressed.len(),
            ),
            (true, "evidence", "Evidence", 0),
            (true, "all", "All checks", report.verdicts.len()),
        ];
        let shown = links.into_iter().filter(|(shown, ..)| *shown);
        let links = shown.map(|(_, anchor, title, number)| Link { anchor, title, number });
        links.collect()
    }
}

fn state(outcome: VerdictOutcome) -> State {
    let (class, symbol) = match outcome {
        VerdictOutcome::Passed => ("pass", "✓"),
        VerdictOutcome::Failed => ("fail", "✗"),
        VerdictOutcome::Blocked => ("warn", "!"),
        VerdictOutcome::NotRun => ("none", "–"),
        VerdictOutcome::NotApplicable => ("none", "·"),
        VerdictOutcome::Suppressed => ("warn", "~"),
        VerdictOutcome::Broken => ("odd", "!"),
    };
    State {
        class,
        symbol,
        word: words::outcome(outcome),
    }
}

fn target(target: &Target) -> TargetView {
    let scaffold = target.scaffold.as_ref().map(|scaffold| {
        let (template, theme, variant) = (&scaffold.template, &scaffold.theme, &scaffold.variant);
        visible(&format!(
            "scaffold {template} {}, theme {theme}, variant {variant}",
            scaffold.version
        ))
    });
    let kind = visible(words::kind(&target.kind));
    let last = target
        .given
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let name = match last {
        "" | "." | ".." => format!("A {kind}"),
        name => visible(name),
    };
    let given = visible(&target.given);
    TargetView {
        given: if given == name || given == "." {
            String::new()
        } else {
            given
        },
        name,
        kind,
        commit: match target.commit {
            Some(_) => "commit",
            None => "nothing committed",
        },
        hash: target
            .commit
            .as_deref()
            .map(|commit| visible(&commit.chars().take(12).collect::<String>()))
            .unwrap_or_default(),
        dirty: target.dirty && target.commit.is_some(),
        scaffold: scaffold.unwrap_or_default(),
        tree: visible(&target.tree),
    }
}

fn run(report: &Report, fail_on: Level) -> Run {
    let (class, symbol, icon) = match report.outcome {
        Outcome::Passed => ("pass", "✓", "14692d"),
        Outcome::Failed => ("fail", "✗", "b0241c"),
        Outcome::Incomplete => ("warn", "–", "7b5200"),
        Outcome::Broken => ("odd", "!", "5b468a"),
    };
    let sentence = words::sentence(report, fail_on);
    let mut letters = sentence.chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    Run {
        class,
        symbol,
        icon,
        word: words::run(report.outcome),
        sentence: format!("{first}{}.", letters.as_str()),
        how: match &report.sandbox {
            None => "Only what can be read was judged: no code of the project was run.".to_owned(),
            Some(sandbox) => {
                let held = count(sandbox.held.len(), "limit", "limits");
                let not_held = match sandbox.not_held.len() {
                    0 => String::new(),
                    more => format!(", {more} not"),
                };
                format!("Its code was run in containers, {held} held{not_held}.")
            }
        },
    }
}

/// `2026-01-05T09:30:00Z` for people.
fn moment(started: &str) -> Moment {
    let human = match started.split_once('T') {
        Some((date, time)) => format!("{date} {} UTC", time.get(..5).unwrap_or(time)),
        None => started.to_owned(),
    };
    Moment {
        machine: visible(started),
        human: visible(&human),
    }
}

fn score(report: &Report) -> ScoreView {
    let missing = words::number(report, VerdictOutcome::NotRun) + words::number(report, VerdictOutcome::Broken);
    ScoreView {
        earned: report.score.earned,
        possible: report.score.possible,
        missing: match missing {
            0 => String::new(),
            _ => format!("not counting {} without a result", count(missing, "check", "checks")),
        },
    }
}

/// The areas that are looked at in every project, selected or not, and the others that concern this one.
fn areas(report: &Report, fail_on: Level) -> (Vec<AreaView>, Vec<AreaView>) {
    let none = AreaScore::default();
    let core = words::core_areas().iter().map(|name| {
        let score = report.score.areas.get(*name).unwrap_or(&none);
        area(report, name, score, fail_on)
    });
    let other = words::areas(report)
        .into_iter()
        .filter(|(name, _, core)| !core && !words::tally(report, name).is_empty())
        .map(|(name, score, _)| area(report, name, score, fail_on));
    (core.collect(), other.collect())
}

fn area(report: &Report, name: &str, score: &AreaScore, fail_on: Level) -> AreaView {
    let of = || report.verdicts.iter().filter(|verdict| verdict.area == name);
    let any = |outcome| of().any(|verdict| verdict.outcome == outcome);
    let outcome = if of().any(|verdict| verdict.fails_at(fail_on)) {
        VerdictOutcome::Failed
    } else if any(VerdictOutcome::Broken) {
        VerdictOutcome::Broken
    } else if any(VerdictOutcome::Failed) || any(VerdictOutcome::Blocked) {
        // Optional checks that do not hold.
        VerdictOutcome::Blocked
    } else if any(VerdictOutcome::NotRun) || !any(VerdictOutcome::Passed) {
        VerdictOutcome::NotRun
    } else {
        VerdictOutcome::Passed
    };
    let tally = words::tally(report, name);
    AreaView {
        name: visible(name),
        points: match score.possible {
            0 => String::new(),
            possible => format!("{} of {possible}", score.earned),
        },
        bar: (score.possible > 0).then(|| score.earned.saturating_mul(100) / score.possible),
        tally: match tally.is_empty() {
            false => tally,
            true if of().next().is_none() => "no check selected".to_owned(),
            true => "nothing applies".to_owned(),
        },
        state: state(outcome),
    }
}

fn levels(report: &Report) -> Vec<LevelView> {
    let failed = words::failed_by_importance(report);
    let next = failed.first().map(|verdict| &verdict.id);
    let levels = [
        (Level::Required, "Required", "fail", "✗"),
        (Level::Recommended, "Recommended", "warn", "!"),
        (Level::Bonus, "Bonus", "none", "–"),
    ];
    levels
        .into_iter()
        .map(|(level, title, class, symbol)| {
            let of = failed.iter().filter(|verdict| verdict.level == level);
            let checks: Vec<Check> = of.map(|verdict| check(verdict, next == Some(&verdict.id))).collect();
            LevelView {
                title,
                class,
                symbol,
                number: checks.len(),
                checks,
            }
        })
        .filter(|level| level.number > 0)
        .collect()
}

fn check(verdict: &Verdict, next: bool) -> Check {
    let shown = match verdict.findings.len() {
        all if all <= SHOWN + 1 => all,
        _ => SHOWN,
    };
    let (full, folded) = verdict.findings.split_at(shown);
    Check {
        next,
        id: visible(&verdict.id),
        title: prose::spans(&verdict.title),
        area: visible(&verdict.area),
        points: count(verdict.points as usize, "point", "points"),
        known: verdict.also_known_as.iter().map(|name| visible(name)).collect(),
        reason: visible(verdict.reason.as_deref().unwrap_or_default()),
        findings: full.iter().map(|found| finding(found, true)).collect(),
        more: folded.iter().map(|found| finding(found, false)).collect(),
        more_title: count(folded.len(), "more finding", "more findings"),
        why: prose::blocks(cut(&verdict.why)),
        fix: prose::blocks(cut(&verdict.fix)),
    }
}

fn finding(finding: &Finding, full: bool) -> FindingView {
    FindingView {
        place: words::place(finding).map(|place| visible(&place)).unwrap_or_default(),
        message: lines(&finding.message),
        excerpt: Excerpt::of(finding).filter(|_| full),
    }
}

fn groups(report: &Report, outcome: VerdictOutcome) -> Vec<Group> {
    let key = |verdict: &Verdict| match outcome {
        VerdictOutcome::Blocked => words::blocked_by(verdict),
        _ => words::reason(verdict).to_owned(),
    };
    let ids = |members: &[&Verdict], level| -> Vec<String> {
        let members = members.iter().filter(|verdict| verdict.level == level);
        members.map(|verdict| visible(&verdict.id)).collect()
    };
    words::grouped(&words::with(report, outcome), key)
        .into_iter()
        .map(|(reason, members)| Group {
            reason: lines(&reason),
            levels: [Level::Required, Level::Recommended, Level::Bonus]
                .into_iter()
                .map(|level| Ids {
                    word: words::level(level),
                    ids: ids(&members, level),
                })
                .filter(|level| !level.ids.is_empty())
                .collect(),
        })
        .collect()
}

fn suppressed(report: &Report) -> Vec<SuppressedView> {
    let verdicts = report.verdicts.iter().filter(|verdict| !verdict.suppressed.is_empty());
    verdicts
        .map(|verdict| {
            let mut entries: Vec<(&SuppressedFinding, Vec<FindingView>)> = Vec::new();
            for suppressed in &verdict.suppressed {
                let view = finding(&suppressed.finding, false);
                let known = entries
                    .iter_mut()
                    .find(|(first, _)| (&first.path, first.line) == (&suppressed.path, suppressed.line));
                match known {
                    Some((_, findings)) => findings.push(view),
                    None => entries.push((suppressed, vec![view])),
                }
            }
            SuppressedView {
                id: visible(&verdict.id),
                title: prose::spans(&verdict.title),
                level: words::level(verdict.level),
                partial: verdict.outcome != VerdictOutcome::Suppressed,
                entries: entries
                    .into_iter()
                    .map(|(first, findings)| Entry {
                        reason: lines(&first.reason),
                        place: visible(&format!("{}:{}", first.path, first.line)),
                        title: count(findings.len(), "finding", "findings"),
                        findings,
                    })
                    .collect(),
            }
        })
        .collect()
}

fn faulty(report: &Report) -> Vec<Faulty> {
    let faulty = report.suppressions.iter().filter_map(|suppression| {
        Some(Faulty {
            check: visible(&suppression.check),
            place: visible(&format!("{}:{}", suppression.path, suppression.line)),
            problem: lines(suppression.problem.as_deref()?),
        })
    });
    faulty.collect()
}

fn stage(stage: &Stage) -> StageView {
    let outcome = match stage.outcome.as_str() {
        "passed" => VerdictOutcome::Passed,
        "failed" => VerdictOutcome::Failed,
        "blocked" => VerdictOutcome::Blocked,
        _ => VerdictOutcome::NotRun,
    };
    let ran = matches!(outcome, VerdictOutcome::Passed | VerdictOutcome::Failed);
    StageView {
        name: visible(&stage.name),
        state: state(outcome),
        time: match (ran, stage.cached) {
            (false, _) => "–".to_owned(),
            (true, false) => human::seconds(stage.seconds),
            (true, true) => format!("{}, cached", human::seconds(stage.seconds)),
        },
        detail: prose::spans(cut(&stage.detail)),
    }
}

fn sandbox(sandbox: &Sandbox) -> SandboxView {
    let all = |limits: &[String]| limits.iter().map(|limit| visible(limit)).collect();
    SandboxView {
        engine: visible(&format!("{}, {}, API {}", sandbox.engine, sandbox.os, sandbox.api)),
        profile: visible(&sandbox.profile),
        held: all(&sandbox.held),
        not_held: all(&sandbox.not_held),
    }
}

fn route(report: &Report) -> Vec<Step> {
    let steps = report.route.iter().map(|step| Step {
        what: visible(&step.what),
        value: visible(cut(&step.value)),
        source: match step.source.as_str() {
            "default" => "by default".to_owned(),
            source => visible(&format!("from {source}")),
        },
    });
    steps.collect()
}

fn all(report: &Report) -> Vec<AllOfArea> {
    let rows = |area: &str| -> Vec<Row> {
        let verdicts = report.verdicts.iter().filter(|verdict| verdict.area == area);
        let rows = verdicts.map(|verdict| Row {
            id: visible(&verdict.id),
            title: prose::spans(&verdict.title),
            state: state(verdict.outcome),
            level: words::level(verdict.level),
            points: verdict.points,
        });
        rows.collect()
    };
    // Of an area in which nothing applies there may be no score.
    let mut names: Vec<&str> = words::areas(report).into_iter().map(|(name, ..)| name).collect();
    for verdict in &report.verdicts {
        if !names.contains(&verdict.area.as_str()) {
            names.push(&verdict.area);
        }
    }
    names
        .into_iter()
        .map(|name| AllOfArea {
            area: visible(name),
            checks: rows(name),
        })
        .filter(|area| !area.checks.is_empty())
        .collect()
}

fn all_title(report: &Report) -> String {
    let all = count(report.verdicts.len(), "check", "checks");
    let parts = [
        VerdictOutcome::Passed,
        VerdictOutcome::Failed,
        VerdictOutcome::Blocked,
        VerdictOutcome::NotRun,
        VerdictOutcome::Suppressed,
        VerdictOutcome::Broken,
        VerdictOutcome::NotApplicable,
    ]
    .map(|outcome| (words::number(report, outcome), words::outcome(outcome)));
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    match parts.is_empty() {
        true => all,
        false => format!("{all}: {}", parts.join(", ")),
    }
}

fn lines(message: &str) -> Lines {
    prose::lines(cut(message.trim()))
}

/// The beginning of a text that is longer than anyone reads.
fn cut(text: &str) -> &str {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => &text[..at],
        None => text,
    }
}
