//! Report v1 as JSON: it keeps to the published schema and comes back as it went.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use jsonschema::Validator;
use proofolio::report::json;
use proofolio::report::model::Report;
use serde_json::Value;
use support::golden_report;

fn schema() -> Value {
    serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap()
}

fn validator() -> Validator {
    let schema = schema();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn reports_keep_to_the_schema() {
    let validator = validator();
    for (_, report) in golden_report::all() {
        let value: Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn reports_come_back_as_they_went() {
    for (_, report) in golden_report::all() {
        let text = json::render(&report).unwrap();
        assert!(text.ends_with("}\n"));
        assert!(!text.contains('\x1b'));
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
}

#[test]
fn the_schema_is_strict() {
    let validator = validator();
    let good = serde_json::to_value(golden_report::failed()).unwrap();
    let broken = |change: fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        !validator.is_valid(&value)
    };
    assert!(validator.is_valid(&good));
    assert!(broken(|report| report["more"] = 1.into()));
    assert!(broken(|report| report["verdicts"][0]["more"] = 1.into()));
    assert!(broken(|report| report["schema"] = "proofolio.report/2".into()));
    assert!(broken(|report| report["verdicts"][1]["findings"][0]["line"] = 0.into()));
    assert!(broken(|report| report["verdicts"][0]["outcome"] = "ok".into()));
    assert!(broken(|report| report["verdicts"][1]["outcome"] = "passed".into()));
    assert!(broken(|report| report["verdicts"][0]["outcome"] = "suppressed".into()));
    assert!(broken(|report| report["suppressions"][0]["line"] = 0.into()));
    assert!(broken(|report| report["questions"][0]["more"] = 1.into()));
    assert!(broken(|report| {
        report["target"].as_object_mut().unwrap().remove("dirty");
    }));
}

/// Every object of the schema names all of its fields and allows no other.
#[test]
fn no_object_of_the_schema_is_open() {
    fn visit(at: &str, value: &Value) {
        if let Some(properties) = value.get("properties").filter(|_| value["type"] == "object") {
            assert_eq!(value["additionalProperties"], false, "{at}");
            let mut required: Vec<&str> = value["required"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str)
                .collect();
            let mut named: Vec<&str> = properties.as_object().unwrap().keys().map(String::as_str).collect();
            required.sort_unstable();
            named.sort_unstable();
            assert_eq!(required, named, "{at}");
        }
        for (key, inner) in value.as_object().into_iter().flatten() {
            visit(&format!("{at}/{key}"), inner);
        }
    }
    visit("", &schema());
}
