//! What may stand at a place of a workflow, and the judge that compares a file with it. The places themselves are listed in
//! [`super::schema`].

use std::collections::HashMap;

use super::report::{Report, add};
use crate::facts::workflow::expression::single;
use crate::source::yaml::{Node, Value};

/// What may stand at a place. A single expression may stand for every shape but texts, which may hold several.
pub(super) enum Shape {
    /// Anything: it is free, or judged elsewhere.
    Any,
    /// A text, a number or a boolean, or nothing.
    Free,
    /// A text that is not empty.
    Text,
    /// Such a text, or a written `null`.
    TextOrNothing,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A number above zero.
    Number,
    /// A whole number above zero.
    Integer,
    /// A list that is not empty, of this.
    List(&'static Shape),
    /// A list of this that may be empty.
    AnyList(&'static Shape),
    /// A mapping from names that the author chooses to this. The service takes names that differ in case for the same.
    Names(&'static Shape),
    /// Such a mapping, or nothing.
    AnyNames(&'static Shape),
    /// A mapping with keys that the service knows.
    Section(&'static Section),
    /// The first where a scalar stands, the second where a list does, else the third.
    Either(&'static Shape, &'static Shape, &'static Shape),
}

/// A mapping with keys that the service knows.
pub(super) struct Section {
    /// What it is, for a message: `a job`.
    pub(super) name: &'static str,
    /// Its keys and what stands there.
    pub(super) keys: &'static [(&'static str, Shape)],
    /// The keys that must be there.
    pub(super) required: &'static [&'static str],
    /// Whether nothing may stand in its place.
    pub(super) may_be_nothing: bool,
}

/// Judges the value of a key. What is missing is told at the key.
pub(super) fn judge(key: &Node, value: &Node, shape: &Shape, report: &mut Report<'_>) {
    match shape {
        Shape::Any => {}
        Shape::Free => {
            if value.text().is_none() {
                complain(value, "a text is expected here", report);
            }
        }
        Shape::Text => text(key, value, report),
        Shape::TextOrNothing if value.is_null() && value.text() != Some("") => {}
        Shape::TextOrNothing => text(key, value, report),
        Shape::Word(words) => {
            if !(value.text().is_some_and(|text| words.contains(&text)) || is_expression(value)) {
                complain(value, &format!("one of {} is expected here", listed(words)), report);
            }
        }
        Shape::Boolean => {
            if !(value.is_true() || value.is_false() || is_expression(value)) {
                complain(value, "`true` or `false` is expected here", report);
            }
        }
        Shape::Number => {
            if !(number(value).is_some_and(|number| number > 0.0) || is_expression(value)) {
                complain(value, "a number above zero is expected here", report);
            }
        }
        Shape::Integer => {
            let whole = |number: f64| number > 0.0 && number.fract() == 0.0;
            if !(number(value).is_some_and(whole) || is_expression(value)) {
                complain(value, "a whole number above zero is expected here", report);
            }
        }
        Shape::List(items) => list(key, value, items, false, report),
        Shape::AnyList(items) => list(key, value, items, true, report),
        Shape::Names(values) => names(key, value, values, false, report),
        Shape::AnyNames(values) => names(key, value, values, true, report),
        Shape::Section(known) => section(key, value, known, report),
        Shape::Either(scalar, items, mapping) => {
            let chosen = match &value.value {
                Value::Scalar { .. } => scalar,
                Value::List(_) => items,
                Value::Map(_) => mapping,
            };
            judge(key, value, chosen, report);
        }
    }
}

fn text(key: &Node, value: &Node, report: &mut Report<'_>) {
    match value.text() {
        None => complain(value, "a text is expected here", report),
        Some(text) if text.is_empty() || value.is_null() => empty(key, value, report),
        Some(_) => {}
    }
}

fn list(key: &Node, value: &Node, shape: &Shape, may_be_empty: bool, report: &mut Report<'_>) {
    match &value.value {
        Value::List(items) => {
            if items.is_empty() && !may_be_empty {
                empty(key, value, report);
            }
            for item in items {
                judge(item, item, shape, report);
            }
        }
        _ if is_expression(value) => {}
        _ => complain(value, "a list is expected here", report),
    }
}

fn names(key: &Node, value: &Node, shape: &Shape, may_be_nothing: bool, report: &mut Report<'_>) {
    let Value::Map(entries) = &value.value else {
        return no_mapping(key, value, may_be_nothing, report);
    };
    if entries.is_empty() && !may_be_nothing {
        empty(key, value, report);
    }
    let mut seen: HashMap<String, (&str, usize)> = HashMap::new();
    for (name, value) in entries {
        let text = name.text().unwrap_or_default();
        if let Some((first, line)) = seen.insert(text.to_lowercase(), (text, name.line))
            && first != text
        {
            let what = format!("`{}` is `{}` of line {line} in another case", shown(text), shown(first));
            complain(name, &what, report);
        }
        judge(name, value, shape, report);
    }
}

fn section(key: &Node, value: &Node, section: &Section, report: &mut Report<'_>) {
    let Value::Map(entries) = &value.value else {
        no_mapping(key, value, section.may_be_nothing, report);
        if value.is_null() && section.may_be_nothing {
            missing(key, value, section, report);
        }
        return;
    };
    if entries.is_empty() && !section.may_be_nothing {
        return empty(key, value, report);
    }
    for (name, value) in entries {
        let Some(text) = name.text().filter(|text| !text.contains("${{")) else {
            continue;
        };
        match section.keys.iter().find(|(known, _)| *known == text) {
            Some((_, shape)) => judge(name, value, shape, report),
            None => {
                let what = format!("`{}` is no key of {}", shown(text), section.name);
                complain(name, &what, report);
            }
        }
    }
    missing(key, value, section, report);
}

fn missing(key: &Node, value: &Node, section: &Section, report: &mut Report<'_>) {
    for required in section.required {
        if value.get(required).is_none() {
            let what = format!("`{required}` is missing in {}", section.name);
            complain(key, &what, report);
        }
    }
}

fn no_mapping(key: &Node, value: &Node, may_be_nothing: bool, report: &mut Report<'_>) {
    match (value.is_null(), may_be_nothing) {
        (true, true) => {}
        (true, false) => empty(key, value, report),
        (false, _) if is_expression(value) => {}
        (false, _) => complain(value, "a mapping is expected here", report),
    }
}

fn empty(key: &Node, value: &Node, report: &mut Report<'_>) {
    let what = match key.text().filter(|text| !text.is_empty()) {
        Some(name) => format!("`{}` is empty", shown(name)),
        None => "it is empty".to_owned(),
    };
    complain(value, &what, report);
}

/// Whether one expression is all that stands there.
fn is_expression(node: &Node) -> bool {
    node.text().and_then(single).is_some()
}

/// A number that is not quoted.
pub(super) fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Scalar { text, plain: true } => text.parse().ok(),
        _ => None,
    }
}

/// Adds a finding about keys and shapes.
pub(super) fn complain(node: &Node, what: &str, report: &mut Report<'_>) {
    let found = report.finding("a key", what, node);
    add(&mut report.audit.keys, found);
}

/// So much of a foreign word as a message needs.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
