//! Whether some test expects that something goes wrong.
//!
//! Asked for the whole suite, and answered generously: an expected exception, a status of 400 and up, an exit code that is not 0, or
//! a word for failure in a name or a text. Only a suite that keeps to the happy path in everything it says has none of them.

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_stmt};
use ruff_python_ast::{CmpOp, ExceptHandler, Expr, ExprCompare, Number, Stmt};

use crate::facts::python::last_name;

/// In the name of a test: something is not as it should be.
const IN_TESTS: [&str; 16] = [
    "missing",
    "bad",
    "unknown",
    "empty",
    "wrong",
    "without",
    "not_",
    "_no_",
    "unauth",
    "broken",
    "duplicate",
    "negative",
    "cannot",
    "outlier",
    "spoil",
    "crash",
];
/// In any name or text.
const ANYWHERE: [&str; 11] = [
    "error",
    "invalid",
    "fail",
    "reject",
    "refus",
    "raise",
    "deny",
    "denied",
    "forbid",
    "corrupt",
    "malformed",
];
/// Longer texts are data.
const LONG: usize = 200;

/// Does a module of tests expect a failure anywhere?
pub(super) fn expects_failure(body: &[Stmt]) -> bool {
    let mut finder = Finder {
        found: false,
        functions: 0,
    };
    finder.visit_body(body);
    finder.found
}

struct Finder {
    found: bool,
    functions: usize,
}

impl Finder {
    fn word(&mut self, text: &str) {
        self.found |= text.len() <= LONG && speaks(text, &ANYWHERE);
    }

    /// `assert result.returncode == 2`
    fn exit_code(&mut self, comparison: &ExprCompare) {
        let code = matches!(last_name(&comparison.left), "returncode" | "exit_code" | "code");
        if let ([operator], [Expr::NumberLiteral(number)]) = (&*comparison.ops, &*comparison.comparators)
            && code
        {
            let zero = matches!(&number.value, Number::Int(value) if value.as_u64() == Some(0));
            self.found |= zero == matches!(operator, CmpOp::NotEq);
        }
    }
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if self.found {
            return;
        }
        let Stmt::FunctionDef(function) = statement else {
            return walk_stmt(self, statement);
        };
        let name = function.name.as_str();
        self.found |= name.starts_with("test") && (speaks(name, &IN_TESTS) || speaks(name, &ANYWHERE));
        self.functions += 1;
        // cases for the test may stand in its decorators
        walk_stmt(self, statement);
        self.functions -= 1;
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if self.found {
            return;
        }
        if self.functions > 0 {
            match expression {
                Expr::Name(name) => self.word(name.id.as_str()),
                Expr::Attribute(attribute) => {
                    let name = attribute.attr.as_str();
                    self.word(name);
                    // `raises` and `assertRaises` are among the words
                    self.found |= name.starts_with("HTTP_4")
                        || name.starts_with("HTTP_5")
                        || matches!(
                            name,
                            "assertRaises" | "UNAUTHORIZED" | "NOT_FOUND" | "CONFLICT" | "UNPROCESSABLE_ENTITY"
                        );
                }
                Expr::StringLiteral(text) => self.word(text.value.to_str()),
                Expr::NumberLiteral(number) => {
                    if let Number::Int(value) = &number.value {
                        self.found |= value.as_u16().is_some_and(|code| (400..600).contains(&code));
                    }
                }
                Expr::Compare(comparison) => self.exit_code(comparison),
                _ => {}
            }
        }
        walk_expr(self, expression);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        self.found |= self.functions > 0;
        walk_except_handler(self, handler);
    }
}

/// Has a text one of these words in it?
fn speaks(text: &str, words: &[&str]) -> bool {
    let within = |text: &str| words.iter().any(|word| text.contains(word));
    // most names are small as they are
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        within(&text.to_ascii_lowercase())
    } else {
        within(text)
    }
}
