//! What several tests share, above all an engine that must be there, with the base images that it must have.
#![allow(dead_code, reason = "every test executable uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

pub mod browser;
pub mod cli;
pub mod golden_report;
pub mod project;
pub mod scripted;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use proofolio::engine::docker::DockerEngine;
use proofolio::engine::session::Session;
use proofolio::engine::{BuildRequest, ContextFile, Engine, ExecRequest, Interrupt, Labels, Stdin};

/// The base image of Python projects.
pub const PYTHON: &str = "python:3.13-slim";
/// The base image of databases.
pub const POSTGRES: &str = "postgres:17";
/// The proxy in front of deployed services; only the tests that deploy need it.
pub const NGINX: &str = "nginx:1.29";

/// The real engine. That there is none is a failure, not a reason to skip: a skipped test proves nothing.
pub fn engine_with(interrupt: Interrupt) -> Arc<DockerEngine> {
    ensure_base_images();
    Arc::new(connect(interrupt))
}

/// The real engine, uninterrupted.
pub fn engine() -> Arc<DockerEngine> {
    engine_with(Interrupt::new())
}

/// A session on the real engine.
pub fn session() -> Session {
    Session::open(engine(), false)
}

fn connect(interrupt: Interrupt) -> DockerEngine {
    DockerEngine::connect(None, interrupt).unwrap_or_else(|error| {
        panic!(
            "these tests need a container engine: {error}. {}",
            error.hint.clone().unwrap_or_default()
        )
    })
}

/// Fetches the base images that the engine lacks or, where no registry can be reached, builds them from Debian packages;
/// once per machine.
pub fn ensure_base_images() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| ensure_images(&[(PYTHON, "python"), (POSTGRES, "postgres")]));
}

/// The same for the proxy's image, for the tests that deploy.
pub fn ensure_proxy_image() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| ensure_images(&[(NGINX, "nginx")]));
}

/// Images by their tag and by the name that the script knows them by.
fn ensure_images(images: &[(&str, &'static str)]) {
    let engine = connect(Interrupt::new());
    let missing = || -> Vec<&'static str> {
        images
            .iter()
            .filter(|(tag, _)| engine.image(tag).expect("the engine answers").is_none())
            .filter(|(tag, _)| engine.pull(tag, &mut ignore).is_err())
            .map(|(_, name)| *name)
            .collect()
    };
    if missing().is_empty() {
        return;
    }
    // Other test executables want the same images at the same time.
    let lock = std::fs::File::create(std::env::temp_dir().join("proofolio-base-images.lock")).expect("a lock file");
    lock.lock().expect("a lock");
    let missing = missing();
    if missing.is_empty() {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/images/build.sh");
    let output = Command::new(&script)
        .args(&missing)
        .output()
        .expect("the script starts");
    assert!(
        output.status.success(),
        "{} could not build {missing:?}: {}",
        script.display(),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A command line for `sh -c`, with ten seconds and a megabyte.
pub fn shell(script: &str) -> ExecRequest<'static> {
    command(&["sh", "-c", script])
}

/// A program for `python3 -c`.
pub fn python(program: &str) -> ExecRequest<'static> {
    command(&["python3", "-c", program])
}

/// A command with ten seconds and a megabyte.
pub fn command(words: &[&str]) -> ExecRequest<'static> {
    ExecRequest {
        command: words.iter().map(|word| (*word).to_owned()).collect(),
        environment: BTreeMap::new(),
        user: None,
        working_directory: None,
        stdin: Stdin::Empty,
        timeout: Duration::from_secs(10),
        output_limit: 1 << 20,
    }
}

/// A build of these files; the first is the Dockerfile.
pub fn build_request<'a>(tag: &'a str, files: &[(&'a str, &'a str)]) -> BuildRequest<'a> {
    BuildRequest {
        files: files
            .iter()
            .map(|(path, contents)| ContextFile {
                path,
                contents: contents.as_bytes(),
                executable: false,
            })
            .collect(),
        dockerfile: files[0].0,
        tag,
        arguments: BTreeMap::new(),
        labels: Labels::from([("proofolio".to_owned(), "1".to_owned())]),
        no_cache: false,
        memory: 1 << 30,
        timeout: Duration::from_secs(120),
    }
}

/// Takes no notice of lines.
pub fn ignore(_line: &str) {}
