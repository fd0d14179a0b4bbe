//! The `docs` fact: what the repository says about itself.

mod promises;

use super::location::Location;
use crate::source::{File, Snapshot};

pub use promises::Promise;

/// What the repository says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct DocsFacts {
    /// The README at the root, if there is one.
    pub readme: Option<Readme>,
    /// All files of documentation.
    pub files: Vec<String>,
    /// Places that were left to be written.
    pub placeholders: Vec<Placeholder>,
    /// The file that says why things are as they are: DECISIONS.md, docs/decisions.md or architecture decision records.
    pub decisions: Option<String>,
    /// The licence file.
    pub license: Option<String>,
    /// The first file that says how to go back to the version before.
    pub rollback: Option<String>,
    /// The example of the settings: `.env.example` and the like.
    pub env_example: Option<String>,
    /// Commands of the README that need something which is not in the repository.
    pub missing_commands: Vec<Promise>,
    /// Relative links and pictures of the Markdown pages whose target is not in the repository.
    pub dead_links: Vec<Promise>,
}

/// The README.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Readme {
    /// Its path.
    pub path: String,
    /// How many words it has.
    pub words: usize,
    /// How many lines.
    pub lines: usize,
    /// Its headings.
    pub headings: Vec<Heading>,
    /// Commands in code blocks and indented blocks.
    pub commands: Vec<String>,
    /// Whether it shows how to run the project: at least one command that starts or installs something.
    pub has_run_commands: bool,
    /// Its first line.
    pub loc: Location,
}

/// One heading.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Heading {
    /// Its depth, from 1.
    pub level: usize,
    /// Its text.
    pub text: String,
    /// Where it is.
    pub loc: Location,
}

/// A place that was left to be written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Placeholder {
    /// The line, at most 120 characters.
    pub text: String,
    /// Where it is.
    pub loc: Location,
}

const TEXT_BYTES: usize = 1 << 20;
const MANY: usize = 500;

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> DocsFacts {
    let mut facts = DocsFacts::default();
    let readmes = snapshot
        .sources()
        .filter(|file| file.folder().is_empty() && is_readme(file.name()));
    let file = readmes.min_by_key(|file| file.extension() != "md");
    facts.readme = file.and_then(readme);
    if let Some((file, text)) = file.and_then(|file| Some((file, file.text()?))) {
        facts.missing_commands = promises::commands(snapshot, file, cut(&text.content));
    }
    // Pages of a site generator link to what it makes of them.
    let generated = [
        "mkdocs.yml",
        "_config.yml",
        "book.toml",
        "docs/conf.py",
        "docs/source/conf.py",
    ]
    .iter()
    .any(|name| snapshot.get(name).is_some())
        || snapshot
            .sources()
            .any(|file| file.name().starts_with("docusaurus.config."));
    for file in snapshot.sources() {
        let lower = file.path.to_lowercase();
        if is_documentation(&lower) {
            facts.files.push(file.path.clone());
            placeholders(file, &mut facts.placeholders);
            let judged = lower.ends_with(".md") && (!generated || !lower.contains('/') || is_readme(file.name()));
            if let Some(text) = file.text().filter(|_| judged && facts.dead_links.len() < MANY) {
                facts
                    .dead_links
                    .extend(promises::links(snapshot, file, cut(&text.content)));
            }
            if facts.rollback.is_none() && speaks_of_rollback(file) {
                facts.rollback = Some(file.path.clone());
            }
        }
        let name = lower.rsplit('/').next().unwrap_or_default();
        let adr = ["docs/adr/", "docs/adrs/", "adr/", "docs/decisions/", "doc/adr/"];
        if facts.decisions.is_none()
            && (name.starts_with("decisions.") || adr.iter().any(|folder| lower.starts_with(folder)))
        {
            facts.decisions = Some(file.path.clone());
        }
        let license = ["license", "licence", "copying", "unlicense"]
            .iter()
            .any(|word| name.starts_with(word));
        if facts.license.is_none() && !lower.contains('/') && license {
            facts.license = Some(file.path.clone());
        }
        let example = name.contains("env") && ["example", "sample", "template"].iter().any(|word| name.contains(word));
        if facts.env_example.is_none() && example {
            facts.env_example = Some(file.path.clone());
        }
    }
    facts
}

fn speaks_of_rollback(file: &File) -> bool {
    let text = file.text().map(|text| text.content.to_lowercase()).unwrap_or_default();
    text.len() <= TEXT_BYTES
        && ["rollback", "roll back", "rolling back"]
            .iter()
            .any(|word| text.contains(word))
}

fn is_readme(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower == "readme" || lower.starts_with("readme.")
}

fn is_documentation(lower: &str) -> bool {
    let name = lower.rsplit('/').next().unwrap_or_default();
    let prose = [".md", ".rst", ".adoc", ".txt"]
        .iter()
        .any(|ending| name.ends_with(ending));
    let in_docs = lower.starts_with("docs/") || lower.starts_with("doc/");
    prose && ((!lower.contains('/') && (name.ends_with(".md") || name.ends_with(".rst"))) || in_docs || is_readme(name))
        || is_readme(name)
}

fn readme(file: &File) -> Option<Readme> {
    let text = file.text()?;
    let content = cut(&text.content);
    let mut readme = Readme {
        path: file.path.clone(),
        words: content.split_whitespace().count(),
        lines: content.lines().count(),
        headings: Vec::new(),
        commands: Vec::new(),
        has_run_commands: false,
        loc: Location::start(&file.path),
    };
    let mut fenced = false;
    let mut previous = "";
    for (index, line) in content.lines().enumerate() {
        let trimmed = line.trim_start();
        let loc = Location::new(&file.path, index + 1, 1);
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fenced = !fenced;
        } else if fenced || line.starts_with("    ") || line.starts_with('\t') {
            let command = trimmed.trim_start_matches("$ ").trim_end();
            if !command.is_empty() && !command.starts_with('#') && readme.commands.len() < MANY {
                readme.commands.push(command.to_owned());
            }
        } else if let Some(heading) = heading(trimmed, previous).filter(|_| readme.headings.len() < MANY) {
            readme.headings.push(Heading {
                level: heading.0,
                text: heading.1.to_owned(),
                loc,
            });
        }
        previous = trimmed;
    }
    let inline = content.split('`').skip(1).step_by(2);
    readme.has_run_commands = readme
        .commands
        .iter()
        .map(String::as_str)
        .chain(inline)
        .any(is_run_command);
    Some(readme)
}

/// A heading in Markdown's or reStructuredText's way.
fn heading<'a>(line: &'a str, previous: &'a str) -> Option<(usize, &'a str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&level) {
        let text = line.get(level..)?.trim().trim_end_matches('#').trim_end();
        return (!text.is_empty()).then_some((level, text));
    }
    let ruled = line.len() >= 3 && (line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-'));
    (ruled && !previous.is_empty()).then_some((if line.starts_with('=') { 1 } else { 2 }, previous))
}

fn is_run_command(command: &str) -> bool {
    const STARTERS: [&str; 50] = [
        "docker",
        "docker-compose",
        "podman",
        "make",
        "python",
        "python3",
        "uvicorn",
        "gunicorn",
        "uv",
        "poetry",
        "pipenv",
        "flask",
        "fastapi",
        "pip",
        "pip3",
        "just",
        "task",
        "pytest",
        "tox",
        "nox",
        "pdm",
        "hatch",
        "airflow",
        "bash",
        "cdk",
        "celery",
        "chainlit",
        "conda",
        "dagster",
        "dapr",
        "django-admin",
        "dvc",
        "gradio",
        "granian",
        "helm",
        "hypercorn",
        "jupyter",
        "kedro",
        "kubectl",
        "mlflow",
        "npm",
        "npx",
        "prefect",
        "py",
        "sam",
        "serverless",
        "sh",
        "sls",
        "streamlit",
        "uvx",
    ];
    let first = command.split_whitespace().next().unwrap_or_default();
    let program = first.rsplit('/').next().unwrap_or_default();
    let arguments = command.split_whitespace().count() > 1;
    let script = ["./", "scripts/", "script/", "bin/"]
        .iter()
        .any(|folder| first.len() > folder.len() && first.starts_with(folder));
    (arguments && STARTERS.contains(&program)) || script
}

fn placeholders(file: &File, found: &mut Vec<Placeholder>) {
    let Some(text) = file.text() else { return };
    let mut fenced = false;
    for (index, line) in cut(&text.content).lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            fenced = !fenced;
        }
        if fenced || found.len() >= MANY {
            continue;
        }
        if let Some(offset) = placeholder(trimmed) {
            let column = line.len() - line.trim_start().len() + offset + 1;
            let text: String = trimmed.chars().take(120).collect();
            found.push(Placeholder {
                text,
                loc: Location::new(&file.path, index + 1, column),
            });
        }
    }
}

/// Where a line says that it is still to be written.
fn placeholder(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    if let Some(offset) = lower
        .find("_write this yourself")
        .or_else(|| lower.find("lorem ipsum dolor"))
    {
        return Some(offset);
    }
    // a `TODO` that stands for text, not the word in a sentence about a to-do application
    let marked = line.trim_start_matches(['-', '*', '>', '#', '(', '[', '<', '_', ' ']);
    let is_marker = |word: &str| {
        marked
            .strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '(', ']', '>', '_', '*']))
    };
    (is_marker("TODO") || is_marker("FIXME") || is_marker("TBD")).then(|| line.len() - marked.len())
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readme_and_what_is_left_to_write() {
        let readme = "Title\n=====\n\n## Run\n\n```sh\n$ docker compose up\n# TODO: not this one\n```\n\nTODO: explain\n\n\
            A TODO application.\n_Write this yourself:_ why?\n";
        let facts = collect(&Snapshot::from_files(
            "x",
            [
                ("README.md", readme),
                ("docs/adr/0001.md", "# One\n"),
                ("LICENSE", ""),
                (".env.sample", ""),
                ("app/todo.py", "# TODO\n"),
                ("requirements.txt", "todo==1\n"),
            ],
        ));
        let readme = facts.readme.unwrap();
        let headings: Vec<(usize, &str, usize)> = readme
            .headings
            .iter()
            .map(|heading| (heading.level, heading.text.as_str(), heading.loc.line))
            .collect();
        assert_eq!(headings, [(1, "Title", 2), (2, "Run", 4)]);
        assert!(readme.has_run_commands);
        assert_eq!(readme.commands, ["docker compose up"]);
        assert_eq!(
            facts
                .placeholders
                .iter()
                .map(|found| found.loc.line)
                .collect::<Vec<_>>(),
            [11, 14]
        );
        assert_eq!(facts.decisions.as_deref(), Some("docs/adr/0001.md"));
        assert_eq!(
            (facts.license.as_deref(), facts.env_example.as_deref()),
            (Some("LICENSE"), Some(".env.sample"))
        );
        assert_eq!(facts.files, ["README.md", "docs/adr/0001.md"]);
    }

    #[test]
    fn pages_of_a_site_generator_are_not_asked_for_their_links() {
        let files = |generator: &'static str| [("README.md", "[a](gone.md)"), ("docs/a.md", "[b](b)"), (generator, "")];
        assert_eq!(
            collect(&Snapshot::from_files("x", files("other.yml"))).dead_links.len(),
            2
        );
        assert_eq!(
            collect(&Snapshot::from_files("x", files("mkdocs.yml")))
                .dead_links
                .len(),
            1
        );
    }

    #[test]
    fn nothing_is_written() {
        assert_eq!(
            collect(&Snapshot::from_files("x", [("app.py", "")])),
            DocsFacts::default()
        );
    }

    #[test]
    fn programs_that_start_a_project() {
        for command in [
            "chainlit run app.py",
            "streamlit run app.py",
            "cdk deploy",
            "bash scripts/start.sh",
            "scripts/run",
        ] {
            assert!(is_run_command(command), "{command}");
        }
        for command in ["chainlit", "cd app", "export KEY=1"] {
            assert!(!is_run_command(command), "{command}");
        }
    }

    #[test]
    fn a_sentence_about_filler_text_is_no_placeholder() {
        assert!(placeholder("Lorem ipsum dolor sit amet").is_some());
        assert!(placeholder("The texts of the demo are lorem ipsum.").is_none());
    }
}
