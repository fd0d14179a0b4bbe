//! GitHub Actions.

use super::interfaces::own_path;
use super::model::{Action, Job, Service, Source, Step, Triggers, Trouble, WorkflowFile};
use crate::source::yaml::{Node, Value};

const JOBS: usize = 200;
const STEPS: usize = 500;

pub(super) fn read(root: &Node, source: &Source<'_>) -> WorkflowFile {
    let mut file = WorkflowFile {
        path: source.path.to_owned(),
        provider: "github",
        name: text(root.get("name")),
        triggers: triggers(root, source),
        permissions: root.get("permissions").map(|node| permissions(node)),
        permissions_loc: root.get("permissions").map(|node| source.at(node)),
        jobs: Vec::new(),
        errors: Vec::new(),
        loc: crate::facts::location::Location::start(source.path),
    };
    let shell = default_shell(root);
    let cancelled = root.get("concurrency").is_some_and(|node| cancels(node));
    let trouble = |message: &str, node: &Node| Trouble {
        message: message.to_owned(),
        loc: source.at(node),
    };
    match root.get("jobs") {
        Some(jobs) if !jobs.entries().is_empty() => {
            for (key, job) in jobs.entries().iter().take(JOBS) {
                if job.get("steps").is_none() && job.get("uses").is_none() {
                    file.errors.push(trouble("a job has neither steps nor uses", key));
                }
                let mut read = read_job(key, job, shell.as_deref(), source);
                // The workflow's setting stops all its jobs, whatever they say themselves.
                read.cancels |= cancelled;
                file.jobs.push(read);
            }
        }
        Some(jobs) => file.errors.push(trouble("there are no jobs", jobs)),
        None => file.errors.push(trouble("there are no jobs", root)),
    }
    if root.get("on").is_none() {
        file.errors
            .push(trouble("nothing says when it runs: `on` is missing", root));
    }
    let ids: Vec<&str> = file.jobs.iter().map(|job| job.id.as_str()).collect();
    for job in &file.jobs {
        if let Some(missing) = job.needs.iter().find(|needed| !ids.contains(&needed.as_str())) {
            let message = format!("job `{}` needs `{missing}`, which does not exist", job.id);
            file.errors.push(Trouble {
                message,
                loc: job.loc.clone(),
            });
        }
    }
    file
}

/// A concurrency group whose running member makes way for the next one. An expression may say otherwise where it matters.
fn cancels(node: &Node) -> bool {
    node.get("cancel-in-progress").is_some_and(|node| node.is_true())
}

fn text(node: Option<&std::rc::Rc<Node>>) -> Option<String> {
    node.and_then(|node| node.text())
        .map(|text| text.chars().take(300).collect())
}

fn default_shell(node: &Node) -> Option<String> {
    text(
        node.get("defaults")
            .and_then(|node| node.get("run"))
            .and_then(|node| node.get("shell")),
    )
}

fn permissions(node: &Node) -> String {
    match &node.value {
        Value::Scalar { text, .. } => text.clone(),
        Value::Map(entries) => {
            let pair = |(key, value): &(std::rc::Rc<Node>, std::rc::Rc<Node>)| {
                format!(
                    "{}: {}",
                    key.text().unwrap_or_default(),
                    value.text().unwrap_or_default()
                )
            };
            entries.iter().take(30).map(pair).collect::<Vec<_>>().join(", ")
        }
        Value::List(_) => String::new(),
    }
}

fn triggers(root: &Node, source: &Source<'_>) -> Triggers {
    let Some(on) = root.get("on") else {
        return Triggers::default();
    };
    let mut triggers = Triggers {
        loc: Some(source.at(on)),
        ..Triggers::default()
    };
    let mut events: Vec<(&str, Option<&Node>)> = on.texts().into_iter().map(|event| (event, None)).collect();
    for (key, value) in on.entries() {
        events.extend(key.text().map(|event| (event, Some(value.as_ref()))));
    }
    for (event, filter) in events {
        // `branches-ignore: ['**']` and `branches: []` never match
        let list = |name: &str| filter.and_then(|filter| filter.get(name)).map(|node| node.texts());
        let branches = list("branches");
        let never = branches.as_ref().is_some_and(Vec::is_empty)
            || list("branches-ignore").is_some_and(|ignored| ignored.contains(&"**"));
        let tags_only = branches.is_none() && list("tags").is_some();
        match event {
            "push" if !never => {
                triggers.push = !tags_only;
                triggers.branches = branches.unwrap_or_default().into_iter().map(str::to_owned).collect();
            }
            "pull_request" if !never => triggers.pull_request = true,
            "pull_request_target" | "workflow_run" => triggers.privileged = true,
            "schedule" => triggers.schedule = true,
            "workflow_dispatch" => triggers.manual = true,
            _ => {}
        }
        triggers.events.push(event.to_owned());
    }
    triggers
}

fn read_job(key: &Node, job: &Node, shell: Option<&str>, source: &Source<'_>) -> Job {
    let own_shell = default_shell(job);
    let shell = own_shell.as_deref().or(shell);
    let service = |(name, node): &(std::rc::Rc<Node>, std::rc::Rc<Node>)| Service {
        name: name.text().unwrap_or_default().to_owned(),
        image: text(node.get("image")).or_else(|| text(Some(node))).unwrap_or_default(),
    };
    let steps = job.get("steps").map_or(&[][..], |steps| steps.items());
    Job {
        file: source.path.to_owned(),
        id: key.text().unwrap_or_default().to_owned(),
        needs: job
            .get("needs")
            .map(|node| node.texts().into_iter().map(str::to_owned).collect())
            .unwrap_or_default(),
        condition: text(job.get("if")),
        disabled: job.get("if").is_some_and(|node| is_never(node)),
        continue_on_error: job.get("continue-on-error").is_some_and(|node| node.is_true()),
        timeout: text(job.get("timeout-minutes")),
        permissions: job.get("permissions").map(|node| permissions(node)),
        environment: text(job.get("environment"))
            .or_else(|| text(job.get("environment").and_then(|node| node.get("name")))),
        cancels: job.get("concurrency").is_some_and(|node| cancels(node)),
        uses: job.get("uses").and_then(|node| action(node, source)),
        services: job
            .get("services")
            .map(|node| node.entries().iter().map(service).collect())
            .unwrap_or_default(),
        steps: steps
            .iter()
            .take(STEPS)
            .map(|step| read_step(step, shell, source))
            .collect(),
        loc: source.at(key),
    }
}

/// `if: false`, also as an expression.
pub(super) fn is_never(node: &Node) -> bool {
    let text = node.text().unwrap_or_default();
    let inner = text.trim().trim_start_matches("${{").trim_end_matches("}}").trim();
    node.is_false() || inner == "false"
}

pub(super) fn read_step(step: &Node, shell: Option<&str>, source: &Source<'_>) -> Step {
    let run = step.get("run");
    let place = run.or_else(|| step.get("uses")).map_or(step, |node| node);
    let with = step.get("with");
    let env = step.get("env").map_or(&[][..], |env| env.entries());
    let first = run
        .and_then(|run| run.text())
        .and_then(|text| text.lines().find(|line| !line.trim().is_empty()));
    Step {
        name: text(step.get("name")),
        uses: step.get("uses").and_then(|node| action(node, source)),
        run: run
            .and_then(|run| run.text())
            .map(|text| text.chars().take(20_000).collect()),
        shell: text(step.get("shell")).or(shell.map(str::to_owned)),
        continue_on_error: step.get("continue-on-error").is_some_and(|node| node.is_true()),
        condition: text(step.get("if")),
        env: env
            .iter()
            .filter_map(|(name, _)| name.text())
            .map(str::to_owned)
            .collect(),
        action_script: with
            .and_then(|with| with.get("script"))
            .and_then(|node| node.text())
            .map(str::to_owned),
        checkout_ref: text(with.and_then(|with| with.get("ref"))),
        // An expression may be true.
        pushes: with
            .and_then(|with| with.get("push"))
            .is_some_and(|node| !node.is_false()),
        loc: match (run, first) {
            (Some(run), Some(first)) => source.line_of(run, first),
            _ => source.at(place),
        },
    }
}

fn action(node: &Node, source: &Source<'_>) -> Option<Action> {
    let given = node.text()?;
    let (action, reference) = given
        .split_once('@')
        .map_or((given, None), |(action, rest)| (action, Some(rest)));
    let pinned = match reference {
        _ if own_path(given).is_some() => "local",
        Some(text) if text.len() == 40 && text.chars().all(|c| c.is_ascii_hexdigit()) => "sha",
        Some(text) if text.starts_with("sha256:") => "sha",
        Some(text) if text.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()) => "tag",
        Some(text) if text.starts_with("release/v") => "tag",
        Some(_) => "branch",
        None => "none",
    };
    Some(Action {
        action: action.to_owned(),
        reference: reference.map(str::to_owned),
        pinned,
        loc: source.at(node),
    })
}
