//! `proofolio doctor`.

use super::args::{Doctor, Global};
use super::exit::{Exit, Refusal};
use super::progress::{BOLD, RED, RESET};
use crate::doctor::{Examination, Status, examine};
use crate::engine::Interrupt;

const GREEN: anstyle::Style = anstyle::AnsiColor::Green.on_default();
const YELLOW: anstyle::Style = anstyle::AnsiColor::Yellow.on_default();

/// Runs the command.
pub fn run(global: &Global, command: Doctor) -> anyhow::Result<Exit> {
    let interrupt = Interrupt::new();
    signal_hook::flag::register(signal_hook::consts::SIGINT, interrupt.flag())?;
    let found = examine(command.engine.as_deref(), command.sandbox, &interrupt).map_err(Refusal::from)?;
    if command.json {
        anstream::println!("{}", serde_json::to_string_pretty(&found)?);
    } else {
        show(global, &found);
    }
    Ok(if found.ready { Exit::Passed } else { Exit::Incomplete })
}

fn show(global: &Global, found: &Examination) {
    for finding in &found.findings {
        if global.quiet && finding.status == Status::Ok {
            continue;
        }
        let (style, word) = match finding.status {
            Status::Ok => (GREEN, "ok"),
            Status::Warn => (YELLOW, "warn"),
            Status::Fail => (RED, "fail"),
        };
        anstream::println!("{style}{word:<5}{RESET} {:<10} {}", finding.name, finding.summary);
        if let Some(hint) = &finding.hint {
            anstream::println!("{:16} {BOLD}hint:{RESET} {hint}", "");
        }
    }
    if !global.quiet {
        anstream::println!();
    }
    if found.ready {
        anstream::println!("Verification in Docker is possible.");
    } else {
        anstream::println!("Verification in Docker is not possible; `proofolio verify --static` is.");
    }
}
