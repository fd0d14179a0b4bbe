//! Several reports in a few lines: which project came out how.

use super::page::{HEADING, Line, Page, seconds};
use crate::report::model::{Outcome, Report};
use crate::report::words::count;
use crate::style::{DIM, GREEN, RED, YELLOW};
use crate::text;

/// What the list of several projects says of one.
#[derive(Debug, Clone)]
pub struct Summary {
    given: String,
    outcome: Outcome,
    earned: u32,
    possible: u32,
    seconds: f64,
}

impl Summary {
    /// The summary of a report.
    pub fn of(report: &Report) -> Self {
        Self {
            given: report.target.called().to_owned(),
            outcome: report.outcome,
            earned: report.score.earned,
            possible: report.score.possible,
            seconds: report.timing.seconds,
        }
    }
}

/// Writes a line for each report.
pub(super) fn write(page: &mut Page, reports: &[Summary]) {
    page.heading(HEADING, &count(reports.len(), "project", "projects"), "");
    // The columns beside the name take 45.
    let room = (page.width() / 2).min(page.width().saturating_sub(45)).max(12);
    let names: Vec<String> = reports
        .iter()
        .map(|report| text::truncate_middle(&text::visible(&report.given), room))
        .collect();
    let column = 4 + names.iter().map(|name| text::width(name)).max().unwrap_or(0);
    for (report, name) in reports.iter().zip(&names) {
        let (style, symbol, word) = match report.outcome {
            Outcome::Passed => (GREEN, "✓", "passed"),
            Outcome::Failed => (RED, "✗", "failed"),
            Outcome::Incomplete => (YELLOW, "–", "incomplete"),
            Outcome::Broken => (RED, "!", "broken"),
        };
        let score = format!("{} of {} points", report.earned, report.possible);
        page.line(
            Line::indented(2)
                .styled(style, symbol)
                .text(&format!(" {name}"))
                .pad_to(column)
                .styled(style, &format!("  {word:10}"))
                .text(&format!("  {score:>18}"))
                .styled(DIM, &format!("  {:>7}", seconds(report.seconds))),
        );
    }
}
