//! A scaffolded project to verify, and what the report says of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proofolio::report::model::{Level, Outcome, Report, VerdictOutcome};

use super::cli::{Context, Run};

/// Variables that installation needs on machines behind a proxy or with certificates of their own.
const PASSED_ON: [&str; 10] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "SSL_CERT_FILE",
    "DOCKER_HOST",
];

/// A project in a context of its own. All tests share one cache, for installing takes longest.
pub struct Project {
    /// Where it is run.
    pub context: Context,
    /// Its folder.
    pub folder: PathBuf,
}

impl Project {
    /// Scaffolds a project of this kind and theme.
    pub fn scaffold(kind: &str, theme: &str) -> Self {
        let context = Context::new();
        context
            .run(&["new", kind, "project", "--defaults", "--theme", theme])
            .ends(0);
        let folder = context.work().join("project");
        Self { context, folder }
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces text that must be there.
    pub fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} does not hold {old:?}");
        self.write(path, &text.replace(old, new));
    }

    /// Removes a test function, decorators included.
    pub fn remove_test(&self, path: &str, name: &str) {
        let text = self.read(path);
        let mut blocks: Vec<&str> = text.split("\n\n\n").collect();
        let before = blocks.len();
        blocks.retain(|block| !block.contains(&format!("def {name}(")));
        assert_eq!(blocks.len() + 1, before, "{path} does not hold {name} once");
        let text = blocks.join("\n\n\n");
        self.write(path, &format!("{}\n", text.trim_end()));
    }

    /// Makes everything, ignored files too, part of the first commit: a project that has just been scaffolded so.
    pub fn commit(&self) {
        let context = &self.context;
        context.configure_git("[user]\nname = A Learner\nemail = learner@example.org\n");
        context.git(&self.folder, &["add", "--all", "--force"]);
        context.git(&self.folder, &["commit", "--quiet", "--amend", "--no-edit"]);
    }

    /// The command that verifies it, with the shared cache.
    pub fn verify(&self, arguments: &[&str]) -> Command {
        let mut command = self.context.proofolio(&["verify", "project"]);
        command
            .args(arguments)
            .env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
        for name in PASSED_ON {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }

    /// Verifies it and reads the report.
    pub fn report(&self, arguments: &[&str]) -> (Run, Report) {
        let mut command = self.verify(arguments);
        let run = Run::from(command.args(["--report", "json=report.json"]).output().unwrap());
        let text = fs::read_to_string(self.context.work().join("report.json"))
            .unwrap_or_else(|error| panic!("no report ({error}):\n{}\n{}", run.out, run.err));
        (run, serde_json::from_str(&text).unwrap())
    }
}

/// The ids of the checks that came out so.
pub fn ids(report: &Report, outcome: VerdictOutcome) -> BTreeSet<&str> {
    report
        .verdicts
        .iter()
        .filter(|verdict| verdict.outcome == outcome)
        .map(|verdict| verdict.id.as_str())
        .collect()
}

/// Verifies a project with one fault: the check is red, nothing else is, and what is blocked is blocked by it.
#[track_caller]
pub fn only_red(project: &Project, check: &str, arguments: &[&str], seed: impl FnOnce(&Project)) {
    super::ensure_base_images();
    seed(project);
    project.commit();
    let (run, report) = project.report(arguments);
    let red = ids(&report, VerdictOutcome::Failed);
    assert_eq!(red, [check].into(), "{}", run.out);
    assert!(ids(&report, VerdictOutcome::NotRun).is_empty(), "{}", run.out);
    for verdict in report
        .verdicts
        .iter()
        .filter(|verdict| verdict.outcome == VerdictOutcome::Blocked)
    {
        assert_eq!(
            verdict.blocked_by.as_deref(),
            Some(check),
            "{} is blocked by something else",
            verdict.id
        );
    }
    let verdict = report.next_fix().expect("a next fix");
    assert!(
        run.out.contains(&verdict.title) && !verdict.fix.is_empty(),
        "{}",
        run.out
    );
    let (outcome, code) = match verdict.level {
        Level::Required => (Outcome::Failed, 1),
        Level::Recommended | Level::Bonus => (Outcome::Passed, 0),
    };
    assert_eq!(report.outcome, outcome, "{}", run.out);
    run.ends(code);
}

/// Checks of what a new scaffold does not have yet, or what not every kind has; a name that ends in `-` stands for all that
/// begin with it.
const NOT_OF_SCAFFOLDS: [&str; 8] = [
    "docs-written",
    "commit-messages",
    "compose-no-host-rights",
    "env-ignored",
    "suppressions-explained",
    "tests-expect-failures",
    "notebooks-",
    "kubernetes-",
];

/// A sound scaffold: every stage runs, everything is looked at, and everything is green.
#[track_caller]
pub fn green(kind: &str, theme: &str, stages: &[&str]) -> Report {
    super::ensure_base_images();
    let project = Project::scaffold(kind, theme);
    // Something that no run before has seen, so that no result is taken from the cache.
    project.write("NOTES.md", &format!("{:?}\n", std::time::SystemTime::now()));
    let (run, report) = project.report(&[]);
    for outcome in [
        VerdictOutcome::Failed,
        VerdictOutcome::Blocked,
        VerdictOutcome::NotRun,
        VerdictOutcome::Broken,
    ] {
        let found = ids(&report, outcome);
        assert!(found.is_empty(), "{outcome:?}: {found:?}\n{}", run.out);
    }
    // What else does not apply would be a check for another kind.
    for check in ids(&report, VerdictOutcome::NotApplicable) {
        assert!(
            NOT_OF_SCAFFOLDS
                .iter()
                .any(|known| check == *known || (known.ends_with('-') && check.starts_with(known))),
            "{check} does not apply:\n{}",
            run.out
        );
    }
    assert_eq!(report.outcome, Outcome::Passed);
    assert_eq!(report.score.earned, report.score.possible);
    assert!(ids(&report, VerdictOutcome::Passed).len() >= 30, "{}", run.out);
    for stage in stages {
        let ran = report.stages.iter().find(|ran| ran.name == *stage);
        let ran = ran.unwrap_or_else(|| panic!("{stage} did not run:\n{}", run.out));
        // The engine's own layers, and an environment, may be there already.
        assert!(
            !ran.cached || ["image", "install", "venv"].contains(stage),
            "{stage} was cached"
        );
    }
    run.ends(0);
    report
}
