//! A scripted engine for tests.
//!
//! It holds images, containers, networks and volumes in memory and behaves as the real engine does as far as a caller can
//! see (one contract test runs on both); what commands and builds answer, and when the engine dies, is scripted. It keeps
//! account of what was made and removed, so that a test can assert that nothing is left.

mod behaviour;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    BuildOutcome, BuildRequest, ContainerId, ContainerSpec, ContainerState, EngineError, EngineInfo, EngineObject,
    ExecOutcome, ExecRequest, ImageInfo, Interrupt, Labels, Operation,
};

/// What a command does: it gets the request and what it read.
type Command = Box<dyn Fn(&ExecRequest<'_>, &[u8]) -> Result<ExecOutcome, EngineError> + Send + Sync>;
/// What a build does.
type Build = Box<dyn Fn(&BuildRequest<'_>) -> Result<BuildOutcome, EngineError> + Send + Sync>;
/// What an attached program answers to a line.
type Program = std::sync::Arc<dyn Fn(&str) -> Vec<String> + Send + Sync>;

/// The fake. Script it first, then share it.
pub struct ScriptedEngine {
    interrupt: Interrupt,
    information: EngineInfo,
    commands: Vec<(String, Command)>,
    builds: Vec<Build>,
    program: Option<Program>,
    deaths: BTreeMap<&'static str, u32>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    images: BTreeMap<String, (ImageInfo, Labels)>,
    containers: BTreeMap<String, Container>,
    networks: BTreeMap<String, Labels>,
    volumes: BTreeMap<String, Labels>,
    calls: Vec<String>,
    counts: BTreeMap<&'static str, u32>,
    dead: bool,
    number: u64,
    builds: usize,
}

struct Container {
    spec: ContainerSpec,
    state: ContainerState,
    log: String,
}

impl Default for ScriptedEngine {
    fn default() -> Self {
        Self::new(Interrupt::new())
    }
}

impl ScriptedEngine {
    /// An engine without images, on which nothing is scripted.
    pub fn new(interrupt: Interrupt) -> Self {
        Self {
            interrupt,
            information: EngineInfo {
                name: "Scripted Engine".to_owned(),
                version: "1.0.0".to_owned(),
                api: "1.41".to_owned(),
                os: "linux".to_owned(),
                architecture: "x86_64".to_owned(),
                cpus: 2,
                memory: 8 << 30,
                address: "scripted:".to_owned(),
                buildkit: true,
            },
            commands: Vec::new(),
            builds: Vec::new(),
            program: None,
            deaths: BTreeMap::new(),
            state: Mutex::default(),
        }
    }

    /// Gives the engine an image; an empty id is filled in.
    pub fn with_image(self, reference: &str, mut image: ImageInfo) -> Self {
        if image.id.is_empty() {
            image.id = format!("sha256:scripted-{reference}");
        }
        self.locked()
            .images
            .insert(reference.to_owned(), (image, Labels::new()));
        self
    }

    /// Commands whose words, joined by spaces, contain `needle` end like this. The first needle that fits counts.
    pub fn on_exec(self, needle: &str, outcome: ExecOutcome) -> Self {
        self.on_exec_with(needle, move |_, _| Ok(outcome.clone()))
    }

    /// Like [`Self::on_exec`] for a command that exits with this code after printing this.
    pub fn on_exec_print(self, needle: &str, exit_code: i64, stdout: &str) -> Self {
        let outcome = ExecOutcome {
            exit_code: Some(exit_code),
            stdout: stdout.as_bytes().to_vec(),
            ..ExecOutcome::default()
        };
        self.on_exec(needle, outcome)
    }

    /// Commands that contain `needle` do this with the request and with what they read.
    pub fn on_exec_with(
        mut self,
        needle: &str,
        command: impl Fn(&ExecRequest<'_>, &[u8]) -> Result<ExecOutcome, EngineError> + Send + Sync + 'static,
    ) -> Self {
        self.commands.push((needle.to_owned(), Box::new(command)));
        self
    }

    /// The next build (the first call scripts the first build, and so on) ends like this; without a script builds succeed.
    pub fn on_build(self, outcome: BuildOutcome) -> Self {
        self.on_build_with(move |_| Ok(outcome.clone()))
    }

    /// The next build does this.
    pub fn on_build_with(
        mut self,
        build: impl Fn(&BuildRequest<'_>) -> Result<BuildOutcome, EngineError> + Send + Sync + 'static,
    ) -> Self {
        self.builds.push(Box::new(build));
        self
    }

    /// Attached programs answer a line with these lines.
    pub fn on_line(mut self, program: impl Fn(&str) -> Vec<String> + Send + Sync + 'static) -> Self {
        self.program = Some(std::sync::Arc::new(program));
        self
    }

    /// The engine dies at the `nth` call (from 1) of this operation, as the trait names it: `exec`, `create`, … Every later
    /// call finds it out of reach.
    pub fn dies_at(mut self, operation: &'static str, nth: u32) -> Self {
        self.deaths.insert(operation, nth);
        self
    }

    /// Every call so far: `create proofolio-1-tests`, `exec pytest -q`, …
    pub fn calls(&self) -> Vec<String> {
        self.locked().calls.clone()
    }

    /// Containers, networks and volumes that were made and not removed.
    pub fn alive(&self) -> Vec<EngineObject> {
        let state = self.locked();
        let containers = state
            .containers
            .values()
            .map(|container| EngineObject::Container(container.spec.name.clone()));
        let networks = state.networks.keys().cloned().map(EngineObject::Network);
        let volumes = state.volumes.keys().cloned().map(EngineObject::Volume);
        containers.chain(networks).chain(volumes).collect()
    }

    /// The description that a container was made from, by its name or id.
    pub fn spec(&self, container: &str) -> Option<ContainerSpec> {
        let state = self.locked();
        let id = state.find(container)?;
        state.containers.get(&id).map(|container| container.spec.clone())
    }

    /// Ends a container from inside, as its own program would.
    pub fn end(&self, container: &ContainerId, exit_code: i64, log: &str) {
        if let Some(container) = self.locked().containers.get_mut(&container.0) {
            container.state.running = false;
            container.state.exit_code = Some(exit_code);
            log.clone_into(&mut container.log);
        }
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a call: records it, and fails it when the engine is dead or the run interrupted.
    fn begin(
        &self,
        name: &'static str,
        operation: Operation,
        subject: &str,
    ) -> Result<MutexGuard<'_, State>, EngineError> {
        let mut state = self.locked();
        state.calls.push(format!("{name} {subject}").trim_end().to_owned());
        let count = state.counts.entry(name).or_default();
        *count += 1;
        let dies = self.deaths.get(name) == Some(count);
        state.dead |= dies;
        if state.dead {
            return Err(EngineError::new(operation, subject, "the connection broke").out_of_reach());
        }
        if self.interrupt.is_set() && !matches!(operation, Operation::Remove | Operation::List) {
            return Err(EngineError::interrupted(operation, subject));
        }
        Ok(state)
    }
}

impl State {
    /// The id of a container by its name or id.
    fn find(&self, name: &str) -> Option<String> {
        self.containers
            .iter()
            .find(|(id, container)| id.as_str() == name || container.spec.name == name)
            .map(|(id, _)| id.clone())
    }

    fn image(&self, reference: &str) -> Option<&(ImageInfo, Labels)> {
        self.images
            .get(reference)
            .or_else(|| self.images.values().find(|(image, _)| image.id == reference))
    }

    fn container(&mut self, operation: Operation, id: &ContainerId) -> Result<&mut Container, EngineError> {
        self.containers
            .get_mut(&id.0)
            .ok_or_else(|| EngineError::new(operation, &id.0, "no such container"))
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn kill(&mut self, id: &str) {
        let auto_remove = self.containers.get_mut(id).is_some_and(|container| {
            container.state.running = false;
            container.state.exit_code = Some(137);
            container.spec.auto_remove
        });
        if auto_remove {
            self.containers.remove(id);
        }
    }
}
