//! The YAML documents that are manifests, with places in their files.

use std::rc::Rc;

use crate::facts::location::Location;
use crate::source::Snapshot;
use crate::source::yaml::{self, Node};

/// Most files and documents that are read, and the largest file in bytes.
const FILES: usize = 200;
const DOCUMENTS: usize = 500;
const LARGEST: usize = 1 << 20;

/// One manifest.
#[derive(Debug)]
pub(super) struct Document {
    /// Its file.
    pub path: String,
    /// Lines of the file before it.
    before: usize,
    /// The manifest.
    pub root: Rc<Node>,
}

impl Document {
    /// Its kind; empty without one.
    pub(super) fn kind(&self) -> &str {
        self.root.get("kind").and_then(|kind| kind.text()).unwrap_or_default()
    }

    /// Its name; empty without one.
    pub(super) fn name(&self) -> &str {
        let name = self.root.get("metadata").and_then(|metadata| metadata.get("name"));
        name.and_then(|name| name.text()).unwrap_or_default()
    }

    /// True for the service that sends traffic to pods; other APIs have services, too.
    pub(super) fn is_core_service(&self) -> bool {
        let version = self.root.get("apiVersion").and_then(|version| version.text());
        self.kind() == "Service" && version == Some("v1")
    }

    /// The pod that a workload starts: with `metadata` and `spec`.
    pub(super) fn pod_template(&self) -> Option<Rc<Node>> {
        match self.kind() {
            "Pod" => Some(Rc::clone(&self.root)),
            "CronJob" => {
                let job = self.root.get("spec")?.get("jobTemplate")?;
                job.get("spec")?.get("template").cloned()
            }
            _ => self.root.get("spec")?.get("template").cloned(),
        }
    }

    /// The place of a node of this manifest.
    pub(super) fn place(&self, node: &Node) -> Location {
        Location::new(&self.path, self.before + node.line, node.column)
    }
}

/// Every manifest of the repository, by file and order.
pub(super) fn all(snapshot: &Snapshot) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut files = 0;
    for file in snapshot.sources() {
        let is_yaml = matches!(file.extension().as_str(), "yaml" | "yml") && !file.path.starts_with(".github/");
        let Some(bytes) = file.bytes().filter(|bytes| is_yaml && bytes.len() <= LARGEST) else {
            continue;
        };
        // Most YAML files are something else: the bytes are searched before anything is parsed.
        if memchr::memmem::find(bytes, b"apiVersion:").is_none() || memchr::memmem::find(bytes, b"kind:").is_none() {
            continue;
        }
        let Some(text) = file.text() else { continue };
        files += 1;
        for (before, part) in parts(&text.content) {
            if documents.len() >= DOCUMENTS {
                return documents;
            }
            // Templates of Helm are no YAML: another program fills them in.
            let Ok(root) = yaml::parse(part) else { continue };
            if root.get("apiVersion").is_some() && root.get("kind").is_some() {
                documents.push(Document {
                    path: file.path.clone(),
                    before,
                    root,
                });
            }
        }
        if files >= FILES {
            break;
        }
    }
    documents
}

/// The documents of a file, each with the number of lines before it.
fn parts(text: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut start, mut first, mut offset) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.starts_with("---") && offset > start {
            parts.push((first, &text[start..offset]));
            (start, first) = (offset, number);
        }
        offset += line.len();
    }
    parts.push((first, &text[start..]));
    parts
}
