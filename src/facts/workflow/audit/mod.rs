//! What a service or a reviewer would refuse in a GitHub workflow. Each module judges one side of it and fills its own lists.

mod contexts;
mod events;
mod expressions;
mod jobs;
mod patterns;
mod report;
mod schema;
mod scope;
mod security;
#[cfg(test)]
mod tests;
mod trust;

pub use report::Audit;

use super::model::Source;
use crate::source::yaml::Node;

/// Judges one workflow.
pub(super) fn audit(root: &Node, source: &Source<'_>) -> Audit {
    let mut report = report::Report::new(source);
    schema::audit(root, &mut report);
    events::audit(root, &mut report);
    jobs::audit(root, &mut report);
    security::audit(root, &mut report);
    expressions::audit(root, &mut report);
    report.audit
}
