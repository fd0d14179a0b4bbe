//! Finding the git folder of a target.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::read::read_small;

/// Where the parts of a repository lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location {
    /// The root of the work tree.
    pub(super) root: PathBuf,
    /// Holds HEAD and the index.
    pub(super) git_folder: PathBuf,
    /// Holds the objects and references; the same but in linked work trees.
    pub(super) common: PathBuf,
}

/// Finds the `.git` of a target or of a folder above it.
///
/// # Errors
///
/// A reason when there is one that must not be followed.
pub(super) fn locate(target: &Path) -> Result<Option<Location>, String> {
    for root in target.ancestors() {
        let candidate = root.join(".git");
        let Ok(metadata) = fs::symlink_metadata(&candidate) else {
            continue;
        };
        if metadata.is_symlink() {
            return Err("is a symbolic link and was not followed: treated as no repository".to_owned());
        }
        if metadata.is_dir() {
            if !is_git_folder(&candidate) {
                // an empty `.git` folder is no repository to git either
                continue;
            }
            return Ok(Some(Location {
                root: root.to_path_buf(),
                git_folder: candidate.clone(),
                common: candidate,
            }));
        }
        if metadata.is_file() {
            return linked(root, &candidate).map(Some);
        }
        return Err("is neither a folder nor a file: treated as no repository".to_owned());
    }
    Ok(None)
}

fn is_git_folder(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join("HEAD")).is_ok_and(|metadata| metadata.is_file())
        && fs::symlink_metadata(folder.join("objects")).is_ok_and(|metadata| metadata.is_dir())
}

/// A `.git` file: a linked work tree or a submodule. It is followed only to a folder inside the work tree, or to the
/// `worktrees` folder of a repository that encloses it.
fn linked(root: &Path, file: &Path) -> Result<Location, String> {
    const REFUSED: &str = "points to a git folder outside the target: treated as no repository";
    let content = read_small(file, 4096)
        .ok()
        .flatten()
        .ok_or("cannot be read: treated as no repository")?;
    let text = String::from_utf8(content).map_err(|_| "cannot be read: treated as no repository")?;
    let given = text
        .strip_prefix("gitdir:")
        .ok_or("is not a git file: treated as no repository")?
        .trim();
    let git_folder = fs::canonicalize(root.join(given)).map_err(|_| "points nowhere: treated as no repository")?;
    if git_folder.starts_with(root) {
        return if is_git_folder(&git_folder) {
            Ok(Location {
                root: root.to_path_buf(),
                common: git_folder.clone(),
                git_folder,
            })
        } else {
            Err("points to a folder that is no repository".to_owned())
        };
    }
    let worktrees = git_folder
        .parent()
        .filter(|parent| parent.file_name() == Some(OsStr::new("worktrees")));
    let common = worktrees.and_then(Path::parent).ok_or(REFUSED)?;
    let enclosing = common
        .parent()
        .filter(|_| common.file_name() == Some(OsStr::new(".git")))
        .ok_or(REFUSED)?;
    if !root.starts_with(enclosing) || !is_git_folder(common) {
        return Err(REFUSED.to_owned());
    }
    Ok(Location {
        root: root.to_path_buf(),
        common: common.to_path_buf(),
        git_folder,
    })
}
