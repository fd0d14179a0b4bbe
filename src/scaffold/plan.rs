//! The plan: a template and answers become files. Pure: it reads nothing and writes nothing.
//!
//! The same template and the same answers always give the same bytes. Every path of a plan is safe on every system:
//! relative, portable ASCII, without two names that differ in case alone.

use std::borrow::Cow;
use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;

use super::answers::{Answers, hexadecimal};
use super::error::Error;
use super::manifest::{Template, Theme};
use super::names;
use super::render::{Renderer, typed};
use super::tree::Tree;

/// One file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFile {
    /// Its path inside the project, with `/` between the segments.
    pub path: String,
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// True for a file that begins with `#!`.
    pub executable: bool,
}

impl PlannedFile {
    /// The SHA-256 of the content, in hexadecimal.
    pub fn sha256(&self) -> String {
        hexadecimal(&self.bytes)
    }
}

/// Everything that a project will hold.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The template's kind.
    pub template: String,
    /// The template's version.
    pub version: u32,
    /// The theme's name.
    pub theme: String,
    /// The theme's title.
    pub title: String,
    /// Which variant of the template this is.
    pub variant: String,
    /// The digest of the answers.
    pub digest: String,
    /// The answers.
    pub answers: Answers,
    /// The files, sorted by path.
    pub files: Vec<PlannedFile>,
}

/// Plans a project.
pub fn plan(template: &Template, answers: &Answers) -> Result<Plan, Error> {
    let theme = theme(template, answers)?;
    let renderer = renderer()?;
    let context = Value::from(variables(template, theme, answers));
    let mut files: BTreeMap<String, PlannedFile> = BTreeMap::new();
    for (layer, tree) in [("files", &template.files), ("theme", &theme.files)] {
        let mut own: BTreeMap<String, PlannedFile> = BTreeMap::new();
        for (source, path, rendered) in outputs(tree, &theme.package) {
            if !wanted(template, &renderer, &path, &context)? {
                continue;
            }
            let content = &tree[source];
            let bytes = if rendered {
                Cow::Owned(render(&renderer, source, content, &context)?.into_bytes())
            } else {
                content.clone()
            };
            let file = PlannedFile {
                executable: bytes.starts_with(b"#!"),
                path: path.clone(),
                bytes,
            };
            if own.insert(path.clone(), file).is_some() {
                return Err(broken(template, vec![format!("two files of {layer} become {path}")]));
            }
        }
        files.extend(own);
    }
    let problems = unsafe_paths(files.keys().map(String::as_str));
    if !problems.is_empty() {
        return Err(broken(template, problems));
    }
    Ok(Plan {
        template: template.kind.clone(),
        version: template.version,
        theme: theme.name.clone(),
        title: theme.title.clone(),
        variant: answers.variant(template),
        digest: answers.digest(),
        answers: answers.clone(),
        files: files.into_values().collect(),
    })
}

/// What to do with the new project. `directory` is ready to be pasted into a shell; it is no variable of files, so that
/// the same answers give the same bytes in every folder.
pub fn next_steps(template: &Template, answers: &Answers, directory: &str) -> Result<String, Error> {
    let mut variables = variables(template, theme(template, answers)?, answers);
    variables.insert("directory".to_owned(), directory.into());
    renderer()?.render("next_steps", &template.next_steps, &Value::from(variables))
}

/// The theme that was answered.
fn theme<'t>(template: &'t Template, answers: &Answers) -> Result<&'t Theme, Error> {
    let name = answers.get("theme");
    template
        .themes
        .get(name)
        .ok_or_else(|| broken(template, vec![format!("there is no theme `{name}`")]))
}

fn renderer() -> Result<Renderer, Error> {
    Renderer::new().map_err(|source| Error::Render {
        path: "syntax".to_owned(),
        source: Box::new(source),
    })
}

fn broken(template: &Template, problems: Vec<String>) -> Error {
    Error::Template {
        name: template.kind.clone(),
        problems,
    }
}

/// Where each file of a layer goes, and whether it is rendered.
fn outputs<'t>(tree: &'t Tree, package: &str) -> impl Iterator<Item = (&'t str, String, bool)> {
    tree.keys().map(move |source| {
        let (path, rendered) = match source.strip_suffix(".tmpl") {
            Some(path) => (path, true),
            None => (source.as_str(), false),
        };
        let segments: Vec<&str> = path
            .split('/')
            .map(|segment| if segment == "__package__" { package } else { segment })
            .collect();
        (source.as_str(), segments.join("/"), rendered)
    })
}

/// True when every condition about a path holds.
fn wanted(template: &Template, renderer: &Renderer, path: &str, context: &Value) -> Result<bool, Error> {
    for condition in template.conditions.iter().filter(|condition| condition.concerns(path)) {
        if !renderer.holds("template.yaml", &condition.when, context)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn render(renderer: &Renderer, source: &str, content: &[u8], context: &Value) -> Result<String, Error> {
    let text = std::str::from_utf8(content).map_err(|error| Error::Render {
        path: source.to_owned(),
        source: Box::new(minijinja::Error::new(
            minijinja::ErrorKind::BadSerialization,
            format!("it is not UTF-8: {error}"),
        )),
    })?;
    renderer.render(source, text, context)
}

/// The variables of `docs/templates.md`.
fn variables(template: &Template, theme: &Theme, answers: &Answers) -> BTreeMap<String, Value> {
    let mut variables = BTreeMap::new();
    for (key, value) in &theme.variables {
        variables.insert(key.clone(), Value::from(Serde(value)));
    }
    let free = |key: &str| {
        matches!(key, "author" | "email")
            || template
                .questions
                .iter()
                .any(|question| question.key == key && question.choices.is_empty())
    };
    for (key, value) in answers.values() {
        let value = if free(key) {
            typed(value)
        } else {
            Value::from(value.as_str())
        };
        variables.insert(key.clone(), value);
    }
    variables.insert("title".to_owned(), theme.title.as_str().into());
    variables.insert("package".to_owned(), theme.package.as_str().into());
    variables.insert("template_version".to_owned(), template.version.into());
    variables.insert("answers".to_owned(), answers.digest().into());
    variables.insert("variant".to_owned(), answers.variant(template).into());
    variables
}

/// Everything that makes paths unsafe or unportable.
pub fn unsafe_paths<'p>(paths: impl IntoIterator<Item = &'p str>) -> Vec<String> {
    let mut problems = Vec::new();
    // every folder and file by its name in lower case
    let mut seen: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for path in paths {
        for segment in path.split('/') {
            if let Some(why) = unsafe_segment(segment) {
                problems.push(format!("{path}: {why}"));
            }
        }
        for (at, _) in path.match_indices('/').chain([(path.len(), "")]) {
            let (prefix, is_file) = (&path[..at], at == path.len());
            match seen.get(&prefix.to_ascii_lowercase()) {
                Some((other, _)) if other != prefix => {
                    problems.push(format!("{prefix} and {other} differ in case alone"));
                }
                Some((_, other_is_file)) if is_file || *other_is_file => {
                    problems.push(format!("{prefix} is there twice, or a file and a folder"));
                }
                Some(_) => {}
                None => {
                    seen.insert(prefix.to_ascii_lowercase(), (prefix.to_owned(), is_file));
                }
            }
        }
    }
    problems
}

/// Says why a segment cannot be a file's or a folder's name.
fn unsafe_segment(segment: &str) -> Option<&'static str> {
    let portable = |character: char| character.is_ascii_alphanumeric() || "._-+@ ".contains(character);
    if segment.is_empty() || segment == "." || segment == ".." {
        Some("a segment is empty, `.` or `..`")
    } else if !segment.chars().all(portable) || segment.ends_with(['.', ' ']) || segment.starts_with(' ') {
        Some("a segment holds a character that not every system allows")
    } else if segment.eq_ignore_ascii_case(".git") || segment.to_ascii_lowercase().starts_with("git~") {
        Some("a segment is git's own folder")
    } else if names::windows_reserved(segment) {
        Some("a segment is reserved on Windows")
    } else {
        None
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
