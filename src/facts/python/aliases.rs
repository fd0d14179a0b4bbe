//! What the names of one module stand for: `np` for `numpy`, `run` for `subprocess.run`.

use std::collections::HashMap;

use ruff_python_ast::{Expr, Stmt};

const MANY: usize = 2_000;

/// The names that imports bind, with what they stand for.
#[derive(Debug, Default)]
pub(super) struct Aliases(HashMap<String, String>);

impl Aliases {
    /// Takes note of an import; other statements bind nothing here.
    pub(super) fn note(&mut self, statement: &Stmt) {
        if self.0.len() > MANY {
            return;
        }
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let whole = alias.name.as_str();
                    match &alias.asname {
                        Some(name) => self.0.insert(name.to_string(), whole.to_owned()),
                        None => {
                            let first = whole.split('.').next().unwrap_or(whole);
                            self.0.insert(first.to_owned(), first.to_owned())
                        }
                    };
                }
            }
            Stmt::ImportFrom(import) if import.level == 0 => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.0.insert(bound.to_string(), format!("{module}.{}", alias.name));
                }
            }
            _ => {}
        }
    }

    /// The full name of an imported thing: `subprocess.run`. `None` for what is not imported.
    pub(super) fn resolve(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Name(name) => self.0.get(name.id.as_str()).cloned(),
            Expr::Attribute(attribute) => {
                let mut whole = self.resolve(&attribute.value)?;
                if whole.len() < 200 {
                    whole.push('.');
                    whole.push_str(attribute.attr.as_str());
                }
                Some(whole)
            }
            _ => None,
        }
    }

    /// Whether something was imported under a name, so that it is not Python's own.
    pub(super) fn binds(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether a module, or something of it, is imported.
    pub(super) fn imports(&self, module: &str) -> bool {
        self.0.values().any(|whole| {
            whole
                .strip_prefix(module)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}
