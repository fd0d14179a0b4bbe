//! How long `proofolio verify --static` takes against the tools that people chain today; ratios from one run.
//!
//! ```sh
//! cargo run --release --example static_speed -- [ROUNDS] [PROJECTS]
//! ```
//!
//! Needs hadolint, actionlint, zizmor, ruff and deptry on PATH. In each round, in turn: `verify --static` on a scaffolded API
//! of about 500 lines, and the five tools on the same project one after another. Then `verify --static` on a tenth of PROJECTS
//! copies (default 1000) and on all of them, with the most memory that each of the two took.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is run by hand, for what it prints"
)]

#[path = "support/command_line.rs"]
mod command_line;

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use command_line::CommandLine;

/// The tools with their arguments, offline and without a cache.
const TOOLS: [&[&str]; 5] = [
    &["hadolint", "Dockerfile"],
    &["actionlint"],
    &["zizmor", "--offline", "--no-progress", ".github/workflows"],
    &["ruff", "check", "--no-cache", "."],
    &["deptry", "."],
];

/// Runs a command to its end; a tool that finds something is as good as one that does not.
fn timed(command: &mut Command) -> Result<Duration, Box<dyn Error>> {
    let begun = Instant::now();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| format!("{}: {error}", command.get_program().to_string_lossy()))?;
    Ok(begun.elapsed())
}

/// Runs a command to its end and returns how long it took, and the most memory that it had, in megabytes.
fn measured(command: &mut Command) -> Result<(Duration, u64), Box<dyn Error>> {
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or_default());
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok((begun.elapsed(), peak / 1024))
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

/// Copies a folder and everything in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    if command_line::has_run() {
        return Ok(());
    }
    let mut numbers = std::env::args().skip(1);
    let rounds: usize = numbers.next().map_or(Ok(7), |rounds| rounds.parse())?;
    let projects: usize = numbers.next().map_or(Ok(1000), |projects| projects.parse())?;
    let folder = tempfile::tempdir()?;
    let command_line = CommandLine::new(folder.path())?;
    let proofolio = |arguments: &[&str]| command_line.command(arguments);
    let made = timed(&mut proofolio(&[
        "new",
        "api",
        "demo",
        "--defaults",
        "--author",
        "Ada Byron",
        "--email",
        "ada@example.org",
    ]))?;
    let project = folder.path().join("demo");
    if !project.join("Dockerfile").exists() {
        return Err(format!("no project was made in {made:?}").into());
    }

    let mut ours = Vec::new();
    let mut theirs: Vec<Vec<Duration>> = vec![Vec::new(); TOOLS.len()];
    for _ in 0..rounds {
        ours.push(timed(&mut proofolio(&["verify", "demo", "--static", "--quiet"]))?);
        for (tool, times) in TOOLS.iter().zip(&mut theirs) {
            times.push(timed(Command::new(tool[0]).args(&tool[1..]).current_dir(&project))?);
        }
    }
    let ours = median(&mut ours);
    println!("{:<28} {ours:>8.1} ms", "proofolio verify --static");
    let mut sum = 0.0;
    for (tool, times) in TOOLS.iter().zip(&mut theirs) {
        let time = median(times);
        sum += time;
        println!("{:<28} {time:>8.1} ms", tool[0]);
    }
    println!(
        "{:<28} {sum:>8.1} ms: {:.1} times as long\n",
        "the five in sequence",
        sum / ours
    );

    let names: Vec<String> = (0..projects).map(|number| format!("student{number:04}")).collect();
    for name in &names {
        copy(&project, &folder.path().join(name))?;
    }
    for number in [projects / 10, projects] {
        let mut arguments = vec!["verify", "--static", "--quiet"];
        arguments.extend(names.iter().take(number).map(String::as_str));
        let (took, peak) = measured(&mut proofolio(&arguments))?;
        println!(
            "{number:>5} projects {:>20.1} s {peak:>6} MB at most",
            took.as_secs_f64()
        );
    }
    Ok(())
}
