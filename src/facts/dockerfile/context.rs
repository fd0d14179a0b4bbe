//! The build context: which files of the repository go to the builder.

use super::ignore_rules::DockerIgnore;
use super::model::ContextFacts;
use crate::source::Snapshot;

/// The paths that go to the builder, sorted: the files beneath `context_dir` (empty for the root) that the
/// `.dockerignore` does not keep out. The Dockerfile itself and the `.dockerignore` always go.
///
/// `Dockerfile.dockerignore` beside the Dockerfile has precedence over `.dockerignore` at the context's root. Paths are
/// those of the snapshot. Contents of installed environments are not part of a snapshot, so those files are left out.
pub fn docker_context(snapshot: &Snapshot, context_dir: &str, dockerfile: &str) -> Vec<String> {
    let (ignore_file, rules) = rules(snapshot, context_dir, dockerfile);
    let prefix = prefix(context_dir);
    let files = snapshot.files().iter().filter(|file| file.bytes().is_some());
    let sent = files.filter(|file| {
        file.path == dockerfile
            || Some(&file.path) == ignore_file.as_ref()
            || file
                .path
                .strip_prefix(&prefix)
                .is_some_and(|relative| !rules.excludes(relative))
    });
    sent.map(|file| file.path.clone()).collect()
}

fn prefix(context_dir: &str) -> String {
    match context_dir.trim_matches('/') {
        "" | "." => String::new(),
        folder => format!("{}/", folder.trim_start_matches("./")),
    }
}

/// The `.dockerignore` that applies, and its rules.
pub(super) fn rules(snapshot: &Snapshot, context_dir: &str, dockerfile: &str) -> (Option<String>, DockerIgnore) {
    let own = format!("{dockerfile}.dockerignore");
    let general = format!("{}.dockerignore", prefix(context_dir));
    for path in [own, general] {
        if let Some(text) = snapshot.text(&path) {
            return (Some(path), DockerIgnore::parse(&text.content));
        }
    }
    (None, DockerIgnore::default())
}

pub(super) fn facts(snapshot: &Snapshot, context_dir: &str, dockerfile: &str) -> ContextFacts {
    let (ignore_file, rules) = rules(snapshot, context_dir, dockerfile);
    let sent = docker_context(snapshot, context_dir, dockerfile);
    let bytes = sent
        .iter()
        .filter_map(|path| snapshot.get(path))
        .map(|file| file.size)
        .sum();
    ContextFacts {
        ignore_file,
        files: sent.len(),
        bytes,
        // the history lies at the root, beside a context that is a folder of the repository
        excludes_git: !prefix(context_dir).is_empty() || rules.excludes(".git/config"),
        excludes_env: rules.excludes(".env"),
        excludes_venv: rules.excludes(".venv/pyvenv.cfg") || rules.excludes("venv/pyvenv.cfg"),
    }
}
