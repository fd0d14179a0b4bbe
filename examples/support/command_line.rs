//! An example that runs itself as the command line, so that nothing has to be installed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Set in a process that is to be the command line.
const MARK: &str = "PROOFOLIO_COMMAND_LINE";

/// True when this process was to be the command line, and has been.
pub fn has_run() -> bool {
    let wanted = std::env::var_os(MARK).is_some();
    if wanted {
        let _ = proofolio::cli::main();
    }
    wanted
}

/// The command line, in a folder.
pub struct CommandLine {
    binary: PathBuf,
    folder: PathBuf,
}

impl CommandLine {
    /// The command line of this example.
    ///
    /// # Errors
    ///
    /// When the system does not say where this program lies.
    pub fn new(folder: &Path) -> std::io::Result<Self> {
        Ok(Self {
            binary: std::env::current_exe()?,
            folder: folder.to_owned(),
        })
    }

    /// `proofolio` with arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.env(MARK, "1").args(arguments).current_dir(&self.folder);
        command
    }
}
