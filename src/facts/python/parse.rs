//! Parsing foreign Python within bounds: small files only, on threads with a stack that deep nesting cannot exhaust.

use std::thread;

use ruff_python_ast::{ModModule, PySourceType};
use ruff_python_parser::{Parsed, parse_unchecked_source};

use crate::source::{File, Snapshot};

/// A larger file is not parsed.
const FILE_BYTES: usize = 512 << 10;
const STACK_BYTES: usize = 256 << 20;
const FILES: usize = 5_000;
const DEPTH: usize = 10_000;

/// The Python files of a snapshot, installed environments and templates left out.
pub(in crate::facts) fn python_files(snapshot: &Snapshot) -> impl Iterator<Item = &File> {
    snapshot
        .sources()
        .filter(|file| file.name().ends_with(".py"))
        .take(FILES)
}

/// Parses with recovery from errors; `None` for a text that no person would write: too large, or nested so deeply that
/// a parser which recurses would exhaust its stack.
pub(in crate::facts) fn parse_text(text: &str) -> Option<Parsed<ModModule>> {
    if text.len() > FILE_BYTES || depth(text) > DEPTH {
        return None;
    }
    Some(parse_unchecked_source(text, PySourceType::Python))
}

/// Runs something that recurses over syntax trees on a stack large enough for any file that is parsed. `None` when the
/// thread could not be started.
pub fn on_a_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("python".to_owned()).stack_size(STACK_BYTES);
        builder.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

/// Maps files on two threads; the results keep the files' order.
pub(super) fn in_parallel<T: Send>(files: &[&File], work: impl Fn(&File) -> T + Sync) -> Vec<T> {
    // alternate files go to either thread, so that both see large and small folders
    let half = |first: usize| files.iter().enumerate().filter(move |(index, _)| index % 2 == first);
    let run = |first: usize| half(first).map(|(index, file)| (index, work(file))).collect::<Vec<_>>();
    let mut results = if files.len() < 4 {
        on_a_large_stack(|| {
            half(0)
                .chain(half(1))
                .map(|(index, file)| (index, work(file)))
                .collect()
        })
        .unwrap_or_default()
    } else {
        let (even, odd) = thread::scope(|scope| {
            let other = scope.spawn(|| on_a_large_stack(|| run(1)));
            (on_a_large_stack(|| run(0)), other.join().ok().flatten())
        });
        let mut all = even.unwrap_or_default();
        all.extend(odd.unwrap_or_default());
        all
    };
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// An upper bound for how deeply the syntax tree of a text can nest: every symbol and word may open a level, which ends
/// with a comma, a line or a closing bracket. Strings count for one, f-strings for the symbols in them.
fn depth(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut outer, mut run, mut total, mut deepest): (Vec<usize>, usize, usize, usize) = (Vec::new(), 0, 0, 0);
    let (mut at, mut in_word) = (0, false);
    while let Some(byte) = bytes.get(at).copied() {
        let was_in_word = std::mem::take(&mut in_word);
        match byte {
            b'#' => {
                while bytes.get(at + 1).is_some_and(|next| *next != b'\n') {
                    at += 1;
                }
            }
            b'"' | b'\'' => {
                let start = at;
                at = string_end(bytes, at);
                let formatted = was_in_word && is_formatted(bytes.get(..start).unwrap_or_default());
                let inner = bytes.get(start..at).unwrap_or_default();
                run += 1;
                if formatted {
                    let symbols = inner
                        .iter()
                        .filter(|byte| byte.is_ascii_punctuation() || **byte == b' ')
                        .count();
                    deepest = deepest.max(total + run + symbols);
                }
            }
            b'(' | b'[' | b'{' => {
                outer.push(run + 1);
                total += run + 1;
                run = 0;
            }
            b')' | b']' | b'}' => {
                let before = outer.pop().unwrap_or_default();
                total -= before;
                run = before;
            }
            b',' => run = 0,
            b'\n' | b';' if outer.is_empty() => run = 0,
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | 0x80.. => {
                in_word = true;
                run += usize::from(!was_in_word);
            }
            b' ' | b'\t' | b'\n' | b'\r' | b'\\' => {}
            _ => run += 1,
        }
        deepest = deepest.max(total + run);
        at += 1;
    }
    deepest
}

/// The last byte of the string that starts at `start`; a plain one ends with its line at the latest.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes.get(start).copied().unwrap_or_default();
    let triple = bytes
        .get(start..start + 3)
        .is_some_and(|three| three.iter().all(|byte| *byte == quote));
    let mut at = start + if triple { 3 } else { 1 };
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'\\' => at += 1,
            b'\n' if !triple => return at - 1,
            _ if byte == quote && !triple => return at,
            _ if byte == quote
                && bytes
                    .get(at..at + 3)
                    .is_some_and(|three| three.iter().all(|b| *b == quote)) =>
            {
                return at + 2;
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Whether the word right before a quote is the prefix of an f-string or t-string.
fn is_formatted(before: &[u8]) -> bool {
    let prefix = before
        .iter()
        .rev()
        .take(3)
        .take_while(|byte| byte.is_ascii_alphabetic());
    prefix
        .into_iter()
        .any(|byte| matches!(byte.to_ascii_lowercase(), b'f' | b't'))
}
