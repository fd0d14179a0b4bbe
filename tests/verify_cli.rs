//! `verify` from outside, as far as no engine is needed: exit codes, selections, packs and report files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use support::cli::Run;
use support::project::Project;

fn project() -> Project {
    Project::scaffold("api", "loans")
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    project.verify(arguments).output().unwrap().into()
}

#[test]
fn a_misspelt_selection_is_refused_with_the_nearest_name() {
    let project = project();
    run(&project, &["--static", "--only", "dockerfile-helthcheck"])
        .ends(2)
        .says(&["dockerfile-helthcheck", "did you mean `dockerfile-healthcheck`?"]);
    run(&project, &["--static", "--skip", "requirments"])
        .ends(2)
        .says(&["`requirements`"]);
}

#[test]
fn nothing_selected_is_not_green() {
    let project = project();
    run(&project, &["--static", "--only", "docs", "--skip", "docs"])
        .ends(3)
        .says(&["no check is selected"]);
    // A selection that needs an engine, without one.
    let none = ["--only", "tests-pass", "--static"];
    let run = run(&project, &none).ends(3);
    assert!(run.out.contains("Incomplete"), "{}", run.out);
}

#[test]
fn targets_and_reports_that_cannot_be_used_are_refused_before_any_work() {
    let project = project();
    let context = &project.context;
    context
        .run(&["verify", "nowhere"])
        .ends(2)
        .says(&["`nowhere` cannot be read"]);
    context
        .run(&["verify", "project/README.md"])
        .ends(2)
        .says(&["is not a folder"]);
    context
        .run(&["verify", "https://example.org/a.git"])
        .ends(2)
        .says(&["only folders"]);
    run(&project, &["--static", "--report", "yaml=x"])
        .ends(2)
        .says(&["no report format `yaml`"]);
    run(&project, &["--static", "--report", "json=nowhere/x.json"])
        .ends(2)
        .says(&["nowhere"]);
    run(&project, &["--static", "--timeout", "soon"]).ends(2);
    context
        .run(&["verify", "--static", "--report", "json=x.json", "project", "project"])
        .ends(2)
        .says(&["one file for 2 projects", "reports/{project}.html"]);
    context
        .run(&[
            "verify",
            "--static",
            "--report",
            "json=nowhere/{project}.json",
            "project",
            "project",
        ])
        .ends(2)
        .says(&["nowhere"]);
    assert!(!context.work().join("x.json").exists());
}

#[test]
fn each_of_several_projects_gets_reports_of_its_own() {
    let project = project();
    let context = &project.context;
    for folder in ["alice/app", "bob/app", "out"] {
        std::fs::create_dir_all(context.work().join(folder)).unwrap();
    }
    std::fs::write(context.work().join("bob/app/Dockerfile"), "FROM python\n").unwrap();
    let reports = [
        "--report",
        "json=out/{project}.json",
        "--report",
        "html=out/{project}.html",
    ];
    context
        .run(&[&["verify", "--static", "alice/app", "bob/app", "project"][..], &reports].concat())
        .ends(1);
    let mut written: Vec<String> = std::fs::read_dir(context.work().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    written.sort();
    assert_eq!(
        written,
        [
            "alice-app.html",
            "alice-app.json",
            "bob-app.html",
            "bob-app.json",
            "project.html",
            "project.json"
        ]
    );
    let bob = std::fs::read_to_string(context.work().join("out/bob-app.json")).unwrap();
    let bob: serde_json::Value = serde_json::from_str(&bob).unwrap();
    assert_eq!(bob["target"]["given"], "bob/app", "{}", bob["target"]);
}

#[test]
fn a_broken_pack_is_told_whole_and_ends_with_4() {
    let project = project();
    std::fs::create_dir(project.context.work().join("pack")).unwrap();
    std::fs::write(
        project.context.work().join("pack/bad.yaml"),
        "id: Bad Id\ntitle: Bad\narea: nowhere\nlevel: required\npoints: 1\nassert: gti.commits > 0\nfail: x\nwhy: y\nfix: z\n\
         cases:\n  - {expect: pass, facts: {}}\n",
    )
    .unwrap();
    std::fs::write(project.context.work().join("pack/worse.yaml"), "id: [\n").unwrap();
    let parts = [
        "bad.yaml:1",
        "bad.yaml:3",
        "bad.yaml:6",
        "`gti`",
        "expect: fail",
        "worse.yaml",
    ];
    run(&project, &["--static", "--checks", "pack"]).ends(4).says(&parts);
    run(&project, &["--static", "--checks", "nowhere"])
        .ends(4)
        .says(&["nowhere"]);
}

/// A check whose cases pass and whose verdict on a scaffold depends on `title`.
fn pack(project: &Project, level: &str, condition: &str) {
    std::fs::write(
        project.context.work().join("own.yaml"),
        format!(
            "id: course-rule\ntitle: The course's own rule holds\narea: docs\nlevel: {level}\npoints: 5\n\
             assert: \"{condition}\"\nfail: the rule does not hold\nwhy: We agreed on it.\nfix: Keep to it.\n\
             cases:\n  - {{expect: pass, facts: {{docs: {{license: MIT}}}}}}\n  - {{expect: fail, facts: {{docs: {{license: null}}}}}}\n"
        ),
    )
    .unwrap();
}

#[test]
fn an_instructors_check_is_judged_beside_ours_and_fails_at_its_level() {
    let project = project();
    pack(&project, "recommended", "docs.license is not none");
    let arguments = ["--static", "--checks", "own.yaml"];
    let outcome = run(&project, &arguments).ends(0);
    assert!(
        outcome.out.contains("course-rule") && outcome.out.contains("We agreed on it."),
        "{}",
        outcome.out
    );
    run(
        &project,
        &["--static", "--checks", "own.yaml", "--fail-on", "recommended"],
    )
    .ends(1);
    let only = run(&project, &["--static", "--checks", "own.yaml", "--only", "course-rule"]).ends(0);
    assert!(only.out.contains("0 of 5 points"), "{}", only.out);
    pack(&project, "required", "docs.license is not none");
    run(&project, &arguments).ends(1);
    // A field that no fact has shows when the pack's own cases are run.
    pack(&project, "required", "docs.licence is not none");
    run(&project, &arguments).ends(4).says(&["own.yaml", "case 2"]);
}

#[test]
fn the_report_on_standard_output_stands_there_alone() {
    let project = project();
    let run = run(&project, &["--static", "--report", "json=-"]).ends(0);
    assert_eq!(run.json()["outcome"], "passed");
    assert!(
        run.err.contains("Passed"),
        "the report for a person moves to standard error: {}",
        run.err
    );
}

#[test]
fn many_projects_are_reported_in_their_order_and_the_worst_counts() {
    let project = project();
    let context = &project.context;
    let long = "a-folder-whose-name-takes-more-room-than-half-of-a-terminal-has";
    for (name, dockerfile) in [
        ("one", "FROM python:3.13-slim\nUSER 10001\n"),
        (long, "FROM python\n"),
        ("three", "FROM python:3.13-slim\nUSER 10001\n"),
    ] {
        std::fs::create_dir(context.work().join(name)).unwrap();
        std::fs::write(context.work().join(name).join("Dockerfile"), dockerfile).unwrap();
    }
    let run = context
        .run(&[
            "verify",
            "--static",
            "--only",
            "dockerfile-not-root",
            "one",
            long,
            "three",
        ])
        .ends(1);
    let summary: Vec<&str> = run
        .out
        .split("3 projects")
        .nth(1)
        .unwrap()
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let [one, two, three] = summary.as_slice() else {
        panic!("{summary:?}")
    };
    assert!(one.contains("✓ one") && one.contains("passed"), "{one}");
    assert!(two.contains("✗ a-folder") && two.contains("failed"), "{two}");
    assert!(three.contains("✓ three") && three.contains("passed"), "{three}");
    for line in summary {
        // The time stands at the end, and nothing is cut.
        assert!(line.ends_with('s') && line.chars().count() <= 80, "{line}");
    }
    assert_eq!(run.out.matches("project of unknown kind").count(), 3, "{}", run.out);
}
