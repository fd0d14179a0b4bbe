//! `proofolio new`, the built binary from outside.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;

use sha2::{Digest, Sha256};
use support::cli::Context;

/// Answers that are the same on every machine and in every year.
const FIXED: [&str; 8] = [
    "--author",
    "Ada",
    "--email",
    "ada@example.com",
    "--set",
    "year=2026",
    "--defaults",
    "--theme=loans",
];

fn with<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    ["new", "api"].iter().chain(arguments).chain(&FIXED).copied().collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_project_is_made_with_its_first_commit() {
    let context = Context::new();
    let run = context
        .run(&with(&["demo"]))
        .ends(0)
        .says(&["Made demo in demo", "Ada <ada@example.com>", "cd demo"]);
    assert_eq!(run.out, "");
    let project = context.work().join("demo");
    let git = |arguments: &[&str]| context.git(&project, arguments);
    assert_eq!(git(&["status", "--porcelain"]), "");
    assert_eq!(git(&["rev-list", "--all", "--count"]), "1\n");
    assert_eq!(git(&["symbolic-ref", "HEAD"]), "refs/heads/main\n");
    assert_eq!(
        git(&["log", "--format=%an <%ae> %cn <%ce>"]),
        "Ada <ada@example.com> Ada <ada@example.com>\n"
    );
    assert_eq!(git(&["remote"]), "");
    git(&["fsck", "--strict"]);
    let committed: Vec<String> = git(&["ls-files"]).lines().map(str::to_owned).collect();
    let written: Vec<String> = context.files(&project).into_iter().map(|(path, _)| path).collect();
    assert_eq!(committed, written);
    context.holds(&["demo"]);
}

#[test]
fn the_plan_is_what_is_written() {
    let context = Context::new();
    let planned = context.run(&with(&["demo", "--plan", "--json"])).ends(0).json();
    let listing = context.run(&with(&["demo", "--plan"])).ends(0).out;
    context.holds(&[]);
    let made = context.run(&with(&["demo", "--json"])).ends(0).json();
    assert_eq!(planned["files"], made["files"]);
    assert_eq!(
        (&planned["variant"], &planned["answers"]),
        (&made["variant"], &made["answers"])
    );
    assert!(planned["commit"].is_null());
    let project = context.work().join("demo");
    assert_eq!(
        made["commit"].as_str().unwrap(),
        context.git(&project, &["rev-parse", "HEAD"]).trim()
    );
    assert_eq!(made["schema"], "proofolio.scaffold/1");
    assert_eq!((&made["template"], &made["theme"]), (&"api".into(), &"loans".into()));
    assert_eq!(made["directory"].as_str().unwrap(), project.to_str().unwrap());
    let files = context.files(&project);
    let mut lines = String::new();
    for (entry, (path, bytes)) in made["files"].as_array().unwrap().iter().zip(&files) {
        assert_eq!(entry["path"], path.as_str());
        assert_eq!(entry["sha256"], sha256(bytes));
        assert_eq!(entry["bytes"], bytes.len());
        assert_eq!(entry["executable"], bytes.starts_with(b"#!"));
        lines += &format!("{}  {:>7}  {path}\n", sha256(bytes), bytes.len());
    }
    assert_eq!(made["files"].as_array().unwrap().len(), files.len());
    assert_eq!(listing, lines);
}

#[test]
fn the_same_answers_give_the_same_bytes() {
    let (one, two) = (Context::new(), Context::new());
    two.configure_git("[user]\nname = Eve\n[core]\nautocrlf = true\n");
    let first = one.run(&with(&["demo", "--json"])).ends(0).json();
    let second = two.run(&with(&["other/demo", "--json"])).ends(0).json();
    assert_eq!(first["files"], second["files"]);
    assert_eq!(first["variant"], second["variant"]);
    let tree = ["rev-parse", "HEAD^{tree}"];
    let second = two.git(&two.work().join("other/demo"), &tree);
    assert_eq!(one.git(&one.work().join("demo"), &tree), second);
    let third = one
        .run(&with(&["third", "--name=demo", "--python=3.12", "--json"]))
        .ends(0)
        .json();
    assert_ne!(first["variant"], third["variant"]);
    assert_ne!(first["answers_digest"], third["answers_digest"]);
}

#[test]
fn the_folder_and_the_name_follow_from_each_other() {
    let context = Context::new();
    let name = |run: support::cli::Run| run.ends(0).json()["answers"]["name"].as_str().unwrap().to_owned();
    assert_eq!(name(context.run(&with(&["--json"]))), "loans");
    assert_eq!(name(context.run(&with(&["--json", "--name", "mine"]))), "mine");
    assert_eq!(name(context.run(&with(&["--json", "a/My Loans"]))), "my-loans");
    assert_eq!(name(context.run(&with(&["--json", "a/../dots"]))), "dots");
    fs::create_dir(context.work().join("here")).unwrap();
    let here = context
        .proofolio(&with(&["--json", "."]))
        .current_dir(context.work().join("here"))
        .output()
        .unwrap();
    assert_eq!(name(here.into()), "here");
    assert!(context.work().join("here/.git").is_dir());
    context.holds(&["a", "dots", "here", "loans", "mine"]);
    context
        .run(&with(&["日本"]))
        .ends(2)
        .says(&["name `日本` cannot be used", "--name"]);
    context.run(&with(&["class"])).ends(2).says(&["keyword of Python"]);
    context.holds(&["a", "dots", "here", "loans", "mine"]);
}

#[test]
fn flags_win_over_set_over_file_over_defaults() {
    let context = Context::new();
    context.configure_git("[user]\nname = Config\nemail = config@example.com\n");
    fs::write(
        context.work().join("a.yaml"),
        "author: File\nemail: file@example.com\npython: 3.12\nci: gitlab\n",
    )
    .unwrap();
    let arguments = [
        "new",
        "api",
        "x1",
        "--answers",
        "a.yaml",
        "--set",
        "author=Set",
        "--set",
        "email=set@example.com",
        "--author",
        "Flag",
        "--json",
    ];
    let run = context.run(&arguments).ends(0);
    let answers = run.json()["answers"].clone();
    assert_eq!(answers["author"], "Flag");
    assert_eq!(answers["email"], "set@example.com");
    assert_eq!(answers["python"], "3.12");
    assert_eq!(answers["ci"], "gitlab");
    assert_eq!(
        context.git(&context.work().join("x1"), &["log", "--format=%an %ae"]),
        "Flag set@example.com\n"
    );
    assert!(context.work().join("x1/.gitlab-ci.yml").is_file() && !context.work().join("x1/.github").exists());

    context.run(&["new", "api", "x2"]).ends(0);
    assert_eq!(
        context.git(&context.work().join("x2"), &["log", "--format=%an %ae"]),
        "Config config@example.com\n"
    );
    context.configure_git("");
    let run = context.run(&["new", "api", "x3"]).ends(0);
    if context.git(&context.work().join("x3"), &["log", "--format=%an %ae"]) == "Your Name you@example.com\n" {
        run.says(&["note: neither a flag nor git says your author and email"]);
    }
    // what is printed can be given again
    fs::write(context.work().join("again.json"), answers.to_string()).unwrap();
    let again = context
        .run(&["new", "api", "--plan", "--json", "--answers", "again.json"])
        .ends(0);
    assert_eq!(again.json()["answers"], answers);
}

#[test]
fn themes_are_listed() {
    let context = Context::new();
    let run = context.run(&["new", "api", "--theme", "list"]).ends(0);
    assert!(run.out.starts_with("loans ") || run.out.contains("\nloans "));
    let run = context.run(&["new", "api", "--theme", "list", "--json"]).ends(0);
    assert_eq!(run.json()["default"], "loans");
    assert!(run.json()["themes"][0]["summary"].is_string());
    context.holds(&[]);
}

#[test]
fn what_cannot_be_used_is_refused_and_nothing_is_written() {
    let context = Context::new();
    fs::write(context.work().join("bad.yaml"), "nmae: x\n").unwrap();
    fs::write(context.work().join("list.yaml"), "- x\n").unwrap();
    fs::write(context.work().join("big.yaml"), "#".repeat(70_000)).unwrap();
    fs::write(context.work().join("binary.yaml"), b"\xff\xfe").unwrap();
    let long = "n".repeat(41);
    let cases: &[(&[&str], &str)] = &[
        (&["--theme", "laons"], "Did you mean `loans`?"),
        (&["--python", "2.7"], "Choose one of 3.13"),
        (&["--python", "3.133"], "Did you mean `3.13`?"),
        (&["--ci", "gitub"], "Did you mean `github`?"),
        (&["--set", "auhtor=x"], "Did you mean `author`?"),
        (&["--set", "author"], "has no `=`"),
        (&["--set", "year=x"], "not a year"),
        (&["--answers", "bad.yaml"], "Did you mean `name`?"),
        (&["--answers", "list.yaml"], "no map of answers"),
        (&["--answers", "big.yaml"], "larger than"),
        (&["--answers", "binary.yaml"], "cannot read the answers"),
        (&["--answers", "gone.yaml"], "cannot read the answers"),
        (&["--name", "Loans"], "must start with a letter"),
        (&["--name", "1x"], "must start with a letter"),
        (&["--name", "a_b"], "it holds `_`"),
        (&["--name", "a/../b"], "cannot be used"),
        (&["--name", "json"], "standard library"),
        (&["--name", "tests"], "inside the project"),
        (&["--name", "com1"], "Windows"),
        (&["--name", &long], "more than 40"),
        (&["--name", ""], "cannot be used"),
        (&["--author", "a\nb"], "a line break"),
        (&["--author", "a\u{202e}b"], "U+202E"),
        (&["--author", " "], "it is empty"),
        (&["--email", "nobody"], "not of the form"),
        (&["--nope"], "unexpected argument"),
        (&["--plan", "--verify"], "cannot be used with"),
        (&["--json", "--verify"], "cannot be used with"),
    ];
    for (arguments, part) in cases {
        let arguments: Vec<&str> = ["new", "api", "--defaults"].iter().chain(*arguments).copied().collect();
        let run = context.run(&arguments).ends(2).says(&[part]);
        assert_eq!(run.out, "", "{arguments:?}");
    }
    context.run(&["new", "nope"]).ends(2);
    let run = context.run(&["new", "api", "--set", "x=1", "--theme", "y"]).ends(2);
    run.says(&["2 answers cannot be used", "no question `x`", "no theme `y`"]);
    context.holds(&["bad.yaml", "big.yaml", "binary.yaml", "list.yaml"]);
}

#[test]
fn occupied_folders_are_refused_and_kept() {
    let context = Context::new();
    fs::create_dir(context.work().join("full")).unwrap();
    fs::write(context.work().join("full/mine"), "mine").unwrap();
    fs::write(context.work().join("file"), "mine").unwrap();
    context
        .run(&with(&["full"]))
        .ends(2)
        .says(&["it is not empty", "mine", "Choose a folder"]);
    context
        .run(&with(&[".", "--name=x1"]))
        .ends(2)
        .says(&["it is not empty"]);
    context
        .run(&with(&["..", "--name=x1"]))
        .ends(2)
        .says(&["it is not empty"]);
    context.run(&with(&["file"])).ends(2).says(&["is a file"]);
    context.run(&with(&["file/x1"])).ends(2).says(&["is a file"]);
    assert_eq!(
        context.files(&context.work()),
        [
            ("file".into(), b"mine".to_vec()),
            ("full/mine".into(), b"mine".to_vec())
        ]
    );
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_refused() {
    use std::os::unix::fs::symlink;
    let context = Context::new();
    let (work, home) = (context.work(), context.home());
    fs::create_dir(home.join("empty")).unwrap();
    symlink(home.join("empty"), work.join("link")).unwrap();
    symlink(home.join("gone"), work.join("dangling")).unwrap();
    for folder in ["link", "link/x1", "link/a/x1", "dangling", "dangling/x1", "link/../x1"] {
        context
            .run(&with(&[folder, "--name=x1"]))
            .ends(2)
            .says(&["symbolic link"]);
    }
    let outside = work.join("link/x1");
    context
        .run(&with(&[outside.to_str().unwrap()]))
        .ends(2)
        .says(&["symbolic link"]);
    assert_eq!(fs::read_dir(home.join("empty")).unwrap().count(), 0);
    assert!(!home.join("gone").exists());
    context.holds(&["dangling", "link"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_our_side() {
    use std::os::unix::fs::PermissionsExt as _;
    let context = Context::new();
    let closed = context.work().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    // root may write everywhere
    if fs::write(closed.join("probe"), "").is_err() {
        context
            .run(&with(&["closed/x1"]))
            .ends(3)
            .says(&["cannot make", "ermission denied"]);
        assert_eq!(fs::read_dir(&closed).unwrap().count(), 0);
    }
}

#[test]
fn hostile_texts_stay_data() {
    let long = "x".repeat(1000);
    for author in [
        "O'Brien \"A\"",
        "{= year =}{% if %}{## # ${{ x }}",
        "- a: b # *c* <b> | `d`",
        "'''\"\"\"\\",
        "👩‍💻 عمر",
        "<>",
        &long,
    ] {
        let context = Context::new();
        let run = context
            .run(&["new", "api", "x1", &format!("--author={author}"), "--json"])
            .ends(0);
        assert_eq!(run.json()["answers"]["author"], author);
        let project = context.work().join("x1");
        assert_eq!(context.git(&project, &["status", "--porcelain"]), "");
        assert_eq!(context.git(&project, &["rev-list", "--count", "HEAD"]), "1\n");
    }
}

#[test]
fn nothing_in_the_environment_changes_the_commit() {
    let context = Context::new();
    let trap = context.home().join("template/hooks");
    fs::create_dir_all(&trap).unwrap();
    for hook in ["pre-commit", "post-commit", "reference-transaction"] {
        let script = format!("#!/bin/sh\ntouch '{}'\nexit 1\n", context.home().join("ran").display());
        fs::write(trap.join(hook), script).unwrap();
        #[cfg(unix)]
        fs::set_permissions(trap.join(hook), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    fs::write(context.home().join("ignore"), "*\n").unwrap();
    let home = context.home();
    let home = home.display();
    context.configure_git(&format!(
        "[init]\ntemplateDir = {home}/template\ndefaultBranch = trunk\n[core]\nautocrlf = true\neol = crlf\nhooksPath = {home}/template/hooks\n\
         excludesFile = {home}/ignore\n[commit]\ngpgSign = true\n[user]\nsigningKey = nope\n"
    ));
    let mut command = context.proofolio(&with(&["x1", "--json"]));
    command
        .env("GIT_DIR", context.home().join("elsewhere"))
        .env("GIT_AUTHOR_NAME", "Mallory")
        .env("CI", "true");
    let run = support::cli::Run::from(command.output().unwrap()).ends(0);
    assert!(!context.home().join("ran").exists() && !context.home().join("elsewhere").exists());
    let project = context.work().join("x1");
    assert!(!project.join(".git/hooks/pre-commit").exists());
    context.configure_git("");
    assert_eq!(context.git(&project, &["status", "--porcelain"]), "");
    assert_eq!(context.git(&project, &["log", "--format=%an %D"]), "Ada HEAD -> main\n");
    for entry in run.json()["files"].as_array().unwrap() {
        let path = entry["path"].as_str().unwrap();
        let blob = context
            .command("git")
            .current_dir(&project)
            .args(["cat-file", "blob", &format!("HEAD:{path}")])
            .output();
        assert_eq!(entry["sha256"], sha256(&blob.unwrap().stdout), "{path}");
    }
}

#[test]
fn without_git_there_is_no_repository() {
    let context = Context::new();
    let run = context.run(&with(&["x1", "--no-git", "--json"])).ends(0);
    assert!(run.json()["commit"].is_null());
    assert!(!context.work().join("x1/.git").exists());
    context.run(&with(&["x2", "-q"])).ends(0);
    let quiet = context.run(&with(&["x3", "-q"])).ends(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
}

#[test]
fn a_repository_around_the_folder_is_mentioned() {
    let context = Context::new();
    context.git(&context.work(), &["init", "-q"]);
    context
        .run(&with(&["x1"]))
        .ends(0)
        .says(&["inside the git repository", "--no-git"]);
    assert!(context.work().join("x1/.git").is_dir());
}

#[cfg(all(unix, debug_assertions))]
#[test]
fn an_interruption_while_writing_leaves_nothing() {
    for (target, signal) in [("new/x1", "-INT"), ("empty", "-TERM")] {
        let context = Context::new();
        fs::create_dir(context.work().join("empty")).unwrap();
        let mut command = context.proofolio(&with(&[target, "--name=x1"]));
        command.env("PROOFOLIO_TEST_HOLD_AFTER", "10");
        let child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        let end = std::time::Instant::now() + support::cli::PATIENCE;
        while context.files(&context.work()).len() < 8 {
            assert!(std::time::Instant::now() < end, "nothing is written");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        context
            .command("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .unwrap();
        let run = support::cli::Run::from(child.wait_with_output().unwrap()).ends(130);
        assert!(run.says(&["interrupted: nothing was written"]).out.is_empty());
        context.holds(&["empty"]);
        assert_eq!(fs::read_dir(context.work().join("empty")).unwrap().count(), 0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_person_at_a_terminal_is_asked() {
    let context = Context::new();
    let mut terminal = context.terminal(&["new", "api"]);
    terminal.expect("Name of the project");
    terminal.expect("loans");
    terminal.send("Bad Name\r");
    terminal.expect("cannot be used");
    terminal.send("\u{15}mine\r");
    terminal.expect("Your name");
    terminal.expect("Your Name");
    terminal.send("Ada \"{= x =}\" É\r");
    terminal.expect("What it is about");
    terminal.expect("Library loans");
    terminal.send("\r");
    terminal.expect("Python version");
    terminal.expect("3.12");
    terminal.send("\u{1b}[B\r");
    terminal.expect("Where its CI runs");
    terminal.expect("gitlab");
    terminal.send("\u{1b}[B\r");
    terminal.expect("Made mine");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    let project = context.work().join("mine");
    assert!(project.join(".gitlab-ci.yml").is_file());
    assert!(
        fs::read_to_string(project.join(".proofolio.yml"))
            .unwrap()
            .contains("python: \"3.12\"")
    );
    assert_eq!(context.git(&project, &["log", "--format=%an"]), "Ada \"{= x =}\" É\n");
}

#[cfg(target_os = "linux")]
#[test]
fn only_open_questions_are_asked_and_defaults_asks_none() {
    let context = Context::new();
    let mut terminal = context.terminal(&[
        "new",
        "api",
        "x1",
        "--name=x1",
        "--theme=loans",
        "--ci=github",
        "--set=python=3.13",
    ]);
    terminal.expect("Your name");
    terminal.send("\r");
    terminal.expect("Made x1");
    let (code, shown) = terminal.end();
    assert!(
        code == Some(0) && !shown.contains("Name of the project") && !shown.contains("Python version"),
        "{shown}"
    );
    let (code, shown) = context.terminal(&["new", "api", "x2", "--defaults"]).end();
    assert!(code == Some(0) && !shown.contains("Your name"), "{shown}");
}

#[cfg(target_os = "linux")]
#[test]
fn control_c_at_a_question_leaves_nothing() {
    // often, for the key can come before the question waits for one
    for round in 0..40 {
        let before = [&[][..], &["x1", "--name=x1", "--author=A"][..]][round % 2];
        let context = Context::new();
        let arguments: Vec<&str> = ["new", "api"].iter().chain(before).copied().collect();
        let mut terminal = context.terminal(&arguments);
        terminal.expect(if before.is_empty() {
            "Name of the project"
        } else {
            "What it is about"
        });
        terminal.send("\u{3}");
        terminal.expect("interrupted: nothing was written");
        let (code, shown) = terminal.end();
        assert_eq!(code, Some(130), "{shown}");
        context.holds(&[]);
    }
}
