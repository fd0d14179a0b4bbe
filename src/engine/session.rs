//! One run's objects on the engine: named, labelled, and removed at its end, whatever that end is.
//!
//! Everything that a [`Session`] makes carries labels that say whose it is. [`Session::close`] removes it, also when the
//! session is dropped by a panic or an interrupt; what a killed process leaves behind is recognised by the labels, and
//! [`sweep`] removes it at the next start. A live run's objects, kept ones and caches are never swept.

mod leftovers;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    BuildOutcome, BuildRequest, ContainerId, ContainerSpec, Engine, EngineError, EngineObject, Labels, Operation,
    VolumeMemory, random_word,
};

pub use self::leftovers::{Belonging, Removal, belonging, clean, leftovers, sweep};
use self::leftovers::{Owner, remove_all};

/// The label that every object of proofolio carries.
pub const LABEL: &str = "proofolio";
const RUN: &str = "proofolio.run";
const PID: &str = "proofolio.pid";
const START: &str = "proofolio.start";
const HOST: &str = "proofolio.host";
const CREATED: &str = "proofolio.created";
const ROLE: &str = "proofolio.role";
const KEEP: &str = "proofolio.keep";
/// The role of what outlives its run on purpose.
const CACHE: &str = "cache";

/// One run's objects on the engine. Shared by the threads of the run.
pub struct Session {
    engine: Arc<dyn Engine>,
    run: String,
    keep: bool,
    owner: Owner,
    closed: AtomicBool,
    made: Mutex<Made>,
}

#[derive(Default)]
struct Made {
    objects: Vec<EngineObject>,
    roles: BTreeMap<String, u32>,
}

impl Session {
    /// Begins a run. With `keep`, nothing is removed at its end but by `proofolio clean`.
    pub fn open(engine: Arc<dyn Engine>, keep: bool) -> Self {
        Self {
            engine,
            run: random_word(),
            keep,
            owner: Owner::this_process(),
            closed: AtomicBool::new(false),
            made: Mutex::default(),
        }
    }

    /// The engine.
    pub fn engine(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    /// The run's id.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// A new name for an object of this run: `proofolio-<run>-<role>`, numbered from the second one on.
    pub fn name(&self, role: &str) -> String {
        let mut made = self.made();
        let count = made.roles.entry(role.to_owned()).or_default();
        *count += 1;
        match *count {
            1 => format!("proofolio-{}-{role}", self.run),
            count => format!("proofolio-{}-{role}-{count}", self.run),
        }
    }

    /// The labels of an object of this run.
    pub fn labels(&self, role: &str) -> Labels {
        let mut labels = self.owner.labels();
        labels.insert(RUN.to_owned(), self.run.clone());
        labels.insert(ROLE.to_owned(), role.to_owned());
        labels.insert(KEEP.to_owned(), u8::from(self.keep).to_string());
        labels
    }

    /// Makes a container under the session's name and labels for `role`. It does not run yet.
    pub fn create(&self, role: &str, spec: ContainerSpec) -> Result<ContainerId, EngineError> {
        self.create_named(role, spec).map(|(container, _)| container)
    }

    /// The same, with the name that it got: containers of a named network find each other by it.
    pub fn create_named(&self, role: &str, spec: ContainerSpec) -> Result<(ContainerId, String), EngineError> {
        let name = self.name(role);
        let mut labels = spec.labels.clone();
        labels.extend(self.labels(role));
        let spec = ContainerSpec { name, labels, ..spec };
        let object = EngineObject::Container(spec.name.clone());
        let container = self.making(Operation::Create, object, || self.engine.create(&spec))?;
        Ok((container, spec.name))
    }

    /// Makes a container and starts it.
    pub fn start(&self, role: &str, spec: ContainerSpec) -> Result<ContainerId, EngineError> {
        let container = self.create(role, spec)?;
        self.engine.start(&container)?;
        Ok(container)
    }

    /// Makes a volume for this run, on disk or in memory, and returns its name.
    pub fn create_volume(&self, role: &str, memory: Option<&VolumeMemory>) -> Result<String, EngineError> {
        let name = self.name(role);
        let labels = self.labels(role);
        self.making(Operation::CreateVolume, EngineObject::Volume(name.clone()), || {
            self.engine.create_volume(&name, memory, &labels)
        })?;
        Ok(name)
    }

    /// Makes an internal network for this run and returns its name.
    pub fn create_network(&self, role: &str) -> Result<String, EngineError> {
        let name = self.name(role);
        let labels = self.labels(role);
        self.making(Operation::CreateNetwork, EngineObject::Network(name.clone()), || {
            self.engine.create_network(&name, &labels)
        })?;
        Ok(name)
    }

    /// Builds an image that goes with the run: give the request this session's [`Session::labels`], which no builder's cache
    /// looks at.
    pub fn build(
        &self,
        request: &BuildRequest<'_>,
        on_line: &mut dyn FnMut(&str),
    ) -> Result<BuildOutcome, EngineError> {
        let tag = EngineObject::Image(request.tag.to_owned());
        let outcome = self.making(Operation::Build, tag, || self.engine.build(request, on_line))?;
        // Another build under the same tag leaves this one without a name.
        if let Some(id) = &outcome.image {
            self.register(EngineObject::Image(id.clone()));
        }
        Ok(outcome)
    }

    /// Takes an object that was made elsewhere to be removed with the rest.
    pub fn register(&self, object: EngineObject) {
        self.made().objects.push(object);
    }

    /// Removes an object before the end of the run.
    pub fn remove(&self, object: &EngineObject) -> Result<(), EngineError> {
        self.engine.remove(object)?;
        self.made().objects.retain(|known| known != object);
        Ok(())
    }

    /// Removes everything that the session made and returns what could not be removed. Nothing can be made afterwards.
    pub fn close(&self) -> Vec<EngineError> {
        self.closed.store(true, Ordering::SeqCst);
        let objects = std::mem::take(&mut self.made().objects);
        if self.keep {
            return Vec::new();
        }
        remove_all(self.engine(), objects).1
    }

    /// Makes an object that is known before it exists: if the engine makes it and we do not hear of it, it is still removed.
    fn making<T>(
        &self,
        operation: Operation,
        object: EngineObject,
        make: impl FnOnce() -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let refusal = |name: &EngineObject| EngineError::interrupted(operation, name.name());
        {
            let mut made = self.made();
            if self.closed.load(Ordering::SeqCst) {
                return Err(refusal(&object));
            }
            made.objects.push(object.clone());
        }
        let result = make();
        if self.closed.load(Ordering::SeqCst) && !self.keep {
            // The session was closed meanwhile and may have looked for the object too early.
            self.engine.remove(&object)?;
            return Err(refusal(&object));
        }
        result
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        // A thread that panicked here left at worst a name unused.
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Whoever cares for errors calls `close`; the next start sweeps what is left.
        drop(self.close());
    }
}

/// The labels of a cache: an image or volume that outlives its run. Every label of a run is overwritten, for an image that is
/// committed from a container inherits the container's.
pub fn cache_labels() -> Labels {
    let mut labels: Labels = [RUN, PID, START, HOST, KEEP]
        .into_iter()
        .map(|name| (name.to_owned(), String::new()))
        .collect();
    labels.insert(LABEL.to_owned(), "1".to_owned());
    labels.insert(ROLE.to_owned(), CACHE.to_owned());
    labels
}
