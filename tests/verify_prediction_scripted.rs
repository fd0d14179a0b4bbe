//! The scenario of predictions against the scripted engine, with a service that answers from a script.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::fs;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proofolio::engine::scripted::ScriptedEngine;
use proofolio::engine::{ExecOutcome, ImageInfo, Interrupt};
use proofolio::report::model::{Report, Verdict, VerdictOutcome};
use serde_json::{Value, json};

use VerdictOutcome::{Blocked, Failed, NotRun, Passed};

const CONTRACT: &str = "\
kind: pipeline
service: {port: 8000, live: /live, ready: /ready, state: [/app/data, /app/models], setup: [[prepare]]}
pipeline:
  generate: [generate, '{raw}', '{seed}']
  train: [train, '{raw}', '{models}', '{seed}']
  predict: [predict, '{raw}', '{models}', '{out}']
  target: answer
  published: '{models}/current'
  artefact: '{models}/{run}/model.bin'
  metrics: {file: '{models}/{run}/metrics.json', model: model, baseline: baseline, score: hits, better: higher}
  exit_codes: {data_refused: 3, not_published: 4, no_model: 5}
  prediction:
    records: [{id: a, x: 3}, {id: b, x: 4}]
    key: id
    not_sent: [id]
    request: {method: POST, path: /predict, json: {rows: '{records}'}}
    score: score
    bad_request: {method: POST, path: /predict, json: {rows: nonsense}}
";

/// What the service and the command do.
#[derive(Clone, Copy)]
struct Behaviour {
    /// The scores that the endpoint answers with, and the status.
    endpoint: (u16, &'static [f64]),
    /// What the predict command writes.
    written: &'static str,
    /// What the published file holds.
    published: &'static str,
    /// Does the service notice a damaged model?
    notices: bool,
}

const SOUND: Behaviour = Behaviour {
    endpoint: (200, &[0.25, 0.5]),
    written: "id,score\nb,0.5\na,0.2500000001\n",
    published: "run-1\n",
    notices: true,
};

fn run(behaviour: Behaviour) -> (Report, Arc<ScriptedEngine>) {
    let damaged = Arc::new(Mutex::new(false));
    let state = Arc::clone(&damaged);
    let said = |code, stdout: &str| ExecOutcome {
        exit_code: Some(code),
        stdout: stdout.as_bytes().to_vec(),
        ..ExecOutcome::default()
    };
    let engine = ScriptedEngine::new(Interrupt::new())
        .with_image("python:3.13-slim", ImageInfo::default())
        .on_exec_with("", move |request, _| {
            let words = request.command.join(" ");
            if words.contains("printf damaged") {
                assert!(words.contains("/app/models/run-1/model.bin"), "{words}");
                *damaged.lock().unwrap() = true;
            } else if words.contains("cp \"$1\" \"$0\"") {
                *damaged.lock().unwrap() = false;
            }
            Ok(match request.command.as_slice() {
                [head, _, _, path] if head == "head" && path == "/app/models/current" => said(0, behaviour.published),
                [head, _, _, path] if head == "head" && path.ends_with("/current") => said(1, ""),
                [head, ..] if head == "head" => said(0, behaviour.written),
                _ => said(0, ""),
            })
        })
        .on_line(move |line| {
            let question: Value = serde_json::from_str(line).unwrap();
            let down = behaviour.notices && *state.lock().unwrap();
            let body = STANDARD.decode(question["body"].as_str().unwrap_or_default()).unwrap();
            let (status, answer) = match question["path"].as_str().unwrap() {
                "/live" => (200, json!({})),
                "/ready" => (if down { 503 } else { 200 }, json!({})),
                _ if down => (503, json!({})),
                _ => match serde_json::from_slice::<Value>(&body) {
                    Err(_) => (400, json!({})),
                    Ok(body) if body["rows"] == json!([{"x": 3}, {"x": 4}]) => {
                        (behaviour.endpoint.0, json!({"score": behaviour.endpoint.1}))
                    }
                    Ok(_) => (422, json!({})),
                },
            };
            let answer = json!({
                "id": question["id"], "seconds": 0.001, "failure": null, "status": status,
                "headers": [], "body": STANDARD.encode(answer.to_string()),
            });
            vec![answer.to_string()]
        });
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".proofolio.yml"), CONTRACT).unwrap();
    fs::write(
        folder.path().join("Dockerfile"),
        "FROM python:3.13-slim\nCMD [\"serve\"]\n",
    )
    .unwrap();
    support::scripted::verified(folder.path(), "service", engine)
}

fn verdict<'r>(report: &'r Report, id: &str) -> &'r Verdict {
    report.verdicts.iter().find(|verdict| verdict.id == id).unwrap()
}

/// These came out so, and the other checks of predictions passed.
#[track_caller]
fn expect(report: &Report, expected: &[(&str, VerdictOutcome)]) {
    for id in [
        "prediction-answered",
        "prediction-consistent",
        "bad-prediction-request-rejected",
        "malformed-body-rejected",
        "damaged-model-not-served",
        "repaired-model-served",
    ] {
        let wanted = expected
            .iter()
            .find(|(name, _)| *name == id)
            .map_or(Passed, |(_, outcome)| *outcome);
        assert_eq!(verdict(report, id).outcome, wanted, "{id}: {:#?}", verdict(report, id));
    }
}

#[test]
fn a_sound_service_passes_and_shares_its_state_in_bounded_memory() {
    let (report, engine) = run(SOUND);
    expect(&report, &[]);
    assert!(engine.alive().is_empty(), "{:?}", engine.alive());
    let made = |what: &str| engine.calls().iter().filter(|call| call.starts_with(what)).count();
    assert_eq!(made("create_volume"), 2);
    let apis = ["accounts-login", "readiness-follows-database", "data-survives-restart"];
    assert!(
        report
            .verdicts
            .iter()
            .all(|verdict| !apis.contains(&verdict.id.as_str()))
    );
}

#[test]
fn scores_that_differ_are_told_with_both() {
    let (report, _) = run(Behaviour {
        written: "id,score\nb,0.5\na,0.2501\n",
        ..SOUND
    });
    expect(&report, &[("prediction-consistent", Failed)]);
    let message = &verdict(&report, "prediction-consistent").findings[0].message;
    assert!(
        message.contains("0.2501 for a") && message.contains("0.25"),
        "{message}"
    );
}

#[test]
fn a_file_of_predictions_that_lacks_something_says_what() {
    for (written, part) in [
        ("", "no column `id`"),
        ("id,other\na,1\n", "no column `score`"),
        ("id,score\na,0.25\n", "no row"),
        ("id,score\na,high\nb,0.5\n", "no number"),
        ("id,score\na,NaN\nb,0.5\n", "NaN for a"),
    ] {
        let (report, _) = run(Behaviour { written, ..SOUND });
        expect(&report, &[("prediction-consistent", Failed)]);
        let message = &verdict(&report, "prediction-consistent").findings[0].message;
        assert!(message.contains(part), "{written:?}: {message}");
    }
}

#[test]
fn an_endpoint_without_scores_blocks_what_compares_them() {
    for endpoint in [(500, &[0.25, 0.5][..]), (200, &[0.25][..]), (404, &[][..])] {
        let (report, _) = run(Behaviour { endpoint, ..SOUND });
        expect(
            &report,
            &[
                ("prediction-answered", Failed),
                ("prediction-consistent", Blocked),
                ("damaged-model-not-served", Blocked),
                ("repaired-model-served", Blocked),
            ],
        );
        assert_eq!(
            verdict(&report, "prediction-consistent").blocked_by.as_deref(),
            Some("prediction-answered")
        );
    }
}

#[test]
fn a_damaged_model_that_nobody_notices_is_red_alone() {
    let (report, _) = run(Behaviour {
        notices: false,
        ..SOUND
    });
    expect(&report, &[("damaged-model-not-served", Failed)]);
    let message = &verdict(&report, "damaged-model-not-served").findings[0].message;
    assert!(message.contains("GET /ready gave 200"), "{message}");
}

#[test]
fn a_published_name_that_leaves_its_folder_is_not_followed() {
    for published in ["", "../../etc", "a/b", "/"] {
        let (report, _) = run(Behaviour { published, ..SOUND });
        expect(
            &report,
            &[
                ("prediction-consistent", NotRun),
                ("damaged-model-not-served", NotRun),
                ("repaired-model-served", NotRun),
            ],
        );
    }
}
