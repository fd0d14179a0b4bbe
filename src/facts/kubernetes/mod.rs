//! The fact `kubernetes`: the workloads and services of the manifests in the repository. Nothing is applied or rendered.
//!
//! A manifest is a YAML document with `apiVersion` and `kind`. Helm templates are no YAML and are left out; so are containers
//! without an image, for they are patches of something that is complete elsewhere.

mod containers;
mod documents;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::location::Location;
use super::place::{Place, Places};
use crate::source::Snapshot;
use crate::source::yaml::Node;
use documents::Document;

/// What the manifests say.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct KubernetesFacts {
    /// Whether there is a workload or a service.
    pub present: bool,
    /// The files with manifests.
    pub files: Vec<String>,
    /// Deployments and the like.
    pub workloads: Vec<Workload>,
    /// Their containers.
    pub containers: Vec<Container>,
    /// Rights that reach the host.
    pub dangers: Vec<Place>,
    /// Values of secrets that are written down.
    pub written_secrets: Vec<Place>,
    /// Selectors that select nothing.
    pub unmatched_selectors: Vec<Place>,
}

/// A workload: something that starts pods.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Workload {
    /// `Deployment`, `StatefulSet`, `DaemonSet`, `ReplicaSet`, `Pod`, `Job` or `CronJob`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// How many pods it asks for; none where it does not say.
    pub replicas: Option<u32>,
    /// Where it begins.
    pub loc: Location,
}

/// One container of a workload.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Container {
    /// The workload's name.
    pub workload: String,
    /// Its own name.
    pub name: String,
    /// Its image.
    pub image: String,
    /// Whether the image names a version or a digest, or is filled in elsewhere.
    pub pinned: bool,
    /// Whether it serves until it is stopped: not a job's, and not one that only prepares.
    pub serves: bool,
    /// Whether it has a readiness probe.
    pub readiness: bool,
    /// Whether it has a liveness probe.
    pub liveness: bool,
    /// Whether its memory is limited.
    pub memory_limit: bool,
    /// Whether it asks for processor time and memory.
    pub requests: bool,
    /// Whether it, or its pod, is made to run without root.
    pub not_root: bool,
    /// Where it begins.
    pub loc: Location,
}

/// Most items of a list; a repository with more is no portfolio.
const MOST: usize = 500;

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> KubernetesFacts {
    let mut facts = KubernetesFacts::default();
    let documents = documents::all(snapshot);
    let mut pods: Vec<BTreeMap<String, String>> = Vec::new();
    let mut partial = false;
    for document in &documents {
        match document.kind() {
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "CronJob" | "Pod" => {
                workload(document, &mut facts, &mut pods, &mut partial);
            }
            "Secret" => written_secret(document, &mut facts),
            // Generators and overlays rename and label what other files say: labels cannot be compared file by file.
            "Kustomization" => partial = true,
            _ => {}
        }
    }
    for document in documents.iter().filter(|document| document.is_core_service()) {
        facts.present = true;
        note_file(&mut facts, &document.path);
        service(document, &pods, partial, &mut facts);
    }
    facts
}

fn workload(
    document: &Document,
    facts: &mut KubernetesFacts,
    pods: &mut Vec<BTreeMap<String, String>>,
    partial: &mut bool,
) {
    facts.present = true;
    note_file(facts, &document.path);
    let template = document.pod_template();
    let labels = template
        .as_ref()
        .and_then(|pod| pod.get("metadata")?.get("labels").map(|labels| pairs(labels)))
        .unwrap_or_default();
    if let Some(wanted) = document
        .root
        .get("spec")
        .and_then(|spec| spec.get("selector")?.get("matchLabels").cloned())
    {
        let missing = pairs(&wanted)
            .into_iter()
            .find(|(key, value)| labels.get(key) != Some(value));
        if let Some((key, value)) = missing.filter(|_| template.is_some()) {
            facts.unmatched_selectors.note(
                document.name(),
                format!("it selects `{key}: {value}`, which its own pods do not carry"),
                document.place(&wanted),
            );
        }
    }
    pods.push(labels);
    if facts.workloads.len() < MOST {
        let replicas = document
            .root
            .get("spec")
            .and_then(|spec| spec.get("replicas")?.text()?.parse().ok());
        facts.workloads.push(Workload {
            kind: document.kind().to_owned(),
            name: document.name().to_owned(),
            replicas,
            loc: document.place(&document.root),
        });
    }
    match template.as_ref().and_then(|template| template.get("spec").cloned()) {
        Some(pod) => containers::read(document, &pod, facts),
        None => *partial = true,
    }
}

/// A service whose selector no pod of the repository carries sends users nowhere.
fn service(document: &Document, pods: &[BTreeMap<String, String>], partial: bool, facts: &mut KubernetesFacts) {
    let Some(selector) = document.root.get("spec").and_then(|spec| spec.get("selector").cloned()) else {
        return;
    };
    let wanted = pairs(&selector);
    let carried = |labels: &BTreeMap<String, String>| wanted.iter().all(|(key, value)| labels.get(key) == Some(value));
    if wanted.is_empty() || pods.is_empty() || partial || pods.iter().any(carried) {
        return;
    }
    let list: Vec<String> = wanted.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    facts.unmatched_selectors.note(
        document.name(),
        format!("no pod carries `{}`", list.join(", ")),
        document.place(&selector),
    );
}

/// A `Secret` with values in it: base64 hides nothing.
fn written_secret(document: &Document, facts: &mut KubernetesFacts) {
    for section in ["data", "stringData"] {
        let Some(values) = document.root.get(section) else {
            continue;
        };
        for (key, value) in values.entries() {
            let filled = value
                .text()
                .is_some_and(|text| !containers::is_filled_in_elsewhere(text));
            if filled && let Some(key) = key.text() {
                facts
                    .written_secrets
                    .note(document.name(), format!("`{key}` of the Secret"), document.place(value));
            }
        }
    }
}

fn note_file(facts: &mut KubernetesFacts, path: &str) {
    if facts.files.last().is_none_or(|last| last != path) && facts.files.len() < MOST {
        facts.files.push(path.to_owned());
    }
}

fn pairs(node: &Node) -> BTreeMap<String, String> {
    let text = |node: &Node| node.text().map(str::to_owned);
    node.entries()
        .iter()
        .filter_map(|(key, value)| Some((text(key)?, text(value)?)))
        .collect()
}
