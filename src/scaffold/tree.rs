//! Where templates come from: the tree inside this binary, or a folder. Both become the same map of paths to bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, include_dir};

use super::error::Error;

/// Every file of a tree by its path, with `/` between the segments.
pub type Tree = BTreeMap<String, Cow<'static, [u8]>>;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The kinds whose templates are inside this binary, sorted.
pub fn embedded_kinds() -> Vec<String> {
    let mut kinds: Vec<String> = EMBEDDED
        .dirs()
        .filter(|folder| folder.get_file(folder.path().join("template.yaml")).is_some())
        .map(|folder| folder.path().to_string_lossy().into_owned())
        .collect();
    kinds.sort();
    kinds
}

/// The template of the page that leads to the projects of a portfolio.
pub fn portfolio_page() -> Option<&'static str> {
    EMBEDDED.get_file("portfolio/README.md.tmpl")?.contents_utf8()
}

/// The files of an embedded template; `None` when there is no such template.
pub fn embedded(kind: &str) -> Option<Tree> {
    let root = EMBEDDED.get_dir(kind)?;
    let mut tree = Tree::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in folder.entries() {
            match entry {
                DirEntry::Dir(inner) => folders.push(inner),
                DirEntry::File(file) => {
                    if let Some(path) = key(root.path(), file.path()) {
                        tree.insert(path, Cow::Borrowed(file.contents()));
                    }
                }
            }
        }
    }
    (!tree.is_empty()).then_some(tree)
}

/// Reads a template's folder; symbolic links in it are refused.
pub fn folder(root: &Path) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |path: &PathBuf, source| Error::Io {
            doing: "read",
            path: path.clone(),
            source,
        };
        for entry in std::fs::read_dir(&folder).map_err(|source| failed(&folder, source))? {
            let entry = entry.map_err(|source| failed(&folder, source))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(|source| failed(&path, source))?;
            if kind.is_dir() {
                folders.push(path);
            } else if !kind.is_file() {
                return Err(Error::Template {
                    name: root.display().to_string(),
                    problems: vec![format!("{} is neither a file nor a folder", path.display())],
                });
            } else if let Some(name) = key(root, &path) {
                let bytes = std::fs::read(&path).map_err(|source| failed(&path, source))?;
                tree.insert(name, Cow::Owned(bytes));
            }
        }
    }
    Ok(tree)
}

/// The path inside the tree; `None` for what Python and desktops leave behind.
fn key(root: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    let segments: Vec<Cow<'_, str>> = inside
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    let litter = |segment: &Cow<'_, str>| {
        matches!(
            segment.as_ref(),
            "__pycache__" | ".DS_Store" | ".pytest_cache" | ".ruff_cache" | ".mypy_cache"
        ) || segment.ends_with(".pyc")
    };
    (!segments.iter().any(litter)).then(|| segments.join("/"))
}
