//! Runners: labels that the service does not offer, and labels that no runner has together.

use super::report::{Report, add};
use super::shape::shown;
use crate::source::yaml::Node;

/// The labels of the service's own runners, and those of every runner.
const OFFERED: &str = "windows-latest windows-latest-8-cores windows-2025 windows-2025-vs2026 windows-2022 windows-11-arm \
    ubuntu-slim ubuntu-latest ubuntu-latest-4-cores ubuntu-latest-8-cores ubuntu-latest-16-cores ubuntu-24.04 ubuntu-24.04-arm \
    ubuntu-22.04 ubuntu-22.04-arm macos-latest macos-latest-xlarge macos-latest-large macos-26-xlarge macos-26-large macos-26 \
    macos-26-intel macos-15-intel macos-15-xlarge macos-15-large macos-15 macos-14-xlarge macos-14-large macos-14 self-hosted \
    x64 arm arm64 linux macos windows";

/// Judges the runners of a job, also those that its matrix lists.
pub(super) fn audit(id: &str, job: &Node, report: &mut Report<'_>) {
    let Some(given) = job.get("runs-on") else { return };
    let node = given.get("labels").unwrap_or(given);
    let items: Vec<&Node> = if node.text().is_some() {
        vec![node.as_ref()]
    } else {
        node.items().iter().map(AsRef::as_ref).collect()
    };
    // beside `self-hosted`, and in a group of runners, a label may be anybody's own
    let is_own = |item: &&Node| item.text().is_some_and(|text| text.eq_ignore_ascii_case("self-hosted"));
    if given.get("group").is_some() || items.iter().any(is_own) {
        return;
    }
    let mut first: Option<(&str, &str)> = None;
    for item in items {
        let labels = labels(item, job);
        for label in &labels {
            offered(id, label, report);
            let Some((system, text)) = system(label) else { continue };
            if let Some((_, other)) = first.filter(|(first, _)| *first != system) {
                let what = format!("no runner is `{other}` and `{}` at once", shown(text));
                let found = report.finding(id, what, label);
                add(&mut report.audit.runners, found);
            }
        }
        first = first.or_else(|| labels.iter().find_map(|label| system(label)));
    }
}

/// The labels that an item stands for: itself, or the values of the matrix that it names.
fn labels<'a>(item: &'a Node, job: &'a Node) -> Vec<&'a Node> {
    let text = item.text().unwrap_or_default();
    let Some(expression) = text.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")) else {
        return vec![item];
    };
    let matrix = job.get("strategy").and_then(|node| node.get("matrix"));
    let (Some(key), Some(matrix)) = (expression.trim().strip_prefix("matrix."), matrix) else {
        return Vec::new();
    };
    let row = matrix.get(key).map_or(&[][..], |row| row.items());
    let included = matrix.get("include").map_or(&[][..], |node| node.items());
    row.iter()
        .chain(included.iter().filter_map(|item| item.get(key)))
        .map(AsRef::as_ref)
        .collect()
}

fn offered(id: &str, node: &Node, report: &mut Report<'_>) {
    let Some(text) = node.text().filter(|text| !text.contains("${{")) else {
        return;
    };
    if text.is_empty() || OFFERED.split_whitespace().any(|known| text.eq_ignore_ascii_case(known)) {
        return;
    }
    let found = report.finding(id, format!("the service offers no runner `{}`", shown(text)), node);
    add(&mut report.audit.runners, found);
}

/// The operating system of one of the service's labels, and the label.
fn system(node: &Node) -> Option<(&'static str, &str)> {
    let text = node.text()?;
    let lower = text.to_lowercase();
    let system = match lower.split('-').next()? {
        "ubuntu" | "linux" => "linux",
        "windows" => "windows",
        "macos" => "macos",
        _ => return None,
    };
    Some((system, text))
}
