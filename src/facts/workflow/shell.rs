//! Shell scripts, as far as they say what is run and whether its failure counts.

use crate::facts::words::words;

/// One command of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    /// Its words without quotes, and without variables set before it.
    pub(super) words: Vec<String>,
    /// Its line as written.
    pub(super) line: String,
    /// 0-based number of that line in the script.
    pub(super) number: usize,
    /// How its failure is swallowed.
    pub(super) swallowed: Option<&'static str>,
}

/// How the shell that runs a script behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shell {
    /// It stops at the first failure.
    pub(super) stops: bool,
    /// A pipe fails with any of its commands.
    pub(super) pipefail: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    And,
    Or,
    Pipe,
    Then,
    Background,
}

const LINES: usize = 2_000;

/// Splits a script into its commands.
pub(super) fn commands(script: &str, mut shell: Shell) -> Vec<Command> {
    // a script that keeps the status and leaves with it is honest
    let keeps_status = script.contains("exit $") || script.contains("exit \"$") || script.contains("exit ${");
    let logical = logical_lines(script);
    let last = logical.len().saturating_sub(1);
    let mut found = Vec::new();
    for (index, (number, line)) in logical.iter().enumerate() {
        let line_words = words(line, None);
        if line_words.first().is_some_and(|word| word == "set") {
            for word in &line_words {
                match word.as_str() {
                    "+e" => shell.stops = false,
                    "pipefail" => shell.pipefail = !line_words.iter().any(|word| word == "+o"),
                    _ if word.starts_with('-') && !word.starts_with("--") && word.contains('e') => shell.stops = true,
                    _ => {}
                }
                if word.starts_with('-') && word.contains('o') && line_words.iter().any(|word| word == "pipefail") {
                    shell.pipefail = true;
                }
            }
            continue;
        }
        let parts = split(line);
        for (position, (text, _)) in parts.iter().enumerate() {
            let words = command_words(text);
            if words.is_empty() {
                continue;
            }
            let rest = parts.get(position..).unwrap_or_default();
            let mut swallowed = swallowed(rest, shell);
            if swallowed.is_none() && !shell.stops && !keeps_status && index != last {
                swallowed = Some("the script goes on after a failure");
            }
            if swallowed.is_some() && keeps_status && !matches!(swallowed, Some("|| true")) {
                swallowed = None;
            }
            found.push(Command {
                words,
                line: line.trim().to_owned(),
                number: *number,
                swallowed,
            });
        }
    }
    found
}

/// What follows a command on its line may hide its failure.
fn swallowed(rest: &[(String, Option<Separator>)], shell: Shell) -> Option<&'static str> {
    let mut piped = false;
    for (index, (_, separator)) in rest.iter().enumerate() {
        let next = rest
            .get(index + 1)
            .map(|(text, _)| command_words(text))
            .unwrap_or_default();
        let program = next.first().map(String::as_str).unwrap_or_default();
        match separator {
            Some(Separator::Or) => {
                let honest = match program {
                    "exit" => next.get(1).is_none_or(|code| code != "0"),
                    "false" | "return" | "kill" => true,
                    "{" | "(" => rest.iter().skip(index + 1).any(|(text, _)| {
                        let words = command_words(text);
                        words.iter().any(|word| word == "exit") && !words.iter().any(|word| word == "0")
                    }),
                    "[" | "test" | "[[" => true,
                    "true" | ":" | "echo" | "printf" => rest
                        .iter()
                        .skip(index + 2)
                        .any(|(text, _)| text.trim().starts_with("exit 1")),
                    // another command that decides, such as a retry
                    _ => true,
                };
                return match (honest, program) {
                    (true, _) => None,
                    (false, "exit") => Some("|| exit 0"),
                    (false, _) => Some("|| true"),
                };
            }
            Some(Separator::Pipe) if !shell.pipefail && !piped => piped = true,
            Some(Separator::Then) if program == "true" || program == ":" => return Some("; true"),
            Some(Separator::Then) if program == "exit" && next.get(1).is_some_and(|code| code == "0") => {
                return Some("; exit 0");
            }
            Some(Separator::Then) => break,
            Some(Separator::Background) => return Some("& (in the background)"),
            Some(Separator::And | Separator::Pipe) => {}
            None => break,
        }
    }
    piped.then_some("a pipe without `pipefail`")
}

/// Lines with continuations joined; comments and empty lines are left out.
fn logical_lines(script: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in script.lines().take(LINES).enumerate() {
        let (start, mut text) = open.take().unwrap_or((number, String::new()));
        match line.trim_end().strip_suffix('\\') {
            Some(body) => {
                text.push_str(body);
                open = Some((start, text));
            }
            None => {
                text.push_str(line);
                lines.push((start, text));
            }
        }
    }
    lines.extend(open);
    lines.retain(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    lines
}

/// Splits a line at `&&`, `||`, `|`, `;` and `&` outside of quotes; each part with the separator behind it.
fn split(line: &str) -> Vec<(String, Option<Separator>)> {
    let (mut parts, mut part, mut quote) = (Vec::new(), String::new(), None);
    let mut characters = line.chars().peekable();
    let mut previous = ' ';
    while let Some(character) = characters.next() {
        let separator = match (quote, character) {
            (Some(open), close) if open == close => {
                quote = None;
                None
            }
            (Some(_), _) => None,
            (None, '"' | '\'') => {
                quote = Some(character);
                None
            }
            (None, '#') if previous.is_whitespace() => break,
            (None, '&') if characters.next_if_eq(&'&').is_some() => Some(Separator::And),
            // `2>&1` and `&>file`
            (None, '&') if previous == '>' || characters.peek() == Some(&'>') => None,
            (None, '&') => Some(Separator::Background),
            (None, '|') if characters.next_if_eq(&'|').is_some() => Some(Separator::Or),
            (None, '|') => Some(Separator::Pipe),
            (None, ';') => Some(Separator::Then),
            _ => None,
        };
        previous = character;
        match separator {
            Some(separator) => parts.push((std::mem::take(&mut part), Some(separator))),
            None => part.push(character),
        }
    }
    parts.push((part, None));
    parts
}

/// The words of a command: without quotes, keywords before it and variables set for it.
fn command_words(text: &str) -> Vec<String> {
    // A backslash may be part of a path on Windows.
    let mut words = words(text, None);
    let skipped = |word: &String| {
        matches!(
            word.as_str(),
            "if" | "then" | "else" | "do" | "!" | "time" | "exec" | "sudo" | "env" | "command"
        ) || word
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    };
    let start = words.iter().take_while(|word| skipped(word)).count();
    words.drain(..start);
    words
}
