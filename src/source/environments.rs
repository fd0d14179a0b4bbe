//! Installed environments inside the tree: virtual environments and `node_modules`.
//!
//! They hold thousands of files that nobody wrote for the project. They are listed, and neither read nor judged.

use super::snapshot::Snapshot;

/// What installed an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvironmentKind {
    /// A Python virtual environment.
    Venv,
    /// A `node_modules` folder.
    NodeModules,
}

/// A folder that a package manager filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// The folder, without a trailing slash; empty when the target itself is one.
    pub path: String,
    /// What installed it.
    pub kind: EnvironmentKind,
    /// A file in it that shows what it is.
    pub evidence: String,
    /// How many of its files are listed.
    pub files: usize,
    /// Whether git tracks any of its files.
    pub tracked: bool,
}

/// The root of the environment that a path lies in, judged by the path alone.
pub(super) fn root_by_path(path: &[u8]) -> Option<(usize, EnvironmentKind)> {
    let mut start = 0;
    let mut starts: Vec<(usize, &[u8])> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        let end = start + part.len();
        if end < path.len() {
            if part == b"node_modules" {
                return Some((end, EnvironmentKind::NodeModules));
            }
            if part == b"site-packages" {
                // venv/lib/python3.13/site-packages or venv/Lib/site-packages
                let library = starts
                    .iter()
                    .rev()
                    .take(2)
                    .find(|(_, name)| name.eq_ignore_ascii_case(b"lib"));
                return match library {
                    Some((0, _)) | None => Some((end, EnvironmentKind::Venv)),
                    Some((library, _)) => Some((library - 1, EnvironmentKind::Venv)),
                };
            }
        } else if part == b"pyvenv.cfg" && start > 0 {
            return Some((start - 1, EnvironmentKind::Venv));
        }
        starts.push((start, part));
        start = end + 1;
    }
    None
}

/// Finds the environments among a snapshot's files, marks their files and forgets those files' contents.
pub(super) fn mark(snapshot: &mut Snapshot) {
    let mut roots: Vec<(String, EnvironmentKind, String)> = Vec::new();
    for file in &snapshot.files {
        if let Some((end, kind)) = root_by_path(file.path.as_bytes()) {
            let root = file.path.get(..end).unwrap_or_default();
            match roots.iter_mut().find(|(path, ..)| path == root) {
                Some((_, _, evidence)) if file.name() == "pyvenv.cfg" => *evidence = file.path.clone(),
                Some(_) => {}
                None => roots.push((root.to_owned(), kind, file.path.clone())),
            }
            if roots.len() >= 1000 {
                break;
            }
        }
    }
    roots.sort_by_key(|(path, ..)| path.len());
    let mut environments: Vec<Environment> = Vec::new();
    for (path, kind, evidence) in roots {
        if !environments.iter().any(|outer| is_beneath(&path, &outer.path)) {
            environments.push(Environment {
                path,
                kind,
                evidence,
                files: 0,
                tracked: false,
            });
        }
    }
    if environments.is_empty() {
        return;
    }
    for file in &mut snapshot.files {
        let holder = environments
            .iter_mut()
            .find(|environment| is_beneath(&file.path, &environment.path));
        if let Some(environment) = holder {
            environment.files += 1;
            environment.tracked |= file.tracked;
            file.environment = true;
            if file.name() != "pyvenv.cfg" {
                file.content = super::file::Content::Unread;
            }
        }
    }
    environments.sort_by(|left, right| left.path.cmp(&right.path));
    snapshot.environments = environments;
}

/// Whether a path lies in a folder.
fn is_beneath(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
