//! Commands in containers of the project, and what came of them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::books::{Container, Exec, identifier};
use super::call::Call;
use super::desk::{Answer, Desk, Work};
use super::problem::Problem;
use crate::engine::{ContainerId, ExecRequest, Stdin};

/// Wall limit of a command; its container goes with it.
const LIMIT: Duration = Duration::from_secs(120);
/// Most that is kept of each stream, in bytes.
const OUTPUT: usize = 512 * 1024;
/// Most commands that are remembered.
const MOST: usize = 500;

/// Prepares a command.
pub(super) fn create(desk: &Desk<'_>, call: &Call, container: &Container) -> Result<Answer, Problem> {
    let body = &call.body;
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
    let text = |name: &str| {
        let value = body.get(name).and_then(Value::as_str).unwrap_or_default();
        Some(value.to_owned()).filter(|value| !value.is_empty())
    };
    let list = |name: &str| -> Result<Vec<String>, Problem> {
        let items = body.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        items
            .iter()
            .map(|item| item.as_str().filter(|word| !word.contains('\0')).map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or_else(|| Problem::invalid(format!("{name} is no list of words")))
    };
    for name in ["Privileged", "Tty"] {
        if flag(name) {
            return Err(Problem::refused(format!("a command with {name}")));
        }
    }
    let command = list("Cmd")?;
    if command.is_empty() {
        return Err(Problem::invalid("No exec command specified"));
    }
    let mut environment = BTreeMap::new();
    for pair in list("Env")? {
        let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
        environment.insert(name.to_owned(), value.to_owned());
    }
    if !desk.state(&container.id.0)?.running {
        return Err(Problem::conflict(format!(
            "container {} is not running",
            container.name
        )));
    }
    let id = identifier();
    let mut books = desk.books();
    if books.execs.len() >= MOST {
        let old = books
            .execs
            .iter()
            .find(|(_, exec)| !exec.running)
            .map(|(id, _)| id.clone());
        old.map(|old| books.execs.remove(&old));
    }
    books.execs.insert(
        id.clone(),
        Exec {
            container: container.id.0.clone(),
            command,
            environment,
            user: text("User"),
            working_directory: text("WorkingDir"),
            stdin: flag("AttachStdin"),
            running: false,
            exit_code: None,
        },
    );
    Ok(Answer::Plain(201, json!({"Id": id})))
}

pub(super) fn route(desk: &Desk<'_>, call: &Call, path: &[&str]) -> Result<Answer, Problem> {
    let (id, verb) = match path {
        [id, verb] => (*id, *verb),
        _ => return Err(Problem::refused(call.shown())),
    };
    let mut books = desk.books();
    let exec = books
        .execs
        .get_mut(id)
        .ok_or_else(|| Problem::missing("exec instance", id))?;
    match (call.method.as_str(), verb) {
        ("GET", "json") => Ok(Answer::Plain(
            200,
            json!({
                "ID": id, "Running": exec.running, "ExitCode": exec.exit_code, "Pid": 1, "CanRemove": false,
                "OpenStdin": exec.stdin, "OpenStdout": true, "OpenStderr": true,
                "ContainerID": exec.container, "DetachKeys": "",
                "ProcessConfig": {
                    "tty": false, "privileged": false, "entrypoint": exec.command.first(),
                    "arguments": exec.command.get(1..),
                },
            }),
        )),
        ("POST", "start") if exec.running || exec.exit_code.is_some() => {
            Err(Problem::conflict(format!("exec {id} was started before")))
        }
        ("POST", "start") if call.body.get("Detach").and_then(Value::as_bool) == Some(true) => {
            Err(Problem::refused("a command that nobody waits for"))
        }
        ("POST", "start") => {
            exec.running = true;
            Ok(Answer::Hijack(exec.stdin, Work::Exec(id.to_owned())))
        }
        ("POST", "resize") => Ok(Answer::Plain(200, Value::Null)),
        _ => Err(Problem::refused(call.shown())),
    }
}

/// Runs a prepared command to its end.
pub(super) fn run(desk: &Desk<'_>, id: &str, input: &[u8]) -> Result<Answer, Problem> {
    let exec = {
        let books = desk.books();
        books
            .execs
            .get(id)
            .ok_or_else(|| Problem::missing("exec instance", id))?
            .clone()
    };
    let container = ContainerId(exec.container.clone());
    let request = ExecRequest {
        command: exec.command,
        environment: exec.environment,
        user: exec.user,
        working_directory: exec.working_directory,
        stdin: if exec.stdin { Stdin::Bytes(input) } else { Stdin::Empty },
        timeout: LIMIT,
        output_limit: OUTPUT,
    };
    let outcome = desk.engine().exec(&container, &request, &mut |_| {});
    let code = outcome
        .as_ref()
        .ok()
        .and_then(|outcome| outcome.exit_code)
        .unwrap_or(137);
    if let Some(exec) = desk.books().execs.get_mut(id) {
        (exec.running, exec.exit_code) = (false, Some(code));
    }
    match outcome {
        Ok(outcome) => Ok(Answer::Streams(vec![(1, outcome.stdout), (2, outcome.stderr)])),
        // It may have ended, or have been removed, meanwhile: that is no trouble of the engine's.
        Err(error)
            if !error.unreachable
                && !error.interrupted
                && !desk.state(&container.0).is_ok_and(|state| state.running) =>
        {
            Err(Problem::conflict(error.reason))
        }
        Err(error) => Err(error.into()),
    }
}
