//! The `python` fact: the habits of the code, read from its syntax tree and never run.

mod bodies;
mod calls;
mod model;
mod parse;
mod roles;
mod scan;
mod stdlib;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};

use super::requirements::{Group, RequirementsFacts, distributions_of, normalise};
use crate::source::{File, Snapshot};

pub use model::{Import, ImportOrigin, Item, Module, PythonFacts, Role, Trouble, Unannotated};
pub use parse::on_a_large_stack;
pub(super) use parse::{parse_text, python_files};
pub(super) use roles::role_of;
pub(super) use scan::last_name;

const MANY: usize = 2_000;

/// Collects the fact. The requirements tell which imports are declared.
pub fn collect(snapshot: &Snapshot, requirements: &RequirementsFacts) -> PythonFacts {
    let files: Vec<&File> = python_files(snapshot).collect();
    let first_party = first_party(&files);
    let scanned = parse::in_parallel(&files, |file| scan::scan(file, &first_party));
    let mut facts = PythonFacts::default();
    for found in scanned {
        let role = found.module.role;
        if role == Role::Application {
            facts.application_modules += 1;
            facts.uses_logging |= found.module.uses_logging;
            facts.public_items += found.public_items;
            facts.functions += found.functions;
            facts.prints.extend(found.prints);
            facts.undocumented.extend(found.undocumented);
            facts.unannotated.extend(found.unannotated);
        }
        if matches!(role, Role::Application | Role::Script) {
            facts.uses_cli_parser |= found.module.cli_library.is_some();
            facts.missing_main_guards.extend(found.missing_main_guard);
            facts.bare_excepts.extend(found.bare_excepts);
            facts.swallowed_exceptions.extend(found.swallowed_exceptions);
            facts.mutable_defaults.extend(found.mutable_defaults);
            facts.sql_injections.extend(found.sql_injections);
            facts.blocking_calls.extend(found.blocking_calls);
        }
        facts.syntax_errors.extend(found.syntax_errors);
        facts.unread.extend(found.unread);
        facts.modules.push(found.module);
    }
    facts.third_party_imports = third_party(&facts.modules, requirements);
    for list in [
        &mut facts.prints,
        &mut facts.undocumented,
        &mut facts.missing_main_guards,
        &mut facts.sql_injections,
    ] {
        list.truncate(MANY);
    }
    facts.unannotated.truncate(MANY);
    facts
}

/// Every folder and module of the tree: what an import may mean before it means a distribution.
fn first_party(files: &[&File]) -> HashSet<String> {
    let mut names = HashSet::new();
    for file in files {
        for part in file.folder().split('/') {
            names.insert(part.to_owned());
        }
        names.insert(file.name().trim_end_matches(".py").to_owned());
    }
    names
}

/// The imports of other people's modules, each with whether the requirements declare it.
fn third_party(modules: &[Module], requirements: &RequirementsFacts) -> Vec<Import> {
    let names = |dev: bool| -> HashSet<&str> {
        let groups = requirements
            .entries
            .iter()
            .filter(|entry| dev || entry.group == Group::Runtime);
        groups.map(|entry| entry.name.as_str()).collect()
    };
    let (runtime, mut all) = (names(false), names(true));
    all.extend(requirements.locked.iter().map(String::as_str));
    let tool_lock = requirements
        .lock
        .as_ref()
        .is_some_and(|lock| lock.kind != "requirements");
    let mut found = Vec::new();
    for module in modules {
        let mut seen = BTreeSet::new();
        for import in module
            .imports
            .iter()
            .filter(|import| import.origin == ImportOrigin::ThirdParty)
        {
            if !seen.insert(&import.name) || found.len() >= MANY {
                continue;
            }
            let known = if module.role == Role::Application && !tool_lock {
                &runtime
            } else {
                &all
            };
            let mut import = import.clone();
            import.declared = is_declared(&import.name, known);
            import.declared_for_development = !import.declared && is_declared(&import.name, &all);
            found.push(import);
        }
    }
    found
}

fn is_declared(module: &str, names: &HashSet<&str>) -> bool {
    let plain = normalise(module);
    let guesses = [
        plain.clone(),
        format!("python-{plain}"),
        format!("{plain}-python"),
        format!("py{plain}"),
    ];
    let prefix = format!("{plain}-");
    guesses.iter().any(|name| names.contains(name.as_str()))
        || distributions_of(module).iter().any(|name| names.contains(name))
        // namespace packages: `google`, `opentelemetry`, `azure`
        || names.iter().any(|name| name.starts_with(&prefix))
}
