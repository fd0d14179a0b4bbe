//! The findings as workflow commands of GitHub Actions: `--report github=-`. They become annotations of the changed files.
//!
//! GitHub shows ten annotations of a kind per step, so the first finding of each check comes before the second of any,
//! the important checks first, and no more are written than are shown. A command is one line: whatever could end it early or begin another is
//! escaped.

use std::fmt::Write as _;

use super::format::Format;
use super::model::{Finding, Level, Report, Verdict};
use super::words;
use crate::text;

/// Annotations of one kind that GitHub shows for a step.
const SHOWN: usize = 10;

/// Renders the findings as workflow commands, one a line.
pub fn render(report: &Report, fail_on: Level) -> String {
    let failed = words::failed_by_importance(report);
    let deepest = failed.iter().map(|verdict| verdict.findings.len()).max();
    let mut out = String::new();
    let mut left_out = 0;
    for level in [Level::Required, Level::Recommended, Level::Bonus] {
        let mut written = 0;
        for round in 0..deepest.unwrap_or_default() {
            for verdict in failed.iter().filter(|verdict| verdict.level == level) {
                let Some(finding) = verdict.findings.get(round) else {
                    continue;
                };
                if written == SHOWN {
                    left_out += 1;
                    continue;
                }
                written += 1;
                annotation(&mut out, verdict, finding, round == 0);
            }
        }
    }
    if left_out > 0 {
        let findings = words::count(left_out, "more finding is", "more findings are");
        line(&mut out, &format!("{findings} in the other reports of this run."));
    }
    let verdict = format!("{}: {}", words::run(report.outcome), words::sentence(report, fail_on));
    let score = format!("{} of {} points", report.score.earned, report.score.possible);
    line(&mut out, &format!("proofolio: {verdict} ({score})"));
    out
}

/// Writes one finding. The fix speaks of the first one of its check.
fn annotation(out: &mut String, verdict: &Verdict, finding: &Finding, first: bool) {
    let mut properties = Vec::new();
    if let Some(path) = &finding.path {
        // A name with hidden characters matches no file, but it does nothing to the log either.
        properties.push(format!("file={}", property(&text::visible(path))));
        properties.extend(finding.line.map(|line| format!("line={line}")));
        properties.extend(finding.column.map(|column| format!("col={column}")));
    }
    properties.push(format!("title={}", property(&text::visible(&verdict.title))));
    let mut message = text::visible_lines(&finding.message).join("\n");
    if first && !verdict.fix.trim().is_empty() {
        let fix = text::visible_lines(verdict.fix.trim()).join("\n");
        message.push_str(&format!("\nFix: {fix}"));
    }
    message.push_str(&format!("\n({}, {})", verdict.id, words::level(verdict.level)));
    let command = match verdict.level {
        Level::Required => "error",
        Level::Recommended => "warning",
        Level::Bonus => "notice",
    };
    line(
        out,
        &format!("::{command} {}::{}", properties.join(","), data(&message)),
    );
}

fn line(out: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{line}");
}

/// Text for a log of GitHub Actions, in which no line is a command: the runner obeys one wherever it is printed, and
/// what a repository's program printed may well hold some.
pub fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let plain = anstream::adapter::strip_str(line).to_string();
        let start = plain.trim_start();
        if start.starts_with("::") {
            let indentation = &plain[..plain.len() - start.len()];
            let rest = start[1..].replace("##[", "#\\x23[");
            out.push_str(&format!("{indentation}\\x3a{rest}"));
        } else if plain.contains("##[") {
            out.push_str(&plain.replace("##[", "#\\x23["));
        } else {
            out.push_str(line);
        }
    }
    out
}

/// A report for such a log. Whoever reads its format reads the same as before.
pub fn inert_report(format: Format, text: String) -> String {
    match format {
        // its commands are meant
        Format::Github => text,
        Format::Human | Format::Markdown => inert(&text),
        Format::Json | Format::Sarif | Format::Gitlab => text.replace("##[", "#\\u0023["),
        Format::Html | Format::Junit | Format::Badge => {
            let lines = text.split_inclusive('\n').map(|line| {
                let start = line.trim_start();
                match start.strip_prefix("::") {
                    Some(rest) => format!("{}&#58;:{rest}", &line[..line.len() - start.len()]),
                    None => line.to_owned(),
                }
            });
            lines.collect::<String>().replace("##[", "#&#35;[")
        }
    }
}

/// Whether this process writes to a log of GitHub Actions.
pub fn in_actions() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some()
}

/// A command's message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_log_is_a_command() {
        let text = "✗ x\n  \u{1b}[1m::error::y\u{1b}[0m\n::stop-commands::z\na ##[add-mask]b\nsee a::b\n";
        let expected = "✗ x\n  \\x3a:error::y\n\\x3a:stop-commands::z\na #\\x23[add-mask]b\nsee a::b\n";
        assert_eq!(inert(text), expected);
        assert_eq!(inert("\u{1b}[1mA\u{1b}[0m"), "\u{1b}[1mA\u{1b}[0m");
    }

    #[test]
    fn a_report_on_standard_output_commands_nothing_and_says_the_same() {
        let json = inert_report(Format::Json, r###"{"a": "##[add-mask]b"}"###.to_owned());
        assert!(!json.contains("##["));
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["a"], "##[add-mask]b");
        let xml = inert_report(Format::Junit, "<a>x\n  ::error::y ##[z]</a>\n".to_owned());
        assert_eq!(xml, "<a>x\n  &#58;:error::y #&#35;[z]</a>\n");
        let own = "::error::x\n".to_owned();
        assert_eq!(inert_report(Format::Github, own.clone()), own);
    }

    #[test]
    fn what_means_something_to_the_runner_is_escaped() {
        assert_eq!(data("100%\r\n::error::x"), "100%25%0D%0A::error::x");
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25%0A");
    }
}
