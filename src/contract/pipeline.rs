//! The section `pipeline` of a contract: the commands of a data or machine-learning pipeline and where its results lie.
//!
//! Everything here becomes words of a command or parts of a path in a container, so it is checked once, when it is read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Request;

/// One raw row without the target.
pub type Record = Map<String, Value>;

/// Most records of a prediction.
const MOST_RECORDS: usize = 100;

/// How to run a pipeline and where its results lie.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawPipeline")]
pub struct Pipeline {
    /// Writes a raw export to `{raw}` with `{seed}`.
    pub generate: Vec<String>,
    /// Trains on `{raw}` with `{seed}` and publishes in `{models}`.
    pub train: Vec<String>,
    /// Scores `{raw}` with the published model of `{models}` and writes `{out}`.
    pub predict: Vec<String>,
    /// The column of the raw data that holds the answer.
    pub target: String,
    /// Which raw rows belong to the period that is only measured on.
    pub future: Option<Future>,
    /// The small text file that names the published run.
    pub published: String,
    /// The model file of a run.
    pub artefact: String,
    /// The measurements of a run.
    pub metrics: Metrics,
    /// Which exit code means what.
    pub exit_codes: ExitCodes,
    /// How to compare predictions.
    pub prediction: Option<Prediction>,
}

/// Raw rows that are only measured on: those with this cell.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Future {
    /// The column.
    pub column: String,
    /// The cell.
    pub value: String,
}

/// Where a run's measurements lie.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The JSON file.
    pub file: String,
    /// Dotted path of the model's own measurements.
    pub model: String,
    /// Dotted path of the baseline's.
    pub baseline: String,
    /// The measurement that decides.
    pub score: String,
    /// Which direction of it is better.
    pub better: Better,
}

/// Which of two measurements is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// The higher one.
    Higher,
    /// The lower one.
    Lower,
}

/// Which exit code means what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExitCodes {
    /// The data cannot be trusted.
    pub data_refused: u8,
    /// The model is not good enough.
    pub not_published: u8,
    /// There is no usable model.
    pub no_model: u8,
}

/// How to compare the predictions of the command and of the endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// Complete raw rows without the target.
    pub records: Vec<Record>,
    /// The column that finds a record again in `{out}`.
    pub key: String,
    /// Columns that the endpoint does not take.
    #[serde(default)]
    pub not_sent: Vec<String>,
    /// The request; `{records}` stands for the records.
    pub request: Request,
    /// The column of `{out}` and the field of the answer.
    pub score: String,
    /// A request that the endpoint has to refuse with 422.
    pub bad_request: Request,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPipeline {
    generate: Vec<String>,
    train: Vec<String>,
    predict: Vec<String>,
    target: String,
    future: Option<Future>,
    published: String,
    artefact: String,
    metrics: Metrics,
    exit_codes: ExitCodes,
    prediction: Option<Prediction>,
}

impl TryFrom<RawPipeline> for Pipeline {
    type Error = String;

    fn try_from(raw: RawPipeline) -> Result<Self, String> {
        command("generate", &raw.generate, &["{raw}", "{seed}"])?;
        command("train", &raw.train, &["{raw}", "{models}", "{seed}"])?;
        command("predict", &raw.predict, &["{raw}", "{models}", "{out}"])?;
        path("published", &raw.published, &["{models}"])?;
        path("artefact", &raw.artefact, &["{models}", "{run}"])?;
        path("metrics.file", &raw.metrics.file, &["{models}", "{run}"])?;
        let codes = raw.exit_codes;
        let different: BTreeMap<u8, ()> = [0, codes.data_refused, codes.not_published, codes.no_model]
            .map(|code| (code, ()))
            .into();
        if different.len() < 4 {
            return Err("`pipeline.exit_codes` must differ from each other and from 0".to_owned());
        }
        if let Some(prediction) = &raw.prediction {
            records(prediction)?;
        }
        Ok(Self {
            generate: raw.generate,
            train: raw.train,
            predict: raw.predict,
            target: raw.target,
            future: raw.future,
            published: raw.published,
            artefact: raw.artefact,
            metrics: raw.metrics,
            exit_codes: codes,
            prediction: raw.prediction,
        })
    }
}

/// A command needs a program and its placeholders.
fn command(name: &str, words: &[String], needed: &[&str]) -> Result<(), String> {
    if words.is_empty() {
        return Err(format!("`pipeline.{name}` is empty"));
    }
    match needed
        .iter()
        .find(|placeholder| !words.iter().any(|word| word.contains(**placeholder)))
    {
        Some(placeholder) => Err(format!("`pipeline.{name}` does not use `{placeholder}`")),
        None => Ok(()),
    }
}

/// A path lies below the folder of the models and does not leave it.
fn path(name: &str, path: &str, needed: &[&str]) -> Result<(), String> {
    if let Some(placeholder) = needed.iter().find(|placeholder| !path.contains(**placeholder)) {
        return Err(format!("`pipeline.{name}` does not use `{placeholder}`"));
    }
    if !path.starts_with("{models}/") || path.split('/').any(|part| part == "..") || path.contains(char::is_control) {
        return Err(format!("`pipeline.{name}` must be a path below `{{models}}`"));
    }
    Ok(())
}

/// Records are rows of one table, each with its key.
fn records(prediction: &Prediction) -> Result<(), String> {
    let Some(first) = prediction.records.first() else {
        return Err("`pipeline.prediction.records` is empty".to_owned());
    };
    if prediction.records.len() > MOST_RECORDS {
        return Err(format!(
            "`pipeline.prediction.records` holds more than {MOST_RECORDS} records"
        ));
    }
    for record in &prediction.records {
        if !record.contains_key(&prediction.key) {
            return Err(format!(
                "a record of `pipeline.prediction.records` has no `{}`, which is its key",
                prediction.key
            ));
        }
        if record.len() != first.len() || !first.keys().all(|column| record.contains_key(column)) {
            return Err("the records of `pipeline.prediction.records` have different columns".to_owned());
        }
        if record.values().any(|value| value.is_array() || value.is_object()) {
            return Err("the cells of `pipeline.prediction.records` must be text or numbers".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Contract, Kind};

    const SOUND: &str = "\
kind: pipeline
service: {state: [/app/data/, /app/models]}
pipeline:
  generate: [make, '{raw}', '{seed}']
  train: [train, '{raw}', '{models}', '{seed}']
  predict: [predict, '{raw}', '{models}', '{out}']
  target: answer
  future: {column: month, value: 2025-06}
  published: '{models}/current'
  artefact: '{models}/{run}/model.bin'
  metrics: {file: '{models}/{run}/metrics.json', model: model, baseline: baseline, score: mae, better: lower}
  exit_codes: {data_refused: 3, not_published: 4, no_model: 5}
  prediction:
    records: [{id: a, x: 1.5}, {id: b, x: ''}]
    key: id
    request: {method: POST, path: /predict, json: '{records}'}
    score: score
    bad_request: {method: POST, path: /predict, json: []}
";

    #[test]
    fn a_sound_section_is_read() {
        let contract = Contract::parse(SOUND.as_bytes()).expect("a contract");
        assert_eq!(contract.kind, Kind::Pipeline);
        let service = contract.service.expect("a service");
        let state: Vec<&str> = service.state.iter().map(super::super::StateFolder::path).collect();
        assert_eq!(state, ["/app/data", "/app/models"]);
        let pipeline = contract.pipeline.expect("a pipeline");
        assert_eq!(pipeline.future.expect("a period").value, "2025-06");
        assert_eq!(pipeline.prediction.expect("records").records[0]["x"], 1.5);
    }

    #[test]
    fn what_cannot_work_is_refused_with_its_place() {
        for (old, new, part) in [
            ("/app/models]", "models]", "absolute"),
            ("/app/models]", "/app/../etc]", "absolute"),
            ("/app/models]", "'/app:ro']", "absolute"),
            ("/app/models]", "/]", "absolute"),
            ("/app/models]", "/tmp/models]", "not the project's own"),
            ("'{seed}']\n  train", "x]\n  train", "{seed}"),
            ("  generate: [make, '{raw}', '{seed}']", "  generate: []", "empty"),
            ("'{models}/current'", "current", "{models}"),
            ("'{models}/current'", "'{models}/../current'", "below"),
            ("no_model: 5", "no_model: 4", "differ"),
            ("no_model: 5", "no_model: 256", "256"),
            ("[{id: a, x: 1.5}, {id: b, x: ''}]", "[]", "empty"),
            ("{id: b, x: ''}", "{x: ''}", "key"),
            ("{id: b, x: ''}", "{id: b, x: [1]}", "text or numbers"),
            ("{id: b, x: ''}", "{id: b}", "different columns"),
            ("better: lower", "better: smaller", "smaller"),
        ] {
            assert!(SOUND.contains(old), "{old}");
            let error = Contract::parse(SOUND.replace(old, new).as_bytes()).expect_err(new);
            assert!(error.message.contains(part), "{new}: {error}");
            assert!(error.line.is_some_and(|line| line > 1), "{new}: {error:?}");
        }
    }
}
