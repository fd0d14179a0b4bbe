//! What well-known images set in their environment, so that a variable which is set nowhere can be told from theirs.

/// The variables of an image, `PATH` left out; none where they are not known.
pub(super) fn environment(image: &str) -> Option<&'static [&'static str]> {
    let name = image.split('@').next().unwrap_or(image);
    // Images for Windows have others.
    if name.contains("windows") || name.contains("nanoserver") {
        return None;
    }
    let name = [
        "docker.io/",
        "index.docker.io/",
        "public.ecr.aws/docker/",
        "mirror.gcr.io/",
    ]
    .iter()
    .find_map(|registry| name.strip_prefix(registry))
    .unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    match name.split(':').next().unwrap_or(name) {
        "scratch" | "alpine" | "debian" | "ubuntu" | "busybox" => Some(&[]),
        "python" => Some(&[
            "LANG",
            "GPG_KEY",
            "PYTHON_VERSION",
            "PYTHON_SHA256",
            "PYTHON_PIP_VERSION",
            "PYTHON_SETUPTOOLS_VERSION",
            "PYTHON_WHEEL_VERSION",
            "PYTHON_GET_PIP_URL",
            "PYTHON_GET_PIP_SHA256",
        ]),
        "node" => Some(&["NODE_VERSION", "YARN_VERSION", "NPM_CONFIG_LOGLEVEL"]),
        "golang" => Some(&["GOLANG_VERSION", "GOTOOLCHAIN", "GOPATH"]),
        "rust" => Some(&["RUSTUP_HOME", "CARGO_HOME", "RUST_VERSION"]),
        "nginx" => Some(&[
            "NGINX_VERSION",
            "NJS_VERSION",
            "NJS_RELEASE",
            "PKG_RELEASE",
            "DYNPKG_RELEASE",
            "ACME_VERSION",
        ]),
        _ => None,
    }
}

/// The arguments that the builder knows by itself and hands to a stage that declares them.
pub(super) const OF_THE_BUILDER: [&str; 9] = [
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
];

/// What is there without any declaration.
pub(super) fn is_always_set(name: &str) -> bool {
    name == "PATH" || name.to_ascii_lowercase().ends_with("_proxy")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_images_are_known_by_all_their_names() {
        for image in [
            "python",
            "python:3.13-slim",
            "docker.io/library/python@sha256:0",
            "library/python:3",
            "public.ecr.aws/docker/library/python:3.13",
        ] {
            assert!(
                environment(image).is_some_and(|names| names.contains(&"PYTHON_VERSION")),
                "{image}"
            );
        }
        assert_eq!(environment("alpine:3"), Some(&[] as &[&str]));
        for image in [
            "owner/python:3",
            "registry.test/python",
            "python:3-windowsservercore",
            "$BASE",
            "",
        ] {
            assert_eq!(environment(image), None, "{image}");
        }
    }
}
