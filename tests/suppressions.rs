//! What a repository asks not to hear of stays visible: in the report, with its reason; and other tools' settings silence nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use serde_json::Value;
use support::cli::Context;

const DOCKERFILE: &str = "FROM python\nCOPY . /app\nCMD python app.py\n";

/// Verifies files statically with the checks that match, and returns the report and the page for a person.
fn verify(files: &[(&str, &str)], only: &str, more: &[&str], code: i32) -> (Value, String) {
    let context = Context::new();
    for (path, text) in files {
        let path = context.work().join("project").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut arguments = vec![
        "verify",
        "project",
        "--static",
        "--only",
        only,
        "--report",
        "json=report.json",
    ];
    arguments.extend(["--fail-on", "recommended"]);
    arguments.extend(more);
    let run = context.run(&arguments).ends(code);
    let report = std::fs::read_to_string(context.work().join("report.json")).unwrap();
    (serde_json::from_str(&report).unwrap(), run.out)
}

fn verdict<'r>(report: &'r Value, id: &str) -> &'r Value {
    let verdicts = report["verdicts"].as_array().unwrap();
    verdicts.iter().find(|verdict| verdict["id"] == id).unwrap()
}

#[test]
fn a_comment_with_a_reason_suppresses_the_finding_below_it_and_both_are_reported() {
    let dockerfile =
        format!("# proofolio: ignore[dockerfile-base-pinned] rebuilt every night on purpose\n{DOCKERFILE}");
    let (report, page) = verify(&[("Dockerfile", &dockerfile)], "dockerfile-base-pinned", &[], 3);
    let verdict = verdict(&report, "dockerfile-base-pinned");
    assert_eq!(verdict["outcome"], "suppressed");
    assert_eq!(verdict["findings"].as_array().unwrap().len(), 0);
    assert_eq!(verdict["suppressed"][0]["reason"], "rebuilt every night on purpose");
    assert_eq!(verdict["suppressed"][0]["line"], 1);
    assert_eq!(verdict["suppressed"][0]["finding"]["line"], 2);
    assert_eq!(report["suppressions"][0]["findings"], 1);
    assert_eq!(report["score"]["possible"], 0, "a suppressed check is worth nothing");
    assert!(page.contains("rebuilt every night on purpose"), "{page}");
}

#[test]
fn a_comment_at_the_end_of_a_line_covers_that_line_alone() {
    let source = "import os\n\n\ndef first():\n    try:\n        os.stat('a')\n    except:  # proofolio: ignore[no-bare-except] any failure means the same here\n        \
                  return None\n\n\ndef second():\n    try:\n        os.stat('b')\n    except:\n        return None\n";
    let (report, _) = verify(&[("app.py", source)], "no-bare-except", &[], 1);
    let verdict = verdict(&report, "no-bare-except");
    assert_eq!(verdict["outcome"], "failed");
    let lines: Vec<u64> = verdict["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [14]);
    assert_eq!(verdict["suppressed"][0]["finding"]["line"], 7);
}

#[test]
fn the_contract_suppresses_a_check_in_the_files_that_it_names() {
    let contract = "kind: api\nsuppress:\n  - check: dockerfile-base-pinned\n    path: \"Docker*\"\n    reason: the course's runner has one image only\n  \
                    - check: dockerfile-base-pinned\n    path: \"other/**\"\n    reason: not this one\n";
    let files = [("Dockerfile", DOCKERFILE), (".proofolio.yml", contract)];
    let (report, _) = verify(&files, "dockerfile-base-pinned", &[], 3);
    let verdict = verdict(&report, "dockerfile-base-pinned");
    assert_eq!(verdict["outcome"], "suppressed");
    assert_eq!(verdict["suppressed"][0]["path"], ".proofolio.yml");
    assert_eq!(verdict["suppressed"][0]["line"], 3);
    let findings: Vec<&Value> = report["suppressions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["findings"])
        .collect();
    assert_eq!(findings, [1, 0]);
}

#[test]
fn without_a_reason_or_with_a_misspelt_check_nothing_is_suppressed() {
    let dockerfile = "# proofolio: ignore[dockerfile-base-pinned]\nFROM python\n# proofolio: ignore[dockerfile-exec-from] we need a shell\nCMD python app.py\n";
    let (report, _) = verify(&[("Dockerfile", dockerfile)], "*", &["--skip", "security"], 1);
    assert_eq!(verdict(&report, "dockerfile-base-pinned")["outcome"], "failed");
    assert_eq!(verdict(&report, "dockerfile-exec-form")["outcome"], "failed");
    let explained = verdict(&report, "suppressions-explained");
    assert_eq!(explained["outcome"], "failed");
    let messages = explained["findings"].to_string();
    assert!(
        messages.contains("no reason") && messages.contains("did you mean `dockerfile-exec-form`"),
        "{messages}"
    );
}

#[test]
fn a_reviewer_can_judge_what_is_suppressed() {
    let dockerfile = format!("# proofolio: ignore[dockerfile-base-pinned] no\n{DOCKERFILE}");
    let (report, _) = verify(
        &[("Dockerfile", &dockerfile)],
        "dockerfile-base-pinned",
        &["--no-suppressions"],
        1,
    );
    assert_eq!(verdict(&report, "dockerfile-base-pinned")["outcome"], "failed");
    assert!(
        report["suppressions"][0]["problem"]
            .as_str()
            .unwrap()
            .contains("ignored in this run")
    );
}

#[test]
fn settings_and_comments_of_other_tools_silence_nothing() {
    let files = [
        (
            "Dockerfile",
            "# hadolint global ignore=DL3006,DL3007\n# hadolint ignore=DL3006\n# check=skip=all\nFROM python\nCMD [\"python\", \"app.py\"]\n",
        ),
        (".hadolint.yaml", "ignored: [DL3006, DL3007]\n"),
        (
            "app.py",
            "def load(path):\n    try:\n        return open(path).read()\n    except:  # noqa: E722\n        return None\n",
        ),
        ("ruff.toml", "lint.ignore = [\"E722\"]\nexclude = [\"*.py\"]\n"),
        (
            "pyproject.toml",
            "[project]\nname = \"x\"\nversion = \"1\"\n[tool.ruff]\nextend-exclude = [\"app.py\"]\n",
        ),
        (
            ".github/workflows/ci.yml",
            "# zizmor: ignore[unpinned-uses]\non: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: someone/something@main # zizmor: ignore[unpinned-uses]\n",
        ),
        (".github/zizmor.yml", "rules:\n  unpinned-uses:\n    disable: true\n"),
    ];
    for (check, code) in [
        ("dockerfile-base-pinned", 1),
        ("no-bare-except", 1),
        ("ci-actions-pinned", 0),
    ] {
        let (report, _) = verify(&files, check, &[], code);
        assert_eq!(verdict(&report, check)["outcome"], "failed", "{check}");
    }
}

#[test]
fn a_page_that_explains_the_comment_suppresses_nothing() {
    let readme = "# Project\n\nWrite `# proofolio: ignore[check-id] reason` above the line.\n\n```python\n# proofolio: ignore[no-print] shown as an example\n```\n";
    let (report, _) = verify(&[("README.md", readme), ("app.py", "VALUE = 1\n")], "docs", &[], 1);
    assert_eq!(report["suppressions"].as_array().unwrap().len(), 0);
}
