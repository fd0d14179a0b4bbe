//! Every check proves itself: its cases are run through the very judge that judges repositories.

use super::check::{Check, Expected};
use super::judge::{Context, judge, question};
use crate::report::model::VerdictOutcome;

/// Runs the cases of a check and returns what went wrong, one line each.
pub fn run(check: &Check) -> Vec<String> {
    let mut failures = Vec::new();
    for (index, case) in check.cases.iter().enumerate() {
        let context = Context::new(&case.facts);
        let verdict = judge(check, &context);
        let expected = match case.expect {
            Expected::Pass => VerdictOutcome::Passed,
            Expected::Fail => VerdictOutcome::Failed,
            Expected::NotApplicable => VerdictOutcome::NotApplicable,
        };
        let number = index + 1;
        if verdict.outcome != expected {
            let reason = verdict.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            failures.push(format!(
                "case {number}: expected {expected:?}, got {:?}{reason}",
                verdict.outcome
            ));
        } else if let Some(findings) = case.findings.filter(|findings| *findings != verdict.findings.len()) {
            failures.push(format!(
                "case {number}: expected {findings} findings, got {}",
                verdict.findings.len()
            ));
        } else if let Err(error) = question(check, verdict.outcome, &context) {
            failures.push(format!("case {number}: `ask`: {error}"));
        }
    }
    failures
}
