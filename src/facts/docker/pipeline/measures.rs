//! The measurements that a run wrote down: the model's and the baseline's.

use serde_json::{Map, Value};

use super::workshop::{Stop, Workshop};
use crate::contract::{Better, Metrics};

/// Largest file of measurements that is read, in bytes.
const LIMIT: usize = 256 * 1024;

/// What a run measured.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measures {
    /// The model's numbers.
    model: Map<String, Value>,
    /// The baseline's.
    baseline: Map<String, Value>,
    /// The model's deciding number, and the baseline's.
    pub(super) scores: (f64, f64),
    better: Better,
}

impl Measures {
    /// Reads the file of a run; what is wrong with it otherwise.
    pub(super) fn read(workshop: &Workshop<'_>, models: &str, run: &str) -> Result<Result<Self, String>, Stop> {
        let metrics = &workshop.contract.metrics;
        let path = Workshop::path(&metrics.file, models, run);
        Ok(match workshop.read(&path, LIMIT)? {
            None => Err("the file of its measurements is not there".to_owned()),
            Some(Err(why)) => Err(why),
            Some(Ok(bytes)) => Self::parse(&bytes, metrics),
        })
    }

    fn parse(bytes: &[u8], metrics: &Metrics) -> Result<Self, String> {
        let all: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
        let numbers = |path: &str| -> Result<Map<String, Value>, String> {
            let found = path.split('.').try_fold(&all, |value, part| value.get(part));
            let object = found
                .and_then(Value::as_object)
                .ok_or_else(|| format!("it holds no object `{path}`"))?;
            match object.iter().find(|(_, value)| !value.is_number()) {
                Some((name, _)) => Err(format!("`{path}.{name}` is not a number")),
                None => Ok(object.clone()),
            }
        };
        let (model, baseline) = (numbers(&metrics.model)?, numbers(&metrics.baseline)?);
        let score = |object: &Map<String, Value>, path: &str| {
            object
                .get(&metrics.score)
                .and_then(Value::as_f64)
                .ok_or_else(|| format!("it holds no `{path}.{}`", metrics.score))
        };
        Ok(Self {
            scores: (score(&model, &metrics.model)?, score(&baseline, &metrics.baseline)?),
            model,
            baseline,
            better: metrics.better,
        })
    }

    /// By how much the model is better than the baseline; negative when it is worse.
    pub(super) fn advantage(&self) -> f64 {
        let (model, baseline) = self.scores;
        match self.better {
            Better::Higher => model - baseline,
            Better::Lower => baseline - model,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(better: Better) -> Metrics {
        Metrics {
            file: String::new(),
            model: "scores.model".to_owned(),
            baseline: "rule".to_owned(),
            score: "ap".to_owned(),
            better,
        }
    }

    #[test]
    fn the_better_one_is_told_by_direction() {
        let bytes = br#"{"scores": {"model": {"ap": 0.5, "n": 3}}, "rule": {"ap": 0.2}}"#;
        let of = |better| Measures::parse(bytes, &metrics(better)).expect("measures").advantage();
        assert!((of(Better::Higher) - 0.3).abs() < 1e-9);
        assert!((of(Better::Lower) + 0.3).abs() < 1e-9);
    }

    #[test]
    fn what_is_missing_is_named() {
        for (text, part) in [
            ("[]", "scores.model"),
            ("{", "JSON"),
            (
                r#"{"scores": {"model": {"ap": "high"}}, "rule": {}}"#,
                "scores.model.ap",
            ),
            (r#"{"scores": {"model": {"ap": 1}}}"#, "rule"),
            (r#"{"scores": {"model": {"ap": 1}}, "rule": {"x": 1}}"#, "rule.ap"),
        ] {
            let error = Measures::parse(text.as_bytes(), &metrics(Better::Higher)).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
