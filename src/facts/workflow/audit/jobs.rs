//! Jobs and steps: who waits for whom, ids, shells, the matrix, permissions, and commands that are gone.

use std::collections::HashMap;

use super::report::{Report, add};
use super::runners;
use crate::source::yaml::{Node, Value};

const SCOPES: [&str; 17] = [
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "id-token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
    "vulnerability-alerts",
];
const COMMANDS: [&str; 4] = ["set-output", "save-state", "set-env", "add-path"];
const MATRIX_ROWS: usize = 2_000;

/// Judges the jobs.
pub(super) fn audit(root: &Node, report: &mut Report<'_>) {
    permissions(root, report);
    shell(
        root.get("defaults")
            .and_then(|node| node.get("run"))
            .map(std::rc::Rc::as_ref),
        report,
    );
    let jobs = root.get("jobs").map_or(&[][..], |jobs| jobs.entries());
    cycles(jobs, report);
    for (key, job) in jobs {
        let id = key.text().unwrap_or_default();
        name(id, key, report);
        permissions(job, report);
        shell(
            job.get("defaults")
                .and_then(|node| node.get("run"))
                .map(std::rc::Rc::as_ref),
            report,
        );
        matrix(id, job, report);
        runners::audit(id, job, report);
        password("container", job.get("container"), report);
        for (service, node) in job.get("services").map_or(&[][..], |node| node.entries()) {
            password(service.text().unwrap_or_default(), Some(node), report);
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        for step in job.get("steps").map_or(&[][..], |steps| steps.items()) {
            shell(Some(step), report);
            if let Some((node, text)) = step.get("id").and_then(|node| Some((node, node.text()?))) {
                name(text, node, report);
                if let Some(line) = seen.insert(text.to_lowercase(), node.line) {
                    let found = report.finding(id, format!("the id `{text}` is taken in line {line}"), node);
                    add(&mut report.audit.ids, found);
                }
            }
            commands(id, step, report);
        }
    }
}

/// Jobs that wait for each other: what is left when all that can start has started.
fn cycles(jobs: &[(std::rc::Rc<Node>, std::rc::Rc<Node>)], report: &mut Report<'_>) {
    let mut indexes: HashMap<String, usize> = HashMap::new();
    for (index, (key, _)) in jobs.iter().enumerate() {
        indexes.insert(key.text().unwrap_or_default().to_lowercase(), index);
    }
    let needs = |job: &Node| -> Vec<usize> {
        let texts = job.get("needs").map(|node| node.texts()).unwrap_or_default();
        texts
            .iter()
            .filter_map(|id| indexes.get(&id.to_lowercase()).copied())
            .collect()
    };
    let graph: Vec<Vec<usize>> = jobs.iter().map(|(_, job)| needs(job)).collect();
    let mut waiting: Vec<usize> = graph.iter().map(Vec::len).collect();
    let mut waits: Vec<Vec<usize>> = vec![Vec::new(); graph.len()];
    for (index, needed) in graph.iter().enumerate() {
        for other in needed {
            if let Some(list) = waits.get_mut(*other) {
                list.push(index);
            }
        }
    }
    let mut ready: Vec<usize> = (0..graph.len())
        .filter(|index| waiting.get(*index) == Some(&0))
        .collect();
    while let Some(index) = ready.pop() {
        for next in waits.get(index).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*next) {
                *count -= 1;
                if *count == 0 {
                    ready.push(*next);
                }
            }
        }
    }
    // from any job that waits forever, what it waits for leads into the cycle; its first job in the file stands for it
    let forever = |index: &usize| waiting.get(*index).is_some_and(|count| *count > 0);
    let Some(mut index) = (0..graph.len()).find(forever) else {
        return;
    };
    let mut path: Vec<usize> = Vec::new();
    let mut visited = vec![false; graph.len()];
    while visited.get(index) == Some(&false) {
        if let Some(seen) = visited.get_mut(index) {
            *seen = true;
        }
        path.push(index);
        let next = graph
            .get(index)
            .and_then(|needed| needed.iter().copied().find(|other| forever(other)));
        let Some(next) = next else { return };
        index = next;
    }
    let cycle: Vec<usize> = path.into_iter().skip_while(|other| *other != index).collect();
    let names: Vec<&str> = cycle
        .iter()
        .take(20)
        .filter_map(|index| jobs.get(*index).and_then(|(key, _)| key.text()))
        .collect();
    if let Some((key, _)) = cycle.iter().min().and_then(|index| jobs.get(*index)) {
        let found = report.finding(key.text().unwrap_or_default(), names.join(" → "), key);
        add(&mut report.audit.cycles, found);
    }
}

fn name(text: &str, node: &Node, report: &mut Report<'_>) {
    let mut characters = text.chars();
    let first = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let sound = first && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if !(sound || text.is_empty() || text.contains("${{")) {
        let shown: String = text.chars().take(60).collect();
        let found = report.finding(&shown, format!("`{shown}` cannot be an id"), node);
        add(&mut report.audit.ids, found);
    }
}

fn permissions(holder: &Node, report: &mut Report<'_>) {
    let Some(node) = holder.get("permissions") else { return };
    let mut complain = |what: String, node: &Node| {
        let found = report.finding("permissions", what, node);
        add(&mut report.audit.permissions, found);
    };
    match node.text() {
        // nothing is told as such, with the other keys
        Some("read-all" | "write-all" | "") => {}
        Some(text) => complain(format!("`{text}` is no permission for everything"), node),
        None => {}
    }
    for (key, value) in node.entries() {
        let scope = key.text().unwrap_or_default();
        if !SCOPES.contains(&scope) {
            complain(format!("there is no permission `{scope}`"), key);
            continue;
        }
        let given = value.text().unwrap_or_default();
        let sound = match scope {
            "id-token" => matches!(given, "write" | "none"),
            "models" | "vulnerability-alerts" => matches!(given, "read" | "none"),
            _ => matches!(given, "read" | "write" | "none"),
        };
        if !sound {
            complain(format!("`{scope}` cannot be `{given}`"), value);
        }
    }
}

fn shell(holder: Option<&Node>, report: &mut Report<'_>) {
    let Some((node, text)) = holder
        .and_then(|holder| holder.get("shell"))
        .and_then(|node| Some((node, node.text()?)))
    else {
        return;
    };
    let known = matches!(
        text.to_lowercase().as_str(),
        "bash" | "sh" | "pwsh" | "python" | "cmd" | "powershell"
    );
    if !(known || text.is_empty() || text.contains("${{") || text.contains("{0}")) {
        let found = report.finding("shell", format!("there is no shell `{text}`"), node);
        add(&mut report.audit.shells, found);
    }
}

/// Whether a value is what an exclusion asks for, which may name fewer keys. The tree's depth is capped where it is read.
fn same(given: &Node, wanted: &Node) -> bool {
    match (&given.value, &wanted.value) {
        (Value::Scalar { text: given, .. }, Value::Scalar { text: wanted, .. }) => given == wanted,
        (Value::List(given), Value::List(wanted)) => {
            given.len() == wanted.len() && given.iter().zip(wanted).all(|(given, wanted)| same(given, wanted))
        }
        (Value::Map(_), Value::Map(wanted)) => wanted.iter().all(|(key, wanted)| {
            given
                .get(key.text().unwrap_or_default())
                .is_some_and(|given| same(given, wanted))
        }),
        _ => false,
    }
}

/// Whether an expression is somewhere in a value, so that it may be anything.
fn is_computed(node: &Node) -> bool {
    match &node.value {
        Value::Scalar { text, .. } => text.contains("${{"),
        Value::List(items) => items.iter().any(|item| is_computed(item)),
        Value::Map(entries) => entries.iter().any(|(_, value)| is_computed(value)),
    }
}

fn matrix(id: &str, job: &Node, report: &mut Report<'_>) {
    let Some(matrix) = job.get("strategy").and_then(|node| node.get("matrix")) else {
        return;
    };
    for (key, row) in matrix.entries() {
        if matches!(key.text(), Some("include" | "exclude")) {
            continue;
        }
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for item in row.items().iter().take(MATRIX_ROWS) {
            let Some(text) = item.text().filter(|text| !text.contains("${{")) else {
                continue;
            };
            if let Some(line) = seen.insert(text, item.line) {
                let what = format!("`{text}` is there twice, first in line {line}");
                let found = report.finding(id, what, item);
                add(&mut report.audit.matrices, found);
            }
        }
    }
    exclusions(id, matrix, report);
}

/// Exclusions of a key or a value that the matrix does not have.
fn exclusions(id: &str, matrix: &Node, report: &mut Report<'_>) {
    let included = matrix.get("include").map_or(&[][..], |node| node.items());
    let computed = matrix.get("include").is_some_and(|node| node.text().is_some());
    let items = matrix.get("exclude").map_or(&[][..], |node| node.items());
    if computed || items.len() > 200 || included.len() > 200 {
        return;
    }
    for item in items {
        for (key, value) in item.entries() {
            let name = key.text().unwrap_or_default();
            let row = matrix.get(name);
            let mut also = included.iter().filter_map(|item| item.get(name)).peekable();
            if row.is_none() && also.peek().is_none() {
                let what = format!("`{name}` is excluded, but the matrix has no such key");
                let found = report.finding(id, what, key);
                add(&mut report.audit.matrices, found);
                continue;
            }
            let rows = row.map_or(&[][..], |row| row.items());
            let possible = rows.len() > MATRIX_ROWS
                || row.is_some_and(|row| row.text().is_some())
                || is_computed(value)
                || rows
                    .iter()
                    .chain(also)
                    .any(|given| is_computed(given) || same(given, value));
            if !possible {
                let shown: String = value.text().unwrap_or("a value").chars().take(60).collect();
                let found = report.finding(id, format!("`{shown}` is excluded, but `{name}` is never that"), value);
                add(&mut report.audit.matrices, found);
            }
        }
    }
}

fn password(holder: &str, container: Option<&std::rc::Rc<Node>>, report: &mut Report<'_>) {
    let password = container
        .and_then(|node| node.get("credentials"))
        .and_then(|node| node.get("password"));
    let Some(node) = password else { return };
    if node
        .text()
        .is_some_and(|text| !text.is_empty() && !text.contains("${{"))
    {
        let found = report.finding(holder, "a written password", node);
        add(&mut report.audit.credentials, found);
    }
}

fn commands(id: &str, step: &Node, report: &mut Report<'_>) {
    let Some((node, script)) = step.get("run").and_then(|node| Some((node, node.text()?))) else {
        return;
    };
    for command in COMMANDS {
        let written = script.match_indices(command).any(|(offset, _)| {
            let before = script.get(..offset).is_some_and(|text| text.ends_with("::"));
            let after = script.get(offset + command.len()..).unwrap_or_default();
            before && after.starts_with([' ', ':'])
        });
        if written {
            let found = report.finding(id, format!("`::{command}`"), node);
            add(&mut report.audit.commands, found);
        }
    }
}
