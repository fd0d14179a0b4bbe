//! What a workflow puts into its own contexts: inputs, secrets, outputs of jobs, ids of steps, the matrix.

use std::rc::Rc;

use super::types::{Object, Type};
use crate::facts::workflow::interfaces::{Interface, Interfaces};
use crate::source::yaml::{Node, Value};

/// The names of a mapping, in small letters; `None` when it is computed.
fn names(node: &Node) -> Option<Vec<String>> {
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

fn texts(names: Option<Vec<String>>) -> Type {
    names.map_or(Type::Any, |names| {
        Type::object(names.into_iter().map(|name| (name, Type::Text)))
    })
}

/// The inputs that an event takes, as they are written.
fn written_inputs<'a>(root: &'a Node, event: &str) -> Option<&'a Rc<Node>> {
    root.get("on")?.get(event)?.get("inputs")
}

/// The inputs of all triggers that take some.
pub(super) fn inputs(root: &Node) -> Type {
    let mut inputs = Type::object::<String>([]);
    for event in ["workflow_call", "workflow_dispatch"] {
        let Some(node) = written_inputs(root, event) else {
            continue;
        };
        if names(node).is_none() {
            return Type::Any;
        }
        let typed = |(key, input): &(Rc<Node>, Rc<Node>)| Some((key.text()?.to_lowercase(), input_type(event, input)));
        inputs.absorb(Type::object(node.entries().iter().filter_map(typed)));
    }
    inputs
}

/// The type of an input.
pub(super) fn input_type(event: &str, input: &Node) -> Type {
    match input.get("type").and_then(|node| node.text()) {
        Some("boolean") => Type::Boolean,
        Some("number") => Type::Number,
        Some("string" | "choice" | "environment") => Type::Text,
        None if event == "workflow_dispatch" => Type::Text,
        _ => Type::Any,
    }
}

/// The inputs as the event that starts a run by hand carries them: all are texts.
pub(super) fn event_inputs(root: &Node) -> Type {
    match written_inputs(root, "workflow_dispatch") {
        // the event of a caller has other inputs
        Some(inputs) if root.get("on").is_some_and(|on| on.get("workflow_call").is_none()) => texts(names(inputs)),
        _ => Type::Any,
    }
}

/// The inputs that are no free text.
pub(super) fn closed_inputs(root: &Node) -> Vec<String> {
    let mut closed = Vec::new();
    for event in ["workflow_call", "workflow_dispatch"] {
        let inputs = written_inputs(root, event);
        for (key, input) in inputs.map_or(&[][..], |inputs| inputs.entries()) {
            let kind = input.get("type").and_then(|node| node.text()).unwrap_or_default();
            if let ("boolean" | "number" | "choice", Some(name)) = (kind, key.text()) {
                closed.push(name.to_lowercase());
            }
        }
    }
    closed
}

/// The secrets that a caller hands over; any when the workflow does not list them.
pub(super) fn secrets(root: &Node) -> Type {
    let listed = || names(root.get("on")?.get("workflow_call")?.get("secrets")?);
    match listed() {
        None => Type::map(Type::Text),
        Some(mut listed) => {
            listed.extend(["github_token", "actions_step_debug", "actions_runner_debug"].map(str::to_owned));
            texts(Some(listed))
        }
    }
}

/// The jobs with their results and outputs.
pub(super) fn jobs(root: &Node, interfaces: &Interfaces<'_>) -> Vec<(String, Type)> {
    let jobs = root.get("jobs").map_or(&[][..], |jobs| jobs.entries());
    let outputs = |job: &Node| match (job.get("uses"), job.get("outputs")) {
        (Some(uses), _) => {
            let callee = interfaces.workflow(uses.text().unwrap_or_default());
            given(callee.interface().map(AsRef::as_ref))
        }
        (None, Some(outputs)) => texts(names(outputs)),
        (None, None) => texts(Some(Vec::new())),
    };
    jobs.iter()
        .filter_map(|(key, job)| {
            let about = Type::object([("outputs", outputs(job)), ("result", Type::Text)]);
            Some((key.text()?.to_lowercase(), about))
        })
        .collect()
}

/// The outputs of what is called; any when it does not list them all.
fn given(interface: Option<&Interface>) -> Type {
    let listed = interface.and_then(|interface| interface.outputs.as_ref());
    listed.map_or_else(
        || Type::map(Type::Text),
        |outputs| texts(Some(outputs.iter().cloned().collect())),
    )
}

/// What is known of a step: the outputs of a script are its own, those of an action may be known.
fn step(step: &Node, interfaces: &Interfaces<'_>) -> Type {
    let callee = step
        .get("uses")
        .and_then(|uses| uses.text())
        .map(|uses| interfaces.action(uses));
    let interface = callee.as_ref().and_then(|callee| callee.interface());
    Type::object([
        ("outputs", given(interface.map(AsRef::as_ref))),
        ("outcome", Type::Text),
        ("conclusion", Type::Text),
    ])
}

/// All steps of a job that have an id.
pub(super) fn steps(job: &Node, interfaces: &Interfaces<'_>) -> Type {
    let mut steps = Type::object::<String>([]);
    for step in job.get("steps").map_or(&[][..], |steps| steps.items()) {
        add_step(&mut steps, step, interfaces);
    }
    steps
}

/// Adds a step to those that are known so far. An id that is computed may be any.
pub(super) fn add_step(steps: &mut Type, new: &Node, interfaces: &Interfaces<'_>) {
    let (Type::Object(known), Some(id)) = (&mut *steps, new.get("id").and_then(|node| node.text())) else {
        return;
    };
    if id.contains("${{") {
        *steps = Type::Any;
    } else {
        Rc::make_mut(known)
            .known
            .insert(id.to_lowercase(), step(new, interfaces));
    }
}

/// The matrix of a job with what `include` adds; `computed` tells the type of an expression.
pub(super) fn matrix(job: &Node, computed: &mut dyn FnMut(&str) -> Type) -> Type {
    let Some(strategy) = job.get("strategy") else {
        return Type::object::<String>([]);
    };
    let Some(matrix) = strategy.get("matrix") else {
        return match strategy.text() {
            Some(_) => Type::Any,
            None => Type::object::<String>([]),
        };
    };
    if names(matrix).is_none() {
        return Type::Any;
    }
    let mut rows = Object::default();
    for (key, row) in matrix.entries() {
        let Some(name) = key.text().filter(|name| !matches!(*name, "include" | "exclude")) else {
            continue;
        };
        let items = match Type::of_yaml(row, computed) {
            Type::List(items) => (*items).clone(),
            _ => Type::Any,
        };
        rows.known.insert(name.to_lowercase(), items);
    }
    let mut typed = Type::Object(Rc::new(rows));
    if let Some(include) = matrix.get("include") {
        if include.text().is_some() {
            return Type::Any;
        }
        for item in include.items() {
            typed.absorb(Type::of_yaml(item, computed));
        }
    }
    typed
}
