//! Keys and shapes: what the service accepts at which place of a workflow.

use super::report::{Report, add};
use crate::source::yaml::{Node, Value};

const WORKFLOW: [&str; 8] = [
    "concurrency",
    "defaults",
    "env",
    "jobs",
    "name",
    "on",
    "permissions",
    "run-name",
];
const JOB: [&str; 19] = [
    "concurrency",
    "container",
    "continue-on-error",
    "defaults",
    "env",
    "environment",
    "if",
    "name",
    "needs",
    "outputs",
    "permissions",
    "runs-on",
    "secrets",
    "services",
    "snapshot",
    "steps",
    "strategy",
    "timeout-minutes",
    "uses",
];
const CALLING_JOB: [&str; 9] = [
    "concurrency",
    "if",
    "name",
    "needs",
    "permissions",
    "secrets",
    "strategy",
    "uses",
    "with",
];
const RUN_STEP: [&str; 9] = [
    "continue-on-error",
    "env",
    "id",
    "if",
    "name",
    "run",
    "shell",
    "timeout-minutes",
    "working-directory",
];
const ACTION_STEP: [&str; 8] = [
    "continue-on-error",
    "env",
    "id",
    "if",
    "name",
    "timeout-minutes",
    "uses",
    "with",
];
const CONTAINER: [&str; 6] = ["credentials", "env", "image", "options", "ports", "volumes"];
const SERVICE: [&str; 8] = [
    "command",
    "credentials",
    "entrypoint",
    "env",
    "image",
    "options",
    "ports",
    "volumes",
];

/// Judges the keys of a workflow.
pub(super) fn audit(root: &Node, report: &mut Report<'_>) {
    keys(root, "the workflow", &WORKFLOW, report);
    twice(root, report);
    for (key, value) in root.entries() {
        match key.text().unwrap_or_default() {
            "concurrency" => keys(value, "concurrency", &["cancel-in-progress", "group", "queue"], report),
            "defaults" => defaults(value, report),
            "env" => env(value, report),
            _ => {}
        }
    }
    for (key, job) in root.get("jobs").map_or(&[][..], |jobs| jobs.entries()) {
        audit_job(key, job, report);
    }
}

/// A key that the place does not have. An expression in its place may be anything.
pub(super) fn keys(node: &Node, of: &str, known: &[&str], report: &mut Report<'_>) {
    for (key, _) in node.entries() {
        let Some(text) = key.text().filter(|text| !known.contains(text) && !text.contains("${{")) else {
            continue;
        };
        let found = report.finding(of, format!("`{}` is no key of {of}", shown(text)), key);
        add(&mut report.audit.keys, found);
    }
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Keys that are written twice, in the whole tree. Its depth is capped where it is read.
fn twice(node: &Node, report: &mut Report<'_>) {
    match &node.value {
        Value::Map(entries) => {
            let mut seen: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
            for (key, value) in entries {
                let text = key.text().unwrap_or_default();
                if let Some(line) = seen.insert(text, key.line) {
                    let what = format!("`{}` is written twice, first in line {line}", shown(text));
                    let found = report.finding("a key", what, key);
                    add(&mut report.audit.keys, found);
                }
                twice(value, report);
            }
        }
        Value::List(items) => items.iter().for_each(|item| twice(item, report)),
        Value::Scalar { .. } => {}
    }
}

fn defaults(node: &Node, report: &mut Report<'_>) {
    keys(node, "defaults", &["run"], report);
    if let Some(run) = node.get("run") {
        keys(run, "defaults.run", &["shell", "working-directory"], report);
    }
}

fn complain(node: &Node, name: &str, what: &str, report: &mut Report<'_>) {
    let found = report.finding(name, what, node);
    add(&mut report.audit.keys, found);
}

fn audit_job(key: &Node, job: &Node, report: &mut Report<'_>) {
    let id = key.text().unwrap_or_default().to_owned();
    if job.get("uses").is_some() {
        keys(job, "a job that calls a workflow", &CALLING_JOB, report);
    } else {
        keys(job, "a job", &JOB, report);
        if job.get("runs-on").is_none() && job.get("steps").is_some() {
            complain(key, &id, "`runs-on` is missing", report);
        }
    }
    for (key, value) in job.entries() {
        match key.text().unwrap_or_default() {
            "concurrency" => keys(value, "concurrency", &["cancel-in-progress", "group", "queue"], report),
            "defaults" => defaults(value, report),
            "env" => env(value, report),
            "environment" => {
                keys(value, "environment", &["deployment", "name", "url"], report);
                if !value.entries().is_empty() && value.get("name").is_none() {
                    complain(key, &id, "the environment has no name", report);
                }
            }
            "runs-on" => {
                keys(value, "runs-on", &["group", "labels"], report);
                if value.texts().is_empty() && value.entries().is_empty() {
                    complain(value, &id, "`runs-on` is empty", report);
                }
            }
            "strategy" => {
                keys(value, "strategy", &["fail-fast", "matrix", "max-parallel"], report);
                number(value.get("max-parallel"), &id, report);
                boolean(value.get("fail-fast"), &id, report);
            }
            "container" => container(key, value, "the container", &CONTAINER, &id, report),
            "services" => {
                for (key, service) in value.entries() {
                    container(key, service, "a service", &SERVICE, &id, report);
                }
            }
            "timeout-minutes" => number(Some(value), &id, report),
            "continue-on-error" => boolean(Some(value), &id, report),
            _ => {}
        }
    }
    for step in job.get("steps").map_or(&[][..], |steps| steps.items()) {
        audit_step(&id, step, report);
    }
}

fn container(key: &Node, node: &Node, of: &str, known: &[&str], id: &str, report: &mut Report<'_>) {
    keys(node, of, known, report);
    if !node.entries().is_empty() && node.get("image").is_none() {
        complain(key, id, "the container has no image", report);
    }
    if let Some(env_node) = node.get("env") {
        env(env_node, report);
    }
    let Some(credentials) = node.get("credentials") else {
        return;
    };
    keys(credentials, "credentials", &["password", "username"], report);
    let both = credentials.get("username").is_some() && credentials.get("password").is_some();
    if !both && credentials.text().is_none() {
        complain(credentials, id, "`credentials` need a username and a password", report);
    }
}

fn audit_step(id: &str, step: &Node, report: &mut Report<'_>) {
    match (step.get("run"), step.get("uses")) {
        (Some(_), _) => keys(step, "a step that runs a script", &RUN_STEP, report),
        (None, Some(_)) => keys(step, "a step that uses an action", &ACTION_STEP, report),
        (None, None) => complain(step, id, "a step has neither `run` nor `uses`", report),
    }
    if let Some(node) = step.get("env") {
        env(node, report);
    }
    for key in ["run", "uses", "id", "shell", "working-directory"] {
        if let Some(value) = step.get(key).filter(|node| node.text().is_some_and(str::is_empty)) {
            complain(value, id, &format!("`{key}` is empty"), report);
        }
    }
    number(step.get("timeout-minutes"), id, report);
    boolean(step.get("continue-on-error"), id, report);
}

fn number(node: Option<&std::rc::Rc<Node>>, id: &str, report: &mut Report<'_>) {
    let Some((node, text)) = node.and_then(|node| Some((node, node.text()?))) else {
        return;
    };
    let positive = text.parse::<f64>().is_ok_and(|number| number > 0.0);
    if !positive && !text.contains("${{") {
        complain(node, id, "a number above zero is expected here", report);
    }
}

fn boolean(node: Option<&std::rc::Rc<Node>>, id: &str, report: &mut Report<'_>) {
    let Some(node) = node else { return };
    if !(node.is_true() || node.is_false() || node.text().is_some_and(|text| text.contains("${{"))) {
        complain(node, id, "`true` or `false` is expected here", report);
    }
}

/// Names of environment variables.
fn env(node: &Node, report: &mut Report<'_>) {
    if node.text().is_some_and(|text| !text.contains("${{") && !node.is_null()) {
        complain(node, "env", "`env` is no mapping", report);
    }
    for (key, _) in node.entries() {
        let text = key.text().unwrap_or_default();
        if !text.contains("${{") && (text.is_empty() || text.contains(['&', '=', ' '])) {
            let found = report.finding("env", format!("`{}` is no name of a variable", shown(text)), key);
            add(&mut report.audit.variables, found);
        }
    }
}
