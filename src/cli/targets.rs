//! What `verify` is pointed at: folders, and portfolios of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::exit::Refusal;
use crate::contract;

/// A project to verify.
pub(super) struct Target {
    /// How the user named it.
    pub given: String,
    /// Its folder.
    pub folder: PathBuf,
    /// A name for its files, which no other target of the run has: that of its folder, and of so many folders around it as
    /// tell it from the others.
    pub name: String,
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
            name: String::new(),
        }));
        if projects.is_empty() {
            targets.push(Target {
                given: word.clone(),
                folder,
                name: String::new(),
            });
        }
    }
    let folders: Vec<&Path> = targets.iter().map(|target| target.folder.as_path()).collect();
    let names = names(&folders);
    for (target, name) in targets.iter_mut().zip(names) {
        target.name = name;
    }
    Ok(targets)
}

/// A name for each folder: its last part, and the parts before it for all that would have the same. A folder that is given
/// twice gets a number.
fn names(folders: &[&Path]) -> Vec<String> {
    let parts: Vec<Vec<String>> = folders
        .iter()
        .map(|folder| {
            let full = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
            let names = full.iter().map(|part| part.to_string_lossy().into_owned());
            names.filter(|part| part != "/").collect()
        })
        .collect();
    let name = |parts: &[String], length: usize| {
        let tail = parts.get(parts.len().saturating_sub(length)..).unwrap_or_default();
        match tail {
            [] => "root".to_owned(),
            tail => tail.join("-"),
        }
    };
    let mut lengths = vec![1; folders.len()];
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    for _ in 0..longest {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (parts, length) in parts.iter().zip(&lengths) {
            *counts.entry(name(parts, *length)).or_default() += 1;
        }
        if counts.len() == folders.len() {
            break;
        }
        for (parts, length) in parts.iter().zip(&mut lengths) {
            *length += usize::from(counts.get(&name(parts, *length)).is_some_and(|count| *count > 1));
        }
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    parts
        .iter()
        .zip(lengths)
        .map(|(parts, length)| {
            let name = name(parts, length);
            let times = seen.entry(name.clone()).or_default();
            *times += 1;
            match *times {
                1 => name,
                times => format!("{name}-{times}"),
            }
        })
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_name_of_its_own() {
        let of = |folders: &[&str]| names(&folders.iter().map(Path::new).collect::<Vec<_>>());
        assert_eq!(of(&["/x/alice", "/x/bob"]), ["alice", "bob"]);
        assert_eq!(
            of(&["/x/alice/app", "/x/bob/app", "/x/carol"]),
            ["alice-app", "bob-app", "carol"]
        );
        assert_eq!(of(&["/x/a/app", "/y/a/app"]), ["x-a-app", "y-a-app"]);
        assert_eq!(of(&["/x/app", "/x/app"]), ["x-app", "x-app-2"]);
        assert_eq!(of(&["/"]), ["root"]);
    }
}
