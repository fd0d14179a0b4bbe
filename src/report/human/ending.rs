//! The end of the report, which is read first: the score, the one fix to make next, the verdict.

use super::failures;
use super::page::{HEADING, Line, Page, seconds};
use crate::report::model::{Level, Outcome, Report, VerdictOutcome};
use crate::report::words;
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
    let missing = words::number(report, VerdictOutcome::NotRun) + words::number(report, VerdictOutcome::Broken);
    page.line(match missing {
        0 => line,
        1 => line.styled(DIM, ", not counting the check that gave no result"),
        _ => line.styled(DIM, &format!(", not counting {missing} checks that gave no result")),
    });
}

fn verdict(page: &mut Page, report: &Report, fail_on: Level) {
    let (style, symbol) = match report.outcome {
        Outcome::Passed => (GREEN.bold(), "✓"),
        Outcome::Failed => (RED, "✗"),
        Outcome::Incomplete => (YELLOW.bold(), "–"),
        Outcome::Broken => (RED, "!"),
    };
    let word = words::run(report.outcome);
    let label = Line::default()
        .styled(style, &format!("{symbol} {word}"))
        .text(&format!(": {} ", words::sentence(report, fail_on)))
        .styled(DIM, &format!("({})", seconds(report.timing.seconds)));
    page.line(label);
}
