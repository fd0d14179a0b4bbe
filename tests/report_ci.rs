//! The formats for GitHub, GitLab and for a README: what their readers accept, and nothing that a repository smuggled in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use proofolio::report::model::{Finding, Level, Report};
use proofolio::report::{badge, github, gitlab};
use proofolio::text;
use serde_json::Value;
use support::golden_report;

fn annotations(report: &Report) -> Vec<String> {
    github::render(report, Level::Required)
        .lines()
        .filter(|line| line.starts_with("::"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn annotations_are_commands_of_one_line_each() {
    let report = golden_report::failed();
    let page = github::render(&report, Level::Required);
    for line in page.lines() {
        let known = ["::error ", "::warning ", "::notice ", "proofolio: Failed: "];
        assert!(
            known.iter().any(|start| line.starts_with(start)) || line.contains("more findings are in the other"),
            "{line}"
        );
        assert_eq!(text::visible(line), line);
        assert!(!line.contains("##["));
    }
    assert_eq!(
        page.lines().last(),
        Some("proofolio: Failed: 3 required checks failed, 3 are blocked (7 of 46 points)")
    );
}

#[test]
fn the_important_annotations_come_first_and_none_is_wasted() {
    let annotations = annotations(&golden_report::failed());
    let start = "::error file=tests/test_loans.py,line=103,col=12,title=The tests pass::test_only_librarians";
    assert!(annotations[0].starts_with(start), "{}", annotations[0]);
    assert!(annotations[1].contains("title=No secret is committed"));
    assert!(annotations[2].starts_with("::error file=requirements.txt,line=1,col=1,"));
    assert!(annotations[2].contains("%0AFix: Write ") && !annotations[6].contains("%0AFix: "));
    let errors = annotations.iter().filter(|line| line.starts_with("::error ")).count();
    let warnings = annotations.iter().filter(|line| line.starts_with("::warning ")).count();
    assert_eq!((errors, warnings), (10, 1));
    assert!(
        annotations
            .last()
            .unwrap()
            .starts_with("::notice title=The README shows")
    );
}

#[test]
fn properties_cannot_be_broken_out_of() {
    let mut report = golden_report::failed();
    for verdict in &mut report.verdicts {
        verdict.title = "a,b::c\r\n::stop-commands::x".to_owned();
        for finding in &mut verdict.findings {
            finding.path = Some("x,line=1::y%0A\n.py".to_owned());
            finding.message = "100%\n::add-mask::x\r::error::y".to_owned();
        }
    }
    let annotations = annotations(&report);
    for line in &annotations {
        let (head, message) = line[2..].split_once("::").unwrap();
        if head.contains("file=") {
            assert!(head.contains("file=x%2Cline=1%3A%3Ay%250A\\n.py,"), "{head}");
        }
        assert!(
            head.contains("title=a%2Cb%3A%3Ac\\r\\n%3A%3Astop-commands%3A%3Ax"),
            "{head}"
        );
        assert!(
            message.starts_with("100%25%0A::add-mask::x\\r::error::y%0A"),
            "{message}"
        );
    }
    assert_eq!(annotations.len(), 12);
}

#[test]
fn gitlab_gets_what_it_asks_for() {
    let report = golden_report::failed();
    let issues: Vec<Value> = serde_json::from_str(&gitlab::render(&report).unwrap()).unwrap();
    let findings: usize = report.verdicts.iter().map(|verdict| verdict.findings.len()).sum();
    assert_eq!(issues.len(), findings);
    let fingerprints: BTreeSet<&str> = issues
        .iter()
        .map(|issue| issue["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(fingerprints.len(), findings, "fingerprints are unique");
    for issue in &issues {
        assert!(!issue["description"].as_str().unwrap().is_empty());
        assert!(["critical", "minor", "info"].contains(&issue["severity"].as_str().unwrap()));
        assert!(!issue["location"]["path"].as_str().unwrap().starts_with(['/', '.']));
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
    }
    assert_eq!(issues[0]["check_name"], "pytest-passes");
    assert_eq!(issues[0]["location"]["path"], "tests/test_loans.py");
    assert_eq!(issues[0]["location"]["lines"]["begin"], 103);
    assert_eq!(issues[1]["location"]["path"], "README.md");
    assert_eq!(gitlab::render(&golden_report::green()).unwrap(), "[]\n");
}

#[test]
fn fingerprints_do_not_follow_lines() {
    let fingerprints = |report: &Report| -> BTreeSet<String> {
        let issues: Vec<Value> = serde_json::from_str(&gitlab::render(report).unwrap()).unwrap();
        issues.iter().map(|issue| issue["fingerprint"].to_string()).collect()
    };
    let before = golden_report::failed();
    let mut after = before.clone();
    let findings = |report: &mut Report, change: &dyn Fn(&mut Finding)| {
        let verdicts = report.verdicts.iter_mut();
        verdicts.flat_map(|verdict| &mut verdict.findings).for_each(change);
    };
    findings(&mut after, &|finding| {
        finding.line = finding.line.map(|line| line + 7);
        if let Some(first) = finding.excerpt.as_mut().and_then(|excerpt| excerpt.first_line.as_mut()) {
            *first += 7;
        }
    });
    assert_eq!(fingerprints(&before), fingerprints(&after));
    findings(&mut after, &|finding| finding.message.push('!'));
    assert!(fingerprints(&before).is_disjoint(&fingerprints(&after)));
}

#[test]
fn the_badge_says_how_it_is() {
    for (report, value) in [
        (golden_report::green(), "59 of 59"),
        (golden_report::failed(), "failed"),
        (golden_report::incomplete(), "incomplete"),
        (golden_report::broken(), "check broken"),
    ] {
        let svg = badge::render(&report);
        let mut reader = quick_xml::Reader::from_str(&svg);
        while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
        assert!(svg.contains(&format!("<title>proofolio: {value}</title>")), "{svg}");
        assert!(svg.contains(r#"role="img""#) && svg.contains(&format!(r#"aria-label="proofolio: {value}""#)));
        assert_eq!(svg.matches("http").count(), 1, "only the namespace");
        assert!(!svg.contains("<script") && !svg.contains("<style") && !svg.contains("<image"));
    }
}
