//! The `workflow` fact: what the continuous integration does, GitHub Actions and GitLab CI in one shape.

mod audit;
mod chains;
mod commands;
mod derive;
mod expression;
mod github;
mod gitlab;
mod interfaces;
mod model;
mod programs;
mod releases;
mod shell;
#[cfg(test)]
mod tests;

use crate::facts::location::Location;
use crate::source::{Snapshot, yaml};

pub use audit::Audit;
pub use model::{Action, Finding, Job, Service, Step, TestStep, Triggers, Trouble, WorkflowFacts, WorkflowFile};

const FILES: usize = 50;

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> WorkflowFacts {
    let mut facts = WorkflowFacts::default();
    let interfaces = interfaces::Interfaces::new(snapshot);
    for file in snapshot.sources() {
        let is_yaml = matches!(file.extension().as_str(), "yml" | "yaml");
        let github = is_yaml && file.folder() == ".github/workflows";
        let gitlab = matches!(file.path.as_str(), ".gitlab-ci.yml" | ".gitlab-ci.yaml");
        if !(github || gitlab) || facts.files.len() >= FILES {
            continue;
        }
        facts.present = true;
        if gitlab {
            gitlab_pipeline(snapshot, &file.path, &mut facts);
            continue;
        }
        let Some(text) = file.text() else { continue };
        if let Some(document) = parsed(&file.path, &text.content, &mut facts) {
            let source = model::Source::new(&file.path, &text.content);
            facts.audit.extend(audit::audit(&document, &source, &interfaces));
            facts.files.push(github::read(&document.root, &source));
        }
    }
    derive::derive(snapshot, &mut facts);
    facts
}

fn parsed(path: &str, text: &str, facts: &mut WorkflowFacts) -> Option<yaml::Document> {
    yaml::read(text)
        .map_err(|error| {
            facts.errors.push(Trouble {
                message: error.message,
                loc: Location::new(path, error.line, error.column),
            });
        })
        .ok()
}

/// Reads a pipeline of GitLab with the files of the repository that it includes; of these, a later one counts before an earlier.
fn gitlab_pipeline(snapshot: &Snapshot, main: &str, facts: &mut WorkflowFacts) {
    let mut open = false;
    let mut files = Vec::new();
    let mut waiting = vec![(main.to_owned(), Location::start(main))];
    let mut seen: Vec<String> = Vec::new();
    while let Some((path, from)) = waiting.pop() {
        if seen.contains(&path) || seen.len() >= FILES {
            continue;
        }
        seen.push(path.clone());
        let Some(file) = snapshot.get(&path) else {
            let message = format!("there is no file `{path}` to include");
            facts.errors.push(Trouble { message, loc: from });
            open = true;
            continue;
        };
        let Some(document) = file
            .text()
            .and_then(|text| Some((parsed(&path, &text.content, facts)?, text)))
        else {
            open = true;
            continue;
        };
        let (included, more) = gitlab::includes(&document.0.root, &path);
        open |= more;
        waiting.extend(included);
        files.push((path, document));
    }
    let parts: Vec<gitlab::Part<'_>> = files
        .iter()
        .map(|(path, (document, text))| gitlab::Part {
            root: &document.root,
            source: model::Source::new(path, &text.content),
        })
        .collect();
    facts.files.extend(gitlab::read(&parts, open));
}

/// Whether an image is a PostgreSQL server.
pub(super) fn is_postgres_image(image: &str) -> bool {
    derive::is_postgres(image)
}
