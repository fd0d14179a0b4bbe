//! `verify` on pipelines as they are scaffolded, on the real engine: everything is looked at, and everything is green.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use proofolio::report::model::{Outcome, VerdictOutcome};
use support::project::{Project, ids};

#[track_caller]
fn green(theme: &str) {
    support::ensure_base_images();
    let project = Project::scaffold("pipeline", theme);
    // Something that no run before has seen, so that no result is taken from the cache.
    project.write("NOTES.md", &format!("{:?}\n", std::time::SystemTime::now()));
    let (run, report) = project.report(&[]);
    for outcome in [
        VerdictOutcome::Failed,
        VerdictOutcome::Blocked,
        VerdictOutcome::NotRun,
        VerdictOutcome::NotApplicable,
        VerdictOutcome::Broken,
    ] {
        // What does not apply to a sound scaffold would be a check for another kind.
        assert!(
            ids(&report, outcome).is_empty(),
            "{outcome:?}: {:?}\n{}",
            ids(&report, outcome),
            run.out
        );
    }
    assert_eq!(report.outcome, Outcome::Passed);
    assert_eq!(report.score.earned, report.score.possible);
    let data = report.verdicts.iter().filter(|verdict| verdict.area == "data").count();
    assert!(data >= 18, "{data} checks of the data");
    let ran: Vec<&str> = report.stages.iter().map(|stage| stage.name.as_str()).collect();
    for stage in [
        "static",
        "install",
        "pytest",
        "pipeline",
        "image",
        "service",
        "scenarios",
    ] {
        assert!(ran.contains(&stage), "{stage} did not run: {ran:?}");
    }
    run.ends(0);
}

#[test]
fn churn() {
    green("churn");
}

#[test]
fn a_contract_that_keeps_silent_about_the_pipeline_is_not_green() {
    support::ensure_base_images();
    let project = Project::scaffold("pipeline", "churn");
    let contract = project.read(".proofolio.yml");
    let from = contract.find("pipeline:\n  generate").expect("the section");
    project.write(".proofolio.yml", &contract[..from]);
    let (run, report) = project.report(&["--only", "data", "--only", "service"]);
    let not_run = ids(&report, VerdictOutcome::NotRun);
    assert!(
        not_run.contains("pipeline-trains") && not_run.contains("prediction-consistent"),
        "{}",
        run.out
    );
    assert!(ids(&report, VerdictOutcome::Failed).is_empty(), "{}", run.out);
    assert_eq!(report.outcome, Outcome::Incomplete);
    run.ends(3);
}
