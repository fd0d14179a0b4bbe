//! Stage `release`: the project's own commands release versions, good and bad ones, and roll back, while users keep asking.
//!
//! Two machines run side by side, for most of a release is waiting: one sees the ordinary life of a service and a crash, the
//! other one the versions that only look alive.

mod candidates;
mod machine;
mod scenarios;
#[cfg(test)]
mod tests;
mod users;

use std::sync::mpsc::channel;

use serde::Serialize;

use self::candidates::Candidates;
use self::machine::{Act, Kit};
use self::scenarios::{Bad, Life};
use super::bench::{Bench, Seen};
use super::environment::Environment;
use super::image::{BUILD_CHECK, Image};
use super::service::{START_CHECK, Service};
use crate::engine::gateway::{Grant, runner};
use crate::engine::{EngineError, Operation};
use crate::facts::{Fact, Observation};

/// The check that tells of a first release that fails.
pub const FIRST_CHECK: &str = "release-brings-version-live";
/// The check that tells of a release over another one that fails.
const NEXT_CHECK: &str = "release-replaces-version";
/// The check that tells of a rollback that does not roll back.
const ROLLBACK_CHECK: &str = "release-rolls-back";
/// The check of an image without a HEALTHCHECK.
const NO_HEALTHCHECK_CHECK: &str = "dockerfile-healthcheck";
/// The check of a HEALTHCHECK that does not work.
const HEALTHCHECK_CHECK: &str = "healthcheck-works";
/// The repository of the runners' images; each has the tag of the environment that it is made from.
const RUNNER: &str = "proofolio-runner";
/// The port of a service that names none.
const DEFAULT_PORT: u16 = 8000;

/// The fact `release`.
#[derive(Debug, Clone, Serialize)]
pub struct Release {
    /// The first version comes live.
    pub first: Observation,
    /// The next version takes its place.
    pub next: Observation,
    /// The version before comes back.
    pub rollback: Observation,
    /// It comes back after a failed release, too.
    pub rollback_after_failure: Observation,
    /// A version that crashes changes nothing for users.
    pub crash: Observation,
    /// A version that hangs changes nothing for users.
    pub hang: Observation,
    /// A version that answers nonsense changes nothing for users.
    pub wrong: Observation,
    /// A version that nobody reaches from outside is taken back.
    pub unreachable: Observation,
    /// A release that failed ends with another exit code than 0.
    pub reports_failure: Observation,
    /// No request of a user fails in all of this.
    pub uninterrupted: Observation,
    /// Requests of users in all.
    pub requests: u64,
    /// Requests that failed, those to a version that had to be taken back not counted.
    pub failed_requests: u64,
    /// The project's containers in the end.
    pub containers: Vec<String>,
    /// What the project asked for and did not get.
    pub refused: Vec<String>,
}

impl Release {
    fn all(&self) -> [&Observation; 10] {
        [
            &self.first,
            &self.next,
            &self.rollback,
            &self.rollback_after_failure,
            &self.crash,
            &self.hang,
            &self.wrong,
            &self.unreachable,
            &self.reports_failure,
            &self.uninterrupted,
        ]
    }

    fn blocked(by: &str, why: &str) -> Self {
        let blocked = || Observation::blocked(by, why);
        Self {
            first: blocked(),
            next: blocked(),
            rollback: blocked(),
            rollback_after_failure: blocked(),
            crash: blocked(),
            hang: blocked(),
            wrong: blocked(),
            unreachable: blocked(),
            reports_failure: blocked(),
            uninterrupted: blocked(),
            requests: 0,
            failed_requests: 0,
            containers: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// If no version ever came live for a fault that an earlier stage tells of: all of it is blocked by that.
    pub(super) fn blame(&mut self, image: &Fact<Image>, service: Option<&Fact<Service>>) {
        if self.first.ok != Some(false) {
            return;
        }
        let service = service.and_then(Fact::known);
        let blocked = if service.is_some_and(|service| !service.starts.holds()) {
            (START_CHECK, "the service does not start")
        } else if image.known().is_some_and(|image| image.info.healthcheck.is_none()) {
            (NO_HEALTHCHECK_CHECK, "an image without a HEALTHCHECK is never healthy")
        } else if service.is_some_and(|service| service.healthcheck.ok == Some(false)) {
            (HEALTHCHECK_CHECK, "its health check never succeeds")
        } else {
            return;
        };
        *self = Self::blocked(blocked.0, blocked.1);
    }
}

/// Plays the procedure.
pub fn run(bench: &Bench<'_>, image: &Fact<Image>, environment: &Fact<Environment>) -> Fact<Release> {
    let image = match image {
        Fact::Known(image) if image.built => image,
        Fact::Known(_) => return Fact::blocked(BUILD_CHECK, "the image could not be built"),
        Fact::Blocked { by, why } => return Fact::blocked(by, why),
        Fact::Unavailable { why } | Fact::Absent { why } => return Fact::unavailable(why),
    };
    let environment = match environment {
        Fact::Known(environment) if environment.installed => environment,
        Fact::Known(_) => {
            return Fact::blocked(super::install::INSTALL_CHECK, "its requirements could not be installed");
        }
        Fact::Blocked { by, why } => return Fact::blocked(by, why),
        Fact::Unavailable { why } | Fact::Absent { why } => return Fact::unavailable(why),
    };
    let contract = bench.route.contract.as_ref();
    let Some(deploy) = contract.and_then(|contract| contract.deploy.as_ref()) else {
        return Fact::unavailable("nothing says how to release a version; write `deploy` into .proofolio.yml");
    };
    if deploy.address().is_none() {
        return Fact::unavailable("`deploy.url` is no address of the form http://HOST:PORT");
    }
    let port = contract
        .and_then(|contract| contract.service.as_ref()?.port)
        .unwrap_or(DEFAULT_PORT);
    bench.stage("release", || {
        let runner = match make_runner(bench, environment)? {
            Ok(runner) => runner,
            Err(why) => return Ok(unavailable(why)),
        };
        let candidates = Candidates::make(bench, image, port)?;
        let mut grants = candidates.grants.clone();
        for reference in &deploy.images {
            let info = bench.ensure_image(reference, "release")?;
            let grant = Grant {
                info,
                capable: true,
                reachable: true,
            };
            grants.insert(reference.clone(), grant);
        }
        let kit = Kit {
            bench,
            deploy,
            candidates: &candidates,
            runner,
            python: bench.ensure_image(&bench.route.python_image, "release")?.id,
            grants,
        };
        let (life, bad) = play(&kit)?;
        if let Some(seen) = bench.out_of_time() {
            return Ok(seen);
        }
        Ok(seen(release(life, bad)))
    })
}

/// Plays both machines, side by side where that is allowed. Starting a service takes the most work, so that the one waits until
/// the other has its first version.
fn play(kit: &Kit<'_>) -> Result<(Life, Bad), EngineError> {
    let (begun, heard) = channel();
    let bad = move || kit.machine(|machine| scenarios::bad(machine, &begun));
    if kit.bench.options.jobs < 2 {
        let bad = bad()?;
        return Ok((kit.machine(scenarios::life)?, bad));
    }
    let (life, bad) = std::thread::scope(|scope| {
        let bad = scope.spawn(bad);
        let life = kit.machine(|machine| {
            // Nothing comes when the other machine could not be set up.
            let _ = heard.recv();
            scenarios::life(machine)
        });
        (life, bad.join())
    });
    let gone = || EngineError::new(Operation::Exec, "the second machine", "its thread ended");
    Ok((life?, bad.unwrap_or_else(|_| Err(gone()))?))
}

fn unavailable(why: String) -> Seen<Release> {
    Seen {
        detail: why.clone(),
        fact: Fact::Unavailable { why },
        passed: false,
        cached: false,
    }
}

fn seen(release: Release) -> Seen<Release> {
    let tried = release.all().into_iter().filter(|seen| seen.ok.is_some());
    let held = tried.clone().filter(|seen| seen.holds()).count();
    let tried = tried.count();
    let detail = format!(
        "{held} of {tried} scenarios as they should be, {} of {} requests failed",
        release.failed_requests, release.requests
    );
    Seen {
        passed: held == release.all().len(),
        fact: Fact::Known(release),
        cached: false,
        detail,
    }
}

/// The runner: the installed environment with the docker command line. A failure to build it is ours.
fn make_runner(bench: &Bench<'_>, environment: &Environment) -> Result<Result<String, String>, EngineError> {
    let digest = environment.image.rsplit(':').next().unwrap_or("latest");
    let tag = format!("{RUNNER}:{digest}");
    let recipe = runner::Recipe {
        base: &environment.image,
        installer: &bench.route.python_image,
        certificates: bench.options.certificates.as_deref(),
        environment: &bench.options.install_environment,
        tag: &tag,
    };
    let outcome = runner::build(bench.engine, &recipe, &mut bench.output_of("release"))?;
    Ok(match (outcome.image, outcome.failure) {
        (_, Some(failure)) => Err(format!(
            "the docker command line could not be installed for the deployment commands ({}). Check that image builds reach \
             Debian's packages.",
            failure.message
        )),
        (image, None) => {
            bench.image_cache().used(&tag);
            Ok(image.unwrap_or(tag))
        }
    })
}

/// What both machines came to.
fn release(life: Life, bad: Bad) -> Release {
    let mut release = Release::blocked(FIRST_CHECK, "no version ever came live");
    let first = if life.first.brought(&life.first_version) && !bad.first.brought(&bad.first_version) {
        (&bad.first, &bad.first_version)
    } else {
        (&life.first, &life.first_version)
    };
    release.first = brought(first.0, first.1, "releasing the first version");
    release.containers.clone_from(&life.containers);
    release.refused.clone_from(&life.refused);
    if !release.first.holds() {
        return release;
    }
    scenarios::judge_life(&life, &mut release);
    scenarios::judge_bad(&bad, &mut release);
    scenarios::judge_failures(&life, &bad, &mut release);
    scenarios::judge_traffic(&life, &bad, &mut release);
    release
}

/// Something that has to bring a version live.
fn brought(act: &Act, version: &str, what: &str) -> Observation {
    let expected = "exit code 0, and the new version answers users";
    let live = if act.is_live(version) {
        "the version that was asked for".to_owned()
    } else {
        act.live.shown()
    };
    let answer = format!("{}, and users get {live}", act.ending());
    let seen = Observation::seen(
        act.brought(version),
        format!("{what} (`{}`)", act.shown),
        expected,
        answer,
    );
    if act.brought(version) {
        seen
    } else {
        seen.with_evidence(act.output.clone())
    }
}
