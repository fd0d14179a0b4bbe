//! Tests that cannot fail, whatever the project does: assertions that are always true, and tests that only test themselves.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{BoolOp, CmpOp, Expr, Number, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use crate::facts::python::last_name;

/// Modules that compute and never reach anything: what a test has from them alone is its own.
const PURE: [&str; 27] = [
    "__future__",
    "abc",
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "itertools",
    "json",
    "math",
    "numbers",
    "operator",
    "pytest",
    "random",
    "re",
    "statistics",
    "string",
    "textwrap",
    "time",
    "typing",
    "typing_extensions",
    "unittest",
    "uuid",
];

/// Does a test file bring in nothing but modules of [`PURE`]?
pub(super) fn is_on_its_own(body: &[Stmt]) -> bool {
    let mut imports = Imports { foreign: false };
    body.iter().for_each(|statement| imports.visit_stmt(statement));
    !imports.foreign
}

struct Imports {
    foreign: bool,
}

impl<'a> Visitor<'a> for Imports {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let pure = |name: &str| PURE.contains(&name.split('.').next().unwrap_or_default());
        match statement {
            Stmt::Import(import) => self.foreign |= !import.names.iter().all(|alias| pure(alias.name.as_str())),
            Stmt::ImportFrom(import) => {
                self.foreign |= import.level > 0 || !import.module.as_ref().is_some_and(|module| pure(module.as_str()));
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        // What is opened or run is not the test's own.
        if let Expr::Call(call) = expression {
            self.foreign |= matches!(
                last_name(&call.func),
                "open" | "exec" | "eval" | "__import__" | "patch" | "import_module"
            );
        }
        walk_expr(self, expression);
    }
}

/// Does a test get anything from outside its file: a fixture, or a mark that asks for one?
pub(super) fn gets_something(function: &StmtFunctionDef) -> bool {
    let parameters = function
        .parameters
        .iter()
        .any(|parameter| !matches!(parameter.name().as_str(), "self" | "cls"));
    let marked = function
        .decorator_list
        .iter()
        .any(|mark| last_name(&mark.expression) == "usefixtures");
    parameters || marked
}

/// The offsets of assertions in a block that hold whatever happens.
pub(super) fn always_true(body: &[Stmt]) -> Vec<usize> {
    let mut found = Assertions { always: Vec::new() };
    body.iter().for_each(|statement| found.visit_stmt(statement));
    found.always
}

struct Assertions {
    always: Vec<usize>,
}

impl<'a> Visitor<'a> for Assertions {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Assert(assertion) = statement
            // A bare literal is no assertion at all; the test is told as one that asserts nothing.
            && !assertion.test.is_literal_expr()
            && holds(&assertion.test)
        {
            self.always.push(usize::from(assertion.range().start()));
        }
        walk_stmt(self, statement);
    }
}

fn holds(test: &Expr) -> bool {
    match test {
        // `assert (total == 3, "message")` is a pair, and a pair is true.
        Expr::Tuple(tuple) => !tuple.elts.is_empty(),
        Expr::BoolOp(operation) if operation.op == BoolOp::Or => operation.values.iter().any(is_true),
        Expr::Compare(comparison) => match (&*comparison.ops, &*comparison.comparators) {
            ([CmpOp::Eq | CmpOp::Is], [right]) => match (comparison.left.as_ref(), right) {
                (Expr::Name(left), Expr::Name(right)) => left.id == right.id,
                (Expr::NumberLiteral(left), Expr::NumberLiteral(right)) => left.value == right.value,
                (Expr::BooleanLiteral(left), Expr::BooleanLiteral(right)) => left.value == right.value,
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

/// A constant that is true by itself.
pub(super) fn is_true_literal(expression: &Expr) -> bool {
    match expression {
        Expr::BooleanLiteral(literal) => literal.value,
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(value) => value.as_u64() != Some(0),
            Number::Float(value) => *value != 0.0,
            Number::Complex { real, imag } => *real != 0.0 || *imag != 0.0,
        },
        Expr::StringLiteral(text) => !text.value.is_empty(),
        Expr::BytesLiteral(bytes) => !bytes.value.is_empty(),
        Expr::EllipsisLiteral(_) => true,
        _ => false,
    }
}

fn is_true(expression: &Expr) -> bool {
    match expression {
        Expr::BooleanLiteral(literal) => literal.value,
        Expr::StringLiteral(literal) => !literal.value.is_empty(),
        _ => holds(expression),
    }
}
