//! The rubric: checks are YAML files with an expression over facts.
//!
//! [`load`] reads files into `RawCheck`s and compiles them into [`check::Check`]s, reporting every problem at once;
//! [`mod@judge`] judges a check on facts; [`selftest`] runs a check's own cases. Built-in checks and an instructor's pass the
//! same loader; for a run, the built-in ones come as the build script has read them, and a test holds that to be the same.

pub mod check;
mod compile;
mod expression;
pub mod judge;
pub mod load;
pub mod questions;
mod raw;
pub mod select;
pub mod selftest;

pub use check::{Area, Check};
pub use judge::judge;
pub use load::{LoadError, Problem, Rubric};
