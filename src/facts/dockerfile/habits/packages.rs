//! How a `RUN` calls package managers: apt, apk and pip.

use super::script::Script;

/// A file, a folder, an address or a variable: not a package with a version to write.
fn is_no_name(word: &str) -> bool {
    word.starts_with(['.', '/', '$', '-', '<', '>'])
        || word.contains("://")
        || word.contains('$')
        || word.ends_with(".whl")
        || word.contains(".tar.")
}

/// True when the variables switch pip's cache off.
pub(super) fn keeps_no_cache(variables: &str) -> bool {
    let Some((_, rest)) = variables.split_once("PIP_NO_CACHE_DIR") else {
        return false;
    };
    let value: String = rest
        .trim_start_matches(['=', ' ', '"', '\''])
        .chars()
        .take(5)
        .collect::<String>()
        .to_lowercase();
    ["1", "on", "true", "yes", "off", "0", "false"]
        .iter()
        .any(|word| value.starts_with(word))
}

/// The habits of a script, by rule. `cached` tells whether a cache is mounted at a path.
pub(super) fn habits(
    script: &Script,
    text: &str,
    cached: &dyn Fn(&str) -> bool,
    no_cache: bool,
) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let mut note = |rule: &'static str, what: String| {
        // Once for each RUN, however often it does so.
        if !found.iter().any(|(known, _)| *known == rule) {
            found.push((rule, what));
        }
    };
    let mut updates = false;
    let mut cleans = cached("/var/lib/apt");
    for words in &script.commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let words = match words.as_slice() {
            ["sudo", rest @ ..] => rest,
            all => all,
        };
        let has = |options: &[&str]| words.iter().any(|word| options.contains(word));
        let verb = words
            .iter()
            .skip(1)
            .find(|word| !word.starts_with('-'))
            .copied()
            .unwrap_or_default();
        match words.first().copied().unwrap_or_default() {
            "apt" => {
                updates |= verb == "update";
                note("apt-get-in-scripts", "`apt` is for people".to_owned());
            }
            "rm" => {
                cleans |= words.iter().any(|word| {
                    word.starts_with("/var/lib/apt/lists") || *word == "/var/lib/apt" || *word == "/var/lib/apt/"
                })
            }
            "apt-get" if verb == "update" => updates = true,
            "apt-get" if verb == "install" => {
                let quiet = words.iter().filter(|word| **word == "-q").count() > 1;
                let short = words.iter().any(|word| {
                    word.starts_with('-') && !word.starts_with("--") && (word.contains('y') || word.contains("qq"))
                });
                if !short && !quiet && !has(&["--yes", "--assume-yes", "-q=2"]) {
                    note("apt-asks-nothing", "`apt-get install` without `-y`".to_owned());
                }
                let less = words
                    .iter()
                    .any(|word| word.to_lowercase().starts_with("apt::install-recommends"));
                if !has(&["--no-install-recommends"]) && !less {
                    note(
                        "apt-without-recommends",
                        "`apt-get install` without `--no-install-recommends`".to_owned(),
                    );
                }
            }
            "apk" if verb == "add" && !has(&["--no-cache"]) && !cached("/var/cache/apk") && !cached("/etc/apk") => {
                note("apk-keeps-no-cache", "`apk add` without `--no-cache`".to_owned());
            }
            program
                if program.starts_with("pip")
                    || (program.starts_with("python") && words.get(1..3) == Some(&["-m", "pip"])) =>
            {
                pip(
                    words,
                    &mut note,
                    no_cache || text.contains("PIP_NO_CACHE_DIR"),
                    cached("pip") || cached(".cache"),
                );
            }
            _ => {}
        }
    }
    if updates && !cleans {
        note("apt-lists-removed", "the package lists stay".to_owned());
    }
    found
}

fn pip(words: &[&str], note: &mut impl FnMut(&'static str, String), no_cache: bool, mounted: bool) {
    let Some(at) = words.iter().position(|word| *word == "install") else {
        return;
    };
    let rest = words.get(at + 1..).unwrap_or_default();
    if !words.contains(&"--no-cache-dir") && !no_cache && !mounted {
        note(
            "pip-keeps-no-cache",
            "`pip install` without `--no-cache-dir`".to_owned(),
        );
    }
    const WITH_VALUE: [&str; 14] = [
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "-e",
        "--editable",
        "-t",
        "--target",
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "--prefix",
    ];
    let mut words = rest.iter();
    if rest.iter().any(|word| {
        matches!(*word, "-r" | "--requirement" | "-c" | "--constraint")
            || word.starts_with("-r")
            || word.starts_with("--requirement=")
            || word.starts_with("--constraint=")
    }) {
        return;
    }
    while let Some(word) = words.next() {
        if WITH_VALUE.contains(word) {
            words.next();
        } else if !is_no_name(word) {
            let fixed = ["==", ">=", "<=", "~=", "!=", ">", "<", "@"]
                .iter()
                .any(|sign| word.contains(sign));
            if !fixed {
                note("pip-names-versions", format!("`pip install {word}`"));
                return;
            }
        }
    }
}
