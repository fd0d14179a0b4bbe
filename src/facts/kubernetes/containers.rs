//! The containers of a pod: image, probes, resources, rights, and what is written into their environment.

use super::documents::Document;
use super::{Container, KubernetesFacts, MOST};
use crate::facts::image_name::ImageName;
use crate::facts::place::Places;
use crate::facts::secrets::{is_placeholder, names_secret};
use crate::source::yaml::Node;

/// Capabilities that are as good as root on the host.
const MIGHTY: [&str; 5] = ["ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE"];

/// Reads the containers of a pod.
pub(super) fn read(document: &Document, pod: &Node, facts: &mut KubernetesFacts) {
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
        if let Some(node) = pod.get(key).filter(|node| node.is_true()) {
            facts
                .dangers
                .note(document.name(), format!("`{key}: true`"), document.place(node));
        }
    }
    let volumes = pod
        .get("volumes")
        .map(|volumes| volumes.items().to_vec())
        .unwrap_or_default();
    for volume in volumes {
        if let Some(path) = volume.get("hostPath") {
            let shown = path.get("path").and_then(|path| path.text()).unwrap_or("?");
            facts.dangers.note(
                document.name(),
                format!("the host's `{shown}` is mounted"),
                document.place(path),
            );
        }
    }
    let pod_not_root = pod.get("securityContext").and_then(|context| not_root(context));
    for (section, prepares) in [("initContainers", true), ("containers", false)] {
        let Some(list) = pod.get(section) else { continue };
        for node in list.items() {
            // A patch names a container and changes a part of it.
            let Some(image) = node.get("image").and_then(|image| image.text()) else {
                continue;
            };
            let name = node.get("name").and_then(|name| name.text()).unwrap_or_default();
            dangers(document, name, node, facts);
            environment(document, name, node, facts);
            if facts.containers.len() >= MOST {
                return;
            }
            let resources = node.get("resources");
            let asked = |section: &str, what: &str| {
                resources
                    .and_then(|resources| resources.get(section)?.get(what))
                    .is_some()
            };
            let own = node.get("securityContext").and_then(|context| not_root(context));
            facts.containers.push(Container {
                workload: document.name().to_owned(),
                name: name.to_owned(),
                image: image.to_owned(),
                pinned: is_pinned(image),
                serves: !prepares && !matches!(document.kind(), "Job" | "CronJob" | "Pod"),
                readiness: node.get("readinessProbe").is_some(),
                liveness: node.get("livenessProbe").is_some(),
                memory_limit: asked("limits", "memory"),
                requests: asked("requests", "memory") && asked("requests", "cpu"),
                not_root: own.or(pod_not_root) == Some(true),
                loc: document.place(node),
            });
        }
    }
}

fn dangers(document: &Document, name: &str, node: &Node, facts: &mut KubernetesFacts) {
    let Some(context) = node.get("securityContext") else {
        return;
    };
    for key in ["privileged", "allowPrivilegeEscalation"] {
        if let Some(value) = context.get(key).filter(|value| value.is_true()) {
            facts
                .dangers
                .note(name, format!("`{key}: true`"), document.place(value));
        }
    }
    let Some(added) = context
        .get("capabilities")
        .and_then(|capabilities| capabilities.get("add"))
    else {
        return;
    };
    for capability in added.items() {
        let mighty = |text: &&str| MIGHTY.contains(&text.trim_start_matches("CAP_"));
        if let Some(text) = capability.text().filter(mighty) {
            facts
                .dangers
                .note(name, format!("the capability `{text}`"), document.place(capability));
        }
    }
}

/// Secrets written as the value of a variable; `valueFrom` is the way to refer to one.
fn environment(document: &Document, name: &str, node: &Node, facts: &mut KubernetesFacts) {
    let Some(variables) = node.get("env") else { return };
    for variable in variables.items() {
        let Some(key) = variable.get("name").and_then(|key| key.text()) else {
            continue;
        };
        let Some(value) = variable.get("value") else { continue };
        let written = value.text().is_some_and(|text| !is_filled_in_elsewhere(text));
        if written && holds_secret(key) {
            facts
                .written_secrets
                .note(name, format!("the variable `{key}`"), document.place(value));
        }
    }
}

/// `DB_PASSWORD` holds a secret; `SECRET_STORE` says where one is kept.
fn holds_secret(key: &str) -> bool {
    const LAST: [&str; 6] = ["password", "passwd", "secret", "token", "key", "apikey"];
    let lower = key.to_ascii_lowercase();
    names_secret(key)
        && lower
            .rsplit(['_', '-', '.'])
            .next()
            .is_some_and(|word| LAST.contains(&word))
}

/// Does a security context make sure that the process is not root? None where it does not say.
fn not_root(context: &Node) -> Option<bool> {
    let user = context
        .get("runAsUser")
        .and_then(|user| user.text()?.parse::<u64>().ok());
    match user {
        Some(user) => Some(user > 0),
        None => context.get("runAsNonRoot").map(|flag| flag.is_true()),
    }
}

/// True when an image names a version other than `latest`, a digest, or something that is filled in.
fn is_pinned(image: &str) -> bool {
    // A bare word is a name that an overlay or a release script replaces.
    let bare = !image.contains(['/', ':', '.']);
    bare || is_filled_in_elsewhere(image) || ImageName::new(image).is_pinned()
}

/// True for an empty text, a placeholder and a reference.
pub(super) fn is_filled_in_elsewhere(text: &str) -> bool {
    text.trim().is_empty() || text.contains("${") || text.contains("$(") || text.contains("{{") || is_placeholder(text)
}
