//! The type of an expression, and everything on the way to it that cannot be.

use super::scope::{Place, Scope, function};
use super::types::Type;
use crate::facts::workflow::expression::{Access, Expression, Operator};

/// The type of an expression.
pub(super) fn type_of(expression: &Expression, scope: &Scope, place: &Place) -> Type {
    judge(expression, scope, place).0
}

/// The type of an expression, and everything that is wrong with it, each with the byte where it stands.
pub(super) fn judge(expression: &Expression, scope: &Scope, place: &Place) -> (Type, Vec<(usize, String)>) {
    let mut judge = Judge {
        scope,
        place,
        found: Vec::new(),
    };
    let given = judge.visit(expression);
    (given, judge.found)
}

struct Judge<'a> {
    scope: &'a Scope,
    place: &'a Place,
    found: Vec<(usize, String)>,
}

impl Judge<'_> {
    fn visit(&mut self, expression: &Expression) -> Type {
        match expression {
            Expression::Text(_) => Type::Text,
            Expression::Number => Type::Number,
            Expression::Boolean(_) => Type::Boolean,
            Expression::Null => Type::Null,
            Expression::Name { name, offset } => self.context(name, *offset),
            Expression::Call {
                name,
                offset,
                arguments,
            } => self.call(name, *offset, arguments),
            Expression::Access { root, path } => self.access(root, path),
            Expression::Not(inner) => {
                self.visit(inner);
                Type::Boolean
            }
            Expression::Binary {
                operator,
                operands,
                offset,
            } => self.binary(*operator, operands, *offset),
        }
    }

    fn context(&mut self, name: &str, offset: usize) -> Type {
        let name = name.to_lowercase();
        let Some(known) = self.scope.context(&name) else {
            self.found.push((offset, format!("there is no context `{name}`")));
            return Type::Any;
        };
        if !self.place.contexts.contains(&name.as_str()) {
            self.found.push((offset, format!("`{name}` is not available here")));
            return Type::Any;
        }
        known
    }

    fn binary(&mut self, operator: Operator, operands: &[Expression], offset: usize) -> Type {
        let mut types: Vec<Type> = operands.iter().map(|operand| self.visit(operand)).collect();
        match operator {
            Operator::And => types.pop().unwrap_or(Type::Any),
            Operator::Or => Type::alike(types.iter()),
            Operator::Equal => {
                if let [first, second] = types.as_slice()
                    && !first.compares_with(second)
                {
                    let what = format!("{} is never equal to {}", first.words(), second.words());
                    self.found.push((offset, what));
                }
                Type::Boolean
            }
            Operator::Order => {
                let orderless = |given: &&Type| !matches!(given, Type::Any | Type::Number | Type::Text);
                if let Some(given) = types.iter().find(orderless) {
                    self.found.push((offset, format!("{} has no order", given.words())));
                }
                Type::Boolean
            }
        }
    }

    fn call(&mut self, name: &str, offset: usize, arguments: &[Expression]) -> Type {
        let types: Vec<Type> = arguments.iter().map(|argument| self.visit(argument)).collect();
        let lower = name.to_lowercase();
        let Some((least, most, given)) = function(&lower) else {
            self.found.push((offset, format!("there is no function `{name}`")));
            return Type::Any;
        };
        let available = match lower.as_str() {
            "hashfiles" => self.place.files,
            "success" | "always" | "cancelled" | "failure" => self.place.status,
            _ => true,
        };
        if !available {
            self.found.push((offset, format!("`{name}()` is not available here")));
        }
        if arguments.len() < least || arguments.len() > most {
            let given = arguments.len();
            self.found
                .push((offset, format!("`{name}` does not take {given} arguments")));
        }
        let unfit = types.iter().enumerate().find(|(index, given)| match given {
            Type::List(_) => !matches!(
                (lower.as_str(), index),
                ("contains" | "join", 0) | ("tojson" | "case", _)
            ),
            Type::Object(_) => !matches!(lower.as_str(), "tojson" | "case") && (lower != "contains" || *index == 0),
            _ => false,
        });
        if let Some((_, unfit)) = unfit {
            self.found
                .push((offset, format!("`{name}` does not take {}", unfit.words())));
        }
        let Some(Expression::Text(text)) = arguments.first() else {
            return given;
        };
        match lower.as_str() {
            "format" => {
                let fault = placeholders(text, arguments.len().saturating_sub(1));
                self.found.extend(fault.map(|fault| (offset, fault)));
                given
            }
            "fromjson" => match serde_json::from_str::<serde_json::Value>(text) {
                Ok(value) => Type::of_json(&value),
                Err(_) => {
                    self.found
                        .push((offset, "the text given to `fromJSON` is no JSON".to_owned()));
                    given
                }
            },
            _ => given,
        }
    }

    fn access(&mut self, root: &Expression, path: &[Access]) -> Type {
        let mut current = self.visit(root);
        let (mut name, offset) = match root {
            Expression::Name { name, offset } => (name.to_lowercase(), *offset),
            Expression::Call { name, offset, .. } => (format!("{name}(…)"), *offset),
            _ => ("the value".to_owned(), 0),
        };
        // After `.*`, a property is that of every item.
        let mut of_items = false;
        for step in path {
            current = match step {
                Access::Property(property) => {
                    let property = property.to_lowercase();
                    let given = match &current {
                        Type::List(items) if of_items => match property_of(items, &property) {
                            Some(given) => Type::list(given),
                            None => Type::list(Type::Any),
                        },
                        other => property_of(other, &property).unwrap_or_else(|| {
                            let what = match other {
                                Type::Object(_) => format!("`{name}` has no `{property}`"),
                                other => format!("`{name}` is {} and has no `{property}`", other.words()),
                            };
                            self.found.push((offset, what));
                            Type::Any
                        }),
                    };
                    name.push('.');
                    name.push_str(&property);
                    given
                }
                Access::All => {
                    of_items = true;
                    match &current {
                        Type::List(_) => current,
                        Type::Object(object) => Type::list(Type::alike(object.known.values().chain(&object.rest))),
                        _ => Type::list(Type::Any),
                    }
                }
                Access::Index(index) => {
                    let by = self.visit(index);
                    let fault = match (&current, &by) {
                        (Type::List(_), Type::Text | Type::Boolean) => Some("a list is counted by numbers"),
                        (Type::Object(_), Type::Number | Type::Boolean) => Some("a property has a name"),
                        _ => None,
                    };
                    if let Some(fault) = fault {
                        self.found.push((offset, format!("{fault}, not by {}", by.words())));
                    }
                    match &current {
                        Type::List(items) => (**items).clone(),
                        _ => Type::Any,
                    }
                }
            };
        }
        current
    }
}

/// The type of a property; `None` when there is none of the name.
fn property_of(given: &Type, property: &str) -> Option<Type> {
    match given {
        Type::Any => Some(Type::Any),
        Type::Object(object) => object.known.get(property).or(object.rest.as_ref()).cloned(),
        _ => None,
    }
}

/// A placeholder without an argument, or an argument without a placeholder.
fn placeholders(text: &str, given: usize) -> Option<String> {
    let plain = text.replace("{{", "").replace("}}", "");
    let mut used = vec![false; given];
    for part in plain.split('{').skip(1) {
        let number: usize = part.split('}').next()?.parse().ok()?;
        match used.get_mut(number) {
            Some(seen) => *seen = true,
            None => return Some(format!("`{{{number}}}` has no argument in `format`")),
        }
    }
    let idle = used.iter().position(|seen| !seen)?;
    Some(format!("the text of `format` does not use its argument {{{idle}}}"))
}

/// Whether an expression has the same value whatever happens.
pub(super) fn is_constant(expression: &Expression) -> bool {
    match expression {
        Expression::Text(_) | Expression::Number | Expression::Boolean(_) | Expression::Null => true,
        Expression::Name { .. } => false,
        Expression::Not(inner) => is_constant(inner),
        Expression::Binary { operands, .. } => operands.iter().all(is_constant),
        Expression::Access { root, .. } => is_constant(root),
        Expression::Call { name, arguments, .. } => {
            matches!(
                name.to_lowercase().as_str(),
                "contains" | "startswith" | "endswith" | "format" | "join" | "tojson" | "fromjson"
            ) && arguments.iter().all(is_constant)
        }
    }
}
