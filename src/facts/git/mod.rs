//! The `git` fact: the repository's history and what it tracks that it should not.

mod hygiene;

use std::collections::BTreeMap;

use super::location::Location;
use crate::source::{EnvironmentKind, Snapshot};

pub use hygiene::Hygiene;

/// What is known of the repository and its history.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct GitFacts {
    /// Whether the target is (part of) a git repository that could be read safely.
    pub is_repository: bool,
    /// The commit that HEAD stands on.
    pub head: Option<String>,
    /// The branch that HEAD names; none when detached.
    pub branch: Option<String>,
    /// How many commits HEAD reaches, as far as they were read.
    pub commits: usize,
    /// Whether `commits` is a lower bound: there are more than were read, or the clone is shallow.
    pub commits_truncated: bool,
    /// Whether parents are missing: a shallow clone.
    pub shallow: bool,
    /// Who wrote the commits, the busiest first.
    pub authors: Vec<Author>,
    /// Time of the oldest commit that was read, in seconds since 1970.
    pub first_commit_time: Option<i64>,
    /// Time of the newest commit, in seconds since 1970.
    pub last_commit_time: Option<i64>,
    /// How many different days (UTC) have a commit.
    pub active_days: usize,
    /// How the commit messages read.
    pub messages: Messages,
    /// Whether tracked files differ from HEAD or there are files neither tracked nor ignored.
    pub dirty: bool,
    /// Tracked files that differ from HEAD.
    pub changed: Vec<String>,
    /// Files that are neither tracked nor ignored.
    pub untracked: Vec<String>,
    /// Submodules; they are not fetched.
    pub submodules: Vec<String>,
    /// Whether there is a `.gitignore` at the root.
    pub has_gitignore: bool,
    /// Whether the `.gitignore` files keep local files out.
    pub ignores: Ignores,
    /// Installed environments that are part of the repository.
    pub committed_environments: Vec<TrackedItem>,
    /// Caches and build output that are part of the repository, one entry for each folder.
    pub committed_caches: Vec<TrackedItem>,
    /// Local settings (`.env` and the like, but no examples) that are part of the repository.
    pub committed_env_files: Vec<TrackedItem>,
    /// Database files that are part of the repository.
    pub committed_databases: Vec<TrackedItem>,
    /// Files of more than 5 MB that are part of the repository.
    pub large_files: Vec<TrackedItem>,
    /// What somebody else's machine would stumble over.
    pub hygiene: Hygiene,
}

/// One author.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// How many commits.
    pub commits: usize,
}

/// How the commit messages read. Merge commits are not counted.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Messages {
    /// How many messages were read.
    pub total: usize,
    /// Messages that say nothing: `update`, `wip`, `fix`, `.`
    pub vague: Vec<Message>,
    /// The share of vague messages, from 0 to 1.
    pub vague_share: f64,
    /// How many messages have the same first line as another one.
    pub repeated: usize,
    /// How many messages explain themselves beyond the first line.
    pub with_body: usize,
}

/// One commit message.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Message {
    /// The commit's identifier, 10 digits.
    pub commit: String,
    /// The first line.
    pub subject: String,
}

/// What the `.gitignore` files keep out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Ignores {
    /// Virtual environments.
    pub venv: bool,
    /// `.env`.
    pub env: bool,
    /// Compiled Python.
    pub pycache: bool,
}

/// Something that the repository holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TrackedItem {
    /// The file or folder.
    pub path: String,
    /// Its size in bytes, or that of the first file of a folder.
    pub size: u64,
    /// The file that shows it.
    pub loc: Location,
}

const LARGE: u64 = 5 << 20;
const MANY: usize = 200;

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> GitFacts {
    let mut facts = GitFacts {
        has_gitignore: snapshot.get(".gitignore").is_some(),
        ignores: ignores(snapshot),
        hygiene: hygiene::collect(snapshot),
        ..GitFacts::default()
    };
    if let Some(state) = snapshot.git() {
        facts.is_repository = true;
        facts.head.clone_from(&state.head);
        facts.branch.clone_from(&state.branch);
        facts.commits = state.commits.len();
        facts.commits_truncated = state.commits_truncated || state.shallow;
        facts.shallow = state.shallow;
        facts.first_commit_time = state.commits.iter().map(|commit| commit.time).min();
        facts.last_commit_time = state.commits.iter().map(|commit| commit.time).max();
        let days: std::collections::HashSet<i64> = state
            .commits
            .iter()
            .map(|commit| commit.time.div_euclid(86_400))
            .collect();
        facts.active_days = days.len();
        facts.dirty = !(state.changed.is_empty() && state.untracked.is_empty());
        facts.changed.clone_from(&state.changed);
        facts.untracked.clone_from(&state.untracked);
        facts.submodules.clone_from(&state.submodules);
        facts.authors = authors(state);
        facts.messages = messages(state);
    }
    tracked_items(snapshot, &mut facts);
    facts
}

fn authors(state: &crate::source::GitState) -> Vec<Author> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for commit in &state.commits {
        *counts.entry((&commit.author, &commit.email)).or_default() += 1;
    }
    let author = |((name, email), commits): ((&str, &str), usize)| Author {
        name: name.to_owned(),
        email: email.to_owned(),
        commits,
    };
    let mut authors: Vec<Author> = counts.into_iter().map(author).collect();
    authors.sort_by_key(|author| std::cmp::Reverse(author.commits));
    authors.truncate(MANY);
    authors
}

fn messages(state: &crate::source::GitState) -> Messages {
    let mut messages = Messages::default();
    let mut subjects: BTreeMap<&str, usize> = BTreeMap::new();
    for commit in state.commits.iter().filter(|commit| commit.parents < 2) {
        messages.total += 1;
        messages.with_body += usize::from(commit.has_body);
        *subjects.entry(&commit.subject).or_default() += 1;
        if is_vague(&commit.subject) && messages.vague.len() < MANY {
            let id: String = commit.id.chars().take(10).collect();
            messages.vague.push(Message {
                commit: id,
                subject: commit.subject.clone(),
            });
        }
    }
    messages.repeated = subjects.values().filter(|count| **count > 1).sum();
    if messages.total > 0 {
        messages.vague_share = messages.vague.len() as f64 / messages.total as f64;
    }
    messages
}

/// A message that would fit any commit.
fn is_vague(subject: &str) -> bool {
    const EMPTY_WORDS: [&str; 22] = [
        "update", "updates", "updated", "fix", "fixes", "fixed", "wip", "change", "changes", "changed", "stuff",
        "misc", "commit", "test", "asdf", "done", "final", "more", "work", "minor", "save", "tmp",
    ];
    let lower = subject.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.len() <= 2 && words.iter().all(|word| EMPTY_WORDS.contains(word) || word.len() <= 2)
}

fn ignores(snapshot: &Snapshot) -> Ignores {
    let mut ignores = Ignores::default();
    for file in snapshot.sources().filter(|file| file.name() == ".gitignore").take(50) {
        let Some(text) = file.text() else { continue };
        for line in text.content.lines().take(5_000) {
            let pattern = line
                .trim()
                .trim_start_matches('/')
                .trim_start_matches("**/")
                .trim_end_matches(['/', '*']);
            match pattern {
                ".venv" | "venv" | "env" | ".env.d" => ignores.venv = true,
                "__pycache__" | ".pyc" | "*.pyc" | "*.py[cod]" | "*.py[co]" | "*.py[oc]" => ignores.pycache = true,
                _ => {}
            }
            if matches!(pattern, ".env" | "*.env") {
                ignores.env = true;
            }
        }
    }
    ignores
}

fn tracked_items(snapshot: &Snapshot, facts: &mut GitFacts) {
    // without a repository, what was handed over is what there is
    let counts = |tracked: bool| tracked || snapshot.git().is_none();
    let venvs = snapshot.environments().iter().filter(|found| counts(found.tracked));
    for environment in venvs.take(MANY) {
        let item = TrackedItem {
            path: environment.path.clone(),
            size: 0,
            loc: Location::start(&environment.evidence),
        };
        match environment.kind {
            EnvironmentKind::Venv => facts.committed_environments.push(item),
            EnvironmentKind::NodeModules => facts.committed_caches.push(item),
        }
    }
    for file in snapshot.written().filter(|file| counts(file.tracked)) {
        let item = |path: &str| TrackedItem {
            path: path.to_owned(),
            size: file.size,
            loc: Location::start(&file.path),
        };
        if let Some(folder) = cache_folder(&file.path) {
            let known = facts.committed_caches.iter().any(|known| known.path == folder);
            if !known && facts.committed_caches.len() < MANY {
                facts.committed_caches.push(item(folder));
            }
            continue;
        }
        if is_env_file(file.name()) && facts.committed_env_files.len() < MANY {
            facts.committed_env_files.push(item(&file.path));
        }
        let database = matches!(file.extension().as_str(), "sqlite" | "sqlite3" | "db" | "db3" | "mdb");
        if database && facts.committed_databases.len() < MANY {
            facts.committed_databases.push(item(&file.path));
        }
        if file.size > LARGE && facts.large_files.len() < MANY {
            facts.large_files.push(item(&file.path));
        }
    }
}

fn cache_folder(path: &str) -> Option<&str> {
    const CACHES: [&str; 9] = [
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".ipynb_checkpoints",
        ".tox",
        ".nox",
        "htmlcov",
        ".eggs",
    ];
    let mut end = 0;
    for part in path.split('/') {
        end += part.len();
        if end < path.len() && (CACHES.contains(&part) || part.ends_with(".egg-info")) {
            return path.get(..end);
        }
        end += 1;
    }
    path.ends_with(".pyc").then_some(path)
}

/// `.env`, `.env.local`, `prod.env`: settings of one machine, not an example for others.
pub(super) fn is_env_file(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_env = lower == ".env" || lower.starts_with(".env.") || lower.ends_with(".env");
    is_env && !is_example_name(&lower)
}

/// Whether a file's name says that its content is an example, a test's or a continuous integration's.
pub(super) fn is_example_name(lower: &str) -> bool {
    ["example", "sample", "template", "dist", "default", "test", ".ci"]
        .iter()
        .any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_repository_the_folder_is_what_was_handed_over() {
        let big = "x".repeat(6 << 20);
        let facts = collect(&Snapshot::from_files(
            "x",
            [
                (".gitignore", ".venv/\n.env\n*.py[cod]\n"),
                ("venv/pyvenv.cfg", ""),
                ("app/__pycache__/a.pyc", "x"),
                ("app/__pycache__/b.pyc", "x"),
                (".env", "A=b"),
                (".env.example", "A=b"),
                ("app.db", "x"),
                ("data/big.csv", big.as_str()),
            ],
        ));
        let paths = |items: &[TrackedItem]| items.iter().map(|item| item.path.clone()).collect::<Vec<_>>();
        assert!(!facts.is_repository && facts.has_gitignore);
        assert_eq!(
            facts.ignores,
            Ignores {
                venv: true,
                env: true,
                pycache: true
            }
        );
        assert_eq!(paths(&facts.committed_environments), ["venv"]);
        assert_eq!(facts.committed_environments[0].loc.path, "venv/pyvenv.cfg");
        assert_eq!(paths(&facts.committed_caches), ["app/__pycache__"]);
        assert_eq!(paths(&facts.committed_env_files), [".env"]);
        assert_eq!(paths(&facts.committed_databases), ["app.db"]);
        assert_eq!(paths(&facts.large_files), ["data/big.csv"]);
    }

    #[test]
    fn vague_messages() {
        for subject in ["update", "wip", ".", "Fix", "final commit", "fixes v2"] {
            assert!(is_vague(subject), "{subject}");
        }
        for subject in [
            "Refuse a loan when no copy is left",
            "Add tests",
            "Pin httpx",
            "Initial commit",
        ] {
            assert!(!is_vague(subject), "{subject}");
        }
    }
}
