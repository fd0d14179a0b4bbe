//! `proofolio new all`, the built binary from outside.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;

use support::cli::Context;

/// Answers that are the same on every machine.
const FIXED: [&str; 5] = [
    "--author=Ada [x](y)",
    "--email=ada@example.com",
    "--set",
    "year=2026",
    "--defaults",
];

fn with<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    ["new", "all"].iter().chain(arguments).chain(&FIXED).copied().collect()
}

#[test]
fn three_repositories_stand_side_by_side() {
    let context = Context::new();
    let run = context.run(&with(&["portfolio"])).ends(0).says(&[
        "Made a portfolio",
        "3 projects",
        "cd portfolio",
        "proofolio verify",
    ]);
    assert_eq!(run.out, "");
    context.holds(&["portfolio"]);
    let portfolio = context.work().join("portfolio");
    let page = fs::read_to_string(portfolio.join("README.md")).unwrap();
    assert!(page.contains(r"Ada \[x\]"), "{page}");
    let mut kinds = Vec::new();
    for project in ["loans-api", "churn-pipeline", "quotes-deploy"] {
        assert!(page.contains(&format!("]({project}/README.md)")), "{page}");
        let folder = portfolio.join(project);
        assert_eq!(context.git(&folder, &["status", "--porcelain"]), "");
        assert_eq!(context.git(&folder, &["rev-list", "--all", "--count"]), "1\n");
        assert_eq!(context.git(&folder, &["remote"]), "");
        let contract = fs::read_to_string(folder.join(".proofolio.yml")).unwrap();
        kinds.extend(
            contract
                .lines()
                .find_map(|line| line.strip_prefix("kind: "))
                .map(str::to_owned),
        );
    }
    assert_eq!(kinds, ["api", "pipeline", "deploy"]);
    assert!(!portfolio.join(".git").exists());
}

#[test]
fn the_plan_is_what_is_written() {
    let context = Context::new();
    let planned = context.run(&with(&["p", "--plan", "--json"])).ends(0).json();
    let listing = context.run(&with(&["p", "--plan"])).ends(0).out;
    context.holds(&[]);
    let made = context.run(&with(&["p", "--json", "-q"])).ends(0).json();
    assert_eq!(made["schema"], "proofolio.portfolio/1");
    assert_eq!(made["index"], planned["index"]);
    let mut expected = 1;
    for (made, planned) in made["projects"]
        .as_array()
        .unwrap()
        .iter()
        .zip(planned["projects"].as_array().unwrap())
    {
        assert_eq!(made["files"], planned["files"]);
        assert!(made["commit"].is_string() && planned["commit"].is_null());
        expected += made["files"].as_array().unwrap().len();
    }
    assert_eq!(listing.lines().count(), expected);
    for (path, _) in context.files(&context.work().join("p")) {
        assert!(listing.contains(&format!("  {path}\n")), "{path} is not in the plan");
    }
}

#[test]
fn kinds_can_have_different_answers() {
    let context = Context::new();
    fs::write(
        context.work().join("answers.yml"),
        "python: \"3.11\"\npipeline.python: \"3.12\"\ndeploy.name: hello\n",
    )
    .unwrap();
    let record = context
        .run(&with(&[
            "p",
            "--json",
            "-q",
            "--theme",
            "api=hire",
            "--set",
            "deploy.ci=gitlab",
            "--answers=answers.yml",
        ]))
        .ends(0)
        .json();
    let answer = |at: usize, key: &str| record["projects"][at]["answers"][key].as_str().unwrap().to_owned();
    assert_eq!(
        [
            answer(0, "theme"),
            answer(0, "name"),
            answer(0, "python"),
            answer(0, "ci")
        ],
        ["hire", "hire-api", "3.11", "github"]
    );
    assert_eq!([answer(1, "python"), answer(1, "ci")], ["3.12", "github"]);
    assert_eq!(
        [answer(2, "name"), answer(2, "python"), answer(2, "ci")],
        ["hello", "3.11", "gitlab"]
    );
    assert!(context.work().join("p/hello/.gitlab-ci.yml").is_file());
}

#[test]
fn what_cannot_be_used_is_refused_and_nothing_is_written() {
    for (arguments, parts) in [
        (
            &["p", "--name", "x"][..],
            &["`name` is a question of each project", "api.name"][..],
        ),
        (&["p", "--theme", "loans"], &["does not say whose theme", "api=loans"]),
        (
            &["p", "--theme", "api=loanz"],
            &["there is no theme `loanz`", "Did you mean `loans`"],
        ),
        (&["p", "--theme", "web=loans"], &["does not say whose theme"]),
        (&["p", "--python", "2.7"], &["there is no python `2.7`"]),
        (&["p", "--set", "colour=red"], &["there is no question `colour`"]),
        (&["p", "--set", "api.colour=red"], &["there is no question `colour`"]),
        (
            &["p", "--set", "api.name=x1", "--set", "deploy.name=x1"],
            &["two projects are called `x1`"],
        ),
        (&["taken"], &["it is not empty"]),
    ] {
        let context = Context::new();
        fs::create_dir(context.work().join("taken")).unwrap();
        fs::write(context.work().join("taken/mine"), "").unwrap();
        let run = context.run(&with(arguments)).ends(2).says(parts);
        assert_eq!(run.err.matches("there is no python").count().max(1), 1, "{}", run.err);
        context.holds(&["taken"]);
    }
}

#[test]
fn a_portfolio_is_verified_project_by_project() {
    let context = Context::new();
    context.run(&with(&["p", "-q"])).ends(0);
    let run = context.run(&["verify", "p", "--static"]).ends(0);
    for part in [
        "p/churn-pipeline",
        "p/loans-api",
        "p/quotes-deploy",
        "3 projects",
        "✓ p/loans-api",
    ] {
        assert!(run.out.contains(part), "{part} is not in\n{}", run.out);
    }
    let last = run.out.lines().last().unwrap();
    assert!(last.contains("p/quotes-deploy") && last.contains("passed"), "{last}");
    fs::write(context.work().join("p/loans-api/requirements.txt"), "fastapi\n").unwrap();
    let run = context.run(&["verify", "p", "--static"]).ends(1);
    assert!(run.out.contains("✗ p/loans-api"), "{}", run.out);
}

#[test]
fn every_kind_lists_its_themes() {
    let context = Context::new();
    let listed = context.run(&["new", "all", "--theme", "list", "--json"]).ends(0).json();
    let kinds: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["template"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["api", "pipeline", "deploy"]);
    let text = context.run(&["new", "all", "--theme", "list"]).ends(0).out;
    for kind in listed.as_array().unwrap() {
        for theme in kind["themes"].as_array().unwrap() {
            assert!(text.contains(theme["summary"].as_str().unwrap()));
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_person_is_asked_once_for_what_concerns_all() {
    let context = Context::new();
    let mut terminal = context.terminal(&["new", "all", "p"]);
    terminal.expect("Your name");
    terminal.send("Ada\r");
    terminal.expect("What it is about (api)");
    terminal.send("\u{1b}[A\r");
    terminal.expect("Python version");
    terminal.send("\r");
    terminal.expect("Where its CI runs");
    terminal.send("\r");
    terminal.expect("What it is about (pipeline)");
    terminal.send("\r");
    terminal.expect("What it is about (deploy)");
    terminal.send("\r");
    terminal.expect("Made a portfolio");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(context.work().join("p/hire-api").is_dir());
}

#[cfg(all(unix, debug_assertions))]
#[test]
fn an_interruption_while_writing_leaves_nothing() {
    let context = Context::new();
    let mut command = context.proofolio(&with(&["p"]));
    // well into the second project
    command.env("PROOFOLIO_TEST_HOLD_AFTER", "80");
    let child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let end = std::time::Instant::now() + support::cli::PATIENCE;
    while context.files(&context.work()).len() < 70 {
        assert!(std::time::Instant::now() < end, "nothing is written");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    context
        .command("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    let run = support::cli::Run::from(child.wait_with_output().unwrap()).ends(130);
    assert!(run.says(&["interrupted: nothing was written"]).out.is_empty());
    context.holds(&[]);
}
