//! Whether a test asks a real host on the internet.
//!
//! Only literal addresses are judged, also those that a plain assignment gave a name. A test that meets its host through
//! something that stands in for it, or says by its marks or its folder that it is meant to go outside, is not at fault.

use std::collections::HashMap;

use ruff_python_ast::{Decorator, Expr, ExprCall, Stmt, StmtFunctionDef};

use crate::facts::python::last_name;

/// Named addresses that are kept at a time.
const MANY: usize = 50;
/// Longer names of variables and hosts are not kept.
const LONG: usize = 100;
/// Folders and files of tests that are meant to go outside.
const OUTSIDE: [&str; 7] = [
    "integration",
    "e2e",
    "live",
    "smoke",
    "external",
    "acceptance",
    "system",
];
/// Marks of tests that are meant to go outside.
const OUTSIDE_MARKS: [&str; 8] = [
    "network",
    "internet",
    "online",
    "integration",
    "e2e",
    "external",
    "live",
    "slow",
];

/// What is known on the way through a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Network {
    /// Something stands in for the network, or it is meant to be used.
    pub(super) excused: bool,
    /// Names with the hosts of their addresses.
    hosts: HashMap<String, String>,
}

impl Network {
    /// Looks at a file's path and at its imports and marks.
    pub(super) fn of(body: &[Stmt], path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let mut words = lower.split(|character: char| !character.is_ascii_alphanumeric());
        Self {
            excused: words.any(|word| OUTSIDE.contains(&word)) || body.iter().any(stands_in),
            hosts: HashMap::new(),
        }
    }

    /// Notes what a statement binds; `certain` when nothing decides whether it runs.
    pub(super) fn bind(&mut self, statement: &Stmt, certain: bool) {
        let (target, value) = match statement {
            Stmt::Assign(assignment) => match assignment.targets.as_slice() {
                [target] => (target, Some(assignment.value.as_ref())),
                _ => return,
            },
            Stmt::AnnAssign(assignment) => (assignment.target.as_ref(), assignment.value.as_deref()),
            _ => return,
        };
        let Expr::Name(name) = target else {
            // `requests.get = answer`
            self.excused |= target.is_attribute_expr() && is_of_network(target);
            return;
        };
        let host = value.filter(|_| certain).and_then(|value| self.host(value));
        match host {
            Some(host) if self.hosts.len() < MANY && name.id.len() <= LONG => {
                self.hosts.insert(name.id.to_string(), host);
            }
            _ => self.forget(name.id.as_str()),
        }
    }

    /// A name now stands for something else.
    pub(super) fn forget(&mut self, name: &str) {
        self.hosts.remove(name);
    }

    /// The host on the internet that a call asks.
    pub(super) fn asked(&self, call: &ExprCall) -> Option<String> {
        const VERBS: [&str; 9] = [
            "get", "post", "put", "patch", "delete", "head", "options", "request", "stream",
        ];
        let asks = match call.func.as_ref() {
            Expr::Attribute(attribute) => {
                let holder = attribute.value.as_name_expr().map(|name| name.id.as_str());
                let name = attribute.attr.as_str();
                let verb = matches!(holder, Some("requests" | "httpx")) && VERBS.contains(&name);
                verb || (matches!(name, "urlopen" | "urlretrieve") && last_name(&attribute.value) == "request")
            }
            Expr::Name(name) => matches!(name.id.as_str(), "urlopen" | "urlretrieve"),
            _ => false,
        };
        if !asks || self.excused {
            return None;
        }
        let named = call.arguments.find_keyword("url").map(|keyword| &keyword.value);
        let arguments = call.arguments.args.iter().take(2);
        arguments.chain(named).find_map(|argument| self.host(argument))
    }

    fn host(&self, address: &Expr) -> Option<String> {
        match address {
            Expr::StringLiteral(text) => host_in(text.value.to_str(), true),
            Expr::Name(name) => self.hosts.get(name.id.as_str()).cloned(),
            // `BASE + "/users"`
            Expr::BinOp(operation) => match operation.left.as_ref() {
                Expr::Name(name) => self.hosts.get(name.id.as_str()).cloned(),
                Expr::StringLiteral(text) => host_in(text.value.to_str(), false),
                _ => None,
            },
            Expr::FString(text) => {
                let first = text.value.elements().next()?;
                match (first.as_literal(), first.as_interpolation()) {
                    (Some(literal), _) => host_in(&literal.value, false),
                    (_, Some(value)) if value.expression.is_name_expr() => self.host(&value.expression),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// The host in an address that is no dummy and not on this machine. What is not the `whole` address may go on with the host.
fn host_in(text: &str, whole: bool) -> Option<String> {
    const NOWHERE: [&str; 9] = [
        "test",
        "local",
        "invalid",
        "example",
        "localhost",
        "internal",
        "lan",
        "svc",
        "localdomain",
    ];
    const DUMMIES: [&str; 8] = [
        "example",
        "testserver",
        "dummy",
        "fake",
        "mock",
        "foo.",
        "bar.",
        "localhost",
    ];
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let name = authority.rsplit('@').next()?.split(':').next()?;
    let last = name.rsplit('.').next().unwrap_or_default();
    let dummy = NOWHERE.contains(&last) || DUMMIES.iter().any(|word| name.contains(word));
    let numeric = name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let complete = whole || rest.len() > authority.len();
    (complete && name.contains('.') && !dummy && !numeric && name.len() <= LONG).then(|| name.to_owned())
}

/// Does a `conftest.py` bring something that stands in for the network, to the tests beside and beneath it?
pub(super) fn is_shared(body: &[Stmt]) -> bool {
    body.iter().any(stands_in)
}

/// Does a function take a fixture, or bear a mark, that excuses it?
pub(super) fn excuses(function: &StmtFunctionDef) -> bool {
    let mut parameters = function.parameters.iter();
    parameters.any(|parameter| is_stand_in(parameter.name().as_str())) || marks_excuse(&function.decorator_list)
}

/// Does one of the marks say that a test goes outside, or that something stands in for the network?
pub(super) fn marks_excuse(marks: &[Decorator]) -> bool {
    marks.iter().any(|mark| mark_excuses(&mark.expression))
}

/// A handler that skips the test where there is no network.
pub(super) fn skips(body: &[Stmt]) -> bool {
    let mut calls = body
        .iter()
        .filter_map(Stmt::as_expr_stmt)
        .map(|statement| last_name(&statement.value));
    calls.any(|name| matches!(name, "skip" | "skipTest"))
}

fn mark_excuses(mark: &Expr) -> bool {
    let name = last_name(mark);
    let apart = matches!(
        name,
        "skip" | "skipif" | "skipIf" | "skipUnless" | "activate" | "usefixtures"
    );
    apart || is_stand_in(name) || OUTSIDE_MARKS.iter().any(|word| name.contains(word))
}

/// An import of something that stands in for the network, and a mark on the whole module.
fn stands_in(statement: &Stmt) -> bool {
    let module = |name: &str| name.split('.').any(is_stand_in);
    match statement {
        Stmt::Import(import) => import.names.iter().any(|alias| module(alias.name.as_str())),
        Stmt::ImportFrom(import) => {
            let named = import.names.iter().any(|alias| is_stand_in(alias.name.as_str()));
            named || import.module.as_ref().is_some_and(|name| module(name.as_str()))
        }
        Stmt::Assign(assignment) => {
            let mut targets = assignment.targets.iter();
            targets.any(|target| last_name(target) == "pytestmark")
                && match assignment.value.as_ref() {
                    Expr::List(list) => list.elts.iter().any(mark_excuses),
                    other => mark_excuses(other),
                }
        }
        // `@pytest.fixture(autouse=True) def no_network(monkeypatch): …`
        Stmt::FunctionDef(function) => {
            let automatic = function.decorator_list.iter().any(|mark| {
                let call = mark.expression.as_call_expr();
                call.is_some_and(|call| call.arguments.find_keyword("autouse").is_some())
            });
            automatic && excuses(function)
        }
        _ => false,
    }
}

/// A member of a module that leads to the network.
fn is_of_network(mut expression: &Expr) -> bool {
    while let Expr::Attribute(attribute) = expression {
        expression = &attribute.value;
    }
    let root = expression.as_name_expr().map(|name| name.id.as_str());
    matches!(root, Some("requests" | "httpx" | "urllib" | "http" | "socket"))
}

/// The name of a fixture or a module that stands in for the network.
fn is_stand_in(name: &str) -> bool {
    const KNOWN: [&str; 9] = [
        "responses",
        "respx",
        "httpretty",
        "pook",
        "betamax",
        "aresponses",
        "aioresponses",
        "mocker",
        "pytest_socket",
    ];
    let lower = name.to_ascii_lowercase();
    KNOWN.contains(&lower.as_str())
        || ["mock", "patch", "vcr", "cassette", "recorder"]
            .iter()
            .any(|word| lower.contains(word))
}
