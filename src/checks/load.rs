//! Loading: from files to compiled checks, with every problem of a pack reported at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::check::{Case, Check, Subject, Written};
use super::expression::{Condition, Text};
use super::raw::{Expected, RawAsk, RawCheck};
use crate::facts::{Fact, FactName, FactSet};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/checks");

/// Largest check file, in bytes.
const SIZE_LIMIT: u64 = 256 * 1024;

/// One thing that is wrong with a check file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// 1-based line, if known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.path, self.message),
            None => write!(formatter, "{}: {}", self.path, self.message),
        }
    }
}

/// A pack cannot be used; holds every problem that was found.
#[derive(Debug, thiserror::Error)]
#[error("{} in the checks:\n{}", count(.0.len()), .0.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n"))]
pub struct LoadError(pub Vec<Problem>);

fn count(problems: usize) -> String {
    if problems == 1 {
        "1 problem".to_owned()
    } else {
        format!("{problems} problems")
    }
}

/// A set of checks, ordered by area and id.
#[derive(Debug)]
pub struct Rubric {
    /// The checks.
    pub checks: Vec<Check>,
    /// SHA-256 over all files, as hexadecimal digits.
    pub digest: String,
}

impl Rubric {
    /// Loads the built-in checks and those of `packs` (files or folders).
    ///
    /// # Errors
    ///
    /// Every problem of every file at once.
    pub fn load(packs: &[impl AsRef<Path>]) -> Result<Self, LoadError> {
        let mut files = Vec::new();
        embedded(&BUILT_IN, &mut files);
        let mut problems = Vec::new();
        let built_in = files.len();
        for pack in packs {
            read_pack(pack.as_ref(), &mut files, &mut problems);
        }
        Self::from_files(files, built_in, problems)
    }

    /// Loads the checks of `packs` alone, without the built-in ones.
    ///
    /// # Errors
    ///
    /// Every problem of every file at once.
    pub fn load_packs(packs: &[impl AsRef<Path>]) -> Result<Self, LoadError> {
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for pack in packs {
            read_pack(pack.as_ref(), &mut files, &mut problems);
        }
        Self::from_files(files, 0, problems)
    }

    /// Loads checks from texts: path and content of each.
    ///
    /// # Errors
    ///
    /// Every problem of every text at once.
    pub fn from_texts(files: Vec<(String, String)>) -> Result<Self, LoadError> {
        Self::from_files(files, 0, Vec::new())
    }

    /// The ids of all checks.
    pub fn ids(&self) -> BTreeSet<&str> {
        self.checks.iter().map(|check| check.id.as_str()).collect()
    }

    /// Compiles all files. The cases of files after the first `trusted` ones are run too: an unknown filter or field
    /// shows only when an expression is evaluated.
    fn from_files(
        mut files: Vec<(String, String)>,
        trusted: usize,
        mut problems: Vec<Problem>,
    ) -> Result<Self, LoadError> {
        let mut digest = Sha256::new();
        let mut checks: Vec<Check> = Vec::new();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        files[..trusted].sort();
        for (index, (path, text)) in files.iter().enumerate() {
            digest.update(Sha256::digest(text.as_bytes()));
            let found = match compile(path, text) {
                Ok(check) => check,
                Err(found) => {
                    problems.extend(found);
                    continue;
                }
            };
            if let Some(other) = seen.insert(found.id.clone(), path.clone()) {
                problems.push(problem(
                    path,
                    text,
                    "id",
                    format!("the id `{}` is taken by {other}", found.id),
                ));
            }
            if index >= trusted {
                for failure in super::selftest::run(&found) {
                    problems.push(problem(path, text, "cases", failure));
                }
            }
            checks.push(found);
        }
        if !problems.is_empty() {
            return Err(LoadError(problems));
        }
        checks.sort_by(|left, right| (left.area, &left.id).cmp(&(right.area, &right.id)));
        Ok(Self {
            checks,
            digest: hexadecimal(&digest.finalize()),
        })
    }
}

/// Bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn embedded(folder: &Dir<'_>, files: &mut Vec<(String, String)>) {
    for file in folder.files() {
        if let Some(text) = file.contents_utf8().filter(|_| is_yaml(file.path())) {
            files.push((format!("checks/{}", file.path().display()), text.to_owned()));
        }
    }
    folder.dirs().for_each(|inner| embedded(inner, files));
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn read_pack(pack: &Path, files: &mut Vec<(String, String)>, problems: &mut Vec<Problem>) {
    let before = files.len() + problems.len();
    let walk = ignore::WalkBuilder::new(pack)
        .standard_filters(false)
        .sort_by_file_path(Ord::cmp)
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let message = format!("cannot be read: {error}");
                problems.push(Problem {
                    path: pack.display().to_string(),
                    line: None,
                    message,
                });
                continue;
            }
        };
        let path = entry.path();
        if !entry.file_type().is_some_and(|kind| kind.is_file()) || !is_yaml(path) {
            continue;
        }
        let shown = path.display().to_string();
        let too_large = entry.metadata().is_ok_and(|metadata| metadata.len() > SIZE_LIMIT);
        match std::fs::read_to_string(path) {
            Ok(text) if !too_large => files.push((shown, text)),
            Ok(_) => problems.push(Problem {
                path: shown,
                line: None,
                message: format!("larger than {} KiB", SIZE_LIMIT / 1024),
            }),
            Err(error) => {
                problems.push(Problem {
                    path: shown,
                    line: None,
                    message: format!("cannot be read: {error}"),
                });
            }
        }
    }
    if files.len() + problems.len() == before {
        problems.push(Problem {
            path: pack.display().to_string(),
            line: None,
            message: "holds no check: no file that ends in .yaml or .yml".to_owned(),
        });
    }
}

/// A problem at the line where a key is written.
fn problem(path: &str, text: &str, key: &str, message: String) -> Problem {
    let line = text
        .lines()
        .position(|line| line.starts_with(&format!("{key}:")))
        .map(|line| line + 1);
    Problem {
        path: path.to_owned(),
        line,
        message,
    }
}

/// Compiles one file, or tells everything that is wrong with it.
fn compile(path: &str, text: &str) -> Result<Check, Vec<Problem>> {
    let raw: RawCheck = serde_yaml::from_str(text).map_err(|error| {
        let line = error.location().map(|place| place.line());
        vec![Problem {
            path: path.to_owned(),
            line,
            message: error.to_string(),
        }]
    })?;
    let mut problems = Vec::new();
    let mut wrong = |key: &str, message: String| problems.push(problem(path, text, key, message));

    if !is_kebab_case(&raw.id) {
        wrong(
            "id",
            format!("the id `{}` is not kebab-case, such as `requirements-pinned`", raw.id),
        );
    }
    let area = raw.area.parse();
    if area.is_err() {
        let known = super::Area::ALL
            .iter()
            .map(|area| area.name())
            .collect::<Vec<_>>()
            .join(", ");
        wrong(
            "area",
            format!("there is no area `{}`; the areas are {known}", raw.area),
        );
    }
    if raw.points == 0 || raw.points > 100 {
        wrong("points", format!("points are 1 to 100, not {}", raw.points));
    }
    for peer in &raw.also_known_as {
        if !is_peer_rule(peer) {
            wrong(
                "also_known_as",
                format!("`{peer}` is not of the form TOOL:RULE, such as `hadolint:DL3007`"),
            );
        }
    }
    if raw.title.trim().is_empty() || raw.title.trim_end().ends_with('.') {
        wrong("title", "the title is a statement without a full stop".to_owned());
    }
    for (key, value) in [("why", &raw.why), ("fix", &raw.fix), ("fail", &raw.fail)] {
        if value.trim().is_empty() {
            wrong(key, format!("`{key}` is empty"));
        }
    }
    if raw.when.is_some() && raw.otherwise.is_none() {
        wrong(
            "when",
            "`when` needs an `otherwise` that says why the check does not apply".to_owned(),
        );
    }
    let with_item = raw.each.is_some() || raw.observation.is_some();
    if raw.each.is_some() && raw.observation.is_some() {
        wrong("observation", "`each` and `observation` exclude each other".to_owned());
    }
    let assertion = match (&raw.assert, &raw.observation) {
        (Some(assertion), _) => assertion.clone(),
        (None, Some(_)) => "item.ok".to_owned(),
        (None, None) => {
            wrong("id", "`assert` is missing".to_owned());
            String::new()
        }
    };
    let mut needs = BTreeSet::new();
    let mut condition =
        |key: &str, source: Option<&String>, with_item: bool, needs: &mut BTreeSet<FactName>| match Condition::compile(
            source?, with_item,
        ) {
            Ok((condition, found)) => {
                needs.extend(found);
                Some(condition)
            }
            Err(message) => {
                wrong(key, message);
                None
            }
        };
    let mut when_needs = BTreeSet::new();
    let when = condition("when", raw.when.as_ref(), false, &mut when_needs);
    let each = condition("each", raw.each.as_ref(), false, &mut needs);
    let observation = condition("observation", raw.observation.as_ref(), false, &mut needs);
    let assert = condition(
        "assert",
        Some(&assertion).filter(|text| !text.is_empty()),
        with_item,
        &mut needs,
    );
    let at = condition("at", raw.at.as_ref(), with_item, &mut needs);
    let evidence = condition("evidence", raw.evidence.as_ref(), with_item, &mut needs);
    let mut template = |key: &str, source: &str, needs: &mut BTreeSet<FactName>| match Text::compile(source) {
        Ok((text, found)) => {
            needs.extend(found);
            Some(text)
        }
        Err(message) => {
            wrong(key, message);
            None
        }
    };
    let fail = template("fail", &raw.fail, &mut needs);
    let fix = template("fix", &raw.fix, &mut needs);
    let asked = |question: fn(&RawAsk) -> Option<&String>| raw.ask.as_ref().and_then(question);
    let mut asked_of = BTreeSet::new();
    let mut ask = |source: Option<&String>| template("ask", source?, &mut asked_of);
    let ask_failed = ask(asked(|ask| ask.failed.as_ref()));
    let ask_passed = ask(asked(|ask| ask.passed.as_ref()));
    if let Some(fact) = asked_of.difference(&needs).next() {
        wrong(
            "ask",
            format!("it reads `{fact}`, which the check itself does not read"),
        );
    }
    if needs.is_empty() && assert.is_some() {
        wrong("assert", "it reads no fact, so it cannot fail".to_owned());
    }
    let mut cases = Vec::new();
    for (number, case) in raw.cases.iter().enumerate() {
        let mut facts = FactSet::default();
        for (name, value) in &case.facts {
            match name.parse() {
                Ok(fact) => facts.insert(fact, Fact::Known(value.clone())),
                Err(()) => wrong("cases", format!("case {}: there is no fact `{name}`", number + 1)),
            }
        }
        cases.push(Case {
            expect: case.expect,
            findings: case.findings,
            facts,
        });
    }
    for (expected, name) in [(Expected::Pass, "pass"), (Expected::Fail, "fail")] {
        if !raw.cases.iter().any(|case| case.expect == expected) {
            wrong("cases", format!("there is no case with `expect: {name}`"));
        }
    }
    match (area, assert, fail, fix) {
        (Ok(area), Some(assert), Some(fail), Some(fix)) if problems.is_empty() => Ok(Check {
            id: raw.id,
            title: raw.title.trim().to_owned(),
            area,
            level: raw.level,
            points: raw.points,
            also_known_as: raw.also_known_as,
            kinds: raw.kinds,
            why: raw.why.trim().to_owned(),
            when_needs,
            needs,
            source: path.to_owned(),
            written: Written {
                when: raw.when.clone(),
                each: raw.each.clone(),
                observation: raw.observation.clone(),
                assert: assertion,
                fail: raw.fail.trim().to_owned(),
                fix: raw.fix.trim().to_owned(),
            },
            when,
            otherwise: raw.otherwise.unwrap_or_default().trim().to_owned(),
            subject: match (each, observation) {
                (Some(each), _) => Subject::Each(each),
                (None, Some(observation)) => Subject::Observation(observation),
                (None, None) => Subject::Facts,
            },
            assert,
            at,
            evidence,
            fail,
            fix,
            ask_failed,
            ask_passed,
            cases,
        }),
        _ => Err(problems),
    }
}

/// `hadolint:DL3007`: a tool and one of its rules.
fn is_peer_rule(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "-_./".contains(character))
    };
    text.len() <= 80
        && text
            .split_once(':')
            .is_some_and(|(tool, rule)| plain(tool) && plain(rule))
}

fn is_kebab_case(id: &str) -> bool {
    id.len() <= 60
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.split('-').all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit())
        })
}
