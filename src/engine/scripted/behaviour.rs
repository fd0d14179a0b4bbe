//! What the scripted engine does when it is asked: as the real one, as far as a caller can see.

use std::collections::{BTreeSet, VecDeque};
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::super::text::{Lines, visible_bytes};
use super::super::{
    Attachment, BuildOutcome, BuildRequest, ContainerId, ContainerSpec, ContainerState, Engine, EngineError,
    EngineInfo, EngineObject, ExecOutcome, ExecRequest, ImageInfo, Labels, LineReceiver, LineSender, ListedObject,
    Network, Operation, Stdin, VolumeMemory,
};
use super::{Container, Program, ScriptedEngine};

impl Engine for ScriptedEngine {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        self.begin("info", Operation::Info, "")
            .map(|_| self.information.clone())
    }

    fn image(&self, reference: &str) -> Result<Option<ImageInfo>, EngineError> {
        let state = self.begin("image", Operation::InspectImage, reference)?;
        Ok(state.image(reference).map(|(image, _)| image.clone()))
    }

    fn pull(&self, reference: &str, _on_line: &mut dyn FnMut(&str)) -> Result<ImageInfo, EngineError> {
        let state = self.begin("pull", Operation::Pull, reference)?;
        match state.image(reference) {
            Some((image, _)) => Ok(image.clone()),
            None => Err(
                EngineError::new(Operation::Pull, reference, "pull access denied: no such image")
                    .with_hint("Check the image's name and that the engine reaches its registry."),
            ),
        }
    }

    fn build(&self, request: &BuildRequest<'_>, on_line: &mut dyn FnMut(&str)) -> Result<BuildOutcome, EngineError> {
        let number = {
            let mut state = self.begin("build", Operation::Build, request.tag)?;
            state.builds += 1;
            state.builds
        };
        let outcome = match self.builds.get(number - 1) {
            Some(build) => build(request)?,
            None => BuildOutcome {
                image: Some(format!("sha256:scripted-{}", request.tag)),
                failure: None,
                output: String::new(),
                steps: 1,
                cached_steps: 0,
                builder: "buildkit",
            },
        };
        outcome.output.lines().for_each(on_line);
        if let Some(id) = &outcome.image {
            let image = ImageInfo {
                id: id.clone(),
                ..ImageInfo::default()
            };
            self.locked()
                .images
                .insert(request.tag.to_owned(), (image, request.labels.clone()));
        }
        Ok(outcome)
    }

    fn commit(&self, container: &ContainerId, tag: &str, labels: &Labels) -> Result<String, EngineError> {
        let mut state = self.begin("commit", Operation::Commit, tag)?;
        let mut all = state.container(Operation::Commit, container)?.spec.labels.clone();
        all.extend(labels.clone());
        let id = format!("sha256:scripted-{}", state.next_number());
        let image = ImageInfo {
            id: id.clone(),
            ..ImageInfo::default()
        };
        state.images.insert(tag.to_owned(), (image, all));
        Ok(id)
    }

    fn create(&self, spec: &ContainerSpec) -> Result<ContainerId, EngineError> {
        let mut state = self.begin("create", Operation::Create, &spec.name)?;
        let refuse = |why: &str| Err(EngineError::new(Operation::Create, &spec.name, why));
        if state.image(&spec.image).is_none() {
            return refuse(&format!("no such image: {}", spec.image));
        }
        if !spec.name.is_empty() && state.find(&spec.name).is_some() {
            return refuse("the name is already in use");
        }
        let id = format!("scripted{:04}", state.next_number());
        let container = Container {
            spec: spec.clone(),
            state: ContainerState::default(),
            log: String::new(),
        };
        state.containers.insert(id.clone(), container);
        Ok(ContainerId(id))
    }

    fn start(&self, container: &ContainerId) -> Result<(), EngineError> {
        let mut state = self.begin("start", Operation::Start, &container.0)?;
        let network = state.container(Operation::Start, container)?.spec.network.clone();
        if let Network::Container(owner) = &network
            && !state.container(Operation::Start, owner)?.state.running
        {
            return Err(EngineError::new(
                Operation::Start,
                &container.0,
                "the container whose network it joins does not run",
            ));
        }
        let started = &mut state.container(Operation::Start, container)?.state;
        *started = ContainerState {
            running: true,
            ..ContainerState::default()
        };
        Ok(())
    }

    fn exec(
        &self,
        container: &ContainerId,
        request: &ExecRequest<'_>,
        on_line: &mut dyn FnMut(&str),
    ) -> Result<ExecOutcome, EngineError> {
        let words = request.command.join(" ");
        let fail = |why: &str| Err(EngineError::new(Operation::Exec, &words, why));
        {
            let mut state = self.begin("exec", Operation::Exec, &words)?;
            if !state.container(Operation::Exec, container)?.state.running {
                return fail("the container is not running");
            }
        }
        let Some((_, command)) = self.commands.iter().find(|(needle, _)| words.contains(needle)) else {
            return fail("no answer to this command was scripted");
        };
        let read = match &request.stdin {
            Stdin::Empty => Vec::new(),
            Stdin::Bytes(bytes) => bytes.to_vec(),
            Stdin::Stream(stream) => {
                let mut bytes = Vec::new();
                if let Some(mut stream) = stream.lock().ok().and_then(|mut stream| stream.take())
                    && let Err(error) = stream.read_to_end(&mut bytes)
                {
                    return fail(&error.to_string());
                }
                bytes
            }
        };
        let outcome = command(request, &read)?;
        for stream in [&outcome.stdout, &outcome.stderr] {
            let mut lines = Lines::default();
            lines.push(stream, on_line);
            lines.finish(on_line);
        }
        if outcome.timed_out || outcome.output_bomb {
            self.locked().kill(&container.0);
        }
        if self.interrupt.is_set() {
            return Err(EngineError::interrupted(Operation::Exec, &words));
        }
        Ok(outcome)
    }

    fn attach(&self, container: &ContainerId) -> Result<Box<dyn Attachment>, EngineError> {
        let mut state = self.begin("attach", Operation::Attach, &container.0)?;
        state.container(Operation::Attach, container)?;
        Ok(Box::new(ScriptedAttachment {
            program: self.program.clone(),
            answers: Arc::default(),
        }))
    }

    fn state(&self, container: &ContainerId) -> Result<ContainerState, EngineError> {
        let mut state = self.begin("state", Operation::InspectContainer, &container.0)?;
        let container = state.container(Operation::InspectContainer, container)?;
        Ok(container.state.clone())
    }

    fn logs(&self, container: &ContainerId, limit: usize) -> Result<String, EngineError> {
        let mut state = self.begin("logs", Operation::Logs, &container.0)?;
        let log = state.container(Operation::Logs, container)?.log.as_bytes();
        Ok(visible_bytes(&log[log.len().saturating_sub(limit)..]))
    }

    fn signal(&self, container: &ContainerId, signal: &str) -> Result<(), EngineError> {
        let mut state = self.begin("signal", Operation::Signal, &format!("{container} {signal}"))?;
        if matches!(signal, "SIGKILL" | "SIGTERM" | "SIGINT") {
            state.kill(&container.0);
        }
        Ok(())
    }

    fn wait(&self, container: &ContainerId, timeout: Duration) -> Result<Option<i64>, EngineError> {
        let found = {
            let mut state = self.begin("wait", Operation::Wait, &container.0)?;
            state.container(Operation::Wait, container)?.state.clone()
        };
        if found.running {
            std::thread::sleep(timeout.min(Duration::from_millis(20)));
            return Ok(None);
        }
        Ok(Some(found.exit_code.unwrap_or(0)))
    }

    fn remove(&self, object: &EngineObject) -> Result<(), EngineError> {
        let mut state = self.begin("remove", Operation::Remove, object.name())?;
        match object {
            EngineObject::Container(name) => {
                if let Some(id) = state.find(name) {
                    state.containers.remove(&id);
                }
            }
            EngineObject::Network(name) => {
                state.networks.remove(name);
            }
            EngineObject::Volume(name) => {
                state.volumes.remove(name);
            }
            EngineObject::Image(name) => {
                state
                    .images
                    .retain(|reference, (image, _)| reference != name && image.id != *name);
            }
        }
        Ok(())
    }

    fn list(&self, label: &str) -> Result<Vec<ListedObject>, EngineError> {
        let state = self.begin("list", Operation::List, label)?;
        let (name, value) = label
            .split_once('=')
            .map_or((label, None), |(name, value)| (name, Some(value)));
        let carries = |labels: &Labels| {
            labels
                .get(name)
                .is_some_and(|found| value.is_none_or(|value| found == value))
        };
        let mut listed = Vec::new();
        let mut add = |object: EngineObject, name: &str, labels: &Labels| {
            if carries(labels) {
                listed.push(ListedObject {
                    object,
                    name: name.to_owned(),
                    labels: labels.clone(),
                    created: Some(SystemTime::now()),
                    size: 0,
                });
            }
        };
        for (id, container) in &state.containers {
            add(
                EngineObject::Container(id.clone()),
                &container.spec.name,
                &container.spec.labels,
            );
        }
        for (name, labels) in &state.networks {
            add(EngineObject::Network(name.clone()), name, labels);
        }
        for (name, labels) in &state.volumes {
            add(EngineObject::Volume(name.clone()), name, labels);
        }
        let mut seen = BTreeSet::new();
        for (reference, (image, labels)) in &state.images {
            if seen.insert(&image.id) {
                add(EngineObject::Image(image.id.clone()), reference, labels);
            }
        }
        Ok(listed)
    }

    fn create_volume(&self, name: &str, _memory: Option<&VolumeMemory>, labels: &Labels) -> Result<(), EngineError> {
        let mut state = self.begin("create_volume", Operation::CreateVolume, name)?;
        state.volumes.insert(name.to_owned(), labels.clone());
        Ok(())
    }

    fn create_network(&self, name: &str, labels: &Labels) -> Result<(), EngineError> {
        let mut state = self.begin("create_network", Operation::CreateNetwork, name)?;
        state.networks.insert(name.to_owned(), labels.clone());
        Ok(())
    }
}

/// A program that is never at work: what it answers is there as soon as it is asked.
#[derive(Clone)]
struct ScriptedAttachment {
    program: Option<Program>,
    answers: Arc<(Mutex<VecDeque<String>>, Condvar)>,
}

impl Attachment for ScriptedAttachment {
    fn split(self: Box<Self>) -> (Box<dyn LineSender>, Box<dyn LineReceiver>) {
        (self.clone(), self)
    }
}

impl LineSender for ScriptedAttachment {
    fn send_line(&mut self, line: &str) -> Result<(), EngineError> {
        if let Some(program) = &self.program {
            let (answers, arrived) = &*self.answers;
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.extend(program(line));
            arrived.notify_all();
        }
        Ok(())
    }
}

impl LineReceiver for ScriptedAttachment {
    fn receive_line(&mut self, timeout: Duration, limit: usize) -> Result<Option<String>, EngineError> {
        if self.program.is_none() {
            return Ok(None);
        }
        let (answers, arrived) = &*self.answers;
        let answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut answers, _) = arrived
            .wait_timeout_while(answers, timeout, |answers| answers.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        match answers.pop_front() {
            Some(mut line) => {
                let mut end = limit.min(line.len());
                while !line.is_char_boundary(end) {
                    end -= 1;
                }
                line.truncate(end);
                Ok(Some(line))
            }
            None => Err(EngineError::new(
                Operation::Attach,
                "scripted program",
                format!("no answer within {:.1} s", timeout.as_secs_f32()),
            )),
        }
    }
}
