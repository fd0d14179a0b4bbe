//! Verification against the scripted engine: what the real one does too seldom or too slowly to wait for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proofolio::checks::{Check, Rubric};
use proofolio::engine::scripted::ScriptedEngine;
use proofolio::engine::{BuildFailure, BuildOutcome, Engine, ExecOutcome, ImageInfo, Interrupt};
use proofolio::events::NullSink;
use proofolio::facts::docker::{Installer, Options};
use proofolio::report::model::{Level, Outcome, Report, Verdict, VerdictOutcome};
use proofolio::verification::{Request, deadline, verify};

const GREEN: &str = r#"<testsuites><testsuite name="pytest"><testcase classname="tests.test_app" name="test_one"
    file="tests/test_app.py" line="0" time="0.1"/></testsuite></testsuites>"#;

/// A project without a service: two branches, no prober.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        (".proofolio.yml", "kind: deploy\n"),
        ("requirements.txt", "flask==3.1.0\n"),
        (
            "app.py",
            "\"\"\"An app.\"\"\"\n\nimport flask\n\napp = flask.Flask(__name__)\n",
        ),
        ("tests/test_app.py", "def test_one():\n    assert True\n"),
        (
            "Dockerfile",
            "FROM python:3.13-slim\nCOPY . .\nRUN make everything\nUSER 1000\nCMD [\"python\"]\n",
        ),
    ] {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), text).unwrap();
    }
    folder
}

/// An engine on which everything goes well, save what a test scripts before.
fn sound(engine: ScriptedEngine) -> ScriptedEngine {
    let image = || ImageInfo {
        user: "1000".to_owned(),
        size: 200_000_000,
        ..ImageInfo::default()
    };
    let packages = r#"[{"name": "flask", "version": "3.1.0", "requires": [], "imports": ["flask"]}]"#;
    engine
        .with_image("python:3.13-slim", image())
        .on_exec_print("compileall", 0, packages)
        .on_exec_print("head -c", 0, GREEN)
        .on_exec_print("", 0, "")
}

fn ended(exit_code: Option<i64>, stdout: &str) -> ExecOutcome {
    ExecOutcome {
        exit_code,
        stdout: stdout.as_bytes().to_vec(),
        timed_out: exit_code.is_none(),
        ..ExecOutcome::default()
    }
}

/// Verifies with a minute to spare.
fn run(folder: &Path, engine: ScriptedEngine, cache: Option<&Path>) -> (Report, Arc<ScriptedEngine>) {
    run_within(Duration::from_secs(60), folder, engine, cache)
}

fn run_within(
    limit: Duration,
    folder: &Path,
    engine: ScriptedEngine,
    cache: Option<&Path>,
) -> (Report, Arc<ScriptedEngine>) {
    let none: [&Path; 0] = [];
    let rubric = Rubric::load(&none).unwrap();
    let wanted = [
        "venv-creates",
        "requirements-install",
        "imports-resolve",
        "tests-pass",
        "image-builds",
    ];
    let checks: Vec<&Check> = rubric
        .checks
        .iter()
        .filter(|check| wanted.contains(&check.id.as_str()))
        .collect();
    assert_eq!(checks.len(), wanted.len());
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
            installer: Installer::Uv,
            no_cache: false,
            jobs: 1,
            deadline: deadline(limit),
            cache_folder: cache.map(Path::to_owned),
            install_environment: BTreeMap::new(),
            certificates: None,
        },
        engine: &move || Ok(Arc::clone(&shared)),
    };
    let report = verify(&request, &NullSink).unwrap();
    (report, engine)
}

fn verdict<'r>(report: &'r Report, id: &str) -> &'r Verdict {
    report.verdicts.iter().find(|verdict| verdict.id == id).unwrap()
}

#[track_caller]
fn expect(report: &Report, expected: &[(&str, VerdictOutcome)]) {
    for (id, outcome) in expected {
        assert_eq!(
            verdict(report, id).outcome,
            *outcome,
            "{id}: {:#?}",
            verdict(report, id)
        );
    }
}

use VerdictOutcome::{Blocked, Failed, NotRun, Passed};

#[test]
fn everything_holds_and_nothing_is_left() {
    let folder = project();
    let (report, engine) = run(folder.path(), sound(ScriptedEngine::new(Interrupt::new())), None);
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.verdicts);
    assert!(engine.alive().is_empty(), "{:?}", engine.alive());
}

#[test]
fn a_refused_requirement_is_named_with_its_place_and_blocks_the_tests() {
    let folder = project();
    let said = "Collecting flask\nERROR: No matching distribution found for flask==3.1.0\n";
    let engine = ScriptedEngine::new(Interrupt::new())
        .on_exec("uv pip install", ended(Some(1), "no solution"))
        .on_exec("-m pip install --no-input", ended(Some(1), said));
    let (report, engine) = run(folder.path(), sound(engine), None);
    expect(
        &report,
        &[
            ("requirements-install", Failed),
            ("tests-pass", Blocked),
            ("image-builds", Passed),
        ],
    );
    let finding = &verdict(&report, "requirements-install").findings[0];
    assert_eq!(
        (finding.path.as_deref(), finding.line),
        (Some("requirements.txt"), Some(1))
    );
    assert!(
        finding.message.contains("No matching distribution found"),
        "{}",
        finding.message
    );
    assert_eq!(
        verdict(&report, "tests-pass").blocked_by.as_deref(),
        Some("requirements-install")
    );
    assert!(engine.alive().is_empty());
}

#[test]
fn what_uv_refuses_is_left_to_pip() {
    let folder = project();
    let engine = ScriptedEngine::new(Interrupt::new()).on_exec("uv pip install", ended(Some(1), "no wheel"));
    let (report, engine) = run(folder.path(), sound(engine), None);
    assert_eq!(report.outcome, Outcome::Passed);
    assert!(
        engine
            .calls()
            .iter()
            .any(|call| call.contains("-m pip install --no-input"))
    );
}

#[test]
fn an_index_out_of_reach_is_not_the_projects_fault() {
    let folder = project();
    let said =
        "WARNING: Retrying: Temporary failure in name resolution\nERROR: No matching distribution found for flask\n";
    let engine = ScriptedEngine::new(Interrupt::new())
        .on_exec("uv pip install", ended(Some(2), ""))
        .on_exec("-m pip install --no-input", ended(Some(1), said));
    let (report, _) = run(folder.path(), sound(engine), None);
    assert_eq!(report.outcome, Outcome::Incomplete);
    expect(
        &report,
        &[
            ("requirements-install", NotRun),
            ("tests-pass", NotRun),
            ("venv-creates", Passed),
        ],
    );
}

#[test]
fn tests_that_never_end_or_forge_their_end_are_red() {
    for (outcome, part) in [
        (ended(None, "...."), "did not end in time"),
        (
            ExecOutcome {
                output_bomb: true,
                ..ended(Some(137), "y\ny\n")
            },
            "printed without end",
        ),
        (ended(Some(137), ""), "memory"),
    ] {
        let folder = project();
        let engine = ScriptedEngine::new(Interrupt::new())
            .on_exec("-m pytest", outcome)
            .on_exec_print("head -c", 0, "");
        let (report, engine) = run(folder.path(), sound(engine), None);
        expect(&report, &[("tests-pass", Failed), ("requirements-install", Passed)]);
        let finding = &verdict(&report, "tests-pass").findings[0];
        assert!(finding.message.contains(part), "{}", finding.message);
        assert!(engine.alive().is_empty());
    }
    let folder = project();
    let engine = ScriptedEngine::new(Interrupt::new()).on_exec_print("head -c", 0, "");
    let (report, _) = run(folder.path(), sound(engine), None);
    assert!(
        verdict(&report, "tests-pass").findings[0]
            .message
            .contains("left no results"),
        "exit code 0 alone is no proof"
    );
}

fn build(failure: BuildFailure) -> BuildOutcome {
    BuildOutcome {
        image: None,
        failure: Some(failure),
        output: "Step 3/5 : RUN make everything\nmake: not found\n".to_owned(),
        steps: 5,
        cached_steps: 0,
        builder: "classic",
    }
}

#[test]
fn a_failed_build_names_the_instruction_and_its_line() {
    let folder = project();
    let engine = ScriptedEngine::new(Interrupt::new()).on_build(build(BuildFailure {
        instruction: Some("RUN make everything".to_owned()),
        exit_code: Some(127),
        message: "exit code 127".to_owned(),
        timed_out: false,
        base_image_missing: false,
    }));
    let (report, _) = run(folder.path(), sound(engine), None);
    expect(&report, &[("image-builds", Failed), ("tests-pass", Passed)]);
    let finding = &verdict(&report, "image-builds").findings[0];
    assert_eq!((finding.path.as_deref(), finding.line), (Some("Dockerfile"), Some(3)));
    assert!(
        finding.message.contains("RUN make everything") && finding.message.contains("127"),
        "{}",
        finding.message
    );
}

#[test]
fn a_base_image_out_of_reach_is_not_the_projects_fault() {
    let folder = project();
    let engine = ScriptedEngine::new(Interrupt::new()).on_build(build(BuildFailure {
        instruction: None,
        exit_code: None,
        message: "pull access denied".to_owned(),
        timed_out: false,
        base_image_missing: true,
    }));
    let (report, _) = run(folder.path(), sound(engine), None);
    expect(&report, &[("image-builds", NotRun), ("tests-pass", Passed)]);
    assert_eq!(report.outcome, Outcome::Incomplete);
}

#[test]
fn an_engine_that_dies_midway_fails_nobody() {
    for nth in 1..=8 {
        let folder = project();
        let (report, _) = run(
            folder.path(),
            sound(ScriptedEngine::new(Interrupt::new())).dies_at("exec", nth),
            None,
        );
        assert_eq!(
            report.outcome,
            Outcome::Incomplete,
            "death at exec {nth}: {:#?}",
            report.verdicts
        );
        assert!(
            report
                .verdicts
                .iter()
                .all(|verdict| !matches!(verdict.outcome, Failed | Blocked)),
            "death at exec {nth}"
        );
    }
}

#[test]
fn a_result_in_which_everything_held_is_not_looked_at_again_until_something_changes() {
    let (folder, cache) = (project(), tempfile::tempdir().unwrap());
    let engine = || sound(ScriptedEngine::new(Interrupt::new()));
    let ran = |engine: &ScriptedEngine| engine.calls().iter().any(|call| call.contains("-m pytest"));

    let (report, first) = run(folder.path(), engine(), Some(cache.path()));
    assert!(ran(&first) && report.outcome == Outcome::Passed);
    let (report, second) = run(folder.path(), engine(), Some(cache.path()));
    assert!(!ran(&second) && report.outcome == Outcome::Passed);
    assert!(
        report.stages.iter().skip(1).all(|stage| stage.cached),
        "{:?}",
        report.stages
    );

    fs::write(folder.path().join("app.py"), "import flask\n").unwrap();
    let failing = ScriptedEngine::new(Interrupt::new()).on_exec("-m pytest", ended(Some(2), ""));
    let (report, third) = run(folder.path(), sound(failing), Some(cache.path()));
    assert!(ran(&third) && report.outcome == Outcome::Failed);
    let (_, fourth) = run(folder.path(), engine(), Some(cache.path()));
    assert!(ran(&fourth), "a failed run is looked at again");
}

#[test]
fn the_limit_of_the_whole_run_is_no_fault_of_the_project() {
    let folder = project();
    let limit = Duration::from_millis(1500);
    let engine = ScriptedEngine::new(Interrupt::new()).on_exec_with("-m pytest", move |_, _| {
        std::thread::sleep(limit);
        Ok(ended(None, "...."))
    });
    let (report, engine) = run_within(limit, folder.path(), sound(engine), None);
    assert_eq!(report.outcome, Outcome::Incomplete, "{:#?}", report.verdicts);
    expect(
        &report,
        &[
            ("requirements-install", Passed),
            ("tests-pass", NotRun),
            ("image-builds", NotRun),
        ],
    );
    assert!(
        verdict(&report, "tests-pass")
            .reason
            .as_deref()
            .unwrap_or_default()
            .contains("--timeout")
    );
    assert!(engine.alive().is_empty());
}
