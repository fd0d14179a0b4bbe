//! Why a target could not become a snapshot.

use std::path::PathBuf;

/// Why a target could not become a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The target does not exist.
    #[error("find the folder {}", path.display())]
    NotFound {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The target exists and is not a folder.
    #[error("read {}: it is not a folder", path.display())]
    NotAFolder {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The target cannot be read.
    #[error("read the folder {}", path.display())]
    Unreadable {
        /// The path that was asked for.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
}
