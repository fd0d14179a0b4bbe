//! Reads the JUnit file that pytest wrote: a claim of the repository's side, so size, depth and counts are capped.
//!
//! The format is pytest's `xunit1` family, which carries the file and the line of each test.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde::Serialize;

/// Most test cases that are read.
const MOST_CASES: usize = 50_000;
/// Deepest nesting of elements; pytest's own files have four levels.
const DEEPEST: usize = 16;
/// Most bytes kept of one failure's text.
const MOST_TEXT: usize = 16 * 1024;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseOutcome {
    /// It passed.
    Passed,
    /// An assertion or the test itself failed.
    Failed,
    /// A fixture, an import or the collection failed.
    Error,
    /// It was skipped or is expected to fail.
    Skipped,
}

/// One test that was run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    /// `tests.test_books.test_list`
    pub name: String,
    /// The file, as pytest names it.
    pub path: Option<String>,
    /// 1-based line of the test.
    pub line: Option<u32>,
    /// How it ended.
    pub outcome: CaseOutcome,
    /// The first line of the failure.
    pub message: String,
    /// The failure's text.
    pub text: String,
}

/// Reads all test cases.
///
/// # Errors
///
/// A sentence fragment when the file is no JUnit file within the caps.
pub fn read(xml: &str) -> Result<Vec<Case>, String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut cases: Vec<Case> = Vec::new();
    let mut depth = 0_usize;
    let mut inside_case = false;
    let mut collecting = false;
    let mut seen_suite = false;
    loop {
        match reader.read_event() {
            Err(error) => return Err(format!("not XML: {error}")),
            Ok(Event::Eof) => break,
            Ok(Event::DocType(_)) => return Err("it has a document type, which pytest never writes".to_owned()),
            Ok(Event::Start(element)) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(format!("elements nest deeper than {DEEPEST}"));
                }
                match element.name().as_ref() {
                    "testsuite" | "testsuites" => seen_suite = true,
                    "testcase" => {
                        if cases.len() == MOST_CASES {
                            return Err(format!("more than {MOST_CASES} tests"));
                        }
                        cases.push(case(&element));
                        inside_case = true;
                    }
                    "failure" | "error" | "skipped" if inside_case => {
                        collecting = true;
                        mark(&mut cases, &element);
                    }
                    _ => {}
                }
            }
            Ok(Event::End(element)) => {
                depth = depth.saturating_sub(1);
                match element.name().as_ref() {
                    "testcase" => inside_case = false,
                    "failure" | "error" | "skipped" => collecting = false,
                    _ => {}
                }
            }
            Ok(Event::Text(text)) if collecting => {
                append(&mut cases, &text);
            }
            Ok(Event::CData(text)) if collecting => {
                append(&mut cases, &text);
            }
            Ok(Event::GeneralRef(reference)) if collecting => {
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    _ => named(&reference).to_owned(),
                };
                append(&mut cases, &character);
            }
            Ok(_) => {}
        }
    }
    if seen_suite {
        Ok(cases)
    } else {
        Err("it holds no test suite".to_owned())
    }
}

fn named(reference: &str) -> &'static str {
    match reference {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).ok().flatten()?;
    let text = found.value.into_owned();
    let text = quick_xml::escape::unescape(&text)
        .map(|plain| plain.into_owned())
        .unwrap_or(text);
    Some(text.chars().take(1000).collect())
}

fn case(element: &BytesStart<'_>) -> Case {
    let class = attribute(element, "classname").unwrap_or_default();
    let name = attribute(element, "name").unwrap_or_default();
    // pytest counts lines from zero here.
    let line = attribute(element, "line")
        .and_then(|line| line.parse::<u32>().ok())
        .and_then(|line| line.checked_add(1));
    Case {
        name: if class.is_empty() {
            name
        } else {
            format!("{class}.{name}")
        },
        path: attribute(element, "file"),
        line,
        outcome: CaseOutcome::Passed,
        message: String::new(),
        text: String::new(),
    }
}

fn mark(cases: &mut [Case], element: &BytesStart<'_>) {
    let Some(case) = cases.last_mut() else { return };
    let outcome = match element.name().as_ref() {
        "failure" => CaseOutcome::Failed,
        "error" => CaseOutcome::Error,
        _ => CaseOutcome::Skipped,
    };
    // A test may fail and then fail again when it is torn down: the worse outcome stays.
    if case.outcome == CaseOutcome::Passed || outcome != CaseOutcome::Skipped {
        case.outcome = outcome;
    }
    let message = attribute(element, "message").unwrap_or_default();
    case.message = message.lines().next().unwrap_or_default().to_owned();
}

fn append(cases: &mut [Case], text: &str) {
    let Some(case) = cases.last_mut() else { return };
    let room = MOST_TEXT.saturating_sub(case.text.len());
    case.text.extend(
        text.char_indices()
            .take_while(|(at, _)| *at < room)
            .map(|(_, character)| character),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.1">
<testcase classname="tests.test_a" name="test_ok" file="tests/test_a.py" line="0" time="0.001" />
<testcase classname="tests.test_a" name="test_no[&lt;x&gt;]" file="tests/test_a.py" line="4" time="nan"><failure message="assert 1 == 2&#10;more">def test_no():
&gt;   assert 1 == 2</failure></testcase>
<testcase classname="" name="tests.test_b" time="0"><error message="collection failure">ImportError: &#x1B;[31mboom</error></testcase>
<testcase classname="tests.test_a" name="test_later" file="tests/test_a.py" line="9"><skipped type="pytest.skip" message="later">x</skipped></testcase>
</testsuite></testsuites>"#;

    #[test]
    fn pytest_files_are_read() {
        let cases = read(FILE).expect("a JUnit file");
        let outcomes: Vec<_> = cases.iter().map(|case| case.outcome).collect();
        use CaseOutcome::{Error, Failed, Passed, Skipped};
        assert_eq!(outcomes, [Passed, Failed, Error, Skipped]);
        assert_eq!(cases[0].line, Some(1));
        assert_eq!(cases[1].name, "tests.test_a.test_no[<x>]");
        assert_eq!(cases[1].message, "assert 1 == 2");
        assert!(cases[1].text.contains(">   assert 1 == 2"), "{}", cases[1].text);
        assert_eq!(cases[2].path, None);
    }

    #[test]
    fn hostile_files_are_refused_in_time() {
        assert!(read("").is_err());
        assert!(read("<html></html>").is_err());
        assert!(read(r#"<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>"#).is_err());
        assert!(
            read("<testsuite>".repeat(100_000).as_str())
                .expect_err("nested")
                .contains("deeper")
        );
        assert!(read("<testcase/>".repeat(MOST_CASES + 1).as_str()).is_err());
    }

    #[test]
    fn a_huge_failure_is_cut() {
        let file = format!(
            "<testsuite><testcase name='a'><failure message='m'>{}</failure></testcase></testsuite>",
            "é".repeat(50_000)
        );
        let cases = read(&file).expect("a JUnit file");
        assert!(cases[0].text.len() <= MOST_TEXT + 1);
    }
}
