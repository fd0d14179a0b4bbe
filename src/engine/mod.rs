//! The container engine behind one narrow, synchronous seam.
//!
//! [`Engine`] is all that the rest of proofolio knows of Docker. [`docker`] implements it over the Docker API and is the
//! only user of bollard and tokio; [`scripted`] is a fake for tests, held to the real one by one contract test.

pub mod docker;
mod error;
pub mod gateway;
mod interrupt;
pub mod pod;
pub mod prober;
mod ring;
pub mod sandbox;
pub mod scripted;
pub mod session;
pub mod text;
mod types;

pub use error::{EngineError, Operation};
pub use interrupt::Interrupt;
pub use types::*;

/// A container engine, as narrow as verification needs it.
///
/// Every call is bounded in time, and every call may fail with an [`EngineError`] that names the operation: that is our
/// side's trouble, never the repository's. What the *repository's* code did (an exit code, a failed build step) is a value.
/// Implementations are shared between threads. An `on_line` is called while the engine is at work, so it must return quickly
/// and must not call the engine itself.
pub trait Engine: Send + Sync {
    /// What this engine is and offers.
    fn info(&self) -> Result<EngineInfo, EngineError>;

    /// The image behind a reference, or `None` where the engine has none.
    fn image(&self, reference: &str) -> Result<Option<ImageInfo>, EngineError>;

    /// Fetches an image from its registry. `on_line` gets progress.
    fn pull(&self, reference: &str, on_line: &mut dyn FnMut(&str)) -> Result<ImageInfo, EngineError>;

    /// Builds an image. A step that fails is an `Ok` with [`BuildOutcome::failure`].
    fn build(&self, request: &BuildRequest<'_>, on_line: &mut dyn FnMut(&str)) -> Result<BuildOutcome, EngineError>;

    /// Saves a container's root as an image with this tag and these labels; returns the image's id.
    fn commit(&self, container: &ContainerId, tag: &str, labels: &Labels) -> Result<String, EngineError>;

    /// Makes a container; it does not run yet.
    fn create(&self, spec: &ContainerSpec) -> Result<ContainerId, EngineError>;

    /// Starts (or starts again) a container.
    fn start(&self, container: &ContainerId) -> Result<(), EngineError>;

    /// Runs a command in a running container and returns what it did. `on_line` gets each line of its output.
    fn exec(
        &self,
        container: &ContainerId,
        request: &ExecRequest<'_>,
        on_line: &mut dyn FnMut(&str),
    ) -> Result<ExecOutcome, EngineError>;

    /// Attaches to standard input and output of a container that was created with `open_stdin`, before its start.
    fn attach(&self, container: &ContainerId) -> Result<Box<dyn Attachment>, EngineError>;

    /// The state of a container.
    fn state(&self, container: &ContainerId) -> Result<ContainerState, EngineError>;

    /// The end of what the container printed (both streams), at most `limit` bytes.
    fn logs(&self, container: &ContainerId, limit: usize) -> Result<String, EngineError>;

    /// Sends a signal such as `SIGTERM` to the container's first process.
    fn signal(&self, container: &ContainerId, signal: &str) -> Result<(), EngineError>;

    /// Waits until the container ends; `None` when `timeout` passed first.
    fn wait(&self, container: &ContainerId, timeout: std::time::Duration) -> Result<Option<i64>, EngineError>;

    /// Removes an object with everything that hangs on it (a running container, anonymous volumes). One that is gone
    /// already is no error.
    fn remove(&self, object: &EngineObject) -> Result<(), EngineError>;

    /// Every container, network, volume and image that carries this label.
    fn list(&self, label: &str) -> Result<Vec<ListedObject>, EngineError>;

    /// Makes a named volume: on the engine's disk, or in memory of a fixed size. One in memory is empty again whenever no
    /// running container uses it.
    fn create_volume(&self, name: &str, memory: Option<&VolumeMemory>, labels: &Labels) -> Result<(), EngineError>;

    /// Makes a network of its own for containers: internal, without an address on the engine's host.
    fn create_network(&self, name: &str, labels: &Labels) -> Result<(), EngineError>;
}

/// A container's standard input and output, for a program that speaks in lines.
pub trait Attachment: LineSender + LineReceiver {
    /// The two directions apart, for threads that write while another one waits for what comes.
    fn split(self: Box<Self>) -> (Box<dyn LineSender>, Box<dyn LineReceiver>);
}

/// A program's standard input.
pub trait LineSender: Send {
    /// Writes one line (the newline is added).
    fn send_line(&mut self, line: &str) -> Result<(), EngineError>;
}

/// A program's standard output.
pub trait LineReceiver: Send {
    /// Reads the next line, at most `limit` bytes of it. `None` when the program has ended.
    fn receive_line(&mut self, timeout: std::time::Duration, limit: usize) -> Result<Option<String>, EngineError>;
}

/// A short random word, for names that must not meet another run's.
pub(crate) fn random_word() -> String {
    let mut bytes = [0_u8; 6];
    if getrandom::fill(&mut bytes).is_err() {
        // Without a source of randomness, the clock and our number still tell runs apart.
        let clock = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |time| time.subsec_nanos());
        bytes[..4].copy_from_slice(&(clock ^ std::process::id().rotate_left(16)).to_le_bytes());
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
