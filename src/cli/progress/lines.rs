//! Progress as lines: for logs, and as JSON for programs.

use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;

use crate::events::{Event, Sink, StageOutcome};
use crate::facts::secrets::masked;
use crate::report::github;
use crate::style::{DIM, GREEN, RED, RESET, YELLOW};
use crate::text;

/// The value of `schema` in every event.
pub const EVENT_SCHEMA: &str = "proofolio.event/1";

/// Columns of a stage's name: the longest one that there is.
pub(super) const NAMES: usize = 9;

/// A writer that several threads share, and that falls silent for good when it cannot write any more. Tokens in a line are
/// masked, for logs are read by others.
#[derive(Debug)]
struct Lines<W>(Mutex<Option<W>>);

impl<W: Write> Lines<W> {
    fn write(&self, line: &str) {
        let mut writer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let written = writer.as_mut().map(|open| {
            // One call for each line, so that other writers cannot come in between.
            open.write_all(format!("{}\n", masked(line, None)).as_bytes())
                .and_then(|()| open.flush())
        });
        if matches!(written, Some(Err(_))) {
            *writer = None;
        }
    }
}

/// A line for each stage that starts or ends.
#[derive(Debug)]
pub struct Plain<W> {
    lines: Lines<W>,
    in_actions: bool,
}

impl<W: Write + Send> Plain<W> {
    /// Writes to `writer`, with colours: it is to strip them where they are not wanted.
    pub fn new(writer: W) -> Self {
        Self {
            lines: Lines(Mutex::new(Some(writer))),
            in_actions: false,
        }
    }

    /// Whether the lines go to a log of GitHub Actions, where none of them may command the runner.
    #[must_use]
    pub fn in_actions(self, in_actions: bool) -> Self {
        Self { in_actions, ..self }
    }

    fn write(&self, line: &str) {
        match self.in_actions {
            true => self.lines.write(&github::inert(line)),
            false => self.lines.write(line),
        }
    }
}

impl<W: Write + Send> Sink for Plain<W> {
    fn emit(&self, event: Event) {
        match event {
            Event::StageStarted { stage } => self.write(&format!("{DIM}· {stage:<NAMES$}  started{RESET}")),
            Event::StageOutput { .. } => {}
            Event::StageFinished { .. } => {
                if let Some(line) = finished(&event) {
                    self.write(&line);
                }
            }
            Event::Note { message } => self.write(&note(&message)),
        }
    }
}

/// The line that tells how a stage ended: `✓ pytest  51 passed  5.2s`.
pub(super) fn finished(event: &Event) -> Option<String> {
    let Event::StageFinished {
        stage,
        outcome,
        took,
        cached,
        detail,
    } = event
    else {
        return None;
    };
    let (style, symbol, word) = match outcome {
        StageOutcome::Passed => (GREEN, "✓", ""),
        StageOutcome::Failed => (RED, "✗", "failed: "),
        StageOutcome::Blocked => (YELLOW, "!", "blocked: "),
        StageOutcome::Unavailable => (YELLOW, "–", "not run: "),
    };
    let detail = text::visible(detail.trim());
    let word = match detail.is_empty() {
        true => word.trim_end_matches(": "),
        false => word,
    };
    let ran = matches!(outcome, StageOutcome::Passed | StageOutcome::Failed);
    let time = crate::report::human::seconds(took.as_secs_f64());
    let aside = match (ran, *cached) {
        (true, true) => format!("cached  {time}"),
        (true, false) => time,
        (false, _) => String::new(),
    };
    let parts: Vec<String> = [format!("{word}{detail}"), aside]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let line = parts.join("  ");
    Some(format!("{style}{symbol}{RESET} {stage:<NAMES$}  {line}"))
}

/// The line of a note.
pub(super) fn note(message: &str) -> String {
    format!("{YELLOW}!{RESET} {}", text::visible(message))
}

/// Events as JSON, one object a line; documented in `docs/events.md`.
#[derive(Debug)]
pub struct Json<W> {
    lines: Lines<W>,
    began: Instant,
}

impl<W: Write + Send> Json<W> {
    /// Writes to `writer`; times count from now.
    pub fn new(writer: W) -> Self {
        Self {
            lines: Lines(Mutex::new(Some(writer))),
            began: Instant::now(),
        }
    }
}

impl<W: Write + Send> Sink for Json<W> {
    fn emit(&self, event: Event) {
        let record = Record {
            schema: EVENT_SCHEMA,
            at: milliseconds(self.began.elapsed().as_secs_f64()),
            body: Body::from(event),
        };
        // Every field has a JSON form.
        if let Ok(line) = serde_json::to_string(&record) {
            // In a log of GitHub Actions this would be a command; the JSON says the same without.
            self.lines.write(&line.replace("##[", "#\\u0023["));
        }
    }
}

#[derive(Serialize)]
struct Record {
    schema: &'static str,
    at: f64,
    #[serde(flatten)]
    body: Body,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Body {
    StageStarted {
        stage: &'static str,
    },
    StageOutput {
        stage: &'static str,
        line: String,
    },
    StageFinished {
        stage: &'static str,
        outcome: &'static str,
        seconds: f64,
        cached: bool,
        detail: String,
    },
    Note {
        message: String,
    },
}

impl From<Event> for Body {
    fn from(event: Event) -> Self {
        match event {
            Event::StageStarted { stage } => Self::StageStarted { stage },
            Event::StageOutput { stage, line } => Self::StageOutput {
                stage,
                line: text::visible(&line),
            },
            Event::StageFinished {
                stage,
                outcome,
                took,
                cached,
                detail,
            } => Self::StageFinished {
                stage,
                // The words of the report.
                outcome: match outcome {
                    StageOutcome::Passed => "passed",
                    StageOutcome::Failed => "failed",
                    StageOutcome::Blocked => "blocked",
                    StageOutcome::Unavailable => "not-run",
                },
                seconds: milliseconds(took.as_secs_f64()),
                cached,
                detail: text::visible(&detail),
            },
            Event::Note { message } => Self::Note {
                message: text::visible(&message),
            },
        }
    }
}

fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
