//! Lines of a file with their numbers and a mark on the line at fault, or lines that a program printed.

use super::page::{Line, Page};
use super::wrap;
use crate::report::model::{Excerpt, Finding};
use crate::report::words::count;
use crate::style::{DIM, PLAIN, RED};
use crate::text;

/// Lines of output that are shown from its beginning and from its end, unless everything is.
const HEAD: usize = 3;
const TAIL: usize = 9;
/// Rows that one line of output may take.
const ROWS: usize = 3;

/// Writes an excerpt; `alone` leaves out the lines around the one at fault.
pub(super) fn write(page: &mut Page, finding: &Finding, excerpt: &Excerpt, alone: bool) {
    let fault = excerpt
        .first_line
        .zip(finding.line)
        .and_then(|(first, line)| usize::try_from(line.checked_sub(first)?).ok())
        .and_then(|index| excerpt.lines.get(index));
    match (excerpt.first_line, finding.line, fault) {
        (Some(_), Some(line), Some(fault)) if alone => source(page, finding, line, std::slice::from_ref(fault)),
        (Some(first), ..) => source(page, finding, first, &excerpt.lines),
        (None, ..) => output(page, &excerpt.lines),
    }
}

fn source(page: &mut Page, finding: &Finding, first: u32, lines: &[String]) {
    let last = first.saturating_add(u32::try_from(lines.len().saturating_sub(1)).unwrap_or(u32::MAX));
    let digits = last.to_string().len();
    let room = page.width().saturating_sub(4 + digits + 3);
    for (number, line) in (first..).zip(lines) {
        let at_fault = finding.line == Some(number);
        let column = finding.column.filter(|_| at_fault);
        let (shown, caret) = window(line, column, room);
        let gutter = if at_fault {
            Line::indented(2)
                .styled(RED, "> ")
                .styled(RED, &format!("{number:>digits$}"))
        } else {
            Line::indented(4).styled(DIM, &format!("{number:>digits$}"))
        };
        page.line(gutter.styled(DIM, " │ ").text(&shown));
        if let Some(caret) = caret {
            let gutter = Line::indented(4 + digits).styled(DIM, " │ ");
            page.line(gutter.text(&" ".repeat(caret)).styled(RED, "^"));
        }
    }
}

/// The part of a line that is shown, and the column of the caret in it.
fn window(line: &str, column: Option<u32>, room: usize) -> (String, Option<usize>) {
    let tabless = |text: &str| text::visible(&text.replace('\t', "    "));
    let whole = tabless(line);
    let Some(column) = column else {
        return (text::truncate(&whole, room), None);
    };
    let before: String = line.chars().take(column.saturating_sub(1) as usize).collect();
    let caret = text::width(&tabless(&before));
    if caret < room.saturating_sub(1) {
        return (text::truncate(&whole, room), Some(caret));
    }
    // The caret would fall outside: cut the line's beginning so that the caret stands in the middle.
    let skipped = text::head(&whole, caret.saturating_sub(room / 2));
    let rest = whole.get(skipped.len()..).unwrap_or_default();
    let shown = format!("…{rest}");
    let caret = 1 + caret.saturating_sub(text::width(skipped));
    (text::truncate(&shown, room), Some(caret.min(room.saturating_sub(1))))
}

fn output(page: &mut Page, lines: &[String]) {
    let room = page.width().saturating_sub(6);
    let all = page.verbose() || lines.len() <= HEAD + TAIL + 1;
    for (index, line) in lines.iter().enumerate() {
        if !all && (HEAD..lines.len() - TAIL).contains(&index) {
            if index == HEAD {
                let more = count(lines.len() - HEAD - TAIL, "line", "lines");
                page.line(bar().styled(DIM, &format!("… {more} left out, -v shows them")));
            }
            continue;
        }
        let mut rows = wrap::cut(&text::visible(&line.replace('\t', "    ")), room);
        if !page.verbose() && rows.len() > ROWS {
            rows.truncate(ROWS);
            if let Some(row) = rows.last_mut() {
                *row = text::truncate(&format!("{row} …"), room);
            }
        }
        for row in rows {
            page.line(bar().styled(PLAIN, &row));
        }
    }
}

fn bar() -> Line {
    Line::indented(4).styled(DIM, "│ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_counts_what_is_shown() {
        assert_eq!(window("数 = x", Some(5), 40), ("数 = x".to_owned(), Some(5)));
        assert_eq!(window("\tx", Some(2), 40), ("    x".to_owned(), Some(4)));
        assert_eq!(window("\x1bx", Some(2), 40), ("\\x1bx".to_owned(), Some(4)));
        assert_eq!(window("x", Some(99), 40), ("x".to_owned(), Some(1)));
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let line = format!("{}X{}", "a".repeat(100), "b".repeat(100));
        let (shown, caret) = window(&line, Some(101), 20);
        assert_eq!(shown.chars().nth(caret.unwrap_or_default()), Some('X'));
        assert!(text::width(&shown) <= 20);
        assert!(shown.starts_with('…') && shown.ends_with('…'));
    }
}
