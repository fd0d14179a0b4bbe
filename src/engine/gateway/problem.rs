//! Why a call is not carried out.

use crate::engine::{EngineError, text};

/// Why a call is not carried out, with the status that the Docker API has for it.
#[derive(Debug)]
pub struct Problem {
    /// The status of the answer.
    pub status: u16,
    /// What the client is told.
    pub message: String,
    /// The gateway does not offer it: worth a note in the account. Else it is what an engine would say, too.
    pub refused: bool,
    /// The engine behind the gateway failed.
    pub trouble: Option<EngineError>,
}

impl Problem {
    /// Something that an engine would say, too.
    pub fn of(status: u16, message: impl AsRef<str>) -> Self {
        Self {
            status,
            message: text::one_line(message.as_ref()),
            refused: false,
            trouble: None,
        }
    }

    /// A call that makes no sense.
    pub fn invalid(message: impl AsRef<str>) -> Self {
        Self::of(400, message)
    }

    /// Something that is not there.
    pub fn missing(what: &str, name: &str) -> Self {
        Self::of(404, format!("No such {what}: {name}"))
    }

    /// Something that does not fit the state of things.
    pub fn conflict(message: impl AsRef<str>) -> Self {
        Self::of(409, message)
    }

    /// Something that the gateway does not offer.
    pub fn refused(what: impl AsRef<str>) -> Self {
        Self {
            refused: true,
            ..Self::of(403, format!("proofolio does not offer this: {}", what.as_ref()))
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        Self {
            trouble: Some(error.clone()),
            ..Self::of(500, error.reason)
        }
    }
}
