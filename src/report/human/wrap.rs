//! Wrapping of prose for a column of a page: wide characters count two, code stays in one piece where it can.

use crate::text;

/// The text in lines of at most `room` columns.
///
/// `Code` in backticks is one word unless it takes more than half of the room. A word longer than the room is cut. The
/// indentation of the first line is kept on all.
pub(crate) fn wrap(paragraph: &str, room: usize) -> Vec<String> {
    let spaces = paragraph.len() - paragraph.trim_start_matches(' ').len();
    let indentation = " ".repeat(spaces.min(room / 2));
    let hanging = if starts_item(&paragraph[spaces..]) { 2 } else { 0 };
    let mut lines = Vec::new();
    let mut line = indentation.clone();
    let mut empty = true;
    for word in words(paragraph, room / 2) {
        let mut word = word.as_str();
        if !empty && text::width(&line) + 1 + text::width(word) > room {
            lines.push(std::mem::replace(
                &mut line,
                format!("{indentation}{}", " ".repeat(hanging)),
            ));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        loop {
            let free = room.saturating_sub(text::width(&line)).max(2);
            let part = text::head(word, free);
            if part.len() == word.len() {
                break;
            }
            line.push_str(part);
            word = &word[part.len()..];
            lines.push(std::mem::replace(
                &mut line,
                format!("{indentation}{}", " ".repeat(hanging)),
            ));
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines
}

/// Text cut at every `room` columns: for output, whose spaces mean something.
pub(super) fn cut(line: &str, room: usize) -> Vec<String> {
    let room = room.max(2);
    let mut lines = Vec::new();
    let mut rest = line;
    loop {
        let part = text::head(rest, room);
        if part.len() == rest.len() {
            break;
        }
        lines.push(part.to_owned());
        rest = &rest[part.len()..];
    }
    lines.push(rest.to_owned());
    lines
}

/// The paragraphs of a Markdown text, made visible: lines of one are joined; lists, indented and fenced lines stay.
pub(super) fn paragraphs(markdown: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut joins = false;
    let mut fenced = false;
    for line in text::visible_lines(markdown.trim()) {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            joins = false;
            continue;
        }
        if line.trim().is_empty() {
            joins = false;
            continue;
        }
        if fenced {
            paragraphs.push(format!("  {line}"));
            continue;
        }
        let code = line.starts_with("  ");
        match paragraphs.last_mut() {
            Some(paragraph) if joins && !code && !starts_item(&line) => {
                paragraph.push(' ');
                paragraph.push_str(line.trim());
            }
            _ => paragraphs.push(line.trim_end().to_owned()),
        }
        joins = !code;
    }
    paragraphs
}

/// True for the first line of a list's item.
fn starts_item(line: &str) -> bool {
    line.starts_with("- ") || line.starts_with("* ")
}

/// The words of a paragraph; `code` in backticks is one word when it takes at most `room`.
fn words(paragraph: &str, room: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open: Option<usize> = None;
    for part in paragraph.split(' ').filter(|part| !part.is_empty()) {
        let toggles = part.matches('`').count() % 2 == 1;
        match open {
            Some(at) => {
                words[at].push(' ');
                words[at].push_str(part);
                if toggles {
                    open = None;
                }
            }
            None => {
                words.push(part.to_owned());
                if toggles {
                    open = Some(words.len() - 1);
                }
            }
        }
    }
    words
        .into_iter()
        .flat_map(|word| match text::width(&word) > room {
            true => word.split(' ').map(str::to_owned).collect(),
            false => vec![word],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_code_stays_together() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(
            wrap("please compile it with `uv pip compile`, then commit", 36),
            ["please compile it with", "`uv pip compile`, then commit"]
        );
        assert_eq!(
            wrap("a lone ` is no code at all", 12),
            ["a lone ` is", "no code at", "all"]
        );
    }

    #[test]
    fn long_words_are_cut_and_wide_ones_count_double() {
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("数据数据数据", 5), ["数据", "数据", "数据"]);
        assert_eq!(cut("a  b  c  d", 4), ["a  b", "  c ", " d"]);
    }

    #[test]
    fn paragraphs_join_and_lists_stay() {
        assert_eq!(
            paragraphs("one\ntwo\n\nthree:\n- a\n  b\n```sh\nrun  it\n```\n"),
            ["one two", "three:", "- a", "  b", "  run  it"]
        );
        assert!(paragraphs(" \n").is_empty());
    }
}
