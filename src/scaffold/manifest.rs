//! What a template says about itself. `template.yaml` and `theme.yaml` are read into raw structs and then validated into
//! [`Template`] and [`Theme`]; validation reports every problem at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;

use super::error::Error;
use super::names;
use super::tree::{self, Tree};

/// Names that rendering itself gives to a template; themes and questions may not take them.
pub const RESERVED: [&str; 13] = [
    "name",
    "title",
    "author",
    "email",
    "theme",
    "python",
    "ci",
    "package",
    "year",
    "template_version",
    "answers",
    "variant",
    "directory",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTemplate {
    kind: String,
    version: u32,
    summary: String,
    default_theme: String,
    python: Vec<String>,
    #[serde(default)]
    questions: Vec<RawQuestion>,
    #[serde(default)]
    files: Vec<RawCondition>,
    #[serde(default)]
    next_steps: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuestion {
    key: String,
    ask: String,
    default: String,
    #[serde(default)]
    choices: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    path: String,
    when: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTheme {
    title: String,
    summary: String,
    package: String,
    #[serde(default)]
    variables: BTreeMap<String, serde_yaml::Value>,
}

/// A template that follows the rules.
#[derive(Debug)]
pub struct Template {
    /// Its kind, which is also its folder's name.
    pub kind: String,
    /// Its version; part of the variant.
    pub version: u32,
    /// One line that says what it makes.
    pub summary: String,
    /// The theme that is taken when none is asked for.
    pub default_theme: String,
    /// The Python versions that it supports, the default first.
    pub python: Vec<String>,
    /// What it asks beyond the questions of every template.
    pub questions: Vec<TemplateQuestion>,
    /// Which files are left out when.
    pub conditions: Vec<Condition>,
    /// What to do with the new project, a template.
    pub next_steps: String,
    /// Its themes by name.
    pub themes: BTreeMap<String, Theme>,
    /// The files of every theme, by their path below `files/`.
    pub files: Tree,
}

/// A question that only this template asks.
#[derive(Debug, Clone)]
pub struct TemplateQuestion {
    /// The variable.
    pub key: String,
    /// What a person reads.
    pub ask: String,
    /// The answer when none is given.
    pub default: String,
    /// The allowed answers; empty for any text.
    pub choices: Vec<String>,
}

/// Files that are there only when an expression holds.
#[derive(Debug)]
pub struct Condition {
    /// The glob as written.
    pub pattern: String,
    /// The expression over the answers.
    pub when: String,
    matcher: GlobMatcher,
}

impl Condition {
    /// True when the condition is about this path.
    pub fn concerns(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }
}

/// The domain that a project is about.
#[derive(Debug)]
pub struct Theme {
    /// Its folder's name.
    pub name: String,
    /// What a person calls it.
    pub title: String,
    /// One sentence about it.
    pub summary: String,
    /// The name of the Python package.
    pub package: String,
    /// What its files use.
    pub variables: BTreeMap<String, serde_yaml::Value>,
    /// The files laid over the template's own, by their path below the theme's `files/`.
    pub files: Tree,
}

impl Template {
    /// Loads a template that is inside this binary.
    pub fn embedded(kind: &str) -> Result<Self, Error> {
        match tree::embedded(kind) {
            Some(tree) => Self::load(kind, tree),
            None => Err(Error::UnknownTemplate {
                name: kind.to_owned(),
                known: tree::embedded_kinds(),
            }),
        }
    }

    /// Loads the template in a folder; the folder's name is its kind.
    pub fn from_folder(root: &Path) -> Result<Self, Error> {
        let kind = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self::load(&kind, tree::folder(root)?)
    }

    /// Validates a template's files.
    pub fn load(kind: &str, mut tree: Tree) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let raw: Option<RawTemplate> = read(&mut tree, "template.yaml", &mut problems);
        let mut files = Tree::new();
        let mut themes: BTreeMap<String, Tree> = BTreeMap::new();
        for (path, bytes) in tree {
            if let Some(inner) = path.strip_prefix("files/") {
                files.insert(inner.to_owned(), bytes);
            } else if let Some((theme, inner)) = path.strip_prefix("themes/").and_then(|rest| rest.split_once('/')) {
                themes
                    .entry(theme.to_owned())
                    .or_default()
                    .insert(inner.to_owned(), bytes);
            } else {
                problems.push(format!(
                    "{path}: belongs to nothing; files are in files/ or themes/<theme>/files/"
                ));
            }
        }
        let themes: BTreeMap<String, Theme> = themes
            .into_iter()
            .filter_map(|(name, tree)| Some((name.clone(), theme(name, tree, &mut problems)?)))
            .collect();
        let template = raw.and_then(|raw| raw.validate(kind, themes, files, &mut problems));
        match template {
            Some(template) if problems.is_empty() => Ok(template),
            _ => Err(Error::Template {
                name: kind.to_owned(),
                problems,
            }),
        }
    }
}

impl RawTemplate {
    fn validate(
        self,
        kind: &str,
        themes: BTreeMap<String, Theme>,
        files: Tree,
        problems: &mut Vec<String>,
    ) -> Option<Template> {
        let mut wrong = |problem: String| problems.push(format!("template.yaml: {problem}"));
        if self.kind != kind {
            wrong(format!("kind is `{}`, but the folder is `{kind}`", self.kind));
        }
        if self.version == 0 {
            wrong("version must be 1 or more".to_owned());
        }
        if let Err(why) = names::text(&self.summary) {
            wrong(format!("summary: {why}"));
        }
        if !themes.contains_key(&self.default_theme) {
            wrong(format!(
                "default_theme `{}` is no folder in themes/",
                self.default_theme
            ));
        }
        if self.python.is_empty() {
            wrong("python names no version".to_owned());
        }
        for version in &self.python {
            let numbers: Vec<&str> = version.split('.').collect();
            if numbers.len() != 2 || !numbers.iter().all(|number| number.parse::<u8>().is_ok()) {
                wrong(format!("python version `{version}` is not of the form 3.13"));
            }
        }
        let mut keys = BTreeSet::new();
        for question in &self.questions {
            if !variable(&question.key) || RESERVED.contains(&question.key.as_str()) || !keys.insert(&question.key) {
                wrong(format!(
                    "question `{}`: the key is reserved, given twice or no variable",
                    question.key
                ));
            }
            if !question.choices.is_empty() && !question.choices.contains(&question.default) {
                wrong(format!(
                    "question `{}`: the default is none of the choices",
                    question.key
                ));
            }
        }
        for theme in themes.values() {
            for key in theme.variables.keys().filter(|key| keys.contains(key)) {
                wrong(format!("question `{key}` is a variable of theme `{}`", theme.name));
            }
        }
        let mut conditions = Vec::new();
        for condition in self.files {
            match GlobBuilder::new(&condition.path).literal_separator(true).build() {
                Ok(glob) => conditions.push(Condition {
                    matcher: glob.compile_matcher(),
                    pattern: condition.path,
                    when: condition.when,
                }),
                Err(error) => wrong(format!("files: `{}` is no glob: {}", condition.path, error.kind())),
            }
        }
        Some(Template {
            kind: self.kind,
            version: self.version,
            summary: self.summary,
            default_theme: self.default_theme,
            python: self.python,
            questions: self
                .questions
                .into_iter()
                .map(|question| TemplateQuestion {
                    key: question.key,
                    ask: question.ask,
                    default: question.default,
                    choices: question.choices,
                })
                .collect(),
            conditions,
            next_steps: self.next_steps,
            themes,
            files,
        })
    }
}

/// Validates one theme.
fn theme(name: String, mut tree: Tree, problems: &mut Vec<String>) -> Option<Theme> {
    let mut own = Vec::new();
    let raw: Option<RawTheme> = read(&mut tree, "theme.yaml", &mut own);
    let mut files = Tree::new();
    for (path, bytes) in tree {
        match path.strip_prefix("files/") {
            Some(inner) => {
                files.insert(inner.to_owned(), bytes);
            }
            None => own.push(format!("{path}: belongs to nothing; files are in files/")),
        }
    }
    let theme = raw.map(|raw| {
        // a theme's name is a project's name when nothing else is said, and `list` asks for all of them
        match names::project_name(&name) {
            Err(why) => own.push(format!("the theme cannot be named so: {why}")),
            Ok(()) if name == "list" => own.push("`list` is no theme's name: it lists them".to_owned()),
            Ok(()) => {}
        }
        if let Err(why) = names::package(&raw.package) {
            own.push(format!("theme.yaml: package `{}`: {why}", raw.package));
        }
        for (field, text) in [("title", &raw.title), ("summary", &raw.summary)] {
            if let Err(why) = names::text(text) {
                own.push(format!("theme.yaml: {field}: {why}"));
            }
        }
        for key in raw.variables.keys() {
            if RESERVED.contains(&key.as_str()) || !variable(key) {
                own.push(format!("theme.yaml: variable `{key}` is reserved or no variable"));
            }
        }
        Theme {
            name: name.clone(),
            title: raw.title,
            summary: raw.summary,
            package: raw.package,
            variables: raw.variables,
            files,
        }
    });
    problems.extend(own.into_iter().map(|problem| format!("themes/{name}/{problem}")));
    theme
}

/// True for a name that a template can use.
fn variable(name: &str) -> bool {
    name.starts_with(|character: char| character.is_ascii_lowercase())
        && name
            .chars()
            .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
}

/// Takes a YAML file out of a tree and reads it.
fn read<T: for<'de> Deserialize<'de>>(tree: &mut Tree, path: &str, problems: &mut Vec<String>) -> Option<T> {
    let Some(bytes) = tree.remove(path) else {
        problems.push(format!("{path}: missing"));
        return None;
    };
    match serde_yaml::from_slice(&bytes) {
        Ok(value) => Some(value),
        Err(error) => {
            problems.push(format!("{path}: {error}"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaffold::specimen;

    #[test]
    fn a_good_template_loads() {
        let template = specimen::template();
        assert_eq!(template.kind, "demo");
        assert_eq!(template.themes.keys().collect::<Vec<_>>(), ["loans", "parcels"]);
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let mut tree = specimen::tree();
        tree.insert(
            "template.yaml".into(),
            b"kind: other\nversion: 0\nsummary: x\ndefault_theme: gone\npython: ['three']\nfiles: [{path: 'a[', when: 'x'}]\n"
                .as_slice()
                .into(),
        );
        tree.insert(
            "themes/loans/theme.yaml".into(),
            b"title: ''\nsummary: y\npackage: json\nvariables: {author: x}\n"
                .as_slice()
                .into(),
        );
        tree.insert("stray".into(), b"".as_slice().into());
        tree.insert("themes/list/theme.yaml".into(), b"nope: 1\n".as_slice().into());
        let Err(Error::Template { problems, .. }) = Template::load("demo", tree) else {
            panic!("loaded")
        };
        let text = problems.join("\n");
        for part in [
            "stray",
            "kind is `other`",
            "version must",
            "`gone`",
            "`three`",
            "`a[`",
            "title: it is empty",
            "package `json`",
            "variable `author`",
            "themes/list/theme.yaml",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }

    #[test]
    fn every_embedded_template_loads_and_every_condition_concerns_a_file() {
        for kind in tree::embedded_kinds() {
            let template = Template::embedded(&kind).unwrap();
            for condition in &template.conditions {
                let paths = template
                    .files
                    .keys()
                    .chain(template.themes.values().flat_map(|theme| theme.files.keys()));
                assert!(
                    paths
                        .into_iter()
                        .any(|path| condition.concerns(path.trim_end_matches(".tmpl"))),
                    "{kind}: no file for {}",
                    condition.pattern
                );
            }
        }
    }
}
