//! `proofolio verify`.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;

use super::args::{self, FailOn, Global, Verify, VerifyKind};
use super::exit::{Exit, Refusal};
use super::progress;
use super::targets::{self, Target};
use crate::checks::select::select;
use crate::checks::{LoadError, Rubric};
use crate::contract::Kind;
use crate::engine::docker::DockerEngine;
use crate::engine::{Engine, EngineError, Interrupt};
use crate::facts::docker::{Installer, Options};
use crate::report::files::ReportFiles;
use crate::report::github;
use crate::report::human::{self, HumanOptions};
use crate::report::model::{Level, Outcome};
use crate::verification::{Request, deadline, verify};

/// Variables of ours that dependency installation needs.
const INSTALL_VARIABLES: [&str; 9] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
];
/// Variables that name a file of certificates, in the order in which they are tried.
const CERTIFICATE_VARIABLES: [&str; 4] = ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/// Runs the command.
pub fn run(global: &Global, command: Verify) -> anyhow::Result<Exit> {
    let rubric = match Rubric::load(&command.checks) {
        Ok(rubric) => rubric,
        Err(error) => return Err(broken_checks(error)),
    };
    let checks = select(&rubric.checks, &command.only, &command.skip)
        .map_err(|error| Refusal::usage(error.to_string(), "A pattern is an id, an area or a glob over either."))?;
    if checks.is_empty() {
        return Err(Refusal::incomplete("no check is selected", "Loosen --only or --skip."));
    }
    let targets = targets::find(&command.targets)?;
    if targets.len() > 1 && !command.report.is_empty() {
        return Err(Refusal::usage(
            "a report file holds one target",
            "Verify the targets one by one to write reports.",
        ));
    }
    let files = ReportFiles::open(command.report.iter().map(String::as_str))
        .map_err(|error| Refusal::usage(error.to_string(), ""))?;
    let interrupt = listen()?;
    let mut worst = Exit::Passed;
    let mut reports = Vec::new();
    for Target { given, folder } in &targets {
        let sink = progress::sink(global.progress, global.quiet);
        let connect = || -> Result<Arc<dyn Engine>, EngineError> {
            let engine = DockerEngine::connect(command.engine.as_deref(), interrupt.clone())?;
            Ok(Arc::new(engine))
        };
        let request = Request {
            given,
            folder,
            kind: kind(command.kind),
            python: command.python.as_deref(),
            checks: checks.clone(),
            known_checks: rubric.ids(),
            ignore_suppressions: command.no_suppressions,
            static_only: command.static_only,
            keep: command.keep,
            fail_on: level(command.fail_on),
            options: options(&command)?,
            engine: &connect,
        };
        let report = verify(&request, sink.as_ref()).with_context(|| format!("failed to read {given}"))?;
        drop(sink);
        if interrupt.is_set() {
            return Err(Refusal {
                exit: Exit::Interrupted,
                message: if command.keep {
                    "interrupted; what was started is kept".to_owned()
                } else {
                    "interrupted; everything that was started has been removed".to_owned()
                },
                hint: String::new(),
            }
            .into());
        }
        print(
            files.takes_standard_output(),
            |options| human::render(&report, options),
            global,
            level(command.fail_on),
        );
        worst = worse(worst, exit(report.outcome));
        reports.push(report);
    }
    if reports.len() > 1 {
        print(
            false,
            |options| human::render_several(&reports, options),
            global,
            level(command.fail_on),
        );
    }
    if let [report] = reports.as_slice() {
        let options = HumanOptions {
            width: 100,
            color: false,
            verbose: 1,
            fail_on: level(command.fail_on),
        };
        files
            .write(report, &options, &mut std::io::stdout().lock())
            .context("failed to write the reports")?;
    }
    Ok(worst)
}

/// A pack that cannot be used (exit 4).
pub(super) fn broken_checks(error: LoadError) -> anyhow::Error {
    Refusal {
        exit: Exit::BrokenChecks,
        message: error.to_string(),
        hint: String::new(),
    }
    .into()
}

/// Turns SIGINT and SIGTERM into an interrupt. A second one ends the process at once.
fn listen() -> anyhow::Result<Interrupt> {
    let interrupt = Interrupt::new();
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, i32::from(Exit::Interrupted.code()), interrupt.flag())
            .and_then(|_| signal_hook::flag::register(signal, interrupt.flag()))
            .context("failed to listen for interrupts")?;
    }
    Ok(interrupt)
}

const fn kind(kind: VerifyKind) -> Option<Kind> {
    match kind {
        VerifyKind::Auto => None,
        VerifyKind::Api => Some(Kind::Api),
        VerifyKind::Pipeline => Some(Kind::Pipeline),
        VerifyKind::Deploy => Some(Kind::Deploy),
    }
}

const fn level(fail_on: FailOn) -> Level {
    match fail_on {
        FailOn::Required => Level::Required,
        FailOn::Recommended => Level::Recommended,
    }
}

const fn exit(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Passed => Exit::Passed,
        Outcome::Failed => Exit::Failed,
        Outcome::Incomplete => Exit::Incomplete,
        Outcome::Broken => Exit::BrokenChecks,
    }
}

/// Of several targets the worst counts: broken checks, then failures, then what could not be looked at.
fn worse(left: Exit, right: Exit) -> Exit {
    let rank = |exit| match exit {
        Exit::Passed => 0,
        Exit::Incomplete => 1,
        Exit::Failed => 2,
        Exit::BrokenChecks => 3,
        Exit::Usage => 4,
        Exit::Interrupted => 5,
    };
    if rank(right) > rank(left) { right } else { left }
}

fn options(command: &Verify) -> anyhow::Result<Options> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let install_environment: BTreeMap<String, String> = INSTALL_VARIABLES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), variable(name)?)))
        .collect();
    let certificates = match CERTIFICATE_VARIABLES
        .iter()
        .find_map(|name| Some((name, variable(name)?)))
    {
        Some((name, path)) => Some(
            std::fs::read(&path)
                .map_err(|error| Refusal::usage(format!("{name} names `{path}`, which cannot be read: {error}"), ""))?,
        ),
        None => None,
    };
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    Ok(Options {
        installer: match command.installer {
            args::Installer::Uv => Installer::Uv,
            args::Installer::Pip => Installer::Pip,
        },
        no_cache: command.no_cache,
        jobs: command.jobs.map_or(processors, usize::from),
        deadline: deadline(command.timeout),
        cache_folder: cache_folder(),
        install_environment,
        certificates,
    })
}

/// Where small files of the cache lie: `$XDG_CACHE_HOME/proofolio` or `~/.cache/proofolio`.
fn cache_folder() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let base = named.or_else(|| Some(std::env::home_dir()?.join(".cache")))?;
    Some(base.join("proofolio"))
}

/// Prints a text for a person: to standard output, or to standard error when a report goes to standard output.
fn print(to_error: bool, text: impl Fn(&HumanOptions) -> String, global: &Global, fail_on: Level) {
    let terminal = if to_error {
        std::io::stderr().is_terminal()
    } else {
        std::io::stdout().is_terminal()
    };
    let width = terminal_size::terminal_size()
        .filter(|_| terminal)
        .map_or(80, |(width, _)| usize::from(width.0));
    let options = HumanOptions {
        width: width.clamp(40, 120),
        color: true,
        verbose: global.verbose,
        fail_on,
    };
    let mut text = text(&options);
    if std::env::var_os("GITHUB_ACTIONS").is_some() {
        text = github::inert(&text);
    }
    // anstream takes the colours out again where they are not wanted.
    if to_error {
        anstream::eprint!("{text}");
    } else {
        anstream::print!("{text}");
    }
}
