//! Failures that a test catches itself: an assertion in a `try` whose handler takes it without a word.
//!
//! A failing assertion is an exception like any other. A handler is at fault when it catches assertions and nothing that it does
//! could turn the test red. A test that expects an assertion to fail says so beside the `try`, and is left alone.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtTry, StmtWith};
use ruff_text_size::{Ranged, TextRange};

use crate::facts::python::last_name;

/// What catches the block's own failing assertions, and where; statements inside of others are not looked at.
pub(super) fn failures(body: &[Stmt]) -> Vec<(String, TextRange)> {
    let mut found = Vec::new();
    let mut last_failure = None;
    for (index, statement) in body.iter().enumerate() {
        match statement {
            Stmt::Try(tried) => {
                let last = *last_failure.get_or_insert_with(|| body.iter().rposition(fails_on_purpose));
                found.extend(handlers(tried, last.is_some_and(|last| last > index)));
            }
            Stmt::With(with) => found.extend(suppressors(with)),
            _ => {}
        }
    }
    found
}

fn handlers(tried: &StmtTry, expects_to_return: bool) -> Vec<(String, TextRange)> {
    // With an `else`, and with a note at the end that it came so far, it matters later whether something was raised.
    let notes = matches!(tried.body.last(), Some(Stmt::Assign(_) | Stmt::AugAssign(_)));
    if !tried.orelse.is_empty() || notes || !asserts(&tried.body) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for handler in &tried.handlers {
        let ExceptHandler::ExceptHandler(caught) = handler;
        let returns = caught.body.iter().any(Stmt::is_return_stmt);
        let kind = caught.type_.as_deref().map_or(Some("except".to_owned()), |kind| {
            catches_assertions(kind).map(|name| format!("except {name}"))
        });
        let Some(kind) = kind else {
            continue;
        };
        if caught.body.iter().all(is_silent) && !(returns && expects_to_return) {
            found.push((kind, caught.range()));
        }
        // What this one catches reaches no other.
        break;
    }
    found
}

/// `with suppress(Exception): assert …`
fn suppressors(with: &StmtWith) -> Option<(String, TextRange)> {
    let item = with.items.iter().find_map(|item| {
        let call = item.context_expr.as_call_expr()?;
        let kind = call.arguments.args.iter().find_map(catches_assertions)?;
        (last_name(&call.func) == "suppress").then(|| (format!("suppress({kind})"), call.range()))
    });
    item.filter(|_| asserts(&with.body))
}

fn catches_assertions(kind: &Expr) -> Option<&str> {
    match kind {
        Expr::Tuple(tuple) => tuple.elts.iter().find_map(|kind| {
            let name = last_name(kind);
            is_broad(name).then_some(name)
        }),
        other => Some(last_name(other)).filter(|name| is_broad(name)),
    }
}

fn is_broad(name: &str) -> bool {
    matches!(name, "Exception" | "BaseException" | "AssertionError")
}

/// A statement after which nobody knows that something failed.
fn is_silent(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) => true,
        Stmt::Return(returned) => returned.value.as_deref().is_none_or(Expr::is_none_literal_expr),
        Stmt::Assert(assertion) => assertion
            .test
            .as_boolean_literal_expr()
            .is_some_and(|literal| literal.value),
        Stmt::Expr(expression) => match expression.value.as_ref() {
            Expr::EllipsisLiteral(_) | Expr::StringLiteral(_) => true,
            Expr::Call(call) => match call.func.as_ref() {
                Expr::Attribute(attribute) => match last_name(&attribute.value) {
                    "logging" | "logger" | "log" | "traceback" => true,
                    "pytest" => attribute.attr.as_str() == "skip",
                    _ => attribute.attr.as_str() == "skipTest",
                },
                Expr::Name(name) => name.id.as_str() == "print",
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

/// Does a block assert, functions that it defines and inner `try`s left out?
fn asserts(body: &[Stmt]) -> bool {
    let mut finder = Finder {
        found: false,
        wanted: |statement| match statement {
            Stmt::Assert(assertion) => assertion
                .test
                .as_boolean_literal_expr()
                .is_none_or(|literal| !literal.value),
            // helpers that assert may be what is tested; those of `self` are not
            Stmt::Expr(expression) => expression.value.as_call_expr().is_some_and(|call| {
                let of_self = call.func.as_attribute_expr().is_some_and(|attribute| {
                    attribute
                        .value
                        .as_name_expr()
                        .is_some_and(|name| name.id.as_str() == "self")
                });
                of_self && (last_name(&call.func).starts_with("assert") || last_name(&call.func) == "fail")
            }),
            _ => false,
        },
    };
    finder.visit_body(body);
    finder.found
}

/// Does a statement fail by itself, so that whoever returned before it was right?
fn fails_on_purpose(statement: &Stmt) -> bool {
    let mut finder = Finder {
        found: false,
        wanted: |statement| match statement {
            Stmt::Raise(_) => true,
            Stmt::Assert(assertion) => assertion.test.is_literal_expr(),
            Stmt::Expr(expression) => last_name(&expression.value) == "fail",
            _ => false,
        },
    };
    finder.visit_stmt(statement);
    finder.found
}

struct Finder {
    found: bool,
    wanted: fn(&Stmt) -> bool,
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.found |= (self.wanted)(statement);
        if !self.found && !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::Try(_)) {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}
