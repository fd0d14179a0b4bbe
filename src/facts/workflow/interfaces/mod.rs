//! What a step or a job that calls something may hand over, and what it gets back: for actions that many projects use, and for
//! the actions and workflows of the project itself.

mod local;
mod popular;
mod table;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use crate::source::{Snapshot, yaml};

pub(super) use popular::{Age, age};

/// What is called takes and gives. Names are in small letters, for the service does not tell their cases apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Interface {
    pub(super) inputs: BTreeMap<String, Input>,
    /// The outputs; none when it may give others than it lists.
    pub(super) outputs: Option<BTreeSet<String>>,
    /// The secrets of a workflow, and whether each has to be given.
    pub(super) secrets: BTreeMap<String, bool>,
}

/// An input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Input {
    /// Whether it has to be given: it is required and has no default.
    pub(super) required: bool,
    pub(super) kind: Kind,
    /// What its author says to those who still give it.
    pub(super) deprecated: Option<String>,
}

/// What an input of a called workflow takes; actions take texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// Anything, also because its type is missing, which is told where it is declared.
    #[default]
    Any,
    Text,
    Number,
    Boolean,
}

/// What is known of something that is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Callee {
    Known(Rc<Interface>),
    /// Nothing that could be compared.
    Unknown,
    /// The project has no such file.
    Missing,
    /// The file is there, but cannot be called, for this reason.
    NotCallable(&'static str),
}

impl Callee {
    /// What it takes and gives, when that is known.
    pub(super) fn interface(&self) -> Option<&Rc<Interface>> {
        match self {
            Self::Known(interface) => Some(interface),
            Self::Unknown | Self::Missing | Self::NotCallable(_) => None,
        }
    }
}

/// The path of what `uses` names in the repository itself: `./` begins at what was checked out, `$/` at the commit of the workflow.
pub(super) fn own_path(uses: &str) -> Option<&str> {
    let path = uses.strip_prefix("./").or_else(|| uses.strip_prefix("$/"))?;
    Some(path.trim_end_matches('/'))
}

/// The files that may declare the action of a folder.
pub(super) fn declarations(folder: &str) -> [String; 2] {
    ["action.yml", "action.yaml"].map(|name| match folder {
        "" | "." => name.to_owned(),
        _ => format!("{folder}/{name}"),
    })
}

/// Finds what workflows call, each once, however often it is called.
pub(super) struct Interfaces<'a> {
    snapshot: &'a Snapshot,
    actions: Found,
    workflows: Found,
}

/// What was found, by what `uses` says.
type Found = RefCell<HashMap<String, Callee>>;

impl<'a> Interfaces<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            actions: Found::default(),
            workflows: Found::default(),
        }
    }

    /// What a step's `uses` names.
    pub(super) fn action(&self, uses: &str) -> Callee {
        once(&self.actions, uses, || match own_path(uses) {
            Some(folder) => {
                let [first, second] = declarations(folder);
                match self.file(&first, local::action) {
                    Callee::Missing => self.file(&second, local::action),
                    found => found,
                }
            }
            None => popular::interface(uses).map_or(Callee::Unknown, |interface| Callee::Known(Rc::new(interface))),
        })
    }

    /// What a job's `uses` names.
    pub(super) fn workflow(&self, uses: &str) -> Callee {
        once(&self.workflows, uses, || {
            own_path(uses).map_or(Callee::Unknown, |path| self.file(path, local::workflow))
        })
    }

    fn file(&self, path: &str, read: fn(&yaml::Node) -> Callee) -> Callee {
        match self.snapshot.get(path) {
            None => Callee::Missing,
            Some(file) => match file.text().map(|text| yaml::parse(&text.content)) {
                Some(Ok(root)) => read(&root),
                // That a workflow is no YAML is told where it stands; one elsewhere cannot be called.
                Some(Err(_)) if path.starts_with(".github/workflows/") => Callee::Unknown,
                Some(Err(_)) => Callee::NotCallable("it cannot be read as YAML"),
                None => Callee::Unknown,
            },
        }
    }
}

fn once(found: &Found, uses: &str, find: impl FnOnce() -> Callee) -> Callee {
    if let Some(callee) = found.borrow().get(uses) {
        return callee.clone();
    }
    let callee = find();
    found.borrow_mut().insert(uses.to_owned(), callee.clone());
    callee
}
