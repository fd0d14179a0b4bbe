//! The expressions and texts of checks: minijinja, strict and bounded.
//!
//! Check packs are other people's code: undefined names are errors, fuel bounds the instructions, and subscripts are
//! refused because `facts['name']` would hide which fact a check reads.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{LazyLock, OnceLock};

use minijinja::{Environment, Expression, UndefinedBehavior, Value};

use crate::facts::FactName;

/// Instructions that one evaluation may take; the largest built-in check takes a few thousand.
const FUEL: u64 = 200_000;

/// One environment for every check: an expression borrows it.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    // Neither bounds its memory by fuel: a short pack could ask for gigabytes.
    environment.remove_filter("replace");
    environment.remove_filter("indent");
    environment.add_filter("quoted", |items: Vec<String>| {
        items
            .iter()
            .map(|item| format!("`{item}`"))
            .collect::<Vec<_>>()
            .join(", ")
    });
    environment
});

/// An expression that gives a value; compiled when it is first needed, for few of the built-in ones are in a run.
pub struct Condition {
    source: String,
    compiled: OnceLock<Result<Expression<'static, 'static>, String>>,
}

impl fmt::Debug for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Condition").field(&self.source).finish()
    }
}

/// A text with expressions in it.
#[derive(Debug)]
pub struct Text {
    source: String,
}

impl Condition {
    /// Takes an expression that is known to be sound.
    pub fn of(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            compiled: OnceLock::new(),
        }
    }

    /// Compiles an expression and returns it with the facts that it reads. `item` is allowed where `with_item` is set.
    pub fn compile(source: &str, with_item: bool) -> Result<(Self, BTreeSet<FactName>), String> {
        if let Some(at) = subscript(source) {
            return Err(format!(
                "subscripts are not allowed (column {}): write `a.b`, not `a['b']`",
                at + 1
            ));
        }
        let condition = Self::of(source);
        let needs = facts_of(condition.compiled()?.undeclared_variables(false), with_item)?;
        Ok((condition, needs))
    }

    fn compiled(&self) -> Result<&Expression<'static, 'static>, String> {
        let compile = || {
            ENVIRONMENT
                .compile_expression_owned(self.source.clone())
                .map_err(|error| short(&error, &self.source))
        };
        self.compiled.get_or_init(compile).as_ref().map_err(String::clone)
    }

    /// Evaluates it.
    pub fn evaluate(&self, facts: &Value) -> Result<Value, String> {
        self.compiled()?.eval(facts.clone()).map_err(|error| describe(&error))
    }
}

impl Text {
    /// Takes a text that is known to be sound.
    pub fn of(source: &str) -> Self {
        Self {
            source: source.to_owned(),
        }
    }

    /// Checks a text and returns it with the facts that it reads.
    pub fn compile(source: &str) -> Result<(Self, BTreeSet<FactName>), String> {
        let template = ENVIRONMENT
            .template_from_str(source)
            .map_err(|error| short(&error, source))?;
        let needs = facts_of(template.undeclared_variables(false), true)?;
        Ok((Self::of(source), needs))
    }

    /// Renders it.
    pub fn render(&self, facts: &Value) -> Result<String, String> {
        if !self.source.contains('{') {
            return Ok(self.source.trim_end().to_owned());
        }
        ENVIRONMENT
            .render_str(&self.source, facts.clone())
            .map(|text| text.trim_end().to_owned())
            .map_err(|error| describe(&error))
    }
}

/// The facts among the variables; any other name is an error.
fn facts_of(variables: std::collections::HashSet<String>, with_item: bool) -> Result<BTreeSet<FactName>, String> {
    let mut needs = BTreeSet::new();
    for variable in variables {
        if let Ok(fact) = variable.parse() {
            needs.insert(fact);
        } else if variable == "item" && with_item {
        } else if variable == "item" {
            return Err("`item` exists only where `each` binds it".to_owned());
        } else if ENVIRONMENT.globals().all(|(name, _)| name != variable) {
            let known = FactName::ALL
                .iter()
                .map(|fact| fact.name())
                .collect::<Vec<_>>()
                .join(", ");
            return Err(format!("there is no fact `{variable}`; the facts are {known}"));
        }
    }
    Ok(needs)
}

/// The byte at which a value is subscripted, outside of strings; list literals are fine.
fn subscript(source: &str) -> Option<usize> {
    let mut quote = None;
    let mut word = String::new();
    let mut follows_value = false;
    for (at, character) in source.char_indices() {
        if let Some(open) = quote {
            if character == open {
                (quote, follows_value) = (None, true);
            }
            continue;
        }
        match character {
            '"' | '\'' => quote = Some(character),
            '[' if follows_value => return Some(at),
            character if character.is_alphanumeric() || character == '_' => {
                word.push(character);
                follows_value = !["in", "and", "or", "not", "if", "else", "is"].contains(&word.as_str());
                continue;
            }
            ')' | ']' => follows_value = true,
            character if character.is_whitespace() => {
                word.clear();
                continue;
            }
            _ => follows_value = false,
        }
        word.clear();
    }
    None
}

fn short(error: &minijinja::Error, source: &str) -> String {
    format!("{} in `{}`", describe(error), source.trim())
}

fn describe(error: &minijinja::Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_follow_from_the_expression() {
        let (_, needs) = Condition::compile("git.commits > 1 and docs.readme", false).expect("compiles");
        assert_eq!(needs, BTreeSet::from([FactName::Git, FactName::Docs]));
        let (_, needs) = Condition::compile("range(3)|length == item.size", true).expect("compiles");
        assert!(needs.is_empty());
    }

    #[test]
    fn unknown_names_are_refused() {
        let error = Condition::compile("gti.commits > 1", false).expect_err("no such fact");
        assert!(error.contains("`gti`") && error.contains("requirements"), "{error}");
        assert!(
            Condition::compile("item.pinned", false)
                .expect_err("no item")
                .contains("each")
        );
    }

    #[test]
    fn subscripts_are_refused_and_lists_are_not() {
        for source in ["git['commits']", "git.authors[0]", "(git)['x']", "git ['x']"] {
            assert!(
                Condition::compile(source, false)
                    .expect_err(source)
                    .contains("subscripts"),
                "{source}"
            );
        }
        for source in [
            "git.branch in ['main', \"a[b]\"]",
            "[1, 2]|length == 2",
            "not [git.branch]",
        ] {
            assert!(Condition::compile(source, false).is_ok(), "{source}");
        }
    }

    #[test]
    fn a_pack_cannot_run_for_ever_or_eat_the_memory() {
        let (endless, _) = Condition::compile("range(9000)|map('string')|list|length > 0", false).expect("compiles");
        let facts = Value::from(minijinja::value::Serde(serde_json::json!({})));
        assert!(endless.evaluate(&facts).is_ok(), "a bounded range is fine");
        let (bomb, _) = Condition::compile("('a'*100000)|replace('a', 'a'*10000)", false).expect("compiles");
        assert!(bomb.evaluate(&facts).is_err());
    }
}
