//! The bench: what every stage works with, and the account of what ran.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::image_cache::ImageCache;
use crate::engine::session::Session;
use crate::engine::{Engine, EngineError};
use crate::events::{Event, Sink, StageOutcome};
use crate::facts::{Fact, Route};
use crate::report::model::Stage;
use crate::source::Snapshot;

/// Why something was not run when there was no time left for it.
const OUT_OF_TIME: &str = "the time limit of the run was reached; raise it with --timeout";

/// What installs the requirements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installer {
    /// uv, and pip for what uv refuses.
    Uv,
    /// pip alone.
    Pip,
}

impl Installer {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uv => "uv",
            Self::Pip => "pip",
        }
    }
}

/// How to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// What installs the requirements.
    pub installer: Installer,
    /// Use no cache.
    pub no_cache: bool,
    /// How many branches may run at once.
    pub jobs: usize,
    /// When the whole run has to be over.
    pub deadline: Instant,
    /// Where small files of the cache lie; `None` where this machine offers no place.
    pub cache_folder: Option<std::path::PathBuf>,
    /// Variables that dependency installation needs from our environment: proxies, indexes.
    pub install_environment: BTreeMap<String, String>,
    /// Certificates that installation has to trust, in PEM form.
    pub certificates: Option<Vec<u8>>,
}

/// What every stage works with.
pub struct Bench<'a> {
    /// The engine.
    pub engine: &'a dyn Engine,
    /// Makes containers and removes them in the end.
    pub session: &'a Session,
    /// The folder that is verified; its files are read from the snapshot alone.
    pub folder: &'a Path,
    /// The files.
    pub snapshot: &'a Snapshot,
    /// How the project is installed, tested and run.
    pub route: &'a Route,
    /// Who listens.
    pub sink: &'a dyn Sink,
    /// How to run.
    pub options: &'a Options,
    stages: Mutex<Vec<(Instant, Stage)>>,
}

/// What a stage saw.
pub struct Seen<T> {
    /// The fact.
    pub fact: Fact<T>,
    /// Did the repository do what it should?
    pub passed: bool,
    /// Did a cache answer?
    pub cached: bool,
    /// One line.
    pub detail: String,
}

impl<'a> Bench<'a> {
    /// A bench with nothing done on it yet.
    pub fn new(
        engine: &'a dyn Engine,
        session: &'a Session,
        folder: &'a Path,
        snapshot: &'a Snapshot,
        route: &'a Route,
        sink: &'a dyn Sink,
        options: &'a Options,
    ) -> Self {
        Self {
            engine,
            session,
            folder,
            snapshot,
            route,
            sink,
            options,
            stages: Mutex::default(),
        }
    }

    /// The images that are kept for the next run.
    pub(super) fn image_cache(&self) -> ImageCache {
        ImageCache::open(self.options.cache_folder.as_deref())
    }

    /// Runs a stage, tells the sink and keeps the account. Engine trouble becomes [`Fact::Unavailable`].
    pub fn stage<T>(&self, name: &'static str, work: impl FnOnce() -> Result<Seen<T>, EngineError>) -> Fact<T> {
        self.sink.emit(Event::StageStarted { stage: name });
        let begun = Instant::now();
        let seen = self.out_of_time().unwrap_or_else(|| {
            work().unwrap_or_else(|error| {
                let why = describe(&error);
                Seen {
                    detail: why.clone(),
                    fact: Fact::Unavailable { why },
                    passed: false,
                    cached: false,
                }
            })
        });
        let took = begun.elapsed();
        let (outcome, word) = match (&seen.fact, seen.passed) {
            (Fact::Unavailable { .. } | Fact::Absent { .. }, _) => (StageOutcome::Unavailable, "not-run"),
            (Fact::Blocked { .. }, _) => (StageOutcome::Blocked, "blocked"),
            (Fact::Known(_), true) => (StageOutcome::Passed, "passed"),
            (Fact::Known(_), false) => (StageOutcome::Failed, "failed"),
        };
        let stage = Stage {
            name: name.to_owned(),
            outcome: word.to_owned(),
            seconds: (took.as_secs_f64() * 1000.0).round() / 1000.0,
            cached: seen.cached,
            detail: seen.detail.clone(),
        };
        if let Ok(mut stages) = self.stages.lock() {
            stages.push((begun, stage));
        }
        self.sink.emit(Event::StageFinished {
            stage: name,
            outcome,
            took,
            cached: seen.cached,
            detail: seen.detail,
        });
        seen.fact
    }

    /// A callback that shows a stage's output.
    pub fn output_of(&self, stage: &'static str) -> impl FnMut(&str) + '_ {
        move |line| {
            self.sink.emit(Event::StageOutput {
                stage,
                line: line.to_owned(),
            })
        }
    }

    /// The smaller of a step's own limit and what is left of the whole run.
    pub fn limit(&self, step: Duration) -> Duration {
        step.min(self.options.deadline.saturating_duration_since(Instant::now()))
            .max(Duration::from_secs(1))
    }

    /// What a stage saw when the limit of the whole run, rather than its own, ended its work: the user's choice, not a fault of
    /// the project. `None` while there is time left.
    pub fn out_of_time<T>(&self) -> Option<Seen<T>> {
        (Instant::now() >= self.options.deadline).then(|| Seen {
            fact: Fact::unavailable(OUT_OF_TIME),
            passed: false,
            cached: false,
            detail: OUT_OF_TIME.to_owned(),
        })
    }

    /// The stages in the order in which they began.
    pub fn into_stages(self) -> Vec<Stage> {
        let mut stages = self.stages.into_inner().unwrap_or_default();
        stages.sort_by_key(|(begun, _)| *begun);
        stages.into_iter().map(|(_, stage)| stage).collect()
    }

    /// Makes sure that the engine has an image.
    pub fn ensure_image(&self, reference: &str, stage: &'static str) -> Result<crate::engine::ImageInfo, EngineError> {
        if let Some(found) = self.engine.image(reference)? {
            return Ok(found);
        }
        self.engine
            .pull(reference, &mut self.output_of(stage))
            .map_err(|mut error| {
                error
                    .hint
                    .get_or_insert_with(|| format!("Pull it yourself (`docker pull {reference}`) and verify again."));
                error
            })
    }
}

/// An engine error in one line, with its hint.
pub fn describe(error: &EngineError) -> String {
    match &error.hint {
        Some(hint) => format!("{error}. {hint}"),
        None => error.to_string(),
    }
}
