//! What a `RUN` does that a reviewer would not let through: programs from the net that are run unseen, and files that everybody may
//! write.

use super::script::Script;

/// Programs that run what they read.
const INTERPRETERS: [&str; 10] = [
    "sh", "bash", "dash", "ash", "zsh", "python", "python3", "perl", "ruby", "node",
];

/// The download that a script runs unseen: `curl … | sh`, `sh -c "$(curl …)"`, `bash <(curl …)`.
pub(super) fn runs_unseen(script: &Script) -> Option<String> {
    let commands: Vec<Vec<&str>> = script.commands.iter().map(|words| without_sudo(words)).collect();
    let mut readers = script.readers.iter().peekable();
    // The download at the start of the pipe that a command reads.
    let mut source = None;
    for (number, words) in commands.iter().enumerate() {
        if readers.next_if(|reader| **reader == number).is_none() {
            source = None;
        }
        let piped = source;
        source = downloads(words).or(source);
        let Some(interpreter) = words.first().map(|word| word.rsplit('/').next().unwrap_or(word)) else {
            continue;
        };
        if !INTERPRETERS.contains(&interpreter) {
            continue;
        }
        let rest = words.get(1..).unwrap_or_default();
        if let Some(download) = piped.filter(|_| !runs_its_own(rest)) {
            return Some(format!("`{download} … | {interpreter}`"));
        }
        for program in ["curl", "wget"] {
            let nested = rest
                .iter()
                .any(|word| word.strip_prefix(' ').is_some_and(|text| text.starts_with(program)));
            if nested && rest.contains(&"-c") {
                return Some(format!("`{interpreter} -c \"$({program} …)\"`"));
            }
        }
        let next = commands.get(number + 1).and_then(|words| downloads(words));
        if let Some(program) = next.filter(|_| rest.last() == Some(&"<")) {
            return Some(format!("`{interpreter} <({program} …)`"));
        }
    }
    None
}

/// `sh file` and `python -m json.tool` read data from the pipe, not a program.
fn runs_its_own(arguments: &[&str]) -> bool {
    let mut before = arguments
        .iter()
        .take_while(|word| !matches!(**word, "-" | "-s" | "/dev/stdin"));
    before.any(|word| !word.starts_with('-') || matches!(*word, "-m" | "-c" | "-e")) && !arguments.contains(&"-s")
}

fn without_sudo(words: &[String]) -> Vec<&str> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["sudo", rest @ ..] => rest.iter().skip_while(|word| word.starts_with('-')).copied().collect(),
        _ => words,
    }
}

fn downloads(words: &[&str]) -> Option<&'static str> {
    match words.first().copied() {
        Some("curl") => Some("curl"),
        Some("wget") => Some("wget"),
        _ => None,
    }
}

/// The mode with which a script lets everybody write, with its command.
pub(super) fn writable_by_all(script: &Script) -> Option<String> {
    script.commands.iter().find_map(|words| {
        let words = without_sudo(words);
        let mode = match words.first().copied() {
            Some("chmod") => words.iter().skip(1).find(|word| !is_option(word)).copied(),
            Some("mkdir" | "install") => option_value(&words),
            _ => None,
        };
        mode.filter(|mode| lets_all_write(mode))
            .map(|mode| format!("`{} {mode}`", words.first().copied().unwrap_or_default()))
    })
}

/// `-R` is an option, `-w` and `-rwx` are modes.
fn is_option(word: &str) -> bool {
    word.starts_with('-') && !word.trim_start_matches('-').starts_with(['r', 'w', 'x', 'X', 's', 't'])
        || word.starts_with("--")
}

fn option_value<'a>(words: &[&'a str]) -> Option<&'a str> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if let Some(value) = word.strip_prefix("--mode=") {
            return Some(value);
        }
        let short = word.starts_with('-') && !word.starts_with("--");
        if short && let Some((_, value)) = word.split_once('m') {
            return if value.is_empty() {
                words.next().copied()
            } else {
                Some(value)
            };
        }
    }
    None
}

/// Whether a mode lets everybody write; with the sticky bit, as `/tmp` has it, nobody removes the files of others.
pub(super) fn lets_all_write(mode: &str) -> bool {
    if !mode.is_empty() && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) {
        let number = u32::from_str_radix(mode, 8).unwrap_or_default();
        return number & 0o002 != 0 && number & 0o1000 == 0;
    }
    let mut writes = false;
    let mut sticky = false;
    for part in mode.split(',') {
        let Some(at) = part.find(['+', '=']) else { continue };
        let (who, rights) = part.split_at_checked(at).unwrap_or((part, ""));
        // `+w` alone leaves out what the umask takes away, which is everybody.
        writes |= who.contains(['o', 'a']) && rights.contains('w');
        sticky |= rights.contains('t');
    }
    writes && !sticky
}

#[cfg(test)]
mod tests {
    use super::super::script::read;
    use super::*;

    #[test]
    fn what_is_run_unseen() {
        for script in [
            "curl -fsSL https://x.test/a | sh",
            "wget -qO- https://x.test/a | sudo -E bash -",
            "A=b curl x |\\\n  /bin/bash -s -- --yes",
            "curl x | tee log | python3",
            "curl x | python3 - --version 1",
            "sh -c \"$(curl -fsSL x)\"",
            "bash <(curl x)",
            "curl x | FOO=1 sh -s install v1",
        ] {
            assert!(runs_unseen(&read(script)).is_some(), "{script}");
        }
    }

    #[test]
    fn what_is_seen_or_is_no_program() {
        for script in [
            "curl -o a.sh x && sha256sum -c sums && sh a.sh",
            "curl x | tar xz",
            "curl x | python3 -m json.tool",
            "curl x | python -c 'import sys'",
            "curl x | apt-key add -",
            "curl x; echo a | sh",
            "curl x || sh a.sh",
            "bash -c 'curl x'",
            "echo \"curl x | sh\"",
            "curl x | sh a.sh",
        ] {
            assert_eq!(runs_unseen(&read(script)), None, "{script}");
        }
    }

    #[test]
    fn modes() {
        for mode in [
            "777", "0777", "666", "776", "757", "a+rwx", "o+w", "ugo=rwx", "u+x,o+w", "a=rw",
        ] {
            assert!(lets_all_write(mode), "{mode}");
        }
        for mode in [
            "755", "775", "1777", "0644", "+x", "a+x", "u+w", "g+w", "o-w", "+w", "a+rX", "a+rwxt", "770", "", "$MODE",
            "9",
        ] {
            assert!(!lets_all_write(mode), "{mode}");
        }
    }

    #[test]
    fn commands_with_modes() {
        let found = |script| writable_by_all(&read(script));
        assert_eq!(found("a && chmod -R 777 /x").as_deref(), Some("`chmod 777`"));
        assert_eq!(found("sudo chmod a+rwx /x").as_deref(), Some("`chmod a+rwx`"));
        assert_eq!(found("mkdir -p -m 777 /x").as_deref(), Some("`mkdir 777`"));
        assert_eq!(found("install -dm0777 /x").as_deref(), Some("`install 0777`"));
        for script in [
            "chmod 1777 /tmp",
            "chmod -R 755 777",
            "mkdir -p 777",
            "echo chmod 777",
            "chmod -w 777",
        ] {
            assert_eq!(found(script), None, "{script}");
        }
    }
}
