//! JUnit XML: it parses, it counts right, and it is red exactly when the run is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;

use proofolio::report::junit;
use proofolio::report::model::{Level, Outcome, Report, VerdictOutcome};
use quick_xml::Reader;
use quick_xml::events::Event;
use support::golden_report;

/// An element with its attributes and its text.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    depth: usize,
}

impl Element {
    fn number(&self, attribute: &str) -> usize {
        self.attributes[attribute].parse().unwrap()
    }
}

/// Every element in the order in which they begin. Fails on anything that is no XML.
fn parse(xml: &str) -> Vec<Element> {
    let forbidden = |character: char| !matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(!xml.contains(forbidden), "a character that XML 1.0 forbids");
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut elements, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = attribute.value.to_string();
                    let key = attribute.key.as_ref().to_owned();
                    (key, quick_xml::escape::unescape(&value).unwrap().into_owned())
                });
                elements.push(Element {
                    name: start.name().as_ref().to_owned(),
                    attributes: attributes.collect(),
                    text: String::new(),
                    depth: open.len(),
                });
                if matches!(event, Event::Start(_)) {
                    open.push(elements.len() - 1);
                }
            }
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => {
                let text: &str = text;
                if let Some(at) = open.last() {
                    elements[*at].text.push_str(&quick_xml::escape::unescape(text).unwrap());
                }
            }
            Event::GeneralRef(reference) => {
                let name: &str = reference;
                let text = quick_xml::escape::unescape(&format!("&{name};")).unwrap().into_owned();
                elements[*open.last().unwrap()].text.push_str(&text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty());
    elements
}

fn render(report: &Report, fail_on: Level) -> Vec<Element> {
    parse(&junit::render(report, fail_on).unwrap())
}

#[test]
fn the_numbers_are_those_of_the_cases() {
    for (_, report) in golden_report::all() {
        let elements = render(&report, Level::Required);
        let count = |name: &str| elements.iter().filter(|element| element.name == name).count();
        let root = &elements[0];
        assert_eq!((root.name.as_str(), root.depth), ("testsuites", 0));
        assert_eq!(root.number("tests"), report.verdicts.len());
        assert_eq!(root.number("tests"), count("testcase"));
        assert_eq!(root.number("failures"), count("failure"));
        assert_eq!(root.number("errors"), count("error"));
        assert_eq!(root.number("skipped"), count("skipped"));
        for attribute in ["tests", "failures", "errors", "skipped"] {
            let suites = elements.iter().filter(|element| element.name == "testsuite");
            assert_eq!(
                suites.map(|suite| suite.number(attribute)).sum::<usize>(),
                root.number(attribute)
            );
        }
    }
}

#[test]
fn it_is_red_exactly_when_the_run_is() {
    for (_, report) in golden_report::all() {
        let root = &render(&report, Level::Required)[0];
        let red = root.number("failures") + root.number("errors") > 0;
        assert_eq!(red, report.outcome != Outcome::Passed, "{:?}", report.outcome);
        assert_eq!(
            root.number("errors") > 0,
            report
                .verdicts
                .iter()
                .any(|verdict| matches!(verdict.outcome, VerdictOutcome::NotRun | VerdictOutcome::Broken))
        );
    }
    let failures = |fail_on| render(&golden_report::failed(), fail_on)[0].number("failures");
    assert_eq!((failures(Level::Required), failures(Level::Recommended)), (6, 8));
}

#[test]
fn a_run_without_a_verdict_is_not_green() {
    let mut report = golden_report::incomplete();
    for verdict in &mut report.verdicts {
        verdict.outcome = VerdictOutcome::NotApplicable;
    }
    for report in [
        report.clone(),
        Report {
            verdicts: Vec::new(),
            ..report
        },
    ] {
        let elements = render(&report, Level::Required);
        assert_eq!(elements[0].number("errors"), 1);
        assert_eq!(elements[0].number("tests"), report.verdicts.len() + 1);
        let error = elements.iter().find(|element| element.name == "error").unwrap();
        assert!(!error.attributes["message"].is_empty());
    }
}

#[test]
fn a_case_names_its_place_and_tells_what_is_wrong() {
    let elements = render(&golden_report::failed(), Level::Required);
    let at = elements
        .iter()
        .position(|element| {
            let name = element.attributes.get("name");
            name.is_some_and(|name| name == "pytest-passes: The tests pass")
        })
        .unwrap();
    let (case, failure) = (&elements[at], &elements[at + 1]);
    assert_eq!(case.attributes["classname"], "proofolio.pytest");
    assert_eq!(case.attributes["file"], "tests/test_loans.py");
    assert_eq!(case.attributes["line"], "103");
    assert_eq!(
        (failure.name.as_str(), failure.attributes["type"].as_str()),
        ("failure", "failed")
    );
    let message = &failure.attributes["message"];
    assert!(message.contains("[<&\"']]>] failed:, and 1 more"), "{message}");
    assert!(
        failure
            .text
            .contains("tests/test_loans.py:103:12: test_only_librarians_may_delete[<&\"']]>] failed:\n")
    );
    assert!(failure.text.contains("\nwhy: A reviewer runs") && failure.text.contains("\nfix: Run `python -m pytest"));
    let suppressed = elements
        .iter()
        .find(|element| element.text.contains("because: the command prints"))
        .unwrap();
    assert_eq!(suppressed.name, "skipped");
}

#[test]
fn what_xml_forbids_is_made_visible() {
    let mut report = golden_report::failed();
    for verdict in &mut report.verdicts {
        verdict.id.push_str("\u{0}\u{ffff}");
        verdict.title.push_str("\u{fffe}\u{b}");
        verdict.reason = Some("\u{8}\u{ffff}]]>".to_owned());
        for finding in &mut verdict.findings {
            finding.path = Some("\u{1}\u{ffff}\"".to_owned());
            finding.message.push_str("\u{1f}\u{fffe}");
        }
    }
    let elements = render(&report, Level::Required);
    assert!(elements.iter().any(|element| element.text.contains("\\x1f\\u{fffe}")));
    assert!(elements.iter().any(|element| {
        let file = element.attributes.get("file");
        file.is_some_and(|file| file == "\\x01\\u{ffff}\"")
    }));
}
