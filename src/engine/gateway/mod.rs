//! A Docker API that reaches nothing but the containers of this run, for code of strangers that deploys.
//!
//! A *front* of ours listens where the project's commands expect an engine, in a network without a way out, and passes each
//! call on as a line of JSON. The [`desk::Desk`] decides: it knows the project's own objects alone, and carries a call out by
//! making and using objects of the session under our own profiles. No request ever goes to the real engine as it came, and
//! no socket of it is mounted anywhere.

mod answers;
mod asked;
mod books;
mod call;
mod containers;
pub mod desk;
mod execs;
mod making;
mod objects;
mod problem;
mod reader;
pub mod runner;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Scope;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

pub use self::books::Grant;
use self::desk::{Account, Answer, Desk, Publisher, Work};
use super::session::Session;
use super::{ContainerId, EngineError, EngineObject, LineReceiver, LineSender, Network, Operation, sandbox};

/// The program that listens.
const PROGRAM: &str = include_str!("front.py");
/// The longest line of it: a body of a megabyte in base64, with room to spare.
const LINE_LIMIT: usize = 4 << 20;
/// It beats every two seconds, so a longer silence is its end.
const SILENCE: Duration = Duration::from_secs(60);
/// How long it may take to publish a port.
const PUBLISHING: Duration = Duration::from_secs(20);
/// Most calls at once.
const AT_ONCE: usize = 48;

/// An open gateway.
pub struct Gateway<'a> {
    front: ContainerId,
    desk: &'a Desk<'a>,
    line: &'a Line,
}

impl Gateway<'_> {
    /// Opens a gateway for the time that `work` needs. `image` has a python3 and a `sleep`; `grants` are the images that may
    /// be used, by reference.
    ///
    /// # Errors
    ///
    /// When the engine cannot make the network or the front, or when `work` fails.
    pub fn open<T>(
        session: &Session,
        image: &str,
        grants: BTreeMap<String, Grant>,
        work: impl FnOnce(&Gateway<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let network = session.create_network("deployment")?;
        let front = session.create("front", sandbox::front(image, PROGRAM, &network))?;
        let (sender, receiver) = session.engine().attach(&front)?.split();
        session.engine().start(&front)?;
        let line = Line::new(sender);
        let desk = Desk::new(session, &network, image, &line, grants);
        std::thread::scope(|scope| {
            let (ready, heard) = channel();
            let closing = Closing {
                session,
                gateway: Gateway {
                    front,
                    desk: &desk,
                    line: &line,
                },
            };
            scope.spawn(|| serve(scope, receiver, &desk, &line, ready));
            let result = match heard.recv_timeout(SILENCE) {
                Ok(()) => work(&closing.gateway),
                Err(_) => Err(silent("it never said that it is there")),
            };
            closing.close().and(result)
        })
    }

    /// The front's network, for a container that uses the gateway: the API is at `tcp://127.0.0.1:2375` in it.
    pub fn network(&self) -> Network {
        Network::Container(self.front.clone())
    }

    /// What was asked so far; an error when the engine, or the front, failed on the way.
    pub fn account(&self) -> Result<Account, EngineError> {
        if let Some(why) = self.line.broken() {
            return Err(why);
        }
        let account = self.desk.account();
        match account.trouble {
            Some(trouble) => Err(trouble),
            None => Ok(account),
        }
    }

    /// The project's containers: names and states.
    pub fn containers(&self) -> Vec<(String, String)> {
        self.desk.containers()
    }
}

/// Closes a gateway, also when the work with it panics: its threads would be waited for without end.
struct Closing<'a> {
    session: &'a Session,
    gateway: Gateway<'a>,
}

impl Closing<'_> {
    fn close(&self) -> Result<(), EngineError> {
        self.gateway.desk.close();
        self.gateway.line.closing.store(true, Ordering::SeqCst);
        // With it go its line and, after what they are at, the threads that serve it.
        self.session
            .remove(&EngineObject::Container(self.gateway.front.0.clone()))
    }
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        // Closing twice is no error; whoever cares for errors has closed it.
        drop(self.close());
    }
}

fn silent(why: &str) -> EngineError {
    EngineError::new(Operation::Attach, "the gateway's front", why)
}

/// What the front says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    call: Option<u64>,
    method: String,
    target: String,
    body: String,
    problem: Option<String>,
    go: Option<u64>,
    input: String,
    listening: Option<u64>,
    port: u16,
}

/// Our half of the conversation with the front.
struct Line {
    sender: Mutex<Box<dyn LineSender>>,
    publishing: Mutex<HashMap<u64, Sender<Result<u16, String>>>>,
    broken: Mutex<Option<EngineError>>,
    closing: AtomicBool,
    at_work: AtomicUsize,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Line {
    fn new(sender: Box<dyn LineSender>) -> Self {
        Self {
            sender: Mutex::new(sender),
            publishing: Mutex::default(),
            broken: Mutex::default(),
            closing: AtomicBool::new(false),
            at_work: AtomicUsize::new(0),
        }
    }

    fn say(&self, value: &Value) {
        if let Err(error) = locked(&self.sender).send_line(&value.to_string()) {
            self.breaks(error);
        }
    }

    fn breaks(&self, error: EngineError) {
        if !self.closing.load(Ordering::SeqCst) {
            locked(&self.broken).get_or_insert(error);
        }
    }

    fn broken(&self) -> Option<EngineError> {
        locked(&self.broken).clone()
    }
}

impl Publisher for Line {
    fn publish(&self, listener: u64, host: &str, port: u16, name: &str, target: u16) -> Result<u16, String> {
        let (sender, answer): (_, Receiver<Result<u16, String>>) = channel();
        locked(&self.publishing).insert(listener, sender);
        self.say(&json!({"listen": listener, "host": host, "port": port, "name": name, "target": target}));
        let answer = answer.recv_timeout(PUBLISHING);
        locked(&self.publishing).remove(&listener);
        answer.unwrap_or_else(|_| Err("nobody answers there".to_owned()))
    }

    fn withdraw(&self, listener: u64) {
        self.say(&json!({"close": listener}));
    }
}

/// Hears what the front says until it ends, each call on a thread of its own.
fn serve<'s, 'e>(
    scope: &'s Scope<'s, 'e>,
    mut receiver: Box<dyn LineReceiver>,
    desk: &'e Desk<'e>,
    line: &'e Line,
    ready: Sender<()>,
) {
    let waiting: Arc<Mutex<HashMap<u64, Work>>> = Arc::default();
    loop {
        let said = match receiver.receive_line(SILENCE, LINE_LIMIT) {
            Ok(Some(text)) => match serde_json::from_str::<Said>(&text) {
                Ok(said) => said,
                Err(error) => return line.breaks(silent(&error.to_string())),
            },
            Ok(None) => return line.breaks(silent("it ended")),
            Err(error) => return line.breaks(error),
        };
        let _ = ready.send(());
        if let Some(listener) = said.listening {
            if let Some(publisher) = locked(&line.publishing).get(&listener) {
                let _ = publisher.send(said.problem.map_or(Ok(said.port), Err));
            }
            continue;
        }
        let Some(number) = said.call.or(said.go) else { continue };
        if line.at_work.load(Ordering::SeqCst) >= AT_ONCE {
            line.say(&json!({"answer": number, "status": 503, "body": "{\"message\": \"too many calls at once\"}", "streams": []}));
            continue;
        }
        line.at_work.fetch_add(1, Ordering::SeqCst);
        let waiting = Arc::clone(&waiting);
        scope.spawn(move || {
            answer(number, &said, desk, line, &waiting);
            line.at_work.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Answers one line of the front.
fn answer(number: u64, said: &Said, desk: &Desk<'_>, line: &Line, waiting: &Mutex<HashMap<u64, Work>>) {
    if said.go.is_some() {
        let Some(work) = locked(waiting).remove(&number) else {
            return;
        };
        let done = match &said.problem {
            Some(problem) => desk.refuse("POST", "/exec/start", problem),
            None => desk.work(&work, &STANDARD.decode(&said.input).unwrap_or_default()),
        };
        let streams = match done {
            Answer::Streams(streams) => streams,
            Answer::Plain(_, value) => vec![(2, format!("{value}\n").into_bytes())],
            Answer::Later(_) | Answer::Hijack(..) => Vec::new(),
        };
        return line.say(&json!({"answer": number, "streams": framed(&streams)}));
    }
    let first = match (&said.problem, STANDARD.decode(&said.body)) {
        (Some(problem), _) => desk.refuse(&said.method, &said.target, problem),
        (None, Ok(body)) => desk.answer(&said.method, &said.target, &body),
        (None, Err(_)) => desk.refuse(&said.method, &said.target, "its body cannot be read"),
    };
    match first {
        Answer::Plain(status, value) => line.say(&json!({"answer": number, "status": status, "body": text(&value)})),
        Answer::Streams(streams) => {
            line.say(&json!({"answer": number, "status": 200, "streams": framed(&streams)}));
        }
        Answer::Hijack(input, work) => {
            locked(waiting).insert(number, work);
            line.say(&json!({"answer": number, "hijack": true, "input": input}));
        }
        Answer::Later(work) => {
            line.say(&json!({"answer": number, "status": 200, "later": true}));
            if let Answer::Plain(_, value) = desk.work(&work, &[]) {
                line.say(&json!({"answer": number, "body": text(&value)}));
            }
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        value => format!("{value}\n"),
    }
}

fn framed(streams: &[(u8, Vec<u8>)]) -> Value {
    let pairs = streams.iter().filter(|(_, bytes)| !bytes.is_empty());
    pairs
        .map(|(stream, bytes)| json!([stream, STANDARD.encode(bytes)]))
        .collect()
}
