//! The plain values that cross the engine seam.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

/// Labels on an engine object.
pub type Labels = BTreeMap<String, String>;

/// The engine's identifier of a container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContainerId(pub String);

impl fmt::Display for ContainerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What the engine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineInfo {
    /// `Docker Engine`, `Podman`, …
    pub name: String,
    /// Its version: `20.10.24`.
    pub version: String,
    /// The API version in use: `1.41`.
    pub api: String,
    /// `linux`.
    pub os: String,
    /// `x86_64`.
    pub architecture: String,
    /// Processors that containers can use.
    pub cpus: u32,
    /// Memory of the engine's machine, in bytes.
    pub memory: u64,
    /// Where the engine was reached, without credentials: `unix:///var/run/docker.sock`.
    pub address: String,
    /// True when BuildKit can build.
    pub buildkit: bool,
}

/// What is known of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageInfo {
    /// `sha256:…`
    pub id: String,
    /// In bytes.
    pub size: u64,
    /// The `USER` that its processes run as; empty for root.
    pub user: String,
    /// `NAME=value`
    pub environment: Vec<String>,
    /// `8000/tcp`
    pub exposed_ports: Vec<String>,
    /// Paths of `VOLUME` instructions.
    pub volumes: Vec<String>,
    /// The command of its `HEALTHCHECK` (`["CMD", …]`), if it has one that is not `NONE`.
    pub healthcheck: Option<Vec<String>>,
    /// `CMD`
    pub command: Vec<String>,
    /// `ENTRYPOINT`
    pub entrypoint: Vec<String>,
    /// `WORKDIR`
    pub working_directory: String,
    /// `STOPSIGNAL`, if set.
    pub stop_signal: Option<String>,
    /// Digests of the layers, lowest first.
    pub layers: Vec<String>,
    /// `amd64`
    pub architecture: String,
}

/// One file of a build context.
#[derive(Debug, Clone, Copy)]
pub struct ContextFile<'a> {
    /// Relative, with `/`.
    pub path: &'a str,
    /// Its bytes.
    pub contents: &'a [u8],
    /// True when it may be executed.
    pub executable: bool,
}

/// What to build.
#[derive(Debug, Clone)]
pub struct BuildRequest<'a> {
    /// The context, `.dockerignore` applied already, the Dockerfile among it.
    pub files: Vec<ContextFile<'a>>,
    /// Path of the Dockerfile in the context.
    pub dockerfile: &'a str,
    /// The tag that the image gets.
    pub tag: &'a str,
    /// `ARG`s.
    pub arguments: BTreeMap<String, String>,
    /// Labels of the image.
    pub labels: Labels,
    /// Do not use the engine's layer cache.
    pub no_cache: bool,
    /// Memory limit in bytes, where the builder obeys one.
    pub memory: u64,
    /// Wall limit of the whole build.
    pub timeout: Duration,
}

/// Why a build failed: the repository's fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildFailure {
    /// The instruction at fault as the builder shows it, such as `RUN pip install -r requirements.txt`.
    pub instruction: Option<String>,
    /// The exit code of the failed step.
    pub exit_code: Option<i64>,
    /// The builder's message.
    pub message: String,
    /// True when the wall limit ended the build.
    pub timed_out: bool,
    /// True when the builder could not get the base image: our side, not the repository's.
    pub base_image_missing: bool,
}

/// What a build did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildOutcome {
    /// The image's id, when it was built.
    pub image: Option<String>,
    /// Why it was not.
    pub failure: Option<BuildFailure>,
    /// Head and tail of the builder's output, control characters made visible.
    pub output: String,
    /// Steps in all, and steps that the layer cache answered, where the builder tells.
    pub steps: u32,
    /// Steps answered from the layer cache.
    pub cached_steps: u32,
    /// `buildkit` or `classic`.
    pub builder: &'static str,
}

/// The network of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    /// Loopback only.
    None,
    /// The engine's default network: the internet. For installing dependencies, never for the repository's code.
    Default,
    /// The network namespace of another container.
    Container(ContainerId),
    /// A network made by [`super::Engine::create_network`].
    Named(String),
}

/// A memory file system in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tmpfs {
    /// Where.
    pub path: String,
    /// Limit in bytes.
    pub size: u64,
    /// Owner (user and group).
    pub owner: u32,
    /// Mode bits, such as `0o700`.
    pub mode: u32,
    /// May programs on it be executed?
    pub executable: bool,
}

/// The memory of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VolumeMemory {
    /// Limit in bytes.
    pub size: u64,
    /// Owner (user and group).
    pub owner: u32,
    /// Mode bits, such as `0o755`.
    pub mode: u32,
}

/// Limits of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes, swap included.
    pub memory: u64,
    /// Processors, in thousandths.
    pub millicpus: u32,
    /// Processes and threads.
    pub pids: i64,
    /// Largest file that a process may write, in bytes.
    pub file_size: u64,
    /// Open files.
    pub open_files: u64,
}

/// A container to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerSpec {
    /// Its name; unique on the engine.
    pub name: String,
    /// Reference or id of its image.
    pub image: String,
    /// Replaces the image's entry point when not `None`.
    pub entrypoint: Option<Vec<String>>,
    /// Replaces the image's command when not `None`.
    pub command: Option<Vec<String>>,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// `65534:65534`; `None` leaves the image's own.
    pub user: Option<String>,
    /// Working directory; `None` leaves the image's own.
    pub working_directory: Option<String>,
    /// Network.
    pub network: Network,
    /// Further names of the container in a [`Network::Named`]; elsewhere they mean nothing.
    pub aliases: Vec<String>,
    /// `name:address` lines for `/etc/hosts`.
    pub extra_hosts: Vec<String>,
    /// Is the root file system read-only?
    pub read_only: bool,
    /// Memory file systems.
    pub tmpfs: Vec<Tmpfs>,
    /// Named volumes: name, path, read-only.
    pub volumes: Vec<(String, String, bool)>,
    /// Capabilities to give back after all are dropped.
    pub capabilities: Vec<String>,
    /// Limits.
    pub limits: Limits,
    /// Keep standard input open for one attachment; the container ends when the attachment does.
    pub open_stdin: bool,
    /// Let the engine remove the container when it ends.
    pub auto_remove: bool,
    /// Run a small init as the first process.
    pub init: bool,
    /// Keep what it prints (in bounded files), so that [`super::Engine::logs`] can read it.
    pub keep_logs: bool,
    /// Run the image's own health check.
    pub healthcheck: bool,
    /// Labels.
    pub labels: Labels,
}

/// What an exec reads.
pub enum Stdin<'a> {
    /// Nothing.
    Empty,
    /// These bytes.
    Bytes(&'a [u8]),
    /// A stream, read to its end on a thread of its own; made by [`Stdin::stream`]. The first exec takes it.
    Stream(Mutex<Option<Box<dyn Read + Send>>>),
}

impl Stdin<'_> {
    /// A stream to read from.
    pub fn stream(reader: impl Read + Send + 'static) -> Self {
        Self::Stream(Mutex::new(Some(Box::new(reader))))
    }
}

impl fmt::Debug for Stdin<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("Empty"),
            Self::Bytes(bytes) => write!(formatter, "Bytes({})", bytes.len()),
            Self::Stream(_) => formatter.write_str("Stream"),
        }
    }
}

/// A command to run in a container.
#[derive(Debug)]
pub struct ExecRequest<'a> {
    /// Program and arguments; no shell.
    pub command: Vec<String>,
    /// Environment variables on top of the container's.
    pub environment: BTreeMap<String, String>,
    /// `uid:gid`; `None` for the container's own.
    pub user: Option<String>,
    /// Working directory; `None` for the container's own.
    pub working_directory: Option<String>,
    /// Standard input.
    pub stdin: Stdin<'a>,
    /// Wall limit. When it passes the whole container is killed, for no engine call can end an exec alone.
    pub timeout: Duration,
    /// Bytes kept of each stream: half from its beginning, half from its end. More than sixteen times this in all ends the
    /// command as an output bomb.
    pub output_limit: usize,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExecOutcome {
    /// Its exit code; `None` when it was ended from outside.
    pub exit_code: Option<i64>,
    /// Standard output as bytes, possibly cut.
    pub stdout: Vec<u8>,
    /// Standard error as bytes, possibly cut.
    pub stderr: Vec<u8>,
    /// True when the wall limit ended it.
    pub timed_out: bool,
    /// True when bytes in the middle were dropped.
    pub truncated: bool,
    /// True when it printed so much that it was ended.
    pub output_bomb: bool,
}

/// The state of a container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContainerState {
    /// Is it running?
    pub running: bool,
    /// How it ended, when it has.
    pub exit_code: Option<i64>,
    /// The engine's hint that memory ran out.
    pub out_of_memory: bool,
    /// `starting`, `healthy`, `unhealthy`, when the image has a health check.
    pub health: Option<String>,
}

/// An object on the engine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EngineObject {
    /// A container, by id or name.
    Container(String),
    /// A network, by id or name.
    Network(String),
    /// A volume, by name.
    Volume(String),
    /// An image, by id or reference.
    Image(String),
}

impl EngineObject {
    /// Its id, name or reference.
    pub fn name(&self) -> &str {
        match self {
            Self::Container(name) | Self::Network(name) | Self::Volume(name) | Self::Image(name) => name,
        }
    }

    /// What it is, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Container(_) => "container",
            Self::Network(_) => "network",
            Self::Volume(_) => "volume",
            Self::Image(_) => "image",
        }
    }
}

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Which.
    pub object: EngineObject,
    /// A readable name: a container's name, an image's tag.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// When it was made, where the engine tells.
    pub created: Option<SystemTime>,
    /// In bytes, where the engine tells (images).
    pub size: u64,
}
