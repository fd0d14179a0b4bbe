//! The cache of results: what was seen on exactly these files, images and settings is not looked at again.
//!
//! Only a run in which everything held is kept. One that failed is worth another look, and one that our side could not finish
//! says nothing. `--no-cache` ignores it, and every stage that it answers says so in the report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bench::Bench;
use super::environment_cache::Key;
use crate::engine::EngineError;
use crate::events::{Event, StageOutcome};
use crate::facts::dockerfile::DockerfileFacts;
use crate::facts::{Fact, FactName, FactSet};
use crate::report::model::Stage;

/// Changes whenever what the stages do, or the limits under which they run, change.
const RECIPE: &str = concat!(env!("CARGO_PKG_VERSION"), "/3");
/// How long a result is good: base images and the package index move on.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);
/// Most results that are kept.
const MOST_RESULTS: usize = 500;
/// Largest file that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// What a run saw.
#[derive(Debug, Serialize, Deserialize)]
struct Results {
    facts: BTreeMap<String, Value>,
    /// Facts that there are none of in such a project, and why.
    absent: BTreeMap<String, String>,
    stages: Vec<Stage>,
}

/// The place of one result; `None` where nothing can be kept.
pub struct ResultCache {
    file: Option<PathBuf>,
}

impl ResultCache {
    /// The place of the result of exactly this run.
    ///
    /// # Errors
    ///
    /// When the engine cannot be asked which images it has.
    pub fn of(
        bench: &Bench<'_>,
        needed: &BTreeSet<FactName>,
        dockerfile: &DockerfileFacts,
    ) -> Result<Self, EngineError> {
        let Some(folder) = bench.options.cache_folder.as_ref() else {
            return Ok(Self { file: None });
        };
        let mut key = Key::new(&[RECIPE, bench.snapshot.tree_hash(), bench.options.installer.name()]);
        for fact in needed.iter().filter(|fact| fact.is_dynamic()) {
            key.add(fact.name().as_bytes());
        }
        let bases = dockerfile.base_images.iter().map(|base| base.image.as_str());
        let deploy = bench
            .route
            .contract
            .as_ref()
            .and_then(|contract| contract.deploy.as_ref());
        let started = deploy.into_iter().flat_map(|deploy| &deploy.images).map(String::as_str);
        for reference in [bench.route.python_image.as_str(), bench.route.postgres_image.as_str()]
            .into_iter()
            .chain(bases)
            .chain(started)
        {
            key.add(reference.as_bytes());
            key.add(bench.engine.image(reference)?.unwrap_or_default().id.as_bytes());
        }
        for (name, value) in &bench.options.install_environment {
            key.add(name.as_bytes());
            key.add(value.as_bytes());
        }
        Ok(Self {
            file: Some(folder.join("results").join(format!("{}.json", key.digest()))),
        })
    }

    /// Puts the facts of an earlier run into `facts` and returns its stages, if there is one that is still good.
    pub fn find(&self, bench: &Bench<'_>, facts: &mut FactSet) -> Option<Vec<Stage>> {
        let file = self.file.as_ref().filter(|_| !bench.options.no_cache)?;
        let metadata = file.metadata().ok()?;
        let age = metadata
            .modified()
            .ok()
            .and_then(|moment| SystemTime::now().duration_since(moment).ok())?;
        if age > LIFETIME || metadata.len() > LARGEST {
            return None;
        }
        let results: Results = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        for (name, value) in results.facts {
            facts.insert(name.parse().ok()?, Fact::Known(value));
        }
        for (name, why) in results.absent {
            facts.insert(name.parse().ok()?, Fact::<()>::Absent { why });
        }
        let mut stages = results.stages;
        for stage in &mut stages {
            (stage.cached, stage.seconds) = (true, 0.0);
            if let Some(stage_name) = super::STAGES.iter().find(|name| **name == stage.name) {
                bench.sink.emit(Event::StageFinished {
                    stage: stage_name,
                    outcome: StageOutcome::Passed,
                    took: Duration::ZERO,
                    cached: true,
                    detail: stage.detail.clone(),
                });
            }
        }
        Some(stages)
    }

    /// Keeps the facts of a run in which everything held.
    pub fn store(&self, facts: &FactSet, stages: &[Stage]) {
        let Some(file) = &self.file else { return };
        let dynamic = || facts.iter().filter(|(name, _)| name.is_dynamic());
        let values = dynamic().filter_map(|(name, fact)| {
            let value = serde_json::to_value(fact.known()?);
            Some(value.map(|value| (name.name().to_owned(), value)))
        });
        let Ok(values) = values.collect::<Result<BTreeMap<_, _>, _>>() else {
            return;
        };
        let held = stages.iter().all(|stage| stage.outcome == "passed")
            && dynamic().all(|(_, fact)| matches!(fact, Fact::Known(_) | Fact::Absent { .. }))
            && !values.values().any(holds_a_fault);
        if !held {
            return;
        }
        let absent = dynamic().filter_map(|(name, fact)| match fact {
            Fact::Absent { why } => Some((name.name().to_owned(), why.clone())),
            _ => None,
        });
        let results = Results {
            absent: absent.collect(),
            facts: values,
            stages: stages.to_vec(),
        };
        // A cache that cannot be written is no cache, not an error.
        let _ = file.parent().map(|folder| -> std::io::Result<()> {
            std::fs::create_dir_all(folder)?;
            let mut beside = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&mut beside, &results)?;
            beside.persist(file).map_err(|error| error.error)?;
            keep_newest(folder, MOST_RESULTS)
        });
    }
}

/// Is there an observation that did not hold, or was not made for anybody's fault?
fn holds_a_fault(value: &Value) -> bool {
    let Value::Object(fields) = value else { return false };
    let untried = |name: &str| fields.get(name).is_some_and(|value| !value.is_null());
    fields.get("ok") == Some(&Value::Bool(false))
        || untried("blocked_by")
        || untried("unavailable")
        || fields.values().any(holds_a_fault)
}

/// Removes the oldest files of a folder when there are too many.
pub(super) fn keep_newest(folder: &std::path::Path, most: usize) -> std::io::Result<()> {
    let mut files: Vec<(SystemTime, PathBuf)> = std::fs::read_dir(folder)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
        })
        .collect();
    files.sort();
    for (_, path) in files.iter().take(files.len().saturating_sub(most)) {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fault_anywhere_keeps_a_result_out() {
        assert!(!holds_a_fault(
            &json!({"login": {"ok": true, "blocked_by": null}, "seconds": 3})
        ));
        assert!(!holds_a_fault(
            &json!({"expired": {"ok": null, "absent": "opaque tokens"}})
        ));
        assert!(holds_a_fault(&json!({"login": {"ok": false}})));
        assert!(holds_a_fault(
            &json!({"login": {"ok": null, "blocked_by": "service-starts"}})
        ));
        assert!(holds_a_fault(
            &json!({"login": {"ok": null, "unavailable": "no engine"}})
        ));
    }
}
