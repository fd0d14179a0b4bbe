//! The `dockerfile` fact: how the project's image is built, and what goes into the build context.

mod context;
mod copied;
mod dialect;
mod expansion;
mod habits;
mod ignore_rules;
mod model;
mod stages;
#[cfg(test)]
mod tests;
mod variables;

use parse_dockerfile::parse;

use super::location::{Lines, Location};
use crate::source::{File, Snapshot};

pub use context::docker_context;
pub use ignore_rules::DockerIgnore;
pub use model::{
    BaseImage, Command, ContextFacts, DockerfileFacts, Habit, Instruction, Place, Stage, Trouble, UnsetVariable,
};

const FILE_BYTES: usize = 512 << 10;
/// Most other Dockerfiles that are judged, their bytes together, and most habits then.
const OTHERS: usize = 20;
const OTHER_BYTES: u64 = 1 << 20;
const OTHER_HABITS: usize = 1_000;

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> DockerfileFacts {
    let mut facts = DockerfileFacts {
        files: candidates(snapshot),
        ..DockerfileFacts::default()
    };
    let Some(path) = facts.files.first().cloned() else {
        return facts;
    };
    let Some(file) = snapshot.get(&path) else { return facts };
    facts.present = true;
    facts.path = Some(path.clone());
    facts.loc = Some(Location::start(&path));
    facts.context = context::facts(snapshot, file.folder(), &path);
    read(snapshot, file, &mut facts);
    judge_others(snapshot, &mut facts);
    facts
}

/// What is wrong in lines of the project's other Dockerfiles joins what is wrong in the likeliest one; all else is that one's.
fn judge_others(snapshot: &Snapshot, facts: &mut DockerfileFacts) {
    let mut bytes_left = OTHER_BYTES;
    let others: Vec<String> = facts
        .files
        .iter()
        .skip(1)
        .filter(|path| is_own(path))
        .cloned()
        .collect();
    for file in others.iter().take(OTHERS).filter_map(|path| snapshot.get(path)) {
        if file.size > bytes_left {
            continue;
        }
        bytes_left -= file.size;
        let mut other = DockerfileFacts::default();
        read(snapshot, file, &mut other);
        if facts.habits.len() + other.habits.len() <= OTHER_HABITS {
            facts.habits.append(&mut other.habits);
        }
        facts.unset_variables.append(&mut other.unset_variables);
        facts.absent_sources.append(&mut other.absent_sources);
        facts.secrets.append(&mut other.secrets);
        facts.remote_adds.append(&mut other.remote_adds);
    }
}

/// Whether a Dockerfile makes an image of the project, rather than one of a test, of somebody else, or by a template.
fn is_own(path: &str) -> bool {
    const ASIDE: [&str; 9] = [
        "test",
        "example",
        "fixture",
        "sample",
        "vendor",
        "third_party",
        "template",
        "devcontainer",
        "cookiecutter",
    ];
    let lower = path.to_lowercase();
    let template = [".j2", ".jinja", ".tmpl", ".tpl", ".in", ".erb", ".md", ".txt"];
    !ASIDE.iter().any(|word| lower.contains(word)) && !template.iter().any(|ending| lower.ends_with(ending))
}

/// The Dockerfiles of the tree, the likeliest first: the one at the root, then the shallowest with the plain name.
fn candidates(snapshot: &Snapshot) -> Vec<String> {
    let mut found: Vec<&File> = snapshot
        .sources()
        .filter(|file| is_dockerfile(file.name()))
        .take(50)
        .collect();
    found.sort_by_key(|file| {
        let name = file.name().to_lowercase();
        let other = !matches!(name.as_str(), "dockerfile" | "containerfile");
        let aside = ["dev", "test", "example"]
            .iter()
            .any(|word| file.path.to_lowercase().contains(word));
        let depth = file.path.matches('/').count();
        (aside, depth, other, file.path.clone())
    });
    found.into_iter().map(|file| file.path.clone()).collect()
}

fn is_dockerfile(name: &str) -> bool {
    let lower = name.to_lowercase();
    if lower.ends_with(".dockerignore") {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|word| {
        lower == *word
            || lower
                .strip_prefix(word)
                .is_some_and(|rest| rest.starts_with(['.', '-']))
            || lower.strip_suffix(word).is_some_and(|rest| rest.ends_with('.'))
    })
}

fn read(snapshot: &Snapshot, file: &File, facts: &mut DockerfileFacts) {
    let trouble = |message: &str, line, column| Trouble {
        message: message.to_owned(),
        loc: Location::new(&file.path, line, column),
    };
    let Some(text) = file.text().filter(|text| text.content.len() <= FILE_BYTES) else {
        facts.errors.push(trouble("cannot be read as text", 1, 1));
        return;
    };
    let content = dialect::readable(&text.content);
    let content = content.as_ref();
    match parse(content) {
        Ok(dockerfile) => {
            let lines = Lines::new(content);
            stages::read(&dockerfile, &|offset| lines.locate(&file.path, offset), facts);
            facts.habits = habits::read(&dockerfile, content, &|offset| lines.locate(&file.path, offset));
            facts.unset_variables = variables::read(&dockerfile, &|offset| lines.locate(&file.path, offset));
            let (ignore_file, rules) = context::rules(snapshot, file.folder(), &file.path);
            facts.absent_sources =
                copied::read(&dockerfile, snapshot, file.folder(), (ignore_file, &rules), &|offset| {
                    lines.locate(&file.path, offset)
                });
            facts.valid = true;
        }
        Err(error) => {
            let message = error.to_string();
            let message = message.split(" at line").next().unwrap_or(&message).to_owned();
            facts.errors.push(trouble(&message, error.line(), error.column()));
        }
    }
}
