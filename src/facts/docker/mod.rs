//! Facts that only running code can tell: one stage of containers each.
//!
//! Two branches run side by side: requirements → tests and the pipeline's runs, and image → service → scenarios.

pub mod access;
mod account;
pub mod bench;
mod blame;
mod client;
mod command;
mod database;
mod drills;
pub mod environment;
mod environment_cache;
pub mod image;
mod image_cache;
mod image_layers;
pub mod install;
pub mod junit;
pub mod pipeline;
pub mod placeholders;
pub mod prediction;
pub mod pytest;
mod recipe;
pub mod release;
pub mod result_cache;
mod running;
pub mod service;
pub mod token;
mod upload;

use std::collections::BTreeSet;

pub use bench::{Bench, Installer, Options};

use super::dockerfile::DockerfileFacts;
use super::python::PythonFacts;
use super::requirements::RequirementsFacts;
use super::{Fact, FactName, FactSet};

/// The stages, in the order in which they would run one after the other.
pub const STAGES: [&str; 8] = [
    "venv",
    "install",
    "pytest",
    "pipeline",
    "image",
    "service",
    "scenarios",
    "release",
];

/// What the stages read of the static facts.
#[derive(Debug, Clone, Copy)]
pub struct Statics<'a> {
    /// The requirements as declared.
    pub requirements: &'a RequirementsFacts,
    /// The source.
    pub python: &'a PythonFacts,
    /// Does the repository hold any test?
    pub tests_written: bool,
    /// The Dockerfile as written.
    pub dockerfile: &'a DockerfileFacts,
}

/// Runs the stages that the needed facts call for and puts the facts into `facts`.
pub fn collect(bench: &Bench<'_>, needed: &BTreeSet<FactName>, statics: Statics<'_>, facts: &mut FactSet) {
    use FactName::{Access, Environment, Image, Pipeline, Prediction, Pytest, Release, Service, Venv};
    let needs = |names: &[FactName]| names.iter().any(|name| needed.contains(name));
    let with_tests = needs(&[Pytest]);
    let with_pipeline = needs(&[Pipeline]);
    let with_release = needs(&[Release]);
    let with_install = with_tests || with_pipeline || with_release || needs(&[Venv, Environment]);
    let with_service = needs(&[Service, Access, Prediction]);
    let with_image = with_service || with_release || needs(&[Image]);
    // The commands of a deployment run in the environment that the other branch installs.
    let (installed, awaited) = std::sync::mpsc::channel();

    let tests = move || {
        with_install.then(|| {
            let (venv, environment) = install::run(bench, statics.requirements, statics.python);
            let _ = installed.send(environment.clone());
            let pytest = || with_tests.then(|| pytest::run(bench, &environment, statics.tests_written));
            let pipeline = || with_pipeline.then(|| pipeline::run(bench, &environment));
            let (pytest, pipeline) = if bench.options.jobs > 1 {
                std::thread::scope(|scope| {
                    let pytest = scope.spawn(pytest);
                    let pipeline = pipeline();
                    (pytest.join().unwrap_or_default(), pipeline)
                })
            } else {
                (pytest(), pipeline())
            };
            (venv, environment, pytest, pipeline)
        })
    };
    let image = move || {
        with_image.then(|| {
            let image = image::run(bench, statics.dockerfile);
            let service = || with_service.then(|| service::run(bench, &image));
            let release = || {
                with_release.then(|| {
                    // Nothing comes when installing panicked.
                    let environment = awaited
                        .recv()
                        .unwrap_or_else(|_| Fact::unavailable("nothing was installed"));
                    release::run(bench, &image, &environment)
                })
            };
            let (service, release) = if bench.options.jobs > 1 {
                std::thread::scope(|scope| {
                    let service = scope.spawn(service);
                    let release = release();
                    (service.join().unwrap_or_default(), release)
                })
            } else {
                (service(), release())
            };
            (image, service, release)
        })
    };
    let (tests, image) = if bench.options.jobs > 1 {
        std::thread::scope(|scope| {
            let image = scope.spawn(image);
            (tests(), image.join().unwrap_or_default())
        })
    } else {
        (tests(), image())
    };

    let mut missing = Vec::new();
    let mut stopped = None;
    if let Some((venv, environment, pytest, pipeline)) = tests {
        if let Some(environment) = environment.known() {
            missing.clone_from(&environment.missing_imports);
        }
        facts.insert(Venv, venv);
        facts.insert(Environment, environment);
        if let Some(pytest) = pytest {
            facts.insert(Pytest, pytest);
        }
        if let Some(pipeline) = pipeline {
            stopped = pipeline.known().and_then(pipeline::Pipeline::stopped);
            facts.insert(Pipeline, pipeline);
        }
    }
    if let Some((image, service, release)) = image {
        if let Some(mut release) = release {
            if let Fact::Known(release) = &mut release {
                release.blame(&image, service.as_ref().map(|seen| &seen.service));
            }
            facts.insert(Release, release);
        }
        facts.insert(Image, image);
        if let Some(mut seen) = service {
            seen.blame(&missing, stopped);
            facts.insert(Service, seen.service);
            facts.insert(Access, seen.access);
            facts.insert(Prediction, seen.prediction);
        }
    }
    if with_install || with_image {
        bench.image_cache().shrink(bench.engine);
    }
}
