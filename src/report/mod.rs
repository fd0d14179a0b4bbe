//! Reports: the published model and one file for each renderer.

pub mod badge;
pub mod files;
mod fingerprint;
pub mod format;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod model;
pub mod prose;
pub mod sarif;
pub(crate) mod shown;
pub mod time;
pub mod words;
