//! Where the engine may be: the option, the environment, the docker context, then the usual sockets.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::{EngineError, Operation};

/// What the search may look at: the environment and the user's folder, or a test's.
pub(super) struct Surroundings<'a> {
    /// The value of an environment variable.
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
    /// The user's folder.
    pub(super) home: Option<PathBuf>,
}

/// An address where an engine may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// `unix:///var/run/docker.sock`, `tcp://…`
    pub(super) url: String,
    /// How it was found, to follow "found by".
    pub(super) how: String,
    /// The folder of the client's certificate, when the connection is encrypted.
    pub(super) certificates: Option<PathBuf>,
}

impl Address {
    /// The address without a password.
    pub(super) fn shown(&self) -> String {
        match self.url.split_once("://") {
            Some((scheme, rest)) => match rest.split_once('@') {
                Some((_, host)) => format!("{scheme}://…@{host}"),
                None => self.url.clone(),
            },
            None => self.url.clone(),
        }
    }
}

/// The addresses to try in order. One that the user chose stands alone; the usual sockets are those that exist.
pub(super) fn candidates(given: Option<&str>, around: &Surroundings<'_>) -> Result<Vec<Address>, EngineError> {
    if let Some(url) = given {
        return Ok(vec![chosen(url, "--engine".to_owned(), around)?]);
    }
    if let Some(url) = variable(around, "DOCKER_HOST") {
        return Ok(vec![chosen(&url, "DOCKER_HOST".to_owned(), around)?]);
    }
    if let Some(address) = context(around)? {
        return Ok(vec![address]);
    }
    let found = usual_sockets(around);
    if found.is_empty() {
        return Err(EngineError::new(
            Operation::Connect,
            "no address",
            "found no container engine: DOCKER_HOST is not set and none of the usual sockets exists",
        )
        .with_hint(
            "Install and start Docker (or Podman with its Docker-compatible socket), or give its address with --engine.",
        )
        .out_of_reach());
    }
    Ok(found)
}

/// A variable that is set and not empty.
fn variable(around: &Surroundings<'_>, name: &str) -> Option<String> {
    (around.variable)(name).filter(|value| !value.is_empty())
}

/// The folder of docker's own configuration.
fn configuration(around: &Surroundings<'_>) -> Option<PathBuf> {
    variable(around, "DOCKER_CONFIG")
        .map(PathBuf::from)
        .or_else(|| around.home.as_ref().map(|home| home.join(".docker")))
}

/// An address that the user chose, with the certificates that the environment names.
fn chosen(url: &str, how: String, around: &Surroundings<'_>) -> Result<Address, EngineError> {
    let encrypted =
        url.starts_with("https://") || url.starts_with("tcp://") && variable(around, "DOCKER_TLS_VERIFY").is_some();
    let certificates = encrypted
        .then(|| {
            variable(around, "DOCKER_CERT_PATH")
                .map(PathBuf::from)
                .or_else(|| configuration(around))
        })
        .flatten();
    supported(Address {
        url: if url.starts_with('/') {
            format!("unix://{url}")
        } else {
            url.to_owned()
        },
        how,
        certificates,
    })
}

/// Refuses schemes that we cannot speak, and says what to do instead.
fn supported(address: Address) -> Result<Address, EngineError> {
    let refuse = |reason: &str, hint: String| {
        Err(EngineError::new(
            Operation::Connect,
            address.shown(),
            format!("{reason} (from {})", address.how),
        )
        .with_hint(hint)
        .out_of_reach())
    };
    match address.url.split_once("://") {
        Some(("ssh", host)) => {
            let host = host.trim_end_matches('/');
            refuse(
                "ssh addresses are not supported",
                format!(
                    "Forward the socket and use that: `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock {host}`, then \
                     `--engine unix:///tmp/docker.sock`."
                ),
            )
        }
        Some(("unix" | "tcp" | "http" | "https", rest)) if !rest.is_empty() => Ok(address),
        Some(("npipe", rest)) if cfg!(windows) && !rest.is_empty() => Ok(address),
        _ => refuse(
            "this is no address of an engine",
            "Write it like unix:///var/run/docker.sock or tcp://host:2376.".to_owned(),
        ),
    }
}

/// The address of docker's current context, unless that is the default one.
fn context(around: &Surroundings<'_>) -> Result<Option<Address>, EngineError> {
    let Some(folder) = configuration(around) else {
        return Ok(None);
    };
    let name = variable(around, "DOCKER_CONTEXT").or_else(|| {
        let text = std::fs::read_to_string(folder.join("config.json")).ok()?;
        let settings: serde_json::Value = serde_json::from_str(&text).ok()?;
        settings["currentContext"].as_str().map(str::to_owned)
    });
    let Some(name) = name.filter(|name| !name.is_empty() && name != "default") else {
        return Ok(None);
    };
    let how = format!("the docker context `{name}`");
    let digest: String = Sha256::digest(name.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let meta = folder.join("contexts/meta").join(&digest).join("meta.json");
    let url = std::fs::read_to_string(&meta)
        .ok()
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .and_then(|meta| meta["Endpoints"]["docker"]["Host"].as_str().map(str::to_owned));
    let Some(url) = url else {
        return Err(EngineError::new(
            Operation::Connect,
            meta.to_string_lossy(),
            format!("{how} names no engine"),
        )
        .with_hint("Choose another with `docker context use`, or give the address with --engine.")
        .out_of_reach());
    };
    let certificates = Some(folder.join("contexts/tls").join(&digest).join("docker")).filter(|folder| folder.is_dir());
    supported(Address { url, how, certificates }).map(Some)
}

/// The sockets that engines make where nobody says otherwise, as far as they exist.
fn usual_sockets(around: &Surroundings<'_>) -> Vec<Address> {
    let mut paths = vec![PathBuf::from("/var/run/docker.sock")];
    let runtime = variable(around, "XDG_RUNTIME_DIR").map(PathBuf::from);
    if let Some(home) = &around.home {
        paths.push(home.join(".docker/run/docker.sock"));
    }
    if let Some(runtime) = &runtime {
        paths.push(runtime.join("docker.sock"));
    }
    if let Some(home) = &around.home {
        paths.push(home.join(".docker/desktop/docker.sock"));
        paths.push(home.join(".colima/default/docker.sock"));
        paths.push(home.join(".colima/docker.sock"));
        paths.push(home.join(".orbstack/run/docker.sock"));
        paths.push(home.join(".rd/docker.sock"));
    }
    if let Some(runtime) = &runtime {
        paths.push(runtime.join("podman/podman.sock"));
    }
    paths.push(PathBuf::from("/run/podman/podman.sock"));
    let mut found: Vec<Address> = paths
        .iter()
        .filter(|path| path.exists())
        .map(|path| socket(path))
        .collect();
    if cfg!(windows) {
        found.push(Address {
            url: "npipe:////./pipe/docker_engine".to_owned(),
            how: "the usual pipe".to_owned(),
            certificates: None,
        });
    }
    found
}

fn socket(path: &Path) -> Address {
    Address {
        url: format!("unix://{}", path.display()),
        how: "the usual socket".to_owned(),
        certificates: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(given: Option<&str>, variables: &[(&str, &str)], home: &Path) -> Result<Vec<Address>, EngineError> {
        candidates(
            given,
            &Surroundings {
                variable: &|name| {
                    variables
                        .iter()
                        .find(|(key, _)| *key == name)
                        .map(|(_, value)| (*value).to_owned())
                },
                home: Some(home.to_owned()),
            },
        )
    }

    fn with_context(host: &str) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        // sha256 of "remote"
        let digest: String = Sha256::digest(b"remote")
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let meta = home.path().join(".docker/contexts/meta").join(digest);
        std::fs::create_dir_all(&meta).unwrap();
        let json = format!(r#"{{"Name":"remote","Endpoints":{{"docker":{{"Host":"{host}"}}}}}}"#);
        std::fs::write(meta.join("meta.json"), json).unwrap();
        std::fs::write(
            home.path().join(".docker/config.json"),
            r#"{"currentContext":"remote"}"#,
        )
        .unwrap();
        home
    }

    #[test]
    fn the_option_wins_over_everything() {
        let home = with_context("tcp://context:1");
        let found = find(Some("unix:///x"), &[("DOCKER_HOST", "tcp://y:1")], home.path()).unwrap();
        assert_eq!(
            (found.len(), found[0].url.as_str(), found[0].how.as_str()),
            (1, "unix:///x", "--engine")
        );
    }

    #[test]
    fn the_variable_wins_over_the_context() {
        let home = with_context("tcp://context:1");
        let found = find(None, &[("DOCKER_HOST", "tcp://y:1")], home.path()).unwrap();
        assert_eq!(
            (found[0].url.as_str(), found[0].how.as_str()),
            ("tcp://y:1", "DOCKER_HOST")
        );
        assert_eq!(found[0].certificates, None);
    }

    #[test]
    fn certificates_come_with_tls_verify() {
        let home = tempfile::tempdir().unwrap();
        let variables = [
            ("DOCKER_HOST", "tcp://y:1"),
            ("DOCKER_TLS_VERIFY", "1"),
            ("DOCKER_CERT_PATH", "/certs"),
        ];
        let found = find(None, &variables, home.path()).unwrap();
        assert_eq!(found[0].certificates, Some(PathBuf::from("/certs")));
    }

    #[test]
    fn the_current_context_is_used() {
        let home = with_context("unix:///home/me/engine.sock");
        let found = find(None, &[], home.path()).unwrap();
        assert_eq!(found[0].url, "unix:///home/me/engine.sock");
        assert_eq!(found[0].how, "the docker context `remote`");
    }

    #[test]
    fn a_context_without_an_engine_is_an_error_and_not_skipped() {
        let home = with_context("unix:///x");
        let error = find(None, &[("DOCKER_CONTEXT", "elsewhere")], home.path()).unwrap_err();
        assert!(
            error.reason.contains("the docker context `elsewhere` names no engine"),
            "{error}"
        );
        assert!(error.unreachable);
    }

    #[test]
    fn ssh_is_refused_with_a_way_out() {
        let home = tempfile::tempdir().unwrap();
        let error = find(None, &[("DOCKER_HOST", "ssh://me@host")], home.path()).unwrap_err();
        assert!(error.hint.unwrap().contains("ssh -nNT -L"));
        assert!(error.unreachable);
    }

    #[test]
    fn nonsense_is_refused() {
        let home = tempfile::tempdir().unwrap();
        for address in ["nonsense", "ftp://x", "unix://", ""] {
            assert!(find(Some(address), &[], home.path()).is_err(), "{address}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        let home = tempfile::tempdir().unwrap();
        let found = find(Some("tcp://me:secret@host:1"), &[], home.path()).unwrap();
        assert_eq!(found[0].shown(), "tcp://…@host:1");
    }
}
