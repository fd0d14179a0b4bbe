//! What the workflows say of releases: whether an image is tried before it is pushed, and how a deployment is guarded.

use super::model::{Finding, Job, WorkflowFacts, WorkflowFile};
use crate::source::Snapshot;

/// Looks at the jobs of a file that push or deploy.
pub(super) fn derive(snapshot: &Snapshot, file: &WorkflowFile, facts: &mut WorkflowFacts) {
    for job in &file.jobs {
        if let Some(place) = untried_push(file, job) {
            facts.untried_pushes.push(place);
        }
        if !deploys(job) {
            continue;
        }
        facts.deploys = true;
        let finding = |what: &str| Finding {
            name: job.id.clone(),
            what: what.to_owned(),
            loc: job.loc.clone(),
        };
        if job.environment.is_none() && job.uses.is_none() {
            facts
                .deployments_without_environment
                .push(finding("names no environment"));
        }
        if job.cancels {
            let what = match file.provider {
                "gitlab" => "interruptible: true",
                _ => "cancel-in-progress: true",
            };
            facts.cancelled_deployments.push(finding(what));
        }
        if job.uses.is_none() && !names_a_digest(snapshot, file) {
            facts.deployments_by_tag.push(finding("releases an image by a tag"));
        }
    }
}

/// A job that brings something to where users are.
fn deploys(job: &Job) -> bool {
    let id = job.id.to_lowercase();
    id.split([':', '-', '_', ' '])
        .any(|word| matches!(word, "deploy" | "deployment" | "release" | "production"))
        && !job.steps.iter().all(|step| step.run.is_none() && step.uses.is_none())
}

/// The push of an image that nothing has run before: in this job above it, or in a job that this one waits for.
fn untried_push(file: &WorkflowFile, job: &Job) -> Option<Finding> {
    let mut tried = needed(file, job).iter().any(|needed| {
        needed
            .steps
            .iter()
            .any(|step| step.run.as_deref().is_some_and(|run| runs_image(run).is_some()))
    });
    for step in &job.steps {
        let pushed = match (&step.run, &step.uses) {
            (Some(run), _) => {
                let push = [
                    "docker push",
                    "docker image push",
                    "docker buildx build --push",
                    "podman push",
                ]
                .iter()
                .filter_map(|command| run.find(command))
                .min();
                let before = runs_image(run);
                let untried = push.is_some_and(|push| !tried && before.is_none_or(|before| before > push));
                tried |= before.is_some();
                untried
            }
            (None, Some(action)) => action.action.starts_with("docker/build-push-action") && step.pushes && !tried,
            (None, None) => false,
        };
        if pushed {
            return Some(Finding {
                name: job.id.clone(),
                what: "pushes an image that nothing has run before".to_owned(),
                loc: step.loc.clone(),
            });
        }
    }
    None
}

/// Where a script runs an image: with the engine's own command, or with a procedure that releases one.
fn runs_image(script: &str) -> Option<usize> {
    let commands = [
        "docker run",
        "docker container run",
        "podman run",
        "compose up",
        "container-structure-test",
        "goss run",
    ];
    let plain = commands.iter().filter_map(|command| script.find(command)).min();
    let released = script.find(" release ").filter(|at| {
        script[*at..]
            .lines()
            .next()
            .is_some_and(|line| line.contains("--image"))
    });
    plain.into_iter().chain(released).min()
}

/// The jobs that a job waits for.
fn needed<'a>(file: &'a WorkflowFile, job: &'a Job) -> Vec<&'a Job> {
    let mut found: Vec<&Job> = Vec::new();
    let mut pending: Vec<&str> = job.needs.iter().map(String::as_str).collect();
    while let Some(id) = pending.pop() {
        if let Some(next) = file.jobs.iter().find(|other| other.id == id)
            && !found.iter().any(|known| known.id == next.id)
        {
            pending.extend(next.needs.iter().map(String::as_str));
            found.push(next);
        }
    }
    found
}

/// Does the file, outside its comments, speak of a digest? A tag alone has no other way to become one.
fn names_a_digest(snapshot: &Snapshot, file: &WorkflowFile) -> bool {
    let Some(text) = snapshot.text(&file.path) else {
        return true;
    };
    text.content
        .lines()
        .map(|line| line.split(" #").next().unwrap_or(line).trim_start())
        .filter(|line| !line.starts_with('#'))
        .any(|line| {
            let line = line.to_lowercase();
            // The digest of an action or of a base image is not that of the release.
            let other = line.starts_with("- uses:") || line.starts_with("uses:") || line.starts_with("image:");
            !other && (line.contains("sha256:") || line.contains("digest"))
        })
}
