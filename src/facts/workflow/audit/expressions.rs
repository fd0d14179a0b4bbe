//! Every expression of a workflow, read and judged in the scope of its place.

use super::report::{Report, add};
use super::scope::{self, Place, Scope};
use crate::facts::workflow::expression::{Expression, body_length, parse};
use crate::facts::workflow::model::Finding;
use crate::source::yaml::{Node, Value};

const fn place(contexts: &'static [&'static str]) -> Place {
    Place {
        contexts,
        status: false,
        files: false,
        script: false,
    }
}

const WORKFLOW: Place = place(&["github", "inputs", "vars"]);
const WORKFLOW_ENV: Place = place(&["github", "secrets", "inputs", "vars"]);
const OUTPUT_OF_CALL: Place = place(&["github", "jobs", "vars", "inputs"]);
const JOB: Place = place(&["github", "needs", "strategy", "matrix", "vars", "inputs"]);
const JOB_SECRETS: Place = place(&["github", "needs", "strategy", "matrix", "vars", "secrets", "inputs"]);
const JOB_IF: Place = Place {
    contexts: &["github", "needs", "vars", "inputs"],
    status: true,
    files: false,
    script: false,
};
const STRATEGY: Place = place(&["github", "needs", "vars", "inputs"]);
const DEFAULTS: Place = place(&["github", "needs", "strategy", "matrix", "env", "vars", "inputs"]);
const CREDENTIALS: Place = place(&[
    "github", "needs", "strategy", "matrix", "env", "vars", "secrets", "inputs",
]);
const CONTAINER_ENV: Place = place(&[
    "github", "needs", "strategy", "matrix", "job", "runner", "env", "vars", "secrets", "inputs",
]);
const ENVIRONMENT_URL: Place = place(&[
    "github", "needs", "strategy", "matrix", "job", "runner", "env", "vars", "steps", "inputs",
]);
const OUTPUTS: Place = place(&[
    "github", "needs", "strategy", "matrix", "job", "runner", "env", "vars", "secrets", "steps", "inputs",
]);
const STEP: Place = Place {
    contexts: OUTPUTS.contexts,
    status: false,
    files: true,
    script: false,
};
const SCRIPT: Place = Place { script: true, ..STEP };
const STEP_IF: Place = Place {
    contexts: ENVIRONMENT_URL.contexts,
    status: true,
    files: true,
    script: false,
};

/// Judges all expressions of a workflow.
pub(super) fn audit(root: &Node, report: &mut Report<'_>) {
    let mut scope = Scope {
        inputs: super::contexts::inputs(root),
        closed_inputs: super::contexts::closed_inputs(root),
        secrets: super::contexts::secrets(root),
        jobs: super::contexts::jobs(root),
        steps: Some(Vec::new()),
        matrix: Some(Vec::new()),
        ..Scope::default()
    };
    for (key, value) in root.entries() {
        match key.text().unwrap_or_default() {
            "run-name" | "concurrency" => visit(value, &scope, &WORKFLOW, "", report),
            "env" => visit(value, &scope, &WORKFLOW_ENV, "", report),
            "on" => call(value, &scope, report),
            _ => {}
        }
    }
    for (key, job) in root.get("jobs").map_or(&[][..], |jobs| jobs.entries()) {
        let needed = job.get("needs").map(|node| node.texts()).unwrap_or_default();
        let needed: Vec<String> = needed.iter().map(|id| id.to_lowercase()).collect();
        scope.needs = scope
            .jobs
            .iter()
            .filter(|(id, _)| needed.contains(id))
            .cloned()
            .collect();
        scope.matrix = super::contexts::matrix(job);
        scope.steps = Some(Vec::new());
        visit_job(key.text().unwrap_or_default(), job, &mut scope, report);
    }
}

fn call(on: &Node, scope: &Scope, report: &mut Report<'_>) {
    let Some(call) = on.get("workflow_call") else { return };
    for (_, input) in call.get("inputs").map_or(&[][..], |node| node.entries()) {
        if let Some(default) = input.get("default") {
            visit(default, scope, &WORKFLOW, "", report);
        }
    }
    for (_, output) in call.get("outputs").map_or(&[][..], |node| node.entries()) {
        if let Some(value) = output.get("value") {
            visit(value, scope, &OUTPUT_OF_CALL, "", report);
        }
    }
}

fn visit_job(id: &str, job: &Node, scope: &mut Scope, report: &mut Report<'_>) {
    for (key, value) in job.entries() {
        match key.text().unwrap_or_default() {
            "name" | "runs-on" | "concurrency" | "continue-on-error" | "timeout-minutes" | "with" => {
                visit(value, scope, &JOB, id, report);
            }
            "env" | "secrets" => visit(value, scope, &JOB_SECRETS, id, report),
            "if" => condition(value, scope, &JOB_IF, id, report),
            "strategy" => visit(value, scope, &STRATEGY, id, report),
            "defaults" => visit(value, scope, &DEFAULTS, id, report),
            "container" => container(value, scope, id, report),
            "services" => {
                visit_scalar(value, scope, &JOB, id, report);
                for (_, service) in value.entries() {
                    container(service, scope, id, report);
                }
            }
            "environment" => {
                visit_scalar(value, scope, &JOB, id, report);
                for (key, value) in value.entries() {
                    let place = if key.text() == Some("url") {
                        &ENVIRONMENT_URL
                    } else {
                        &JOB
                    };
                    visit_after(job, value, scope, place, id, report);
                }
            }
            "outputs" => visit_after(job, value, scope, &OUTPUTS, id, report),
            _ => {}
        }
    }
    for step in job.get("steps").map_or(&[][..], |steps| steps.items()) {
        for (key, value) in step.entries() {
            match key.text().unwrap_or_default() {
                "if" => condition(value, scope, &STEP_IF, id, report),
                "run" => visit(value, scope, &SCRIPT, id, report),
                "env" | "name" | "timeout-minutes" | "with" | "working-directory" | "continue-on-error" => {
                    visit(value, scope, &STEP, id, report);
                }
                "shell" => visit(value, scope, &place(&[]), id, report),
                _ => {}
            }
        }
        if let (Some(known), Some(name)) = (&mut scope.steps, step.get("id").and_then(|node| node.text())) {
            known.push(name.to_lowercase());
        }
        // an id that is computed may be any
        if step
            .get("id")
            .and_then(|node| node.text())
            .is_some_and(|text| text.contains("${{"))
        {
            scope.steps = None;
        }
    }
}

/// Visits what is evaluated after the steps, with all their ids.
fn visit_after(job: &Node, node: &Node, scope: &Scope, place: &Place, id: &str, report: &mut Report<'_>) {
    let later = Scope {
        steps: super::contexts::steps(job),
        ..scope.clone()
    };
    visit(node, &later, place, id, report);
}

fn container(node: &Node, scope: &Scope, id: &str, report: &mut Report<'_>) {
    visit_scalar(node, scope, &JOB, id, report);
    for (key, value) in node.entries() {
        let place = match key.text().unwrap_or_default() {
            "credentials" => &CREDENTIALS,
            "env" => &CONTAINER_ENV,
            _ => &JOB,
        };
        visit(value, scope, place, id, report);
    }
}

/// Judges all scalars of a node. The tree's depth is capped where it is read.
fn visit(node: &Node, scope: &Scope, place: &Place, name: &str, report: &mut Report<'_>) {
    match &node.value {
        Value::Scalar { .. } => visit_scalar(node, scope, place, name, report),
        Value::List(items) => items.iter().for_each(|item| visit(item, scope, place, name, report)),
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            visit_scalar(key, scope, place, name, report);
            visit(value, scope, place, name, report);
        }),
    }
}

fn visit_scalar(node: &Node, scope: &Scope, place: &Place, name: &str, report: &mut Report<'_>) {
    let Some(text) = node.text().filter(|text| text.contains("${{")) else {
        return;
    };
    let mut openings = report.openings(node);
    let mut rest = text;
    while let Some((_, body)) = rest.split_once("${{") {
        let start = openings.next().map(|offset| offset + 3);
        let Some(length) = body_length(body) else {
            let what = "`${{` is not closed by `}}`";
            let loc = start.map_or_else(|| report.at(node), |offset| report.place(offset - 3));
            add(&mut report.audit.expressions, finding(name, what.to_owned(), loc));
            return;
        };
        let body_text = body.get(..length).unwrap_or_default();
        if !report.counts() {
            return;
        }
        let located = |report: &Report<'_>, offset: usize| {
            start.map_or_else(|| report.at(node), |start| report.place(start + offset))
        };
        match parse(body_text) {
            Ok(expression) => {
                for (offset, what) in scope::faults(&expression, scope, place) {
                    let loc = located(report, offset);
                    add(&mut report.audit.expressions, finding(name, what, loc));
                }
                if place.script {
                    for what in super::trust::values(&expression, scope) {
                        let loc = located(report, 0);
                        add(&mut report.audit.open_scripts, finding(name, what, loc));
                    }
                }
                if whole_secrets(&expression) {
                    let loc = located(report, 0);
                    let what = "all secrets at once".to_owned();
                    add(&mut report.audit.whole_secrets, finding(name, what, loc));
                }
            }
            Err(error) => {
                let loc = located(report, error.offset);
                add(&mut report.audit.expressions, finding(name, error.message, loc));
            }
        }
        rest = body.get(length + 2..).unwrap_or_default();
    }
}

fn condition(node: &Node, scope: &Scope, place: &Place, name: &str, report: &mut Report<'_>) {
    let Some(text) = node.text() else { return };
    let (condition, expression) = if text.contains("${{") {
        visit_scalar(node, scope, place, name, report);
        let inner = text.strip_prefix("${{").and_then(|body| {
            let length = body_length(body)?;
            (body.len() == length + 2).then(|| body.get(..length).unwrap_or_default())
        });
        let Some(inner) = inner else {
            let what = "text around `${{ }}` makes the condition always true";
            let found = report.finding(name, what, node);
            add(&mut report.audit.conditions, found);
            return;
        };
        (inner, parse(inner))
    } else {
        if !report.counts() || text.trim().is_empty() {
            return;
        }
        let read = parse(text);
        match &read {
            Ok(expression) => {
                for (_, what) in scope::faults(expression, scope, place) {
                    let found = report.finding(name, what, node);
                    add(&mut report.audit.expressions, found);
                }
            }
            Err(error) => {
                let found = report.finding(name, error.message.as_str(), node);
                add(&mut report.audit.expressions, found);
            }
        }
        (text, read)
    };
    let Ok(expression) = expression else { return };
    if scope::is_constant(&expression) {
        let shown: String = condition.trim().chars().take(100).collect();
        let found = report.finding(name, format!("`{shown}` is always the same"), node);
        add(&mut report.audit.conditions, found);
    }
    super::trust::condition(&expression, node, name, report);
}

/// `toJSON(secrets)` and `secrets` as a whole
fn whole_secrets(expression: &Expression) -> bool {
    match expression {
        Expression::Call { arguments, .. } => arguments.iter().any(|argument| {
            matches!(argument, Expression::Name { name, .. } if name.eq_ignore_ascii_case("secrets"))
                || whole_secrets(argument)
        }),
        Expression::Binary { operands, .. } => operands.iter().any(whole_secrets),
        Expression::Not(inner) => whole_secrets(inner),
        Expression::Access { root, .. } => whole_secrets(root),
        _ => false,
    }
}

fn finding(name: &str, what: String, loc: crate::facts::location::Location) -> Finding {
    Finding {
        name: name.to_owned(),
        what,
        loc,
    }
}
