//! HEAD and the references, parsed by hand.

use std::fs;
use std::path::Path;

use git2::Oid;

use super::super::read::read_small;
use super::locate::Location;

const REFERENCE_BYTES: u64 = 4096;
const PACKED_BYTES: u64 = 8 << 20;

/// What HEAD says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) branch: Option<String>,
    pub(super) commit: Option<Oid>,
}

/// Reads HEAD and what it names.
pub(super) fn head(location: &Location) -> Head {
    let Some(text) = small_text(&location.git_folder.join("HEAD")) else {
        return Head::default();
    };
    let mut text = text.trim().to_owned();
    let mut branch = None;
    for _ in 0..5 {
        let Some(name) = text.strip_prefix("ref:").map(str::trim) else {
            return Head {
                branch,
                commit: Oid::from_str(&text).ok(),
            };
        };
        if !is_plain_name(name) {
            return Head { branch, commit: None };
        }
        branch = name.strip_prefix("refs/heads/").map(str::to_owned);
        match loose(&location.common, name) {
            Some(next) => text = next.trim().to_owned(),
            None => {
                return Head {
                    branch,
                    commit: packed(&location.common, name),
                };
            }
        }
    }
    Head { branch, commit: None }
}

fn small_text(path: &Path) -> Option<String> {
    String::from_utf8(read_small(path, REFERENCE_BYTES).ok()??).ok()
}

/// A reference name that stays beneath `refs/`.
fn is_plain_name(name: &str) -> bool {
    name.starts_with("refs/")
        && name.len() < 1024
        && !name
            .chars()
            .any(|character| character.is_control() || "\\:?*[~^ ".contains(character))
        && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

fn loose(common: &Path, name: &str) -> Option<String> {
    let mut path = common.to_path_buf();
    let (folders, last) = name.rsplit_once('/')?;
    for part in folders.split('/') {
        path.push(part);
        if !fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir()) {
            return None;
        }
    }
    small_text(&path.join(last))
}

fn packed(common: &Path, name: &str) -> Option<Oid> {
    let bytes = read_small(&common.join("packed-refs"), PACKED_BYTES).ok()??;
    let text = String::from_utf8_lossy(&bytes);
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(_, given)| given.trim_end() == name)
        .and_then(|(id, _)| Oid::from_str(id).ok())
}
