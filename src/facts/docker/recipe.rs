//! What an environment is made from: requirement files, installers, and what they need of our own surroundings.

use std::collections::{BTreeMap, BTreeSet};

use super::bench::Bench;
use super::environment_cache::Key;
use crate::engine::ImageInfo;
use crate::facts::requirements::RequirementsFacts;

/// The version of uv that installs; part of the cache key.
pub(super) const UV_VERSION: &str = "0.13.9";
/// Where our certificates lie in the container.
pub(super) const CERTIFICATES: &str = "/opt/proofolio-ca.pem";

/// Proxies, indexes and certificates, under the names that pip and uv read.
pub(super) fn install_environment(bench: &Bench<'_>) -> BTreeMap<String, String> {
    let mut environment = bench.options.install_environment.clone();
    for (pip, uv) in [
        ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"),
        ("PIP_EXTRA_INDEX_URL", "UV_INDEX"),
    ] {
        if let Some(value) = environment.get(pip).cloned() {
            environment.entry(uv.to_owned()).or_insert(value);
        }
    }
    if bench.options.certificates.is_some() {
        for name in ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"] {
            environment.insert(name.to_owned(), CERTIFICATES.to_owned());
        }
    }
    for (name, value) in [
        ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
        ("PIP_ROOT_USER_ACTION", "ignore"),
        ("PIP_NO_COLOR", "1"),
        ("NO_COLOR", "1"),
        ("UV_PYTHON_DOWNLOADS", "never"),
        ("UV_NO_PROGRESS", "1"),
    ] {
        environment.insert(name.to_owned(), value.to_owned());
    }
    environment
}

/// The requirement files with everything that they include.
pub(super) fn requirement_files<'a>(
    bench: &'a Bench<'_>,
    requirements: &'a RequirementsFacts,
) -> Vec<(&'a str, &'a [u8])> {
    let named = bench.route.requirements.iter().map(String::as_str);
    let included = requirements.files.iter().map(|file| file.path.as_str());
    let paths: BTreeSet<&str> = named.chain(included).collect();
    paths
        .into_iter()
        .filter_map(|path| Some((path, bench.snapshot.get(path)?.bytes()?)))
        .collect()
}

/// Does every requirement that is installed name one version?
pub(super) fn is_pinned(bench: &Bench<'_>, requirements: &RequirementsFacts) -> bool {
    let files = &bench.route.requirements;
    requirements
        .entries
        .iter()
        .filter(|entry| files.contains(&entry.file))
        .all(|entry| entry.pinned)
}

pub(super) fn key(bench: &Bench<'_>, base: &ImageInfo, requirements: &RequirementsFacts) -> Key {
    let mut key = Key::new(&[&base.id, &base.architecture, bench.options.installer.name(), UV_VERSION]);
    for (path, contents) in requirement_files(bench, requirements) {
        key.add(path.as_bytes());
        key.add(contents);
    }
    for file in &bench.route.requirements {
        key.add(file.as_bytes());
    }
    for (name, value) in &bench.options.install_environment {
        key.add(name.as_bytes());
        key.add(value.as_bytes());
    }
    key
}
