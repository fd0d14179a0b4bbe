//! A machine that is deployed to: a gateway, a runner with the project's files and the docker command line, and users.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::super::bench::Bench;
use super::super::command::{self, both, tail};
use super::super::environment::ENVIRONMENT;
use super::super::placeholders::Placeholders;
use super::super::upload;
use super::candidates::{Candidate, Candidates};
use super::users::{Live, Traffic, Users};
use crate::contract::Deploy;
use crate::engine::gateway::{Gateway, Grant};
use crate::engine::{ContainerId, EngineError, sandbox};

/// Where the project lies.
const PROJECT: &str = "/work/project";
/// Memory for the project, in bytes.
const WORK: u64 = 256 << 20;
/// Wall limit of one command.
const LIMIT: Duration = Duration::from_secs(120);
/// How long users may take to arrive at what a command has told of.
const ARRIVAL: Duration = Duration::from_secs(5);
/// Most lines of a command's output that are shown.
const SHOWN: usize = 20;

/// What every machine of a run is set up with.
pub(super) struct Kit<'a> {
    pub bench: &'a Bench<'a>,
    pub deploy: &'a Deploy,
    pub candidates: &'a Candidates,
    /// The image of the runner.
    pub runner: String,
    /// The project's Python image, for programs of ours.
    pub python: String,
    /// What may be started: the candidates and the images that the contract names.
    pub grants: BTreeMap<String, Grant>,
}

/// A machine that is deployed to.
pub(super) struct Machine<'a> {
    kit: &'a Kit<'a>,
    gateway: &'a Gateway<'a>,
    runner: ContainerId,
    users: Users,
}

/// One command of the procedure and what came of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Act {
    /// The command as it was run, shortened.
    pub shown: String,
    /// Its exit code; `None` when it had to be ended.
    pub exit_code: Option<i64>,
    /// The end of its output, and what the gateway refused.
    pub output: String,
    /// Who is live afterwards.
    pub live: Live,
    /// What users saw meanwhile.
    pub traffic: Traffic,
    /// How long the command took.
    pub took: Duration,
    /// It was refused once and done at the second attempt.
    pub again: bool,
}

impl Act {
    /// Did it end well, with this version live?
    pub fn brought(&self, version: &str) -> bool {
        self.exit_code == Some(0) && self.is_live(version)
    }

    /// Is this version live afterwards?
    pub fn is_live(&self, version: &str) -> bool {
        self.live.version.as_deref() == Some(version)
    }

    /// How the command ended.
    pub fn ending(&self) -> String {
        let ending = self
            .exit_code
            .map_or_else(|| "no end in time".to_owned(), |code| format!("exit code {code}"));
        let again = if self.again { " at the second attempt" } else { "" };
        format!("{ending}{again} after {:.1} s", self.took.as_secs_f64())
    }
}

impl Kit<'_> {
    /// Sets a machine up for the time that `work` needs.
    pub fn machine<T>(&self, work: impl FnOnce(&Machine<'_>) -> Result<T, EngineError>) -> Result<T, EngineError> {
        let bench = self.bench;
        Gateway::open(bench.session, &self.python, self.grants.clone(), |gateway| {
            let mut spec = sandbox::untrusted(&self.runner, gateway.network(), WORK);
            for (name, value) in [
                ("DOCKER_HOST", "tcp://127.0.0.1:2375"),
                (
                    "PATH",
                    &*format!("{ENVIRONMENT}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                ),
                ("VIRTUAL_ENV", ENVIRONMENT),
                ("LANG", "C.UTF-8"),
                ("PYTHONDONTWRITEBYTECODE", "1"),
                ("PYTHONUNBUFFERED", "1"),
                ("NO_COLOR", "1"),
            ] {
                spec.environment.insert(name.to_owned(), value.to_owned());
            }
            let runner = bench.session.start("runner", spec)?;
            upload::project(bench, &runner, PROJECT)?;
            let machine = Machine {
                kit: self,
                gateway,
                runner,
                users: Users::arrive(bench, gateway, &self.python, self.deploy)?,
            };
            let done = work(&machine)?;
            // Trouble of ours on the way must not look like the candidate's.
            gateway.account()?;
            Ok(done)
        })
    }
}

impl Machine<'_> {
    /// Releases a good candidate as `version`, which should be live afterwards. On a machine that is busy with other things a
    /// release may run into its deadline: one that says so and leaves things as they were is tried once more.
    pub fn release_good(&self, candidate: Candidate, version: &str, versions: &[&str]) -> Result<Act, EngineError> {
        let act = self.release(candidate, version, version, versions)?;
        if act.is_live(version) || matches!(act.exit_code, Some(0) | None) || act.traffic.failed > 0 {
            return Ok(act);
        }
        let mut act = self.release(candidate, version, version, versions)?;
        act.again = true;
        Ok(act)
    }

    /// Releases a candidate as `version`. Afterwards `expected` should be live, and `versions` may have been meanwhile.
    pub fn release(
        &self,
        candidate: Candidate,
        version: &str,
        expected: &str,
        versions: &[&str],
    ) -> Result<Act, EngineError> {
        let reference = self.kit.candidates.reference(candidate);
        let fill = Placeholders::default()
            .with("image", reference)
            .with("version", version);
        let words = self.kit.deploy.release.iter().map(|word| fill.text(word)).collect();
        self.act(words, expected, versions)
    }

    /// Rolls back.
    pub fn roll_back(&self, expected: &str, versions: &[&str]) -> Result<Act, EngineError> {
        self.act(self.kit.deploy.rollback.clone(), expected, versions)
    }

    /// Users begin to ask.
    pub fn open_doors(&self, versions: &[&str]) -> Result<(), EngineError> {
        self.users.begin(versions)
    }

    /// The project's containers, in words.
    pub fn containers(&self) -> Vec<String> {
        let mut known: Vec<String> = self
            .gateway
            .containers()
            .into_iter()
            .map(|(name, state)| format!("{name}: {state}"))
            .collect();
        known.sort();
        known
    }

    /// What the gateway refused.
    pub fn refused(&self) -> Result<Vec<String>, EngineError> {
        Ok(self.gateway.account()?.refused)
    }

    fn act(&self, words: Vec<String>, expected: &str, versions: &[&str]) -> Result<Act, EngineError> {
        let bench = self.kit.bench;
        self.users.count(versions)?;
        if !bench.engine.state(&self.runner)?.running {
            // The command before had to be ended, and its container with it.
            bench.engine.start(&self.runner)?;
            upload::project(bench, &self.runner, PROJECT)?;
        }
        let known = self.gateway.account()?.refused.len();
        let mut request = command::request(bench, &words, LIMIT);
        request.working_directory = Some(PROJECT.to_owned());
        let begun = Instant::now();
        let outcome = bench
            .engine
            .exec(&self.runner, &request, &mut bench.output_of("release"))?;
        let took = begun.elapsed();
        let live = self.users.ask(expected, ARRIVAL)?;
        let traffic = self.users.count(versions)?;
        let mut output = tail(&both(&outcome), SHOWN);
        for refused in self.gateway.account()?.refused.iter().skip(known) {
            output.push_str(&format!("\n{refused}"));
        }
        let shown: String = words.join(" ").chars().take(160).collect();
        Ok(Act {
            shown,
            exit_code: outcome.exit_code,
            output: crate::engine::text::visible_bytes(output.as_bytes()),
            live,
            traffic,
            took,
            again: false,
        })
    }
}
