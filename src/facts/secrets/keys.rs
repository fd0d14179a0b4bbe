//! Private keys.

use super::Credential;
use super::values::is_dummy;

/// How many keys one text is searched for.
const MOST: usize = 2_000;
/// A shorter body is no key.
const LEAST_BODY: usize = 60;
/// So much of a body is told from code that follows the marker.
const LEAST_LINE: usize = 16;
/// A longer body is no key; its end is looked for no further.
const LONGEST_BODY: usize = 16 << 10;

/// `-----BEGIN … PRIVATE KEY-----` with a key behind it.
pub(super) fn find(text: &str) -> impl Iterator<Item = Credential> {
    marked(text, is_key)
}

/// The same where a text shows only how the key begins.
pub(super) fn find_loosely(text: &str) -> impl Iterator<Item = Credential> {
    marked(text, |body| is_key(body) || begins_key(body))
}

fn marked(text: &str, holds: impl Fn(&str) -> bool) -> impl Iterator<Item = Credential> {
    const END_OF_MARKER: &str = "PRIVATE KEY-----";
    // `RSA `, `OPENSSH `: the marker begins a few characters before, all of them ASCII.
    const START_OF_MARKER: &str = "-----BEGIN ";
    const BETWEEN: usize = 20;
    text.match_indices(END_OF_MARKER).take(MOST).filter_map(move |(at, _)| {
        let before = text.as_bytes().get(..at)?;
        let near = before.get(at.saturating_sub(START_OF_MARKER.len() + BETWEEN)..)?;
        let start = at - near.len() + memchr::memmem::rfind(near, START_OF_MARKER.as_bytes())?;
        let value = at + END_OF_MARKER.len();
        let body = text.get(value..)?;
        let near = body.get(..body.floor_char_boundary(LONGEST_BODY))?;
        let end = value + near.find("-----").unwrap_or(near.len());
        holds(near).then(|| Credential::new("private key", start, value..end))
    })
}

/// A pattern that looks for keys names the marker without a key behind it.
fn is_key(body: &str) -> bool {
    let begins: String = body.chars().take(200).filter(char::is_ascii_alphanumeric).collect();
    begins.len() > LEAST_BODY && !is_dummy(&begins)
}

fn begins_key(body: &str) -> bool {
    // In a string the line ends are escapes.
    let line = body.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\\' | 'n' | 'r'));
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    line.bytes().take_while(is_base64).take(LEAST_LINE).count() == LEAST_LINE
}
