//! `verify` of a deployment on the real engine: a sound one is green, its users notice nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use proofolio::report::model::{Outcome, VerdictOutcome};
use support::project::{Project, ids};

/// A sound scaffold: everything is looked at and everything is green.
#[track_caller]
fn green(theme: &str) {
    support::ensure_base_images();
    let project = Project::scaffold("deploy", theme);
    // Something that no run before has seen, so that no result is taken from the cache.
    project.write("NOTES.md", &format!("{:?}\n", std::time::SystemTime::now()));
    let (run, report) = project.report(&[]);
    for outcome in [
        VerdictOutcome::Failed,
        VerdictOutcome::Blocked,
        VerdictOutcome::NotRun,
        VerdictOutcome::Broken,
    ] {
        assert!(
            ids(&report, outcome).is_empty(),
            "{outcome:?}: {:?}\n{}",
            ids(&report, outcome),
            run.out
        );
    }
    assert_eq!(report.outcome, Outcome::Passed);
    assert_eq!(report.score.earned, report.score.possible);
    let release = report
        .stages
        .iter()
        .find(|stage| stage.name == "release")
        .expect("the stage `release`");
    assert!(!release.cached);
    assert!(release.detail.contains("10 of 10 scenarios"), "{}", release.detail);
    run.ends(0);
}

#[test]
fn quotes() {
    green("quotes");
}

#[test]
fn a_contract_that_keeps_silent_about_releases_is_not_green() {
    support::ensure_base_images();
    let project = Project::scaffold("deploy", "quotes");
    let contract = project.read(".proofolio.yml");
    let from = contract.find("deploy:\n  release:").expect("the section");
    project.write(".proofolio.yml", &contract[..from]);
    let (run, report) = project.report(&["--only", "release-*"]);
    assert_eq!(report.outcome, Outcome::Incomplete, "{}", run.out);
    assert!(ids(&report, VerdictOutcome::NotRun).contains("release-brings-version-live"));
    run.ends(3);
}
