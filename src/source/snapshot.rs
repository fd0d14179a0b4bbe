//! The snapshot itself: what was read, and what was left out.

use std::fmt::Write as _;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use super::environments::Environment;
use super::file::{Content, File, Link};
use super::git::GitState;
use super::names::escape_name;
use super::text::Text;

/// Something that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Note {
    /// The path it is about; empty for the target as a whole.
    pub path: String,
    /// What was left out or is unusual, as a fragment: `more than 50000 entries, the rest was left out`.
    pub what: String,
}

/// An immutable tree of files, read once and bounded.
#[derive(Debug, Default)]
pub struct Snapshot {
    pub(super) root_label: String,
    pub(super) files: Vec<File>,
    pub(super) links: Vec<Link>,
    pub(super) environments: Vec<Environment>,
    pub(super) notes: Vec<Note>,
    pub(super) git: Option<GitState>,
    pub(super) tree_hash: OnceLock<String>,
}

impl Snapshot {
    /// A snapshot of files in memory, for tests and for trees that come from elsewhere. Paths are relative with `/`.
    pub fn from_files<P, B>(root_label: &str, files: impl IntoIterator<Item = (P, B)>) -> Self
    where
        P: Into<String>,
        B: Into<Vec<u8>>,
    {
        let files = files
            .into_iter()
            .map(|(path, bytes)| {
                let (raw_path, bytes) = (path.into().into_bytes(), bytes.into());
                File {
                    path: escape_name(&raw_path),
                    raw_path,
                    size: bytes.len() as u64,
                    content: Content::Kept(bytes),
                    executable: false,
                    tracked: false,
                    environment: false,
                    modified: (0, 0),
                }
            })
            .collect();
        let mut snapshot = Self {
            root_label: root_label.to_owned(),
            files,
            ..Self::default()
        };
        snapshot.settle();
        snapshot
    }

    /// Sorts, marks environments and notes case collisions; every constructor ends here.
    pub(super) fn settle(&mut self) {
        self.files.sort_by(|left, right| left.path.cmp(&right.path));
        self.files.dedup_by(|left, right| left.path == right.path);
        self.links.sort_by(|left, right| left.path.cmp(&right.path));
        super::environments::mark(self);
        let mut folded: Vec<(String, &str)> = self
            .written()
            .map(|file| (file.path.to_lowercase(), file.path.as_str()))
            .collect();
        folded.sort();
        let collisions = folded.windows(2).filter_map(|pair| match pair {
            [(left, first), (right, second)] if left == right => {
                let what = format!("differs from {second} in upper and lower case only");
                Some(Note {
                    path: (*first).to_owned(),
                    what,
                })
            }
            _ => None,
        });
        let collisions: Vec<Note> = collisions.take(100).collect();
        self.notes.extend(collisions);
        self.notes
            .sort_by(|left, right| (&left.path, &left.what).cmp(&(&right.path, &right.what)));
        self.notes.dedup();
    }

    /// What the target is called: the last part of its path.
    pub fn root_label(&self) -> &str {
        &self.root_label
    }

    /// All files, sorted by path.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The files that are what they are: neither part of an installed environment nor a template of a file, sorted by path.
    pub fn sources(&self) -> impl Iterator<Item = &File> {
        self.written().filter(|file| !file.is_template())
    }

    /// The files that somebody wrote, templates too: all that are not part of an installed environment, sorted by path.
    pub fn written(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| !file.environment)
    }

    /// The file with exactly this path.
    pub fn get(&self, path: &str) -> Option<&File> {
        let index = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        self.files.get(index)
    }

    /// The text of the file with exactly this path.
    pub fn text(&self, path: &str) -> Option<Text<'_>> {
        self.get(path)?.text()
    }

    /// The symbolic links, sorted by path; none was followed.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The installed environments found in the tree.
    pub fn environments(&self) -> &[Environment] {
        &self.environments
    }

    /// What was left out, and why.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What git knows, when the target is a repository that could be read safely.
    pub fn git(&self) -> Option<&GitState> {
        self.git.as_ref()
    }

    /// The SHA-256 over all paths, modes and contents, in hexadecimal: the key of cached results.
    pub fn tree_hash(&self) -> &str {
        self.tree_hash.get_or_init(|| {
            let mut hasher = Sha256::new();
            let mut entry = |kind: u8, path: &[u8], digest: &[u8]| {
                hasher.update([kind]);
                hasher.update((path.len() as u64).to_be_bytes());
                hasher.update(path);
                hasher.update((digest.len() as u64).to_be_bytes());
                hasher.update(digest);
            };
            for file in &self.files {
                entry(
                    if file.executable { b'x' } else { b'f' },
                    &file.raw_path,
                    &file.digest(),
                );
            }
            for link in &self.links {
                entry(b'l', &link.raw_path, &link.target);
            }
            hasher
                .finalize()
                .iter()
                .fold(String::with_capacity(64), |mut text, byte| {
                    let _ = write!(text, "{byte:02x}");
                    text
                })
        })
    }
}
