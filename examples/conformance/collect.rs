//! Puts the files that a list names into folders, as the comparisons read them.
//!
//! The list has a JSON object on each line: `kind` (`dockerfile`, `workflow`, `requirements`), `repo` (`owner/name`), `path` and
//! `commit`. The repositories are bare clones in `MIRRORS/owner+name` (or a folder `repo` in it). Each file becomes a project of its
//! own in `FOLDER/<kind>/<number>`; beside requirements lie the Python files of their folder, beside a workflow what it calls in its
//! own repository.

use std::error::Error;
use std::fs;
use std::path::Path;

use git2::{ObjectType, Oid, Repository, Tree, TreeWalkMode, TreeWalkResult};
use serde_json::Value;

/// Most Python files of one project, and the largest of them in bytes.
const MOST_FILES: usize = 150;
const LARGEST: usize = 300_000;

/// Collects and tells how many files of each kind there are.
pub(crate) fn collect(list: &Path, mirrors: &Path, into: &Path) -> Result<(), Box<dyn Error>> {
    let mut found = std::collections::BTreeMap::<String, usize>::new();
    let mut missing = 0;
    for (number, line) in fs::read_to_string(list)?.lines().enumerate() {
        let item: Value = serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))?;
        let text = |key: &str| item[key].as_str().unwrap_or_default();
        let (kind, path) = (text("kind"), text("path"));
        let mirror = mirrors.join(text("repo").replace('/', "+"));
        let folder = into.join(kind).join(format!("{number:04}"));
        match open(&mirror).and_then(|repository| write(&repository, text("commit"), kind, path, &folder)) {
            Ok(()) => *found.entry(kind.to_owned()).or_default() += 1,
            Err(_) => missing += 1,
        }
    }
    println!("{found:?}, {missing} not found");
    Ok(())
}

fn open(mirror: &Path) -> Result<Repository, Box<dyn Error>> {
    Ok(Repository::open_bare(mirror.join("repo")).or_else(|_| Repository::open_bare(mirror))?)
}

fn write(repository: &Repository, commit: &str, kind: &str, path: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    // A clone may lack the commit that the list names: then its newest version serves.
    let commit = Oid::from_str(commit)
        .and_then(|id| repository.find_commit(id))
        .or_else(|_| repository.head()?.peel_to_commit())?;
    let tree = commit.tree()?;
    let path = Path::new(path);
    let name = path.file_name().ok_or("the path names no file")?;
    let target = match kind {
        "dockerfile" => folder.join("Dockerfile"),
        "workflow" => folder.join(".github/workflows").join(name),
        _ => folder.join(name),
    };
    save(repository, &tree, path, &target)?;
    if kind == "workflow" {
        for called in calls(&fs::read_to_string(&target).unwrap_or_default()) {
            // What it calls may come from elsewhere, or not be there.
            let _ = save(repository, &tree, Path::new(&called), &folder.join(&called));
        }
    }
    if kind == "requirements" {
        let parent = path.parent().unwrap_or(Path::new(""));
        let around = match parent.as_os_str().is_empty() {
            true => tree,
            false => tree.get_path(parent)?.to_object(repository)?.peel_to_tree()?,
        };
        let mut sources = Vec::new();
        around.walk(TreeWalkMode::PreOrder, |before, entry| {
            let Some(name) = entry.name().ok().filter(|name| name.ends_with(".py")) else {
                return TreeWalkResult::Ok;
            };
            if entry.kind() == Some(ObjectType::Blob) && sources.len() < MOST_FILES {
                sources.push(format!("{before}{name}"));
            }
            TreeWalkResult::Ok
        })?;
        for source in sources {
            save(repository, &around, Path::new(&source), &folder.join(&source))?;
        }
    }
    Ok(())
}

/// The files behind each `uses: ./…` and `uses: $/…` of a workflow.
fn calls(workflow: &str) -> Vec<String> {
    let mut files = Vec::new();
    for line in workflow.lines() {
        let Some((_, called)) = line.split_once("uses:") else {
            continue;
        };
        let called = called.split('#').next().unwrap_or_default().trim();
        let called = called.trim_matches(['"', '\'']);
        let Some(path) = called.strip_prefix("./").or_else(|| called.strip_prefix("$/")) else {
            continue;
        };
        match path.trim_end_matches('/') {
            workflow if workflow.ends_with(".yml") || workflow.ends_with(".yaml") => files.push(workflow.to_owned()),
            "" => files.extend(["action.yml", "action.yaml"].map(str::to_owned)),
            folder => files.extend(["action.yml", "action.yaml"].map(|name| format!("{folder}/{name}"))),
        }
    }
    files
}

fn save(repository: &Repository, tree: &Tree<'_>, path: &Path, target: &Path) -> Result<(), Box<dyn Error>> {
    let object = tree.get_path(path)?.to_object(repository)?;
    let blob = object.as_blob().ok_or("not a file")?;
    if blob.size() <= LARGEST {
        fs::create_dir_all(target.parent().unwrap_or(target))?;
        fs::write(target, blob.content())?;
    }
    Ok(())
}
