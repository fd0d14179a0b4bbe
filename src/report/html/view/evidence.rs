//! The evidence on the HTML page: what was run, under which limits, and how it was found out.

use serde::Serialize;

use super::{State, cut, state};
use crate::report::human;
use crate::report::model::{Report, Sandbox, Stage, VerdictOutcome};
use crate::report::prose::{self, Span};
use crate::text::visible;

#[derive(Serialize)]
pub(super) struct StageView {
    name: String,
    state: State,
    time: String,
    detail: Vec<Span>,
}

#[derive(Serialize)]
pub(super) struct SandboxView {
    engine: String,
    profile: String,
    held: Vec<String>,
    not_held: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Step {
    what: String,
    value: String,
    source: String,
}

pub(super) fn stage(stage: &Stage) -> StageView {
    let outcome = match stage.outcome.as_str() {
        "passed" => VerdictOutcome::Passed,
        "failed" => VerdictOutcome::Failed,
        "blocked" => VerdictOutcome::Blocked,
        _ => VerdictOutcome::NotRun,
    };
    let ran = matches!(outcome, VerdictOutcome::Passed | VerdictOutcome::Failed);
    StageView {
        name: visible(&stage.name),
        state: state(outcome),
        time: match (ran, stage.cached) {
            (false, _) => "–".to_owned(),
            (true, false) => human::seconds(stage.seconds),
            (true, true) => format!("{}, cached", human::seconds(stage.seconds)),
        },
        detail: prose::spans(cut(&stage.detail)),
    }
}

pub(super) fn sandbox(sandbox: &Sandbox) -> SandboxView {
    let all = |limits: &[String]| limits.iter().map(|limit| visible(limit)).collect();
    SandboxView {
        engine: visible(&format!("{}, {}, API {}", sandbox.engine, sandbox.os, sandbox.api)),
        profile: visible(&sandbox.profile),
        held: all(&sandbox.held),
        not_held: all(&sandbox.not_held),
    }
}

pub(super) fn route(report: &Report) -> Vec<Step> {
    let steps = report.route.iter().map(|step| Step {
        what: visible(&step.what),
        value: visible(cut(&step.value)),
        source: match step.source.as_str() {
            "default" => "by default".to_owned(),
            source => visible(&format!("from {source}")),
        },
    });
    steps.collect()
}
