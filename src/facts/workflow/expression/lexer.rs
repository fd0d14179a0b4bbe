//! Words of an expression, each with its place. One pass; nothing is read twice.

use super::SyntaxError;

/// The kinds of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Text,
    Number,
    Symbol,
}

/// A word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) offset: usize,
}

const SYMBOLS: [&str; 17] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ".", ",", "*", "}}",
];

/// The body of an expression that is all there is.
pub(in super::super) fn single(text: &str) -> Option<&str> {
    let body = text.trim().strip_prefix("${{")?;
    let length = body_length(body)?;
    (length + "}}".len() == body.len()).then(|| body.get(..length))?
}

/// Where the `}}` that closes an expression stands; quotes are respected. None when nothing closes it.
pub(in super::super) fn body_length(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut previous = 0;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && previous == b'}' => return Some(offset - 1),
            _ => {}
        }
        previous = byte;
    }
    None
}

/// Splits an expression into its words.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, SyntaxError> {
    let mut found = Vec::new();
    let mut offset = 0;
    while let Some(rest) = text.get(offset..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or_default();
        if first.is_whitespace() {
            offset += first.len_utf8();
            continue;
        }
        let (kind, length) = word(rest, first).ok_or_else(|| SyntaxError {
            message: unreadable(first),
            offset,
        })?;
        found.push(Token {
            kind,
            text: rest.get(..length).unwrap_or_default(),
            offset,
        });
        offset += length;
    }
    Ok(found)
}

fn word(rest: &str, first: char) -> Option<(Kind, usize)> {
    let run = |allowed: fn(char) -> bool| rest.find(|c| !allowed(c)).unwrap_or(rest.len());
    if first.is_ascii_alphabetic() || first == '_' {
        let length = run(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        return Some((Kind::Name, length));
    }
    if first == '\'' {
        return quoted(rest).map(|length| (Kind::Text, length));
    }
    let second = rest.as_bytes().get(1).copied().unwrap_or_default();
    if first.is_ascii_digit() || (matches!(first, '-' | '+') && second.is_ascii_digit()) {
        let length = number(rest);
        return is_number(rest.get(..length)?).then_some((Kind::Number, length));
    }
    let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol))?;
    Some((Kind::Symbol, symbol.len()))
}

/// The length of a quoted text; a doubled quote stands for itself.
fn quoted(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut offset = 1;
    while let Some(byte) = bytes.get(offset) {
        if *byte != b'\'' {
            offset += 1;
        } else if bytes.get(offset + 1) == Some(&b'\'') {
            offset += 2;
        } else {
            return Some(offset + 1);
        }
    }
    None
}

fn number(rest: &str) -> usize {
    let mut previous = ' ';
    for (offset, character) in rest.char_indices() {
        let sign = matches!(character, '+' | '-') && (offset == 0 || matches!(previous, 'e' | 'E'));
        if !(sign || character.is_ascii_alphanumeric() || character == '.') {
            return offset;
        }
        previous = character;
    }
    rest.len()
}

fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    let based = |prefix: &str, radix: u32| {
        digits
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    let leading_zero =
        digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") && !digits.starts_with("0e");
    based("0x", 16) || based("0o", 8) || (!leading_zero && !digits.ends_with('.') && text.parse::<f64>().is_ok())
}

fn unreadable(character: char) -> String {
    match character {
        '"' => "text stands in single quotes, not in double ones".to_owned(),
        '\'' => "a quote is not closed".to_owned(),
        other if other.is_ascii_digit() => "a number cannot be read".to_owned(),
        other => format!("`{other}` has no meaning in an expression"),
    }
}
