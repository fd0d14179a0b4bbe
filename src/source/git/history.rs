//! The commits that HEAD reaches.

use std::collections::{BinaryHeap, HashSet};

use git2::{ObjectType, Oid, Repository};

use super::super::limits::Limits;
use super::super::names::escape_name;
use super::open::is_small;
use super::{CommitRecord, GitState};

/// A larger commit object is not read.
pub(super) const COMMIT_BYTES: usize = 1 << 20;

/// Reads the commits, newest first, into the state. A missing parent means a shallow clone.
pub(super) fn read(repository: &Repository, head: Oid, limits: &Limits, state: &mut GitState) {
    let mut seen = HashSet::from([head]);
    let mut pending = BinaryHeap::new();
    match record(repository, head) {
        Some((commit, parents)) => pending.push((commit.time, head, commit, parents)),
        None => return,
    }
    while let Some((_, _, commit, parents)) = pending.pop() {
        if state.commits.len() >= limits.commits {
            state.commits_truncated = true;
            return;
        }
        for parent in parents {
            if seen.insert(parent) {
                match record(repository, parent) {
                    Some((commit, parents)) => pending.push((commit.time, parent, commit, parents)),
                    None => state.shallow = true,
                }
            }
        }
        state.commits.push(commit);
    }
}

fn record(repository: &Repository, id: Oid) -> Option<(CommitRecord, Vec<Oid>)> {
    if !is_small(repository, id, ObjectType::Commit, COMMIT_BYTES) {
        return None;
    }
    let commit = repository.find_commit(id).ok()?;
    let message = String::from_utf8_lossy(commit.message_bytes());
    let mut lines = message.trim().lines();
    let subject: String = lines.next().unwrap_or_default().chars().take(200).collect();
    let author = commit.author();
    let parents: Vec<Oid> = commit.parent_ids().take(64).collect();
    let record = CommitRecord {
        id: id.to_string(),
        author: shortened(author.name_bytes()),
        email: shortened(author.email_bytes()),
        time: commit.time().seconds(),
        subject: escape_name(subject.as_bytes()),
        has_body: lines.any(|line| !line.trim().is_empty()),
        parents: parents.len(),
    };
    Some((record, parents))
}

fn shortened(bytes: &[u8]) -> String {
    escape_name(bytes.get(..200).unwrap_or(bytes))
}
