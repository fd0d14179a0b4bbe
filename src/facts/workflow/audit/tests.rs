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
    let document = yaml::read(text).expect("sound YAML");
    let nothing = crate::source::Snapshot::from_files(".", [("README.md", "")]);
    audit(
        &document,
        &Source::new(".github/workflows/ci.yml", text),
        &Interfaces::new(&nothing),
    )
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
fn types_are_followed() {
    for (value, what) in [
        ("github", "an object has no text"),
        ("github.event.commits.*", "a list has no text"),
        ("null", "nothing has no text"),
        ("matrix.python.minor", "`matrix.python` is a text and has no `minor`"),
        ("steps", "an object has no text"),
        ("fromJSON('{\"a\": [1]}').b", "has no `b`"),
        ("fromJSON('[1]')[github.ref]", "a list is counted by numbers"),
        ("github == 'x'", "an object is never equal to a text"),
        (
            "fromJSON('[1]') == fromJSON('{}')",
            "a list is never equal to an object",
        ),
        ("fromJSON('[1]') > 2", "a list has no order"),
        ("github.ref_protected < true", "a boolean has no order"),
        ("startsWith(github, 'x')", "does not take an object"),
    ] {
        let audit = with("hashFiles('*.txt')", value);
        assert_eq!(lines(&audit.expressions), [19], "{value}: {:?}", audit.expressions);
        assert!(
            audit.expressions[0].what.contains(what),
            "{value}: {:?}",
            audit.expressions
        );
    }
    for value in [
        "toJSON(github)",
        "github.event.anything.at.all",
        "env.LEVEL",
        "matrix['python']",
        "github.event.commits.*.message[0]",
        "join(github.event.commits.*.message)",
        "contains(fromJSON('[\"a\"]'), matrix.python)",
        "fromJSON('{\"A\": {\"b\": 1}}').a.b",
        "case(github.ref == 'x', 1, 2)",
    ] {
        let audit = with("hashFiles('*.txt')", value);
        assert!(audit.expressions.is_empty(), "{value}: {:?}", audit.expressions);
    }
}

#[test]
fn a_matrix_has_the_properties_of_all_its_rows() {
    let used = |value: &str| {
        let text = format!(
            "on: push\njobs:\n  test:\n    strategy:\n      matrix:\n        target: [{{os: a}}, {{os: b, cpu: c}}]\n        \
             include: [{{level: 1}}]\n    runs-on: {value}\n    steps: [{{run: make}}]\n"
        );
        audit_text(&text).expressions
    };
    for fine in [
        "${{ matrix.target.os }}",
        "${{ matrix.target.CPU }}",
        "${{ matrix.level }}",
        "${{ fromJSON('[\"a\"]') }}",
    ] {
        assert!(used(fine).is_empty(), "{fine}: {:?}", used(fine));
    }
    for wrong in [
        "${{ matrix.target.ram }}",
        "${{ matrix.target }}",
        "a-${{ fromJSON('[1]') }}",
    ] {
        assert_eq!(lines(&used(wrong)), [8], "{wrong}");
    }
}

#[test]
fn an_input_s_default_names_only_the_inputs_before_it_and_has_its_type() {
    let with_default = |default: &str| {
        let text = format!(
            "on:\n  workflow_call:\n    inputs:\n      first: {{type: string}}\n      second:\n        type: boolean\n        \
             default: {default}\n      third: {{type: boolean}}\njobs: {{a: {{uses: ./b}}}}\n"
        );
        audit_text(&text).expressions
    };
    assert!(with_default("${{ github.ref_protected }}").is_empty());
    for wrong in ["${{ inputs.second }}", "${{ inputs.third }}", "${{ inputs.first }}"] {
        assert_eq!(lines(&with_default(wrong)), [7], "{wrong}");
    }
}

#[test]
fn every_place_has_its_shape() {
    let job = |lines: &str| {
        format!("on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps: [{{run: make}}]\n{lines}")
    };
    for (text, line) in [
        ("on:\njobs: {a: {uses: ./b}}\n".to_owned(), 1),
        ("on: schedule\njobs: {a: {uses: ./b}}\n".to_owned(), 1),
        ("on: {schedule: []}\njobs: {a: {uses: ./b}}\n".to_owned(), 1),
        ("on: {push: {branches: []}}\njobs: {a: {uses: ./b}}\n".to_owned(), 1),
        (
            "on: {workflow_call: {inputs: {a: {default: b}}}}\njobs: {a: {uses: ./b}}\n".to_owned(),
            1,
        ),
        (
            "on: {workflow_dispatch: {inputs: {a: {type: b}}}}\njobs: {a: {uses: ./b}}\n".to_owned(),
            1,
        ),
        ("on: push\njobs:\n  a:\n    steps: [{run: make}]\n".to_owned(), 3),
        ("on: push\njobs: {a: {uses: ./b, secrets: all}}\n".to_owned(), 2),
        ("on: push\njobs: {a: {uses: }}\n".to_owned(), 2),
        (job("    env: A=b\n"), 6),
        (job("    env: {a: 1, A: 2}\n"), 6),
        (job("    env: {A: [b]}\n"), 6),
        (job("    needs: []\n"), 6),
        (job("    container: {}\n"), 6),
        (job("    container: {image: ''}\n"), 6),
        (job("    container: {image: a, ports: 80}\n"), 6),
        (job("    container: {image: a, credentials: {username: b}}\n"), 6),
        (job("    services: db\n"), 6),
        (job("    environment: {url: a}\n"), 6),
        (job("    concurrency: {cancel-in-progress: true}\n"), 6),
        (job("    strategy: {fail-fast: 'true'}\n"), 6),
        (job("    strategy: {max-parallel: 1.5}\n"), 6),
        (job("    strategy: {matrix: {a: []}}\n"), 6),
        (job("    snapshot: {version: '1'}\n"), 6),
        (job("    timeout-minutes: ${{ vars.A }}0\n"), 6),
        (job("    with: {a: b}\n"), 6),
        (
            "x: &x {a: b}\non: push\njobs: {a: {uses: ./b, with: {<<: *x}}}\n".to_owned(),
            1,
        ),
    ] {
        let found = lines(&audit_text(&text).keys);
        assert!(found.contains(&line), "{text}: {found:?}");
    }
    for text in [
        job("    env: ${{ fromJSON(vars.A) }}\n    timeout-minutes: ${{ fromJSON(vars.B) }}\n"),
        job("    container: null\n    services: {db: {image: a, ports: []}}\n"),
        job("    concurrency: a\n    environment: {name: a, url: b}\n    snapshot: a\n"),
        job("    strategy: {matrix: {a: '${{ fromJSON(vars.A) }}', include: [{b: c}]}}\n"),
        "on: {pull_request: , workflow_dispatch: {inputs: }}\njobs: {a: {uses: ./b, secrets: inherit}}\n".to_owned(),
        "on: push\nenv: &env {A: b}\njobs: {a: {runs-on: ubuntu-24.04, env: *env, steps: [{run: make}]}}\n".to_owned(),
    ] {
        let audit = audit_text(&text);
        assert!(audit.keys.is_empty(), "{text}: {:?}", audit.keys);
    }
}

#[test]
fn merge_keys_are_told_where_they_stand() {
    let text = "on: push\nenv: &env {A: b}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    env:\n      <<: *env\n      B: c\n    steps: [{run: make}]\n";
    assert_eq!(lines(&audit_text(text).keys), [7]);
}

#[test]
fn labels_that_no_runner_has_together_are_found() {
    let runners = |labels: &str| {
        let text = format!(
            "on: push\njobs:\n  test:\n    strategy: {{matrix: {{os: [windows-latest, ubuntu-24.04]}}}}\n    runs-on: {labels}\n    \
             steps: [{{run: make}}]\n"
        );
        lines(&audit_text(&text).runners)
    };
    assert_eq!(runners("[ubuntu-latest, macos-latest]"), [5]);
    assert_eq!(runners("[ubuntu-latest, '${{ matrix.os }}']"), [4]);
    assert_eq!(runners("[ubuntu-latest, x64]"), [0; 0]);
    assert_eq!(runners("[self-hosted, linux, macos]"), [0; 0]);
    assert_eq!(runners("{labels: [ours]}"), [5]);
    assert_eq!(runners("{group: large, labels: [ours]}"), [0; 0]);
    assert_eq!(runners("${{ matrix.os }}"), [0; 0]);
}

#[test]
fn times_have_zones_and_choices_differ() {
    let events = |on: &str| lines(&audit_text(&format!("on: {{{on}}}\njobs: {{a: {{uses: ./b}}}}\n")).events);
    for zone in ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1"] {
        assert_eq!(
            events(&format!("schedule: [{{cron: '0 5 * * 1', timezone: {zone}}}]")),
            [0; 0],
            "{zone}"
        );
    }
    for zone in ["UTC", "Mars/Base", "Europe/", "local"] {
        assert_eq!(
            events(&format!("schedule: [{{cron: '0 5 * * 1', timezone: {zone}}}]")),
            [1],
            "{zone}"
        );
    }
    assert_eq!(
        events("workflow_dispatch: {inputs: {a: {type: choice, options: [b, b]}}}"),
        [1]
    );
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
    let labeller = "on: pull_request_target\njobs: {a: {runs-on: ubuntu-24.04, steps: [{uses: actions/labeler@v6}]}}\n";
    assert!(audit_text(labeller).privileged_triggers.is_empty());
    let more = labeller.replace("v6}", "v6}, {run: make}");
    assert_eq!(lines(&audit_text(&more).privileged_triggers), [1]);
    assert_eq!(lines(&with("{contents: read}", "{contents: write}").shared_rights), [4]);
    let alone = labeller.replace("jobs:", "permissions: {pull-requests: write}\njobs:");
    assert!(audit_text(&alone).shared_rights.is_empty(), "one job has them anyhow");
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
    let wide: String = (0..4_000).map(|number| format!("n{number}: [{{a: b}}],")).collect();
    let uses = "- run: ${{ matrix.* || needs || matrix || toJSON(matrix) }}\n      ".repeat(4_000);
    let typed = audit_text(&format!(
        "on: push\njobs:\n  a:\n    strategy: {{matrix: {{{wide}}}}}\n    steps:\n      {uses}"
    ));
    assert!(typed.expressions.is_empty(), "{:?}", typed.expressions.first());
    let _ = audit_text(&format!("env: {{A: '${{{{ {} }}}}'}}", "(".repeat(900_000)));
    let many = audit_text(&format!("env:\n  A: {}\n", "${{ x }}".repeat(100_000)));
    assert!(many.expressions.len() <= 1_000);
    assert!(start.elapsed().as_secs() < 20);
}
