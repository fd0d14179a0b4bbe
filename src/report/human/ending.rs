//! The end of the report, which is read first: the score, the one fix to make next, the verdict.

use super::failures;
use super::page::{HEADING, Line, Page, count, seconds};
use crate::report::model::{Level, Outcome, Report, VerdictOutcome};
use crate::style::{DIM, GREEN, RED, YELLOW};

/// Writes the end.
pub(super) fn write(page: &mut Page, report: &Report, fail_on: Level) {
    page.gap();
    score(page, report);
    if let Some(verdict) = report.next_fix() {
        page.heading(HEADING, "Fix this next", "");
        failures::block(page, verdict);
        page.gap();
    }
    verdict(page, report, fail_on);
}

fn score(page: &mut Page, report: &Report) {
    let score = &report.score;
    let line = Line::default()
        .styled(HEADING, "Score")
        .text(&format!("  {} of {} points", score.earned, score.possible));
    let missing = number(report, |verdict| verdict == VerdictOutcome::NotRun)
        + number(report, |verdict| verdict == VerdictOutcome::Broken);
    page.line(match missing {
        0 => line,
        1 => line.styled(DIM, ", not counting the check that gave no result"),
        _ => line.styled(DIM, &format!(", not counting {missing} checks that gave no result")),
    });
}

fn verdict(page: &mut Page, report: &Report, fail_on: Level) {
    let (style, symbol, word) = match report.outcome {
        Outcome::Passed => (GREEN.bold(), "✓", "Passed"),
        Outcome::Failed => (RED, "✗", "Failed"),
        Outcome::Incomplete => (YELLOW.bold(), "–", "Incomplete"),
        Outcome::Broken => (RED, "!", "Broken"),
    };
    let label = Line::default()
        .styled(style, &format!("{symbol} {word}"))
        .text(&format!(
            ": {} ",
            match report.outcome {
                Outcome::Passed => passed(report),
                Outcome::Failed => failed(report, fail_on),
                Outcome::Incomplete => incomplete(report, fail_on),
                Outcome::Broken => broken(report),
            }
        ))
        .styled(DIM, &format!("({})", seconds(report.timing.seconds)));
    page.line(label);
}

fn passed(report: &Report) -> String {
    let passed = number(report, |outcome| outcome == VerdictOutcome::Passed);
    let holds = count(passed, "check holds", "checks hold");
    let failed = number(report, |outcome| {
        matches!(outcome, VerdictOutcome::Failed | VerdictOutcome::Blocked)
    });
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
    let failed = number(report, |outcome| outcome == VerdictOutcome::Failed);
    let head = match (failed, fail_on) {
        (0, _) => "nothing failed",
        (_, Level::Required) => "no required check failed",
        (_, Level::Recommended | Level::Bonus) => "no check that counts failed",
    };
    match number(report, |outcome| outcome == VerdictOutcome::NotRun) {
        0 if report.verdicts.is_empty() => "no check was selected".to_owned(),
        0 => format!("{head}, but not everything was looked at"),
        missing => format!("{head}, but {} not run", count(missing, "check was", "checks were")),
    }
}

fn broken(report: &Report) -> String {
    let broken = number(report, |outcome| outcome == VerdictOutcome::Broken);
    format!(
        "{} at fault: no verdict on the project",
        count(broken, "check is itself", "checks are themselves")
    )
}

fn number(report: &Report, is: impl Fn(VerdictOutcome) -> bool) -> usize {
    report.verdicts.iter().filter(|verdict| is(verdict.outcome)).count()
}
