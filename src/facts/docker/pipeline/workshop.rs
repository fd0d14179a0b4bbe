//! The container in which a pipeline is tried: the installed environment, a clean copy of the project, no network.
//!
//! Every try has a folder of its own, so that several run side by side and none sees what another did.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::super::bench::Bench;
use super::super::command::{self, both, tail};
use super::super::environment::{self, Environment};
use super::super::placeholders::Placeholders;
use super::super::upload;
use crate::contract::Pipeline as Contract;
use crate::engine::{ContainerId, EngineError, EngineObject, ExecOutcome, ExecRequest, Network, Operation, sandbox};
use crate::facts::Observation;

/// Where the copy of the project lies.
const PROJECT: &str = "/work/project";
/// Where the tries have their folders.
const TRIES: &str = "/work/tries";
/// Memory for the project and what the tries write, in bytes.
const WORK_SIZE: u64 = 1 << 30;
/// Wall limit of one run of a command.
const RUN_LIMIT: Duration = Duration::from_secs(120);
/// How much later the engine ends what has not ended by itself.
const GRACE: Duration = Duration::from_secs(10);
/// Wall limit of the small commands.
const STEP_LIMIT: Duration = Duration::from_secs(60);
/// Most lines of a run's output that are shown.
const EVIDENCE_LINES: usize = 15;
/// What `timeout` exits with when it had to end its command.
const TIMED_OUT: i64 = 124;
/// What a killed command exits with.
const KILLED: i64 = 137;

/// Why a try came to no end.
pub(super) enum Stop {
    /// The engine failed.
    Engine(EngineError),
    /// A run printed without end, and its container was ended with all that ran in it: the check that tells of it.
    Gone(&'static str),
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// The container, and what its commands are.
pub(super) struct Workshop<'a> {
    pub(super) bench: &'a Bench<'a>,
    pub(super) contract: &'a Contract,
    container: ContainerId,
    gone: Mutex<Option<&'static str>>,
}

/// One run of a command of the contract.
pub(super) struct Ran {
    /// The command as it was run.
    pub(super) words: String,
    /// Its exit code; `None` when it had to be ended.
    pub(super) code: Option<i64>,
    /// How it ended, in words.
    pub(super) ended: String,
    /// The end of what it printed.
    pub(super) output: String,
}

impl Ran {
    /// A run that has to end with one exit code.
    pub(super) fn observe(&self, what: &str, expected: i64, meaning: &str) -> Observation {
        let ok = self.code == Some(expected);
        let expected = format!("exit code {expected}{meaning}");
        let seen = Observation::seen(ok, format!("`{}` {what}", self.words), expected, &self.ended);
        if ok { seen } else { seen.with_evidence(&self.output) }
    }
}

/// One try: its folders.
#[derive(Debug, Clone)]
pub(super) struct Try {
    /// The raw data.
    pub(super) raw: String,
    /// The folder of the models.
    pub(super) models: String,
    /// The predictions.
    pub(super) out: String,
}

/// What a folder of models has published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Published {
    /// The run that the file names.
    pub(super) run: String,
    /// The digest of the model file; `None` when there is none.
    pub(super) digest: Option<String>,
}

impl<'a> Workshop<'a> {
    /// Starts the container with a copy of the project.
    pub(super) fn open(
        bench: &'a Bench<'a>,
        contract: &'a Contract,
        environment: &Environment,
    ) -> Result<Self, EngineError> {
        let spec = sandbox::untrusted(&environment.image, Network::None, WORK_SIZE);
        let container = bench.session.start("pipeline", spec)?;
        upload::project(bench, &container, PROJECT)?;
        Ok(Self {
            bench,
            contract,
            container,
            gone: Mutex::default(),
        })
    }

    /// Removes the container.
    pub(super) fn close(self) -> Result<(), EngineError> {
        self.bench.session.remove(&EngineObject::Container(self.container.0))
    }

    /// The folders of a new try, made; with `models`, what that folder holds is copied.
    pub(super) fn new_try(&self, name: &str, models: Option<&str>) -> Result<Try, Stop> {
        let folder = format!("{TRIES}/{name}");
        let made = Try {
            raw: format!("{folder}/raw.csv"),
            models: format!("{folder}/models"),
            out: format!("{folder}/out.csv"),
        };
        let script = match models {
            Some(_) => "mkdir -p \"$0\" && cp -a \"$2\" \"$1\"",
            None => "mkdir -p \"$1\"",
        };
        self.shell(script, &[&folder, &made.models, models.unwrap_or_default()])?;
        Ok(made)
    }

    /// Runs a command of the contract in a try.
    pub(super) fn run(&self, check: &'static str, words: &[String], at: &Try, seed: u64) -> Result<Ran, Stop> {
        let fill = Placeholders::default()
            .with("raw", at.raw.as_str())
            .with("models", at.models.as_str())
            .with("out", at.out.as_str())
            .with("seed", seed.to_string());
        let words: Vec<String> = words.iter().map(|word| fill.text(word)).collect();
        let limit = self.bench.limit(RUN_LIMIT);
        // The engine can end a command only with the whole container, in which others run.
        let mut bounded: Vec<String> = ["/usr/bin/timeout", "--kill-after=2", &limit.as_secs().to_string()]
            .map(str::to_owned)
            .to_vec();
        bounded.extend(words.iter().cloned());
        let mut request = command::request(self.bench, &bounded, limit + GRACE);
        request.timeout = limit + GRACE;
        request.environment = environment::variables();
        request.working_directory = Some(PROJECT.to_owned());
        let outcome = self
            .bench
            .engine
            .exec(&self.container, &request, &mut self.bench.output_of("pipeline"));
        let outcome = self.ended(check, outcome)?;
        let ended = if outcome.output_bomb {
            "output without end, so it was ended".to_owned()
        } else {
            match outcome.exit_code {
                None | Some(TIMED_OUT) => format!("no end within {} s", limit.as_secs()),
                Some(KILLED) => "exit code 137, probably because the memory ran out".to_owned(),
                Some(code) => format!("exit code {code}"),
            }
        };
        Ok(Ran {
            words: words.join(" "),
            code: outcome.exit_code.filter(|_| !outcome.output_bomb),
            ended,
            output: tail(&both(&outcome), EVIDENCE_LINES),
        })
    }

    /// Tells a run that ended the container from one that was ended with it.
    fn ended(&self, check: &'static str, outcome: Result<ExecOutcome, EngineError>) -> Result<ExecOutcome, Stop> {
        let gone = || self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(outcome) if outcome.output_bomb || outcome.timed_out => {
                gone().get_or_insert(check);
                Ok(outcome)
            }
            Ok(outcome) if matches!(outcome.exit_code, None | Some(KILLED)) => {
                if self.bench.engine.state(&self.container)?.running {
                    return Ok(outcome);
                }
                // Whoever ended it says so a moment later.
                for _ in 0..40 {
                    if let Some(by) = *gone() {
                        return Err(Stop::Gone(by));
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
                Ok(outcome)
            }
            Ok(outcome) => Ok(outcome),
            Err(error) => Err(gone().map_or(Stop::Engine(error), Stop::Gone)),
        }
    }

    /// Runs a small script of ours; its arguments are `$0`, `$1`, ….
    fn shell(&self, script: &str, arguments: &[&str]) -> Result<ExecOutcome, Stop> {
        let words: Vec<&str> = ["sh", "-c", script]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        let request = command::request(self.bench, &words, STEP_LIMIT);
        self.step(&request)
    }

    /// Runs a small command of ours. One that takes too long is trouble of ours as well.
    fn step(&self, request: &ExecRequest<'_>) -> Result<ExecOutcome, Stop> {
        let outcome = self.bench.engine.exec(&self.container, request, &mut |_| {});
        if outcome.as_ref().is_ok_and(|outcome| outcome.timed_out) {
            let command = request.command.join(" ");
            return Err(EngineError::new(Operation::Exec, command, "it took too long").into());
        }
        self.ended("", outcome)
    }

    /// Writes a file.
    pub(super) fn write(&self, path: &str, contents: &[u8]) -> Result<(), Stop> {
        upload::file(self.bench, &self.container, path, contents).map_err(|error| {
            let gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
            gone.map_or(Stop::Engine(error), Stop::Gone)
        })
    }

    /// Reads a file; `None` when it cannot be read, an error text when it is larger than `limit`.
    pub(super) fn read(&self, path: &str, limit: usize) -> Result<Option<Result<Vec<u8>, String>>, Stop> {
        let words = ["head", "-c", &(limit + 1).to_string(), path];
        let mut request = command::request(self.bench, &words, STEP_LIMIT);
        request.output_limit = (limit + 1) * 2;
        let outcome = self.step(&request)?;
        Ok((outcome.exit_code == Some(0)).then(|| match outcome.stdout.len() {
            length if length > limit => Err(format!("it is larger than {} MiB", limit >> 20)),
            _ => Ok(outcome.stdout),
        }))
    }

    /// The path of a run's file.
    pub(super) fn path(template: &str, models: &str, run: &str) -> String {
        template.replace("{models}", models).replace("{run}", run)
    }

    /// What a folder of models has published; `None` when its file names no run.
    pub(super) fn published(&self, models: &str) -> Result<Option<Published>, Stop> {
        let path = Self::path(&self.contract.published, models, "");
        let text = match self.read(&path, 4096)? {
            Some(Ok(text)) => text,
            _ => return Ok(None),
        };
        let run = String::from_utf8_lossy(&text).trim().to_owned();
        if !is_run(&run) {
            return Ok(None);
        }
        let artefact = Self::path(&self.contract.artefact, models, &run);
        let outcome = self.shell("exec sha256sum < \"$0\"", &[&artefact])?;
        let digest = (outcome.exit_code == Some(0)).then(|| String::from_utf8_lossy(&outcome.stdout).trim().to_owned());
        Ok(Some(Published { run, digest }))
    }

    /// Cuts a file in half.
    pub(super) fn truncate(&self, path: &str) -> Result<(), Stop> {
        let script =
            "half=$(($(wc -c < \"$0\") / 2)) && head -c \"$half\" \"$0\" > \"$0.half\" && mv \"$0.half\" \"$0\"";
        self.shell(script, &[path]).map(|_| ())
    }
}

/// A name that is one part of a path.
pub(in super::super) fn is_run(run: &str) -> bool {
    !run.is_empty()
        && run.len() <= 200
        && run != "."
        && run != ".."
        && !run.contains('/')
        && !run.contains(char::is_control)
}

/// Something to do beside others.
pub(super) type Job<'j, T> = Box<dyn FnOnce() -> Result<T, Stop> + Send + 'j>;

/// Does jobs on several threads and returns what came of them, in their order.
pub(super) fn side_by_side<T: Send>(workers: usize, jobs: Vec<Box<dyn FnOnce() -> T + Send + '_>>) -> Vec<T> {
    let count = jobs.len();
    let waiting = Mutex::new(jobs.into_iter().enumerate());
    let done = Mutex::new((0..count).map(|_| None).collect::<Vec<Option<T>>>());
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, count.max(1)) {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((place, job)) = next else { break };
                    let result = job();
                    done.lock().unwrap_or_else(PoisonError::into_inner)[place] = Some(result);
                }
            });
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_keep_their_order() {
        let jobs: Vec<Box<dyn FnOnce() -> usize + Send>> = (0_usize..20)
            .map(|number| Box::new(move || number) as Box<dyn FnOnce() -> usize + Send>)
            .collect();
        assert_eq!(side_by_side(3, jobs), (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn a_run_is_one_part_of_a_path() {
        assert!(is_run("2025-06-01T10:00:00-abc"));
        for odd in ["", ".", "..", "a/b", "/etc", "a\nb", "a\0"] {
            assert!(!is_run(odd), "{odd:?}");
        }
    }
}
