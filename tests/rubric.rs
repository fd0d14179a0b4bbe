//! The built-in rubric proves itself: every check loads through the very loader of foreign packs and runs its own cases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::path::Path;

use proofolio::checks::{Rubric, selftest};

fn built_in() -> Rubric {
    let none: [&Path; 0] = [];
    Rubric::load(&none).expect("the built-in checks load")
}

#[test]
fn every_case_of_every_check_holds() {
    let failures: Vec<String> = built_in()
        .checks
        .iter()
        .flat_map(|check| {
            selftest::run(check)
                .into_iter()
                .map(|failure| format!("{}: {failure}", check.source))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_check_lies_in_the_folder_of_its_area_under_its_own_name() {
    for check in built_in().checks {
        assert_eq!(check.source, format!("checks/{}/{}.yaml", check.area, check.id));
    }
}
