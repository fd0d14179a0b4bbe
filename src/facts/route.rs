//! The route: how this project is installed, tested, built and run, and where each of that was found.
//!
//! The contract says it where there is one; otherwise the route is what a person would try first. Every step names its
//! source, so that the report can show it.

use crate::contract::{Contract, ContractError, Kind};
use crate::report::model::RouteStep;
use crate::source::Snapshot;

/// The Python version that is used when nothing names one.
pub const DEFAULT_PYTHON: &str = "3.13";
/// The PostgreSQL image that is used when no compose file names one.
pub const DEFAULT_POSTGRES_IMAGE: &str = "postgres:17";

/// How a project is installed, tested, built and run.
#[derive(Debug, Clone)]
pub struct Route {
    /// What kind of project it is, if that is known.
    pub kind: Option<Kind>,
    /// The contract, if there is a sound one.
    pub contract: Option<Contract>,
    /// Why the contract cannot be used.
    pub contract_error: Option<ContractError>,
    /// `3.13`
    pub python: String,
    /// The image that environments are made in.
    pub python_image: String,
    /// The image of the database.
    pub postgres_image: String,
    /// Requirement files to install for the tests.
    pub requirements: Vec<String>,
    /// The one that the running application needs; a subset of what the tests need.
    pub runtime_requirements: Option<String>,
    /// What runs the tests.
    pub test_command: Vec<String>,
    /// The variable that gives the tests their database; `None` when they need none.
    pub test_database: Option<String>,
    /// The Dockerfile, when there is one.
    pub dockerfile: Option<String>,
    /// The build context's folder, `.` for the root.
    pub context: String,
    /// For the report.
    pub steps: Vec<RouteStep>,
}

impl Route {
    /// Finds the route of a project. `kind` and `python` are what the user asked for.
    pub fn find(snapshot: &Snapshot, kind: Option<Kind>, python: Option<&str>) -> Self {
        let mut steps = Vec::new();
        let mut step = |what: &str, value: &str, source: &str| {
            steps.push(RouteStep {
                what: what.to_owned(),
                value: value.to_owned(),
                source: source.to_owned(),
            });
        };
        let (contract, contract_error) = match snapshot.get(crate::contract::PATH).and_then(|file| file.bytes()) {
            None => (None, None),
            Some(bytes) => match Contract::parse(bytes) {
                Ok(contract) => (Some(contract), None),
                Err(error) => (None, Some(error)),
            },
        };
        const CONTRACT: &str = crate::contract::PATH;
        let kind = match (kind, &contract) {
            (Some(kind), _) => {
                step("kind", kind.name(), "--kind");
                Some(kind)
            }
            (None, Some(contract)) => {
                step("kind", contract.kind.name(), CONTRACT);
                Some(contract.kind)
            }
            (None, None) => None,
        };
        let dockerfile = contract
            .as_ref()
            .map_or("Dockerfile", |contract| contract.image.dockerfile.as_str())
            .to_owned();
        let dockerfile_text = snapshot.text(&dockerfile).map(|text| text.content.into_owned());
        let (python, source) = if let Some(python) = python {
            (python.to_owned(), "--python")
        } else if let Some(python) = contract.as_ref().and_then(|contract| contract.python.clone()) {
            (python, CONTRACT)
        } else if let Some(python) = snapshot.text(".python-version").and_then(|text| version(&text.content)) {
            (python, ".python-version")
        } else if let Some(python) = dockerfile_text.as_deref().and_then(version_of_image) {
            (python, dockerfile.as_str())
        } else {
            (DEFAULT_PYTHON.to_owned(), "default")
        };
        step("python", &python, source);
        let requirements = match contract.as_ref().map(|contract| &contract.tests.requirements) {
            Some(named) if !named.is_empty() => {
                step("requirements", &named.join(", "), CONTRACT);
                named.clone()
            }
            _ => {
                let found = discover_requirements(snapshot);
                if !found.is_empty() {
                    step("requirements", &found.join(", "), "discovered");
                }
                found
            }
        };
        let runtime_requirements = snapshot.get("requirements.txt").map(|file| file.path.clone());
        let test_command = match contract.as_ref().map(|contract| &contract.tests.command) {
            Some(command) if !command.is_empty() => {
                step("tests", &command.join(" "), CONTRACT);
                command.clone()
            }
            _ => {
                step("tests", "python -m pytest", "default");
                ["python", "-m", "pytest"].map(str::to_owned).to_vec()
            }
        };
        let test_database = contract.as_ref().and_then(|contract| {
            let needed = !contract.tests.services.is_empty();
            needed.then(|| {
                contract
                    .tests
                    .database
                    .clone()
                    .unwrap_or_else(|| "DATABASE_URL".to_owned())
            })
        });
        let postgres_image = match postgres_of_compose(snapshot) {
            Some((image, path)) => {
                step("database", &image, &path);
                image
            }
            None => DEFAULT_POSTGRES_IMAGE.to_owned(),
        };
        let exists = dockerfile_text.is_some();
        if exists {
            step(
                "image",
                &dockerfile,
                if contract.is_some() { CONTRACT } else { "discovered" },
            );
        }
        if let Some(port) = contract.as_ref().and_then(|contract| contract.service.as_ref()?.port) {
            step("port", &port.to_string(), CONTRACT);
        }
        let context = contract
            .as_ref()
            .map_or(".", |contract| contract.image.context.as_str())
            .to_owned();
        Self {
            kind,
            python_image: format!("python:{python}-slim"),
            python,
            postgres_image,
            requirements,
            runtime_requirements,
            test_command,
            test_database,
            dockerfile: exists.then_some(dockerfile),
            context,
            contract,
            contract_error,
            steps,
        }
    }
}

/// Requirement files at the root: the application's and the first of those for development.
fn discover_requirements(snapshot: &Snapshot) -> Vec<String> {
    const DEVELOPMENT: [&str; 7] = [
        "requirements-dev.txt",
        "requirements-test.txt",
        "dev-requirements.txt",
        "requirements_dev.txt",
        "requirements/dev.txt",
        "requirements/test.txt",
        "test-requirements.txt",
    ];
    let exists = |path: &&str| snapshot.get(path).is_some();
    let runtime = ["requirements.txt", "requirements/base.txt"].into_iter().find(exists);
    runtime
        .into_iter()
        .chain(DEVELOPMENT.into_iter().find(exists))
        .map(str::to_owned)
        .collect()
}

/// The first `major.minor` of a text such as `3.13.1`.
fn version(text: &str) -> Option<String> {
    let text = text.trim();
    let mut parts = text.split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    let minor: String = minor.chars().take_while(char::is_ascii_digit).collect();
    (major == "3" && !minor.is_empty() && minor.len() <= 2).then(|| format!("{major}.{minor}"))
}

/// The Python version of the first `python:X.Y` image that a Dockerfile names.
fn version_of_image(dockerfile: &str) -> Option<String> {
    dockerfile
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .find_map(|line| version(line.split_once("python:")?.1))
}

/// The PostgreSQL image of the compose file, and that file.
fn postgres_of_compose(snapshot: &Snapshot) -> Option<(String, String)> {
    [
        "compose.yaml",
        "compose.yml",
        "docker-compose.yml",
        "docker-compose.yaml",
    ]
    .iter()
    .find_map(|path| {
        let text = snapshot.text(path)?;
        let image = text.content.lines().find_map(|line| {
            let image = line.trim().strip_prefix("image:")?.trim().trim_matches(['"', '\'']);
            let plain = image.starts_with("postgres:")
                && image
                    .chars()
                    .all(|character| character.is_ascii_alphanumeric() || ":.-_".contains(character));
            plain.then(|| image.to_owned())
        })?;
        Some((image, (*path).to_owned()))
    })
}
