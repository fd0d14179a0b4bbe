//! A check as its file writes it. The build script reads the built-in ones with these very types.

use serde::{Deserialize, Serialize};

use crate::report::model::Level;

/// The file's keys; documented in `docs/checks.md`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCheck {
    pub id: String,
    pub title: String,
    pub area: String,
    pub level: Level,
    pub points: u32,
    #[serde(default)]
    pub also_known_as: Vec<String>,
    #[serde(default)]
    pub kinds: Vec<crate::contract::Kind>,
    pub when: Option<String>,
    pub otherwise: Option<String>,
    pub each: Option<String>,
    pub observation: Option<String>,
    #[serde(default)]
    pub assert: Option<String>,
    pub at: Option<String>,
    pub evidence: Option<String>,
    pub fail: String,
    pub why: String,
    pub fix: String,
    pub ask: Option<RawAsk>,
    #[serde(default, skip_serializing)]
    pub cases: Vec<RawCase>,
}

/// What to ask the project's author, by how the check came out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAsk {
    pub failed: Option<String>,
    pub passed: Option<String>,
}

/// One example of facts and the verdict that they must lead to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCase {
    pub expect: Expected,
    #[serde(default)]
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// How many findings there must be; only with `expect: fail`.
    pub findings: Option<usize>,
}

/// What a case expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// The check passes.
    Pass,
    /// The check fails.
    Fail,
    /// The check does not apply.
    NotApplicable,
}
