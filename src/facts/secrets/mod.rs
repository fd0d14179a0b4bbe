//! The `secrets` fact: credentials that are part of the repository.
//!
//! The value itself never leaves this module: an excerpt names the key and masks the value. References (`${VAR}`),
//! obvious dummies, local development passwords and examples are not secrets.

#[cfg(test)]
mod tests;
mod values;

use self::values::{is_dummy, is_local, is_value, looks_random, variety};
pub(in crate::facts) use self::values::{is_placeholder, names_secret};
use super::git::{is_env_file, is_example_name};
use super::location::{Lines, Location};
use crate::source::{File, Snapshot};

/// Credentials that are part of the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SecretsFacts {
    /// What was found.
    pub found: Vec<Secret>,
    /// How many files were looked at.
    pub files_scanned: usize,
}

/// One credential.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Secret {
    /// What it is: `private key`, `AWS access key`, `GitHub token`, …
    pub kind: String,
    /// The line with the value masked.
    pub excerpt: String,
    /// Where it is.
    pub loc: Location,
}

const FILE_BYTES: usize = 1 << 20;
const MANY: usize = 200;

/// A token that is known by how it starts: kind, start, the characters that follow and how many at least.
const TOKENS: [(&str, &str, usize); 17] = [
    ("AWS access key", "AKIA", 16),
    ("AWS access key", "ASIA", 16),
    ("GitHub token", "ghp_", 36),
    ("GitHub token", "gho_", 36),
    ("GitHub token", "ghs_", 36),
    ("GitHub token", "github_pat_", 60),
    ("GitLab token", "glpat-", 20),
    ("Slack token", "xoxb-", 30),
    ("Slack token", "xoxp-", 30),
    ("Stripe key", "sk_live_", 20),
    ("Stripe key", "rk_live_", 20),
    ("Google API key", "AIza", 35),
    ("OpenAI key", "sk-proj-", 40),
    ("Anthropic key", "sk-ant-", 40),
    ("PyPI token", "pypi-AgEIcHlwaS", 40),
    ("Hugging Face token", "hf_", 34),
    ("SendGrid key", "SG.", 60),
];

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> SecretsFacts {
    let mut facts = SecretsFacts::default();
    let known = snapshot.git().is_some();
    for file in snapshot.sources() {
        // what git does not track is not committed
        if (known && !file.tracked) || file.size > FILE_BYTES as u64 || facts.found.len() >= MANY {
            continue;
        }
        let Some(text) = file.text() else { continue };
        facts.files_scanned += 1;
        let scan = Scan {
            file,
            text: &text.content,
            lines: std::cell::OnceCell::new(),
            is_example: is_example(file),
        };
        scan.run(&mut facts.found);
    }
    facts
}

/// Tests, examples and documentation hold dummies; only unmistakable tokens count there.
fn is_example(file: &File) -> bool {
    let lower = file.path.to_lowercase();
    let folders = [
        "tests/",
        "test/",
        "docs/",
        "examples/",
        "fixtures/",
        ".github/",
        "testdata/",
    ];
    is_example_name(lower.rsplit('/').next().unwrap_or_default())
        || folders
            .iter()
            .any(|folder| lower.starts_with(folder) || lower.contains(&format!("/{folder}")))
        || matches!(file.extension().as_str(), "md" | "rst" | "lock")
        || lower.ends_with(".gitlab-ci.yml")
        || lower
            .rsplit('/')
            .next()
            .is_some_and(|name| name.contains("conftest") || name.contains("compose"))
}

struct Scan<'a> {
    file: &'a File,
    text: &'a str,
    lines: std::cell::OnceCell<Lines<'a>>,
    is_example: bool,
}

impl Scan<'_> {
    fn add(&self, found: &mut Vec<Secret>, kind: &str, start: usize, shown: &str) {
        let loc = self
            .lines
            .get_or_init(|| Lines::new(self.text))
            .locate(&self.file.path, start);
        let same_line = |known: &Secret| known.loc.path == loc.path && known.loc.line == loc.line;
        if found.len() < MANY && !found.iter().any(same_line) {
            found.push(Secret {
                kind: kind.to_owned(),
                excerpt: format!("{shown}********"),
                loc,
            });
        }
    }

    fn run(&self, found: &mut Vec<Secret>) {
        self.private_keys(found);
        self.tokens(found);
        if !self.is_example {
            self.urls(found);
            self.assignments(found);
        }
    }

    fn private_keys(&self, found: &mut Vec<Secret>) {
        for (start, _) in self.text.match_indices("PRIVATE KEY-----").take(50) {
            let line = self
                .text
                .get(..start)
                .unwrap_or_default()
                .rsplit('\n')
                .next()
                .unwrap_or_default();
            let after = self.text.get(start + 16..).unwrap_or_default();
            let body: String = after.chars().take(200).filter(|c| c.is_ascii_alphanumeric()).collect();
            // a pattern that looks for keys names the line without a key behind it
            let begin = line.rfind("-----BEGIN ");
            if let (Some(begin), true) = (begin, body.len() > 60 && !is_dummy(&body)) {
                self.add(
                    found,
                    "private key",
                    start - line.len() + begin,
                    "-----BEGIN … PRIVATE KEY----- ",
                );
            }
        }
    }

    fn tokens(&self, found: &mut Vec<Secret>) {
        for (kind, prefix, length) in TOKENS {
            for (start, _) in self.text.match_indices(prefix).take(50) {
                let before = self.text.get(..start).and_then(|text| text.chars().next_back());
                if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                    continue;
                }
                let rest = self.text.get(start + prefix.len()..).unwrap_or_default();
                let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
                let value: &str = rest.split(|c: char| !is_part(c)).next().unwrap_or_default();
                let upper_only = prefix == "AKIA" || prefix == "ASIA";
                let shaped = if upper_only {
                    value.len() == length && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
                } else {
                    value.len() >= length
                };
                if shaped && !is_dummy(value) && variety(value) >= 8 {
                    self.add(found, kind, start, prefix);
                }
            }
        }
    }

    /// `scheme://user:password@host`
    fn urls(&self, found: &mut Vec<Secret>) {
        for (at, _) in self.text.match_indices("://").take(2_000) {
            let rest = self.text.get(at + 3..).unwrap_or_default();
            let ends =
                |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '/' | '?' | '#' | ')' | ',');
            let authority = rest.split(ends).next().unwrap_or_default();
            let Some((credentials, host)) = authority.rsplit_once('@') else {
                continue;
            };
            let Some((user, password)) = credentials.split_once(':') else {
                continue;
            };
            if !is_local(host) && password != user && is_value(password) && password.len() >= 6 {
                let scheme = self.text.get(..at).unwrap_or_default();
                let scheme = scheme
                    .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '+')
                    .next()
                    .unwrap_or_default();
                self.add(
                    found,
                    "password in a URL",
                    at - scheme.len(),
                    &format!("{scheme}://{}:", shown(user)),
                );
            }
        }
    }

    /// `NAME=value` in settings files, `NAME = "value"` in code.
    fn assignments(&self, found: &mut Vec<Secret>) {
        let env = is_env_file(self.file.name());
        let code = matches!(
            self.file.extension().as_str(),
            "py" | "toml" | "ini" | "cfg" | "yaml" | "yml" | "json"
        );
        if !env && !code {
            return;
        }
        let mut offset = 0;
        for line in self.text.split_inclusive('\n') {
            let start = offset;
            offset += line.len();
            let trimmed = line.trim();
            if trimmed.starts_with('#') || trimmed.len() > 2_000 {
                continue;
            }
            let separators: &[char] = if env { &['='] } else { &['=', ':'] };
            let Some((key, value)) = trimmed.split_once(separators) else {
                continue;
            };
            let key = key.trim_start_matches("export ").trim().trim_matches(['"', '\'']);
            // `secret: str = "…"`
            let value = if value.contains('=') && !env {
                value.rsplit('=').next().unwrap_or(value)
            } else {
                value
            };
            let value = value.trim().trim_end_matches([',', ';']);
            let quoted = value.len() >= 2 && value.starts_with(['"', '\'']) && value.ends_with(['"', '\'']);
            if !env && !quoted {
                continue;
            }
            let value = value.trim_matches(['"', '\'']);
            let long_enough = if env {
                value.len() >= 8
            } else {
                value.len() >= 16 && variety(value) >= 9
            };
            let one_word = env || !value.contains(char::is_whitespace);
            let literal = if env {
                !is_placeholder(value)
            } else {
                is_value(value) && looks_random(value)
            };
            if names_secret(key) && long_enough && one_word && literal {
                let indent = line.len() - line.trim_start().len();
                let kind = if env {
                    "secret in a settings file"
                } else {
                    "secret in code"
                };
                self.add(found, kind, start + indent, &format!("{}=", shown(key)));
            }
        }
    }
}

fn shown(name: &str) -> String {
    name.chars().take(40).filter(|c| !c.is_control()).collect()
}
