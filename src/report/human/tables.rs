//! The stages and the areas, a line each.

use anstyle::Style;

use super::page::{Line, Page, seconds};
use crate::report::model::{AreaScore, Report, Stage, VerdictOutcome};
use crate::report::words::{self, tally};
use crate::style::{DIM, GREEN, PLAIN, RED, YELLOW};
use crate::text;

/// Cells of a bar.
const BAR: usize = 10;

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
    let mut areas = words::areas(report);
    areas.retain(|(name, ..)| page.verbose() || !tally(report, name).is_empty());
    if areas.is_empty() {
        return;
    }
    page.gap();
    let names = column(areas.iter().map(|(name, ..)| *name));
    let points = areas
        .iter()
        .map(|(_, area, _)| fraction(area).len())
        .max()
        .unwrap_or_default();
    for (name, area, _) in areas {
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
