//! What workflows call: whether it is there and still runs, and whether it is handed what it takes.

use std::rc::Rc;

use super::report::{Report, add};
use super::shape::{number, shown};
use crate::facts::workflow::interfaces::{Age, Callee, Input, Interface, Kind, age, own_path};
use crate::source::yaml::{Node, Value};

/// Judges the calls of all jobs.
pub(super) fn audit(root: &Node, report: &mut Report<'_>) {
    for (key, job) in root.get("jobs").map_or(&[][..], |jobs| jobs.entries()) {
        let id = key.text().unwrap_or_default();
        if let Some(call) = Call::of(id, job) {
            workflow(&call, report);
        }
        let steps = job.get("steps").map_or(&[][..], |steps| steps.items());
        for (index, step) in steps.iter().enumerate() {
            if let Some(call) = Call::of(id, step) {
                action(&call, steps.get(..index).unwrap_or_default(), report);
            }
        }
    }
}

/// A job or a step that calls something.
struct Call<'a> {
    /// The job.
    id: &'a str,
    /// The job or the step.
    caller: &'a Node,
    /// What it calls, and where that stands.
    uses: &'a str,
    node: &'a Node,
}

impl<'a> Call<'a> {
    /// That an expression cannot stand there is told with the other expressions.
    fn of(id: &'a str, caller: &'a Node) -> Option<Self> {
        let node = caller.get("uses")?;
        let uses = node.text().filter(|text| !text.is_empty() && !text.contains("${{"))?;
        Some(Self { id, caller, uses, node })
    }

    /// What is called, in a message.
    fn shown(&self) -> String {
        format!("`{}`", shown(self.uses))
    }

    fn complain(&self, what: String, node: &Node, report: &mut Report<'_>) {
        let found = report.finding(self.id, what, node);
        add(&mut report.audit.calls, found);
    }
}

fn workflow(call: &Call<'_>, report: &mut Report<'_>) {
    if !names_a_workflow(call.uses) {
        let what = format!(
            "{} names no workflow: `owner/repository/path.yml@version` or `./path.yml` does",
            call.shown()
        );
        return call.complain(what, call.node, report);
    }
    match report.interfaces.workflow(call.uses) {
        Callee::Known(interface) => {
            inputs(call, &interface, report);
            secrets(call, &interface, report);
        }
        Callee::Missing => call.complain(format!("there is no file {}", call.shown()), call.node, report),
        Callee::NotCallable(why) => {
            call.complain(format!("{} cannot be called: {why}", call.shown()), call.node, report);
        }
        Callee::Unknown => {}
    }
}

fn names_a_workflow(uses: &str) -> bool {
    let is_yaml = |path: &str| path.ends_with(".yml") || path.ends_with(".yaml");
    if let Some(path) = own_path(uses) {
        return is_yaml(path);
    }
    let Some((path, version)) = uses.split_once('@') else {
        return false;
    };
    let parts: Vec<&str> = path.split('/').collect();
    parts.len() > 2 && parts.iter().all(|part| !part.is_empty()) && !version.is_empty() && is_yaml(path)
}

fn action(call: &Call<'_>, before: &[Rc<Node>], report: &mut Report<'_>) {
    let Call { uses, node, .. } = *call;
    if let Some(image) = uses.strip_prefix("docker://") {
        if image.is_empty() || image.ends_with(':') {
            call.complain(format!("{} names no image", call.shown()), node, report);
        }
        return;
    }
    let is_local = own_path(uses).is_some();
    if !is_local && !names_an_action(uses) {
        let what = format!(
            "{} names no action: `owner/repository@version` or `./folder` does",
            call.shown()
        );
        return call.complain(what, node, report);
    }
    if let Some(age) = age(uses) {
        let found = report.finding(&shown(uses), age.words(), node);
        match age {
            Age::Refused => add(&mut report.audit.refused_actions, found),
            Age::Retired(_) => add(&mut report.audit.retired_actions, found),
        }
    }
    match report.interfaces.action(uses) {
        Callee::Known(interface) => inputs(call, &interface, report),
        Callee::Missing if is_local && !before.iter().any(|step| may_bring(step, uses)) => {
            call.complain(format!("{} holds no `action.yml`", call.shown()), node, report);
        }
        Callee::NotCallable(why) => call.complain(format!("{} cannot run: {why}", call.shown()), node, report),
        Callee::Missing | Callee::Unknown => {}
    }
}

/// Whether a step before may have brought the folder: a checkout to somewhere else or of something else, or a script that names it.
fn may_bring(step: &Node, folder: &str) -> bool {
    let name = folder.rsplit('/').find(|part| !part.is_empty()).unwrap_or(folder);
    let script = step.get("run").and_then(|run| run.text()).unwrap_or_default();
    let given = |input: &str| step.get("with").is_some_and(|with| with.get(input).is_some());
    script.contains(name) || ["path", "repository", "ref", "submodules"].into_iter().any(given)
}

fn names_an_action(uses: &str) -> bool {
    uses.split_once('@').is_some_and(|(path, version)| {
        let parts: Vec<&str> = path.split('/').collect();
        parts.len() > 1 && parts.iter().take(2).all(|part| !part.is_empty()) && !version.is_empty()
    })
}

/// What is handed over under a key. Nothing is known of it when it is computed as a whole, or `inherit` hands over all that there is.
fn handed<'a>(call: &Call<'a>, key: &str) -> Option<&'a [(Rc<Node>, Rc<Node>)]> {
    let given = call.caller.get(key);
    let is_whole = given.is_some_and(|given| given.text().is_some_and(|text| !text.is_empty()));
    (!is_whole).then(|| given.map_or(&[][..], |given| given.entries()))
}

fn inputs(call: &Call<'_>, interface: &Interface, report: &mut Report<'_>) {
    let Some(given) = handed(call, "with") else { return };
    for (key, value) in given {
        let name = key.text().unwrap_or_default();
        let Some(input) = interface.inputs.get(&name.to_lowercase()) else {
            let what = unknown(call, name, "inputs", interface.inputs.keys());
            call.complain(what, key, report);
            continue;
        };
        let input_of = || format!("`{}` of {}", shown(name), call.shown());
        if let Some(wanted) = misfit(input, value) {
            call.complain(format!("{} takes {wanted}", input_of()), value, report);
        }
        if let Some(said) = &input.deprecated {
            let said: String = said.chars().take(200).collect();
            call.complain(format!("{} is deprecated: {said}", input_of()), key, report);
        }
    }
    for (name, _) in interface.inputs.iter().filter(|(_, input)| input.required) {
        if !is_given(given, name) {
            let what = format!("{} needs the input `{name}`", call.shown());
            call.complain(what, call.node, report);
        }
    }
}

fn secrets(call: &Call<'_>, interface: &Interface, report: &mut Report<'_>) {
    let Some(given) = handed(call, "secrets") else { return };
    for (key, _) in given {
        let name = key.text().unwrap_or_default();
        if !interface.secrets.contains_key(&name.to_lowercase()) {
            let what = unknown(call, name, "secrets", interface.secrets.keys());
            call.complain(what, key, report);
        }
    }
    for (name, _) in interface.secrets.iter().filter(|(_, required)| **required) {
        if !is_given(given, name) {
            let what = format!("{} needs the secret `{name}`", call.shown());
            call.complain(what, call.node, report);
        }
    }
}

fn is_given(given: &[(Rc<Node>, Rc<Node>)], name: &str) -> bool {
    given
        .iter()
        .any(|(key, _)| key.text().is_some_and(|text| text.to_lowercase() == name))
}

/// What a written value has to be and is not. What is computed is judged with the expressions.
fn misfit(input: &Input, value: &Node) -> Option<&'static str> {
    let Value::Scalar { text, .. } = &value.value else {
        return (input.kind != Kind::Any).then_some("a single value");
    };
    if text.contains("${{") {
        return None;
    }
    match input.kind {
        Kind::Number if !value.is_null() && number(value).is_none() => Some("a number"),
        Kind::Text if value.is_null() && !text.is_empty() => Some("a text"),
        _ => None,
    }
}

fn unknown<'k>(call: &Call<'_>, name: &str, what: &str, known: impl Iterator<Item = &'k String>) -> String {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let nearest = crate::text::nearest(name, known.iter().copied());
    let hint = match (nearest, known.is_empty()) {
        (Some(nearest), _) => format!("; the nearest is `{nearest}`"),
        (None, true) => format!("; it takes no {what}"),
        (None, false) => String::new(),
    };
    format!("`{}` is none of the {what} of {}{hint}", shown(name), call.shown())
}
