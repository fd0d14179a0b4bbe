//! Stages `service` and `scenarios`: the built image runs beside a real PostgreSQL in a pod without a way out, is used from
//! outside as its users would, and is then treated as production treats it: restarted, and left without its database.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::access::{self, Access};
use super::bench::{Bench, Seen};
use super::client::Client;
use super::database::Database;
use super::environment::MissingImport;
use super::image::{BUILD_CHECK, Image};
use super::placeholders::Placeholders;
use super::prediction::{self, Prediction};
use super::running::Running;
use super::{blame, command, drills};
use crate::contract::{Kind, Service as ServiceContract};
use crate::engine::pod::Pod;
use crate::engine::{ContainerId, EngineError, EngineObject, ImageInfo, sandbox};
use crate::facts::{Fact, Observation};

/// The check that tells of a service that does not start.
pub const START_CHECK: &str = "service-starts";
/// Why readiness was not asked for.
pub(super) const NO_READINESS: &str =
    "the contract names no readiness endpoint: write `service.ready` in .proofolio.yml";
/// Why liveness was not asked for.
pub(super) const NO_LIVENESS: &str = "the contract names no liveness endpoint: write `service.live` in .proofolio.yml";
/// The check that tells of a service that is never ready.
const READY_CHECK: &str = "health-ready";
/// How long a service may take until it answers.
pub(super) const START_LIMIT: Duration = Duration::from_secs(45);

/// Wall limit of one set-up command.
const SETUP_LIMIT: Duration = Duration::from_secs(120);

/// How long the container of the set-up commands lives by itself: longer than any run.
const HOLD_LIMIT: Duration = Duration::from_secs(7200);

/// The port of a service that names none.
const DEFAULT_PORT: u16 = 8000;

/// The fact `service`.
#[derive(Debug, Clone, Serialize)]
pub struct Service {
    /// Set-up commands succeed and the process answers.
    pub starts: Observation,
    /// The liveness endpoint answers 200.
    pub live: Observation,
    /// The readiness endpoint answers 200.
    pub ready: Observation,
    /// Readiness while the database is stopped.
    pub ready_when_database_down: Observation,
    /// Liveness while the database is stopped.
    pub live_when_database_down: Observation,
    /// Readiness when the database is back.
    pub recovers: Observation,
    /// SIGTERM.
    pub stops: Observation,
    /// The image's own health check.
    pub healthcheck: Observation,
    /// The form of its log.
    pub logs: Observation,
    /// Seconds from the start to the first good answer.
    pub seconds_to_ready: Option<f64>,
    /// True when a set-up command failed.
    #[serde(skip)]
    set_up_failed: bool,
}

/// What was seen of a running service: itself, and the scenario of its kind.
pub struct Served {
    /// The service.
    pub service: Fact<Service>,
    /// Accounts and roles of an API.
    pub access: Fact<Access>,
    /// Predictions of a pipeline.
    pub prediction: Fact<Prediction>,
}

impl Service {
    /// Every observation blocked by one fault.
    fn blocked(by: &str, why: &str) -> Self {
        let blocked = || Observation::blocked(by, why);
        Self {
            starts: blocked(),
            live: blocked(),
            ready: blocked(),
            ready_when_database_down: blocked(),
            live_when_database_down: blocked(),
            recovers: blocked(),
            stops: blocked(),
            healthcheck: blocked(),
            logs: blocked(),
            seconds_to_ready: None,
            set_up_failed: false,
        }
    }

    /// A service that did not start.
    fn not_started(starts: Observation) -> Self {
        Self {
            starts,
            ..Self::blocked(START_CHECK, "the service did not start")
        }
    }

    /// If the service did not start because of a missing import, or its set-up because of what stops the pipeline anyway: all of
    /// it is blocked by that, and so is what follows.
    fn blame(&mut self, missing: &[MissingImport], stopped: Option<(&str, &str)>) -> Option<(String, String)> {
        let evidence = self.starts.evidence.as_deref().filter(|_| !self.starts.holds())?;
        let import = blame::missing_import(evidence, missing);
        let stopped = stopped.filter(|_| self.set_up_failed);
        let (by, why) = import.or_else(|| stopped.map(|(by, why)| (by.to_owned(), why.to_owned())))?;
        *self = Self::blocked(&by, &why);
        Some((by, why))
    }
}

impl Served {
    /// The same for all of it.
    fn all(service: Fact<Service>, scenario: impl Fn() -> Fact<()>) -> Self {
        // What is known of nothing is nothing known: only the ways of not knowing are passed on.
        fn other<T>(fact: Fact<()>) -> Fact<T> {
            match fact {
                Fact::Known(()) => Fact::unavailable("it was not tried"),
                Fact::Blocked { by, why } => Fact::Blocked { by, why },
                Fact::Unavailable { why } => Fact::Unavailable { why },
                Fact::Absent { why } => Fact::Absent { why },
            }
        }
        Self {
            service,
            access: other(scenario()),
            prediction: other(scenario()),
        }
    }

    fn blocked(by: &str, why: &str) -> Self {
        Self::all(Fact::blocked(by, why), || Fact::blocked(by, why))
    }

    fn unavailable(why: &str) -> Self {
        Self::all(Fact::unavailable(why), || Fact::unavailable(why))
    }

    /// Puts the blame on an earlier fault, where there is one; see [`Service::blame`].
    pub(super) fn blame(&mut self, missing: &[MissingImport], stopped: Option<(&str, &str)>) {
        if let Fact::Known(service) = &mut self.service
            && let Some((by, why)) = service.blame(missing, stopped)
        {
            self.access = Fact::blocked(&by, &why);
            self.prediction = Fact::blocked(by, why);
        }
    }
}

/// Starts the service, uses it, and treats it as production does.
pub fn run(bench: &Bench<'_>, image: &Fact<Image>) -> Served {
    let image = match image {
        Fact::Known(image) if image.built => image,
        Fact::Known(_) => return Served::blocked(BUILD_CHECK, "the image could not be built"),
        Fact::Blocked { by, why } => return Served::blocked(by, why),
        Fact::Unavailable { why } | Fact::Absent { why } => return Served::unavailable(why),
    };
    let Some(contract) = bench
        .route
        .contract
        .as_ref()
        .and_then(|contract| contract.service.as_ref())
    else {
        return Served::unavailable(
            "nothing says how to start and use the service; write `service` into .proofolio.yml",
        );
    };
    let mut running = None;
    let service = bench.stage("service", || {
        let (service, started) = start(bench, contract, &image.info)?;
        if started.is_none()
            && let Some(seen) = bench.out_of_time()
        {
            return Ok(seen);
        }
        running = started;
        let detail = match service.seconds_to_ready {
            Some(seconds) => format!("ready after {seconds:.1} s"),
            None => service.starts.answer.clone(),
        };
        Ok(Seen {
            passed: running.is_some() && service.ready.holds(),
            fact: Fact::Known(service),
            cached: false,
            detail,
        })
    });
    let mut service = match service {
        Fact::Known(service) => service,
        Fact::Unavailable { why } => return Served::unavailable(&why),
        _ => return Served::unavailable("the service was not started"),
    };
    let Some(running) = running else {
        return Served::all(Fact::Known(service), || {
            Fact::blocked(START_CHECK, "the service did not start")
        });
    };
    if bench.route.kind == Some(Kind::Pipeline) {
        let prediction = bench.stage("scenarios", || {
            service.healthcheck = drills::healthcheck(&running, &image.info)?;
            let prediction = prediction::try_out(&running, &mut service)?;
            drills::database_drill(&running, &mut service)?;
            service.logs = drills::logs(&running)?;
            Ok(judged(bench, prediction.count(), prediction))
        });
        let access = Fact::Absent {
            why: "it has no accounts".to_owned(),
        };
        return scenario_seen(service, access, prediction);
    }
    if bench.route.kind == Some(Kind::Deploy) {
        let scenario = bench.stage("scenarios", || {
            service.healthcheck = drills::healthcheck(&running, &image.info)?;
            service.stops = drills::stop(&running)?;
            drills::database_drill(&running, &mut service)?;
            service.logs = drills::logs(&running)?;
            let all = [&service.healthcheck, &service.stops, &service.logs];
            let tried = all.iter().filter(|seen| seen.ok.is_some()).count();
            let held = all.iter().filter(|seen| seen.holds()).count();
            Ok(Seen {
                detail: format!("{held} of {tried} drills went as they should"),
                ..judged(bench, (held, tried), ())
            })
        });
        return match scenario {
            Fact::Unavailable { why } => Served::unavailable(&why),
            _ => Served::all(Fact::Known(service), || Fact::Absent {
                why: "a deployment has neither accounts nor predictions of its own".to_owned(),
            }),
        };
    }
    let access = bench.stage("scenarios", || {
        let mut access = access::try_out(&running)?;
        drills::restart(&running, &mut service, &mut access)?;
        drills::database_drill(&running, &mut service)?;
        service.healthcheck = drills::healthcheck(&running, &image.info)?;
        service.logs = drills::logs(&running)?;
        Ok(judged(bench, access.count(), access))
    });
    let prediction = Fact::Absent {
        why: "it makes no predictions".to_owned(),
    };
    scenario_seen(service, access, prediction)
}

/// What a scenario came to, unless some of it was waited for in vain.
fn judged<T>(bench: &Bench<'_>, (held, tried): (usize, usize), fact: T) -> Seen<T> {
    bench.out_of_time().unwrap_or_else(|| Seen {
        passed: held == tried,
        fact: Fact::Known(fact),
        cached: false,
        detail: format!("{held} of {tried} requests answered as they should"),
    })
}

/// Engine trouble on the way: what was not tried must not look like the candidate's fault.
fn scenario_seen(service: Service, access: Fact<Access>, prediction: Fact<Prediction>) -> Served {
    let trouble = match (&access, &prediction) {
        (Fact::Unavailable { why }, _) | (_, Fact::Unavailable { why }) => Some(why.clone()),
        _ => None,
    };
    Served {
        service: match trouble {
            Some(why) => Fact::unavailable(why),
            None => Fact::Known(service),
        },
        access,
        prediction,
    }
}

/// Starts the database, runs the set-up commands, starts the service and waits for it.
fn start<'a>(
    bench: &'a Bench<'a>,
    contract: &'a ServiceContract,
    image: &ImageInfo,
) -> Result<(Service, Option<Running<'a>>), EngineError> {
    let prober_image = bench.ensure_image(&bench.route.python_image, "service")?;
    let port = contract.port.unwrap_or(DEFAULT_PORT);
    let pod = Pod::open(bench.session, &prober_image.id, &["db", "database", "postgres"])?;
    let database = match contract.database {
        Some(_) => Some(Database::start(bench, pod.network(), "service")?),
        None => None,
    };
    let environment = environment(contract, database.as_ref());
    let network = pod.network();
    let mut volumes = Vec::new();
    for folder in &contract.state {
        let volume = bench.session.create_volume("state", Some(&sandbox::state(image)))?;
        volumes.push((volume, folder.path().to_owned()));
    }
    let spec = || {
        let spec = sandbox::service(image, network.clone(), environment.clone());
        sandbox::with_state(spec, &volumes)
    };
    if let Some(database) = &database {
        database.wait(bench)?;
    }
    let set_up = match set_up(bench, contract, spec())? {
        SetUp::Failed(failed) => {
            let service = Service {
                set_up_failed: true,
                ..Service::not_started(failed)
            };
            return Ok((service, None));
        }
        SetUp::Done(holder) => holder,
    };
    let mut service_spec = spec();
    // Signals must reach the image's own process: no init of ours hides what it does with them.
    service_spec.init = false;
    let container = bench.session.create("service", service_spec)?;
    let begun = Instant::now();
    if let Err(error) = bench.engine.start(&container) {
        // The engine reports a command that the image does not hold as its own trouble; it is the image's fault.
        if !error.is_missing_program() {
            return Err(error);
        }
        let starts = Observation::seen(false, "starting the image", "a running process", error.reason);
        return Ok((Service::not_started(starts), None));
    }
    let client = Client::new(pod, port);
    let path = contract.health_path();
    let status = client.wait(path, &|status| status == 200, bench.limit(START_LIMIT), &|| {
        bench.engine.state(&container).is_ok_and(|state| state.running)
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    let log = || {
        bench
            .engine
            .logs(&container, 16 * 1024)
            .map(|log| command::tail(&log, 25))
            .unwrap_or_default()
    };
    let state = bench.engine.state(&container)?;
    let tried = format!("starting the image and asking GET {path} on port {port}");
    if !state.running {
        let code = state
            .exit_code
            .map_or_else(|| "unknown".to_owned(), |code| code.to_string());
        let answer = format!("the process ended with exit code {code}");
        let starts = Observation::seen(false, tried, "an answer", answer).with_evidence(log());
        return Ok((Service::not_started(starts), None));
    }
    let Some(status) = status else {
        let answer = format!("no answer within {} s", START_LIMIT.as_secs());
        let starts = Observation::seen(false, tried, "an answer", answer).with_evidence(log());
        return Ok((Service::not_started(starts), None));
    };
    let mut service = Service::blocked(READY_CHECK, "the service was never ready");
    service.starts = Observation::seen(true, tried, "an answer", status.to_string());
    service.ready = match &contract.ready {
        Some(path) => {
            let seen = Observation::seen(status == 200, format!("GET {path}"), "200", status.to_string());
            if status == 200 { seen } else { seen.with_evidence(log()) }
        }
        None => Observation::unavailable(NO_READINESS),
    };
    service.live = match &contract.live {
        Some(path) => client.observe_get(path, 200)?,
        None => Observation::unavailable(NO_LIVENESS),
    };
    service.seconds_to_ready = (status == 200).then(|| (seconds * 100.0).round() / 100.0);
    let running = Running {
        bench,
        contract,
        client,
        container,
        database,
        set_up,
        environment,
    };
    Ok((service, Some(running)))
}

/// The variables of the service, with the database's address and new secrets.
fn environment(contract: &ServiceContract, database: Option<&Database>) -> BTreeMap<String, String> {
    let fill = Placeholders::default();
    let mut environment: BTreeMap<String, String> = contract
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), fill.text(value)))
        .collect();
    if let (Some(name), Some(database)) = (&contract.database, database) {
        environment.insert(name.clone(), database.url());
    }
    environment
}

/// What came of the set-up commands.
enum SetUp {
    /// One failed.
    Failed(Observation),
    /// All succeeded. Their container, when the service keeps state: memory that nobody uses is gone.
    Done(Option<ContainerId>),
}

/// Runs the set-up commands in a container of the image.
fn set_up(
    bench: &Bench<'_>,
    contract: &ServiceContract,
    mut spec: crate::engine::ContainerSpec,
) -> Result<SetUp, EngineError> {
    if contract.setup.is_empty() && contract.state.is_empty() {
        return Ok(SetUp::Done(None));
    }
    spec.entrypoint = Some(vec!["sleep".to_owned()]);
    spec.command = Some(vec![HOLD_LIMIT.as_secs().to_string()]);
    let container = bench.session.start("setup", spec)?;
    for words in &contract.setup {
        let request = command::request(bench, words, SETUP_LIMIT);
        let outcome = bench
            .engine
            .exec(&container, &request, &mut bench.output_of("service"))?;
        if outcome.exit_code != Some(0) {
            return Ok(SetUp::Failed(command::observation(words, &outcome)));
        }
    }
    if !contract.state.is_empty() {
        return Ok(SetUp::Done(Some(container)));
    }
    bench.session.remove(&EngineObject::Container(container.0))?;
    Ok(SetUp::Done(None))
}
