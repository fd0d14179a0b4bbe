//! `proofolio doctor` and `proofolio clean` as a user runs them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy sees tests only in functions marked so, not in their helpers"
)]

mod support;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use proofolio::engine::session::Session;
use proofolio::engine::{Engine, Network, sandbox};
use support::PYTHON;

/// The program in an environment of its own: no colours, no identity, no address of an engine.
fn proofolio(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proofolio"));
    command
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("NO_COLOR", "1")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_CACHE_HOME")
        .current_dir(home);
    command
}

fn without_engine(home: &Path) -> Command {
    let mut command = proofolio(home);
    command.env("DOCKER_HOST", format!("unix://{}/no-engine.sock", home.display()));
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn doctor_finds_the_engine_and_what_is_missing() {
    support::ensure_base_images();
    let home = tempfile::tempdir().unwrap();
    let output = proofolio(home.path()).arg("doctor").output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", stderr(&output));
    for line in [
        "ok    engine",
        "ok    image      python:3.13-slim is present",
        "ok    image      postgres:17 is present",
        "ok    disk",
    ] {
        assert!(text.contains(line), "{line} is missing in {text}");
    }
    assert!(text.contains("warn  git"), "{text}");
    assert!(text.contains("git config --global user.name"), "{text}");
    assert!(text.ends_with("Verification in Docker is possible.\n"), "{text}");

    std::fs::write(
        home.path().join(".gitconfig"),
        "[user]\nname = Ada\nemail = ada@example.com\n",
    )
    .unwrap();
    let output = proofolio(home.path()).arg("doctor").output().unwrap();
    assert!(stdout(&output).contains("ok    git        commits as Ada <ada@example.com>"));
}

#[test]
fn doctor_without_an_engine_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let output = without_engine(home.path()).arg("doctor").output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(
        text.contains("fail  engine     failed to reach the container engine"),
        "{text}"
    );
    assert!(text.contains("hint: Start the engine"), "{text}");
    assert!(text.contains("Verification in Docker is not possible"), "{text}");
}

#[test]
fn doctor_refuses_ssh_with_a_way_out() {
    let home = tempfile::tempdir().unwrap();
    let output = proofolio(home.path())
        .args(["doctor", "--engine", "ssh://me@host"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("ssh -nNT -L"), "{}", stdout(&output));
}

#[test]
fn doctor_prints_json_with_and_without_an_engine() {
    support::ensure_base_images();
    let home = tempfile::tempdir().unwrap();
    let output = proofolio(home.path()).args(["doctor", "--json"]).output().unwrap();
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["schema"], "proofolio.doctor/1");
    assert_eq!(found["ready"], true);
    assert!(found["engine"]["cpus"].as_u64().unwrap() >= 1);
    let output = without_engine(home.path()).args(["doctor", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&found["ready"], &found["engine"]),
        (&false.into(), &serde_json::Value::Null)
    );
    assert_eq!(found["findings"][0]["status"], "fail");
}

#[test]
fn doctor_tries_the_sandbox() {
    support::ensure_base_images();
    let home = tempfile::tempdir().unwrap();
    let output = proofolio(home.path()).args(["doctor", "--sandbox"]).output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for limit in [
        "no network",
        "read-only root",
        "no capabilities, no new privileges, seccomp",
        "processes",
        "file size",
        "open files",
        "size of writable folders",
        "memory",
    ] {
        assert!(
            text.contains(&format!("ok    sandbox    {limit}: holds")),
            "{limit}: {text}"
        );
    }
}

#[test]
fn clean_removes_a_kept_run_and_nothing_else() {
    let engine = support::engine();
    let other = Session::open(engine.clone(), false);
    other
        .create("live", sandbox::untrusted(PYTHON, Network::None, 1 << 20))
        .unwrap();
    let session = Session::open(Arc::clone(&engine) as Arc<dyn Engine>, true);
    session
        .start("kept", sandbox::untrusted(PYTHON, Network::None, 1 << 20))
        .unwrap();
    session.create_volume("data", None).unwrap();
    session.create_network("net").unwrap();
    let run = session.run().to_owned();
    drop(session);

    let home = tempfile::tempdir().unwrap();
    // One run alone, for a developer's kept containers are no business of this test.
    let clean = || proofolio(home.path()).args(["clean", "--run", &run]).output().unwrap();
    let output = clean();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", stderr(&output));
    for line in [
        format!("removed container proofolio-{run}-kept\n"),
        format!("removed volume proofolio-{run}-data\n"),
        format!("removed network proofolio-{run}-net\n"),
        "removed 1 container, 1 network, 1 volume\n".to_owned(),
    ] {
        assert!(text.contains(&line), "{line} is missing in {text}");
    }
    assert_eq!(engine.list(&format!("proofolio.run={run}")).unwrap(), []);
    assert_eq!(engine.list(&format!("proofolio.run={}", other.run())).unwrap().len(), 1);

    let again = clean();
    assert_eq!(again.status.code(), Some(0));
    assert!(stdout(&again).starts_with("nothing to remove\n"));
}

#[test]
fn clean_without_an_engine_is_an_error_with_a_hint() {
    let home = tempfile::tempdir().unwrap();
    let output = without_engine(home.path()).arg("clean").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = stderr(&output);
    assert!(
        text.contains("error:") && text.contains("failed to reach the container engine"),
        "{text}"
    );
    assert!(text.contains("hint:"), "{text}");
}
