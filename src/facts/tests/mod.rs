//! The `tests` fact: what the tests claim to check, read from their code and never run.

mod catching;
mod collected;
mod expecting;
mod habits;
mod inside;
mod model;
mod network;
mod scan;
mod truth;
#[cfg(test)]
mod unit;

use std::collections::{HashMap, HashSet};

use super::python::{Role, on_a_large_stack, python_files, role_of};
use crate::source::{File, Snapshot};

pub use model::{Exercised, Habit, TestFile, TestFunction, TestsFacts};

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> TestsFacts {
    let files: Vec<&File> = python_files(snapshot)
        .filter(|file| role_of(&file.path) == Role::Test)
        .collect();
    let own_rule = collected::has_own_rule(snapshot);
    let scanned = on_a_large_stack(|| {
        let scanned = files.iter().filter_map(|file| scan::scan(file, own_rule));
        scanned.collect::<Vec<_>>()
    });
    let mut scanned = scanned.unwrap_or_default();
    let asserting = asserting_helpers(&scanned);
    let mut facts = TestsFacts::default();
    for file in &mut scanned {
        for (test, calls) in &mut file.tests {
            test.asserts += calls.iter().filter(|name| asserting.contains(*name)).count();
        }
        facts.exercised.add(&file.exercised);
        facts.expects_failure |= file.expects_failure;
        facts.sleeps.append(&mut file.habits.sleeps);
        facts.self_caught.append(&mut file.habits.self_caught);
        facts.network.append(&mut file.habits.network);
        facts.broad_raises.append(&mut file.habits.broad_raises);
        facts.always_true.append(&mut file.always_true);
        let tests: Vec<TestFunction> = file.tests.drain(..).map(|(test, _)| test).collect();
        facts.files.push(TestFile {
            path: file.path.clone(),
            tests: tests.len(),
            is_test_module: file.is_test_module,
        });
        facts.functions.extend(tests);
        facts.shadowed.append(&mut file.shadowed);
    }
    let shelters = scanned.iter().filter(|file| file.stands_in);
    let sheltered: HashSet<&str> = shelters
        .filter_map(|file| file.path.strip_suffix("conftest.py"))
        .collect();
    facts.network.retain(|habit| !is_beneath(&habit.loc.path, &sheltered));
    let broken = scanned.iter().filter(|file| file.is_broken);
    let broken: HashSet<&str> = broken.map(|file| file.path.as_str()).collect();
    let is_read = |test: &&TestFunction| !broken.contains(test.path.as_str());
    facts.written = facts.functions.len();
    facts.assertion_free = facts
        .functions
        .iter()
        .filter(|test| test.asserts == 0 && !test.skipped)
        .filter(is_read)
        .cloned()
        .collect();
    facts.skipped = facts.functions.iter().filter(|test| test.skipped).cloned().collect();
    facts.xfailed = facts.functions.iter().filter(|test| test.xfail).cloned().collect();
    facts.effective = facts
        .functions
        .iter()
        .filter(|test| test.asserts > 0 && !test.skipped)
        .count();
    facts.self_testing = facts
        .functions
        .iter()
        .filter(|test| test.alone && test.asserts > 0 && !test.skipped)
        .filter(is_read)
        .cloned()
        .collect();
    facts.present = facts.written > 0 || scanned.iter().any(|file| file.makes_tests);
    facts
}

/// Helpers that assert, directly or through other helpers.
fn asserting_helpers(files: &[scan::ScannedTests]) -> HashSet<String> {
    let mut asserting: HashSet<String> = HashSet::new();
    let mut others: HashMap<&str, Vec<&HashSet<String>>> = HashMap::new();
    for (name, (asserts, calls)) in files.iter().flat_map(|file| &file.helpers) {
        if *asserts > 0 {
            asserting.insert(name.clone());
        } else {
            others.entry(name).or_default().push(calls);
        }
    }
    for _ in 0..5 {
        let reached = others
            .iter()
            .filter(|(_, calls)| calls.iter().any(|calls| !calls.is_disjoint(&asserting)));
        let more: Vec<String> = reached.map(|(name, _)| (*name).to_owned()).collect();
        let before = asserting.len();
        asserting.extend(more);
        if asserting.len() == before {
            break;
        }
    }
    asserting
}

/// Is a file in one of these folders, or deeper? Folders end in `/`; the topmost is empty.
fn is_beneath(path: &str, folders: &HashSet<&str>) -> bool {
    let mut ends = path.match_indices('/').map(|(index, _)| index + 1);
    folders.contains("") || ends.any(|end| path.get(..end).is_some_and(|folder| folders.contains(folder)))
}
