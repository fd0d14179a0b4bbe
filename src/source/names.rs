//! File names as text, without loss.

use std::fmt::Write as _;

/// A file name or path as printable text: invalid UTF-8, control characters and backslashes are written as escapes
/// (`\xff`, `\n`, `\\`), so that two different names never become the same text.
pub fn escape_name(raw: &[u8]) -> String {
    let mut name = String::with_capacity(raw.len());
    for chunk in raw.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => name.push_str("\\\\"),
                '\n' => name.push_str("\\n"),
                '\r' => name.push_str("\\r"),
                '\t' => name.push_str("\\t"),
                other if is_invisible(other) => {
                    let _ = write!(name, "\\u{{{:x}}}", u32::from(other));
                }
                other => name.push(other),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(name, "\\x{byte:02x}");
        }
    }
    name
}

/// Control characters and those that reorder or hide text.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
