//! One file of tests.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{Decorator, Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::collected::{self, Collected};
use super::expecting;
use super::habits::{self, Habits};
use super::inside::{Inside, measures};
use super::model::{Exercised, TestFunction};
use super::network;
use super::truth;
use crate::facts::location::{Lines, Location};
use crate::facts::python::{last_name, parse_text};
use crate::source::File;

const CLASS_DEPTH: usize = 20;

/// What one file holds.
#[derive(Debug, Default)]
pub(super) struct ScannedTests {
    pub(super) path: String,
    pub(super) is_test_module: bool,
    /// Some test expects that something goes wrong.
    pub(super) expects_failure: bool,
    /// Its tests are made while it is read, by a metaclass.
    pub(super) makes_tests: bool,
    /// It has a syntax error.
    pub(super) is_broken: bool,
    /// Tests, each with the names that it calls.
    pub(super) tests: Vec<(TestFunction, Vec<String>)>,
    /// Other functions: how often they assert, and what they call.
    pub(super) helpers: HashMap<String, (usize, HashSet<String>)>,
    pub(super) shadowed: Vec<TestFunction>,
    pub(super) always_true: Vec<Location>,
    pub(super) exercised: Exercised,
    pub(super) habits: Habits,
    /// A `conftest.py` that brings something that stands in for the network.
    pub(super) stands_in: bool,
}

/// Scans one file. To be called on a large stack. The project may have a rule of its own for the names of test classes.
pub(super) fn scan(file: &File, own_rule: bool) -> Option<ScannedTests> {
    let text = file.text()?;
    let parsed = parse_text(&text.content)?;
    let lines = Lines::new(&text.content);
    let at = |offset: usize| lines.locate(&file.path, offset);
    let name = file.name();
    let is_test_module = name.starts_with("test_") || name.ends_with("_test.py") || name == "tests.py";
    let body = &parsed.syntax().body;
    let is_broken = !parsed.errors().is_empty();
    let mut scanner = Scanner {
        scanned: ScannedTests {
            path: file.path.clone(),
            is_test_module,
            is_broken,
            ..ScannedTests::default()
        },
        at: &at,
        skip_all: false,
        on_its_own: truth::is_on_its_own(body),
        collected: Collected::of(body, own_rule),
    };
    scanner.scanned.stands_in = name == "conftest.py" && network::is_shared(body);
    scanner.skip_all = body.iter().any(skips_module);
    scanner.block(body, &Class::default(), 0);
    let mut statuses = Inside::default();
    for statement in body {
        statuses.visit_stmt(statement);
    }
    scanner.scanned.exercised = statuses.exercised;
    scanner.scanned.expects_failure = is_test_module && expecting::expects_failure(body);
    // What could not be read to the end is not judged.
    if is_broken {
        scanner.scanned.shadowed.clear();
        return Some(scanner.scanned);
    }
    scanner.scanned.always_true = truth::always_true(body).into_iter().map(at).collect();
    // Other files in a folder of tests may be samples that the project works on.
    if is_test_module || name == "conftest.py" {
        scanner.scanned.habits = habits::read(body, &file.path, &at);
    }
    Some(scanner.scanned)
}

struct Scanner<'a> {
    scanned: ScannedTests,
    at: &'a dyn Fn(usize) -> Location,
    skip_all: bool,
    /// The file brings in nothing of the project.
    on_its_own: bool,
    collected: Collected<'a>,
}

/// The class around a function.
#[derive(Debug, Default)]
struct Class<'a> {
    /// None at module level.
    name: Option<&'a str>,
    skipped: bool,
    /// pytest does not look into it.
    passed_over: bool,
}

impl Scanner<'_> {
    fn block(&mut self, body: &[Stmt], class: &Class<'_>, depth: usize) {
        let mut latest: HashMap<&str, usize> = HashMap::new();
        for statement in body {
            match statement {
                Stmt::FunctionDef(function) => {
                    let name = function.name.as_str();
                    let is_fixture = function
                        .decorator_list
                        .iter()
                        .any(|mark| last_name(&mark.expression) == "fixture");
                    let looked_at = self.scanned.is_test_module && !class.passed_over;
                    let test = looked_at && name.starts_with("test") && !is_fixture;
                    if test {
                        self.test(function, class);
                        let index = self.scanned.tests.len() - 1;
                        if let Some(earlier) = latest.insert(name, index) {
                            let shadowed = self.scanned.tests.get(earlier).map(|(test, _)| test.clone());
                            self.scanned.shadowed.extend(shadowed);
                        }
                    } else {
                        let inside = Inside::of(function);
                        // `with Recorder() as recorder:` may assert in what the class does
                        let owner = class.name.filter(|_| class.passed_over);
                        for name in owner.into_iter().chain([name]) {
                            let helper = self.scanned.helpers.entry(name.to_owned()).or_default();
                            helper.0 += inside.asserts;
                            helper.1.extend(inside.calls.iter().cloned());
                        }
                    }
                }
                Stmt::ClassDef(inner) if depth < CLASS_DEPTH => {
                    self.scanned.makes_tests |= self.scanned.is_test_module && collected::is_metaclass(inner);
                    let skipped = inner.decorator_list.iter().any(always_skips) || inner.body.iter().any(skips_module);
                    let inner_class = Class {
                        name: Some(inner.name.as_str()),
                        skipped,
                        passed_over: class.passed_over || !self.collected.takes(inner),
                    };
                    self.block(&inner.body, &inner_class, depth + 1);
                }
                _ => {}
            }
        }
    }

    fn test(&mut self, function: &StmtFunctionDef, class: &Class<'_>) {
        let inside = Inside::of(function);
        let marked = |word: &str| {
            function
                .decorator_list
                .iter()
                .any(|mark| last_name(&mark.expression) == word)
        };
        let name = function.name.as_str();
        let first = function.body.iter().find(|statement| !is_text(statement));
        let skips_at_once =
            first.is_some_and(|statement| is_call_of(statement, "skip") || is_call_of(statement, "skipTest"));
        let test = TestFunction {
            name: class
                .name
                .map_or_else(|| name.to_owned(), |class| format!("{class}.{name}")),
            path: self.scanned.path.clone(),
            asserts: inside.asserts + inside.raises + usize::from(measures(function)),
            skipped: self.skip_all
                || class.skipped
                || skips_at_once
                || function.decorator_list.iter().any(always_skips),
            xfail: marked("xfail") || marked("expectedFailure"),
            parametrized: marked("parametrize"),
            alone: self.on_its_own && !truth::gets_something(function),
            loc: (self.at)(usize::from(function.name.range().start())),
        };
        self.scanned.tests.push((test, inside.calls.into_iter().collect()));
    }
}

fn is_text(statement: &Stmt) -> bool {
    statement
        .as_expr_stmt()
        .is_some_and(|statement| statement.value.is_string_literal_expr())
}

fn is_call_of(statement: &Stmt, name: &str) -> bool {
    let call = statement
        .as_expr_stmt()
        .and_then(|statement| statement.value.as_call_expr());
    call.is_some_and(|call| last_name(&call.func) == name)
}

/// `@pytest.mark.skip`, `@unittest.skip("…")`, `@pytest.mark.skipif(True, …)`
fn always_skips(decorator: &Decorator) -> bool {
    skips(&decorator.expression)
}

fn skips(expr: &Expr) -> bool {
    match last_name(expr) {
        "skip" => true,
        "skipif" | "skipIf" => {
            let condition = expr.as_call_expr().and_then(|call| call.arguments.args.first());
            condition
                .and_then(Expr::as_boolean_literal_expr)
                .is_some_and(|literal| literal.value)
        }
        _ => false,
    }
}

/// `pytestmark = pytest.mark.skip` and `pytest.skip(…, allow_module_level=True)`
fn skips_module(statement: &Stmt) -> bool {
    match statement {
        Stmt::Assign(assignment) => {
            assignment
                .targets
                .iter()
                .any(|target| last_name(target) == "pytestmark")
                && match assignment.value.as_ref() {
                    Expr::List(list) => list.elts.iter().any(skips),
                    other => skips(other),
                }
        }
        other => is_call_of(other, "skip"),
    }
}
