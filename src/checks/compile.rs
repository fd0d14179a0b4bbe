//! Compiling one check file, or telling everything that is wrong with it.

use std::collections::BTreeSet;

use super::check::{Case, Check, Subject, Written};
use super::expression::{Condition, Text};
use super::load::Problem;
use super::raw::{Expected, RawAsk, RawCheck};
use crate::facts::{Fact, FactName, FactSet};

/// A problem at the line where a key is written.
pub(super) fn problem(path: &str, text: &str, key: &str, message: String) -> Problem {
    let line = text
        .lines()
        .position(|line| line.starts_with(&format!("{key}:")))
        .map(|line| line + 1);
    Problem {
        path: path.to_owned(),
        line,
        message,
    }
}

/// The facts that the expressions of a check read, where that is known before they are compiled.
pub(super) struct Reads {
    /// Those of its `when`.
    pub when: BTreeSet<FactName>,
    /// Those of the others.
    pub others: BTreeSet<FactName>,
}

/// Compiles one file.
pub(super) fn compile(path: &str, text: &str) -> Result<Check, Vec<Problem>> {
    let raw: RawCheck = serde_yaml::from_str(text).map_err(|error| {
        let line = error.location().map(|place| place.line());
        vec![Problem {
            path: path.to_owned(),
            line,
            message: error.to_string(),
        }]
    })?;
    compile_raw(path, text, raw, None)
}

/// Compiles a check that was read from `text`. One whose `reads` are given is a built-in one: its expressions are known to be
/// sound and are compiled when they are first needed, and it comes without its cases.
pub(super) fn compile_raw(path: &str, text: &str, raw: RawCheck, reads: Option<Reads>) -> Result<Check, Vec<Problem>> {
    let is_proven = reads.is_some();
    let mut problems = Vec::new();
    let mut wrong = |key: &str, message: String| problems.push(problem(path, text, key, message));

    if !is_kebab_case(&raw.id) {
        wrong(
            "id",
            format!("the id `{}` is not kebab-case, such as `requirements-pinned`", raw.id),
        );
    }
    let area = raw.area.parse();
    if area.is_err() {
        let known = super::Area::ALL
            .iter()
            .map(|area| area.name())
            .collect::<Vec<_>>()
            .join(", ");
        wrong(
            "area",
            format!("there is no area `{}`; the areas are {known}", raw.area),
        );
    }
    if raw.points == 0 || raw.points > 100 {
        wrong("points", format!("points are 1 to 100, not {}", raw.points));
    }
    for peer in &raw.also_known_as {
        if !is_peer_rule(peer) {
            wrong(
                "also_known_as",
                format!("`{peer}` is not of the form TOOL:RULE, such as `hadolint:DL3007`"),
            );
        }
    }
    if raw.title.trim().is_empty() || raw.title.trim_end().ends_with('.') {
        wrong("title", "the title is a statement without a full stop".to_owned());
    }
    for (key, value) in [("why", &raw.why), ("fix", &raw.fix), ("fail", &raw.fail)] {
        if value.trim().is_empty() {
            wrong(key, format!("`{key}` is empty"));
        }
    }
    if raw.when.is_some() && raw.otherwise.is_none() {
        wrong(
            "when",
            "`when` needs an `otherwise` that says why the check does not apply".to_owned(),
        );
    }
    let with_item = raw.each.is_some() || raw.observation.is_some();
    if raw.each.is_some() && raw.observation.is_some() {
        wrong("observation", "`each` and `observation` exclude each other".to_owned());
    }
    let assertion = match (&raw.assert, &raw.observation) {
        (Some(assertion), _) => assertion.clone(),
        (None, Some(_)) => "item.ok".to_owned(),
        (None, None) => {
            wrong("id", "`assert` is missing".to_owned());
            String::new()
        }
    };
    let mut needs = BTreeSet::new();
    let mut condition = |key: &str, source: Option<&String>, with_item: bool, needs: &mut BTreeSet<FactName>| {
        let source = source?;
        if is_proven {
            return Some(Condition::of(source));
        }
        match Condition::compile(source, with_item) {
            Ok((condition, found)) => {
                needs.extend(found);
                Some(condition)
            }
            Err(message) => {
                wrong(key, message);
                None
            }
        }
    };
    let mut when_needs = BTreeSet::new();
    let when = condition("when", raw.when.as_ref(), false, &mut when_needs);
    let each = condition("each", raw.each.as_ref(), false, &mut needs);
    let observation = condition("observation", raw.observation.as_ref(), false, &mut needs);
    let assert = condition(
        "assert",
        Some(&assertion).filter(|text| !text.is_empty()),
        with_item,
        &mut needs,
    );
    let at = condition("at", raw.at.as_ref(), with_item, &mut needs);
    let evidence = condition("evidence", raw.evidence.as_ref(), with_item, &mut needs);
    let mut template = |key: &str, source: &str, needs: &mut BTreeSet<FactName>| {
        if is_proven {
            return Some(Text::of(source));
        }
        match Text::compile(source) {
            Ok((text, found)) => {
                needs.extend(found);
                Some(text)
            }
            Err(message) => {
                wrong(key, message);
                None
            }
        }
    };
    let fail = template("fail", &raw.fail, &mut needs);
    let fix = template("fix", &raw.fix, &mut needs);
    let asked = |question: fn(&RawAsk) -> Option<&String>| raw.ask.as_ref().and_then(question);
    let mut asked_of = BTreeSet::new();
    let mut ask = |source: Option<&String>| template("ask", source?, &mut asked_of);
    let ask_failed = ask(asked(|ask| ask.failed.as_ref()));
    let ask_passed = ask(asked(|ask| ask.passed.as_ref()));
    if let Some(known) = reads {
        (when_needs, needs) = (known.when, known.others);
    }
    if let Some(fact) = asked_of.difference(&needs).next() {
        wrong(
            "ask",
            format!("it reads `{fact}`, which the check itself does not read"),
        );
    }
    if needs.is_empty() && assert.is_some() {
        wrong("assert", "it reads no fact, so it cannot fail".to_owned());
    }
    let mut cases = Vec::new();
    for (number, case) in raw.cases.iter().enumerate() {
        let mut facts = FactSet::default();
        for (name, value) in &case.facts {
            match name.parse() {
                Ok(fact) => facts.insert(fact, Fact::Known(value.clone())),
                Err(()) => wrong("cases", format!("case {}: there is no fact `{name}`", number + 1)),
            }
        }
        cases.push(Case {
            expect: case.expect,
            findings: case.findings,
            facts,
        });
    }
    for (expected, name) in [(Expected::Pass, "pass"), (Expected::Fail, "fail")] {
        if !is_proven && !raw.cases.iter().any(|case| case.expect == expected) {
            wrong("cases", format!("there is no case with `expect: {name}`"));
        }
    }
    match (area, assert, fail, fix) {
        (Ok(area), Some(assert), Some(fail), Some(fix)) if problems.is_empty() => Ok(Check {
            id: raw.id,
            title: raw.title.trim().to_owned(),
            area,
            level: raw.level,
            points: raw.points,
            also_known_as: raw.also_known_as,
            kinds: raw.kinds,
            why: raw.why.trim().to_owned(),
            when_needs,
            needs,
            source: path.to_owned(),
            written: Written {
                when: raw.when.clone(),
                each: raw.each.clone(),
                observation: raw.observation.clone(),
                assert: assertion,
                fail: raw.fail.trim().to_owned(),
                fix: raw.fix.trim().to_owned(),
            },
            when,
            otherwise: raw.otherwise.unwrap_or_default().trim().to_owned(),
            subject: match (each, observation) {
                (Some(each), _) => Subject::Each(each),
                (None, Some(observation)) => Subject::Observation(observation),
                (None, None) => Subject::Facts,
            },
            assert,
            at,
            evidence,
            fail,
            fix,
            ask_failed,
            ask_passed,
            cases,
        }),
        _ => Err(problems),
    }
}

/// `hadolint:DL3007`: a tool and one of its rules.
fn is_peer_rule(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "-_./".contains(character))
    };
    text.len() <= 80
        && text
            .split_once(':')
            .is_some_and(|(tool, rule)| plain(tool) && plain(rule))
}

fn is_kebab_case(id: &str) -> bool {
    id.len() <= 60
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.split('-').all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit())
        })
}
