//! The scenario of a pipeline's predictions, played from outside: the endpoint and the command have to agree, and nobody may be
//! answered by a model that was damaged.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::client::Answer;
use super::command::{self, both, tail};
use super::drills;
use super::pipeline::{clean, is_run};
use super::placeholders::{Placeholders, random};
use super::running::Running;
use super::service::{START_LIMIT, Service};
use super::upload;
use crate::contract::{Pipeline, Prediction as Contract, Record, Request};
use crate::engine::{ContainerId, EngineError, ExecOutcome};
use crate::facts::Observation;

/// How far the scores of the endpoint and the command may lie apart.
const TOLERANCE: f64 = 1e-6;
/// Wall limit of the predict command.
const PREDICT_LIMIT: Duration = Duration::from_secs(90);
/// Wall limit of the small commands.
const STEP_LIMIT: Duration = Duration::from_secs(30);
/// Largest file of predictions that is read, in bytes.
const OUT_LIMIT: usize = 1 << 20;
/// Most lines of a command's output that are shown.
const EVIDENCE_LINES: usize = 15;
/// The check that tells of an endpoint that gives no scores.
const ANSWER_CHECK: &str = "prediction-answered";
/// The check that tells of a damaged model that is served.
const DAMAGE_CHECK: &str = "damaged-model-not-served";

/// The fact `prediction`.
#[derive(Debug, Clone, Serialize)]
pub struct Prediction {
    /// The endpoint gives a score for every record.
    pub answers: Observation,
    /// The command gives the same ones.
    pub agrees: Observation,
    /// A bad request: 422.
    pub bad_request: Observation,
    /// A body that is no JSON: 4xx.
    pub malformed: Observation,
    /// A damaged model file, after a restart: alive, not ready, no predictions, no crash.
    pub refuses_damaged_model: Observation,
    /// The file repaired, after a restart: ready, and the same scores.
    pub recovers: Observation,
}

impl Prediction {
    fn untried(why: &str) -> Self {
        let untried = || Observation::unavailable(why);
        Self {
            answers: untried(),
            agrees: untried(),
            bad_request: untried(),
            malformed: untried(),
            refuses_damaged_model: untried(),
            recovers: untried(),
        }
    }

    /// How many observations came as expected, and how many were made.
    pub fn count(&self) -> (usize, usize) {
        let all = [
            &self.answers,
            &self.agrees,
            &self.bad_request,
            &self.malformed,
            &self.refuses_damaged_model,
            &self.recovers,
        ];
        let tried = all.into_iter().filter(|seen| seen.ok.is_some());
        (tried.clone().filter(|seen| seen.holds()).count(), tried.count())
    }
}

/// Plays the scenario; the service is stopped and started again in it.
pub(super) fn try_out(running: &Running<'_>, service: &mut Service) -> Result<Prediction, EngineError> {
    let pipeline = running
        .bench
        .route
        .contract
        .as_ref()
        .and_then(|contract| contract.pipeline.as_ref());
    let found = pipeline.and_then(|pipeline| Some((pipeline, pipeline.prediction.as_ref()?)));
    let Some((pipeline, contract)) = found else {
        service.stops = drills::stop(running)?;
        return Ok(Prediction::untried(
            "the contract does not say how to predict: write `pipeline.prediction` in .proofolio.yml",
        ));
    };
    let scenario = Scenario {
        running,
        pipeline,
        contract,
    };
    let mut prediction = Prediction::untried("it was not tried");
    let (answers, scores) = scenario.ask("with the records of the contract")?;
    prediction.answers = answers;
    scenario.bad_input(&mut prediction)?;
    let Some(scores) = scores else {
        let blocked = || Observation::blocked(ANSWER_CHECK, "the endpoint gives no scores to compare with");
        prediction.agrees = blocked();
        prediction.refuses_damaged_model = blocked();
        prediction.recovers = blocked();
        service.stops = drills::stop(running)?;
        return Ok(prediction);
    };
    let Some(models) = scenario.models()? else {
        let why = "no folder under `service.state` holds a published model after the set-up";
        prediction.agrees = Observation::unavailable(why);
        prediction.refuses_damaged_model = Observation::unavailable(why);
        prediction.recovers = Observation::unavailable(why);
        service.stops = drills::stop(running)?;
        return Ok(prediction);
    };
    prediction.agrees = scenario.command(&models, &scores)?;
    service.stops = drills::stop(running)?;
    scenario.damage(&models, &scores, &mut prediction)?;
    Ok(prediction)
}

/// Where the published model lies in the container of the set-up commands.
struct Models {
    container: ContainerId,
    folder: String,
    artefact: String,
}

struct Scenario<'s> {
    running: &'s Running<'s>,
    pipeline: &'s Pipeline,
    contract: &'s Contract,
}

impl Scenario<'_> {
    /// Asks the endpoint for the records' scores.
    fn ask(&self, when: &str) -> Result<(Observation, Option<Vec<f64>>), EngineError> {
        let request = self.request();
        let answer = self.running.client.send(&request, None)?;
        let scores = self.scores(&answer);
        let tried = format!("{} {} {when}", request.method, request.path);
        let expected = format!("200 with a score for each record in `{}`", self.contract.score);
        let seen = match &scores {
            Ok(_) => Observation::seen(true, tried, expected, answer.shown()),
            Err(why) => Observation::seen(false, tried, expected, why).with_evidence(answer.excerpt()),
        };
        Ok((seen, scores.ok()))
    }

    /// The request with the records, without the columns that the endpoint does not take.
    fn request(&self) -> Request {
        let records: Vec<Value> = self
            .contract
            .records
            .iter()
            .map(|record| {
                let sent = record
                    .iter()
                    .filter(|(column, _)| !self.contract.not_sent.contains(column));
                Value::Object(sent.map(|(column, cell)| (column.clone(), cell.clone())).collect())
            })
            .collect();
        Placeholders::default()
            .with("records", records)
            .request(&self.contract.request)
    }

    /// The scores in an answer; why there are none.
    fn scores(&self, answer: &Answer) -> Result<Vec<f64>, String> {
        if answer.status != Some(200) {
            return Err(answer.shown());
        }
        let (score, records) = (&self.contract.score, self.contract.records.len());
        let body = answer.json().ok_or("200, but no JSON")?;
        let list = body
            .get(score)
            .and_then(Value::as_array)
            .ok_or_else(|| format!("200, but no list `{score}`"))?;
        let scores: Option<Vec<f64>> = list.iter().map(Value::as_f64).collect();
        match scores {
            Some(scores) if scores.len() == records => Ok(scores),
            Some(scores) => Err(format!("200, but {} scores for {records} records", scores.len())),
            None => Err(format!("200, but `{score}` holds something else than numbers")),
        }
    }

    /// A request that makes no sense, and one that is not even JSON.
    fn bad_input(&self, prediction: &mut Prediction) -> Result<(), EngineError> {
        let request = Placeholders::default().request(&self.contract.bad_request);
        let answer = self.running.client.send(&request, None)?;
        let tried = format!("{} {} with a value that cannot be", request.method, request.path);
        let seen = Observation::seen(answer.status == Some(422), tried, "422", answer.shown());
        prediction.bad_request = seen.with_evidence(answer.excerpt());
        let request = &self.contract.request;
        let answer = self
            .running
            .client
            .send_as_json(&request.method, &request.path, b"{\"half\": [1, ")?;
        let refused = answer.status.is_some_and(|status| (400..500).contains(&status));
        let tried = format!("{} {} with half a JSON document", request.method, request.path);
        let seen = Observation::seen(refused, tried, "4xx", answer.shown());
        prediction.malformed = seen.with_evidence(answer.excerpt());
        Ok(())
    }

    /// Finds the published model among the folders that the service keeps.
    fn models(&self) -> Result<Option<Models>, EngineError> {
        let Some(container) = &self.running.set_up else {
            return Ok(None);
        };
        for folder in &self.running.contract.state {
            let path = self.pipeline.published.replace("{models}", folder.path());
            let outcome = self.execute(container, &["head", "-c", "4096", &path])?;
            let run = String::from_utf8_lossy(&outcome.stdout).trim().to_owned();
            if outcome.exit_code == Some(0) && is_run(&run) {
                let artefact = self.pipeline.artefact.replace("{models}", folder.path());
                return Ok(Some(Models {
                    container: container.clone(),
                    folder: folder.path().to_owned(),
                    artefact: artefact.replace("{run}", &run),
                }));
            }
        }
        Ok(None)
    }

    fn execute(&self, container: &ContainerId, words: &[&str]) -> Result<ExecOutcome, EngineError> {
        let bench = self.running.bench;
        let request = command::request(bench, words, STEP_LIMIT);
        bench.engine.exec(container, &request, &mut |_| {})
    }

    /// Lets the command score the same records, and compares.
    fn command(&self, models: &Models, scores: &[f64]) -> Result<Observation, EngineError> {
        let bench = self.running.bench;
        let word = random(12, b"abcdefghijklmnopqrstuvwxyz");
        let (raw, out) = (format!("/tmp/{word}.csv"), format!("/tmp/{word}-scores.csv"));
        upload::file(bench, &models.container, &raw, &table(&self.contract.records))?;
        let fill = Placeholders::default()
            .with("raw", raw.as_str())
            .with("models", models.folder.as_str())
            .with("out", out.as_str());
        let words: Vec<String> = self.pipeline.predict.iter().map(|word| fill.text(word)).collect();
        let request = command::request(bench, &words, PREDICT_LIMIT);
        let mut output = bench.output_of("scenarios");
        let outcome = bench.engine.exec(&models.container, &request, &mut output)?;
        if outcome.exit_code != Some(0) {
            return Ok(command::observation(&words, &outcome));
        }
        let mut request = command::request(bench, &["head", "-c", &OUT_LIMIT.to_string(), &out], STEP_LIMIT);
        request.output_limit = OUT_LIMIT * 2;
        let written = bench.engine.exec(&models.container, &request, &mut |_| {})?;
        let tried = format!("`{}` on the same records", words.join(" "));
        let expected = "the scores of the endpoint";
        let evidence = || tail(&both(&outcome), EVIDENCE_LINES);
        let theirs = match read_scores(&written.stdout, &self.contract.key, &self.contract.score) {
            Ok(theirs) => theirs,
            Err(why) => return Ok(Observation::seen(false, tried, expected, why).with_evidence(evidence())),
        };
        for (record, ours) in self.contract.records.iter().zip(scores) {
            let key = cell(record.get(&self.contract.key).unwrap_or(&Value::Null));
            let Some(score) = theirs.get(&key) else {
                let answer = format!("no row of `{{out}}` has the `{}` {key}", self.contract.key);
                return Ok(Observation::seen(false, tried, expected, answer).with_evidence(evidence()));
            };
            // A score that is no number agrees with none.
            let apart = (score - ours).abs();
            if apart.is_nan() || apart > TOLERANCE {
                let answer = format!("{score} for {key}, where the endpoint says {ours}");
                return Ok(Observation::seen(false, tried, expected, answer));
            }
        }
        let answer = format!("the same {} scores", scores.len());
        Ok(Observation::seen(true, tried, expected, answer))
    }

    /// The stopped service starts with a damaged model, and then with the right one again.
    ///
    /// Bytes are added at the file's end: most formats are read as if they were not there, so that only a check of the whole file
    /// notices.
    fn damage(&self, models: &Models, scores: &[f64], prediction: &mut Prediction) -> Result<(), EngineError> {
        let running = self.running;
        let (bench, client) = (running.bench, &running.client);
        let (path, copy) = (models.artefact.as_str(), "/tmp/model-as-it-was");
        let damage = "cp \"$0\" \"$1\" && printf damaged >> \"$0\"";
        let outcome = self.execute(&models.container, &["sh", "-c", damage, path, copy])?;
        if outcome.exit_code != Some(0) {
            let why = format!("the model file could not be damaged: {}", tail(&both(&outcome), 1));
            prediction.refuses_damaged_model = Observation::unavailable(why.as_str());
            prediction.recovers = Observation::unavailable(why);
            return Ok(());
        }
        let alive = || bench.engine.state(&running.container).is_ok_and(|state| state.running);
        bench.engine.start(&running.container)?;
        let live = running
            .contract
            .live
            .as_deref()
            .unwrap_or(running.contract.health_path());
        // Any answer will do: what it has to be is judged below.
        client.wait(live, &|_| true, bench.limit(START_LIMIT), &alive)?;
        let request = self.request();
        let tried = format!(
            "starting with a damaged model file, then GET {live}{} and {} {}",
            running
                .contract
                .ready
                .as_ref()
                .map(|ready| format!(", GET {ready}"))
                .unwrap_or_default(),
            request.method,
            request.path
        );
        let mut faults = Vec::new();
        if running.contract.live.is_some() {
            let answer = client.get(live)?;
            if answer.status != Some(200) {
                faults.push(format!("GET {live} gave {}", answer.shown()));
            }
        }
        if let Some(ready) = &running.contract.ready {
            let answer = client.get(ready)?;
            if answer.is_success() || answer.status.is_none() {
                faults.push(format!("GET {ready} gave {}", answer.shown()));
            }
        }
        let answer = client.send(&request, None)?;
        if answer.is_success() || matches!(answer.status, None | Some(500)) {
            faults.push(format!("{} {} gave {}", request.method, request.path, answer.shown()));
        }
        let expected = "200 while it lives, 503 for the rest";
        prediction.refuses_damaged_model = if faults.is_empty() {
            Observation::seen(true, tried, expected, "as it should be")
        } else {
            let log = bench.engine.logs(&running.container, 16 * 1024).unwrap_or_default();
            Observation::seen(false, tried, expected, faults.join(", ")).with_evidence(tail(&log, EVIDENCE_LINES))
        };
        drills::kill(running)?;
        let repair = "cp \"$1\" \"$0\"";
        let outcome = self.execute(&models.container, &["sh", "-c", repair, path, copy])?;
        if outcome.exit_code != Some(0) {
            prediction.recovers = Observation::unavailable("the model file could not be repaired");
            return Ok(());
        }
        bench.engine.start(&running.container)?;
        let path = running.contract.health_path();
        let status = client.wait(path, &|status| status == 200, bench.limit(START_LIMIT), &alive)?;
        let tried = "repairing the model file and starting again";
        let expected = "200 and the same scores";
        prediction.recovers = if status == Some(200) {
            let (seen, again) = self.ask("after the repair")?;
            match again {
                Some(again) if again == scores => Observation::seen(true, tried, expected, "the same scores"),
                Some(_) => Observation::seen(false, tried, expected, "other scores"),
                None => seen,
            }
        } else if prediction.refuses_damaged_model.holds() {
            let answer = status.map_or_else(|| "no answer".to_owned(), |status| format!("GET {path} gave {status}"));
            Observation::seen(false, tried, expected, answer)
        } else {
            Observation::blocked(
                DAMAGE_CHECK,
                "it did not come back after it was started with a damaged model",
            )
        };
        Ok(())
    }
}

/// Records as a raw export.
fn table(records: &[Record]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns: Vec<&String> = records
        .first()
        .map(|record| record.keys().collect())
        .unwrap_or_default();
    // Writing to memory cannot fail.
    let _ = writer.write_record(columns.iter().map(|column| column.as_bytes()));
    for record in records {
        let cells = columns
            .iter()
            .map(|column| cell(record.get(*column).unwrap_or(&Value::Null)));
        let _ = writer.write_record(cells);
    }
    writer.into_inner().unwrap_or_default()
}

/// A value as a cell.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The scores of a file of predictions, by key; why there are none.
fn read_scores(bytes: &[u8], key: &str, score: &str) -> Result<BTreeMap<String, f64>, String> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::Reader::from_reader(text);
    let header = reader.byte_headers().map_err(|error| error.to_string())?.clone();
    let column = |name: &str| {
        header
            .iter()
            .position(|spelt| clean(spelt) == clean(name.as_bytes()))
            .ok_or_else(|| format!("`{{out}}` has no column `{name}`"))
    };
    let (key, score) = (column(key)?, column(score)?);
    let mut scores = BTreeMap::new();
    for row in reader.byte_records() {
        let row = row.map_err(|error| format!("`{{out}}` is no table: {error}"))?;
        let text = |at: usize| {
            String::from_utf8_lossy(row.get(at).unwrap_or_default())
                .trim()
                .to_owned()
        };
        let number = text(score)
            .parse()
            .map_err(|_| format!("{:?} in `{{out}}` is no number", text(score)))?;
        scores.insert(text(key), number);
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn records_become_a_table() {
        let records: Vec<Record> = serde_json::from_value(json!([
            {"id": "a,b", "fee": 9.9, "n": 3, "none": null},
            {"id": "c", "fee": "€ 1,5", "n": 4, "none": ""}
        ]))
        .expect("records");
        let text = String::from_utf8(table(&records)).expect("text");
        assert_eq!(text, "id,fee,n,none\n\"a,b\",9.9,3,\nc,\"€ 1,5\",4,\n");
    }

    #[test]
    fn predictions_are_found_by_key_in_any_order() {
        let scores = read_scores(b"run,score,ID\nx,0.25,b\nx, 1e-3 ,a\n", "id", "score").expect("scores");
        assert_eq!(
            scores,
            BTreeMap::from([("a".to_owned(), 0.001), ("b".to_owned(), 0.25)])
        );
        for bad in [&b""[..], b"id\na\n", b"id,score\na,high\n", b"\x00\xff"] {
            assert!(read_scores(bad, "id", "score").is_err());
        }
    }
}
