//! Tests of what the audit of a workflow finds.

use super::*;
use crate::facts::workflow::model::Finding;
use crate::source::yaml;

const SOUND: &str = "on:
  push: {branches: [main], paths: ['src/**']}
  workflow_dispatch: {inputs: {level: {type: choice, options: [a, b], default: a}}}
permissions: {contents: read}
env: {LEVEL: '${{ inputs.level }}'}
jobs:
  test:
    runs-on: ${{ matrix.os }}
    strategy: {matrix: {os: [ubuntu-24.04], python: ['3.13', '3.14'], exclude: [{python: '3.13'}]}}
    outputs: {version: '${{ steps.read.outputs.version }}'}
    steps:
      - uses: actions/checkout@v5
        with: {persist-credentials: false}
      - id: read
        if: github.event_name == 'push' && !cancelled()
        shell: bash
        run: |
          echo
          echo ${{ matrix.python }} ${{ hashFiles('*.txt') }} ${{ github.workspace }}
  build:
    needs: test
    runs-on: ubuntu-latest
    if: ${{ always() }}
    container: {image: 'python:3.14', env: {JOB: '${{ job.status }}'}}
    steps: [{run: 'echo $VERSION', env: {VERSION: '${{ needs.test.outputs.version }}'}}]
";

fn audit_text(text: &str) -> Audit {
    let root = yaml::parse(text).expect("sound YAML");
    audit(&root, &Source::new(".github/workflows/ci.yml", text))
}

/// The audit of the sound workflow with one text replaced.
fn with(old: &str, new: &str) -> Audit {
    assert!(SOUND.contains(old), "{old}");
    audit_text(&SOUND.replace(old, new))
}

fn lines(list: &[Finding]) -> Vec<usize> {
    list.iter().map(|found| found.loc.line).collect()
}

#[test]
fn a_sound_workflow_raises_no_alarm() {
    assert_eq!(audit_text(SOUND), Audit::default());
}

#[test]
fn expressions_are_judged_in_the_scope_of_their_place() {
    for (old, new, line) in [
        ("matrix.python }}", "matrix.pyton }}", 19),
        ("hashFiles('*.txt')", "hashFile('*.txt')", 19),
        ("hashFiles('*.txt')", "'open", 19),
        ("steps.read.outputs.version", "steps.raed.outputs.version", 10),
        ("needs.test.outputs.version", "needs.test.outputs.vers", 25),
        ("needs.test.outputs.version", "needs.build.outputs.version", 25),
        ("${{ inputs.level }}", "${{ inputs.levle }}", 5),
        ("${{ inputs.level }}", "${{ runner.os }}", 5),
        ("${{ always() }}", "${{ secrets.TOKEN }}", 23),
        ("github.event_name ==", "github.evnt_name ==", 15),
        ("matrix.python }}", "matrix.python }", 19),
        ("hashFiles('*.txt')", "format('{0} {1}', 'a')", 19),
        ("hashFiles('*.txt')", "fromJSON('{')", 19),
    ] {
        let audit = with(old, new);
        assert_eq!(lines(&audit.expressions), [line], "{new}: {:?}", audit.expressions);
    }
    let fine = with(
        "{os: [ubuntu-24.04], python: ['3.13', '3.14'], exclude: [{python: '3.13'}]}",
        "'${{ fromJSON(vars.M) }}'",
    );
    assert!(fine.expressions.is_empty(), "{:?}", fine.expressions);
}

#[test]
fn each_fault_is_found_once_in_its_own_list() {
    type List = fn(&Audit) -> &Vec<Finding>;
    let faults: [(&str, &str, usize, List); 22] = [
        ("    needs: test", "    nedes: test\n    needs: test", 21, |audit| {
            &audit.keys
        }),
        ("branches: [main]", "branches: [main], branch: x", 2, |audit| {
            &audit.keys
        }),
        (
            "        shell: bash\n",
            "        shell: bash\n        with: {a: b}\n",
            17,
            |audit| &audit.keys,
        ),
        (
            "    needs: test\n",
            "    needs: test\n    timeout-minutes: 0\n",
            22,
            |audit| &audit.keys,
        ),
        ("  test:\n", "  test:\n    needs: build\n", 7, |audit| &audit.cycles),
        ("['3.13', '3.14']", "['3.13', '3.13']", 9, |audit| &audit.matrices),
        ("[{python: '3.13'}]", "[{python: '3.12'}]", 9, |audit| &audit.matrices),
        ("[{python: '3.13'}]", "[{pyton: '3.13'}]", 9, |audit| &audit.matrices),
        ("  push:", "  psuh:", 2, |audit| &audit.events),
        ("default: a}", "default: c}", 3, |audit| &audit.events),
        ("[ubuntu-24.04]", "[ubuntu-18.04]", 9, |audit| &audit.runners),
        ("- id: read", "- id: read me", 14, |audit| &audit.ids),
        ("{contents: read}", "{contents: reed}", 4, |audit| &audit.permissions),
        (
            "          echo\n",
            "          echo ::set-output name=a::b\n",
            18,
            |audit| &audit.commands,
        ),
        ("if: ${{ always() }}", "if: ${{ always() }} || true", 23, |audit| {
            &audit.conditions
        }),
        ("if: ${{ always() }}", "if: true && 1", 23, |audit| &audit.conditions),
        ("shell: bash", "shell: bsh", 16, |audit| &audit.shells),
        (
            "'python:3.14',",
            "'python:3.14', credentials: {username: a, password: b},",
            24,
            |audit| &audit.credentials,
        ),
        ("{JOB:", "{MY JOB:", 24, |audit| &audit.variables),
        ("['src/**']", "['src/[a']", 2, |audit| &audit.patterns),
        ("persist-credentials: false", "fetch-depth: 0", 12, |audit| {
            &audit.kept_tokens
        }),
        ("'python:3.14'", "'python'", 24, |audit| &audit.loose_images),
    ];
    for (old, new, line, list) in faults {
        let audit = with(old, new);
        let found = list(&audit);
        assert_eq!(lines(found), [line], "{new}: {found:?}");
    }
}

#[test]
fn trust_that_an_outsider_can_set_is_found() {
    let bot = |event: &str| {
        let condition = SOUND.replace("if: ${{ always() }}", "if: github.actor == 'dependabot[bot]'");
        audit_text(&condition.replace("  push:", event)).bot_conditions
    };
    assert_eq!(lines(&bot("  pull_request_target:")), [23]);
    assert!(bot("  push:").is_empty(), "without more rights there is nothing to win");
    let loose = with("if: ${{ always() }}", "if: contains('main dev', github.ref_name)");
    assert_eq!(lines(&loose.loose_contains), [23]);
    let list = with(
        "if: ${{ always() }}",
        "if: contains(fromJSON('[\"main\"]'), github.ref_name)",
    );
    assert!(list.loose_contains.is_empty());
    assert_eq!(
        lines(&with("  push:", "  pull_request_target:").privileged_triggers),
        [2]
    );
    assert_eq!(
        lines(&with("${{ job.status }}", "${{ toJSON(secrets) }}").whole_secrets),
        [24]
    );
    assert_eq!(
        lines(&with("LEVEL:", "ACTIONS_ALLOW_UNSECURE_COMMANDS: true, LEVEL:").insecure_commands),
        [5]
    );
}

#[test]
fn values_that_become_part_of_a_script_are_found() {
    for value in [
        "steps.read.outputs.version",
        "github.ref_name",
        "github.ref == 'x' && github.ref_name || 'none'",
    ] {
        let audit = with("hashFiles('*.txt')", value);
        assert_eq!(lines(&audit.open_scripts), [19], "{value}: {:?}", audit.open_scripts);
    }
    for value in [
        "inputs.level",
        "github.sha",
        "github.ref_name == 'main'",
        "steps.read.outcome",
    ] {
        assert!(with("hashFiles('*.txt')", value).open_scripts.is_empty(), "{value}");
    }
    let key = with("{LEVEL:", "{'${{ runner.os }}':");
    assert_eq!(lines(&key.expressions), [5]);
}

#[test]
fn hostile_workflows_are_bounded() {
    let start = std::time::Instant::now();
    let rows: String = (0..10_000).map(|number| format!("n{number},")).collect();
    let matrix = audit_text(&format!(
        "jobs: {{a: {{strategy: {{matrix: {{a: [{rows}], exclude: [{{a: b}}]}}}}}}}}"
    ));
    assert!(matrix.matrices.is_empty());
    let _ = audit_text(&format!("env: {{A: '${{{{ {} }}}}'}}", "(".repeat(900_000)));
    let many = audit_text(&format!("env:\n  A: {}\n", "${{ x }}".repeat(100_000)));
    assert!(many.expressions.len() <= 1_000);
    assert!(start.elapsed().as_secs() < 20);
}
