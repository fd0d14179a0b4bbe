//! How far proofolio agrees with the tools that people chain today, measured on corpora that lie in folders.
//!
//! ```sh
//! cargo run --release --example conformance -- hadolint   FOLDER   # projects with a Dockerfile each
//! cargo run --release --example conformance -- zizmor     FOLDER   # projects with GitHub workflows
//! cargo run --release --example conformance -- actionlint FOLDER   # the same
//! cargo run --release --example conformance -- deptry     FOLDER   # Python projects
//! cargo run --release --example conformance -- ruff       FOLDER   # the same
//! cargo run --release --example conformance -- actionlint-testdata FOLDER   # `ok` and `err` with expected outputs
//! cargo run --release --example conformance -- buildkit-testfiles  FOLDER   # Dockerfiles with expected parse results
//! cargo run --release --example conformance -- collect LIST MIRRORS FOLDER    # the real files that a list names, from bare clones
//! ```
//!
//! Each project is a folder in FOLDER. The peers' programs are looked for on PATH; of their rules those count that a check
//! names in `also_known_as`. For each rule: how many of the peer's places we found (recall); for each check: how many of its
//! places the peer has under one of the check's rules (precision). `--disagreements` lists every place that only one side has,
//! `--only RULE` looks at one rule. `docs/conformance.md` explains how to get the corpora, and the exceptions.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is run by hand, for what it prints"
)]

mod agreement;
mod buildkit;
mod collect;
mod ours;
mod peers;
mod testdata;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use agreement::Agreement;
use ours::Ours;

/// What the command line asks for.
struct Arguments {
    corpus: String,
    folder: PathBuf,
    disagreements: bool,
    only: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [command, list, mirrors, folder] = words.as_slice()
        && command == "collect"
    {
        return collect::collect(Path::new(list), Path::new(mirrors), Path::new(folder));
    }
    let arguments = parse(words.into_iter())?;
    let begun = Instant::now();
    let sound = match arguments.corpus.as_str() {
        "buildkit-testfiles" => buildkit::compare(&arguments.folder)?,
        "actionlint-testdata" => {
            testdata::compare(&arguments.folder, arguments.only.as_deref(), arguments.disagreements)?
        }
        tool => peer(tool, &arguments)?,
    };
    println!(
        "{:.1} s, {} MB at most",
        begun.elapsed().as_secs_f64(),
        peak_megabytes()
    );
    if sound {
        Ok(())
    } else {
        Err("there are disagreements below the mark of 0.95".into())
    }
}

fn peer(tool: &str, arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let ours = Ours::new(tool)?;
    let mut agreement = Agreement::new(ours.rules(), arguments.only.as_deref());
    for project in folders(&arguments.folder)? {
        let Some(theirs) = peers::run(tool, &project)? else {
            continue;
        };
        agreement.add(&project, &ours.run(&project)?, &theirs);
    }
    println!(
        "{}, slowest {:.0} ms in {}\n",
        ours.summary(),
        ours.slowest().0 * 1000.0,
        ours.slowest().1
    );
    Ok(agreement.print(arguments.disagreements))
}

/// The folders in a folder, sorted.
pub(crate) fn folders(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    if folders.is_empty() {
        return Err(format!("{}: there is no project in it", folder.display()).into());
    }
    Ok(folders)
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Arguments, Box<dyn Error>> {
    let mut named = Vec::new();
    let (mut disagreements, mut only) = (false, None);
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--disagreements" => disagreements = true,
            "--only" => only = Some(arguments.next().ok_or("--only needs a rule")?),
            option if option.starts_with('-') => return Err(format!("there is no option {option}").into()),
            _ => named.push(argument),
        }
    }
    let [corpus, folder] = <[String; 2]>::try_from(named)
        .map_err(|_| "usage: conformance CORPUS FOLDER [--disagreements] [--only RULE]")?;
    Ok(Arguments {
        corpus,
        folder: folder.into(),
        disagreements,
        only,
    })
}

/// The most memory that this process has had, in megabytes; 0 where the system does not tell.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or_default()
        / 1024
}
