//! What a file that lists requirements is for, by its path.

use super::model::Group;

/// Words for developing, in the name of a file.
const WORDS: [&str; 11] = [
    "dev",
    "develop",
    "development",
    "test",
    "tests",
    "testing",
    "lint",
    "docs",
    "doc",
    "ci",
    "local",
];

/// A file for developing says so in its name, or lies where only developers look.
pub(super) fn group_of(path: &str) -> Group {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let name = name.to_lowercase();
    let named = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| WORDS.contains(&word));
    let lies = folder.split('/').any(|part| {
        matches!(
            part,
            "docs" | "doc" | "tests" | "test" | "testing" | "dev" | "ci" | ".github"
        )
    });
    if named || lies { Group::Dev } else { Group::Runtime }
}

/// Whether a file is material that tests work on, and speaks of another project than this one: it lies below a folder of the
/// tests (`tests/data/requirements.txt`, not `tests/requirements.txt`).
pub(super) fn is_material(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder
        .split('/')
        .skip_while(|part| !matches!(*part, "tests" | "test" | "testing"))
        .skip(1)
        .any(|part| part != "requirements")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_for_developing_say_so_in_their_name_or_place() {
        for path in [
            "requirements-dev.txt",
            "docs/requirements.txt",
            "tests/requirements.latest.txt",
        ] {
            assert_eq!(group_of(path), Group::Dev, "{path}");
        }
        for path in ["requirements.txt", "requirements/base.txt", "backend/requirements.txt"] {
            assert_eq!(group_of(path), Group::Runtime, "{path}");
        }
    }

    #[test]
    fn material_of_tests_is_told_apart() {
        for path in [
            "tests/fixtures/one/requirements.txt",
            "backend/tests/data/pyproject.toml",
        ] {
            assert!(is_material(path), "{path}");
        }
        for path in [
            "tests/requirements.txt",
            "tests/requirements/base.txt",
            "examples/one/requirements.txt",
        ] {
            assert!(!is_material(path), "{path}");
        }
    }
}
