//! What the README promises and the repository does not hold: commands on files that are not there, and links that lead nowhere.
//!
//! Nothing is run. A command is judged only where a file or a target is plainly missing: a name that an earlier line of the
//! README makes, or that lies anywhere else in the repository, is given the benefit of the doubt.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::facts::location::Location;
use crate::source::{File, Snapshot};

/// Most findings of a kind.
const MOST: usize = 100;

/// Something that is promised and not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// The command, or the target of the link.
    pub text: String,
    /// What is missing.
    pub missing: String,
    /// Where it is written.
    pub loc: Location,
}

/// Commands of fenced shell blocks that need something which the repository does not have.
pub(super) fn commands(snapshot: &Snapshot, file: &File, text: &str) -> Vec<Promise> {
    let mut found = Vec::new();
    let mut block: Option<bool> = None;
    let mut before = String::new();
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if let Some(info) = trimmed.strip_prefix("```").or_else(|| trimmed.strip_prefix("~~~")) {
            block = match block {
                Some(_) => None,
                None => Some(matches!(info.trim(), "sh" | "bash" | "shell" | "console" | "zsh" | "")),
            };
            continue;
        }
        let command = trimmed.trim_start_matches(['$', '>', ' ']);
        if block == Some(true) && !command.starts_with('#') && found.len() < MOST {
            for part in command.split("&&") {
                if let Some(missing) = missing(snapshot, part.trim(), &before) {
                    found.push(Promise {
                        text: part.trim().chars().take(120).collect(),
                        missing,
                        loc: Location::new(&file.path, index + 1, line.len() - line.trim_start().len() + 1),
                    });
                }
            }
            before.push_str(command);
            before.push('\n');
        }
    }
    found
}

/// What a command needs and the repository lacks.
fn missing(snapshot: &Snapshot, command: &str, before: &str) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let words = match words.as_slice() {
        ["sudo" | "poetry" | "uv" | "pipenv", "run", rest @ ..] => rest,
        ["sudo", rest @ ..] => rest,
        all => all,
    };
    let absent = |path: &str| is_absent(snapshot, path, before).then(|| format!("there is no file `{path}`"));
    match words {
        [] => None,
        ["pip" | "pip3", "install", rest @ ..]
        | ["uv", "pip", "install", rest @ ..]
        | ["python" | "python3", "-m", "pip", "install", rest @ ..] => {
            let at = rest.iter().position(|word| matches!(*word, "-r" | "--requirement"))?;
            absent(rest.get(at + 1)?)
        }
        ["python" | "python3", script, ..] if script.ends_with(".py") => absent(script),
        ["bash" | "sh" | "source" | ".", script, ..] if script.ends_with(".sh") => absent(script),
        [script, ..] if script.starts_with("./") && script.ends_with(".sh") => absent(script),
        ["cp", source, target] if !source.starts_with('-') && !target.starts_with('-') => absent(source),
        ["docker", "compose", rest @ ..] | ["docker-compose", rest @ ..] => compose(snapshot, rest, before),
        ["docker", "build", rest @ ..] | ["docker", "buildx", "build", rest @ ..] => {
            let named = rest
                .iter()
                .position(|word| matches!(*word, "-f" | "--file"))
                .and_then(|at| rest.get(at + 1));
            match named {
                Some(path) => absent(path),
                None if rest.last() == Some(&".")
                    && !has_name(snapshot, &["Dockerfile", "Containerfile", "dockerfile"]) =>
                {
                    Some("there is no Dockerfile".to_owned())
                }
                None => None,
            }
        }
        ["make", target, ..] => make(snapshot, target),
        _ => None,
    }
}

fn compose(snapshot: &Snapshot, words: &[&str], before: &str) -> Option<String> {
    if let Some(at) = words.iter().position(|word| matches!(*word, "-f" | "--file")) {
        let path = words.get(at + 1)?;
        return is_absent(snapshot, path, before).then(|| format!("there is no file `{path}`"));
    }
    let starts = words
        .iter()
        .any(|word| matches!(*word, "up" | "run" | "build" | "exec" | "down"));
    let known = [
        "compose.yaml",
        "compose.yml",
        "docker-compose.yaml",
        "docker-compose.yml",
    ];
    (starts && !has_name(snapshot, &known)).then(|| "there is no compose file".to_owned())
}

/// A target that the Makefile at the root does not have. Variables, patterns and includes make any target possible.
fn make(snapshot: &Snapshot, target: &str) -> Option<String> {
    let plain = !target.is_empty()
        && target
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
        && !target.starts_with('-');
    if !plain {
        return None;
    }
    let makefile = ["GNUmakefile", "makefile", "Makefile"]
        .iter()
        .find_map(|name| snapshot.text(name));
    let Some(text) = makefile else {
        return (!has_name(snapshot, &["Makefile", "makefile", "GNUmakefile"]))
            .then(|| "there is no Makefile".to_owned());
    };
    let mut targets = BTreeSet::new();
    for line in text.content.lines() {
        if line.starts_with("include")
            || line.starts_with("-include")
            || line.starts_with("sinclude")
            || line.starts_with(['%', '$'])
        {
            return None;
        }
        let head = line.split(':').next().unwrap_or_default();
        if !line.starts_with(['\t', ' ', '#']) && line.contains(':') {
            if head.contains(['$', '%']) {
                return None;
            }
            targets.extend(head.split_whitespace());
        }
    }
    let has_file = snapshot.get(target).is_some();
    (!targets.contains(target) && !has_file).then(|| format!("the Makefile has no target `{target}`"))
}

/// True when no file has the path, at the root or in any folder, and no earlier command speaks of it.
fn is_absent(snapshot: &Snapshot, path: &str, before: &str) -> bool {
    let path = path.trim_matches(['"', '\'']);
    let path = path.strip_prefix("./").unwrap_or(path);
    // What stands outside the repository, or for something else, cannot be judged.
    let judged = !path.is_empty()
        && !path.starts_with(['/', '~', '.', '-', '<'])
        && !path.contains(['$', '*', '{', '<', '>', ':', '\\', '['])
        || path.starts_with(".env");
    if !judged || before.contains(path) {
        return false;
    }
    let suffix = format!("/{path}");
    let folder = format!("{}/", path.trim_end_matches('/'));
    !snapshot.files().iter().any(|file| {
        file.path == path
            || file.path.ends_with(&suffix)
            || file.path.starts_with(&folder)
            || file.path.contains(&format!("/{folder}"))
    }) && !snapshot.links().iter().any(|link| link.path == path)
}

fn has_name(snapshot: &Snapshot, names: &[&str]) -> bool {
    snapshot.sources().any(|file| names.contains(&file.name()))
}

/// Relative links and pictures of a Markdown page whose target is not in the repository.
pub(super) fn links(snapshot: &Snapshot, file: &File, text: &str) -> Vec<Promise> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fenced = !fenced;
        }
        if fenced || trimmed.starts_with("    ") {
            continue;
        }
        let mut rest = line;
        while let Some(at) = rest.find("](") {
            let column = line.len() - rest.len() + at + 3;
            rest = &rest[at + 2..];
            let Some(target) = rest.split([')', ' ']).next().filter(|_| rest.contains(')')) else {
                break;
            };
            // An odd number of backticks before it: code that shows a link.
            let in_code = line[..column - 3].matches('`').count() % 2 == 1;
            if in_code || found.len() >= MOST {
                continue;
            }
            let (target, missing) = match with_spaces(rest, target) {
                Some(path) if leads_nowhere(snapshot, file.folder(), target) => {
                    let missing = if leads_nowhere(snapshot, file.folder(), path) {
                        ABSENT
                    } else {
                        "a space ends its address, so `%20` has to stand for it"
                    };
                    (path, Some(missing))
                }
                _ => (target, leads_nowhere(snapshot, file.folder(), target).then_some(ABSENT)),
            };
            if let Some(missing) = missing {
                found.push(Promise {
                    text: target.chars().take(120).collect(),
                    missing: missing.to_owned(),
                    loc: Location::new(&file.path, index + 1, column),
                });
            }
        }
    }
    found
}

const ABSENT: &str = "there is no such file in the repository";

/// The whole path of a link that was written with spaces; what follows a path may also be a title in quotes.
fn with_spaces<'t>(rest: &'t str, target: &str) -> Option<&'t str> {
    let after = rest.get(target.len()..)?.strip_prefix(' ')?;
    let titled = target.starts_with('<') || after.trim_start().starts_with(['"', '\'', '(']);
    rest.split(')')
        .next()
        .map(str::trim_end)
        .filter(|path| !titled && path.len() > target.len())
}

fn leads_nowhere(snapshot: &Snapshot, folder: &str, target: &str) -> bool {
    let target = target.trim_matches(['<', '>']);
    let path = target.split(['#', '?']).next().unwrap_or_default();
    let elsewhere = path.is_empty()
        || path.contains(':')
        || path.starts_with("//")
        || path.contains(['{', '$', '<', '\\', '"', '(']);
    if elsewhere {
        return false;
    }
    let decoded = path.replace("%20", " ");
    if decoded.contains('%') {
        return false;
    }
    let mut parts: Vec<&str> = if decoded.starts_with('/') || folder.is_empty() {
        Vec::new()
    } else {
        folder.split('/').collect()
    };
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            // `../../issues` leads to pages of the host, not to files.
            ".." if parts.is_empty() => return false,
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let path = parts.join("/");
    let folder = format!("{path}/");
    path.chars().next().is_some()
        && snapshot.get(&path).is_none()
        && !snapshot.files().iter().any(|file| file.path.starts_with(&folder))
        && !snapshot
            .links()
            .iter()
            .any(|link| path == link.path || path.starts_with(&format!("{}/", link.path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promises(readme: &str, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let all: Vec<(&str, &str)> = files.iter().copied().chain([("README.md", readme)]).collect();
        let snapshot = Snapshot::from_files("project", all);
        let file = snapshot.get("README.md").unwrap();
        let texts = |promises: Vec<Promise>| {
            promises
                .into_iter()
                .map(|promise| format!("{}: {}", promise.loc.line, promise.missing))
                .collect()
        };
        (
            texts(commands(&snapshot, file, readme)),
            texts(links(&snapshot, file, readme)),
        )
    }

    #[test]
    fn commands_on_what_is_not_there() {
        let readme = "```sh\npip install -r requirements.txt && python app.py\nmake test\ndocker compose up\n./run.sh\ncp .env.example .env\ndocker build .\n```\n";
        let (found, _) = promises(readme, &[("Makefile", "all:\n\techo\n")]);
        assert_eq!(
            found,
            [
                "2: there is no file `requirements.txt`",
                "2: there is no file `app.py`",
                "3: the Makefile has no target `test`",
                "4: there is no compose file",
                "5: there is no file `./run.sh`",
                "6: there is no file `.env.example`",
                "7: there is no Dockerfile",
            ]
        );
    }

    #[test]
    fn what_is_there_or_made_or_elsewhere_is_no_promise() {
        let readme = "```sh\ngit clone URL && cd project\n$ pip install -r requirements.txt\ncd backend\npython main.py --port 80\nmake lint\ncurl -o data.py URL\npython data.py\nsource .venv/bin/activate\n\
                      python $SCRIPT.py\ncp -r a b\ndocker compose -f compose.yaml up\n```\n\n```python\npython missing.py\n```\n\n    python other.py\n";
        let files = [
            ("requirements.txt", ""),
            ("backend/main.py", ""),
            ("Makefile", "test lint: setup\n\techo\n"),
            ("compose.yaml", ""),
        ];
        assert_eq!(promises(readme, &files).0, Vec::<String>::new());
        let included = [("Makefile", "include common.mk\n")];
        assert_eq!(promises("```\nmake anything\n```\n", &included).0, Vec::<String>::new());
    }

    #[test]
    fn links_that_lead_nowhere() {
        let readme = "[a](docs/missing.md) ![p](img/p.png)\n[b](docs/guide.md#top) [c](docs) [d](#here) [e](mailto:x) [f](../../issues) [g](/docs/guide.md)\n`[h](nowhere.md)`\n\
                      ```\n[i](nowhere.md)\n```\n[j](<docs/my%20page.md>)\n";
        let (_, found) = promises(readme, &[("docs/guide.md", ""), ("docs/my page.md", "")]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|line| line.starts_with("1: ")));
    }
    #[test]
    fn a_path_with_spaces_is_told_whole() {
        let readme =
            "![p](img/a b.png)\n![p](img/c d.png)\n[t](docs/guide.md \"A title\")\n[u](https://example.com/a b)\n";
        let (_, found) = promises(readme, &[("img/a b.png", ""), ("docs/guide.md", "")]);
        assert_eq!(
            found,
            [
                "1: a space ends its address, so `%20` has to stand for it",
                "2: there is no such file in the repository"
            ]
        );
    }
}
