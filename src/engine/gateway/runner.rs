//! The image in which a project's commands run against a gateway: some image with the docker command line added.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::engine::session::cache_labels;
use crate::engine::{BuildOutcome, BuildRequest, ContextFile, Engine, EngineError};

/// Where certificates lie while the command line is installed.
const CERTIFICATES: &str = "ca.pem";
/// Memory of a build step, in bytes, where the builder obeys a limit.
const MEMORY: u64 = 2 << 30;
/// Wall limit of the build.
const LIMIT: Duration = Duration::from_secs(300);
/// The variables by which apt finds a proxy; builders know them, and no cache looks at them.
const PROXIES: [&str; 6] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// What the image is made from.
#[derive(Debug)]
pub struct Recipe<'a> {
    /// The image that gets the command line, by a reference that builders take.
    pub base: &'a str,
    /// The image in which it is installed: Debian with the base's own C library.
    pub installer: &'a str,
    /// Certificates that the installation has to trust, in PEM form.
    pub certificates: Option<&'a [u8]>,
    /// Variables of the installation; proxies are used.
    pub environment: &'a BTreeMap<String, String>,
    /// The image's tag.
    pub tag: &'a str,
}

/// Builds it. The installation is a stage of its own, so that its layer serves every project on the same base.
///
/// # Errors
///
/// When the engine cannot build at all; a failed step is in the outcome.
pub fn build(
    engine: &dyn Engine,
    recipe: &Recipe<'_>,
    on_line: &mut dyn FnMut(&str),
) -> Result<BuildOutcome, EngineError> {
    let dockerfile = dockerfile(recipe);
    let file = |path, contents| ContextFile {
        path,
        contents,
        executable: false,
    };
    let mut files = vec![file("Dockerfile", dockerfile.as_bytes())];
    files.extend(recipe.certificates.map(|contents| file(CERTIFICATES, contents)));
    let proxies = PROXIES
        .iter()
        .filter_map(|name| recipe.environment.get_key_value(*name));
    let request = BuildRequest {
        files,
        dockerfile: "Dockerfile",
        tag: recipe.tag,
        arguments: proxies.map(|(name, value)| (name.clone(), value.clone())).collect(),
        labels: cache_labels(),
        no_cache: false,
        memory: MEMORY,
        timeout: LIMIT,
    };
    engine.build(&request, on_line)
}

/// Debian names the command line's package `docker-cli` since trixie, and has it in `docker.io` before.
fn dockerfile(recipe: &Recipe<'_>) -> String {
    let (copy, option) = match recipe.certificates {
        Some(_) => (
            format!("COPY {CERTIFICATES} /opt/{CERTIFICATES}\n"),
            format!("-o Acquire::https::CAInfo=/opt/{CERTIFICATES} "),
        ),
        None => (String::new(), String::new()),
    };
    format!(
        "FROM {installer} AS cli\n{copy}USER 0\nRUN apt-get {option}update -qq \\\n \
         && (apt-get {option}install -qq --no-install-recommends docker-cli \\\n \
         || apt-get {option}install -qq --no-install-recommends docker.io)\n\
         FROM {base}\nCOPY --from=cli /usr/bin/docker /usr/local/bin/docker\n",
        installer = recipe.installer,
        base = recipe.base,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_used_where_there_are_some() {
        let environment = BTreeMap::new();
        let recipe = Recipe {
            base: "environment:1",
            installer: "python:3.13-slim",
            certificates: Some(b"x"),
            environment: &environment,
            tag: "runner:1",
        };
        let text = dockerfile(&recipe);
        assert!(
            text.contains("COPY ca.pem /opt/ca.pem\n") && text.contains("CAInfo=/opt/ca.pem update"),
            "{text}"
        );
        assert!(text.contains("\nFROM environment:1\n"), "{text}");
    }
}
