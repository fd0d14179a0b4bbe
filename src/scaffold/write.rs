//! Writing a plan: into a staging folder first, then into place by renaming, so that a project is there whole or not at
//! all. No symbolic link is followed, nothing that exists is replaced, and what a failure or an interruption leaves
//! behind is removed.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use super::error::Error;
use super::git::{self, Identity};
use super::plan::{PlannedFile, unsafe_paths};

/// How the staging folder's name begins.
const STAGING: &str = ".proofolio-";

/// A folder that a project can be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The absolute path, without `.` and `..`.
    pub path: PathBuf,
    /// True when it exists, as an empty folder.
    pub exists: bool,
}

/// The first commit of a project.
#[derive(Debug, Clone)]
pub struct FirstCommit {
    /// Who commits.
    pub identity: Identity,
    /// The message.
    pub message: String,
}

impl Target {
    /// Checks a folder: it must be empty or not exist, and no part of its path may be a symbolic link.
    ///
    /// Links directly below the file system's root (`/tmp` and `/var` on macOS, `/home` on some Linux systems) belong to
    /// the system and are followed.
    pub fn check(directory: &Path) -> Result<Self, Error> {
        let path = resolve(directory)?;
        let refuse = |why: String, hint: &str| {
            Err(Error::Target {
                path: path.clone(),
                why,
                hint: hint.to_owned(),
            })
        };
        // from the top, so that no link is followed before it is looked at
        let parts: Vec<&Path> = path.ancestors().collect();
        for part in parts.into_iter().rev() {
            let metadata = match fs::symlink_metadata(part) {
                Ok(metadata) => metadata,
                Err(error) if missing(&error) => break,
                Err(error) => return Err(io_error("look at", part)(error)),
            };
            let system = part != path && part.parent().is_some_and(|parent| parent.parent().is_none());
            if metadata.is_symlink() && !system {
                let whole = if part == path { "it" } else { "a part of its path" };
                return refuse(
                    format!("{whole} is a symbolic link ({})", part.display()),
                    "Name the folder that the link points to, or another one.",
                );
            }
            if !metadata.is_dir() && !metadata.is_symlink() {
                return refuse(
                    format!("{} is a file", part.display()),
                    "Choose a folder that does not exist yet.",
                );
            }
        }
        let exists = match fs::read_dir(&path) {
            Err(error) if missing(&error) => false,
            Err(error) => return Err(io_error("look at", &path)(error)),
            Ok(mut entries) => {
                if let Some(entry) = entries.next() {
                    let entry = entry.map_err(io_error("look at", &path))?;
                    return refuse(
                        format!("it is not empty (it holds {:?})", entry.file_name()),
                        "Choose a folder that is empty or does not exist yet.",
                    );
                }
                true
            }
        };
        Ok(Self { path, exists })
    }

    /// The last part of the path.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// The absolute path of a folder without `.` and `..`.
pub fn resolve(directory: &Path) -> Result<PathBuf, Error> {
    let current = || std::env::current_dir().map_err(io_error("find", Path::new("the current folder")));
    let mut path = if directory.is_absolute() {
        PathBuf::new()
    } else {
        current()?
    };
    for component in directory.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                // a link before `..` would make the text lie
                if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) {
                    return Err(Error::Target {
                        path,
                        why: "a part of its path is a symbolic link".to_owned(),
                        hint: "Write the path without `..`.".to_owned(),
                    });
                }
                path.pop();
            }
            other => path.push(other),
        }
    }
    Ok(path)
}

/// A part of what is written: files below one folder of the target, and the first commit of a repository there.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The folder inside the target; empty for the target itself.
    pub folder: &'a str,
    /// Its files.
    pub files: &'a [PlannedFile],
    /// The commit; `None` makes no repository.
    pub commit: Option<&'a FirstCommit>,
}

/// Writes parts and makes their first commits; returns the commits' ids, `None` for a part without a repository.
/// `interrupted` is asked before every file.
pub fn write(
    parts: &[Part<'_>],
    directory: &Path,
    interrupted: &dyn Fn() -> bool,
) -> Result<Vec<Option<String>>, Error> {
    let problems = unsafe_paths(paths(parts).iter().map(String::as_str));
    if !problems.is_empty() {
        return Err(Error::Template {
            name: "plan".to_owned(),
            problems,
        });
    }
    let target = Target::check(directory)?;
    let go_on = || if interrupted() { Err(Error::Interrupted) } else { Ok(()) };
    go_on()?;
    let beside = if target.exists {
        target.path.as_path()
    } else {
        target.path.parent().unwrap_or(&target.path)
    };
    let mut parents = Created::make(beside)?;
    let staging = tempfile::Builder::new()
        .prefix(STAGING)
        .tempdir_in(beside)
        .map_err(io_error("make a folder in", beside))?;
    // the staging folder itself is private; what becomes the project takes the usual permissions
    let project = staging.path().join("project");
    fs::create_dir(&project).map_err(io_error("make", &project))?;
    let mut ids = Vec::new();
    for part in parts {
        let root = project.join(part.folder);
        fs::create_dir_all(&root).map_err(io_error("make", &root))?;
        let mut made = BTreeSet::new();
        for file in part.files {
            go_on()?;
            write_file(&root, file, &mut made)?;
        }
        go_on()?;
        ids.push(match part.commit {
            Some(first) => Some(git::commit(&root, part.files, &first.identity, &first.message)?),
            None => None,
        });
    }
    go_on()?;
    if target.exists {
        fill(&project, staging.path(), &target.path)?;
    } else {
        place(&project, &target.path)?;
    }
    parents.keep();
    // what is left is an empty folder; that it cannot be removed is no reason to call the project unwritten
    let _ = staging.close();
    Ok(ids)
}

/// Every path that is going to be written, inside the target.
fn paths(parts: &[Part<'_>]) -> Vec<String> {
    let inside = |part: &Part<'_>, file: &PlannedFile| match part.folder {
        "" => file.path.clone(),
        folder => format!("{folder}/{}", file.path),
    };
    parts
        .iter()
        .flat_map(|part| part.files.iter().map(move |file| inside(part, file)))
        .collect()
}

/// Writes one file that must not exist, and its folders unless they are made already.
fn write_file(project: &Path, file: &PlannedFile, made: &mut BTreeSet<PathBuf>) -> Result<(), Error> {
    let path = project.join(&file.path);
    if let Some(parent) = path
        .parent()
        .filter(|parent| *parent != project && !made.contains(*parent))
    {
        fs::create_dir_all(parent).map_err(io_error("make", parent))?;
        made.insert(parent.to_owned());
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if file.executable { 0o777 } else { 0o666 });
    }
    let mut handle = options.open(&path).map_err(io_error("make", &path))?;
    handle.write_all(&file.bytes).map_err(io_error("write", &path))
}

/// Renames the staged project to a target that does not exist.
fn place(project: &Path, target: &Path) -> Result<(), Error> {
    // a rename would replace an empty folder or a file that came up in the meantime
    match fs::symlink_metadata(target) {
        Err(error) if missing(&error) => {}
        Err(error) => return Err(io_error("look at", target)(error)),
        Ok(_) => return Err(appeared(target)),
    }
    fs::rename(project, target).map_err(io_error("make", target))
}

/// Moves the staged project into an empty folder, which keeps its own identity: a shell may be in it. When a move fails,
/// the moves before it are taken back.
fn fill(project: &Path, staging: &Path, target: &Path) -> Result<(), Error> {
    let list = |folder: &Path| -> Result<Vec<PathBuf>, Error> {
        let entries = fs::read_dir(folder).map_err(io_error("look at", folder))?;
        let mut paths = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()
            .map_err(io_error("look at", folder))?;
        paths.sort();
        Ok(paths)
    };
    if list(target)?.iter().any(|path| path != staging) {
        return Err(appeared(target));
    }
    let mut moved: Vec<(PathBuf, PathBuf)> = Vec::new();
    for from in list(project)? {
        let to = target.join(from.file_name().unwrap_or_default());
        let renamed = match fs::symlink_metadata(&to) {
            Ok(_) => Err(appeared(target)),
            Err(_) => fs::rename(&from, &to).map_err(io_error("make", &to)),
        };
        if let Err(error) = renamed {
            for (from, to) in moved.iter().rev() {
                let _ = fs::rename(to, from);
            }
            return Err(error);
        }
        moved.push((from, to));
    }
    Ok(())
}

fn appeared(target: &Path) -> Error {
    Error::Target {
        path: target.to_owned(),
        why: "something else was written there in the meantime".to_owned(),
        hint: "Choose another folder.".to_owned(),
    }
}

/// Folders that were made for a project; removed again unless it is written.
struct Created(Vec<PathBuf>);

impl Created {
    /// Makes a folder and what is missing above it.
    fn make(folder: &Path) -> Result<Self, Error> {
        let missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|part| fs::symlink_metadata(part).is_err())
            .collect();
        let mut created = Self(Vec::new());
        for part in missing.into_iter().rev() {
            fs::create_dir(part).map_err(io_error("make", part))?;
            created.0.push(part.to_owned());
        }
        Ok(created)
    }

    /// They stay.
    fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // never more than an empty folder
            let _ = fs::remove_dir(folder);
        }
    }
}

/// True when an error says that a path does not exist; below a file is no different.
fn missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn io_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { doing, path, source }
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
