//! The shape of the `workflow` fact.

use super::audit::Audit;
use crate::facts::location::{Lines, Location};
use crate::source::yaml::Node;

/// What the continuous integration does.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct WorkflowFacts {
    /// Whether there is a workflow file, readable or not.
    pub present: bool,
    /// The files that could be read.
    pub files: Vec<WorkflowFile>,
    /// All jobs of all files.
    pub jobs: Vec<Job>,
    /// Files that cannot be read, and workflows that the service would refuse.
    pub errors: Vec<Trouble>,
    /// What is wrong with the GitHub workflows, by kind.
    pub audit: Audit,
    /// Whether something runs on a push.
    pub on_push: bool,
    /// Whether something runs on a pull request (or merge request).
    pub on_pull_request: bool,
    /// Whether a job runs pytest, directly or through make, tox, nox or a script.
    pub runs_pytest: bool,
    /// The steps that run pytest.
    pub pytest_steps: Vec<TestStep>,
    /// Whether a file with pytest steps runs on a push.
    pub tests_on_push: bool,
    /// Whether a file with pytest steps runs on a pull request.
    pub tests_on_pull_request: bool,
    /// Ways in which the tests' failure cannot fail the job.
    pub swallowed: Vec<Finding>,
    /// Ways in which the failure of other steps is swallowed.
    pub lenient: Vec<Finding>,
    /// Whether a job builds the image.
    pub builds_image: bool,
    /// The steps that build it.
    pub image_steps: Vec<Location>,
    /// Whether a job installs the project's declared requirements.
    pub installs_requirements: bool,
    /// Whether a job that runs the tests has a PostgreSQL service.
    pub has_postgres: bool,
    /// Actions of third parties that are not pinned to a commit, and own ones that follow a branch.
    pub unpinned_actions: Vec<Finding>,
    /// Untrusted input in a script: `${{ github.event.… }}`.
    pub injections: Vec<Finding>,
    /// Triggers that run foreign code with the repository's rights: `pull_request_target` with a checkout of its head.
    pub dangerous_triggers: Vec<Finding>,
    /// Files that give their token more than it needs, or say nothing about it.
    pub broad_permissions: Vec<Finding>,
    /// Jobs without a time limit.
    pub without_timeout: Vec<Finding>,
    /// Jobs that deploy or push without waiting for the tests.
    pub ungated_deployments: Vec<Finding>,
    /// Whether a job brings something to where users are.
    pub deploys: bool,
    /// Pushes of an image that nothing has run before.
    pub untried_pushes: Vec<Finding>,
    /// Deployments without an environment of the service, where approvals and secrets belong.
    pub deployments_without_environment: Vec<Finding>,
    /// Deployments that a newer run stops halfway.
    pub cancelled_deployments: Vec<Finding>,
    /// Deployments of an image by a tag, which can be moved.
    pub deployments_by_tag: Vec<Finding>,
}

/// One workflow file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WorkflowFile {
    /// Its path.
    pub path: String,
    /// `github` or `gitlab`.
    pub provider: &'static str,
    /// Its name.
    pub name: Option<String>,
    /// When it runs.
    pub triggers: Triggers,
    /// The token's permissions as written: `contents: read`, `write-all`; none when the file says nothing.
    pub permissions: Option<String>,
    /// Where they are written.
    pub permissions_loc: Option<Location>,
    /// Its jobs.
    pub jobs: Vec<Job>,
    /// What the service would refuse.
    pub errors: Vec<Trouble>,
    /// Its first line.
    pub loc: Location,
}

/// When a file runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Triggers {
    /// On a push to some branch.
    pub push: bool,
    /// On a pull request.
    pub pull_request: bool,
    /// On `pull_request_target` or `workflow_run`: with the repository's rights.
    pub privileged: bool,
    /// On a schedule.
    pub schedule: bool,
    /// By hand.
    pub manual: bool,
    /// All events by name.
    pub events: Vec<String>,
    /// The branches whose pushes count; empty for all.
    pub branches: Vec<String>,
    /// Where they are written.
    pub loc: Option<Location>,
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Job {
    /// The file that holds it.
    pub file: String,
    /// Its key.
    pub id: String,
    /// The jobs (GitLab: also stages) that it waits for.
    pub needs: Vec<String>,
    /// Its condition.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Whether it can never run: `if: false`, `when: never`.
    pub disabled: bool,
    /// `continue-on-error` or `allow_failure`.
    pub continue_on_error: bool,
    /// Its time limit as written.
    pub timeout: Option<String>,
    /// Its permissions as written.
    pub permissions: Option<String>,
    /// The environment that it deploys to, as written.
    pub environment: Option<String>,
    /// Whether a newer run stops it halfway.
    pub cancels: bool,
    /// A reusable workflow that it calls.
    pub uses: Option<Action>,
    /// Containers beside it.
    pub services: Vec<Service>,
    /// Its steps; in GitLab CI one for each line of its scripts.
    pub steps: Vec<Step>,
    /// Where it is.
    pub loc: Location,
}

/// A container beside a job.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
}

/// One step.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Its name.
    pub name: Option<String>,
    /// The action that it uses.
    pub uses: Option<Action>,
    /// The script that it runs.
    pub run: Option<String>,
    /// The shell that runs it, when one is named.
    pub shell: Option<String>,
    /// Whether its failure is ignored.
    pub continue_on_error: bool,
    /// Its condition.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Names of its environment variables.
    pub env: Vec<String>,
    /// A script given to an action (`with.script`).
    pub action_script: Option<String>,
    /// The `ref` that a checkout is given.
    pub checkout_ref: Option<String>,
    /// Whether an action is told to push (`with.push`).
    pub pushes: bool,
    /// Where it is; for a script, where that starts.
    pub loc: Location,
}

/// A reference to an action or a reusable workflow.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Action {
    /// What is used, without its reference.
    pub action: String,
    /// The reference.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// `sha`, `tag`, `branch`, `none` or `local`.
    pub pinned: &'static str,
    /// Where it is.
    pub loc: Location,
}

/// A step that runs the tests.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TestStep {
    /// The job.
    pub job: String,
    /// The command as the step writes it.
    pub command: String,
    /// The command that starts pytest in the end, when it is another: in the Makefile, a script, tox.ini.
    pub through: Option<String>,
    /// Where the step's command is.
    pub loc: Location,
}

/// Something worth a finding.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The job or file.
    pub name: String,
    /// What it is: `|| true`, `continue-on-error: true`, `owner/action@main`.
    pub what: String,
    /// Where it is.
    pub loc: Location,
}

/// Something that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Trouble {
    /// What is wrong.
    pub message: String,
    /// Where it is.
    pub loc: Location,
}

/// The file that nodes come from.
pub(super) struct Source<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    /// Found once: a script of a hostile file may have a hundred thousand commands to be placed.
    pub(super) lines: Lines<'a>,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            path,
            text,
            lines: Lines::new(text),
        }
    }

    pub(super) fn at(&self, node: &Node) -> Location {
        Location::new(self.path, node.line, node.column)
    }

    /// The place of a line of a script, searched from where the script starts.
    pub(super) fn line_of(&self, node: &Node, line: &str) -> Location {
        let wanted = line.trim();
        let known = node.line <= self.lines.count();
        let rest = self.text.get(self.lines.start_of(node.line)..).filter(|_| known);
        let numbered = (node.line.max(1)..).zip(rest.unwrap_or_default().lines().take(2_000));
        for (number, text) in numbered {
            if let Some(offset) = text.find(wanted).filter(|_| !wanted.is_empty()) {
                let column = text.get(..offset).map_or(0, |before| before.chars().count()) + 1;
                return Location::new(self.path, number, column);
            }
        }
        self.at(node)
    }
}
