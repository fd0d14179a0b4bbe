//! Imports of other people's modules, and whether the requirements declare them.

use std::collections::{BTreeSet, HashSet};

use super::model::{Import, ImportOrigin, Module, Role};
use crate::facts::requirements::{Entry, Group, RequirementsFacts, brought_along, modules_of, normalise};

const MANY: usize = 2_000;

/// What some requirements bring.
#[derive(Default)]
struct Declared {
    distributions: HashSet<String>,
    modules: HashSet<String>,
}

impl Declared {
    fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut declared = Self::default();
        for name in names {
            if declared.distributions.insert(name.to_owned()) {
                modules_of(name, |module| {
                    declared.modules.insert(module.to_owned());
                });
            }
        }
        declared
    }

    /// Whether one of the requirements is the module's own.
    fn brings(&self, module: &str) -> bool {
        self.modules.contains(&normalise(module))
    }

    /// Whether one of them cannot do without it.
    fn brings_along(&self, module: &str) -> bool {
        brought_along(module)
            .iter()
            .any(|name| self.distributions.contains(*name))
    }
}

/// The imports of other people's modules, once for each module that imports them.
pub(super) fn third_party(modules: &[Module], requirements: &RequirementsFacts) -> Vec<Import> {
    let entries = |wanted: fn(&Entry) -> bool| {
        let all = requirements.entries.iter().chain(&requirements.misspelt);
        let entries = all.filter(move |entry| wanted(entry));
        entries.map(|entry| entry.name.as_str())
    };
    let locked = || requirements.locked.iter().map(String::as_str);
    let runtime = Declared::new(entries(|entry| entry.group == Group::Runtime));
    let all = Declared::new(entries(|_| true).chain(locked()));
    let written = Declared::new(entries(|entry| entry.direct));
    let written_runtime = Declared::new(entries(|entry| entry.direct && entry.group == Group::Runtime));
    let tool_lock = requirements
        .lock
        .as_ref()
        .is_some_and(|lock| lock.kind != "requirements");
    let handlers: Vec<&str> = modules
        .iter()
        .filter(|module| module.handles_events)
        .map(folder)
        .collect();
    let mut found = Vec::new();
    for module in modules {
        let in_lambda = handlers.iter().any(|around| is_within(folder(module), around));
        let mut seen = BTreeSet::new();
        let foreign = module
            .imports
            .iter()
            .filter(|import| import.origin == ImportOrigin::ThirdParty);
        for import in foreign {
            if !seen.insert(&import.name) || found.len() >= MANY {
                continue;
            }
            let mut import = import.clone();
            import.optional |= in_lambda && matches!(import.name.as_str(), "boto3" | "botocore");
            let name = import.name.as_str();
            let only_development = !written_runtime.brings(name)
                && !runtime.brings(name)
                && !runtime.brings_along(name)
                && written.brings(name);
            let application = module.role == Role::Application;
            let known = |declared: &Declared| declared.brings(name) || declared.brings_along(name);
            import.declared = if !application {
                known(&all)
            } else if only_development {
                false
            } else {
                known(&runtime) || (tool_lock && known(&all))
            };
            import.declared_for_development = !import.declared && known(&all);
            import.transitive =
                import.declared && !written.brings(name) && !(is_face(name) && written.brings_along(name));
            found.push(import);
        }
    }
    found
}

fn folder(module: &Module) -> &str {
    module.path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn is_within(folder: &str, around: &str) -> bool {
    folder
        .strip_prefix(around)
        .is_some_and(|rest| around.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

/// Whether a module is the face of those that bring it: their documentation tells to import it.
fn is_face(module: &str) -> bool {
    matches!(
        module,
        "click"
            | "jinja2"
            | "markupsafe"
            | "modelcluster"
            | "omegaconf"
            | "pydantic"
            | "sqlalchemy"
            | "starlette"
            | "taggit"
            | "werkzeug"
            | "wtforms"
    )
}
