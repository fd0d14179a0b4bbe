//! `proofolio verify`.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;

use super::args::{self, FailOn, Global, Progress, Verify, VerifyKind};
use super::exit::{Exit, Refusal};
use super::progress;
use super::targets::{self, Target};
use crate::checks::select::select;
use crate::checks::{LoadError, Rubric};
use crate::contract::Kind;
use crate::engine::docker::DockerEngine;
use crate::engine::{Engine, EngineError, Interrupt};
use crate::events::{NullSink, Sink};
use crate::facts::docker::{Installer, Options};
use crate::report::files::{PROJECT, ReportFiles};
use crate::report::github;
use crate::report::human::{self, HumanOptions};
use crate::report::model::{Level, Outcome, Report};
use crate::verification::{Request, deadline, verify};

/// Projects per thread that are read before their reports are printed.
const BATCH: usize = 8;
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
    let rubric = match Rubric::load(&command.selection.checks) {
        Ok(rubric) => rubric,
        Err(error) => return Err(broken_checks(error)),
    };
    let checks = select(&rubric.checks, &command.selection.only, &command.selection.skip)
        .map_err(|error| Refusal::usage(error.to_string(), "A pattern is an id, an area or a glob over either."))?;
    if checks.is_empty() {
        return Err(Refusal::incomplete("no check is selected", "Loosen --only or --skip."));
    }
    let targets = targets::find(&command.targets)?;
    let mut reports = Reports::open(&command, &targets)?;
    let interrupt = listen()?;
    let verify_one = |target: &Target, sink: &dyn Sink| -> anyhow::Result<Report> {
        let Target { given, folder, .. } = target;
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
        let report = verify(&request, sink).with_context(|| format!("failed to read {given}"))?;
        if interrupt.is_set() {
            return Err(interrupted(command.keep));
        }
        Ok(report)
    };
    // Reading takes milliseconds, so many projects are read at once and their stages are not worth a line.
    let processors = jobs(&command);
    let at_once = if command.static_only && targets.len() > 1 && global.progress != Progress::Json {
        processors * BATCH
    } else {
        1
    };
    let mut worst = Exit::Passed;
    let mut summaries = Vec::new();
    for batch in targets.chunks(at_once) {
        let verified = match batch {
            [target] if at_once == 1 => {
                let sink = progress::sink(global.progress, global.quiet);
                vec![verify_one(target, sink.as_ref())]
            }
            _ => in_parallel(batch, processors, |target| verify_one(target, &NullSink)),
        };
        for (target, report) in batch.iter().zip(verified) {
            let report = report?;
            print(
                reports.take_standard_output(),
                |options| human::render(&report, options),
                global,
                level(command.fail_on),
            );
            worst = worse(worst, exit(report.outcome));
            // Only a line of each is kept: a thousand reports would fill the memory.
            summaries.push(human::Summary::of(&report));
            reports.write(&target.name, &report);
        }
    }
    if summaries.len() > 1 {
        print(
            false,
            |options| human::render_several(&summaries, options),
            global,
            level(command.fail_on),
        );
    }
    reports.result?;
    Ok(worst)
}

/// Calls `work` for every item on up to `workers` threads and returns the results in the items' order.
fn in_parallel<I: Sync, O: Send>(items: &[I], workers: usize, work: impl Fn(&I) -> O + Sync) -> Vec<O> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<O>>> = items.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..workers.min(items.len()) {
            scope.spawn(|| {
                while let Some((item, place)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    items.get(index).zip(results.get(index))
                } {
                    let result = work(item);
                    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                }
            });
        }
    });
    results
        .into_iter()
        .filter_map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

/// The report files of a run.
struct Reports<'a> {
    requests: Vec<&'a str>,
    options: HumanOptions,
    /// Those of the only target, open since the start.
    open: Option<ReportFiles>,
    /// The first trouble. It does not keep the other targets from being verified and written.
    result: anyhow::Result<()>,
}

impl<'a> Reports<'a> {
    /// Opens the files. Those of several targets are opened once to see that they can be, and again when they are written:
    /// so many may not be open at once.
    fn open(command: &'a Verify, targets: &[Target]) -> anyhow::Result<Self> {
        let requests: Vec<&str> = command.report.iter().map(String::as_str).collect();
        if targets.len() > 1
            && let Some(shared) = requests.iter().find(|request| !request.contains(PROJECT))
        {
            return Err(Refusal::usage(
                format!("`{shared}` is one file for {} projects", targets.len()),
                "Write {project} in its path, such as html=reports/{project}.html, for a file for each.",
            ));
        }
        let mut open = None;
        for target in targets {
            let files = ReportFiles::open(requests.iter().copied(), &target.name)
                .map_err(|error| Refusal::usage(error.to_string(), ""))?;
            open = (targets.len() == 1).then_some(files);
        }
        Ok(Self {
            requests,
            options: HumanOptions {
                width: 100,
                color: false,
                verbose: 1,
                fail_on: level(command.fail_on),
            },
            open,
            result: Ok(()),
        })
    }

    /// Whether a report goes to standard output, so that the one for a person belongs elsewhere.
    fn take_standard_output(&self) -> bool {
        self.open.as_ref().is_some_and(ReportFiles::takes_standard_output)
    }

    /// Writes the reports of a target.
    fn write(&mut self, name: &str, report: &Report) {
        let files = match self.open.take() {
            Some(files) => Ok(files),
            None => ReportFiles::open(self.requests.iter().copied(), name),
        };
        let written = files
            .and_then(|files| files.write(report, &self.options, &mut std::io::stdout().lock()))
            .context("failed to write the reports");
        if self.result.is_ok() {
            self.result = written;
        }
    }
}

fn interrupted(kept: bool) -> anyhow::Error {
    Refusal {
        exit: Exit::Interrupted,
        message: if kept {
            "interrupted; what was started is kept".to_owned()
        } else {
            "interrupted; everything that was started has been removed".to_owned()
        },
        hint: String::new(),
    }
    .into()
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

/// How much may run at once.
fn jobs(command: &Verify) -> usize {
    let processors = || std::thread::available_parallelism().map_or(2, usize::from);
    command.jobs.map_or_else(processors, usize::from)
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
    Ok(Options {
        installer: match command.installer {
            args::Installer::Uv => Installer::Uv,
            args::Installer::Pip => Installer::Pip,
        },
        no_cache: command.no_cache,
        jobs: jobs(command),
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
    if github::in_actions() {
        text = github::inert(&text);
    }
    // anstream takes the colours out again where they are not wanted.
    if to_error {
        anstream::eprint!("{text}");
    } else {
        anstream::print!("{text}");
    }
}
