//! Text that others wrote, made safe to show: one place for every display.
//!
//! File names, source lines and program output come from the repository under test. Printed raw they could move the
//! cursor, recolour the verdict, reorder a line or hide in it. Everything here keeps one promise: what comes out holds
//! no character that a terminal obeys and none that a reader cannot see.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

/// How many combining marks one character may carry before the rest is shown as escapes.
const MARKS: usize = 4;
/// How many columns a tab takes where lines are shown.
const TAB: &str = "    ";

/// Text as one line in which everything that acts or hides is written as an escape: `\x1b`, `\n`, `\u{202e}`.
///
/// Covers control characters, bidirectional controls, characters without a shape, tags and variation selectors, and
/// piles of combining marks. Applying it twice changes nothing.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    // A mark at the start would join what the display printed before it.
    let mut marks = MARKS;
    for character in text.chars() {
        if hidden(character) {
            escape(character, &mut shown);
            marks = 0;
        } else if character.width() == Some(0) {
            if marks < MARKS {
                shown.push(character);
            } else {
                escape(character, &mut shown);
            }
            marks = (marks + 1).min(MARKS);
        } else {
            shown.push(character);
            marks = 0;
        }
    }
    shown
}

/// The lines of a text, each made [`visible`], tabs widened to spaces.
///
/// Lines end at `\n` or `\r\n`; a trailing line end makes no empty line. A lone `\r` stays in its line as an escape.
pub fn visible_lines(text: &str) -> Vec<String> {
    text.lines().map(|line| visible(&line.replace('\t', TAB))).collect()
}

/// How many columns a text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.chars().map(character_width).sum()
}

/// How many columns a character takes on a terminal.
pub fn character_width(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// The text cut to at most `columns`, with `…` as the last one when something was cut.
pub fn truncate(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    match columns {
        0 => String::new(),
        _ => format!("{}…", head(text, columns - 1)),
    }
}

/// The text cut in its middle to at most `columns`: for paths, whose both ends tell the most.
///
/// The last component of a path is kept whole where it takes less than two thirds of the room.
pub fn truncate_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    if columns < 5 {
        return truncate(text, columns);
    }
    let room = columns - 1;
    let name = text.rfind('/').map_or(text, |at| &text[at..]);
    let behind = match width(name) {
        name if name <= room * 2 / 3 => name.max(room / 2),
        _ => room / 2,
    };
    format!("{}…{}", head(text, room - behind), tail(text, behind))
}

/// The longest beginning of a text that takes at most `columns`; marks stay with their character.
pub fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += character_width(character);
        if used > columns {
            return &text[..at];
        }
    }
    text
}

/// The longest end of a text that takes at most `columns`; it never begins with a lone mark.
fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let mut start = text.len();
    for (at, character) in text.char_indices().rev() {
        used += character_width(character);
        if used > columns {
            break;
        }
        if character_width(character) > 0 {
            start = at;
        }
    }
    &text[start..]
}

/// Writes a character as an escape.
fn escape(character: char, into: &mut String) {
    match character {
        '\n' => into.push_str("\\n"),
        '\r' => into.push_str("\\r"),
        '\t' => into.push_str("\\t"),
        _ if u32::from(character) < 0x100 => {
            // Writing to a string cannot fail.
            let _ = write!(into, "\\x{:02x}", u32::from(character));
        }
        _ => {
            let _ = write!(into, "\\u{{{:x}}}", u32::from(character));
        }
    }
}

/// True for what a terminal obeys or a reader cannot see.
pub(crate) fn hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The candidate that a person most likely meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word.to_lowercase(), candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.7)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        assert_eq!(visible("\x1b[2Ja\x07"), "\\x1b[2Ja\\x07");
        assert_eq!(visible("\x1b]0;title\x1b\\"), "\\x1b]0;title\\x1b\\");
        assert_eq!(visible("a\r\n\tb\u{9b}0m"), "a\\r\\n\\tb\\x9b0m");
        assert_eq!(visible("\u{7f}"), "\\x7f");
    }

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(visible("adm\u{200b}in"), "adm\\u{200b}in");
        assert_eq!(visible("\u{202e}gnp.exe"), "\\u{202e}gnp.exe");
        assert_eq!(visible("\u{2066}x\u{2069}\u{feff}"), "\\u{2066}x\\u{2069}\\u{feff}");
        assert_eq!(visible("\u{e0041}"), "\\u{e0041}");
    }

    #[test]
    fn honest_text_stays() {
        for text in ["Übung/données 数据.csv", "C:\\new", "naïve e\u{301}", "שלום", "😀"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn a_pile_of_marks_is_broken_up() {
        let piled = visible(&format!("a{}", "\u{301}".repeat(20)));
        assert!(piled.starts_with("a\u{301}\u{301}\u{301}\u{301}\\u{301}"));
        assert_eq!(visible("\u{301}a"), "\\u{301}a");
    }

    #[test]
    fn twice_is_once() {
        for text in [
            "\u{301}\u{301}a",
            "\x1b\u{301}",
            "a\u{301}\u{301}\u{301}\u{301}\u{301}",
            "\u{fe0f}",
        ] {
            assert_eq!(visible(&visible(text)), visible(text));
        }
    }

    #[test]
    fn lines_end_where_they_end() {
        assert_eq!(visible_lines("a\r\n\tb\n\nc\n"), ["a", "    b", "", "c"]);
        assert_eq!(visible_lines("half\rline"), ["half\\rline"]);
    }

    #[test]
    fn cuts_keep_within_the_columns() {
        assert_eq!(truncate("数据数据", 5), "数据…");
        assert_eq!(truncate("abc", 3), "abc");
        assert_eq!(truncate("abc", 0), "");
        assert_eq!(truncate_middle("src/very/long/path/name.py", 16), "src/ver…/name.py");
        for columns in 0..30 {
            assert!(width(&truncate_middle("数据/a/b/c/d/e/数据数据数据.csv", columns)) <= columns);
        }
    }

    #[test]
    fn the_nearest_word_is_found() {
        assert_eq!(nearest("auhtor", ["name", "author", "theme"]), Some("author"));
        assert_eq!(nearest("zzz", ["name", "author"]), None);
    }
}
