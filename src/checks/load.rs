//! Loading: from files to compiled checks, with every problem of a pack reported at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::check::Check;
use super::compile::{compile, problem};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/checks");

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
    /// SHA-256 over all files, as hexadecimal digits.
    pub digest: String,
}

impl Rubric {
    /// Loads the built-in checks and those of `packs` (files or folders).
    ///
    /// # Errors
    ///
    /// Every problem of every file at once.
    pub fn load(packs: &[impl AsRef<Path>]) -> Result<Self, LoadError> {
        let mut files = Vec::new();
        embedded(&BUILT_IN, &mut files);
        let mut problems = Vec::new();
        let built_in = files.len();
        for pack in packs {
            read_pack(pack.as_ref(), &mut files, &mut problems);
        }
        Self::from_files(files, built_in, problems)
    }

    /// Loads the built-in checks as a foreign pack is loaded: with their cases, which are run.
    ///
    /// # Errors
    ///
    /// Every problem of every file at once.
    pub fn prove_built_in() -> Result<Self, LoadError> {
        let mut files = Vec::new();
        embedded(&BUILT_IN, &mut files);
        Self::from_files(files, 0, Vec::new())
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
        Self::from_files(files, 0, problems)
    }

    /// Loads checks from texts: path and content of each.
    ///
    /// # Errors
    ///
    /// Every problem of every text at once.
    pub fn from_texts(files: Vec<(String, String)>) -> Result<Self, LoadError> {
        Self::from_files(files, 0, Vec::new())
    }

    /// The ids of all checks.
    pub fn ids(&self) -> BTreeSet<&str> {
        self.checks.iter().map(|check| check.id.as_str()).collect()
    }

    /// Compiles all files. The cases of the first `trusted` ones are neither read nor run, for a test does that; those of the
    /// others are: an unknown filter or field shows only when an expression is evaluated.
    fn from_files(
        mut files: Vec<(String, String)>,
        trusted: usize,
        mut problems: Vec<Problem>,
    ) -> Result<Self, LoadError> {
        let mut digest = Sha256::new();
        let mut checks: Vec<Check> = Vec::new();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        files[..trusted].sort();
        for (index, (compiled, (path, text))) in compile_all(&files, trusted).into_iter().zip(&files).enumerate() {
            digest.update(Sha256::digest(text.as_bytes()));
            let found = match compiled {
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
            if index >= trusted {
                for failure in super::selftest::run(&found) {
                    problems.push(problem(path, text, "cases", failure));
                }
            }
            checks.push(found);
        }
        if !problems.is_empty() {
            return Err(LoadError(problems));
        }
        checks.sort_by(|left, right| (left.area, &left.id).cmp(&(right.area, &right.id)));
        Ok(Self {
            checks,
            digest: hexadecimal(&digest.finalize()),
        })
    }
}

/// Compiles files on a few threads: with some hundred built-in ones, that is most of the time until the work can start.
fn compile_all(files: &[(String, String)], trusted: usize) -> Vec<Result<Check, Vec<Problem>>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    let share = files.len().div_ceil(threads).max(1);
    let compile_part = |(part, files): (usize, &[(String, String)])| -> Vec<_> {
        let first = part * share;
        let numbered = files.iter().enumerate();
        numbered
            .map(|(index, (path, text))| compile(path, text, first + index >= trusted))
            .collect()
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = files
            .chunks(share)
            .enumerate()
            .map(|part| scope.spawn(move || compile_part(part)))
            .collect();
        // A thread that panicked has met a fault of ours: the panic goes on here.
        let results = parts
            .into_iter()
            .map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        results.flatten().collect()
    })
}

/// Bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
