//! Reports: the published model and one file for each renderer.

pub mod files;
pub mod human;
pub mod json;
pub mod model;
pub mod time;
