//! Commands in containers, and what came of them, in words.

use std::collections::BTreeMap;
use std::time::Duration;

use super::bench::Bench;
use crate::engine::{ExecOutcome, ExecRequest, Stdin};
use crate::facts::Observation;

/// Bytes kept of each stream, unless a caller wants more.
const OUTPUT_LIMIT: usize = 64 * 1024;

/// Most lines of a command's output that are shown.
const EVIDENCE_LINES: usize = 25;

/// A command without input, as the container's own user in its own folder, within what is left of the run.
pub(super) fn request<'r>(bench: &Bench<'_>, words: &[impl AsRef<str>], limit: Duration) -> ExecRequest<'r> {
    ExecRequest {
        command: words.iter().map(|word| word.as_ref().to_owned()).collect(),
        environment: BTreeMap::new(),
        user: None,
        working_directory: None,
        stdin: Stdin::Empty,
        timeout: bench.limit(limit),
        output_limit: OUTPUT_LIMIT,
    }
}

/// What a command printed on both streams.
pub(super) fn both(outcome: &ExecOutcome) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&outcome.stdout),
        String::from_utf8_lossy(&outcome.stderr)
    )
}

/// How a command ended.
fn ending(outcome: &ExecOutcome) -> String {
    match outcome.exit_code {
        Some(code) => format!("exit code {code}"),
        None => "no end in time".to_owned(),
    }
}

/// A command of the project that has to succeed, with the end of its output as evidence.
pub(super) fn observation(words: &[String], outcome: &ExecOutcome) -> Observation {
    let ok = outcome.exit_code == Some(0);
    let seen = Observation::seen(ok, format!("`{}`", words.join(" ")), "exit code 0", ending(outcome));
    seen.with_evidence(tail(&both(outcome), EVIDENCE_LINES))
}

/// The last lines of a text.
pub(super) fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.trim_end().lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
