//! What a command runs in the end: through make, tox, nox, just, package managers and scripts of the repository.

use super::programs;
use super::shell::{self, Shell};
use crate::source::Snapshot;

/// A command at the end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    /// Its words.
    pub(super) words: Vec<String>,
    /// The line of the step's own script that leads to it.
    pub(super) step_line: String,
    /// The command in another file, when the step does not run it itself.
    pub(super) through: Option<String>,
    /// How its failure is swallowed on the way.
    pub(super) swallowed: Option<&'static str>,
    /// Whether it installs what the project declares.
    pub(super) installs: bool,
}

const DEPTH: usize = 5;
const COMMANDS: usize = 2_000;

/// Follows the commands of a step's script.
pub(super) fn resolve(snapshot: &Snapshot, script: &str, shell: Shell) -> Vec<Resolved> {
    let mut resolver = Resolver {
        snapshot,
        found: Vec::new(),
        visited: 0,
    };
    for command in shell::commands(script, shell) {
        resolver.follow(&command, &command.line, None, command.swallowed, 0);
    }
    resolver.found
}

struct Resolver<'a> {
    snapshot: &'a Snapshot,
    found: Vec<Resolved>,
    visited: usize,
}

impl Resolver<'_> {
    fn follow(
        &mut self,
        command: &shell::Command,
        step_line: &str,
        through: Option<&str>,
        swallowed: Option<&'static str>,
        depth: usize,
    ) {
        self.visited += 1;
        if self.visited > COMMANDS || depth > DEPTH {
            return;
        }
        let words = unwrap(&command.words);
        let program = words
            .first()
            .map(|word| word.rsplit('/').next().unwrap_or(word))
            .unwrap_or_default();
        let arguments = words.get(1..).unwrap_or_default();
        let inner = match program {
            "make" | "gmake" => self.make(arguments),
            "just" => self.file_lines(
                &["justfile", "Justfile", ".justfile"],
                Shell {
                    stops: true,
                    pipefail: false,
                },
            ),
            "task" => self.file_lines(
                &["Taskfile.yml", "Taskfile.yaml"],
                Shell {
                    stops: true,
                    pipefail: false,
                },
            ),
            "tox" => self.tool(&["tox.ini", "pyproject.toml", "setup.cfg"]),
            "nox" => self.tool(&["noxfile.py"]),
            "bash" | "sh" | "zsh" => self.shell(arguments),
            _ => self.script(words.first().map(String::as_str).unwrap_or_default()),
        };
        for next in inner {
            let passed = swallowed.or(next.swallowed);
            self.follow(&next, step_line, Some(&next.line), passed, depth + 1);
        }
        self.found.push(Resolved {
            installs: programs::installs_requirements(&command.words) || programs::installs_requirements(&words),
            words,
            step_line: step_line.to_owned(),
            through: through.map(|line| line.chars().take(200).collect()),
            swallowed,
        });
    }

    fn text(&self, path: &str) -> Option<String> {
        let text = self.snapshot.text(path)?;
        (text.content.len() <= 256 << 10).then(|| text.content.into_owned())
    }

    /// The file with this path beneath some folder: a step may have a working directory of its own.
    fn beneath(&self, path: &str) -> Option<String> {
        let suffix = format!("/{path}");
        let mut found = self.snapshot.sources().filter(|file| file.path.ends_with(&suffix));
        let file = found.next()?;
        found.next().is_none().then(|| self.text(&file.path)).flatten()
    }

    fn file_lines(&self, names: &[&str], shell: Shell) -> Vec<shell::Command> {
        let text = names.iter().find_map(|name| self.text(name)).unwrap_or_default();
        let lines: Vec<&str> = text
            .lines()
            .map(|line| line.trim().trim_start_matches("- ").trim_start_matches("cmd: "))
            .collect();
        shell::commands(&lines.join("\n"), shell)
    }

    /// The commands of a tool's configuration, as far as they are pytest's.
    fn tool(&self, names: &[&str]) -> Vec<shell::Command> {
        let mentions = |name: &&&str| self.text(name).is_some_and(|text| configures_pytest(name, &text));
        let word = |name: &&str| shell::Command {
            words: vec!["pytest".to_owned()],
            line: format!("pytest in {name}"),
            number: 0,
            swallowed: None,
        };
        names.iter().find(mentions).map(word).into_iter().collect()
    }

    /// `sh -c "…"` and `sh path/to/script.sh`
    fn shell(&self, arguments: &[String]) -> Vec<shell::Command> {
        let stops = arguments
            .iter()
            .any(|word| word.starts_with('-') && word.contains('e') && word.len() < 6);
        let plain = Shell {
            stops,
            pipefail: arguments.iter().any(|word| word == "pipefail"),
        };
        match arguments
            .iter()
            .position(|word| word.starts_with('-') && word.ends_with('c'))
        {
            Some(position) => arguments
                .get(position + 1)
                .map(|text| shell::commands(text, plain))
                .unwrap_or_default(),
            None => arguments
                .iter()
                .find(|word| !word.starts_with('-'))
                .map(|path| self.script(path))
                .unwrap_or_default(),
        }
    }

    /// A script file of the repository.
    fn script(&self, word: &str) -> Vec<shell::Command> {
        let path = word.trim_start_matches("./");
        if !(path.contains('/') || word.starts_with("./") || path.ends_with(".sh")) {
            return Vec::new();
        }
        // The step's folder is not known here: the same path at the root and beneath another folder count both.
        let texts = [self.text(path), self.beneath(path)];
        texts
            .into_iter()
            .flatten()
            .flat_map(|text| script_commands(path, &text))
            .collect()
    }

    fn make(&self, arguments: &[String]) -> Vec<shell::Command> {
        let mut targets: Vec<&str> = Vec::new();
        let mut folder = "";
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-C" => folder = words.next().map(String::as_str).unwrap_or_default(),
                "-f" | "-j" => {
                    words.next();
                }
                other if other.starts_with('-') || other.contains('=') => {}
                other => targets.push(other),
            }
        }
        let ignores = arguments
            .iter()
            .any(|word| matches!(word.as_str(), "-i" | "--ignore-errors" | "-k"));
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{}/", folder.trim_matches('/'))
        };
        let names = ["GNUmakefile", "makefile", "Makefile"];
        let Some(text) = names.iter().find_map(|name| self.text(&format!("{prefix}{name}"))) else {
            return Vec::new();
        };
        let rules = make_rules(&text);
        if targets.is_empty() {
            targets.extend(
                rules
                    .iter()
                    .map(|rule| rule.target)
                    .find(|target| !target.starts_with('.')),
            );
        }
        let mut commands = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        while let Some(target) = targets.pop() {
            if seen.contains(&target) || seen.len() > 100 {
                continue;
            }
            seen.push(target);
            for rule in rules.iter().filter(|rule| rule.target == target) {
                targets.extend(&rule.needs);
                for line in &rule.recipe {
                    let body = line.trim_start().trim_start_matches(['@', '-', '+']);
                    let dashed = line.trim_start().trim_start_matches(['@', '+']).starts_with('-');
                    let expanded = body.replace("$(MAKE)", "make").replace("${MAKE}", "make");
                    // every line is a shell of its own, which does not stop within the line
                    for mut command in shell::commands(
                        &expanded,
                        Shell {
                            stops: true,
                            pipefail: false,
                        },
                    ) {
                        if dashed || ignores {
                            command.swallowed = Some("a failure that make ignores (`-`)");
                        }
                        commands.push(command);
                    }
                }
            }
        }
        commands
    }
}

fn configures_pytest(name: &str, text: &str) -> bool {
    if name == "noxfile.py" {
        return text.contains("pytest");
    }
    // pyproject.toml configures pytest itself too: only tox's own part counts
    let own = if name == "tox.ini" {
        Some(text)
    } else {
        text.find("tox").and_then(|start| text.get(start..))
    };
    own.is_some_and(|own| {
        let mut inside = false;
        own.lines().any(|line| {
            inside = if line.starts_with([' ', '\t']) {
                inside
            } else {
                line.trim_start().starts_with("commands")
            };
            inside && line.contains("pytest")
        })
    })
}

struct Rule<'a> {
    target: &'a str,
    needs: Vec<&'a str>,
    recipe: Vec<String>,
}

fn make_rules(text: &str) -> Vec<Rule<'_>> {
    let mut rules: Vec<Rule<'_>> = Vec::new();
    let mut open = 0;
    let mut continued = false;
    for line in text.lines().take(5_000) {
        if let Some(recipe) = line.strip_prefix('\t').filter(|_| open > 0) {
            let start = rules.len().saturating_sub(open);
            for rule in rules.iter_mut().skip(start) {
                match rule.recipe.last_mut().filter(|_| continued) {
                    Some(last) => {
                        last.push('\n');
                        last.push_str(recipe);
                    }
                    None => rule.recipe.push(recipe.to_owned()),
                }
            }
            continued = recipe.trim_end().ends_with('\\');
            continue;
        }
        continued = false;
        let line = line.split('#').next().unwrap_or_default();
        let Some((targets, rest)) = line.split_once(':') else {
            continue;
        };
        if targets.contains('=') || rest.starts_with('=') || targets.trim().is_empty() || line.starts_with(' ') {
            continue;
        }
        let (needs, inline) = rest
            .split_once(';')
            .map_or((rest, None), |(needs, inline)| (needs, Some(inline)));
        open = 0;
        for target in targets.split_whitespace().take(50) {
            open += 1;
            rules.push(Rule {
                target,
                needs: needs.split_whitespace().filter(|word| *word != "|").take(100).collect(),
                recipe: inline.map(str::to_owned).into_iter().collect(),
            });
        }
    }
    rules
}

/// The command inside `uv run`, `poetry run`, `coverage run -m`, `docker compose run service` and the like.
fn unwrap(words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    for _ in 0..4 {
        let at = |index: usize| {
            words
                .get(index)
                .map(|word| word.rsplit('/').next().unwrap_or(word))
                .unwrap_or_default()
        };
        let skip = match (at(0), at(1)) {
            ("uv" | "poetry" | "pipenv" | "pdm" | "hatch" | "rye" | "pixi" | "conda", "run") => 2,
            ("uvx", _) | ("pipx", "run") => 1 + usize::from(at(0) == "pipx"),
            ("coverage", "run") => 2,
            ("xvfb-run" | "nohup" | "nice" | "timeout" | "dotenv", _) => 1,
            _ => break,
        };
        words.drain(..skip);
        // options of the wrapper, with their values where they are known to have one
        let mut start = 0;
        while let Some(word) = words.get(start).filter(|word| word.starts_with('-')) {
            let valued = [
                "--with",
                "--python",
                "-p",
                "--extra",
                "--group",
                "--source",
                "--project",
                "--env-file",
                "-n",
            ];
            if word == "-m" {
                break;
            }
            start += if valued.contains(&word.as_str()) { 2 } else { 1 };
        }
        if words
            .first()
            .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        {
            start = 1;
        }
        words.drain(..start.min(words.len()));
    }
    words
}

/// The commands of a script file, if it is one of a shell.
fn script_commands(path: &str, text: &str) -> Vec<shell::Command> {
    let first = text.lines().next().unwrap_or_default();
    if !(path.ends_with(".sh") || (first.starts_with("#!") && first.contains("sh"))) {
        return Vec::new();
    }
    let options = first.split_once("sh ").map(|(_, options)| options).unwrap_or_default();
    let shell = Shell {
        stops: options.contains('e'),
        pipefail: options.contains("pipefail"),
    };
    shell::commands(text, shell)
}
