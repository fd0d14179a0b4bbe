//! Looks for credentials in the files of a repository.

use super::literals::{self, Style};
use super::proofs::Surroundings;
use super::{Credential, MASK, Secret, SecretsFacts, keys, masked, tokens, urls};
use crate::facts::git::is_example_name;
use crate::facts::location::Lines;
use crate::source::{File, Snapshot};

const FILE_BYTES: u64 = 1 << 20;
/// A notebook carries its outputs, pictures among them.
const NOTEBOOK_BYTES: u64 = 8 << 20;
/// Most credentials that are told.
const MANY: usize = 200;
/// Most characters that are shown before a value.
const SHOWN: usize = 60;

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> SecretsFacts {
    let mut facts = SecretsFacts::default();
    let known = snapshot.git().is_some();
    for file in snapshot.written() {
        let extension = file.extension();
        let most = if extension == "ipynb" {
            NOTEBOOK_BYTES
        } else {
            FILE_BYTES
        };
        // What git does not track is not committed.
        if (known && !file.tracked) || file.size > most || facts.found.len() >= MANY {
            continue;
        }
        let Some(text) = file.text() else { continue };
        facts.files_scanned += 1;
        let credentials = credentials(file, &text.content, is_example(file, &extension));
        tell(file, &text.content, credentials, &mut facts.found);
    }
    facts
}

/// What a file holds, in order. In an example only unmistakable tokens count.
fn credentials(file: &File, text: &str, is_example: bool) -> Vec<Credential> {
    let surroundings = Surroundings::new(text, is_example);
    let mut all: Vec<Credential> = tokens::find(text)
        .filter(|token| surroundings.prove(token))
        .map(|token| Credential::new(token.form.kind, token.start, token.value))
        .take(MANY)
        .collect();
    if !is_example {
        all.extend(keys::find(text).take(MANY));
        all.extend(urls::find(text).take(MANY));
        if let Some(style) = literals_in(file, text) {
            all.extend(literals::find(text, style).take(MANY));
        }
        all.sort_by_key(|credential| credential.start);
    }
    all
}

/// How literals are looked for in a file, if at all.
fn literals_in(file: &File, text: &str) -> Option<Style> {
    match Style::of(file.name()) {
        // Manifests of a cluster are judged by checks of their own.
        Some(Style::Plain) if text.contains("apiVersion:") => Some(Style::Quoted),
        style => style,
    }
}

/// Adds what is told of the credentials of a file: one for each line.
fn tell(file: &File, text: &str, credentials: Vec<Credential>, found: &mut Vec<Secret>) {
    if credentials.is_empty() {
        return;
    }
    let lines = Lines::new(text);
    let mut line_end = 0;
    for credential in credentials {
        let Credential { kind, start, value } = credential;
        if start < line_end || found.len() >= MANY {
            continue;
        }
        let after = text.get(start..).unwrap_or_default();
        line_end = start + after.find('\n').unwrap_or(after.len());
        let before = text.get(start..value.start).unwrap_or_default();
        // The user of an address may be a token itself.
        let before = masked(before, None);
        let shown: String = before.chars().take(SHOWN).filter(|c| !c.is_control()).collect();
        found.push(Secret {
            kind: kind.to_owned(),
            excerpt: format!("{shown}{MASK}"),
            loc: lines.locate(&file.path, start),
        });
    }
}

/// Tests, examples and documentation hold dummies, lock files hashes.
fn is_example(file: &File, extension: &str) -> bool {
    const FOLDERS: [&str; 14] = [
        "tests",
        "test",
        "spec",
        "docs",
        "doc",
        "examples",
        "example",
        "samples",
        "fixtures",
        "__tests__",
        ".github",
        "testdata",
        "mocks",
        "e2e",
    ];
    let lower = file.path.to_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let is_folder_of_examples =
        |part: &str| FOLDERS.contains(&part) || part.ends_with("-tests") || part.ends_with("_tests");
    folder.split('/').any(is_folder_of_examples)
        || is_example_name(name)
        || matches!(extension, "md" | "rst" | "lock" | "snap" | "txtar")
        || matches!(name, "package-lock.json" | "npm-shrinkwrap.json" | "pnpm-lock.yaml")
        || name.ends_with(".gitlab-ci.yml")
        || name.contains("conftest")
        || name.contains(".spec.")
}
