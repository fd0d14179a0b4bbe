//! Habits by which a test proves less than it seems to: failures that it catches itself, any exception taken for the expected
//! one, waiting by the clock, asking a host on the internet.
//!
//! One walk over a file that pytest reads. Each fault names the function around it. What may be meant (waiting in a loop until
//! something is there, an exception that is looked at afterwards) is left out.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_parameter, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, ExprCall, ExprContext, Number, Parameter, Stmt, StmtFunctionDef, StmtWith};
use ruff_text_size::Ranged;

use super::catching;
use super::model::Habit;
use super::network::{self, Network};
use crate::facts::location::Location;
use crate::facts::python::last_name;

/// How many of one habit are kept of a file.
const MANY: usize = 200;
/// What an event loop or a thread may need to get its turn.
const MOMENT: f64 = 0.05;

/// What one file adds to the fact.
#[derive(Debug, Default)]
pub(super) struct Habits {
    pub(super) self_caught: Vec<Habit>,
    pub(super) sleeps: Vec<Habit>,
    pub(super) broad_raises: Vec<Habit>,
    pub(super) network: Vec<Habit>,
}

/// Walks one file.
pub(super) fn read(body: &[Stmt], path: &str, at: &dyn Fn(usize) -> Location) -> Habits {
    let mut reader = Reader {
        at,
        network: Network::of(body, path),
        found: Habits::default(),
        functions: Vec::new(),
        classes: Vec::new(),
        loops: 0,
        branches: 0,
    };
    reader.visit_body(body);
    reader.found
}

struct Reader<'a> {
    at: &'a dyn Fn(usize) -> Location,
    network: Network,
    found: Habits,
    functions: Vec<&'a str>,
    classes: Vec<&'a str>,
    /// How many loops of the innermost function are around.
    loops: usize,
    /// How many statements are around that decide whether something runs.
    branches: usize,
}

impl<'a> Reader<'a> {
    fn habit(&self, what: impl Into<String>, node: &impl Ranged) -> Habit {
        let function = self.functions.first().copied().unwrap_or("the module");
        let name = match self.classes.last() {
            Some(class) if !self.functions.is_empty() => format!("{class}.{function}"),
            _ => function.to_owned(),
        };
        Habit {
            name,
            what: what.into().chars().take(100).collect(),
            loc: (self.at)(usize::from(node.range().start())),
        }
    }

    /// In the very body of a test, not in a function that it defines.
    fn is_in_test(&self) -> bool {
        matches!(self.functions.as_slice(), [name] if name.starts_with("test"))
    }

    fn sleeps(&mut self, call: &ExprCall) {
        let Expr::Attribute(function) = call.func.as_ref() else {
            return;
        };
        let clock = matches!(last_name(&function.value), "time" | "asyncio");
        let waits = clock && function.attr.as_str() == "sleep" && self.loops == 0 && self.is_in_test();
        let seconds = call.arguments.args.first().and_then(seconds);
        if let Some(seconds) = seconds.filter(|seconds| waits && *seconds > MOMENT)
            && self.found.sleeps.len() < MANY
        {
            let habit = self.habit(format!("{seconds}"), call);
            self.found.sleeps.push(habit);
        }
    }

    /// `pytest.raises(Exception)` without a word on which one.
    fn broad_raises(&mut self, call: &ExprCall) {
        let expects = matches!(last_name(&call.func), "raises" | "assertRaises");
        let first = call.arguments.args.first();
        let kind = first.and_then(Expr::as_name_expr).map(|name| name.id.as_str());
        let narrowed = ["match", "check"]
            .iter()
            .any(|name| call.arguments.find_keyword(name).is_some());
        if let Some(kind @ ("Exception" | "BaseException")) = kind
            && expects
            && !narrowed
            && self.found.broad_raises.len() < MANY
        {
            let habit = self.habit(kind, call);
            self.found.broad_raises.push(habit);
        }
    }

    fn with(&mut self, with: &StmtWith) {
        for item in &with.items {
            let Expr::Call(call) = &item.context_expr else {
                continue;
            };
            // what is caught under a name is looked at afterwards
            if item.optional_vars.is_none() && call.arguments.args.len() == 1 {
                self.broad_raises(call);
            }
        }
    }

    /// A request to a host on the internet.
    fn asks(&mut self, call: &ExprCall) {
        if let Some(host) = self.network.asked(call).filter(|_| !self.functions.is_empty())
            && self.found.network.len() < MANY
        {
            let habit = self.habit(host, call);
            self.found.network.push(habit);
        }
    }

    fn function(&mut self, function: &'a StmtFunctionDef, statement: &'a Stmt) {
        // What is bound inside is gone afterwards.
        let network = self.network.clone();
        self.network.excused |= network::excuses(function);
        self.functions.push(function.name.as_str());
        let loops = std::mem::take(&mut self.loops);
        let branches = std::mem::take(&mut self.branches);
        walk_stmt(self, statement);
        self.branches = branches;
        self.loops = loops;
        self.functions.pop();
        self.network = network;
    }

    /// Walks a statement in which the network is excused, if it is.
    fn excused(&mut self, excused: bool, statement: &'a Stmt) {
        let before = self.network.excused;
        self.network.excused |= excused;
        self.branches += 1;
        walk_stmt(self, statement);
        self.branches -= 1;
        self.network.excused = before;
    }

    fn self_caught(&mut self, body: &[Stmt]) {
        // a loop around it tries again
        if self.loops > 0 || !self.is_in_test() {
            return;
        }
        for (what, offset) in catching::failures(body) {
            if self.found.self_caught.len() < MANY {
                let habit = self.habit(what, &offset);
                self.found.self_caught.push(habit);
            }
        }
    }
}

impl<'a> Visitor<'a> for Reader<'a> {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        self.self_caught(body);
        for statement in body {
            self.visit_stmt(statement);
        }
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function, statement),
            Stmt::ClassDef(class) => {
                let network = self.network.clone();
                self.network.excused |= network::marks_excuse(&class.decorator_list);
                self.classes.push(class.name.as_str());
                walk_stmt(self, statement);
                self.classes.pop();
                self.network = network;
            }
            Stmt::For(_) | Stmt::While(_) => {
                self.loops += 1;
                self.excused(false, statement);
                self.loops -= 1;
            }
            Stmt::If(_) | Stmt::Match(_) => self.excused(false, statement),
            Stmt::Try(tried) => {
                let skips = tried.handlers.iter().any(|handler| {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    network::skips(&handler.body)
                });
                self.excused(skips, statement);
            }
            Stmt::With(with) => {
                self.with(with);
                let expects = with.items.iter().any(|item| expects(&item.context_expr));
                self.excused(expects, statement);
            }
            _ => walk_stmt(self, statement),
        }
        self.network.bind(statement, self.branches == 0);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => {
                self.sleeps(call);
                self.asks(call);
                // `self.assertRaises(Exception, call)`; a context manager is looked at with its block
                if call.arguments.args.len() > 1 {
                    self.broad_raises(call);
                }
            }
            Expr::Name(name) if name.ctx == ExprContext::Store => self.network.forget(name.id.as_str()),
            _ => {}
        }
        walk_expr(self, expression);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.network.forget(parameter.name.as_str());
        walk_parameter(self, parameter);
    }
}

/// A request in `with pytest.raises(…)` is made for its failure.
fn expects(manager: &Expr) -> bool {
    let name = last_name(manager);
    name.contains("raises") || name.contains("Raises") || name == "suppress"
}

fn seconds(expression: &Expr) -> Option<f64> {
    match &expression.as_number_literal_expr()?.value {
        Number::Int(value) => value.as_u16().map(f64::from),
        Number::Float(value) => Some(*value),
        Number::Complex { .. } => None,
    }
}
