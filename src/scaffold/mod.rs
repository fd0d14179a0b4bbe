//! Scaffolding: a template and answers become a plan, and a plan becomes a project with its first commit.
//!
//! ```text
//! templates/ ─► Tree ─► Template ─┐
//!                                 ├─► plan (pure) ─► write (staging, rename) ─► git (first commit)
//! flags, files, prompts ─► Draft ─► Answers
//! ```

mod answers;
mod error;
mod git;
mod manifest;
mod names;
mod plan;
mod portfolio;
mod record;
mod render;
#[cfg(test)]
mod specimen;
mod tree;
mod write;

pub use answers::{Answers, Choice, DEFAULT_AUTHOR, DEFAULT_EMAIL, Defaults, Draft, LARGEST_FILE, Question, Rule};
pub use error::{Error, Problem};
pub use git::{Identity, configured};
pub use manifest::{Template, Theme};
pub use names::slug;
pub use plan::{Plan, PlannedFile, next_steps, plan};
pub use portfolio::{KINDS, Portfolio, PortfolioDraft, PortfolioQuestion};
pub use record::{PortfolioRecord, Record, SCHEMA};
pub use tree::embedded_kinds;
pub use write::{FirstCommit, Part, Target, resolve, write};
