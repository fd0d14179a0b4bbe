//! A verification against the scripted engine.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proofolio::checks::{Check, Rubric};
use proofolio::engine::Engine;
use proofolio::engine::scripted::ScriptedEngine;
use proofolio::events::NullSink;
use proofolio::facts::docker::{Installer, Options};
use proofolio::report::model::{Level, Report};
use proofolio::verification::{Request, deadline, verify};

/// Judges one area of a project, without any cache and with a minute to spare.
pub fn verified(folder: &Path, area: &str, engine: ScriptedEngine) -> (Report, Arc<ScriptedEngine>) {
    let none: [&Path; 0] = [];
    let rubric = Rubric::load(&none).unwrap();
    let checks: Vec<&Check> = rubric.checks.iter().filter(|check| check.area.name() == area).collect();
    let engine = Arc::new(engine);
    let shared = Arc::clone(&engine) as Arc<dyn Engine>;
    let request = Request {
        given: "project",
        folder,
        kind: None,
        python: None,
        checks,
        known_checks: rubric.ids(),
        ignore_suppressions: false,
        static_only: false,
        keep: false,
        fail_on: Level::Required,
        options: Options {
            installer: Installer::Pip,
            no_cache: true,
            jobs: 2,
            deadline: deadline(Duration::from_secs(60)),
            cache_folder: None,
            install_environment: BTreeMap::new(),
            certificates: None,
        },
        engine: &move || Ok(Arc::clone(&shared)),
    };
    (verify(&request, &NullSink).unwrap(), engine)
}
