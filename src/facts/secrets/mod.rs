//! The `secrets` fact: credentials that are part of the repository; and the mask for texts that are about to be shown.
//!
//! The value itself never leaves this module: an excerpt ends where the value begins. References (`${VAR}`), obvious
//! dummies, local development passwords and examples are not secrets. A false accusation is worse than a miss: what is
//! not unmistakable by its form must be named like a secret and look like chance.

mod forms;
mod keys;
mod literals;
mod mask;
mod names;
mod proofs;
mod scan;
#[cfg(test)]
mod tests;
mod tokens;
mod urls;
mod values;

use std::ops::Range;

pub(crate) use self::mask::masked;
pub(in crate::facts) use self::names::names_secret;
pub use self::scan::collect;
pub(in crate::facts) use self::values::is_placeholder;
use super::location::Location;

/// Credentials that are part of the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SecretsFacts {
    /// What was found.
    pub found: Vec<Secret>,
    /// How many files were looked at.
    pub files_scanned: usize,
}

/// One credential.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Secret {
    /// What it is: `private key`, `AWS access key`, `GitHub token`, …
    pub kind: String,
    /// What stands before the value, and the value masked.
    pub excerpt: String,
    /// Where it is.
    pub loc: Location,
}

/// A credential in a text, by its place alone.
#[derive(Debug)]
struct Credential {
    kind: &'static str,
    /// Where what may be shown begins.
    start: usize,
    /// What no one may see.
    value: Range<usize>,
}

impl Credential {
    const fn new(kind: &'static str, start: usize, value: Range<usize>) -> Self {
        Self { kind, start, value }
    }
}

/// What is shown for a value.
const MASK: &str = "********";
