//! What a fact is, which facts exist, and the set of them that checks are judged on.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact<T> {
    /// It was seen.
    Known(T),
    /// It could not be looked at because of the repository's own earlier fault.
    Blocked {
        /// The id of the check that tells of the fault.
        by: String,
        /// What happened, lower case.
        why: String,
    },
    /// It could not be looked at because of our side: no engine, no image, no disk.
    Unavailable {
        /// What happened, lower case, and what to do.
        why: String,
    },
    /// There is nothing to look at in a project like this one.
    Absent {
        /// Why, lower case.
        why: String,
    },
}

impl<T> Fact<T> {
    /// Something that our side could not do.
    pub fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable { why: why.into() }
    }

    /// Something that a fault told by check `by` made impossible.
    pub fn blocked(by: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Blocked {
            by: by.into(),
            why: why.into(),
        }
    }

    /// The value, if it is known.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The same fact with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(change(value)),
            Self::Blocked { by, why } => Fact::Blocked { by, why },
            Self::Unavailable { why } => Fact::Unavailable { why },
            Self::Absent { why } => Fact::Absent { why },
        }
    }
}

macro_rules! fact_names {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $dynamic:literal;)*) => {
        /// The facts that exist; in a check's expression each is a variable of this name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FactName { $($(#[$doc])* $variant,)* }

        impl FactName {
            /// Every fact.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name of its variable.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// True when a container engine is needed to know it.
            pub const fn is_dynamic(self) -> bool {
                match self { $(Self::$variant => $dynamic,)* }
            }
        }
    };
}

fact_names! {
    /// What the project is and how its route was found.
    Project = "project", false;
    /// Its history and what is committed.
    Git = "git", false;
    /// Its dependencies as declared.
    Requirements = "requirements", false;
    /// Its Python source.
    Python = "python", false;
    /// Its tests as written.
    Tests = "tests", false;
    /// Its Dockerfile as written.
    Dockerfile = "dockerfile", false;
    /// Its compose file as written.
    Compose = "compose", false;
    /// Its Kubernetes manifests as written.
    Kubernetes = "kubernetes", false;
    /// Its CI configuration as written.
    Workflow = "workflow", false;
    /// Its notebooks.
    Notebooks = "notebooks", false;
    /// Its documentation.
    Docs = "docs", false;
    /// Secrets in it.
    Secrets = "secrets", false;
    /// What it asks not to hear of.
    Suppressions = "suppressions", false;
    /// A virtual environment, made.
    Venv = "venv", true;
    /// Its dependencies, installed.
    Environment = "environment", true;
    /// Its tests, run.
    Pytest = "pytest", true;
    /// Its pipeline, run on sound and on spoilt data.
    Pipeline = "pipeline", true;
    /// Its image, built.
    Image = "image", true;
    /// Its service, running.
    Service = "service", true;
    /// Its deployment procedure, played under load.
    Release = "release", true;
    /// Its accounts and roles, tried from outside.
    Access = "access", true;
    /// Its predictions, asked for from outside.
    Prediction = "prediction", true;
}

impl fmt::Display for FactName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for FactName {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|fact| fact.name() == name).ok_or(())
    }
}

/// Facts in the form that checks are judged on: as the values of their expressions.
#[derive(Debug, Clone, Default)]
pub struct FactSet {
    facts: BTreeMap<FactName, Fact<Value>>,
}

impl FactSet {
    /// Puts a fact in. A part that no value can hold would be our own fault: an expression that reads it fails.
    pub fn insert<T: Serialize>(&mut self, name: FactName, fact: Fact<T>) {
        self.facts.insert(name, fact.map(|fact| Value::from(Serde(&fact))));
    }

    /// A fact, if it was collected.
    pub fn get(&self, name: FactName) -> Option<&Fact<Value>> {
        self.facts.get(&name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (FactName, &Fact<Value>)> {
        self.facts.iter().map(|(name, fact)| (*name, fact))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_says_what_the_json_of_the_fact_says() {
        #[derive(Serialize)]
        #[serde(rename_all = "kebab-case")]
        enum Kind {
            TwoWords,
        }
        #[derive(Serialize)]
        struct Written {
            name: Option<&'static str>,
            line: usize,
            share: f64,
            kind: Kind,
            by_name: BTreeMap<&'static str, Vec<Option<bool>>>,
        }
        let written = Written {
            name: None,
            line: 3,
            share: 0.5,
            kind: Kind::TwoWords,
            by_name: BTreeMap::from([("a", vec![Some(true), None])]),
        };
        let mut facts = FactSet::default();
        facts.insert(FactName::Docs, Fact::Known(&written));
        let value = facts.get(FactName::Docs).and_then(Fact::known).expect("it is known");
        let json = json!({"name": null, "line": 3, "share": 0.5, "kind": "two-words", "by_name": {"a": [true, null]}});
        assert_eq!(serde_json::to_value(value).expect("it has a form"), json);
        assert_eq!(*value, Value::from(Serde(&json)));
    }
}
