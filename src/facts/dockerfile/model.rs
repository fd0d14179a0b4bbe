//! The shape of the `dockerfile` fact.

use crate::facts::location::Location;

/// How the image is built.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct DockerfileFacts {
    /// Whether there is a Dockerfile.
    pub present: bool,
    /// Whether it can be read; everything below is empty otherwise.
    pub valid: bool,
    /// The Dockerfile that was read.
    pub path: Option<String>,
    /// Its first line.
    pub loc: Option<Location>,
    /// All Dockerfiles, the likeliest first.
    pub files: Vec<String>,
    /// Why it cannot be read.
    pub errors: Vec<Trouble>,
    /// The stages in order.
    pub stages: Vec<Stage>,
    /// The images that stages start from, other than earlier stages.
    pub base_images: Vec<BaseImage>,
    /// The user of the final stage, as written; none when no `USER` is given.
    pub user: Option<String>,
    /// Whether the final stage runs as root, as far as the file tells.
    pub runs_as_root: bool,
    /// Whether the image is one for AWS Lambda, which runs every image as a user of its own and asks no health check.
    pub for_lambda: bool,
    /// Where the user is set; the final stage's `FROM` when it is not.
    pub user_loc: Option<Location>,
    /// Whether the final image has a health check (not `NONE`).
    pub has_healthcheck: bool,
    /// The health check.
    pub healthcheck: Option<Command>,
    /// The final `CMD`.
    pub cmd: Option<Command>,
    /// The final `ENTRYPOINT`.
    pub entrypoint: Option<Command>,
    /// Whether `CMD` and `ENTRYPOINT`, where given, are in exec form.
    pub exec_form: bool,
    /// `CMD` and `ENTRYPOINT` in shell form.
    pub shell_form: Vec<Command>,
    /// `COPY` of the whole source before the dependencies are installed.
    pub source_before_dependencies: Vec<Place>,
    /// Whether dependencies are installed in some stage.
    pub installs_dependencies: bool,
    /// Secrets given by `ENV` or `ARG`; values are never kept.
    pub secrets: Vec<Place>,
    /// `ADD` of an address.
    pub remote_adds: Vec<Place>,
    /// The ports that are exposed.
    pub exposed_ports: Vec<String>,
    /// Volumes of the final image.
    pub volumes: Vec<String>,
    /// Whether there is more than one stage.
    pub multi_stage: bool,
    /// What a builder accepts and a reviewer asks about.
    pub habits: Vec<Habit>,
    /// Variables that are empty where they are used.
    pub unset_variables: Vec<UnsetVariable>,
    /// What is copied from the context and is not in it.
    pub absent_sources: Vec<AbsentSource>,
    /// The build context.
    pub context: ContextFacts,
}

/// A source of `COPY` or `ADD` that the builder does not get.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AbsentSource {
    /// Its path beneath the context.
    pub name: String,
    /// `COPY` or `ADD`.
    pub keyword: &'static str,
    /// `ignored` (the `.dockerignore` keeps it out) or `missing`.
    pub reason: &'static str,
    /// The `.dockerignore` that applies.
    pub ignore_file: Option<String>,
    /// The instruction.
    pub loc: Location,
}

/// A variable that no `ARG` or `ENV` sets where it is used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UnsetVariable {
    /// Its name.
    pub name: String,
    /// The instruction that uses it.
    pub keyword: &'static str,
    /// `global` (its `ARG` stands before the first `FROM`), `builder` (the builder has it for stages that ask), `other-stage`,
    /// `later`, `misspelt`, `same` (set in the same `ENV`), `shell` (only a shell sets it), `nowhere`; in a `FROM` also `no-default`.
    pub reason: &'static str,
    /// The other stage, or the name that was meant.
    pub other: Option<String>,
    /// The instruction.
    pub loc: Location,
}

/// A habit worth a question.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Habit {
    /// The rule that it breaks.
    pub rule: &'static str,
    /// What it is.
    pub what: String,
    /// The instruction.
    pub loc: Location,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Stage {
    /// Its name; none without `AS`.
    pub name: Option<String>,
    /// The image as written.
    pub from: String,
    /// The image after `ARG` defaults.
    pub image: String,
    /// Its instructions.
    pub instructions: Vec<Instruction>,
    /// Its `FROM`.
    pub loc: Location,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Instruction {
    /// `RUN`, `COPY`, …
    pub keyword: &'static str,
    /// The arguments in one line, at most 400 characters; of `ENV` and `ARG` only the names.
    pub arguments: String,
    /// Where it is.
    pub loc: Location,
}

/// An image that a stage starts from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BaseImage {
    /// The image after `ARG` defaults.
    pub image: String,
    /// The tag; none without one.
    pub tag: Option<String>,
    /// The digest; none without one.
    pub digest: Option<String>,
    /// Whether a tag other than `latest` or a digest is given.
    pub pinned: bool,
    /// Whether an argument without a default remains in it, so that only the builder knows.
    pub unresolved: bool,
    /// Its `FROM`.
    pub loc: Location,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Command {
    /// `CMD`, `ENTRYPOINT` or `HEALTHCHECK`.
    pub keyword: &'static str,
    /// Whether it is in exec form (a JSON list).
    pub exec: bool,
    /// The arguments; one of them in shell form.
    pub arguments: Vec<String>,
    /// Where it is.
    pub loc: Location,
}

/// A place worth a finding.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// What it is about: a variable's name, an address, the copied path.
    pub name: String,
    /// Where it is.
    pub loc: Location,
}

/// Something that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Trouble {
    /// What is wrong.
    pub message: String,
    /// Where it is.
    pub loc: Location,
}

/// The build context.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ContextFacts {
    /// The `.dockerignore` that applies.
    pub ignore_file: Option<String>,
    /// How many files of the repository are sent to the builder.
    pub files: usize,
    /// How many bytes.
    pub bytes: u64,
    /// Whether a `.git` folder would stay out.
    pub excludes_git: bool,
    /// Whether a `.env` file would stay out.
    pub excludes_env: bool,
    /// Whether a `.venv` folder would stay out.
    pub excludes_venv: bool,
}
