//! Images, networks and volumes: images are those that were granted, networks stand in the books alone, volumes are memory.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::answers;
use super::asked::{Place, is_name};
use super::books::{Thing, identifier, normal};
use super::call::Call;
use super::desk::{Answer, Desk};
use super::problem::Problem;
use crate::engine::{VolumeMemory, sandbox};

/// Most networks, and most volumes.
const MOST: usize = 8;
/// The memory of a volume: everybody in a container can write it, as far as its image does not say otherwise.
const VOLUME: VolumeMemory = VolumeMemory {
    size: 64 << 20,
    owner: 0,
    mode: 0o1777,
};
/// The networks that every engine has.
const GIVEN: [&str; 3] = ["bridge", "host", "none"];

pub(super) fn route(desk: &Desk<'_>, call: &Call, path: &[&str]) -> Result<Answer, Problem> {
    match (call.method.as_str(), path) {
        ("GET", ["images", "json"]) => {
            let books = desk.books();
            let images = books
                .images
                .iter()
                .map(|(name, grant)| answers::image_listed(name, grant));
            Ok(Answer::Plain(200, images.collect()))
        }
        // A pull of what is there.
        ("POST", ["images", "create"]) => pull(desk, call),
        ("POST", ["images", "prune"]) => Ok(Answer::Plain(200, json!({"ImagesDeleted": null, "SpaceReclaimed": 0}))),
        ("GET", ["images", name @ .., "json"]) => {
            let books = desk.books();
            let (reference, grant) = books.image(&name.join("/"))?;
            Ok(Answer::Plain(200, answers::image(reference, grant)))
        }
        ("POST", ["images", name @ .., "tag"]) => tag(desk, call, &name.join("/")),
        ("GET", ["networks"]) => networks(desk, call),
        ("POST", ["networks", "create"]) => create_network(desk, call),
        ("GET", ["networks", name]) => match desk.books().network(name) {
            Ok((name, thing)) => Ok(Answer::Plain(200, answers::network(name, thing))),
            Err(_) if GIVEN.contains(name) => Ok(Answer::Plain(200, answers::network(name, &given(name)))),
            Err(problem) => Err(problem),
        },
        ("DELETE", ["networks", name]) => {
            let mut books = desk.books();
            let name = books.network(name)?.0.to_owned();
            let used = books
                .containers
                .values()
                .any(|container| container.asked.place == Place::Named(name.clone()));
            if used {
                return Err(Problem::of(
                    403,
                    format!("error while removing network: network {name} has active endpoints"),
                ));
            }
            books.networks.remove(&name);
            Ok(Answer::Plain(204, Value::Null))
        }
        ("GET", ["volumes"]) => {
            let filters = filters(call, &["name", "label"])?;
            let books = desk.books();
            let volumes: Vec<Value> = books
                .volumes
                .iter()
                .filter(|(name, thing)| fits(&filters, name, thing))
                .map(|(name, thing)| answers::volume(name, thing))
                .collect();
            Ok(Answer::Plain(200, json!({"Volumes": volumes, "Warnings": []})))
        }
        ("POST", ["volumes", "create"]) => create_volume(desk, call),
        ("GET", ["volumes", name]) => {
            let books = desk.books();
            let thing = books
                .volumes
                .get(*name)
                .ok_or_else(|| Problem::missing("volume", name))?;
            Ok(Answer::Plain(200, answers::volume(name, thing)))
        }
        ("DELETE", ["volumes", name]) => remove_volume(desk, name),
        _ => Err(Problem::refused(call.shown())),
    }
}

fn pull(desk: &Desk<'_>, call: &Call) -> Result<Answer, Problem> {
    let (image, tag) = (call.query("fromImage"), call.query("tag"));
    let reference = match tag {
        "" => image.to_owned(),
        digest if digest.starts_with("sha256:") => format!("{image}@{digest}"),
        tag => format!("{image}:{tag}"),
    };
    match desk.books().image(&reference) {
        Ok(_) => Ok(Answer::Plain(
            200,
            json!({"status": format!("Status: Image is up to date for {reference}")}),
        )),
        Err(_) => Err(Problem::refused(format!(
            "the image {reference}: the contract names it neither as its own nor in `deploy.images`"
        ))),
    }
}

/// A further name for an image, in the books alone.
fn tag(desk: &Desk<'_>, call: &Call, name: &str) -> Result<Answer, Problem> {
    let mut books = desk.books();
    let grant = books.image(name)?.1.clone();
    let tag = match call.query("tag") {
        "" => "latest",
        tag => tag,
    };
    let reference = normal(&format!("{}:{tag}", call.query("repo")));
    if books.images.len() >= 50 || reference.len() > 300 || reference.starts_with(':') {
        return Err(Problem::refused("such a tag"));
    }
    books.images.insert(reference, grant);
    Ok(Answer::Plain(201, Value::Null))
}

/// The filters of a listing; one that is not known is refused rather than left out.
pub(super) fn filters(call: &Call, known: &[&str]) -> Result<BTreeMap<String, Vec<String>>, Problem> {
    let text = match call.query("filters") {
        "" => "{}",
        text => text,
    };
    let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
        return Err(Problem::invalid("the filters are no JSON object"));
    };
    let mut filters = BTreeMap::new();
    for (key, value) in fields {
        if !known.contains(&key.as_str()) {
            return Err(Problem::refused(format!("the filter {key}")));
        }
        // Lists of old clients, sets of new ones.
        let values = match value {
            Value::Object(set) => set.into_iter().map(|(value, _)| value).collect(),
            Value::Array(items) => items
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        };
        filters.insert(key, values);
    }
    Ok(filters)
}

/// `name` or `name=value`
pub(super) fn has_label(labels: &BTreeMap<String, String>, wanted: &str) -> bool {
    match wanted.split_once('=') {
        Some((name, value)) => labels.get(name).is_some_and(|found| found == value),
        None => labels.contains_key(wanted),
    }
}

fn fits(filters: &BTreeMap<String, Vec<String>>, name: &str, thing: &Thing) -> bool {
    filters.iter().all(|(key, values)| {
        values.iter().any(|value| match key.as_str() {
            "name" => name.contains(value.trim_matches(['^', '$'])),
            "id" => thing.id.starts_with(value.as_str()),
            "driver" => value == "bridge",
            _ => has_label(&thing.labels, value),
        })
    })
}

fn given(name: &str) -> Thing {
    Thing {
        id: format!("{name:0>64}")
            .chars()
            .map(|mark| if mark.is_ascii_hexdigit() { mark } else { '0' })
            .collect(),
        labels: BTreeMap::new(),
        created: SystemTime::UNIX_EPOCH,
        host: String::new(),
    }
}

fn networks(desk: &Desk<'_>, call: &Call) -> Result<Answer, Problem> {
    let filters = filters(call, &["name", "id", "label", "driver"])?;
    let books = desk.books();
    let own = books.networks.iter().map(|(name, thing)| (name.clone(), thing.clone()));
    let all = GIVEN.iter().map(|name| ((*name).to_owned(), given(name))).chain(own);
    let shown = all.filter(|(name, thing)| fits(&filters, name, thing));
    Ok(Answer::Plain(
        200,
        shown.map(|(name, thing)| answers::network(&name, &thing)).collect(),
    ))
}

fn labels(call: &Call) -> BTreeMap<String, String> {
    let fields = call.body.get("Labels").and_then(Value::as_object).into_iter().flatten();
    fields
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn create_network(desk: &Desk<'_>, call: &Call) -> Result<Answer, Problem> {
    let text = |name: &str| call.body.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = text("Name");
    if !is_name(name) {
        return Err(Problem::invalid("such a network name cannot be given"));
    }
    if !matches!(text("Driver"), "" | "default" | "bridge") {
        return Err(Problem::refused(format!("the network driver {}", text("Driver"))));
    }
    let mut books = desk.books();
    if GIVEN.contains(&name) || books.networks.contains_key(name) {
        return Err(Problem::conflict(format!("network with name {name} already exists")));
    }
    if books.networks.len() >= MOST {
        return Err(Problem::refused(format!("more than {MOST} networks")));
    }
    let thing = Thing {
        id: identifier(),
        labels: labels(call),
        created: SystemTime::now(),
        host: String::new(),
    };
    let answer = json!({"Id": thing.id, "Warning": ""});
    books.networks.insert(name.to_owned(), thing);
    Ok(Answer::Plain(201, answer))
}

fn create_volume(desk: &Desk<'_>, call: &Call) -> Result<Answer, Problem> {
    let name = match call.body.get("Name").and_then(Value::as_str).unwrap_or_default() {
        "" => identifier(),
        name => name.to_owned(),
    };
    let options = call
        .body
        .get("DriverOpts")
        .and_then(Value::as_object)
        .is_some_and(|options| !options.is_empty());
    let driver = call.body.get("Driver").and_then(Value::as_str).unwrap_or_default();
    if options || !matches!(driver, "" | "local") {
        return Err(Problem::refused("a volume with a driver or options of its own"));
    }
    volume(desk, &name)?;
    let mut books = desk.books();
    let thing = books
        .volumes
        .get_mut(&name)
        .ok_or_else(|| Problem::missing("volume", &name))?;
    thing.labels.extend(labels(call));
    Ok(Answer::Plain(201, answers::volume(&name, thing)))
}

/// The engine's name of a volume of the project, made when it is not there.
///
/// Its memory is given back when the last container that uses it ends, so one of ours holds it as long as the run lasts.
pub(super) fn volume(desk: &Desk<'_>, name: &str) -> Result<String, Problem> {
    if !is_name(name) {
        return Err(Problem::invalid(format!("{name} is no name of a volume")));
    }
    {
        let books = desk.books();
        if let Some(known) = books.volumes.get(name) {
            return Ok(known.host.clone());
        }
        if books.volumes.len() >= MOST {
            return Err(Problem::refused(format!("more than {MOST} volumes")));
        }
    }
    let host = desk.session.create_volume("volume", Some(&VOLUME))?;
    let mut keeper = sandbox::keeper(desk.sleeper);
    keeper.volumes = vec![(host.clone(), "/volume".to_owned(), true)];
    desk.session.start("keeper", keeper)?;
    let thing = Thing {
        id: host.clone(),
        labels: BTreeMap::new(),
        created: SystemTime::now(),
        host,
    };
    Ok(desk
        .books()
        .volumes
        .entry(name.to_owned())
        .or_insert(thing)
        .host
        .clone())
}

fn remove_volume(desk: &Desk<'_>, name: &str) -> Result<Answer, Problem> {
    let mut books = desk.books();
    let used = books.containers.values().any(|container| {
        container
            .asked
            .mounts
            .iter()
            .any(|mount| mount.volume.as_deref() == Some(name))
    });
    if used {
        return Err(Problem::conflict(format!("remove {name}: volume is in use")));
    }
    // The memory itself goes with the run.
    books
        .volumes
        .remove(name)
        .ok_or_else(|| Problem::missing("volume", name))?;
    Ok(Answer::Plain(204, Value::Null))
}
