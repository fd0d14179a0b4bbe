//! Requests to the service, sent by the prober from inside the pod.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::contract::Request;
use crate::engine::EngineError;
use crate::engine::pod::Pod;
use crate::engine::prober::{HttpRequest, ProbeFailure};
use crate::engine::text;
use crate::facts::Observation;

/// How often a changing answer is asked for.
const POLL: Duration = Duration::from_millis(50);
/// Patience with one answer; a request that waits for a dead database may take a few seconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most lines of a body that are shown.
const EXCERPT_LINES: usize = 8;

/// Asks one service; owns the pod in which it runs.
pub struct Client {
    pod: Pod,
    port: u16,
}

/// What a service answered, or that it did not.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Status code; `None` when there was no answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub problem: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Is its status 2xx?
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The body as JSON, if it is that.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The status, or why there was none.
    pub fn shown(&self) -> String {
        self.status
            .map_or_else(|| format!("no answer ({})", self.problem), |status| status.to_string())
    }

    /// The beginning of the body, safe to show.
    pub fn excerpt(&self) -> String {
        let body = text::visible_bytes(&self.body);
        body.lines()
            .take(EXCERPT_LINES)
            .map(|line| line.chars().take(300).collect::<String>())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl Client {
    /// A client for the service that listens on `port` in this pod.
    pub fn new(pod: Pod, port: u16) -> Self {
        Self { pod, port }
    }

    /// Sends a request, with a bearer token if there is one.
    pub fn send(&self, request: &Request, token: Option<&str>) -> Result<Answer, EngineError> {
        let mut http = HttpRequest::new(&request.method, self.port, &request.path).within(PATIENCE);
        if let Some(token) = token {
            http = http.header("Authorization", &format!("Bearer {token}"));
        }
        if let Some(json) = &request.json {
            http = http.json(json);
        } else if let Some(form) = &request.form {
            http = http.header("Content-Type", "application/x-www-form-urlencoded");
            http.body = form
                .iter()
                .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
                .collect::<Vec<_>>()
                .join("&")
                .into_bytes();
        }
        self.ask(&http)
    }

    /// Sends a body that says of itself that it is JSON.
    pub fn send_as_json(&self, method: &str, path: &str, body: &[u8]) -> Result<Answer, EngineError> {
        let mut http = HttpRequest::new(method, self.port, path)
            .within(PATIENCE)
            .header("Content-Type", "application/json");
        http.body = body.to_vec();
        self.ask(&http)
    }

    /// The status of a `GET`, or why there was none.
    pub fn get(&self, path: &str) -> Result<Answer, EngineError> {
        self.ask(&HttpRequest::get(self.port, path).within(PATIENCE))
    }

    /// Asks for a path until the status is as wanted. Returns the last status seen, `None` when nothing ever answered. Gives
    /// up when `going_on` says that nothing will ever come.
    pub fn wait(
        &self,
        path: &str,
        wanted: &dyn Fn(u16) -> bool,
        limit: Duration,
        going_on: &dyn Fn() -> bool,
    ) -> Result<Option<u16>, EngineError> {
        let deadline = Instant::now() + limit;
        let mut last = None;
        let mut asked = 0_u32;
        loop {
            let patience = deadline
                .saturating_duration_since(Instant::now())
                .min(PATIENCE)
                .max(POLL);
            let answer = self.ask(&HttpRequest::get(self.port, path).within(patience))?;
            last = answer.status.or(last);
            if answer.status.is_some_and(wanted) || Instant::now() >= deadline {
                return Ok(answer.status.or(last));
            }
            asked += 1;
            // Looking at the container costs more than asking, and it seldom ends.
            if asked.is_multiple_of(10) && !going_on() {
                return Ok(last);
            }
            std::thread::sleep(POLL);
        }
    }

    /// `GET` with one expected status.
    pub fn observe_get(&self, path: &str, expected: u16) -> Result<Observation, EngineError> {
        let answer = self.ask(&HttpRequest::get(self.port, path).within(PATIENCE))?;
        let ok = answer.status == Some(expected);
        let seen = Observation::seen(ok, format!("GET {path}"), expected.to_string(), answer.shown());
        Ok(if ok { seen } else { seen.with_evidence(answer.excerpt()) })
    }

    fn ask(&self, request: &HttpRequest) -> Result<Answer, EngineError> {
        Ok(match self.pod.prober().http(request)? {
            Ok(answer) => Answer {
                status: Some(answer.status),
                problem: String::new(),
                body: answer.body,
            },
            Err(failure) => Answer {
                status: None,
                problem: match failure {
                    ProbeFailure::TimedOut => "it took too long".to_owned(),
                    ProbeFailure::Refused => "nothing listens there".to_owned(),
                    ProbeFailure::Broken(why) => why,
                },
                body: Vec::new(),
            },
        })
    }
}

/// A form's name or value, `application/x-www-form-urlencoded`.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_encoded() {
        assert_eq!(percent_encoded("a+b@example.org é"), "a%2Bb%40example.org%20%C3%A9");
    }

    #[test]
    fn a_missing_answer_is_told_apart_from_a_status() {
        let answer = Answer {
            problem: "nothing listens there".to_owned(),
            ..Answer::default()
        };
        assert_eq!(answer.shown(), "no answer (nothing listens there)");
        assert!(!answer.is_success());
    }
}
