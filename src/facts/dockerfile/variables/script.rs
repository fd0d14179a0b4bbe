//! Which variables a `RUN` in shell form takes from outside.

use std::collections::HashSet;

use parse_dockerfile as docker;

use super::super::expansion::uses;

/// The variables that a script reads and nothing in it sets. Nothing is said of a script that takes in another file, of one
/// with a here-document, and of one that gets variables by a mount.
pub(super) fn taken<'a>(run: &'a docker::RunInstruction<'_>) -> Vec<&'a str> {
    let docker::Command::Shell(text) = &run.arguments else {
        return Vec::new();
    };
    let text = text.value;
    let mounted = run
        .options
        .iter()
        .any(|flag| flag.value.as_ref().is_some_and(|value| value.value.contains("env=")));
    if mounted || !text.contains('$') || !run.here_docs.is_empty() || takes_in_a_file(text) {
        return Vec::new();
    }
    let names_alone = words_that_are_no_uses(text);
    let mut found: Vec<&str> = Vec::new();
    for line in logical_parts(text) {
        for used in uses(line, '\\') {
            if !used.guarded && !names_alone.contains(used.name) && !found.contains(&used.name) && found.len() < 100 {
                found.push(used.name);
            }
        }
    }
    found
}

/// The text between comment lines, which are the Dockerfile's and may hold any quote.
fn logical_parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('#') {
            parts.extend(text.get(start..at));
            start = at + line.len();
        }
        at += line.len();
    }
    parts.extend(text.get(start..));
    parts
}

fn takes_in_a_file(text: &str) -> bool {
    let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | '"' | '\''));
    words.any(|word| matches!(word, "." | "source" | "eval"))
}

/// Every name that stands without a `$`: it may be set there (`NAME=`, `read NAME`, `for NAME in`).
fn words_that_are_no_uses(text: &str) -> HashSet<&str> {
    let mut names = HashSet::new();
    let mut start = 0_usize;
    let bytes = text.as_bytes();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let two_before = start.checked_sub(2).and_then(|at| bytes.get(at));
        let is_use = before == Some(&b'$') || (before == Some(&b'{') && two_before == Some(&b'$'));
        if !is_use && !word.is_empty() {
            names.insert(word);
        }
        // What splits words is one byte, or a character of several.
        start += word.len();
        start += text
            .get(start..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(script: &str) -> Vec<String> {
        let text = format!("FROM a\nRUN {script}\n");
        let file = docker::parse(&text).unwrap();
        let docker::Instruction::Run(run) = &file.instructions[1] else {
            panic!("{:?}", file.instructions);
        };
        taken(run).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn what_comes_from_outside() {
        assert_eq!(
            names("curl -o a https://x.test/$A/\"${B}\" && \\\n # it's a comment\n echo $C"),
            ["A", "B", "C"]
        );
        assert_eq!(names("é $A é${B}"), ["A", "B"]);
    }

    #[test]
    fn what_the_script_sets_or_guards_does_not() {
        for script in [
            "A=1 && echo $A",
            "export A && echo $A",
            "for A in 1 2; do echo $A; done",
            "read -r A; echo ${A}",
            "echo ${A:-1}",
            "echo '$A' \\$A",
            ". /etc/os-release && echo $A",
            "source x; echo $A",
            "--mount=type=secret,id=x,env=A echo $A",
            "[\"echo\", \"$A\"]",
            "<<EOF\necho $A\nEOF",
        ] {
            assert_eq!(names(script), [""; 0], "{script}");
        }
    }
}
