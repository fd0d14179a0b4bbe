//! The findings as SARIF 2.1.0: `--report sarif=PATH`, for code scanning and editors.
//!
//! A rule for each check, a result for each finding; what is suppressed is a result with its suppression and the author's
//! reason. What was blocked, not run or broken is no result but a notification of the run: a reader of results must not
//! take it for a fault of a line. Lines and columns are those of the report, columns in characters.
//!
//! Code scanning refuses a result without a place, so a finding that has none is shown at the beginning of the README, with
//! a message that says so.

mod log;

use log::{
    ArtifactLocation, Configuration, Driver, Help, Invocation, Location, Log, Notification, PhysicalLocation, Region,
    Rule, RuleProperties, RuleReference, Run, SarifResult, Suppression, Text, Tool, UriBase, UriBases,
};

use super::fingerprint::Fingerprints;
use super::gitlab::NOWHERE;
use super::markdown::escape;
use super::model::{Excerpt, Finding, Level, Outcome, Report, SuppressedFinding, Verdict, VerdictOutcome};
use super::{prose, words};
use crate::contract;
use crate::text;

/// Renders a report as SARIF.
///
/// # Errors
///
/// None in practice: every field has a JSON form.
pub fn render(report: &Report, fail_on: Level) -> Result<String, serde_json::Error> {
    let log = Log {
        schema: log::SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: report.tool.name.clone(),
                    version: report.tool.version.clone(),
                    semantic_version: report.tool.version.clone(),
                    rules: report.verdicts.iter().map(rule).collect(),
                },
            },
            invocations: [invocation(report, fail_on)],
            original_uri_base_ids: UriBases {
                root: UriBase {
                    description: plain("the root of the verified repository"),
                },
            },
            column_kind: "unicodeCodePoints",
            results: results(report),
        }],
    };
    serde_json::to_string_pretty(&log).map(|text| text + "\n")
}

fn rule(verdict: &Verdict) -> Rule {
    // Code scanning asks every rule for a description and for help.
    let why = if verdict.why.trim().is_empty() {
        &verdict.title
    } else {
        &verdict.why
    };
    let parts = [("Why", why), ("Fix", &verdict.fix)];
    let help = |format: fn(&str, &str) -> String| {
        let parts = parts.iter().filter(|(_, text)| !text.trim().is_empty());
        parts
            .map(|(label, text)| format(label, text))
            .collect::<Vec<_>>()
            .join("\n\n")
    };
    let help_text = help(|label, text| format!("{label}: {}", text::visible_lines(text.trim()).join("\n")));
    Rule {
        id: verdict.id.clone(),
        name: pascal_case(&verdict.id),
        short_description: plain(&verdict.title),
        full_description: plain(why),
        help: Help {
            text: help_text,
            markdown: help(|label, text| format!("**{label}**\n\n{}", prose::markdown(text, escape))),
        },
        default_configuration: Configuration {
            level: level(verdict.level),
        },
        properties: RuleProperties {
            tags: vec![verdict.area.clone(), words::level(verdict.level).to_owned()],
            severity: match verdict.level {
                Level::Required => "error",
                Level::Recommended => "warning",
                Level::Bonus => "recommendation",
            },
            points: verdict.points,
            also_known_as: verdict.also_known_as.clone(),
        },
    }
}

fn invocation(report: &Report, fail_on: Level) -> Invocation {
    let (successful, exit_code) = match report.outcome {
        Outcome::Passed => (true, 0),
        Outcome::Failed => (true, 1),
        Outcome::Incomplete => (false, 3),
        Outcome::Broken => (false, 4),
    };
    let notifications = report.verdicts.iter().enumerate().filter_map(|(index, verdict)| {
        let (level, message) = match verdict.outcome {
            VerdictOutcome::Blocked => ("warning", words::blocked_by(verdict)),
            VerdictOutcome::NotRun => ("warning", format!("not run: {}", words::reason(verdict))),
            VerdictOutcome::Broken => ("error", format!("the check is broken: {}", words::reason(verdict))),
            _ => return None,
        };
        Some(Notification {
            level,
            message: plain(&message),
            associated_rule: RuleReference {
                id: verdict.id.clone(),
                index,
            },
        })
    });
    Invocation {
        execution_successful: successful,
        exit_code,
        exit_code_description: format!("{}: {}", words::run(report.outcome), words::sentence(report, fail_on)),
        start_time_utc: report.timing.started.clone(),
        tool_execution_notifications: notifications.collect(),
    }
}

fn results(report: &Report) -> Vec<SarifResult> {
    let mut fingerprints = Fingerprints::default();
    let mut results = Vec::new();
    for (index, verdict) in report.verdicts.iter().enumerate() {
        let mut add = |finding: &Finding, suppressions: Vec<Suppression>| {
            results.push(SarifResult {
                rule_id: verdict.id.clone(),
                rule_index: index,
                kind: "fail",
                level: level(verdict.level),
                message: plain(&finding.message),
                locations: [location(finding)],
                partial_fingerprints: log::Fingerprints {
                    finding: fingerprints.of(&verdict.id, finding),
                },
                // Of one run, either every result says whether it is suppressed or none does.
                suppressions,
            });
        };
        for finding in &verdict.findings {
            add(finding, Vec::new());
        }
        for suppressed in &verdict.suppressed {
            add(&suppressed.finding, vec![suppression(suppressed)]);
        }
    }
    results
}

fn suppression(suppressed: &SuppressedFinding) -> Suppression {
    Suppression {
        kind: match suppressed.path.as_str() {
            contract::PATH => "external",
            _ => "inSource",
        },
        justification: plain(&suppressed.reason).text,
        location: Location {
            physical_location: PhysicalLocation {
                artifact_location: artifact(&suppressed.path),
                region: line(suppressed.line),
                context_region: None,
            },
            message: None,
        },
    }
}

fn location(finding: &Finding) -> Location {
    let Some(path) = &finding.path else {
        return Location {
            physical_location: PhysicalLocation {
                artifact_location: artifact(NOWHERE),
                region: line(1),
                context_region: None,
            },
            message: Some(plain(
                "The finding concerns the project as a whole; no line is at fault.",
            )),
        };
    };
    let excerpt = finding.excerpt.as_ref();
    Location {
        physical_location: PhysicalLocation {
            artifact_location: artifact(path),
            region: Region {
                start_column: finding.column.filter(|_| finding.line.is_some()),
                ..line(finding.line.unwrap_or(1))
            },
            context_region: excerpt.and_then(|excerpt| context(finding, excerpt)),
        },
        message: None,
    }
}

/// The lines around the one at fault, when the excerpt is of the finding's file and holds it.
fn context(finding: &Finding, excerpt: &Excerpt) -> Option<Region> {
    let (first, at) = (excerpt.first_line?, finding.line?);
    let count = u32::try_from(excerpt.lines.len()).ok()?;
    let last = first.checked_add(count.checked_sub(1)?)?;
    (first..=last).contains(&at).then(|| Region {
        end_line: Some(last),
        snippet: Some(Text {
            text: excerpt
                .lines
                .iter()
                .map(|line| text::visible(line))
                .collect::<Vec<_>>()
                .join("\n"),
        }),
        ..line(first)
    })
}

const fn line(line: u32) -> Region {
    Region {
        start_line: line,
        start_column: None,
        end_line: None,
        snippet: None,
    }
}

fn artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation {
        uri: relative_uri(path),
        uri_base_id: "%SRCROOT%",
    }
}

/// A path as a relative reference: everything but plain characters and the slashes between them is encoded.
fn relative_uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// Text in which nothing is hidden and nothing is a link: in SARIF, `[text](target)` is one even in plain text.
fn plain(text: &str) -> Text {
    let text = text::visible_lines(text.trim()).join("\n");
    Text {
        text: match text.contains("](") {
            true => text.replace('[', "\\[").replace(']', "\\]"),
            false => text,
        },
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Required => "error",
        Level::Recommended => "warning",
        Level::Bonus => "note",
    }
}

/// `requirements-pinned` as `RequirementsPinned`.
fn pascal_case(id: &str) -> String {
    id.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_references() {
        assert_eq!(relative_uri("src/app.py"), "src/app.py");
        assert_eq!(relative_uri("a b/été#1?.py"), "a%20b/%C3%A9t%C3%A9%231%3F.py");
        assert_eq!(relative_uri("c:x/100%\n"), "c%3Ax/100%25%0A");
        assert_eq!(relative_uri("//host/x"), "host/x");
    }

    #[test]
    fn no_message_holds_a_link() {
        assert_eq!(plain("[a](1) list[0]").text, "\\[a\\](1) list\\[0\\]");
        assert_eq!(plain("list[0]\x1b").text, "list[0]\\x1b");
    }

    #[test]
    fn names_are_in_pascal_case() {
        assert_eq!(pascal_case("requirements-pinned"), "RequirementsPinned");
    }
}
