//! What a builder says, in either dialect, as one record: lines, steps, the instruction at fault.

use std::collections::HashMap;

use bollard::models::{BuildInfo, BuildInfoAux};

use super::super::ring::Ring;
use super::super::text::{Lines, one_line, visible_bytes};
use super::super::{BuildFailure, BuildOutcome};
use super::failure::is_registry_trouble;

/// Bytes kept of the output: half from its beginning, half from its end.
const OUTPUT_LIMIT: usize = 128 * 1024;
/// Output of more than this ends the build.
const OUTPUT_BUDGET: u64 = 64 << 20;
/// Steps that are followed; a Dockerfile with more is an attack.
const STEP_LIMIT: usize = 10_000;

/// One step of BuildKit.
#[derive(Debug, Default)]
struct Vertex {
    name: String,
    cached: bool,
    started: bool,
    completed: bool,
}

/// The record of a running build.
pub(super) struct BuildLog<'a> {
    on_line: &'a mut dyn FnMut(&str),
    kept: Ring,
    lines: Lines,
    received: u64,
    /// BuildKit's steps by digest, and the order in which they were named.
    vertices: HashMap<String, Vertex>,
    order: Vec<String>,
    failed: Option<String>,
    /// The classic builder's steps.
    step: Option<String>,
    steps: u32,
    cached_steps: u32,
    image: Option<String>,
    heard: bool,
}

impl<'a> BuildLog<'a> {
    pub(super) fn new(on_line: &'a mut dyn FnMut(&str)) -> Self {
        Self {
            on_line,
            kept: Ring::new(OUTPUT_LIMIT),
            lines: Lines::default(),
            received: 0,
            vertices: HashMap::new(),
            order: Vec::new(),
            failed: None,
            step: None,
            steps: 0,
            cached_steps: 0,
            image: None,
            heard: false,
        }
    }

    /// Has the builder said anything yet?
    pub(super) fn heard(&self) -> bool {
        self.heard
    }

    /// Has the builder printed more than anyone should read?
    pub(super) fn is_bomb(&self) -> bool {
        self.received > OUTPUT_BUDGET
    }

    /// The built image's id, as far as the builder told.
    pub(super) fn image(&self) -> Option<&str> {
        self.image.as_deref()
    }

    /// Takes one message of the builder.
    pub(super) fn take(&mut self, message: BuildInfo) {
        self.heard = true;
        if let Some(text) = message.stream {
            self.classic(&text);
        }
        if let Some(status) = message.status {
            let id = message
                .id
                .filter(|id| !id.starts_with("moby."))
                .map(|id| format!("{id}: "));
            self.print(format!("{}{status}\n", id.unwrap_or_default()).as_bytes());
        }
        match message.aux {
            Some(BuildInfoAux::Default(image)) => self.image = image.id.or(self.image.take()),
            Some(BuildInfoAux::BuildKit(status)) => {
                for vertex in status.vertexes {
                    let known = self.vertices.len();
                    if known >= STEP_LIMIT && !self.vertices.contains_key(&vertex.digest) {
                        continue;
                    }
                    let mut announce = None;
                    let entry = self.vertices.entry(vertex.digest.clone()).or_default();
                    if entry.name.is_empty() {
                        entry.name = one_line(&vertex.name);
                        self.order.push(vertex.digest);
                    }
                    entry.cached |= vertex.cached;
                    entry.completed |= vertex.completed.is_some();
                    if vertex.started.is_some() && !entry.started {
                        entry.started = true;
                        announce = Some(entry.name.clone());
                    }
                    if !vertex.error.is_empty() && self.failed.is_none() {
                        self.failed = Some(entry.name.clone());
                    }
                    if let Some(name) = announce {
                        self.print(format!("{name}\n").as_bytes());
                    }
                }
                for log in status.logs {
                    self.print(&log.msg);
                }
            }
            None => {}
        }
    }

    /// A message of the classic builder (or of podman, whose words differ a little).
    fn classic(&mut self, text: &str) {
        let trimmed = text.trim();
        if let Some(step) = step_of(trimmed) {
            self.step = Some(one_line(step));
            if is_counted(step) {
                self.steps += 1;
            }
        } else if (trimmed == "---> Using cache" || trimmed.starts_with("--> Using cache"))
            && self.step.as_deref().is_some_and(is_counted)
        {
            self.cached_steps += 1;
        }
        self.print(text.as_bytes());
    }

    fn print(&mut self, bytes: &[u8]) {
        self.received += bytes.len() as u64;
        self.kept.push(bytes);
        self.lines.push(bytes, self.on_line);
    }

    /// The instruction that is being carried out or has failed.
    fn instruction(&self) -> Option<String> {
        let running = || {
            let unfinished = |digest: &&String| {
                self.vertices
                    .get(*digest)
                    .is_some_and(|vertex| vertex.started && !vertex.completed)
            };
            let digest = self.order.iter().rev().find(unfinished)?;
            self.vertices.get(digest).map(|vertex| vertex.name.clone())
        };
        self.failed
            .clone()
            .or_else(running)
            .map(|name| without_number(&name).to_owned())
            .or_else(|| self.step.clone())
    }

    /// The repository's failure for the builder's message.
    pub(super) fn failure(&self, message: &str) -> BuildFailure {
        let exit_code = exit_code(message);
        let place = self
            .failed
            .as_deref()
            .or(self.step.as_deref())
            .unwrap_or_default()
            .to_owned();
        let lower = message.to_lowercase();
        let at_image = without_number(&place).starts_with("FROM ")
            || place.contains("load metadata for")
            || place.contains("resolve image config for")
            || place.contains("--from=")
            || place.is_empty();
        let unavailable = is_registry_trouble(&lower)
            || lower.ends_with(": not found")
            || lower.contains("context deadline exceeded")
            || lower.contains("connection refused");
        BuildFailure {
            instruction: self.instruction(),
            exit_code,
            message: one_line(message),
            timed_out: false,
            base_image_missing: exit_code.is_none() && at_image && unavailable,
        }
    }

    /// Did the builder fail to get the frontend that a `# syntax=` line names?
    pub(super) fn is_syntax_trouble(&self, message: &str) -> bool {
        exit_code(message).is_none()
            && (self
                .failed
                .as_deref()
                .is_some_and(|name| name.starts_with("resolve image config for"))
                || message.contains("failed to solve with frontend gateway")
                || message.contains("docker/dockerfile"))
    }

    /// Closes the record.
    pub(super) fn finish(mut self, builder: &'static str, failure: Option<BuildFailure>) -> BuildOutcome {
        self.lines.finish(self.on_line);
        let numbered = |vertex: &&Vertex| {
            let instruction = without_number(&vertex.name);
            instruction != vertex.name && is_counted(instruction)
        };
        let counted: Vec<&Vertex> = self.vertices.values().filter(numbered).collect();
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        let (steps, cached_steps) = if self.vertices.is_empty() {
            (self.steps, self.cached_steps)
        } else {
            let cached = counted.iter().filter(|vertex| vertex.cached).count();
            (count(counted.len()), count(cached))
        };
        BuildOutcome {
            image: if failure.is_some() { None } else { self.image },
            failure,
            output: visible_bytes(&self.kept.into_bytes()),
            steps,
            cached_steps,
            builder,
        }
    }
}

/// `Step 2/5 : RUN make` is the step `RUN make`.
fn step_of(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("Step ").or_else(|| line.strip_prefix("STEP "))?;
    let (number, instruction) = rest.split_once(':')?;
    let (at, of) = number.trim().split_once('/')?;
    (at.parse::<u32>().is_ok() && of.parse::<u32>().is_ok()).then(|| instruction.trim())
}

/// `[builder 2/5] RUN make` is the instruction `RUN make`; other names stay as they are.
fn without_number(name: &str) -> &str {
    let Some((bracket, instruction)) = name.strip_prefix('[').and_then(|rest| rest.split_once("] ")) else {
        return name;
    };
    let number = bracket.rsplit(' ').next().unwrap_or(bracket);
    match number.split_once('/') {
        Some((at, of)) if at.parse::<u32>().is_ok() && of.parse::<u32>().is_ok() => instruction,
        _ => name,
    }
}

/// Steps that a cache can answer: not the base image, and not our own labels, which the classic builder adds as a step.
fn is_counted(instruction: &str) -> bool {
    !instruction.starts_with("FROM ") && !instruction.starts_with("LABEL proofolio")
}

/// The exit code in a builder's message; the last number, for the command before it is the repository's own text.
fn exit_code(message: &str) -> Option<i64> {
    ["code: ", "exit status "].iter().find_map(|sign| {
        let (_, rest) = message.rsplit_once(sign)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_of_all_dialects() {
        for (message, code) in [
            ("The command '/bin/sh -c exit 7' returned a non-zero code: 7", Some(7)),
            (
                "executor failed running [/bin/sh -c echo code: 5; exit 7]: exit code: 7",
                Some(7),
            ),
            (
                "process \"/bin/sh -c x\" did not complete successfully: exit code: 137",
                Some(137),
            ),
            ("while running runtime: exit status 7", Some(7)),
            ("pull access denied for x", None),
            ("rpc error: code = Unknown", None),
        ] {
            assert_eq!(exit_code(message), code, "{message}");
        }
    }

    #[test]
    fn steps_are_read_from_both_dialects() {
        assert_eq!(step_of("Step 2/5 : RUN make"), Some("RUN make"));
        assert_eq!(step_of("STEP 2/5: RUN make"), Some("RUN make"));
        assert_eq!(step_of("Step by step: done"), None);
        assert_eq!(without_number("[builder 2/5] RUN make"), "RUN make");
        assert_eq!(without_number("[2/5] RUN [ -d x ] && y"), "RUN [ -d x ] && y");
        assert_eq!(
            without_number("[internal] load build definition"),
            "[internal] load build definition"
        );
    }

    #[test]
    fn a_missing_base_image_is_ours() {
        let mut ignore = |_: &str| ();
        let mut log = BuildLog::new(&mut ignore);
        log.classic("Step 1/2 : FROM nobody/nothing:1\n");
        let failure = log.failure("pull access denied for nobody/nothing, repository does not exist");
        assert!(failure.base_image_missing);
        log.classic("Step 2/2 : RUN curl http://registry\n");
        let failure = log.failure("The command '/bin/sh -c curl # dial tcp' returned a non-zero code: 6");
        assert!(!failure.base_image_missing);
        assert_eq!(failure.instruction.as_deref(), Some("RUN curl http://registry"));
    }
}
