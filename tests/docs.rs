//! The documentation says what is so: its examples are run, and what it lists is complete.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};

use proofolio::checks::{Area, Rubric};
use proofolio::facts::FactName;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fenced blocks of a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    page.split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n').map(str::to_owned))
        .collect()
}

#[test]
fn the_checks_that_the_pages_show_load_and_prove_themselves() {
    let mut shown = 0;
    for page in ["README.md", "docs/checks.md", "examples/instructor-pack/README.md"] {
        for text in blocks(&read(page), "yaml")
            .into_iter()
            .filter(|text| text.contains("\nassert:"))
        {
            shown += 1;
            if let Err(error) = Rubric::from_texts(vec![(page.to_owned(), text)]) {
                panic!("{error}");
            }
        }
    }
    assert!(shown >= 3);
}

#[test]
fn every_fact_and_every_area_is_documented() {
    let (facts, checks) = (read("docs/facts.md"), read("docs/checks.md"));
    for fact in FactName::ALL {
        assert!(
            facts.lines().any(|line| line.starts_with("##")
                && line
                    .split(|mark: char| !mark.is_alphanumeric())
                    .any(|word| word == fact.name())),
            "docs/facts.md does not speak of `{fact}`"
        );
    }
    for area in Area::ALL {
        assert!(
            checks.contains(&format!("`{area}`")),
            "docs/checks.md does not speak of `{area}`"
        );
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![
        root.join("README.md"),
        root.join("CHANGELOG.md"),
        root.join("examples/instructor-pack/README.md"),
    ];
    pages.extend(
        fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().path()),
    );
    for page in pages
        .iter()
        .filter(|page| page.extension().is_some_and(|extension| extension == "md"))
    {
        let text = fs::read_to_string(page).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let found = page.parent().unwrap().join(file);
            assert!(
                found.exists(),
                "{} links to {target}, which is not there",
                page.display()
            );
        }
    }
}

#[test]
fn every_option_of_the_command_line_that_the_readme_names_exists() {
    let help: String = ["new", "verify", "checks", "doctor", "clean"]
        .iter()
        .map(|command| {
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_proofolio"))
                .args([command, "--help"])
                .output()
                .unwrap();
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    let readme = read("README.md");
    let named: Vec<&str> = readme
        .split(|character: char| !(character.is_ascii_lowercase() || character == '-'))
        .filter(|word| word.starts_with("--") && !word.trim_matches('-').is_empty())
        // options of cargo in the two commands to begin with
        .filter(|word| !["--locked", "--path"].contains(word))
        .collect();
    assert!(named.len() > 5);
    for option in named {
        assert!(help.contains(option), "the README names {option}");
    }
}
