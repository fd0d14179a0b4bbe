//! Tests of what is found about calls, on whole projects.

use super::table::ACTIONS;
use crate::facts::workflow::{Audit, collect};
use crate::source::Snapshot;

const ACTION: &str = "name: Set up
inputs:
  level: {description: how much, required: 'true'}
  Color: {description: which, required: true, default: red}
  old: {description: gone, deprecationMessage: take level}
outputs: {digest: {description: what was made, value: '${{ steps.a.outputs.digest }}'}}
runs: {using: composite, steps: []}
";
const CALLED: &str = "on:
  workflow_call:
    inputs:
      environment: {type: string, required: true}
      replicas: {type: number}
      loud: {type: boolean, default: false}
    secrets: {KEY: {required: true}, EXTRA: {}}
    outputs: {url: {value: '${{ jobs.a.outputs.url }}'}}
jobs: {a: {runs-on: ubuntu-24.04, outputs: {url: x}, steps: [{run: make}]}}
";
const CALLING: &str = "on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    outputs: {digest: '${{ steps.made.outputs.digest }}'}
    steps:
      - {uses: actions/checkout@v6, with: {persist-credentials: false}}
      - uses: actions/setup-python@v6.1.0
        with: {python-version: '3.14', Cache: pip}
      - {id: made, uses: ./.github/actions/set-up/, with: {level: '3'}}
      - {uses: 'docker://alpine:3.22', with: {args: anything}}
  deploy:
    needs: build
    uses: ./.github/workflows/called.yml
    with:
      environment: production
      replicas: 2
    secrets: {key: '${{ secrets.KEY }}'}
  tell:
    needs: deploy
    runs-on: ubuntu-24.04
    steps: [{run: 'echo $URL', env: {URL: '${{ needs.deploy.outputs.url }}'}}]
";

/// The audit of the sound project with one text of the calling workflow replaced.
fn with(old: &str, new: &str) -> Audit {
    assert!(CALLING.contains(old), "{old}");
    let calling = CALLING.replace(old, new);
    let files = [
        (".github/actions/set-up/action.yml", ACTION),
        (".github/workflows/called.yml", CALLED),
        (".github/workflows/ci.yml", &calling),
    ];
    collect(&Snapshot::from_files(".", files)).audit
}

/// The lines and the words of what is wrong with calls.
fn calls(old: &str, new: &str) -> Vec<(usize, String)> {
    let found = with(old, new).calls;
    found.into_iter().map(|found| (found.loc.line, found.what)).collect()
}

#[test]
fn sound_calls_raise_no_alarm() {
    assert_eq!(with("push", "push"), Audit::default());
}

#[test]
fn what_is_handed_over_is_compared_with_what_is_taken() {
    for (old, new, line, words) in [
        (
            "python-version:",
            "pyhton-version:",
            9,
            "the nearest is `python-version`",
        ),
        (
            "level: '3'",
            "level: '3', size: big",
            10,
            "`size` is none of the inputs",
        ),
        (", with: {level: '3'}", "", 10, "needs the input `level`"),
        ("level: '3'", "level: '3', old: x", 10, "is deprecated: take level"),
        ("replicas: 2", "replicas: two", 17, "takes a number"),
        ("replicas: 2", "replicas: true", 17, "takes a number"),
        (
            "replicas: 2",
            "replicas: 2\n      regon: x",
            18,
            "`regon` is none of the inputs",
        ),
        (
            "      environment: production\n",
            "",
            14,
            "needs the input `environment`",
        ),
        (
            "{key: '${{ secrets.KEY }}'}",
            "{kez: x, key: y}",
            18,
            "the nearest is `key`",
        ),
        (
            "{key: '${{ secrets.KEY }}'}",
            "{extra: x}",
            14,
            "needs the secret `key`",
        ),
    ] {
        let found = calls(old, new);
        assert_eq!(found.len(), 1, "{new}: {found:?}");
        assert!(
            found.iter().all(|(at, what)| *at == line && what.contains(words)),
            "{new}: {found:?}"
        );
    }
    for (old, new) in [
        ("actions/setup-python@v6.1.0", "actions/setup-python@v99"),
        ("actions/setup-python@v6.1.0", "owner/unknown@v1"),
        ("secrets: {key: '${{ secrets.KEY }}'}", "secrets: inherit"),
        ("replicas: 2", "replicas: '${{ fromJSON(vars.REPLICAS) }}'"),
    ] {
        let found = calls(old, new);
        assert!(found.is_empty(), "{new}: {found:?}");
    }
    let computed = with("replicas: 2", "replicas: ${{ github.ref_name }}");
    assert_eq!(computed.expressions.len(), 1, "{:?}", computed.expressions);
}

#[test]
fn calls_of_what_is_not_there_are_found() {
    for (old, new) in [
        ("actions/checkout@v6", "actions/checkout"),
        ("actions/checkout@v6", "checkout@v6"),
        ("docker://alpine:3.22", "docker://alpine:"),
        ("./.github/actions/set-up/", "./.github/actions/setup"),
        ("./.github/workflows/called.yml", "./.github/workflows/other.yml"),
        ("./.github/workflows/called.yml", "./.github/workflows/ci.yml"),
        ("./.github/workflows/called.yml", "owner/repository@v1"),
        ("./.github/workflows/called.yml", "./.github/workflows/called.yml@main"),
    ] {
        assert_eq!(calls(old, new).len(), 1, "{new}: {:?}", calls(old, new));
    }
    // What another checkout or a script brings may be anywhere.
    for before in [
        "{uses: actions/checkout@v6, with: {path: other}}",
        "{run: ./fetch there}",
    ] {
        let steps = format!("- {before}\n      - {{id: made, uses: ./there, with");
        assert_eq!(calls("- {id: made, uses: ./.github/actions/set-up/, with", &steps), []);
    }
}

#[test]
fn a_file_is_read_as_what_it_is_called_for() {
    // The mistake of the job is none of the step that calls the same file rightly.
    let as_workflow = "./.github/actions/set-up/action.yml";
    let found = calls("./.github/workflows/called.yml", as_workflow);
    assert_eq!(found.len(), 1, "{found:?}");
    let first = format!("jobs:\n  first: {{uses: {as_workflow}}}");
    let found = calls("jobs:", &first);
    assert_eq!(
        found.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [3],
        "{found:?}"
    );
}

#[test]
fn outputs_that_what_is_called_does_not_give_are_found() {
    for (old, new, line) in [
        ("steps.made.outputs.digest", "steps.made.outputs.diges", 5),
        ("needs.deploy.outputs.url", "needs.deploy.outputs.uri", 22),
        (
            "uses: ./.github/actions/set-up/, with: {level: '3'}",
            "uses: actions/cache@v5, with: {key: a, path: b}",
            5,
        ),
    ] {
        let found = with(old, new).expressions;
        let lines: Vec<usize> = found.iter().map(|found| found.loc.line).collect();
        assert_eq!(lines, [line], "{new}: {found:?}");
    }
    // A script gives what it likes.
    let script = "uses: actions/github-script@v8, with: {script: x}";
    let found = with("uses: ./.github/actions/set-up/, with: {level: '3'}", script);
    assert_eq!(found.expressions, []);
}

#[test]
fn versions_that_no_longer_run_are_found() {
    let found = |uses: &str| {
        let audit = with("actions/checkout@v6", uses);
        (audit.refused_actions.len(), audit.retired_actions.len())
    };
    assert_eq!(found("actions/upload-artifact@v3"), (1, 0));
    assert_eq!(found("actions/download-artifact@v3.0.2"), (1, 0));
    assert_eq!(found("actions/cache@v2"), (1, 0));
    assert_eq!(found("actions/cache@v3"), (0, 1));
    assert_eq!(found("Actions/Checkout@v2"), (0, 1));
    assert_eq!(found("actions/checkout@v4.2.2"), (0, 1));
    for uses in [
        "actions/upload-artifact@v3-node20",
        "actions/checkout@main",
        "actions/checkout@v5",
        "codecov/codecov-action@v5",
    ] {
        assert_eq!(found(uses), (0, 0), "{uses}");
    }
}

#[test]
fn the_list_of_actions_is_in_order() {
    for pair in ACTIONS.windows(2) {
        let [first, second] = pair else { unreachable!() };
        assert!(first.name < second.name, "{} and {}", first.name, second.name);
    }
    for action in &ACTIONS {
        for names in [action.name, action.inputs, action.outputs.unwrap_or_default()] {
            assert_eq!(names, names.to_lowercase());
        }
        for required in action.required.split_whitespace() {
            assert!(
                action.inputs.split_whitespace().any(|input| input == required),
                "{}",
                action.name
            );
        }
        assert!(
            action.nodes.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "{}",
            action.name
        );
    }
}
