//! Tests of the workflow collector.

mod gitlab;

use super::*;

fn facts(files: &[(&str, &str)]) -> WorkflowFacts {
    collect(&Snapshot::from_files(
        "x",
        files.iter().map(|(path, text)| (*path, *text)),
    ))
}

/// A workflow whose only script is the given one.
fn script(run: &str) -> WorkflowFacts {
    let body: String = run.lines().map(|line| format!("          {line}\n")).collect();
    let text = format!(
        "on: [push, pull_request]\npermissions: {{}}\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: |\n{body}"
    );
    facts(&[
        (".github/workflows/ci.yml", &text),
        (
            "Makefile",
            "PY := .venv/bin/python\ntest: prepare ## run\n\t$(PY) -m pytest --cov\nall: lint test\nlint:\n\truff check\nlax:\n\t-pytest\nprepare:\n\tpip install -r requirements.txt\n",
        ),
        ("tox.ini", "[testenv]\ncommands =\n    pytest {posargs}\n"),
        ("scripts/test.sh", "#!/bin/sh\nset -e\npython -m pytest\n"),
        ("scripts/lax.sh", "#!/bin/sh\npytest\necho done\n"),
    ])
}

#[test]
fn pytest_is_found_wherever_it_runs() {
    for run in [
        "pytest",
        "python -m pytest -q",
        "uv run pytest",
        "uv run --with x python -m pytest",
        "poetry run pytest -x",
        "make test",
        "make -j 2 test",
        "tox -e py",
        "./scripts/test.sh",
        "bash scripts/test.sh",
        "bash -c 'pytest -q'",
        "coverage run -m pytest",
        "DATABASE_URL=x .venv/bin/pytest",
        "pip install -r requirements.txt && pytest",
        "docker compose run --rm api pytest",
        "docker-compose run --rm --entrypoint=pytest api /tests/unit",
        "make all",
    ] {
        let facts = script(run);
        assert!(facts.runs_pytest, "{run}");
        assert!(facts.swallowed.is_empty(), "{run}: {:?}", facts.swallowed);
        assert_eq!(facts.pytest_steps[0].loc.line, 8, "{run}");
    }
    for run in [
        "pip install pytest",
        "echo pytest",
        "pytest --version",
        "make prepare",
        "# pytest",
        "cat pytest.ini",
    ] {
        assert!(!script(run).runs_pytest, "{run}");
    }
    assert!(script("make test").installs_requirements);
}

#[test]
fn installing_what_is_declared_has_many_forms() {
    for run in [
        "pip install -r requirements.txt",
        "python -m pip install -e '.[dev]'",
        "uv sync --locked",
        "uv run pytest",
        "uv run --frozen python -m pytest",
        "poetry install",
        "pipenv sync",
        "pip-sync requirements-dev.txt",
        "hatch test",
        "conda env update --file environment.yml",
        "docker compose run --rm api pytest",
        "tox",
    ] {
        assert!(script(run).installs_requirements, "{run}");
    }
    for run in [
        "pip install pytest",
        "uv run --no-project pytest",
        "uv run --no-sync pytest",
        "uvx pytest",
        "poetry run pytest",
        "docker run postgres:17",
        "pytest",
    ] {
        assert!(!script(run).installs_requirements, "{run}");
    }
}

#[test]
fn swallowed_failures() {
    for run in [
        "pytest || true",
        "pytest || exit 0",
        "pytest -q || echo failed",
        "pytest; true",
        "set +e\npytest\necho done",
        "pytest | tee log.txt",
        "make lax",
        "make test || true",
        "./scripts/lax.sh",
        "pytest &",
    ] {
        let facts = script(run);
        assert!(facts.runs_pytest, "{run}");
        assert_eq!(facts.swallowed.len(), 1, "{run}: {:?}", facts.swallowed);
    }
    for run in [
        "pytest || exit 1",
        "set -o pipefail\npytest | tee log.txt",
        "set +e\npytest\ncode=$?\nexit $code",
        "pytest || (echo no; exit 1)",
        "pytest && echo yes",
        "pytest > log.txt 2>&1",
        "flake8 || true\npytest",
    ] {
        assert!(script(run).swallowed.is_empty(), "{run}: {:?}", script(run).swallowed);
    }
    assert_eq!(script("flake8 || true\npytest").lenient.len(), 1);
    assert_eq!(script("echo a\npytest || true").swallowed[0].loc.line, 9);
}

#[test]
fn what_every_workflow_needs_is_told_once() {
    for (text, what) in [
        ("", "there are no jobs"),
        ("on: push\n", "there are no jobs"),
        ("on: push\njobs:\n", "there are no jobs"),
        ("jobs: {a: {uses: ./b}}\n", "`on` is missing"),
        (
            "on: push\njobs: {a: {runs-on: ubuntu-24.04}}\n",
            "neither steps nor uses",
        ),
        ("on: push\njobs: {a: }\n", "neither steps nor uses"),
    ] {
        let facts = facts(&[(".github/workflows/ci.yml", text)]);
        assert!(
            facts.errors.iter().any(|error| error.message.contains(what)),
            "{text}: {:?}",
            facts.errors
        );
        assert!(facts.audit.keys.is_empty(), "{text}: {:?}", facts.audit.keys);
    }
}

#[test]
fn github_in_detail() {
    let text = "name: ci\non:\n  push: {branches: [main]}\n  pull_request:\npermissions:\n  contents: read\njobs:\n  test:\n    \
        runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    services:\n      db: {image: postgres:18}\n    continue-on-error: true\n    \
        steps:\n      - uses: actions/checkout@v4\n      - uses: other/thing@main\n      - uses: pinned/thing@3d3c42e5aac5ba805825da76410c181273ba90b1\n      \
        - run: pytest\n      - run: echo ${{ github.event.issue.title }}\n  deploy:\n    runs-on: x\n    steps: [{run: docker build .}]\n  \
        gated:\n    needs: [test]\n    steps: [{run: docker push x}]\n  off:\n    if: false\n    needs: nothing\n    steps: [{run: pytest}]\n";
    let facts = facts(&[(".github/workflows/ci.yml", text)]);
    assert!(facts.on_push && facts.on_pull_request && facts.has_postgres && facts.builds_image && facts.tests_on_push);
    assert_eq!(facts.files[0].permissions.as_deref(), Some("contents: read"));
    assert_eq!(facts.unpinned_actions.len(), 1);
    assert_eq!(
        (
            facts.unpinned_actions[0].what.as_str(),
            facts.unpinned_actions[0].loc.line
        ),
        ("other/thing@main", 16)
    );
    assert_eq!(facts.injections[0].loc.line, 19);
    let harmless = text.replace(
        "${{ github.event",
        "${{ contains('a b', github.event.issue.title) && github.event",
    );
    let harmless = harmless.replace(".title }}", ".title == 'a' }}");
    assert!(
        super::tests::facts(&[(".github/workflows/ci.yml", &harmless)])
            .injections
            .is_empty()
    );
    let how: Vec<&str> = facts.swallowed.iter().map(|found| found.what.as_str()).collect();
    assert_eq!(how, ["continue-on-error: true", "a condition that is never true"]);
    assert_eq!(facts.ungated_deployments.len(), 1);
    assert_eq!(facts.errors.len(), 1, "{:?}", facts.errors);
    assert!(facts.broad_permissions.is_empty() && facts.dangerous_triggers.is_empty());
}

#[test]
fn hostile_workflows_end_in_errors() {
    let start = std::time::Instant::now();
    for text in ["[", "on: {", "- - -", "jobs: &a {b: *a}", "\u{0}", "jobs:\n\t- x"] {
        let facts = facts(&[(".github/workflows/ci.yml", text)]);
        assert!(facts.present && !facts.runs_pytest);
    }
    let mut many = String::from("on: push\njobs:\n");
    for number in 0..10_000 {
        many.push_str(&format!("  j{number}: {{steps: [{{run: pytest}}]}}\n"));
    }
    let _ = facts(&[(".github/workflows/ci.yml", &many)]);
    let looped = facts(&[
        (
            ".github/workflows/ci.yml",
            "on: push\njobs: {a: {steps: [{run: make all}]}}\n",
        ),
        (
            "Makefile",
            "all: all b\n\t$(MAKE) b\nb: all\n\tmake all\n\tmake b\n\tmake all b\n",
        ),
    ]);
    assert!(!looped.runs_pytest);
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn triggers_that_never_match() {
    let facts = facts(&[(
        ".github/workflows/ci.yml",
        "on: workflow_dispatch\njobs: {a: {steps: [{run: pytest}]}}\n",
    )]);
    assert!(facts.runs_pytest && !facts.tests_on_push && !facts.tests_on_pull_request);
}

#[test]
fn tests_of_a_workflow_that_another_starts_run_when_that_runs() {
    let project = |start: &str, deploy: &str| {
        let ci = format!(
            "on: [push, pull_request]\npermissions: {{}}\njobs:\n  check: {{uses: {start}}}\n  deploy: {{{deploy}runs-on: x, \
             timeout-minutes: 5, steps: [{{run: kubectl apply -f k8s}}]}}\n"
        );
        facts(&[
            (".github/workflows/ci.yml", ci.as_str()),
            (
                ".github/workflows/chain.yaml",
                "on: {workflow_call: {}}\njobs: {a: {uses: $/.github/workflows/tests.yml}}\n",
            ),
            (
                ".github/workflows/tests.yml",
                "on: workflow_call\njobs: {a: {runs-on: x, timeout-minutes: 5, steps: [{run: pytest}]}}\n",
            ),
        ])
    };
    let sound = project("./.github/workflows/chain.yaml", "needs: check, ");
    assert!(sound.tests_on_push && sound.tests_on_pull_request);
    assert_eq!(
        (&sound.ungated_deployments, &sound.broad_permissions),
        (&Vec::new(), &Vec::new())
    );
    assert_eq!(
        project("./.github/workflows/chain.yaml", "").ungated_deployments.len(),
        1
    );
    let elsewhere = project("./.github/workflows/other.yaml", "needs: check, ");
    assert!(elsewhere.runs_pytest && !elsewhere.tests_on_push);
    assert_eq!(
        elsewhere.broad_permissions.len(),
        1,
        "nobody gives the chain its rights"
    );
    assert_eq!(sound.unpinned_actions, []);
    let foreign = project("owner/ci/.github/workflows/tests.yml@v2", "needs: check, ");
    assert_eq!(foreign.unpinned_actions.len(), 1);
    assert_eq!(foreign.unpinned_actions[0].loc.line, 4);
}

/// A workflow that builds, tries, pushes and deploys soundly, with one text replaced.
fn deployment(old: &str, new: &str) -> WorkflowFacts {
    let text = "on: [push, pull_request]
permissions: {}
concurrency: {group: ci, cancel-in-progress: \"${{ github.event_name == 'pull_request' }}\"}
jobs:
  test:
    runs-on: x
    steps: [{run: pytest}]
  image:
    needs: test
    runs-on: x
    steps:
      - run: docker build --tag shop:ci .
      - run: docker run --detach shop:ci
      - run: |
          docker push registry.example/shop:ci
          echo \"image=$(docker inspect --format '{{index .RepoDigests 0}}' shop:ci)\" >> out
  deploy:
    needs: image
    runs-on: x
    environment: production
    concurrency: {group: production, cancel-in-progress: false}
    steps: [{run: python -m deploy release --image \"$IMAGE\"}]
";
    assert!(text.contains(old));
    facts(&[(".github/workflows/ci.yml", &text.replace(old, new))])
}

#[test]
fn a_sound_deployment_raises_no_alarm() {
    let facts = deployment("shop", "shop");
    assert!(facts.deploys);
    for findings in [
        &facts.ungated_deployments,
        &facts.untried_pushes,
        &facts.deployments_without_environment,
        &facts.cancelled_deployments,
        &facts.deployments_by_tag,
    ] {
        assert!(findings.is_empty(), "{findings:?}");
    }
}

#[test]
fn each_fault_of_a_deployment_is_found() {
    let untried = deployment("      - run: docker run --detach shop:ci\n", "");
    assert_eq!(untried.untried_pushes.len(), 1);
    let late = deployment(
        "docker push registry.example/shop:ci\n",
        "docker push registry.example/shop:ci\n          docker run x\n",
    );
    assert!(late.untried_pushes.is_empty(), "an earlier step has run it");
    assert_eq!(
        deployment("    environment: production\n", "")
            .deployments_without_environment
            .len(),
        1
    );
    assert_eq!(
        deployment("cancel-in-progress: false", "cancel-in-progress: true")
            .cancelled_deployments
            .len(),
        1
    );
    assert_eq!(
        deployment("\"${{ github.event_name == 'pull_request' }}\"", "true")
            .cancelled_deployments
            .len(),
        1
    );
    assert_eq!(
        deployment("{{index .RepoDigests 0}}", "{{.Id}}")
            .deployments_by_tag
            .len(),
        1
    );
}

#[test]
fn scripts_beneath_a_working_directory_are_followed() {
    let workflow = "on: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: uv run bash scripts/start.sh\n        working-directory: backend\n";
    let files = [
        (".github/workflows/ci.yml", workflow),
        ("scripts/test.sh", "docker compose up\n"),
        (
            "backend/scripts/start.sh",
            "#!/usr/bin/env bash\nset -e\nbash scripts/test.sh \"$@\"\n",
        ),
        (
            "backend/scripts/test.sh",
            "set -e\nMODE=x coverage run -m pytest tests/\n",
        ),
    ];
    assert!(facts(&files).runs_pytest);
    assert!(!facts(&files[..3]).runs_pytest);
}
