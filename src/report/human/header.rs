//! What was verified, and under which conditions.

use super::page::{HEADING, Line, Page};
use crate::report::model::{Report, Sandbox, Target};
use crate::report::words::{self, count};
use crate::style::{DIM, PLAIN};
use crate::text;

/// Where the values of the fields stand.
const COLUMN: usize = 12;

/// Writes the header.
pub(super) fn write(page: &mut Page, report: &Report) {
    let target = &report.target;
    let kind = words::kind(&target.kind);
    let room = page.width().saturating_sub(text::width(kind) + 2);
    let given = text::truncate_middle(&text::visible(target.called()), room);
    page.line(
        Line::default()
            .styled(HEADING, &given)
            .styled(DIM, &format!("  {kind}")),
    );
    page.field("commit", COLUMN, &commit(target));
    if let Some(scaffold) = &target.scaffold {
        page.field(
            "scaffold",
            COLUMN,
            &format!(
                "{} {}, theme {}, variant {}",
                scaffold.template, scaffold.version, scaffold.theme, scaffold.variant
            ),
        );
    }
    engine(page, report.sandbox.as_ref());
    if page.verbose() {
        page.field("files", COLUMN, &report.target.tree);
        let tool = format!("{} {}", report.tool.name, report.tool.version);
        page.field("tool", COLUMN, &format!("{tool}, {}", report.timing.started));
    }
    route(page, report);
}

fn commit(target: &Target) -> String {
    let changes = match target.dirty {
        true => "with changes that are not committed",
        false => "nothing uncommitted",
    };
    match &target.commit {
        Some(commit) => format!("{}, {changes}", text::head(commit, 12)),
        None => "none: nothing is committed".to_owned(),
    }
}

fn engine(page: &mut Page, sandbox: Option<&Sandbox>) {
    let Some(sandbox) = sandbox else {
        page.field("engine", COLUMN, "none: no code of the project was run");
        return;
    };
    let mut held = format!("{} held", count(sandbox.held.len(), "limit", "limits"));
    if !sandbox.not_held.is_empty() {
        held.push_str(&format!(", {} not", sandbox.not_held.len()));
    }
    if !page.verbose() {
        page.field("engine", COLUMN, &format!("{}, {}", sandbox.engine, sandbox.os));
        page.field(
            "sandbox",
            COLUMN,
            &format!("{}: {held} (-v lists them)", sandbox.profile),
        );
        return;
    }
    page.field(
        "engine",
        COLUMN,
        &format!("{}, {}, API {}", sandbox.engine, sandbox.os, sandbox.api),
    );
    page.field("sandbox", COLUMN, &format!("{}: {held}", sandbox.profile));
    for (label, limits) in [("held", &sandbox.held), ("not held", &sandbox.not_held)] {
        for (index, limit) in limits.iter().enumerate() {
            page.field(if index == 0 { label } else { "" }, COLUMN, limit);
        }
    }
}

/// In short, the route is what was run; at length, each step with where it was found.
fn route(page: &mut Page, report: &Report) {
    if report.route.is_empty() {
        return;
    }
    if !page.verbose() {
        let steps: Vec<String> = report
            .route
            .iter()
            .map(|step| format!("{}: {}", step.what, step.value))
            .collect();
        page.packed("route", COLUMN, &steps);
        return;
    }
    let column = 2
        + COLUMN
        + report
            .route
            .iter()
            .map(|step| text::width(&step.what))
            .max()
            .unwrap_or(0)
            .min(16);
    for (index, step) in report.route.iter().enumerate() {
        let label = Line::indented(2)
            .styled(DIM, if index == 0 { "route" } else { "" })
            .pad_to(COLUMN)
            .text(&step.what)
            .pad_to(column);
        let source = match step.source.as_str() {
            "default" => "by default".to_owned(),
            source => format!("from {source}"),
        };
        page.labelled(&label, PLAIN, &format!("{} ({source})", step.value));
    }
}
