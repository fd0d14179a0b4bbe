//! How a Dockerfile is written: casing, old spellings, names that mean something else, ports that are none.

use parse_dockerfile as docker;

/// Most findings on casing.
const CASES: usize = 20;

/// A habit: its rule, what it is, and the byte offset of its place.
pub(super) type Found = (&'static str, String, usize);

/// Findings on the text as a whole.
pub(super) fn habits(dockerfile: &docker::Dockerfile<'_>, content: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for instruction in &dockerfile.instructions {
        match instruction {
            docker::Instruction::From(from) => stage_name(from, &mut found),
            docker::Instruction::Expose(expose) => {
                let start = expose.expose.span.start;
                let wrong = expose.arguments.iter().find_map(|port| wrong_port(&port.value));
                found.extend(wrong.map(|what| ("exposes-ports", what, start)));
            }
            docker::Instruction::Env(env) => legacy("ENV", &env.arguments.value, env.env.span.start, &mut found),
            docker::Instruction::Label(label) => {
                legacy("LABEL", &label.arguments.value, label.label.span.start, &mut found);
            }
            _ => {}
        }
    }
    empty_continuations(dockerfile, content, &mut found);
    casing(dockerfile, content, &mut found);
    found
}

fn stage_name(from: &docker::FromInstruction<'_>, found: &mut Vec<Found>) {
    let start = from.from.span.start;
    if let Some((_, name)) = &from.as_
        && ["scratch", "context"].contains(&name.value.to_lowercase().as_str())
    {
        found.push(("stage-names-free", name.value.to_string(), start));
    }
    let own = from.options.iter().any(|flag| {
        flag.name.value == "platform"
            && flag
                .value
                .as_ref()
                .is_some_and(|value| matches!(value.value.trim_matches('"'), "$TARGETPLATFORM" | "${TARGETPLATFORM}"))
    });
    if own {
        found.push(("no-default-platform", "--platform=$TARGETPLATFORM".to_owned(), start));
    }
}

/// What is wrong with a port; nothing is said of variables.
fn wrong_port(port: &str) -> Option<String> {
    let port = port.trim_matches(['"', '\'']);
    if port.contains('$') {
        return None;
    }
    if port.contains(':') {
        return Some(format!("`{port}` maps a port, which only `docker run -p` can"));
    }
    let (ports, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
    if !["tcp", "udp", "sctp"].contains(&protocol.to_ascii_lowercase().as_str()) {
        return Some(format!("`{protocol}` is no protocol of a port"));
    }
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) if first <= last => None,
        _ => Some(format!("`{ports}` is no port from 0 to 65535")),
    }
}

/// `ENV NAME value`
fn legacy(keyword: &'static str, arguments: &str, start: usize, found: &mut Vec<Found>) {
    let mut words = arguments.split_whitespace();
    if let Some(name) = words.next().filter(|name| !name.contains(['=', '"', '\'']))
        && words.next().is_some_and(|word| !word.starts_with('='))
    {
        found.push(("key-equals-value", format!("{keyword} {name}"), start));
    }
}

/// Empty lines within an instruction that goes on; lines of here-documents are none of its own.
fn empty_continuations(dockerfile: &docker::Dockerfile<'_>, content: &str, found: &mut Vec<Found>) {
    let escape = dockerfile
        .parser_directives
        .escape
        .as_ref()
        .map_or('\\', |escape| escape.value.value);
    let mut documents = documents(dockerfile).into_iter().peekable();
    let (mut at, mut open, mut reported) = (0, false, false);
    for line in content.split_inclusive('\n') {
        let start = at;
        at += line.len();
        while documents.next_if(|document| document.end <= start).is_some() {}
        if documents.peek().is_some_and(|document| document.contains(&start)) {
            (open, reported) = (false, false);
            continue;
        }
        let trimmed = line.trim();
        if trimmed.is_empty() {
            if open && !reported {
                reported = true;
                found.push(("no-empty-continuation", "an empty line".to_owned(), start));
            }
        } else if !trimmed.starts_with('#') {
            open = trimmed.ends_with(escape);
            reported &= open;
        }
    }
}

fn documents(dockerfile: &docker::Dockerfile<'_>) -> Vec<std::ops::Range<usize>> {
    let mut spans = Vec::new();
    let of_sources = |sources: &[docker::Source<'_>], spans: &mut Vec<std::ops::Range<usize>>| {
        spans.extend(sources.iter().filter_map(|source| match source {
            docker::Source::HereDoc(document) => Some(document.span.clone()),
            _ => None,
        }));
    };
    for instruction in &dockerfile.instructions {
        match instruction {
            docker::Instruction::Run(run) => spans.extend(run.here_docs.iter().map(|document| document.span.clone())),
            docker::Instruction::Copy(copy) => of_sources(&copy.src, &mut spans),
            docker::Instruction::Add(add) => of_sources(&add.src, &mut spans),
            _ => {}
        }
    }
    spans
}

/// Keywords in another case than most, `as` beside `FROM`, stages and protocols with capitals.
fn casing(dockerfile: &docker::Dockerfile<'_>, content: &str, found: &mut Vec<Found>) {
    let keywords: Vec<(usize, &str)> = dockerfile
        .instructions
        .iter()
        .filter_map(keyword)
        .filter_map(|span| Some((span.start, content.get(span)?)))
        .collect();
    let small = keywords.iter().filter(|(_, word)| is_small(word)).count();
    let large = keywords.iter().filter(|(_, word)| is_large(word)).count();
    let mut places: Vec<(String, usize)> = Vec::new();
    for (start, word) in &keywords {
        if small > large && !is_small(word) {
            places.push((format!("`{word}` among small letters"), *start));
        } else if small <= large && !is_large(word) {
            places.push((format!("`{word}` among capitals"), *start));
        }
    }
    for instruction in &dockerfile.instructions {
        match instruction {
            docker::Instruction::From(from) => {
                let Some((keyword, name)) = &from.as_ else { continue };
                let words = (content.get(from.from.span.clone()), content.get(keyword.span.clone()));
                if let (Some(first), Some(second)) = words
                    && (is_large(first) && is_small(second) || is_small(first) && is_large(second))
                {
                    places.push((format!("`{second}` beside `{first}`"), keyword.span.start));
                }
                if name.value.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    places.push((
                        format!("capitals in the stage's name `{}`", name.value),
                        name.span.start,
                    ));
                }
            }
            docker::Instruction::Expose(expose) => {
                let loud = expose.arguments.iter().find(|port| {
                    let protocol = port.value.split_once('/').map(|(_, protocol)| protocol);
                    protocol.is_some_and(|protocol| protocol.bytes().any(|byte| byte.is_ascii_uppercase()))
                });
                places.extend(loud.map(|port| (format!("capitals in `{}`", port.value), expose.expose.span.start)));
            }
            _ => {}
        }
    }
    places.truncate(CASES);
    found.extend(
        places
            .into_iter()
            .map(|(what, start)| ("consistent-casing", what, start)),
    );
}

fn is_small(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_large(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn keyword(instruction: &docker::Instruction<'_>) -> Option<std::ops::Range<usize>> {
    use docker::Instruction as Kind;
    let keyword = match instruction {
        Kind::Add(one) => &one.add,
        Kind::Arg(one) => &one.arg,
        Kind::Cmd(one) => &one.cmd,
        Kind::Copy(one) => &one.copy,
        Kind::Entrypoint(one) => &one.entrypoint,
        Kind::Env(one) => &one.env,
        Kind::Expose(one) => &one.expose,
        Kind::From(one) => &one.from,
        Kind::Healthcheck(one) => &one.healthcheck,
        Kind::Label(one) => &one.label,
        Kind::Maintainer(one) => &one.maintainer,
        Kind::Onbuild(one) => &one.onbuild,
        Kind::Run(one) => &one.run,
        Kind::Shell(one) => &one.shell,
        Kind::Stopsignal(one) => &one.stopsignal,
        Kind::User(one) => &one.user,
        Kind::Volume(one) => &one.volume,
        Kind::Workdir(one) => &one.workdir,
        _ => return None,
    };
    Some(keyword.span.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule, what it is, and line.
    fn found(text: &str) -> Vec<String> {
        let file = docker::parse(text).unwrap();
        let line = |offset: usize| text[..offset].matches('\n').count() + 1;
        let habits = habits(&file, text);
        habits
            .into_iter()
            .map(|(rule, what, at)| format!("{rule} {what} {}", line(at)))
            .collect()
    }

    #[test]
    fn a_sound_file_has_none() {
        let text = "ARG A=1\nFROM --platform=$BUILDPLATFORM a:1 AS one-2\nENV A=1 B=\"c d\"\nENV C = 1\nLABEL a=b \\\n  # a comment\n  c=d\n\
                    EXPOSE 80 443/tcp 5000-5010/udp $PORT ${A}:80\nRUN <<EOF\na \\\n\nb\nEOF\nCOPY <<X /x\n\\\n\nX\n# a comment \\\n\nCMD [\"a\"]\n";
        assert_eq!(found(text), [""; 0]);
        assert_eq!(found("from a as b\nrun c\n"), [""; 0]);
    }

    #[test]
    fn ports_that_are_none() {
        for (port, part) in [
            ("80:80", "maps"),
            ("127.0.0.1:80:80", "maps"),
            ("65536", "no port"),
            ("90-80", "no port"),
            ("http", "no port"),
            ("80/http", "no protocol"),
            ("80,81", "no port"),
        ] {
            let result = found(&format!("FROM a\nEXPOSE 1 {port}\n"));
            assert!(
                result.len() == 1 && result[0].starts_with("exposes-ports") && result[0].contains(part),
                "{result:?}"
            );
        }
    }

    #[test]
    fn names_and_old_spellings() {
        let text = "FROM --platform=${TARGETPLATFORM} a AS scratch\nENV A b\nLABEL c d e\nENV D b=c\n";
        let expected = [
            "no-default-platform --platform=$TARGETPLATFORM 1",
            "stage-names-free scratch 1",
            "key-equals-value ENV A 2",
            "key-equals-value LABEL c 3",
            "key-equals-value ENV D 4",
        ];
        let mut result = found(text);
        result[..2].sort();
        assert_eq!(result, expected);
    }

    #[test]
    fn empty_lines_within_an_instruction() {
        let text = "FROM a\nRUN b \\\n\n\n  c \\\n  d\n\nENV A=1 \\\n  \nB=2\n";
        assert_eq!(
            found(text),
            [
                "no-empty-continuation an empty line 3",
                "no-empty-continuation an empty line 9"
            ]
        );
    }

    #[test]
    fn casing_as_most() {
        let text = "FROM a as Build\nrun b\nRun c\nCMD d\nEXPOSE 80/TCP\n";
        let expected = [
            "consistent-casing `run` among capitals 2",
            "consistent-casing `Run` among capitals 3",
            "consistent-casing `as` beside `FROM` 1",
            "consistent-casing capitals in the stage's name `Build` 1",
            "consistent-casing capitals in `80/TCP` 5",
        ];
        assert_eq!(found(text), expected);
        assert_eq!(
            found("from a\nrun b\nCMD c\n"),
            ["consistent-casing `CMD` among small letters 3"]
        );
    }
}
