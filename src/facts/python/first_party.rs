//! What an import may mean in this repository before it means a distribution.

use std::collections::{HashMap, HashSet};

use crate::source::File;

/// The modules and packages of the tree, by where they can be imported from.
#[derive(Debug, Default)]
pub(super) struct FirstParty {
    /// What lies outside of every package: at the root, in `src`, in folders that are put on the path.
    top: HashSet<String>,
    /// What lies in a package: a script beside it may still import it by its plain name.
    beside: HashMap<String, HashSet<String>>,
}

impl FirstParty {
    /// Gathers the names of Python files and of the folders that hold them.
    pub(super) fn new(files: &[&File]) -> Self {
        let packages: HashSet<&str> = files
            .iter()
            .filter(|file| file.name() == "__init__.py")
            .map(|file| file.folder())
            .collect();
        let mut found = Self::default();
        let mut seen = HashSet::new();
        for file in files {
            found.add(&packages, file.folder(), file.name().trim_end_matches(".py"));
            let mut folder = file.folder();
            while !folder.is_empty() && seen.insert(folder) {
                let (outer, name) = folder.rsplit_once('/').unwrap_or(("", folder));
                found.add(&packages, outer, name);
                folder = outer;
            }
        }
        found
    }

    fn add(&mut self, packages: &HashSet<&str>, folder: &str, name: &str) {
        if folder.is_empty() || !packages.contains(folder) {
            self.top.insert(name.to_owned());
        } else {
            self.beside
                .entry(folder.to_owned())
                .or_default()
                .insert(name.to_owned());
        }
    }

    /// Whether a module of this name can be meant in a file. A file does not import itself.
    pub(super) fn holds(&self, name: &str, file: &File) -> bool {
        self.top.contains(name)
            || (file.name().trim_end_matches(".py") != name
                && self.beside.get(file.folder()).is_some_and(|names| names.contains(name)))
    }
}
