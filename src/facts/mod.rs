//! Facts about a repository: typed collectors, and a common JSON form for the checks.
//!
//! Static facts come from reading the files, one collector in one file each; the facts of [`docker`] come from running code.

pub mod compose;
pub mod docker;
pub mod dockerfile;
pub mod docs;
mod fact;
pub mod git;
mod image_name;
pub mod kubernetes;
pub mod location;
pub mod notebooks;
mod observation;
pub mod place;
pub mod project;
pub mod python;
pub mod requirements;
mod route;
pub mod secrets;
pub mod statics;
pub mod suppressions;
pub mod tests;
mod words;
pub mod workflow;

pub use fact::{Fact, FactName, FactSet};
pub use observation::Observation;
pub use route::Route;
