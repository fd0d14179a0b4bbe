//! Questions for the project's author, drawn from how its own checks came out.
//!
//! A check may carry `ask`: a text for the case that it failed, and one for the case that it passed. What failed is asked
//! first, by level and points; then what passed, each time from the area that was asked of least.

use std::collections::BTreeMap;

use super::check::Check;
use super::judge::{Context, question};
use crate::report::model::{Question, Verdict, VerdictOutcome};

/// Most questions of a report; a page shows the first three.
const MOST: usize = 6;

/// Chooses the questions of a report. `verdicts` are those of `checks`, in the same order.
pub fn choose(checks: &[&Check], verdicts: &[Verdict], context: &Context<'_>) -> Vec<Question> {
    let mut candidates: Vec<(&Verdict, String)> = checks
        .iter()
        .zip(verdicts)
        .filter_map(|(check, verdict)| {
            // One that cannot be written is left out; the check's own cases prove that it can.
            let text = question(check, verdict.outcome, context).ok().flatten()?;
            Some((verdict, text))
        })
        .collect();
    candidates.sort_by_key(|(verdict, _)| {
        let failed = verdict.outcome == VerdictOutcome::Failed;
        std::cmp::Reverse((failed, verdict.level, verdict.points))
    });
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    let mut questions = Vec::new();
    while questions.len() < MOST && !candidates.is_empty() {
        let times = |verdict: &Verdict| asked.get(verdict.area.as_str()).copied().unwrap_or_default();
        let next = candidates
            .iter()
            .enumerate()
            .min_by_key(|(place, (verdict, _))| (times(verdict), *place))
            .map_or(0, |(place, _)| place);
        let (verdict, text) = candidates.remove(next);
        *asked.entry(&verdict.area).or_default() += 1;
        questions.push(Question {
            check: verdict.id.clone(),
            text,
        });
    }
    questions
}
