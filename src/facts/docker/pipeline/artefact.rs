//! The model file: what it is, and what happens without it.

use super::sound::{Data, Trained};
use super::workshop::{Stop, Workshop};
use super::{NO_MODEL_CHECK, pickle};
use crate::facts::Observation;

/// Largest model file that is looked into, in bytes.
const LIMIT: usize = 64 << 20;

/// Looks whether the model file is a pickle.
pub(super) fn no_pickle(workshop: &Workshop<'_>, model: &Trained) -> Result<Observation, Stop> {
    let path = Workshop::path(&workshop.contract.artefact, &model.models, &model.published.run);
    Ok(match workshop.read(&path, LIMIT)? {
        None => Observation::unavailable("the model file could not be read"),
        Some(Err(why)) => Observation::unavailable(format!("the model file was not looked into: {why}")),
        Some(Ok(bytes)) => {
            let found = pickle::find(&bytes);
            let answer = found.clone().unwrap_or_else(|| "none".to_owned());
            let tried = format!("looking into `{}`", workshop.contract.artefact);
            Observation::seen(found.is_none(), tried, "no pickle", answer)
        }
    })
}

/// Predicts without a model, and with half of one.
pub(super) fn missing_model(workshop: &Workshop<'_>, data: &Data, model: &Trained) -> Result<Observation, Stop> {
    let code = i64::from(workshop.contract.exit_codes.no_model);
    for (name, models, what) in [
        ("no-model", None, "without a model"),
        ("half-model", Some(model.models.as_str()), "with half of a model file"),
    ] {
        let mut at = workshop.new_try(name, models)?;
        at.raw.clone_from(&data.at.raw);
        if models.is_some() {
            let path = Workshop::path(&workshop.contract.artefact, &at.models, &model.published.run);
            workshop.truncate(&path)?;
        }
        let ran = workshop.run(NO_MODEL_CHECK, &workshop.contract.predict, &at, data.seed)?;
        let seen = ran.observe(what, code, " (no usable model)");
        if !seen.holds() || models.is_some() {
            return Ok(seen);
        }
    }
    Ok(Observation::unavailable("it was not tried"))
}
