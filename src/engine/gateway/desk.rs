//! The desk: decides each call and carries it out, with the session's own means, on the project's own objects.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::books::{Books, Grant, normal};
use super::call::Call;
use super::problem::Problem;
use super::{answers, containers, execs, objects};
use crate::engine::session::Session;
use crate::engine::{ContainerState, Engine, EngineError};

/// Most calls of one run.
const MOST_CALLS: u64 = 20_000;
/// Most refused calls that the account keeps.
const MOST_NOTES: usize = 20;

/// What a client is answered.
pub enum Answer {
    /// A status and JSON; nothing where the value is null.
    Plain(u16, Value),
    /// The streams of Docker's framing: 1 for standard output, 2 for standard error.
    Streams(Vec<(u8, Vec<u8>)>),
    /// Success, and JSON that comes later.
    Later(Work),
    /// The connection becomes a command's streams; true when the client's input is wanted.
    Hijack(bool, Work),
}

/// What is still to be done for an answer.
pub enum Work {
    /// Run a prepared command.
    Exec(String),
    /// Wait for a container's end and tell its exit code. True: only an end that is still to come counts.
    Wait(String, bool),
    /// Wait for a container's end and give what it printed.
    Attach(String),
}

/// Publishes ports where clients look for them.
pub trait Publisher: Sync {
    /// Listens at an address for a container's port; returns the port, or why it cannot be had.
    fn publish(&self, listener: u64, host: &str, port: u16, name: &str, target: u16) -> Result<u16, String>;

    /// Listens no longer.
    fn withdraw(&self, listener: u64);
}

/// What was asked of a gateway.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Calls in all.
    pub calls: u64,
    /// Calls that it does not offer, the first twenty.
    pub refused: Vec<String>,
    /// The first failure of the engine behind it.
    pub trouble: Option<EngineError>,
}

/// Decides and carries out.
pub struct Desk<'a> {
    pub(super) session: &'a Session,
    /// The engine's name of the network that every container joins.
    pub(super) network: &'a str,
    /// An image with a `sleep`, for containers that hold a volume or a name.
    pub(super) sleeper: &'a str,
    pub(super) publisher: &'a dyn Publisher,
    books: Mutex<Books>,
    account: Mutex<Account>,
    listeners: AtomicU64,
    closed: AtomicBool,
}

impl<'a> Desk<'a> {
    /// A desk with nothing on it but the images that may be used, by reference.
    pub fn new(
        session: &'a Session,
        network: &'a str,
        sleeper: &'a str,
        publisher: &'a dyn Publisher,
        grants: BTreeMap<String, Grant>,
    ) -> Self {
        let images = grants
            .into_iter()
            .map(|(reference, grant)| (normal(&reference), grant))
            .collect();
        Self {
            session,
            network,
            sleeper,
            publisher,
            books: Mutex::new(Books {
                images,
                ..Books::default()
            }),
            account: Mutex::default(),
            listeners: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        }
    }

    /// Answers a call. What goes wrong is an answer as well.
    pub fn answer(&self, method: &str, target: &str, body: &[u8]) -> Answer {
        let calls = {
            let mut account = self.locked_account();
            account.calls += 1;
            account.calls
        };
        let mut shown = format!("{method} {}", crate::engine::text::one_line(target));
        shown.truncate(shown.char_indices().nth(160).map_or(shown.len(), |(at, _)| at));
        let answered = if calls > MOST_CALLS {
            Err(Problem::refused("so many calls"))
        } else {
            Call::parse(method, target, body).and_then(|call| {
                shown = call.shown();
                self.route(&call)
            })
        };
        answered.unwrap_or_else(|problem| self.tell(&shown, problem))
    }

    /// Does what is left to do for an answer.
    pub fn work(&self, work: &Work, input: &[u8]) -> Answer {
        let done = match work {
            Work::Exec(id) => execs::run(self, id, input),
            Work::Wait(id, later) => containers::wait(self, id, *later),
            Work::Attach(id) => containers::follow(self, id),
        };
        done.unwrap_or_else(|problem| match work {
            Work::Wait(..) => Answer::Plain(200, json!({"StatusCode": 0, "Error": {"Message": problem.message}})),
            // The headers are sent: what went wrong goes where a client shows it.
            _ => {
                let message = format!("{}\n", problem.message).into_bytes();
                self.tell("a command", problem);
                Answer::Streams(vec![(2, message)])
            }
        })
    }

    /// Tells of a call that a client could not even send.
    pub fn refuse(&self, method: &str, target: &str, why: &str) -> Answer {
        let shown = format!("{method} {}", crate::engine::text::one_line(target));
        self.tell(&shown, Problem::refused(why))
    }

    /// Waits end soon from now on.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// What was asked so far.
    pub fn account(&self) -> Account {
        self.locked_account().clone()
    }

    /// The project's containers: names and states.
    pub fn containers(&self) -> Vec<(String, String)> {
        let known: Vec<_> = self.books().containers.values().cloned().collect();
        known
            .into_iter()
            .map(|container| {
                let state = self.state(&container.id.0).unwrap_or_default();
                let status = answers::status(&container, &state);
                let code = state.exit_code.filter(|_| status == "exited");
                let shown = code.map_or_else(|| status.to_owned(), |code| format!("{status} with code {code}"));
                (container.name, shown)
            })
            .collect()
    }

    fn route(&self, call: &Call) -> Result<Answer, Problem> {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match (call.method.as_str(), path.as_slice()) {
            ("GET" | "HEAD", ["_ping"]) => Ok(Answer::Plain(200, Value::Null)),
            ("GET", ["version"]) => Ok(Answer::Plain(200, answers::version())),
            ("GET", ["info"]) => {
                let running = self.containers().iter().filter(|(_, state)| state == "running").count();
                let books = self.books();
                let info = answers::info(
                    books.containers.len(),
                    running.min(books.containers.len()),
                    books.images.len(),
                );
                Ok(Answer::Plain(200, info))
            }
            (_, ["containers", rest @ ..]) => containers::route(self, call, rest),
            (_, ["exec", rest @ ..]) => execs::route(self, call, rest),
            (_, ["images", ..] | ["networks", ..] | ["volumes", ..]) => objects::route(self, call, &path),
            // `docker inspect` looks for a name among these, too.
            (
                "GET",
                [
                    kind @ ("services" | "tasks" | "nodes" | "secrets" | "configs" | "plugins"),
                    name,
                    ..,
                ],
            ) => Err(Problem::missing(kind.trim_end_matches('s'), name)),
            _ => Err(Problem::refused(call.shown())),
        }
    }

    fn tell(&self, shown: &str, problem: Problem) -> Answer {
        let mut account = self.locked_account();
        if problem.refused && account.refused.len() < MOST_NOTES {
            let note = format!("{shown}: {}", problem.message);
            if !account.refused.contains(&note) {
                account.refused.push(note);
            }
        }
        if let Some(trouble) = problem.trouble {
            account.trouble.get_or_insert(trouble);
        }
        Answer::Plain(problem.status, json!({"message": problem.message}))
    }

    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn locked_account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn engine(&self) -> &dyn Engine {
        self.session.engine()
    }

    pub(super) fn next_listener(&self) -> u64 {
        self.listeners.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The state of a container of the books, with its end noted.
    pub(super) fn state(&self, id: &str) -> Result<ContainerState, Problem> {
        let state = self.engine().state(&crate::engine::ContainerId(id.to_owned()))?;
        if !state.running
            && let Some(container) = self.books().containers.get_mut(id)
            && container.started.is_some()
        {
            container.ended.get_or_insert_with(SystemTime::now);
        }
        Ok(state)
    }
}

/// How often a wait looks whether it has become needless.
pub(super) const GLANCE: Duration = Duration::from_millis(500);
