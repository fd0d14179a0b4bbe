//! The keys of a workflow and what the service takes at each, from its reference of the workflow syntax.

use std::collections::HashMap;

use super::report::{Report, add};
use super::shape::Shape::{
    Any, AnyList, AnyNames, Boolean, Either, Free, Integer, List, Names, Number, Section as Mapping, Text,
    TextOrNothing, Word,
};
use super::shape::{Section, Shape, complain, judge, shown};
use crate::source::yaml::{Node, Value};

const ENV: Shape = Names(&Free);
const PERMISSIONS: Shape = Either(&Text, &Any, &Any);
const RUN_DEFAULTS: Section = Section {
    name: "`run`",
    keys: &[("shell", Text), ("working-directory", Text)],
    required: &[],
    may_be_nothing: false,
};
const DEFAULTS: Section = Section {
    name: "`defaults`",
    keys: &[("run", Mapping(&RUN_DEFAULTS))],
    required: &["run"],
    may_be_nothing: false,
};
const CONCURRENCY: Shape = Either(&Text, &Mapping(&CONCURRENCY_KEYS), &Mapping(&CONCURRENCY_KEYS));
const CONCURRENCY_KEYS: Section = Section {
    name: "`concurrency`",
    keys: &[("cancel-in-progress", Boolean), ("group", Text), ("queue", Any)],
    required: &["group"],
    may_be_nothing: false,
};
const WORKFLOW: Section = Section {
    name: "the workflow",
    keys: &[
        ("concurrency", CONCURRENCY),
        ("defaults", Mapping(&DEFAULTS)),
        ("env", ENV),
        ("jobs", Either(&Any, &Any, &AnyNames(&Any))),
        ("name", Free),
        // the triggers have a module of their own
        ("on", Any),
        ("permissions", PERMISSIONS),
        ("run-name", Text),
    ],
    required: &[],
    may_be_nothing: false,
};

const JOB: Section = Section {
    name: "a job",
    keys: &[
        ("concurrency", CONCURRENCY),
        (
            "container",
            Either(&TextOrNothing, &Mapping(&CONTAINER), &Mapping(&CONTAINER)),
        ),
        ("continue-on-error", Boolean),
        ("defaults", Mapping(&DEFAULTS)),
        ("env", ENV),
        (
            "environment",
            Either(&Text, &Mapping(&ENVIRONMENT), &Mapping(&ENVIRONMENT)),
        ),
        ("if", Text),
        ("name", Free),
        ("needs", Either(&Text, &List(&Text), &Text)),
        ("outputs", Names(&Free)),
        ("permissions", PERMISSIONS),
        ("runs-on", Either(&Text, &List(&Text), &Mapping(&RUNNER))),
        ("services", Names(&Mapping(&SERVICE))),
        ("snapshot", Either(&Text, &Text, &Mapping(&SNAPSHOT))),
        // a step's keys depend on what it does
        ("steps", List(&Any)),
        ("strategy", Mapping(&STRATEGY)),
        ("timeout-minutes", Number),
    ],
    required: &[],
    may_be_nothing: true,
};
const CALLING_JOB: Section = Section {
    name: "a job that calls a workflow",
    keys: &[
        ("concurrency", CONCURRENCY),
        ("if", Text),
        ("name", Free),
        ("needs", Either(&Text, &List(&Text), &Text)),
        ("permissions", PERMISSIONS),
        ("secrets", Either(&Word(&["inherit"]), &Names(&Free), &Names(&Free))),
        ("strategy", Mapping(&STRATEGY)),
        ("uses", Text),
        ("with", Names(&Free)),
    ],
    required: &["uses"],
    may_be_nothing: false,
};
const ENVIRONMENT: Section = Section {
    name: "`environment`",
    keys: &[("deployment", Boolean), ("name", Text), ("url", Text)],
    required: &["name"],
    may_be_nothing: false,
};
const RUNNER: Section = Section {
    name: "`runs-on`",
    keys: &[("group", Text), ("labels", Either(&Text, &List(&Text), &List(&Text)))],
    required: &[],
    may_be_nothing: false,
};
const SNAPSHOT: Section = Section {
    name: "`snapshot`",
    keys: &[("if", Text), ("image-name", Text), ("version", Text)],
    required: &["image-name"],
    may_be_nothing: false,
};
const STRATEGY: Section = Section {
    name: "`strategy`",
    keys: &[
        ("fail-fast", Boolean),
        ("matrix", Names(&List(&Any))),
        ("max-parallel", Integer),
    ],
    required: &[],
    may_be_nothing: false,
};
const CREDENTIALS: Section = Section {
    name: "`credentials`",
    keys: &[("password", Text), ("username", Text)],
    required: &["username", "password"],
    may_be_nothing: false,
};
const CONTAINER: Section = Section {
    name: "the container",
    keys: &[
        ("credentials", Mapping(&CREDENTIALS)),
        ("env", ENV),
        ("image", Text),
        ("options", Free),
        ("ports", AnyList(&Text)),
        ("volumes", AnyList(&Text)),
    ],
    required: &["image"],
    may_be_nothing: false,
};
const SERVICE: Section = Section {
    name: "a service",
    keys: &[
        ("command", Free),
        ("credentials", Mapping(&CREDENTIALS)),
        ("entrypoint", Free),
        ("env", ENV),
        ("image", Text),
        ("options", Free),
        ("ports", AnyList(&Text)),
        ("volumes", AnyList(&Text)),
    ],
    required: &["image"],
    may_be_nothing: false,
};

const RUN_STEP: Section = Section {
    name: "a step that runs a script",
    keys: &[
        ("continue-on-error", Boolean),
        ("env", ENV),
        ("id", Text),
        ("if", Text),
        ("name", Free),
        ("run", Text),
        ("shell", Text),
        ("timeout-minutes", Number),
        ("working-directory", Text),
    ],
    required: &[],
    may_be_nothing: false,
};
const ACTION_STEP: Section = Section {
    name: "a step that uses an action",
    keys: &[
        ("continue-on-error", Boolean),
        ("env", ENV),
        ("id", Text),
        ("if", Text),
        ("name", Free),
        ("timeout-minutes", Number),
        ("uses", Text),
        ("with", Names(&Free)),
    ],
    required: &[],
    may_be_nothing: false,
};

/// What the keys of the events may hold.
pub(super) const FILTERS: Shape = Mapping(&Section {
    name: "the event",
    keys: &[
        ("branches", FILTER),
        ("branches-ignore", FILTER),
        ("paths", FILTER),
        ("paths-ignore", FILTER),
        ("tags", FILTER),
        ("tags-ignore", FILTER),
        ("types", FILTER),
        ("workflows", FILTER),
    ],
    required: &[],
    may_be_nothing: true,
});
const FILTER: Shape = Either(&Text, &List(&Text), &Text);
pub(super) const IMAGE_VERSION: Shape = Mapping(&Section {
    name: "`image_version`",
    keys: &[("names", List(&Text)), ("versions", List(&Text))],
    required: &[],
    may_be_nothing: true,
});
pub(super) const SCHEDULE: Shape = List(&Mapping(&Section {
    name: "`schedule`",
    keys: &[("cron", Text), ("timezone", Text)],
    required: &["cron"],
    may_be_nothing: false,
}));
pub(super) const DISPATCH: Shape = Mapping(&Section {
    name: "`workflow_dispatch`",
    keys: &[("inputs", AnyNames(&Mapping(&DISPATCH_INPUT)))],
    required: &[],
    may_be_nothing: true,
});
const DISPATCH_INPUT: Section = Section {
    name: "an input",
    keys: &[
        ("default", Free),
        ("deprecationMessage", Free),
        ("description", Free),
        ("options", List(&Text)),
        ("required", Boolean),
        ("type", Word(&["string", "number", "boolean", "choice", "environment"])),
    ],
    required: &[],
    may_be_nothing: true,
};
pub(super) const CALL: Shape = Mapping(&Section {
    name: "`workflow_call`",
    keys: &[
        ("inputs", AnyNames(&Mapping(&CALL_INPUT))),
        ("outputs", AnyNames(&Mapping(&CALL_OUTPUT))),
        ("secrets", AnyNames(&Mapping(&CALL_SECRET))),
    ],
    required: &[],
    may_be_nothing: true,
});
const CALL_INPUT: Section = Section {
    name: "an input",
    keys: &[
        ("default", Free),
        ("deprecationMessage", Free),
        ("description", Free),
        ("required", Boolean),
        ("type", Word(&["string", "number", "boolean"])),
    ],
    required: &["type"],
    may_be_nothing: true,
};
const CALL_OUTPUT: Section = Section {
    name: "an output",
    keys: &[("description", Free), ("value", Text)],
    required: &["value"],
    may_be_nothing: true,
};
const CALL_SECRET: Section = Section {
    name: "a secret",
    keys: &[("description", Free), ("required", Boolean)],
    required: &[],
    may_be_nothing: true,
};

/// Judges the keys of a workflow.
pub(super) fn audit(root: &Node, report: &mut Report<'_>) {
    // A workflow without triggers or jobs, and a job that does nothing, are told where workflows are read.
    if !root.entries().is_empty() {
        judge(root, root, &Mapping(&WORKFLOW), report);
    }
    twice(root, report);
    variables(root, report);
    for (key, job) in root.get("jobs").map_or(&[][..], |jobs| jobs.entries()) {
        let calls = job.get("uses").is_some();
        judge(key, job, &Mapping(if calls { &CALLING_JOB } else { &JOB }), report);
        if job.get("steps").is_some() && !calls && job.get("runs-on").is_none() {
            complain(key, "`runs-on` is missing in a job", report);
        }
        variables(job, report);
        let containers = job.get("services").map_or(&[][..], |node| node.entries());
        let containers = containers
            .iter()
            .map(|(_, service)| service)
            .chain(job.get("container"));
        containers.for_each(|container| variables(container, report));
        for step in job.get("steps").map_or(&[][..], |steps| steps.items()) {
            audit_step(step, report);
        }
    }
}

/// The key that stands last decides what a step is that has both.
fn audit_step(step: &Node, report: &mut Report<'_>) {
    let does = step
        .entries()
        .iter()
        .rev()
        .find_map(|(key, _)| key.text().filter(|text| matches!(*text, "run" | "uses")));
    match does {
        Some("run") => judge(step, step, &Mapping(&RUN_STEP), report),
        Some(_) => judge(step, step, &Mapping(&ACTION_STEP), report),
        None => complain(step, "a step has neither `run` nor `uses`", report),
    }
    variables(step, report);
}

/// Keys that are written twice, in the whole tree. Its depth is capped where it is read.
fn twice(node: &Node, report: &mut Report<'_>) {
    match &node.value {
        Value::Map(entries) => {
            let mut seen: HashMap<&str, usize> = HashMap::new();
            for (key, value) in entries {
                let text = key.text().unwrap_or_default();
                if let Some(line) = seen.insert(text, key.line) {
                    let what = format!("`{}` is written twice, first in line {line}", shown(text));
                    complain(key, &what, report);
                }
                twice(value, report);
            }
        }
        Value::List(items) => items.iter().for_each(|item| twice(item, report)),
        Value::Scalar { .. } => {}
    }
}

/// Names of environment variables that no shell reads.
fn variables(holder: &Node, report: &mut Report<'_>) {
    for (key, _) in holder.get("env").map_or(&[][..], |env| env.entries()) {
        let text = key.text().unwrap_or_default();
        if !text.contains("${{") && (text.is_empty() || text.contains(['&', '=', ' '])) {
            let found = report.finding("env", format!("`{}` is no name of a variable", shown(text)), key);
            add(&mut report.audit.variables, found);
        }
    }
}
