//! No false alarm: every theme of every kind, with either CI, is all green when it is read, at every level.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::path::Path;

use serde_json::Value;
use support::cli::Context;

/// The themes of a kind, as their folders name them.
fn themes(kind: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("templates")
        .join(kind)
        .join("themes");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn report(context: &Context, project: &str) -> Value {
    let run = context.run(&[
        "verify",
        project,
        "--static",
        "--fail-on",
        "recommended",
        "--report",
        "json=-",
    ]);
    serde_json::from_str(&run.ends(0).out).unwrap()
}

/// What is not as it should be: checks that failed or could not be judged.
fn complaints(report: &Value) -> Vec<String> {
    let fine = ["passed", "not-applicable"];
    let verdicts = report["verdicts"].as_array().unwrap();
    verdicts
        .iter()
        .filter(|verdict| !fine.contains(&verdict["outcome"].as_str().unwrap()))
        .map(|verdict| {
            format!(
                "{} {}: {} {}",
                verdict["outcome"], verdict["id"], verdict["findings"], verdict["reason"]
            )
        })
        .collect()
}

fn every_theme_is_green(kind: &str) {
    let context = Context::new();
    let themes = themes(kind);
    assert!(themes.len() >= 5, "{themes:?}");
    for theme in themes {
        for ci in ["github", "gitlab"] {
            let project = format!("{theme}-{ci}");
            context
                .run(&["new", kind, &project, "--defaults", "--theme", &theme, "--ci", ci])
                .ends(0);
            let report = report(&context, &project);
            assert_eq!(complaints(&report), Vec::<String>::new(), "{kind} {project}");
            let questions = report["questions"].as_array().unwrap();
            assert!(questions.len() >= 3, "{kind} {project}: {questions:?}");
        }
    }
}

#[test]
fn every_api_is_green() {
    every_theme_is_green("api");
}

#[test]
fn every_pipeline_is_green() {
    every_theme_is_green("pipeline");
}

#[test]
fn every_deployment_is_green() {
    every_theme_is_green("deploy");
}
