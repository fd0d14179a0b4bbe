//! What a module is for, by its path.

use super::model::Role;

/// The role of a Python file.
pub(in crate::facts) fn role_of(path: &str) -> Role {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let within = |names: &[&str]| folder.split('/').any(|part| names.contains(&part));
    if within(&["tests", "test", "testing", "e2e"])
        || name.starts_with("test_")
        || name.ends_with("_test.py")
        || matches!(name, "conftest.py" | "tests.py")
    {
        Role::Test
    } else if within(&["migrations", "alembic", "versions"]) {
        Role::Migration
    } else if within(&[
        "scripts",
        "tools",
        "bin",
        "examples",
        "example",
        "docs",
        "notebooks",
        ".github",
        "hack",
        "dev",
        "benchmark",
        "benchmarks",
        "evals",
    ]) || (folder.is_empty()
        && matches!(
            name,
            "manage.py" | "setup.py" | "noxfile.py" | "tasks.py" | "fabfile.py" | "dodo.py"
        ))
        // a hook that only packaging runs, and trials that pytest does not collect
        || matches!(name, "hatch_build.py" | "test.py")
        || name.starts_with("gunicorn")
    {
        Role::Script
    } else {
        Role::Application
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_packagers_and_developers_run_is_no_application() {
        for path in [
            "setup.py",
            "hatch_build.py",
            "test.py",
            "evals/cluster.py",
            "benchmarks/load.py",
        ] {
            assert_eq!(role_of(path), Role::Script, "{path}");
        }
        for path in ["app/main.py", "app/evaluate.py", "app/core/setup.py"] {
            assert_eq!(role_of(path), Role::Application, "{path}");
        }
    }
}
