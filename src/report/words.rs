//! The words of every renderer for people: levels, outcomes, areas in their order, the sentence of the verdict.

use crate::checks::Area;

use super::model::{AreaScore, Finding, Level, Outcome, Report, Verdict, VerdictOutcome};

/// How many of the areas, in their order, are looked at in every project.
const CORE: usize = 5;

/// The areas that are looked at in every project.
pub fn core_areas() -> impl Iterator<Item = &'static str> {
    Area::ALL[..CORE].iter().map(|area| area.name())
}

/// The word for a level.
pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Required => "required",
        Level::Recommended => "recommended",
        Level::Bonus => "bonus",
    }
}

/// The words for the outcome of a check.
pub const fn outcome(outcome: VerdictOutcome) -> &'static str {
    match outcome {
        VerdictOutcome::Passed => "passed",
        VerdictOutcome::Failed => "failed",
        VerdictOutcome::Blocked => "blocked",
        VerdictOutcome::NotRun => "not run",
        VerdictOutcome::NotApplicable => "not applicable",
        VerdictOutcome::Suppressed => "suppressed",
        VerdictOutcome::Broken => "broken",
    }
}

/// The word for the outcome of a run.
pub const fn run(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "Passed",
        Outcome::Failed => "Failed",
        Outcome::Incomplete => "Incomplete",
        Outcome::Broken => "Broken",
    }
}

/// What a kind of project is called.
pub fn kind(kind: &str) -> &str {
    match kind {
        "api" => "REST API",
        "pipeline" => "data pipeline",
        "deploy" => "containerized deployment",
        "unknown" => "project of unknown kind",
        other => other,
    }
}

/// A number with its noun.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `:line:column` as far as known.
pub fn position(finding: &Finding) -> String {
    match (finding.line, finding.column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        (Some(line), None) => format!(":{line}"),
        _ => String::new(),
    }
}

/// `path:line:column` as far as known, or nothing.
pub fn place(finding: &Finding) -> Option<String> {
    Some(format!("{}{}", finding.path.as_ref()?, position(finding)))
}

/// Why a check has no result, in its own words.
pub fn reason(verdict: &Verdict) -> &str {
    match verdict.reason.as_deref() {
        Some(reason) if !reason.trim().is_empty() => reason,
        _ => "no reason was given",
    }
}

/// The areas of a report in the order in which they are shown, each with true when it is looked at in every project.
pub fn areas(report: &Report) -> Vec<(&str, &AreaScore, bool)> {
    // Unknown ones follow by name.
    let rank = |name: &str| {
        let known = Area::ALL.iter().position(|area| area.name() == name);
        known.unwrap_or(Area::ALL.len())
    };
    let mut areas: Vec<_> = report
        .score
        .areas
        .iter()
        .map(|(name, area)| (name.as_str(), area, rank(name) < CORE))
        .collect();
    areas.sort_by_key(|(name, ..)| (rank(name), *name));
    areas
}

/// How the checks of an area came out, such as `3 passed, 1 failed`; empty when none concerns the project.
pub fn tally(report: &Report, area: &str) -> String {
    let number = |outcome| {
        report
            .verdicts
            .iter()
            .filter(|verdict| verdict.area == area && verdict.outcome == outcome)
            .count()
    };
    let outcomes = [
        VerdictOutcome::Passed,
        VerdictOutcome::Failed,
        VerdictOutcome::Blocked,
        VerdictOutcome::NotRun,
        VerdictOutcome::Suppressed,
        VerdictOutcome::Broken,
    ];
    numbers(&outcomes, number)
}

/// The outcomes that occur, each with its number: `3 passed, 1 failed`.
pub fn numbers(outcomes: &[VerdictOutcome], number: impl Fn(VerdictOutcome) -> usize) -> String {
    let parts: Vec<String> = outcomes
        .iter()
        .map(|kind| (number(*kind), outcome(*kind)))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    parts.join(", ")
}

/// The verdicts with an outcome, in the report's order.
pub fn with(report: &Report, outcome: VerdictOutcome) -> Vec<&Verdict> {
    report
        .verdicts
        .iter()
        .filter(|verdict| verdict.outcome == outcome)
        .collect()
}

/// The failed checks, the one to mend first at the beginning: by level, then by points, as [`Report::next_fix`] has it.
pub fn failed_by_importance(report: &Report) -> Vec<&Verdict> {
    let mut failed = with(report, VerdictOutcome::Failed);
    failed.sort_by(|left, right| {
        (right.level, right.points)
            .cmp(&(left.level, left.points))
            .then_with(|| left.id.cmp(&right.id))
    });
    failed
}

/// Verdicts by key, in the order in which the keys first occur.
pub fn grouped<'a>(verdicts: &[&'a Verdict], key: impl Fn(&Verdict) -> String) -> Vec<(String, Vec<&'a Verdict>)> {
    let mut groups: Vec<(String, Vec<&'a Verdict>)> = Vec::new();
    for verdict in verdicts {
        let key = key(verdict);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, members)) => members.push(verdict),
            None => groups.push((key, vec![verdict])),
        }
    }
    groups
}

/// What blocks a check, and why.
pub fn blocked_by(verdict: &Verdict) -> String {
    let by = verdict.blocked_by.as_deref().unwrap_or("an earlier fault");
    match verdict.reason.as_deref() {
        Some(reason) if !reason.trim().is_empty() => format!("blocked by {by}: {reason}"),
        _ => format!("blocked by {by}"),
    }
}

/// The verdict as a sentence that begins after its word: `3 required checks failed, 1 is blocked`.
pub fn sentence(report: &Report, fail_on: Level) -> String {
    match report.outcome {
        Outcome::Passed => passed(report),
        Outcome::Failed => failed(report, fail_on),
        Outcome::Incomplete => incomplete(report, fail_on),
        Outcome::Broken => broken(report),
    }
}

fn passed(report: &Report) -> String {
    let holds = count(number(report, VerdictOutcome::Passed), "check holds", "checks hold");
    let failed = number(report, VerdictOutcome::Failed) + number(report, VerdictOutcome::Blocked);
    match failed {
        0 => holds,
        1 => format!("{holds}, 1 optional one does not"),
        _ => format!("{holds}, {failed} optional ones do not"),
    }
}

fn failed(report: &Report, fail_on: Level) -> String {
    let counted = |outcome| {
        report
            .verdicts
            .iter()
            .filter(|verdict| verdict.fails_at(fail_on) && verdict.outcome == outcome)
            .count()
    };
    let level = match fail_on {
        Level::Required => "required ",
        Level::Recommended | Level::Bonus => "",
    };
    let failed = counted(VerdictOutcome::Failed);
    let blocked = counted(VerdictOutcome::Blocked);
    let checks = |number| count(number, &format!("{level}check"), &format!("{level}checks"));
    match (failed, blocked) {
        (0, 1) => format!("{} is blocked by an earlier fault", checks(1)),
        (0, _) => format!("{} are blocked by an earlier fault", checks(blocked)),
        (_, 0) => format!("{} failed", checks(failed)),
        (_, 1) => format!("{} failed, 1 is blocked", checks(failed)),
        _ => format!("{} failed, {blocked} are blocked", checks(failed)),
    }
}

fn incomplete(report: &Report, fail_on: Level) -> String {
    let head = match (number(report, VerdictOutcome::Failed), fail_on) {
        (0, _) => "nothing failed",
        (_, Level::Required) => "no required check failed",
        (_, Level::Recommended | Level::Bonus) => "no check that counts failed",
    };
    match number(report, VerdictOutcome::NotRun) {
        0 if report.verdicts.is_empty() => "no check was selected".to_owned(),
        0 => format!("{head}, but no check gave a verdict"),
        missing => format!("{head}, but {} not run", count(missing, "check was", "checks were")),
    }
}

fn broken(report: &Report) -> String {
    format!(
        "{} at fault: no verdict on the project",
        count(
            number(report, VerdictOutcome::Broken),
            "check is itself",
            "checks are themselves"
        )
    )
}

/// How many verdicts have an outcome.
pub fn number(report: &Report, outcome: VerdictOutcome) -> usize {
    report
        .verdicts
        .iter()
        .filter(|verdict| verdict.outcome == outcome)
        .count()
}
