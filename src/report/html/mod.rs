//! The report as one HTML page: `--report html=PATH`, for a reviewer with four minutes.
//!
//! The page is complete in itself and holds no script; its policy allows nothing but its own style, by digest, so that
//! even text that came through unescaped could run and load nothing. Everything from the repository passes
//! [`crate::text::visible`] on its way into [`view`], and the template escapes it.

mod excerpt;
mod view;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use sha2::{Digest, Sha256};

use super::model::{Level, Report};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");

/// Renders a report as an HTML page.
///
/// # Errors
///
/// None in practice: the template is part of the program and the tests render it.
pub fn render(report: &Report, fail_on: Level) -> Result<String, minijinja::Error> {
    let style = compact(STYLE);
    let digest = format!("sha256-{}", STANDARD.encode(Sha256::digest(style.as_bytes())));
    let page = view::Page::new(report, fail_on, &style, &digest);
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    let template = environment.template_from_str(PAGE)?;
    let page = template.render(Value::from(Serde(&page)))?;
    Ok(page.trim_start().to_owned() + "\n")
}

/// The style without comments and indentation.
fn compact(style: &str) -> String {
    let lines = style.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("/*"));
    lines.collect::<Vec<_>>().join("\n")
}
