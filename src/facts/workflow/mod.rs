//! The `workflow` fact: what the continuous integration does, GitHub Actions and GitLab CI in one shape.

mod audit;
mod commands;
mod derive;
mod expression;
mod github;
mod gitlab;
mod model;
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
    for file in snapshot.sources() {
        let is_yaml = matches!(file.extension().as_str(), "yml" | "yaml");
        let github = is_yaml && file.folder() == ".github/workflows";
        let gitlab = matches!(file.path.as_str(), ".gitlab-ci.yml" | ".gitlab-ci.yaml");
        if !(github || gitlab) || facts.files.len() >= FILES {
            continue;
        }
        facts.present = true;
        let Some(text) = file.text() else { continue };
        match yaml::read(&text.content) {
            Ok(document) => {
                let source = model::Source::new(&file.path, &text.content);
                if github {
                    facts.audit.extend(audit::audit(&document, &source));
                }
                facts.files.push(if github {
                    github::read(&document.root, &source)
                } else {
                    gitlab::read(&document.root, &source)
                });
            }
            Err(error) => facts.errors.push(Trouble {
                message: error.message,
                loc: Location::new(&file.path, error.line, error.column),
            }),
        }
    }
    derive::derive(snapshot, &mut facts);
    facts
}

/// Whether an image is a PostgreSQL server.
pub(super) fn is_postgres_image(image: &str) -> bool {
    derive::is_postgres(image)
}
