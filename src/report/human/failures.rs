//! The checks that failed, each in full: what, where, why it matters and how to mend it.

use super::excerpt;
use super::page::{Line, Page};
use crate::report::model::{Finding, Level, Report, Verdict, VerdictOutcome};
use crate::report::words::{self, count, position};
use crate::style::{BOLD, CYAN, DIM, PLAIN, RED, YELLOW};
use crate::text;

/// Findings of one check that are told in full.
const SHOWN: usize = 3;
/// Findings less than this many lines apart show the lines at fault alone.
const NEAR: u32 = 5;
/// Findings of one check whose places are listed when they are left out.
const LISTED: usize = 500;

/// Writes every failed check but the one to fix next, which stands at the end of the report.
pub(super) fn write(page: &mut Page, report: &Report) {
    let next = report.next_fix().map(|verdict| &verdict.id);
    for level in [Level::Required, Level::Recommended, Level::Bonus] {
        let mut failed: Vec<&Verdict> = report
            .verdicts
            .iter()
            .filter(|verdict| verdict.outcome == VerdictOutcome::Failed && verdict.level == level)
            .collect();
        let all = failed.len();
        failed.retain(|verdict| Some(&verdict.id) != next);
        // The most valuable first; the sort is stable, so equals stay by area.
        failed.sort_by_key(|verdict| std::cmp::Reverse(verdict.points));
        if failed.is_empty() {
            continue;
        }
        let aside = match all - failed.len() {
            0 => failed.len().to_string(),
            _ => format!("{}, and the one to fix next at the end", failed.len()),
        };
        page.heading(style(level), &format!("Failed, {}", words::level(level)), &aside);
        for (index, verdict) in failed.into_iter().enumerate() {
            if index > 0 {
                page.gap();
            }
            block(page, verdict);
        }
    }
}

/// Writes one failed check in full.
pub(super) fn block(page: &mut Page, verdict: &Verdict) {
    let label = Line::default().styled(style(verdict.level), "✗ ");
    page.labelled(&label, BOLD, &verdict.title);
    named(page, verdict);
    let shown = match verdict.findings.len() {
        all if page.verbose() || all <= SHOWN + 1 => all,
        _ => SHOWN,
    };
    let (full, folded) = verdict.findings.split_at(shown);
    for (index, finding) in full.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| full.get(index));
        let neighbours = [before, full.get(index + 1)];
        let crowded = neighbours.into_iter().flatten().any(|other| near(finding, other));
        write_finding(page, finding, crowded);
    }
    fold(page, folded);
    if !verdict.findings.is_empty() {
        page.gap();
    }
    for (label, text) in [("why", &verdict.why), ("fix", &verdict.fix)] {
        if !text.trim().is_empty() {
            page.labelled(&Line::indented(2).styled(DIM, label).text("  "), PLAIN, text);
        }
    }
}

/// The check's id with its level and points, and the names by which other tools know it: beside it, or below.
fn named(page: &mut Page, verdict: &Verdict) {
    let line = Line::indented(2).styled(CYAN, &verdict.id).styled(
        DIM,
        &format!(" · {} · {}", words::level(verdict.level), points(verdict.points)),
    );
    if verdict.also_known_as.is_empty() {
        return page.line(line);
    }
    let names = verdict.also_known_as.join(", ");
    let joined = line.clone().styled(DIM, &format!(" · also known as {names}"));
    if joined.width() <= page.measure() {
        return page.line(joined);
    }
    page.line(line);
    page.labelled(&Line::indented(2).styled(DIM, "also known as "), DIM, &names);
}

/// True when two findings are so near that the lines around would be shown twice.
fn near(one: &Finding, other: &Finding) -> bool {
    let lines = one.line.zip(other.line);
    one.path == other.path && lines.is_some_and(|(one, other)| one.abs_diff(other) < NEAR)
}

fn write_finding(page: &mut Page, finding: &Finding, crowded: bool) {
    page.gap();
    let excerpt = finding.excerpt.as_ref().filter(|excerpt| !excerpt.lines.is_empty());
    let mut label = Line::indented(2);
    if let Some(path) = &finding.path {
        let position = position(finding);
        let room = page.width().saturating_sub(2 + position.len());
        let path = text::truncate_middle(&text::visible(path), room);
        let place = label.clone().styled(CYAN, &path).text(&position);
        let message = text::visible_lines(&finding.message);
        let joined = place.width() + 2 + message.iter().map(|line| text::width(line)).sum::<usize>();
        if excerpt.is_none() && message.len() == 1 && joined <= page.measure() {
            label = place.text("  ");
        } else {
            page.line(place);
        }
    }
    if let Some(excerpt) = excerpt {
        excerpt::write(page, finding, excerpt, crowded);
    }
    page.lines_of(&label, PLAIN, &finding.message);
}

/// Says how many findings are left out, and where they are.
fn fold(page: &mut Page, folded: &[Finding]) {
    if folded.is_empty() {
        return;
    }
    page.gap();
    more(page, 2, &folded.iter().collect::<Vec<_>>());
}

/// One line on findings that are left out, and where they are.
pub(super) fn more(page: &mut Page, indentation: usize, folded: &[&Finding]) {
    let mut places: Vec<(&str, Vec<u32>)> = Vec::new();
    for finding in folded.iter().take(LISTED) {
        let Some(path) = finding.path.as_deref() else { continue };
        match places.iter_mut().find(|(known, _)| *known == path) {
            Some((_, lines)) => lines.extend(finding.line),
            None => places.push((path, finding.line.into_iter().collect())),
        }
    }
    let places: Vec<String> = places
        .into_iter()
        .map(|(path, lines)| {
            let path = text::truncate_middle(&text::visible(path), 48);
            match ranges(lines) {
                lines if lines.is_empty() => path,
                lines => format!("{path}:{}", text::truncate(&lines, 24)),
            }
        })
        .collect();
    let lead = format!("and {} more", folded.len());
    let room = (page.measure() - indentation) * 2 - 30;
    let mut listed = String::new();
    for (index, place) in places.iter().enumerate() {
        let separator = if index == 0 { ": " } else { ", " };
        if text::width(&listed) + text::width(place) > room {
            listed.push_str(", …");
            break;
        }
        listed.push_str(separator);
        listed.push_str(place);
    }
    page.labelled(
        &Line::indented(indentation),
        PLAIN,
        &format!(
            "{lead}{listed} (-v shows {})",
            if folded.len() == 1 { "it" } else { "them" }
        ),
    );
}

/// Line numbers as `4-7,9`.
fn ranges(mut lines: Vec<u32>) -> String {
    lines.sort_unstable();
    lines.dedup();
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some((_, end)) if end.saturating_add(1) == line => *end = line,
            _ => ranges.push((line, line)),
        }
    }
    let ranges: Vec<String> = ranges
        .into_iter()
        .map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        })
        .collect();
    ranges.join(",")
}

fn points(points: u32) -> String {
    count(points as usize, "point", "points")
}

fn style(level: Level) -> anstyle::Style {
    match level {
        Level::Required => RED,
        Level::Recommended | Level::Bonus => YELLOW.bold(),
    }
}
