//! The project's view of the engine: what it made, under the names that it gave.
//!
//! Only what stands in these books can be named in a call. The engine's own objects carry the session's names and labels.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::asked::Asked;
use super::problem::Problem;
use crate::engine::{ContainerId, ImageInfo};

/// An image that the project may use.
#[derive(Debug, Clone)]
pub struct Grant {
    /// What the engine knows of it.
    pub info: ImageInfo,
    /// May it keep the capabilities that a proxy needs?
    pub capable: bool,
    /// Do other containers reach it? One that they do not is an application that listens on loopback alone.
    pub reachable: bool,
}

/// A published port, and the listener that serves it while the container runs.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub container: u16,
    pub host: String,
    pub port: u16,
    pub listener: Option<u64>,
}

/// A container of the project.
#[derive(Debug, Clone)]
pub(super) struct Container {
    pub id: ContainerId,
    pub name: String,
    /// The session's name for it, which every container of the network resolves.
    pub host: String,
    pub asked: Asked,
    pub grant: Grant,
    pub created: SystemTime,
    pub started: Option<SystemTime>,
    pub ended: Option<SystemTime>,
    pub published: Vec<Published>,
    /// Stands in for it in the network when it is not reachable.
    pub decoy: Option<ContainerId>,
}

/// A network or volume of the project.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    pub id: String,
    pub labels: BTreeMap<String, String>,
    pub created: SystemTime,
    /// The engine's name for a volume.
    pub host: String,
}

/// A command that was prepared, and what came of it.
#[derive(Debug, Clone)]
pub(super) struct Exec {
    pub container: String,
    pub command: Vec<String>,
    pub environment: BTreeMap<String, String>,
    pub user: Option<String>,
    pub working_directory: Option<String>,
    pub stdin: bool,
    pub running: bool,
    pub exit_code: Option<i64>,
}

/// Everything that the project knows of.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub images: BTreeMap<String, Grant>,
    /// By id.
    pub containers: BTreeMap<String, Container>,
    /// Names that a container being made has taken.
    pub reserved: Vec<String>,
    pub networks: BTreeMap<String, Thing>,
    pub volumes: BTreeMap<String, Thing>,
    pub execs: BTreeMap<String, Exec>,
}

impl Books {
    /// The image behind a reference, an id or the beginning of one.
    pub fn image(&self, reference: &str) -> Result<(&str, &Grant), Problem> {
        let wanted = normal(reference);
        let id = reference.strip_prefix("sha256:").unwrap_or(reference);
        let by_id = id.len() >= 12 && id.chars().all(|mark| mark.is_ascii_hexdigit());
        self.images
            .iter()
            .find(|(known, grant)| {
                **known == wanted || by_id && grant.info.id.trim_start_matches("sha256:").starts_with(id)
            })
            .map(|(known, grant)| (known.as_str(), grant))
            .ok_or_else(|| Problem::missing("image", reference))
    }

    /// A container by its name, its id, or the beginning of its id that is no other's.
    pub fn container(&self, name: &str) -> Result<&Container, Problem> {
        let plain = name.strip_prefix('/').unwrap_or(name);
        if let Some(found) = self
            .containers
            .values()
            .find(|container| container.name == plain || container.id.0 == name)
        {
            return Ok(found);
        }
        let mut alike = self
            .containers
            .values()
            .filter(|container| name.len() >= 4 && container.id.0.starts_with(name));
        match (alike.next(), alike.next()) {
            (Some(found), None) => Ok(found),
            _ => Err(Problem::missing("container", name)),
        }
    }

    /// A network by its name or id; none for those that every engine has.
    pub fn network(&self, name: &str) -> Result<(&str, &Thing), Problem> {
        self.networks
            .iter()
            .find(|(known, thing)| {
                known.as_str() == name || thing.id == name || name.len() >= 12 && thing.id.starts_with(name)
            })
            .map(|(known, thing)| (known.as_str(), thing))
            .ok_or_else(|| Problem::of(404, format!("network {name} not found")))
    }
}

/// A reference without what every engine adds in thought: `docker.io/library/nginx` is `nginx:latest`.
pub fn normal(reference: &str) -> String {
    let short = ["docker.io/", "index.docker.io/"]
        .iter()
        .find_map(|registry| reference.strip_prefix(registry))
        .unwrap_or(reference);
    let short = short.strip_prefix("library/").unwrap_or(short);
    let name = short.rsplit('/').next().unwrap_or(short);
    if name.contains(':') || name.contains('@') {
        short.to_owned()
    } else {
        format!("{short}:latest")
    }
}

/// An identifier as engines give them: 64 hexadecimal digits.
pub(super) fn identifier() -> String {
    (0..6).map(|_| crate::engine::random_word()).collect::<String>()[..64].to_owned()
}

/// An optional text as JSON.
pub(super) fn or_null(value: Option<&str>) -> Value {
    value.map_or(Value::Null, |text| json!(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_compared_in_their_short_form() {
        for (reference, short) in [
            ("nginx", "nginx:latest"),
            ("docker.io/library/nginx:1.29", "nginx:1.29"),
            ("localhost:5000/shop", "localhost:5000/shop:latest"),
            ("registry.example/shop@sha256:0a", "registry.example/shop@sha256:0a"),
        ] {
            assert_eq!(normal(reference), short);
        }
        assert_eq!(identifier().len(), 64);
    }
}
