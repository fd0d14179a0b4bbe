//! Tests of pipelines of GitLab.

use super::*;

#[test]
fn jobs_and_templates_are_read() {
    let text = "stages: [test, deploy]\ndefault:\n  image: python:3.13\n.base:\n  before_script: [pip install -r requirements.txt]\n\
        unit:\n  extends: .base\n  stage: test\n  services: [postgres:17]\n  script:\n    - pytest\n  allow_failure: true\n\
        deploy:\n  stage: deploy\n  script:\n    - - docker build .\n";
    let facts = facts(&[(".gitlab-ci.yml", text)]);
    assert!(
        facts.runs_pytest && facts.installs_requirements && facts.has_postgres && facts.builds_image && facts.on_push
    );
    assert_eq!(facts.swallowed[0].what, "allow_failure: true");
    assert_eq!(facts.pytest_steps[0].loc.line, 11);
    assert!(facts.ungated_deployments.is_empty());
    assert_eq!(facts.errors, []);
}

#[test]
fn deployments_are_looked_at_likewise() {
    let text = "stages: [test, image, deploy]
test: {stage: test, script: [pytest]}
build: {stage: image, script: [docker build -t x ., docker run x, docker push x, \"echo IMAGE=$DIGEST > image.env\"]}
deploy: {stage: deploy, environment: {name: production}, interruptible: false, script: [deploy release --image x]}
";
    let sound = facts(&[(".gitlab-ci.yml", text)]);
    assert!(
        sound.untried_pushes.is_empty() && sound.deployments_by_tag.is_empty(),
        "{:?}",
        sound.untried_pushes
    );
    assert!(sound.cancelled_deployments.is_empty() && sound.deployments_without_environment.is_empty());
    let bad = text.replace(" docker run x,", "").replace("$DIGEST", "x").replace(
        "environment: {name: production}, interruptible: false",
        "interruptible: true",
    );
    let bad = facts(&[(".gitlab-ci.yml", &bad)]);
    assert_eq!(
        [
            bad.untried_pushes.len(),
            bad.deployments_by_tag.len(),
            bad.cancelled_deployments.len(),
            bad.deployments_without_environment.len()
        ],
        [1; 4]
    );
}

#[test]
fn files_of_the_repository_are_included() {
    let project = |include: &str, tests: &str| {
        let main = format!(
            "include: {include}\nstages: [check, ship]\nunit: {{stage: check}}\nship: {{stage: ship, needs: [unit], script: [make]}}\n"
        );
        facts(&[
            (".gitlab-ci.yml", main.as_str()),
            ("ci/tests.yml", tests),
            (
                "ci/base.yml",
                ".python: {services: ['postgres:17'], before_script: [pip install -r requirements.txt]}\n",
            ),
            ("requirements.txt", "pytest\n"),
        ])
    };
    let tests = "include: {local: ci/base.yml}\nunit: {extends: .python, script: [pytest]}\n";
    for include in ["/ci/tests.yml", "[ci/tests.yml]", "[{local: ci/tests.yml}]"] {
        let found = project(include, tests);
        assert!(
            found.runs_pytest && found.has_postgres && found.installs_requirements,
            "{include}"
        );
        assert_eq!(found.errors, [], "{include}");
        assert_eq!(found.pytest_steps.len(), 1);
        let ship = found.jobs.iter().find(|job| job.id == "ship");
        assert_eq!(ship.map(|job| job.needs.clone()), Some(vec!["unit".to_owned()]));
    }
    let missing = project("ci/test.yml", tests).errors;
    assert!(
        missing
            .iter()
            .any(|error| error.message.contains("no file `ci/test.yml`")),
        "{missing:?}"
    );
    let broken = project("ci/tests.yml", "unit: [\n").errors;
    assert!(
        broken.iter().any(|error| error.loc.path == "ci/tests.yml"),
        "{broken:?}"
    );
    let elsewhere = project("[{project: group/ci, file: x.yml}, {local: 'ci/*.yml'}]", tests);
    assert_eq!(elsewhere.errors, [], "what another repository defines is not known");
}

#[test]
fn stages_and_jobs_that_are_nowhere_are_refused() {
    let errors = |text: &str| -> Vec<String> {
        let errors = facts(&[(".gitlab-ci.yml", text)]).errors;
        errors.into_iter().map(|error| error.message).collect()
    };
    let bad = "stages: [test]\na:\n  stage: tests\n  needs: [gone]\n  script: [pytest]\n";
    assert_eq!(
        errors(bad),
        [
            "job `a` is in the stage `tests`, which is not in `stages`",
            "job `a` needs `gone`, which is not there"
        ]
    );
    assert!(errors(&format!("include: {{remote: 'x:y'}}\n{bad}")).is_empty());
    let missing = errors(&format!("include: other.yml\n{bad}"));
    assert_eq!(missing, ["there is no file `other.yml` to include"]);
    let sound = "a:\n  stage: build\n  script: [x]\nb:\n  needs: [a, {job: gone, optional: true}, {project: p, job: q, ref: r, artifacts: true}]\n  script: [x]\nc:\n  stage: .post\n  script: [x]\n";
    assert!(errors(sound).is_empty(), "{:?}", errors(sound));
}
