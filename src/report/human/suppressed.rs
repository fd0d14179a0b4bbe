//! What the repository asks not to hear of: always shown, with the reason and the place where it is asked.

use super::failures::more;
use super::page::{HEADING, Line, Page};
use crate::report::model::{Finding, Report, SuppressedFinding, Verdict, VerdictOutcome};
use crate::report::words::{self, count, position};
use crate::style::{CYAN, DIM, PLAIN, YELLOW};
use crate::text;

/// Findings of one suppression that are told.
const SHOWN: usize = 3;

/// Writes what is suppressed, then the wishes that suppress nothing.
pub(super) fn write(page: &mut Page, report: &Report) {
    let verdicts: Vec<&Verdict> = report
        .verdicts
        .iter()
        .filter(|verdict| !verdict.suppressed.is_empty())
        .collect();
    if !verdicts.is_empty() {
        let findings = verdicts.iter().map(|verdict| verdict.suppressed.len()).sum();
        page.heading(
            HEADING,
            "Suppressed by the repository",
            &count(findings, "finding", "findings"),
        );
        for verdict in verdicts {
            check(page, verdict);
        }
    }
    let mut faulty = report
        .suppressions
        .iter()
        .filter_map(|suppression| Some((suppression, suppression.problem.as_deref()?)))
        .peekable();
    if faulty.peek().is_some() {
        page.heading(HEADING, "Suppressions without effect", "");
    }
    for (suppression, problem) in faulty {
        let place = place(page, 4, &suppression.path, &format!(":{}", suppression.line));
        page.line(Line::indented(2).styled(YELLOW, "! ").styled(CYAN, &place));
        let text = format!("`{}`: {problem}", suppression.check);
        page.lines_of(&Line::indented(4), PLAIN, &text);
    }
}

/// One check: what is suppressed, by the place that suppresses it.
fn check(page: &mut Page, verdict: &Verdict) {
    let all = match verdict.outcome {
        VerdictOutcome::Suppressed => "",
        _ => " · only a part: it fails all the same",
    };
    page.line(
        Line::indented(2)
            .styled(YELLOW, "~ ")
            .styled(CYAN, &verdict.id)
            .styled(DIM, &format!(" · {}{all}", words::level(verdict.level))),
    );
    let mut places: Vec<(&SuppressedFinding, Vec<&Finding>)> = Vec::new();
    for suppressed in &verdict.suppressed {
        let known = places
            .iter_mut()
            .find(|(first, _)| (&first.path, first.line) == (&suppressed.path, suppressed.line));
        match known {
            Some((_, findings)) => findings.push(&suppressed.finding),
            None => places.push((suppressed, vec![&suppressed.finding])),
        }
    }
    for (suppression, findings) in places {
        let shown = match findings.len() {
            all if page.verbose() || all <= SHOWN + 1 => all,
            _ => SHOWN,
        };
        let (full, folded) = findings.split_at(shown);
        for finding in full {
            one(page, finding);
        }
        if !folded.is_empty() {
            more(page, 4, folded);
        }
        let reason = Line::indented(4).styled(DIM, "because").text("  ");
        page.labelled(&reason, PLAIN, &suppression.reason.replace('\n', " "));
        let place = place(page, 13, &suppression.path, &format!(":{}", suppression.line));
        page.line(Line::indented(4).styled(DIM, "said in").text("  ").styled(CYAN, &place));
    }
}

/// One finding: its place and its message, on one line where they fit.
fn one(page: &mut Page, finding: &Finding) {
    let mut label = Line::indented(4);
    if let Some(path) = &finding.path {
        let place = place(page, 4, path, &position(finding));
        let line = label.clone().styled(CYAN, &place);
        let message = text::visible_lines(&finding.message);
        let joined = line.width() + 2 + message.iter().map(|line| text::width(line)).sum::<usize>();
        if message.len() == 1 && joined <= page.measure() {
            label = line.text("  ");
        } else {
            page.line(line);
        }
    }
    page.lines_of(&label, PLAIN, &finding.message);
}

/// A path, cut in its middle where the page is narrow, with its position.
fn place(page: &Page, column: usize, path: &str, position: &str) -> String {
    let room = page.width().saturating_sub(column + position.len());
    format!("{}{position}", text::truncate_middle(&text::visible(path), room))
}
