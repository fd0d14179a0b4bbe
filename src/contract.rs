//! The project's contract: `.proofolio.yml`, documented in `docs/contract.md`.
//!
//! The file belongs to the repository under test, so it is data: size and aliases are limited before it is parsed, and
//! nothing in it reaches a shell of this machine.

mod deploy;
mod pipeline;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use deploy::{Deploy, Version};
pub use pipeline::{Better, ExitCodes, Future, Metrics, Pipeline, Prediction, Record};

/// Where the contract lies in a repository.
pub const PATH: &str = ".proofolio.yml";

/// Largest contract that is read, in bytes.
const SIZE_LIMIT: usize = 64 * 1024;

/// What kind of project it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A REST API with roles on PostgreSQL.
    Api,
    /// A data or machine-learning pipeline.
    Pipeline,
    /// A containerized deployment.
    Deploy,
}

impl Kind {
    /// The name used in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Pipeline => "pipeline",
            Self::Deploy => "deploy",
        }
    }
}

/// A contract as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// What kind of project it is.
    pub kind: Kind,
    /// The Python version, such as `3.13`.
    pub python: Option<String>,
    /// Where the project came from.
    pub scaffold: Option<Scaffold>,
    /// How to test it.
    #[serde(default)]
    pub tests: Tests,
    /// How to build its image.
    #[serde(default)]
    pub image: Image,
    /// How to run it.
    pub service: Option<Service>,
    /// How to use an API's accounts and roles.
    pub api: Option<Api>,
    /// How to release a version, and how to go back.
    pub deploy: Option<Deploy>,
    /// How to run a pipeline and where its results lie.
    pub pipeline: Option<Pipeline>,
    /// Findings not to hear of; `facts::suppressions` reads them with their places.
    #[serde(default)]
    pub suppress: Vec<Suppress>,
}

/// A wish not to hear of a check.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppress {
    /// The check's id.
    pub check: String,
    /// The files that it concerns, as a glob; every finding without it.
    pub path: Option<String>,
    /// Why.
    pub reason: String,
}

/// Where a project came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaffold {
    /// The template, such as `api`.
    pub template: String,
    /// The template's version.
    pub version: u32,
    /// The theme.
    pub theme: String,
    /// Digest of the answers.
    pub answers: String,
    /// The variant.
    pub variant: String,
}

/// How to test a project.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tests {
    /// What runs the tests; empty for `python -m pytest`.
    pub command: Vec<String>,
    /// Requirement files to install for them; empty to discover them.
    pub requirements: Vec<String>,
    /// What must be up.
    pub services: Vec<BackingService>,
    /// The variable that receives the database's address.
    pub database: Option<String>,
    /// Further variables.
    pub environment: BTreeMap<String, String>,
}

/// A service that tests or the project need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackingService {
    /// PostgreSQL
    Postgres,
}

/// How to build an image.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Image {
    /// Path of the Dockerfile.
    pub dockerfile: String,
    /// The build context's folder.
    pub context: String,
}

impl Default for Image {
    fn default() -> Self {
        Self {
            dockerfile: "Dockerfile".to_owned(),
            context: ".".to_owned(),
        }
    }
}

/// How to run a project.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The port that it listens on.
    pub port: Option<u16>,
    /// The path that answers 200 while the process runs.
    pub live: Option<String>,
    /// The path that answers 200 while it can serve.
    pub ready: Option<String>,
    /// The variable that receives the database's address.
    pub database: Option<String>,
    /// Further variables; may hold placeholders.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Folders that outlive a container; the set-up commands and the service share them.
    #[serde(default)]
    pub state: Vec<StateFolder>,
    /// Commands to run in the image before the service starts.
    #[serde(default)]
    pub setup: Vec<Vec<String>>,
}

/// A folder in the image that outlives a container: an absolute path that can be mounted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct StateFolder(String);

impl StateFolder {
    /// The path, without a slash at its end.
    pub fn path(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for StateFolder {
    type Error = String;

    fn try_from(path: String) -> Result<Self, String> {
        // The engine splits a mount at its colons, and the kernel's folders are no place for a file.
        const TAKEN: [&str; 6] = ["/tmp", "/run", "/proc", "/sys", "/dev", "/etc"];
        let trimmed = path.trim_end_matches('/');
        let plain = trimmed.strip_prefix('/').is_some_and(|rest| {
            rest.split('/')
                .all(|part| !part.is_empty() && part != "." && part != "..")
        });
        let odd = trimmed.len() > 200 || trimmed.contains([':', ',']) || trimmed.contains(char::is_control);
        if !plain || odd {
            return Err(format!(
                "`state` needs absolute paths such as /app/models, not {path:?}"
            ));
        }
        if TAKEN.iter().any(|taken| {
            trimmed
                .strip_prefix(taken)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }) {
            return Err(format!(
                "`state` cannot be in {path}: that folder is not the project's own"
            ));
        }
        Ok(Self(trimmed.to_owned()))
    }
}

impl Service {
    /// The path that tells best whether the service answers.
    pub fn health_path(&self) -> &str {
        self.ready.as_deref().or(self.live.as_deref()).unwrap_or("/")
    }
}

/// How to use an API's accounts and roles.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Makes an account with the highest role.
    pub seed_admin: Option<Seed>,
    /// Makes an ordinary account.
    pub register: Option<Request>,
    /// Gets an access token.
    pub login: Option<Login>,
    /// Any account may, an anonymous caller may not.
    pub protected: Option<Request>,
    /// Only the highest role may.
    pub guarded: Option<Request>,
    /// A resource that belongs to the account that made it.
    pub owned: Option<Owned>,
}

/// A command that seeds something.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Variables.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
}

/// A request to the service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// Path with query.
    pub path: String,
    /// JSON body.
    pub json: Option<serde_json::Value>,
    /// Form body.
    pub form: Option<BTreeMap<String, String>>,
}

/// A request that answers with an access token.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// HTTP method.
    pub method: String,
    /// Path with query.
    pub path: String,
    /// JSON body.
    pub json: Option<serde_json::Value>,
    /// Form body.
    pub form: Option<BTreeMap<String, String>>,
    /// The field of the answer that holds the token.
    #[serde(default = "access_token")]
    pub token: String,
}

impl Login {
    /// The request in it.
    pub fn request(&self) -> Request {
        Request {
            method: self.method.clone(),
            path: self.path.clone(),
            json: self.json.clone(),
            form: self.form.clone(),
        }
    }
}

fn access_token() -> String {
    "access_token".to_owned()
}

/// A resource that belongs to the account that made it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owned {
    /// Makes one.
    pub create: Request,
    /// Reads it.
    pub read: Request,
}

/// Why a contract cannot be used: one line, with the place where the parser knows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ContractError {
    /// What is wrong.
    pub message: String,
    /// 1-based line, if known.
    pub line: Option<u32>,
    /// 1-based column, if known.
    pub column: Option<u32>,
}

impl Contract {
    /// Reads a contract.
    ///
    /// # Errors
    ///
    /// When the file is too large, uses YAML aliases, is not YAML or not a contract.
    pub fn parse(bytes: &[u8]) -> Result<Self, ContractError> {
        let plain = |message: String| ContractError {
            message,
            line: None,
            column: None,
        };
        if bytes.len() > SIZE_LIMIT {
            return Err(plain(format!("larger than {} KiB", SIZE_LIMIT / 1024)));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| plain("not UTF-8 text".to_owned()))?;
        // A contract has no use for aliases, and a long scalar aliased often can exhaust the memory.
        if let Some(line) = text.lines().position(has_alias) {
            return Err(ContractError {
                message: "YAML aliases are not allowed here".to_owned(),
                line: u32::try_from(line + 1).ok(),
                column: None,
            });
        }
        serde_yaml::from_str(text).map_err(|error| {
            let message = error.to_string();
            if let Some((line, column)) = named_place(text, &message) {
                return ContractError {
                    message,
                    line: u32::try_from(line).ok(),
                    column: u32::try_from(column).ok(),
                };
            }
            let place = error.location();
            let of =
                |get: fn(&serde_yaml::Location) -> usize| place.as_ref().and_then(|at| u32::try_from(get(at)).ok());
            ContractError {
                message,
                line: of(serde_yaml::Location::line),
                column: of(serde_yaml::Location::column),
            }
        })
    }
}

/// Where the key of `pipeline` is written that a message of ours names: the parser only knows where the section's parent begins.
fn named_place(text: &str, message: &str) -> Option<(usize, usize)> {
    let from = message.find("`pipeline.")? + 1;
    let path = message[from..].split('`').next()?;
    let mut lines = text.lines().enumerate();
    let mut found = None;
    for key in path.split('.') {
        // A key of a mapping in braces has no line of its own: then its parent's line is the place.
        let Some((number, line)) = lines.find(|(_, line)| {
            line.trim_start()
                .strip_prefix(key)
                .is_some_and(|rest| rest.starts_with(':'))
        }) else {
            break;
        };
        found = Some((number + 1, line.len() - line.trim_start().len() + 1));
    }
    found
}

/// Is there a `*name` where a YAML value begins? Errs towards yes only for text that no contract holds.
fn has_alias(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or(line);
    let mut before = ' ';
    let mut quote = None;
    for (at, character) in line.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if " [{,:".contains(before) => quote = Some(character),
            (None, '*') if " [{,".contains(before) => {
                return line[at + 1..].starts_with(|next: char| next.is_alphanumeric() || next == '_');
            }
            _ => {}
        }
        before = character;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_contract_is_one() {
        let page = include_str!("../docs/contract.md");
        let examples: Vec<&str> = page
            .split("```yaml\n")
            .skip(1)
            .filter_map(|rest| rest.split("```").next())
            .filter(|example| example.starts_with("kind: "))
            .collect();
        let contract = |kind: Kind| {
            let start = format!("kind: {}", kind.name());
            let example = examples.iter().find(|example| example.starts_with(&start));
            let contract = Contract::parse(example.expect("an example").as_bytes()).expect("a contract");
            assert_eq!(contract.kind, kind);
            contract
        };
        let pipeline = contract(Kind::Pipeline);
        assert_eq!(pipeline.service.expect("a service").state.len(), 2);
        assert_eq!(
            pipeline
                .pipeline
                .and_then(|pipeline| pipeline.prediction)
                .expect("records")
                .records
                .len(),
            2
        );
        let contract = contract(Kind::Api);
        assert_eq!(contract.service.expect("a service").port, Some(8000));
        assert_eq!(
            contract.api.and_then(|api| api.login).expect("a login").token,
            "access_token"
        );
    }

    #[test]
    fn the_documented_deployment_is_one() {
        let page = include_str!("../docs/contract.md");
        let example = page
            .split("```yaml\n")
            .find_map(|block| block.split("```").next().filter(|text| text.contains("\ndeploy:")))
            .expect("an example");
        let deploy = Contract::parse(example.as_bytes())
            .expect("a contract")
            .deploy
            .expect("a deployment");
        assert!(deploy.release.contains(&"{image}".to_owned()));
        assert_eq!(deploy.address(), Some(("127.0.0.1", 8080)));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let error = Contract::parse(b"kind: api\nservce: {}\n").expect_err("a misspelt key");
        assert!(error.message.contains("servce"), "{error}");
        assert_eq!(error.line, Some(2));
    }

    #[test]
    fn aliases_are_refused_but_globs_and_quotes_are_not() {
        assert!(Contract::parse(b"kind: api\npython: &a x\nimage: {context: *a}\n").is_err());
        assert!(Contract::parse(b"kind: api\ntests: {command: [pytest, 'a *b', \"*c\", 2*x]}\n").is_ok());
    }

    #[test]
    fn a_huge_contract_is_refused() {
        assert!(Contract::parse(&vec![b' '; SIZE_LIMIT + 1]).is_err());
    }
}
