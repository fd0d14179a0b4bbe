//! The static collectors and the checks over them: a sound project raises no alarm, and one fault turns one check red.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proofolio::checks::{Check, Rubric};
use proofolio::events::NullSink;
use proofolio::facts::docker::{Installer, Options};
use proofolio::facts::{compose, dockerfile, docs, git, python, requirements, secrets, tests, workflow};
use proofolio::report::model::{Level, Report, VerdictOutcome};
use proofolio::source::{Limits, Snapshot};
use proofolio::verification::{Request, deadline, verify};
use serde_json::json;

/// All static facts, as a check sees them.
fn facts(root: &Path) -> serde_json::Value {
    let snapshot = Snapshot::from_folder(root, &Limits::default()).unwrap();
    let requirements = requirements::collect(&snapshot);
    json!({
        "git": git::collect(&snapshot),
        "python": python::collect(&snapshot, &requirements),
        "requirements": requirements,
        "tests": tests::collect(&snapshot),
        "dockerfile": dockerfile::collect(&snapshot),
        "compose": compose::collect(&snapshot),
        "workflow": workflow::collect(&snapshot),
        "docs": docs::collect(&snapshot),
        "secrets": secrets::collect(&snapshot),
    })
}

/// A static run of the real thing.
fn report(root: &Path) -> Report {
    let none: [&Path; 0] = [];
    let rubric = Rubric::load(&none).unwrap();
    let checks: Vec<&Check> = rubric.checks.iter().collect();
    let request = Request {
        given: "project",
        folder: root,
        kind: None,
        python: None,
        checks,
        known_checks: rubric.ids(),
        ignore_suppressions: false,
        static_only: true,
        keep: false,
        fail_on: Level::Required,
        options: Options {
            installer: Installer::Uv,
            no_cache: true,
            jobs: 1,
            deadline: deadline(Duration::from_secs(60)),
            cache_folder: None,
            install_environment: BTreeMap::new(),
            certificates: None,
        },
        engine: &|| panic!("a static run needs no engine"),
    };
    verify(&request, &NullSink).unwrap()
}

/// The checks that fail, with their messages.
fn failing(root: &Path) -> BTreeMap<String, Vec<String>> {
    let verdicts = report(root).verdicts.into_iter();
    verdicts
        .inspect(|verdict| assert_ne!(verdict.outcome, VerdictOutcome::Broken, "{verdict:?}"))
        .filter(|verdict| verdict.outcome == VerdictOutcome::Failed)
        .map(|verdict| {
            (
                verdict.id,
                verdict.findings.into_iter().map(|finding| finding.message).collect(),
            )
        })
        .collect()
}

fn sound() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sound-api")
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn commit(root: &Path) {
    let repository = git2::Repository::init(root).unwrap();
    let mut index = repository.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::FORCE, None).unwrap();
    index.write().unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let author = git2::Signature::now("Ada", "ada@example.org").unwrap();
    let scaffold = repository
        .commit(Some("HEAD"), &author, &author, "Scaffold notes with roles", &tree, &[])
        .unwrap();
    // Somebody has worked on it since.
    let parent = repository.find_commit(scaffold).unwrap();
    repository
        .commit(
            Some("HEAD"),
            &author,
            &author,
            "Write notes with roles",
            &tree,
            &[&parent],
        )
        .unwrap();
}

/// A committed copy of the sound project after a change.
fn project(change: impl FnOnce(&Path)) -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    copy(&sound(), folder.path());
    change(folder.path());
    commit(folder.path());
    folder
}

fn replace(root: &Path, path: &str, from: &str, to: &str) {
    let path = root.join(path);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn append(root: &Path, path: &str, more: &str) {
    let path = root.join(path);
    let text = fs::read_to_string(&path).unwrap_or_default();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text + more).unwrap();
}

#[test]
fn a_sound_project_raises_no_alarm() {
    let folder = project(|_| {});
    assert_eq!(failing(folder.path()), BTreeMap::new());
}

type Change = fn(&Path);

#[test]
fn one_fault_turns_one_check_red() {
    let faults: [(&str, Change); 34] = [
        ("ci-can-fail", |root| {
            replace(
                root,
                ".github/workflows/ci.yml",
                "make test | tee test.log",
                "make test || true",
            )
        }),
        ("ci-can-fail", |root| {
            replace(root, ".github/workflows/ci.yml", "set -o pipefail", "set +e")
        }),
        ("ci-can-fail", |root| {
            replace(root, "Makefile", "$(PY) -m pytest --cov", "-$(PY) -m pytest --cov")
        }),
        ("ci-can-fail", |root| {
            replace(
                root,
                ".github/workflows/ci.yml",
                "- name: Test",
                "- name: Test\n        continue-on-error: true",
            )
        }),
        ("ci-runs-pytest", |root| {
            replace(
                root,
                ".github/workflows/ci.yml",
                "make test | tee test.log",
                "make lint",
            )
        }),
        ("ci-present", |root| fs::remove_dir_all(root.join(".github")).unwrap()),
        ("ci-triggers-both", |root| {
            replace(root, ".github/workflows/ci.yml", "  pull_request:\n", "")
        }),
        ("ci-triggers", |root| {
            replace(
                root,
                ".github/workflows/ci.yml",
                "  push:\n    branches: [main]\n  pull_request:\n",
                "  workflow_dispatch:\n",
            )
        }),
        ("ci-actions-current", |root| {
            replace(
                root,
                ".github/workflows/ci.yml",
                "actions/setup-python@v6",
                "actions/setup-python@v4",
            )
        }),
        ("ci-actions-run", |root| {
            replace(
                root,
                ".github/workflows/ci.yml",
                "      - run: make venv\n",
                "      - run: make venv\n      - {uses: actions/upload-artifact@v3, with: {path: build}}\n",
            )
        }),
        ("ci-calls-sound", |root| {
            replace(root, ".github/workflows/ci.yml", "python-version:", "pyhton-version:")
        }),
        ("ci-builds-image", |root| {
            replace(
                root,
                ".github/workflows/ci.yml",
                "docker build --tag notes-api:ci .",
                "make lint",
            )
        }),
        ("dockerfile-present", |root| {
            fs::remove_file(root.join("Dockerfile")).unwrap()
        }),
        ("dockerfile-not-root", |root| {
            replace(root, "Dockerfile", "USER 10001\n", "")
        }),
        ("dockerfile-healthcheck", |root| {
            replace(
                root,
                "Dockerfile",
                "HEALTHCHECK --interval=10s --timeout=3s \\\n    CMD",
                "LABEL check=",
            )
        }),
        ("dockerfile-base-pinned", |root| {
            replace(root, "Dockerfile", "python:3.13-slim", "python")
        }),
        ("dockerfile-valid", |root| append(root, "Dockerfile", "WHAT is this\n")),
        ("tests-exist", |root| fs::remove_dir_all(root.join("tests")).unwrap()),
        ("tests-assert", |root| {
            append(
                root,
                "tests/test_more.py",
                "def test_more(client):\n    client.get(\"/\")\n",
            )
        }),
        ("venv-not-committed", |root| {
            append(root, "venv/pyvenv.cfg", "home = /usr/bin\n");
            append(
                root,
                "venv/lib/python3.13/site-packages/x/__init__.py",
                "import yaml\nprint(1)\ndef f(a): pass\n",
            );
            append(
                root,
                "venv/lib/python3.13/site-packages/x/test_x.py",
                "def test_x(): pass\n",
            );
            append(root, "venv/lib/python3.13/site-packages/x/__pycache__/x.pyc", "x");
            append(
                root,
                "venv/lib/python3.13/site-packages/x/requirements.txt",
                "=broken\n",
            );
        }),
        ("requirements-pinned", |root| {
            replace(root, "requirements.txt", "fastapi==0.165.0", "fastapi>=0.165.0")
        }),
        ("requirements-parse", |root| {
            append(root, "requirements.txt", "flask=1.0\n")
        }),
        ("requirements-consistent", |root| {
            replace(root, "requirements-dev.txt", "fastapi==0.165.0", "fastapi==0.166.0")
        }),
        ("imports-declared", |root| {
            append(root, "notes_api/db.py", "\nimport redis\n")
        }),
        ("no-print", |root| append(root, "notes_api/db.py", "\nprint(engine)\n")),
        ("docstrings", |root| {
            replace(
                root,
                "notes_api/db.py",
                "    \"\"\"One engine for the process.\"\"\"\n",
                "",
            )
        }),
        ("type-hints", |root| {
            replace(root, "notes_api/db.py", "def engine() -> Engine:", "def engine():")
        }),
        ("main-guard", |root| {
            append(
                root,
                "notes_api/job.py",
                "\"\"\"A job.\"\"\"\n\n\ndef main() -> None:\n    \"\"\"Work.\"\"\"\n\n\nmain()\n",
            );
        }),
        ("no-built-sql", |root| {
            replace(
                root,
                "notes_api/db.py",
                "text(\"SELECT 1\")",
                "text(f\"SELECT {opened}\")",
            )
        }),
        ("readme-present", |root| {
            fs::remove_file(root.join("README.md")).unwrap()
        }),
        ("docs-written", |root| {
            append(root, "README.md", "\n_Write this yourself:_ what did you leave out?\n")
        }),
        ("secrets-not-committed", |root| {
            append(root, ".env", "JWT_SECRET=6f1e0c9b8a7d6e5f4c3b2a19\n")
        }),
        ("secrets-not-committed", |root| {
            let token = ["ghp", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("_");
            append(root, "notes_api/config.py", &format!("\n_TOKEN = \"{token}\"\n"));
        }),
        ("caches-not-committed", |root| {
            append(root, "notes_api/__pycache__/db.cpython-313.pyc", "x")
        }),
    ];
    for (expected, change) in faults {
        let folder = project(change);
        let failing = failing(folder.path());
        assert_eq!(failing.keys().collect::<Vec<_>>(), [expected], "{failing:#?}");
    }
}

/// Reads every file of a corpus as whatever it may be. `PROOFOLIO_CORPUS` names the folder.
#[test]
#[ignore = "needs a corpus"]
fn a_corpus_is_read_without_panic() {
    let Ok(corpus) = std::env::var("PROOFOLIO_CORPUS") else {
        return;
    };
    let snapshot = Snapshot::from_folder(Path::new(&corpus), &Limits::default()).unwrap();
    for file in snapshot.files() {
        let Some(bytes) = file.bytes() else { continue };
        let places = [
            "Dockerfile",
            "requirements.txt",
            ".github/workflows/ci.yml",
            ".gitlab-ci.yml",
            "compose.yaml",
        ];
        let more = [
            "app/main.py",
            "tests/test_a.py",
            "pyproject.toml",
            "README.md",
            ".dockerignore",
            "Makefile",
        ];
        let files = places.iter().chain(&more).map(|path| (*path, bytes.to_vec()));
        let copy = Snapshot::from_files("x", files);
        let requirements = requirements::collect(&copy);
        let _ = (
            python::collect(&copy, &requirements),
            tests::collect(&copy),
            dockerfile::collect(&copy),
        );
        let _ = (
            compose::collect(&copy),
            workflow::collect(&copy),
            docs::collect(&copy),
            secrets::collect(&copy),
        );
    }
}

/// Shows the findings of the project that `PROOFOLIO_TARGET` names, and how long its facts take.
#[test]
#[ignore = "needs a project"]
fn a_project_is_read_in_time() {
    let Ok(target) = std::env::var("PROOFOLIO_TARGET") else {
        return;
    };
    let root = Path::new(&target);
    println!("{:#?}", failing(root));
    let mut times: Vec<_> = (0..21)
        .map(|_| {
            let start = std::time::Instant::now();
            let _ = facts(root);
            start.elapsed()
        })
        .collect();
    times.sort();
    println!("median {:?}, fastest {:?}", times[10], times[0]);
}
