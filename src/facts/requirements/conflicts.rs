//! Requirements that contradict or repeat each other, within a file and between files of one folder.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::model::{Conflict, Entry, RequirementsFacts};

/// Fills in the conflicts and the duplicates.
pub(super) fn compare(facts: &mut RequirementsFacts) {
    let alternatives = alternatives(facts);
    let mut by_name: BTreeMap<(&str, &str), Vec<&Entry>> = BTreeMap::new();
    for entry in facts.entries.iter().filter(|entry| entry.marker.is_none()) {
        by_name
            .entry((folder(&entry.file), &entry.name))
            .or_default()
            .push(entry);
    }
    let (mut conflicts, mut duplicates) = (Vec::new(), Vec::new());
    for ((_, name), entries) in by_name {
        let pinned: Vec<&Entry> = entries
            .iter()
            .filter(|entry| entry.pinned && !entry.specifier.is_empty())
            .filter(|entry| !alternatives.contains(entry.file.as_str()))
            .copied()
            .collect();
        let mut versions: Vec<&str> = pinned.iter().map(|entry| entry.specifier.as_str()).collect();
        versions.sort_unstable();
        versions.dedup();
        if let (true, Some(last)) = (versions.len() > 1, pinned.last()) {
            conflicts.push(Conflict {
                name: name.to_owned(),
                versions: versions.iter().map(|version| (*version).to_owned()).collect(),
                loc: last.loc.clone(),
            });
            continue;
        }
        let mut seen = HashSet::new();
        for entry in entries {
            let first = seen.insert((&entry.file, entry.section.as_deref()));
            if !first {
                duplicates.push(Conflict {
                    name: name.to_owned(),
                    versions: vec![entry.specifier.clone()],
                    loc: entry.loc.clone(),
                });
            }
        }
    }
    facts.conflicts = conflicts;
    facts.duplicates = duplicates;
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Files of which one is installed and never two: `requirements.oldest.txt` beside `requirements.latest.txt`,
/// `test-requirements-0.txt` beside `test-requirements-1.txt`. Their pins differ on purpose.
fn alternatives(facts: &RequirementsFacts) -> HashSet<String> {
    let mut families: HashMap<String, Vec<&str>> = HashMap::new();
    for file in &facts.files {
        if let Some(family) = family(&file.path) {
            families.entry(family).or_default().push(&file.path);
        }
    }
    let shared = families.into_values().filter(|files| files.len() > 1);
    shared.flatten().map(str::to_owned).collect()
}

/// A path without the word that tells alternatives apart; `None` where no such word is in it.
fn family(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let tells = |word: &&str| {
        let plain = word.strip_prefix("py").unwrap_or(word);
        (!plain.is_empty() && plain.chars().all(|c| c.is_ascii_digit()))
            || matches!(
                *word,
                "oldest"
                    | "latest"
                    | "lowest"
                    | "highest"
                    | "newest"
                    | "minimum"
                    | "maximum"
                    | "min"
                    | "max"
                    | "cpu"
                    | "gpu"
            )
    };
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let rest: Vec<&str> = words.iter().filter(|word| !tells(word)).copied().collect();
    (rest.len() < words.len()).then(|| format!("{folder}/{}", rest.join(" ")))
}
