//! The questions of a template and the answers to them.
//!
//! A [`Draft`] takes answers layer by layer, the strongest layer first; a weaker layer never replaces an answer.
//! [`Draft::finish`] fills the rest with defaults and reports every problem at once.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use sha2::{Digest, Sha256};

use super::error::{Error, Problem};
use super::manifest::Template;
use super::names;

/// The author when nobody says one.
pub const DEFAULT_AUTHOR: &str = "Your Name";
/// The address when nobody says one.
pub const DEFAULT_EMAIL: &str = "you@example.com";
/// The largest answers file, in bytes.
pub const LARGEST_FILE: u64 = 64 * 1024;

/// One allowed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The answer.
    pub value: String,
    /// What a person reads beside it; may be empty.
    pub summary: String,
}

/// What an answer must look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A project's name.
    Name,
    /// One line of text.
    Text,
    /// An e-mail address.
    Email,
    /// A year of four digits.
    Year,
    /// One of these.
    Choice(Vec<Choice>),
}

/// One question.
#[derive(Debug, Clone)]
pub struct Question {
    /// The variable that the answer becomes.
    pub key: String,
    /// What a person reads.
    pub ask: String,
    /// What the answer must look like.
    pub rule: Rule,
    /// The template's own default; `None` when it depends on the machine or the folder.
    pub default: Option<String>,
    /// True when a person at a terminal is asked.
    pub asked: bool,
}

impl Question {
    /// Checks an answer and returns it without the blanks around it.
    pub fn check(&self, answer: &str) -> Result<String, Problem> {
        let Self { key, rule, .. } = self;
        let answer = answer.trim_matches(' ');
        let shown = shown(answer);
        match rule {
            Rule::Name => names::project_name(answer).map_err(|why| {
                Problem::new(
                    format!("{key} `{shown}` cannot be used: {why}"),
                    format!(
                        "Write lower-case letters, digits and hyphens, at most {}, such as `--name library-loans`.",
                        names::LONGEST_NAME
                    ),
                )
            })?,
            Rule::Text => names::text(answer).map_err(|why| {
                Problem::new(
                    format!("{key} `{shown}` cannot be used: {why}"),
                    format!("Write one line of at most {} characters.", names::LONGEST_TEXT),
                )
            })?,
            Rule::Email => names::email(answer).map_err(|why| {
                Problem::new(
                    format!("{key} `{shown}` cannot be used: {why}"),
                    "Write an address such as `ada@example.com`.",
                )
            })?,
            Rule::Year if answer.len() == 4 && answer.bytes().all(|byte| byte.is_ascii_digit()) => {}
            Rule::Year => {
                return Err(Problem::new(
                    format!("{key} `{shown}` cannot be used: it is not a year"),
                    "Write four digits, such as `--set year=2026`.",
                ));
            }
            Rule::Choice(choices) if choices.iter().any(|choice| choice.value == answer) => {}
            Rule::Choice(choices) => {
                let values: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
                let hint = match crate::text::nearest(answer, values.iter().copied()) {
                    Some(near) => format!("Did you mean `{near}`? Choose one of {}.", values.join(", ")),
                    None => format!("Choose one of {}.", values.join(", ")),
                };
                return Err(Problem::new(format!("there is no {key} `{shown}`"), hint));
            }
        }
        Ok(answer.to_owned())
    }
}

/// A text for a message: short, and without characters that act on a terminal.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(60)
        .map(|character| if names::forbidden(character) { '�' } else { character })
        .collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

/// The questions of a template, in the order in which a person is asked.
pub fn questions(template: &Template) -> Vec<Question> {
    let question = |key: &str, ask: &str, rule, default: Option<&str>, asked| Question {
        key: key.to_owned(),
        ask: ask.to_owned(),
        rule,
        default: default.map(str::to_owned),
        asked,
    };
    let plain = |values: &[String]| {
        Rule::Choice(
            values
                .iter()
                .map(|value| Choice {
                    value: value.clone(),
                    summary: String::new(),
                })
                .collect(),
        )
    };
    let themes = template
        .themes
        .values()
        .map(|theme| Choice {
            value: theme.name.clone(),
            summary: format!("{}: {}", theme.title, theme.summary),
        })
        .collect();
    let providers = [("github", "GitHub Actions"), ("gitlab", "GitLab CI")].map(|(value, summary)| Choice {
        value: value.to_owned(),
        summary: summary.to_owned(),
    });
    let python = template.python.first().map(String::as_str);
    let mut questions = vec![
        question("name", "Name of the project", Rule::Name, None, true),
        question("author", "Your name", Rule::Text, None, true),
        question("email", "Your e-mail address", Rule::Email, None, false),
        question(
            "theme",
            "What it is about",
            Rule::Choice(themes),
            Some(&template.default_theme),
            true,
        ),
        question("python", "Python version", plain(&template.python), python, true),
        question(
            "ci",
            "Where its CI runs",
            Rule::Choice(providers.into()),
            Some("github"),
            true,
        ),
        question("year", "Year", Rule::Year, None, false),
    ];
    questions.extend(template.questions.iter().map(|own| {
        let rule = match own.choices.as_slice() {
            [] => Rule::Text,
            choices => plain(choices),
        };
        question(&own.key, &own.ask, rule, Some(&own.default), true)
    }));
    questions
}

/// Defaults that depend on the machine, the folder and the day.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// The project's name; `None` takes the theme's.
    pub name: Option<String>,
    /// The author.
    pub author: String,
    /// The author's address.
    pub email: String,
    /// The year.
    pub year: String,
}

impl Defaults {
    /// Takes what the machine offers; an author or an address that no answer may be is replaced by the stated default.
    pub fn new(name: Option<String>, author: Option<String>, email: Option<String>, year: u64) -> Self {
        let usable = |text: Option<String>, rule: fn(&str) -> Result<(), String>, default: &str| {
            text.map(|text| text.trim().to_owned())
                .filter(|text| rule(text).is_ok())
                .unwrap_or_else(|| default.to_owned())
        };
        Self {
            name,
            author: usable(author, names::text, DEFAULT_AUTHOR),
            email: usable(email, names::email, DEFAULT_EMAIL),
            year: format!("{year:04}"),
        }
    }
}

/// Answers while they are collected.
#[derive(Debug)]
pub struct Draft {
    questions: Vec<Question>,
    values: BTreeMap<String, String>,
    problems: Vec<Problem>,
}

impl Draft {
    /// No answers yet.
    pub fn new(template: &Template) -> Self {
        Self {
            questions: questions(template),
            values: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// Takes a layer of answers; an answer that is there already stays.
    pub fn give<K: Into<String>, V: Into<String>>(&mut self, layer: impl IntoIterator<Item = (K, V)>) {
        let mut own: BTreeMap<String, String> = BTreeMap::new();
        for (key, value) in layer {
            let key = key.into();
            let Some(question) = self.questions.iter().find(|question| question.key == key) else {
                let keys: Vec<&str> = self.questions.iter().map(|question| question.key.as_str()).collect();
                let hint = match crate::text::nearest(&key, keys.iter().copied()) {
                    Some(near) => format!("Did you mean `{near}`? The questions are {}.", keys.join(", ")),
                    None => format!("The questions are {}.", keys.join(", ")),
                };
                self.problems
                    .push(Problem::new(format!("there is no question `{}`", shown(&key)), hint));
                continue;
            };
            match question.check(&value.into()) {
                Ok(value) => {
                    if own.insert(key.clone(), value).is_some() {
                        self.problems
                            .push(Problem::new(format!("`{key}` is answered twice"), "Answer it once."));
                    }
                }
                // what a stronger layer replaces does no harm
                Err(_) if self.values.contains_key(&key) => {}
                Err(problem) => self.problems.push(problem),
            }
        }
        for (key, value) in own {
            self.values.entry(key).or_insert(value);
        }
    }

    /// Takes `KEY=VALUE` words as one layer.
    pub fn give_words(&mut self, words: &[String]) {
        let (layer, problems) = pairs(words);
        self.problems.extend(problems);
        self.give(layer);
    }

    /// Takes the text of an answers file as one layer: a YAML (or JSON) map of questions to answers.
    pub fn give_file(&mut self, path: &str, text: &str) {
        match file(path, text) {
            Ok(layer) => self.give(layer),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// The problems so far.
    pub(super) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// True when there is such a question.
    pub(super) fn has_question(&self, key: &str) -> bool {
        self.questions.iter().any(|question| question.key == key)
    }

    /// The problems so far, as an error.
    pub fn check(&self) -> Result<(), Error> {
        match self.problems.as_slice() {
            [] => Ok(()),
            problems => Err(Error::Answers(problems.to_vec())),
        }
    }

    /// The answer to a question, when there is one.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// The questions for a person that have no answer yet.
    pub fn open(&self) -> Vec<Question> {
        let open = |question: &&Question| question.asked && !self.values.contains_key(&question.key);
        self.questions.iter().filter(open).cloned().collect()
    }

    /// What a question's answer is when nobody gives one.
    pub fn default(&self, question: &Question, defaults: &Defaults) -> String {
        match question.key.as_str() {
            "name" => defaults.name.clone().unwrap_or_else(|| self.theme()),
            "author" => defaults.author.clone(),
            "email" => defaults.email.clone(),
            "year" => defaults.year.clone(),
            _ => question.default.clone().unwrap_or_default(),
        }
    }

    /// The theme as far as it is known.
    pub(super) fn theme(&self) -> String {
        let default = || {
            let theme = self.questions.iter().find(|question| question.key == "theme");
            theme.and_then(|question| question.default.clone()).unwrap_or_default()
        };
        self.get("theme").map_or_else(default, str::to_owned)
    }

    /// Fills what is open with defaults.
    pub fn finish(mut self, defaults: &Defaults) -> Result<Answers, Error> {
        for question in self.questions.clone() {
            if !self.values.contains_key(&question.key) {
                let default = self.default(&question, defaults);
                self.give([(question.key, default)]);
            }
        }
        self.check()?;
        Ok(Answers { values: self.values })
    }
}

/// An answer to every question of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    values: BTreeMap<String, String>,
}

impl Answers {
    /// The answer to a question; empty for a question that the template does not have.
    pub fn get(&self, key: &str) -> &str {
        self.values.get(key).map_or("", String::as_str)
    }

    /// All answers by question.
    pub const fn values(&self) -> &BTreeMap<String, String> {
        &self.values
    }

    /// `sha256:…` over the canonical JSON of the answers: sorted keys, no blanks, UTF-8.
    pub fn digest(&self) -> String {
        let json = serde_json::Value::from_iter(self.values.iter().map(|(key, value)| (key.clone(), value.clone())));
        format!("sha256:{}", hexadecimal(json.to_string().as_bytes()))
    }

    /// Which variant of a template these answers make: 12 hexadecimal digits.
    pub fn variant(&self, template: &Template) -> String {
        let json =
            serde_json::json!({"answers": self.digest(), "template": template.kind, "version": template.version});
        hexadecimal(json.to_string().as_bytes()).chars().take(12).collect()
    }
}

/// Splits `KEY=VALUE` words; the second list tells what is wrong with the others.
pub(super) fn pairs(words: &[String]) -> (Vec<(String, String)>, Vec<Problem>) {
    let (mut layer, mut problems) = (Vec::new(), Vec::new());
    for word in words {
        match word.split_once('=') {
            Some((key, value)) => layer.push((key.trim().to_owned(), value.to_owned())),
            None => problems.push(Problem::new(
                format!("`--set {}` has no `=`", shown(word)),
                "Write KEY=VALUE, such as `--set year=2026`.",
            )),
        }
    }
    (layer, problems)
}

/// Reads the text of an answers file: a YAML (or JSON) map of questions to answers.
pub(super) fn file(path: &str, text: &str) -> Result<Vec<(String, String)>, Problem> {
    match serde_yaml::from_str::<Option<Pairs>>(text) {
        Ok(pairs) => Ok(pairs.map(|pairs| pairs.0).unwrap_or_default()),
        Err(error) => Err(Problem::new(
            format!("{path} is no map of answers: {error}"),
            "Write one `question: answer` a line, such as `theme: loans`.",
        )),
    }
}

/// The SHA-256 of bytes in hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A map whose scalars are taken as they are written (`3.10` stays `3.10`) and whose repeated keys are kept.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = Pairs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a map of questions to answers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry::<String, String>()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Map)
    }
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
