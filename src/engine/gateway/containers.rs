//! Containers of the project: made under a profile of ours, started, stopped, looked at and removed.

use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use super::answers;
use super::asked::Place;
use super::books::Container;
use super::call::Call;
use super::desk::{Answer, Desk, GLANCE, Work};
use super::problem::Problem;
use super::{execs, making, objects};
use crate::engine::{ContainerId, EngineObject};

/// How long a container that names nothing may take to stop.
const STOP: u64 = 10;
/// The longest that any may take.
const LONGEST_STOP: u64 = 60;
/// The longest wait for a container's end.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// Most of a log that is read, in bytes.
const LOG: usize = 256 * 1024;

pub(super) fn route(desk: &Desk<'_>, call: &Call, path: &[&str]) -> Result<Answer, Problem> {
    match (call.method.as_str(), path) {
        ("GET", ["json"]) => list(desk, call),
        ("POST", ["create"]) => making::create(desk, call),
        (_, [name, rest @ ..]) => {
            let container = desk.books().container(name)?.clone();
            match (call.method.as_str(), rest) {
                ("GET", ["json"]) => {
                    let state = desk.state(&container.id.0)?;
                    let container = desk.books().container(&container.id.0)?.clone();
                    Ok(Answer::Plain(200, answers::container(&container, &state)))
                }
                ("POST", ["start"]) => start(desk, &container),
                ("POST", ["stop"]) => stop(desk, call, &container),
                ("POST", ["restart"]) => {
                    stop(desk, call, &container)?;
                    start(desk, &container)
                }
                ("POST", ["kill"]) => kill(desk, call, &container),
                ("POST", ["wait"]) => {
                    let later = matches!(call.query("condition"), "next-exit" | "removed");
                    Ok(Answer::Later(Work::Wait(container.id.0, later)))
                }
                ("POST", ["attach"]) if !call.flag("stdin") => Ok(Answer::Hijack(false, Work::Attach(container.id.0))),
                ("GET", ["logs"]) => logs(desk, call, &container),
                ("POST", ["exec"]) => execs::create(desk, call, &container),
                ("POST", ["update"]) => update(desk, call, &container),
                ("POST", ["resize"]) => Ok(Answer::Plain(200, Value::Null)),
                ("DELETE", []) => {
                    if !call.flag("force") && desk.state(&container.id.0)?.running {
                        return Err(Problem::conflict(format!(
                            "cannot remove container \"/{}\": container is running",
                            container.name
                        )));
                    }
                    remove(desk, &container)?;
                    Ok(Answer::Plain(204, Value::Null))
                }
                _ => Err(Problem::refused(call.shown())),
            }
        }
        _ => Err(Problem::refused(call.shown())),
    }
}

fn list(desk: &Desk<'_>, call: &Call) -> Result<Answer, Problem> {
    let filters = objects::filters(
        call,
        &["name", "id", "label", "status", "health", "network", "ancestor"],
    )?;
    let mut known: Vec<Container> = desk.books().containers.values().cloned().collect();
    known.sort_by_key(|container| std::cmp::Reverse(container.created));
    let mut shown = Vec::new();
    for container in known {
        let Ok(state) = desk.state(&container.id.0) else {
            continue;
        };
        let status = answers::status(&container, &state);
        let all = call.flag("all") || filters.contains_key("status");
        let fits = filters.iter().all(|(key, values)| {
            values.iter().any(|value| match key.as_str() {
                "name" => alike(&container.name, value),
                "id" => container.id.0.starts_with(value),
                "label" => objects::has_label(&container.asked.labels, value),
                "status" => status == value,
                "health" => state.health.as_deref().unwrap_or("none") == value,
                "network" => matches!(&container.asked.place, Place::Named(name) if name == value),
                _ => container.asked.image == *value || container.grant.info.id == *value,
            })
        });
        if (all || state.running) && fits {
            shown.push(answers::listed(&container, &state));
        }
    }
    Ok(Answer::Plain(200, Value::Array(shown)))
}

/// The engine takes a pattern; of its signs only the anchors are in use.
fn alike(name: &str, pattern: &str) -> bool {
    let (start, pattern) = match pattern.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let (end, pattern) = match pattern.strip_suffix('$') {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let pattern = pattern.strip_prefix('/').unwrap_or(pattern);
    match (start, end) {
        (true, true) => name == pattern,
        (true, false) => name.starts_with(pattern),
        (false, true) => name.ends_with(pattern),
        (false, false) => name.contains(pattern),
    }
}

fn start(desk: &Desk<'_>, container: &Container) -> Result<Answer, Problem> {
    if desk.state(&container.id.0)?.running {
        return Ok(Answer::Plain(304, Value::Null));
    }
    if let Err(error) = desk.engine().start(&container.id) {
        // The image lacks the program: what an engine tells whoever asked, and no trouble of ours.
        if error.is_missing_program() {
            return Err(Problem::invalid(error.reason));
        }
        return Err(error.into());
    }
    {
        let mut books = desk.books();
        if let Some(known) = books.containers.get_mut(&container.id.0) {
            (known.started, known.ended) = (Some(SystemTime::now()), None);
        }
    }
    for (index, port) in container.published.iter().enumerate() {
        let listener = desk.next_listener();
        match desk
            .publisher
            .publish(listener, &port.host, port.port, &container.host, port.container)
        {
            Ok(number) => {
                if let Some(known) = desk.books().containers.get_mut(&container.id.0) {
                    known.published[index].listener = Some(listener);
                    known.published[index].port = number;
                }
            }
            Err(why) => {
                end(desk, &container.id, 0, "SIGKILL")?;
                withdraw(desk, &container.id.0);
                return Err(Problem::of(
                    500,
                    format!(
                        "driver failed programming external connectivity on endpoint {}: {why}",
                        container.name
                    ),
                ));
            }
        }
    }
    Ok(Answer::Plain(204, Value::Null))
}

/// Closes the listeners of a container.
fn withdraw(desk: &Desk<'_>, id: &str) {
    let mut listeners = Vec::new();
    if let Some(container) = desk.books().containers.get_mut(id) {
        listeners.extend(container.published.iter_mut().filter_map(|port| port.listener.take()));
    }
    for listener in listeners {
        desk.publisher.withdraw(listener);
    }
}

/// Sends a signal and waits; kills what is still there when the time is up.
fn end(desk: &Desk<'_>, id: &ContainerId, seconds: u64, signal: &str) -> Result<(), Problem> {
    desk.engine().signal(id, signal)?;
    let patience = Instant::now() + Duration::from_secs(seconds);
    while desk.engine().wait(id, GLANCE)?.is_none() {
        if Instant::now() >= patience || desk.is_closed() {
            desk.engine().signal(id, "SIGKILL")?;
            desk.engine().wait(id, Duration::from_secs(10))?;
            break;
        }
    }
    desk.state(&id.0)?;
    Ok(())
}

fn stop(desk: &Desk<'_>, call: &Call, container: &Container) -> Result<Answer, Problem> {
    if !desk.state(&container.id.0)?.running {
        return Ok(Answer::Plain(304, Value::Null));
    }
    let asked = &container.asked;
    let seconds = call
        .query("t")
        .parse()
        .ok()
        .or(asked.stop_timeout)
        .unwrap_or(STOP)
        .min(LONGEST_STOP);
    let signal = Some(call.query("signal"))
        .filter(|signal| !signal.is_empty())
        .or(asked.stop_signal.as_deref())
        .or(container.grant.info.stop_signal.as_deref())
        .unwrap_or("SIGTERM");
    end(desk, &container.id, seconds, &signal_name(signal)?)?;
    withdraw(desk, &container.id.0);
    remove_when_asked(desk, container)?;
    Ok(Answer::Plain(204, Value::Null))
}

fn kill(desk: &Desk<'_>, call: &Call, container: &Container) -> Result<Answer, Problem> {
    if !desk.state(&container.id.0)?.running {
        return Err(Problem::conflict(format!(
            "container {} is not running",
            container.name
        )));
    }
    let signal = match call.query("signal") {
        "" => "SIGKILL".to_owned(),
        signal => signal_name(signal)?,
    };
    desk.engine().signal(&container.id, &signal)?;
    if signal == "SIGKILL" {
        desk.engine().wait(&container.id, Duration::from_secs(10))?;
        withdraw(desk, &container.id.0);
        remove_when_asked(desk, container)?;
    }
    Ok(Answer::Plain(204, Value::Null))
}

fn signal_name(signal: &str) -> Result<String, Problem> {
    let plain = signal.strip_prefix("SIG").unwrap_or(signal);
    let fine = (1..=8).contains(&plain.len())
        && plain
            .chars()
            .all(|mark| mark.is_ascii_uppercase() || mark.is_ascii_digit());
    if !fine {
        return Err(Problem::invalid(format!("Invalid signal: {signal}")));
    }
    Ok(if plain.starts_with(|first: char| first.is_ascii_digit()) {
        plain.to_owned()
    } else {
        format!("SIG{plain}")
    })
}

fn remove_when_asked(desk: &Desk<'_>, container: &Container) -> Result<(), Problem> {
    if container.asked.auto_remove {
        remove(desk, container)?;
    }
    Ok(())
}

fn remove(desk: &Desk<'_>, container: &Container) -> Result<(), Problem> {
    withdraw(desk, &container.id.0);
    for id in container.decoy.iter().chain([&container.id]) {
        desk.session.remove(&EngineObject::Container(id.0.clone()))?;
    }
    desk.books().containers.remove(&container.id.0);
    Ok(())
}

/// The exit code of a container, when it has ended.
fn ended(desk: &Desk<'_>, id: &str, later: bool) -> Result<Option<i64>, Problem> {
    let started = desk.books().container(id)?.started.is_some();
    if !started && later {
        std::thread::sleep(Duration::from_millis(20));
        return Ok(None);
    }
    if !started {
        return Ok(Some(0));
    }
    Ok(desk.engine().wait(&ContainerId(id.to_owned()), GLANCE)?)
}

pub(super) fn wait(desk: &Desk<'_>, id: &str, later: bool) -> Result<Answer, Problem> {
    let patience = Instant::now() + LONGEST_WAIT;
    while !desk.is_closed() && Instant::now() < patience {
        if let Some(code) = ended(desk, id, later)? {
            withdraw(desk, id);
            let container = desk.books().container(id)?.clone();
            if container.asked.auto_remove {
                // Whoever is attached reads the last lines first.
                std::thread::sleep(GLANCE);
                remove(desk, &container)?;
            }
            return Ok(Answer::Plain(200, json!({"StatusCode": code})));
        }
    }
    Err(Problem::conflict("the container did not end"))
}

/// What a container prints until it ends.
pub(super) fn follow(desk: &Desk<'_>, id: &str) -> Result<Answer, Problem> {
    let patience = Instant::now() + LONGEST_WAIT;
    while !desk.is_closed() && Instant::now() < patience && ended(desk, id, true)?.is_none() {}
    let log = desk.engine().logs(&ContainerId(id.to_owned()), LOG)?;
    Ok(Answer::Streams(vec![(1, log.into_bytes())]))
}

fn logs(desk: &Desk<'_>, call: &Call, container: &Container) -> Result<Answer, Problem> {
    if call.flag("follow") {
        return Err(Problem::refused("following a log; read it without --follow"));
    }
    let log = desk.engine().logs(&container.id, LOG)?;
    let lines: Vec<&str> = log.lines().collect();
    let tail = call.query("tail").parse().unwrap_or(lines.len());
    let mut text = lines[lines.len().saturating_sub(tail)..].join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    Ok(Answer::Streams(vec![(1, text.into_bytes())]))
}

/// `docker update --restart`: a note in the books.
fn update(desk: &Desk<'_>, call: &Call, container: &Container) -> Result<Answer, Problem> {
    let policy = call
        .body
        .get("RestartPolicy")
        .and_then(|policy| policy.get("Name"))
        .and_then(Value::as_str);
    let Some(policy) = policy.filter(|policy| !policy.is_empty()) else {
        return Err(Problem::refused("changing the limits of a container"));
    };
    if let Some(known) = desk.books().containers.get_mut(&container.id.0) {
        policy.clone_into(&mut known.asked.restart);
    }
    Ok(Answer::Plain(200, json!({"Warnings": []})))
}
