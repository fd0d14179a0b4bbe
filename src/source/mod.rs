//! The repository under test as data: an immutable, bounded tree of files that was read once.
//!
//! Nothing in the target is obeyed: no symbolic link is followed, nothing but regular files is opened, and the
//! repository's git folder is read through an isolated object database, never opened as found.

mod environments;
mod error;
mod file;
mod git;
mod ignore_files;
mod limits;
mod names;
mod read;
mod snapshot;
#[cfg(test)]
mod tests;
mod text;
mod walk;
pub mod yaml;

pub use environments::{Environment, EnvironmentKind};
pub use error::SourceError;
pub use file::{Content, File, Link};
pub use git::{CommitRecord, GitState};
pub use limits::Limits;
pub use names::escape_name;
pub use snapshot::{Note, Snapshot};
pub use text::{Encoding, Text, decode};
