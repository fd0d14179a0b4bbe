//! Every expression of a workflow, read and judged in the scope of its place.

use super::contexts;
use super::inference::{is_constant, judge, type_of};
use super::places::{
    CONTAINER_ENV, CREDENTIALS, DEFAULTS, ENVIRONMENT_URL, JOB, JOB_IF, JOB_SECRETS, NOWHERE, OUTPUT_OF_CALL, OUTPUTS,
    SCRIPT, SNAPSHOT_IF, STEP, STEP_IF, STRATEGY, WORKFLOW, WORKFLOW_ENV, giving,
};
use super::report::{Report, add};
use super::scope::{Place, Scope, Wanted};
use super::types::Type;
use crate::facts::workflow::expression::{Expression, body_length, parse, single};
use crate::facts::workflow::interfaces::Kind;
use crate::facts::workflow::model::Finding;
use crate::source::yaml::{Node, Value};

/// Judges all expressions of a workflow.
pub(super) fn audit(root: &Node, report: &mut Report<'_>) {
    let jobs = contexts::jobs(root, report.interfaces);
    let mut scope = Scope {
        inputs: contexts::inputs(root),
        closed_inputs: contexts::closed_inputs(root),
        secrets: contexts::secrets(root),
        jobs: Type::object(jobs.iter().cloned()),
        ..Scope::new(contexts::event_inputs(root))
    };
    for (key, value) in root.entries() {
        match key.text().unwrap_or_default() {
            "run-name" | "concurrency" => visit(value, &scope, &WORKFLOW, "", report),
            "defaults" => visit(value, &scope, &NOWHERE, "", report),
            "env" => visit(value, &scope, &WORKFLOW_ENV, "", report),
            "on" => call(value, &scope, report),
            _ => {}
        }
    }
    for (key, job) in root.get("jobs").map_or(&[][..], |jobs| jobs.entries()) {
        let needed = job.get("needs").map(|node| node.texts()).unwrap_or_default();
        let needed: Vec<String> = needed.iter().map(|id| id.to_lowercase()).collect();
        scope.needs = Type::object(jobs.iter().filter(|(id, _)| needed.contains(id)).cloned());
        scope.matrix = contexts::matrix(job, &mut |text| computed(text, &scope));
        scope.steps = Type::object::<String>([]);
        visit_job(key.text().unwrap_or_default(), job, &mut scope, report);
    }
}

/// The type of a value with an expression, as it stands in a matrix.
fn computed(text: &str, scope: &Scope) -> Type {
    match single(text).map(parse) {
        Some(Ok(expression)) => type_of(&expression, scope, &STRATEGY),
        Some(Err(_)) => Type::Any,
        None => Type::Text,
    }
}

/// The defaults of inputs, which may name the inputs before them, and the outputs of a workflow that is called.
fn call(on: &Node, scope: &Scope, report: &mut Report<'_>) {
    let Some(call) = on.get("workflow_call") else { return };
    let mut before = Scope {
        inputs: Type::object::<String>([]),
        ..scope.clone()
    };
    for (key, input) in call.get("inputs").map_or(&[][..], |node| node.entries()) {
        let kind = contexts::input_type("workflow_call", input);
        if let Some(default) = input.get("default") {
            let wanted = match kind {
                Type::Number => Wanted::Number,
                Type::Boolean => Wanted::Boolean,
                _ => Wanted::Text,
            };
            visit(default, &before, &giving(wanted, WORKFLOW), "", report);
        }
        let name = key.text().unwrap_or_default().to_lowercase();
        before.inputs.absorb(Type::object([(name, kind)]));
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
            "name" | "concurrency" => visit(value, scope, &JOB, id, report),
            "with" => handed(job, value, scope, id, report),
            "runs-on" => visit(value, scope, &giving(Wanted::TextOrList, JOB), id, report),
            "continue-on-error" => visit(value, scope, &giving(Wanted::Boolean, JOB), id, report),
            "timeout-minutes" => visit(value, scope, &giving(Wanted::Number, JOB), id, report),
            "env" | "secrets" => visit(value, scope, &JOB_SECRETS, id, report),
            "if" => condition(key, value, scope, &JOB_IF, id, report),
            "snapshot" => {
                for (key, value) in value.entries() {
                    if key.text() == Some("if") {
                        condition(key, value, scope, &SNAPSHOT_IF, id, report);
                    }
                }
            }
            "strategy" => visit(value, scope, &STRATEGY, id, report),
            "defaults" => visit(value, scope, &DEFAULTS, id, report),
            "container" => container(value, scope, id, report),
            "services" => {
                visit_scalar(value, scope, &giving(Wanted::Object, JOB), id, report);
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
                "if" => condition(key, value, scope, &STEP_IF, id, report),
                "run" => visit(value, scope, &SCRIPT, id, report),
                "name" | "with" | "working-directory" => visit(value, scope, &STEP, id, report),
                "env" => visit(value, scope, &giving(Wanted::Object, STEP), id, report),
                "continue-on-error" => visit(value, scope, &giving(Wanted::Boolean, STEP), id, report),
                "timeout-minutes" => visit(value, scope, &giving(Wanted::Number, STEP), id, report),
                "shell" | "id" => visit(value, scope, &NOWHERE, id, report),
                _ => {}
            }
        }
        contexts::add_step(&mut scope.steps, step, report.interfaces);
    }
}

/// Visits what a workflow that is called is given; where it takes a number, an expression has to give one.
fn handed(job: &Node, with: &Node, scope: &Scope, id: &str, report: &mut Report<'_>) {
    let callee = report
        .interfaces
        .workflow(job.get("uses").and_then(|uses| uses.text()).unwrap_or_default());
    let Some(interface) = callee.interface() else {
        return visit(with, scope, &JOB, id, report);
    };
    visit_scalar(with, scope, &JOB, id, report);
    for (key, value) in with.entries() {
        let name = key.text().unwrap_or_default().to_lowercase();
        let wanted = match interface.inputs.get(&name).map(|input| input.kind) {
            Some(Kind::Number) => Wanted::Number,
            _ => Wanted::Text,
        };
        visit_scalar(key, scope, &JOB, id, report);
        visit(value, scope, &giving(wanted, JOB), id, report);
    }
}

/// Visits what is evaluated after the steps, with all their ids.
fn visit_after(job: &Node, node: &Node, scope: &Scope, place: &Place, id: &str, report: &mut Report<'_>) {
    let later = Scope {
        steps: contexts::steps(job, report.interfaces),
        ..scope.clone()
    };
    visit(node, &later, place, id, report);
}

fn container(node: &Node, scope: &Scope, id: &str, report: &mut Report<'_>) {
    visit_scalar(node, scope, &giving(Wanted::Anything, JOB), id, report);
    for (key, value) in node.entries() {
        let place = match key.text().unwrap_or_default() {
            "credentials" => &CREDENTIALS,
            "env" => &CONTAINER_ENV,
            _ => &JOB,
        };
        visit(value, scope, place, id, report);
    }
}

/// Judges all scalars of a node; those inside it are texts, unless anything may be there. The tree's depth is capped where it
/// is read.
fn visit(node: &Node, scope: &Scope, place: &Place, name: &str, report: &mut Report<'_>) {
    let inner = match place.wanted {
        Wanted::Anything => *place,
        _ => giving(Wanted::Text, *place),
    };
    match &node.value {
        Value::Scalar { .. } => visit_scalar(node, scope, place, name, report),
        Value::List(items) => items.iter().for_each(|item| visit(item, scope, &inner, name, report)),
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            visit_scalar(key, scope, &inner, name, report);
            visit(value, scope, &inner, name, report);
        }),
    }
}

fn visit_scalar(node: &Node, scope: &Scope, place: &Place, name: &str, report: &mut Report<'_>) {
    let Some(text) = node.text().filter(|text| text.contains("${{")) else {
        return;
    };
    let wanted = match single(text) {
        Some(_) => place.wanted,
        None => Wanted::Text,
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
                let (given, mut faults) = judge(&expression, scope, place);
                faults.extend(wanted.fault(&given).map(|fault| (0, fault)));
                for (offset, what) in faults {
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

fn condition(key: &Node, node: &Node, scope: &Scope, place: &Place, name: &str, report: &mut Report<'_>) {
    let Some(text) = node.text() else { return };
    // A block's first line stands below its key.
    let place_of_whole = if node.line > key.line { key } else { node };
    let (condition, expression) = if text.contains("${{") {
        visit_scalar(node, scope, place, name, report);
        // Even a line break around it makes it a text.
        let Some(inner) = single(text).filter(|_| text.trim() == text) else {
            let what = "text around `${{ }}` makes the condition always true";
            let found = report.finding(name, what, place_of_whole);
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
                for (_, what) in judge(expression, scope, place).1 {
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
    if is_constant(&expression) {
        let shown: String = condition.trim().chars().take(100).collect();
        let found = report.finding(name, format!("`{shown}` is always the same"), place_of_whole);
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
