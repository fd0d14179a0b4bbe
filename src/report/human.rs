//! The report for a person at a terminal.
//!
//! It is read from its end: the last line is the verdict, above it stands the one fix to make next, above that
//! the score; what takes longer to read comes before. Nothing is said twice, so the next fix is told in full there and
//! not among the other failures. Colour only repeats what words and symbols say.
//!
//! Whatever comes from the repository passes [`crate::text::visible`]: the page holds no control character but its own
//! colours. No line is wider than the page.

mod ending;
mod excerpt;
mod failures;
mod groups;
mod header;
mod page;
mod questions;
mod several;
mod suppressed;
mod tables;
pub(crate) mod wrap;

use super::model::{Level, Report};
use page::Page;
pub use page::seconds;
pub use several::Summary;

/// The narrowest page; a narrower terminal wraps lines itself.
pub const MINIMUM_WIDTH: usize = 40;

/// How to write the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HumanOptions {
    /// Columns of the page, at least [`MINIMUM_WIDTH`].
    pub width: usize,
    /// Write colours.
    pub color: bool,
    /// 0 for what needs attention; 1 for everything: each finding, what passed, what does not apply, the route.
    pub verbose: u8,
    /// The lowest level of check whose failure fails the run, for the words of the verdict.
    pub fail_on: Level,
}

impl Default for HumanOptions {
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            verbose: 0,
            fail_on: Level::Required,
        }
    }
}

/// Renders a report for a person, with a newline at its end.
pub fn render(report: &Report, options: &HumanOptions) -> String {
    let mut page = Page::new(options.width.max(MINIMUM_WIDTH), options.color, options.verbose > 0);
    header::write(&mut page, report);
    tables::stages(&mut page, &report.stages);
    tables::areas(&mut page, report);
    groups::passed(&mut page, report);
    groups::not_applicable(&mut page, report);
    groups::broken(&mut page, report);
    failures::write(&mut page, report);
    groups::blocked(&mut page, report);
    groups::not_run(&mut page, report);
    suppressed::write(&mut page, report);
    questions::write(&mut page, report);
    ending::write(&mut page, report, options.fail_on);
    page.finish()
}

/// Renders several reports in a line each, with an empty line before them.
pub fn render_several(reports: &[Summary], options: &HumanOptions) -> String {
    let mut page = Page::new(options.width.max(MINIMUM_WIDTH), options.color, options.verbose > 0);
    several::write(&mut page, reports);
    format!("\n{}", page.finish())
}
