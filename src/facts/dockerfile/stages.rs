//! Reading the instructions, stage by stage.

use std::collections::HashMap;

use parse_dockerfile as docker;

use super::expansion::{global_defaults, pairs, paths, substitute};
use super::model::{BaseImage, Command, DockerfileFacts, Instruction, Place, Stage};
use crate::facts::image_name::ImageName;
use crate::facts::location::Location;

type Locate<'a> = &'a dyn Fn(usize) -> Location;

const INSTRUCTIONS: usize = 2_000;

/// Reads a parsed Dockerfile into the fact.
pub(super) fn read(dockerfile: &docker::Dockerfile<'_>, locate: Locate<'_>, facts: &mut DockerfileFacts) {
    let arguments = global_defaults(dockerfile);
    let mut inherited: HashMap<String, Inherited> = HashMap::new();
    let mut last = Inherited::default();
    let mut budget = INSTRUCTIONS;
    for (number, stage) in dockerfile.stages().enumerate() {
        let loc = locate(stage.from.from.span.start);
        let (image, unresolved) = substitute(&stage.from.image.value, &arguments);
        let image: String = image.chars().take(300).collect();
        let name = stage.from.as_.as_ref().map(|(_, name)| name.value.to_string());
        let parent = inherited.get(&image.to_lowercase()).cloned();
        let mut state = parent.clone().unwrap_or_default();
        if parent.is_none() && image != "scratch" {
            facts.base_images.push(base_image(&image, unresolved, loc.clone()));
        }
        state.from.get_or_insert_with(|| loc.clone());
        let mut reader = StageReader {
            locate,
            facts,
            state,
            copied_all: None,
            has_dependencies: false,
            instructions: Vec::new(),
        };
        for instruction in stage.instructions {
            if budget == 0 {
                break;
            }
            budget -= 1;
            reader.instruction(instruction);
        }
        let (instructions, state) = (reader.instructions, reader.state);
        inherited.insert(number.to_string(), state.clone());
        if let Some(name) = &name {
            inherited.insert(name.to_lowercase(), state.clone());
        }
        last = state;
        let from = stage.from.image.value.chars().take(300).collect();
        facts.stages.push(Stage {
            name,
            from,
            image,
            instructions,
            loc,
        });
    }
    facts.multi_stage = facts.stages.len() > 1;
    finish(last, facts);
}

/// What a stage hands on to one that starts from it.
#[derive(Debug, Clone, Default)]
struct Inherited {
    user: Option<(String, Location)>,
    healthcheck: Option<Command>,
    cmd: Option<Command>,
    entrypoint: Option<Command>,
    ports: Vec<String>,
    volumes: Vec<String>,
    from: Option<Location>,
}

fn finish(last: Inherited, facts: &mut DockerfileFacts) {
    facts.user_loc = last.user.as_ref().map(|(_, loc)| loc.clone()).or(last.from);
    facts.user = last.user.map(|(user, _)| user);
    let name = facts
        .user
        .as_deref()
        .map(|user| user.split(':').next().unwrap_or_default().trim());
    // an image may set a user itself, which only the engine can tell; official language images do not
    facts.runs_as_root = name.is_none_or(|name| matches!(name, "" | "root" | "0"));
    let rootless = |image: &BaseImage| image.image.contains("nonroot") || image.image.contains("chainguard");
    let of_lambda = |image: &BaseImage| {
        ["public.ecr.aws/lambda/", "amazon/aws-lambda-", "public.ecr.aws/sam/emu"]
            .iter()
            .any(|start| image.image.starts_with(start))
    };
    facts.for_lambda = facts.base_images.last().is_some_and(of_lambda);
    if facts.for_lambda || (facts.user.is_none() && facts.base_images.last().is_some_and(rootless)) {
        facts.runs_as_root = false;
    }
    facts.has_healthcheck = last.healthcheck.is_some();
    facts.healthcheck = last.healthcheck;
    facts.cmd = last.cmd;
    facts.entrypoint = last.entrypoint;
    facts.exposed_ports = last.ports;
    facts.volumes = last.volumes;
    let commands = [&facts.entrypoint, &facts.cmd].into_iter().flatten();
    facts.shell_form = commands.filter(|command| !command.exec).cloned().collect();
    facts.exec_form = facts.shell_form.is_empty();
}

fn base_image(image: &str, unresolved: bool, loc: Location) -> BaseImage {
    let name = ImageName::new(image);
    BaseImage {
        image: image.to_owned(),
        tag: name.tag.map(str::to_owned),
        digest: name.digest.map(str::to_owned),
        pinned: name.is_pinned() || unresolved,
        unresolved,
        loc,
    }
}

struct StageReader<'a> {
    locate: Locate<'a>,
    facts: &'a mut DockerfileFacts,
    state: Inherited,
    copied_all: Option<Place>,
    /// The dependencies were installed by their list; what comes later installs the project itself.
    has_dependencies: bool,
    instructions: Vec<Instruction>,
}

impl StageReader<'_> {
    fn push(&mut self, keyword: &'static str, start: usize, arguments: &str) -> Location {
        let loc = (self.locate)(start);
        let arguments = arguments
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(400)
            .collect();
        self.instructions.push(Instruction {
            keyword,
            arguments,
            loc: loc.clone(),
        });
        loc
    }

    fn instruction(&mut self, instruction: &docker::Instruction<'_>) {
        use docker::Instruction as Kind;
        match instruction {
            Kind::User(user) => {
                let loc = self.push("USER", user.user.span.start, &user.arguments.value);
                self.state.user = Some((user.arguments.value.trim().to_owned(), loc));
            }
            Kind::Cmd(cmd) => {
                let command = self.command("CMD", cmd.cmd.span.start, &cmd.arguments);
                self.state.cmd = Some(command);
            }
            Kind::Entrypoint(entrypoint) => {
                let command = self.command("ENTRYPOINT", entrypoint.entrypoint.span.start, &entrypoint.arguments);
                self.state.entrypoint = Some(command);
            }
            Kind::Healthcheck(check) => {
                let start = check.healthcheck.span.start;
                self.state.healthcheck = match &check.arguments {
                    docker::HealthcheckArguments::Cmd { arguments, .. } => {
                        Some(self.command("HEALTHCHECK", start, arguments))
                    }
                    _ => {
                        self.push("HEALTHCHECK", start, "NONE");
                        None
                    }
                };
            }
            Kind::Expose(expose) => {
                let ports: Vec<String> = expose.arguments.iter().map(|port| port.value.to_string()).collect();
                self.push("EXPOSE", expose.expose.span.start, &ports.join(" "));
                self.state.ports.extend(ports.into_iter().take(50));
            }
            Kind::Volume(volume) => {
                let volumes: Vec<String> = match &volume.arguments {
                    docker::JsonOrStringArray::Json(list) => list.value.iter().map(|v| v.value.to_string()).collect(),
                    docker::JsonOrStringArray::String(list) => list.iter().map(|v| v.value.to_string()).collect(),
                };
                self.push("VOLUME", volume.volume.span.start, &volumes.join(" "));
                self.state.volumes.extend(volumes.into_iter().take(50));
            }
            Kind::Env(env) => self.variables("ENV", env.env.span.start, &env.arguments.value),
            Kind::Arg(arg) => self.variables("ARG", arg.arg.span.start, &arg.arguments.value),
            Kind::Run(run) => self.run(run),
            Kind::Copy(copy) => self.copy("COPY", copy.copy.span.start, &copy.options, &copy.src, &copy.dest),
            Kind::Add(add) => self.copy("ADD", add.add.span.start, &add.options, &add.src, &add.dest),
            Kind::Workdir(workdir) => {
                self.push("WORKDIR", workdir.workdir.span.start, &workdir.arguments.value);
            }
            Kind::Label(label) => {
                self.push("LABEL", label.label.span.start, &label.arguments.value);
            }
            Kind::Maintainer(maintainer) => {
                self.push("MAINTAINER", maintainer.maintainer.span.start, &maintainer.name.value);
            }
            Kind::Onbuild(onbuild) => {
                // What it does later is not this image's.
                self.push("ONBUILD", onbuild.onbuild.span.start, "");
            }
            Kind::Shell(shell) => {
                let words: Vec<&str> = shell.arguments.iter().map(|word| word.value.as_ref()).collect();
                self.push("SHELL", shell.shell.span.start, &words.join(" "));
            }
            Kind::Stopsignal(signal) => {
                self.push("STOPSIGNAL", signal.stopsignal.span.start, &signal.arguments.value);
            }
            _ => {}
        }
    }

    fn command(&mut self, keyword: &'static str, start: usize, command: &docker::Command<'_>) -> Command {
        let (exec, arguments) = match command {
            docker::Command::Exec(list) => (true, list.value.iter().map(|part| part.value.to_string()).collect()),
            docker::Command::Shell(text) => (false, vec![text.value.chars().take(400).collect()]),
            _ => (false, Vec::new()),
        };
        let arguments: Vec<String> = arguments;
        let loc = self.push(keyword, start, &arguments.join(" "));
        Command {
            keyword,
            exec,
            arguments,
            loc,
        }
    }

    fn variables(&mut self, keyword: &'static str, start: usize, text: &str) {
        let pairs = pairs(text);
        let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        let loc = self.push(keyword, start, &names.join(" "));
        for (name, value) in &pairs {
            let literal = value
                .as_ref()
                .is_some_and(|value| value.len() > 2 && !value.contains('$'));
            if names_secret(name) && literal {
                self.facts.secrets.push(Place {
                    name: name.clone(),
                    loc: loc.clone(),
                });
            }
        }
    }

    fn run(&mut self, run: &docker::RunInstruction<'_>) {
        let mut text = match &run.arguments {
            docker::Command::Exec(list) => list
                .value
                .iter()
                .map(|part| part.value.as_ref())
                .collect::<Vec<_>>()
                .join(" "),
            docker::Command::Shell(text) => text.value.to_owned(),
            _ => String::new(),
        };
        for document in &run.here_docs {
            text.push('\n');
            text.push_str(&document.value);
        }
        self.push("RUN", run.run.span.start, &text.replace("\\\n", " "));
        if installs(&text) {
            self.facts.installs_dependencies = true;
            // the project itself may be installed from its source; a list of requirements should come first
            let listed = from_list(&text);
            if let Some(place) = self.copied_all.take().filter(|_| listed && !self.has_dependencies) {
                self.facts.source_before_dependencies.push(place);
            }
            self.has_dependencies |= listed;
        }
    }

    fn copy(
        &mut self,
        keyword: &'static str,
        start: usize,
        options: &[docker::Flag<'_>],
        sources: &[docker::Source<'_>],
        destination: &docker::UnescapedString<'_>,
    ) {
        let paths: Vec<&str> = paths(sources).collect();
        let loc = self.push(keyword, start, &format!("{} {}", paths.join(" "), destination.value));
        let from_stage = options.iter().any(|flag| flag.name.value == "from");
        for path in paths {
            if keyword == "ADD" && (path.starts_with("http://") || path.starts_with("https://")) {
                self.facts.remote_adds.push(Place {
                    name: path.chars().take(200).collect(),
                    loc: loc.clone(),
                });
            }
            if !from_stage && matches!(path, "." | "./" | "*") {
                self.copied_all.get_or_insert_with(|| Place {
                    name: path.to_owned(),
                    loc: loc.clone(),
                });
            }
        }
    }
}

fn installs(text: &str) -> bool {
    [
        "pip install",
        "pip3 install",
        "uv sync",
        "uv pip install",
        "poetry install",
        "pipenv install",
        "pdm install",
    ]
    .iter()
    .any(|command| text.contains(command))
}

fn from_list(text: &str) -> bool {
    text.contains("-r ") || text.contains("--requirement") || !text.contains("pip")
}

fn names_secret(name: &str) -> bool {
    let upper = name.to_uppercase();
    let word = |word: &str| upper.split('_').any(|part| part == word);
    let secret = word("PASSWORD")
        || word("PASSWD")
        || word("SECRET")
        || word("TOKEN")
        || upper.contains("API_KEY")
        || upper.contains("SECRET_KEY")
        || upper.contains("PRIVATE_KEY")
        || upper.contains("ACCESS_KEY");
    secret
        && !["FILE", "PATH", "EXPIRE", "MINUTES", "URL", "ALGORITHM", "TTL"]
            .iter()
            .any(|other| upper.contains(other))
}
