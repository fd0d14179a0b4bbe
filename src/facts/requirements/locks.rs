//! Lock files: which names they pin. Their content is scanned, not parsed.

use std::collections::HashSet;

use super::model::{Group, Lock, RequirementsFacts};
use super::names::normalise;
use crate::facts::location::Location;
use crate::source::Snapshot;

fn kind_of(name: &str) -> Option<&'static str> {
    match name {
        "uv.lock" => Some("uv"),
        "poetry.lock" => Some("poetry"),
        "pdm.lock" => Some("pdm"),
        "Pipfile.lock" => Some("pipenv"),
        "pylock.toml" => Some("pylock"),
        _ => None,
    }
}

/// The project's lock file: a tool's own, else a requirements file whose entries are all pinned.
pub(super) fn find(snapshot: &Snapshot, facts: &RequirementsFacts) -> Option<Lock> {
    let mut locks = snapshot
        .sources()
        .filter_map(|file| Some((kind_of(file.name())?, &file.path)));
    if let Some((kind, path)) = locks.next() {
        return Some(Lock {
            kind,
            path: path.clone(),
            loc: Location::start(path),
        });
    }
    let candidates = facts
        .files
        .iter()
        .filter(|file| file.kind == "requirements" && file.entries > 0);
    let mut pinned = candidates.filter(|file| {
        let mut entries = facts.entries.iter().filter(|entry| entry.file == file.path);
        entries.all(|entry| entry.pinned)
    });
    let found = pinned.find(|file| file.group == Group::Runtime)?;
    Some(Lock {
        kind: "requirements",
        path: found.path.clone(),
        loc: Location::start(&found.path),
    })
}

/// Every name that a lock file pins.
pub(super) fn names(snapshot: &Snapshot) -> HashSet<String> {
    let mut names = HashSet::new();
    for file in snapshot.sources() {
        let Some(kind) = kind_of(file.name()) else { continue };
        let Some(text) = file.text() else { continue };
        for line in text.content.lines().take(200_000) {
            let name = if kind == "pipenv" {
                // `        "flask": {` inside "default" and "develop"
                line.strip_prefix("        \"")
                    .and_then(|rest| rest.strip_suffix("\": {"))
            } else {
                line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"'))
            };
            names.extend(name.filter(|name| name.len() < 100).map(normalise));
        }
    }
    names
}
