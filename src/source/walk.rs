//! Walking a folder: breadth first, so that a huge subfolder never hides the files at the top.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use super::environments::root_by_path;
use super::file::{Content, File, Link};
use super::ignore_files::{IgnoreChain, LINE_BUDGET};
use super::limits::Limits;
use super::names::escape_name;
use super::read::{Budget, read_file, read_small};
use super::snapshot::Note;

/// What walking found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) files: Vec<File>,
    pub(super) links: Vec<Link>,
    pub(super) notes: Vec<Note>,
}

/// Walks a target.
pub(super) struct Walk<'a> {
    root: &'a Path,
    limits: &'a Limits,
    tracked: &'a HashSet<Vec<u8>>,
    found: Walked,
    seen: HashSet<Vec<u8>>,
    budget: Budget,
    ignore_budget: usize,
    environment_files: HashMap<Vec<u8>, usize>,
    full: bool,
}

struct Folder {
    path: PathBuf,
    relative: Vec<u8>,
    depth: usize,
    ignores: IgnoreChain,
}

const GITIGNORE_BYTES: u64 = 256 << 10;

impl<'a> Walk<'a> {
    /// Reads the tree beneath `root`. `above` are the folders from the enclosing repository's root down to the target,
    /// without the target: their `.gitignore` files count too.
    pub(super) fn run(root: &'a Path, above: &[PathBuf], tracked: &'a HashSet<Vec<u8>>, limits: &'a Limits) -> Walked {
        let mut walk = Self {
            root,
            limits,
            tracked,
            found: Walked::default(),
            seen: HashSet::new(),
            budget: Budget {
                kept: limits.total_bytes,
                hashed: limits.hashed_bytes,
            },
            ignore_budget: LINE_BUDGET,
            environment_files: HashMap::new(),
            full: false,
        };
        let mut ignores = IgnoreChain::default();
        for folder in above {
            ignores = walk.extend(&ignores, folder);
        }
        let mut queue = VecDeque::from([Folder {
            path: root.to_path_buf(),
            relative: Vec::new(),
            depth: 0,
            ignores,
        }]);
        while let Some(folder) = queue.pop_front() {
            if walk.full {
                break;
            }
            walk.folder(folder, &mut queue);
        }
        walk.tracked_but_ignored();
        if walk.full {
            let what = format!("more than {} files, the rest was left out", limits.files);
            walk.found.notes.push(Note {
                path: String::new(),
                what,
            });
        }
        walk.found
    }

    fn extend(&mut self, ignores: &IgnoreChain, folder: &Path) -> IgnoreChain {
        match read_small(&folder.join(".gitignore"), GITIGNORE_BYTES) {
            Ok(Some(content)) => ignores.with(folder, &content, &mut self.ignore_budget),
            Ok(None) | Err(_) => ignores.clone(),
        }
    }

    fn note(&mut self, path: &[u8], what: impl Into<String>) {
        if self.found.notes.len() < 1000 {
            self.found.notes.push(Note {
                path: escape_name(path),
                what: what.into(),
            });
        }
    }

    fn folder(&mut self, folder: Folder, queue: &mut VecDeque<Folder>) {
        let Ok(reader) = fs::read_dir(&folder.path) else {
            self.note(&folder.relative, "cannot be read");
            return;
        };
        let mut entries: Vec<fs::DirEntry> = reader.take(self.limits.folder_entries + 1).flatten().collect();
        if entries.len() > self.limits.folder_entries {
            entries.truncate(self.limits.folder_entries);
            let what = format!(
                "more than {} entries, the rest was left out",
                self.limits.folder_entries
            );
            self.note(&folder.relative, what);
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        let ignores = self.extend(&folder.ignores, &folder.path);
        for entry in entries {
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            let relative = join(&folder.relative, name);
            if name == b".git" {
                if !folder.relative.is_empty() {
                    self.note(
                        &folder.relative,
                        "a repository inside the repository, read as plain files",
                    );
                }
                continue;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            if kind.is_dir() {
                if ignores.ignores(&path, true) {
                    continue;
                }
                if folder.depth + 1 >= self.limits.depth {
                    self.note(
                        &relative,
                        format!("deeper than {} folders, left out", self.limits.depth),
                    );
                    continue;
                }
                queue.push_back(Folder {
                    path,
                    relative,
                    depth: folder.depth + 1,
                    ignores: ignores.clone(),
                });
            } else if self.tracked.contains(&relative) || !ignores.ignores(&path, false) {
                self.entry(relative, &path);
            }
            if self.full {
                return;
            }
        }
    }

    /// Records one entry that is not a folder.
    fn entry(&mut self, relative: Vec<u8>, path: &Path) {
        if !self.seen.insert(relative.clone()) {
            return;
        }
        let Ok(metadata) = fs::symlink_metadata(path) else {
            return;
        };
        let tracked = self.tracked.contains(&relative);
        if metadata.is_symlink() {
            let target = fs::read_link(path).map(|target| target.as_os_str().as_encoded_bytes().to_vec());
            self.found.links.push(Link {
                path: escape_name(&relative),
                raw_path: relative,
                target: target.unwrap_or_default(),
                tracked,
            });
        } else if metadata.is_file() {
            self.regular(relative, path, &metadata, tracked);
        } else {
            self.note(&relative, "not a regular file (a FIFO, socket or device), left out");
        }
    }

    fn regular(&mut self, relative: Vec<u8>, path: &Path, metadata: &Metadata, tracked: bool) {
        let environment = root_by_path(&relative).map(|(end, _)| relative.get(..end).unwrap_or_default().to_vec());
        if let Some(root) = &environment {
            let count = self.environment_files.entry(root.clone()).or_default();
            *count += 1;
            if *count > self.limits.environment_files {
                if *count == self.limits.environment_files + 1 {
                    let what = format!(
                        "more than {} files, the rest was left out",
                        self.limits.environment_files
                    );
                    let root = root.clone();
                    self.note(&root, what);
                }
                return;
            }
        } else if self.found.files.len() >= self.limits.files {
            self.full = true;
            return;
        }
        let content = if environment.is_some() && !relative.ends_with(b"/pyvenv.cfg") {
            Content::Unread
        } else {
            match read_file(path, self.limits.file_bytes, &mut self.budget) {
                Ok(content) => content,
                Err(_) => {
                    self.note(&relative, "cannot be read");
                    return;
                }
            }
        };
        if environment.is_none() {
            match &content {
                Content::Kept(_) => {}
                Content::Hashed(_) => self.note(&relative, format!("{} bytes, only hashed", metadata.len())),
                Content::Unread => self.note(&relative, format!("{} bytes, not read", metadata.len())),
            }
        }
        self.found.files.push(File {
            path: escape_name(&relative),
            raw_path: relative,
            size: metadata.len(),
            content,
            executable: is_executable(metadata),
            tracked,
            environment: environment.is_some(),
            modified: modified(metadata),
        });
    }

    /// Tracked files that lie in an ignored folder are part of the repository all the same.
    fn tracked_but_ignored(&mut self) {
        let mut missing: Vec<&Vec<u8>> = self.tracked.iter().filter(|path| !self.seen.contains(*path)).collect();
        missing.sort();
        let mut plain_folders: HashMap<Vec<u8>, bool> = HashMap::new();
        for relative in missing {
            if self.full || relative.split(|byte| *byte == b'/').count() > self.limits.depth {
                continue;
            }
            if let (Some(path), true) = (
                to_path(self.root, relative),
                self.is_in_plain_folders(relative, &mut plain_folders),
            ) {
                self.entry(relative.clone(), &path);
            }
        }
    }

    /// Whether every folder on the way is a real one, not a link to somewhere else.
    fn is_in_plain_folders(&self, relative: &[u8], known: &mut HashMap<Vec<u8>, bool>) -> bool {
        let ends = relative
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'/')
            .map(|(end, _)| end);
        for folder in ends.filter_map(|end| relative.get(..end)) {
            let plain = match known.get(folder) {
                Some(plain) => *plain,
                None => {
                    let plain = to_path(self.root, folder)
                        .and_then(|path| fs::symlink_metadata(path).ok())
                        .is_some_and(|metadata| metadata.is_dir());
                    known.insert(folder.to_vec(), plain);
                    plain
                }
            };
            if !plain {
                return false;
            }
        }
        true
    }
}

fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() {
        name.to_vec()
    } else {
        [folder, b"/", name].concat()
    }
}

/// The path of a tracked file; nothing for names that would leave the root.
fn to_path(root: &Path, relative: &[u8]) -> Option<PathBuf> {
    let mut path = root.to_path_buf();
    for part in relative.split(|byte| *byte == b'/') {
        if part.is_empty() || part == b"." || part == b".." || part.eq_ignore_ascii_case(b".git") {
            return None;
        }
        path.push(os_name(part)?);
    }
    Some(path)
}

#[cfg(unix)]
fn os_name(part: &[u8]) -> Option<&std::ffi::OsStr> {
    Some(std::os::unix::ffi::OsStrExt::from_bytes(part))
}

#[cfg(not(unix))]
fn os_name(part: &[u8]) -> Option<&std::ffi::OsStr> {
    std::str::from_utf8(part).ok().map(std::ffi::OsStr::new)
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

pub(super) fn modified(metadata: &Metadata) -> (i64, u32) {
    let since = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or((0, 0), |since| {
        (i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos())
    })
}
