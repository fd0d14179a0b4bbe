//! New containers: what was asked for, inside a profile of ours.

use std::time::SystemTime;

use serde_json::json;

use super::asked::{Asked, CAPABILITIES, Place, is_name};
use super::books::{Container, Grant, Published};
use super::call::Call;
use super::desk::{Answer, Desk};
use super::objects;
use super::problem::Problem;
use crate::engine::{ContainerSpec, Network, sandbox};

/// Most containers at once.
const MOST: usize = 12;

pub(super) fn create(desk: &Desk<'_>, call: &Call) -> Result<Answer, Problem> {
    let asked = Asked::read(&call.body)?;
    let name = match call.query("name") {
        "" => format!("nameless-{}", &super::books::identifier()[..8]),
        name => name.trim_start_matches('/').to_owned(),
    };
    if !is_name(&name) {
        return Err(Problem::invalid(format!("Invalid container name ({name})")));
    }
    let grant = {
        let mut books = desk.books();
        let grant = books.image(&asked.image)?.1.clone();
        if let Place::Named(network) = &asked.place {
            books.network(network)?;
        }
        let taken = books.containers.values().any(|container| container.name == name) || books.reserved.contains(&name);
        if taken {
            return Err(Problem::conflict(format!(
                "Conflict. The container name \"/{name}\" is already in use."
            )));
        }
        if books.containers.len() + books.reserved.len() >= MOST {
            return Err(Problem::refused(format!("more than {MOST} containers")));
        }
        books.reserved.push(name.clone());
        grant
    };
    let made = make(desk, &name, &asked, &grant);
    let mut books = desk.books();
    books.reserved.retain(|reserved| *reserved != name);
    let container = made?;
    let id = container.id.0.clone();
    books.containers.insert(id.clone(), container);
    Ok(Answer::Plain(201, json!({"Id": id, "Warnings": []})))
}

fn make(desk: &Desk<'_>, name: &str, asked: &Asked, grant: &Grant) -> Result<Container, Problem> {
    let mut volumes = Vec::new();
    for mount in &asked.mounts {
        if let Some(volume) = &mount.volume {
            volumes.push((objects::volume(desk, volume)?, mount.path.clone(), mount.read_only));
        }
    }
    let mut spec = profile(asked, grant, volumes);
    let named = matches!(asked.place, Place::Named(_));
    let mut aliases = asked.aliases.clone();
    if named {
        aliases.push(name.to_owned());
    }
    let mut decoy = None;
    spec.network = match asked.place {
        Place::None => Network::None,
        _ if !grant.reachable => {
            let mut stand_in = sandbox::keeper(desk.sleeper);
            stand_in.network = Network::Named(desk.network.to_owned());
            stand_in.aliases = aliases;
            decoy = Some(desk.session.start("decoy", stand_in)?);
            Network::None
        }
        _ => {
            spec.aliases = aliases;
            Network::Named(desk.network.to_owned())
        }
    };
    let (id, host) = desk.session.create_named("deployed", spec)?;
    let published = asked.ports.iter().map(|port| Published {
        container: port.container,
        host: port.host.clone(),
        port: port.port,
        listener: None,
    });
    Ok(Container {
        published: published.collect(),
        id,
        name: name.to_owned(),
        host,
        asked: asked.clone(),
        grant: grant.clone(),
        created: SystemTime::now(),
        started: None,
        ended: None,
        decoy,
    })
}

/// The sandbox in which the container runs, with what was asked for inside it.
fn profile(asked: &Asked, grant: &Grant, volumes: Vec<(String, String, bool)>) -> ContainerSpec {
    let mut spec = sandbox::service(&grant.info, Network::None, asked.environment.clone());
    let memory = asked.mounts.iter().filter(|mount| mount.volume.is_none());
    sandbox::add_memory(&mut spec, memory.map(|mount| mount.path.as_str()));
    if grant.capable {
        sandbox::add_memory(&mut spec, ["/var/cache/nginx"].into_iter());
        let all = asked.dropped.iter().any(|name| name == "ALL");
        let kept = |name: &&str| {
            asked.added.iter().any(|added| added == name)
                || !all && !asked.dropped.iter().any(|dropped| dropped == name)
        };
        spec.capabilities = CAPABILITIES.into_iter().filter(kept).map(str::to_owned).collect();
    }
    spec.tmpfs.retain(|known| {
        !volumes
            .iter()
            .any(|(_, path, _)| *path == known.path.trim_end_matches('/'))
    });
    spec.volumes = volumes;
    spec.entrypoint.clone_from(&asked.entrypoint);
    spec.command.clone_from(&asked.command);
    spec.user.clone_from(&asked.user);
    spec.working_directory.clone_from(&asked.working_directory);
    spec.init = asked.init;
    spec.healthcheck = asked.healthcheck;
    if asked.memory > 0 {
        // Less than a process needs to start would look like a fault of the engine's.
        spec.limits.memory = spec.limits.memory.min(asked.memory.max(16 << 20));
    }
    if asked.nano_cpus > 0 {
        let wish = u32::try_from(asked.nano_cpus / 1_000_000).unwrap_or(u32::MAX).max(10);
        spec.limits.millicpus = spec.limits.millicpus.min(wish);
    }
    if asked.pids > 0 {
        spec.limits.pids = spec.limits.pids.min(i64::try_from(asked.pids).unwrap_or(i64::MAX));
    }
    spec
}
