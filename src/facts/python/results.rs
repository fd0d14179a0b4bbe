//! Which results of commands are looked at: `result.returncode` after `result = subprocess.run(…)`.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

use super::scan::last_name;

/// The names whose return code is read somewhere in a body, or that it gives to its caller.
pub(super) fn looked_at(body: &[Stmt]) -> HashSet<String> {
    let mut reader = Reader::default();
    body.iter().for_each(|statement| reader.visit_stmt(statement));
    let Reader { read, given, bound } = reader;
    // a name that is bound again may give its caller something else
    let given = given.into_iter().filter(|name| bound.get(name) == Some(&1));
    read.into_iter().chain(given).collect()
}

/// Whether an attribute is a command's success.
pub(super) fn is_success(attribute: &str) -> bool {
    matches!(attribute, "returncode" | "check_returncode")
}

#[derive(Default)]
struct Reader {
    read: HashSet<String>,
    given: HashSet<String>,
    /// How often each name is assigned.
    bound: HashMap<String, usize>,
}

impl<'a> Visitor<'a> for Reader {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Return(given) = statement
            && let Some(Expr::Name(name)) = given.value.as_deref()
        {
            self.given.insert(name.id.to_string());
        }
        if let Stmt::Assign(assignment) = statement {
            for name in assignment.targets.iter().filter_map(Expr::as_name_expr) {
                *self.bound.entry(name.id.to_string()).or_default() += 1;
            }
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Attribute(attribute) = expression
            && is_success(attribute.attr.as_str())
        {
            self.read.insert(last_name(&attribute.value).to_owned());
        }
        walk_expr(self, expression);
    }
}
