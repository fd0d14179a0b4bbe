//! Containers: from our description to the engine's, and their life.

use std::collections::HashMap;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::models::{
    ContainerCreateBody, EndpointSettings, HealthConfig, HostConfig, HostConfigLogConfig, NetworkingConfig,
    ResourcesUlimits,
};
use bollard::query_parameters::{CreateContainerOptions, KillContainerOptions, LogsOptions, WaitContainerOptions};
use futures_util::StreamExt;

use super::super::ring::Ring;
use super::super::text::{one_line, visible_bytes};
use super::super::{
    ContainerId, ContainerSpec, ContainerState, Engine, EngineError, EngineInfo, Network, Operation, Tmpfs,
};
use super::{DockerEngine, QUICK, failure};

/// Logs are bounded on the engine's disk, so reading them is quick.
const LOGS: Duration = Duration::from_secs(30);
/// Where the engine itself mounts memory, so that a size is an option of its own.
const SHARED_MEMORY: &str = "/dev/shm";

/// Makes a container.
pub(super) fn create(engine: &DockerEngine, spec: &ContainerSpec) -> Result<ContainerId, EngineError> {
    let information = engine.info()?;
    let options = CreateContainerOptions {
        name: (!spec.name.is_empty()).then(|| spec.name.clone()),
        ..Default::default()
    };
    let subject = if spec.name.is_empty() { &spec.image } else { &spec.name };
    engine
        .make(
            Operation::Create,
            subject,
            engine.client.create_container(Some(options), body(spec, &information)),
        )
        .map(|made| ContainerId(made.id))
}

/// The engine's description of a container.
fn body(spec: &ContainerSpec, information: &EngineInfo) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(spec.image.clone()),
        entrypoint: spec.entrypoint.clone(),
        cmd: spec.command.clone(),
        env: Some(
            spec.environment
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        ),
        user: spec.user.clone(),
        // If this is the path of a tmpfs, the engine makes the folder in the image first, and the runtime then gives the
        // mount that folder's owner and mode; `tmpfs_options` therefore always states all three.
        working_dir: spec.working_directory.clone(),
        attach_stdin: Some(spec.open_stdin),
        attach_stdout: Some(spec.open_stdin),
        attach_stderr: Some(spec.open_stdin),
        open_stdin: Some(spec.open_stdin),
        stdin_once: Some(spec.open_stdin),
        tty: Some(false),
        healthcheck: (!spec.healthcheck).then(|| HealthConfig {
            test: Some(vec!["NONE".to_owned()]),
            ..Default::default()
        }),
        labels: Some(spec.labels.clone().into_iter().collect()),
        host_config: Some(host_config(spec, information)),
        networking_config: networking(spec),
        ..Default::default()
    }
}

/// The container's names in its network.
fn networking(spec: &ContainerSpec) -> Option<NetworkingConfig> {
    let Network::Named(name) = &spec.network else {
        return None;
    };
    let endpoint = EndpointSettings {
        aliases: Some(spec.aliases.clone()),
        ..Default::default()
    };
    (!spec.aliases.is_empty()).then(|| NetworkingConfig {
        endpoints_config: Some(HashMap::from([(name.clone(), endpoint)])),
    })
}

fn host_config(spec: &ContainerSpec, information: &EngineInfo) -> HostConfig {
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let limits = &spec.limits;
    let mut ulimits = vec![
        ulimit("nofile", signed(limits.open_files)),
        ulimit("fsize", signed(limits.file_size)),
        ulimit("core", 0),
    ];
    if information.name == "Podman" {
        // As root, podman otherwise asks for a million processes, which a machine without CAP_SYS_RESOURCE refuses. With
        // Docker this limit would count every container's processes of the same user.
        ulimits.push(ulimit("nproc", 4096));
    }
    // The engine refuses more processors than it has.
    let millicpus = limits.millicpus.min(information.cpus.saturating_mul(1000));
    let (shared_memory, tmpfs): (Vec<&Tmpfs>, Vec<&Tmpfs>) =
        spec.tmpfs.iter().partition(|mount| mount.path == SHARED_MEMORY);
    HostConfig {
        network_mode: match &spec.network {
            Network::None => Some("none".to_owned()),
            Network::Default => None,
            Network::Container(owner) => Some(format!("container:{owner}")),
            Network::Named(name) => Some(name.clone()),
        },
        extra_hosts: (!spec.extra_hosts.is_empty()).then(|| spec.extra_hosts.clone()),
        readonly_rootfs: Some(spec.read_only),
        tmpfs: Some(
            tmpfs
                .into_iter()
                .map(|mount| (mount.path.clone(), tmpfs_options(mount)))
                .collect(),
        ),
        shm_size: shared_memory.first().map(|mount| signed(mount.size)),
        binds: (!spec.volumes.is_empty()).then(|| {
            spec.volumes
                .iter()
                .map(|(name, path, read_only)| format!("{name}:{path}:{}", if *read_only { "ro" } else { "rw" }))
                .collect()
        }),
        cap_drop: Some(vec!["ALL".to_owned()]),
        cap_add: (!spec.capabilities.is_empty()).then(|| spec.capabilities.clone()),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        privileged: Some(false),
        memory: Some(signed(limits.memory)),
        memory_swap: Some(signed(limits.memory)),
        nano_cpus: Some(i64::from(millicpus) * 1_000_000),
        pids_limit: Some(limits.pids),
        ulimits: Some(ulimits),
        init: Some(spec.init),
        auto_remove: Some(spec.auto_remove),
        log_config: Some(if spec.keep_logs {
            HostConfigLogConfig {
                typ: Some("json-file".to_owned()),
                config: Some(HashMap::from([
                    ("max-size".to_owned(), "1m".to_owned()),
                    ("max-file".to_owned(), "1".to_owned()),
                ])),
            }
        } else {
            HostConfigLogConfig {
                typ: Some("none".to_owned()),
                config: None,
            }
        }),
        ..Default::default()
    }
}

fn ulimit(name: &str, value: i64) -> ResourcesUlimits {
    ResourcesUlimits {
        name: Some(name.to_owned()),
        soft: Some(value),
        hard: Some(value),
    }
}

/// Every option is stated: what is left out would be taken from the folder below the mount.
fn tmpfs_options(mount: &Tmpfs) -> String {
    // An empty file costs the kernel about a kilobyte that no size limit counts.
    let files = (mount.size / 4096).clamp(1024, 200_000);
    format!(
        "rw,nosuid,nodev,{},size={},uid={owner},gid={owner},mode={:04o},nr_inodes={files}",
        if mount.executable { "exec" } else { "noexec" },
        mount.size,
        mount.mode,
        owner = mount.owner,
    )
}

/// Starts a container.
pub(super) fn start(engine: &DockerEngine, container: &ContainerId) -> Result<(), EngineError> {
    engine.call(
        Operation::Start,
        &container.0,
        QUICK,
        engine.client.start_container(&container.0, None),
    )
}

/// The state of a container.
pub(super) fn state(engine: &DockerEngine, container: &ContainerId) -> Result<ContainerState, EngineError> {
    let found = engine.call(
        Operation::InspectContainer,
        &container.0,
        QUICK,
        engine.client.inspect_container(&container.0, None),
    )?;
    let state = found.state.unwrap_or_default();
    let running = state.running.unwrap_or(false);
    let started = state.started_at.is_some_and(|time| !time.starts_with("0001-"));
    Ok(ContainerState {
        running,
        exit_code: if running || !started { None } else { state.exit_code },
        out_of_memory: state.oom_killed.unwrap_or(false),
        health: state
            .health
            .and_then(|health| health.status)
            .map(|status| status.to_string())
            .filter(|status| !status.is_empty() && status != "none"),
    })
}

/// The end of what a container printed.
pub(super) fn logs(engine: &DockerEngine, container: &ContainerId, limit: usize) -> Result<String, EngineError> {
    let options = LogsOptions {
        stdout: true,
        stderr: true,
        tail: "all".to_owned(),
        ..Default::default()
    };
    engine.call(Operation::Logs, &container.0, LOGS, async {
        let mut kept = Ring::tail_only(limit);
        let mut stream = engine.client.logs(&container.0, Some(options));
        while let Some(piece) = stream.next().await {
            let piece = piece?;
            if let Some(error) = engine_trouble(&piece) {
                return Err(Error::DockerStreamError { error });
            }
            kept.push(piece.as_ref());
        }
        Ok(visible_bytes(&kept.into_bytes()))
    })
}

/// What the engine says of itself in the middle of a log: a frame of the fourth kind, with the usual eight bytes of header.
/// The client does not know the kind, and hands it over as if a terminal had printed it; our containers have none.
fn engine_trouble(piece: &LogOutput) -> Option<String> {
    match piece {
        LogOutput::Console { message } if message.starts_with(&[3, 0, 0, 0]) => {
            let text = String::from_utf8_lossy(message.get(8..).unwrap_or_default());
            Some(text.trim().to_owned())
        }
        _ => None,
    }
}

/// Sends a signal.
pub(super) fn signal(engine: &DockerEngine, container: &ContainerId, signal: &str) -> Result<(), EngineError> {
    engine.call(Operation::Signal, &container.0, QUICK, kill(engine, container, signal))
}

/// Sends a signal; a container that has ended is no error.
pub(super) async fn kill(engine: &DockerEngine, container: &ContainerId, signal: &str) -> Result<(), Error> {
    let options = KillContainerOptions {
        signal: signal.to_owned(),
    };
    match engine.client.kill_container(&container.0, Some(options)).await {
        Err(error) if failure::is_missing(&error) || failure::is_conflict(&error) => Ok(()),
        // Engines before 25 answer 409 to a container that is not running; podman answers 500.
        Err(Error::DockerResponseServerError { message, .. }) if message.contains("is not running") => Ok(()),
        other => other,
    }
}

/// Waits for the end of a container.
pub(super) fn wait(
    engine: &DockerEngine,
    container: &ContainerId,
    timeout: Duration,
) -> Result<Option<i64>, EngineError> {
    let options = WaitContainerOptions {
        condition: "not-running".to_owned(),
    };
    engine.call(Operation::Wait, &container.0, timeout.saturating_add(QUICK), async {
        let mut stream = engine.client.wait_container(&container.0, Some(options));
        match tokio::time::timeout(timeout, stream.next()).await {
            Err(_) => Ok(None),
            Ok(Some(Ok(ended))) => Ok(Some(ended.status_code)),
            // The client makes an error of every code but zero.
            Ok(Some(Err(Error::DockerContainerWaitError { code, .. }))) => Ok(Some(code)),
            Ok(Some(Err(error))) => Err(error),
            Ok(None) => Err(Error::DockerStreamError {
                error: "the engine ended the answer without an exit code".to_owned(),
            }),
        }
    })
}

/// The bytes of a piece of output, and whether they are of standard error.
pub(super) fn piece(output: &LogOutput) -> (&[u8], bool) {
    match output {
        LogOutput::StdErr { message } => (message, true),
        LogOutput::StdOut { message } | LogOutput::StdIn { message } | LogOutput::Console { message } => {
            (message, false)
        }
    }
}

/// A container's id as a short word for messages.
pub(super) fn short(container: &ContainerId) -> String {
    one_line(container.0.get(..12).unwrap_or(&container.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tmpfs_states_every_option() {
        let mount = Tmpfs {
            path: "/work".to_owned(),
            size: 64 << 20,
            owner: 65534,
            mode: 0o700,
            executable: true,
        };
        assert_eq!(
            tmpfs_options(&mount),
            "rw,nosuid,nodev,exec,size=67108864,uid=65534,gid=65534,mode=0700,nr_inodes=16384"
        );
    }

    #[test]
    fn the_engine_s_own_trouble_is_no_line_of_the_log() {
        let frame = b"\x03\0\0\0\0\0\0\x24Error grabbing logs: unexpected EOF\n";
        let console = |message: &'static [u8]| LogOutput::Console {
            message: message.into(),
        };
        assert_eq!(
            engine_trouble(&console(frame)).as_deref(),
            Some("Error grabbing logs: unexpected EOF")
        );
        assert_eq!(engine_trouble(&console(b"{}\n")), None);
        assert_eq!(engine_trouble(&console(b"\x03\0\0\0")).as_deref(), Some(""));
    }
}
