//! The report as JSON: `--report json=PATH`.

use super::model::Report;

/// Renders a report as JSON with a newline at its end.
///
/// # Errors
///
/// None in practice: every field of the model has a JSON form.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|text| text + "\n")
}
