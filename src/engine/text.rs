//! Untrusted text made safe to show: on a terminal, in a report, in a CI log.
//!
//! Whatever a repository's code prints, or an engine says about it, passes through here before it leaves the engine module.
//! Colour and cursor sequences disappear; other characters that a reader cannot see, or that change what is seen, become
//! visible as `\u{…}`. Newlines and tabs stay.

use crate::text::hidden;

/// The longest line that is handed on, in characters.
pub const LINE_LIMIT: usize = 500;

/// An operating-system command longer than this is no sequence but an attempt to hide text.
const SEQUENCE_LIMIT: usize = 4096;

/// Makes text of several lines safe. A lone carriage return, which would overwrite the line, becomes a newline.
pub fn visible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        rest = match character {
            '\n' | '\t' => {
                safe.push(character);
                after
            }
            '\r' => {
                safe.push('\n');
                after.strip_prefix('\n').unwrap_or(after)
            }
            '\x1b' => match sequence(after) {
                Some(length) => &after[length..],
                None => {
                    safe.push_str("\\u{1b}");
                    after
                }
            },
            _ => {
                if hidden(character) {
                    safe.extend(character.escape_unicode());
                } else {
                    safe.push(character);
                }
                after
            }
        };
    }
    safe
}

/// Makes bytes safe; what is not UTF-8 becomes `�`.
pub fn visible_bytes(bytes: &[u8]) -> String {
    visible(&String::from_utf8_lossy(bytes))
}

/// Makes text safe and puts it on one line of at most [`LINE_LIMIT`] characters.
pub fn one_line(text: &str) -> String {
    // Enough bytes for the limit in any case, so that a gigabyte is not filtered for the sake of 500 characters.
    let mut end = text.len().min(LINE_LIMIT * 16);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let line = visible(&text[..end])
        .split('\n')
        .map(str::trim_end)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    cut(line, end < text.len())
}

/// Cuts a line after [`LINE_LIMIT`] characters and marks the cut.
fn cut(mut line: String, already_cut: bool) -> String {
    if let Some((end, _)) = line.char_indices().nth(LINE_LIMIT) {
        line.truncate(end);
        line.push('…');
    } else if already_cut {
        line.push('…');
    }
    line
}

/// The length of the escape sequence whose escape character has just been read, or `None` where there is none.
fn sequence(after: &str) -> Option<usize> {
    let bytes = after.as_bytes();
    match *bytes.first()? {
        b'[' => {
            let parameters = bytes[1..]
                .iter()
                .take(64)
                .take_while(|byte| (0x20..=0x3f).contains(*byte))
                .count();
            let last = bytes.get(1 + parameters)?;
            (0x40..=0x7e).contains(last).then_some(2 + parameters)
        }
        // Commands with a text: title, hyperlink, clipboard. Without an end on the same line they would hide what follows.
        b']' | b'P' | b'X' | b'^' | b'_' => {
            for (at, byte) in bytes.iter().enumerate().skip(1).take(SEQUENCE_LIMIT) {
                match byte {
                    0x07 => return Some(at + 1),
                    0x1b if bytes.get(at + 1) == Some(&b'\\') => return Some(at + 2),
                    b'\n' | b'\r' | 0x1b => return None,
                    _ => {}
                }
            }
            None
        }
        0x20..=0x2f => {
            let intermediates = bytes
                .iter()
                .take(8)
                .take_while(|byte| (0x20..=0x2f).contains(*byte))
                .count();
            let last = bytes.get(intermediates)?;
            (0x30..=0x7e).contains(last).then_some(intermediates + 1)
        }
        0x30..=0x7e => Some(1),
        _ => None,
    }
}

/// Cuts a stream of bytes into safe lines, however they arrive.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pending: Vec<u8>,
    overlong: bool,
    after_return: bool,
}

/// Bytes of a line that can matter: [`LINE_LIMIT`] characters and the sequences among them.
const PENDING_LIMIT: usize = LINE_LIMIT * 16;

impl Lines {
    /// Takes bytes and hands on each line that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8], on_line: &mut dyn FnMut(&str)) {
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.keep(&rest[..at]);
            let newline = rest[at] == b'\n';
            let second_half = newline && self.after_return && at == 0 && self.pending.is_empty();
            if !second_half {
                self.emit(on_line);
            }
            self.after_return = !newline;
            rest = &rest[at + 1..];
        }
        if !rest.is_empty() {
            self.after_return = false;
            self.keep(rest);
        }
    }

    /// Hands on an unfinished last line.
    pub(crate) fn finish(&mut self, on_line: &mut dyn FnMut(&str)) {
        if !self.pending.is_empty() {
            self.emit(on_line);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = PENDING_LIMIT - self.pending.len();
        self.overlong |= bytes.len() > room;
        self.pending.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn emit(&mut self, on_line: &mut dyn FnMut(&str)) {
        on_line(&cut(visible_bytes(&self.pending), self.overlong));
        self.pending.clear();
        self.overlong = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays() {
        let text = "51 passed in 5.2 s\n\tnaïve — 日本語 🎉 ⚠\n";
        assert_eq!(visible(text), text);
    }

    #[test]
    fn colours_and_cursor_moves_disappear() {
        assert_eq!(
            visible("\x1b[1;31mred\x1b[0m \x1b[2J\x1b[Hhome\x1b(B\x1b=\x1bM"),
            "red home"
        );
    }

    #[test]
    fn titles_links_and_clipboard_writes_disappear() {
        assert_eq!(
            visible("\x1b]0;owned\x07a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\c\x1b]52;c;cm0=\x07d\x1bPq\x1b\\e"),
            "abcde"
        );
    }

    #[test]
    fn an_unfinished_sequence_hides_nothing() {
        assert_eq!(visible("\x1b]0;swallow\nnext"), "\\u{1b}]0;swallow\nnext");
        assert_eq!(visible("\x1b[12"), "\\u{1b}[12");
        assert_eq!(visible("\x1b"), "\\u{1b}");
        let long = format!("\x1b]{}\x07 end", "x".repeat(SEQUENCE_LIMIT));
        assert!(visible(&long).contains("xxx"));
    }

    #[test]
    fn invisible_and_reordering_characters_become_visible() {
        assert_eq!(
            visible("a\u{202e}b\u{2066}c\u{200b}d\u{feff}"),
            "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{feff}"
        );
        assert_eq!(
            visible("bell\x07 back\x08 nul\0 del\x7f"),
            "bell\\u{7} back\\u{8} nul\\u{0} del\\u{7f}"
        );
        assert_eq!(visible("\u{9b}31m \u{85} \u{2028}"), "\\u{9b}31m \\u{85} \\u{2028}");
        assert_eq!(visible("tag\u{e0041}"), "tag\\u{e0041}");
    }

    #[test]
    fn a_carriage_return_overwrites_nothing() {
        assert_eq!(visible("FAILED\rpassed\r\nnext"), "FAILED\npassed\nnext");
    }

    #[test]
    fn filtered_text_holds_no_control_character_whatever_comes_in() {
        // A small generator over the bytes that matter, so that sequences of every kind are cut at every place.
        let alphabet = [
            "\x1b", "[", "]", "\\", "\x07", "0", ";", "m", "\n", "\r", "\u{9b}", "\u{202e}", "P", "é", " ",
        ];
        let mut seed = 12345_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                text.push_str(alphabet[(seed >> 33) as usize % alphabet.len()]);
            }
            let safe = visible(&text);
            assert!(
                !safe.chars().any(|c| hidden(c) && c != '\n' && c != '\t'),
                "{text:?} became {safe:?}"
            );
        }
    }

    #[test]
    fn one_line_is_one_short_line() {
        assert_eq!(one_line("a\n\nb\r\nc"), "a b c");
        let long = one_line(&"é\u{200b}".repeat(1_000_000));
        assert_eq!(long.chars().count(), LINE_LIMIT + 1);
        assert!(long.ends_with('…'));
    }

    fn lines_of(pieces: &[&[u8]]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        let mut on_line = |line: &str| seen.push(line.to_owned());
        for piece in pieces {
            lines.push(piece, &mut on_line);
        }
        lines.finish(&mut on_line);
        seen
    }

    #[test]
    fn lines_are_cut_wherever_the_pieces_end() {
        assert_eq!(
            lines_of(&[b"on", b"e\ntw", b"o\r", b"\nthree"]),
            ["one", "two", "three"]
        );
        assert_eq!(lines_of(&[b"a\n\nb\n"]), ["a", "", "b"]);
        assert_eq!(lines_of(&[b"10%\r20%\r", b"30%\n"]), ["10%", "20%", "30%"]);
    }

    #[test]
    fn a_line_without_end_is_kept_in_bounds() {
        let piece = vec![b'x'; 32 * 1024];
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        for _ in 0..1000 {
            lines.push(&piece, &mut |line| seen.push(line.to_owned()));
            assert!(lines.pending.len() <= PENDING_LIMIT);
        }
        lines.finish(&mut |line| seen.push(line.to_owned()));
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].chars().count(), LINE_LIMIT + 1);
    }
}
