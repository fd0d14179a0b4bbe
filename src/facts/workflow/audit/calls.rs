//! What workflows call: whether it is there and still runs, and whether it is handed what it takes.

use super::report::{Report, add};
use super::shape::shown;
use crate::facts::workflow::interfaces::{Age, Callee, Input, Interface, Interfaces, Kind, own_path};
use crate::source::yaml::{Node, Value};

/// Judges the calls of all jobs.
pub(super) fn audit(root: &Node, report: &mut Report<'_>) {
    for (key, job) in root.get("jobs").map_or(&[][..], |jobs| jobs.entries()) {
        let id = key.text().unwrap_or_default();
        if let Some((node, uses)) = called(job) {
            workflow(id, job, node, uses, report);
        }
        let steps = job.get("steps").map_or(&[][..], |steps| steps.items());
        for (index, step) in steps.iter().enumerate() {
            if let Some((node, uses)) = called(step) {
                let before = steps.get(..index).unwrap_or_default();
                action(id, step, before, (node, uses), report);
            }
        }
    }
}

/// What is called. That an expression cannot stand there is told with the other expressions.
fn called(holder: &Node) -> Option<(&Node, &str)> {
    let node = holder.get("uses")?;
    let text = node.text().filter(|text| !text.is_empty() && !text.contains("${{"))?;
    Some((node, text))
}

fn workflow(id: &str, job: &Node, node: &Node, uses: &str, report: &mut Report<'_>) {
    if !names_a_workflow(uses) {
        let what = format!(
            "`{}` names no workflow: `owner/repository/path.yml@version` or `./path.yml` does",
            shown(uses)
        );
        return complain(id, what, node, report);
    }
    match report.interfaces.workflow(uses) {
        Callee::Known(interface) => {
            handed(
                id,
                "inputs",
                job.get("with").map(AsRef::as_ref),
                &interface,
                (node, uses),
                report,
            );
            secrets(id, job, &interface, (node, uses), report);
        }
        Callee::Missing => complain(id, format!("there is no file `{}`", shown(uses)), node, report),
        Callee::NotCallable(why) => {
            complain(id, format!("`{}` cannot be called: {why}", shown(uses)), node, report);
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

fn action(id: &str, step: &Node, before: &[std::rc::Rc<Node>], call: (&Node, &str), report: &mut Report<'_>) {
    let (node, uses) = call;
    if let Some(image) = uses.strip_prefix("docker://") {
        if image.is_empty() || image.ends_with(':') {
            let what = format!("`{}` names no image", shown(uses));
            complain(id, what, node, report);
        }
        return;
    }
    let is_local = own_path(uses).is_some();
    if !is_local && !names_an_action(uses) {
        let what = format!(
            "`{}` names no action: `owner/repository@version` or `./folder` does",
            shown(uses)
        );
        return complain(id, what, node, report);
    }
    if let Some(age) = Interfaces::age(uses) {
        let found = report.finding(&shown(uses), age.words(), node);
        match age {
            Age::Refused => add(&mut report.audit.refused_actions, found),
            Age::Retired(_) => add(&mut report.audit.retired_actions, found),
        }
    }
    match report.interfaces.action(uses) {
        Callee::Known(interface) => {
            handed(
                id,
                "inputs",
                step.get("with").map(AsRef::as_ref),
                &interface,
                (node, uses),
                report,
            );
        }
        Callee::Missing if is_local && !before.iter().any(|step| may_bring(step, uses)) => {
            let what = format!("`{}` holds no `action.yml`", shown(uses));
            complain(id, what, node, report);
        }
        Callee::NotCallable(why) => complain(id, format!("`{}` cannot run: {why}", shown(uses)), node, report),
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

/// Compares what is handed over with what is taken. A value that is computed as a whole may be anything.
fn handed(
    id: &str,
    what: &str,
    given: Option<&Node>,
    interface: &Interface,
    call: (&Node, &str),
    report: &mut Report<'_>,
) {
    let (node, uses) = call;
    if given.is_some_and(|given| given.text().is_some_and(|text| !text.is_empty())) {
        return;
    }
    let given = given.map_or(&[][..], |given| given.entries());
    for (key, value) in given {
        let name = key.text().unwrap_or_default();
        match interface.inputs.get(&name.to_lowercase()) {
            None => complain(id, unknown(name, uses, what, interface.inputs.keys()), key, report),
            Some(input) => {
                let input_of = || format!("`{}` of `{}`", shown(name), shown(uses));
                if let Some(wanted) = misfit(input, value) {
                    complain(id, format!("{} takes {wanted}", input_of()), value, report);
                }
                if let Some(said) = &input.deprecated {
                    let said: String = said.chars().take(200).collect();
                    complain(id, format!("{} is deprecated: {said}", input_of()), key, report);
                }
            }
        }
    }
    for (name, _) in interface.inputs.iter().filter(|(_, input)| input.required) {
        if !is_given(given, name) {
            let what = format!("`{}` needs the input `{name}`", shown(uses));
            complain(id, what, node, report);
        }
    }
}

fn secrets(id: &str, job: &Node, interface: &Interface, call: (&Node, &str), report: &mut Report<'_>) {
    let (node, uses) = call;
    let given = job.get("secrets");
    // `inherit` hands over all that there are.
    if given.is_some_and(|given| given.text().is_some_and(|text| !text.is_empty())) {
        return;
    }
    let given = given.map_or(&[][..], |given| given.entries());
    for (key, _) in given {
        let name = key.text().unwrap_or_default();
        if !interface.secrets.contains_key(&name.to_lowercase()) {
            complain(
                id,
                unknown(name, uses, "secrets", interface.secrets.keys()),
                key,
                report,
            );
        }
    }
    for (name, _) in interface.secrets.iter().filter(|(_, required)| **required) {
        if !is_given(given, name) {
            let what = format!("`{}` needs the secret `{name}`", shown(uses));
            complain(id, what, node, report);
        }
    }
}

fn is_given(given: &[(std::rc::Rc<Node>, std::rc::Rc<Node>)], name: &str) -> bool {
    given
        .iter()
        .any(|(key, _)| key.text().is_some_and(|text| text.to_lowercase() == name))
}

/// What a written value has to be and is not. What is computed is judged with the expressions.
fn misfit(input: &Input, value: &Node) -> Option<&'static str> {
    let Value::Scalar { text, plain } = &value.value else {
        return (input.kind != Kind::Any).then_some("a single value");
    };
    if text.contains("${{") {
        return None;
    }
    match input.kind {
        Kind::Number if !(value.is_null() || *plain && text.parse::<f64>().is_ok()) => Some("a number"),
        Kind::Text if value.is_null() && !text.is_empty() => Some("a text"),
        _ => None,
    }
}

fn unknown<'k>(name: &str, uses: &str, what: &str, known: impl Iterator<Item = &'k String>) -> String {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let nearest = crate::text::nearest(&name.to_lowercase(), known.iter().copied());
    let hint = match (nearest, known.is_empty()) {
        (Some(nearest), _) => format!("; the nearest is `{nearest}`"),
        (None, true) => format!("; it takes no {what}"),
        (None, false) => String::new(),
    };
    format!("`{}` is none of the {what} of `{}`{hint}", shown(name), shown(uses))
}

fn complain(id: &str, what: String, node: &Node, report: &mut Report<'_>) {
    let found = report.finding(id, what, node);
    add(&mut report.audit.calls, found);
}
