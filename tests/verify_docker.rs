//! `verify` as its users run it, on the real engine: without an engine, with parts of a contract, interrupted in every stage.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use proofolio::engine::Engine;
use proofolio::report::model::{Outcome, VerdictOutcome};
use support::cli::Run;
use support::project::{Project, ids};

#[test]
fn without_an_engine_the_static_part_is_judged_and_the_rest_is_not_run() {
    let project = Project::scaffold("api", "loans");
    let (run, report) = project.report(&["--engine", "unix:///nonexistent/docker.sock"]);
    assert_eq!(report.outcome, Outcome::Incomplete);
    assert!(ids(&report, VerdictOutcome::Passed).len() >= 10);
    assert!(ids(&report, VerdictOutcome::Failed).is_empty() && ids(&report, VerdictOutcome::Blocked).is_empty());
    let not_run = report
        .verdicts
        .iter()
        .find(|verdict| verdict.outcome == VerdictOutcome::NotRun)
        .expect("some");
    let reason = not_run.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("/nonexistent/docker.sock"), "{reason}");
    assert!(
        run.out.contains("doctor") || reason.contains("--engine") || reason.contains("Start"),
        "no hint: {reason}"
    );
    run.ends(3);
}

#[test]
fn a_static_run_needs_no_engine() {
    let project = Project::scaffold("api", "loans");
    let (run, report) = project.report(&["--static", "--engine", "unix:///nonexistent/docker.sock"]);
    assert_eq!(report.outcome, Outcome::Passed);
    assert!(report.sandbox.is_none());
    assert!(
        report
            .verdicts
            .iter()
            .all(|verdict| verdict.outcome != VerdictOutcome::NotRun)
    );
    run.ends(0);
}

#[test]
fn pip_alone_installs_too() {
    support::ensure_base_images();
    let project = Project::scaffold("api", "loans");
    let (run, report) = project.report(&["--installer", "pip", "--only", "requirements", "--only", "venv"]);
    assert_eq!(report.outcome, Outcome::Passed, "{}", run.out);
    assert!(
        report
            .stages
            .iter()
            .all(|stage| stage.name != "pytest" && stage.name != "image"),
        "only what is needed runs"
    );
    run.ends(0);
}

/// Interrupts a run two tenths of a second into a stage: it ends soon, says so, and leaves nothing of its own.
#[track_caller]
fn interrupted((kind, theme): (&str, &str), stage: &str, arguments: &[&str]) {
    support::ensure_base_images();
    let project = Project::scaffold(kind, theme);
    let mut command = project.verify(&["--progress", "json"]);
    let mut child = command
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut told = Vec::new();
    let mut interrupted = None;
    for line in lines.map_while(Result::ok) {
        let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        if interrupted.is_none() && event["event"] == "stage-started" && event["stage"] == stage {
            std::thread::sleep(Duration::from_millis(200));
            let sent = Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap();
            assert!(sent.success());
            interrupted = Some(Instant::now());
        }
        told.push(line);
    }
    let run = Run::from(child.wait_with_output().unwrap());
    let interrupted = interrupted.unwrap_or_else(|| panic!("{stage} never started: {told:?}"));
    assert!(
        interrupted.elapsed() < Duration::from_secs(20),
        "it took {:?}",
        interrupted.elapsed()
    );
    assert!(told.iter().any(|line| line.contains("interrupted")), "{told:?}");
    run.ends(130);
    let left = support::engine().list(&format!("proofolio.pid={pid}")).unwrap();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn interrupted_while_making_the_environment() {
    interrupted(("api", "loans"), "venv", &["--no-cache"]);
}

#[test]
fn interrupted_while_installing() {
    interrupted(("api", "loans"), "install", &["--no-cache"]);
}

#[test]
fn interrupted_while_testing() {
    interrupted(("api", "loans"), "pytest", &[]);
}

#[test]
fn interrupted_while_building() {
    interrupted(("api", "loans"), "image", &["--no-cache"]);
}

#[test]
fn interrupted_while_starting() {
    interrupted(("api", "loans"), "service", &[]);
}

#[test]
fn interrupted_while_playing_the_scenarios() {
    interrupted(("api", "loans"), "scenarios", &[]);
}

#[test]
fn interrupted_while_trying_the_pipeline() {
    interrupted(("pipeline", "churn"), "pipeline", &[]);
}

#[test]
fn interrupted_while_releasing() {
    support::ensure_proxy_image();
    interrupted(("deploy", "quotes"), "release", &[]);
}

/// A contract that ends where `from` begins: what it does not tell is not run, nothing is held against the project, and nothing is
/// green.
#[track_caller]
fn silent((kind, theme): (&str, &str), from: &str, only: &[&str], not_run: &[&str]) {
    support::ensure_base_images();
    let project = Project::scaffold(kind, theme);
    let contract = project.read(".proofolio.yml");
    let end = contract
        .find(from)
        .unwrap_or_else(|| panic!("no {from:?} in the contract"));
    project.write(".proofolio.yml", &contract[..end]);
    let arguments: Vec<&str> = only.iter().flat_map(|pattern| ["--only", pattern]).collect();
    let (run, report) = project.report(&arguments);
    let found = ids(&report, VerdictOutcome::NotRun);
    assert!(not_run.iter().all(|check| found.contains(check)), "{}", run.out);
    assert!(ids(&report, VerdictOutcome::Failed).is_empty(), "{}", run.out);
    assert_eq!(report.outcome, Outcome::Incomplete);
    run.ends(3);
}

#[test]
fn a_contract_that_keeps_silent_about_roles_is_not_green() {
    silent(
        ("api", "loans"),
        "  guarded:",
        &["security", "service"],
        &["role-guard-enforced"],
    );
}

#[test]
fn a_contract_that_keeps_silent_about_the_pipeline_is_not_green() {
    let not_run = ["pipeline-trains", "prediction-consistent"];
    silent(
        ("pipeline", "churn"),
        "pipeline:\n  generate",
        &["data", "service"],
        &not_run,
    );
}

#[test]
fn a_contract_that_keeps_silent_about_releases_is_not_green() {
    let not_run = ["release-brings-version-live"];
    silent(("deploy", "quotes"), "deploy:\n  release:", &["release-*"], &not_run);
}
