//! How much of a target is read.

/// The bounds of a snapshot. What lies beyond is left out and noted, never an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many files are recorded.
    pub files: usize,
    /// How many entries of a single folder are looked at.
    pub folder_entries: usize,
    /// How many folders deep the tree is read.
    pub depth: usize,
    /// A larger file keeps its size and hash only.
    pub file_bytes: u64,
    /// How many bytes are kept in memory altogether; files beyond keep size and hash only.
    pub total_bytes: u64,
    /// How many bytes are read altogether, for hashes of files that are not kept; beyond, the size stands for the hash.
    pub hashed_bytes: u64,
    /// How many files of one installed environment (a virtual environment, `node_modules`) are listed.
    pub environment_files: usize,
    /// How many commits of the history are read.
    pub commits: usize,
    /// How many entries of the index and of HEAD's tree are read.
    pub git_entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 20_000,
            folder_entries: 50_000,
            depth: 64,
            file_bytes: 32 << 20,
            total_bytes: 256 << 20,
            hashed_bytes: 512 << 20,
            environment_files: 2_000,
            commits: 2_000,
            git_entries: 100_000,
        }
    }
}
