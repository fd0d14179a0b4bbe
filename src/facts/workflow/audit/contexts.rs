//! What a workflow puts into its own contexts: inputs, secrets, outputs of jobs, ids of steps, keys of the matrix.

use super::scope::Known;
use crate::source::yaml::{Node, Value};

fn keys(node: &Node) -> Known {
    match &node.value {
        Value::Map(entries) => Some(
            entries
                .iter()
                .filter_map(|(key, _)| key.text().map(str::to_lowercase))
                .collect(),
        ),
        Value::Scalar { .. } if node.is_null() => Some(Vec::new()),
        Value::Scalar { .. } | Value::List(_) => None,
    }
}

/// The inputs of all triggers that take some.
pub(super) fn inputs(root: &Node) -> Known {
    let mut known = Vec::new();
    for event in ["workflow_call", "workflow_dispatch"] {
        let inputs = root
            .get("on")
            .and_then(|on| on.get(event))
            .and_then(|event| event.get("inputs"));
        if let Some(inputs) = inputs {
            known.extend(keys(inputs)?);
        }
    }
    Some(known)
}

/// The inputs that are no free text.
pub(super) fn closed_inputs(root: &Node) -> Vec<String> {
    let mut closed = Vec::new();
    for event in ["workflow_call", "workflow_dispatch"] {
        let inputs = root
            .get("on")
            .and_then(|on| on.get(event))
            .and_then(|event| event.get("inputs"));
        for (key, input) in inputs.map_or(&[][..], |inputs| inputs.entries()) {
            let kind = input.get("type").and_then(|node| node.text()).unwrap_or_default();
            if let ("boolean" | "number" | "choice", Some(name)) = (kind, key.text()) {
                closed.push(name.to_lowercase());
            }
        }
    }
    closed
}

/// The secrets that a caller hands over; anything when the workflow does not list them.
pub(super) fn secrets(root: &Node) -> Known {
    let mut known = keys(root.get("on")?.get("workflow_call")?.get("secrets")?)?;
    known.extend(["github_token", "actions_step_debug", "actions_runner_debug"].map(str::to_owned));
    Some(known)
}

/// The jobs with their outputs; those of a workflow that is called are unknown.
pub(super) fn jobs(root: &Node) -> Vec<(String, Known)> {
    let jobs = root.get("jobs").map_or(&[][..], |jobs| jobs.entries());
    let outputs = |job: &Node| match (job.get("uses"), job.get("outputs")) {
        (Some(_), _) => None,
        (None, Some(outputs)) => keys(outputs),
        (None, None) => Some(Vec::new()),
    };
    jobs.iter()
        .filter_map(|(key, job)| Some((key.text()?.to_lowercase(), outputs(job))))
        .collect()
}

/// The ids of all steps of a job.
pub(super) fn steps(job: &Node) -> Known {
    let steps = job.get("steps").map_or(&[][..], |steps| steps.items());
    let ids: Vec<String> = steps
        .iter()
        .filter_map(|step| step.get("id").and_then(|id| id.text()).map(str::to_lowercase))
        .collect();
    (!ids.iter().any(|id| id.contains("${{"))).then_some(ids)
}

/// The keys of a job's matrix with those that `include` adds.
pub(super) fn matrix(job: &Node) -> Known {
    let Some(strategy) = job.get("strategy") else {
        return Some(Vec::new());
    };
    let Some(matrix) = strategy.get("matrix") else {
        return strategy.text().is_none().then(Vec::new);
    };
    let mut known = keys(matrix)?;
    known.retain(|key| key != "include" && key != "exclude");
    if let Some(include) = matrix.get("include") {
        if include.text().is_some() {
            return None;
        }
        for item in include.items() {
            known.extend(keys(item)?);
        }
    }
    known.sort_unstable();
    known.dedup();
    Some(known)
}
