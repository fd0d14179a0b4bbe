//! The facts `venv` and `environment`: what was installed, and what the application imports without installing it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::bench::Bench;
use crate::facts::location::Location;
use crate::facts::python::{PythonFacts, Role};
use crate::facts::requirements::{Group, RequirementsFacts};

/// Where the environment lies in its image.
pub const ENVIRONMENT: &str = "/opt/venv";

/// The variables of a command that runs in the environment, as after its activation.
pub(super) fn variables() -> BTreeMap<String, String> {
    [
        (
            "PATH",
            &*format!("{ENVIRONMENT}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ),
        ("VIRTUAL_ENV", ENVIRONMENT),
        ("HOME", "/tmp"),
        ("LANG", "C.UTF-8"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONUNBUFFERED", "1"),
        // Progress lines instead of a terminal's redrawing, and no colours in the evidence.
        ("NO_COLOR", "1"),
        ("COLUMNS", "100"),
        ("XDG_RUNTIME_DIR", "/tmp"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// The fact `venv`.
#[derive(Debug, Clone, Serialize)]
pub struct Venv {
    /// Could a virtual environment be made?
    pub made: bool,
    /// The command.
    pub command: String,
    /// How it ended; `None` when it had to be killed.
    pub exit_code: Option<i64>,
    /// What it printed.
    pub output: String,
}

impl Venv {
    /// The command that makes one.
    pub(super) fn command() -> String {
        format!("python -m venv {ENVIRONMENT}")
    }

    /// One that was made.
    pub(super) fn made() -> Self {
        Self {
            made: true,
            command: Self::command(),
            exit_code: Some(0),
            output: String::new(),
        }
    }
}

/// An installed distribution.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Distribution {
    /// Its normalised name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Names of the distributions that it asks for, extras included.
    pub requires: BTreeSet<String>,
    /// The names by which code imports it.
    pub imports: BTreeSet<String>,
}

/// An import that the requirements do not provide.
#[derive(Debug, Clone, Serialize)]
pub struct MissingImport {
    /// The imported top-level name.
    pub name: String,
    /// True when the requirements for development provide it, but those of the application do not.
    pub only_development: bool,
    /// True when the requirements as written seem to provide it; if not, reading them tells as much already.
    pub declared: bool,
    /// Where it is imported.
    pub loc: Location,
}

/// The fact `environment`.
#[derive(Debug, Clone, Serialize)]
pub struct Environment {
    /// Could everything be installed?
    pub installed: bool,
    /// The requirement files.
    pub files: Vec<String>,
    /// `uv` or `pip`: what installed it in the end.
    pub installer: String,
    /// Why the installation failed, one line.
    pub problem: Option<String>,
    /// The end of the installer's output, when it failed.
    pub output: String,
    /// The requirement at fault, if the output names one.
    pub loc: Option<Location>,
    /// What is installed.
    pub packages: Vec<Distribution>,
    /// Imports of the application that the requirements do not provide.
    pub missing_imports: Vec<MissingImport>,
    /// The image that holds the environment.
    #[serde(skip)]
    pub image: String,
}

/// Imports of the application that no requirement of the application provides. Only the first place of each is named.
pub(super) fn missing_imports(
    bench: &Bench<'_>,
    requirements: &RequirementsFacts,
    python: &PythonFacts,
    packages: &[Distribution],
) -> Vec<MissingImport> {
    let runtime = runtime_names(bench, requirements, packages);
    let mut missing: BTreeMap<&str, MissingImport> = BTreeMap::new();
    for import in python
        .third_party_imports
        .iter()
        .filter(|import| import.role == Role::Application && !import.optional)
    {
        let mut providers = packages
            .iter()
            .filter(|package| package.imports.contains(&import.name))
            .peekable();
        let nowhere = providers.peek().is_none();
        if nowhere || !providers.any(|package| runtime.as_ref().is_none_or(|runtime| runtime.contains(&package.name))) {
            missing.entry(&import.name).or_insert_with(|| MissingImport {
                name: import.name.clone(),
                only_development: !nowhere,
                declared: import.declared,
                loc: import.loc.clone(),
            });
        }
    }
    missing.into_values().collect()
}

/// The distributions that the application's own requirements bring, what they ask for included. `None` when the
/// application has no requirement file of its own, so that everything installed is its own.
fn runtime_names(
    bench: &Bench<'_>,
    requirements: &RequirementsFacts,
    packages: &[Distribution],
) -> Option<BTreeSet<String>> {
    let file = bench.route.runtime_requirements.as_ref()?;
    let by_name: BTreeMap<&str, &Distribution> = packages
        .iter()
        .map(|package| (package.name.as_str(), package))
        .collect();
    // What the file includes counts as well: files that are not installed by their own name.
    let included = |path: &String| path.ends_with(".txt") && !bench.route.requirements.contains(path);
    let entries = requirements.entries.iter();
    let own = entries.filter(|entry| entry.file == *file || (included(&entry.file) && entry.group == Group::Runtime));
    let mut waiting: Vec<String> = own.map(|entry| entry.name.clone()).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if let Some(package) = by_name.get(name.as_str()).filter(|_| found.insert(name.clone())) {
            waiting.extend(package.requires.iter().cloned());
        }
    }
    Some(found)
}
