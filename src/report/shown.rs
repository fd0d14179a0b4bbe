//! What a report shows of texts that others wrote: credentials in them are masked, once for every format.

use crate::facts::secrets::masked;

use super::model::{Finding, Report, Verdict};

/// Most characters of a line of source that are shown.
const LINE: usize = 200;

/// Masks the credentials in a report that is complete, and cuts long lines of source: a cut before would hide from the
/// mask what a credential is.
pub fn mask(report: &mut Report) {
    hide(&mut report.target.given);
    hide(&mut report.target.name);
    for stage in &mut report.stages {
        hide(&mut stage.detail);
    }
    for step in &mut report.route {
        hide(&mut step.value);
    }
    for suppression in &mut report.suppressions {
        hide(&mut suppression.reason);
    }
    for question in &mut report.questions {
        hide(&mut question.text);
    }
    for verdict in &mut report.verdicts {
        mask_verdict(verdict);
    }
}

fn mask_verdict(verdict: &mut Verdict) {
    hide(&mut verdict.fix);
    if let Some(reason) = &mut verdict.reason {
        hide(reason);
    }
    for finding in &mut verdict.findings {
        mask_finding(finding);
    }
    for suppressed in &mut verdict.suppressed {
        hide(&mut suppressed.reason);
        mask_finding(&mut suppressed.finding);
    }
}

fn mask_finding(finding: &mut Finding) {
    hide(&mut finding.message);
    let Some(excerpt) = &mut finding.excerpt else { return };
    let is_source = excerpt.first_line.is_some();
    let path = finding.path.as_deref().filter(|_| is_source);
    // A private key stands on several lines.
    let text = excerpt.lines.join("\n");
    let most = if is_source { LINE } else { usize::MAX };
    let lines = masked(&text, path);
    excerpt.lines = lines
        .split('\n')
        .map(|line| line.chars().take(most).collect())
        .collect();
}

fn hide(text: &mut String) {
    if let std::borrow::Cow::Owned(masked) = masked(text, None) {
        *text = masked;
    }
}
