//! Which declared packages are used, and by what: an import, a name in a command line, a database address or a string, or
//! another package that cannot do without.

use std::collections::{BTreeSet, HashSet};

use super::model::{Dependency, ImportOrigin, Module, Purpose, Role};
use super::stdlib::is_stdlib;
use super::vocabulary::{Vocabulary, is_tool, needed_by};
use crate::facts::requirements::{Entry, Group, RequirementsFacts, modules_of, normalise};

const MANY: usize = 2_000;
/// A shorter list may well be sorted and pinned by hand.
const FROZEN: usize = 10;

/// The packages that a person lists for running the application. `mentioned` are names of the vocabulary that the code
/// and the files beside it name.
pub(super) fn read(
    modules: &[Module],
    requirements: &RequirementsFacts,
    vocabulary: &Vocabulary,
    mentioned: &BTreeSet<String>,
) -> Vec<Dependency> {
    let imports = |test: bool| -> HashSet<String> {
        let modules = modules.iter().filter(|module| (module.role == Role::Test) == test);
        modules
            .flat_map(|module| &module.imports)
            // what unpickles a model needs the packages that made it
            .filter(|import| import.origin != ImportOrigin::Stdlib || import.name == "pickle")
            .map(|import| normalise(&import.name))
            .collect()
    };
    let (imported, tested) = (imports(false), imports(true));
    let listed: HashSet<&str> = requirements.entries.iter().map(|entry| entry.name.as_str()).collect();
    let frozen = frozen_files(requirements);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for entry in &requirements.entries {
        let judged = entry.direct && entry.group == Group::Runtime && entry.url.is_none();
        if !judged || frozen.contains(entry.file.as_str()) || !seen.insert(&entry.name) || found.len() >= MANY {
            continue;
        }
        let used_among = |names: &HashSet<String>| vocabulary.names_of(&entry.name).any(|name| names.contains(name));
        let by_import = used_among(&imported);
        let purpose = if entry.marker.is_none() && is_stdlib(&entry.name.replace('-', "_")) && !by_import {
            Purpose::StandardLibrary
        } else if is_tool(&entry.name) && !by_import {
            Purpose::Development
        } else {
            Purpose::Application
        };
        let used = by_import
            || vocabulary.names_of(&entry.name).any(|name| mentioned.contains(name))
            || needed_by(&entry.name).is_some_and(|users| {
                users.is_empty()
                    || users
                        .iter()
                        .any(|user| listed.contains(user) || is_imported(user, &imported, &tested))
            });
        found.push(Dependency {
            name: entry.name.clone(),
            purpose,
            used,
            used_by_tests: used_among(&tested),
            loc: entry.loc.clone(),
        });
    }
    found
}

/// Whether a distribution's module is among the imported ones.
fn is_imported(distribution: &str, imported: &HashSet<String>, tested: &HashSet<String>) -> bool {
    let mut found = false;
    modules_of(distribution, |name| {
        found |= imported.contains(name) || tested.contains(name)
    });
    found
}

/// The name as it is written, by which `pip freeze` sorts: `typing-inspect` comes before `typing_extensions`.
fn as_written(entry: &Entry) -> String {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = entry.raw.split(|c: char| !of_name(c)).next().unwrap_or_default();
    name.to_lowercase()
}

/// Lists that hold what others need as well: those that `pip freeze` wrote (everything pinned, in alphabetical order), and
/// conda's, in which programs and libraries stand beside packages.
fn frozen_files(requirements: &RequirementsFacts) -> HashSet<&str> {
    let (of_conda, rest): (Vec<_>, Vec<_>) = requirements.files.iter().partition(|file| file.kind == "conda");
    let of_conda = of_conda.into_iter().map(|file| file.path.as_str());
    let files = rest.into_iter().filter(|file| file.kind == "requirements");
    files
        .map(|file| file.path.as_str())
        .filter(|path| {
            let entries: Vec<&Entry> = requirements
                .entries
                .iter()
                .filter(|entry| entry.file == *path)
                .collect();
            entries.len() >= FROZEN
                && entries.iter().all(|entry| entry.pinned)
                && (entries.is_sorted_by_key(|entry| &entry.name)
                    || entries.is_sorted_by_key(|entry| as_written(entry)))
        })
        .chain(of_conda)
        .collect()
}
