//! How long it takes to scaffold a portfolio and to verify its three projects, cold and warm.
//!
//! ```sh
//! cargo run --release --example portfolio_speed -- [ROUNDS]
//! ```
//!
//! Needs a container engine that has `python:3.13-slim`, `postgres:17` and `nginx:1.29`. Cold uses no cache; warm has
//! environments and layers, but a file of each project is changed first, so that every stage and every scenario really runs.
//! The last report is printed, for what each stage saw.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is run by hand, for what it prints"
)]

#[path = "support/command_line.rs"]
mod command_line;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use command_line::CommandLine;

/// How often the portfolio is scaffolded.
const SCAFFOLDS: usize = 15;

/// Runs a command to its end; how long it took and what it printed.
fn timed(command: &mut Command) -> Result<(Duration, String), Box<dyn Error>> {
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output()?;
    let took = begun.elapsed();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok((took, said));
    }
    Err(format!("{command:?} failed:\n{said}{}", String::from_utf8_lossy(&output.stderr)).into())
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64()
}

fn main() -> Result<(), Box<dyn Error>> {
    if command_line::has_run() {
        return Ok(());
    }
    let rounds: usize = std::env::args().nth(1).map_or(Ok(1), |rounds| rounds.parse())?;
    let folder = tempfile::tempdir()?;
    let command_line = CommandLine::new(folder.path())?;
    let proofolio = |arguments: &[&str]| command_line.command(arguments);
    let mut scaffold = Vec::new();
    for _ in 0..SCAFFOLDS {
        let _ = fs::remove_dir_all(folder.path().join("portfolio"));
        scaffold.push(timed(&mut proofolio(&["new", "all", "portfolio", "--defaults"]))?.0);
    }
    println!("new all, three commits   {:7.1} ms", median(scaffold) * 1e3);

    let (mut cold, mut warm, mut last) = (Vec::new(), Vec::new(), String::new());
    for round in 0..rounds {
        cold.push(timed(&mut proofolio(&["verify", "portfolio", "--no-cache"]))?.0);
        // what `--no-cache` made is not kept
        timed(&mut proofolio(&["verify", "portfolio"]))?;
        change(&folder.path().join("portfolio"), round)?;
        let (took, said) = timed(&mut proofolio(&["verify", "portfolio"]))?;
        warm.push(took);
        last = said;
        eprintln!(
            "round {}: cold {:.1} s, warm {:.1} s",
            round + 1,
            cold[round].as_secs_f64(),
            warm[round].as_secs_f64()
        );
    }
    println!("verify of three, cold    {:7.1} s", median(cold));
    println!("verify of three, warm    {:7.1} s\n\n{last}", median(warm));
    Ok(())
}

/// Adds a file to every project, so that no result of an earlier run holds for it.
fn change(portfolio: &Path, round: usize) -> Result<(), Box<dyn Error>> {
    for project in fs::read_dir(portfolio)? {
        let path = project?.path();
        if path.is_dir() {
            fs::write(path.join("NOTES.md"), format!("Round {round}.\n"))?;
        }
    }
    Ok(())
}
