//! `proofolio new`: collects the answers, plans, writes, tells. One project, or a portfolio of all kinds.

mod portfolio;
mod project;
mod stop;
mod text;
mod themes;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use clap::{Parser as _, ValueEnum as _};

use super::args::{Arguments, Command, Global, New, NewKind};
use super::exit::{Exit, Refusal};
use super::progress::{BOLD, RESET};
use super::prompt::Prompt;
use crate::scaffold::{self, Defaults, FirstCommit, Identity, Plan, PlannedFile, Question, Template};

/// Runs the command.
pub fn run(global: &Global, command: New) -> anyhow::Result<Exit> {
    let lists_themes = command.theme.as_deref() == Some("list");
    match command.kind {
        NewKind::All if lists_themes => themes::all(command.json),
        NewKind::All => portfolio::run(global, command),
        kind => {
            let name = kind.to_possible_value();
            let template = Template::embedded(name.as_ref().map_or("", |name| name.get_name())).map_err(refuse)?;
            if lists_themes {
                return themes::one(&template, command.json);
            }
            project::run(global, command, &template)
        }
    }
}

/// Asks questions one after the other, each for an answer that `take` receives; an exit when the user interrupted.
fn ask<T>(
    global: &Global,
    questions: Vec<(T, Question, String)>,
    interrupted: &AtomicBool,
    mut take: impl FnMut(T, String),
) -> anyhow::Result<Option<Exit>> {
    let prompt = Prompt::new(global.color);
    for (key, question, default) in questions {
        if interrupted.load(std::sync::atomic::Ordering::Relaxed) {
            return Ok(Some(stop::stopped()));
        }
        match prompt.ask(&question, &default) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(Some(stop::stopped())),
            Err(error) => {
                return Err(Refusal::incomplete(
                    format!("cannot read your answer: {error}"),
                    "`--defaults` asks nothing.",
                ));
            }
            Ok(answer) => take(key, answer),
        }
    }
    Ok(None)
}

/// The text of an answers file, with its path as a person reads it.
fn answers_file(path: &Path) -> anyhow::Result<(String, String)> {
    let refused = |why: String| {
        Refusal::usage(
            format!("cannot read the answers in {}: {why}", path.display()),
            "Name a small YAML file with one `question: answer` a line.",
        )
    };
    let file = std::fs::File::open(path).map_err(|error| refused(error.to_string()))?;
    let mut text = String::new();
    file.take(scaffold::LARGEST_FILE + 1)
        .read_to_string(&mut text)
        .map_err(|error| refused(error.to_string()))?;
    if text.len() as u64 > scaffold::LARGEST_FILE {
        return Err(refused(format!("it is larger than {} bytes", scaffold::LARGEST_FILE)));
    }
    Ok((path.display().to_string(), text))
}

/// Defaults from this machine; the name is the caller's.
fn defaults(name: Option<String>) -> Defaults {
    let (author, email) = scaffold::configured();
    Defaults::new(name, author, email, text::year())
}

/// Which of author and address are placeholders, because nobody said them.
fn stated(defaults: &Defaults, answered: impl Fn(&str) -> bool) -> Vec<&'static str> {
    [("author", &defaults.author), ("email", &defaults.email)]
        .into_iter()
        .filter(|(key, default)| {
            !answered(key) && [scaffold::DEFAULT_AUTHOR, scaffold::DEFAULT_EMAIL].contains(&default.as_str())
        })
        .map(|(key, _)| key)
        .collect()
}

/// Files as lines: digest, size, path below a folder.
fn listing(folder: &str, files: &[PlannedFile]) -> String {
    let mut text = String::new();
    for file in files {
        let _ = writeln!(
            text,
            "{}  {:>7}  {folder}{}",
            file.sha256(),
            file.bytes.len(),
            file.path
        );
    }
    text
}

/// Who makes the first commit, and what it says.
fn first_commit(plan: &Plan) -> FirstCommit {
    FirstCommit {
        identity: Identity {
            name: plan.answers.get("author").to_owned(),
            email: plan.answers.get("email").to_owned(),
        },
        message: format!(
            "Scaffold {} with proofolio\n\nTemplate {} {}, theme {}, variant {}.\n",
            plan.answers.get("name"),
            plan.template,
            plan.version,
            plan.theme,
            plan.variant
        ),
    }
}

/// Tells of placeholders and of a repository around the folder.
fn notes(stated: &[&str], outside: Option<&Path>) {
    if !stated.is_empty() {
        anstream::eprintln!(
            "  note: neither a flag nor git says your {}, so a placeholder stands there; --author and --email set them",
            stated.join(" and ")
        );
    }
    if let Some(outside) = outside {
        anstream::eprintln!(
            "  note: the folder is inside the git repository {}; its own repository is apart (--no-git makes none)",
            outside.display()
        );
    }
}

/// Says what to do next.
fn next(steps: &str) {
    anstream::eprint!("\n{BOLD}Next{RESET}\n{}", text::indented(steps));
}

/// Verifies what was made.
fn verify(global: &Global, folders: impl IntoIterator<Item = PathBuf>) -> anyhow::Result<Exit> {
    let words = ["proofolio", "verify", "--"].map(OsString::from);
    let words = words.into_iter().chain(folders.into_iter().map(OsString::from));
    match Arguments::try_parse_from(words)?.command {
        Command::Verify(command) => super::verify::run(global, command),
        _ => Ok(Exit::Usage),
    }
}

/// Prints data to standard output. A reader who left is no error.
fn show(text: &str) -> anyhow::Result<Exit> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Exit::Passed),
    }
}

fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// Gives a library error its exit code and its hint.
fn refuse(error: scaffold::Error) -> anyhow::Error {
    let exit = if error.is_usage() {
        Exit::Usage
    } else {
        Exit::Incomplete
    };
    let hint = error.hint();
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(source) = cause {
        let _ = write!(message, ": {source}");
        cause = source.source();
    }
    Refusal { exit, message, hint }.into()
}

/// The repository that a new folder would be inside of.
fn repository_above(path: &Path) -> Option<PathBuf> {
    path.ancestors()
        .skip(1)
        .find(|above| above.join(".git").exists())
        .map(Path::to_owned)
}
