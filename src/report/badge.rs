//! The report as a badge: `--report badge=PATH`, an SVG without fonts, scripts or links of its own.
//!
//! It says `proofolio: 94 of 100` when the run passed, and otherwise how it ended; a score beside a failure would flatter.

use super::model::{Outcome, Report};

const NAME: &str = "proofolio";
/// Space before and after a text, in pixels.
const MARGIN: u32 = 7;
/// Widths of the characters from space to tilde, in tenths of a pixel, at eleven pixels of a wide sans serif.
const WIDTHS: [u16; 95] = [
    39, 43, 50, 90, 70, 118, 80, 30, 50, 50, 70, 90, 40, 50, 40, 50, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 50, 50,
    90, 90, 90, 60, 110, 75, 75, 77, 85, 70, 63, 85, 83, 46, 50, 76, 61, 93, 82, 87, 66, 87, 76, 75, 68, 81, 75, 109,
    75, 68, 75, 50, 50, 50, 90, 70, 70, 66, 69, 57, 69, 66, 39, 69, 70, 30, 38, 65, 30, 107, 70, 67, 69, 69, 47, 57,
    43, 70, 65, 90, 65, 65, 58, 70, 50, 70, 90,
];

/// Renders the badge.
pub fn render(report: &Report) -> String {
    let value = value(report);
    let (left, right) = (width(NAME), width(&value));
    let (name_end, end) = (left + 2 * MARGIN, left + right + 4 * MARGIN);
    let color = match report.outcome {
        Outcome::Passed => "#1a7f37",
        Outcome::Failed => "#b3261e",
        Outcome::Incomplete => "#6e5a00",
        Outcome::Broken => "#5f4b8b",
    };
    // The texts hold digits and plain words only: nothing of the repository stands in the badge.
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{end}" height="20" viewBox="0 0 {end} 20" role="img" aria-label="{NAME}: {value}">
  <title>{NAME}: {value}</title>
  <clipPath id="shape"><rect width="{end}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#shape)">
    <rect width="{name_end}" height="20" fill="#3d4248"/>
    <rect x="{name_end}" width="{rest}" height="20" fill="{color}"/>
  </g>
  <g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
    <text x="{MARGIN}" y="14" textLength="{left}">{NAME}</text>
    <text x="{value_at}" y="14" textLength="{right}">{value}</text>
  </g>
</svg>
"##,
        rest = end - name_end,
        value_at = name_end + MARGIN,
    )
}

fn value(report: &Report) -> String {
    match report.outcome {
        Outcome::Passed => format!("{} of {}", report.score.earned, report.score.possible),
        Outcome::Failed => "failed".to_owned(),
        Outcome::Incomplete => "incomplete".to_owned(),
        Outcome::Broken => "check broken".to_owned(),
    }
}

/// The width of a text in pixels, rounded up.
fn width(text: &str) -> u32 {
    let tenths: u32 = text
        .bytes()
        .map(|byte| WIDTHS.get(usize::from(byte.wrapping_sub(b' '))).copied().unwrap_or(110))
        .map(u32::from)
        .sum();
    tenths.div_ceil(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_characters() {
        assert_eq!(width(""), 0);
        assert_eq!(width("proofolio"), 49);
        assert!(width("94 of 100") < width("incomplete and more"));
    }
}
