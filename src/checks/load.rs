//! Loading: from files to compiled checks, with every problem of a pack reported at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::check::Check;
use super::compile::{Reads, compile, compile_raw, problem};
use super::raw::RawCheck;
use crate::facts::FactName;

/// The built-in checks as they are written, for their cases.
static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/checks");
/// The same without the cases, as the build script has read them.
static BUILT_IN_READ: &str = include_str!(concat!(env!("OUT_DIR"), "/checks.json"));

/// Largest check file, in bytes.
const SIZE_LIMIT: u64 = 256 * 1024;

/// One thing that is wrong with a check file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// 1-based line, if known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.path, self.message),
            None => write!(formatter, "{}: {}", self.path, self.message),
        }
    }
}

/// A pack cannot be used; holds every problem that was found.
#[derive(Debug, thiserror::Error)]
#[error("{} in the checks:\n{}", count(.0.len()), .0.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n"))]
pub struct LoadError(pub Vec<Problem>);

fn count(problems: usize) -> String {
    if problems == 1 {
        "1 problem".to_owned()
    } else {
        format!("{problems} problems")
    }
}

/// A set of checks, ordered by area and id.
#[derive(Debug)]
pub struct Rubric {
    /// The checks.
    pub checks: Vec<Check>,
}

impl Rubric {
    /// Loads the built-in checks and those of `packs` (files or folders).
    ///
    /// # Errors
    ///
    /// Every problem of every file at once.
    pub fn load(packs: &[impl AsRef<Path>]) -> Result<Self, LoadError> {
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for pack in packs {
            read_pack(pack.as_ref(), &mut files, &mut problems);
        }
        Self::from_files(built_in(&mut problems), &files, problems)
    }

    /// Loads the built-in checks as a foreign pack is loaded: with their cases, which are run.
    ///
    /// # Errors
    ///
    /// Every problem of every file at once.
    pub fn prove_built_in() -> Result<Self, LoadError> {
        let mut files = Vec::new();
        embedded(&BUILT_IN, &mut files);
        Self::from_files(Vec::new(), &files, Vec::new())
    }

    /// Loads the checks of `packs` alone, without the built-in ones.
    ///
    /// # Errors
    ///
    /// Every problem of every file at once.
    pub fn load_packs(packs: &[impl AsRef<Path>]) -> Result<Self, LoadError> {
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for pack in packs {
            read_pack(pack.as_ref(), &mut files, &mut problems);
        }
        Self::from_files(Vec::new(), &files, problems)
    }

    /// Loads checks from texts: path and content of each.
    ///
    /// # Errors
    ///
    /// Every problem of every text at once.
    pub fn from_texts(files: Vec<(String, String)>) -> Result<Self, LoadError> {
        Self::from_files(Vec::new(), &files, Vec::new())
    }

    /// The ids of all checks.
    pub fn ids(&self) -> BTreeSet<&str> {
        self.checks.iter().map(|check| check.id.as_str()).collect()
    }

    /// Adds the checks of `files` to those that are there, and runs their cases: an unknown filter or field shows only when an
    /// expression is evaluated.
    fn from_files(
        mut checks: Vec<Check>,
        files: &[(String, String)],
        mut problems: Vec<Problem>,
    ) -> Result<Self, LoadError> {
        let mut seen: BTreeMap<String, String> = checks
            .iter()
            .map(|check| (check.id.clone(), check.source.clone()))
            .collect();
        for (path, text) in files {
            let found = match compile(path, text) {
                Ok(check) => check,
                Err(found) => {
                    problems.extend(found);
                    continue;
                }
            };
            if let Some(other) = seen.insert(found.id.clone(), path.clone()) {
                problems.push(problem(
                    path,
                    text,
                    "id",
                    format!("the id `{}` is taken by {other}", found.id),
                ));
            }
            for failure in super::selftest::run(&found) {
                problems.push(problem(path, text, "cases", failure));
            }
            checks.push(found);
        }
        if !problems.is_empty() {
            return Err(LoadError(problems));
        }
        checks.sort_by(|left, right| (left.area, &left.id).cmp(&(right.area, &right.id)));
        Ok(Self { checks })
    }
}

/// A built-in check as the build script has read it.
#[derive(Deserialize)]
struct BuiltIn {
    path: String,
    /// The names in its `when`, facts among them.
    when_names: Vec<String>,
    /// The names in its other expressions.
    names: Vec<String>,
    check: RawCheck,
}

/// The built-in checks without their cases. A test proves them as a foreign pack is proven, so there is no problem with them.
fn built_in(problems: &mut Vec<Problem>) -> Vec<Check> {
    let facts =
        |names: Vec<String>| -> BTreeSet<FactName> { names.iter().filter_map(|name| name.parse().ok()).collect() };
    let read: Vec<BuiltIn> = serde_json::from_str(BUILT_IN_READ).unwrap_or_else(|error| {
        problems.push(Problem {
            path: "checks".to_owned(),
            line: None,
            message: error.to_string(),
        });
        Vec::new()
    });
    let compiled = read.into_iter().filter_map(|read| {
        let reads = Reads {
            when: facts(read.when_names),
            others: facts(read.names),
        };
        compile_raw(&read.path, "", read.check, Some(reads))
            .map_err(|found| problems.extend(found))
            .ok()
    });
    compiled.collect()
}

fn embedded(folder: &Dir<'_>, files: &mut Vec<(String, String)>) {
    for file in folder.files() {
        if let Some(text) = file.contents_utf8().filter(|_| is_yaml(file.path())) {
            files.push((format!("checks/{}", file.path().display()), text.to_owned()));
        }
    }
    folder.dirs().for_each(|inner| embedded(inner, files));
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn read_pack(pack: &Path, files: &mut Vec<(String, String)>, problems: &mut Vec<Problem>) {
    let before = files.len() + problems.len();
    let walk = ignore::WalkBuilder::new(pack)
        .standard_filters(false)
        .sort_by_file_path(Ord::cmp)
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let message = format!("cannot be read: {error}");
                problems.push(Problem {
                    path: pack.display().to_string(),
                    line: None,
                    message,
                });
                continue;
            }
        };
        let path = entry.path();
        if !entry.file_type().is_some_and(|kind| kind.is_file()) || !is_yaml(path) {
            continue;
        }
        let shown = path.display().to_string();
        let too_large = entry.metadata().is_ok_and(|metadata| metadata.len() > SIZE_LIMIT);
        match std::fs::read_to_string(path) {
            Ok(text) if !too_large => files.push((shown, text)),
            Ok(_) => problems.push(Problem {
                path: shown,
                line: None,
                message: format!("larger than {} KiB", SIZE_LIMIT / 1024),
            }),
            Err(error) => {
                problems.push(Problem {
                    path: shown,
                    line: None,
                    message: format!("cannot be read: {error}"),
                });
            }
        }
    }
    if files.len() + problems.len() == before {
        problems.push(Problem {
            path: pack.display().to_string(),
            line: None,
            message: "holds no check: no file that ends in .yaml or .yml".to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_build_script_has_read_is_what_the_files_say() {
        let none: [&Path; 0] = [];
        let read = Rubric::load(&none).expect("they load").checks;
        let files = Rubric::prove_built_in().expect("they prove themselves").checks;
        let ids = |checks: &[Check]| checks.iter().map(|check| check.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&read), ids(&files));
        for (read, mut file) in read.into_iter().zip(files) {
            file.cases.clear();
            // Every field is in it, with the needs and the source of every expression.
            assert_eq!(format!("{read:#?}"), format!("{file:#?}"));
        }
    }
}
