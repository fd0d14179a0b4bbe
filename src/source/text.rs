//! Bytes as text, with the encodings that repositories really contain.

use std::borrow::Cow;

/// How a file was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-16, little endian, with a byte order mark (what PowerShell's `>` writes).
    Utf16Le,
    /// UTF-16, big endian, with a byte order mark.
    Utf16Be,
}

/// Decoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text without its byte order mark.
    pub content: Cow<'a, str>,
    /// How it was encoded.
    pub encoding: Encoding,
    /// Whether invalid sequences were replaced.
    pub lossy: bool,
}

/// Decodes bytes by their byte order mark, else as UTF-8. Invalid sequences become U+FFFD and are flagged.
pub fn decode(bytes: &[u8]) -> Text<'_> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, Encoding::Utf8Bom),
        [0xff, 0xfe, rest @ ..] => utf16(rest, Encoding::Utf16Le),
        [0xfe, 0xff, rest @ ..] => utf16(rest, Encoding::Utf16Be),
        _ => utf8(bytes, Encoding::Utf8),
    }
}

fn utf8(bytes: &[u8], encoding: Encoding) -> Text<'_> {
    // Nearly every file is sound, which this finds out much faster.
    let content = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
    let lossy = matches!(content, Cow::Owned(_));
    Text {
        content,
        encoding,
        lossy,
    }
}

fn utf16(bytes: &[u8], encoding: Encoding) -> Text<'static> {
    let pairs = bytes.chunks_exact(2);
    let mut lossy = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| match (encoding, pair) {
        (Encoding::Utf16Be, [high, low]) | (_, [low, high]) => u16::from_be_bytes([*high, *low]),
        _ => 0xfffd,
    });
    let content: String = char::decode_utf16(units)
        .map(|unit| {
            unit.unwrap_or_else(|_| {
                lossy = true;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect();
    Text {
        content: Cow::Owned(content),
        encoding,
        lossy,
    }
}
