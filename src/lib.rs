//! proofolio scaffolds portfolio projects and verifies them for real.
//!
//! # Architecture
//!
//! ```text
//! target ─► source: Snapshot (an immutable tree of files, read once, bounded)
//!             │
//!    checks/*.yaml ─► RawCheck ─► Check (compiled; knows which facts it reads)
//!             │ union of the needed facts
//!             ▼
//!           facts: collectors in dependency order ──► engine (Docker | scripted)
//!             │ typed facts, JSON at the border        └── Event ─► Sink
//!             ▼
//!           judge: Check × Facts ─► Verdict ─► Report ─► renderer
//!                                                 └─► exit code
//! ```
//!
//! Collectors are Rust and typed; judging is YAML. Work emits [`events::Event`]s and only [`cli`] prints.
//!
//! # How to add
//!
//! - **a fact**: one file in `src/facts/`, one variant of [`facts::FactName`], one arm in
//!   [`facts::statics::collect`] or [`facts::docker::collect`]; then its section in `docs/facts.md`.
//! - **a check**: one YAML file in `checks/<area>/` with a passing and a failing case; `cargo test --test rubric` runs them.
//! - **a renderer**: one file in `src/report/` from the [`report::model::Report`], and a variant of the `--report` formats.
//! - **a theme**: one folder in `templates/<kind>/themes/`; see `docs/templates.md`.

pub mod checks;
pub mod cli;
pub mod contract;
pub mod doctor;
pub mod engine;
pub mod events;
pub mod facts;
pub mod report;
pub mod scaffold;
pub mod source;
pub mod style;
pub mod text;
pub mod verification;
