//! Judging: one check on one set of facts gives one verdict.

use std::collections::BTreeMap;

use minijinja::Value;

use super::check::{Check, Subject};
use super::expression::Condition;
use crate::facts::suppressions::Entry;
use crate::facts::{Fact, FactName, FactSet};
use crate::report::model::{Excerpt, Finding, SuppressedFinding, Verdict, VerdictOutcome};

/// Most findings that a verdict keeps; a thousand lines of the same fault teach nothing.
const MOST_FINDINGS: usize = 100;
/// Most lines of evidence that a finding keeps: the end of an output is where the fault is.
const MOST_EVIDENCE_LINES: usize = 30;

/// Facts as expressions see them. Made once for all checks.
#[derive(Debug)]
pub struct Context<'a> {
    facts: &'a FactSet,
    root: Value,
    suppressions: &'a [Entry],
}

impl<'a> Context<'a> {
    /// Prepares facts for judging.
    pub fn new(facts: &'a FactSet) -> Self {
        let known: BTreeMap<&str, Value> = facts
            .iter()
            .filter_map(|(name, fact)| Some((name.name(), fact.known()?.clone())))
            .collect();
        let root = Value::from(known);
        Self {
            facts,
            root,
            suppressions: &[],
        }
    }

    /// The same with findings that the repository asks not to hear of.
    #[must_use]
    pub const fn suppressing(mut self, entries: &'a [Entry]) -> Self {
        self.suppressions = entries;
        self
    }

    /// Splits what the repository suppresses off the findings of one fault, into the verdict. True when a finding is left.
    fn keep(&self, found: Vec<Finding>, verdict: &mut Verdict) -> bool {
        let before = verdict.findings.len();
        let mut left = false;
        for finding in found {
            let entry = self
                .suppressions
                .iter()
                .find(|entry| entry.covers(&verdict.id, finding.path.as_deref(), finding.line));
            match entry {
                Some(entry) if verdict.suppressed.len() < MOST_FINDINGS => {
                    verdict.suppressed.push(SuppressedFinding {
                        finding,
                        reason: entry.reason.clone(),
                        path: entry.loc.path.clone(),
                        line: u32::try_from(entry.loc.line).unwrap_or(u32::MAX),
                    });
                }
                Some(_) => {}
                None => {
                    left = true;
                    if before < MOST_FINDINGS {
                        verdict.findings.push(finding);
                    }
                }
            }
        }
        left
    }

    /// The same facts with `item` bound.
    fn with_item(&self, item: &Value) -> Value {
        minijinja::context! { item => item, ..self.root.clone() }
    }
}

/// Judges a check. Never fails: what goes wrong in the check itself is [`VerdictOutcome::Broken`].
pub fn judge(check: &Check, context: &Context<'_>) -> Verdict {
    let mut verdict = Verdict {
        id: check.id.clone(),
        title: check.title.clone(),
        area: check.area.name().to_owned(),
        level: check.level,
        points: check.points,
        also_known_as: check.also_known_as.clone(),
        outcome: VerdictOutcome::Passed,
        findings: Vec::new(),
        suppressed: Vec::new(),
        why: check.why.clone(),
        fix: String::new(),
        blocked_by: None,
        reason: None,
    };
    let result = decide(check, context, &mut verdict);
    if let Err(reason) = result {
        verdict.outcome = VerdictOutcome::Broken;
        verdict.findings.clear();
        verdict.suppressed.clear();
        verdict.reason = Some(reason);
    }
    verdict
}

fn decide(check: &Check, context: &Context<'_>, verdict: &mut Verdict) -> Result<(), String> {
    if let Some(when) = &check.when {
        if missing(check.when_needs.iter(), context, verdict) {
            return Ok(());
        }
        if !when.evaluate(&context.root)?.is_true() {
            verdict.outcome = VerdictOutcome::NotApplicable;
            verdict.reason = Some(check.otherwise.clone());
            return Ok(());
        }
    }
    if missing(check.needs.iter(), context, verdict) {
        return Ok(());
    }
    let mut first_fault = None;
    let mut faults = 0_usize;
    match &check.subject {
        Subject::Facts => {
            if !check.assert.evaluate(&context.root)?.is_true()
                && context.keep(findings(check, &context.root)?, verdict)
            {
                faults = 1;
                first_fault = Some(context.root.clone());
            }
        }
        Subject::Observation(observation) => {
            let item = observation.evaluate(&context.root)?;
            if untried(&item, verdict) {
                return Ok(());
            }
            let scope = context.with_item(&item);
            if !check.assert.evaluate(&scope)?.is_true() && context.keep(findings(check, &scope)?, verdict) {
                faults = 1;
                first_fault = Some(scope);
            }
        }
        Subject::Each(each) => {
            let items = each.evaluate(&context.root)?;
            for item in items.try_iter().map_err(|_| "`each` gave no list".to_owned())? {
                let scope = context.with_item(&item);
                if check.assert.evaluate(&scope)?.is_true() {
                    continue;
                }
                // Past the limit faults are only counted, where none of them can be suppressed.
                let looked_at = faults < MOST_FINDINGS || !context.suppressions.is_empty();
                if looked_at && !context.keep(findings(check, &scope)?, verdict) {
                    continue;
                }
                faults += 1;
                first_fault.get_or_insert(scope);
            }
        }
    }
    if faults > MOST_FINDINGS {
        verdict.reason = Some(format!("{faults} findings, the first {MOST_FINDINGS} are shown"));
    }
    if first_fault.is_none() && !verdict.suppressed.is_empty() {
        verdict.outcome = VerdictOutcome::Suppressed;
        verdict.reason = Some(match verdict.suppressed.len() {
            1 => "its finding is suppressed".to_owned(),
            number => format!("its {number} findings are suppressed"),
        });
    }
    if let Some(scope) = first_fault {
        verdict.outcome = VerdictOutcome::Failed;
        verdict.fix = check.fix.render(&scope)?;
    }
    Ok(())
}

/// What to ask about this verdict, if the check has a question for it.
pub(super) fn question(
    check: &Check,
    outcome: VerdictOutcome,
    context: &Context<'_>,
) -> Result<Option<String>, String> {
    let text = match outcome {
        VerdictOutcome::Failed => check.ask_failed.as_ref(),
        VerdictOutcome::Passed => check.ask_passed.as_ref(),
        _ => None,
    };
    let Some(text) = text else { return Ok(None) };
    let scope = match &check.subject {
        Subject::Facts => context.root.clone(),
        Subject::Observation(observation) => context.with_item(&observation.evaluate(&context.root)?),
        Subject::Each(each) => {
            let items = each.evaluate(&context.root)?;
            let mut items = items.try_iter().map_err(|_| "`each` gave no list".to_owned())?;
            let first = items.find(|item| {
                let holds = check.assert.evaluate(&context.with_item(item));
                holds.is_ok_and(|holds| holds.is_true()) == (outcome == VerdictOutcome::Passed)
            });
            match first {
                Some(item) => context.with_item(&item),
                // Nothing to speak of: a check of an empty list passes.
                None => return Ok(None),
            }
        }
    };
    text.render(&scope)
        .map(|text| Some(text).filter(|text| !text.is_empty()))
}

/// True, with the verdict set, when a needed fact is not known. A fault of the repository outranks trouble of ours.
fn missing<'f>(
    needs: impl Iterator<Item = &'f FactName> + Clone,
    context: &Context<'_>,
    verdict: &mut Verdict,
) -> bool {
    let facts = needs.map(|name| (*name, context.facts.get(*name)));
    let mut found = false;
    for (name, fact) in facts {
        let (outcome, by, why) = match fact {
            Some(Fact::Known(_)) => continue,
            Some(Fact::Blocked { by, why }) => (VerdictOutcome::Blocked, Some(by.clone()), why.clone()),
            Some(Fact::Absent { why }) => (VerdictOutcome::NotApplicable, None, why.clone()),
            Some(Fact::Unavailable { why }) => (VerdictOutcome::NotRun, None, why.clone()),
            None => (VerdictOutcome::NotRun, None, format!("{name} was not looked at")),
        };
        let rank = |outcome| match outcome {
            VerdictOutcome::Blocked => 2,
            VerdictOutcome::NotRun => 1,
            _ => 0,
        };
        if !found || rank(outcome) > rank(verdict.outcome) {
            (verdict.outcome, verdict.blocked_by, verdict.reason) = (outcome, by, Some(why));
        }
        found = true;
    }
    found
}

/// True, with the verdict set, when an observation was not made.
fn untried(observation: &Value, verdict: &mut Verdict) -> bool {
    let text = |name: &str| {
        let value = observation.get_attr(name).ok()?;
        value.as_str().map(str::to_owned)
    };
    if let Some(by) = text("blocked_by") {
        verdict.outcome = VerdictOutcome::Blocked;
        verdict.reason = text("answer").filter(|why| !why.is_empty());
        verdict.blocked_by = Some(by);
    } else if let Some(why) = text("unavailable") {
        (verdict.outcome, verdict.reason) = (VerdictOutcome::NotRun, Some(why));
    } else if let Some(why) = text("absent") {
        (verdict.outcome, verdict.reason) = (VerdictOutcome::NotApplicable, Some(why));
    } else {
        return false;
    }
    true
}

/// The findings of one fault: one for each place, or one without a place.
fn findings(check: &Check, scope: &Value) -> Result<Vec<Finding>, String> {
    let message = check.fail.render(scope)?;
    let excerpt = match &check.evidence {
        Some(evidence) => evidence_of(evidence, scope)?,
        None => None,
    };
    let places = match &check.at {
        Some(at) => places(&at.evaluate(scope)?),
        None => Vec::new(),
    };
    let finding = |place: Place| Finding {
        message: message.clone(),
        path: place.path,
        line: place.line,
        column: place.column,
        excerpt: excerpt.clone(),
    };
    if places.is_empty() {
        return Ok(vec![finding(Place::default())]);
    }
    Ok(places.into_iter().take(MOST_FINDINGS).map(finding).collect())
}

fn evidence_of(evidence: &Condition, scope: &Value) -> Result<Option<Excerpt>, String> {
    let value = evidence.evaluate(scope)?;
    if value.is_none() || value.is_undefined() {
        return Ok(None);
    }
    let text = value.to_string();
    let lines: Vec<_> = text.trim_end().lines().map(str::to_owned).collect();
    let from = lines.len().saturating_sub(MOST_EVIDENCE_LINES);
    let lines = lines[from..].to_vec();
    Ok((!lines.is_empty()).then_some(Excerpt {
        first_line: None,
        lines,
    }))
}

#[derive(Debug, Default)]
struct Place {
    path: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
}

/// A location, or a list of them.
fn places(value: &Value) -> Vec<Place> {
    if value.is_none() || value.is_undefined() {
        return Vec::new();
    }
    let number = |name: &str| {
        value
            .get_attr(name)
            .ok()
            .and_then(|found| u32::try_from(found).ok())
            .filter(|number| *number > 0)
    };
    match value
        .get_attr("path")
        .ok()
        .filter(|path| !path.is_undefined() && !path.is_none())
    {
        Some(path) => {
            vec![Place {
                path: Some(path.to_string()),
                line: number("line"),
                column: number("column"),
            }]
        }
        None => match value.try_iter() {
            Ok(items) if value.kind() == minijinja::value::ValueKind::Seq => {
                items.flat_map(|item| places(&item)).collect()
            }
            _ => Vec::new(),
        },
    }
}
