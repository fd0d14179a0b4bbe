//! What happens inside functions: calls, handlers, defaults, SQL.

use std::collections::HashSet;

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, ExprCall, InterpolatedStringElement, Parameters, Stmt, StmtFunctionDef};

use super::aliases::Aliases;
use super::calls;
use super::complexity;
use super::habits;
use super::model::{Complex, Item, Role};
use super::results;
use super::scan::{Scanned, is_judged, is_main_guard, last_name, start};
use super::vocabulary::Vocabulary;
use crate::facts::location::Location;

/// Walks a module's body.
pub(super) fn read(body: &[Stmt], at: &dyn Fn(usize) -> Location, vocabulary: &Vocabulary, scanned: &mut Scanned) {
    if !is_judged(scanned.module.role) {
        return;
    }
    let speaks = scanned.module.cli_library.is_some();
    let runs_commands = scanned.module.imports.iter().any(|import| import.name == "subprocess");
    let mut reader = Bodies {
        at,
        vocabulary,
        scanned,
        speaks,
        in_command: 0,
        in_async: false,
        aliases: Aliases::default(),
        about_secrets: 0,
        closed: 0,
        zoned: None,
        runs_commands,
        looked_at: Vec::new(),
        judged: HashSet::new(),
    };
    reader.look_at(body);
    for statement in body {
        reader.visit_stmt(statement);
    }
}

struct Bodies<'a> {
    at: &'a dyn Fn(usize) -> Location,
    vocabulary: &'a Vocabulary,
    scanned: &'a mut Scanned,
    /// The module reads a command line.
    speaks: bool,
    /// How many functions or blocks around are a command line's.
    in_command: usize,
    in_async: bool,
    aliases: Aliases,
    /// How many functions and assignments around are about something that nobody may guess.
    about_secrets: usize,
    /// How many constructs around see to it that a file is closed.
    closed: usize,
    /// The start of a call whose time gets its zone from `astimezone`.
    zoned: Option<usize>,
    /// Whether the module runs commands at all: most do not, and need not be searched for their results.
    runs_commands: bool,
    /// The names whose return code is read: in the module, and in each function around.
    looked_at: Vec<HashSet<String>>,
    /// The starts of calls whose result somebody looks at.
    judged: HashSet<usize>,
}

/// More ways through a function than this are more than a reader can hold.
const WAYS: usize = 15;
const HABITS: usize = 500;

impl Bodies<'_> {
    fn item(&self, kind: &'static str, name: &str, offset: usize) -> Item {
        Item {
            kind,
            name: name.chars().take(100).collect(),
            loc: (self.at)(offset),
        }
    }

    fn habit(&mut self, (kind, name, offset): habits::Habit) {
        if self.scanned.habits.len() < HABITS {
            let item = self.item(kind, &name, offset);
            self.scanned.habits.push(item);
        }
    }

    fn habits_of_call(&mut self, call: &ExprCall) {
        let mut found = Vec::new();
        habits::of_call(call, &self.aliases, &mut |habit| found.push(habit));
        for habit in found {
            let excused = match habit.0 {
                "naive-time" => self.zoned == Some(habit.2),
                "unchecked-run" => self.judged.contains(&habit.2),
                _ => false,
            };
            if !excused {
                self.habit(habit);
            }
        }
        if self.closed == 0
            && let Some(opened) = habits::opens(call, &self.aliases)
        {
            self.habit(("left-open", opened.to_owned(), start(call)));
        }
        if self.about_secrets > 0 && habits::is_guessable(call, &self.aliases) {
            self.habit(("guessable", last_name(&call.func).to_owned(), start(call)));
        }
    }

    fn defaults(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            let Some(default) = parameter.default.as_deref() else {
                continue;
            };
            let made = match default {
                Expr::List(_) | Expr::Dict(_) | Expr::Set(_) => true,
                Expr::Call(call) => {
                    matches!(call.func.as_ref(), Expr::Name(name) if matches!(name.id.as_str(), "list" | "dict" | "set"))
                }
                _ => false,
            };
            if made {
                let item = self.item("parameter", parameter.parameter.name.as_str(), start(parameter));
                self.scanned.mutable_defaults.push(item);
            }
        }
    }

    fn is_command(&self, function: &StmtFunctionDef) -> bool {
        let name = function.name.as_str();
        let named = ["main", "cli", "cmd", "command", "_cmd", "_main"]
            .iter()
            .any(|word| name.starts_with(word));
        let decorated = function
            .decorator_list
            .iter()
            .any(|decorator| matches!(last_name(&decorator.expression), "command" | "callback" | "group"));
        self.speaks && (named || decorated)
    }

    /// Begins a module or a function.
    fn look_at(&mut self, body: &[Stmt]) {
        let found = self.runs_commands.then(|| results::looked_at(body));
        self.looked_at.push(found.unwrap_or_default());
    }

    /// Takes note of a call whose result gets a name that is looked at; an attribute may be looked at in another function.
    fn note_result(&mut self, targets: &[Expr], value: &Expr) {
        let looked_at = |target: &Expr| {
            let scopes = self.looked_at.iter();
            let known = |scope: &HashSet<String>| scope.contains(last_name(target));
            if target.is_name_expr() {
                scopes.last().is_some_and(known)
            } else {
                scopes.into_iter().any(known)
            }
        };
        if let Expr::Call(call) = value
            && targets.iter().any(looked_at)
        {
            self.judged.insert(start(call));
        }
    }

    fn call(&mut self, call: &ExprCall) {
        if let Expr::Name(name) = call.func.as_ref()
            && name.id.as_str() == "print"
            && self.in_command == 0
            && self.scanned.module.role == Role::Application
        {
            let item = self.item("call", "print", start(call));
            self.scanned.prints.push(item);
        }
        if self.in_async
            && let Some(name) = calls::blocking(&call.func)
        {
            let item = self.item("call", &name, start(call));
            self.scanned.blocking_calls.push(item);
        }
        self.habits_of_call(call);
        if let Some(offset) = calls::built_sql(call) {
            let item = self.item("call", last_name(&call.func), offset);
            self.scanned.sql_injections.push(item);
        }
    }
}

impl<'a> Visitor<'a> for Bodies<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.aliases.note(statement);
        let mut found = None;
        habits::of_statement(statement, &mut |habit| found = Some(habit));
        if let Some(habit) = found.filter(|habit| habit.0 != "assert" || self.scanned.module.role == Role::Application)
        {
            self.habit(habit);
        }
        match statement {
            Stmt::FunctionDef(function) => {
                self.defaults(&function.parameters);
                let ways = complexity::of(&function.body);
                if ways > WAYS {
                    let item = self.item("function", function.name.as_str(), start(&function.name));
                    self.scanned.complex_functions.push(Complex {
                        name: item.name,
                        ways,
                        loc: item.loc,
                    });
                }
                let secret = usize::from(habits::is_secret(function.name.as_str()));
                self.about_secrets += secret;
                let command = usize::from(self.is_command(function));
                let outer = std::mem::replace(&mut self.in_async, function.is_async);
                self.in_command += command;
                self.look_at(&function.body);
                walk_stmt(self, statement);
                self.looked_at.pop();
                self.in_command -= command;
                self.in_async = outer;
                self.about_secrets -= secret;
            }
            Stmt::With(with) => {
                self.closed += 1;
                for item in &with.items {
                    self.visit_with_item(item);
                }
                self.closed -= 1;
                self.visit_body(&with.body);
            }
            Stmt::Return(given) => {
                if let Some(Expr::Call(call)) = given.value.as_deref() {
                    self.judged.insert(start(call));
                }
                self.closed += 1;
                walk_stmt(self, statement);
                self.closed -= 1;
            }
            Stmt::Assign(assignment) => {
                self.note_result(&assignment.targets, &assignment.value);
                let secret = usize::from(
                    assignment
                        .targets
                        .iter()
                        .any(|target| habits::is_secret(last_name(target))),
                );
                self.about_secrets += secret;
                walk_stmt(self, statement);
                self.about_secrets -= secret;
            }
            Stmt::If(branch) if is_main_guard(&branch.test) => {
                self.in_command += 1;
                walk_stmt(self, statement);
                self.in_command -= 1;
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => {
                let closes = match call.func.as_ref() {
                    Expr::Attribute(attribute) => {
                        if attribute.attr.as_str() == "astimezone" {
                            self.zoned = Some(start(attribute.value.as_ref()));
                        }
                        matches!(
                            attribute.attr.as_str(),
                            "enter_context" | "enter_async_context" | "close"
                        )
                    }
                    _ => false,
                };
                self.call(call);
                self.closed += usize::from(closes);
                walk_expr(self, expression);
                self.closed -= usize::from(closes);
            }
            Expr::Attribute(attribute) => {
                if results::is_success(attribute.attr.as_str()) {
                    self.judged.insert(start(attribute.value.as_ref()));
                }
                walk_expr(self, expression);
            }
            Expr::Subscript(_) => {
                if habits::reads_arguments(expression, &self.aliases) {
                    self.habit(("raw-arguments", "sys.argv".to_owned(), start(expression)));
                }
                walk_expr(self, expression);
            }
            Expr::StringLiteral(text) => {
                let content = text.value.to_str();
                if let Some(home) = habits::home_of(content) {
                    self.habit(("home-path", home.to_owned(), start(expression)));
                }
                self.vocabulary.in_string(content, &mut self.scanned.mentioned);
            }
            Expr::FString(text) => {
                // the scheme of a database address comes before its first value
                if let Some(InterpolatedStringElement::Literal(first)) = text.value.elements().next() {
                    self.vocabulary.in_string(&first.value, &mut self.scanned.mentioned);
                }
                walk_expr(self, expression);
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters);
                }
                let outer = std::mem::replace(&mut self.in_async, false);
                walk_expr(self, expression);
                self.in_async = outer;
            }
            _ => walk_expr(self, expression),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(caught) = handler;
        let broad = caught
            .type_
            .as_deref()
            .is_none_or(|kind| matches!(last_name(kind), "Exception" | "BaseException"));
        let silent = caught.body.iter().all(|statement| match statement {
            Stmt::Pass(_) | Stmt::Continue(_) => true,
            Stmt::Expr(expression) => {
                expression.value.is_ellipsis_literal_expr() || expression.value.is_string_literal_expr()
            }
            _ => false,
        });
        if broad && silent {
            let item = self.item("handler", "except", start(caught));
            self.scanned.swallowed_exceptions.push(item);
        } else if caught.type_.is_none() && !calls::raises(&caught.body) {
            let item = self.item("handler", "except", start(caught));
            self.scanned.bare_excepts.push(item);
        }
        walk_except_handler(self, handler);
    }
}
