//! The `requirements` fact: what the project says it needs, in every way that Python projects say it.

mod advice;
mod conda;
mod conflicts;
mod entry;
mod locks;
mod model;
mod module_names;
mod modules;
mod names;
mod pyproject;
mod reader;
mod roles;
mod setuptools;
#[cfg(test)]
mod tests;
mod versions;

use std::collections::HashSet;

use super::location::Location;
use crate::source::Snapshot;

pub use model::{
    Advice, Conflict, Entry, Group, Lock, OptionLine, PythonClash, PythonRequirement, RequirementsFacts,
    RequirementsFile, Trouble,
};
pub use modules::known_modules;
pub(in crate::facts) use modules::modules_of;
pub use names::{brought_along, normalise};

/// How many entries are read altogether.
const MANY: usize = 20_000;

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> RequirementsFacts {
    let mut facts = RequirementsFacts::default();
    reader::read_all(snapshot, &mut facts);
    for file in snapshot.sources().filter(|file| !roles::is_material(&file.path)) {
        match file.name() {
            "pyproject.toml" => pyproject::read(file, &mut facts),
            "Pipfile" => pyproject::read_pipfile(file, &mut facts),
            "setup.py" => setuptools::read_script(file, &mut facts),
            "setup.cfg" => setuptools::read_settings(file, &mut facts),
            _ => {}
        }
    }
    // beside another list, conda's is for a second way to install
    let environment = ["environment.yml", "environment.yaml"]
        .iter()
        .find_map(|name| snapshot.get(name));
    if let Some(file) = environment.filter(|_| facts.files.is_empty()) {
        conda::read(file, &mut facts);
    }
    facts.entries.truncate(MANY);
    facts.lock = locks::find(snapshot, &facts);
    let mut locked: HashSet<String> = locks::names(snapshot);
    locked.extend(std::mem::take(&mut facts.constrained));
    // a requirements file is installed as it stands: another requirements file cannot pin for it
    let requirements = facts.files.iter().filter(|file| file.kind == "requirements");
    let installed: HashSet<String> = requirements.map(|file| file.path.clone()).collect();
    for entry in facts.entries.iter_mut().filter(|entry| installed.contains(&entry.file)) {
        entry.locked = entry.pinned || locked.contains(&entry.name);
    }
    locked.extend(
        facts
            .entries
            .iter()
            .filter(|entry| entry.pinned)
            .map(|entry| entry.name.clone()),
    );
    for entry in &mut facts.entries {
        entry.locked |= entry.pinned || (!installed.contains(&entry.file) && locked.contains(&entry.name));
        if entry.direct {
            facts.direct.push(entry.name.clone());
        }
        if entry.locked {
            facts.locked.push(entry.name.clone());
        }
    }
    facts.direct.sort();
    facts.direct.dedup();
    facts.locked.extend(locked);
    facts.locked.sort();
    facts.locked.dedup();
    facts.declared = !facts.files.is_empty() || facts.lock.is_some();
    facts.python = python_requirements(snapshot, std::mem::take(&mut facts.python));
    facts.python_clashes = versions::clashes(snapshot, &facts);
    facts.outdated = advice::read(&facts);
    facts.all_hashed = facts
        .entries
        .iter()
        .filter(|entry| installed.contains(&entry.file))
        .all(|entry| entry.hashed);
    find_missing_from_lock(&mut facts);
    conflicts::compare(&mut facts);
    facts
}

fn python_requirements(snapshot: &Snapshot, mut found: Vec<PythonRequirement>) -> Vec<PythonRequirement> {
    for (path, prefix) in [(".python-version", ""), ("runtime.txt", "python-")] {
        let Some(text) = snapshot.text(path) else { continue };
        if let Some(line) = text
            .content
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let specifier = line.strip_prefix(prefix).unwrap_or(line).chars().take(40).collect();
            found.push(PythonRequirement {
                specifier,
                loc: Location::start(path),
            });
        }
    }
    found
}

/// What a lock file was compiled from must be in it, all of it.
fn find_missing_from_lock(facts: &mut RequirementsFacts) {
    let Some(lock) = &facts.lock else { return };
    let compiled = facts.files.iter().any(|file| file.path == lock.path && file.compiled);
    let of_tool = lock.kind != "requirements";
    if !of_tool && !compiled {
        return;
    }
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map_or(String::new(), |(folder, _)| folder.to_owned())
    };
    let locked_folder = folder(&lock.path);
    let inputs: HashSet<&str> = facts
        .files
        .iter()
        .filter(|file| matches!(file.kind, "pyproject" | "pipfile" | "input") && folder(&file.path) == locked_folder)
        .map(|file| file.path.as_str())
        .collect();
    for entry in &mut facts.entries {
        // groups and extras may have lists of their own that nobody compiled
        let concerned = entry.group == Group::Runtime && entry.section.is_none() && entry.url.is_none();
        entry.missing_from_lock = concerned && entry.direct && !entry.locked && inputs.contains(entry.file.as_str());
    }
}
