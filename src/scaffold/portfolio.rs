//! A portfolio: one project of every kind, side by side, and a page that leads to them.

use std::collections::BTreeSet;

use minijinja::Value;
use serde::Serialize;

use super::answers::{Defaults, Draft, Question, pairs};
use super::error::{Error, Problem};
use super::manifest::Template;
use super::plan::{Plan, PlannedFile, plan};
use super::render::{Renderer, typed};
use super::tree;

/// The kinds of a portfolio, in the order in which a reader meets them.
pub const KINDS: [&str; 3] = ["api", "pipeline", "deploy"];
/// The page's path in the portfolio.
const INDEX: &str = "README.md";

/// The answers of every project while they are collected.
///
/// `api.theme` answers a question of one project, `author` that of all.
#[derive(Debug)]
pub struct PortfolioDraft {
    projects: Vec<(Template, Draft)>,
    problems: Vec<Problem>,
}

/// Everything that a portfolio will hold.
#[derive(Debug)]
pub struct Portfolio {
    /// The projects, each in a folder of its name.
    pub projects: Vec<Plan>,
    /// The page that leads to them.
    pub index: PlannedFile,
}

/// A question of a portfolio: whose it is and what it asks.
#[derive(Debug)]
pub struct PortfolioQuestion {
    /// The key that [`PortfolioDraft::give`] takes.
    pub key: String,
    /// The question itself, with the kind in its text where it concerns one project.
    pub question: Question,
    /// The answer when none is given.
    pub default: String,
}

/// What the page says of one project.
#[derive(Serialize)]
struct Entry<'a> {
    folder: &'a str,
    kind: &'a str,
    title: &'a str,
    summary: &'a str,
}

impl PortfolioDraft {
    /// No answers yet.
    ///
    /// # Errors
    ///
    /// When a template is broken.
    pub fn embedded() -> Result<Self, Error> {
        let project = |kind: &&str| {
            let template = Template::embedded(kind)?;
            let draft = Draft::new(&template);
            Ok((template, draft))
        };
        Ok(Self {
            projects: KINDS.iter().map(project).collect::<Result<_, Error>>()?,
            problems: Vec::new(),
        })
    }

    /// The templates of the projects.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.projects.iter().map(|(template, _)| template)
    }

    /// Takes a layer of answers; an answer that is there already stays. In one layer, what is said of one project wins over
    /// what is said of all.
    pub fn give(&mut self, layer: &[(String, String)]) {
        let mut known = BTreeSet::new();
        for (template, draft) in &mut self.projects {
            let prefix = format!("{}.", template.kind);
            let own: Vec<(&str, &str)> = layer
                .iter()
                .filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?, value.as_str())))
                .collect();
            let shared = layer.iter().filter(|(key, _)| {
                !one_project(key) && draft.has_question(key) && !own.iter().any(|(own, _)| own == key)
            });
            let shared: Vec<(&str, &str)> = shared
                .inspect(|(key, _)| {
                    known.insert(key.clone());
                })
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .collect();
            known.extend(own.iter().map(|(key, _)| format!("{prefix}{key}")));
            draft.give(own.into_iter().chain(shared));
        }
        for (key, _) in layer.iter().filter(|(key, _)| !known.contains(key)) {
            self.problems.push(match one_project(key) {
                true => Problem::new(
                    format!("`{key}` is a question of each project"),
                    format!("Write `--set api.{key}=…`, and the same for pipeline and deploy."),
                ),
                false => Problem::new(
                    format!("there is no question `{}`", super::answers::shown(key)),
                    "Write the question, or KIND.QUESTION for one project, such as `api.theme`.",
                ),
            });
        }
    }

    /// Takes `KIND=THEME` words, separated by commas.
    pub fn give_themes(&mut self, words: &str) {
        let mut layer = Vec::new();
        for word in words.split(',') {
            match word.split_once('=') {
                Some((kind, theme)) if KINDS.contains(&kind.trim()) => {
                    layer.push((format!("{}.theme", kind.trim()), theme.trim().to_owned()));
                }
                _ => self.problems.push(Problem::new(
                    format!(
                        "`--theme {}` does not say whose theme it is",
                        super::answers::shown(word)
                    ),
                    "Write KIND=THEME, such as `--theme api=loans,pipeline=churn`; `--theme list` shows all.",
                )),
            }
        }
        self.give(&layer);
    }

    /// Takes `KEY=VALUE` words as one layer.
    pub fn give_words(&mut self, words: &[String]) {
        let (layer, problems) = pairs(words);
        self.problems.extend(problems);
        self.give(&layer);
    }

    /// Takes the text of an answers file as one layer.
    pub fn give_file(&mut self, path: &str, text: &str) {
        match super::answers::file(path, text) {
            Ok(layer) => self.give(&layer),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// The problems so far, as an error; each once, although every project has it.
    pub fn check(&self) -> Result<(), Error> {
        let mut problems: Vec<Problem> = self.problems.clone();
        for (_, draft) in &self.projects {
            for problem in draft.problems() {
                if !problems.contains(problem) {
                    problems.push(problem.clone());
                }
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Answers(problems))
        }
    }

    /// True when every project has an answer to a question.
    pub fn has_answer(&self, key: &str) -> bool {
        self.projects.iter().all(|(_, draft)| draft.get(key).is_some())
    }

    /// The questions for a person that have no answer yet: what concerns all once, a theme for each project. Names follow
    /// from the themes.
    pub fn open(&self, defaults: &Defaults) -> Vec<PortfolioQuestion> {
        let mut open: Vec<PortfolioQuestion> = Vec::new();
        for (template, draft) in &self.projects {
            for mut question in draft.open() {
                let default = draft.default(&question, defaults);
                let key = match question.key.as_str() {
                    "name" => continue,
                    "author" | "python" | "ci" => question.key.clone(),
                    own => {
                        question.ask = format!("{} ({})", question.ask, template.kind);
                        format!("{}.{own}", template.kind)
                    }
                };
                if !open.iter().any(|other| other.key == key) {
                    open.push(PortfolioQuestion { key, question, default });
                }
            }
        }
        open
    }

    /// Fills what is open with defaults and plans every project and the page.
    ///
    /// # Errors
    ///
    /// When answers cannot be used, two projects have one name, or a template is broken.
    pub fn plan(self, defaults: &Defaults) -> Result<Portfolio, Error> {
        self.check()?;
        let mut projects: Vec<Plan> = Vec::new();
        let mut entries = Vec::new();
        for (template, draft) in self.projects {
            let named = Defaults {
                name: Some(format!("{}-{}", draft.theme(), template.kind)),
                ..defaults.clone()
            };
            let planned = plan(&template, &draft.finish(&named)?)?;
            let name = planned.answers.get("name").to_owned();
            if projects.iter().any(|other| other.answers.get("name") == name) {
                return Err(Error::Answers(vec![Problem::new(
                    format!("two projects are called `{name}`"),
                    "Each is a folder of its own: give them different names.",
                )]));
            }
            let theme = template.themes.get(&planned.theme);
            entries.push((
                name,
                template.kind.clone(),
                planned.title.clone(),
                theme.map(|theme| theme.summary.clone()).unwrap_or_default(),
            ));
            projects.push(planned);
        }
        let author = projects.first().map_or("", |plan| plan.answers.get("author"));
        let index = index(&entries, author)?;
        Ok(Portfolio { projects, index })
    }
}

/// True for a question that all projects cannot have the same answer to.
fn one_project(key: &str) -> bool {
    matches!(key, "name" | "theme")
}

/// The page that leads to the projects.
fn index(projects: &[(String, String, String, String)], author: &str) -> Result<PlannedFile, Error> {
    let source = tree::portfolio_page().ok_or_else(|| Error::Template {
        name: "portfolio".to_owned(),
        problems: vec!["README.md.tmpl: missing".to_owned()],
    })?;
    let entries: Vec<Entry<'_>> = projects
        .iter()
        .map(|(folder, kind, title, summary)| Entry {
            folder,
            kind,
            title,
            summary,
        })
        .collect();
    let context = minijinja::context! {
        projects => Value::from(minijinja::value::Serde(&entries)),
        author => typed(author),
    };
    let renderer = Renderer::new().map_err(|source| Error::Render {
        path: INDEX.to_owned(),
        source: Box::new(source),
    })?;
    Ok(PlannedFile {
        path: INDEX.to_owned(),
        bytes: renderer.render(INDEX, source, &context)?.into_bytes().into(),
        executable: false,
    })
}
