//! A check that is known to be sound: compiled, and aware of the facts that it reads.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::expression::{Condition, Text};
pub use super::raw::Expected;
use crate::contract::Kind;
use crate::facts::{FactName, FactSet};
use crate::report::model::Level;

/// The areas of the rubric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// The virtual environment.
    Venv,
    /// The declared dependencies.
    Requirements,
    /// The tests.
    Pytest,
    /// The Dockerfile and its image.
    Dockerfile,
    /// The CI configuration.
    Ci,
    /// The running service.
    Service,
    /// The data and the model.
    Data,
    /// The code's habits.
    Code,
    /// The documentation.
    Docs,
    /// The repository's history.
    History,
    /// Secrets and other dangers.
    Security,
}

impl Area {
    /// Every area, in the order of reports.
    pub const ALL: &'static [Self] = &[
        Self::Venv,
        Self::Requirements,
        Self::Pytest,
        Self::Dockerfile,
        Self::Ci,
        Self::Service,
        Self::Data,
        Self::Code,
        Self::Docs,
        Self::History,
        Self::Security,
    ];

    /// Its name in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Venv => "venv",
            Self::Requirements => "requirements",
            Self::Pytest => "pytest",
            Self::Dockerfile => "dockerfile",
            Self::Ci => "ci",
            Self::Service => "service",
            Self::Data => "data",
            Self::Code => "code",
            Self::Docs => "docs",
            Self::History => "history",
            Self::Security => "security",
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Area {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|area| area.name() == name).ok_or(())
    }
}

/// One requirement, ready to be judged.
#[derive(Debug)]
pub struct Check {
    /// Kebab-case; names the requirement; never reused.
    pub id: String,
    /// The requirement as a statement.
    pub title: String,
    /// Where it belongs.
    pub area: Area,
    /// How important it is.
    pub level: Level,
    /// What it is worth.
    pub points: u32,
    /// The same rule in other tools, such as `hadolint:DL3007`.
    pub also_known_as: Vec<String>,
    /// The kinds of project that it concerns; empty for all.
    pub kinds: Vec<Kind>,
    /// Why it matters.
    pub why: String,
    /// Facts that its `when` reads.
    pub when_needs: BTreeSet<FactName>,
    /// Facts that its other expressions read.
    pub needs: BTreeSet<FactName>,
    /// The file that it came from.
    pub source: String,
    /// Its expressions and texts as its file writes them.
    pub written: Written,
    pub(super) when: Option<Condition>,
    pub(super) otherwise: String,
    pub(super) subject: Subject,
    pub(super) assert: Condition,
    pub(super) at: Option<Condition>,
    pub(super) evidence: Option<Condition>,
    pub(super) fail: Text,
    pub(super) fix: Text,
    pub(super) ask_failed: Option<Text>,
    pub(super) ask_passed: Option<Text>,
    pub(super) cases: Vec<Case>,
}

/// The expressions and texts of a check as its file writes them, to be shown to a person.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// When it applies.
    pub when: Option<String>,
    /// The list whose items are judged one by one.
    pub each: Option<String>,
    /// The observation that is judged.
    pub observation: Option<String>,
    /// What must hold.
    pub assert: String,
    /// A finding's message.
    pub fail: String,
    /// What to do.
    pub fix: String,
}

/// What `item` is bound to while a check is judged.
#[derive(Debug)]
pub(super) enum Subject {
    /// Nothing: the expression is judged once on the facts.
    Facts,
    /// Each item of a list in turn.
    Each(Condition),
    /// One observation, which may be blocked or absent by itself.
    Observation(Condition),
}

/// One example of facts and the verdict that they must lead to.
#[derive(Debug)]
pub struct Case {
    /// The verdict.
    pub expect: Expected,
    /// How many findings there must be.
    pub findings: Option<usize>,
    /// The facts.
    pub facts: FactSet,
}

impl Check {
    /// Every fact that the check may read.
    pub fn all_needs(&self) -> BTreeSet<FactName> {
        self.needs.union(&self.when_needs).copied().collect()
    }

    /// How many cases it carries.
    pub fn cases(&self) -> usize {
        self.cases.len()
    }

    /// True when a container engine is needed to judge it.
    pub fn is_dynamic(&self) -> bool {
        self.all_needs().iter().any(|fact| fact.is_dynamic())
    }

    /// True when it concerns this kind of project. A project of unknown kind gets the checks that concern every kind.
    pub fn concerns(&self, kind: Option<Kind>) -> bool {
        self.kinds.is_empty() || kind.is_some_and(|kind| self.kinds.contains(&kind))
    }
}
