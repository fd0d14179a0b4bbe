//! What `verify` is pointed at: folders, and portfolios of them.

use std::path::{Path, PathBuf};

use super::exit::Refusal;
use crate::contract;

/// A project to verify.
pub(super) struct Target {
    /// How the user named it.
    pub given: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// The projects behind the words of the command line; the current folder when there are none.
pub(super) fn find(words: &[String]) -> anyhow::Result<Vec<Target>> {
    let current = [".".to_owned()];
    let words = if words.is_empty() { &current[..] } else { words };
    let mut targets = Vec::new();
    for word in words {
        let folder = folder(word)?;
        let projects = portfolio(&folder);
        targets.extend(projects.iter().map(|name| Target {
            given: Path::new(word).join(name).display().to_string(),
            folder: folder.join(name),
        }));
        if projects.is_empty() {
            targets.push(Target {
                given: word.clone(),
                folder,
            });
        }
    }
    Ok(targets)
}

fn folder(word: &str) -> anyhow::Result<PathBuf> {
    if word.contains("://") {
        return Err(Refusal::usage(
            format!("`{word}` is an address, and only folders can be verified so far"),
            "Clone the repository and name its folder.",
        ));
    }
    let folder = Path::new(word);
    match folder.metadata() {
        Ok(metadata) if metadata.is_dir() => Ok(folder.to_owned()),
        Ok(_) => Err(Refusal::usage(
            format!("`{word}` is not a folder"),
            "Name the project's folder.",
        )),
        Err(error) => Err(Refusal::usage(
            format!("`{word}` cannot be read: {error}"),
            "Name a folder that exists.",
        )),
    }
}

/// The projects in a portfolio by name: the folder itself has neither a contract nor a repository, and folders in it have a
/// contract. Empty for every other folder.
fn portfolio(folder: &Path) -> Vec<String> {
    let has = |folder: &Path, name: &str| folder.join(name).symlink_metadata().is_ok();
    if has(folder, contract::PATH) || has(folder, ".git") {
        return Vec::new();
    }
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()) && has(&entry.path(), contract::PATH))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}
