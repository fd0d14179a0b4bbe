//! Tests of the Dockerfile collector.

use super::*;

fn facts(dockerfile: &str) -> DockerfileFacts {
    collect(&Snapshot::from_files("x", [("Dockerfile", dockerfile)]))
}

#[test]
fn a_sound_file() {
    let facts = facts(
        "ARG PYTHON_IMAGE=python:3.13-slim\nFROM ${PYTHON_IMAGE} AS build\nCOPY requirements.txt .\n\
         RUN pip install -r requirements.txt\nFROM $PYTHON_IMAGE\nENV PATH=/venv/bin:$PATH A=b\nCOPY --from=build /venv /venv\n\
         COPY . .\nUSER 10001\nEXPOSE 8000\nHEALTHCHECK --interval=10s \\\n  CMD [\"python\", \"-c\", \"1\"]\nCMD [\"python\", \"-m\", \"x\"]\n",
    );
    assert!(facts.valid && !facts.runs_as_root && facts.has_healthcheck && facts.exec_form && facts.multi_stage);
    assert_eq!(facts.base_images[1].image, "python:3.13-slim");
    assert!(facts.base_images.iter().all(|image| image.pinned));
    assert!(facts.source_before_dependencies.is_empty() && facts.secrets.is_empty());
    assert_eq!(facts.user_loc.unwrap().line, 9);
    assert_eq!(facts.cmd.unwrap().arguments, ["python", "-m", "x"]);
    assert_eq!(facts.exposed_ports, ["8000"]);
}

#[test]
fn a_careless_file() {
    let facts = facts(
        "FROM python\nUSER app\nFROM python:latest AS last\nENV SECRET_KEY=abcdef API_URL=x\nADD https://host.example/x.sh /x.sh\n\
         COPY . .\nRUN pip install -r requirements.txt\nHEALTHCHECK NONE\nCMD python app.py\n",
    );
    assert!(facts.runs_as_root && !facts.has_healthcheck && !facts.exec_form);
    assert_eq!(facts.user_loc.unwrap().line, 3);
    assert!(facts.base_images.iter().all(|image| !image.pinned));
    assert_eq!(facts.secrets[0].name, "SECRET_KEY");
    assert_eq!(facts.secrets.len(), 1);
    assert_eq!(facts.remote_adds[0].loc.line, 5);
    assert_eq!(facts.source_before_dependencies[0].loc.line, 6);
}

#[test]
fn a_stage_inherits_from_the_one_it_starts_from() {
    let facts = facts("FROM python:3.13 AS base\nUSER app\nHEALTHCHECK CMD true\nFROM base\nCMD [\"x\"]\n");
    assert!(!facts.runs_as_root && facts.has_healthcheck);
    assert_eq!(facts.base_images.len(), 1);
}

#[test]
fn errors_have_places() {
    let facts = facts("FROM python:3.13\nWHAT is this\n");
    assert!(!facts.valid);
    assert_eq!(facts.errors[0].loc.line, 2);
    assert!(!collect(&Snapshot::from_files("x", [("a", "")])).present);
    for text in [
        "",
        "FROM",
        "RUN <<EOF",
        "FROM a AS",
        "ARG",
        "FROM x\nENV",
        "FROM x\nONBUILD ONBUILD RUN x",
        "FROM x\nCMD [\"a\"",
    ] {
        let _ = facts_of(text);
    }
}

fn facts_of(text: &str) -> DockerfileFacts {
    facts(text)
}

#[test]
fn the_docker_ignore_file_has_gos_semantics() {
    let rules = DockerIgnore::parse("*\n!app\n!requirements.txt\n**/__pycache__\napp/secret*\n# x\n");
    for (path, excluded) in [
        ("README.md", true),
        ("app/main.py", false),
        ("app/sub/main.py", false),
        ("app/sub/__pycache__/x.pyc", true),
        ("__pycache__/x.pyc", true),
        ("app/secret.txt", true),
        ("requirements.txt", false),
        ("sub/requirements.txt", true),
    ] {
        assert_eq!(rules.excludes(path), excluded, "{path}");
    }
    let rules = DockerIgnore::parse("/foo/bar\n*.md\n!README.md\n**/*.log\ntemp?\n[a-c].txt\n**/.env\n.git\n");
    for (path, excluded) in [
        ("foo/bar/x", true),
        ("x/foo/bar", false),
        ("a.md", true),
        ("docs/a.md", false),
        ("README.md", false),
        ("a.log", true),
        ("x/y/a.log", true),
        ("temp1", true),
        ("temp10", false),
        ("b.txt", true),
        ("d.txt", false),
        ("x/.env", true),
        (".git/config", true),
        (".github/x", false),
    ] {
        assert_eq!(rules.excludes(path), excluded, "{path}");
    }
    let hostile = DockerIgnore::parse(&format!("{}x\n", "**/a*a*a*a*/".repeat(80)));
    assert!(!hostile.excludes(&"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/".repeat(60)));
}

#[test]
fn the_context_is_what_the_builder_gets() {
    let snapshot = Snapshot::from_files(
        "x",
        [
            ("Dockerfile", "FROM x"),
            (".dockerignore", "*\n!app\n"),
            ("app/a.py", ""),
            ("b.py", ""),
            (".env", ""),
        ],
    );
    assert_eq!(
        docker_context(&snapshot, ".", "Dockerfile"),
        [".dockerignore", "Dockerfile", "app/a.py"]
    );
    let facts = collect(&snapshot);
    assert!(facts.context.excludes_env && facts.context.excludes_git && facts.context.excludes_venv);
    let own = Snapshot::from_files(
        "x",
        [
            ("app/Dockerfile", ""),
            ("app/Dockerfile.dockerignore", "b"),
            ("app/.dockerignore", "a"),
            ("app/a", ""),
            ("app/b", ""),
        ],
    );
    let context = collect(&own).context;
    assert!(context.excludes_git && !context.excludes_env);
    assert_eq!(
        docker_context(&own, "app", "app/Dockerfile"),
        [
            "app/.dockerignore",
            "app/Dockerfile",
            "app/Dockerfile.dockerignore",
            "app/a"
        ]
    );
}

#[test]
fn other_dockerfiles_are_judged_line_by_line() {
    let poor = "FROM python\nENV API_TOKEN=abcdef\nCOPY app /app\nRUN sudo x\nUSER root\n";
    let snapshot = Snapshot::from_files(
        "x",
        [
            ("Dockerfile", "FROM python:3.13\nUSER 10001\n"),
            ("services/a/Dockerfile", poor),
            ("services/a/app/x.py", ""),
            ("services/a/.dockerignore", "app\n"),
            ("services/b/Dockerfile.j2", poor),
            ("tests/Dockerfile", poor),
            ("z/Dockerfile", "WHAT\n"),
        ],
    );
    let facts = collect(&snapshot);
    let places: Vec<_> = facts
        .habits
        .iter()
        .map(|habit| (habit.rule, habit.loc.path.as_str()))
        .collect();
    assert_eq!(places, [("no-sudo", "services/a/Dockerfile")]);
    assert_eq!(facts.secrets.len(), 1);
    assert_eq!(
        facts.absent_sources[0].ignore_file.as_deref(),
        Some("services/a/.dockerignore")
    );
    assert!(facts.valid && !facts.runs_as_root && facts.base_images.len() == 1 && facts.errors.is_empty());
}

#[test]
fn the_project_itself_is_installed_after_its_dependencies() {
    let place = |text: &str| facts(text).source_before_dependencies.len();
    assert_eq!(
        place("FROM x\nRUN uv sync --locked --no-install-project\nCOPY . .\nRUN uv sync --locked\n"),
        0
    );
    assert_eq!(
        place("FROM x\nRUN pip install -U pip\nCOPY . .\nRUN pip install -r requirements.txt\n"),
        1
    );
    assert_eq!(place("FROM x\nCOPY . .\nRUN uv sync --locked\n"), 1);
}

#[test]
fn lambda_runs_images_as_a_user_of_its_own() {
    let lambda = facts("FROM public.ecr.aws/lambda/python:3.13\nCMD [\"app.handler\"]\n");
    assert!(lambda.for_lambda && !lambda.runs_as_root);
    let plain = facts("FROM public.ecr.aws/docker/library/python:3.13\nCMD [\"app\"]\n");
    assert!(!plain.for_lambda && plain.runs_as_root);
}
