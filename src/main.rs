//! Parse, call, exit: nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    proofolio::cli::main()
}
