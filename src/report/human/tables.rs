//! The stages and the areas, a line each.

use anstyle::Style;

use super::page::{Line, Page, seconds};
use crate::report::model::{AreaScore, Report, Stage, VerdictOutcome};
use crate::style::{DIM, GREEN, PLAIN, RED, YELLOW};
use crate::text;

/// Cells of a bar.
const BAR: usize = 10;
/// The areas in the order in which a project is built; unknown ones follow by name.
const ORDER: [&str; 11] = [
    "venv",
    "requirements",
    "pytest",
    "dockerfile",
    "ci",
    "service",
    "data",
    "code",
    "docs",
    "history",
    "security",
];

/// Writes the table of stages.
pub(super) fn stages(page: &mut Page, stages: &[Stage]) {
    if stages.is_empty() {
        return;
    }
    page.gap();
    let names = column(stages.iter().map(|stage| stage.name.as_str()));
    let cached = if stages.iter().any(|stage| stage.cached) { 8 } else { 0 };
    for stage in stages {
        let (style, symbol, word) = match stage.outcome.as_str() {
            "passed" => (GREEN, "✓", ""),
            "failed" => (RED, "✗", ""),
            "blocked" => (YELLOW, "!", "blocked"),
            "not-run" => (DIM, "–", "not run"),
            other => (YELLOW, "!", other),
        };
        let ran = matches!(stage.outcome.as_str(), "passed" | "failed");
        let time = if ran { seconds(stage.seconds) } else { String::new() };
        let label = Line::indented(2)
            .styled(style, symbol)
            .text(" ")
            .text(&text::truncate(&text::visible(&stage.name), names))
            .pad_to(4 + names)
            .styled(DIM, &format!("{time:>8}"))
            .styled(DIM, if stage.cached { "  cached" } else { "" })
            .pad_to(4 + names + 8 + cached + 2);
        let detail = match (word, stage.detail.trim()) {
            ("", detail) => detail.to_owned(),
            (word, "") => word.to_owned(),
            (word, detail) if detail.starts_with(word) => detail.to_owned(),
            (word, detail) => format!("{word}: {detail}"),
        };
        if detail.is_empty() {
            page.line(label);
        } else {
            page.labelled(&label, PLAIN, &detail);
        }
    }
}

/// Writes the table of areas.
pub(super) fn areas(page: &mut Page, report: &Report) {
    let mut areas: Vec<(&str, &AreaScore)> = report
        .score
        .areas
        .iter()
        .map(|(name, area)| (name.as_str(), area))
        .filter(|(name, _)| page.verbose() || !tally(report, name).is_empty())
        .collect();
    if areas.is_empty() {
        return;
    }
    page.gap();
    areas.sort_by_key(|(name, _)| {
        let rank = ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len());
        (rank, *name)
    });
    let names = column(areas.iter().map(|(name, _)| *name));
    let points = areas
        .iter()
        .map(|(_, area)| fraction(area).len())
        .max()
        .unwrap_or_default();
    for (name, area) in areas {
        let broken = count(report, name, VerdictOutcome::Broken) > 0;
        let (style, symbol) = symbol(area, broken);
        let full = cells(area);
        let line = Line::indented(2)
            .styled(style, symbol)
            .text(" ")
            .text(&text::truncate(&text::visible(name), names))
            .pad_to(4 + names + 2)
            .styled(style, &"━".repeat(full))
            .styled(DIM, &"·".repeat(BAR - full))
            .text(&format!("  {:>points$}", fraction(area)))
            .styled(DIM, &format!("  {}", tally(report, name)));
        page.line(line);
    }
}

fn symbol(area: &AreaScore, broken: bool) -> (Style, &'static str) {
    if area.failed > 0 {
        (RED, "✗")
    } else if broken {
        (RED, "!")
    } else if area.not_run > 0 || area.passed == 0 {
        (DIM, "–")
    } else {
        (GREEN, "✓")
    }
}

/// A bar is full only when every point is earned, and empty only when none is.
fn cells(area: &AreaScore) -> usize {
    let (earned, possible) = (area.earned as usize, area.possible as usize);
    match (earned, possible) {
        (0, _) | (_, 0) => 0,
        _ if earned >= possible => BAR,
        _ => (earned * BAR / possible).clamp(1, BAR - 1),
    }
}

fn fraction(area: &AreaScore) -> String {
    match area.possible {
        0 => "–".to_owned(),
        possible => format!("{}/{possible}", area.earned),
    }
}

/// How the checks of an area came out; empty when none concerns the project.
fn tally(report: &Report, area: &str) -> String {
    let parts: Vec<String> = [
        (VerdictOutcome::Passed, "passed"),
        (VerdictOutcome::Failed, "failed"),
        (VerdictOutcome::Blocked, "blocked"),
        (VerdictOutcome::NotRun, "not run"),
        (VerdictOutcome::Suppressed, "suppressed"),
        (VerdictOutcome::Broken, "broken"),
    ]
    .into_iter()
    .map(|(outcome, word)| (count(report, area, outcome), word))
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect();
    parts.join(", ")
}

fn count(report: &Report, area: &str, outcome: VerdictOutcome) -> usize {
    report
        .verdicts
        .iter()
        .filter(|verdict| verdict.area == area && verdict.outcome == outcome)
        .count()
}

/// The width of a column of names: as wide as the widest, within reason.
fn column<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names
        .map(|name| text::width(&text::visible(name)))
        .max()
        .unwrap_or(0)
        .min(16)
}
