//! Selecting checks by `--only` and `--skip`: an id, an area, or a glob over either.

use globset::{Glob, GlobMatcher};

use super::check::{Area, Check};
use crate::text::nearest;

/// A pattern that selects nothing, or is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no check or area matches `{pattern}`{}", nearest.as_ref().map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default())]
pub struct SelectError {
    /// The pattern.
    pub pattern: String,
    /// The nearest name.
    pub nearest: Option<String>,
}

/// The checks that match one of `only` (all when it is empty) and none of `skip`, in their order.
///
/// # Errors
///
/// When a pattern matches no check at all: a typing mistake must not select or skip silently.
pub fn select<'a>(checks: &'a [Check], only: &[String], skip: &[String]) -> Result<Vec<&'a Check>, SelectError> {
    let only = compile(checks, only)?;
    let skip = compile(checks, skip)?;
    Ok(checks
        .iter()
        .filter(|check| only.is_empty() || only.iter().any(|pattern| matches(pattern, check)))
        .filter(|check| !skip.iter().any(|pattern| matches(pattern, check)))
        .collect())
}

fn matches(pattern: &GlobMatcher, check: &Check) -> bool {
    pattern.is_match(&check.id) || pattern.is_match(check.area.name())
}

fn compile(checks: &[Check], patterns: &[String]) -> Result<Vec<GlobMatcher>, SelectError> {
    patterns
        .iter()
        .map(|pattern| {
            let names = || {
                checks
                    .iter()
                    .map(|check| check.id.as_str())
                    .chain(Area::ALL.iter().map(|area| area.name()))
            };
            let unknown = || SelectError {
                pattern: pattern.clone(),
                nearest: nearest(pattern, names()).map(str::to_owned),
            };
            let glob = Glob::new(pattern).map_err(|_| unknown())?.compile_matcher();
            // An area without checks is a name all the same.
            let known = checks.iter().any(|check| matches(&glob, check)) || pattern.parse::<Area>().is_ok();
            if known { Ok(glob) } else { Err(unknown()) }
        })
        .collect()
}
