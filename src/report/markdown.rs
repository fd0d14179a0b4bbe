//! The report as Markdown: `--report markdown=PATH`, for a step summary or a comment on a merge request.
//!
//! Text of the repository can do nothing in it: no HTML, no link, no image, no heading, and it mentions no one. What would
//! make a mention or a link even in escaped text is broken up by a space without width.
//!
//! The page stays below the length of a comment, [`LIMIT`]; what is left out is said.

use super::human::seconds;
use super::model::{Excerpt, Finding, Level, Outcome, Report, Target, Verdict, VerdictOutcome};
use super::prose::{self, fenced};
use super::words;
use crate::text;

/// Most bytes of the page: what a comment on GitHub may hold, and a step summary holds more.
pub const LIMIT: usize = 65_000;
/// Bytes that the failed checks leave to what follows them.
const RESERVED: usize = 20_000;
/// Bytes that the last lines need.
const NOTE: usize = 500;
/// Findings of one check that are told.
const FINDINGS: usize = 5;
/// Lines of an excerpt that are shown, and characters of one.
const LINES: usize = 12;
const LONGEST: usize = 160;
/// Characters of a message, a reason or another text from elsewhere.
const TEXT: usize = 1_500;
/// Questions that are asked.
const QUESTIONS: usize = 3;

/// Renders a report as Markdown.
pub fn render(report: &Report, fail_on: Level) -> String {
    let mut page = Page::default();
    page.always(&head(report, fail_on));
    page.always(&areas(report));
    let failed = words::failed_by_importance(report);
    page.section(
        "Findings",
        failed.iter().map(|verdict| check(verdict)),
        LIMIT - RESERVED,
    );
    for (title, outcome) in [
        ("Broken checks", VerdictOutcome::Broken),
        ("Blocked by an earlier fault", VerdictOutcome::Blocked),
        ("Not run", VerdictOutcome::NotRun),
    ] {
        page.section(title, groups(report, outcome).into_iter(), LIMIT - NOTE);
    }
    page.section(
        "Suppressed by the repository",
        suppressed(report).into_iter(),
        LIMIT - NOTE,
    );
    page.section("Suppressions without effect", faulty(report).into_iter(), LIMIT - NOTE);
    page.section("Ask the author", questions(report), LIMIT - NOTE);
    page.finish(report)
}

#[derive(Default)]
struct Page {
    out: String,
    left_out: usize,
}

impl Page {
    fn always(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// Adds a section of some pieces, as far as the page has room.
    fn section(&mut self, title: &str, pieces: impl Iterator<Item = String>, room: usize) {
        let mut titled = false;
        for piece in pieces {
            if self.out.len() + piece.len() + title.len() + 10 > room {
                self.left_out += 1;
                continue;
            }
            if !titled {
                self.out.push_str(&format!("### {title}\n\n"));
                titled = true;
            }
            self.out.push_str(&piece);
            self.out.push('\n');
        }
        if titled && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn finish(mut self, report: &Report) -> String {
        if self.left_out > 0 {
            let pieces = words::count(self.left_out, "more entry has", "more entries have");
            self.out.push_str(&format!(
                "{pieces} no room on this page; the other formats hold all.\n\n"
            ));
        }
        let version = text::visible(&report.tool.version);
        self.out.push_str(&format!(
            "<sub>proofolio {}, {}</sub>\n",
            code(&version),
            escape(&report.timing.started)
        ));
        self.out
    }
}

fn head(report: &Report, fail_on: Level) -> String {
    let symbol = match report.outcome {
        Outcome::Passed => "✅",
        Outcome::Failed => "❌",
        Outcome::Incomplete => "➖",
        Outcome::Broken => "❗",
    };
    let sandbox = match &report.sandbox {
        None => "No code of the project was run.".to_owned(),
        Some(sandbox) => {
            let held = words::count(sandbox.held.len(), "limit", "limits");
            let not_held = match sandbox.not_held.len() {
                0 => String::new(),
                _ => format!(", not held: {}", sandbox.not_held.join(", ")),
            };
            let engine = short(&sandbox.engine);
            format!("Its code ran on {engine}, {held} held{}.", short(&not_held))
        }
    };
    format!(
        "<!-- proofolio -->\n## {symbol} proofolio: {}\n\n{}\n\n**{}** · {} · {} · **{} of {} points** · {}\n\n{sandbox}\n",
        words::run(report.outcome),
        escape(&sentence(&words::sentence(report, fail_on))),
        short(report.target.called()),
        escape(words::kind(&report.target.kind)),
        commit(&report.target),
        report.score.earned,
        report.score.possible,
        seconds(report.timing.seconds),
    )
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

fn commit(target: &Target) -> String {
    match &target.commit {
        Some(commit) => format!(
            "commit {}{}",
            code(&commit.chars().take(12).collect::<String>()),
            if target.dirty {
                " with changes that are not committed"
            } else {
                ""
            }
        ),
        None => "nothing committed".to_owned(),
    }
}

fn areas(report: &Report) -> String {
    let mut table = String::from("| | area | points | checks |\n| --- | --- | ---: | --- |\n");
    for (name, area, _) in words::areas(report) {
        let tally = words::tally(report, name);
        if tally.is_empty() {
            continue;
        }
        let symbol = match (area.failed, area.not_run, area.passed) {
            (0, 0, 1..) => "✅",
            (0, ..) => "➖",
            _ => "❌",
        };
        let points = match area.possible {
            0 => "–".to_owned(),
            possible => format!("{} of {possible}", area.earned),
        };
        table.push_str(&format!("| {symbol} | {} | {points} | {tally} |\n", short(name)));
    }
    table
}

/// One failed check.
fn check(verdict: &Verdict) -> String {
    let mut names = String::new();
    if !verdict.also_known_as.is_empty() {
        let known = verdict.also_known_as.iter().map(|name| code(name));
        names = format!(", also known as {}", known.collect::<Vec<_>>().join(", "));
    }
    let mut out = format!(
        "#### {}\n\n{} · {} · {}{names}\n\n",
        title(&verdict.title),
        code(&verdict.id),
        words::level(verdict.level),
        words::count(verdict.points as usize, "point", "points"),
    );
    for found in verdict.findings.iter().take(FINDINGS) {
        out.push_str(&finding(found));
    }
    let more = verdict.findings.len().saturating_sub(FINDINGS);
    if more > 0 {
        out.push_str(&format!("- and {more} more\n"));
    }
    for (label, text) in [("Why", &verdict.why), ("Fix", &verdict.fix)] {
        if !text.trim().is_empty() {
            let text: String = text.chars().take(TEXT * 2).collect();
            out.push_str(&format!("\n**{label}:** {}\n", prose::markdown(&text, escape)));
        }
    }
    out
}

fn finding(finding: &Finding) -> String {
    let place = words::place(finding).map_or(String::new(), |place| format!("{}: ", code(&place)));
    let mut out = format!("- {place}{}\n", message(&finding.message));
    if let Some(excerpt) = finding.excerpt.as_ref().filter(|excerpt| !excerpt.lines.is_empty()) {
        out.push('\n');
        for line in fenced(&numbered(finding, excerpt)).lines() {
            out.push_str(&format!("  {line}\n"));
        }
        out.push('\n');
    }
    out
}

/// The lines of an excerpt with their numbers and a mark on the one at fault.
fn numbered(finding: &Finding, excerpt: &Excerpt) -> Vec<String> {
    let skipped = match excerpt.first_line {
        // Of output, the end tells the most.
        None => excerpt.lines.len().saturating_sub(LINES),
        Some(_) => 0,
    };
    let last = excerpt
        .first_line
        .map_or(0, |first| first as usize + excerpt.lines.len());
    let digits = last.to_string().len();
    let lines = excerpt.lines.iter().enumerate().skip(skipped).take(LINES);
    lines
        .map(|(index, line)| {
            let line = text::truncate(&text::visible(&line.replace('\t', "    ")), LONGEST);
            match excerpt.first_line {
                None => line,
                Some(first) => {
                    let number = (first as usize).saturating_add(index);
                    let at_fault = finding.line.is_some_and(|line| line as usize == number);
                    format!("{} {number:>digits$} │ {line}", if at_fault { ">" } else { " " })
                }
            }
        })
        .collect()
}

fn groups(report: &Report, outcome: VerdictOutcome) -> Vec<String> {
    let key = |verdict: &Verdict| match outcome {
        VerdictOutcome::Blocked => words::blocked_by(verdict),
        _ => words::reason(verdict).to_owned(),
    };
    let groups = words::grouped(&words::with(report, outcome), key);
    groups
        .into_iter()
        .map(|(key, members)| {
            let ids = members.iter().map(|verdict| code(&verdict.id)).collect::<Vec<_>>();
            format!("- {}: {}", ids.join(", "), message(&key))
        })
        .collect()
}

fn suppressed(report: &Report) -> Vec<String> {
    let verdicts = report.verdicts.iter();
    let all = verdicts.flat_map(|verdict| verdict.suppressed.iter().map(move |suppressed| (verdict, suppressed)));
    all.map(|(verdict, suppressed)| {
        let place = words::place(&suppressed.finding).map_or(String::new(), |place| format!(" in {}", code(&place)));
        format!(
            "- {}{place}: {}<br>because: {} ({})",
            code(&verdict.id),
            message(&suppressed.finding.message),
            message(&suppressed.reason),
            code(&format!("{}:{}", suppressed.path, suppressed.line)),
        )
    })
    .collect()
}

fn faulty(report: &Report) -> Vec<String> {
    let faulty = report.suppressions.iter().filter_map(|suppression| {
        let problem = suppression.problem.as_deref()?;
        let place = code(&format!("{}:{}", suppression.path, suppression.line));
        Some(format!(
            "- {} in {place}: {}",
            code(&suppression.check),
            message(problem)
        ))
    });
    faulty.collect()
}

fn questions(report: &Report) -> impl Iterator<Item = String> {
    (1..)
        .zip(report.questions.iter().take(QUESTIONS))
        .map(|(number, question)| format!("{number}. {}", message(&question.text)))
}

/// A text of several lines, each escaped.
fn message(message: &str) -> String {
    let cut: String = message.trim().chars().take(TEXT).collect();
    let lines = prose::lines(&cut);
    let mut out = lines
        .iter()
        .map(|line| prose::markdown_line(line, escape))
        .collect::<Vec<_>>()
        .join("<br>");
    if cut.len() < message.trim().len() {
        out.push('…');
    }
    out
}

/// A check's title.
fn title(text: &str) -> String {
    prose::markdown_line(&prose::spans(&text::truncate(text, 300)), escape)
}

/// A short text in one line.
fn short(text: &str) -> String {
    escape(&text::visible(&text::truncate(text, 300)))
}

/// Code in a line, whatever backticks it holds.
fn code(text: &str) -> String {
    let text = text::truncate(&text::visible(text), 300);
    let longest = text.split(|character| character != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or_default() + 1);
    match text.trim().is_empty() {
        true => String::new(),
        false if fence.len() > 1 => format!("{fence} {text} {fence}"),
        false => format!("`{text}`"),
    }
}

/// Text that is nothing but text in Markdown, on GitHub and on GitLab.
pub(super) fn escape(text: &str) -> String {
    /// A space without width: it breaks up what would be a mention, a reference or an address.
    const BREAK: &str = "&#8203;";
    let text = text::visible(text);
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let start = text.trim_start();
    let number = start.trim_start_matches(|digit: char| digit.is_ascii_digit());
    // A list, a quotation, a rule or an underlined heading begins only at the beginning of a line.
    let marker = match number.chars().next() {
        Some('.' | ')') if number.len() < start.len() => Some(text.len() - number.len()),
        Some('-' | '+' | '=' | '>') if number.len() == start.len() => Some(text.len() - number.len()),
        _ => None,
    };
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(character);
            }
            '@' | '#' => {
                out.push(character);
                out.push_str(BREAK);
            }
            ':' if next == Some('/') => out.push_str(&format!(":{BREAK}")),
            '.' if out.ends_with("www") || out.ends_with("WWW") => out.push_str(&format!("{BREAK}.")),
            '!' | '%' if next.is_some_and(|next| next.is_ascii_digit() || next == '[') => {
                out.push(character);
                out.push_str(BREAK);
            }
            _ if Some(at) == marker => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
        if matches!(character, '&' | '$' | '~') && next.is_some_and(|next| next.is_ascii_alphanumeric()) {
            out.push_str(BREAK);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_does_nothing() {
        assert_eq!(escape("[a](b) ![c](d)"), "\\[a\\](b) !&#8203;\\[c\\](d)");
        assert_eq!(
            escape("<b>&amp; *x* _y_ | `z` \\"),
            "&lt;b&gt;&amp;&#8203;amp; \\*x\\* \\_y\\_ \\| \\`z\\` \\\\"
        );
        assert_eq!(
            escape("@all #1 !2 a@b.c"),
            "@&#8203;all #&#8203;1 !&#8203;2 a@&#8203;b.c"
        );
        assert_eq!(escape("https://x www.y.z"), "https:&#8203;//x www&#8203;.y.z");
    }

    #[test]
    fn a_line_begins_nothing() {
        assert_eq!(escape("- a-b"), "\\- a-b");
        assert_eq!(escape("12. a 3. b"), "12\\. a 3. b");
        assert_eq!(escape("# a"), "#&#8203; a");
        assert_eq!(escape("> a"), "&gt; a");
        assert_eq!(escape("--- 1.5"), "\\--- 1.5");
    }

    #[test]
    fn code_may_hold_backticks() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a``b"), "``` a``b ```");
        assert_eq!(code(" "), "");
    }
}
