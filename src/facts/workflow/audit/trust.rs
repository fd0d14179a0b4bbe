//! Conditions that decide by what an outsider can set, and scripts that such a value becomes part of.

use super::report::{Report, add};
use super::scope::Scope;
use crate::facts::workflow::expression::{Access, Expression, Operator};
use crate::source::yaml::Node;

/// Names of accounts that whoever triggers the run may have made.
const ACTORS: [&str; 2] = ["github.actor", "github.triggering_actor"];
const CHOSEN: [&str; 7] = [
    "github.actor",
    "github.base_ref",
    "github.head_ref",
    "github.ref",
    "github.ref_name",
    "github.sha",
    "github.triggering_actor",
];

pub(super) fn condition(expression: &Expression, node: &Node, name: &str, report: &mut Report<'_>) {
    match expression {
        Expression::Binary {
            operator: Operator::Equal,
            operands,
            ..
        } => {
            let bot = operands
                .iter()
                .any(|operand| matches!(operand, Expression::Text(text) if text.ends_with("[bot]")));
            let actor = operands
                .iter()
                .filter_map(dotted)
                .find(|text| ACTORS.contains(&text.as_str()));
            let privileged = !report.audit.privileged_triggers.is_empty();
            if let (true, true, Some(actor)) = (privileged, bot, actor) {
                let found = report.finding(name, format!("`{actor}` is compared with a bot"), node);
                add(&mut report.audit.bot_conditions, found);
            }
        }
        Expression::Binary { operands, .. } => {
            operands
                .iter()
                .for_each(|operand| condition(operand, node, name, report));
        }
        Expression::Not(inner) => condition(inner, node, name, report),
        Expression::Call {
            name: function,
            arguments,
            ..
        } => {
            let chosen = arguments.get(1).and_then(dotted).filter(|text| {
                CHOSEN.contains(&text.as_str()) || text.starts_with("env.") || text.starts_with("github.event.")
            });
            let text = matches!(arguments.first(), Some(Expression::Text(_)));
            if let (true, true, Some(chosen)) = (function.eq_ignore_ascii_case("contains"), text, chosen) {
                let found = report.finding(name, format!("`contains` looks for `{chosen}` in a text"), node);
                add(&mut report.audit.loose_contains, found);
            }
            arguments
                .iter()
                .for_each(|argument| condition(argument, node, name, report));
        }
        _ => {}
    }
}

/// Values of an expression that somebody else may choose: outputs, inputs, names of branches. What an outsider writes
/// freely is told elsewhere, for it is worse.
pub(super) fn values(expression: &Expression, scope: &Scope) -> Vec<String> {
    let mut found = Vec::new();
    collect(expression, scope, &mut found);
    found
}

fn collect(expression: &Expression, scope: &Scope, found: &mut Vec<String>) {
    match expression {
        Expression::Access { .. } => found.extend(dotted(expression).filter(|text| is_chosen(text, scope))),
        // only what a choice ends in becomes text
        Expression::Binary {
            operator: Operator::And,
            operands,
            ..
        } => {
            if let Some(last) = operands.last() {
                collect(last, scope, found);
            }
        }
        Expression::Binary {
            operator: Operator::Or,
            operands,
            ..
        } => operands.iter().for_each(|operand| collect(operand, scope, found)),
        Expression::Call { name, arguments, .. }
            if matches!(
                name.to_lowercase().as_str(),
                "format" | "join" | "tojson" | "fromjson" | "case"
            ) =>
        {
            arguments.iter().for_each(|argument| collect(argument, scope, found));
        }
        _ => {}
    }
}

fn is_chosen(text: &str, scope: &Scope) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        ["steps" | "needs", _, "outputs", ..] => true,
        ["inputs", name] | ["github", "event", "inputs", name] => {
            !scope.closed_inputs.iter().any(|closed| closed == name)
        }
        ["github", "ref" | "ref_name" | "base_ref"] | ["github", "event", "release", "tag_name"] => true,
        _ => false,
    }
}

/// `a.b.c` in lower case
pub(super) fn dotted(expression: &Expression) -> Option<String> {
    let Expression::Access { root, path } = expression else {
        return None;
    };
    let Expression::Name { name, .. } = root.as_ref() else {
        return None;
    };
    let mut text = name.to_lowercase();
    for step in path.iter().take(20) {
        let Access::Property(property) = step else { return None };
        text.push('.');
        text.push_str(&property.to_lowercase());
    }
    Some(text)
}
