//! The fact `suppressions`: what the repository asks not to hear of, in comments and in its contract.
//!
//! `# proofolio: ignore[check-id] reason` covers its own line; alone on its line, also the next line that is neither blank
//! nor a comment. An entry of `suppress` in the contract covers a check everywhere, or in the files that its `path` matches.
//! The configuration of other tools (`# noqa`, `# hadolint ignore=…`, `.hadolint.yaml`) silences nothing.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};
use serde::Serialize;

use super::location::Location;
use crate::contract::{self, Contract};
use crate::source::{Snapshot, yaml};
use crate::text::nearest;

const MARK: &str = "proofolio: ignore[";
/// Most suppressions that are read; a repository with more wants to hide.
const MOST: usize = 500;
/// Longest reason that is kept, in characters.
const REASON: usize = 300;

/// The fact `suppressions`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SuppressionFacts {
    /// Every wish to suppress a check, in the order of files and lines.
    pub entries: Vec<Entry>,
}

/// One wish not to hear of a check.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// The check's id, as written.
    pub check: String,
    /// Why, in the author's words.
    pub reason: String,
    /// `comment` or `contract`.
    pub kind: &'static str,
    /// Where it is written.
    pub loc: Location,
    /// Why it suppresses nothing: no reason, no such check, a pattern that is none.
    pub problem: Option<String>,
    #[serde(skip)]
    scope: Scope,
}

#[derive(Debug, Clone)]
enum Scope {
    /// These lines of the entry's own file, 1-based and inclusive.
    Lines(usize, usize),
    /// Every file that matches; all findings without a pattern.
    Files(Option<GlobMatcher>),
}

impl Entry {
    /// True when it covers a finding of `check` at this place.
    pub fn covers(&self, check: &str, path: Option<&str>, line: Option<u32>) -> bool {
        if self.problem.is_some() || self.check != check {
            return false;
        }
        match (&self.scope, path) {
            (Scope::Lines(first, last), Some(path)) => {
                let line = line.map_or(1, |line| line as usize);
                path == self.loc.path && (*first..=*last).contains(&line)
            }
            (Scope::Lines(..), None) => false,
            (Scope::Files(None), _) => true,
            (Scope::Files(Some(pattern)), Some(path)) => pattern.is_match(path),
            (Scope::Files(Some(_)), None) => false,
        }
    }
}

/// Collects the fact. `contract` is the project's, if there is a sound one; `known` are the ids of all loaded checks, selected
/// or not.
pub fn collect(snapshot: &Snapshot, contract: Option<&Contract>, known: &BTreeSet<&str>) -> SuppressionFacts {
    let mut entries = Vec::new();
    for file in snapshot.written() {
        // Most files have none: the bytes are searched before they are decoded.
        let has_mark = file
            .bytes()
            .is_some_and(|bytes| memchr::memmem::find(bytes, MARK.as_bytes()).is_some());
        if has_mark && let Some(text) = file.text() {
            comments(&file.path, &text.content, &mut entries);
        }
        if entries.len() >= MOST {
            break;
        }
    }
    // Read once more only for the places, which the contract itself does not keep.
    if contract.is_some_and(|contract| !contract.suppress.is_empty())
        && let Some(text) = snapshot.text(contract::PATH)
    {
        contract_entries(&text.content, &mut entries);
    }
    entries.truncate(MOST);
    for entry in &mut entries {
        if !known.contains(entry.check.as_str()) {
            let hint = nearest(&entry.check, known.iter().copied())
                .map(|name| format!("; did you mean `{name}`?"))
                .unwrap_or_default();
            entry.problem = Some(format!("there is no check `{}`{hint}", entry.check));
        } else if entry.reason.is_empty() {
            entry.problem = Some("it gives no reason, so it suppresses nothing".to_owned());
        }
    }
    SuppressionFacts { entries }
}

fn comments(path: &str, text: &str, entries: &mut Vec<Entry>) {
    let markdown = path.ends_with(".md");
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some(at) = line.find(MARK) else { continue };
        let before = line[..at].trim_end();
        // In a page that explains the syntax, only a real comment of HTML is one.
        let openers: &[&str] = if markdown {
            &["<!--"]
        } else {
            &["#", "//", "<!--", "/*", "--", ";"]
        };
        let Some(opener) = openers.iter().find(|opener| before.ends_with(**opener)) else {
            continue;
        };
        let Some((ids, rest)) = line[at + MARK.len()..].split_once(']') else {
            continue;
        };
        let alone = before.len() == opener.len() + (line.len() - line.trim_start().len());
        let last = if alone { next_content(&lines, index) } else { index };
        let loc = Location::new(path, index + 1, line[..at].chars().count() + 1);
        for check in ids.split(',').map(str::trim).filter(|check| !check.is_empty()) {
            entries.push(Entry {
                check: check.chars().take(80).collect(),
                reason: reason(rest),
                kind: "comment",
                loc: loc.clone(),
                problem: None,
                scope: Scope::Lines(index + 1, last + 1),
            });
        }
    }
}

/// The next line that is neither blank nor a comment.
fn next_content(lines: &[&str], from: usize) -> usize {
    let found = lines.iter().enumerate().skip(from + 1).find(|(_, line)| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !line.starts_with("//") && !line.starts_with("<!--")
    });
    found.map_or(from, |(index, _)| index)
}

fn reason(rest: &str) -> String {
    let rest = rest.trim().trim_end_matches("-->").trim_end_matches("*/");
    let rest = rest.trim_start_matches([':', '-', '–', '—', ' ']);
    rest.trim().chars().take(REASON).collect()
}

fn contract_entries(text: &str, entries: &mut Vec<Entry>) {
    let Ok(root) = yaml::parse(text) else { return };
    let Some(list) = root.get("suppress") else { return };
    for item in list.items() {
        let field = |name: &str| {
            let text = item.get(name).and_then(|node| node.text());
            text.unwrap_or_default().trim().to_owned()
        };
        let (pattern, problem) = match field("path") {
            path if path.is_empty() => (None, None),
            path => match Glob::new(&path) {
                Ok(glob) => (Some(glob.compile_matcher()), None),
                Err(error) => (None, Some(format!("`{path}` is no pattern: {}", error.kind()))),
            },
        };
        entries.push(Entry {
            check: field("check").chars().take(80).collect(),
            reason: reason(&field("reason")),
            kind: "contract",
            loc: Location::new(contract::PATH, item.line, item.column),
            problem,
            scope: Scope::Files(pattern),
        });
    }
}
