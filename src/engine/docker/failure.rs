//! From the client's errors to ours: what was to be done, why it failed, what the user can do.

use std::error::Error as StandardError;
use std::io::ErrorKind;

use bollard::errors::Error;

use super::super::{EngineError, Operation};

/// Our error for the client's.
pub(super) fn from_client(operation: Operation, subject: &str, error: &Error) -> EngineError {
    let (kind, innermost) = cause(error);
    let made = EngineError::new(operation, subject, innermost);
    match error {
        Error::DockerResponseServerError { status_code, message } => {
            let made = EngineError::new(operation, subject, message);
            match hint(message) {
                Some(hint) => made.with_hint(hint),
                None if *status_code >= 500 && message.is_empty() => made.with_hint("See the log of the engine."),
                None => made,
            }
        }
        Error::DockerStreamError { error } => match hint(error) {
            Some(hint) => made.with_hint(hint),
            None => made,
        },
        Error::RequestTimeoutError => made.with_hint("The engine may be overloaded or hung; restart it and try again."),
        Error::SocketNotFoundError(path) => EngineError::new(operation, subject, format!("there is no socket at {path}"))
            .with_hint("Start the engine, or give its address with --engine.")
            .out_of_reach(),
        Error::JsonDataError { .. } | Error::JsonSerdeError { .. } => {
            made.with_hint("The engine answers in a dialect that this version does not know; try another engine version.")
        }
        _ => match kind {
            Some(ErrorKind::PermissionDenied) => made
                .with_hint(
                    "You may not use the engine's socket: join the group that owns it (`sudo usermod -aG docker $USER`, then \
                     log in again), or use a rootless engine.",
                )
                .out_of_reach(),
            Some(ErrorKind::NotFound) => made
                .with_hint("There is no engine at this address: start it, or give another address with --engine.")
                .out_of_reach(),
            Some(ErrorKind::ConnectionRefused) => made
                .with_hint("Nothing answers at this address: start the engine (`sudo systemctl start docker`, or Docker Desktop).")
                .out_of_reach(),
            _ => made
                .with_hint("The connection to the engine broke: see whether it still runs with `proofolio doctor`.")
                .out_of_reach(),
        },
    }
}

/// The call took longer than it may.
pub(super) fn too_slow(operation: Operation, subject: &str, seconds: u64) -> EngineError {
    EngineError::new(
        operation,
        subject,
        format!("the engine did not answer within {seconds} s"),
    )
    .with_hint("The engine may be overloaded or hung; see `proofolio doctor`, or restart the engine.")
}

/// Does the engine say that there is no such object?
pub(super) fn is_missing(error: &Error) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code: 404, .. })
}

/// Does the engine say that the object is in use, or that somebody else is at it already?
pub(super) fn is_conflict(error: &Error) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code: 409, .. })
}

/// The innermost cause, which alone says why a connection failed, and its kind.
fn cause(error: &Error) -> (Option<ErrorKind>, String) {
    let mut kind = None;
    let mut words = error.to_string();
    let mut next: Option<&(dyn StandardError + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<std::io::Error>() {
            kind = Some(found.kind());
        }
        words = error.to_string();
        next = error.source();
    }
    (kind, words)
}

/// What can be done about words that engines use for ordinary trouble.
fn hint(message: &str) -> Option<&'static str> {
    let message = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["no space left on device", "disk quota exceeded"]) {
        Some(
            "The engine's disk is full: `docker system df` shows what uses it, `proofolio clean --all` removes our share.",
        )
    } else if is_registry_trouble(&message) {
        Some(
            "Check the image's name and that the engine reaches its registry (proxy, login), or load the image beforehand.",
        )
    } else if says(&["no such image"]) {
        Some("Pull or build the image first.")
    } else if says(&["cannot allocate memory", "resource temporarily unavailable"]) {
        Some("The engine's machine is short of memory or processes: stop something, or lower --jobs.")
    } else if says(&[
        "all predefined address pools have been fully subnetted",
        "non-overlapping ipv4 address pool",
    ]) {
        Some("The engine has too many networks: remove some with `docker network prune`.")
    } else {
        None
    }
}

/// Do these words, in lower case, say that an image could not be had from its registry?
pub(super) fn is_registry_trouble(message: &str) -> bool {
    [
        "pull access denied",
        "manifest unknown",
        "manifest for ",
        "repository does not exist",
        "requested access to the resource is denied",
        "failed to resolve source metadata",
        "failed to resolve reference",
        "failed to do request",
        "no such host",
        "server misbehaving",
        "dial tcp",
        "tls handshake",
        "x509:",
        "toomanyrequests",
        "i/o timeout",
        "request canceled while waiting for connection",
        "unauthorized: authentication required",
        "short-name",
        "pinging container registry",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}
