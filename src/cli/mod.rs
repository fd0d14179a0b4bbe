//! The command line: the only place that prints, prompts and chooses exit codes.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod checks;
mod clean;
mod doctor;
mod exit;
mod new;
pub mod progress;
mod prompt;
mod targets;
mod verify;

use std::process::ExitCode;

use clap::Parser;

pub use args::{Arguments, Command, Progress};
pub use exit::Exit;

/// Runs the command line of this process and returns its exit code.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.global.color.apply();
    let result = match arguments.command {
        Command::New(command) => new::run(&arguments.global, command),
        Command::Verify(command) => verify::run(&arguments.global, command),
        Command::Checks(command) => checks::run(command),
        Command::Doctor(command) => doctor::run(&arguments.global, command),
        Command::Clean(command) => clean::run(&arguments.global, command),
        Command::Completions { shell } => Ok(completions(shell)),
        Command::Man => man(),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => exit::report(&error).into(),
    }
}

/// Writes the completion script of a shell to standard output.
fn completions(shell: clap_complete::Shell) -> Exit {
    let mut command = <Arguments as clap::CommandFactory>::command();
    clap_complete::generate(shell, &mut command, "proofolio", &mut std::io::stdout());
    Exit::Passed
}

/// Writes the manual page to standard output.
fn man() -> anyhow::Result<Exit> {
    let command = <Arguments as clap::CommandFactory>::command();
    clap_mangen::Man::new(command).render(&mut std::io::stdout())?;
    Ok(Exit::Passed)
}
