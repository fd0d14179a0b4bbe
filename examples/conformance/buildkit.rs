//! BuildKit's parser test files: folders with a `Dockerfile` and the `result` that its parser must give.

use std::error::Error;
use std::fs;
use std::path::Path;

use proofolio::facts::dockerfile;
use proofolio::source::Snapshot;

use crate::folders;

/// Compares the sequence of instructions; true when all files agree.
pub(crate) fn compare(folder: &Path) -> Result<bool, Box<dyn Error>> {
    let (mut files, mut agreed) = (0, 0);
    for project in folders(folder)? {
        let Ok(result) = fs::read_to_string(project.join("result")) else {
            continue;
        };
        files += 1;
        // Some are fragments, which the parser takes and no build would: they get a base image.
        let fragment = !result.lines().any(|line| line.starts_with("(from"));
        let mut text = if fragment {
            b"FROM scratch\n".to_vec()
        } else {
            Vec::new()
        };
        text.extend(fs::read(project.join("Dockerfile"))?);
        let facts = dockerfile::collect(&Snapshot::from_files("testfiles", [("Dockerfile", text)]));
        // One instruction of the result begins at each parenthesis in the first column.
        let expected: Vec<String> = (if fragment { "(from)\n" } else { "" })
            .lines()
            .chain(result.lines())
            .filter_map(|line| line.strip_prefix('('))
            .filter_map(|line| line.split([' ', ')']).next())
            .map(str::to_lowercase)
            .collect();
        let stages = facts.stages.iter();
        let ours: Vec<String> = stages
            .flat_map(|stage| {
                std::iter::once("from".to_owned()).chain(
                    stage
                        .instructions
                        .iter()
                        .map(|instruction| instruction.keyword.to_lowercase()),
                )
            })
            .collect();
        let name = project.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The first part of a file may hold ARG before any stage.
        let expected_in_stages: Vec<String> = expected
            .iter()
            .skip_while(|keyword| *keyword == "arg")
            .cloned()
            .collect();
        if ours == expected_in_stages {
            agreed += 1;
        } else {
            println!("{name}: expected {expected:?}, got {ours:?}");
            facts.errors.iter().for_each(|error| println!("    {error:?}"));
        }
    }
    println!("{agreed} of {files} files read as BuildKit reads them");
    Ok(agreed == files && files > 0)
}
