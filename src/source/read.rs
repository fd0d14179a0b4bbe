//! Reading a folder into a snapshot.

use std::fs::{self, File as OsFile};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::SourceError;
use super::file::Content;
use super::git;
use super::limits::Limits;
use super::snapshot::{Note, Snapshot};
use super::walk::Walk;

impl Snapshot {
    /// Reads a folder: what git tracks in it, and what is untracked and not ignored by the repository's `.gitignore`
    /// files. Without a repository, everything that those files do not ignore.
    ///
    /// # Errors
    ///
    /// When the folder does not exist, is not a folder or cannot be read. Trouble with single files becomes a note.
    pub fn from_folder(path: &Path, limits: &Limits) -> Result<Self, SourceError> {
        let root = fs::canonicalize(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => SourceError::NotFound {
                path: path.to_path_buf(),
            },
            _ => SourceError::Unreadable {
                path: path.to_path_buf(),
                source,
            },
        })?;
        if !root.is_dir() {
            return Err(SourceError::NotAFolder {
                path: path.to_path_buf(),
            });
        }
        fs::read_dir(&root).map_err(|source| SourceError::Unreadable {
            path: path.to_path_buf(),
            source,
        })?;

        let label = root
            .file_name()
            .map_or(Vec::new(), |name| name.as_encoded_bytes().to_vec());
        let mut snapshot = Self {
            root_label: super::names::escape_name(&label),
            ..Self::default()
        };
        let mut opened = match git::open(&root, limits) {
            Ok(opened) => opened,
            Err(why) => {
                snapshot.notes.push(Note {
                    path: ".git".to_owned(),
                    what: why,
                });
                None
            }
        };
        let tracked = opened.as_ref().map(git::Opened::tracked_paths).unwrap_or_default();
        let above = opened.as_ref().map(|opened| opened.above.clone()).unwrap_or_default();
        let walked = Walk::run(&root, &above, &tracked, limits);
        snapshot.files = walked.files;
        snapshot.links = walked.links;
        snapshot.notes.extend(walked.notes);
        snapshot.settle();
        if let Some(opened) = &mut opened {
            snapshot.notes.append(&mut opened.notes);
            snapshot.git = Some(opened.state(&snapshot));
        }
        Ok(snapshot)
    }
}

/// How many bytes may still be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// To keep.
    pub(super) kept: u64,
    /// To hash only.
    pub(super) hashed: u64,
}

/// Reads a regular file within the limits. The caller has seen that it is one; it is checked again once it is open.
pub(super) fn read_file(path: &Path, file_bytes: u64, budget: &mut Budget) -> io::Result<Content> {
    let mut file = OsFile::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let size = metadata.len();
    let cap = file_bytes.min(budget.kept);
    if size <= cap {
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        (&mut file).take(cap + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= cap {
            budget.kept -= bytes.len() as u64;
            return Ok(Content::Kept(bytes));
        }
        return Ok(Content::Unread);
    }
    if size > budget.hashed {
        return Ok(Content::Unread);
    }
    budget.hashed -= size;
    let mut hasher = Sha256::new();
    let mut reader = file.take(size);
    let mut buffer = vec![0; 64 << 10];
    loop {
        match reader.read(&mut buffer)? {
            0 => break,
            count => hasher.update(buffer.get(..count).unwrap_or_default()),
        }
    }
    Ok(Content::Hashed(hasher.finalize().into()))
}

/// Reads a small regular file whole; nothing when it is missing, no regular file or larger than `cap`.
pub(super) fn read_small(path: &Path, cap: u64) -> io::Result<Option<Vec<u8>>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() <= cap => {}
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut bytes = Vec::new();
    OsFile::open(path)?.take(cap + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= cap).then_some(bytes))
}
