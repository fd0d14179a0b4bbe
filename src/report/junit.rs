//! The report as JUnit XML: `--report junit=PATH`, a suite for each area and a case for each check.
//!
//! The file has a failure or an error exactly when the run does not pass. What fails the run is a `failure`; what could
//! not be looked at, for want of something on this side, and what is itself broken is an `error`; everything else that
//! does not hold but counts for nothing here (optional checks, suppressed ones) is `skipped`, with its findings.
//!
//! Characters that XML forbids, and those that a reader cannot see, are shown as escapes.

use std::fmt::Write as _;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::model::{Finding, Level, Outcome, Report, Verdict, VerdictOutcome};
use super::words;
use crate::text;

/// What becomes of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Passed,
    Failure,
    Error,
    Skipped,
}

/// Renders a report as JUnit XML. `fail_on` is the lowest level of check whose failure fails the run.
///
/// # Errors
///
/// None in practice: writing to memory does not fail.
pub fn render(report: &Report, fail_on: Level) -> io::Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all: Vec<&Verdict> = report.verdicts.iter().collect();
    let mut totals = counts(&all, fail_on);
    // A run of which every check was skipped has shown nothing; the file must not be green.
    let lonely = report.outcome == Outcome::Incomplete && totals[1].1 == "0" && totals[2].1 == "0";
    if lonely {
        totals[0].1 = (all.len() + 1).to_string();
        totals[2].1 = "1".to_owned();
    }
    writer
        .create_element("testsuites")
        .with_attribute(("name", "proofolio"))
        .with_attributes(pairs(&totals))
        .with_attribute(("time", seconds(report.timing.seconds).as_str()))
        .write_inner_content(|writer| {
            for (area, ..) in words::areas(report) {
                suite(writer, report, area, fail_on)?;
            }
            if lonely {
                no_verdict(writer, report, fail_on)?;
            }
            Ok(())
        })?;
    let mut xml = String::from_utf8(writer.into_inner()).map_err(io::Error::other)?;
    xml.push('\n');
    Ok(xml)
}

/// A suite with one case that stands for the run itself.
fn no_verdict(writer: &mut Writer<Vec<u8>>, report: &Report, fail_on: Level) -> io::Result<()> {
    let message = words::sentence(report, fail_on);
    let (name, time) = (("name", "proofolio"), ("time", "0.000"));
    let numbers = [("tests", "1"), ("failures", "0"), ("errors", "1"), ("skipped", "0")];
    let suite = writer.create_element("testsuite").with_attribute(name);
    suite
        .with_attributes(numbers)
        .with_attribute(time)
        .write_inner_content(|writer| {
            let case = writer.create_element("testcase").with_attribute(("name", "a verdict"));
            case.with_attribute(("classname", "proofolio"))
                .with_attribute(time)
                .write_inner_content(|writer| {
                    let error = writer.create_element("error");
                    error
                        .with_attribute(("message", message.as_str()))
                        .with_attribute(("type", "incomplete"))
                        .write_empty()?;
                    Ok(())
                })?;
            Ok(())
        })?;
    Ok(())
}

fn suite(writer: &mut Writer<Vec<u8>>, report: &Report, area: &str, fail_on: Level) -> io::Result<()> {
    let verdicts: Vec<&Verdict> = report.verdicts.iter().filter(|verdict| verdict.area == area).collect();
    let (time, totals) = (seconds(0.0), counts(&verdicts, fail_on));
    writer
        .create_element("testsuite")
        .with_attribute(("name", shown(area).as_str()))
        .with_attributes(pairs(&totals))
        .with_attribute(("time", time.as_str()))
        // Readers of JUnit expect the moment without a zone; ours is in UTC.
        .with_attribute(("timestamp", report.timing.started.trim_end_matches('Z')))
        .write_inner_content(|writer| {
            for verdict in verdicts {
                case(writer, verdict, fail_on)?;
            }
            Ok(())
        })?;
    Ok(())
}

fn case(writer: &mut Writer<Vec<u8>>, verdict: &Verdict, fail_on: Level) -> io::Result<()> {
    let mut attributes = vec![
        ("name", shown(&format!("{}: {}", verdict.id, verdict.title))),
        ("classname", shown(&format!("proofolio.{}", verdict.area))),
        ("time", seconds(0.0)),
    ];
    let first = verdict.findings.first();
    if let Some(path) = first.and_then(|finding| finding.path.as_deref()) {
        attributes.push(("file", shown(path)));
    }
    if let Some(line) = first.and_then(|finding| finding.line) {
        attributes.push(("line", line.to_string()));
    }
    let element = writer
        .create_element("testcase")
        .with_attributes(attributes.iter().map(|(name, value)| (*name, value.as_str())));
    let tag = match sort(verdict, fail_on) {
        Case::Passed => {
            element.write_empty()?;
            return Ok(());
        }
        Case::Failure => "failure",
        Case::Error => "error",
        Case::Skipped => "skipped",
    };
    element.write_inner_content(|writer| {
        let (message, body) = (shown(&message(verdict)), body(verdict));
        let element = writer.create_element(tag).with_attribute(("message", message.as_str()));
        // A skipped case has no type.
        let element = match tag {
            "skipped" => element,
            _ => element.with_attribute(("type", words::outcome(verdict.outcome))),
        };
        if body.is_empty() {
            element.write_empty()?;
        } else {
            element.write_text_content(BytesText::new(&body))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn sort(verdict: &Verdict, fail_on: Level) -> Case {
    match verdict.outcome {
        VerdictOutcome::Passed => Case::Passed,
        VerdictOutcome::Failed | VerdictOutcome::Blocked if verdict.fails_at(fail_on) => Case::Failure,
        VerdictOutcome::Failed
        | VerdictOutcome::Blocked
        | VerdictOutcome::NotApplicable
        | VerdictOutcome::Suppressed => Case::Skipped,
        VerdictOutcome::NotRun | VerdictOutcome::Broken => Case::Error,
    }
}

/// `tests`, `failures`, `errors` and `skipped`.
fn counts(verdicts: &[&Verdict], fail_on: Level) -> [(&'static str, String); 4] {
    let number = |wanted| {
        let of = verdicts.iter().filter(|verdict| sort(verdict, fail_on) == wanted);
        of.count().to_string()
    };
    [
        ("tests", verdicts.len().to_string()),
        ("failures", number(Case::Failure)),
        ("errors", number(Case::Error)),
        ("skipped", number(Case::Skipped)),
    ]
}

fn pairs<'a>(attributes: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    attributes.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// The case in one line.
fn message(verdict: &Verdict) -> String {
    let level = words::level(verdict.level);
    match verdict.outcome {
        VerdictOutcome::Failed => {
            let first = verdict.findings.first().map_or("", |finding| &finding.message);
            let first = first.lines().next().unwrap_or_default();
            match verdict.findings.len() {
                0 | 1 => format!("{level}: {first}"),
                all => format!("{level}: {first}, and {} more", all - 1),
            }
        }
        VerdictOutcome::Blocked => format!("{level}: {}", words::blocked_by(verdict)),
        outcome => format!("{}: {}", words::outcome(outcome), words::reason(verdict)),
    }
}

/// What there is to read: the findings, the suppressed ones, why it matters, and what to do.
fn body(verdict: &Verdict) -> String {
    let mut body = String::new();
    for finding in &verdict.findings {
        add(&mut body, &format!("{}{}", place(finding), finding.message));
    }
    for suppressed in &verdict.suppressed {
        let (finding, reason) = (&suppressed.finding, &suppressed.reason);
        add(
            &mut body,
            &format!(
                "suppressed: {}{}\nbecause: {reason} ({}:{})",
                place(finding),
                finding.message,
                suppressed.path,
                suppressed.line
            ),
        );
    }
    if verdict.outcome == VerdictOutcome::Failed {
        for (label, text) in [("why", &verdict.why), ("fix", &verdict.fix)] {
            if !text.trim().is_empty() {
                add(&mut body, &format!("{label}: {}", text.trim()));
            }
        }
    }
    body
}

fn place(finding: &Finding) -> String {
    words::place(finding).map_or(String::new(), |place| format!("{place}: "))
}

fn add(body: &mut String, text: &str) {
    for line in text::visible_lines(text) {
        // Writing to a string cannot fail.
        let _ = writeln!(body, "{}", allowed(line));
    }
}

/// One line that XML can hold.
fn shown(text: &str) -> String {
    allowed(text::visible(text))
}

/// Escapes what is neither a control character nor hidden, and yet forbidden in XML 1.0.
fn allowed(text: String) -> String {
    match text.contains(['\u{fffe}', '\u{ffff}']) {
        true => text.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}"),
        false => text,
    }
}

fn seconds(seconds: f64) -> String {
    format!("{:.3}", if seconds.is_finite() { seconds.max(0.0) } else { 0.0 })
}
