//! The peers' side: their programs, run on a project, and their JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proofolio::facts::python::{self, Role};
use proofolio::facts::requirements::{self, RequirementsFacts};
use proofolio::source::{Limits, Snapshot};
use serde_json::Value;

use crate::agreement::{Found, Place};
use crate::ours::normalised;

/// Runs a peer on a project. Its own settings in the project and its comments are switched off where it offers that.
/// `None` when the peer refuses the project as a whole: it finds no requirements where it looks for them.
pub(crate) fn run(tool: &str, project: &Path) -> Result<Option<Vec<Found>>, Box<dyn Error>> {
    match tool {
        "hadolint" => hadolint(project),
        "zizmor" => zizmor(project).map(Some),
        "actionlint" => actionlint(project).map(Some),
        "deptry" => deptry(project),
        "ruff" => ruff(project).map(Some),
        _ => Err(format!("there is no peer `{tool}`").into()),
    }
}

fn output(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .map_err(|error| {
            format!(
                "{}: {error}; install it on PATH",
                command.get_program().to_string_lossy()
            )
        })?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A peer that cannot read a file says so instead of JSON: it has no verdict then.
fn items(text: &str) -> Vec<Value> {
    match serde_json::from_str(text) {
        Ok(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn line(value: &Value) -> u32 {
    value
        .as_u64()
        .and_then(|line| u32::try_from(line).ok())
        .unwrap_or_default()
}

fn at(path: &str, line: u32) -> Place {
    Place {
        path: path.trim_start_matches("./").to_owned(),
        line,
        name: String::new(),
    }
}

fn hadolint(project: &Path) -> Result<Option<Vec<Found>>, Box<dyn Error>> {
    let mut command = Command::new("hadolint");
    command
        .args([
            "--format",
            "json",
            "--no-fail",
            "--disable-ignore-pragma",
            "--info",
            "DL3057",
            "Dockerfile",
        ])
        .current_dir(project);
    let items = items(&output(&mut command)?);
    // Of a file that it cannot parse, such as one with a here-document, it has no verdict.
    if items.iter().any(|item| item["code"] == "DL1000") {
        return Ok(None);
    }
    let found = items.iter().map(|item| Found {
        rule: text(&item["code"]),
        place: at("Dockerfile", line(&item["line"])),
        message: text(&item["message"]),
    });
    Ok(Some(found.collect()))
}

fn workflows(project: &Path) -> Vec<PathBuf> {
    let folder = Path::new(".github/workflows");
    let entries = std::fs::read_dir(project.join(folder)).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| folder.join(entry.file_name())).collect();
    files.sort();
    files
}

/// First-party actions may be pinned by a tag, as our check has it.
const ZIZMOR_POLICY: &str = "rules:
  unpinned-uses:
    config:
      policies:
        \"actions/*\": ref-pin
        \"github/*\": ref-pin
        \"*\": hash-pin
";

fn zizmor(project: &Path) -> Result<Vec<Found>, Box<dyn Error>> {
    let mut policy = tempfile::Builder::new().suffix(".yml").tempfile()?;
    policy.write_all(ZIZMOR_POLICY.as_bytes())?;
    // Comments silence it, and no option switches them off: it reads copies in which they say nothing.
    let copy = tempfile::tempdir()?;
    for path in workflows(project) {
        let written = std::fs::read_to_string(project.join(&path))?;
        let place = copy.path().join(&path);
        std::fs::create_dir_all(place.parent().unwrap_or(copy.path()))?;
        std::fs::write(place, written.replace("zizmor: ignore", "zizmor: silence"))?;
    }
    let mut command = Command::new("zizmor");
    command
        .args(["--offline", "--no-progress", "--format", "json", "--config"])
        .arg(policy.path())
        .args(workflows(project))
        .current_dir(copy.path());
    let items = items(&output(&mut command)?);
    Ok(items
        .iter()
        .filter_map(|item| {
            let location = item["locations"]
                .as_array()?
                .iter()
                .find(|location| location["symbolic"]["kind"] == "Primary")?;
            let path = text(&location["symbolic"]["key"]["Local"]["verbatim_path"]);
            let row = line(&location["concrete"]["location"]["start_point"]["row"]);
            Some(Found {
                rule: text(&item["ident"]),
                place: at(&path, row + 1),
                message: text(&location["symbolic"]["annotation"]),
            })
        })
        .collect())
}

fn actionlint(project: &Path) -> Result<Vec<Found>, Box<dyn Error>> {
    let mut command = Command::new("actionlint");
    command
        .args(["-format", "{{json .}}", "-shellcheck=", "-pyflakes="])
        .args(workflows(project))
        .current_dir(project);
    Ok(items(&output(&mut command)?)
        .iter()
        .map(|item| Found {
            rule: text(&item["kind"]),
            place: at(&text(&item["filepath"]), line(&item["line"])),
            message: text(&item["message"]),
        })
        .collect())
}

/// deptry learns from the environment which modules a package brings, and takes only the top of a project for its own. There
/// is no environment here, so it is told what we know of packages, and every module and folder of the project.
fn deptry_learns(project: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let snapshot = Snapshot::from_folder(project, &Limits::default())?;
    let mut known = BTreeSet::new();
    for entry in requirements::collect(&snapshot).entries {
        let modules = requirements::known_modules(&entry.name);
        if !modules.is_empty() {
            let own = entry.name.replace(['-', '.'], "_");
            // deptry looks for the name as it is written
            let is_of_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let written: String = entry.raw.chars().take_while(is_of_name).collect();
            for name in [entry.name, written] {
                known.insert(format!("{name}={own}|{}", modules.join("|")));
            }
        }
    }
    let mut arguments = Vec::new();
    if !known.is_empty() {
        let known: Vec<String> = known.into_iter().collect();
        arguments.extend(["--package-module-name-map".to_owned(), known.join(",")]);
    }
    let modules: BTreeSet<&str> = snapshot
        .sources()
        .filter_map(|file| file.path.strip_suffix(".py"))
        .flat_map(|path| path.split('/'))
        .collect();
    for module in modules {
        arguments.extend(["--known-first-party".to_owned(), module.to_owned()]);
    }
    Ok(arguments)
}

fn deptry(project: &Path) -> Result<Option<Vec<Found>>, Box<dyn Error>> {
    let report = tempfile::NamedTempFile::new()?;
    let mut command = Command::new("deptry");
    command
        .args([".", "--no-ansi", "--json-output"])
        .arg(report.path())
        .args(deptry_learns(project)?)
        .current_dir(project);
    output(&mut command)?;
    let written = std::fs::read_to_string(report.path())?;
    if written.is_empty() {
        return Ok(None);
    }
    let written = items(&written);
    let found = written.iter().map(|item| Found {
        rule: text(&item["error"]["code"]),
        place: Place {
            path: String::new(),
            line: 0,
            name: normalised(&text(&item["module"])),
        },
        message: text(&item["error"]["message"]),
    });
    Ok(Some(found.collect()))
}

fn ruff(project: &Path) -> Result<Vec<Found>, Box<dyn Error>> {
    let rubric = crate::ours::Ours::new("ruff")?;
    let codes: Vec<String> = rubric.rules().into_keys().collect();
    let mut command = Command::new("ruff");
    command
        .args([
            "check",
            "--isolated",
            "--no-cache",
            "--ignore-noqa",
            "--exit-zero",
            "--preview",
            "--output-format",
            "json",
            "--config",
            "lint.mccabe.max-complexity=15",
            "--select",
        ])
        .arg(codes.join(","))
        .arg(".")
        .current_dir(project);
    let root = project.canonicalize()?;
    let judged = judged(&root)?;
    Ok(items(&output(&mut command)?)
        .iter()
        .map(|item| {
            let path = PathBuf::from(text(&item["filename"]));
            let path = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            Found {
                rule: text(&item["code"]),
                place: at(&path, line(&item["location"]["row"])),
                message: text(&item["message"]),
            }
        })
        .filter(|found| {
            let of_tests = matches!(found.rule.as_str(), "B017" | "F631");
            match judged.get(&found.place.path) {
                Some(Role::Test) => of_tests,
                Some(Role::Script) => !of_tests && found.rule != "S101",
                Some(_) => !of_tests,
                None => false,
            }
        })
        .collect())
}

/// The modules that habits are judged in: those of the application and scripts, and the tests for habits of tests. Only the
/// application is asked for its asserts.
fn judged(project: &Path) -> Result<BTreeMap<String, Role>, Box<dyn Error>> {
    let snapshot = Snapshot::from_folder(project, &Limits::default())?;
    let modules = python::collect(&snapshot, &RequirementsFacts::default()).modules;
    let judged = modules.into_iter().map(|module| (module.path, module.role));
    Ok(judged
        .filter(|(_, role)| matches!(role, Role::Application | Role::Script | Role::Test))
        .collect())
}
