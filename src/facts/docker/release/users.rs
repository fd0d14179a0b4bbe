//! The users of a deployment: steady requests through the published address, counted by a program of ours beside it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::bench::Bench;
use crate::contract::Deploy;
use crate::engine::gateway::Gateway;
use crate::engine::{Attachment, ContainerSpec, EngineError, Operation, sandbox, text};

/// The program.
const PROGRAM: &str = include_str!("users.py");
/// How much later than asked an answer of it may come.
const GRACE: Duration = Duration::from_secs(20);
/// The longest answer.
const ANSWER_LIMIT: usize = 1 << 20;

/// Who answers at the published address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Live {
    /// The version, when an answer held one.
    pub version: Option<String>,
    /// What was wrong with the last answer.
    pub problem: Option<String>,
}

impl Live {
    /// In words.
    pub fn shown(&self) -> String {
        match (&self.version, &self.problem) {
            (Some(version), _) => format!("version {}", text::one_line(version)),
            (None, Some(problem)) => text::one_line(problem),
            (None, None) => "nothing".to_owned(),
        }
    }
}

/// What users saw for a while.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Traffic {
    pub served: u64,
    pub failed: u64,
    pub failures: Vec<String>,
    pub slowest: f64,
}

/// Speaks with the program.
pub(super) struct Users(Mutex<Box<dyn Attachment>>);

impl Users {
    /// Brings users to a gateway's network; they do not ask yet.
    pub fn arrive(bench: &Bench<'_>, gateway: &Gateway<'_>, image: &str, deploy: &Deploy) -> Result<Self, EngineError> {
        let spec = ContainerSpec {
            network: gateway.network(),
            ..sandbox::prober(image, PROGRAM, Vec::new())
        };
        let container = bench.session.create("users", spec)?;
        let mut attachment = bench.engine.attach(&container)?;
        bench.engine.start(&container)?;
        let (host, port) = deploy.address().unwrap_or(("127.0.0.1", 80));
        let version = &deploy.version;
        let place = json!({"host": host, "port": port, "path": version.path, "field": version.field});
        attachment.send_line(&place.to_string())?;
        Ok(Self(Mutex::new(attachment)))
    }

    /// Who is live: asked until it is this version, or until the time is up.
    pub fn ask(&self, wanted: &str, patience: Duration) -> Result<Live, EngineError> {
        let order = json!({"operation": "ask", "wanted": wanted, "seconds": patience.as_secs_f64()});
        self.order(&order, patience)
    }

    /// They begin; these versions may answer.
    pub fn begin(&self, versions: &[&str]) -> Result<(), EngineError> {
        self.order(&json!({"operation": "begin", "versions": versions}), Duration::ZERO)
            .map(|_: Traffic| ())
    }

    /// What they saw since they were asked last; from now on these versions may answer.
    pub fn count(&self, versions: &[&str]) -> Result<Traffic, EngineError> {
        self.order(&json!({"operation": "count", "versions": versions}), Duration::ZERO)
    }

    fn order<T: DeserializeOwned>(&self, order: &Value, patience: Duration) -> Result<T, EngineError> {
        let confused = |why: &str| EngineError::new(Operation::Attach, "the users' program", why);
        let mut attachment = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        attachment.send_line(&order.to_string())?;
        let line = attachment
            .receive_line(patience + GRACE, ANSWER_LIMIT)?
            .ok_or_else(|| confused("it has ended"))?;
        serde_json::from_str(&line).map_err(|error| confused(&error.to_string()))
    }
}
