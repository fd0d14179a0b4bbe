//! What the work tells while it runs. One synchronous callback feeds every display.
//!
//! Nothing below [`crate::cli`] prints: it emits events, and a [`Sink`] at the edge decides what a person sees.

use std::time::Duration;

/// How a stage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageOutcome {
    /// It did what it should.
    Passed,
    /// The repository's own fault.
    Failed,
    /// It could not start because an earlier stage failed.
    Blocked,
    /// Our side could not do it (no engine, no image, no disk).
    Unavailable,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A stage began.
    StageStarted {
        /// Its name, as in the report: `install`, `pytest`, …
        stage: &'static str,
    },
    /// A running stage printed a line (control characters already made visible).
    StageOutput {
        /// The stage's name.
        stage: &'static str,
        /// The line without its end.
        line: String,
    },
    /// A stage ended.
    StageFinished {
        /// The stage's name.
        stage: &'static str,
        /// How.
        outcome: StageOutcome,
        /// How long it took.
        took: Duration,
        /// True when a cache answered.
        cached: bool,
        /// One line that sums it up: `51 passed in 5.2 s`.
        detail: String,
    },
    /// Something that the user should know and that is no stage's output.
    Note {
        /// A full sentence fragment, lower case.
        message: String,
    },
}

/// Takes the events. Called from several threads at once.
pub trait Sink: Send + Sync {
    /// Takes one event; must return quickly.
    fn emit(&self, event: Event);
}

/// Swallows every event: for tests and for library users who want none.
#[derive(Debug, Default, Clone, Copy)]
pub struct NullSink;

impl Sink for NullSink {
    fn emit(&self, _event: Event) {}
}
