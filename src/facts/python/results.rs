//! Which results of commands are looked at: `result.returncode` after `result = subprocess.run(…)`.

use std::collections::HashSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

use super::scan::last_name;

/// The names whose return code is read somewhere in a body, or that it gives to its caller.
pub(super) fn looked_at(body: &[Stmt]) -> HashSet<String> {
    let mut reader = Reader(HashSet::new());
    body.iter().for_each(|statement| reader.visit_stmt(statement));
    reader.0
}

/// Whether an attribute is a command's success.
pub(super) fn is_success(attribute: &str) -> bool {
    matches!(attribute, "returncode" | "check_returncode")
}

struct Reader(HashSet<String>);

impl<'a> Visitor<'a> for Reader {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Return(given) = statement
            && let Some(Expr::Name(name)) = given.value.as_deref()
        {
            self.0.insert(name.id.to_string());
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Attribute(attribute) = expression
            && is_success(attribute.attr.as_str())
        {
            self.0.insert(last_name(&attribute.value).to_owned());
        }
        walk_expr(self, expression);
    }
}
