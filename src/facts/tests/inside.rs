//! What happens inside a function: how often it asserts, what it calls, which failures it names.

use std::collections::HashSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Number, Stmt, StmtFunctionDef};

use super::model::Exercised;
use super::truth;
use crate::facts::python::last_name;

/// A benchmark says how long something takes, and compares it with the last time.
pub(super) fn measures(function: &StmtFunctionDef) -> bool {
    let mut parameters = function.parameters.iter();
    parameters.any(|parameter| parameter.name().as_str() == "benchmark")
}

/// The name of something that raises when what it looks at is wrong.
fn judges(name: &str) -> bool {
    const BEGINNINGS: [&str; 17] = [
        "check",
        "validate",
        "verify",
        "ensure",
        "expect",
        "should",
        // Playwright
        "to_be",
        "to_have",
        "to_contain",
        "not_to_",
        // the templates of the AWS CDK
        "has_condition",
        "has_mapping",
        "has_output",
        "has_parameter",
        "has_resource",
        "resource_count",
        "resource_properties_count",
    ];
    const NAMES: [&str; 4] = [
        "call_and_validate",
        "template_matches",
        "fnmatch_lines",
        "re_match_lines",
    ];
    let name = name.trim_start_matches('_');
    NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// What happens inside a function.
#[derive(Debug, Default)]
pub(super) struct Inside {
    pub(super) asserts: usize,
    /// Exceptions that the function itself raises: in a test as good as an assertion.
    pub(super) raises: usize,
    depth: usize,
    pub(super) calls: HashSet<String>,
    pub(super) exercised: Exercised,
}

impl Inside {
    pub(super) fn of(function: &StmtFunctionDef) -> Self {
        let mut inside = Self::default();
        for statement in &function.body {
            inside.visit_stmt(statement);
        }
        inside
    }
}

impl<'a> Visitor<'a> for Inside {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            // `assert True` asserts nothing; `assert False` says that the test must not come here
            Stmt::Assert(assertion) if !truth::is_true_literal(&assertion.test) => self.asserts += 1,
            Stmt::Raise(raise) => {
                let raised = raise.exc.as_deref().map(last_name).unwrap_or_default();
                if raised == "AssertionError" {
                    self.asserts += 1;
                } else if raise.exc.is_some() && self.depth == 0 {
                    self.raises += 1;
                }
            }
            // `eq = self.assertEqual`
            Stmt::Assign(assignment) => {
                let value = assignment.value.as_attribute_expr();
                self.asserts += usize::from(value.is_some_and(|value| value.attr.as_str().starts_with("assert")));
            }
            Stmt::FunctionDef(_) => {
                self.depth += 1;
                walk_stmt(self, statement);
                self.depth -= 1;
                return;
            }
            // a call whose result nobody looks at, and whose name says that it raises when something is wrong
            Stmt::Expr(expression) if expression.value.is_call_expr() => {
                self.asserts += usize::from(judges(last_name(&expression.value)));
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => {
                let name = last_name(&call.func);
                let raises = name.contains("raise") || matches!(name, "warns" | "deprecated_call" | "fail");
                let checked = call.arguments.keywords.iter().any(|keyword| {
                    let flag = keyword.arg.as_ref().is_some_and(|name| name.as_str() == "check");
                    flag && keyword
                        .value
                        .as_boolean_literal_expr()
                        .is_some_and(|literal| literal.value)
                });
                if name.contains("assert") || raises || checked {
                    self.asserts += 1;
                } else {
                    self.calls.insert(name.to_owned());
                }
            }
            Expr::NumberLiteral(number) => {
                if let Number::Int(value) = &number.value {
                    self.exercised.status(value.as_u16().unwrap_or_default());
                }
            }
            Expr::Attribute(attribute) => {
                let code = match attribute.attr.as_str() {
                    "UNAUTHORIZED" => 401,
                    "FORBIDDEN" => 403,
                    "BAD_REQUEST" | "UNPROCESSABLE_ENTITY" | "UNPROCESSABLE_CONTENT" => 422,
                    "NOT_FOUND" => 404,
                    "CONFLICT" => 409,
                    // `status.HTTP_403_FORBIDDEN`
                    name => name
                        .strip_prefix("HTTP_")
                        .and_then(|rest| rest.get(..3)?.parse().ok())
                        .unwrap_or_default(),
                };
                self.exercised.status(code);
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}
