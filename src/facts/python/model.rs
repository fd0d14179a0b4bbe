//! The shape of the `python` fact.

use crate::facts::location::Location;

/// The habits of the code. Lists without another note cover application modules and scripts.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct PythonFacts {
    /// Every module.
    pub modules: Vec<Module>,
    /// How many modules are part of the application.
    pub application_modules: usize,
    /// Files that are no valid Python.
    pub syntax_errors: Vec<Trouble>,
    /// Files that were not read: too large, or no text.
    pub unread: Vec<Trouble>,
    /// Imports of other people's modules, once for each module that imports them.
    pub third_party_imports: Vec<Import>,
    /// The packages that a person lists for running the application; those of a frozen list are left out.
    pub dependencies: Vec<Dependency>,
    /// `print` calls in application modules; what a command line tells its user does not count.
    pub prints: Vec<Item>,
    /// Whether the application logs.
    pub uses_logging: bool,
    /// Whether anything reads its command line with argparse, click or typer.
    pub uses_cli_parser: bool,
    /// How many public modules, classes and functions the application has.
    pub public_items: usize,
    /// Those without a docstring.
    pub undocumented: Vec<Item>,
    /// How many functions and methods the application has.
    pub functions: usize,
    /// Those with parameters or a result without a type.
    pub unannotated: Vec<Unannotated>,
    /// Modules that start work when they are imported, for want of `if __name__ == "__main__":`.
    pub missing_main_guards: Vec<Item>,
    /// `except:` without a type that does not raise again.
    pub bare_excepts: Vec<Item>,
    /// `except Exception: pass`.
    pub swallowed_exceptions: Vec<Item>,
    /// Lists, dictionaries and sets as default values.
    pub mutable_defaults: Vec<Item>,
    /// SQL built from values by an f-string, `%`, `+` or `format`.
    pub sql_injections: Vec<Item>,
    /// Calls that block the event loop, in `async def`.
    pub blocking_calls: Vec<Item>,
    /// Calls and statements with a better way beside them; the kind says which.
    pub habits: Vec<Item>,
    /// Functions with more than 15 ways through them.
    pub complex_functions: Vec<Complex>,
}

/// A function with many ways through it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Complex {
    /// Its name.
    pub name: String,
    /// How many ways.
    pub ways: usize,
    /// Where it is.
    pub loc: Location,
}

/// What a module is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Part of what is built.
    #[default]
    Application,
    /// Tests and what they share.
    Test,
    /// Database migrations.
    Migration,
    /// Helpers for developing: scripts, examples, documentation.
    Script,
}

/// One module.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Module {
    /// Its path.
    pub path: String,
    /// What it is for.
    pub role: Role,
    /// Its lines.
    pub lines: usize,
    /// Its imports, in order.
    pub imports: Vec<Import>,
    /// Whether it has a docstring.
    pub has_docstring: bool,
    /// Whether it has `if __name__ == "__main__":`.
    pub has_main_guard: bool,
    /// The library that reads its command line: `argparse`, `click`, `typer`, `fire`, `docopt`.
    pub cli_library: Option<String>,
    /// Whether it uses logging, structlog or loguru.
    pub uses_logging: bool,
    /// Names of its functions and classes at module level.
    pub names: Vec<String>,
    /// Whether a function takes `event` and `context`: AWS Lambda calls it, and brings boto3 along.
    #[serde(skip)]
    pub(super) handles_events: bool,
}

/// Where an import comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportOrigin {
    /// Python itself (3.11 to 3.14).
    Stdlib,
    /// This repository.
    FirstParty,
    /// Somebody else.
    ThirdParty,
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Import {
    /// The first part of the module's name.
    pub name: String,
    /// Where it comes from.
    pub origin: ImportOrigin,
    /// Whether its absence is handled, or only a type checker sees it.
    pub optional: bool,
    /// What the importing module is for.
    pub role: Role,
    /// Whether the requirements for that role declare it.
    pub declared: bool,
    /// Whether only the requirements for developing declare it.
    pub declared_for_development: bool,
    /// Whether it is installed only because another package needs it.
    pub transitive: bool,
    /// Where it is.
    pub loc: Location,
}

/// What a declared package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// What the application runs with.
    Application,
    /// Tests, linters, types, documentation.
    Development,
    /// A module that Python brings itself.
    StandardLibrary,
}

/// A package that is listed for running the application.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Dependency {
    /// Its name, normalised.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether something uses it: an import outside of the tests, a command, an address, a string, another package.
    pub used: bool,
    /// Whether a test imports it.
    pub used_by_tests: bool,
    /// Where it is listed.
    pub loc: Location,
}

/// Something worth a finding.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Item {
    /// `module`, `class`, `function`, `method` or `call`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub loc: Location,
}

/// A function without all its types.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unannotated {
    /// Its name.
    pub name: String,
    /// What has no type: names of parameters, and `return`.
    pub missing: Vec<String>,
    /// Where it is.
    pub loc: Location,
}

/// Something that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Trouble {
    /// What is wrong.
    pub message: String,
    /// Where it is.
    pub loc: Location,
}
