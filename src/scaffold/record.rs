//! The published result of `proofolio new --json`: its own structs, apart from the internal types. `docs/new.md` is its
//! documentation.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::plan::Plan;

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

#[derive(Debug, Serialize)]
struct RecordedFile {
    path: String,
    sha256: String,
    bytes: usize,
    executable: bool,
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
            files: plan
                .files
                .iter()
                .map(|file| RecordedFile {
                    path: file.path.clone(),
                    sha256: file.sha256(),
                    bytes: file.bytes.len(),
                    executable: file.executable,
                })
                .collect(),
            commit,
        }
    }
}
