//! How a deployment is used: the section `deploy`.

use serde::Deserialize;

/// How to release a version, and how to go back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// Brings `{image}` live as `{version}`: exit code 0, or another one and nothing has changed for users.
    pub release: Vec<String>,
    /// Brings the version before back.
    pub rollback: Vec<String>,
    /// Images that the procedure may start besides the project's own.
    #[serde(default)]
    pub images: Vec<String>,
    /// Where users reach the service, seen from the machine that is deployed to: `http://127.0.0.1:8080`.
    pub url: String,
    /// How to ask which version answers.
    pub version: Version,
}

/// How to ask a service for its version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// The path that answers with a JSON object.
    pub path: String,
    /// The field of the object that holds the version.
    #[serde(default = "version")]
    pub field: String,
}

fn version() -> String {
    "version".to_owned()
}

impl Deploy {
    /// Host and port of `url`, where it is plain HTTP without a path.
    pub fn address(&self) -> Option<(&str, u16)> {
        let place = self.url.strip_prefix("http://")?.trim_end_matches('/');
        match place.split_once(':') {
            Some((host, port)) => Some((host, port.parse().ok()?)),
            None => Some((place, 80)),
        }
        .filter(|(host, _)| !host.is_empty() && !host.contains('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> Deploy {
        Deploy {
            release: Vec::new(),
            rollback: Vec::new(),
            images: Vec::new(),
            url: url.to_owned(),
            version: Version {
                path: "/version".to_owned(),
                field: version(),
            },
        }
    }

    #[test]
    fn an_address_is_plain_http() {
        assert_eq!(at("http://127.0.0.1:8080/").address(), Some(("127.0.0.1", 8080)));
        assert_eq!(at("http://localhost").address(), Some(("localhost", 80)));
        for url in [
            "https://127.0.0.1",
            "http://:80",
            "http://a/b",
            "127.0.0.1:80",
            "http://a:70000",
        ] {
            assert_eq!(at(url).address(), None, "{url}");
        }
    }
}
