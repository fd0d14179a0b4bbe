//! `proofolio new`: collects the answers, plans, writes, tells.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Parser as _, ValueEnum as _};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::args::{Arguments, Command, Global, New};
use super::exit::{Exit, Refusal};
use super::progress::{BOLD, RESET};
use super::prompt::{self, Prompt};
use crate::scaffold::{self, Defaults, Draft, FirstCommit, Identity, Plan, Record, Target, Template};

/// Runs the command.
pub fn run(global: &Global, command: New) -> anyhow::Result<Exit> {
    let kind = command.kind.to_possible_value();
    let template = Template::embedded(kind.as_ref().map_or("", |kind| kind.get_name())).map_err(refuse)?;
    if command.theme.as_deref() == Some("list") {
        return themes(&template, command.json);
    }
    let interrupted = watch()?;
    let mut draft = given(&template, &command)?;

    // a folder that cannot be used is refused before a person answers questions for it
    let named = command
        .directory
        .as_deref()
        .map(scaffold::resolve)
        .transpose()
        .map_err(refuse)?;
    if let (Some(directory), false) = (&named, command.plan) {
        Target::check(directory).map_err(refuse)?;
    }
    let (author, email) = scaffold::configured();
    let folder = named
        .as_deref()
        .map(|path| path.file_name().unwrap_or_default().to_string_lossy());
    let name = folder.map(|folder| scaffold::slug(&folder).unwrap_or_else(|| folder.into_owned()));
    let defaults = Defaults::new(name, author, email, year());
    let stated: Vec<&str> = [("author", &defaults.author), ("email", &defaults.email)]
        .into_iter()
        .filter(|(key, default)| {
            draft.get(key).is_none() && [scaffold::DEFAULT_AUTHOR, scaffold::DEFAULT_EMAIL].contains(&default.as_str())
        })
        .map(|(key, _)| key)
        .collect();
    if !command.defaults && prompt::possible() {
        let prompt = Prompt::new(global.color);
        for question in draft.open() {
            if interrupted.load(Ordering::Relaxed) {
                return Ok(stopped());
            }
            let answer = prompt.ask(&question, &draft.default(&question, &defaults));
            match answer {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(stopped()),
                Err(error) => {
                    return Err(Refusal::incomplete(
                        format!("cannot read your answer: {error}"),
                        "`--defaults` asks nothing.",
                    ));
                }
                Ok(answer) => draft.give([(question.key, answer)]),
            }
        }
    }
    let answers = draft.finish(&defaults).map_err(refuse)?;
    let directory = command
        .directory
        .clone()
        .unwrap_or_else(|| PathBuf::from(answers.get("name")));
    let path = scaffold::resolve(&directory).map_err(refuse)?;
    let plan = scaffold::plan(&template, &answers).map_err(refuse)?;
    let steps = scaffold::next_steps(&template, &answers, &shell_word(&directory)).map_err(refuse)?;

    if command.plan {
        return show(if command.json {
            json(&Record::new(&plan, &path, None))?
        } else {
            listing(&plan)
        });
    }
    let outside = if command.no_git { None } else { repository_above(&path) };
    let first = (!command.no_git).then(|| first_commit(&plan));
    let commit = match scaffold::write(&plan.files, &path, first.as_ref(), &stop_hook(interrupted)) {
        Ok(commit) => commit,
        Err(scaffold::Error::Interrupted) => return Ok(stopped()),
        Err(error) => return Err(refuse(error)),
    };
    if !global.quiet {
        tell(
            &plan,
            &directory,
            first.as_ref().zip(commit.as_deref()),
            &stated,
            outside.as_deref(),
        );
        if !command.verify {
            anstream::eprint!("\n{BOLD}Next{RESET}\n{}", indented(&steps));
        }
    }
    if command.json {
        return show(json(&Record::new(&plan, &path, commit))?);
    }
    if command.verify {
        return verify(global, path);
    }
    Ok(Exit::Passed)
}

/// The answers on the command line and in the file, the strongest first.
fn given(template: &Template, command: &New) -> anyhow::Result<Draft> {
    let mut draft = Draft::new(template);
    let flags = [
        ("name", &command.name),
        ("author", &command.author),
        ("email", &command.email),
        ("theme", &command.theme),
        ("python", &command.python),
        ("ci", &command.ci),
    ];
    draft.give(
        flags
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.as_deref()?))),
    );
    draft.give_words(&command.set);
    if let Some(path) = &command.answers {
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
        draft.give_file(&path.display().to_string(), &text);
    }
    draft.check().map_err(refuse)?;
    Ok(draft)
}

/// Prints the themes of a template.
fn themes(template: &Template, as_json: bool) -> anyhow::Result<Exit> {
    if as_json {
        let themes: Vec<_> = template
            .themes
            .values()
            .map(|theme| serde_json::json!({"name": theme.name, "title": theme.title, "summary": theme.summary}))
            .collect();
        return show(json(&serde_json::json!({
            "schema": "proofolio.themes/1",
            "template": template.kind,
            "default": template.default_theme,
            "themes": themes,
        }))?);
    }
    let width = template.themes.keys().map(String::len).max().unwrap_or(0);
    let title = template
        .themes
        .values()
        .map(|theme| theme.title.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for theme in template.themes.values() {
        let _ = writeln!(text, "{:width$}  {:title$}  {}", theme.name, theme.title, theme.summary);
    }
    show(text)
}

/// The plan as lines: digest, size, path.
fn listing(plan: &Plan) -> String {
    let mut text = String::new();
    for file in &plan.files {
        let _ = writeln!(text, "{}  {:>7}  {}", file.sha256(), file.bytes.len(), file.path);
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

/// Says what was made.
fn tell(plan: &Plan, directory: &Path, commit: Option<(&FirstCommit, &str)>, stated: &[&str], outside: Option<&Path>) {
    let name = plan.answers.get("name");
    anstream::eprintln!(
        "{BOLD}Made {name}{RESET} in {}: {} files",
        shell_word(directory),
        plan.files.len()
    );
    anstream::eprintln!(
        "  {} · Python {} · {} · variant {}",
        plan.title,
        plan.answers.get("python"),
        plan.answers.get("ci"),
        plan.variant
    );
    if let Some((first, id)) = commit {
        let Identity { name, email } = &first.identity;
        anstream::eprintln!("  first commit {} on main by {name} <{email}>", &id[..id.len().min(10)]);
    }
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

/// Verifies the new project.
fn verify(global: &Global, path: PathBuf) -> anyhow::Result<Exit> {
    let words: [OsString; 4] = ["proofolio".into(), "verify".into(), "--".into(), path.into()];
    match Arguments::try_parse_from(words)?.command {
        Command::Verify(command) => super::verify::run(global, command),
        _ => Ok(Exit::Usage),
    }
}

/// Prints data to standard output. A reader who left is no error.
fn show(text: String) -> anyhow::Result<Exit> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Exit::Passed),
    }
}

fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

fn stopped() -> Exit {
    anstream::eprintln!("interrupted: nothing was written");
    Exit::Interrupted
}

/// A flag that Ctrl-C and termination set, so that work can stop between two files and clean up.
fn watch() -> anyhow::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}

/// What asks whether to stop. Debug builds can be held after a number of files until they are interrupted: the tests
/// need that moment.
fn stop_hook(interrupted: Arc<AtomicBool>) -> impl Fn() -> bool {
    #[cfg(debug_assertions)]
    let (hold, asked) = (
        std::env::var("PROOFOLIO_TEST_HOLD_AFTER")
            .ok()
            .and_then(|number| number.parse().ok()),
        std::cell::Cell::new(0_u32),
    );
    move || {
        #[cfg(debug_assertions)]
        {
            asked.set(asked.get() + 1);
            let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
            while Some(asked.get()) == hold && !interrupted.load(Ordering::Relaxed) && std::time::Instant::now() < end {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
        interrupted.load(Ordering::Relaxed)
    }
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

/// A path as a word that can be pasted into a POSIX shell.
fn shell_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |character: char| character.is_alphanumeric() || "/._-+@,:%".contains(character);
    let text = if text.starts_with('-') {
        format!("./{text}")
    } else {
        text.into_owned()
    };
    if text.chars().all(plain) {
        text
    } else if text.chars().any(char::is_control) {
        format!("{text:?}")
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// Indents every line that is not empty.
fn indented(text: &str) -> String {
    let mut indented = String::new();
    for line in text.lines() {
        let _ = if line.is_empty() {
            writeln!(indented)
        } else {
            writeln!(indented, "  {line}")
        };
    }
    indented
}

/// The year of the clock, in UTC.
fn year() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    year_of(since.map_or(0, |since| since.as_secs() / 86_400))
}

/// The year of a day, counted from the first of January 1970.
fn year_of(day: u64) -> u64 {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut left) = (1970, day);
    loop {
        let days = if leap(year) { 366 } else { 365 };
        if left < days || year == 9999 {
            return year;
        }
        left -= days;
        year += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_shell_words() {
        assert_eq!(shell_word(Path::new("loans")), "loans");
        assert_eq!(shell_word(Path::new("-x")), "./-x");
        assert_eq!(shell_word(Path::new("my $(x) 'y'")), r"'my $(x) '\''y'\'''");
        assert!(!shell_word(Path::new("a\u{1b}[2Jb")).contains('\u{1b}'));
    }

    #[test]
    fn days_belong_to_years() {
        // date -u -d 2024-12-31 +%s, by 86400
        for (day, expected) in [
            (0, 1970),
            (364, 1970),
            (365, 1971),
            (20_088, 2024),
            (20_089, 2025),
            (11_016, 2000),
        ] {
            assert_eq!(year_of(day), expected, "{day}");
        }
    }
}
