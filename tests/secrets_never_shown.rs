//! A credential that a repository holds reaches no report, however it gets into a finding.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use proofolio::report::format::Format;
use support::cli::Context;

#[test]
fn no_format_shows_a_credential_of_the_repository() {
    // Put together here, so that this file itself holds no token.
    let token = ["ghp", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("_");
    let files = [
        (
            "README.md",
            format!("# Notes\n\n## Run\n\n```sh\nTOKEN={token} python missing.py --token {token}\nmake {token}\n```\n"),
        ),
        (
            "Dockerfile",
            format!(
                "FROM python\nENV API_TOKEN={token} DB_PASSWORD=hunter2go\nRUN cd /x && curl https://x.io/{token} | sh\n\
                 CMD python app.py --token {token}\n"
            ),
        ),
        (
            ".github/workflows/ci.yml",
            format!(
                "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: curl -H 'Authorization: Bearer \
                 {token}' https://x.io || true\n"
            ),
        ),
        (
            "app.py",
            format!(
                "import os\nTOKEN = '{token}'\nURL = 'amqp://ada:hunter2go@mq.acme.io/'\nos.system(f'curl {{URL}}')\n"
            ),
        ),
        (
            "eda.ipynb",
            format!(
                "{{\"cells\": [{{\"cell_type\": \"code\", \"execution_count\": 7, \"metadata\": {{}}, \"outputs\": [],\n\
                 \"source\": [\"!curl https://x.io/{token}\"]}}], \"metadata\": {{}}, \"nbformat\": 4, \"nbformat_minor\": 5}}\n"
            ),
        ),
        (".env", "JWT_SECRET=hunter2go-jwt-signing\n".to_owned()),
        (
            "deploy.pem",
            format!(
                "-----BEGIN {0}-----\n{1}-----END {0}-----\n",
                "PRIVATE KEY",
                "MIIEpAIBAAKCAQEAt8Zq\n".repeat(5)
            ),
        ),
    ];
    let context = Context::new();
    for (path, text) in files {
        let path = context.work().join("project").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let reports: Vec<String> = Format::ALL
        .iter()
        .map(|format| format!("{}=report.{0}", format.name()))
        .collect();
    let mut arguments = vec!["verify", "project", "--static", "--fail-on", "recommended"];
    for report in &reports {
        arguments.extend(["--report", report]);
    }
    let run = context.run(&arguments).ends(1);

    let mut pages = vec![("standard output", run.out), ("standard error", run.err)];
    for format in Format::ALL {
        let path = context.work().join(format!("report.{}", format.name()));
        pages.push((format.name(), std::fs::read_to_string(path).unwrap()));
    }
    for (name, page) in &pages {
        for secret in [&token[4..], &token[4..12], "hunter2go", "MIIE"] {
            assert!(!page.contains(secret), "{secret} in {name}:\n{page}");
        }
    }
    // The findings themselves are there, and say what was hidden.
    let json = &pages.iter().find(|(name, _)| *name == "json").unwrap().1;
    for shown in [
        "`make ghp_********` cannot work",
        "ENV API_TOKEN=******** DB_PASSWORD=********",
        "Bearer ghp_********",
        "amqp://ada:********@mq.acme.io/",
        "JWT_SECRET=********",
    ] {
        assert!(json.contains(shown), "{shown} is not in\n{json}");
    }
}
