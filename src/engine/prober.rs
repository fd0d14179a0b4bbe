//! Questions to a service, asked from inside its network.
//!
//! The answers come from a service that may be hostile, through a program of ours that it cannot touch: it shares the network
//! with the prober and nothing else. Sizes and times are bounded on both sides.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::text::one_line;
use super::{Attachment, EngineError, Operation};

/// The program that asks.
pub(super) const PROGRAM: &str = include_str!("prober.py");
/// The longest answer of the program: a body of a megabyte in base64, and a hundred long headers, escaped.
const ANSWER_LIMIT: usize = 8 << 20;
/// How much later than its own limit an answer may come.
const GRACE: Duration = Duration::from_secs(10);

/// A request to a service in the pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Name or address in the pod; usually `127.0.0.1`.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Path with query, as it is sent.
    pub path: String,
    /// Headers; `Content-Length` and `Host` are added unless given.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// Limit of the whole exchange.
    pub timeout: Duration,
}

impl HttpRequest {
    /// A request to a port on the pod's loopback, without a body, with ten seconds of patience.
    pub fn new(method: &str, port: u16, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            host: "127.0.0.1".to_owned(),
            port,
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout: Duration::from_secs(10),
        }
    }

    /// A `GET`.
    pub fn get(port: u16, path: &str) -> Self {
        Self::new("GET", port, path)
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends this as JSON.
    pub fn json(mut self, value: &serde_json::Value) -> Self {
        self.body = value.to_string().into_bytes();
        self.header("Content-Type", "application/json")
    }

    /// Sets the limit of the whole exchange.
    pub fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

/// What a service answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// Status code.
    pub status: u16,
    /// Headers in the order sent; untrusted text.
    pub headers: Vec<(String, String)>,
    /// Body, at most a megabyte of it; untrusted bytes.
    pub body: Vec<u8>,
    /// True when the body was longer.
    pub truncated: bool,
    /// How long the exchange took, inside the pod.
    pub took: Duration,
}

impl HttpAnswer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let same = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers.iter().find(same).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, if it is that.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Why a service gave no answer: its own fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeFailure {
    /// Nothing, or not all, came in time.
    TimedOut,
    /// Nothing listens there.
    Refused,
    /// The connection broke, or what came is no HTTP. In words that are safe to show.
    Broken(String),
}

impl fmt::Display for ProbeFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => formatter.write_str("no answer in time"),
            Self::Refused => formatter.write_str("connection refused"),
            Self::Broken(why) => formatter.write_str(why),
        }
    }
}

/// What came of a question: the service's doing, one way or the other.
pub type Probed<T> = Result<T, ProbeFailure>;

/// Asks inside a pod, one question at a time. Shared by threads.
pub struct Prober(Mutex<Conversation>);

struct Conversation {
    attachment: Box<dyn Attachment>,
    asked: u64,
}

#[derive(Serialize)]
struct Question<'a> {
    id: u64,
    operation: &'static str,
    host: &'a str,
    port: u16,
    timeout: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    headers: &'a [(String, String)],
    #[serde(skip_serializing_if = "String::is_empty")]
    body: String,
    statuses: &'a [u16],
}

#[derive(Deserialize)]
struct Answer {
    id: u64,
    seconds: f64,
    failure: Option<String>,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    truncated: bool,
}

impl Prober {
    /// Speaks with a prober's program.
    pub fn new(attachment: Box<dyn Attachment>) -> Self {
        Self(Mutex::new(Conversation { attachment, asked: 0 }))
    }

    /// Sends one request. No redirect is followed.
    pub fn http(&self, request: &HttpRequest) -> Result<Probed<HttpAnswer>, EngineError> {
        self.ask_http("http", request, &[])
    }

    /// Sends the request every 20 ms until the answer's status is among these (any, where there are none) or its time is up.
    pub fn wait_http(&self, request: &HttpRequest, statuses: &[u16]) -> Result<Probed<HttpAnswer>, EngineError> {
        self.ask_http("wait", request, statuses)
    }

    /// Waits until something accepts connections; returns how long that took.
    pub fn wait_tcp(&self, host: &str, port: u16, timeout: Duration) -> Result<Probed<Duration>, EngineError> {
        let question = Question {
            id: 0,
            operation: "tcp",
            host,
            port,
            timeout: timeout.as_secs_f64(),
            method: None,
            path: None,
            headers: &[],
            body: String::new(),
            statuses: &[],
        };
        let answer = self.ask(question, timeout)?;
        Ok(answer.map(|answer| seconds(answer.seconds)))
    }

    fn ask_http(
        &self,
        operation: &'static str,
        request: &HttpRequest,
        statuses: &[u16],
    ) -> Result<Probed<HttpAnswer>, EngineError> {
        let question = Question {
            id: 0,
            operation,
            host: &request.host,
            port: request.port,
            timeout: request.timeout.as_secs_f64(),
            method: Some(&request.method),
            path: Some(&request.path),
            headers: &request.headers,
            body: STANDARD.encode(&request.body),
            statuses,
        };
        let answer = match self.ask(question, request.timeout)? {
            Ok(answer) => answer,
            Err(failure) => return Ok(Err(failure)),
        };
        let body = STANDARD
            .decode(&answer.body)
            .map_err(|error| confused(&error.to_string()))?;
        Ok(Ok(HttpAnswer {
            status: answer.status,
            headers: answer.headers,
            body,
            truncated: answer.truncated,
            took: seconds(answer.seconds),
        }))
    }

    fn ask(&self, mut question: Question<'_>, timeout: Duration) -> Result<Probed<Answer>, EngineError> {
        let mut conversation = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        conversation.asked += 1;
        question.id = conversation.asked;
        let line = serde_json::to_string(&question).map_err(|error| confused(&error.to_string()))?;
        conversation.attachment.send_line(&line)?;
        let answer = loop {
            let line = conversation
                .attachment
                .receive_line(timeout.saturating_add(GRACE), ANSWER_LIMIT)?
                .ok_or_else(|| confused("the program has ended"))?;
            let answer: Answer = serde_json::from_str(&line).map_err(|error| confused(&error.to_string()))?;
            // An answer that came too late for an earlier question is nobody's.
            if answer.id == question.id {
                break answer;
            }
        };
        Ok(match answer.failure.as_deref() {
            None => Ok(answer),
            Some("timeout") => Err(ProbeFailure::TimedOut),
            Some("refused") => Err(ProbeFailure::Refused),
            Some(_) => Err(ProbeFailure::Broken(one_line(&answer.detail))),
        })
    }
}

fn confused(why: &str) -> EngineError {
    EngineError::new(Operation::Attach, "prober", why)
}

fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number).unwrap_or_default()
}
