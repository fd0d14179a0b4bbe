//! The shape of the `tests` fact.

use crate::facts::location::Location;

/// What the tests claim to check.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct TestsFacts {
    /// Whether there is any test, written or made by a metaclass.
    pub present: bool,
    /// How many tests are written.
    pub written: usize,
    /// How many of them assert something and are not always skipped.
    pub effective: usize,
    /// The files of tests, helpers included.
    pub files: Vec<TestFile>,
    /// Every test.
    pub functions: Vec<TestFunction>,
    /// Tests that assert nothing.
    pub assertion_free: Vec<TestFunction>,
    /// Tests that are always skipped.
    pub skipped: Vec<TestFunction>,
    /// Tests that are expected to fail.
    pub xfailed: Vec<TestFunction>,
    /// Tests that a later one of the same name replaces, so that they never run.
    pub shadowed: Vec<TestFunction>,
    /// Assertions that hold whatever the project does, outside of tests that assert nothing else.
    pub always_true: Vec<Location>,
    /// Tests that get nothing from outside their own file, so that no change of the project can fail them.
    pub self_testing: Vec<TestFunction>,
    /// Tests that wait for a fixed time; `what` is how many seconds.
    pub sleeps: Vec<Habit>,
    /// Handlers that catch the failure of the test around them; `what` is how they are written.
    pub self_caught: Vec<Habit>,
    /// `pytest.raises(Exception)`, which any mistake satisfies; `what` is the exception.
    pub broad_raises: Vec<Habit>,
    /// Requests to a host on the internet, which is `what`.
    pub network: Vec<Habit>,
    /// Whether some test expects that something goes wrong.
    pub expects_failure: bool,
    /// Which failures the tests provoke.
    pub exercised: Exercised,
}

/// Something in a test by which it proves less than it seems to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Habit {
    /// The function around it; `Class.name` in a class.
    pub name: String,
    /// What it is.
    pub what: String,
    /// Where it is.
    pub loc: Location,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TestFile {
    /// Its path.
    pub path: String,
    /// How many tests it has.
    pub tests: usize,
    /// Whether pytest collects it by its name.
    pub is_test_module: bool,
}

/// One test.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct TestFunction {
    /// Its name; `Class.name` in a class.
    pub name: String,
    /// Its file.
    pub path: String,
    /// How often it asserts: `assert`, `pytest.raises`, `self.assert…`, calls of helpers that assert.
    pub asserts: usize,
    /// Whether it is always skipped.
    pub skipped: bool,
    /// Whether it is expected to fail.
    pub xfail: bool,
    /// Whether it is parametrized.
    pub parametrized: bool,
    /// Whether it has neither a fixture nor an import that reaches beyond its file.
    pub alone: bool,
    /// Where it is.
    pub loc: Location,
}

/// Which failures the tests provoke, by the HTTP status that they name.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Exercised {
    /// 401: nobody is logged in.
    pub unauthenticated: bool,
    /// 403: logged in without the right.
    pub forbidden: bool,
    /// 400 or 422: bad input.
    pub bad_input: bool,
    /// 404: nothing there.
    pub not_found: bool,
    /// 409: in conflict with what is there.
    pub conflict: bool,
}

impl Exercised {
    pub(super) fn add(&mut self, other: &Self) {
        self.unauthenticated |= other.unauthenticated;
        self.forbidden |= other.forbidden;
        self.bad_input |= other.bad_input;
        self.not_found |= other.not_found;
        self.conflict |= other.conflict;
    }

    pub(super) fn status(&mut self, code: u16) {
        match code {
            401 => self.unauthenticated = true,
            403 => self.forbidden = true,
            400 | 422 => self.bad_input = true,
            404 => self.not_found = true,
            409 => self.conflict = true,
            _ => {}
        }
    }
}
