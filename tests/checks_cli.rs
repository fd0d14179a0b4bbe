//! `proofolio checks`: the rubric listed, explained and tried; and packs of one's own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::path::Path;

use support::cli::Context;

#[test]
fn the_list_names_every_check_once_within_eighty_columns() {
    let context = Context::new();
    let list = context.run(&["checks", "list"]).ends(0);
    let json = context.run(&["checks", "list", "--json"]).ends(0).json();
    let checks = json.as_array().unwrap();
    assert!(checks.len() >= 120, "{}", checks.len());
    for check in checks {
        let id = check["id"].as_str().unwrap();
        let lines = list
            .out
            .lines()
            .filter(|line| line.split_whitespace().any(|word| word == id));
        assert_eq!(lines.count(), 1, "{id}");
        for key in ["title", "why", "fix"] {
            assert!(!check[key].as_str().unwrap().is_empty(), "{id}: {key}");
        }
    }
    for line in list.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(list.out.contains(&format!("{} checks", checks.len())));
}

#[test]
fn a_selection_lists_less_and_a_mistake_gets_the_nearest_name() {
    let context = Context::new();
    let ci = context
        .run(&["checks", "list", "--only", "ci", "--json"])
        .ends(0)
        .json();
    assert!(ci.as_array().unwrap().iter().all(|check| check["area"] == "ci"));
    let fewer = context
        .run(&["checks", "list", "--only", "ci", "--skip", "ci-can-*", "--json"])
        .ends(0)
        .json();
    assert_eq!(fewer.as_array().unwrap().len() + 1, ci.as_array().unwrap().len());
    context
        .run(&["checks", "list", "--only", "dockerfle"])
        .ends(2)
        .says(&["dockerfle", "did you mean `dockerfile`"]);
}

#[test]
fn a_check_is_explained_by_its_id_and_by_a_peers_rule() {
    let context = Context::new();
    let page = context.run(&["checks", "explain", "ci-can-fail"]).ends(0).out;
    for part in [
        "ci-can-fail",
        "A failing test fails the CI",
        "required",
        "Why",
        "Fix",
        "workflow.swallowed",
        "proofolio: ignore[ci-can-fail]",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    context
        .run(&["checks", "explain", "ci-can-fial"])
        .ends(2)
        .says(&["ci-can-fial", "Did you mean `ci-can-fail`?"]);
    let peers: Vec<String> = context
        .run(&["checks", "list", "--json"])
        .ends(0)
        .json()
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|check| check["also_known_as"].as_array().unwrap().clone())
        .map(|peer| peer.as_str().unwrap().to_owned())
        .collect();
    let peer = peers
        .iter()
        .find(|peer| peer.starts_with("hadolint:"))
        .expect("a rule of hadolint");
    assert!(context.run(&["checks", "explain", peer]).ends(0).out.contains(peer));
    let rule = peer.trim_start_matches("hadolint:").to_lowercase();
    assert!(context.run(&["checks", "explain", &rule]).ends(0).out.contains(peer));
}

#[test]
fn the_built_in_checks_and_the_example_pack_prove_themselves() {
    let context = Context::new();
    let all = context.run(&["checks", "test"]).ends(0).out;
    assert!(all.contains("every case"), "{all}");
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/instructor-pack");
    let own = context.run(&["checks", "test", pack.to_str().unwrap()]).ends(0).out;
    assert!(own.contains("4 checks"), "{own}");
}

#[test]
fn a_pack_whose_case_comes_out_otherwise_is_broken() {
    let context = Context::new();
    let check = "id: own-rule\ntitle: The rule holds\narea: docs\nlevel: bonus\npoints: 1\nassert: docs.license is not none\nfail: it does not\nwhy: We agreed.\n\
                 fix: Do it.\ncases:\n  - {expect: pass, facts: {docs: {license: null}}}\n  - {expect: fail, facts: {docs: {licence: null}}}\n";
    std::fs::write(context.work().join("own.yaml"), check).unwrap();
    // Both mistakes at once: a wrong expectation, and a field that does not exist.
    context
        .run(&["checks", "test", "own.yaml"])
        .ends(4)
        .says(&["own.yaml:10", "case 1: expected Pass", "case 2"]);
    context.run(&["checks", "test", "nowhere"]).ends(4).says(&["nowhere"]);
}
