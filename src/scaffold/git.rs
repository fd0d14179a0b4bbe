//! The new project's repository: branch `main`, one commit, the tree exactly as planned.
//!
//! Objects are made from the planned bytes, never read back through filters, so nothing in a user's configuration
//! (`core.autocrlf`, `core.excludesFile`, `init.templateDir`, `init.defaultBranch`, `core.hooksPath`) changes what is
//! committed. libgit2 runs no hooks.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use git2::{Config, FileMode, Odb, Oid, Repository, RepositoryInitOptions, Signature};

use super::answers::{DEFAULT_AUTHOR, DEFAULT_EMAIL};
use super::error::Error;
use super::plan::PlannedFile;

/// The branch of the first commit.
const BRANCH: &str = "refs/heads/main";

/// Who commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

impl Identity {
    /// A signature of now. Git allows no angle brackets in it and drops punctuation around it; when nothing is left, the
    /// defaults stand in.
    fn signature(&self) -> Result<Signature<'static>, git2::Error> {
        let clean = |text: &str, default: &str| {
            let text: String = text.chars().filter(|character| !"<>".contains(*character)).collect();
            let left = text.trim_matches(|character: char| {
                character.is_whitespace() || character.is_control() || ".,:;<>\"\\'".contains(character)
            });
            if left.is_empty() {
                default.to_owned()
            } else {
                left.to_owned()
            }
        };
        Signature::now(&clean(&self.name, DEFAULT_AUTHOR), &clean(&self.email, DEFAULT_EMAIL))
    }
}

/// The name and the address in the user's own git configuration, as far as it has them.
pub fn configured() -> (Option<String>, Option<String>) {
    let Ok(mut config) = Config::open_default() else {
        return (None, None);
    };
    let Ok(config) = config.snapshot() else {
        return (None, None);
    };
    let read = |key: &str| config.get_str(key).ok().map(str::to_owned);
    (read("user.name"), read("user.email"))
}

/// Makes a repository in a folder and commits the planned files; returns the commit's id.
///
/// The objects go into one pack: that is several times faster than a file for each.
pub fn commit(folder: &Path, files: &[PlannedFile], identity: &Identity, message: &str) -> Result<String, Error> {
    let failed = |doing: &'static str| move |source| Error::Git { doing, source };
    let making = "make the git repository";
    let committing = "make the first commit";
    let repository = Repository::init_opts(
        folder,
        RepositoryInitOptions::new()
            .no_reinit(true)
            .external_template(false)
            .initial_head("main"),
    )
    .map_err(failed(making))?;
    let id = objects(&repository, files, identity, message).map_err(failed(committing))?;
    let finish = || -> Result<(), git2::Error> {
        let subject = message.lines().next().unwrap_or_default();
        repository.reference(BRANCH, id, false, &format!("commit (initial): {subject}"))?;
        let mut index = repository.index()?;
        index.read_tree(&repository.find_commit(id)?.tree()?)?;
        #[cfg(unix)]
        stat(&mut index, folder)?;
        index.write()
    };
    finish().map_err(failed(committing))?;
    Ok(id.to_string())
}

/// Notes in the index what the file system says of each file, as git does: who compares the two need not read the file.
#[cfg(unix)]
fn stat(index: &mut git2::Index, folder: &Path) -> Result<(), git2::Error> {
    use std::os::unix::fs::MetadataExt as _;

    use git2::IndexTime;

    let entries: Vec<_> = index.iter().collect();
    for mut entry in entries {
        let path = folder.join(String::from_utf8_lossy(&entry.path).as_ref());
        let Ok(metadata) = path.symlink_metadata() else {
            continue;
        };
        // The format keeps the lower half of each number.
        let time = |seconds: i64, nanoseconds: i64| IndexTime::new(seconds as i32, nanoseconds as u32);
        entry.ctime = time(metadata.ctime(), metadata.ctime_nsec());
        entry.mtime = time(metadata.mtime(), metadata.mtime_nsec());
        (entry.dev, entry.ino) = (metadata.dev() as u32, metadata.ino() as u32);
        (entry.uid, entry.gid) = (metadata.uid(), metadata.gid());
        entry.file_size = metadata.len() as u32;
        index.add(&entry)?;
    }
    Ok(())
}

/// Writes the blobs, the trees and the commit as one pack.
fn objects(
    repository: &Repository,
    files: &[PlannedFile],
    identity: &Identity,
    message: &str,
) -> Result<Oid, git2::Error> {
    // made in memory: on disk, each object would be looked for before it is written
    let scratch = Repository::from_odb(Odb::new()?)?;
    let database = scratch.odb()?;
    let memory = database.add_new_mempack_backend(1)?;
    let mut root = Folder::default();
    for file in files {
        let mode = if file.executable {
            FileMode::BlobExecutable
        } else {
            FileMode::Blob
        };
        root.insert(&file.path, scratch.blob(&file.bytes)?, mode);
    }
    let tree = scratch.find_tree(root.write(&scratch)?)?;
    let signature = identity.signature()?;
    let id = scratch.commit(None, &signature, &signature, message, &tree, &[])?;
    let mut pack = git2::Buf::new();
    memory.dump(&scratch, &mut pack)?;
    let disk = repository.odb()?;
    let mut writer = disk.packwriter()?;
    writer
        .write_all(&pack)
        .map_err(|error| git2::Error::from_str(&error.to_string()))?;
    writer.commit()?;
    Ok(id)
}

/// A folder of the tree to be.
#[derive(Default)]
struct Folder {
    files: BTreeMap<String, (Oid, FileMode)>,
    folders: BTreeMap<String, Self>,
}

impl Folder {
    fn insert(&mut self, path: &str, id: Oid, mode: FileMode) {
        match path.split_once('/') {
            Some((folder, rest)) => self
                .folders
                .entry(folder.to_owned())
                .or_default()
                .insert(rest, id, mode),
            None => {
                self.files.insert(path.to_owned(), (id, mode));
            }
        }
    }

    fn write(&self, repository: &Repository) -> Result<Oid, git2::Error> {
        let mut builder = repository.treebuilder(None)?;
        for (name, (id, mode)) in &self.files {
            builder.insert(name, *id, (*mode).into())?;
        }
        for (name, folder) in &self.folders {
            builder.insert(name, folder.write(repository)?, FileMode::Tree.into())?;
        }
        builder.write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_always_possible() {
        for (name, expected) in [
            ("Ada", "Ada"),
            ("A <b> c", "A b c"),
            ("\"'", DEFAULT_AUTHOR),
            ("<>", DEFAULT_AUTHOR),
            ("O'Brien \"x\"", "O'Brien \"x"),
        ] {
            let identity = Identity {
                name: name.into(),
                email: "a@b".into(),
            };
            assert_eq!(identity.signature().unwrap().name().unwrap(), expected);
        }
    }

    #[test]
    fn the_commit_holds_the_planned_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let file = |path: &str, bytes: &'static [u8]| PlannedFile {
            path: path.into(),
            bytes: bytes.into(),
            executable: bytes.starts_with(b"#!"),
        };
        let files = [file("a/b.txt", b"x\r\n"), file("run.sh", b"#!/bin/sh\n")];
        let identity = Identity {
            name: "Ada".into(),
            email: "ada@example.com".into(),
        };
        let id = commit(folder.path(), &files, &identity, "Scaffold\n").unwrap();
        let repository = Repository::open(folder.path()).unwrap();
        let head = repository.head().unwrap();
        assert_eq!(head.name().unwrap(), BRANCH);
        let commit = head.peel_to_commit().unwrap();
        assert_eq!(commit.id().to_string(), id);
        assert_eq!(
            (commit.parent_count(), commit.author().email().unwrap()),
            (0, "ada@example.com")
        );
        let tree = commit.tree().unwrap();
        let entry = tree.get_path(Path::new("a/b.txt")).unwrap();
        assert_eq!(repository.find_blob(entry.id()).unwrap().content(), b"x\r\n");
        assert_eq!(tree.get_name("run.sh").unwrap().filemode(), 0o100_755);
        assert!(commit_again(folder.path(), &files, &identity));
    }

    #[cfg(unix)]
    #[test]
    fn the_index_knows_the_files_on_disk() {
        use std::os::unix::fs::MetadataExt as _;

        let folder = tempfile::tempdir().unwrap();
        let files = ["a.txt", "not-there.txt"].map(|path| PlannedFile {
            path: path.into(),
            bytes: b"x\n".into(),
            executable: false,
        });
        std::fs::write(folder.path().join("a.txt"), "x\n").unwrap();
        let identity = Identity {
            name: "Ada".into(),
            email: "ada@example.com".into(),
        };
        commit(folder.path(), &files, &identity, "Scaffold\n").unwrap();
        let index = Repository::open(folder.path()).unwrap().index().unwrap();
        let sizes: Vec<u32> = index.iter().map(|entry| entry.file_size).collect();
        assert_eq!(sizes, [2, 0]);
        let (entry, metadata) = (index.get(0).unwrap(), folder.path().join("a.txt").metadata().unwrap());
        assert_eq!(i64::from(entry.mtime.nanoseconds()), metadata.mtime_nsec());
        assert_eq!(u64::from(entry.ino), metadata.ino() & u64::from(u32::MAX));
    }

    fn commit_again(folder: &Path, files: &[PlannedFile], identity: &Identity) -> bool {
        matches!(commit(folder, files, identity, "again"), Err(Error::Git { .. }))
    }
}
