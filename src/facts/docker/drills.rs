//! What production does to a service: it is restarted, loses its database, is asked whether it is healthy, and is read.

use std::time::{Duration, Instant};

use super::access::Access;
use super::command;
use super::running::Running;
use super::service::{NO_LIVENESS, NO_READINESS, START_LIMIT, Service};
use crate::contract::Kind;
use crate::engine::{EngineError, ImageInfo};
use crate::facts::Observation;

/// How long readiness may take to notice that the database went away or came back.
const NOTICE_LIMIT: Duration = Duration::from_secs(10);
/// How long a service may take to end after SIGTERM: what most platforms grant at least.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// Wall limit of a health check.
const HEALTHCHECK_LIMIT: Duration = Duration::from_secs(15);
/// Most bytes of its log that are read.
const LOG_LIMIT: usize = 256 * 1024;

/// SIGTERM, a new start, and a look whether the data is still there.
pub(super) fn restart(running: &Running<'_>, service: &mut Service, access: &mut Access) -> Result<(), EngineError> {
    let bench = running.bench;
    service.stops = stop(running)?;
    bench.engine.start(&running.container)?;
    let path = running.contract.health_path();
    running
        .client
        .wait(path, &|status| status == 200, bench.limit(START_LIMIT), &|| true)?;
    access.after_restart(running)
}

/// SIGTERM. The service has ended afterwards, one way or the other.
pub(super) fn stop(running: &Running<'_>) -> Result<Observation, EngineError> {
    let bench = running.bench;
    let begun = Instant::now();
    bench.engine.signal(&running.container, "SIGTERM")?;
    let ended = bench.engine.wait(&running.container, STOP_LIMIT)?;
    let seconds = begun.elapsed().as_secs_f64();
    let expected = format!("exit code 0 or 143 within {} s", STOP_LIMIT.as_secs());
    Ok(match ended {
        Some(code) => {
            let answer = format!("exit code {code} after {seconds:.1} s");
            Observation::seen(matches!(code, 0 | 143), "SIGTERM", expected, answer)
        }
        None => {
            kill(running)?;
            Observation::seen(false, "SIGTERM", expected, "no end, so it was killed")
        }
    })
}

/// SIGKILL, and its end.
pub(super) fn kill(running: &Running<'_>) -> Result<(), EngineError> {
    let bench = running.bench;
    bench.engine.signal(&running.container, "SIGKILL")?;
    bench.engine.wait(&running.container, STOP_LIMIT).map(|_| ())
}

/// The database goes away and comes back.
pub(super) fn database_drill(running: &Running<'_>, service: &mut Service) -> Result<(), EngineError> {
    let Some(database) = &running.database else {
        // An API keeps its data in a database; one that names none keeps silent about it. The other kinds need none.
        let api = matches!(running.bench.route.kind, None | Some(Kind::Api));
        let untried = || match api {
            true => {
                Observation::unavailable("the contract names no database: write `service.database` in .proofolio.yml")
            }
            false => Observation::absent("it uses no database"),
        };
        service.ready_when_database_down = untried();
        service.live_when_database_down = untried();
        service.recovers = untried();
        return Ok(());
    };
    let limit = NOTICE_LIMIT.as_secs();
    let Some(ready) = running.contract.ready.as_deref() else {
        let untried = || Observation::unavailable(NO_READINESS);
        service.ready_when_database_down = untried();
        service.live_when_database_down = untried();
        service.recovers = untried();
        return Ok(());
    };
    database.stop(running.bench)?;
    let seen = running
        .client
        .wait(ready, &|status| status != 200, NOTICE_LIMIT, &|| true)?;
    let red = seen.is_some_and(|status| status != 200);
    let answer = seen.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    // A readiness check that hangs without an answer keeps traffic away as well.
    service.ready_when_database_down = Observation::seen(
        red || seen.is_none(),
        format!("GET {ready} for {limit} s after PostgreSQL was stopped"),
        "503",
        answer,
    );
    service.live_when_database_down = match &running.contract.live {
        Some(path) => running.client.observe_get(path, 200)?,
        None => Observation::unavailable(NO_LIVENESS),
    };
    database.start_again(running.bench)?;
    let seen = running
        .client
        .wait(ready, &|status| status == 200, NOTICE_LIMIT, &|| true)?;
    service.recovers = Observation::seen(
        seen == Some(200),
        format!("GET {ready} for {limit} s after PostgreSQL was back"),
        "200",
        seen.map_or_else(|| "no answer".to_owned(), |status| status.to_string()),
    );
    Ok(())
}

/// Runs the image's health check once, inside the running container, rather than wait for its interval.
pub(super) fn healthcheck(running: &Running<'_>, image: &ImageInfo) -> Result<Observation, EngineError> {
    let Some(test) = &image.healthcheck else {
        return Ok(Observation::absent("the image has no HEALTHCHECK"));
    };
    let words: Vec<String> = match test.split_first() {
        Some((kind, rest)) if kind == "CMD-SHELL" => ["/bin/sh", "-c"]
            .into_iter()
            .map(str::to_owned)
            .chain(rest.iter().cloned())
            .collect(),
        Some((_, rest)) => rest.to_vec(),
        None => return Ok(Observation::absent("the image has no HEALTHCHECK")),
    };
    let request = command::request(running.bench, &words, HEALTHCHECK_LIMIT);
    let outcome = running.bench.engine.exec(&running.container, &request, &mut |_| {})?;
    Ok(command::observation(&words, &outcome))
}

/// Looks whether every line of the log is a JSON object.
pub(super) fn logs(running: &Running<'_>) -> Result<Observation, EngineError> {
    let log = running.bench.engine.logs(&running.container, LOG_LIMIT)?;
    // The first line of a log that was cut may be half a line.
    let skipped = usize::from(log.len() >= LOG_LIMIT);
    let lines: Vec<&str> = log
        .lines()
        .skip(skipped)
        .filter(|line| !line.trim().is_empty())
        .collect();
    let plain: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line.trim()).is_err())
        .collect();
    let answer = match (lines.len(), plain.len()) {
        (0, _) => "the service logged nothing, not even its requests".to_owned(),
        (all, 0) => format!("{all} lines, all JSON"),
        (all, plain) => format!("{plain} of {all} log lines are not JSON objects"),
    };
    let ok = !lines.is_empty() && plain.is_empty();
    let evidence = plain.into_iter().take(5).collect::<Vec<_>>().join("\n");
    Ok(Observation::seen(ok, "reading the log", "one JSON object per line", answer).with_evidence(evidence))
}
