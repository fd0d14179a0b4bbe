//! Questions for the project's author: at length, three of them.

use super::page::{HEADING, Line, Page};
use crate::report::model::Report;
use crate::style::{DIM, PLAIN};

/// Questions that are shown.
const SHOWN: usize = 3;

/// Writes the questions.
pub(super) fn write(page: &mut Page, report: &Report) {
    if report.questions.is_empty() || !page.verbose() {
        return;
    }
    page.heading(HEADING, "Ask the author", "");
    for (number, question) in (1..).zip(report.questions.iter().take(SHOWN)) {
        let label = Line::indented(2).styled(DIM, &format!("{number}.")).text(" ");
        page.labelled(&label, PLAIN, &question.text);
    }
}
