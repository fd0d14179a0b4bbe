//! The head of the HTML page: what was verified, the verdict, the areas.

use serde::Serialize;

use super::{State, state};
use crate::report::model::{AreaScore, Level, Outcome, Report, Target, VerdictOutcome};
use crate::report::words::{self, count};
use crate::text::visible;

#[derive(Serialize)]
pub(super) struct TargetView {
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
pub(super) struct Run {
    class: &'static str,
    symbol: &'static str,
    word: &'static str,
    /// The colour of the page's icon.
    icon: &'static str,
    sentence: String,
    how: String,
}

#[derive(Serialize)]
pub(super) struct Moment {
    machine: String,
    human: String,
}

#[derive(Serialize)]
pub(super) struct ScoreView {
    earned: u32,
    possible: u32,
    missing: String,
}

#[derive(Serialize)]
pub(super) struct AreaView {
    name: String,
    points: String,
    /// How much of a bar of 100 is full.
    bar: Option<u32>,
    tally: String,
    state: State,
}

pub(super) fn target(target: &Target) -> TargetView {
    let scaffold = target.scaffold.as_ref().map(|scaffold| {
        let (template, theme, variant) = (&scaffold.template, &scaffold.theme, &scaffold.variant);
        visible(&format!(
            "scaffold {template} {}, theme {theme}, variant {variant}",
            scaffold.version
        ))
    });
    let kind = visible(words::kind(&target.kind));
    let last = target
        .called()
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

pub(super) fn run(report: &Report, fail_on: Level) -> Run {
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
pub(super) fn moment(started: &str) -> Moment {
    let human = match started.split_once('T') {
        Some((date, time)) => format!("{date} {} UTC", time.get(..5).unwrap_or(time)),
        None => started.to_owned(),
    };
    Moment {
        machine: visible(started),
        human: visible(&human),
    }
}

pub(super) fn score(report: &Report) -> ScoreView {
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
pub(super) fn areas(report: &Report, fail_on: Level) -> (Vec<AreaView>, Vec<AreaView>) {
    let none = AreaScore::default();
    let core = words::core_areas().map(|name| {
        let score = report.score.areas.get(name).unwrap_or(&none);
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
