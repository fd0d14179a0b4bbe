//! Words, pairs and variables in the arguments of instructions, as the builder reads them.

use std::collections::HashMap;

use parse_dockerfile as docker;

use crate::facts::words::words;

/// The defaults of the arguments before the first `FROM`; empty for one without.
pub(super) fn global_defaults(dockerfile: &docker::Dockerfile<'_>) -> HashMap<String, String> {
    let mut arguments: HashMap<String, String> = HashMap::new();
    for argument in dockerfile.global_args() {
        for (name, value) in pairs(&argument.arguments.value) {
            let value = value.map(|value| substitute(&value, &arguments).0).unwrap_or_default();
            arguments.insert(name, value);
        }
    }
    arguments
}

/// `NAME=value NAME2="value"`, `NAME value` and `NAME`.
pub(super) fn pairs(text: &str) -> Vec<(String, Option<String>)> {
    let words = words(text, Some('\\'));
    match words.first() {
        Some(first) if !first.contains('=') && words.len() > 1 => {
            vec![(first.clone(), Some(words.get(1..).unwrap_or_default().join(" ")))]
        }
        _ => {
            let pair = |word: String| match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word, None),
            };
            words.into_iter().take(200).map(pair).collect()
        }
    }
}

/// The paths among the sources of a `COPY` or an `ADD`; the others are here-documents.
pub(super) fn paths<'a>(sources: &'a [docker::Source<'_>]) -> impl Iterator<Item = &'a str> {
    sources.iter().filter_map(|source| match source {
        docker::Source::Path(path) => Some(path.value.as_ref()),
        _ => None,
    })
}

/// Puts `ARG` values into `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`; tells whether one is unknown.
pub(super) fn substitute(text: &str, arguments: &HashMap<String, String>) -> (String, bool) {
    let (mut result, mut unknown, mut rest) = (String::new(), false, text);
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        let (name, default, other, next) = if let Some(body) = after.strip_prefix('{') {
            let (body, next) = body.split_once('}').unwrap_or((body, ""));
            match (body.split_once(":-").or(body.split_once('-')), body.split_once(":+")) {
                (_, Some((name, other))) => (name, None, Some(other), next),
                (Some((name, default)), None) => (name, Some(default), None, next),
                (None, None) => (body, None, None, next),
            }
        } else {
            let end = after
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(after.len());
            let (name, next) = after.split_at_checked(end).unwrap_or((after, ""));
            (name, None, None, next)
        };
        let value = arguments.get(name).filter(|value| !value.is_empty());
        match (value, default, other) {
            (Some(_), _, Some(other)) => result.push_str(other),
            (None, _, Some(_)) => {}
            (Some(value), ..) => result.push_str(value),
            (None, Some(default), None) => result.push_str(default),
            (None, None, None) => {
                // the platform arguments are the builder's
                unknown |= true;
                result.push('$');
                result.push_str(name);
            }
        }
        if result.len() > 4_096 {
            return (result, true);
        }
        rest = next;
    }
    result.push_str(rest);
    (result, unknown)
}

/// A variable that an argument uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Use<'a> {
    pub name: &'a str,
    /// Whether the place says what holds where the variable is not set: `${NAME:-…}`, `${NAME+…}`, `${NAME:?…}`.
    pub guarded: bool,
}

/// Most uses that are read of one argument.
const USES: usize = 500;

/// The variables that a text uses. What is in single quotes or behind `escape` is meant literally. Words within
/// `${NAME:-…}` are not read.
pub(super) fn uses(text: &str, escape: char) -> Vec<Use<'_>> {
    let mut found = Vec::new();
    let (mut single, mut double) = (false, false);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = rest.strip_prefix(character).unwrap_or_default();
        match character {
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            _ if single => {}
            _ if character == escape => {
                let mut characters = rest.chars();
                characters.next();
                rest = characters.as_str();
            }
            '$' if found.len() < USES => {
                let (used, next) = one_use(rest);
                found.extend(used);
                rest = next;
            }
            _ => {}
        }
    }
    found
}

/// The use right behind a `$`, and what follows it.
fn one_use(text: &str) -> (Option<Use<'_>>, &str) {
    let name_of = |text: &'_ str| {
        let end = text
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(text.len());
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            0
        } else {
            end
        }
    };
    let Some(body) = text.strip_prefix('{') else {
        let (name, next) = text.split_at_checked(name_of(text)).unwrap_or(("", text));
        return ((!name.is_empty()).then_some(Use { name, guarded: false }), next);
    };
    let (name, behind) = body.split_at_checked(name_of(body)).unwrap_or(("", body));
    // The brace that closes this one; braces inside belong to other variables.
    let mut open = 1_usize;
    let close = behind.bytes().position(|byte| {
        match byte {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        open == 0
    });
    let Some(next) = close.and_then(|at| behind.get(at + 1..)) else {
        // Nothing behind a brace that stays open can be told apart.
        return (None, "");
    };
    let guarded = behind.trim_start_matches(':').starts_with(['-', '+', '?', '=']);
    ((!name.is_empty()).then_some(Use { name, guarded }), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        uses(text, '\\').iter().map(|used| used.name).collect()
    }

    #[test]
    fn uses_of_variables() {
        assert_eq!(names("$A/${B}x-$C_1:${D%/*}"), ["A", "B", "C_1", "D"]);
        assert_eq!(names("\"$A\" '$B' \\$C \"it's $D\" 'a\"'$E"), ["A", "D", "E"]);
        assert_eq!(names("$1 $$ $( $ ${} ${1} ${A $"), [""; 0]);
    }

    #[test]
    fn a_use_can_say_what_holds_otherwise() {
        let guarded = |text| uses(text, '\\').first().map(|used| used.guarded);
        for text in ["${A:-b}", "${A-b}", "${A:+b}", "${A:?b}", "${A:-${B:-c}}"] {
            assert_eq!(guarded(text), Some(true), "{text}");
            assert_eq!(names(text), ["A"]);
        }
        assert_eq!(guarded("${A#b-}"), Some(false));
    }

    #[test]
    fn an_endless_nest_is_read_once() {
        assert_eq!(names(&"${A:-".repeat(50_000)), [""; 0]);
    }
}
