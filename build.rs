//! Reads the built-in checks, and compiles the crate again when a file is added to or removed from what it embeds.
//!
//! Every start needs all checks. YAML is slow to read and so are expressions to tell which facts they name, so both happen
//! here, once: `checks.json` holds each check as its file writes it, without the cases, and the names that it reads. A test
//! compares what comes of it with what the loader of packs makes of the files themselves.

use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use minijinja::Environment;
use serde_json::{Value, json};

use raw::RawCheck;

#[allow(dead_code, reason = "the cases are read by the crate alone")]
#[path = "src/checks/raw.rs"]
mod raw;

/// What a check says in the crate's own words is checked by the crate.
mod contract {
    pub type Kind = String;
}
mod report {
    pub mod model {
        pub type Level = String;
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed=checks");
    println!("cargo::rerun-if-changed=src/checks/raw.rs");
    let mut checks = Vec::new();
    for path in files(Path::new("checks"))? {
        let shown = path.display().to_string().replace('\\', "/");
        checks.push(read(&path, &shown).map_err(|error| format!("{shown}: {error}"))?);
    }
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    fs::write(folder.join("checks.json"), serde_json::to_string(&checks)?)?;
    Ok(())
}

/// The YAML files in a folder and those beneath it, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path, shown: &str) -> Result<Value, Box<dyn Error>> {
    let check: RawCheck = serde_yaml::from_str(&fs::read_to_string(path)?)?;
    let environment = Environment::new();
    let named = |source: &Option<String>| match source {
        Some(source) => environment
            .compile_expression(source)
            .map(|expression| expression.undeclared_variables(false)),
        None => Ok(HashSet::new()),
    };
    let mut names = BTreeSet::new();
    for source in [
        &check.each,
        &check.observation,
        &check.assert,
        &check.at,
        &check.evidence,
    ] {
        names.extend(named(source)?);
    }
    // What `ask` reads is needed by the others already.
    for source in [&check.fail, &check.fix] {
        names.extend(environment.template_from_str(source)?.undeclared_variables(false));
    }
    let when_names: BTreeSet<String> = named(&check.when)?.into_iter().collect();
    Ok(json!({"path": shown, "when_names": when_names, "names": names, "check": check}))
}
