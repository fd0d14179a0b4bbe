//! Which classes pytest collects tests from.
//!
//! By default those whose name starts with `Test` and that have no `__init__`, and those of unittest. What is doubtful counts: a
//! class that is another's base, and one whose name has `Test` anywhere.

use std::collections::HashSet;

use ruff_python_ast::{Expr, Stmt, StmtClassDef};

use crate::facts::python::last_name;
use crate::source::Snapshot;

/// What decides about the classes of one file.
#[derive(Debug, Default)]
pub(super) struct Collected<'a> {
    /// The project has a rule of its own for the names of classes.
    own_rule: bool,
    /// Classes that others build on.
    bases: HashSet<&'a str>,
}

/// Has the project a rule of its own for the names of its test classes?
pub(super) fn has_own_rule(snapshot: &Snapshot) -> bool {
    ["pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"]
        .iter()
        .filter_map(|path| snapshot.text(path))
        .any(|text| text.content.contains("python_classes"))
}

impl<'a> Collected<'a> {
    /// Looks at a file's topmost classes.
    pub(super) fn of(body: &'a [Stmt], own_rule: bool) -> Self {
        let classes = body.iter().filter_map(Stmt::as_class_def_stmt);
        let bases = classes.flat_map(|class| class.bases().iter().map(last_name));
        Self {
            own_rule,
            bases: bases.collect(),
        }
    }

    /// Does pytest look for tests in a class?
    pub(super) fn takes(&self, class: &StmtClassDef) -> bool {
        let name = class.name.as_str();
        if is_metaclass(class) || class.body.iter().any(opts_out) {
            return false;
        }
        let mut bases = class.bases().iter().map(last_name);
        let of_unittest = bases.any(|base| base.contains("Test") || base.contains("Case"));
        if of_unittest || self.bases.contains(name) {
            return true;
        }
        (self.own_rule || name.contains("Test")) && !is_made_with_arguments(class)
    }
}

/// Does a class make classes? In a module of tests it makes tests.
pub(super) fn is_metaclass(class: &StmtClassDef) -> bool {
    let mut bases = class.bases().iter().map(last_name);
    bases.any(|base| base == "type" || base.ends_with("Meta"))
}

/// `__test__ = False`
fn opts_out(statement: &Stmt) -> bool {
    statement.as_assign_stmt().is_some_and(|assignment| {
        let mut targets = assignment.targets.iter();
        targets.any(|target| last_name(target) == "__test__")
            && matches!(assignment.value.as_ref(), Expr::BooleanLiteral(literal) if !literal.value)
    })
}

/// pytest makes its classes without arguments and leaves out those that have a say in it.
fn is_made_with_arguments(class: &StmtClassDef) -> bool {
    let written = class
        .body
        .iter()
        .filter_map(Stmt::as_function_def_stmt)
        .any(|function| matches!(function.name.as_str(), "__init__" | "__new__"));
    let generated = class
        .decorator_list
        .iter()
        .any(|mark| matches!(last_name(&mark.expression), "dataclass" | "define" | "frozen" | "attrs"));
    written || generated
}
