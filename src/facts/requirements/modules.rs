//! The modules that a distribution brings, where its name does not tell.

use super::module_names::MODULES;
use super::names::normalise;

/// Namespaces that many distributions share: `google-cloud-storage` and `protobuf` both bring `google`.
const NAMESPACES: [&str; 19] = [
    "airflow",
    "aws-cdk",
    "azure",
    "azureml",
    "backports",
    "cdklabs",
    "dagster",
    "databricks",
    "google",
    "jaraco",
    "langgraph",
    "llama-index",
    "nvidia",
    "opentelemetry",
    "oslo",
    "ruamel",
    "snowflake",
    "sphinxcontrib",
    "zope",
];

/// Tells each top-level module that a distribution brings, normalised as names of distributions are. A distribution that
/// nobody knows may bring a module of its own name, and of its name without `python-`, `py` and the like.
pub(in crate::facts) fn modules_of(distribution: &str, mut tell: impl FnMut(&str)) {
    if let Ok(index) = MODULES.binary_search_by_key(&distribution, |(name, _)| *name) {
        for module in MODULES.get(index).into_iter().flat_map(|(_, modules)| *modules) {
            tell(&normalise(module));
        }
        return;
    }
    tell(distribution);
    let plain = distribution
        .strip_prefix("python-")
        .or_else(|| distribution.strip_suffix("-python"));
    let plain = plain
        .or_else(|| distribution.strip_suffix("-py"))
        .or_else(|| distribution.strip_prefix("py"));
    if let Some(plain) = plain.filter(|plain| plain.len() > 1) {
        tell(plain.trim_start_matches('-'));
    }
    if let Some(namespace) = namespace_of(distribution) {
        tell(namespace);
    }
}

/// The top-level modules that a distribution brings besides one of its own name, as they are imported; empty where the name
/// tells. What other tools learn from an environment in which it is installed.
pub fn known_modules(distribution: &str) -> Vec<&'static str> {
    let name = normalise(distribution);
    if let Ok(index) = MODULES.binary_search_by_key(&name.as_str(), |(known, _)| *known) {
        return MODULES
            .get(index)
            .map(|(_, modules)| modules.to_vec())
            .unwrap_or_default();
    }
    namespace_of(&name).into_iter().collect()
}

fn namespace_of(distribution: &str) -> Option<&'static str> {
    let shared = |name: &&str| {
        distribution
            .strip_prefix(*name)
            .is_some_and(|rest| rest.starts_with('-'))
    };
    NAMESPACES.into_iter().find(shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(distribution: &str) -> Vec<String> {
        let mut found = Vec::new();
        modules_of(distribution, |module| found.push(module.to_owned()));
        found
    }

    #[test]
    fn the_table_is_sorted_and_says_nothing_that_a_name_tells() {
        assert!(MODULES.is_sorted_by(|(left, _), (right, _)| left < right));
        for (name, modules) in MODULES {
            assert_ne!(modules, [name.replace('-', "_").as_str()], "{name}");
        }
    }

    #[test]
    fn modules_of_known_unknown_and_shared_names() {
        assert_eq!(modules("pillow"), ["pil"]);
        assert_eq!(modules("psycopg2-binary"), ["psycopg2"]);
        assert_eq!(modules("flask-sqlalchemy"), ["flask-sqlalchemy"]);
        assert_eq!(modules("google-cloud-storage"), ["google-cloud-storage", "google"]);
        assert_eq!(modules("python-fancy"), ["python-fancy", "fancy"]);
        assert_eq!(modules("cdklabs-cdk-nag"), ["cdklabs-cdk-nag", "cdklabs"]);
        assert_eq!(modules("tortoise-orm"), ["tortoise"]);
        assert_eq!(modules("matplotlib"), ["matplotlib", "mpl-toolkits", "pylab"]);
        assert_eq!(modules("py"), ["py"]);
    }
}
