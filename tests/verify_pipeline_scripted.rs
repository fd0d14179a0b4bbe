//! A pipeline against the scripted engine: what the real one, and a real pipeline, do too seldom to wait for.
//!
//! The engine holds a small pipeline of its own, so that what proofolio makes of the raw data is really read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use proofolio::engine::scripted::ScriptedEngine;
use proofolio::engine::{ExecOutcome, ExecRequest, ImageInfo, Interrupt};
use proofolio::report::model::{Outcome, Report, Verdict, VerdictOutcome};

use VerdictOutcome::{Blocked, Failed, NotRun, Passed};

const CONTRACT: &str = "\
kind: pipeline
pipeline:
  generate: [generate, '{raw}', '{seed}']
  train: [train, '{raw}', '{models}', '{seed}']
  predict: [predict, '{raw}', '{models}', '{out}']
  target: answer
  future: {column: month, value: 2025-12}
  published: '{models}/current'
  artefact: '{models}/{run}/model.bin'
  metrics: {file: '{models}/{run}/metrics.json', model: model, baseline: baseline, score: hits, better: higher}
  exit_codes: {data_refused: 3, not_published: 4, no_model: 5}
  prediction:
    records: [{id: a, month: 2025-12, x: 3}]
    key: id
    not_sent: [id, month]
    request: {method: POST, path: /predict, json: '{records}'}
    score: score
    bad_request: {method: POST, path: /predict, json: []}
";

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".proofolio.yml"), CONTRACT).unwrap();
    fs::write(folder.path().join("requirements.txt"), "").unwrap();
    folder
}

/// How one run of the pipeline ends: its exit code, or the whole outcome.
type Ending = Option<ExecOutcome>;
/// Decides the ending of a run before it begins: the words of the command and the raw data that it reads.
type Whim = Box<dyn Fn(&str, &str) -> Ending + Send + Sync>;

/// A sound pipeline and the files of its container.
struct Fake {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    whim: Whim,
}

fn exit(code: i64) -> ExecOutcome {
    ExecOutcome {
        exit_code: Some(code),
        ..ExecOutcome::default()
    }
}

impl Fake {
    fn execute(&self, request: &ExecRequest<'_>, read: &[u8]) -> ExecOutcome {
        let words: Vec<&str> = request.command.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["/usr/bin/timeout", _, _, rest @ ..] => self.run(rest),
            ["head", "-c", _, path] => self.printed(path),
            ["sh", "-c", "exec cat > \"$0\"", path] => {
                self.put(path, read.to_vec());
                exit(0)
            }
            ["sh", "-c", "exec sha256sum < \"$0\"", path] => {
                let mut outcome = self.printed(path);
                outcome.stdout = format!("{:?}", outcome.stdout).into_bytes();
                outcome
            }
            ["sh", "-c", script, _, to, from] if script.contains("cp -a") => {
                let files = self.files.lock().unwrap().clone();
                for (path, contents) in files {
                    if let Some(rest) = path.strip_prefix(&format!("{from}/")) {
                        self.put(&format!("{to}/{rest}"), contents);
                    }
                }
                exit(0)
            }
            ["sh", "-c", script, path] if script.contains("half") => {
                let half = self.get(path).unwrap();
                self.put(path, half[..half.len() / 2].to_vec());
                exit(0)
            }
            _ => exit(0),
        }
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.files.lock().unwrap().get(path).cloned()
    }

    fn put(&self, path: &str, contents: Vec<u8>) {
        self.files.lock().unwrap().insert(path.to_owned(), contents);
    }

    fn printed(&self, path: &str) -> ExecOutcome {
        match self.get(path) {
            Some(stdout) => ExecOutcome { stdout, ..exit(0) },
            None => exit(1),
        }
    }

    fn run(&self, words: &[&str]) -> ExecOutcome {
        let raw = self.get(words[1]).unwrap_or_default();
        let text = String::from_utf8_lossy(&raw).into_owned();
        if let Some(ending) = (self.whim)(&words.join(" "), &text) {
            return ending;
        }
        match words {
            ["generate", raw, seed] => {
                self.put(raw, generated(seed.parse().unwrap()).into_bytes());
                exit(0)
            }
            ["train", _, models, _] => exit(self.train(&text, models)),
            ["predict", _, models, _] => exit(match self.get(&format!("{models}/r1/model.bin")) {
                Some(model) if model.ends_with(b"end") => 0,
                _ => 5,
            }),
            other => panic!("{other:?}"),
        }
    }

    fn train(&self, text: &str, models: &str) -> i64 {
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap_or_default();
        if header.len() < 4 || header[..4] != ["id", "month", "x", "answer"] {
            return 3;
        }
        let rows: Vec<Vec<&str>> = lines.collect();
        let good: Vec<(bool, f64, &str)> = rows
            .iter()
            .filter_map(|row| Some((row[1] == "2025-12", row[2].parse().ok()?, row[3])))
            .collect();
        if good.len() * 20 < rows.len() * 19 {
            return 3;
        }
        let future = || good.iter().filter(|row| row.0);
        let hits = future().filter(|row| (row.1 > 50.0) == (row.2 == "yes")).count() as f64 / future().count() as f64;
        if hits < 0.8 {
            return 4;
        }
        let learned: f64 = good.iter().filter(|row| !row.0).map(|row| row.1).sum();
        let metrics = format!("{{\"model\": {{\"hits\": {hits}}}, \"baseline\": {{\"hits\": 0.5}}}}");
        self.put(&format!("{models}/r1/model.bin"), format!("{learned} end").into_bytes());
        self.put(&format!("{models}/r1/metrics.json"), metrics.into_bytes());
        self.put(&format!("{models}/current"), b"r1\n".to_vec());
        0
    }
}

/// Raw data in which the answer is "yes" for large numbers.
fn generated(seed: u64) -> String {
    let mut state = seed;
    let mut text = "id,month,x,answer\n".to_owned();
    for row in 0..400 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let number = (state >> 33) % 100;
        let month = if row % 4 == 0 { "2025-12" } else { "2025-06" };
        let answer = if number > 50 { "yes" } else { "no" };
        text.push_str(&format!("r{row},{month},{number},{answer}\n"));
    }
    text
}

/// Verifies the data of a pipeline that is sound but for a whim.
fn run(whim: impl Fn(&str, &str) -> Ending + Send + Sync + 'static) -> (Report, Arc<ScriptedEngine>) {
    let fake = Fake {
        files: Mutex::default(),
        whim: Box::new(whim),
    };
    let engine = ScriptedEngine::new(Interrupt::new())
        .with_image("python:3.13-slim", ImageInfo::default())
        .on_exec_print("compileall", 0, "[]")
        .on_exec_with("", move |request, read| Ok(fake.execute(request, read)));
    verified(engine)
}

fn verified(engine: ScriptedEngine) -> (Report, Arc<ScriptedEngine>) {
    let folder = project();
    let (report, engine) = support::scripted::verified(folder.path(), "data", engine);
    assert_eq!(report.verdicts.len(), 18);
    (report, engine)
}

fn verdict<'r>(report: &'r Report, id: &str) -> &'r Verdict {
    report.verdicts.iter().find(|verdict| verdict.id == id).unwrap()
}

/// These came out so, and everything else passed.
#[track_caller]
fn expect(report: &Report, expected: &[(&str, VerdictOutcome)]) {
    for verdict in &report.verdicts {
        let wanted = expected
            .iter()
            .find(|(id, _)| *id == verdict.id)
            .map_or(Passed, |(_, outcome)| *outcome);
        assert_eq!(verdict.outcome, wanted, "{}: {verdict:#?}", verdict.id);
    }
}

#[test]
fn a_sound_pipeline_passes_and_nothing_is_left() {
    let (report, engine) = run(|_, _| None);
    expect(&report, &[]);
    assert!(engine.alive().is_empty(), "{:?}", engine.alive());
}

#[test]
fn a_run_without_an_end_is_red_alone() {
    let (report, _) = run(|words, raw| (words.starts_with("train") && raw.starts_with("id;")).then(|| exit(124)));
    expect(&report, &[("wrong-delimiter-refused", Failed)]);
    let finding = &verdict(&report, "wrong-delimiter-refused").findings[0];
    assert!(finding.message.contains("no end within"), "{}", finding.message);
}

#[test]
fn a_flood_ends_its_container_and_blocks_what_had_no_chance() {
    let (report, engine) = run(|words, _| {
        words.starts_with("train").then(|| ExecOutcome {
            output_bomb: true,
            stdout: b"y\ny\n".to_vec(),
            ..exit(137)
        })
    });
    assert!(
        report.verdicts.iter().all(|verdict| verdict.outcome != NotRun),
        "{:#?}",
        report.verdicts
    );
    for verdict in report.verdicts.iter().filter(|verdict| verdict.outcome == Blocked) {
        assert_eq!(verdict.blocked_by.as_deref(), Some("pipeline-trains"), "{}", verdict.id);
    }
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(engine.alive().is_empty());
}

#[test]
fn what_publishes_nothing_blocks_the_rest() {
    let (report, _) = run(|words, _| words.starts_with("train").then(|| exit(0)));
    let message = &verdict(&report, "pipeline-trains").findings[0].message;
    assert!(message.contains("names no run"), "{message}");
    let by_training = |verdict: &&Verdict| verdict.blocked_by.as_deref() == Some("pipeline-trains");
    assert_eq!(report.verdicts.iter().filter(by_training).count(), 14);
    for id in ["data-generates", "data-reproducible", "data-seed-used"] {
        assert_eq!(verdict(&report, id).outcome, Passed, "{id}");
    }
}

#[test]
fn raw_data_that_we_cannot_read_accuses_nobody() {
    for strange in ["one column alone\nx\n", ""] {
        let fake = Fake {
            files: Mutex::default(),
            whim: Box::new(|_, _| None),
        };
        let engine = ScriptedEngine::new(Interrupt::new())
            .with_image("python:3.13-slim", ImageInfo::default())
            .on_exec_print("compileall", 0, "[]")
            .on_exec_with("", move |request, read| {
                let mut outcome = fake.execute(request, read);
                let words = request.command.join(" ");
                if words.starts_with("head -c") && words.ends_with("raw/raw.csv") {
                    outcome.stdout = strange.as_bytes().to_vec();
                }
                Ok(outcome)
            });
        let (report, _) = verified(engine);
        for id in [
            "garbage-rows-refused",
            "renamed-column-refused",
            "weak-model-not-published",
            "unknown-columns-ignored",
        ] {
            assert_eq!(verdict(&report, id).outcome, NotRun, "{id}: {strange:?}");
        }
        assert_eq!(verdict(&report, "binary-file-refused").outcome, Passed);
    }
}

#[test]
fn raw_data_that_is_not_there_blocks_the_rest() {
    let (report, _) = run(|words, _| words.starts_with("generate").then(|| exit(0)));
    assert_eq!(verdict(&report, "data-generates").outcome, Failed);
    for verdict in report.verdicts.iter().filter(|verdict| verdict.id != "data-generates") {
        assert_eq!(verdict.blocked_by.as_deref(), Some("data-generates"), "{}", verdict.id);
    }
}

/// Is the answer of this raw data shuffled?
fn shuffled(raw: &str) -> bool {
    let wrong = raw.lines().skip(1).filter(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        cells.len() == 4
            && cells[2]
                .parse::<f64>()
                .is_ok_and(|number| (number > 50.0) != (cells[3] == "yes"))
    });
    wrong.count() > 50
}

#[test]
fn a_gate_that_is_passed_once_by_chance_is_no_fault() {
    let once = Mutex::new(true);
    let (report, _) = run(move |words, raw| {
        let first = words.starts_with("train") && shuffled(raw) && std::mem::take(&mut *once.lock().unwrap());
        first.then(|| exit(0))
    });
    expect(&report, &[]);
}

#[test]
fn a_gate_that_is_passed_twice_is_open() {
    let (report, _) = run(|words, raw| (words.starts_with("train") && shuffled(raw)).then(|| exit(0)));
    // What lies there is the good model of before, so it looks as if the target were known.
    expect(
        &report,
        &[("target-not-leaked", Failed), ("weak-model-not-published", Blocked)],
    );
}

#[test]
fn data_that_never_comes_to_the_gate_says_nothing_of_it() {
    let (report, _) = run(|words, raw| (words.starts_with("train") && shuffled(raw)).then(|| exit(3)));
    expect(
        &report,
        &[("target-not-leaked", NotRun), ("weak-model-not-published", NotRun)],
    );
    assert_eq!(report.outcome, Outcome::Incomplete);
}

#[test]
fn a_weak_model_has_a_second_chance_with_other_data() {
    let first = Mutex::new(None::<String>);
    let (report, _) = run(move |words, raw| {
        let mut first = first.lock().unwrap();
        let unlucky = words.starts_with("train") && first.get_or_insert_with(|| raw.to_owned()).as_str() == raw;
        unlucky.then(|| exit(4))
    });
    expect(&report, &[]);
}

#[test]
fn an_engine_that_dies_midway_fails_nobody() {
    for nth in [4, 8, 12, 20, 30, 45] {
        let fake = Fake {
            files: Mutex::default(),
            whim: Box::new(|_, _| None),
        };
        let engine = ScriptedEngine::new(Interrupt::new())
            .with_image("python:3.13-slim", ImageInfo::default())
            .on_exec_print("compileall", 0, "[]")
            .on_exec_with("", move |request, read| Ok(fake.execute(request, read)))
            .dies_at("exec", nth);
        let (report, _) = verified(engine);
        assert_eq!(report.outcome, Outcome::Incomplete, "death at exec {nth}");
        assert!(
            report
                .verdicts
                .iter()
                .all(|verdict| !matches!(verdict.outcome, Failed | Blocked)),
            "death at exec {nth}: {:#?}",
            report.verdicts
        );
    }
}
