//! Our side: the checks that name a peer's rules, judged on a folder as `verify --static` does.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use proofolio::checks::{Check, Rubric};
use proofolio::engine::{Engine, EngineError};
use proofolio::events::{Event, Sink};
use proofolio::facts::docker::{Installer, Options};
use proofolio::report::model::{Level, VerdictOutcome};
use proofolio::verification::{Request, deadline, verify};

use crate::agreement::{Found, Place};

/// The rubric as it concerns one peer.
pub(crate) struct Ours {
    rubric: Rubric,
    tool: String,
    by_name: bool,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    projects: usize,
    findings: usize,
    slowest: (f64, String),
}

struct Silent;

impl Sink for Silent {
    fn emit(&self, _event: Event) {}
}

impl Ours {
    /// Loads the built-in checks.
    pub(crate) fn new(tool: &str) -> Result<Self, Box<dyn Error>> {
        let none: [&Path; 0] = [];
        let ours = Self {
            rubric: Rubric::load(&none)?,
            tool: tool.to_owned(),
            by_name: tool == "deptry",
            seen: RefCell::default(),
        };
        if ours.rules().is_empty() {
            return Err(format!("no check names a rule of `{tool}` in `also_known_as`").into());
        }
        Ok(ours)
    }

    /// The peer's rules that checks name, with those checks.
    pub(crate) fn rules(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut rules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for check in &self.rubric.checks {
            for rule in self.named_by(check) {
                rules.entry(rule.to_owned()).or_default().insert(check.id.clone());
            }
        }
        rules
    }

    fn named_by<'c>(&'c self, check: &'c Check) -> impl Iterator<Item = &'c str> {
        check
            .also_known_as
            .iter()
            .filter_map(|known| known.split_once(':'))
            .filter(|(tool, _)| *tool == self.tool)
            .map(|(_, rule)| rule)
    }

    /// What the checks find in a folder.
    pub(crate) fn run(&self, project: &Path) -> Result<Vec<Found>, Box<dyn Error>> {
        let no_engine = || -> Result<Arc<dyn Engine>, EngineError> { unreachable!("nothing is run") };
        let given = project.display().to_string();
        let request = Request {
            given: &given,
            folder: project,
            kind: None,
            python: None,
            checks: self
                .rubric
                .checks
                .iter()
                .filter(|check| self.named_by(check).next().is_some())
                .collect(),
            known_checks: self.rubric.ids(),
            // The peers do not know our comments.
            ignore_suppressions: true,
            static_only: true,
            keep: false,
            fail_on: Level::Required,
            options: Options {
                installer: Installer::Uv,
                no_cache: true,
                jobs: 1,
                deadline: deadline(Duration::from_secs(60)),
                cache_folder: None::<PathBuf>,
                install_environment: BTreeMap::new(),
                certificates: None,
            },
            engine: &no_engine,
        };
        let begun = Instant::now();
        let report = verify(&request, &Silent)?;
        let seconds = begun.elapsed().as_secs_f64();
        let mut found = Vec::new();
        for verdict in &report.verdicts {
            if verdict.outcome == VerdictOutcome::Broken {
                return Err(format!("{given}: {} is broken: {:?}", verdict.id, verdict.reason).into());
            }
            for finding in &verdict.findings {
                let place = if self.by_name {
                    Place {
                        path: String::new(),
                        line: 0,
                        name: named(&finding.message),
                    }
                } else {
                    Place {
                        path: finding.path.clone().unwrap_or_default(),
                        line: finding.line.unwrap_or_default(),
                        name: String::new(),
                    }
                };
                found.push(Found {
                    rule: verdict.id.clone(),
                    place,
                    message: finding.message.clone(),
                });
            }
        }
        let mut seen = self.seen.borrow_mut();
        seen.projects += 1;
        seen.findings += found.len();
        if seconds > seen.slowest.0 {
            seen.slowest = (seconds, given);
        }
        Ok(found)
    }

    /// How long the slowest project took, in seconds, and which it was.
    pub(crate) fn slowest(&self) -> (f64, String) {
        self.seen.borrow().slowest.clone()
    }

    /// How much was looked at.
    pub(crate) fn summary(&self) -> String {
        let seen = self.seen.borrow();
        format!("{} projects, {} findings of ours", seen.projects, seen.findings)
    }
}

/// The package or module that a message is about: the first text in backticks, as packages are compared.
pub(crate) fn named(message: &str) -> String {
    let name = message.split('`').nth(1).unwrap_or_default();
    normalised(name)
}

/// Names of packages and modules are compared without regard to case, `-`, `_` and `.`.
pub(crate) fn normalised(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}
