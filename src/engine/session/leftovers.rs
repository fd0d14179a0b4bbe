//! Whose the objects on the engine are, and the removal of those that are nobody's.

use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::{Engine, EngineError, EngineObject, Labels, ListedObject, Operation};
use super::{CACHE, CREATED, HOST, KEEP, LABEL, PID, ROLE, RUN, START};

/// A run whose process cannot be looked at is over after this.
const OLD: Duration = Duration::from_secs(2 * 3600);
/// Removals that run at once.
const AT_ONCE: usize = 8;

/// Whose an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belonging {
    /// A run that goes on, here or possibly on another machine.
    Live,
    /// A run that is over.
    Dead,
    /// A run that was told to keep its objects.
    Kept,
    /// No run: kept for the next ones.
    Cache,
    /// Nobody we know, such as a container that the user started from a cached image.
    Foreign,
}

/// Whose an object is, as far as its labels and the processes of this machine tell.
pub fn belonging(object: &ListedObject) -> Belonging {
    belonging_to(object, &Owner::this_process(), SystemTime::now())
}

fn belonging_to(object: &ListedObject, here: &Owner, now: SystemTime) -> Belonging {
    let label = |name: &str| object.labels.get(name).map_or("", String::as_str);
    let is_container = matches!(object.object, EngineObject::Container(_) | EngineObject::Network(_));
    if label(LABEL).is_empty() {
        return Belonging::Foreign;
    }
    if label(ROLE) == CACHE {
        // A container inherits its image's labels; one of ours would have overwritten them.
        return if is_container {
            Belonging::Foreign
        } else {
            Belonging::Cache
        };
    }
    if label(RUN).is_empty() || is_container && !object.name.starts_with("proofolio-") {
        return Belonging::Foreign;
    }
    if label(KEEP) == "1" {
        return Belonging::Kept;
    }
    if !here.host.is_empty() && label(HOST) == here.host && !here.start.is_empty() {
        let alive = process_start(label(PID)).is_some_and(|start| start == label(START));
        return if alive { Belonging::Live } else { Belonging::Dead };
    }
    let created = label(CREATED)
        .parse()
        .ok()
        .map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
        .or(object.created);
    match created.map(|created| now.duration_since(created)) {
        Some(Ok(age)) if age > OLD => Belonging::Dead,
        _ => Belonging::Live,
    }
}

/// Everything of proofolio on the engine, and whose it is.
pub fn leftovers(engine: &dyn Engine) -> Result<Vec<(ListedObject, Belonging)>, EngineError> {
    let here = Owner::this_process();
    let now = SystemTime::now();
    let listed = engine.list(LABEL)?;
    Ok(listed
        .into_iter()
        .map(|object| {
            let belonging = belonging_to(&object, &here, now);
            (object, belonging)
        })
        .collect())
}

/// What a removal did.
#[derive(Debug, Clone, Default)]
pub struct Removal {
    /// What was removed.
    pub removed: Vec<ListedObject>,
    /// Why the rest was not.
    pub failed: Vec<EngineError>,
}

/// Removes what dead runs left behind.
pub fn sweep(engine: &dyn Engine) -> Result<Removal, EngineError> {
    remove_those(engine, |_, belonging| belonging == Belonging::Dead)
}

/// Removes what dead runs left and what was kept; with `all`, the caches too; with `run`, only what that run made.
pub fn clean(engine: &dyn Engine, all: bool, run: Option<&str>) -> Result<Removal, EngineError> {
    remove_those(engine, |object, belonging| {
        let chosen = run.is_none_or(|run| object.labels.get(RUN).is_some_and(|label| label == run));
        chosen
            && match belonging {
                Belonging::Dead | Belonging::Kept => true,
                Belonging::Cache => all,
                Belonging::Live | Belonging::Foreign => false,
            }
    })
}

fn remove_those(
    engine: &dyn Engine,
    wanted: impl Fn(&ListedObject, Belonging) -> bool,
) -> Result<Removal, EngineError> {
    let mut chosen: Vec<ListedObject> = leftovers(engine)?
        .into_iter()
        .filter(|(object, belonging)| wanted(object, *belonging))
        .map(|(object, _)| object)
        .collect();
    // An image that was made on top of another goes first.
    chosen.sort_by_key(|object| std::cmp::Reverse(object.created));
    let (removed, failed) = remove_all(engine, chosen.iter().map(|object| object.object.clone()).collect());
    let removed: HashSet<EngineObject> = removed.into_iter().collect();
    chosen.retain(|object| removed.contains(&object.object));
    Ok(Removal {
        removed: chosen,
        failed,
    })
}

/// Removes containers, all at once; then what they used. Returns what was removed and what went wrong.
pub(super) fn remove_all(engine: &dyn Engine, objects: Vec<EngineObject>) -> (Vec<EngineObject>, Vec<EngineError>) {
    let (containers, rest): (Vec<_>, Vec<_>) = objects
        .into_iter()
        .partition(|object| matches!(object, EngineObject::Container(_)));
    let (images, rest): (Vec<_>, Vec<_>) = rest
        .into_iter()
        .partition(|object| matches!(object, EngineObject::Image(_)));
    let mut removed = Vec::new();
    let mut failed = Vec::new();
    for group in [containers, rest] {
        for few in group.chunks(AT_ONCE) {
            let results: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> = few.iter().map(|object| scope.spawn(|| engine.remove(object))).collect();
                threads.into_iter().map(|thread| thread.join()).collect()
            });
            for (object, result) in few.iter().zip(results) {
                match result {
                    Ok(Ok(())) => removed.push(object.clone()),
                    Ok(Err(error)) => failed.push(error),
                    Err(_) => failed.push(EngineError::new(
                        Operation::Remove,
                        object.name(),
                        "the removal panicked",
                    )),
                }
            }
        }
    }
    // Images one after the other: one may lie on top of another.
    for image in images {
        match engine.remove(&image) {
            Ok(()) => removed.push(image),
            Err(error) => failed.push(error),
        }
    }
    (removed, failed)
}

/// A process that owns objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    /// The machine and, where they exist, its boot and the space of process numbers; empty where unknown.
    host: String,
    pid: u32,
    /// When the process started, in the kernel's own unit; empty where unknown.
    start: String,
}

impl Owner {
    pub(super) fn this_process() -> Self {
        let pid = std::process::id();
        Self {
            host: host(),
            pid,
            start: process_start(&pid.to_string()).unwrap_or_default(),
        }
    }

    pub(super) fn labels(&self) -> Labels {
        let created = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        [
            (LABEL, "1".to_owned()),
            (PID, self.pid.to_string()),
            (START, self.start.clone()),
            (HOST, self.host.clone()),
            (CREATED, created.to_string()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
}

/// Tells machines, boots and containers apart, for a process number means nothing elsewhere.
fn host() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let numbers = std::fs::read_link("/proc/self/ns/pid")
        .map(|path| path.to_string_lossy().into_owned())
        .unwrap_or_default();
    let boot = read("/proc/sys/kernel/random/boot_id");
    if boot.is_empty() || numbers.is_empty() {
        return String::new();
    }
    format!("{} {boot} {numbers}", read("/proc/sys/kernel/hostname"))
}

/// When a process started, in the kernel's unit; `None` where there is no such process, or no way to know.
fn process_start(pid: &str) -> Option<String> {
    let pid: u32 = pid.parse().ok()?;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name, in parentheses, may hold anything. The start is field 22, the 20th after it.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::super::scripted::ScriptedEngine;
    use super::super::cache_labels;
    use super::*;

    fn object(labels: Labels) -> ListedObject {
        ListedObject {
            object: EngineObject::Container("1".to_owned()),
            name: "proofolio-run-tests".to_owned(),
            labels,
            created: None,
            size: 0,
        }
    }

    fn owned(change: &[(&str, &str)]) -> ListedObject {
        let mut labels = Owner::this_process().labels();
        labels.insert(RUN.to_owned(), "run".to_owned());
        labels.insert(ROLE.to_owned(), "tests".to_owned());
        labels.insert(KEEP.to_owned(), "0".to_owned());
        for (name, value) in change {
            labels.insert((*name).to_owned(), (*value).to_owned());
        }
        object(labels)
    }

    #[test]
    fn our_own_objects_are_a_live_run_s() {
        assert_eq!(belonging(&owned(&[])), Belonging::Live);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_process_is_gone_or_its_number_was_given_again() {
        assert_eq!(belonging(&owned(&[(PID, "4194999")])), Belonging::Dead);
        assert_eq!(belonging(&owned(&[(START, "1")])), Belonging::Dead);
        assert_eq!(belonging(&owned(&[(PID, "")])), Belonging::Dead);
    }

    #[test]
    fn another_machine_s_run_is_dead_when_it_is_old() {
        assert_eq!(belonging(&owned(&[(HOST, "elsewhere")])), Belonging::Live);
        assert_eq!(
            belonging(&owned(&[(HOST, "elsewhere"), (CREATED, "1000")])),
            Belonging::Dead
        );
        assert_eq!(
            belonging(&owned(&[(HOST, "elsewhere"), (CREATED, "nonsense")])),
            Belonging::Live
        );
    }

    #[test]
    fn kept_cached_and_foreign_objects_are_not_dead() {
        assert_eq!(belonging(&owned(&[(PID, "4194999"), (KEEP, "1")])), Belonging::Kept);
        let mut image = object(cache_labels());
        assert_eq!(
            belonging(&image),
            Belonging::Foreign,
            "a container of the user's from our cached image"
        );
        image.object = EngineObject::Image("1".to_owned());
        assert_eq!(belonging(&image), Belonging::Cache);
        assert_eq!(belonging(&object(Labels::new())), Belonging::Foreign);
        let mut named = owned(&[(PID, "4194999")]);
        named.name = "my-own".to_owned();
        assert_eq!(belonging(&named), Belonging::Foreign);
    }

    #[test]
    fn cleaning_takes_dead_and_kept_runs_and_the_cache_only_when_told() {
        let everything = || {
            let engine = ScriptedEngine::default();
            for (name, labels) in [
                ("proofolio-live", owned(&[]).labels),
                ("proofolio-dead", owned(&[(PID, "4194999")]).labels),
                ("proofolio-kept", owned(&[(KEEP, "1"), (RUN, "other")]).labels),
                ("proofolio-cache", cache_labels()),
                ("mine", Labels::new()),
            ] {
                engine.create_volume(name, None, &labels).unwrap();
            }
            engine
        };
        let names = |removal: Removal| {
            let mut names: Vec<String> = removal.removed.into_iter().map(|object| object.name).collect();
            names.sort();
            names
        };
        assert_eq!(names(sweep(&everything()).unwrap()), ["proofolio-dead"]);
        assert_eq!(
            names(clean(&everything(), false, None).unwrap()),
            ["proofolio-dead", "proofolio-kept"]
        );
        assert_eq!(
            names(clean(&everything(), false, Some("other")).unwrap()),
            ["proofolio-kept"]
        );
        let engine = everything();
        assert_eq!(
            names(clean(&engine, true, None).unwrap()),
            ["proofolio-cache", "proofolio-dead", "proofolio-kept"]
        );
        assert_eq!(engine.alive().len(), 2);
    }

    #[test]
    fn cache_labels_overwrite_every_label_of_a_run() {
        let mut labels = owned(&[]).labels;
        labels.remove(CREATED);
        assert_eq!(
            labels.keys().collect::<Vec<_>>(),
            cache_labels().keys().collect::<Vec<_>>(),
            "a new label must be cleared in images, too"
        );
    }
}
