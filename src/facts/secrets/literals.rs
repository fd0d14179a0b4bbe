//! Values that are written beside a name which says that they are secret: `API_KEY = "…"`, `connect(password="…")`,
//! `"token": "…"`, `os.getenv("SECRET_KEY", "…")`, and without quotes in settings files.

use std::ops::Range;

use super::Credential;
use super::names::names_secret;
use super::tokens;
use super::values::{is_placeholder, is_value, looks_random};
use crate::facts::git::is_env_file;

/// A longer line was not written by a person.
const LONGEST_LINE: usize = 2_000;
/// A shorter value may be a word.
const SHORTEST: usize = 16;
const LONGEST: usize = 400;
/// In the settings of one machine even a short value counts.
const SHORTEST_SETTING: usize = 8;

/// How a file writes its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `NAME=value`, the settings of one machine: every value counts that is no placeholder.
    Environment,
    /// Literals stand in quotes.
    Quoted,
    /// Literals may stand without quotes.
    Plain,
    /// Code in the strings of a JSON document: its quotes are escaped.
    Notebook,
}

impl Style {
    /// The style of a file, by its name.
    pub(super) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if is_env_file(name) {
            return Some(Self::Environment);
        }
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "py" | "toml" | "json" | "js" | "ts" | "jsx" | "tsx" | "tf" | "tfvars" | "go" | "java" | "rb" | "php" => {
                Some(Self::Quoted)
            }
            "yaml" | "yml" | "ini" | "cfg" | "conf" | "properties" | "sh" | "bash" => Some(Self::Plain),
            "ipynb" => Some(Self::Notebook),
            _ => None,
        }
    }

    /// What kind of secret it holds.
    const fn kind(self) -> &'static str {
        match self {
            Self::Environment => "secret in a settings file",
            Self::Quoted | Self::Plain | Self::Notebook => "secret in code",
        }
    }
}

/// A name's start and its value, in a line.
type Found = (usize, Range<usize>);

/// The secrets in a text, in order.
pub(super) fn find(text: &str, style: Style) -> impl Iterator<Item = Credential> {
    let mut offset = 0;
    text.split_inclusive('\n').flat_map(move |line| {
        let start = offset;
        offset += line.len();
        let credential = move |(name, value): Found| {
            Credential::new(style.kind(), start + name, start + value.start..start + value.end)
        };
        in_line(line, style).into_iter().map(credential)
    })
}

fn in_line(line: &str, style: Style) -> Vec<Found> {
    let code = line.trim_start();
    if line.len() > LONGEST_LINE || code.starts_with('#') || code.starts_with("//") {
        return Vec::new();
    }
    match style {
        Style::Environment => setting(line).into_iter().collect(),
        Style::Quoted => quoted(line),
        Style::Notebook => escaped(line),
        Style::Plain => {
            let found = quoted(line);
            if found.is_empty() {
                plain(line).into_iter().collect()
            } else {
                found
            }
        }
    }
}

/// `NAME=value`
fn setting(line: &str) -> Option<Found> {
    let (name, value) = pair(line, &['='])?;
    let text = line.get(value.clone())?;
    let is_secret = is_setting(text) && !is_judged_by_form(text) && names_secret(line.get(name.clone())?);
    is_secret.then_some((name.start, value))
}

/// `NAME: value` and `NAME=value`, without quotes.
fn plain(line: &str) -> Option<Found> {
    let (name, value) = pair(line, &['=', ':'])?;
    let is_secret = is_secret_value(line.get(value.clone())?) && names_secret(line.get(name.clone())?);
    is_secret.then_some((name.start, value))
}

/// Name and value of a line, without quotes, a dash, `export` and a comment.
pub(super) fn pair(line: &str, separators: &[char]) -> Option<(Range<usize>, Range<usize>)> {
    let (name, value) = line.split_once(separators)?;
    let value_start = name.len() + 1;
    let value = value.split(" #").next().unwrap_or(value);
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'');
    let bare = name.trim_start_matches(|c: char| around(c) || c == '-');
    let bare = bare.strip_prefix("export ").unwrap_or(bare);
    let name_start = name.len() - bare.len();
    let name_end = name.trim_end_matches(around).len().max(name_start);
    let from = value_start + value.len() - value.trim_start_matches(around).len();
    let to = (value_start + value.trim_end_matches(around).len()).max(from);
    Some((name_start..name_end, from..to))
}

/// The literals in quotes that belong to a secret's name.
fn quoted(line: &str) -> Vec<Found> {
    let bytes = line.as_bytes();
    let closes = |open: usize, quote: u8| {
        let mut at = open + 1;
        while *bytes.get(at)? != quote {
            at += if bytes.get(at) == Some(&b'\\') { 2 } else { 1 };
        }
        Some(at)
    };
    literals(line, 0, |open, quote| {
        let close = closes(open, quote)?;
        Some((close, close))
    })
}

/// The same in a line of a notebook, `"API_KEY = \"…\"\n",`: a line of code is a string of its own.
fn escaped(line: &str) -> Vec<Found> {
    let Some(start) = line.find('"') else {
        return Vec::new();
    };
    literals(line, start + 1, |open, quote| {
        let rest = line.as_bytes().get(open + 1..)?;
        let length = rest.iter().position(|byte| *byte == quote)?;
        let value = line.get(open + 1..open + 1 + length)?;
        Some((open + 1 + value.trim_end_matches('\\').len(), open + 1 + length))
    })
}

/// The literals of a line from a byte on. `ends` tells where the value ends that a quote opens, and where the quote is closed.
fn literals(line: &str, mut from: usize, ends: impl Fn(usize, u8) -> Option<(usize, usize)>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut previous = 0..0;
    let next_quote = |from: usize| {
        let rest = line.as_bytes().get(from..)?;
        let at = rest.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
        Some((from + at, *rest.get(at)?))
    };
    while let Some((open, quote)) = next_quote(from) {
        let Some((end, close)) = ends(open, quote) else { break };
        let value = open + 1..end;
        if let Some(name) = secret_literal(line, open, value.clone(), previous) {
            found.push((name, value.clone()));
        }
        previous = value;
        from = close + 1;
    }
    found
}

/// Where the name of a literal begins, when both say that the literal is a secret. `previous` is the literal before it.
fn secret_literal(line: &str, open: usize, value: Range<usize>, previous: Range<usize>) -> Option<usize> {
    if !is_secret_value(line.get(value)?) {
        return None;
    }
    let name = name_before(line.get(..open)?, previous)?;
    names_secret(line.get(name.clone())?).then_some(name.start)
}

/// The name that a literal belongs to, in what stands before it.
fn name_before(before: &str, previous: Range<usize>) -> Option<Range<usize>> {
    // `b"…"`, `r'…'`; in a notebook the quote is escaped.
    let before = before.trim_end_matches(['b', 'r', 'u', '\\']).trim_end();
    // `os.getenv("SECRET_KEY", "…")`
    if let Some(call) = before.strip_suffix(',') {
        let asks = ["getenv(", "environ.get(", "config(", "env(", "setdefault("];
        return asks.iter().any(|ask| call.contains(ask)).then_some(previous);
    }
    let named = before.strip_suffix([':', '='])?;
    // `==`, `!=`: a comparison
    if named.ends_with(['=', '!', '<', '>']) {
        return None;
    }
    // `secret: str = "…"`, `secret: Final[str] = "…"`
    let annotated = named
        .rsplit_once(':')
        .filter(|(_, kind)| before.ends_with('=') && !kind.contains(['"', '\'', '=', '(', ',']));
    let named = annotated.map_or(named, |(name, _)| name);
    // Go writes `name := "…"`, a dictionary `"name": "…"` or `["name"] = "…"`.
    let named = named.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '\\' | '"' | '\'' | ']' | ')'));
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let name = named.rsplit(|c: char| !is_part(c)).next()?;
    Some(named.len() - name.len()..named.len())
}

/// True for a value that someone filled in.
pub(super) fn is_setting(value: &str) -> bool {
    value.len() >= SHORTEST_SETTING && !is_placeholder(value)
}

fn is_secret_value(value: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&value.len())
        && !value.bytes().any(|byte| byte.is_ascii_whitespace())
        && is_value(value)
        && looks_random(value)
        && !is_judged_by_form(value)
}

/// What has the form of a token is told by its kind, or is none.
fn is_judged_by_form(value: &str) -> bool {
    tokens::find(value).next().is_some()
}
