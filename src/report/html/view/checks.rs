//! The checks on the HTML page: what failed in full, what was not looked at, what is suppressed, and the table of all.

use serde::Serialize;

use super::super::excerpt::Excerpt;
use super::{Lines, State, cut, lines, state};
use crate::report::model::{Finding, Level, Report, SuppressedFinding, Verdict, VerdictOutcome};
use crate::report::prose::{self, Block, Span};
use crate::report::words::{self, count};
use crate::text::visible;

/// Findings of one check that are told in full.
const SHOWN: usize = 3;

#[derive(Serialize)]
pub(super) struct LevelView {
    title: &'static str,
    class: &'static str,
    symbol: &'static str,
    number: usize,
    checks: Vec<Check>,
}

#[derive(Serialize)]
struct Check {
    next: bool,
    id: String,
    title: Vec<Span>,
    area: String,
    points: String,
    known: Vec<String>,
    /// Such as how many findings are left out.
    reason: String,
    findings: Vec<FindingView>,
    more: Vec<FindingView>,
    more_title: String,
    why: Vec<Block>,
    fix: Vec<Block>,
}

#[derive(Serialize)]
struct FindingView {
    place: String,
    message: Lines,
    excerpt: Option<Excerpt>,
}

#[derive(Serialize)]
pub(super) struct Group {
    reason: Lines,
    levels: Vec<Ids>,
}

#[derive(Serialize)]
struct Ids {
    word: &'static str,
    ids: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct SuppressedView {
    id: String,
    title: Vec<Span>,
    level: &'static str,
    partial: bool,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    reason: Lines,
    place: String,
    title: String,
    findings: Vec<FindingView>,
}

#[derive(Serialize)]
pub(super) struct Faulty {
    check: String,
    place: String,
    problem: Lines,
}

#[derive(Serialize)]
pub(super) struct AllOfArea {
    area: String,
    checks: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    title: Vec<Span>,
    state: State,
    level: &'static str,
    points: u32,
}

pub(super) fn levels(report: &Report) -> Vec<LevelView> {
    let failed = words::failed_by_importance(report);
    let next = failed.first().map(|verdict| &verdict.id);
    let levels = [
        (Level::Required, "Required", "fail", "✗"),
        (Level::Recommended, "Recommended", "warn", "!"),
        (Level::Bonus, "Bonus", "none", "–"),
    ];
    levels
        .into_iter()
        .map(|(level, title, class, symbol)| {
            let of = failed.iter().filter(|verdict| verdict.level == level);
            let checks: Vec<Check> = of.map(|verdict| check(verdict, next == Some(&verdict.id))).collect();
            LevelView {
                title,
                class,
                symbol,
                number: checks.len(),
                checks,
            }
        })
        .filter(|level| level.number > 0)
        .collect()
}

fn check(verdict: &Verdict, next: bool) -> Check {
    let shown = match verdict.findings.len() {
        all if all <= SHOWN + 1 => all,
        _ => SHOWN,
    };
    let (full, folded) = verdict.findings.split_at(shown);
    Check {
        next,
        id: visible(&verdict.id),
        title: prose::spans(&verdict.title),
        area: visible(&verdict.area),
        points: count(verdict.points as usize, "point", "points"),
        known: verdict.also_known_as.iter().map(|name| visible(name)).collect(),
        reason: visible(verdict.reason.as_deref().unwrap_or_default()),
        findings: full.iter().map(|found| finding(found, true)).collect(),
        more: folded.iter().map(|found| finding(found, false)).collect(),
        more_title: count(folded.len(), "more finding", "more findings"),
        why: prose::blocks(cut(&verdict.why)),
        fix: prose::blocks(cut(&verdict.fix)),
    }
}

fn finding(finding: &Finding, full: bool) -> FindingView {
    FindingView {
        place: words::place(finding).map(|place| visible(&place)).unwrap_or_default(),
        message: lines(&finding.message),
        excerpt: Excerpt::of(finding).filter(|_| full),
    }
}

pub(super) fn groups(report: &Report, outcome: VerdictOutcome) -> Vec<Group> {
    let key = |verdict: &Verdict| match outcome {
        VerdictOutcome::Blocked => words::blocked_by(verdict),
        _ => words::reason(verdict).to_owned(),
    };
    let ids = |members: &[&Verdict], level| -> Vec<String> {
        let members = members.iter().filter(|verdict| verdict.level == level);
        members.map(|verdict| visible(&verdict.id)).collect()
    };
    words::grouped(&words::with(report, outcome), key)
        .into_iter()
        .map(|(reason, members)| Group {
            reason: lines(&reason),
            levels: [Level::Required, Level::Recommended, Level::Bonus]
                .into_iter()
                .map(|level| Ids {
                    word: words::level(level),
                    ids: ids(&members, level),
                })
                .filter(|level| !level.ids.is_empty())
                .collect(),
        })
        .collect()
}

pub(super) fn suppressed(report: &Report) -> Vec<SuppressedView> {
    let verdicts = report.verdicts.iter().filter(|verdict| !verdict.suppressed.is_empty());
    verdicts
        .map(|verdict| {
            let mut entries: Vec<(&SuppressedFinding, Vec<FindingView>)> = Vec::new();
            for suppressed in &verdict.suppressed {
                let view = finding(&suppressed.finding, false);
                let known = entries
                    .iter_mut()
                    .find(|(first, _)| (&first.path, first.line) == (&suppressed.path, suppressed.line));
                match known {
                    Some((_, findings)) => findings.push(view),
                    None => entries.push((suppressed, vec![view])),
                }
            }
            SuppressedView {
                id: visible(&verdict.id),
                title: prose::spans(&verdict.title),
                level: words::level(verdict.level),
                partial: verdict.outcome != VerdictOutcome::Suppressed,
                entries: entries
                    .into_iter()
                    .map(|(first, findings)| Entry {
                        reason: lines(&first.reason),
                        place: visible(&format!("{}:{}", first.path, first.line)),
                        title: count(findings.len(), "finding", "findings"),
                        findings,
                    })
                    .collect(),
            }
        })
        .collect()
}

pub(super) fn faulty(report: &Report) -> Vec<Faulty> {
    let faulty = report.suppressions.iter().filter_map(|suppression| {
        Some(Faulty {
            check: visible(&suppression.check),
            place: visible(&format!("{}:{}", suppression.path, suppression.line)),
            problem: lines(suppression.problem.as_deref()?),
        })
    });
    faulty.collect()
}

pub(super) fn all(report: &Report) -> Vec<AllOfArea> {
    let rows = |area: &str| -> Vec<Row> {
        let verdicts = report.verdicts.iter().filter(|verdict| verdict.area == area);
        let rows = verdicts.map(|verdict| Row {
            id: visible(&verdict.id),
            title: prose::spans(&verdict.title),
            state: state(verdict.outcome),
            level: words::level(verdict.level),
            points: verdict.points,
        });
        rows.collect()
    };
    // Of an area in which nothing applies there may be no score.
    let mut names: Vec<&str> = words::areas(report).into_iter().map(|(name, ..)| name).collect();
    for verdict in &report.verdicts {
        if !names.contains(&verdict.area.as_str()) {
            names.push(&verdict.area);
        }
    }
    names
        .into_iter()
        .map(|name| AllOfArea {
            area: visible(name),
            checks: rows(name),
        })
        .filter(|area| !area.checks.is_empty())
        .collect()
}

pub(super) fn all_title(report: &Report) -> String {
    let all = count(report.verdicts.len(), "check", "checks");
    let outcomes = [
        VerdictOutcome::Passed,
        VerdictOutcome::Failed,
        VerdictOutcome::Blocked,
        VerdictOutcome::NotRun,
        VerdictOutcome::Suppressed,
        VerdictOutcome::Broken,
        VerdictOutcome::NotApplicable,
    ];
    let numbers = words::numbers(&outcomes, |outcome| words::number(report, outcome));
    match numbers.is_empty() {
        true => all,
        false => format!("{all}: {numbers}"),
    }
}
