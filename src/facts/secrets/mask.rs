//! Masks credentials in a text that is about to be shown.
//!
//! Findings show lines of files, commands and answers as they were written. Here false alarms cost little: what may be a
//! token is masked, whether or not its author would be accused of it.

use std::borrow::Cow;
use std::ops::Range;

use super::literals::{self, Style, is_setting, pair};
use super::names::names_secret;
use super::{MASK, keys, tokens, urls};

/// The text with every token, private key and password in an address masked; its lines stay what they are.
///
/// Where the text comes from a file, its `path` tells how the file writes the values of settings: those are masked, too.
/// The time is linear in the text.
pub(crate) fn masked<'t>(text: &'t str, path: Option<&str>) -> Cow<'t, str> {
    let mut hidden: Vec<Range<usize>> = tokens::find_loosely(text).map(|token| token.value).collect();
    hidden.extend(keys::find_loosely(text).map(|key| key.value));
    hidden.extend(urls::find(text).map(|password| password.value));
    if let Some(path) = path {
        let style = Style::of(path);
        if let Some(style) = style {
            hidden.extend(literals::find(text, style).map(|literal| literal.value));
        }
        if style == Some(Style::Plain) {
            hidden.extend(values_in_settings(text));
        } else if is_dockerfile(path) {
            hidden.extend(values_in_dockerfile(text));
        }
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(without(text, hidden))
}

/// The text with a mask in place of each range, in each of its lines.
fn without(text: &str, mut hidden: Vec<Range<usize>>) -> String {
    hidden.sort_by_key(|range| (range.start, range.end));
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for range in hidden {
        // Two searches may find the same.
        if range.end <= from {
            continue;
        }
        shown.push_str(text.get(from..range.start).unwrap_or_default());
        let value = text.get(range.start.max(from)..range.end).unwrap_or_default();
        for (number, line) in value.split('\n').enumerate() {
            shown.push_str(if number > 0 { "\n" } else { "" });
            shown.push_str(if line.is_empty() { "" } else { MASK });
        }
        from = range.end;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

/// The values of `NAME: value`, and of `name: NAME` with `value: …` below it, whose name says that they are secret. Checks of
/// manifests and workflows point at such lines however short the value is.
fn values_in_settings(text: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut offset = 0;
    let mut named = "";
    for line in text.split_inclusive('\n') {
        if let Some((name, value)) = pair(line, &[':', '=']) {
            let key = line.get(name).unwrap_or_default();
            let written = line.get(value.clone()).unwrap_or_default();
            let name = if key == "value" { named } else { key };
            if names_secret(name) && is_setting(written) {
                hidden.push(offset + value.start..offset + value.end);
            }
            named = if key == "name" { written } else { "" };
        }
        offset += line.len();
    }
    hidden
}

fn is_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.starts_with("dockerfile") || name.starts_with("containerfile") || name.ends_with(".dockerfile")
}

/// The values of `ENV NAME=value` and `ENV NAME value` whose name says that they are secret.
fn values_in_dockerfile(text: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let mut from = 0;
        while let Some(equals) = line.get(from..).and_then(|rest| rest.find('=')) {
            let (before, behind) = line.split_at(from + equals);
            let value_start = before.len() + 1;
            let value = written_value(&behind[1..]);
            let name = before.rsplit(char::is_whitespace).next().unwrap_or_default();
            if names_secret(name) && !value.contains('$') {
                hidden.push(offset + value_start..offset + value_start + value.len());
            }
            from = value_start + value.len();
        }
        let mut words = line.split_whitespace();
        let keyword = words.next().unwrap_or_default();
        let name = words.next().unwrap_or_default();
        if from == 0 && keyword.eq_ignore_ascii_case("ENV") && names_secret(name) {
            let end = line.trim_end().len();
            let value_start = line.find(name).map_or(end, |at| (at + name.len() + 1).min(end));
            hidden.push(offset + value_start..offset + end);
        }
        offset += line.len();
    }
    hidden
}

/// The value at the start of a text: up to its closing quote, or to white space.
fn written_value(text: &str) -> &str {
    let end = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map(|close| close + 2),
        _ => text.find(char::is_whitespace),
    };
    text.get(..end.unwrap_or(text.len())).unwrap_or(text)
}
