//! actionlint's own test data: `ok/*.yaml` has no fault, `err/X.yaml` has the faults that `err/X.out` lists by line and kind.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::agreement::{Agreement, Found, Place};
use crate::ours::Ours;

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
            let workflow = project.path().join(".github/workflows").join(&name);
            fs::create_dir_all(workflow.parent().unwrap_or(project.path()))?;
            fs::copy(&file, &workflow)?;
            let theirs = match (faulty, fs::read_to_string(file.with_extension("out"))) {
                (true, Ok(expected)) => expected.lines().filter_map(|line| expectation(line, &name)).collect(),
                (true, Err(_)) => continue,
                (false, _) => Vec::new(),
            };
            let theirs: Vec<Found> = theirs
                .into_iter()
                .filter(|found| !FOREIGN.contains(&found.rule.as_str()))
                .collect();
            agreement.add(
                Path::new(&format!("{part}/{name}")),
                &ours.run(project.path())?,
                &theirs,
            );
        }
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

/// `test.yaml:8:13: message [kind]`; lines between slashes are patterns, of which place and kind are plain all the same.
fn expectation(line: &str, name: &str) -> Option<Found> {
    let plain = line
        .trim_matches('/')
        .replace("\\.", ".")
        .replace("\\[", "[")
        .replace("\\]", "]");
    let plain = plain.trim_end_matches('$');
    let rest = &plain[plain.find(".yaml:")? + ".yaml:".len()..];
    let number = rest.split(':').next()?.parse().ok()?;
    let kind = rest.rsplit_once('[')?.1.trim_end_matches(']');
    Some(Found {
        rule: kind.to_owned(),
        place: Place {
            path: format!(".github/workflows/{name}"),
            line: number,
            name: String::new(),
        },
        message: rest.to_owned(),
    })
}
