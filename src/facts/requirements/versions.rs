//! The Python versions that the project is run with, against those that it says it needs. Only files at the root speak for
//! the whole project.

use std::str::FromStr;

use pep508_rs::pep440_rs::{Version, VersionSpecifiers};

use super::model::{PythonClash, PythonRequirement, RequirementsFacts};
use crate::facts::location::Location;
use crate::source::Snapshot;

/// The places that disagree with `requires-python`, and images that disagree with `.python-version`.
pub(super) fn clashes(snapshot: &Snapshot, facts: &RequirementsFacts) -> Vec<PythonClash> {
    let mut used = used_versions(snapshot);
    let is_root = |one: &&PythonRequirement| !one.loc.path.contains('/');
    for one in facts.python.iter().filter(is_root) {
        if !matches!(
            one.loc.path.as_str(),
            "pyproject.toml" | "Pipfile" | "setup.py" | "setup.cfg"
        ) {
            used.push((one.specifier.clone(), one.loc.clone()));
        }
    }
    let needed = facts
        .python
        .iter()
        .filter(is_root)
        .find(|one| one.loc.path == "pyproject.toml");
    let chosen = facts.python.iter().find(|one| one.loc.path == ".python-version");
    let mut found = Vec::new();
    for (version, loc) in used {
        let Some(minor) = minor_of(&version) else { continue };
        let against = if let Some(needed) = needed.filter(|needed| !allows(&needed.specifier, &version, minor)) {
            Some(needed)
        } else {
            let image = loc.path.ends_with("Dockerfile");
            chosen.filter(|chosen| image && minor_of(&chosen.specifier).is_some_and(|other| other != minor))
        };
        if let Some(against) = against.filter(|_| found.len() < 50) {
            found.push(PythonClash {
                version,
                needed: against.specifier.clone(),
                source: against.loc.path.clone(),
                loc,
            });
        }
    }
    found
}

/// Versions in the base images of the Dockerfile and in `python-version:` of workflows.
fn used_versions(snapshot: &Snapshot) -> Vec<(String, Location)> {
    let mut found = Vec::new();
    for file in snapshot.sources() {
        let workflow = file.folder() == ".github/workflows" && matches!(file.extension().as_str(), "yml" | "yaml");
        if !workflow && file.path != "Dockerfile" {
            continue;
        }
        let Some(text) = file.text() else { continue };
        for (index, line) in text.content.lines().enumerate().take(5_000) {
            let line = line.trim();
            let values = if workflow {
                line.trim_start_matches("- ").strip_prefix("python-version:")
            } else {
                image_tag(line)
            };
            let Some(values) = values.filter(|values| !values.contains("${{") && found.len() < 200) else {
                continue;
            };
            let values = values.split('#').next().unwrap_or_default();
            for value in values.split(',') {
                let value = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']'));
                if minor_of(value).is_some() {
                    found.push((value.to_owned(), Location::new(&file.path, index + 1, 1)));
                }
            }
        }
    }
    found
}

/// The version in `FROM python:3.12-slim`.
fn image_tag(line: &str) -> Option<&str> {
    let (keyword, rest) = line.split_once(char::is_whitespace)?;
    if !keyword.eq_ignore_ascii_case("from") {
        return None;
    }
    let image = rest.split_whitespace().find(|word| !word.starts_with("--"))?;
    let tag = image.strip_prefix("python:")?;
    tag.split(['-', '@']).next()
}

/// Major and minor number of a version that has both.
fn minor_of(version: &str) -> Option<(u64, u64)> {
    let mut numbers = version.split('.');
    let major = numbers.next()?.parse().ok().filter(|major| matches!(major, 2 | 3))?;
    Some((major, numbers.next()?.parse().ok()?))
}

/// Whether a specifier lets a version in. One without a patch number is its newest; what cannot be read lets all in.
fn allows(specifier: &str, version: &str, (major, minor): (u64, u64)) -> bool {
    let bound = match specifier.strip_prefix('^') {
        Some(least) => format!(">={least},<{}", major_of(least) + 1),
        None => match specifier.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
            Some(least) => format!("~={least}.0"),
            None => specifier.to_owned(),
        },
    };
    let full = version.split('.').count() > 2;
    let shown = if full {
        version.to_owned()
    } else {
        format!("{major}.{minor}.99")
    };
    let (Ok(bound), Ok(newest)) = (VersionSpecifiers::from_str(&bound), Version::from_str(&shown)) else {
        return true;
    };
    let first = Version::from_str(&format!("{major}.{minor}"));
    bound.contains(&newest) || (!full && first.is_ok_and(|first| bound.contains(&first)))
}

fn major_of(version: &str) -> u64 {
    version
        .split('.')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(3)
}
