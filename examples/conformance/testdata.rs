//! actionlint's own test data: `ok/*.yaml` has no fault, `err/X.yaml` has the faults that `err/X.out` lists by line and kind, and
//! `projects/X` those of `projects/X.out`, with workflows that call files beside them.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::agreement::{Agreement, Found, Place};
use crate::ours::Ours;

/// Where the service looks for workflows.
const WORKFLOWS: &str = ".github/workflows";

/// Kinds whose faults other programs find for actionlint: they read shell and Python, not workflows.
const FOREIGN: [&str; 2] = ["shellcheck", "pyflakes"];

/// Compares; true when every figure reaches the mark.
pub(crate) fn compare(folder: &Path, only: Option<&str>, disagreements: bool) -> Result<bool, Box<dyn Error>> {
    let ours = Ours::new("actionlint")?;
    let mut agreement = Agreement::new(ours.rules(), only);
    let mut files = 0;
    for (part, faulty) in [("ok", false), ("err", true)] {
        for file in yaml_files(&folder.join(part))? {
            files += 1;
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // Each is a workflow of a project of its own.
            let project = tempfile::tempdir()?;
            let workflow = project.path().join(WORKFLOWS).join(&name);
            fs::create_dir_all(workflow.parent().unwrap_or(project.path()))?;
            fs::copy(&file, &workflow)?;
            let theirs = match (faulty, fs::read_to_string(file.with_extension("out"))) {
                (true, Ok(expected)) => expectations(&expected, Some(&name)),
                (true, Err(_)) => continue,
                (false, _) => Vec::new(),
            };
            agreement.add(
                Path::new(&format!("{part}/{name}")),
                &ours.run(project.path())?,
                &theirs,
            );
        }
    }
    for folder in super::folders(&folder.join("projects"))? {
        let Ok(expected) = fs::read_to_string(folder.with_extension("out")) else {
            continue;
        };
        let project = tempfile::tempdir()?;
        files += stage(&folder, project.path())?;
        let name = folder.file_name().unwrap_or_default();
        let theirs = expectations(&expected, None);
        agreement.add(&Path::new("projects").join(name), &ours.run(project.path())?, &theirs);
    }
    println!("{files} files: {}\n", ours.summary());
    Ok(agreement.print(disagreements))
}

fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml" || extension == "yml")
        })
        .collect();
    files.sort();
    Ok(files)
}

/// Copies a project, with its `workflows` where the service looks for them, and with what they call there.
fn stage(folder: &Path, project: &Path) -> Result<usize, Box<dyn Error>> {
    let mut files = 0;
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let inside = path.strip_prefix(folder)?;
            let target = match inside.strip_prefix("workflows") {
                Ok(workflow) => project.join(WORKFLOWS).join(workflow),
                Err(_) => project.join(inside),
            };
            fs::create_dir_all(target.parent().unwrap_or(project))?;
            match fs::read_to_string(&path) {
                Ok(text) => fs::write(target, text.replace("./workflows/", "./.github/workflows/"))?,
                Err(_) => drop(fs::copy(&path, target)?),
            }
            files += 1;
        }
    }
    Ok(files)
}

/// What actionlint finds, without what other programs find for it; in the workflow of this name, whatever it was called.
fn expectations(expected: &str, name: Option<&str>) -> Vec<Found> {
    expected
        .lines()
        .filter_map(|line| expectation(line, name))
        .filter(|found| !FOREIGN.contains(&found.rule.as_str()))
        .collect()
}

/// `test.yaml:8:13: message [kind]`; lines between slashes are patterns, of which place and kind are plain all the same.
fn expectation(line: &str, name: Option<&str>) -> Option<Found> {
    let plain = line
        .trim_matches('/')
        .replace("\\.", ".")
        .replace("\\[", "[")
        .replace("\\]", "]");
    let plain = plain.trim_end_matches('$');
    let (path, rest) = plain.split_at(plain.find(".yaml:")? + ".yaml".len());
    let rest = rest.strip_prefix(':')?;
    let number = rest.split(':').next()?.parse().ok()?;
    let kind = rest.rsplit_once('[')?.1.trim_end_matches(']');
    Some(Found {
        rule: kind.to_owned(),
        place: Place {
            path: format!(
                "{WORKFLOWS}/{}",
                name.unwrap_or(path.rsplit('/').next().unwrap_or(path))
            ),
            line: number,
            name: String::new(),
        },
        message: rest.to_owned(),
    })
}
