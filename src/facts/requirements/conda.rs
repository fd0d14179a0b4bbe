//! Requirements in conda's `environment.yml`.

use super::entry;
use super::model::{Entry, Group, PythonRequirement, RequirementsFacts, RequirementsFile};
use super::names::normalise;
use crate::facts::location::Location;
use crate::source::yaml::{self, Node};
use crate::source::{Encoding, File};

const MANY: usize = 2_000;

/// Reads `dependencies`, and those under `pip` in it. What is no such file, or no YAML, declares nothing.
pub(super) fn read(file: &File, facts: &mut RequirementsFacts) {
    let Some(tree) = file.text().and_then(|text| yaml::parse(&text.content).ok()) else {
        return;
    };
    let Some(dependencies) = tree.get("dependencies") else {
        return;
    };
    let start = facts.entries.len();
    let place = |node: &Node| Location::new(&file.path, node.line, node.column);
    for item in dependencies.items().iter().take(MANY) {
        for one in item.get("pip").map(|list| list.items()).unwrap_or_default() {
            if let Some(Ok(found)) = one.text().map(entry::read) {
                push(file, found, place(one), facts);
            }
        }
        let Some((name, version)) = item.text().and_then(of_conda) else {
            continue;
        };
        if name == "python" {
            let specifier = version.to_owned();
            facts.python.push(PythonRequirement {
                specifier,
                loc: place(item),
            });
            continue;
        }
        // conda itself asks that pip be listed
        if name == "pip" {
            continue;
        }
        let pinned = version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(['*', ',', '|']);
        let found = Entry {
            raw: item.text().unwrap_or_default().to_owned(),
            pinned,
            specifier: if pinned {
                format!("=={version}")
            } else {
                version.to_owned()
            },
            name,
            ..Entry::default()
        };
        push(file, found, place(item), facts);
    }
    facts.files.push(RequirementsFile {
        path: file.path.clone(),
        kind: "conda",
        group: Group::Runtime,
        encoding: Encoding::Utf8,
        lossy: false,
        compiled: false,
        entries: facts.entries.len() - start,
        loc: Location::start(&file.path),
    });
}

fn push(file: &File, found: Entry, loc: Location, facts: &mut RequirementsFacts) {
    facts.entries.push(Entry {
        file: file.path.clone(),
        group: Group::Runtime,
        direct: true,
        loc,
        ..found
    });
}

/// Name and version of `channel::name=1.2=build`; the name as the index of Python packages has it.
fn of_conda(text: &str) -> Option<(String, &str)> {
    let text = text.rsplit("::").next()?.trim();
    let end = text
        .find(|c: char| c.is_whitespace() || "=<>!~[".contains(c))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let version = rest.trim_start_matches(|c: char| c == '=' || c.is_whitespace());
    let version = version
        .split(['=', '['])
        .next()
        .filter(|_| !version.starts_with(['<', '>', '!', '~']));
    let name = match normalise(name).as_str() {
        "pytorch" => "torch".to_owned(),
        "opencv" | "py-opencv" => "opencv-python".to_owned(),
        "matplotlib-base" => "matplotlib".to_owned(),
        other => other.to_owned(),
    };
    (!name.is_empty()).then(|| (name, version.unwrap_or(rest.trim()).trim()))
}
