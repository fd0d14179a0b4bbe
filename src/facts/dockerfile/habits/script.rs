//! The simple commands of a `RUN` script. Not a shell: enough to see which programs are called with which words.

/// A script, taken apart.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// The words of each simple command, without quotes and without variables set before it.
    pub commands: Vec<Vec<String>>,
    /// Whether the output of a command goes into another.
    pub pipes: bool,
    /// The commands, by number, that read the output of the one before.
    pub readers: Vec<usize>,
    /// Whether the next command reads what the last one writes.
    into_next: bool,
}

/// Most words of a script; a longer one is no longer looked at.
const WORDS: usize = 5_000;
/// Words that only introduce a command.
const INTRODUCTIONS: [&str; 12] = [
    "if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "exec", "env",
];

/// Takes a script apart. Comment lines between continued lines are the Dockerfile's and are left out.
pub(super) fn read(text: &str) -> Script {
    let mut joined = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        match line.trim_end().strip_suffix('\\') {
            Some(body) => joined.push_str(body),
            None => {
                joined.push_str(line);
                joined.push('\n');
            }
        }
    }
    let mut script = Script::default();
    let (mut command, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    // Commands within double quotes, `"$(a | b)"`: how many brackets are open.
    let mut nested = 0_usize;
    let mut left = WORDS;
    let mut characters = joined.chars().peekable();
    let mut end_word = |word: &mut String, command: &mut Vec<String>, begun: &mut bool| {
        if (*begun || !word.is_empty()) && left > 0 {
            left -= 1;
            command.push(std::mem::take(word));
        }
        *begun = false;
    };
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (Some('\''), other) => word.push(other),
            (_, '\\') => word.extend(characters.next()),
            (Some('"'), '$') if characters.next_if_eq(&'(').is_some() => {
                nested += 1;
                word.push(' ');
            }
            (Some('"'), ')') if nested > 0 => nested -= 1,
            (Some('"'), '|') if nested > 0 => script.pipes |= characters.next_if_eq(&'|').is_none(),
            (Some(_), other) => word.push(other),
            (None, '"' | '\'') => (quote, begun) = (Some(character), true),
            (None, ' ' | '\t') => end_word(&mut word, &mut command, &mut begun),
            // `>|`, `2>&1` and `&>file` are redirections.
            (None, '|' | '&') if word.ends_with('>') || (character == '&' && characters.peek() == Some(&'>')) => {
                word.push(character)
            }
            (None, '\n' | ';' | '|' | '&' | '(' | ')' | '`') => {
                end_word(&mut word, &mut command, &mut begun);
                let doubled = characters.next_if_eq(&character).is_some();
                let pipe = character == '|' && !doubled;
                script.pipes |= pipe;
                finish(&mut command, &mut script);
                script.into_next |= pipe;
            }
            (None, other) => word.push(other),
        }
    }
    end_word(&mut word, &mut command, &mut begun);
    finish(&mut command, &mut script);
    script
}

fn finish(command: &mut Vec<String>, script: &mut Script) {
    let words = std::mem::take(command);
    let introduces = |word: &String| {
        let assigns = word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|character| character.is_ascii_alphanumeric() || character == '_')
        });
        assigns || INTRODUCTIONS.contains(&word.as_str())
    };
    let rest: Vec<String> = words.into_iter().skip_while(introduces).collect();
    if !rest.is_empty() {
        if std::mem::take(&mut script.into_next) {
            script.readers.push(script.commands.len());
        }
        script.commands.push(rest);
    }
}
