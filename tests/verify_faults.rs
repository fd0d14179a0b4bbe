//! Seeded faults of an API: each turns exactly its own check red, on the real engine, and nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use support::project::Project;

/// An API with one fault.
#[track_caller]
fn only(check: &str, seed: impl FnOnce(&Project)) {
    support::project::only_red(&Project::scaffold("api", "loans"), check, &[], seed);
}

#[test]
fn an_unpinned_requirement() {
    only("requirements-pinned", |project| {
        let text = project.read("requirements.txt");
        let plain: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("--hash"))
            .map(|line| line.trim_end_matches(" \\"))
            .map(|line| if line.starts_with("uvicorn==") { "uvicorn" } else { line })
            .collect();
        project.write("requirements.txt", &(plain.join("\n") + "\n"));
        project.replace("Dockerfile", " --require-hashes", "");
    });
}

#[test]
fn a_missing_requirement() {
    only("imports-declared", |project| {
        project.replace("pyproject.toml", "    \"pyjwt>=2.15\",\n", "");
        for file in ["requirements.txt", "requirements-dev.txt"] {
            let text = project.read(file);
            let mut inside = false;
            let kept: Vec<&str> = text
                .lines()
                .filter(|line| {
                    if !line.starts_with([' ', '#']) {
                        inside = line.starts_with("pyjwt==");
                    }
                    !inside
                })
                .collect();
            assert!(kept.len() < text.lines().count());
            project.write(file, &(kept.join("\n") + "\n"));
        }
    });
}

#[test]
fn a_failing_test() {
    only("tests-pass", |project| {
        project.replace(
            "tests/test_books.py",
            "def test_an_isbn_is_unique(client: TestClient, admin: Headers) -> None:\n",
            "def test_an_isbn_is_unique(client: TestClient, admin: Headers) -> None:\n    assert 1 + 1 == 3\n",
        );
    });
}

#[test]
fn no_tests() {
    only("tests-exist", |project| {
        std::fs::remove_dir_all(project.folder.join("tests")).unwrap()
    });
}

#[test]
fn a_dockerfile_that_runs_as_root() {
    only("dockerfile-not-root", |project| {
        project.replace("Dockerfile", "USER 10001\n", "")
    });
}

#[test]
fn a_dockerfile_that_does_not_build() {
    only("image-builds", |project| {
        project.replace("Dockerfile", "USER 10001\n", "USER 10001\nRUN test -d /nowhere\n");
    });
}

#[test]
fn no_healthcheck() {
    only("dockerfile-healthcheck", |project| {
        let text = project.read("Dockerfile");
        let from = text.find("HEALTHCHECK").expect("a health check");
        let to = from + text[from..].find("\nCMD").expect("a command") + 1;
        project.write("Dockerfile", &format!("{}{}", &text[..from], &text[to..]));
    });
}

#[test]
fn a_ci_that_never_runs_the_tests() {
    only("ci-runs-pytest", |project| {
        project.replace(".github/workflows/ci.yml", "      - run: make test\n", "")
    });
}

#[test]
fn a_ci_that_cannot_fail() {
    only("ci-can-fail", |project| {
        project.replace(
            ".github/workflows/ci.yml",
            "- run: make test\n",
            "- run: make test || true\n",
        );
    });
}

#[test]
fn a_role_that_is_not_checked() {
    only("role-guard-enforced", |project| {
        project.replace(
            "loans_api/routers/books.py",
            "can_change = needs(Permission.CHANGE_CATALOGUE)",
            "can_change = needs(Permission.READ_CATALOGUE)",
        );
        project.remove_test("tests/test_books.py", "test_members_cannot_change_the_catalogue");
    });
}

#[test]
fn a_readiness_that_lies() {
    only("readiness-follows-database", |project| {
        project.replace(
            "loans_api/routers/health.py",
            "    session.execute(text(\"SELECT 1\"))\n",
            "",
        );
        project.replace("loans_api/routers/health.py", "from sqlalchemy import text\n", "");
        project.remove_test("tests/test_operations.py", "test_database_down_is_a_503_not_a_crash");
    });
}

#[test]
fn a_committed_virtual_environment() {
    only("venv-not-committed", |project| {
        project.write(".venv/pyvenv.cfg", "home = /usr/local/bin\nversion = 3.13.5\n");
        project.write(".venv/bin/activate", "deactivate () { :; }\n");
        project.write(
            ".venv/lib/python3.13/site-packages/leftpad/__init__.py",
            "import numpy\n\ndef pad(x):\n    print(x)\n",
        );
        project.write(
            ".venv/lib/python3.13/site-packages/leftpad/test_pad.py",
            "def test_pad():\n    assert False\n",
        );
    });
}

#[test]
fn a_command_that_the_image_does_not_hold() {
    only("service-starts", |project| {
        project.replace(
            "Dockerfile",
            "CMD [\"python\", \"-m\"",
            "CMD [\"no-such-program\", \"-m\"",
        );
    });
}

#[test]
fn a_healthcheck_that_the_image_cannot_run() {
    only("healthcheck-works", |project| {
        let text = project.read("Dockerfile");
        let from = text.find("    CMD [\"python\", \"-c\"").expect("its command");
        let to = from + text[from..].find('\n').expect("a line end");
        let check = "    CMD [\"curl\", \"--fail\", \"http://127.0.0.1:8000/health/live\"]";
        project.write("Dockerfile", &format!("{}{check}{}", &text[..from], &text[to..]));
    });
}
