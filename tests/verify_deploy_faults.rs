//! Seeded faults of a deployment: each turns exactly its own check red, on the real engine, and nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use support::project::{Project, only_red};

const WORKFLOW: &str = ".github/workflows/ci.yml";
const PROCEDURE: &str = "deploy/bluegreen.py";

/// A fault that reading shows: no container is needed to find it.
#[track_caller]
fn written(check: &str, seed: impl FnOnce(&Project)) {
    only_red(&Project::scaffold("deploy", "quotes"), check, &["--static"], seed);
}

/// A fault of the running procedure, without the project's own tests that would notice.
#[track_caller]
fn played(check: &str, seed: impl FnOnce(&Project)) {
    support::ensure_proxy_image();
    only_red(&Project::scaffold("deploy", "quotes"), check, &[], |project| {
        for file in ["release", "every_step", "docker", "kubernetes", "cloud_run", "commands"] {
            let path = project.folder.join(format!("tests/test_{file}.py"));
            std::fs::remove_file(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        seed(project);
    });
}

/// The lines from one that holds `first` up to, and without, one that holds `last`.
fn cut(project: &Project, path: &str, first: &str, last: &str) {
    let text = project.read(path);
    let from = text
        .find(first)
        .unwrap_or_else(|| panic!("{path} does not hold {first:?}"));
    let start = text[..from].rfind('\n').map_or(0, |at| at + 1);
    let to = from
        + text[from..]
            .find(last)
            .unwrap_or_else(|| panic!("{path} does not hold {last:?}"));
    let end = text[..to].rfind('\n').map_or(0, |at| at + 1);
    project.write(path, &format!("{}{}", &text[..start], &text[end..]));
}

#[test]
fn a_deployment_that_does_not_wait_for_the_tests() {
    written("ci-deploys-after-tests", |project| {
        project.replace(WORKFLOW, "    needs: test\n", "");
    });
}

#[test]
fn a_foreign_action_by_its_tag() {
    written("ci-actions-pinned", |project| {
        let text = project.read(WORKFLOW);
        let from = text.find("trivy-action@").expect("the action") + "trivy-action@".len();
        let to = from + text[from..].find('\n').expect("a line end");
        project.write(WORKFLOW, &format!("{}v0.36.0{}", &text[..from], &text[to..]));
    });
}

#[test]
fn an_image_that_is_pushed_untried() {
    written("ci-tries-image-before-push", |project| {
        cut(
            project,
            WORKFLOW,
            "- name: Release it here",
            "- name: It stops when told to",
        );
    });
}

#[test]
fn a_release_by_tag() {
    written("ci-releases-by-digest", |project| {
        cut(project, WORKFLOW, "digest=$(docker inspect", "echo \"image=$digest\"");
        project.replace(WORKFLOW, "image=$digest", "image=$repository:$GITHUB_SHA");
    });
}

#[test]
fn a_deployment_that_is_cancelled_halfway() {
    written("ci-finishes-deployments", |project| {
        project.replace(WORKFLOW, "cancel-in-progress: false", "cancel-in-progress: true");
    });
}

#[test]
fn a_deployment_to_no_environment() {
    written("ci-deploys-to-environment", |project| {
        project.replace(WORKFLOW, "    environment: production\n", "");
    });
}

#[test]
fn a_release_that_asks_at_a_wrong_address() {
    played("release-brings-version-live", |project| {
        project.replace(
            "deploy.toml",
            "public_url = \"http://127.0.0.1:8080\"",
            "public_url = \"http://127.0.0.1:8081\"",
        );
    });
}

#[test]
fn a_switch_before_the_version_is_healthy() {
    played("release-uninterrupted", |project| {
        project.replace(
            PROCEDURE,
            "        target.start(new, image)\n",
            "        target.switch(there)\n        target.start(new, image)\n",
        );
        project.replace(
            PROCEDURE,
            "        logger.error(\"bad release; users never saw it\"",
            "        target.switch(old)\n        logger.error(\"bad release; users never saw it\"",
        );
    });
}

#[test]
fn a_rollback_that_does_nothing() {
    played("release-rolls-back", |project| {
        project.replace(PROCEDURE, "    move(target, old, there, target.wait_public)\n", "");
    });
}

#[test]
fn a_release_without_a_smoke_test() {
    played("release-survives-wrong-answers", |project| {
        project.replace(PROCEDURE, "        target.check(new)\n", "");
        project.replace(
            "deploy/docker_host.py",
            "retry(lambda: self.ask(smoke.check_release, release), SWITCH_SECONDS)",
            // It waits for the reload, so that a version that nobody reaches is still found out.
            "time.sleep(2)\n        \
             retry(lambda: self.ask(lambda base, _: smoke.get(f\"{base}/health/live\"), release), SWITCH_SECONDS)",
        );
        project.replace("deploy/docker_host.py", "        self.ask(smoke.check, release)\n", "");
        project.replace("deploy/docker_host.py", "import json\n", "import json\nimport time\n");
    });
}

#[test]
fn a_failed_release_that_destroys_the_one_before() {
    played("rollback-survives-failed-release", |project| {
        project.replace(
            PROCEDURE,
            "        tidy(target, new.colour, at_once=True)\n",
            "        tidy(target, new.colour, at_once=True)\n        if old.before:\n            \
             tidy(target, old.before.colour, at_once=True)\n",
        );
    });
}

#[test]
fn a_failed_release_that_ends_with_zero() {
    played("release-reports-failure", |project| {
        project.replace("deploy/__main__.py", "        return 1\n", "        return 0\n");
    });
}

#[test]
fn no_going_back_after_a_failed_public_check() {
    played("release-goes-back", |project| {
        project.replace(PROCEDURE, "            target.switch(here)\n            if here.live:\n                target.wait_public(here.live)\n", "            pass\n");
    });
}

#[test]
fn a_service_that_ignores_sigterm() {
    played("service-stops-gracefully", |project| {
        project.replace(
            "Dockerfile",
            "CMD [\"python\", \"-m\", \"quotes\", \"--host\", \"0.0.0.0\"]",
            "CMD [\"sh\", \"-c\", \"trap '' TERM; python -m quotes --host 0.0.0.0 & wait\"]",
        );
    });
}

#[test]
fn log_lines_that_are_no_json() {
    played("logs-structured", |project| {
        project.remove_test(
            "tests/test_service.py",
            "test_the_server_passes_its_smoke_test_logs_json_and_stops_when_told_to",
        );
        project.replace(
            "quotes/__main__.py",
            "    uvicorn.run(",
            "    sys.stderr.write(\"the quotes are about to be served\\n\")\n    uvicorn.run(",
        );
    });
}

#[test]
fn an_image_that_runs_as_root() {
    played("dockerfile-not-root", |project| {
        project.replace("Dockerfile", "USER 10001\n", "");
    });
}

#[test]
fn an_image_with_everything_in_it() {
    played("image-keeps-layers", |project| {
        project.replace("Dockerfile", "COPY quotes quotes", "COPY . .");
        project.write(".dockerignore", ".git\n.env\n.venv\nvenv\n**/__pycache__\n");
    });
}
