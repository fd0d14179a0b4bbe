//! What git knows of a target, read without obeying the repository.
//!
//! A repository's own configuration can point its work tree, its configuration and its objects anywhere. So it is never
//! opened as found: the objects are read through an object database of our own, HEAD and the references are parsed here,
//! and the index is read as a file. Links, FIFOs and alternates in the git folder end the attempt.

mod history;
mod locate;
mod open;
mod references;

use std::collections::HashSet;

pub(super) use open::{Opened, open};

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommitRecord {
    /// The full identifier.
    pub id: String,
    /// The author's name, escaped.
    pub author: String,
    /// The author's address, escaped.
    pub email: String,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// The first line of the message, escaped and at most 200 characters.
    pub subject: String,
    /// Whether the message has more than its first line.
    pub has_body: bool,
    /// How many parents it has.
    pub parents: usize,
}

/// What git knows of the target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitState {
    /// The commit that HEAD stands on; none in a repository without commits.
    pub head: Option<String>,
    /// The branch that HEAD names; none when detached.
    pub branch: Option<String>,
    /// The commits that HEAD reaches, newest first.
    pub commits: Vec<CommitRecord>,
    /// Whether there are more commits than the limits read.
    pub commits_truncated: bool,
    /// Whether parents are missing: a shallow clone.
    pub shallow: bool,
    /// The target's path inside the repository; empty at its root.
    pub prefix: String,
    /// Tracked files that differ from HEAD, sorted.
    pub changed: Vec<String>,
    /// Files that are neither tracked nor ignored, sorted.
    pub untracked: Vec<String>,
    /// Submodules: paths that are commits of other repositories.
    pub submodules: Vec<String>,
}

impl Opened {
    /// The tracked paths beneath the target, relative to it.
    pub(super) fn tracked_paths(&self) -> HashSet<Vec<u8>> {
        self.index.keys().chain(self.head_tree.keys()).cloned().collect()
    }
}
