//! What a client asks of a new container, read from the body of the create call.
//!
//! Every key is either understood or must hold what means nothing: a setting that is not carried out is never swallowed.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::problem::Problem;
use super::reader::{Reader, means_nothing};

/// Capabilities that a container may keep, when its image is one that the contract names.
pub const CAPABILITIES: [&str; 4] = ["CHOWN", "SETUID", "SETGID", "NET_BIND_SERVICE"];

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// The container's.
    pub container: u16,
    /// The address that it is published at.
    pub host: String,
    /// The port that it is published at; 0 for any.
    pub port: u16,
}

/// A named volume, or memory where there is no name, in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The volume; `None` for memory.
    pub volume: Option<String>,
    /// Where.
    pub path: String,
    /// Only to read.
    pub read_only: bool,
}

/// The network of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Loopback only.
    None,
    /// Where containers do not know each other by name.
    Default,
    /// A network of the project's.
    Named(String),
}

/// What a client asks of a new container.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The image's reference.
    pub image: String,
    /// Variables.
    pub environment: BTreeMap<String, String>,
    /// `CMD`, when it is replaced.
    pub command: Option<Vec<String>>,
    /// `ENTRYPOINT`, when it is replaced.
    pub entrypoint: Option<Vec<String>>,
    /// `USER`, when it is replaced.
    pub user: Option<String>,
    /// `WORKDIR`, when it is replaced.
    pub working_directory: Option<String>,
    /// Labels; only the gateway's own books hold them.
    pub labels: BTreeMap<String, String>,
    /// Network.
    pub place: Place,
    /// Further names in it.
    pub aliases: Vec<String>,
    /// Published ports.
    pub ports: Vec<Port>,
    /// Volumes and memory.
    pub mounts: Vec<Mount>,
    /// Capabilities that are dropped; `ALL` for all.
    pub dropped: Vec<String>,
    /// Capabilities that are added again.
    pub added: Vec<String>,
    /// Memory in bytes; 0 for no wish.
    pub memory: u64,
    /// Processors in billionths; 0 for no wish.
    pub nano_cpus: u64,
    /// Processes; 0 for no wish.
    pub pids: u64,
    /// `no`, `always`, …; kept in the books and not carried out.
    pub restart: String,
    /// Remove it when it ends.
    pub auto_remove: bool,
    /// A small init as the first process.
    pub init: bool,
    /// Was a read-only root asked for? It is one in any case.
    pub read_only: bool,
    /// The signal that stops it.
    pub stop_signal: Option<String>,
    /// How long it may take to stop, in seconds.
    pub stop_timeout: Option<u64>,
    /// Does the image's HEALTHCHECK run?
    pub healthcheck: bool,
}

impl Asked {
    /// Reads the body of a create call.
    ///
    /// # Errors
    ///
    /// When something in it is malformed, or is not offered.
    pub fn read(body: &Value) -> Result<Self, Problem> {
        let mut top = Reader::new(body, "")?;
        let mut host = Reader::new(&top.take("HostConfig"), "HostConfig.")?;
        let networking = Reader::new(&top.take("NetworkingConfig"), "NetworkingConfig.")?.map("EndpointsConfig")?;
        let (place, aliases) = place(&host.text("NetworkMode")?, &networking)?;
        let mut mounts = Vec::new();
        for bind in host.list("Binds")? {
            mounts.push(bind_mount(&bind)?);
        }
        for mount in host.take("Mounts").as_array().into_iter().flatten() {
            mounts.push(object_mount(mount)?);
        }
        for path in host.map("Tmpfs")?.keys().chain(top.map("Volumes")?.keys()) {
            mounts.push(mount(None, path, false)?);
        }
        let restart = Reader::new(&host.take("RestartPolicy"), "")?.text("Name")?;
        let asked = Self {
            image: top.text("Image")?,
            environment: environment(&top.list("Env")?)?,
            command: top.words("Cmd")?,
            entrypoint: top.words("Entrypoint")?,
            user: Some(top.text("User")?).filter(|user| !user.is_empty()),
            working_directory: Some(top.text("WorkingDir")?).filter(|path| !path.is_empty()),
            labels: labels(&top.map("Labels")?)?,
            place,
            aliases,
            ports: ports(&host.map("PortBindings")?)?,
            mounts,
            dropped: host.list("CapDrop")?.iter().map(|name| capability(name)).collect(),
            added: host.list("CapAdd")?.iter().map(|name| capability(name)).collect(),
            memory: host.number("Memory")?,
            nano_cpus: host.number("NanoCpus")?,
            pids: host.number("PidsLimit")?,
            restart: if restart.is_empty() { "no".to_owned() } else { restart },
            auto_remove: host.flag("AutoRemove")?,
            init: host.flag("Init")?,
            read_only: host.flag("ReadonlyRootfs")?,
            stop_signal: Some(top.text("StopSignal")?).filter(|signal| !signal.is_empty()),
            stop_timeout: Some(top.number("StopTimeout")?).filter(|seconds| *seconds > 0),
            healthcheck: healthcheck(&top.take("Healthcheck"))?,
        };
        if let Some(name) = asked.added.iter().find(|name| !CAPABILITIES.contains(&name.as_str())) {
            return Err(Problem::refused(format!("the capability {name}")));
        }
        for option in host.list("SecurityOpt")? {
            if !matches!(
                option.as_str(),
                "no-new-privileges" | "no-new-privileges:true" | "no-new-privileges=true"
            ) {
                return Err(Problem::refused(format!("the security option {option}")));
            }
        }
        // What is bounded in any case, and what only describes.
        for name in [
            "Ulimits",
            "LogConfig",
            "MemorySwap",
            "MemoryReservation",
            "ShmSize",
            "ConsoleSize",
        ] {
            host.take(name);
        }
        for name in ["ExposedPorts", "AttachStdout", "AttachStderr"] {
            top.take(name);
        }
        host.finish()?;
        top.finish()?;
        Ok(asked)
    }
}

fn capability(name: &str) -> String {
    let name = name.to_uppercase();
    name.strip_prefix("CAP_").unwrap_or(&name).to_owned()
}

fn environment(pairs: &[String]) -> Result<BTreeMap<String, String>, Problem> {
    let mut variables = BTreeMap::new();
    for pair in pairs {
        match pair.split_once('=') {
            Some(("", _)) => return Err(Problem::invalid("a variable has no name")),
            Some((name, value)) => drop(variables.insert(name.to_owned(), value.to_owned())),
            // A name alone takes the variable away; ours set none.
            None => {}
        }
    }
    Ok(variables)
}

fn labels(fields: &Map<String, Value>) -> Result<BTreeMap<String, String>, Problem> {
    let pairs = fields
        .iter()
        .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    pairs
        .collect::<Option<_>>()
        .ok_or_else(|| Problem::invalid("a label is no text"))
}

/// The network, and further names in it.
fn place(mode: &str, endpoints: &Map<String, Value>) -> Result<(Place, Vec<String>), Problem> {
    let mode = match mode {
        "" | "default" | "bridge" => endpoints.keys().next().map_or("", String::as_str),
        mode => mode,
    };
    if mode == "host" || mode.starts_with("container:") {
        return Err(Problem::refused(format!("the network mode {mode}")));
    }
    if endpoints.len() > 1 {
        return Err(Problem::refused("a container in several networks"));
    }
    let mut aliases = Vec::new();
    for endpoint in endpoints.values() {
        let mut endpoint = Reader::new(endpoint, "EndpointsConfig.")?;
        aliases.extend(endpoint.list("Aliases")?);
        endpoint.finish()?;
    }
    if aliases.len() > 8 || !aliases.iter().all(|alias| is_name(alias)) {
        return Err(Problem::invalid("such a network alias cannot be given"));
    }
    Ok(match mode {
        "" | "default" | "bridge" => (Place::Default, Vec::new()),
        "none" => (Place::None, Vec::new()),
        name => (Place::Named(name.to_owned()), aliases),
    })
}

/// Is it a name as containers, networks and volumes have one?
pub fn is_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|mark| mark.is_ascii_alphanumeric() || matches!(mark, '_' | '.' | '-'))
}

fn ports(bindings: &Map<String, Value>) -> Result<Vec<Port>, Problem> {
    let mut ports = Vec::new();
    for (key, places) in bindings {
        let (number, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
        let container = number
            .parse()
            .map_err(|_| Problem::invalid(format!("the port {key}")))?;
        if protocol != "tcp" {
            return Err(Problem::refused(format!("publishing {key}: only TCP is")));
        }
        for place in places.as_array().into_iter().flatten() {
            let mut place = Reader::new(place, "PortBindings.")?;
            let host = place.text("HostIp")?;
            let port = place.text("HostPort")?;
            let local = matches!(host.as_str(), "" | "0.0.0.0" | "localhost") || host.starts_with("127.");
            if !local || !host.chars().all(|mark| mark.is_ascii_alphanumeric() || mark == '.') {
                return Err(Problem::refused(format!("publishing at {host}")));
            }
            ports.push(Port {
                container,
                host: if host.is_empty() { "0.0.0.0".to_owned() } else { host },
                port: match port.as_str() {
                    "" => 0,
                    port => port
                        .parse()
                        .map_err(|_| Problem::refused(format!("publishing at the port {port}")))?,
                },
            });
        }
    }
    if ports.len() > 8 {
        return Err(Problem::refused("more than 8 published ports"));
    }
    Ok(ports)
}

/// `name:/path`, `name:/path:ro`; a folder of the host instead of a name is refused.
fn bind_mount(bind: &str) -> Result<Mount, Problem> {
    let mut parts = bind.split(':');
    let (source, path, options) = (
        parts.next().unwrap_or_default(),
        parts.next(),
        parts.next().unwrap_or_default(),
    );
    let Some(path) = path else {
        return mount(None, source, false);
    };
    if !is_name(source) {
        return Err(Problem::refused(format!("mounting {source}: only named volumes are")));
    }
    let known = options
        .split(',')
        .all(|option| matches!(option, "" | "rw" | "ro" | "z" | "Z" | "nocopy"));
    if !known || parts.next().is_some() {
        return Err(Problem::refused(format!("the volume options {options}")));
    }
    mount(
        Some(source.to_owned()),
        path,
        options.split(',').any(|option| option == "ro"),
    )
}

/// A mount of `--mount`.
fn object_mount(value: &Value) -> Result<Mount, Problem> {
    let mut fields = Reader::new(value, "Mounts.")?;
    let (kind, source, path) = (fields.text("Type")?, fields.text("Source")?, fields.text("Target")?);
    let read_only = fields.flag("ReadOnly")?;
    fields.take("TmpfsOptions");
    fields.finish()?;
    match kind.as_str() {
        "volume" if source.is_empty() => mount(None, &path, read_only),
        "volume" if is_name(&source) => mount(Some(source), &path, read_only),
        "tmpfs" => mount(None, &path, read_only),
        kind => Err(Problem::refused(format!(
            "a mount of the type {kind}: only volumes and memory are"
        ))),
    }
}

fn mount(volume: Option<String>, path: &str, read_only: bool) -> Result<Mount, Problem> {
    let below = |folder: &str| path == folder || path.starts_with(&format!("{folder}/"));
    let fine = path.starts_with('/')
        && !path.trim_matches('/').is_empty()
        && !path.split('/').any(|piece| piece == "..")
        && !path.contains(|mark: char| mark.is_control() || mark == ':' || mark == ',')
        && !["/proc", "/sys", "/dev"].into_iter().any(below);
    if !fine {
        return Err(Problem::refused(format!("mounting something at {path}")));
    }
    Ok(Mount {
        volume,
        path: format!("/{}", path.trim_matches('/')),
        read_only,
    })
}

/// The image's own health check, or none: another one belongs into the Dockerfile.
fn healthcheck(value: &Value) -> Result<bool, Problem> {
    let none = value.get("Test").and_then(|test| test.get(0)).and_then(Value::as_str) == Some("NONE");
    if none || means_nothing(value) {
        return Ok(!none);
    }
    Err(Problem::refused(
        "a health check that is not the image's own; write it into the Dockerfile",
    ))
}
