//! Finds tokens that are unmistakable by their form, in one pass over a text.

use std::ops::Range;
use std::sync::LazyLock;

use super::forms::{FORMS, Fit, Form};
use super::values::{is_dummy, variety};

/// No token is shorter.
pub(super) const SHORTEST: usize = 20;
/// Fewer different characters are a placeholder.
const VARIETY: usize = 8;

/// A token in a text.
pub(super) struct Token {
    pub(super) form: &'static Form,
    /// Where it begins.
    pub(super) start: usize,
    /// What no one may see: the part behind how its form begins.
    pub(super) value: Range<usize>,
}

/// The forms that can begin with a byte.
static BY_FIRST_BYTE: LazyLock<Vec<Vec<&'static Form>>> = LazyLock::new(|| {
    let forms_of = |byte: u8| FORMS.iter().filter(|form| form.can_begin(byte)).collect();
    (0..=u8::MAX).map(forms_of).collect()
});

/// The tokens in a text, in order. Placeholders are none.
pub(super) fn find(text: &str) -> impl Iterator<Item = Token> {
    scan(text, SHORTEST, false)
}

/// The same with tokens whose end was cut off, and those that go on from a dash.
pub(super) fn find_loosely(text: &str) -> impl Iterator<Item = Token> {
    scan(text, 1, true)
}

fn scan(text: &str, shortest: usize, loosely: bool) -> impl Iterator<Item = Token> {
    let bytes = text.as_bytes();
    let forms = &*BY_FIRST_BYTE;
    let mut from = 0;
    let rows = Rows { bytes, shortest, at: 0 };
    rows.flat_map(|row| row.clone().map(move |at| (at, row.end)))
        .filter_map(move |(at, end)| {
            let byte = *bytes.get(at)?;
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            let joins = |before: &u8| before.is_ascii_alphanumeric() || (!loosely && is_word(*before));
            if at < from || !is_word(byte) || before.is_some_and(joins) {
                return None;
            }
            let forms = forms.get(usize::from(byte))?;
            let token = forms.iter().find_map(|form| token(form, text, at..end, loosely))?;
            from = token.value.end;
            Some(token)
        })
}

/// A token of a form at the start of a row.
fn token(form: &'static Form, text: &str, row: Range<usize>, loosely: bool) -> Option<Token> {
    let length = match form.fit(text.as_bytes().get(row.clone())?)? {
        Fit::Whole(length) => length,
        Fit::Cut if loosely && ends_early(text.get(row.end..)?) => row.len(),
        Fit::Cut => return None,
    };
    let value = row.start + form.begins().len()..row.start + length;
    let hidden = text.get(value.clone())?;
    let by_chance = variety(hidden) >= VARIETY || loosely && hidden.bytes().any(|byte| byte.is_ascii_digit());
    (by_chance && !is_dummy(hidden)).then_some(Token {
        form,
        start: row.start,
        value,
    })
}

/// True for what follows a text, or a line of it, that was cut.
fn ends_early(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['\n', '\r', '…'])
}

/// What joins with its like to one word. Every token begins where a word does.
fn is_word(byte: u8) -> bool {
    CLASSES[usize::from(byte)] == WORD
}

/// What a token can hold.
fn is_part(byte: u8) -> bool {
    CLASSES[usize::from(byte)] != OTHER
}

const OTHER: u8 = 0;
const PART: u8 = 1;
const WORD: u8 = 2;
/// The class of every byte, since each one of a text is asked for it.
static CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-' => WORD,
            b'.' | b'+' | b'/' | b':' | b'=' => PART,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
};

/// The places where so many characters of tokens, or more, stand in a row.
///
/// Such a row covers at least one of the bytes that lie `shortest` apart; around all others nothing is looked at, and
/// prose is passed in strides.
struct Rows<'t> {
    bytes: &'t [u8],
    shortest: usize,
    at: usize,
}

impl Iterator for Rows<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let probe = self.at + self.shortest - 1;
            let before = self.bytes.get(self.at..=probe)?;
            let parts_before = before.iter().rev().take_while(|byte| is_part(**byte)).count();
            self.at = probe + 1;
            if parts_before == 0 {
                continue;
            }
            let behind = self.bytes.get(self.at..).unwrap_or_default();
            let end = self.at + behind.iter().take_while(|byte| is_part(**byte)).count();
            let start = self.at - parts_before;
            self.at = end + 1;
            if end - start >= self.shortest {
                return Some(start..end);
            }
        }
    }
}
