//! What gives a stranger more than is needed: kept tokens, loose images, secrets handed over whole, unsafe switches.

use super::report::{Report, add};
use super::shape::shown;
use crate::facts::image_name::ImageName;
use crate::source::yaml::Node;

/// Judges a workflow.
pub(super) fn audit(root: &Node, report: &mut Report<'_>) {
    unsafe_switch("the workflow", root, report);
    shared_rights(root, report);
    for (key, job) in root.get("jobs").map_or(&[][..], |jobs| jobs.entries()) {
        let id = key.text().unwrap_or_default();
        unsafe_switch(id, job, report);
        if let (Some(uses), Some("inherit")) = (job.get("uses"), job.get("secrets").and_then(|node| node.text())) {
            let shown: String = uses.text().unwrap_or_default().chars().take(100).collect();
            let found = report.finding(id, shown, uses);
            add(&mut report.audit.inherited_secrets, found);
        }
        image(id, job.get("container"), report);
        for (_, service) in job.get("services").map_or(&[][..], |node| node.entries()) {
            image(id, Some(service), report);
        }
        for step in job.get("steps").map_or(&[][..], |steps| steps.items()) {
            unsafe_switch(id, step, report);
            kept_token(id, step, report);
            let uses = step.get("uses");
            let docker = uses
                .and_then(|node| node.text())
                .and_then(|text| text.strip_prefix("docker://"));
            if let (Some(node), Some(text)) = (uses, docker) {
                loose(id, text, node, report);
            }
        }
    }
}

/// Rights to write that the workflow gives to all of several jobs.
fn shared_rights(root: &Node, report: &mut Report<'_>) {
    let jobs = root.get("jobs").map_or(&[][..], |jobs| jobs.entries());
    if jobs.len() < 2 {
        return;
    }
    for (scope, given) in root.get("permissions").map_or(&[][..], |node| node.entries()) {
        if given.text() == Some("write") {
            let what = format!(
                "`{}: write` for {} jobs",
                shown(scope.text().unwrap_or_default()),
                jobs.len()
            );
            let found = report.finding("the workflow", what, scope);
            add(&mut report.audit.shared_rights, found);
        }
    }
}

/// A checkout that leaves its token in `.git/config`, where every later step can read it.
fn kept_token(id: &str, step: &Node, report: &mut Report<'_>) {
    let uses = step.get("uses").and_then(|node| node.text()).unwrap_or_default();
    if !uses.to_lowercase().starts_with("actions/checkout@") {
        return;
    }
    let with = step.get("with");
    let persists = with
        .and_then(|with| with.get("persist-credentials"))
        .and_then(|node| node.text());
    if persists.is_none_or(|text| text.eq_ignore_ascii_case("true")) {
        let found = report.finding(id, uses, step);
        add(&mut report.audit.kept_tokens, found);
    }
}

fn image(id: &str, container: Option<&std::rc::Rc<Node>>, report: &mut Report<'_>) {
    let Some(node) = container.map(|node| node.get("image").unwrap_or(node)) else {
        return;
    };
    if let Some(text) = node.text() {
        loose(id, text, node, report);
    }
}

fn loose(id: &str, image: &str, node: &Node, report: &mut Report<'_>) {
    if image.is_empty() || image.contains("${{") {
        return;
    }
    let name = ImageName::new(image);
    if name.digest.is_none() && name.tag.is_none_or(|tag| tag == "latest") {
        let found = report.finding(id, image.chars().take(100).collect::<String>(), node);
        add(&mut report.audit.loose_images, found);
    }
}

fn unsafe_switch(id: &str, holder: &Node, report: &mut Report<'_>) {
    let switch = holder
        .get("env")
        .and_then(|env| env.get("ACTIONS_ALLOW_UNSECURE_COMMANDS"));
    if let Some(node) = switch.filter(|node| !node.is_false() && node.text() != Some("false")) {
        let found = report.finding(id, "ACTIONS_ALLOW_UNSECURE_COMMANDS", node);
        add(&mut report.audit.insecure_commands, found);
    }
}
