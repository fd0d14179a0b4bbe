//! Triggers: names, types, filters, times, and the inputs that a run is started with.

use super::patterns;
use super::report::{Report, add};
use super::schema::{CALL, DISPATCH, FILTERS, IMAGE_VERSION, SCHEDULE};
use super::shape::{self, judge};
use crate::source::yaml::Node;

const BRANCHES: [&str; 5] = [
    "merge_group",
    "push",
    "pull_request",
    "pull_request_target",
    "workflow_run",
];
const PATHS: [&str; 3] = ["push", "pull_request", "pull_request_target"];

/// An event with its types of activity.
const EVENTS: [(&str, &str); 36] = [
    ("branch_protection_rule", "created edited deleted"),
    ("check_run", "created rerequested completed requested_action"),
    ("check_suite", "completed"),
    ("create", ""),
    ("delete", ""),
    ("deployment", ""),
    ("deployment_status", ""),
    (
        "discussion",
        "created edited deleted transferred pinned unpinned labeled unlabeled locked unlocked category_changed answered unanswered",
    ),
    ("discussion_comment", "created edited deleted"),
    ("fork", ""),
    ("gollum", ""),
    ("image_version", ""),
    ("issue_comment", "created edited deleted"),
    (
        "issues",
        "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned labeled unlabeled locked unlocked milestoned demilestoned typed untyped field_added field_removed",
    ),
    ("label", "created edited deleted"),
    ("merge_group", "checks_requested"),
    ("milestone", "created closed opened edited deleted"),
    ("page_build", ""),
    ("project", "created closed reopened edited deleted"),
    ("project_card", "created moved converted edited deleted"),
    ("project_column", "created updated moved deleted"),
    ("public", ""),
    ("pull_request", PULL_REQUEST),
    ("pull_request_review", "submitted edited dismissed"),
    ("pull_request_review_comment", "created edited deleted"),
    ("pull_request_target", PULL_REQUEST),
    ("push", ""),
    ("registry_package", "published updated"),
    (
        "release",
        "published unpublished created edited deleted prereleased released",
    ),
    ("repository_dispatch", "*"),
    ("schedule", ""),
    ("status", ""),
    ("watch", "started"),
    ("workflow_call", ""),
    ("workflow_dispatch", ""),
    ("workflow_run", "completed requested in_progress"),
];
const PULL_REQUEST: &str = "assigned unassigned labeled unlabeled opened edited closed reopened synchronize \
    converted_to_draft ready_for_review locked unlocked review_requested review_request_removed auto_merge_enabled \
    auto_merge_disabled milestoned demilestoned enqueued dequeued";

/// Judges the triggers.
pub(super) fn audit(root: &Node, report: &mut Report<'_>) {
    let Some(on) = root.get("on") else { return };
    let bare: Vec<&Node> = match on.text() {
        Some(_) => vec![on.as_ref()],
        None => on.items().iter().map(AsRef::as_ref).collect(),
    };
    if on.is_null() || bare.is_empty() && on.entries().is_empty() {
        return shape::complain(on, "`on` is empty", report);
    }
    let trusted = only_labels(root);
    for node in bare {
        named(node, trusted, report);
        if node.text() == Some("schedule") {
            shape::complain(node, "`schedule` needs its times below it", report);
        }
    }
    for (key, value) in on.entries() {
        named(key, trusted, report);
        configured(key, value, report);
    }
}

fn complain(name: &str, what: String, node: &Node, report: &mut Report<'_>) {
    let found = report.finding(name, what, node);
    add(&mut report.audit.events, found);
}

/// Whether a workflow does nothing but label, with the service's own action, which asks for these rights.
fn only_labels(root: &Node) -> bool {
    let jobs = root.get("jobs").map_or(&[][..], |jobs| jobs.entries());
    let labels = |step: &std::rc::Rc<Node>| {
        let uses = step.get("uses").and_then(|node| node.text()).unwrap_or_default();
        uses.starts_with("actions/labeler@")
    };
    let only = |job: &Node| job.get("steps").is_some_and(|steps| steps.items().iter().all(labels));
    !jobs.is_empty() && jobs.iter().all(|(_, job)| only(job))
}

fn named(node: &Node, trusted: bool, report: &mut Report<'_>) {
    let Some(name) = node.text() else { return };
    if name.is_empty() {
        return shape::complain(node, "an event without a name", report);
    }
    if !EVENTS.iter().any(|(known, _)| *known == name) {
        complain("on", format!("there is no event `{name}`"), node, report);
    }
    if !trusted && matches!(name, "pull_request_target" | "workflow_run" | "issue_comment") {
        let what = format!("`{name}` runs with the repository's rights");
        let found = report.finding(name, what, node);
        add(&mut report.audit.privileged_triggers, found);
    }
}

fn configured(key: &Node, value: &Node, report: &mut Report<'_>) {
    let event = key.text().unwrap_or_default();
    match event {
        "schedule" => {
            judge(key, value, &SCHEDULE, report);
            schedule(value, report);
        }
        "workflow_dispatch" => {
            judge(key, value, &DISPATCH, report);
            dispatch(key, value, report);
        }
        "workflow_call" => {
            judge(key, value, &CALL, report);
            call(value, report);
        }
        "image_version" => {
            judge(key, value, &IMAGE_VERSION, report);
            if let Some(versions) = value.get("versions") {
                written_patterns(event, versions, true, report);
            }
        }
        // what an unknown event could be filtered by is unknown too
        _ => {
            if let Some((_, types)) = EVENTS.iter().find(|(known, _)| *known == event) {
                judge(key, value, &FILTERS, report);
                filters(event, types, value, report);
            }
        }
    }
}

fn filters(event: &str, types: &str, value: &Node, report: &mut Report<'_>) {
    for (key, filter) in value.entries() {
        let name = key.text().unwrap_or_default();
        let (available, is_ref) = match name {
            "branches" | "branches-ignore" => (BRANCHES.contains(&event), true),
            "tags" | "tags-ignore" => (event == "push", true),
            "paths" | "paths-ignore" => (PATHS.contains(&event), false),
            "types" => {
                for item in std::iter::once(filter).chain(filter.items()) {
                    let Some(given) = item.text() else { continue };
                    if !given.is_empty() && types != "*" && !types.split_whitespace().any(|known| known == given) {
                        complain(event, format!("`{given}` is no type of `{event}`"), item, report);
                    }
                }
                continue;
            }
            "workflows" if event == "workflow_run" => continue,
            _ => continue,
        };
        if !available {
            complain(event, format!("`{event}` cannot be filtered by `{name}`"), key, report);
        }
        let other = name.strip_suffix("-ignore").filter(|other| value.get(other).is_some());
        if let Some(other) = other.filter(|_| available) {
            let first = value
                .entries()
                .iter()
                .find(|(key, _)| key.text() == Some(other))
                .map(|(key, _)| key);
            let place = first.filter(|first| first.line > key.line).unwrap_or(key);
            complain(
                event,
                format!("`{other}` and `{name}` exclude each other"),
                place,
                report,
            );
        }
        written_patterns(event, filter, is_ref, report);
    }
}

/// Judges a pattern or a list of them.
fn written_patterns(holder: &str, node: &Node, is_ref: bool, report: &mut Report<'_>) {
    for item in std::iter::once(node).chain(node.items().iter().map(AsRef::as_ref)) {
        let Some(text) = item.text().filter(|text| !text.contains("${{")) else {
            continue;
        };
        if let Some(fault) = patterns::fault(text, is_ref) {
            let found = report.finding(holder, format!("`{text}`: {fault}"), item);
            add(&mut report.audit.patterns, found);
        }
    }
}

fn schedule(value: &Node, report: &mut Report<'_>) {
    for item in value.items() {
        if let Some((cron, text)) = written(item, "cron")
            && let Some(fault) = cron_fault(text)
        {
            complain("schedule", fault, cron, report);
        }
        if let Some((zone, text)) = written(item, "timezone")
            && !is_time_zone(text)
        {
            let what = format!("`{}` is no time zone such as `Europe/Berlin`", shape::shown(text));
            complain("schedule", what, zone, report);
        }
    }
}

/// The value of a key that is no empty text.
fn written<'a>(item: &'a Node, key: &str) -> Option<(&'a Node, &'a str)> {
    let node = item.get(key)?;
    let text = node.text().filter(|text| !text.is_empty())?;
    Some((node, text))
}

/// Whether a text has the form of a place in the zone database. The places themselves come and go.
fn is_time_zone(text: &str) -> bool {
    const AREAS: [&str; 11] = [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Etc",
        "Europe",
        "Indian",
        "Pacific",
    ];
    text.split_once('/').is_some_and(|(area, place)| {
        let place_character = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/');
        AREAS.contains(&area) && !place.is_empty() && place.chars().all(place_character)
    })
}

/// What is wrong with the five fields of a time.
fn cron_fault(text: &str) -> Option<String> {
    const NAMES: &str = "sun mon tue wed thu fri sat jan feb mar apr may jun jul aug sep oct nov dec";
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != 5 {
        return Some(format!("a time has five fields, this one has {}", fields.len()));
    }
    let limits = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];
    for (field, (least, most)) in fields.iter().zip(limits) {
        for part in field.split(',') {
            let (range, step) = part
                .split_once('/')
                .map_or((part, None), |(range, step)| (range, Some(step)));
            let sound_step = step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0));
            let sound = |end: &str| {
                end.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number))
                    || (most <= 12 && NAMES.split(' ').any(|name| end.eq_ignore_ascii_case(name)))
            };
            if !(sound_step && (range == "*" || range.split('-').take(3).all(sound))) {
                return Some(format!("`{part}` is no part of a time"));
            }
        }
    }
    let minutes = fields
        .first()
        .and_then(|field| field.strip_prefix("*/"))
        .and_then(|step| step.parse::<u32>().ok());
    let often = fields.first() == Some(&"*") || minutes.is_some_and(|step| step < 5);
    often.then(|| "it cannot run more often than every five minutes".to_owned())
}

fn dispatch(event: &Node, value: &Node, report: &mut Report<'_>) {
    let inputs = value.get("inputs").map_or(&[][..], |node| node.entries());
    for (key, input) in inputs {
        let name = key.text().unwrap_or_default();
        let kind = input.get("type").and_then(|node| node.text()).unwrap_or("string");
        let options = input.get("options").map(|node| node.texts()).unwrap_or_default();
        let default = input.get("default").filter(|node| node.text().is_some());
        let mut seen = std::collections::HashSet::new();
        for option in input.get("options").map_or(&[][..], |node| node.items()) {
            if let Some(text) = option.text()
                && !seen.insert(text)
            {
                let what = format!("the option `{}` of `{name}` is there twice", shape::shown(text));
                complain("workflow_dispatch", what, option, report);
            }
        }
        match (kind, default) {
            ("choice", _) if input.get("options").is_none() => {
                complain(
                    "workflow_dispatch",
                    format!("`{name}` is a choice without options"),
                    key,
                    report,
                );
            }
            ("choice", Some(node)) if !options.contains(&node.text().unwrap_or_default()) => {
                complain(
                    "workflow_dispatch",
                    format!("the default of `{name}` is no option"),
                    node,
                    report,
                );
            }
            ("boolean", Some(node)) if !matches!(node.text(), Some("true" | "false")) => {
                complain(
                    "workflow_dispatch",
                    format!("the default of `{name}` is no boolean"),
                    node,
                    report,
                );
            }
            ("number", Some(node)) if node.text().is_some_and(|text| text.parse::<f64>().is_err()) => {
                complain(
                    "workflow_dispatch",
                    format!("the default of `{name}` is no number"),
                    node,
                    report,
                );
            }
            _ => {}
        }
        if kind != "choice" && !options.is_empty() {
            complain(
                "workflow_dispatch",
                format!("`{name}` has options but is no choice"),
                key,
                report,
            );
        }
    }
    if inputs.len() > 25 {
        let what = format!("a run takes 25 inputs at most, not {}", inputs.len());
        complain("workflow_dispatch", what, event, report);
    }
}

fn call(value: &Node, report: &mut Report<'_>) {
    for (key, input) in value.get("inputs").map_or(&[][..], |node| node.entries()) {
        let name = key.text().unwrap_or_default();
        let kind = input.get("type").and_then(|node| node.text()).unwrap_or_default();
        let Some((node, text)) = input.get("default").and_then(|node| Some((node, node.text()?))) else {
            continue;
        };
        let fits = match kind {
            "number" => text.parse::<f64>().is_ok(),
            "boolean" => matches!(text, "true" | "false"),
            _ => true,
        };
        if !fits && !text.contains("${{") {
            complain(
                "workflow_call",
                format!("the default of `{name}` is no {kind}"),
                node,
                report,
            );
        }
        if input.get("required").is_some_and(|node| node.is_true()) {
            complain(
                "workflow_call",
                format!("the default of `{name}` is never used, for it is required"),
                node,
                report,
            );
        }
    }
}
