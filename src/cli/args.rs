//! The command line's grammar: clap only, no work.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Scaffold portfolio projects that show you can own a system, and verify them for real in Docker.
#[derive(Debug, Parser)]
#[command(name = "proofolio", version, about, max_term_width = 100, propagate_version = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub struct Global {
    /// Show more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Show results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// How to show the progress of running stages
    #[arg(long, global = true, value_name = "HOW", default_value = "auto")]
    pub progress: Progress,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal that shows them, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Makes this choice hold for everything that the process prints.
    pub fn apply(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// How to show progress, on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// Bars on a terminal, plain lines elsewhere
    Auto,
    /// A bar for each running stage
    Bars,
    /// A line for each stage that starts or ends
    Plain,
    /// Events as JSON, one a line
    Json,
    /// Nothing
    None,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scaffold a project
    New(New),
    /// Verify projects: statically and, in Docker, for real
    Verify(Verify),
    /// List the checks, explain one, or try a pack of your own
    #[command(subcommand)]
    Checks(Checks),
    /// Show what this machine and its container engine can do
    Doctor(Doctor),
    /// Remove what proofolio left on the engine
    Clean(Clean),
    /// Print the completion script of a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// `proofolio new`
#[derive(Debug, Clone, Args)]
pub struct New {
    /// Which project
    pub kind: NewKind,
    /// The folder to make; default: the project's name, or `portfolio`
    pub directory: Option<PathBuf>,
    /// The project's name, such as `library-loans`; default: the folder's name
    #[arg(long)]
    pub name: Option<String>,
    /// Your name, for the README, the package and the first commit
    #[arg(long)]
    pub author: Option<String>,
    /// Your e-mail address, for the first commit
    #[arg(long)]
    pub email: Option<String>,
    /// The domain that the project is about, with `all` KIND=THEME,…; `--theme list` shows all
    #[arg(long)]
    pub theme: Option<String>,
    /// The Python version to develop on
    #[arg(long, value_name = "VERSION")]
    pub python: Option<String>,
    /// Where the project's CI runs
    #[arg(long, value_name = "PROVIDER")]
    pub ci: Option<String>,
    /// Answer one question, with `all` also KIND.KEY=VALUE; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// A YAML file of answers; flags and --set win over it
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Never ask: take defaults for what is not given
    #[arg(long)]
    pub defaults: bool,
    /// Write nothing: list the files that would be written, with their digests
    #[arg(long)]
    pub plan: bool,
    /// Make no git repository
    #[arg(long)]
    pub no_git: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Verify the new project at once
    #[arg(long, conflicts_with_all = ["plan", "json"])]
    pub verify: bool,
}

/// Kinds that can be scaffolded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NewKind {
    /// A REST API with logins and roles on PostgreSQL (FastAPI)
    Api,
    /// A data pipeline with a trained model, a command and an endpoint for predictions
    Pipeline,
    /// A service in a container with CI and a blue/green deployment
    Deploy,
    /// A portfolio: one project of each kind, side by side
    All,
}

impl New {
    /// The flags that answer questions of every kind, but for the theme.
    pub fn flags(&self) -> [(&'static str, &Option<String>); 5] {
        [
            ("name", &self.name),
            ("author", &self.author),
            ("email", &self.email),
            ("python", &self.python),
            ("ci", &self.ci),
        ]
    }
}

/// A selection of checks
#[derive(Debug, Clone, Args)]
pub struct Selection {
    /// A check file or a folder of them, on top of the built-in ones; may be repeated
    #[arg(long, value_name = "PATH")]
    pub checks: Vec<PathBuf>,
    /// Only the checks whose id or area matches; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Leave out the checks whose id or area matches; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub skip: Vec<String>,
}

/// `proofolio verify`
#[derive(Debug, Clone, Args)]
pub struct Verify {
    /// Folders to verify; default: the current folder
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// What kind of project it is
    #[arg(long, default_value = "auto")]
    pub kind: VerifyKind,
    /// Read only: start no container
    #[arg(long = "static")]
    pub static_only: bool,
    /// Which checks
    #[command(flatten)]
    pub selection: Selection,
    /// Judge what the repository asks not to hear of, too
    #[arg(long)]
    pub no_suppressions: bool,
    /// Also write a report, such as `html=report.html`; others are human, markdown, json, sarif, junit, github, gitlab and
    /// badge; `-` is standard output; `{project}` in the path is the project's name; may be repeated
    #[arg(long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
    /// The lowest level of check whose failure fails the run
    #[arg(long, value_name = "LEVEL", default_value = "required")]
    pub fail_on: FailOn,
    /// What installs the requirements
    #[arg(long, default_value = "uv")]
    pub installer: Installer,
    /// The Python version to verify with; default: the project's own
    #[arg(long, value_name = "VERSION")]
    pub python: Option<String>,
    /// Address of the container engine; default: DOCKER_HOST, the docker context, then the usual sockets
    #[arg(long, value_name = "URL")]
    pub engine: Option<String>,
    /// How many stages may run at once; default: what the engine's processors allow
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Wall limit of the whole run, such as `10m`
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = duration)]
    pub timeout: Duration,
    /// Use no cache: install, build and run everything again
    #[arg(long)]
    pub no_cache: bool,
    /// Keep the containers for a look; `proofolio clean` removes them
    #[arg(long)]
    pub keep: bool,
}

/// The kind of a project, or that it is to be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerifyKind {
    /// Find out
    Auto,
    /// A REST API
    Api,
    /// A data or machine-learning pipeline
    Pipeline,
    /// A containerized deployment
    Deploy,
}

/// The lowest level of check whose failure fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Required checks
    Required,
    /// Required and recommended checks
    Recommended,
}

/// What installs the requirements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Installer {
    /// uv for speed; what uv refuses is tried again with pip
    Uv,
    /// pip alone
    Pip,
}

/// `proofolio checks`
#[derive(Debug, Clone, Subcommand)]
pub enum Checks {
    /// List the checks by area
    List(ChecksList),
    /// Say what a check wants, why, and what to do about it
    Explain(ChecksExplain),
    /// Run the cases of the built-in checks, or of a pack
    Test(ChecksTest),
}

/// `proofolio checks list`
#[derive(Debug, Clone, Args)]
pub struct ChecksList {
    /// Which checks
    #[command(flatten)]
    pub selection: Selection,
    /// Print the checks as JSON
    #[arg(long)]
    pub json: bool,
}

/// `proofolio checks explain`
#[derive(Debug, Clone, Args)]
pub struct ChecksExplain {
    /// The check's id, or a rule of another tool such as `hadolint:DL3007`
    pub id: String,
    /// A check file or a folder of them, on top of the built-in ones; may be repeated
    #[arg(long, value_name = "PATH")]
    pub checks: Vec<PathBuf>,
}

/// `proofolio checks test`
#[derive(Debug, Clone, Args)]
pub struct ChecksTest {
    /// Check files or folders of them; default: the built-in checks
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// `proofolio doctor`
#[derive(Debug, Clone, Args)]
pub struct Doctor {
    /// Address of the container engine; default: DOCKER_HOST, the docker context, then the usual sockets
    #[arg(long, value_name = "URL")]
    pub engine: Option<String>,
    /// Start containers that try to break out, and say which limits really hold
    #[arg(long)]
    pub sandbox: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// `proofolio clean`
#[derive(Debug, Clone, Args)]
pub struct Clean {
    /// Address of the container engine; default: DOCKER_HOST, the docker context, then the usual sockets
    #[arg(long, value_name = "URL")]
    pub engine: Option<String>,
    /// Remove the caches too: installed environments, built images, volumes
    #[arg(long)]
    pub all: bool,
    /// Remove only what this run made; its id is in the names of its containers
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
}

/// Reads `90`, `90s`, `15m`, `2h`.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text
        .char_indices()
        .find(|(_, character)| character.is_ascii_alphabetic())
    {
        Some((at, _)) => text.split_at(at),
        None => (text, "s"),
    };
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("write a number and s, m or h, such as 90s or 15m".to_owned()),
    };
    match number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(seconds))
    {
        Some(seconds) if (1..=24 * 3600).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        _ => Err("write a duration from 1s to 24h, such as 90s or 15m".to_owned()),
    }
}
