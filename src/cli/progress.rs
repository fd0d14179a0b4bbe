//! What a person, or a program, sees on standard error while stages run.
//!
//! One [`Sink`] for each way to show it. They are called from several threads at once, return quickly and never fail:
//! when standard error is closed the work goes on unseen.

mod bars;
mod lines;

use std::io::IsTerminal as _;

use super::args::Progress;
use crate::events::{NullSink, Sink};
use crate::report::github;

pub use crate::style::{BOLD, RED, RESET};
pub use lines::{EVENT_SCHEMA, Json, Plain};

/// The sink for what the user chose.
///
/// Left to choose, it takes bars on a terminal that can draw them and plain lines elsewhere; `quiet` then means nothing,
/// but whoever asks for a display by name gets it.
pub fn sink(how: Progress, quiet: bool) -> Box<dyn Sink> {
    let terminal = std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    match how {
        Progress::Auto if quiet => Box::new(NullSink),
        Progress::None => Box::new(NullSink),
        Progress::Json => Box::new(Json::new(std::io::stderr())),
        Progress::Auto | Progress::Bars if terminal => Box::new(bars::Bars::new()),
        Progress::Auto | Progress::Bars | Progress::Plain => {
            Box::new(Plain::new(anstream::stderr()).in_actions(github::in_actions()))
        }
    }
}
