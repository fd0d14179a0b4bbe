//! GitLab CI.

use std::rc::Rc;

use super::model::{Job, Service, Source, Step, Triggers, Trouble, WorkflowFile};
use crate::facts::location::Location;
use crate::source::yaml::Node;

const JOBS: usize = 200;
const RESERVED: [&str; 14] = [
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "before_script",
    "after_script",
    "cache",
    "pages:deploy",
    "spec",
    "types",
    "true",
];

pub(super) fn read(root: &Node, source: &Source<'_>) -> WorkflowFile {
    let mut file = WorkflowFile {
        path: source.path.to_owned(),
        provider: "gitlab",
        name: None,
        // without rules, a pipeline runs for every push, those of merge requests included
        triggers: Triggers {
            push: true,
            pull_request: true,
            events: vec!["push".to_owned()],
            ..Triggers::default()
        },
        // GitLab's job token has no scopes in this file
        permissions: Some("job token".to_owned()),
        permissions_loc: None,
        jobs: Vec::new(),
        errors: Vec::new(),
        loc: Location::start(source.path),
    };
    let named = root.get("stages").or_else(|| root.get("types"));
    let stages: Vec<&str> = named.map_or_else(|| vec!["build", "test", "deploy"], |node| node.texts());
    let mut stage_of: Vec<String> = Vec::new();
    for (key, job) in root.entries().iter().take(JOBS) {
        let Some(id) = key.text() else { continue };
        if RESERVED.contains(&id) || id.starts_with('.') || job.entries().is_empty() {
            continue;
        }
        let chain = Chain::new(root, job);
        if chain.get("script").is_none() && chain.get("trigger").is_none() && root.get("include").is_none() {
            let message = format!("job `{id}` has no script");
            file.errors.push(Trouble {
                message,
                loc: source.at(key),
            });
        }
        stage_of.push(
            chain
                .get("stage")
                .and_then(|node| node.text())
                .unwrap_or("test")
                .to_owned(),
        );
        file.jobs.push(read_job(key, id, root, &chain, source));
    }
    if file.jobs.is_empty() && root.get("include").is_none() {
        file.errors.push(Trouble {
            message: "there are no jobs".to_owned(),
            loc: source.at(root),
        });
    }
    // What another file defines cannot be known here.
    if root.get("include").is_none() && root.entries().len() <= JOBS {
        refused(&mut file, &stages, &stage_of);
    }
    // without `needs`, a job waits for all jobs of earlier stages
    let position = |stage: &str| stages.iter().position(|known| *known == stage);
    let ids: Vec<(String, Option<usize>)> = file
        .jobs
        .iter()
        .zip(&stage_of)
        .map(|(job, stage)| (job.id.clone(), position(stage)))
        .collect();
    for (job, stage) in file.jobs.iter_mut().zip(&stage_of) {
        if let (true, Some(own)) = (job.needs.is_empty(), position(stage)) {
            let earlier = ids.iter().filter(|(_, other)| other.is_some_and(|other| other < own));
            job.needs = earlier.map(|(id, _)| id.clone()).collect();
        }
    }
    file
}

/// Stages and jobs that a job names and that are nowhere: the whole pipeline is refused then.
fn refused(file: &mut WorkflowFile, stages: &[&str], stage_of: &[String]) {
    for (job, stage) in file.jobs.iter().zip(stage_of) {
        let known =
            stages.contains(&stage.as_str()) || matches!(stage.as_str(), ".pre" | ".post") || stage.contains('$');
        if !known {
            file.errors.push(Trouble {
                message: format!("job `{}` is in the stage `{stage}`, which is not in `stages`", job.id),
                loc: job.loc.clone(),
            });
        }
        let missing = job
            .needs
            .iter()
            .find(|need| !file.jobs.iter().any(|other| other.id == **need) && !need.contains('$'));
        if let Some(need) = missing {
            file.errors.push(Trouble {
                message: format!("job `{}` needs `{need}`, which is not there", job.id),
                loc: job.loc.clone(),
            });
        }
    }
}

/// A job and the templates that it extends, nearest first.
struct Chain<'a>(Vec<&'a Rc<Node>>);

impl<'a> Chain<'a> {
    fn new(root: &'a Node, job: &'a Rc<Node>) -> Self {
        let mut chain = vec![job];
        let mut next = 0;
        while let Some(node) = chain.get(next).copied() {
            next += 1;
            for name in node
                .get("extends")
                .map(|node| node.texts())
                .unwrap_or_default()
                .into_iter()
                .rev()
            {
                if let Some(parent) = root.get(name).filter(|_| chain.len() < 20) {
                    chain.push(parent);
                }
            }
        }
        Self(chain)
    }

    fn get(&self, key: &str) -> Option<&'a Rc<Node>> {
        self.0.iter().find_map(|node| node.get(key))
    }
}

fn read_job(key: &Node, id: &str, root: &Node, chain: &Chain<'_>, source: &Source<'_>) -> Job {
    let default = |name: &str| {
        chain
            .get(name)
            .or_else(|| root.get("default").and_then(|node| node.get(name)))
            .or_else(|| root.get(name))
    };
    let mut steps = Vec::new();
    for script in [default("before_script"), chain.get("script")].into_iter().flatten() {
        lines(script, source, &mut steps, 0);
    }
    let needs = chain.get("needs").map(|node| needs(node)).unwrap_or_default();
    let allow = chain.get("allow_failure");
    let when = chain.get("when").and_then(|node| node.text());
    let rules = chain.get("rules").map_or(&[][..], |rules| rules.items());
    let never = |node: &Rc<Node>| node.get("when").and_then(|when| when.text()) == Some("never");
    let services = default("services").map_or(&[][..], |node| node.items());
    let condition = rules
        .iter()
        .find_map(|rule| rule.get("if").and_then(|node| node.text()))
        .map(str::to_owned);
    Job {
        file: source.path.to_owned(),
        id: id.to_owned(),
        needs,
        condition,
        disabled: when == Some("never") || (!rules.is_empty() && rules.iter().all(never)),
        // with `exit_codes` only some failures are allowed
        continue_on_error: allow.is_some_and(|node| node.is_true()),
        timeout: default("timeout").and_then(|node| node.text()).map(str::to_owned),
        permissions: None,
        environment: chain.get("environment").and_then(|node| {
            let name = node.text().or_else(|| node.get("name").and_then(|name| name.text()));
            name.map(str::to_owned)
        }),
        cancels: default("interruptible").is_some_and(|node| node.is_true()),
        uses: None,
        services: services.iter().map(|node| service(node)).collect(),
        steps,
        loc: source.at(key),
    }
}

fn needs(node: &Node) -> Vec<String> {
    // A job of another pipeline, and one that may be missing, are not waited for here.
    let elsewhere = |item: &Rc<Node>| {
        ["pipeline", "project"].iter().any(|key| item.get(key).is_some())
            || item.get("optional").is_some_and(|node| node.is_true())
    };
    let name = |item: &Rc<Node>| {
        if elsewhere(item) {
            return None;
        }
        item.text()
            .or_else(|| item.get("job").and_then(|job| job.text()))
            .map(str::to_owned)
    };
    node.items().iter().filter_map(name).collect()
}

fn service(node: &Node) -> Service {
    let image = node
        .text()
        .or_else(|| node.get("name").and_then(|name| name.text()))
        .unwrap_or_default();
    let alias = node.get("alias").and_then(|alias| alias.text()).unwrap_or(image);
    Service {
        name: alias.to_owned(),
        image: image.to_owned(),
    }
}

/// Scripts may be lists of lists; each text is a step.
fn lines(node: &Node, source: &Source<'_>, steps: &mut Vec<Step>, depth: usize) {
    if steps.len() >= 500 || depth > 10 {
        return;
    }
    if let Some(text) = node.text() {
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let run = text.chars().take(20_000).collect();
        // the runner's shell stops at the first failure, also in pipes
        let shell = Some("bash".to_owned());
        steps.push(Step {
            run: Some(run),
            shell,
            loc: source.line_of(node, first),
            ..Step::default()
        });
    }
    for item in node.items() {
        lines(item, source, steps, depth + 1);
    }
}
