//! Measures `proofolio new api --defaults` with its commit against `copier copy` of the same template text.
//!
//! ```text
//! pip install copier
//! cargo build --release && cargo run --release --example scaffold_speed -- target/release/proofolio copier [N]
//! ```
//!
//! The copier template is made from the embedded one: the same files, delimiters and variables. Both run alternately on
//! the same disk, each in an empty folder; copier makes no commit.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use proofolio::scaffold::{Defaults, Draft, Template, plan};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [proofolio, copier, rest @ ..] = arguments.as_slice() else {
        return Err("usage: scaffold_speed PROOFOLIO COPIER [N]".into());
    };
    let times: usize = rest.first().map_or(Ok(15), |number| number.parse())?;
    let proofolio = std::fs::canonicalize(proofolio)?;
    let folder = tempfile::tempdir_in(".")?;
    let template = folder.path().join("template");
    let files = copier_template(&template)?;
    println!("{files} files; {times} runs of each, alternately");

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let mut command = Command::new(&proofolio);
        command.args(["new", "api", "loans", "--defaults", "--quiet"]);
        ours.push(timed(command, folder.path())?);
        let mut command = Command::new(copier);
        command.args(["copy", "--defaults", "--quiet", "template", "loans"]);
        theirs.push(timed(command, folder.path())?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("proofolio new, with commit  {:>7.1} ms", ours.as_secs_f64() * 1e3);
    println!("copier copy, no commit      {:>7.1} ms", theirs.as_secs_f64() * 1e3);
    println!(
        "ratio                       {:>7.1}",
        theirs.as_secs_f64() / ours.as_secs_f64()
    );
    Ok(())
}

/// Runs a command that makes `loans`, and removes what it made.
fn timed(mut command: Command, folder: &Path) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    let status = command.current_dir(folder).stdin(Stdio::null()).status()?;
    let took = start.elapsed();
    if !status.success() || !folder.join("loans/README.md").is_file() {
        return Err(format!("{command:?} failed: {status}").into());
    }
    std::fs::remove_dir_all(folder.join("loans"))?;
    Ok(took)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Writes the files of the default plan as a copier template: rendered files keep their source text.
fn copier_template(folder: &Path) -> Result<usize, Box<dyn Error>> {
    let template = Template::embedded("api")?;
    let answers = Draft::new(&template).finish(&Defaults::new(None, None, None, 2026))?;
    let planned = plan(&template, &answers)?;
    let theme = template.themes.get(answers.get("theme")).ok_or("no theme")?;
    let mut sources: BTreeMap<String, (&str, &[u8])> = BTreeMap::new();
    for (source, content) in template.files.iter().chain(&theme.files) {
        let path = source.trim_end_matches(".tmpl").replace("__package__", &theme.package);
        sources.insert(path, (source, content));
    }
    let mut settings: BTreeMap<String, serde_yaml::Value> = theme.variables.clone();
    for (key, value) in answers.values() {
        settings.insert(key.clone(), value.as_str().into());
    }
    for (key, value) in [
        ("title", &theme.title),
        ("package", &theme.package),
        ("variant", &planned.variant),
    ] {
        settings.insert(key.to_owned(), value.as_str().into());
    }
    settings.insert("answers".into(), planned.digest.as_str().into());
    settings.insert("template_version".into(), template.version.into());
    let options = serde_json::json!({
        "variable_start_string": "{=", "variable_end_string": "=}", "block_start_string": "{%", "block_end_string": "%}",
        "comment_start_string": "{##", "comment_end_string": "##}", "keep_trailing_newline": true,
        "trim_blocks": true, "lstrip_blocks": true,
    });
    let mut document = serde_json::json!({"_templates_suffix": ".tmpl", "_envops": options});
    for (key, value) in settings {
        document[key] = serde_json::json!({"type": "yaml", "default": value, "when": false});
    }
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("copier.yml"), document.to_string())?;
    for file in &planned.files {
        let (source, content) = sources.get(&file.path).ok_or("a planned file has no source")?;
        let (path, bytes) = match source.ends_with(".tmpl") {
            true => (
                format!("{}.tmpl", file.path),
                filters(std::str::from_utf8(content)?).into_bytes(),
            ),
            false => (file.path.clone(), content.to_vec()),
        };
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().ok_or("a file has a folder")?)?;
        std::fs::write(path, bytes)?;
    }
    Ok(planned.files.len())
}

/// Replaces our filters by the nearest that copier has.
fn filters(text: &str) -> String {
    let text = ["yaml", "toml", "python"].iter().fold(text.to_owned(), |text, filter| {
        text.replace(&format!("| {filter} "), "| tojson ")
    });
    text.replace("| markdown ", "").replace("| text ", "")
}
