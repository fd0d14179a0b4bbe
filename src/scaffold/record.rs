//! The published result of `proofolio new --json`: its own structs, apart from the internal types. `docs/new.md` is its
//! documentation.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::plan::{Plan, PlannedFile};
use super::portfolio::Portfolio;

/// The name and version of the format.
pub const SCHEMA: &str = "proofolio.scaffold/1";

/// What was scaffolded, or would be.
#[derive(Debug, Serialize)]
pub struct Record {
    schema: &'static str,
    template: String,
    version: u32,
    theme: String,
    variant: String,
    answers: BTreeMap<String, String>,
    answers_digest: String,
    directory: String,
    files: Vec<RecordedFile>,
    commit: Option<String>,
}

/// The name and version of the format of a portfolio.
const PORTFOLIO_SCHEMA: &str = "proofolio.portfolio/1";

/// A portfolio that was scaffolded, or would be.
#[derive(Debug, Serialize)]
pub struct PortfolioRecord {
    schema: &'static str,
    directory: String,
    index: RecordedFile,
    projects: Vec<Record>,
}

impl PortfolioRecord {
    /// Records a portfolio, the folder that it is for, and the projects' first commits in their order.
    pub fn new(portfolio: &Portfolio, directory: &Path, commits: &[Option<String>]) -> Self {
        let project = |(at, plan): (usize, &Plan)| {
            let folder = directory.join(plan.answers.get("name"));
            Record::new(plan, &folder, commits.get(at).cloned().flatten())
        };
        Self {
            schema: PORTFOLIO_SCHEMA,
            directory: directory.to_string_lossy().into_owned(),
            index: RecordedFile::new(&portfolio.index),
            projects: portfolio.projects.iter().enumerate().map(project).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct RecordedFile {
    path: String,
    sha256: String,
    bytes: usize,
    executable: bool,
}

impl RecordedFile {
    fn new(file: &PlannedFile) -> Self {
        Self {
            path: file.path.clone(),
            sha256: file.sha256(),
            bytes: file.bytes.len(),
            executable: file.executable,
        }
    }
}

impl Record {
    /// Records a plan, the folder that it is for, and the first commit if there is one.
    pub fn new(plan: &Plan, directory: &Path, commit: Option<String>) -> Self {
        Self {
            schema: SCHEMA,
            template: plan.template.clone(),
            version: plan.version,
            theme: plan.theme.clone(),
            variant: plan.variant.clone(),
            answers: plan.answers.values().clone(),
            answers_digest: plan.digest.clone(),
            directory: directory.to_string_lossy().into_owned(),
            files: plan.files.iter().map(RecordedFile::new).collect(),
            commit,
        }
    }
}
