//! Golden reports for the renderers: every outcome, and every kind of text that a repository could use against a reader.

use std::collections::BTreeMap;

use proofolio::report::model::{
    AreaScore, Excerpt, Finding, Level, Outcome, Question, Report, RouteStep, SCHEMA, Sandbox, ScaffoldOrigin, Score,
    Stage, SuppressedFinding, Suppression, Target, Timing, Tool, Verdict, VerdictOutcome,
};

/// A path that no terminal has room for.
pub const LONG_PATH: &str = "services/библиотека/データ処理/backend/src/application/interfaces/http/controllers/\
                             administration/members/überprüfung_der_ausleihen_controller.py";

/// Why the repository accepts something: as hostile as the rest.
const ACCEPTED: &str = "the command prints its result\u{1b}[32m </style><script>alert(1)</script> @reviewers \
                        [all is well](https://evil.example) ![x](https://evil.example/x.png) | `x` <!--";

/// Every golden report, with its name.
pub fn all() -> [(&'static str, Report); 4] {
    [
        ("failed", failed()),
        ("green", green()),
        ("incomplete", incomplete()),
        ("broken", broken()),
    ]
}

/// A failed run that holds all outcomes and all attacks.
pub fn failed() -> Report {
    let mut report = report(
        Outcome::Failed,
        vec![
            stage("static", "passed", 0.14, false, "48 files"),
            stage("install", "passed", 6.08, true, "23 packages with uv"),
            stage("pytest", "failed", 65.4, false, "49 passed, 2 failed"),
            stage(
                "image",
                "failed",
                12.31,
                false,
                "step 7 of 9: `RUN pip install -r requirements.txt` ended with 1",
            ),
            stage("service", "blocked", 0.0, false, "the image could not be built"),
            stage("scenarios", "not-run", 0.0, false, "postgres:17 could not be pulled"),
        ],
        failed_verdicts(),
    );
    report.suppressions = suppressions();
    report.questions = questions();
    report
}

fn suppressions() -> Vec<Suppression> {
    let suppression = |check: &str, reason: &str, path: &str, line, findings, problem: Option<&str>| Suppression {
        check: check.to_owned(),
        reason: reason.to_owned(),
        path: path.to_owned(),
        line,
        findings,
        problem: problem.map(str::to_owned),
    };
    vec![
        suppression("code-print", ACCEPTED, ".proofolio.yml", 31, 5, None),
        suppression("code-main-guard", "run by hand, once", "scripts/été.py", 12, 1, None),
        suppression(
            "code-types",
            "",
            "src/app.py",
            4,
            0,
            Some("it gives no reason, so it suppresses nothing"),
        ),
        suppression(
            "dockerfile-usr\u{1b}[0m",
            "x",
            "Dockerfile",
            1,
            0,
            Some("there is no check `dockerfile-usr\u{1b}[0m`; did you mean `dockerfile-user`?"),
        ),
    ]
}

fn questions() -> Vec<Question> {
    [
        (
            "secrets-none",
            "Who could read the key in `deploy/été \u{7}.pem` before you removed it?",
        ),
        (
            "pytest-passes",
            "What must `test_only_librarians_may_delete[<&\"']]>]` protect, and who broke it?",
        ),
        (
            "service-roles",
            "How would you add a role\u{202e} that may only read @reviewers <img src=x>?",
        ),
        ("ci-runs-tests", "A fourth question, which no page has room for."),
    ]
    .map(|(check, text)| Question {
        check: check.to_owned(),
        text: text.to_owned(),
    })
    .to_vec()
}

/// Every check passed.
pub fn green() -> Report {
    let verdicts = [
        ("venv-python", "venv", 2),
        ("requirements-pinned", "requirements", 3),
        ("requirements-install", "requirements", 5),
        ("pytest-passes", "pytest", 8),
        ("pytest-collects", "pytest", 3),
        ("dockerfile-user", "dockerfile", 3),
        ("image-builds", "dockerfile", 5),
        ("ci-runs-tests", "ci", 5),
        ("service-ready", "service", 5),
        ("service-roles", "service", 8),
        ("code-main-guard", "code", 2),
        ("docs-readme", "docs", 3),
        ("history-commits", "history", 2),
        ("secrets-none", "security", 5),
    ]
    .map(|(id, area, points)| {
        verdict(
            id,
            "The requirement holds",
            area,
            Level::Required,
            points,
            VerdictOutcome::Passed,
        )
    })
    .to_vec();
    let mut report = report(
        Outcome::Passed,
        vec![
            stage("static", "passed", 0.14, false, "48 files"),
            stage("venv", "passed", 1.9, false, "Python 3.13.2"),
            stage("install", "passed", 0.31, true, "23 packages with uv"),
            stage("pytest", "passed", 5.22, false, "51 passed"),
            stage("image", "passed", 12.31, true, "python:3.13-slim, 148 MB"),
            stage("service", "passed", 3.4, false, "ready on port 8000 after 1.2 s"),
            stage(
                "scenarios",
                "passed",
                2.75,
                false,
                "register, login, 3 roles on 14 operations",
            ),
        ],
        verdicts,
    );
    report.target.dirty = false;
    report
}

/// No engine answered; what can be read passed.
pub fn incomplete() -> Report {
    let reason =
        "no container engine answers at unix:///var/run/docker.sock; start Docker, or name another with --engine";
    let mut verdicts = vec![
        verdict(
            "requirements-pinned",
            "Every dependency is pinned",
            "requirements",
            Level::Required,
            3,
            VerdictOutcome::Passed,
        ),
        verdict(
            "docs-readme",
            "The README says how to run the project",
            "docs",
            Level::Required,
            3,
            VerdictOutcome::Passed,
        ),
    ];
    for (id, area, level) in [
        ("requirements-install", "requirements", Level::Required),
        ("pytest-passes", "pytest", Level::Required),
        ("pytest-coverage", "pytest", Level::Recommended),
        ("image-builds", "dockerfile", Level::Required),
        ("service-ready", "service", Level::Required),
        ("service-roles", "service", Level::Required),
        ("service-metrics", "service", Level::Bonus),
    ] {
        let mut verdict = verdict(id, "It works when it runs", area, level, 5, VerdictOutcome::NotRun);
        verdict.reason = Some(reason.to_owned());
        verdicts.push(verdict);
    }
    let mut image = verdict(
        "image-size",
        "The image is small",
        "dockerfile",
        Level::Recommended,
        2,
        VerdictOutcome::NotRun,
    );
    image.reason = Some("postgres:17 could not be pulled: the registry cannot be reached".to_owned());
    verdicts.push(image);
    let mut report = report(
        Outcome::Incomplete,
        vec![
            stage("static", "passed", 0.14, false, "48 files"),
            stage("install", "not-run", 0.0, false, "no engine"),
        ],
        verdicts,
    );
    report.sandbox = None;
    report.target.commit = None;
    report.target.scaffold = None;
    report
}

/// A check of the user's own is at fault.
pub fn broken() -> Report {
    let mut report = green();
    report.outcome = Outcome::Broken;
    let mut verdict = verdict(
        "house-logging",
        "The service logs JSON",
        "code",
        Level::Required,
        4,
        VerdictOutcome::Broken,
    );
    verdict.reason = Some(
        "house/logging.yaml:9: unknown fact `dokcer`; did you mean `docker`?\n  9 | assert: dokcer.logs".to_owned(),
    );
    report.verdicts.push(verdict);
    report.score = score(&report.verdicts);
    report
}

fn failed_verdicts() -> Vec<Verdict> {
    let mut pinned = verdict(
        "requirements-pinned",
        "Every dependency is pinned to a version",
        "requirements",
        Level::Required,
        3,
        VerdictOutcome::Failed,
    );
    pinned.why = "Without a pin, the same commit installs different code next month.".to_owned();
    pinned.fix = "Write `numpy==<version>`, or compile a lock with `uv pip compile requirements.in -o requirements.txt`, \
                  then commit it:\n\n- a lock holds what your dependencies need, too;\n- `pip install -r` takes it as it is."
        .to_owned();
    pinned.also_known_as = vec!["deptry:DEP000".to_owned(), "scorecard:Pinned-Dependencies".to_owned()];
    pinned.findings = (1..=40)
        .map(|line| Finding {
            message: format!("`package-{line}` has no fixed version"),
            path: Some("requirements.txt".to_owned()),
            line: Some(line),
            column: Some(1),
            excerpt: Some(Excerpt {
                first_line: Some(line),
                lines: vec![format!("package-{line}"), format!("package-{}", line + 1)],
            }),
        })
        .collect();

    let mut tests = verdict(
        "pytest-passes",
        "The tests pass",
        "pytest",
        Level::Required,
        8,
        VerdictOutcome::Failed,
    );
    tests.why = "A reviewer runs the tests first. <&\"']]> must survive every format.".to_owned();
    tests.fix = "Run `python -m pytest -x tests/test_loans.py` and mend the first failure.".to_owned();
    tests.findings = vec![
        Finding {
            message: "test_only_librarians_may_delete[<&\"']]>] failed:\nAssertionError: assert 200 == 403\n  where 200 = <Response [200 OK]>.status_code".to_owned(),
            path: Some("tests/test_loans.py".to_owned()),
            line: Some(103),
            column: Some(12),
            excerpt: Some(Excerpt {
                first_line: Some(101),
                lines: vec![
                    "def test_only_librarians_may_delete(client, reader):".to_owned(),
                    "    answer = client.delete('/loans/1', headers=reader)".to_owned(),
                    "    assert answer.status_code == 403, 'a reader deleted a loan, which only a librarian may do'".to_owned(),
                    "".to_owned(),
                ],
            }),
        },
        Finding {
            message: "the run printed an error".to_owned(),
            path: None,
            line: None,
            column: None,
            excerpt: Some(Excerpt {
                first_line: None,
                lines: (1..=30).map(|line| format!("E   output line {line}: {}", "sqlalchemy.exc ".repeat(line % 4))).collect(),
            }),
        },
    ];

    let mut hostile = verdict(
        "secrets-none",
        "No secret is committed \u{1b}[32m✓ passed\u{1b}[0m",
        "security",
        Level::Required,
        5,
        VerdictOutcome::Failed,
    );
    hostile.why =
        "A secret in the history is public for ever.\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}".to_owned();
    hostile.also_known_as = [
        "dockle:CIS-DI-0010",
        "zizmor:overprovisioned-secrets",
        "ruff:S105",
        "ruff:S106",
        "ruff:S107",
    ]
    .map(str::to_owned)
    .to_vec();
    hostile.fix = "Revoke it, then remove it: `git rm --cached .env`.".to_owned();
    hostile.findings = vec![
        Finding {
            message: "\u{1b}[2J\u{1b}[H✓ Passed: everything\r\n\u{1b}]0;owned\u{7}\u{202e}desrever\u{202c} zero\u{200b}width \u{9b}31m".to_owned(),
            path: Some(format!("{LONG_PATH}\u{1b}[0m\u{202e}")),
            line: Some(7),
            column: Some(30),
            excerpt: Some(Excerpt {
                first_line: Some(6),
                lines: vec![
                    "# Übergröße: 数据库密码".to_owned(),
                    format!("\tKEY = '数据\u{200b}' # \u{202e}}} {}", "秘密".repeat(80)),
                    "<&\"']]> \u{1b}[31mred\u{1b}[0m".to_owned(),
                ],
            }),
        },
        Finding {
            message: "a file that holds keys: </style><script>alert('1')</script> @reviewers #1 \\`x` \
                      [click](javascript:alert(1)) <https://evil.example> **bold** ::error::x %0A"
                .to_owned(),
            path: Some("deploy/été \u{7}.pem".to_owned()),
            line: None,
            column: None,
            excerpt: None,
        },
    ];

    let mut guard = verdict(
        "code-main-guard",
        "Scripts do nothing when they are imported",
        "code",
        Level::Recommended,
        2,
        VerdictOutcome::Failed,
    );
    guard.why = "A test that imports the module would run the script.".to_owned();
    guard.also_known_as = vec!["ruff:EXE001".to_owned()];
    guard.fix = "Put the calls under `if __name__ == \"__main__\":`.".to_owned();
    guard.findings = vec![Finding {
        message: "`main()` runs on import".to_owned(),
        path: Some("scripts/seed.py".to_owned()),
        line: Some(88),
        column: None,
        excerpt: None,
    }];

    guard.suppressed = vec![SuppressedFinding {
        finding: Finding {
            message: "`export()` runs on import".to_owned(),
            path: Some("scripts/été.py".to_owned()),
            line: Some(12),
            column: Some(1),
            excerpt: Some(Excerpt {
                first_line: Some(12),
                lines: vec!["export()  # proofolio: ignore[code-main-guard] run by hand, once".to_owned()],
            }),
        },
        reason: "run by hand, once".to_owned(),
        path: "scripts/été.py".to_owned(),
        line: 12,
    }];

    let mut print = verdict(
        "code-print",
        "The service logs and does not print",
        "code",
        Level::Recommended,
        2,
        VerdictOutcome::Suppressed,
    );
    print.why = "A log line has a time and a level.".to_owned();
    print.reason = Some("its 5 findings are suppressed".to_owned());
    print.also_known_as = vec!["ruff:T201".to_owned()];
    print.suppressed = (40..45)
        .map(|line| SuppressedFinding {
            finding: Finding {
                message: "`print` in `library/command.py`".to_owned(),
                path: Some("library/command.py".to_owned()),
                line: Some(line),
                column: Some(5),
                excerpt: None,
            },
            reason: ACCEPTED.to_owned(),
            path: ".proofolio.yml".to_owned(),
            line: 31,
        })
        .collect();

    let mut bonus = verdict(
        "docs-diagram",
        "The README shows the architecture",
        "docs",
        Level::Bonus,
        1,
        VerdictOutcome::Failed,
    );
    bonus.fix = "Draw it as Mermaid, which GitHub renders.".to_owned();
    bonus.findings = vec![Finding {
        message: "no diagram was found".to_owned(),
        path: None,
        line: None,
        column: None,
        excerpt: None,
    }];

    let mut verdicts = vec![
        verdict(
            "venv-python",
            "The Python version is stated",
            "venv",
            Level::Required,
            2,
            VerdictOutcome::Passed,
        ),
        pinned,
        tests,
        verdict(
            "ci-runs-tests",
            "CI runs the tests",
            "ci",
            Level::Required,
            5,
            VerdictOutcome::Passed,
        ),
    ];
    for (id, level) in [
        ("service-ready", Level::Required),
        ("service-login", Level::Required),
        ("service-roles", Level::Required),
        ("service-openapi", Level::Recommended),
    ] {
        let mut blocked = verdict(id, "The service answers", "service", level, 5, VerdictOutcome::Blocked);
        blocked.blocked_by = Some("image".to_owned());
        blocked.reason = Some("the image could not be built\u{1b}[0m".to_owned());
        verdicts.push(blocked);
    }
    let mut unreachable = verdict(
        "service-drill",
        "The service survives its database",
        "service",
        Level::Bonus,
        2,
        VerdictOutcome::NotRun,
    );
    unreachable.reason = Some("postgres:17 could not be pulled: the registry cannot be reached".to_owned());
    let mut inapplicable = verdict(
        "data-raw",
        "Raw data is never changed",
        "data",
        Level::Required,
        3,
        VerdictOutcome::NotApplicable,
    );
    inapplicable.reason = Some("only for kind pipeline".to_owned());
    let mut broken = verdict(
        "house-naming",
        "Endpoints are plural",
        "code",
        Level::Bonus,
        1,
        VerdictOutcome::Broken,
    );
    broken.reason = Some("house/naming.yaml:4: `item.naem` does not exist".to_owned());
    verdicts.extend([guard, print, broken, bonus, inapplicable, unreachable, hostile]);
    verdicts
}

fn report(outcome: Outcome, stages: Vec<Stage>, verdicts: Vec<Verdict>) -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: "proofolio".to_owned(),
            version: "0.1.0".to_owned(),
        },
        target: Target {
            given: "library-loans".to_owned(),
            name: "library-loans".to_owned(),
            kind: "api".to_owned(),
            commit: Some("9f2c1ab0de41c7a8b3f5e6d7c8b9a0f1e2d3c4b5".to_owned()),
            dirty: true,
            scaffold: Some(ScaffoldOrigin {
                template: "api".to_owned(),
                version: 1,
                theme: "loans".to_owned(),
                variant: "4f1c2a".to_owned(),
            }),
            tree: "sha256:6ee0a1".to_owned(),
        },
        outcome,
        score: score(&verdicts),
        stages,
        verdicts,
        suppressions: Vec::new(),
        questions: Vec::new(),
        sandbox: Some(Sandbox {
            engine: "Docker Engine 20.10.24".to_owned(),
            api: "1.41".to_owned(),
            os: "linux/x86_64".to_owned(),
            profile: "strict".to_owned(),
            held: ["read-only root", "no capabilities", "256 processes", "512 MB memory"]
                .map(str::to_owned)
                .to_vec(),
            not_held: vec!["disk space of the image build".to_owned()],
        }),
        route: [
            ("requirements", "requirements.txt", "Dockerfile:8"),
            ("tests", "python -m pytest", ".proofolio.yml"),
            ("image", "Dockerfile", "default"),
            ("port", "8000", "Dockerfile:19"),
        ]
        .map(|(what, value, source)| RouteStep {
            what: what.to_owned(),
            value: value.to_owned(),
            source: source.to_owned(),
        })
        .to_vec(),
        timing: Timing {
            started: "2026-01-05T09:30:00Z".to_owned(),
            seconds: 31.42,
        },
    }
}

fn score(verdicts: &[Verdict]) -> Score {
    let mut areas: BTreeMap<String, AreaScore> = BTreeMap::new();
    for verdict in verdicts {
        let area = areas.entry(verdict.area.clone()).or_default();
        match verdict.outcome {
            VerdictOutcome::Passed => {
                area.earned += verdict.points;
                area.possible += verdict.points;
                area.passed += 1;
            }
            VerdictOutcome::Failed | VerdictOutcome::Blocked => {
                area.possible += verdict.points;
                area.failed += 1;
            }
            VerdictOutcome::NotRun => area.not_run += 1,
            VerdictOutcome::Suppressed => area.suppressed += 1,
            VerdictOutcome::NotApplicable | VerdictOutcome::Broken => {}
        }
    }
    Score {
        earned: areas.values().map(|area| area.earned).sum(),
        possible: areas.values().map(|area| area.possible).sum(),
        areas,
    }
}

fn stage(name: &str, outcome: &str, seconds: f64, cached: bool, detail: &str) -> Stage {
    Stage {
        name: name.to_owned(),
        outcome: outcome.to_owned(),
        seconds,
        cached,
        detail: detail.to_owned(),
    }
}

fn verdict(id: &str, title: &str, area: &str, level: Level, points: u32, outcome: VerdictOutcome) -> Verdict {
    Verdict {
        id: id.to_owned(),
        title: title.to_owned(),
        area: area.to_owned(),
        level,
        points,
        outcome,
        findings: Vec::new(),
        why: String::new(),
        also_known_as: Vec::new(),
        suppressed: Vec::new(),
        fix: String::new(),
        blocked_by: None,
        reason: None,
    }
}
