//! What clients read: the project's containers, images, networks and volumes in the engine's own words.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::asked::Place;
use super::books::{Container, Grant, Thing, or_null};
use crate::engine::ContainerState;
use crate::report::time::rfc3339;

/// What `docker version` and every SDK asks first.
pub(super) fn version() -> Value {
    json!({
        "Platform": {"Name": "proofolio"},
        "Version": "28.0.0", "ApiVersion": "1.44", "MinAPIVersion": "1.24",
        "Os": "linux", "Arch": "amd64", "KernelVersion": "", "GoVersion": "", "GitCommit": "",
        "Components": [],
    })
}

/// What `docker info` shows.
pub(super) fn info(containers: usize, running: usize, images: usize) -> Value {
    json!({
        "ID": "proofolio", "Name": "proofolio", "ServerVersion": "28.0.0", "OperatingSystem": "proofolio",
        "OSType": "linux", "Architecture": "x86_64", "Driver": "overlay2", "NCPU": 2, "MemTotal": 1_u64 << 30,
        "Containers": containers, "ContainersRunning": running, "ContainersPaused": 0,
        "ContainersStopped": containers - running, "Images": images, "Warnings": [], "SecurityOptions": [],
        "Swarm": {"LocalNodeState": "inactive"}, "Plugins": {"Volume": ["local"], "Network": ["bridge"]},
    })
}

/// `created`, `running` or `exited`.
pub(super) fn status(container: &Container, state: &ContainerState) -> &'static str {
    match (state.running, container.started) {
        (true, _) => "running",
        (false, None) => "created",
        (false, Some(_)) => "exited",
    }
}

fn moment(time: Option<SystemTime>) -> String {
    time.map_or_else(|| "0001-01-01T00:00:00Z".to_owned(), rfc3339)
}

fn network_name(place: &Place) -> &str {
    match place {
        Place::None => "none",
        Place::Default => "bridge",
        Place::Named(name) => name,
    }
}

fn bindings(container: &Container) -> Map<String, Value> {
    let mut bindings: Map<String, Value> = Map::new();
    for port in &container.published {
        let binding = json!({"HostIp": port.host, "HostPort": port.port.to_string()});
        if let Some(list) = bindings
            .entry(format!("{}/tcp", port.container))
            .or_insert_with(|| json!([]))
            .as_array_mut()
        {
            list.push(binding);
        }
    }
    bindings
}

fn mounts(container: &Container) -> Vec<Value> {
    let asked = container.asked.mounts.iter();
    asked
        .map(|mount| {
            json!({
                "Type": if mount.volume.is_some() { "volume" } else { "tmpfs" },
                "Name": or_null(mount.volume.as_deref()), "Source": "", "Destination": mount.path,
                "Driver": "local", "Mode": "", "RW": !mount.read_only, "Propagation": "",
            })
        })
        .collect()
}

fn networks(container: &Container) -> Value {
    let name = network_name(&container.asked.place);
    json!({name: {
        "NetworkID": name, "EndpointID": container.id.0, "Aliases": container.asked.aliases,
        "DNSNames": [container.name], "Gateway": "", "IPAddress": "", "IPPrefixLen": 0, "MacAddress": "",
    }})
}

/// `docker inspect` of a container.
pub(super) fn container(container: &Container, state: &ContainerState) -> Value {
    let (asked, image) = (&container.asked, &container.grant.info);
    let entrypoint = asked.entrypoint.clone().unwrap_or_else(|| image.entrypoint.clone());
    let command = asked.command.clone().unwrap_or_else(|| {
        // An entry point of one's own takes the image's command away.
        if asked.entrypoint.is_some() {
            Vec::new()
        } else {
            image.command.clone()
        }
    });
    let mut words = entrypoint.iter().chain(&command);
    let path = words.next().cloned().unwrap_or_default();
    let mut state_json = json!({
        "Status": status(container, state), "Running": state.running, "Paused": false, "Restarting": false,
        "OOMKilled": state.out_of_memory, "Dead": false, "Pid": u8::from(state.running),
        "ExitCode": state.exit_code.unwrap_or(0), "Error": "",
        "StartedAt": moment(container.started),
        "FinishedAt": moment(container.ended.filter(|_| !state.running)),
    });
    if let (Some(health), Some(fields)) = (&state.health, state_json.as_object_mut()) {
        fields.insert(
            "Health".to_owned(),
            json!({"Status": health, "FailingStreak": 0, "Log": []}),
        );
    }
    json!({
        "Id": container.id.0, "Created": moment(Some(container.created)),
        "Path": path, "Args": words.collect::<Vec<_>>(),
        "State": state_json,
        "Image": image.id, "Name": format!("/{}", container.name), "RestartCount": 0,
        "Driver": "overlay2", "Platform": "linux", "MountLabel": "", "ProcessLabel": "", "AppArmorProfile": "",
        "ExecIDs": null, "ResolvConfPath": "", "HostnamePath": "", "HostsPath": "", "LogPath": "",
        "HostConfig": {
            "NetworkMode": network_name(&asked.place), "PortBindings": bindings(container),
            "RestartPolicy": {"Name": asked.restart, "MaximumRetryCount": 0},
            "AutoRemove": asked.auto_remove, "ReadonlyRootfs": asked.read_only, "Privileged": false,
            "CapDrop": asked.dropped, "CapAdd": asked.added, "SecurityOpt": ["no-new-privileges"],
            "Memory": asked.memory, "NanoCpus": asked.nano_cpus, "PidsLimit": asked.pids, "Init": asked.init,
            "Binds": null, "LogConfig": {"Type": "json-file", "Config": {}},
        },
        "Mounts": mounts(container),
        "Config": {
            "Hostname": &container.id.0[..container.id.0.len().min(12)], "Domainname": "",
            "User": asked.user.as_deref().unwrap_or(&image.user), "Image": asked.image, "Labels": asked.labels,
            "Env": variables(container), "Cmd": command, "Entrypoint": entrypoint,
            "WorkingDir": asked.working_directory.as_deref().unwrap_or(&image.working_directory),
            "ExposedPorts": image.exposed_ports.iter().map(|port| (port.clone(), json!({}))).collect::<Map<_, _>>(),
            "Healthcheck": {"Test": image.healthcheck}, "Tty": false, "OpenStdin": false, "StdinOnce": false,
            "AttachStdin": false, "AttachStdout": false, "AttachStderr": false, "Volumes": null, "OnBuild": null,
            "StopSignal": or_null(asked.stop_signal.as_deref().or(image.stop_signal.as_deref())),
        },
        "NetworkSettings": {
            "Bridge": "", "SandboxID": "", "IPAddress": "", "Gateway": "",
            "Ports": if state.running { bindings(container) } else { Map::new() },
            "Networks": networks(container),
        },
    })
}

/// The image's variables with those that were asked for.
fn variables(container: &Container) -> Vec<String> {
    let asked = &container.asked.environment;
    let pairs = asked.iter().map(|(name, value)| format!("{name}={value}"));
    let of_image = container.grant.info.environment.iter();
    let kept = of_image.filter(|pair| !asked.contains_key(pair.split('=').next().unwrap_or_default()));
    kept.cloned().chain(pairs).collect()
}

/// A line of `docker ps`.
pub(super) fn listed(container: &Container, state: &ContainerState) -> Value {
    let ports: Vec<Value> = container
        .published
        .iter()
        .filter(|_| state.running)
        .map(|port| json!({"IP": port.host, "PrivatePort": port.container, "PublicPort": port.port, "Type": "tcp"}))
        .collect();
    let asked = &container.asked;
    json!({
        "Id": container.id.0, "Names": [format!("/{}", container.name)],
        "Image": asked.image, "ImageID": container.grant.info.id,
        "Command": asked.command.as_ref().unwrap_or(&container.grant.info.command).join(" "),
        "Created": seconds(container.created), "Ports": ports, "Labels": asked.labels,
        "State": status(container, state), "Status": words(container, state),
        "HostConfig": {"NetworkMode": network_name(&asked.place)},
        "NetworkSettings": {"Networks": networks(container)}, "Mounts": mounts(container),
    })
}

/// `Up 3 seconds (healthy)`
fn words(container: &Container, state: &ContainerState) -> String {
    let since = |time: Option<SystemTime>| {
        let age = time.and_then(|time| SystemTime::now().duration_since(time).ok());
        age.unwrap_or(Duration::ZERO).as_secs()
    };
    match (status(container, state), &state.health) {
        ("running", None) => format!("Up {} seconds", since(container.started)),
        ("running", Some(health)) if health == "starting" => {
            format!("Up {} seconds (health: starting)", since(container.started))
        }
        ("running", Some(health)) => format!("Up {} seconds ({health})", since(container.started)),
        ("exited", _) => format!(
            "Exited ({}) {} seconds ago",
            state.exit_code.unwrap_or(0),
            since(container.ended)
        ),
        _ => "Created".to_owned(),
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

/// `docker image inspect`
pub(super) fn image(reference: &str, grant: &Grant) -> Value {
    let image = &grant.info;
    let digest = reference.contains('@');
    json!({
        "Id": image.id, "RepoTags": if digest { json!([]) } else { json!([reference]) },
        "RepoDigests": if digest { json!([reference]) } else { json!([]) },
        "Parent": "", "Comment": "", "Created": "2020-01-01T00:00:00Z", "Author": "",
        "Architecture": image.architecture, "Os": "linux", "Size": image.size, "VirtualSize": image.size,
        "Config": {
            "User": image.user, "Env": image.environment, "Cmd": image.command, "Entrypoint": image.entrypoint,
            "WorkingDir": image.working_directory, "Labels": {}, "Healthcheck": {"Test": image.healthcheck},
            "ExposedPorts": image.exposed_ports.iter().map(|port| (port.clone(), json!({}))).collect::<Map<_, _>>(),
            "StopSignal": or_null(image.stop_signal.as_deref()),
        },
        "RootFS": {"Type": "layers", "Layers": image.layers},
    })
}

/// A line of `docker images`.
pub(super) fn image_listed(reference: &str, grant: &Grant) -> Value {
    let digest = reference.contains('@');
    json!({
        "Id": grant.info.id, "ParentId": "", "Created": 1_577_836_800, "Size": grant.info.size,
        "RepoTags": if digest { json!([]) } else { json!([reference]) },
        "RepoDigests": if digest { json!([reference]) } else { json!([]) },
        "Labels": {}, "SharedSize": -1, "Containers": -1, "VirtualSize": grant.info.size,
    })
}

/// `docker network inspect`
pub(super) fn network(name: &str, thing: &Thing) -> Value {
    json!({
        "Name": name, "Id": thing.id, "Created": rfc3339(thing.created), "Scope": "local",
        "Driver": if matches!(name, "host" | "none") { name } else { "bridge" },
        "EnableIPv6": false, "Internal": false, "Attachable": false, "Ingress": false,
        "IPAM": {"Driver": "default", "Options": {}, "Config": []},
        "Containers": {}, "Options": {}, "Labels": thing.labels,
    })
}

/// `docker volume inspect`
pub(super) fn volume(name: &str, thing: &Thing) -> Value {
    json!({
        "Name": name, "Driver": "local", "Mountpoint": "", "CreatedAt": rfc3339(thing.created),
        "Labels": thing.labels, "Scope": "local", "Options": {},
    })
}
