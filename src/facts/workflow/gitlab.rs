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

/// A file of the pipeline.
pub(super) struct Part<'a> {
    pub(super) root: &'a Node,
    pub(super) source: Source<'a>,
}

/// All files of the pipeline, the main one first. What stands in it counts before what it includes.
struct Pipeline<'a>(&'a [Part<'a>]);

impl<'a> Pipeline<'a> {
    /// All values of a name, the one that counts first.
    fn all(&self, name: &str) -> impl Iterator<Item = &'a Rc<Node>> {
        self.0.iter().filter_map(move |part| part.root.get(name))
    }

    fn get(&self, name: &str) -> Option<&'a Rc<Node>> {
        self.all(name).next()
    }
}

/// Reads the pipeline: the main file and, after it, those that it includes. It is `open` when it includes more that cannot be read
/// here, so that nobody knows what that defines.
pub(super) fn read(parts: &[Part<'_>], open: bool) -> Vec<WorkflowFile> {
    let pipeline = Pipeline(parts);
    let named = pipeline.get("stages").or_else(|| pipeline.get("types"));
    let stages: Vec<&str> = named.map_or_else(|| vec!["build", "test", "deploy"], |node| node.texts());
    let mut files: Vec<WorkflowFile> = Vec::new();
    let mut stage_of: Vec<String> = Vec::new();
    for part in parts {
        let mut file = empty(&part.source);
        for (key, job) in part.root.entries() {
            let Some(id) = key.text() else { continue };
            let written = files.iter().flat_map(|file| &file.jobs).any(|job| job.id == id);
            let nothing = RESERVED.contains(&id) || id.starts_with('.') || job.entries().is_empty();
            if nothing || written || stage_of.len() >= JOBS {
                continue;
            }
            let chain = Chain::new(&pipeline, id, job);
            if chain.get("script").is_none() && chain.get("trigger").is_none() && !open {
                let message = format!("job `{id}` has no script");
                file.errors.push(Trouble {
                    message,
                    loc: part.source.at(key),
                });
            }
            let stage = chain.get("stage").and_then(|node| node.text()).unwrap_or("test");
            stage_of.push(stage.to_owned());
            file.jobs.push(read_job(key, id, &pipeline, &chain, &part.source));
        }
        files.push(file);
    }
    if let (true, Some(part), Some(file)) = (stage_of.is_empty() && !open, parts.first(), files.first_mut()) {
        file.errors.push(Trouble {
            message: "there are no jobs".to_owned(),
            loc: part.source.at(part.root),
        });
    }
    if stage_of.len() < JOBS && !open {
        refused(&mut files, &stages, &stage_of);
    }
    wait_for_stages(&mut files, &stages, &stage_of);
    files
}

fn empty(source: &Source<'_>) -> WorkflowFile {
    WorkflowFile {
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
    }
}

/// Without `needs`, a job waits for all jobs of earlier stages.
fn wait_for_stages(files: &mut [WorkflowFile], stages: &[&str], stage_of: &[String]) {
    let position = |stage: &str| stages.iter().position(|known| *known == stage);
    let jobs = || files.iter().flat_map(|file| &file.jobs);
    let ids: Vec<(String, Option<usize>)> = jobs()
        .zip(stage_of)
        .map(|(job, stage)| (job.id.clone(), position(stage)))
        .collect();
    let jobs = files.iter_mut().flat_map(|file| &mut file.jobs);
    for (job, stage) in jobs.zip(stage_of) {
        if let (true, Some(own)) = (job.needs.is_empty(), position(stage)) {
            let earlier = ids.iter().filter(|(_, other)| other.is_some_and(|other| other < own));
            job.needs = earlier.map(|(id, _)| id.clone()).collect();
        }
    }
}

/// Stages and jobs that a job names and that are nowhere: the whole pipeline is refused then.
fn refused(files: &mut [WorkflowFile], stages: &[&str], stage_of: &[String]) {
    let ids: Vec<String> = files
        .iter()
        .flat_map(|file| &file.jobs)
        .map(|job| job.id.clone())
        .collect();
    let mut stage_of = stage_of.iter();
    for file in files {
        for job in &file.jobs {
            let Some(stage) = stage_of.next() else { return };
            let known =
                stages.contains(&stage.as_str()) || matches!(stage.as_str(), ".pre" | ".post") || stage.contains('$');
            if !known {
                file.errors.push(Trouble {
                    message: format!("job `{}` is in the stage `{stage}`, which is not in `stages`", job.id),
                    loc: job.loc.clone(),
                });
            }
            let missing = job.needs.iter().find(|need| !ids.contains(need) && !need.contains('$'));
            if let Some(need) = missing {
                file.errors.push(Trouble {
                    message: format!("job `{}` needs `{need}`, which is not there", job.id),
                    loc: job.loc.clone(),
                });
            }
        }
    }
}

/// What a file includes: the paths in the repository with the place that names them, and whether there is more that cannot be
/// read here.
pub(super) fn includes(root: &Node, path: &str) -> (Vec<(String, Location)>, bool) {
    let (mut paths, mut open) = (Vec::new(), false);
    let Some(include) = root.get("include") else {
        return (paths, open);
    };
    let place = Location::new(path, include.line, include.column);
    let one = [Rc::clone(include)];
    let items = match include.items() {
        [] => &one[..],
        items => items,
    };
    for item in items {
        let local = item.text().or_else(|| item.get("local").and_then(|node| node.text()));
        match local.filter(|path| !path.contains(['*', '$', ':'])) {
            Some(path) => paths.push((path.trim_start_matches('/').to_owned(), place.clone())),
            None => open = true,
        }
    }
    (paths, open)
}

/// A job and the templates that it extends, nearest first.
struct Chain<'a>(Vec<&'a Rc<Node>>);

impl<'a> Chain<'a> {
    /// A job that several files define has the keys of all of them.
    fn new(pipeline: &Pipeline<'a>, id: &str, job: &'a Rc<Node>) -> Self {
        let mut chain = vec![job];
        chain.extend(pipeline.all(id).filter(|other| !Rc::ptr_eq(other, job)).take(20));
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
                let room = 20_usize.saturating_sub(chain.len());
                chain.extend(pipeline.all(name).take(room));
            }
        }
        Self(chain)
    }

    fn get(&self, key: &str) -> Option<&'a Rc<Node>> {
        self.0.iter().find_map(|node| node.get(key))
    }
}

fn read_job(key: &Node, id: &str, pipeline: &Pipeline<'_>, chain: &Chain<'_>, source: &Source<'_>) -> Job {
    let default = |name: &str| {
        chain
            .get(name)
            .or_else(|| pipeline.all("default").find_map(|node| node.get(name)))
            .or_else(|| pipeline.get(name))
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
