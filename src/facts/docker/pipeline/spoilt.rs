//! The raw data is spoilt, and each time the pipeline has to notice, or not to care.

use super::measures::Measures;
use super::random::Random;
use super::sound::{Data, Trained, difference, incomparable, look};
use super::table::Table;
use super::workshop::{Ran, Stop, Try, Workshop};
use super::{GATE_CHECK, LEAK_CHECK, PERIOD_CHECK, PLANTED_CHECK};
use crate::facts::Observation;

/// What stands before random bytes, so that they are taken for a spreadsheet at first sight.
const SPREADSHEET: &[u8] = b"PK\x03\x04\x14\x00\x06\x00\x08\x00";
/// How many random bytes make a binary file.
const BINARY_SIZE: usize = 64 * 1024;

/// A run on spoilt data.
#[derive(Debug, Clone)]
pub(super) struct Spoilt {
    /// How it ended.
    pub(super) seen: Observation,
    /// For a run that failed: what it was, and whether what is published stayed as it was.
    kept: Option<(String, bool)>,
}

impl Spoilt {
    /// One that says nothing of what is published.
    pub(super) fn plain(seen: Observation) -> Self {
        Self { seen, kept: None }
    }
}

/// The sum of all runs that failed.
pub(super) fn keeps_published<'s>(all: impl Iterator<Item = &'s Spoilt>) -> Observation {
    let failed: Vec<&(String, bool)> = all.filter_map(|spoilt| spoilt.kept.as_ref()).collect();
    let expected = "the published run and its model file as they were";
    let changed: Vec<&str> = failed
        .iter()
        .filter(|(_, kept)| !kept)
        .map(|(what, _)| what.as_str())
        .collect();
    if failed.is_empty() {
        return Observation::unavailable("no run failed, so nothing could be spoilt by one");
    }
    let tried = format!("looking at what is published after {} runs that failed", failed.len());
    if changed.is_empty() {
        return Observation::seen(true, tried, expected, "unchanged");
    }
    let answer = format!("changed by the run on {}", changed.join(", on "));
    Observation::seen(false, tried, expected, answer)
}

/// A try that begins with the published model and this raw data, and what the run did to what is published.
fn attempt(
    workshop: &Workshop<'_>,
    check: &'static str,
    name: &str,
    raw: &[u8],
    model: &Trained,
) -> Result<(Ran, Try, bool), Stop> {
    let at = workshop.new_try(name, Some(&model.models))?;
    workshop.write(&at.raw, raw)?;
    let ran = workshop.run(check, &workshop.contract.train, &at, model.seed)?;
    let kept = workshop.published(&at.models)?.as_ref() == Some(&model.published);
    Ok((ran, at, kept))
}

/// Data that has to be refused.
fn refused(
    workshop: &Workshop<'_>,
    check: &'static str,
    what: &str,
    raw: &[u8],
    model: &Trained,
) -> Result<Spoilt, Stop> {
    let (ran, _, kept) = attempt(workshop, check, check, raw, model)?;
    let code = i64::from(workshop.contract.exit_codes.data_refused);
    let seen = ran.observe(&format!("on {what}"), code, " (data refused)");
    Ok(Spoilt {
        seen,
        kept: (ran.code != Some(0)).then(|| (what.to_owned(), kept)),
    })
}

/// The table, or why there is none: then nothing can be said, for the fault may be ours.
macro_rules! table {
    ($table:expr) => {
        match $table {
            Ok(table) => table,
            Err(why) => return Ok(Spoilt::plain(unreadable(why))),
        }
    };
}

fn unreadable(why: &str) -> Observation {
    Observation::unavailable(format!(
        "the raw data could not be spoilt, for it could not be read as a table: {why}"
    ))
}

/// A feature column has another name.
pub(super) fn renamed(
    workshop: &Workshop<'_>,
    table: &Result<Table, String>,
    data: &Data,
    model: &Trained,
) -> Result<Spoilt, Stop> {
    let table = table!(table);
    let mut random = data.random.clone();
    let contract = workshop.contract;
    let not_features = |name: &str| {
        let prediction = contract.prediction.as_ref();
        prediction.is_some_and(|prediction| prediction.key == name || prediction.not_sent.iter().any(|not| not == name))
            || contract.target == name
            || contract.future.as_ref().is_some_and(|future| future.column == name)
    };
    let named: Vec<&String> = contract
        .prediction
        .iter()
        .filter_map(|prediction| prediction.records.first())
        .flat_map(|record| record.keys())
        .filter(|name| !not_features(name) && table.column(name).is_some())
        .collect();
    let Some(name) = named.get(random.below(named.len())) else {
        return Ok(Spoilt::plain(Observation::unavailable(
            "the contract names no feature column of the raw data: write `pipeline.prediction.records` in .proofolio.yml",
        )));
    };
    let column = table.column(name).unwrap_or_default();
    let raw = table.renamed(column, &mut random).bytes(b',');
    let what = format!("data whose column `{name}` has another name");
    refused(workshop, "renamed-column-refused", &what, &raw, model)
}

/// A tenth of the rows means nothing.
pub(super) fn garbage(
    workshop: &Workshop<'_>,
    table: &Result<Table, String>,
    data: &Data,
    model: &Trained,
) -> Result<Spoilt, Stop> {
    let raw = table!(table).with_garbage(&mut data.random.clone()).bytes(b',');
    let what = "data in which every tenth row is garbage";
    refused(workshop, "garbage-rows-refused", what, &raw, model)
}

/// Semicolons instead of commas.
pub(super) fn delimiter(
    workshop: &Workshop<'_>,
    table: &Result<Table, String>,
    _: &Data,
    model: &Trained,
) -> Result<Spoilt, Stop> {
    let raw = table!(table).bytes(b';');
    let what = "data with semicolons instead of commas";
    refused(workshop, "wrong-delimiter-refused", what, &raw, model)
}

/// A file that is no text.
pub(super) fn binary(workshop: &Workshop<'_>, data: &Data, model: &Trained) -> Result<Spoilt, Stop> {
    let raw = [SPREADSHEET, &data.random.clone().bytes(BINARY_SIZE)].concat();
    refused(workshop, "binary-file-refused", "a binary file", &raw, model)
}

/// The target is shuffled among the rows: no model can be good, so none may be published. One that is published and measures well
/// knows the target from somewhere else.
///
/// A shuffle may by chance leave something to learn, so one that was published is tried again with another.
pub(super) fn shuffled(
    workshop: &Workshop<'_>,
    table: &Result<Table, String>,
    data: &Data,
    model: &Trained,
) -> Result<[Spoilt; 2], Stop> {
    let both = |seen: Observation| [Spoilt::plain(seen.clone()), Spoilt::plain(seen)];
    let table = match table {
        Ok(table) => table,
        Err(why) => return Ok(both(unreadable(why))),
    };
    let contract = workshop.contract;
    let Some(target) = table.column(&contract.target) else {
        return Ok(both(Observation::unavailable(format!(
            "the raw data has no column `{}`, which the contract calls its target",
            contract.target
        ))));
    };
    let mut random = data.random.clone();
    let period = contract.future.as_ref().and_then(|future| table.column(&future.column));
    let code = i64::from(contract.exit_codes.not_published);
    let mut advantages = Vec::new();
    for name in ["shuffled", "shuffled-again"] {
        let raw = table.shuffled(target, period, &mut random).bytes(b',');
        let (ran, at, kept) = attempt(workshop, GATE_CHECK, name, &raw, model)?;
        let what = format!("data whose `{}` is shuffled among the rows", contract.target);
        let seen = ran.observe(&format!("on {what}"), code, " (not published)");
        if ran.code == Some(i64::from(contract.exit_codes.data_refused)) {
            // It never came to the gate, and there may be good reasons for that.
            let untried = "the pipeline refused the shuffled data, so its gate was not tried";
            return Ok(both(Observation::unavailable(untried)));
        }
        if ran.code != Some(0) {
            let leak = if seen.holds() {
                Observation::seen(true, &seen.tried, "no good model", "no model was published")
            } else {
                Observation::blocked(GATE_CHECK, "the training on shuffled data did not end as agreed")
            };
            let kept = Some((what, kept));
            return Ok([Spoilt { seen, kept }, Spoilt::plain(leak)]);
        }
        let run = workshop.published(&at.models)?.map(|published| published.run);
        let measures = Measures::read(workshop, &at.models, &run.unwrap_or_default())?;
        let advantage = measures.as_ref().map_or(0.0, Measures::advantage);
        let shown = measures.map_or_else(
            |why| why,
            |measures| format!("model {}, baseline {}", measures.scores.0, measures.scores.1),
        );
        advantages.push((seen, advantage, shown));
    }
    let honest = model.measures.as_ref().map_or(f64::INFINITY, Measures::advantage);
    let Some((seen, _, shown)) = advantages.first() else {
        return Ok(both(Observation::unavailable("it was not tried")));
    };
    let published = format!("exit code 0, and a model was published: {shown}");
    if honest > 0.0 && advantages.iter().all(|(_, advantage, _)| *advantage >= honest / 2.0) {
        let leak = Observation::seen(false, &seen.tried, "no good model", published);
        let gate = Observation::blocked(
            LEAK_CHECK,
            "the features give the target away, so the gate was not tried",
        );
        return Ok([Spoilt::plain(gate), Spoilt::plain(leak)]);
    }
    let gate = Observation::seen(false, &seen.tried, &seen.expected, published);
    let leak = Observation::seen(true, &seen.tried, "no good model", format!("a bad one: {shown}"));
    Ok([Spoilt::plain(gate), Spoilt::plain(leak)])
}

/// A run on other data that has to give the very same model. `None` when it published none for want of quality.
fn same_model(
    workshop: &Workshop<'_>,
    check: &'static str,
    (name, what): (&str, &str),
    raw: &[u8],
    model: &Trained,
    with_measures: bool,
) -> Result<Option<Observation>, Stop> {
    let at = workshop.new_try(name, None)?;
    workshop.write(&at.raw, raw)?;
    let ran = workshop.run(check, &workshop.contract.train, &at, model.seed)?;
    if ran.code == Some(i64::from(workshop.contract.exit_codes.not_published)) {
        return Ok(None);
    }
    let tried = format!("`{}` on {what}", ran.words);
    let expected = if with_measures {
        "the same measurements and the same bytes of the model file"
    } else {
        "the same bytes of the model file"
    };
    let (_, other) = look(workshop, &ran, &at, model.seed)?;
    let Some(other) = other else {
        return Ok(Some(
            Observation::seen(false, tried, expected, &ran.ended).with_evidence(&ran.output),
        ));
    };
    let (same, answer) = difference(model, &other);
    let bytes = model.published.digest == other.published.digest;
    Ok(Some(if with_measures {
        Observation::seen(same, tried, expected, answer)
    } else {
        let answer = if bytes { "the same" } else { "another model file" };
        Observation::seen(bytes, tried, expected, answer)
    }))
}

/// Columns that give the target away stand in the raw data, under names that nobody knows.
pub(super) fn planted(
    workshop: &Workshop<'_>,
    table: &Result<Table, String>,
    data: &Data,
    model: &Trained,
    repeatable: bool,
) -> Result<Observation, Stop> {
    if let Some(blocked) = incomparable(repeatable) {
        return Ok(blocked);
    }
    let table = match table {
        Ok(table) => table,
        Err(why) => return Ok(unreadable(why)),
    };
    let Some(target) = table.column(&workshop.contract.target) else {
        return Ok(Observation::unavailable(format!(
            "the raw data has no column `{}`, which the contract calls its target",
            workshop.contract.target
        )));
    };
    let raw = table.with_planted(target, &mut data.random.clone()).bytes(b',');
    let what = format!("data with two more columns that copy `{}`", workshop.contract.target);
    let seen = same_model(workshop, PLANTED_CHECK, ("planted", &what), &raw, model, true)?;
    let code = workshop.contract.exit_codes.not_published;
    Ok(seen.unwrap_or_else(|| {
        let answer = format!("exit code {code}, nothing published");
        Observation::seen(false, format!("training on {what}"), "the same model", answer)
    }))
}

/// The rows that are only measured on have other features.
pub(super) fn other_period(
    workshop: &Workshop<'_>,
    table: &Result<Table, String>,
    data: &Data,
    model: &Trained,
    repeatable: bool,
) -> Result<Observation, Stop> {
    let contract = workshop.contract;
    let Some(future) = &contract.future else {
        return Ok(Observation::unavailable(
            "the contract does not say which rows are only measured on: write `pipeline.future` in .proofolio.yml",
        ));
    };
    if let Some(blocked) = incomparable(repeatable) {
        return Ok(blocked);
    }
    let table = match table {
        Ok(table) => table,
        Err(why) => return Ok(unreadable(why)),
    };
    let Some(column) = table.column(&future.column) else {
        return Ok(Observation::unavailable(format!(
            "the raw data has no column `{}`, which the contract names under `pipeline.future`",
            future.column
        )));
    };
    let kept: Vec<usize> = contract
        .prediction
        .iter()
        .flat_map(|prediction| prediction.not_sent.iter().chain([&prediction.key]))
        .filter_map(|name| table.column(name))
        .collect();
    let mut random: Random = data.random.clone();
    let what = format!(
        "data whose rows of `{}` {} have other features",
        future.column, future.value
    );
    for (name, skewed) in [("period", true), ("period-again", false)] {
        let Some(other) = table.with_other_period((column, &future.value), &kept, skewed, &mut random) else {
            return Ok(Observation::unavailable(format!(
                "the raw data has too few rows whose `{}` is {}",
                future.column, future.value
            )));
        };
        let raw = other.bytes(b',');
        // A model may be worse on such rows; one that is not published for that has not been seen, and milder ones are tried.
        if let Some(seen) = same_model(workshop, PERIOD_CHECK, (name, &what), &raw, model, false)? {
            return Ok(seen);
        }
    }
    Ok(Observation::unavailable(
        "no model was published for the changed rows, so there is none to compare",
    ))
}
