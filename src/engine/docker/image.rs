//! What the engine is, and its images.

use std::time::Duration;

use bollard::models::{ContainerConfig, ImageInspect};
use bollard::query_parameters::{CommitContainerOptions, CreateImageOptions};
use futures_util::StreamExt;

use super::super::text::one_line;
use super::super::{ContainerId, EngineError, EngineInfo, ImageInfo, Labels, Operation};
use super::{DockerEngine, QUICK, failure};

/// Commits write the whole layer before they answer.
const COMMIT: Duration = Duration::from_secs(600);
/// A large image over a slow link.
const PULL: Duration = Duration::from_secs(1200);

/// Asks the engine what it is.
pub(super) fn info(engine: &DockerEngine) -> Result<EngineInfo, EngineError> {
    let address = engine.address.shown();
    let (version, system) = engine.call(Operation::Info, &address, QUICK, async {
        let version = engine.client.version().await?;
        let system = engine.client.info().await?;
        Ok((version, system))
    })?;
    let component = version.components.iter().flatten().next();
    let podman = component.is_some_and(|component| component.name.contains("Podman"));
    let name = if podman { "Podman" } else { "Docker Engine" };
    let client_version = engine.client.client_version();
    let api = version
        .api_version
        .clone()
        .unwrap_or_else(|| client_version.to_string());
    Ok(EngineInfo {
        name: name.to_owned(),
        version: one_line(&version.version.or(system.server_version).unwrap_or_default()),
        // Podman accepts the parameter and builds with buildah; Docker has BuildKit since API 1.39, on Linux.
        buildkit: !podman && at_least(&api, (1, 39)) && system.os_type.as_deref() == Some("linux"),
        api: one_line(&api),
        os: one_line(&system.os_type.unwrap_or_default()),
        architecture: one_line(&system.architecture.unwrap_or_default()),
        cpus: system
            .ncpu
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(1)
            .max(1),
        memory: system
            .mem_total
            .and_then(|bytes| u64::try_from(bytes).ok())
            .unwrap_or(0),
        address,
    })
}

/// Is the version `major.minor` at least this one?
fn at_least(version: &str, wanted: (u32, u32)) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= wanted
}

/// Looks at an image.
pub(super) fn inspect(engine: &DockerEngine, reference: &str) -> Result<Option<ImageInfo>, EngineError> {
    engine
        .call(Operation::InspectImage, reference, QUICK, async {
            match engine.client.inspect_image(reference).await {
                Ok(image) => Ok(Some(image)),
                Err(error) if failure::is_missing(&error) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .map(|image| image.map(describe))
}

fn describe(image: ImageInspect) -> ImageInfo {
    let config = image.config.unwrap_or_default();
    let sorted = |list: Option<Vec<String>>| {
        let mut list = list.unwrap_or_default();
        list.sort();
        list
    };
    ImageInfo {
        id: image.id.unwrap_or_default(),
        size: image.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        user: config.user.unwrap_or_default(),
        environment: config.env.unwrap_or_default(),
        exposed_ports: sorted(config.exposed_ports),
        volumes: sorted(config.volumes),
        healthcheck: config
            .healthcheck
            .and_then(|check| check.test)
            .filter(|test| test.first().is_some_and(|kind| kind != "NONE")),
        command: config.cmd.unwrap_or_default(),
        entrypoint: config.entrypoint.unwrap_or_default(),
        working_directory: config.working_dir.unwrap_or_default(),
        stop_signal: config.stop_signal.filter(|signal| !signal.is_empty()),
        layers: image.root_fs.and_then(|root| root.layers).unwrap_or_default(),
        architecture: image.architecture.unwrap_or_default(),
    }
}

/// Fetches an image.
pub(super) fn pull(
    engine: &DockerEngine,
    reference: &str,
    on_line: &mut dyn FnMut(&str),
) -> Result<ImageInfo, EngineError> {
    // Without a tag the engine would fetch every tag there is.
    let named = reference.rsplit('/').next().unwrap_or(reference);
    let full = if named.contains([':', '@']) {
        reference.to_owned()
    } else {
        format!("{reference}:latest")
    };
    let options = CreateImageOptions {
        from_image: Some(full.clone()),
        ..Default::default()
    };
    engine.call(Operation::Pull, &full, PULL, async {
        let mut stream = engine.client.create_image(Some(options), None, None);
        while let Some(message) = stream.next().await {
            let message = message?;
            if let Some(error) = message.error_detail.and_then(|detail| detail.message) {
                return Err(bollard::errors::Error::DockerStreamError { error });
            }
            if let Some(status) = message.status {
                let id = message.id.map(|id| format!("{id}: ")).unwrap_or_default();
                on_line(&one_line(&format!("{id}{status}")));
            }
        }
        Ok(())
    })?;
    inspect(engine, &full)?
        .ok_or_else(|| EngineError::new(Operation::Pull, &full, "the engine has no such image after the pull"))
}

/// Saves a container as an image. The engine copies the container's own labels, too; those given win.
pub(super) fn commit(
    engine: &DockerEngine,
    container: &ContainerId,
    tag: &str,
    labels: &Labels,
) -> Result<String, EngineError> {
    let (repository, tag) = match tag.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (tag, "latest"),
    };
    let options = CommitContainerOptions {
        container: Some(container.0.clone()),
        repo: Some(repository.to_owned()),
        tag: Some(tag.to_owned()),
        pause: true,
        ..Default::default()
    };
    let config = ContainerConfig {
        labels: Some(labels.clone().into_iter().collect()),
        ..Default::default()
    };
    engine
        .call(
            Operation::Commit,
            &container.0,
            COMMIT,
            engine.client.commit_container(options, config),
        )
        .map(|answer| answer.id)
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(super::at_least("1.41", (1, 39)));
        assert!(super::at_least("2.0", (1, 39)));
        assert!(!super::at_least("1.9", (1, 39)));
        assert!(!super::at_least("", (1, 39)));
    }
}
