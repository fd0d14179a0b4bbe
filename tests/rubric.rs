//! The built-in rubric proves itself: every check loads through the very loader of foreign packs and runs its own cases.
#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use proofolio::checks::{Rubric, selftest};

fn built_in() -> Rubric {
    Rubric::prove_built_in().expect("the built-in checks load and prove themselves")
}

#[test]
fn every_case_of_every_check_holds() {
    let failures: Vec<String> = built_in()
        .checks
        .iter()
        .flat_map(|check| {
            // A check without cases would pass here without a word.
            assert!(check.cases() >= 2, "{}", check.source);
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
