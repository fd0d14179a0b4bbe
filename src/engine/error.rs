//! One error for each thing that the engine was asked to do.

use std::fmt;

/// What the engine was asked to do when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Finding and reaching the engine.
    Connect,
    /// Asking what the engine is.
    Info,
    /// Looking at an image.
    InspectImage,
    /// Fetching an image.
    Pull,
    /// Building an image.
    Build,
    /// Saving a container as an image.
    Commit,
    /// Making a container.
    Create,
    /// Starting a container.
    Start,
    /// Running a command in a container.
    Exec,
    /// Attaching to a container.
    Attach,
    /// Looking at a container.
    InspectContainer,
    /// Reading a container's output.
    Logs,
    /// Signalling a container.
    Signal,
    /// Waiting for a container.
    Wait,
    /// Removing an object.
    Remove,
    /// Listing objects.
    List,
    /// Making a volume.
    CreateVolume,
    /// Making a network.
    CreateNetwork,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "reach the container engine",
            Self::Info => "ask the engine for its version",
            Self::InspectImage => "look at an image",
            Self::Pull => "pull an image",
            Self::Build => "build an image",
            Self::Commit => "save a container as an image",
            Self::Create => "create a container",
            Self::Start => "start a container",
            Self::Exec => "run a command in a container",
            Self::Attach => "attach to a container",
            Self::InspectContainer => "look at a container",
            Self::Logs => "read a container's output",
            Self::Signal => "signal a container",
            Self::Wait => "wait for a container",
            Self::Remove => "remove an object",
            Self::List => "list objects",
            Self::CreateVolume => "create a volume",
            Self::CreateNetwork => "create a network",
        })
    }
}

/// The engine could not do what it was asked: trouble on our side, never the repository's fault.
#[derive(Debug, Clone, thiserror::Error)]
#[error("failed to {operation} ({subject}): {reason}")]
pub struct EngineError {
    /// What it was asked to do.
    pub operation: Operation,
    /// To what: an image's reference, a container's name, an address.
    pub subject: String,
    /// The engine's own words.
    pub reason: String,
    /// What the user can do about it, as a full sentence, if we know.
    pub hint: Option<String>,
    /// True when the engine itself is out of reach, so that nothing else will work either.
    pub unreachable: bool,
    /// True when the run was interrupted by the user.
    pub interrupted: bool,
}

impl EngineError {
    /// An error without a hint. What it says is made safe to show, for engines quote the repository.
    pub fn new(operation: Operation, subject: impl AsRef<str>, reason: impl AsRef<str>) -> Self {
        Self {
            operation,
            subject: super::text::one_line(subject.as_ref()),
            reason: super::text::one_line(reason.as_ref()),
            hint: None,
            unreachable: false,
            interrupted: false,
        }
    }

    /// The user stopped the run while this was to be done.
    pub fn interrupted(operation: Operation, subject: impl AsRef<str>) -> Self {
        Self {
            interrupted: true,
            ..Self::new(operation, subject, "interrupted")
        }
    }

    /// Adds what the user can do.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Marks the engine itself as out of reach.
    pub fn out_of_reach(mut self) -> Self {
        self.unreachable = true;
        self
    }

    /// True when a container could not start because its image names a program that is not there or cannot be executed:
    /// the repository's fault, though the engine reports it as its own.
    pub fn is_missing_program(&self) -> bool {
        self.operation == Operation::Start
            && [
                "executable file not found",
                "exec format error",
                "no such file or directory: unknown",
                "permission denied: unknown",
                "is a directory: unknown",
                "no command specified",
            ]
            .iter()
            .any(|sign| self.reason.to_lowercase().contains(sign))
    }
}
