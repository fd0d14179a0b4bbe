//! Exit codes: one documented, exhaustive match.

use std::process::ExitCode;

use super::progress::{BOLD, RED, RESET};
use crate::report::github;

/// How a command ended, as the exit code tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked for was done, and every required check passed.
    Passed,
    /// A required check failed or is blocked by an earlier failure.
    Failed,
    /// The command line or its input cannot be used: nothing was done.
    Usage,
    /// Not everything could be looked at: no engine, engine trouble, nothing selected.
    Incomplete,
    /// A check pack is broken.
    BrokenChecks,
    /// The user interrupted the run.
    Interrupted,
}

impl Exit {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::BrokenChecks => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// An error that knows its exit code and what the user can do. Wrapped in [`anyhow::Error`] by the commands.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// How the command ends.
    pub exit: Exit,
    /// What is wrong, lower case.
    pub message: String,
    /// What to do, a full sentence; empty for none.
    pub hint: String,
}

impl Refusal {
    /// Input that cannot be used (exit 2).
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
        Self {
            exit: Exit::Usage,
            message: message.into(),
            hint: hint.into(),
        }
        .into()
    }

    /// Something on our side is missing (exit 3).
    pub fn incomplete(message: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
        Self {
            exit: Exit::Incomplete,
            message: message.into(),
            hint: hint.into(),
        }
        .into()
    }
}

/// Prints an error with its causes and its hint to standard error and returns how the command ends.
pub fn report(error: &anyhow::Error) -> Exit {
    let refusal = error.chain().find_map(|cause| cause.downcast_ref::<Refusal>());
    let mut text = format!("{RED}error:{RESET} {error}\n");
    for cause in error.chain().skip(1) {
        text.push_str(&format!("  caused by: {cause}\n"));
    }
    if let Some(refusal) = refusal.filter(|refusal| !refusal.hint.is_empty()) {
        text.push_str(&format!("  {BOLD}hint:{RESET} {}\n", refusal.hint));
    }
    if github::in_actions() {
        text = github::inert(&text);
    }
    anstream::eprint!("{text}");
    refusal.map_or(Exit::Incomplete, |refusal| refusal.exit)
}

impl From<crate::engine::EngineError> for Refusal {
    fn from(error: crate::engine::EngineError) -> Self {
        Self {
            exit: if error.interrupted {
                Exit::Interrupted
            } else {
                Exit::Incomplete
            },
            message: error.to_string(),
            hint: error.hint.unwrap_or_default(),
        }
    }
}
