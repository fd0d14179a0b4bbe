//! The static facts: everything that reading the files tells, collected on two threads.

use std::collections::BTreeSet;

use super::dockerfile::DockerfileFacts;
use super::git::GitFacts;
use super::python::PythonFacts;
use super::requirements::RequirementsFacts;
use super::{
    Fact, FactName, FactSet, Route, compose, dockerfile, docs, git, kubernetes, notebooks, project, python,
    requirements, secrets, tests, workflow,
};
use crate::source::Snapshot;

/// The facts that stages and the report read in their typed form.
#[derive(Debug)]
pub struct StaticFacts {
    /// The history and what is committed.
    pub git: GitFacts,
    /// The requirements as declared.
    pub requirements: RequirementsFacts,
    /// The source.
    pub python: PythonFacts,
    /// Does the repository hold any test?
    pub tests_written: bool,
    /// The Dockerfile as written.
    pub dockerfile: DockerfileFacts,
}

/// Collects the needed facts into `facts`. Those that stages and the report read are returned as well, collected in any case.
pub fn collect(snapshot: &Snapshot, route: &Route, needed: &BTreeSet<FactName>, facts: &mut FactSet) -> StaticFacts {
    let needs = |name: FactName| needed.contains(&name);
    let requirements = requirements::collect(snapshot);
    let (git, dockerfile, python, tests_written) = std::thread::scope(|scope| {
        // Source code takes about as long as all the rest together.
        let source = scope.spawn(|| {
            let python = python::collect(snapshot, &requirements);
            let tests = tests::collect(snapshot);
            (python, tests)
        });
        let git = git::collect(snapshot);
        let dockerfile = dockerfile::collect(snapshot);
        macro_rules! put {
            ($($name:ident: $value:expr;)*) => {
                $(if needs(FactName::$name) { facts.insert(FactName::$name, Fact::Known($value)); })*
            };
        }
        put! {
            Project: project::collect(route);
            Git: &git;
            Requirements: &requirements;
            Dockerfile: &dockerfile;
            Compose: compose::collect(snapshot);
            Kubernetes: kubernetes::collect(snapshot);
            Workflow: workflow::collect(snapshot);
            Notebooks: notebooks::collect(snapshot);
            Docs: docs::collect(snapshot);
            Secrets: secrets::collect(snapshot);
        }
        let (python, tests) = source.join().unwrap_or_default();
        put! {
            Python: &python;
            Tests: &tests;
        }
        (git, dockerfile, python, tests.present)
    });
    StaticFacts {
        git,
        requirements,
        python,
        tests_written,
        dockerfile,
    }
}
