//! Requirements in `pyproject.toml` and `Pipfile`.

use toml_edit::{Document, Item, TableLike};

use super::entry;
use super::model::{Entry, Group, PythonRequirement, RequirementsFacts, RequirementsFile, Trouble};
use crate::facts::location::{Lines, Location};
use crate::source::{Encoding, File};

const FILE_BYTES: usize = 1 << 20;

struct Toml<'a> {
    path: &'a str,
    lines: Lines<'a>,
    facts: &'a mut RequirementsFacts,
}

/// Reads `[project]`, `[dependency-groups]` and `[tool.poetry]`.
pub(super) fn read(file: &File, facts: &mut RequirementsFacts) {
    with_document(file, "pyproject", facts, |toml, document| {
        let root = document.as_table();
        if let Some(project) = root.get("project").and_then(Item::as_table_like) {
            if let Some(item) = project.get("requires-python")
                && let Some(specifier) = item.as_str()
            {
                let loc = toml.locate(item);
                toml.facts.python.push(PythonRequirement {
                    specifier: specifier.to_owned(),
                    loc,
                });
            }
            toml.list(project.get("dependencies"), Group::Runtime, None);
            for (name, items) in tables(project.get("optional-dependencies")) {
                toml.list(Some(items), group_of(name), Some(name));
            }
        }
        for (name, items) in tables(root.get("dependency-groups")) {
            toml.list(Some(items), Group::Dev, Some(name));
        }
        let poetry = root.get("tool").and_then(|tool| tool.get("poetry"));
        toml.table(
            poetry.and_then(|poetry| poetry.get("dependencies")),
            Group::Runtime,
            None,
        );
        toml.table(
            poetry.and_then(|poetry| poetry.get("dev-dependencies")),
            Group::Dev,
            Some("dev"),
        );
        for (name, group) in tables(poetry.and_then(|poetry| poetry.get("group"))) {
            toml.table(group.get("dependencies"), group_of(name), Some(name));
        }
    });
}

/// Reads `[packages]` and `[dev-packages]`.
pub(super) fn read_pipfile(file: &File, facts: &mut RequirementsFacts) {
    with_document(file, "pipfile", facts, |toml, document| {
        toml.table(document.as_table().get("packages"), Group::Runtime, None);
        toml.table(document.as_table().get("dev-packages"), Group::Dev, Some("dev"));
        let requires = document.as_table().get("requires").and_then(Item::as_table_like);
        let version =
            requires.and_then(|requires| requires.get("python_full_version").or(requires.get("python_version")));
        if let Some(item) = version
            && let Some(specifier) = item.as_str()
        {
            let loc = toml.locate(item);
            toml.facts.python.push(PythonRequirement {
                specifier: specifier.to_owned(),
                loc,
            });
        }
    });
}

fn with_document(
    file: &File,
    kind: &'static str,
    facts: &mut RequirementsFacts,
    read: impl FnOnce(&mut Toml<'_>, &Document<&str>),
) {
    let Some(text) = file.text().filter(|text| text.content.len() <= FILE_BYTES) else {
        return;
    };
    let content = text.content.as_ref();
    let start = facts.entries.len();
    let mut toml = Toml {
        path: &file.path,
        lines: Lines::new(content),
        facts,
    };
    match Document::parse(content) {
        Ok(document) => read(&mut toml, &document),
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            let loc = toml.lines.locate(&file.path, offset);
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            toml.facts.errors.push(Trouble {
                message,
                text: String::new(),
                loc,
            });
        }
    }
    let entries = facts.entries.len() - start;
    // a pyproject.toml that only configures tools declares nothing
    if entries > 0 || (kind == "pyproject" && content.contains("[project]")) {
        facts.files.push(RequirementsFile {
            path: file.path.clone(),
            kind,
            group: Group::Runtime,
            encoding: if text.lossy { Encoding::Utf8 } else { text.encoding },
            lossy: text.lossy,
            compiled: false,
            entries,
            loc: Location::start(&file.path),
        });
    }
}

fn tables(item: Option<&Item>) -> impl Iterator<Item = (&str, &Item)> {
    item.and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter)
}

/// What a group or an extra of this name is for.
pub(super) fn group_of(name: &str) -> Group {
    let dev = [
        "dev", "test", "tests", "testing", "lint", "linting", "typing", "docs", "doc", "ci", "develop", "quality",
    ];
    let lower = name.to_lowercase();
    if dev.iter().any(|word| lower.split(['-', '_']).any(|part| part == *word)) {
        Group::Dev
    } else {
        Group::Runtime
    }
}

impl Toml<'_> {
    fn locate(&self, item: &Item) -> Location {
        self.lines.locate(self.path, item.span().map_or(0, |span| span.start))
    }

    /// A list of requirements as text.
    fn list(&mut self, item: Option<&Item>, group: Group, section: Option<&str>) {
        for value in item.and_then(Item::as_array).into_iter().flatten().take(2_000) {
            let loc = self.lines.locate(self.path, value.span().map_or(0, |span| span.start));
            // `{include-group = "…"}` is another list's business
            let Some(text) = value.as_str() else { continue };
            match entry::read(text) {
                Ok(found) => self.push(found, group, section, loc),
                Err(message) => {
                    self.facts.misspelt.extend(entry::named(text).map(|name| Entry {
                        name,
                        group,
                        direct: true,
                        ..Entry::default()
                    }));
                    let text: String = text.chars().take(120).collect();
                    self.facts.errors.push(Trouble { message, text, loc });
                }
            }
        }
    }

    /// Poetry's and Pipenv's tables: `name = "^1.2"` or `name = {version = "…", extras = […], git = "…"}`.
    fn table(&mut self, item: Option<&Item>, group: Group, section: Option<&str>) {
        for (name, value) in tables(item).take(2_000) {
            let loc = self.locate(value);
            let text = value
                .as_str()
                .or_else(|| value.get("version").and_then(Item::as_str))
                .unwrap_or_default();
            if name == "python" {
                self.facts.python.push(PythonRequirement {
                    specifier: text.to_owned(),
                    loc,
                });
                continue;
            }
            let address = ["git", "url", "path"]
                .iter()
                .find_map(|key| value.get(*key).and_then(Item::as_str));
            let exact = text.starts_with("==") || text.starts_with(|c: char| c.is_ascii_digit());
            let mut found = address.map_or_else(Entry::default, entry::by_address);
            found.name = super::names::normalise(name);
            found.raw = format!("{name} = {text}");
            found.pinned |= exact && !text.contains(['*', ',']);
            text.trim_start_matches('*').clone_into(&mut found.specifier);
            self.push(found, group, section, loc);
        }
    }

    fn push(&mut self, found: Entry, group: Group, section: Option<&str>, loc: Location) {
        self.facts.entries.push(Entry {
            file: self.path.to_owned(),
            section: section.map(str::to_owned),
            group,
            direct: true,
            loc,
            ..found
        });
    }
}
