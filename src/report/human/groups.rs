//! Checks that share a fate, told once for each reason: blocked, not run, broken, not applicable, passed.

use anstyle::Style;

use super::page::{HEADING, Line, Page};
use crate::report::model::{Level, Report, Verdict, VerdictOutcome};
use crate::report::words::{self, grouped, with};
use crate::style::{CYAN, DIM, GREEN, PLAIN, RED, YELLOW};
use crate::text;

/// Where the ids stand.
const IDS: usize = 17;

/// Writes which checks an earlier fault of the repository blocks.
pub(super) fn blocked(page: &mut Page, report: &Report) {
    let verdicts = with(report, VerdictOutcome::Blocked);
    if verdicts.is_empty() {
        return;
    }
    page.heading(HEADING, "Blocked by an earlier fault", &verdicts.len().to_string());
    for (key, members) in grouped(&verdicts, words::blocked_by) {
        group(page, YELLOW, "!", &key, &members);
    }
}

/// Writes which checks could not be run for want of something on this side.
pub(super) fn not_run(page: &mut Page, report: &Report) {
    let verdicts = with(report, VerdictOutcome::NotRun);
    if verdicts.is_empty() {
        return;
    }
    page.heading(HEADING, "Not run", &verdicts.len().to_string());
    for (key, members) in grouped(&verdicts, |verdict| words::reason(verdict).to_owned()) {
        group(page, DIM, "–", &key, &members);
    }
    // Where containers ran, the reason is something else.
    if report.sandbox.is_none() {
        let hint = "`proofolio doctor` tells what this machine and its engine can do.";
        page.labelled(&Line::indented(2).styled(DIM, "hint").text("  "), PLAIN, hint);
    }
}

/// Writes, at length, which checks do not concern the project.
pub(super) fn not_applicable(page: &mut Page, report: &Report) {
    let verdicts = with(report, VerdictOutcome::NotApplicable);
    if verdicts.is_empty() || !page.verbose() {
        return;
    }
    page.heading(HEADING, "Not applicable", &verdicts.len().to_string());
    for (key, members) in grouped(&verdicts, |verdict| words::reason(verdict).to_owned()) {
        group(page, DIM, "·", &key, &members);
    }
}

/// Writes, at length, which checks passed.
pub(super) fn passed(page: &mut Page, report: &Report) {
    let verdicts = with(report, VerdictOutcome::Passed);
    if verdicts.is_empty() || !page.verbose() {
        return;
    }
    page.heading(HEADING, "Passed", &verdicts.len().to_string());
    let column = column(&verdicts);
    for verdict in verdicts {
        titled(page, GREEN, "✓", verdict, column);
    }
}

/// Writes which checks are at fault themselves: loudly, for their results are missing.
pub(super) fn broken(page: &mut Page, report: &Report) {
    let verdicts = with(report, VerdictOutcome::Broken);
    if verdicts.is_empty() {
        return;
    }
    page.heading(RED, "BROKEN CHECKS", "these could not judge anything: mend them first");
    let column = column(&verdicts);
    for verdict in verdicts {
        titled(page, RED, "!", verdict, column);
        if let Some(reason) = &verdict.reason {
            page.lines_of(&Line::indented(4), PLAIN, reason);
        }
    }
}

/// One group: its reason, then the ids of its checks by level, or each with its title at length.
fn group(page: &mut Page, style: Style, symbol: &str, key: &str, members: &[&Verdict]) {
    let label = Line::indented(2).styled(style, symbol).text(" ");
    page.lines_of(&label, PLAIN, key);
    if page.verbose() {
        let column = column(members);
        for verdict in members {
            titled(page, PLAIN, " ", verdict, column);
        }
        return;
    }
    for level in [Level::Required, Level::Recommended, Level::Bonus] {
        let ids: Vec<&str> = members
            .iter()
            .filter(|verdict| verdict.level == level)
            .map(|verdict| verdict.id.as_str())
            .collect();
        if !ids.is_empty() {
            let label = Line::indented(4).styled(DIM, words::level(level)).pad_to(IDS);
            page.labelled(&label, CYAN, &ids.join(", "));
        }
    }
}

/// A check with its title, which stands at a column where the id leaves room.
fn titled(page: &mut Page, style: Style, symbol: &str, verdict: &Verdict, column: usize) {
    let label = Line::indented(2)
        .styled(style, symbol)
        .text(" ")
        .styled(CYAN, &verdict.id)
        .text("  ")
        .pad_to(column);
    if label.width() <= page.measure() / 2 {
        page.labelled(&label, PLAIN, &verdict.title);
    } else {
        page.line(label);
        page.labelled(&Line::indented(4), PLAIN, &verdict.title);
    }
}

/// Where the titles of some checks stand.
fn column(verdicts: &[&Verdict]) -> usize {
    let widest = verdicts.iter().map(|verdict| text::width(&verdict.id)).max();
    4 + widest.unwrap_or(0).min(28) + 2
}
