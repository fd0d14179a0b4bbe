//! The interfaces that a project declares itself: `action.yml` and workflows that start when they are called.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Callee, Input, Interface, Kind};
use crate::source::yaml::{Node, Value};

/// Reads an `action.yml`.
pub(super) fn action(root: &Node) -> Callee {
    if let Some(why) = shapeless(root, ["inputs", "outputs"]) {
        return Callee::NotCallable(why);
    }
    let runs = root.get("runs");
    let using = runs.and_then(|runs| runs.get("using"));
    let using = using.and_then(|using| using.text()).unwrap_or_default();
    let (needed, why) = match using {
        "composite" => ("steps", "a composite action needs `runs.steps`"),
        "docker" => ("image", "an action in a container needs `runs.image`"),
        "" => return Callee::NotCallable("`runs.using` is missing"),
        _ if is_node(using) => ("main", "a JavaScript action needs `runs.main`"),
        _ => return Callee::NotCallable("`runs.using` is neither `composite` nor `docker` nor a Node.js"),
    };
    if runs.is_none_or(|runs| runs.get(needed).is_none()) {
        return Callee::NotCallable(why);
    }
    let mut interface = Interface {
        inputs: inputs(root.get("inputs"), |_| Kind::Any),
        ..Interface::default()
    };
    if using == "docker" {
        // Every container takes these two.
        for name in ["entrypoint", "args"] {
            interface.inputs.entry(name.to_owned()).or_default();
        }
    }
    // A program may give outputs that its declaration does not list; steps cannot.
    interface.outputs = (using == "composite").then(|| named(root.get("outputs")).map(|(name, _)| name).collect());
    Callee::Known(Rc::new(interface))
}

/// Reads a workflow that another one calls.
pub(super) fn workflow(root: &Node) -> Callee {
    let Some(on) = root.get("on") else {
        return Callee::NotCallable("nothing says when it runs");
    };
    let call = on.get("workflow_call");
    if call.is_none() && !on.texts().contains(&"workflow_call") {
        return Callee::NotCallable("it has no trigger `workflow_call`");
    }
    if let Some(why) = call.and_then(|call| shapeless(call, ["inputs", "outputs", "secrets"])) {
        return Callee::NotCallable(why);
    }
    let part = |name: &str| call.and_then(|call| call.get(name));
    let kind = |input: &Node| match input.get("type").and_then(|node| node.text()) {
        Some("string") => Kind::Text,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        _ => Kind::Any,
    };
    Callee::Known(Rc::new(Interface {
        inputs: inputs(part("inputs"), kind),
        outputs: Some(named(part("outputs")).map(|(name, _)| name).collect()),
        secrets: named(part("secrets"))
            .map(|(name, secret)| (name, is_required(secret)))
            .collect(),
    }))
}

/// What is wrong with a declaration of which one part is no mapping.
fn shapeless<const N: usize>(root: &Node, parts: [&str; N]) -> Option<&'static str> {
    let is_mapping = |part: &str| {
        root.get(part)
            .is_none_or(|node| matches!(node.value, Value::Map(_)) || node.is_null())
    };
    let all = parts.into_iter().all(is_mapping);
    (!all).then_some("its inputs, outputs and secrets have to be mappings")
}

fn inputs(node: Option<&Rc<Node>>, kind: impl Fn(&Node) -> Kind) -> BTreeMap<String, Input> {
    let input = |(name, input): (String, &Node)| {
        let required = is_required(input) && input.get("default").is_none();
        // What has to be given is no fault of who gives it.
        let said = input.get("deprecationMessage").filter(|_| !required);
        let input = Input {
            required,
            kind: kind(input),
            deprecated: said
                .and_then(|node| node.text())
                .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")),
        };
        (name, input)
    };
    named(node).map(input).collect()
}

fn named<'a>(node: Option<&'a Rc<Node>>) -> impl Iterator<Item = (String, &'a Node)> + use<'a> {
    let entries = node.map_or(&[][..], |node| node.entries());
    entries
        .iter()
        .filter_map(|(key, value)| Some((key.text()?.to_lowercase(), value.as_ref())))
}

/// The metadata of actions often has the word in quotes.
fn is_required(node: &Node) -> bool {
    node.get("required")
        .is_some_and(|node| node.is_true() || node.text() == Some("true"))
}

fn is_node(using: &str) -> bool {
    using
        .strip_prefix("node")
        .is_some_and(|version| version.parse::<u32>().is_ok())
}
