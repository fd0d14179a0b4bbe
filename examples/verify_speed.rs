//! How long `proofolio verify` takes against a careful script of the same steps; ratios from one run.
//!
//! ```sh
//! cargo run --release --example verify_speed -- [ROUNDS]
//! ```
//!
//! Needs a container engine that has `python:3.13-slim` and `postgres:17`. In each round, in turn: the script, `verify` with
//! nothing cached, the same with pip, and `verify` with environments and layers warm. In the last one a file is changed first,
//! so that every stage and every scenario really runs.
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

/// Runs a command to its end and returns how long it took.
fn timed(command: &mut Command) -> Result<Duration, Box<dyn Error>> {
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(begun.elapsed());
    }
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} failed:\n{said}").into())
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

fn main() -> Result<(), Box<dyn Error>> {
    if command_line::has_run() {
        return Ok(());
    }
    let rounds: usize = std::env::args().nth(1).map_or(Ok(3), |rounds| rounds.parse())?;
    let folder = tempfile::tempdir()?;
    let command_line = CommandLine::new(folder.path())?;
    let proofolio = |arguments: &[&str]| command_line.command(arguments);
    timed(&mut proofolio(&[
        "new",
        "api",
        "demo",
        "--defaults",
        "--theme",
        "loans",
    ]))?;
    timed(&mut proofolio(&["verify", "demo"]))?;

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/verify_by_hand.sh");
    let [mut by_hand, mut cold, mut cold_pip, mut warm] = [const { Vec::new() }; 4];
    for round in 0..rounds {
        by_hand.push(timed(Command::new(&script).arg(folder.path().join("demo")))?);
        cold.push(timed(&mut proofolio(&["verify", "demo", "--no-cache"]))?);
        cold_pip.push(timed(&mut proofolio(&[
            "verify",
            "demo",
            "--no-cache",
            "--installer",
            "pip",
        ]))?);
        std::fs::write(folder.path().join("demo/NOTES.md"), format!("Round {round}.\n"))?;
        warm.push(timed(&mut proofolio(&["verify", "demo"]))?);
        eprintln!(
            "round {}: script {:.1} s, cold {:.1} s, cold with pip {:.1} s, warm {:.1} s",
            round + 1,
            by_hand[round].as_secs_f64(),
            cold[round].as_secs_f64(),
            cold_pip[round].as_secs_f64(),
            warm[round].as_secs_f64()
        );
    }
    let script = median(by_hand);
    println!("medians of {rounds} rounds");
    println!("script            {script:6.1} s");
    for (name, times) in [
        ("verify, cold", cold),
        ("verify, cold, pip", cold_pip),
        ("verify, warm", warm),
    ] {
        let time = median(times);
        println!("{name:17} {time:6.1} s  {:.2} of the script", time / script);
    }
    Ok(())
}
