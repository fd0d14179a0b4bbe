//! Habits in Dockerfiles that a builder accepts and a reviewer asks about, each under the name of its rule.
//!
//! One pass over the instructions, stage by stage; [`form`] knows how they are written, [`packages`] knows the package managers, [`risks`] what is dangerous, [`script`] takes `RUN`
//! apart.

mod form;
mod packages;
mod risks;
mod script;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use parse_dockerfile as docker;

use super::model::Habit;
use crate::facts::location::Location;

type Locate<'a> = &'a dyn Fn(usize) -> Location;

/// Most habits of one file.
const MOST: usize = 300;

/// What earlier instructions of a stage, and the stages that it starts from, have set.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    workdir: bool,
    pipefail: bool,
    pip_keeps_no_cache: bool,
    healthchecks: usize,
    curl: bool,
    wget: bool,
}

/// The habits of a file.
pub(super) fn read(dockerfile: &docker::Dockerfile<'_>, content: &str, locate: Locate<'_>) -> Vec<Habit> {
    let mut reader = Reader {
        locate,
        found: Vec::new(),
    };
    let mut names: HashSet<String> = HashSet::new();
    let mut states: Vec<(String, State)> = Vec::new();
    for stage in dockerfile.stages() {
        let image = stage.from.image.value.to_lowercase();
        let parent = states.iter().rev().find(|(name, _)| *name == image);
        let mut state = parent.map(|(_, state)| state.clone()).unwrap_or_default();
        (state.healthchecks, state.curl, state.wget) = (0, false, false);
        if stage.from.options.iter().any(|flag| {
            flag.name.value == "platform" && flag.value.as_ref().is_some_and(|value| !value.value.contains('$'))
        }) {
            reader.push(
                "platform-from-builder",
                "it fixes the platform",
                stage.from.from.span.start,
            );
        }
        let name = stage
            .from
            .as_
            .as_ref()
            .map(|(_, name)| name.value.to_lowercase())
            .unwrap_or_default();
        names.insert(name.clone());
        let (mut commands, mut entrypoints) = (0, 0);
        for instruction in stage.instructions {
            use docker::Instruction as Kind;
            match instruction {
                Kind::Cmd(cmd) => {
                    commands += 1;
                    if commands > 1 {
                        reader.push("one-start-command", "only the last CMD counts", cmd.cmd.span.start);
                    }
                }
                Kind::Entrypoint(entrypoint) => {
                    entrypoints += 1;
                    if entrypoints > 1 {
                        reader.push(
                            "one-start-command",
                            "only the last ENTRYPOINT counts",
                            entrypoint.entrypoint.span.start,
                        );
                    }
                }
                Kind::Copy(copy) => {
                    reader.copy(copy, &state, &names);
                    reader.copy_from(copy, &name, states.len());
                }
                _ => reader.instruction(instruction, &mut state),
            }
        }
        states.push((name, state));
    }
    for (rule, what, offset) in form::habits(dockerfile, content) {
        reader.push(rule, &what, offset);
    }
    reader.found
}

struct Reader<'a> {
    locate: Locate<'a>,
    found: Vec<Habit>,
}

impl Reader<'_> {
    fn push(&mut self, rule: &'static str, what: &str, offset: usize) {
        if self.found.len() < MOST {
            self.found.push(Habit {
                rule,
                what: what.chars().take(160).collect(),
                loc: (self.locate)(offset),
            });
        }
    }

    fn instruction(&mut self, instruction: &docker::Instruction<'_>, state: &mut State) {
        use docker::Instruction as Kind;
        match instruction {
            Kind::Maintainer(maintainer) => {
                self.push("no-maintainer", "MAINTAINER is gone", maintainer.maintainer.span.start);
            }
            Kind::Workdir(workdir) => {
                let path = workdir.arguments.value.trim().trim_matches(['"', '\'']);
                let drive = path.as_bytes().get(1) == Some(&b':');
                if !path.starts_with(['/', '$', '\\']) && !drive {
                    self.push("workdir-absolute", path, workdir.workdir.span.start);
                }
                state.workdir = true;
            }
            Kind::Healthcheck(check) => {
                state.healthchecks += 1;
                if state.healthchecks > 1 {
                    self.push(
                        "one-healthcheck",
                        "only the last HEALTHCHECK counts",
                        check.healthcheck.span.start,
                    );
                }
            }
            Kind::Shell(shell) => {
                state.pipefail = shell.arguments.iter().any(|word| word.value.contains("pipefail"));
            }
            Kind::Env(env) => state.pip_keeps_no_cache |= packages::keeps_no_cache(&env.arguments.value),
            Kind::Arg(arg) => state.pip_keeps_no_cache |= packages::keeps_no_cache(&arg.arguments.value),
            Kind::User(user) => self.user(&user.arguments.value, user.user.span.start),
            Kind::Add(add) => self.add(add),
            Kind::Run(run) => self.run(run, state),
            _ => {}
        }
    }

    /// Kubernetes lets a container run only as a number when it has to make sure that it is not root's.
    fn user(&mut self, user: &str, start: usize) {
        let name = user
            .trim()
            .trim_matches(['"', '\''])
            .split(':')
            .next()
            .unwrap_or_default();
        let number = name.bytes().all(|byte| byte.is_ascii_digit());
        if !number && name != "root" && !name.contains(['$', '\\']) {
            self.push("user-by-number", name, start);
        }
    }

    /// What a `COPY` takes from a stage, and where several files go.
    fn copy_from(&mut self, copy: &docker::CopyInstruction<'_>, stage: &str, number: usize) {
        let start = copy.copy.span.start;
        let unquoted = |text: &str| text.trim_matches(['"', '\'']).to_owned();
        let destination = unquoted(&copy.dest.value);
        let is_folder = destination.ends_with(['/', '\\']) || matches!(destination.as_str(), "." | "..");
        let is_folder = is_folder || destination.ends_with("/.") || destination.contains('$');
        if copy.src.len() > 1 && !is_folder {
            self.push("copy-many-into-folder", &destination, start);
        }
        let from = copy.options.iter().find(|flag| flag.name.value == "from");
        let Some(from) = from.and_then(|flag| flag.value.as_ref()) else {
            return;
        };
        let source = from.value.to_lowercase();
        if (!stage.is_empty() && source == stage) || source.parse() == Ok(number) {
            self.push("copy-from-other-stage", &source, start);
        }
        let whole = copy.src.iter().any(|source| match source {
            docker::Source::Path(path) => unquoted(&path.value) == "/",
            _ => false,
        });
        if whole && destination == "/" {
            self.push("copies-no-whole-system", &source, start);
        }
    }

    /// `--chmod=777`
    fn mode(&mut self, options: &[docker::Flag<'_>], start: usize) {
        let modes = options.iter().filter(|flag| flag.name.value == "chmod");
        let mut mode = modes
            .filter_map(|flag| flag.value.as_ref())
            .map(|mode| mode.value.as_ref());
        if let Some(mode) = mode.rfind(|mode| risks::lets_all_write(mode)) {
            self.push("writable-by-few", &format!("`--chmod={mode}`"), start);
        }
    }

    fn copy(&mut self, copy: &docker::CopyInstruction<'_>, state: &State, names: &HashSet<String>) {
        let start = copy.copy.span.start;
        self.mode(&copy.options, start);
        let destination = copy.dest.value.trim_matches(['"', '\'']);
        let drive = destination.as_bytes().get(1) == Some(&b':');
        if !state.workdir && !destination.starts_with(['/', '$', '\\']) && !drive {
            self.push("copy-to-known-folder", destination, start);
        }
        let from = copy.options.iter().find(|flag| flag.name.value == "from");
        let Some(from) = from.and_then(|flag| flag.value.as_ref()) else {
            return;
        };
        let source = from.value.to_lowercase();
        let is_number = source.parse::<usize>().is_ok();
        // With a tag or a folder it is an image of a registry.
        if !is_number && !names.contains(&source) && !source.contains([':', '/', '$', '@']) {
            self.push("copy-from-known-stage", &source, start);
        }
    }

    fn add(&mut self, add: &docker::AddInstruction<'_>) {
        self.mode(&add.options, add.add.span.start);
        const ARCHIVES: [&str; 15] = [
            ".tar", ".gz", ".bz2", ".xz", ".zip", ".tgz", ".tb2", ".tbz", ".tbz2", ".lz", ".lzma", ".tlz", ".txz",
            ".z", ".tz",
        ];
        let unpacks = add.src.iter().all(|source| match source {
            docker::Source::Path(path) => {
                let lower = path.value.to_lowercase();
                let elsewhere = lower.contains("://") || lower.starts_with("git@") || lower.contains('$');
                elsewhere || ARCHIVES.iter().any(|ending| lower.ends_with(ending))
            }
            _ => true,
        });
        if !unpacks {
            self.push("copy-rather-than-add", "ADD of a plain file", add.add.span.start);
        }
    }

    fn run(&mut self, run: &docker::RunInstruction<'_>, state: &mut State) {
        let start = run.run.span.start;
        let mut text = match &run.arguments {
            // A list is a single command.
            docker::Command::Exec(list) => list
                .value
                .iter()
                .map(|part| format!("'{}'", part.value))
                .collect::<Vec<_>>()
                .join(" "),
            docker::Command::Shell(text) => text.value.to_owned(),
            _ => String::new(),
        };
        // A here-document is a script of the shell, unless a program is named for it.
        let bare = run.here_docs.is_empty() || text.split_whitespace().all(|word| word.starts_with("<<"));
        for document in run
            .here_docs
            .iter()
            .filter(|document| bare && !document.value.starts_with("#!"))
        {
            text.push('\n');
            text.push_str(&document.value);
        }
        let script = script::read(&text);
        let cached = |path: &str| {
            run.options.iter().any(|flag| {
                flag.name.value == "mount"
                    && flag
                        .value
                        .as_ref()
                        .is_some_and(|value| value.value.contains("type=cache") && value.value.contains(path))
            })
        };
        let calls = |program: &str| {
            script
                .commands
                .iter()
                .any(|words| words.first().is_some_and(|word| word == program))
        };
        if calls("cd") {
            self.push("workdir-rather-than-cd", "`cd` in RUN", start);
        }
        if calls("sudo") {
            self.push("no-sudo", "`sudo` in RUN", start);
        }
        let (curl, wget) = (calls("curl"), calls("wget"));
        (state.curl, state.wget) = (state.curl | curl, state.wget | wget);
        if (curl || wget) && state.curl && state.wget {
            self.push("one-downloader", "both curl and wget", start);
        }
        let sets = script
            .commands
            .iter()
            .any(|words| words[0] == "set" && words.iter().any(|word| word == "pipefail"));
        let is_shell = matches!(run.arguments, docker::Command::Shell(_));
        if script.pipes && !state.pipefail && !sets && is_shell {
            self.push("pipes-fail", "a pipe", start);
        }
        if let Some(what) = risks::runs_unseen(&script) {
            self.push("runs-nothing-unseen", &what, start);
        }
        if let Some(what) = risks::writable_by_all(&script) {
            self.push("writable-by-few", &what, start);
        }
        for (rule, what) in packages::habits(&script, &text, &cached, state.pip_keeps_no_cache) {
            self.push(rule, &what, start);
        }
    }
}
