//! SARIF: it keeps to the official schema, and its places are those of the report.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;

use proofolio::report::model::{Level, Report, Verdict, VerdictOutcome};
use proofolio::report::sarif;
use proofolio::text;
use serde_json::Value;
use support::{browser, golden_report};

fn render(report: &Report) -> Value {
    serde_json::from_str(&sarif::render(report, Level::Required).unwrap()).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

/// A percent-encoded reference as the path that it names.
fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn logs_keep_to_the_official_schema() {
    let place = browser::packages().join("node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
    let schema = fs::read_to_string(place).unwrap();
    // This edition's pattern for languages, which no log here names, has a bracket too many to be a regular expression.
    let schema: Value = serde_json::from_str(&schema.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}$")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (_, report) in golden_report::all() {
        let log = render(&report);
        let errors: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let mut wrong = log.clone();
        wrong["runs"][0]["columnKind"] = "bytes".into();
        assert!(!validator.is_valid(&wrong), "the schema does not judge");
    }
}

#[test]
fn every_finding_is_a_result_with_the_same_place() {
    let report = golden_report::failed();
    let log = render(&report);
    let findings: Vec<_> = report
        .verdicts
        .iter()
        .flat_map(|verdict| {
            let suppressed = verdict.suppressed.iter().map(|suppressed| &suppressed.finding);
            verdict
                .findings
                .iter()
                .chain(suppressed)
                .map(move |finding| (verdict, finding))
        })
        .collect();
    assert_eq!(results(&log).len(), findings.len());
    for (result, (verdict, finding)) in results(&log).iter().zip(findings) {
        assert_eq!(result["ruleId"], verdict.id.as_str());
        let rule = &log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        let location = &result["locations"][0]["physicalLocation"];
        let uri = location["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()) && !uri.starts_with('/') && !uri.contains(':'));
        assert_eq!(location["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        assert_eq!(decoded(uri), finding.path.as_deref().unwrap_or("README.md"));
        let region = &location["region"];
        assert_eq!(region["startLine"], finding.line.unwrap_or(1));
        assert_eq!(region["startColumn"].as_u64(), finding.column.map(u64::from));
        if let Some(first) = finding.excerpt.as_ref().and_then(|excerpt| excerpt.first_line) {
            let context = &location["contextRegion"];
            assert_eq!(context["startLine"], first);
            assert!(context["endLine"].as_u64() >= region["startLine"].as_u64());
        }
        assert_eq!(
            result["level"],
            match verdict.level {
                Level::Required => "error",
                Level::Recommended => "warning",
                Level::Bonus => "note",
            }
        );
    }
    assert_eq!(log["runs"][0]["columnKind"], "unicodeCodePoints");
}

#[test]
fn fingerprints_are_unique() {
    let log = render(&golden_report::failed());
    let fingerprints: BTreeSet<&str> = results(&log)
        .iter()
        .map(|result| result["partialFingerprints"]["proofolioFinding/v1"].as_str().unwrap())
        .collect();
    assert_eq!(fingerprints.len(), results(&log).len());
}

#[test]
fn suppressions_carry_their_reason_and_their_kind() {
    let log = render(&golden_report::failed());
    let of = |rule: &str| -> Vec<&Value> {
        let results = results(&log).iter().filter(|result| result["ruleId"] == rule);
        results
            .flat_map(|result| result["suppressions"].as_array().unwrap())
            .collect()
    };
    assert_eq!(of("code-print").len(), 5);
    assert_eq!(of("code-print")[0]["kind"], "external");
    assert_eq!(of("code-main-guard").len(), 1);
    assert_eq!(of("code-main-guard")[0]["kind"], "inSource");
    assert_eq!(of("code-main-guard")[0]["justification"], "run by hand, once");
    assert_eq!(
        of("code-main-guard")[0]["location"]["physicalLocation"]["region"]["startLine"],
        12
    );
    assert!(of("pytest-passes").is_empty());
}

#[test]
fn what_was_not_judged_is_a_notification_and_no_result() {
    for (_, report) in golden_report::all() {
        let log = render(&report);
        let count = |wanted: &[VerdictOutcome]| {
            let is = |verdict: &&Verdict| wanted.contains(&verdict.outcome);
            report.verdicts.iter().filter(is).count()
        };
        let invocation = &log["runs"][0]["invocations"][0];
        let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
        let expected = [VerdictOutcome::Blocked, VerdictOutcome::NotRun, VerdictOutcome::Broken];
        assert_eq!(notifications.len(), count(&expected));
        for notification in notifications {
            let index = notification["associatedRule"]["index"].as_u64().unwrap() as usize;
            assert_eq!(notification["associatedRule"]["id"], report.verdicts[index].id.as_str());
        }
    }
    let successful = |report: &Report| render(report)["runs"][0]["invocations"][0]["executionSuccessful"] == true;
    assert!(successful(&golden_report::green()) && successful(&golden_report::failed()));
    assert!(!successful(&golden_report::incomplete()) && !successful(&golden_report::broken()));
}

#[test]
fn rules_help_and_no_message_is_a_link() {
    fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::String(text) => found.push(text),
            Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
            Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
            _ => {}
        }
    }
    let log = render(&golden_report::failed());
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let pinned = rules.iter().find(|rule| rule["id"] == "requirements-pinned").unwrap();
    assert_eq!(pinned["name"], "RequirementsPinned");
    assert!(
        pinned["help"]["text"]
            .as_str()
            .unwrap()
            .starts_with("Why: Without a pin")
    );
    let markdown = pinned["help"]["markdown"].as_str().unwrap();
    assert!(
        markdown.starts_with("**Why**\n\nWithout") && markdown.contains("`numpy==<version>`"),
        "{markdown}"
    );
    assert_eq!(pinned["properties"]["tags"][0], "requirements");
    assert_eq!(pinned["properties"]["tags"][1], "required");
    let mut found = Vec::new();
    texts(&log, &mut found);
    assert!(found.len() > 100);
    for text in found {
        assert!(!text.replace("\\](", "").contains("]("), "{text}");
        for line in text.lines() {
            assert_eq!(text::visible(line), line);
        }
    }
}
