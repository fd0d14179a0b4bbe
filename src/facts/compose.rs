//! The `compose` fact: the services that the project starts beside each other. The file is read, never run.

use super::location::Location;
use super::workflow::is_postgres_image;
use crate::source::yaml::{self, Node};
use crate::source::{File, Snapshot};

/// The services that the project starts.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ComposeFacts {
    /// Whether there is a compose file.
    pub present: bool,
    /// The files, the likeliest first.
    pub files: Vec<String>,
    /// The services of all files.
    pub services: Vec<ComposeService>,
    /// Whether one of them is PostgreSQL.
    pub has_postgres: bool,
    /// Whether every database service has a health check, or there is none.
    pub databases_have_healthchecks: bool,
    /// Rights that reach the host: `privileged`, host network, the Docker socket.
    pub dangers: Vec<Danger>,
    /// Files that cannot be read.
    pub errors: Vec<Danger>,
}

/// One service.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ComposeService {
    /// The file.
    pub file: String,
    /// Its name.
    pub name: String,
    /// Its image, as written.
    pub image: Option<String>,
    /// Whether it is built from the repository.
    pub builds: bool,
    /// The Dockerfile that it names.
    pub dockerfile: Option<String>,
    /// The build context that it names.
    pub context: Option<String>,
    /// Whether it has a health check.
    pub has_healthcheck: bool,
    /// Published ports, as written.
    pub ports: Vec<String>,
    /// Names of its environment variables.
    pub environment: Vec<String>,
    /// Services that it waits for.
    pub depends_on: Vec<String>,
    /// Where it is.
    pub loc: Location,
}

/// Something worth a finding.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Danger {
    /// The service; empty for a whole file.
    pub name: String,
    /// What it is.
    pub what: String,
    /// Where it is.
    pub loc: Location,
}

const SERVICES: usize = 200;

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> ComposeFacts {
    let mut facts = ComposeFacts {
        databases_have_healthchecks: true,
        ..ComposeFacts::default()
    };
    let mut files: Vec<&File> = snapshot
        .sources()
        .filter(|file| is_compose(file.name()))
        .take(20)
        .collect();
    files.sort_by_key(|file| (file.path.matches('/').count(), file.path.len(), file.path.clone()));
    for file in files {
        facts.present = true;
        facts.files.push(file.path.clone());
        let Some(text) = file.text() else { continue };
        match yaml::parse(&text.content) {
            Ok(root) => read(&root, file, &mut facts),
            Err(error) => facts.errors.push(Danger {
                name: String::new(),
                what: error.message,
                loc: Location::new(&file.path, error.line, error.column),
            }),
        }
    }
    for service in &facts.services {
        if service.image.as_deref().is_some_and(is_postgres_image) {
            facts.has_postgres = true;
            facts.databases_have_healthchecks &= service.has_healthcheck;
        }
    }
    facts
}

fn is_compose(name: &str) -> bool {
    let lower = name.to_lowercase();
    let stem = lower.strip_suffix(".yml").or_else(|| lower.strip_suffix(".yaml"));
    stem.is_some_and(|stem| {
        ["docker-compose", "compose"]
            .iter()
            .any(|word| stem == *word || stem.strip_prefix(word).is_some_and(|rest| rest.starts_with(['.', '-'])))
    })
}

fn text(node: Option<&std::rc::Rc<Node>>) -> Option<String> {
    node.and_then(|node| node.text())
        .map(|text| text.chars().take(300).collect())
}

/// Names of a mapping, or of a list of `NAME=value`.
fn names(node: Option<&std::rc::Rc<Node>>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    let keys = node.entries().iter().filter_map(|(key, _)| key.text());
    let items = node
        .items()
        .iter()
        .filter_map(|item| item.text())
        .map(|text| text.split('=').next().unwrap_or(text));
    keys.chain(items).take(200).map(str::to_owned).collect()
}

fn read(root: &Node, file: &File, facts: &mut ComposeFacts) {
    let services = root.get("services").map_or(&[][..], |node| node.entries());
    for (key, node) in services.iter().take(SERVICES) {
        let at = |node: &Node| Location::new(&file.path, node.line, node.column);
        let name = key.text().unwrap_or_default().to_owned();
        let build = node.get("build");
        let check = node.get("healthcheck");
        let disabled = check.is_some_and(|check| {
            check.get("disable").is_some_and(|node| node.is_true())
                || check
                    .get("test")
                    .is_some_and(|test| test.texts().first() == Some(&"NONE"))
        });
        let mut danger = |what: &str, node: &Node| {
            facts.dangers.push(Danger {
                name: name.clone(),
                what: what.to_owned(),
                loc: at(node),
            });
        };
        if let Some(node) = node.get("privileged").filter(|node| node.is_true()) {
            danger("privileged: true", node);
        }
        for key in ["network_mode", "pid", "ipc"] {
            if let Some(node) = node.get(key).filter(|node| node.text() == Some("host")) {
                danger(&format!("{key}: host"), node);
            }
        }
        for volume in node.get("volumes").map_or(&[][..], |node| node.items()) {
            let source = volume
                .text()
                .or_else(|| volume.get("source").and_then(|source| source.text()));
            if source.is_some_and(|source| source.contains("docker.sock")) {
                danger("mounts the Docker socket", volume);
            }
        }
        facts.services.push(ComposeService {
            file: file.path.clone(),
            image: text(node.get("image")),
            builds: build.is_some(),
            dockerfile: text(build.and_then(|build| build.get("dockerfile"))),
            context: text(build).or_else(|| text(build.and_then(|build| build.get("context")))),
            has_healthcheck: check.is_some() && !disabled,
            ports: node
                .get("ports")
                .map(|node| node.texts())
                .unwrap_or_default()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            environment: names(node.get("environment")),
            depends_on: names(node.get("depends_on")),
            loc: at(key),
            name,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> ComposeFacts {
        collect(&Snapshot::from_files("x", [("docker-compose.yml", text)]))
    }

    #[test]
    fn services_and_their_rights() {
        let found = facts(
            "services:\n  db:\n    image: postgres:17\n    healthcheck: {test: [CMD, pg_isready]}\n  api:\n    build: {context: app, dockerfile: D}\n    \
             privileged: true\n    network_mode: host\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n    \
             environment: [A=b, C]\n    depends_on: [db]\n",
        );
        assert!(found.has_postgres && found.databases_have_healthchecks);
        assert_eq!(
            found.dangers.iter().map(|danger| danger.loc.line).collect::<Vec<_>>(),
            [7, 8, 10]
        );
        let api = &found.services[1];
        assert_eq!(
            (api.context.as_deref(), api.dockerfile.as_deref()),
            (Some("app"), Some("D"))
        );
        assert_eq!(
            (api.environment.as_slice(), api.depends_on.as_slice()),
            (&["A".to_owned(), "C".to_owned()][..], &["db".to_owned()][..])
        );
    }

    #[test]
    fn broken_files_and_missing_checks() {
        assert_eq!(facts("services: [").errors.len(), 1);
        assert!(!facts("services: {db: {image: postgres, healthcheck: {disable: true}}}").databases_have_healthchecks);
        assert!(!collect(&Snapshot::from_files("x", [("composer.json", "")])).present);
    }
}
