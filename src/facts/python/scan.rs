//! One module: its statements at module level, imports, documentation and types.

use std::collections::BTreeSet;

use ruff_python_ast::{Expr, Parameters, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::bodies;
use super::first_party::FirstParty;
use super::model::{Complex, Import, ImportOrigin, Item, Module, Role, Trouble, Unannotated};
use super::parse::parse_text;
use super::roles::role_of;
use super::stdlib::is_stdlib;
use super::vocabulary::Vocabulary;
use crate::facts::location::{Lines, Location};
use crate::source::File;

/// What one module adds to the fact.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) module: Module,
    pub(super) syntax_errors: Option<Trouble>,
    pub(super) unread: Option<Trouble>,
    pub(super) prints: Vec<Item>,
    pub(super) public_items: usize,
    pub(super) undocumented: Vec<Item>,
    pub(super) functions: usize,
    pub(super) unannotated: Vec<Unannotated>,
    pub(super) missing_main_guard: Option<Item>,
    pub(super) bare_excepts: Vec<Item>,
    pub(super) swallowed_exceptions: Vec<Item>,
    pub(super) mutable_defaults: Vec<Item>,
    pub(super) sql_injections: Vec<Item>,
    pub(super) blocking_calls: Vec<Item>,
    pub(super) habits: Vec<Item>,
    pub(super) complex_functions: Vec<Complex>,
    /// Declared packages that strings name.
    pub(super) mentioned: BTreeSet<String>,
}

/// Scans one file. To be called on a large stack.
pub(super) fn scan(file: &File, first_party: &FirstParty, vocabulary: &Vocabulary) -> Scanned {
    let mut scanned = Scanned::default();
    scanned.module.path.clone_from(&file.path);
    scanned.module.role = role_of(&file.path);
    let unread = |message: &str| {
        Some(Trouble {
            message: message.to_owned(),
            loc: Location::start(&file.path),
        })
    };
    let Some(text) = file.text() else {
        scanned.unread = unread("is no text, or too large");
        return scanned;
    };
    let Some(parsed) = parse_text(&text.content) else {
        scanned.unread = unread("is larger or nested more deeply than a person would write");
        return scanned;
    };
    let lines = Lines::new(&text.content);
    let at = |offset: usize| lines.locate(&file.path, offset);
    if let Some(error) = parsed.errors().first() {
        let message = error.error.to_string().chars().take(200).collect();
        scanned.syntax_errors = Some(Trouble {
            message,
            loc: at(usize::from(error.location.start())),
        });
    }
    scanned.module.lines = text.content.lines().count();
    let body = &parsed.syntax().body;
    let mut scanner = Scanner {
        scanned,
        at: &at,
        first_party,
        file,
    };
    scanner.module(body);
    bodies::read(body, &at, vocabulary, &mut scanner.scanned);
    scanner.scanned
}

struct Scanner<'a> {
    scanned: Scanned,
    at: &'a dyn Fn(usize) -> Location,
    first_party: &'a FirstParty,
    file: &'a File,
}

pub(super) fn start(node: &impl Ranged) -> usize {
    usize::from(node.range().start())
}

impl Scanner<'_> {
    fn module(&mut self, body: &[Stmt]) {
        let path = self.scanned.module.path.clone();
        self.scanned.module.has_docstring = has_docstring(body);
        let name = path.rsplit('/').next().unwrap_or(&path);
        let empty = body.is_empty() || (name == "__init__.py" && body.iter().all(is_plumbing));
        if !empty && !name.starts_with("_") {
            self.public("module", name, !self.scanned.module.has_docstring, 0);
        }
        self.imports(body, false);
        self.scanned.module.cli_library = ["argparse", "click", "typer", "fire", "docopt"]
            .into_iter()
            .find(|library| self.scanned.module.imports.iter().any(|import| import.name == *library))
            .map(str::to_owned);
        self.scanned.module.uses_logging = ["logging", "structlog", "loguru"]
            .iter()
            .any(|library| self.scanned.module.imports.iter().any(|import| import.name == *library));
        for statement in body {
            match statement {
                Stmt::FunctionDef(function) => {
                    self.scanned.module.names.push(function.name.to_string());
                    self.scanned.module.handles_events |= takes_an_event(&function.parameters);
                    self.function(function, None);
                }
                Stmt::ClassDef(class) => {
                    self.scanned.module.names.push(class.name.to_string());
                    self.class(class);
                }
                Stmt::If(branch) if is_main_guard(&branch.test) => self.scanned.module.has_main_guard = true,
                _ => {}
            }
        }
        if name != "__main__.py" {
            self.main_guard(body);
        }
    }

    fn public(&mut self, kind: &'static str, name: &str, missing: bool, offset: usize) {
        self.scanned.public_items += 1;
        if missing {
            let item = Item {
                kind,
                name: name.to_owned(),
                loc: (self.at)(offset),
            };
            self.scanned.undocumented.push(item);
        }
    }

    fn class(&mut self, class: &StmtClassDef) {
        let name = class.name.as_str();
        let public = !name.starts_with('_');
        if public {
            self.public("class", name, !has_docstring(&class.body), start(&class.name));
        }
        for statement in &class.body {
            if let Stmt::FunctionDef(function) = statement {
                self.function(function, Some((name, public)));
            }
        }
    }

    fn function(&mut self, function: &StmtFunctionDef, class: Option<(&str, bool)>) {
        let name = function.name.as_str();
        let shown = class.map_or_else(|| name.to_owned(), |(class, _)| format!("{class}.{name}"));
        // overloads and accessors belong to a function that is documented once
        let accessory = function.decorator_list.iter().any(|decorator| {
            let last = last_name(&decorator.expression);
            matches!(last, "overload" | "setter" | "deleter" | "override" | "getter")
        });
        let public = !name.starts_with('_') && class.is_none_or(|(_, public)| public) && !accessory;
        if public {
            let kind = if class.is_some() { "method" } else { "function" };
            self.public(kind, &shown, !has_docstring(&function.body), start(&function.name));
        }
        self.scanned.functions += 1;
        let is_static = function
            .decorator_list
            .iter()
            .any(|decorator| last_name(&decorator.expression) == "staticmethod");
        let bound = class.is_some() && !is_static;
        let mut missing = untyped(&function.parameters, bound);
        if function.returns.is_none() && name != "__init__" {
            missing.push("return".to_owned());
        }
        if !missing.is_empty() {
            let loc = (self.at)(start(&function.name));
            self.scanned.unannotated.push(Unannotated {
                name: shown,
                missing,
                loc,
            });
        }
    }

    /// Imports at module level, in functions, and in `try` and `if`.
    fn imports(&mut self, body: &[Stmt], optional: bool) {
        for statement in body {
            match statement {
                Stmt::Import(import) => {
                    for alias in &import.names {
                        self.import(alias.name.as_str(), optional, start(alias));
                    }
                }
                Stmt::ImportFrom(import) if import.level == 0 => {
                    if let Some(module) = &import.module {
                        self.import(module.as_str(), optional, start(module));
                    }
                }
                Stmt::Try(attempt) => {
                    let optional = optional || !attempt.handlers.is_empty();
                    self.imports(&attempt.body, optional);
                    for handler in &attempt.handlers {
                        let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                        self.imports(&handler.body, true);
                    }
                    self.imports(&attempt.orelse, optional);
                    self.imports(&attempt.finalbody, optional);
                }
                Stmt::If(branch) => {
                    let guarded =
                        last_name(&branch.test) == "TYPE_CHECKING" || last_name(&branch.test) == "version_info";
                    self.imports(&branch.body, optional || guarded);
                    for clause in &branch.elif_else_clauses {
                        self.imports(&clause.body, true);
                    }
                }
                Stmt::FunctionDef(function) => self.imports(&function.body, optional),
                Stmt::ClassDef(class) => self.imports(&class.body, optional),
                Stmt::With(with) => self.imports(&with.body, optional),
                _ => {}
            }
        }
    }

    fn import(&mut self, module: &str, optional: bool, offset: usize) {
        let name = module.split('.').next().unwrap_or(module);
        if name.is_empty() || self.scanned.module.imports.len() >= 1_000 {
            return;
        }
        let origin = if is_stdlib(name) {
            ImportOrigin::Stdlib
        } else if self.first_party.holds(name, self.file) {
            ImportOrigin::FirstParty
        } else {
            ImportOrigin::ThirdParty
        };
        self.scanned.module.imports.push(Import {
            name: name.to_owned(),
            origin,
            optional: optional
                || comes_with_a_platform(module)
                || (name == "setuptools" && self.file.name() == "setup.py"),
            role: self.scanned.module.role,
            declared: origin != ImportOrigin::ThirdParty,
            declared_for_development: false,
            transitive: false,
            loc: (self.at)(offset),
        });
    }

    /// A call at module level that starts the module's work.
    fn main_guard(&mut self, body: &[Stmt]) {
        for statement in body {
            let value = match statement {
                Stmt::Expr(expression) => &expression.value,
                Stmt::Assign(assignment) => &assignment.value,
                _ => continue,
            };
            let Expr::Call(call) = value.as_ref() else { continue };
            let call = match call.func.as_ref() {
                // `sys.exit(main())` and `asyncio.run(main())`
                Expr::Attribute(outer) if matches!(outer.attr.as_str(), "exit" | "run") => {
                    call.arguments.args.first().and_then(Expr::as_call_expr).unwrap_or(call)
                }
                _ => call,
            };
            let starts = match call.func.as_ref() {
                Expr::Name(name) => {
                    let name = name.id.as_str();
                    let own = self.scanned.module.names.iter().any(|known| known == name);
                    own && (matches!(
                        name,
                        "main" | "cli" | "train" | "predict" | "run" | "start" | "serve" | "pipeline"
                    ) || name.starts_with("run_")
                        || name.ends_with("_main"))
                }
                Expr::Attribute(attribute) => {
                    let holder = last_name(&attribute.value);
                    matches!(
                        (holder, attribute.attr.as_str()),
                        ("uvicorn" | "app", "run") | (_, "parse_args")
                    )
                }
                _ => false,
            };
            if starts && self.scanned.missing_main_guard.is_none() {
                let name = last_name(&call.func).to_owned();
                self.scanned.missing_main_guard = Some(Item {
                    kind: "call",
                    name,
                    loc: (self.at)(start(value.as_ref())),
                });
            }
        }
    }
}

/// Modules that no requirement brings: they are there where the code runs (in a browser, a notebook service, another program).
fn comes_with_a_platform(module: &str) -> bool {
    let top = module.split('.').next().unwrap_or(module);
    matches!(
        top,
        "pyodide" | "pyodide_js" | "js" | "micropip" | "awsglue" | "arcpy" | "bpy"
    ) || module == "google.colab"
        || module.starts_with("google.colab.")
}

/// Statements that an `__init__.py` consists of without saying anything itself.
fn is_plumbing(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::Assign(_))
}

/// Whether a body starts with a docstring that says something.
fn has_docstring(body: &[Stmt]) -> bool {
    let first = body.first().and_then(Stmt::as_expr_stmt);
    let text = first.and_then(|statement| statement.value.as_string_literal_expr());
    text.is_some_and(|text| !text.value.to_str().trim().is_empty())
}

/// `__name__ == "__main__"`, either way round.
pub(super) fn is_main_guard(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    let is_name = |expr: &Expr| last_name(expr) == "__name__";
    is_name(&compare.left) || compare.comparators.iter().any(is_name)
}

/// The last part of a name, attribute, call or subscript: `c` of `a.b.c(…)`.
pub(in crate::facts) fn last_name(expr: &Expr) -> &str {
    match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Call(call) => last_name(&call.func),
        Expr::Subscript(subscript) => last_name(&subscript.value),
        Expr::Compare(compare) => last_name(&compare.left),
        _ => "",
    }
}

/// Whether a function is called by AWS Lambda: `def handler(event, context)`.
fn takes_an_event(parameters: &Parameters) -> bool {
    let mut names = parameters
        .args
        .iter()
        .map(|parameter| parameter.parameter.name.as_str().trim_start_matches('_'));
    names.next() == Some("event") && names.next() == Some("context")
}

/// The parameters without a type, but for the bound one.
fn untyped(parameters: &Parameters, bound: bool) -> Vec<String> {
    let positional = parameters
        .posonlyargs
        .iter()
        .chain(&parameters.args)
        .skip(usize::from(bound));
    let plain = positional
        .chain(&parameters.kwonlyargs)
        .map(|parameter| &parameter.parameter);
    let all = plain
        .chain(parameters.vararg.as_deref())
        .chain(parameters.kwarg.as_deref());
    let missing = all.filter(|parameter| parameter.annotation.is_none());
    missing
        .map(|parameter| parameter.name.to_string())
        .filter(|name| name != "_")
        .take(50)
        .collect()
}

/// Whether a role is worth the closer look.
pub(super) fn is_judged(role: Role) -> bool {
    matches!(role, Role::Application | Role::Script)
}
