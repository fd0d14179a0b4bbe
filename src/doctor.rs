//! What this machine and its container engine can do, as findings with what to do about them. Prints nothing.

mod sandbox;

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::engine::docker::DockerEngine;
use crate::engine::session::{Belonging, leftovers};
use crate::engine::{Engine, EngineError, EngineInfo, Interrupt};

/// The image that repositories are verified in, unless they name another version.
const PYTHON: &str = "python:3.13-slim";
/// The image of their databases.
const POSTGRES: &str = "postgres:17";
/// With less memory than this, a database, a service and tests do not run beside each other.
const ENOUGH_MEMORY: u64 = 4 << 30;
/// Less free space than this runs out with the first environments.
const ENOUGH_SPACE: u64 = 2 << 30;

/// How well one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Something does not work as well as it could.
    Warn,
    /// Verification in Docker is not possible.
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its name: `engine`, `builder`, …
    pub name: &'static str,
    /// How well it is.
    pub status: Status,
    /// What was found.
    pub summary: String,
    /// What to do, a full sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Finding {
    fn new(name: &'static str, status: Status, summary: impl Into<String>) -> Self {
        Self {
            name,
            status,
            summary: summary.into(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn of_error(name: &'static str, status: Status, error: &EngineError) -> Self {
        Self {
            name,
            status,
            summary: error.to_string(),
            hint: error.hint.clone(),
        }
    }
}

/// The engine, as the published format shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineDescription {
    /// `Docker Engine`, `Podman`, …
    pub name: String,
    /// Its version.
    pub version: String,
    /// The API version in use.
    pub api: String,
    /// Where it was reached, without credentials.
    pub address: String,
    /// How that address was found.
    pub found_by: String,
    /// Processors.
    pub cpus: u32,
    /// Memory in bytes.
    pub memory: u64,
    /// True when BuildKit can build.
    pub buildkit: bool,
}

/// Everything that was found. This is the published format `proofolio.doctor/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Examination {
    /// `proofolio.doctor/1`
    pub schema: &'static str,
    /// True when verification in Docker is possible.
    pub ready: bool,
    /// The engine, if one answers.
    pub engine: Option<EngineDescription>,
    /// What was looked at.
    pub findings: Vec<Finding>,
}

/// Looks at everything; with `probe_sandbox` also starts a container that tries to break its limits.
pub fn examine(address: Option<&str>, probe_sandbox: bool, interrupt: &Interrupt) -> Result<Examination, EngineError> {
    let mut findings = Vec::new();
    let mut description = None;
    match DockerEngine::connect(address, interrupt.clone()).and_then(|engine| Ok((engine.info()?, engine))) {
        Ok((information, engine)) => {
            let engine = Arc::new(engine);
            description = Some(describe(&information, engine.found_by()));
            findings.push(Finding::new(
                "engine",
                Status::Ok,
                format!(
                    "{} {} (API {}, {}/{}) at {}, found by {}",
                    information.name,
                    information.version,
                    information.api,
                    information.os,
                    information.architecture,
                    information.address,
                    engine.found_by()
                ),
            ));
            findings.push(builder(&information));
            findings.push(resources(&information));
            findings.push(base_image(&engine, PYTHON, Status::Fail));
            findings.push(base_image(&engine, POSTGRES, Status::Warn));
            findings.push(left_behind(engine.as_ref()));
            if probe_sandbox {
                findings.extend(sandbox::probe(&engine, PYTHON));
            }
        }
        Err(error) if error.interrupted => return Err(error),
        Err(error) => findings.push(Finding::of_error("engine", Status::Fail, &error)),
    }
    if interrupt.is_set() {
        return Err(EngineError::interrupted(crate::engine::Operation::Info, "doctor"));
    }
    findings.push(git_identity());
    findings.extend(free_space());
    Ok(Examination {
        schema: "proofolio.doctor/1",
        ready: findings.iter().all(|finding| finding.status != Status::Fail),
        engine: description,
        findings,
    })
}

fn describe(information: &EngineInfo, found_by: &str) -> EngineDescription {
    EngineDescription {
        name: information.name.clone(),
        version: information.version.clone(),
        api: information.api.clone(),
        address: information.address.clone(),
        found_by: found_by.to_owned(),
        cpus: information.cpus,
        memory: information.memory,
        buildkit: information.buildkit,
    }
}

fn builder(information: &EngineInfo) -> Finding {
    if information.buildkit {
        Finding::new("builder", Status::Ok, "BuildKit")
    } else {
        Finding::new(
            "builder",
            Status::Warn,
            "the classic builder only: `RUN --mount` and heredocs are refused",
        )
        .hint("Use Docker Engine 20.10 or newer for what needs BuildKit.")
    }
}

fn resources(information: &EngineInfo) -> Finding {
    let summary = format!(
        "{} processor{}, {} of memory",
        information.cpus,
        if information.cpus == 1 { "" } else { "s" },
        size(information.memory)
    );
    if information.memory < ENOUGH_MEMORY {
        Finding::new("resources", Status::Warn, summary)
            .hint("Give the engine's machine 4 GB or more, or run with --jobs 1.")
    } else {
        Finding::new("resources", Status::Ok, summary)
    }
}

/// Is the image there, or can it be had? `missing` is how bad it is if not.
fn base_image(engine: &DockerEngine, reference: &'static str, missing: Status) -> Finding {
    match engine.image(reference) {
        Ok(Some(image)) => Finding::new(
            "image",
            Status::Ok,
            format!("{reference} is present ({}, {})", size(image.size), image.architecture),
        ),
        Ok(None) => match engine.can_pull(reference) {
            Ok(()) => Finding::new(
                "image",
                Status::Ok,
                format!("{reference} is not present and will be pulled"),
            ),
            Err(error) => Finding::new(
                "image",
                missing,
                format!("{reference} is not present and cannot be pulled: {}", error.reason),
            )
            .hint(format!(
                "Let the engine reach its registry (proxy, login), or load the image beforehand: `docker load` or \
                 `docker pull {reference}`."
            )),
        },
        Err(error) => Finding::of_error("image", missing, &error),
    }
}

fn left_behind(engine: &dyn Engine) -> Finding {
    let found = match leftovers(engine) {
        Ok(found) => found,
        Err(error) => return Finding::of_error("leftovers", Status::Warn, &error),
    };
    let count = |wanted: Belonging| found.iter().filter(|(_, belonging)| *belonging == wanted).count();
    let (dead, kept, live, cached) = (
        count(Belonging::Dead),
        count(Belonging::Kept),
        count(Belonging::Live),
        count(Belonging::Cache),
    );
    let cache_size: u64 = found
        .iter()
        .filter(|(_, belonging)| *belonging == Belonging::Cache)
        .map(|(object, _)| object.size)
        .sum();
    let mut parts = Vec::new();
    for (number, what) in [
        (dead, "left by dead runs"),
        (kept, "kept on purpose"),
        (live, "of running verifications"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    if cached > 0 {
        parts.push(format!("{cached} cached (up to {})", size(cache_size)));
    }
    let summary = if parts.is_empty() {
        "nothing of proofolio is on the engine".to_owned()
    } else {
        format!("objects on the engine: {}", parts.join(", "))
    };
    if dead + kept > 0 {
        Finding::new("leftovers", Status::Warn, summary).hint("`proofolio clean` removes them.")
    } else {
        Finding::new("leftovers", Status::Ok, summary)
    }
}

/// The name that commits of a new project get.
fn git_identity() -> Finding {
    let setting = |name: &str| {
        git2::Config::open_default()
            .and_then(|config| config.get_string(name))
            .ok()
            .filter(|value| !value.trim().is_empty())
    };
    match (setting("user.name"), setting("user.email")) {
        (Some(name), Some(email)) => {
            let shown = crate::engine::text::one_line(&format!("{name} <{email}>"));
            Finding::new("git", Status::Ok, format!("commits as {shown}"))
        }
        _ => Finding::new("git", Status::Warn, "git does not know your name and e-mail address").hint(
            "Set them with `git config --global user.name` and `user.email`, or give --author and --email to `proofolio new`.",
        ),
    }
}

/// The folder of proofolio's own cache, or the nearest one above it that exists.
fn cache_folder() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))?;
    let folder = base.join("proofolio");
    folder.ancestors().find(|folder| folder.is_dir()).map(PathBuf::from)
}

/// The free space for the cache; nothing where it cannot be told.
fn free_space() -> Option<Finding> {
    let folder = cache_folder()?;
    let free = free_bytes(&folder)?;
    let summary = format!("{} free for the cache in {}", size(free), folder.display());
    Some(if free < ENOUGH_SPACE {
        Finding::new("disk", Status::Warn, summary).hint("Free some space, or point XDG_CACHE_HOME at another disk.")
    } else {
        Finding::new("disk", Status::Ok, summary)
    })
}

#[cfg(unix)]
fn free_bytes(folder: &std::path::Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_folder: &std::path::Path) -> Option<u64> {
    None
}

/// A size for people: `1.2 GB`.
pub fn size(bytes: u64) -> String {
    let mut number = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if number < 999.5 {
            return if unit == "B" || number >= 99.5 {
                format!("{number:.0} {unit}")
            } else {
                format!("{number:.1} {unit}")
            };
        }
        number /= 1000.0;
    }
    format!("{number:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1500), "1.5 kB");
        assert_eq!(size(109_893_138), "110 MB");
        assert_eq!(size(25_276_502_016), "25.3 GB");
        assert_eq!(size(u64::MAX), "18446744.1 TB");
    }

    #[test]
    fn little_memory_is_a_warning() {
        let information = EngineInfo {
            name: "Docker Engine".to_owned(),
            version: "1".to_owned(),
            api: "1.41".to_owned(),
            os: "linux".to_owned(),
            architecture: "x86_64".to_owned(),
            cpus: 1,
            memory: 1_000_000_000,
            address: "unix:///x".to_owned(),
            buildkit: false,
        };
        let finding = resources(&information);
        assert_eq!(
            (finding.status, finding.summary.as_str()),
            (Status::Warn, "1 processor, 1.0 GB of memory")
        );
        assert_eq!(builder(&information).status, Status::Warn);
    }
}
