//! Stage `pipeline`: the project's own commands make raw data and a model from it, twice; then the raw data is spoilt in the ways
//! in which real data is, and each time what the project publishes is looked at.
//!
//! All of it runs in one container of the installed environment, without any network. The raw data is spoilt on our side.

mod artefact;
mod measures;
mod pickle;
mod random;
mod sound;
mod spoilt;
mod table;
mod workshop;

use serde::Serialize;

use self::sound::{Data, Trained};
use self::spoilt::Spoilt;
use self::workshop::{Job, Stop, Workshop, side_by_side};
use super::bench::{Bench, Seen};
use super::blame;
use super::environment::Environment;
use super::install::INSTALL_CHECK;
use crate::engine::EngineError;
use crate::facts::{Fact, Observation};

pub(super) use self::table::clean;
pub(super) use self::workshop::is_run;

/// The check that tells of raw data that cannot be made.
const GENERATE_CHECK: &str = "data-generates";
/// The check that tells of a pipeline that does not end well.
pub const TRAIN_CHECK: &str = "pipeline-trains";
/// The check that tells of a training that is not repeatable.
const REPEAT_CHECK: &str = "training-reproducible";
/// The check that tells of measurements that cannot be read.
const METRICS_CHECK: &str = "metrics-complete";
/// The check that tells of a target that the features give away.
const LEAK_CHECK: &str = "target-not-leaked";
/// The check that tells of a gate that stands open.
const GATE_CHECK: &str = "weak-model-not-published";
/// The check that tells of a missing model that nobody is told of.
const NO_MODEL_CHECK: &str = "missing-model-told";
/// The check that tells of extra columns that get into the model.
const PLANTED_CHECK: &str = "unknown-columns-ignored";
/// The check that tells of a model that saw what it is measured on.
const PERIOD_CHECK: &str = "test-period-not-fitted";
/// Most threads that run commands.
const MOST_WORKERS: usize = 4;

/// The fact `pipeline`.
#[derive(Debug, Clone, Serialize)]
pub struct Pipeline {
    /// The generate command writes raw data.
    pub generates: Observation,
    /// The same seed gives the same bytes.
    pub generates_again: Observation,
    /// Another seed gives other data.
    pub uses_seed: Observation,
    /// The train command publishes a run with a model and measurements.
    pub trains: Observation,
    /// The same data and seed give the same measurements and the same model file.
    pub trains_again: Observation,
    /// The measurements name the model's and the baseline's numbers.
    pub measures: Observation,
    /// By them, the model is better than the baseline.
    pub beats_baseline: Observation,
    /// The model file is no pickle.
    pub no_pickle: Observation,
    /// A feature column of another name is refused.
    pub refuses_renamed_column: Observation,
    /// A tenth of garbage rows is refused.
    pub refuses_garbage: Observation,
    /// Another delimiter is refused.
    pub refuses_delimiter: Observation,
    /// A binary file is refused.
    pub refuses_binary: Observation,
    /// What failed changed nothing of what is published.
    pub keeps_published: Observation,
    /// A model that is no better than the baseline is not published.
    pub gates: Observation,
    /// The features do not give the target away.
    pub hides_target: Observation,
    /// Unknown columns change nothing.
    pub ignores_unknown_columns: Observation,
    /// Nothing is fitted on the rows that are measured on.
    pub fits_the_past: Observation,
    /// Without a usable model, predicting ends with the agreed code.
    pub tells_missing_model: Observation,
}

impl Pipeline {
    /// Every observation made so.
    fn all(make: impl Fn() -> Observation) -> Self {
        Self {
            generates: make(),
            generates_again: make(),
            uses_seed: make(),
            trains: make(),
            trains_again: make(),
            measures: make(),
            beats_baseline: make(),
            no_pickle: make(),
            refuses_renamed_column: make(),
            refuses_garbage: make(),
            refuses_delimiter: make(),
            refuses_binary: make(),
            keeps_published: make(),
            gates: make(),
            hides_target: make(),
            ignores_unknown_columns: make(),
            fits_the_past: make(),
            tells_missing_model: make(),
        }
    }

    fn observations(&self) -> [&Observation; 18] {
        [
            &self.generates,
            &self.generates_again,
            &self.uses_seed,
            &self.trains,
            &self.trains_again,
            &self.measures,
            &self.beats_baseline,
            &self.no_pickle,
            &self.refuses_renamed_column,
            &self.refuses_garbage,
            &self.refuses_delimiter,
            &self.refuses_binary,
            &self.keeps_published,
            &self.gates,
            &self.hides_target,
            &self.ignores_unknown_columns,
            &self.fits_the_past,
            &self.tells_missing_model,
        ]
    }

    /// What stopped it from publishing anything at all: the check that tells of it, and what happened.
    pub(super) fn stopped(&self) -> Option<(&'static str, &'static str)> {
        if self.generates.ok == Some(false) {
            Some((GENERATE_CHECK, "no raw data could be made"))
        } else if self.trains.ok == Some(false) {
            Some((TRAIN_CHECK, "no model could be trained"))
        } else {
            None
        }
    }
}

/// Tries the pipeline in an installed environment.
pub fn run(bench: &Bench<'_>, environment: &Fact<Environment>) -> Fact<Pipeline> {
    let environment = match environment {
        Fact::Known(environment) if environment.installed => environment,
        Fact::Known(_) => return Fact::blocked(INSTALL_CHECK, "its requirements could not be installed"),
        Fact::Blocked { by, why } => return Fact::blocked(by.clone(), why.clone()),
        Fact::Unavailable { why } | Fact::Absent { why } => return Fact::unavailable(why.clone()),
    };
    let contract = bench.route.contract.as_ref();
    let Some(contract) = contract.and_then(|contract| contract.pipeline.as_ref()) else {
        return Fact::unavailable("nothing says how to run the pipeline; write `pipeline` into .proofolio.yml");
    };
    bench.stage("pipeline", || {
        let workshop = Workshop::open(bench, contract, environment)?;
        let workers = if bench.options.jobs > 1 {
            bench.engine.info()?.cpus as usize
        } else {
            1
        };
        let pipeline = try_out(&workshop, workers.min(MOST_WORKERS))?;
        workshop.close()?;
        if let Some(seen) = bench.out_of_time() {
            return Ok(seen);
        }
        Ok(judge(pipeline, environment))
    })
}

fn judge(pipeline: Pipeline, environment: &Environment) -> Seen<Pipeline> {
    for first in [&pipeline.generates, &pipeline.trains] {
        let evidence = first.evidence.as_deref().filter(|_| first.ok == Some(false));
        if let Some((by, why)) = evidence.and_then(|text| blame::missing_import(text, &environment.missing_imports)) {
            return Seen {
                fact: Fact::blocked(by, why.clone()),
                passed: false,
                cached: false,
                detail: why,
            };
        }
    }
    let tried = || pipeline.observations().into_iter().filter(|seen| seen.ok.is_some());
    let (held, all) = (tried().filter(|seen| seen.holds()).count(), tried().count());
    Seen {
        passed: held == all,
        detail: format!("{held} of {all} runs ended as they should"),
        fact: Fact::Known(pipeline),
        cached: false,
    }
}

/// What could not be tried because its container was ended.
fn gone(by: &str) -> Observation {
    Observation::blocked(by, "a run printed without end, and its container was ended")
}

fn try_out(workshop: &Workshop<'_>, workers: usize) -> Result<Pipeline, EngineError> {
    let blocked = |by: &'static str, why: &'static str| Pipeline::all(|| Observation::blocked(by, why));
    let (generates, made_data, again) = match sound::generate(workshop, workers) {
        Ok(made) => made,
        Err(Stop::Engine(error)) => return Err(error),
        Err(Stop::Gone(by)) => return Ok(Pipeline::all(|| gone(by))),
    };
    let Some(mut data) = made_data.first() else {
        return Ok(Pipeline {
            generates,
            ..blocked(GENERATE_CHECK, "no raw data could be made")
        });
    };
    let train = |data: &Data| match sound::train(workshop, workers, data) {
        Ok(trained) => Ok(Ok(trained)),
        Err(Stop::Engine(error)) => Err(error),
        Err(Stop::Gone(by)) => Ok(Err(Pipeline::all(|| gone(by)))),
    };
    let mut trained = match train(data)? {
        Ok(trained) => trained,
        Err(gone) => return Ok(gone),
    };
    // One draw of the data may be a bad one, and a gate that holds is no fault.
    if let Some(other) = made_data.get(1).filter(|_| trained.too_weak) {
        data = other;
        trained = match train(data)? {
            Ok(trained) => trained,
            Err(gone) => return Ok(gone),
        };
    }
    let made = |pipeline: Pipeline| Pipeline {
        generates: generates.clone(),
        generates_again: again.0.clone(),
        uses_seed: again.1.clone(),
        ..pipeline
    };
    let Some(model) = &trained.model else {
        return Ok(made(Pipeline {
            trains: trained.trains,
            ..blocked(TRAIN_CHECK, "no model could be trained")
        }));
    };
    let beats_baseline = match &model.measures {
        Ok(measures) => {
            let (ours, theirs) = measures.scores;
            let name = &workshop.contract.metrics.score;
            Observation::seen(
                measures.advantage() > 0.0,
                format!("comparing `{name}` in the measurements"),
                "a model that is better than the baseline",
                format!("model {ours}, baseline {theirs}"),
            )
        }
        Err(_) => Observation::blocked(METRICS_CHECK, "there are no measurements to compare"),
    };
    let measures = {
        let answer = match &model.measures {
            Ok(measures) => {
                let (ours, theirs) = measures.scores;
                format!("model {ours}, baseline {theirs}")
            }
            Err(why) => why.clone(),
        };
        let metrics = &workshop.contract.metrics;
        let expected = format!("numbers below `{}` and `{}`", metrics.model, metrics.baseline);
        Observation::seen(
            model.measures.is_ok(),
            format!("reading `{}`", metrics.file),
            expected,
            answer,
        )
    };
    let spoilt = spoil(workshop, workers, data, model, trained.trains_again.holds())?;
    Ok(made(Pipeline {
        trains: trained.trains,
        trains_again: trained.trains_again,
        measures,
        beats_baseline,
        ..spoilt
    }))
}

/// The runs on spoilt data; all of them side by side.
fn spoil(
    workshop: &Workshop<'_>,
    workers: usize,
    data: &Data,
    model: &Trained,
    repeatable: bool,
) -> Result<Pipeline, EngineError> {
    let one = |seen: Observation| vec![Spoilt::plain(seen)];
    let table = &data.table;
    let jobs: Vec<Job<'_, Vec<Spoilt>>> = vec![
        Box::new(|| spoilt::shuffled(workshop, table, data, model).map(Vec::from)),
        Box::new(|| spoilt::planted(workshop, table, data, model, repeatable).map(one)),
        Box::new(|| spoilt::other_period(workshop, table, data, model, repeatable).map(one)),
        Box::new(|| spoilt::garbage(workshop, table, data, model).map(|seen| vec![seen])),
        Box::new(|| spoilt::renamed(workshop, table, data, model).map(|seen| vec![seen])),
        Box::new(|| spoilt::delimiter(workshop, table, data, model).map(|seen| vec![seen])),
        Box::new(|| spoilt::binary(workshop, data, model).map(|seen| vec![seen])),
        Box::new(|| artefact::missing_model(workshop, data, model).map(one)),
        Box::new(|| artefact::no_pickle(workshop, model).map(one)),
    ];
    let mut seen = Vec::new();
    for (place, result) in side_by_side(workers, jobs).into_iter().enumerate() {
        match result {
            Ok(spoilt) => seen.push(spoilt),
            Err(Stop::Engine(error)) => return Err(error),
            // The gate's job tells of two things.
            Err(Stop::Gone(by)) => seen.push(vec![Spoilt::plain(gone(by)); if place == 0 { 2 } else { 1 }]),
        }
    }
    let keeps_published = spoilt::keeps_published(seen.iter().flatten());
    let mut seen = seen.into_iter().flatten().map(|spoilt| spoilt.seen);
    let mut next = || {
        seen.next()
            .unwrap_or_else(|| Observation::unavailable("it was not tried"))
    };
    let (gates, hides_target) = (next(), next());
    let ignores_unknown_columns = next();
    let fits_the_past = next();
    let refuses_garbage = next();
    let refuses_renamed_column = next();
    let refuses_delimiter = next();
    let refuses_binary = next();
    let tells_missing_model = next();
    let no_pickle = next();
    Ok(Pipeline {
        gates,
        hides_target,
        ignores_unknown_columns,
        fits_the_past,
        refuses_garbage,
        refuses_renamed_column,
        refuses_delimiter,
        refuses_binary,
        tells_missing_model,
        no_pickle,
        keeps_published,
        ..Pipeline::all(Observation::default)
    })
}
