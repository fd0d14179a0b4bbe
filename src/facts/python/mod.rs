//! The `python` fact: the habits of the code, read from its syntax tree and never run.

mod aliases;
mod bodies;
mod calls;
mod complexity;
mod dependencies;
mod first_party;
mod habits;
mod homes;
mod imports;
mod model;
mod parse;
mod results;
mod roles;
mod scan;
mod stdlib;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::collections::BTreeSet;

use super::requirements::RequirementsFacts;
use crate::source::{File, Snapshot};

use first_party::FirstParty;
pub use model::{
    Complex, Dependency, Import, ImportOrigin, Item, Module, Purpose, PythonFacts, Role, Trouble, Unannotated,
};
pub use parse::on_a_large_stack;
pub(super) use parse::{parse_text, python_files};
pub(super) use roles::role_of;
pub(super) use scan::last_name;
use vocabulary::Vocabulary;

const MANY: usize = 2_000;

/// Collects the fact. The requirements tell which imports are declared.
pub fn collect(snapshot: &Snapshot, requirements: &RequirementsFacts) -> PythonFacts {
    let files: Vec<&File> = python_files(snapshot).collect();
    let first_party = FirstParty::new(&files);
    let vocabulary = Vocabulary::new(requirements);
    let scanned = parse::in_parallel(&files, |file| scan::scan(file, &first_party, &vocabulary));
    let mut mentioned = BTreeSet::new();
    vocabulary.in_files(snapshot, requirements, &mut mentioned);
    let mut facts = PythonFacts::default();
    for found in scanned {
        let role = found.module.role;
        mentioned.extend(found.mentioned);
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
            facts.habits.extend(found.habits);
            facts.complex_functions.extend(found.complex_functions);
        }
        // Beside tests lie files that are broken on purpose; those that pytest reads itself are not among them.
        let name = found.module.path.rsplit('/').next().unwrap_or_default();
        let is_run =
            role != Role::Test || name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py";
        facts.syntax_errors.extend(found.syntax_errors.filter(|_| is_run));
        facts.unread.extend(found.unread);
        facts.modules.push(found.module);
    }
    homes::forget_those_of_images(snapshot, &mut facts.habits);
    facts.third_party_imports = imports::third_party(&facts.modules, requirements);
    facts.dependencies = dependencies::read(&facts.modules, requirements, &vocabulary, &mentioned);
    for list in [
        &mut facts.prints,
        &mut facts.undocumented,
        &mut facts.missing_main_guards,
        &mut facts.sql_injections,
        &mut facts.habits,
    ] {
        list.truncate(MANY);
    }
    facts.unannotated.truncate(MANY);
    facts
}
