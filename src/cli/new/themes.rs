//! `--theme list`: what projects can be about.

use std::fmt::Write as _;

use super::super::exit::Exit;
use super::super::progress::{BOLD, RESET};
use crate::scaffold::{PortfolioDraft, Template};

/// Prints the themes of a template.
pub(super) fn one(template: &Template, as_json: bool) -> anyhow::Result<Exit> {
    if as_json {
        return super::show(&super::json(&record(template))?);
    }
    super::show(&table(template))
}

/// Prints the themes of every kind of a portfolio.
pub(super) fn all(as_json: bool) -> anyhow::Result<Exit> {
    let draft = PortfolioDraft::embedded().map_err(super::refuse)?;
    if as_json {
        let records: Vec<_> = draft.templates().map(record).collect();
        return super::show(&super::json(&records)?);
    }
    let mut text = String::new();
    for template in draft.templates() {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = write!(text, "{gap}{BOLD}{}{RESET}\n{}", template.kind, table(template));
    }
    anstream::print!("{text}");
    Ok(Exit::Passed)
}

/// The published form.
fn record(template: &Template) -> serde_json::Value {
    let themes: Vec<_> = template
        .themes
        .values()
        .map(|theme| serde_json::json!({"name": theme.name, "title": theme.title, "summary": theme.summary}))
        .collect();
    serde_json::json!({
        "schema": "proofolio.themes/1",
        "template": template.kind,
        "default": template.default_theme,
        "themes": themes,
    })
}

/// A line for each theme.
fn table(template: &Template) -> String {
    let width = template.themes.keys().map(String::len).max().unwrap_or(0);
    let title = template.themes.values().map(|theme| theme.title.chars().count());
    let title = title.max().unwrap_or(0);
    let mut text = String::new();
    for theme in template.themes.values() {
        let _ = writeln!(text, "{:width$}  {:title$}  {}", theme.name, theme.title, theme.summary);
    }
    text
}
