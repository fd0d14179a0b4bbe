//! Progress on a terminal: a line for each running stage, replaced by one finished line. The only user of indicatif.
//!
//! Output of a stage is only stored; a line is drawn by its own tick. So a stage that prints a million lines costs a
//! million assignments and not a million redraws.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::lines::{self, NAMES};
use crate::events::{Event, Sink};
use crate::facts::secrets::masked;
use crate::style::{CYAN, DIM, RESET};
use crate::text;

/// How often a running line is drawn.
const TICK: Duration = Duration::from_millis(100);
/// The width when the terminal does not tell its own.
const WIDTH: usize = 80;

/// A line for each running stage.
#[derive(Debug)]
pub(super) struct Bars {
    all: MultiProgress,
    running: Mutex<HashMap<&'static str, Running>>,
    color: bool,
}

#[derive(Debug)]
struct Running {
    bar: ProgressBar,
    last: Arc<Mutex<String>>,
}

impl Bars {
    pub(super) fn new() -> Self {
        let choice = anstream::AutoStream::choice(&std::io::stderr());
        Self::on(ProgressDrawTarget::stderr(), choice != anstream::ColorChoice::Never)
    }

    fn on(target: ProgressDrawTarget, color: bool) -> Self {
        let all = MultiProgress::with_draw_target(target);
        Self {
            all,
            running: Mutex::default(),
            color,
        }
    }

    fn start(&self, stage: &'static str) {
        let last = Arc::new(Mutex::new(String::new()));
        let bar = self.all.add(ProgressBar::new_spinner());
        let (shown, color) = (Arc::clone(&last), self.color);
        let draw = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A line that cannot be written is drawn again at the next tick.
            let _ = out.write_str(&running_line(stage, state.elapsed(), &locked(&shown), width(), color));
        };
        // The template is constant; were it wrong, the plain spinner would still turn.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {line}") {
            bar.set_style(style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ").with_key("line", draw));
        }
        bar.enable_steady_tick(TICK);
        let before = locked(&self.running).insert(stage, Running { bar, last });
        if let Some(before) = before {
            before.bar.finish_and_clear();
        }
    }

    /// Prints a line above the running ones.
    fn print(&self, line: &str) {
        let line = &*masked(line, None);
        let line = match self.color {
            true => fitted(line, width()),
            false => text::truncate(&anstream::adapter::strip_str(line).to_string(), width()),
        };
        // A closed terminal is no reason to stop the work.
        let _ = self.all.println(line);
    }
}

impl Sink for Bars {
    fn emit(&self, event: Event) {
        match event {
            Event::StageStarted { stage } => self.start(stage),
            Event::StageOutput { stage, line } => {
                if let Some(running) = locked(&self.running).get(stage) {
                    *locked(&running.last) = masked(&line, None).into_owned();
                }
            }
            Event::StageFinished { stage, .. } => {
                if let Some(running) = locked(&self.running).remove(stage) {
                    running.bar.finish_and_clear();
                    self.all.remove(&running.bar);
                }
                if let Some(line) = lines::finished(&event) {
                    self.print(&line);
                }
            }
            Event::Note { message } => self.print(&lines::note(&message)),
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        for (_, running) in locked(&self.running).drain() {
            running.bar.finish_and_clear();
        }
        // Nothing is left to be done about a terminal that is gone.
        let _ = self.all.clear();
    }
}

/// `pytest     3.2s  tests/test_loans.py ....`, within the width that the spinner leaves.
fn running_line(stage: &str, elapsed: Duration, last: &str, width: usize, color: bool) -> String {
    let time = crate::report::human::seconds(elapsed.as_secs_f64());
    let room = width.saturating_sub(3);
    let head = text::truncate(&format!("{stage:<NAMES$}  {time}"), room);
    let room = room.saturating_sub(text::width(&head) + 2);
    let last = text::truncate(&text::visible(last.trim()), room);
    let mut line = head;
    if !last.is_empty() {
        // Writing to a string cannot fail.
        let _ = match color {
            true => write!(line, "  {DIM}{last}{RESET}"),
            false => write!(line, "  {last}"),
        };
    }
    match (color, line.strip_prefix(stage)) {
        (true, Some(rest)) => format!("{CYAN}{stage}{RESET}{rest}"),
        _ => line,
    }
}

/// A line with our own colours, without them where it has to be cut.
fn fitted(line: &str, width: usize) -> String {
    let plain = anstream::adapter::strip_str(line).to_string();
    match text::width(&plain) <= width {
        true => line.to_owned(),
        false => text::truncate(&plain, width),
    }
}

/// The columns of the terminal; the last one stays free, as some terminals wrap there.
fn width() -> usize {
    terminal_size::terminal_size_of(std::io::stderr())
        .map_or(WIDTH, |(terminal_size::Width(columns), _)| usize::from(columns))
        .saturating_sub(1)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::StageOutcome;

    #[test]
    fn a_running_line_fits_and_holds_nothing_that_acts() {
        let attack = format!("\u{1b}[2J{}", "数据".repeat(100));
        for width in [0, 5, 20, 80] {
            let line = running_line("pytest", Duration::from_secs(75), &attack, width, false);
            assert!(text::width(&line) + 2 <= width.max(3), "{line}");
            assert_eq!(text::visible(&line), line);
        }
        let line = running_line(
            "pytest",
            Duration::from_millis(3240),
            " collected 51 items\n",
            80,
            false,
        );
        assert_eq!(line, "pytest     3.2s  collected 51 items");
    }

    #[test]
    fn any_order_of_events_from_any_thread_is_fine() {
        let bars = Bars::on(ProgressDrawTarget::hidden(), true);
        std::thread::scope(|scope| {
            for stage in ["install", "image", "pytest"] {
                let bars = &bars;
                scope.spawn(move || {
                    bars.emit(Event::StageOutput {
                        stage,
                        line: "early".to_owned(),
                    });
                    bars.emit(Event::StageStarted { stage });
                    for number in 0..10_000 {
                        bars.emit(Event::StageOutput {
                            stage,
                            line: number.to_string(),
                        });
                    }
                    bars.emit(Event::StageStarted { stage });
                    bars.emit(Event::StageFinished {
                        stage,
                        outcome: StageOutcome::Passed,
                        took: Duration::from_secs(1),
                        cached: false,
                        detail: String::new(),
                    });
                });
            }
        });
        assert!(locked(&bars.running).is_empty());
    }
}
