//! Calls that deserve a second look.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, InterpolatedStringElement, Operator, Stmt};

use super::scan::{last_name, start};

/// The name of a call that blocks, such as `time.sleep`.
pub(super) fn blocking(function: &Expr) -> Option<String> {
    let Expr::Attribute(attribute) = function else {
        return None;
    };
    let (holder, name) = (last_name(&attribute.value), attribute.attr.as_str());
    let plain = matches!(attribute.value.as_ref(), Expr::Name(_));
    let http = matches!(
        name,
        "get" | "post" | "put" | "patch" | "delete" | "head" | "options" | "request"
    );
    let blocks = match holder {
        "time" => plain && name == "sleep",
        "requests" => plain && http,
        "httpx" => plain && (http || name == "stream"),
        "subprocess" => matches!(name, "run" | "call" | "check_call" | "check_output"),
        "os" => plain && matches!(name, "system" | "popen" | "waitpid"),
        "request" => name == "urlopen",
        "sqlite3" | "psycopg2" | "psycopg" => plain && name == "connect",
        _ => false,
    };
    blocks.then(|| format!("{holder}.{name}"))
}

/// Where a call that executes SQL is given a text built from values.
pub(super) fn built_sql(call: &ExprCall) -> Option<usize> {
    const EXECUTE: [&str; 9] = [
        "execute",
        "executemany",
        "executescript",
        "text",
        "raw",
        "exec_driver_sql",
        "fetch",
        "fetchrow",
        "read_sql",
    ];
    if !EXECUTE.contains(&last_name(&call.func)) {
        return None;
    }
    let first = call.arguments.args.first()?;
    is_built_sql(first).then(|| start(first))
}

fn is_built_sql(expr: &Expr) -> bool {
    match expr {
        Expr::FString(text) => {
            let mut literal = String::new();
            let mut foreign = false;
            for element in text.value.elements() {
                match element {
                    InterpolatedStringElement::Literal(part) => literal.push_str(&part.value),
                    InterpolatedStringElement::Interpolation(part) => foreign |= !is_constant(&part.expression),
                }
            }
            foreign && is_sql(&literal)
        }
        Expr::BinOp(operation) if operation.op == Operator::Mod => literal(&operation.left).is_some_and(is_sql),
        Expr::BinOp(operation) if operation.op == Operator::Add => {
            let text = |expr: &Expr| literal(expr).is_some_and(is_sql);
            let fixed = literal(&operation.right).is_some() || is_constant(&operation.right);
            (text(&operation.left) && !fixed) || is_built_sql(&operation.left)
        }
        Expr::Call(call) => {
            let Expr::Attribute(attribute) = call.func.as_ref() else {
                return false;
            };
            attribute.attr.as_str() == "format" && literal(&attribute.value).is_some_and(is_sql)
        }
        _ => false,
    }
}

/// A name in capitals is a constant of the program.
fn is_constant(expr: &Expr) -> bool {
    let name = last_name(expr);
    !name.is_empty() && !name.chars().any(char::is_lowercase) && !matches!(expr, Expr::Call(_) | Expr::Subscript(_))
}

fn literal(expr: &Expr) -> Option<&str> {
    expr.as_string_literal_expr().map(|text| text.value.to_str())
}

fn is_sql(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(14).collect::<String>().to_uppercase();
    [
        "SELECT ",
        "INSERT INTO",
        "UPDATE ",
        "DELETE FROM",
        "DROP ",
        "ALTER ",
        "TRUNCATE ",
        "WITH ",
    ]
    .iter()
    .any(|word| start.starts_with(word))
}

/// Whether a body raises anything, in nested blocks too.
pub(super) fn raises(body: &[Stmt]) -> bool {
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            self.0 |= matches!(statement, Stmt::Raise(_));
            walk_stmt(self, statement);
        }
    }
    let mut finder = Finder(false);
    for statement in body {
        finder.visit_stmt(statement);
    }
    finder.0
}
