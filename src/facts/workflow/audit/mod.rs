//! What a service or a reviewer would refuse in a GitHub workflow. Each module judges one side of it and fills its own lists.

mod calls;
mod contexts;
mod events;
mod expressions;
mod inference;
mod jobs;
mod patterns;
mod places;
mod report;
mod runners;
mod schema;
mod scope;
mod security;
mod shape;
#[cfg(test)]
mod tests;
mod trust;
mod types;

pub use report::Audit;

use super::interfaces::Interfaces;
use super::model::Source;
use crate::source::yaml::Document;

/// Judges one workflow.
pub(super) fn audit(document: &Document, source: &Source<'_>, interfaces: &Interfaces<'_>) -> Audit {
    let root = document.root.as_ref();
    let mut report = report::Report::new(source, interfaces);
    for key in &document.merge_keys {
        shape::complain(
            key,
            "the service takes anchors and aliases, but no merge key",
            &mut report,
        );
    }
    schema::audit(root, &mut report);
    events::audit(root, &mut report);
    jobs::audit(root, &mut report);
    calls::audit(root, &mut report);
    security::audit(root, &mut report);
    expressions::audit(root, &mut report);
    report.audit
}
