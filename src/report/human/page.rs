//! Lines of styled text, and the page that collects them. The last guard of both promises of the report: no control
//! character but the page's own colours, no line wider than the page.

use std::fmt::Write as _;

use anstyle::Style;

use super::wrap;
use crate::report::words::count;
use crate::style::{BOLD, CYAN, DIM, PLAIN, RESET};
use crate::text;

/// Prose is not set wider than this: longer lines read badly.
const MEASURE: usize = 100;
/// Lines that a text from elsewhere may have, unless all is wanted, and the columns of one of them before it is wrapped.
const LINES: usize = 12;
const LONGEST: usize = 600;

/// One line: pieces of text, each with its style.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pieces: Vec<(Style, String)>,
}

impl Line {
    /// A line that begins with `columns` spaces.
    pub(super) fn indented(columns: usize) -> Self {
        Self::default().text(&" ".repeat(columns))
    }

    /// Adds text as it is.
    pub(super) fn text(self, text: &str) -> Self {
        self.styled(PLAIN, text)
    }

    /// Adds text in a style.
    pub(super) fn styled(mut self, style: Style, text: &str) -> Self {
        self.pieces.push((style, text::visible(text)));
        self
    }

    /// Adds text whose `code` is set apart; `inside` carries over from line to line.
    pub(super) fn prose(mut self, style: Style, text: &str, inside: &mut bool) -> Self {
        for (index, part) in text.split('`').enumerate() {
            if index > 0 {
                *inside = !*inside;
                // The backtick that opens belongs to the code, and so does the one that closes.
                self = self.styled(CYAN, "`");
            }
            self = self.styled(if *inside { CYAN } else { style }, part);
        }
        self
    }

    /// Fills the line with spaces up to a column.
    pub(super) fn pad_to(self, column: usize) -> Self {
        let missing = column.saturating_sub(self.width());
        self.text(&" ".repeat(missing))
    }

    /// The pieces within a width; `…` stands where the rest was cut.
    fn cut(self, width: usize) -> Vec<(Style, String)> {
        if self.width() <= width {
            return self.pieces;
        }
        let mut room = width;
        let mut kept = Vec::new();
        for (style, piece) in self.pieces {
            let columns = text::width(&piece);
            if columns < room {
                room -= columns;
                kept.push((style, piece));
            } else {
                kept.push((style, format!("{}…", text::head(&piece, room.saturating_sub(1)))));
                break;
            }
        }
        kept
    }

    /// How many columns the line takes.
    pub(super) fn width(&self) -> usize {
        self.pieces.iter().map(|(_, piece)| text::width(piece)).sum()
    }
}

/// The page.
#[derive(Debug)]
pub(super) struct Page {
    out: String,
    width: usize,
    color: bool,
    verbose: bool,
}

impl Page {
    /// An empty page.
    pub(super) fn new(width: usize, color: bool, verbose: bool) -> Self {
        Self {
            out: String::new(),
            width,
            color,
            verbose,
        }
    }

    /// Columns of the page.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Columns of prose.
    pub(super) fn measure(&self) -> usize {
        self.width.min(MEASURE)
    }

    /// True when everything is to be shown.
    pub(super) fn verbose(&self) -> bool {
        self.verbose
    }

    /// Adds a line, cut where the page ends, without spaces at its end.
    pub(super) fn line(&mut self, line: Line) {
        let mut pieces = line.cut(self.width);
        while let Some((_, last)) = pieces.last_mut() {
            last.truncate(last.trim_end_matches(' ').len());
            if !last.is_empty() {
                break;
            }
            pieces.pop();
        }
        // Neighbours of one style share its codes.
        let mut current = PLAIN;
        for (style, piece) in &pieces {
            if self.color && *style != current {
                if current != PLAIN {
                    // Writing to a string cannot fail.
                    let _ = write!(self.out, "{RESET}");
                }
                let _ = write!(self.out, "{style}");
                current = *style;
            }
            self.out.push_str(piece);
        }
        if current != PLAIN {
            let _ = write!(self.out, "{RESET}");
        }
        self.out.push('\n');
    }

    /// Adds an empty line, unless the page is empty or ends with one.
    pub(super) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Adds a heading with a gap before it.
    pub(super) fn heading(&mut self, style: Style, title: &str, aside: &str) {
        self.gap();
        let line = Line::default().styled(style, title);
        self.line(if aside.is_empty() {
            line
        } else {
            line.styled(DIM, &format!("  {aside}"))
        });
    }

    /// Adds wrapped text behind a label; later lines stand under the first.
    ///
    /// `text` may hold Markdown's paragraphs, lists and indented or fenced code; lines of one paragraph are joined.
    pub(super) fn labelled(&mut self, label: &Line, style: Style, text: &str) {
        self.set(label, style, wrap::paragraphs(text));
    }

    /// Adds wrapped text behind a label, each of its lines on a line of its own; a long text is cut unless all is wanted.
    pub(super) fn lines_of(&mut self, label: &Line, style: Style, text: &str) {
        let mut lines = text::visible_lines(text);
        if !self.verbose {
            let more = lines.len().saturating_sub(LINES);
            lines.truncate(LINES);
            for line in &mut lines {
                *line = text::truncate(line, LONGEST);
            }
            if more > 0 {
                lines.push(format!("… {} left out, -v shows them", count(more, "line", "lines")));
            }
        }
        self.set(label, style, lines);
    }

    /// Adds a field: a dim label of fixed width and wrapped text.
    pub(super) fn field(&mut self, label: &str, column: usize, text: &str) {
        self.labelled(&field_label(label, column), PLAIN, text);
    }

    /// Adds a field of several items; a line ends between two of them where it can.
    pub(super) fn packed(&mut self, label: &str, column: usize, items: &[String]) {
        let room = self.measure().saturating_sub(column);
        let mut lines: Vec<String> = Vec::new();
        for item in items {
            let item = text::visible(item);
            match lines.last_mut() {
                Some(line) if text::width(line) + 3 + text::width(&item) <= room => {
                    line.push_str(" · ");
                    line.push_str(&item);
                }
                _ => lines.push(item),
            }
        }
        self.set(&field_label(label, column), PLAIN, lines);
    }

    fn set(&mut self, label: &Line, style: Style, paragraphs: Vec<String>) {
        let column = label.width();
        let room = self.measure().saturating_sub(column).max(16);
        let mut first = true;
        for paragraph in paragraphs {
            // Lone backticks are no code.
            let code = paragraph.matches('`').count() % 2 == 0;
            let mut inside = false;
            for part in wrap::wrap(&paragraph, room) {
                let line = if first { label.clone() } else { Line::indented(column) };
                first = false;
                self.line(if code {
                    line.prose(style, &part, &mut inside)
                } else {
                    line.styled(style, &part)
                });
            }
        }
    }

    /// The finished page.
    pub(super) fn finish(self) -> String {
        self.out
    }
}

fn field_label(label: &str, column: usize) -> Line {
    Line::indented(2)
        .styled(DIM, label)
        .pad_to(column.saturating_sub(1))
        .text(" ")
}

/// A time: `0.4s`, `12.0s`, `2m 05s`.
pub fn seconds(seconds: f64) -> String {
    let seconds = if seconds.is_finite() { seconds.max(0.0) } else { 0.0 };
    if seconds < 59.95 {
        format!("{seconds:.1}s")
    } else {
        let whole = seconds.round();
        format!("{:.0}m {:02.0}s", (whole / 60.0).floor(), whole % 60.0)
    }
}

/// The style of headings.
pub(super) const HEADING: Style = BOLD;
