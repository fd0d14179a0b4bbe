//! Listing and removing what was made: containers, networks, volumes, images.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bollard::errors::Error;
use bollard::models::{NetworkCreateRequest, VolumeCreateRequest};
use bollard::query_parameters::{
    ListContainersOptions, ListImagesOptions, ListNetworksOptions, ListVolumesOptions, RemoveContainerOptions,
    RemoveImageOptions, RemoveVolumeOptions,
};

use super::super::text::one_line;
use super::super::{Engine, EngineError, EngineObject, Labels, ListedObject, Operation, VolumeMemory};
use super::{DockerEngine, failure};

/// Makes a volume.
pub(super) fn create_volume(
    engine: &DockerEngine,
    name: &str,
    memory: Option<&VolumeMemory>,
    labels: &Labels,
) -> Result<(), EngineError> {
    let request = VolumeCreateRequest {
        name: Some(name.to_owned()),
        driver: memory.map(|_| "local".to_owned()),
        driver_opts: memory.map(|memory| {
            [
                ("type", "tmpfs".to_owned()),
                ("device", "tmpfs".to_owned()),
                ("o", memory_options(memory)),
            ]
            .map(|(option, value)| (option.to_owned(), value))
            .into()
        }),
        labels: Some(labels.clone().into_iter().collect()),
        ..Default::default()
    };
    engine
        .make(Operation::CreateVolume, name, engine.client.create_volume(request))
        .map(|_| ())
}

/// How a volume's memory is mounted.
fn memory_options(memory: &VolumeMemory) -> String {
    // An empty file costs the kernel about a kilobyte that no size limit counts.
    let files = (memory.size / 4096).clamp(1024, 200_000);
    format!(
        "nosuid,nodev,noexec,size={},uid={owner},gid={owner},mode={:04o},nr_inodes={files}",
        memory.size,
        memory.mode,
        owner = memory.owner,
    )
}

/// Makes a network whose containers reach each other and nothing else. An internal bridge alone has an address on the
/// engine's host, through which its services can be reached; without that address there is no way out.
pub(super) fn create_network(engine: &DockerEngine, name: &str, labels: &Labels) -> Result<(), EngineError> {
    let request = NetworkCreateRequest {
        name: name.to_owned(),
        driver: Some("bridge".to_owned()),
        internal: Some(true),
        // Podman refuses options that it does not know.
        options: (engine.info()?.name != "Podman")
            .then(|| HashMap::from([("com.docker.network.bridge.inhibit_ipv4".to_owned(), "true".to_owned())])),
        labels: Some(labels.clone().into_iter().collect()),
        ..Default::default()
    };
    engine
        .make(Operation::CreateNetwork, name, engine.client.create_network(request))
        .map(|_| ())
}

/// Removes an object, also a running container, with its anonymous volumes.
pub(super) fn remove(engine: &DockerEngine, object: &EngineObject) -> Result<(), EngineError> {
    let client = &engine.client;
    match object {
        EngineObject::Container(name) => {
            let options = RemoveContainerOptions {
                force: true,
                v: true,
                link: false,
            };
            engine.clean_up(Operation::Remove, name, async {
                match client.remove_container(name, Some(options)).await {
                    // Somebody else, or the engine itself after auto-remove, is at it: wait until it is done.
                    Err(error) if failure::is_conflict(&error) => gone(engine, name, error).await,
                    other => found(other),
                }
            })
        }
        EngineObject::Network(name) => engine.clean_up(Operation::Remove, name, async {
            found(client.remove_network(name).await)
        }),
        EngineObject::Volume(name) => engine.clean_up(Operation::Remove, name, async {
            found(
                client
                    .remove_volume(name, Some(RemoveVolumeOptions { force: true }))
                    .await,
            )
        }),
        EngineObject::Image(name) => {
            let options = RemoveImageOptions {
                force: true,
                noprune: false,
                platforms: None,
            };
            engine.clean_up(Operation::Remove, name, async {
                found(client.remove_image(name, Some(options), None).await.map(|_| ()))
            })
        }
    }
}

/// An object that is gone already is no error.
fn found(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(error) if failure::is_missing(&error) => Ok(()),
        other => other,
    }
}

/// Waits until a container that is being removed is gone.
async fn gone(engine: &DockerEngine, name: &str, conflict: Error) -> Result<(), Error> {
    for _ in 0..200 {
        match engine.client.inspect_container(name, None).await {
            Err(error) if failure::is_missing(&error) => return Ok(()),
            Err(error) => return Err(error),
            Ok(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    Err(conflict)
}

/// Everything with this label.
pub(super) fn list(engine: &DockerEngine, label: &str) -> Result<Vec<ListedObject>, EngineError> {
    let filters = || Some(HashMap::from([("label".to_owned(), vec![label.to_owned()])]));
    let client = &engine.client;
    let containers = client.list_containers(Some(ListContainersOptions {
        all: true,
        filters: filters(),
        ..Default::default()
    }));
    let networks = client.list_networks(Some(ListNetworksOptions { filters: filters() }));
    let volumes = client.list_volumes(Some(ListVolumesOptions { filters: filters() }));
    let images = client.list_images(Some(ListImagesOptions {
        filters: filters(),
        ..Default::default()
    }));
    let (containers, networks, volumes, images) = engine.clean_up(Operation::List, label, async {
        tokio::try_join!(containers, networks, volumes, images)
    })?;

    let mut listed = Vec::new();
    for container in containers {
        let id = container.id.unwrap_or_default();
        let name = container.names.unwrap_or_default().into_iter().next();
        listed.push(ListedObject {
            name: one_line(name.as_deref().unwrap_or(&id).trim_start_matches('/')),
            object: EngineObject::Container(id),
            labels: labels(container.labels),
            created: container.created.and_then(unix_time),
            size: 0,
        });
    }
    for network in networks {
        let name = network.name.unwrap_or_default();
        listed.push(ListedObject {
            object: EngineObject::Network(network.id.unwrap_or_else(|| name.clone())),
            name: one_line(&name),
            labels: labels(network.labels),
            created: network.created.map(SystemTime::from),
            size: 0,
        });
    }
    for volume in volumes.volumes.unwrap_or_default() {
        listed.push(ListedObject {
            name: one_line(&volume.name),
            object: EngineObject::Volume(volume.name),
            labels: labels(Some(volume.labels)),
            created: volume.created_at.map(SystemTime::from),
            size: 0,
        });
    }
    for image in images {
        let name = image.repo_tags.iter().find(|tag| !tag.contains("<none>")).map_or_else(
            || image.id.chars().take("sha256:".len() + 12).collect(),
            |tag| one_line(tag),
        );
        listed.push(ListedObject {
            name,
            object: EngineObject::Image(image.id),
            labels: labels(Some(image.labels)),
            created: unix_time(image.created),
            size: u64::try_from(image.size).unwrap_or(0),
        });
    }
    Ok(listed)
}

fn labels(labels: Option<HashMap<String, String>>) -> Labels {
    labels.unwrap_or_default().into_iter().collect()
}

fn unix_time(seconds: i64) -> Option<SystemTime> {
    u64::try_from(seconds)
        .ok()
        .map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
}
