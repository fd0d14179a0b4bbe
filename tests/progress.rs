//! Progress as lines and as JSON.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proofolio::cli::progress::{Json, Plain};
use proofolio::events::{Event, Sink, StageOutcome};

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap().clone();
        anstream::adapter::strip_str(&String::from_utf8(bytes).unwrap()).to_string()
    }
}

/// A pipe whose reader is gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

fn finished(stage: &'static str, outcome: StageOutcome, cached: bool, detail: &str) -> Event {
    Event::StageFinished {
        stage,
        outcome,
        took: Duration::from_millis(5240),
        cached,
        detail: detail.to_owned(),
    }
}

fn events() -> Vec<Event> {
    vec![
        Event::StageStarted { stage: "pytest" },
        Event::StageOutput {
            stage: "pytest",
            line: "\u{1b}[2Jcollected 51 items".to_owned(),
        },
        finished("pytest", StageOutcome::Passed, false, "51 passed"),
        finished("install", StageOutcome::Passed, true, ""),
        finished("image", StageOutcome::Failed, false, "step 7\n\u{202e}of 9"),
        finished("service", StageOutcome::Blocked, false, "no image"),
        finished("scenarios", StageOutcome::Unavailable, false, ""),
        Event::Note {
            message: "sweeping 2 containers".to_owned(),
        },
    ]
}

#[test]
fn plain_lines_tell_starts_and_ends() {
    let out = Shared::default();
    let sink = Plain::new(out.clone());
    events().into_iter().for_each(|event| sink.emit(event));
    assert_eq!(
        out.text(),
        "\
· pytest     started
✓ pytest     51 passed  5.2s
✓ install    cached  5.2s
✗ image      failed: step 7\\n\\u{202e}of 9  5.2s
! service    blocked: no image
– scenarios  not run
! sweeping 2 containers
"
    );
}

#[test]
fn json_events_keep_to_the_documented_form() {
    let out = Shared::default();
    let sink = Json::new(out.clone());
    events().into_iter().for_each(|event| sink.emit(event));
    let records: Vec<serde_json::Value> = out
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for record in &records {
        assert_eq!(record["schema"], "proofolio.event/1");
        assert!(record["at"].as_f64().unwrap() >= 0.0);
    }
    let mut last = records[4].clone();
    last["at"] = 0.into();
    assert_eq!(
        last,
        serde_json::json!({
            "schema": "proofolio.event/1",
            "at": 0,
            "event": "stage-finished",
            "stage": "image",
            "outcome": "failed",
            "seconds": 5.24,
            "cached": false,
            "detail": "step 7\\n\\u{202e}of 9",
        })
    );
    let documented = include_str!("../docs/events.md");
    for record in &records {
        for key in record.as_object().unwrap().keys() {
            assert!(documented.contains(&format!("`{key}`")), "{key}");
        }
        let event = record["event"].as_str().unwrap();
        assert!(documented.contains(&format!("`{event}`")), "{event}");
    }
}

#[test]
fn lines_of_several_threads_do_not_mix() {
    let out = Shared::default();
    let sink = Json::new(out.clone());
    std::thread::scope(|scope| {
        for stage in ["image", "install", "pytest"] {
            let sink = &sink;
            scope.spawn(move || {
                for _ in 0..200 {
                    sink.emit(Event::StageOutput {
                        stage,
                        line: "x".repeat(500),
                    });
                }
            });
        }
    });
    let text = out.text();
    assert_eq!(text.lines().count(), 600);
    assert!(
        text.lines()
            .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok())
    );
}

#[test]
fn a_closed_pipe_is_no_reason_to_stop() {
    let (plain, json) = (Plain::new(Closed), Json::new(Closed));
    for event in events() {
        plain.emit(event.clone());
        json.emit(event);
    }
}

#[test]
fn no_line_shows_a_token() {
    let token = format!("glpat-{}", "x7Q2kP9mZ4rT6wB1nV8s");
    let out = Shared::default();
    let (plain, json) = (Plain::new(out.clone()), Json::new(out.clone()));
    for sink in [&plain as &dyn Sink, &json] {
        sink.emit(Event::StageOutput {
            stage: "pytest",
            line: format!("clone https://oauth2:{token}@git.test/a"),
        });
        sink.emit(Event::StageFinished {
            stage: "pytest",
            outcome: StageOutcome::Failed,
            took: Duration::from_secs(1),
            cached: false,
            detail: format!("refused {token}"),
        });
    }
    let text = out.text();
    assert_eq!(text.matches("refused glpat-********").count(), 2, "{text}");
    assert!(!text.contains("x7Q2kP9m"), "{text}");
}

#[test]
fn no_line_commands_a_runner_of_github_actions() {
    let detail = "12 passed ##[add-mask]x";
    let finished = |sink: &dyn Sink| {
        sink.emit(Event::StageFinished {
            stage: "pytest",
            outcome: StageOutcome::Passed,
            took: Duration::from_secs(1),
            cached: false,
            detail: detail.to_owned(),
        });
        sink.emit(Event::Note {
            message: "::error::x ##[group]".to_owned(),
        });
    };
    let plain = Shared::default();
    finished(&Plain::new(plain.clone()).in_actions(true));
    let json = Shared::default();
    finished(&Json::new(json.clone()));
    for text in [plain.text(), json.text()] {
        assert!(!text.contains("##["), "{text}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
    }
    assert!(json.text().lines().any(|line| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        event["detail"] == detail
    }));
}
