//! Excerpts of the HTML page: lines of a file with their numbers, or the end of what a program printed.

use serde::Serialize;

use crate::report::model::{self, Finding};
use crate::report::words::count;
use crate::text;

/// Lines of output that stand open; those before them are folded.
const TAIL: usize = 8;
/// Columns of one line that are shown.
const LONGEST: usize = 300;
/// Most characters of a word that are marked.
const WORD: usize = 40;

/// An excerpt: either `source`, or output in two parts.
#[derive(Serialize)]
pub(super) struct Excerpt {
    source: Vec<Line>,
    head: Vec<String>,
    tail: Vec<String>,
    /// How much is folded; empty when nothing is.
    hidden: String,
}

/// A line of a file, split where it is marked.
#[derive(Serialize)]
struct Line {
    number: usize,
    fault: bool,
    before: String,
    marked: String,
    after: String,
}

impl Excerpt {
    /// The excerpt of a finding, if there is anything in it.
    pub(super) fn of(finding: &Finding) -> Option<Self> {
        let excerpt = finding.excerpt.as_ref().filter(|excerpt| !excerpt.lines.is_empty())?;
        Some(match excerpt.first_line {
            Some(first) => Self {
                source: source(finding, excerpt, first as usize),
                head: Vec::new(),
                tail: Vec::new(),
                hidden: String::new(),
            },
            None => output(excerpt),
        })
    }
}

fn source(finding: &Finding, excerpt: &model::Excerpt, first: usize) -> Vec<Line> {
    (first..)
        .zip(&excerpt.lines)
        .map(|(number, line)| {
            let fault = finding.line.is_some_and(|line| line as usize == number);
            let column = finding.column.filter(|_| fault);
            let (before, marked, after) = split(line, column);
            Line {
                number,
                fault,
                before,
                marked,
                after,
            }
        })
        .collect()
}

/// A line before, at and behind a column: the mark covers the word that begins there.
fn split(line: &str, column: Option<u32>) -> (String, String, String) {
    let whole = || (shown(line), String::new(), String::new());
    let Some(column) = column else { return whole() };
    let Some((at, first)) = line.char_indices().nth(column.saturating_sub(1) as usize) else {
        return whole();
    };
    let (before, rest) = line.split_at(at);
    if text::width(before) >= LONGEST {
        return whole();
    }
    let inside = |character: char| character.is_alphanumeric() || character == '_';
    let end = match inside(first) {
        true => rest
            .char_indices()
            .take(WORD)
            .take_while(|(_, character)| inside(*character))
            .last()
            .map_or(0, |(at, last)| at + last.len_utf8()),
        false => first.len_utf8(),
    };
    let (marked, after) = rest.split_at(end);
    (shown(before), shown(marked), shown(after))
}

fn output(excerpt: &model::Excerpt) -> Excerpt {
    let lines: Vec<String> = excerpt.lines.iter().map(|line| shown(line)).collect();
    // One line more or less is not worth a fold.
    let at = match lines.len() {
        all if all <= TAIL + 2 => 0,
        all => all - TAIL,
    };
    let (head, tail) = lines.split_at(at);
    Excerpt {
        source: Vec::new(),
        hidden: match head.len() {
            0 => String::new(),
            more => format!("{} before", count(more, "line", "lines")),
        },
        head: head.to_vec(),
        tail: tail.to_vec(),
    }
}

fn shown(line: &str) -> String {
    text::truncate(&text::visible(&line.replace('\t', "    ")), LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_at_the_column_is_marked() {
        let split = |line: &str, column| {
            let (before, marked, after) = split(line, column);
            format!("{before}|{marked}|{after}")
        };
        assert_eq!(split("    assert answer == 1", Some(12)), "    assert |answer| == 1");
        assert_eq!(split("\tx\u{202e}", Some(2)), "    |x|\\u{202e}");
        assert_eq!(split("été = 1", Some(5)), "été |=| 1");
        assert_eq!(split("short", Some(40)), "short||");
        assert_eq!(split("short", None), "short||");
        assert_eq!(split("", Some(1)), "||");
    }
}
