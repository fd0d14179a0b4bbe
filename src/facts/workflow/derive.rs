//! What follows from the jobs and steps.

use super::chains::{self, Reach};
use super::commands::{self, Resolved};
use super::expression::{Expression, Operator, parse};
use super::github;
use super::interfaces::{declarations, own_path};
use super::model::{Action, Finding, Job, Source, Step, TestStep, WorkflowFacts, WorkflowFile};
use super::programs;
use super::shell::Shell;
use crate::facts::location::Location;
use crate::source::{Snapshot, yaml};

pub(super) fn derive(snapshot: &Snapshot, facts: &mut WorkflowFacts) {
    let files = std::mem::take(&mut facts.files);
    let mut testing: Vec<Vec<String>> = Vec::new();
    for file in &files {
        facts.errors.extend(file.errors.iter().cloned());
        facts.on_push |= file.triggers.push;
        facts.on_pull_request |= file.triggers.pull_request;
        let text = snapshot.text(&file.path).map(|text| text.content);
        let source = Source::new(&file.path, text.as_deref().unwrap_or_default());
        let mut own = Vec::new();
        for job in &file.jobs {
            if read_job(snapshot, file, &source, job, facts) {
                own.push(job.id.clone());
                facts.has_postgres |= job.services.iter().any(|service| is_postgres(&service.image));
            }
        }
        testing.push(own);
        facts.jobs.extend(file.jobs.iter().cloned());
    }
    for (file, reach) in files.iter().zip(chains::follow(&files, testing)) {
        let tests = !reach.testing.is_empty();
        facts.tests_on_push |= tests && reach.push;
        facts.tests_on_pull_request |= tests && reach.pull_request;
        deployments(file, &reach, facts);
        super::releases::derive(snapshot, file, facts);
        permissions(file, &reach, facts);
    }
    facts.runs_pytest = !facts.pytest_steps.is_empty();
    facts.files = files;
}

/// Whether an image is a PostgreSQL server.
pub(super) fn is_postgres(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image).to_lowercase();
    ["postgres", "postgis", "timescale", "pgvector"]
        .iter()
        .any(|word| name.contains(word))
}

fn finding(job: &Job, what: &str, loc: &Location) -> Finding {
    Finding {
        name: job.id.clone(),
        what: what.to_owned(),
        loc: loc.clone(),
    }
}

/// Reads one job; tells whether it runs the tests.
fn read_job(
    snapshot: &Snapshot,
    file: &WorkflowFile,
    source: &Source<'_>,
    job: &Job,
    facts: &mut WorkflowFacts,
) -> bool {
    let mut runs_tests = false;
    for step in &job.steps {
        action(job, step, facts);
        injections(job, step, source, facts);
        let shell = Shell {
            stops: true,
            pipefail: step.shell.as_deref().is_some_and(|shell| shell.contains("bash")),
        };
        let scripts: Vec<String> = step
            .run
            .clone()
            .into_iter()
            .chain(local_action(snapshot, step))
            .collect();
        for script in scripts {
            for resolved in commands::resolve(snapshot, &script, shell) {
                let place = line_of(source, step, &resolved.step_line);
                facts.installs_requirements |= resolved.installs;
                if programs::builds_image(&resolved.words) {
                    facts.builds_image = true;
                    facts.image_steps.push(place.clone());
                }
                let tests = programs::is_pytest(&resolved.words);
                if tests {
                    runs_tests = true;
                    pytest_step(job, step, &resolved, &place, facts);
                }
                if let Some(how) = resolved.swallowed {
                    add(
                        if tests {
                            &mut facts.swallowed
                        } else {
                            &mut facts.lenient
                        },
                        finding(job, how, &place),
                    );
                }
            }
        }
    }
    if runs_tests {
        if job.continue_on_error {
            let what = if file.provider == "gitlab" {
                "allow_failure: true"
            } else {
                "continue-on-error: true"
            };
            add(&mut facts.swallowed, finding(job, what, &job.loc));
        }
        if job.disabled {
            add(
                &mut facts.swallowed,
                finding(job, "a condition that is never true", &job.loc),
            );
        }
    }
    if let Some(called) = &job.uses {
        pin(job, called, facts);
    }
    if job.timeout.is_none() && job.uses.is_none() && file.provider == "github" {
        facts.without_timeout.push(finding(job, "no timeout-minutes", &job.loc));
    }
    runs_tests
}

fn add(list: &mut Vec<Finding>, finding: Finding) {
    if !list.contains(&finding) && list.len() < 200 {
        list.push(finding);
    }
}

fn pytest_step(job: &Job, step: &Step, resolved: &Resolved, place: &Location, facts: &mut WorkflowFacts) {
    facts.pytest_steps.push(TestStep {
        job: job.id.clone(),
        command: resolved.step_line.chars().take(200).collect(),
        through: resolved.through.clone(),
        loc: place.clone(),
    });
    if step.continue_on_error {
        add(&mut facts.swallowed, finding(job, "continue-on-error: true", place));
    }
    let condition = step.condition.as_deref().unwrap_or_default();
    if condition.trim().trim_start_matches("${{").trim_end_matches("}}").trim() == "false" {
        add(
            &mut facts.swallowed,
            finding(job, "a condition that is never true", place),
        );
    }
}

/// Where a line of a step's script is.
fn line_of(source: &Source<'_>, step: &Step, line: &str) -> Location {
    let node = yaml::Node {
        value: yaml::Value::Map(Vec::new()),
        line: step.loc.line,
        column: step.loc.column,
    };
    let first = line.lines().next().unwrap_or_default();
    source.line_of(&node, first)
}

/// The scripts of an action that the repository holds itself.
fn local_action(snapshot: &Snapshot, step: &Step) -> Vec<String> {
    let Some(action) = step.uses.as_ref().filter(|action| action.pinned == "local") else {
        return Vec::new();
    };
    let paths = declarations(own_path(&action.action).unwrap_or_default());
    let Some((path, text)) = paths.iter().find_map(|path| Some((path, snapshot.text(path)?))) else {
        return Vec::new();
    };
    let Ok(root) = yaml::parse(&text.content) else {
        return Vec::new();
    };
    let source = Source::new(path, &text.content);
    let steps = root
        .get("runs")
        .and_then(|runs| runs.get("steps"))
        .map_or(&[][..], |steps| steps.items());
    steps
        .iter()
        .take(100)
        .filter_map(|step| github::read_step(step, None, &source).run)
        .collect()
}

fn action(job: &Job, step: &Step, facts: &mut WorkflowFacts) {
    let Some(action) = &step.uses else { return };
    if action.action.starts_with("docker/build-push-action") || action.action.starts_with("docker/bake-action") {
        facts.builds_image = true;
        facts.image_steps.push(action.loc.clone());
    }
    pin(job, action, facts);
}

/// Tells what another person can exchange: foreign code by its tag, anybody's by a branch.
fn pin(job: &Job, action: &Action, facts: &mut WorkflowFacts) {
    let own = action.action.starts_with("actions/") || action.action.starts_with("github/");
    let loose = match action.pinned {
        "sha" | "local" => false,
        "tag" => !own,
        _ => !action.action.starts_with("docker://"),
    };
    if loose {
        let reference = action.reference.as_deref().unwrap_or("(none)");
        facts
            .unpinned_actions
            .push(finding(job, &format!("{}@{reference}", action.action), &action.loc));
    }
}

/// Values that an outsider writes.
fn is_untrusted(expression: &str) -> bool {
    const FIELDS: [&str; 9] = [
        ".title",
        ".body",
        ".message",
        ".head.ref",
        ".head.label",
        ".email",
        ".name",
        ".page_name",
        ".head_branch",
    ];
    expression.contains("github.head_ref")
        || (expression.contains("github.event.")
            && FIELDS.iter().any(|field| expression.contains(field))
            && !expression.contains("repository.name")
            && !expression.contains("github.event.repository"))
}

fn injections(job: &Job, step: &Step, source: &Source<'_>, facts: &mut WorkflowFacts) {
    for script in [&step.run, &step.action_script].into_iter().flatten() {
        for part in script.split("${{").skip(1).take(200) {
            let expression = part.split("}}").next().unwrap_or_default();
            if is_untrusted(expression) && parse(expression).is_ok_and(|read| carries_text(&read)) {
                let shown: String = expression.trim().chars().take(100).collect();
                let place = line_of(source, step, expression);
                add(&mut facts.injections, finding(job, &shown, &place));
            }
        }
    }
}

/// Whether a text that an expression reads can become part of its value: a comparison is only true or false.
fn carries_text(expression: &Expression) -> bool {
    match expression {
        Expression::Not(_) => false,
        Expression::Binary { operator, operands, .. } => match operator {
            Operator::And => operands.last().is_some_and(carries_text),
            Operator::Or => operands.iter().any(carries_text),
            Operator::Equal | Operator::Order => false,
        },
        Expression::Call { name, .. } => !["contains", "startsWith", "endsWith", "hashFiles"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known)),
        _ => true,
    }
}

fn deployments(file: &WorkflowFile, reach: &Reach, facts: &mut WorkflowFacts) {
    let testing = &reach.testing;
    if testing.is_empty() {
        return;
    }
    for job in &file.jobs {
        let pushes = job.steps.iter().any(|step| {
            step.run.as_deref().is_some_and(|run| {
                [
                    "docker push",
                    "kubectl apply",
                    "helm upgrade",
                    "flyctl deploy",
                    "fly deploy",
                    "gcloud run deploy",
                ]
                .iter()
                .any(|command| run.contains(command))
            })
        });
        let deploys = pushes || job.id.to_lowercase().starts_with("deploy");
        if deploys && !testing.contains(&job.id) && !waits_for(file, job, testing) {
            facts
                .ungated_deployments
                .push(finding(job, "does not wait for the tests", &job.loc));
        }
    }
}

fn waits_for(file: &WorkflowFile, job: &Job, testing: &[String]) -> bool {
    let mut pending: Vec<&str> = job.needs.iter().map(String::as_str).collect();
    let mut seen: Vec<&str> = Vec::new();
    while let Some(id) = pending.pop() {
        if testing.iter().any(|testing| testing == id) {
            return true;
        }
        if !seen.contains(&id) {
            seen.push(id);
            let needed = file.jobs.iter().find(|other| other.id == id);
            pending.extend(needed.into_iter().flat_map(|job| job.needs.iter().map(String::as_str)));
        }
    }
    false
}

fn permissions(file: &WorkflowFile, reach: &Reach, facts: &mut WorkflowFacts) {
    let broad = |text: &Option<String>| text.as_deref() == Some("write-all");
    if broad(&file.permissions) {
        let loc = file.permissions_loc.clone().unwrap_or_else(|| file.loc.clone());
        facts.broad_permissions.push(Finding {
            name: file.path.clone(),
            what: "write-all".to_owned(),
            loc,
        });
    }
    // A workflow that only others start has no more rights than they give it.
    for job in &file.jobs {
        if broad(&job.permissions) {
            facts.broad_permissions.push(finding(job, "write-all", &job.loc));
        } else if file.permissions.is_none() && job.permissions.is_none() && !reach.only_called {
            facts.broad_permissions.push(finding(job, "no `permissions`", &job.loc));
        }
    }
    let foreign = |step: &&Step| step.checkout_ref.as_deref().is_some_and(|text| text.contains("head"));
    if file.triggers.privileged {
        for job in &file.jobs {
            if let Some(step) = job.steps.iter().find(foreign) {
                facts.dangerous_triggers.push(finding(
                    job,
                    "checks out foreign code with the repository's rights",
                    &step.loc,
                ));
            }
        }
    }
}
