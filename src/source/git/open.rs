//! Opening a repository in isolation: objects, index and HEAD's tree.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{Index, ObjectType, Odb, Oid, Repository};

use super::super::file::{Content, File};
use super::super::limits::Limits;
use super::super::names::escape_name;
use super::super::snapshot::{Note, Snapshot};
use super::super::walk::modified;
use super::locate::{Location, locate};
use super::references::{Head, head};
use super::{GitState, history};

const INDEX_BYTES: u64 = 32 << 20;
const TREE_BYTES: usize = 8 << 20;
const TREE_DEPTH: usize = 64;

/// One entry of the index or of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Tracked {
    id: Oid,
    mode: u32,
    size: u32,
    modified: (i32, u32),
}

/// A repository that was opened in isolation. Paths are relative to the target.
pub(in crate::source) struct Opened {
    /// The folders from the repository's root down to the target, without the target.
    pub(in crate::source) above: Vec<PathBuf>,
    /// What was left out.
    pub(in crate::source) notes: Vec<Note>,
    pub(super) index: BTreeMap<Vec<u8>, Tracked>,
    pub(super) head_tree: BTreeMap<Vec<u8>, Tracked>,
    repository: Repository,
    head: Head,
    prefix: Vec<u8>,
    has_index: bool,
    limits: Limits,
}

/// Opens the repository that a target belongs to.
///
/// # Errors
///
/// A reason when there is a repository that cannot be read safely.
pub(in crate::source) fn open(target: &Path, limits: &Limits) -> Result<Option<Opened>, String> {
    let Some(location) = locate(target)? else {
        return Ok(None);
    };
    let objects = location.common.join("objects");
    check_objects(&objects)?;
    let (repository, mut notes) = (isolated(&objects)?, Vec::new());
    let head = head(&location);
    let below = target.strip_prefix(&location.root).unwrap_or(Path::new(""));
    let mut prefix = below.as_os_str().as_encoded_bytes().to_vec();
    if !prefix.is_empty() {
        prefix.push(b'/');
    }
    let (index, has_index) = match read_index(&location, &prefix, limits) {
        Ok(index) => index,
        Err(why) => {
            notes.push(Note {
                path: ".git/index".to_owned(),
                what: why,
            });
            (BTreeMap::new(), false)
        }
    };
    let head_tree = match head.commit {
        Some(commit) => match read_tree(&repository, commit, &prefix, limits) {
            Ok(tree) => tree,
            Err(why) => {
                notes.push(Note {
                    path: ".git".to_owned(),
                    what: why,
                });
                BTreeMap::new()
            }
        },
        None => BTreeMap::new(),
    };
    if !prefix.is_empty() && index.is_empty() && head_tree.is_empty() {
        // a folder that an enclosing repository does not know is not that repository's
        return Ok(None);
    }
    let mut above: Vec<PathBuf> = target.ancestors().skip(1).map(Path::to_path_buf).collect();
    above.retain(|folder| folder.starts_with(&location.root));
    above.reverse();
    Ok(Some(Opened {
        above,
        notes,
        index,
        head_tree,
        repository,
        head,
        prefix,
        has_index,
        limits: *limits,
    }))
}

/// Refuses an object folder that leads elsewhere or would block a reader.
fn check_objects(objects: &Path) -> Result<(), String> {
    const ODD: &str = "holds links or special files among its objects: treated as no repository";
    let is_folder = |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if !is_folder(objects) {
        return Err(ODD.to_owned());
    }
    for name in ["info/alternates", "info/http-alternates"] {
        if fs::symlink_metadata(objects.join(name)).is_ok() {
            return Err("borrows objects from another repository (alternates): treated as no repository".to_owned());
        }
    }
    let mut budget = 300_000_usize;
    for folder in fs::read_dir(objects)
        .map_err(|error| error.to_string())?
        .take(1000)
        .flatten()
    {
        let kind = folder.file_type().map_err(|error| error.to_string())?;
        if kind.is_file() {
            continue;
        }
        if !kind.is_dir() {
            return Err(ODD.to_owned());
        }
        for entry in fs::read_dir(folder.path())
            .map_err(|error| error.to_string())?
            .flatten()
        {
            budget = budget
                .checked_sub(1)
                .ok_or("holds too many objects: treated as no repository")?;
            if !entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_dir()) {
                return Err(ODD.to_owned());
            }
        }
    }
    Ok(())
}

/// An object database of our own with the repository's objects as its only source, and a repository around it that has
/// no configuration.
fn isolated(objects: &Path) -> Result<Repository, String> {
    let failed = |error: git2::Error| format!("cannot be read ({}): treated as no repository", error.message());
    let path = objects
        .to_str()
        .ok_or("lies at a path that is not UTF-8: treated as no repository")?;
    let odb = Odb::new().map_err(failed)?;
    odb.add_disk_alternate(path).map_err(failed)?;
    Repository::from_odb(odb).map_err(failed)
}

type Entries = BTreeMap<Vec<u8>, Tracked>;

fn read_index(location: &Location, prefix: &[u8], limits: &Limits) -> Result<(Entries, bool), String> {
    let path = location.git_folder.join("index");
    let metadata = match fs::symlink_metadata(&path) {
        Err(_) => return Ok((Entries::new(), false)),
        Ok(metadata) if metadata.is_file() && metadata.len() <= INDEX_BYTES => metadata,
        Ok(_) => return Err("is too large or no regular file, not read".to_owned()),
    };
    let (written, part) = modified(&metadata);
    let index = Index::open(&path).map_err(|error| format!("cannot be read: {}", error.message()))?;
    let entries = index.iter().take(limits.git_entries).filter_map(|entry| {
        let relative = entry.path.strip_prefix(prefix)?.to_vec();
        let (seconds, nanoseconds) = (entry.mtime.seconds(), entry.mtime.nanoseconds());
        // A file as young as the index may have changed since without a later time; git looks into it again, too.
        let is_older = (i64::from(seconds), nanoseconds) < (written, part);
        let modified = if is_older { (seconds, nanoseconds) } else { (0, 0) };
        Some((
            relative,
            Tracked {
                id: entry.id,
                mode: entry.mode,
                size: entry.file_size,
                modified,
            },
        ))
    });
    Ok((entries.collect(), true))
}

/// Reads an object only when it is small enough and of the kind that is wanted.
pub(super) fn is_small(repository: &Repository, id: Oid, kind: ObjectType, cap: usize) -> bool {
    repository
        .odb()
        .and_then(|odb| odb.read_header(id))
        .is_ok_and(|(size, found)| found == kind && size <= cap)
}

fn read_tree(repository: &Repository, commit: Oid, prefix: &[u8], limits: &Limits) -> Result<Entries, String> {
    let broken = |_: git2::Error| "HEAD's tree cannot be read".to_owned();
    if !is_small(repository, commit, ObjectType::Commit, history::COMMIT_BYTES) {
        return Err("HEAD's commit is missing or too large to be read".to_owned());
    }
    let tree = repository.find_commit(commit).map_err(broken)?.tree_id();
    let mut pending: Vec<(Oid, Vec<u8>, usize)> = vec![(tree, Vec::new(), 0)];
    let mut entries = Entries::new();
    let mut seen = 0_usize;
    while let Some((id, path, depth)) = pending.pop() {
        if !is_small(repository, id, ObjectType::Tree, TREE_BYTES) {
            return Err("a tree of HEAD is missing or too large to be read".to_owned());
        }
        for entry in repository.find_tree(id).map_err(broken)?.iter() {
            seen += 1;
            if seen > limits.git_entries {
                return Err(format!(
                    "HEAD holds more than {} entries, the rest was left out",
                    limits.git_entries
                ));
            }
            let mut full = path.clone();
            full.extend_from_slice(entry.name_bytes());
            let mode = u32::try_from(entry.filemode()).unwrap_or_default();
            if mode == 0o040_000 {
                full.push(b'/');
                if depth < TREE_DEPTH && (full.starts_with(prefix) || prefix.starts_with(&full)) {
                    pending.push((entry.id(), full, depth + 1));
                }
            } else if let Some(relative) = full.strip_prefix(prefix) {
                let tracked = Tracked {
                    id: entry.id(),
                    mode,
                    size: 0,
                    modified: (0, 0),
                };
                entries.insert(relative.to_vec(), tracked);
            }
        }
    }
    Ok(entries)
}

impl Opened {
    /// What git knows, compared with the files that were read.
    pub(in crate::source) fn state(&self, snapshot: &Snapshot) -> GitState {
        let mut state = GitState {
            head: self.head.commit.map(|id| id.to_string()),
            branch: self.head.branch.as_ref().map(|branch| escape_name(branch.as_bytes())),
            prefix: escape_name(self.prefix.strip_suffix(b"/").unwrap_or(&self.prefix)),
            ..GitState::default()
        };
        if let Some(commit) = self.head.commit {
            history::read(&self.repository, commit, &self.limits, &mut state);
        }
        let tracked = if self.has_index { &self.index } else { &self.head_tree };
        for (path, entry) in tracked {
            let name = escape_name(path);
            if entry.mode == 0o160_000 {
                state.submodules.push(name);
                continue;
            }
            let staged = self.has_index && self.head_tree.get(path).is_none_or(|old| old.id != entry.id);
            if staged || differs(entry, &name, snapshot) {
                state.changed.push(name);
            }
        }
        if self.has_index {
            let removed = self.head_tree.keys().filter(|path| !self.index.contains_key(*path));
            state.changed.extend(removed.map(|path| escape_name(path)));
        }
        state.changed.sort();
        state.changed.dedup();
        let untracked = snapshot.files.iter().filter(|file| !file.tracked);
        state.untracked = untracked.take(1000).map(|file| file.path.clone()).collect();
        state
    }
}

/// Whether the work tree's file is another than the tracked one. What was not read is taken to be unchanged.
fn differs(entry: &Tracked, name: &str, snapshot: &Snapshot) -> bool {
    if entry.mode == 0o120_000 {
        let link = snapshot.links.iter().find(|link| link.path == name);
        return link.is_none_or(|link| Oid::hash_object(ObjectType::Blob, &link.target).ok() != Some(entry.id));
    }
    let Some(file) = snapshot.get(name) else {
        return !snapshot
            .notes
            .iter()
            .any(|note| note.what.contains("left out") || note.path == name);
    };
    if is_fresh(entry, file) {
        return false;
    }
    match &file.content {
        Content::Kept(bytes) => {
            let same = |bytes: &[u8]| Oid::hash_object(ObjectType::Blob, bytes).ok() == Some(entry.id);
            !(same(bytes) || bytes.contains(&b'\r') && same(&without_carriage_returns(bytes)))
        }
        Content::Hashed(_) | Content::Unread => entry.size != 0 && u64::from(entry.size) != file.size,
    }
}

/// Size and modification time are those that the index recorded.
fn is_fresh(entry: &Tracked, file: &File) -> bool {
    let (seconds, nanoseconds) = file.modified;
    u64::from(entry.size) == file.size
        && entry.modified.0 != 0
        && i64::from(entry.modified.0) == seconds
        && entry.modified.1 == nanoseconds
        && nanoseconds != 0
}

fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().peekable();
    while let Some(byte) = rest.next() {
        if !(*byte == b'\r' && rest.peek() == Some(&&b'\n')) {
            plain.push(*byte);
        }
    }
    plain
}
