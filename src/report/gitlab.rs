//! The findings as GitLab's code quality report: `--report gitlab=PATH`.
//!
//! GitLab needs a file and a line for each; what has none is shown at the beginning of the README.

use serde::Serialize;

use super::fingerprint::Fingerprints;
use super::model::{Level, Report};
use super::words;
use crate::text;

/// Where findings without a place are shown, by every format that cannot do without one.
pub(super) const NOWHERE: &str = "README.md";

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Renders the findings that are not suppressed, the important ones first.
///
/// # Errors
///
/// None in practice: every field has a JSON form.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    let mut fingerprints = Fingerprints::default();
    let mut issues = Vec::new();
    for verdict in words::failed_by_importance(report) {
        for finding in &verdict.findings {
            let message = text::visible_lines(&finding.message).join("\n");
            issues.push(Issue {
                description: format!("{}: {message}", text::visible(&verdict.title)),
                check_name: &verdict.id,
                fingerprint: fingerprints.of(&verdict.id, finding),
                severity: match verdict.level {
                    Level::Required => "critical",
                    Level::Recommended => "minor",
                    Level::Bonus => "info",
                },
                location: Location {
                    path: finding.path.as_deref().unwrap_or(NOWHERE),
                    lines: Lines {
                        begin: finding.line.unwrap_or(1),
                    },
                },
            });
        }
    }
    serde_json::to_string_pretty(&issues).map(|text| text + "\n")
}
