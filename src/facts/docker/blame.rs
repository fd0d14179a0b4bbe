//! One fault, one red check: a later stage that fails for an earlier fault is blocked by it.

use super::environment::MissingImport;

/// The check that tells of imports that the requirements as written do not name.
const UNDECLARED_CHECK: &str = "imports-declared";
/// The check that tells of imports that the requirements as installed do not provide.
const UNRESOLVED_CHECK: &str = "imports-resolve";

/// If a program's output says that one of these modules is missing: the check to blame, and what happened.
pub fn missing_import(output: &str, missing: &[MissingImport]) -> Option<(String, String)> {
    let named = missing.iter().find(|import| {
        ["'", "\""]
            .iter()
            .any(|quote| output.contains(&format!("No module named {quote}{}{quote}", import.name)))
            || output.contains(&format!("No module named '{}.", import.name))
    })?;
    let check = if named.declared {
        UNRESOLVED_CHECK
    } else {
        UNDECLARED_CHECK
    };
    Some((
        check.to_owned(),
        format!("it stops at `import {}`, which no requirement provides", named.name),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::location::Location;

    #[test]
    fn only_a_missing_import_that_is_known_is_blamed() {
        let missing = [MissingImport {
            name: "jwt".to_owned(),
            only_development: false,
            declared: true,
            loc: Location::new("app/security.py", 3, 1),
        }];
        assert!(missing_import("ModuleNotFoundError: No module named 'jwt'", &missing).is_some());
        assert!(missing_import("ModuleNotFoundError: No module named 'jwt.exceptions'", &missing).is_some());
        assert!(missing_import("ModuleNotFoundError: No module named 'jwtx'", &missing).is_none());
        assert!(missing_import("assert 1 == 2", &missing).is_none());
    }
}
