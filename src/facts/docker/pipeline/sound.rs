//! From raw data to a model, and again: what is made from the same seed has to be the same.

use super::measures::Measures;
use super::random::Random;
use super::table::Table;
use super::workshop::{Job, Published, Ran, Stop, Try, Workshop, side_by_side};
use super::{GENERATE_CHECK, REPEAT_CHECK, TRAIN_CHECK};
use crate::facts::Observation;

/// Largest raw data that is read, in bytes.
const RAW_LIMIT: usize = 32 << 20;
/// Seeds are drawn below this.
const SEEDS: usize = 10_000;

/// Raw data, as it was made.
pub(super) struct Data {
    /// Its folders.
    pub(super) at: Try,
    /// What it was made from.
    pub(super) seed: u64,
    /// Its table; why there is none.
    pub(super) table: Result<Table, String>,
    /// Decides how it is spoilt.
    pub(super) random: Random,
}

/// A model that was published.
pub(super) struct Trained {
    /// Where.
    pub(super) models: String,
    /// The seed of the training.
    pub(super) seed: u64,
    /// What was published.
    pub(super) published: Published,
    /// What it measured; what is wrong with that.
    pub(super) measures: Result<Measures, String>,
}

/// What came of the training.
pub(super) struct Training {
    /// True when it ended as one whose model is not good enough.
    pub(super) too_weak: bool,
    pub(super) trains: Observation,
    pub(super) trains_again: Observation,
    pub(super) model: Option<Trained>,
}

/// Whether raw data was made; that of the first seed and that of another; whether it is repeatable, and whether the seed is used.
pub(super) type Made = (Observation, Vec<Data>, (Observation, Observation));

/// A run of the generate command, its folders, and what it wrote.
type Generated = (Ran, Try, Option<Result<Vec<u8>, String>>);

/// Makes the raw data.
pub(super) fn generate(workshop: &Workshop<'_>, workers: usize) -> Result<Made, Stop> {
    let mut random = Random::of(workshop.bench.session.run());
    let seed = 1 + random.below(SEEDS) as u64;
    let other = 1 + (seed + 1 + random.below(SEEDS - 2) as u64) % SEEDS as u64;
    let words = &workshop.contract.generate;
    let jobs: Vec<Job<'_, Generated>> = [("raw", seed), ("raw-again", seed), ("raw-other", other)]
        .into_iter()
        .map(|(name, seed)| {
            Box::new(move || {
                let at = workshop.new_try(name, None)?;
                let ran = workshop.run(GENERATE_CHECK, words, &at, seed)?;
                let raw = if ran.code == Some(0) {
                    workshop.read(&at.raw, RAW_LIMIT)?
                } else {
                    None
                };
                Ok((ran, at, raw))
            }) as Job<'_, _>
        })
        .collect();
    let mut made = side_by_side(workers, jobs).into_iter();
    let mut next = || made.next().unwrap_or(Err(Stop::Gone(GENERATE_CHECK)));
    let (first, again, different) = (next()?, next()?, next()?);

    let (ran, at, raw) = first;
    let mut generates = ran.observe("in an empty folder", 0, "");
    let Some(raw) = raw else {
        if generates.holds() {
            generates = Observation::seen(false, generates.tried, "a file at `{raw}`", "there is none")
                .with_evidence(&ran.output);
        }
        return Ok((generates, Vec::new(), Default::default()));
    };
    let compare = |other: &Generated, what: &str, same: bool| {
        let expected = if same { "the same bytes" } else { "other data" };
        let tried = format!("`{}` {what}", other.0.words);
        let (Ok(raw), Some(Ok(other_raw))) = (&raw, &other.2) else {
            if other.0.code == Some(0) && other.2.is_some() {
                return Observation::unavailable("the raw data is too large to compare");
            }
            return Observation::seen(false, tried, expected, &other.0.ended).with_evidence(&other.0.output);
        };
        let equal = raw == other_raw;
        let answer = if equal { "the same bytes" } else { "other bytes" };
        Observation::seen(equal == same, tried, expected, answer)
    };
    let again = compare(&again, "with the same seed in another folder", true);
    let uses_seed = compare(&different, "with another seed", false);
    let of = |at: Try, seed: u64, raw: Result<Vec<u8>, String>| Data {
        at,
        seed,
        table: raw.and_then(|bytes| Table::parse(&bytes)),
        random: random.clone(),
    };
    let mut data = vec![of(at, seed, raw)];
    if let (_, at, Some(raw)) = different {
        data.push(of(at, other, raw));
    }
    Ok((generates, data, (again, uses_seed)))
}

/// Trains on the raw data, and again in another folder.
pub(super) fn train(workshop: &Workshop<'_>, workers: usize, data: &Data) -> Result<Training, Stop> {
    let both = || {
        let jobs: Vec<Job<'_, (Ran, Try)>> = ["trained", "trained-again"]
            .into_iter()
            .map(|name| {
                Box::new(move || {
                    let at = Try {
                        raw: data.at.raw.clone(),
                        ..workshop.new_try(&format!("{name}-{}", data.seed), None)?
                    };
                    let ran = workshop.run(TRAIN_CHECK, &workshop.contract.train, &at, data.seed)?;
                    Ok((ran, at))
                }) as Job<'_, _>
            })
            .collect();
        let mut made = side_by_side(workers, jobs).into_iter();
        let mut next = || made.next().unwrap_or(Err(Stop::Gone(TRAIN_CHECK)));
        Ok::<_, Stop>((next()?, next()?))
    };
    let ((ran, at), (ran_again, at_again)) = both()?;
    let (trains, model) = look(workshop, &ran, &at, data.seed)?;
    let Some(model) = model else {
        return Ok(Training {
            too_weak: ran.code == Some(i64::from(workshop.contract.exit_codes.not_published)),
            trains,
            trains_again: Observation::blocked(TRAIN_CHECK, "no model could be trained"),
            model: None,
        });
    };
    let (_, again) = look(workshop, &ran_again, &at_again, data.seed)?;
    let tried = format!(
        "`{}` on the same data with the same seed, in another folder",
        ran_again.words
    );
    let expected = "the same measurements and the same bytes of the model file";
    let trains_again = match again {
        None => Observation::seen(false, tried, expected, &ran_again.ended).with_evidence(&ran_again.output),
        Some(again) => {
            let (same, answer) = difference(&model, &again);
            Observation::seen(same, tried, expected, answer)
        }
    };
    Ok(Training {
        too_weak: false,
        trains,
        trains_again,
        model: Some(model),
    })
}

/// Are two models the same? And in words.
pub(super) fn difference(one: &Trained, other: &Trained) -> (bool, String) {
    let measures = one.measures == other.measures;
    let bytes = one.published.digest == other.published.digest;
    let answer = match (measures, bytes) {
        (true, true) => "the same".to_owned(),
        (true, false) => "the same measurements, but another model file".to_owned(),
        (false, bytes) => {
            let scores = match (&one.measures, &other.measures) {
                (Ok(one), Ok(other)) if one.scores.0.to_bits() != other.scores.0.to_bits() => {
                    format!(" ({} and {})", one.scores.0, other.scores.0)
                }
                _ => String::new(),
            };
            let file = if bytes { "the same" } else { "another" };
            format!("other measurements{scores} and {file} model file")
        }
    };
    (measures && bytes, answer)
}

/// What a run of the train command published.
pub(super) fn look(
    workshop: &Workshop<'_>,
    ran: &Ran,
    at: &Try,
    seed: u64,
) -> Result<(Observation, Option<Trained>), Stop> {
    let trains = ran.observe("on new raw data", 0, "");
    if !trains.holds() {
        return Ok((trains, None));
    }
    let missing = |what: String| {
        let expected = "a published run with its model and its measurements";
        Observation::seen(false, trains.tried.clone(), expected, what).with_evidence(&ran.output)
    };
    let contract = workshop.contract;
    let Some(published) = workshop.published(&at.models)? else {
        return Ok((
            missing(format!("exit code 0, but `{}` names no run", contract.published)),
            None,
        ));
    };
    if published.digest.is_none() {
        return Ok((
            missing(format!("exit code 0, but there is no `{}`", contract.artefact)),
            None,
        ));
    }
    let measures = Measures::read(workshop, &at.models, &published.run)?;
    let model = Trained {
        models: at.models.clone(),
        seed,
        published,
        measures,
    };
    Ok((trains, Some(model)))
}

/// Why a comparison with the first model tells nothing; `None` when it does.
pub(super) fn incomparable(repeatable: bool) -> Option<Observation> {
    (!repeatable).then(|| {
        Observation::blocked(
            REPEAT_CHECK,
            "two trainings on the same data differ, so a difference tells nothing",
        )
    })
}
