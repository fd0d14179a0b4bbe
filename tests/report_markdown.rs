//! Markdown: it says what a reader needs, and text of the repository does nothing in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proofolio::report::markdown::{LIMIT, render};
use proofolio::report::model::{Level, Report};
use proofolio::text;
use support::golden_report;

fn page(report: &Report) -> String {
    render(report, Level::Required)
}

/// The page without its code: what is left is read as Markdown.
fn prose(page: &str) -> String {
    let mut kept = String::new();
    let mut fence: Option<usize> = None;
    for line in page.lines() {
        let trimmed = line.trim_start();
        let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
        match fence {
            Some(open) if ticks >= open && trimmed.len() == ticks => fence = None,
            Some(_) => {}
            None if ticks >= 3 && trimmed.ends_with("text") => fence = Some(ticks),
            None => {
                let mut rest = line;
                while let Some(at) = rest.find('`') {
                    if rest[..at].ends_with('\\') {
                        kept.push_str(&rest[..=at]);
                        rest = &rest[at + 1..];
                        continue;
                    }
                    kept.push_str(&rest[..at]);
                    let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
                    let fence = "`".repeat(run);
                    let inside = &rest[at + run..];
                    let end = inside.find(&fence).expect("code ends on its line");
                    rest = &inside[end + run..];
                }
                kept.push_str(rest);
                kept.push('\n');
            }
        }
    }
    assert!(fence.is_none(), "a fence is open");
    kept
}

#[test]
fn looks() {
    insta::assert_snapshot!("failed", page(&golden_report::failed()));
    insta::assert_snapshot!("green", page(&golden_report::green()));
    insta::assert_snapshot!("incomplete", page(&golden_report::incomplete()));
    insta::assert_snapshot!("broken", page(&golden_report::broken()));
}

#[test]
fn nothing_from_the_repository_is_markup() {
    let hostile = "</details><script>x</script> <img src=x> ![i](http://x) [l](javascript:x) @everyone #1 **b** _i_ ~~s~~ \
                   https://evil.example www.evil.example a@evil.example | c | $x$ <!-- -->\n# heading\n- item\n1. item\n> q\n---\n```";
    let mut report = golden_report::failed();
    report.target.given = hostile.to_owned();
    for verdict in &mut report.verdicts {
        verdict.title = hostile.to_owned();
        verdict.why = hostile.to_owned();
        verdict.fix = format!("`{hostile}` ` {hostile}");
        verdict.reason = Some(hostile.to_owned());
        verdict.also_known_as = vec!["a:`b".to_owned()];
        for finding in &mut verdict.findings {
            finding.message = hostile.to_owned();
            finding.path = Some(hostile.to_owned());
        }
        for suppressed in &mut verdict.suppressed {
            suppressed.reason = hostile.to_owned();
        }
    }
    report.questions[0].text = hostile.to_owned();
    let page = page(&report);
    assert!(page.len() <= LIMIT, "{}", page.len());
    let prose = prose(&page);
    let own = prose
        .replace("<!-- proofolio -->", "")
        .replace("<br>", "")
        .replace("<sub>", "")
        .replace("</sub>", "");
    assert!(!own.contains('<') && !own.replace("\\]", "").contains("]("), "{own}");
    for (at, _) in own.match_indices('@') {
        assert!(own[at..].starts_with("@&#8203;"), "{}", &own[at..]);
    }
    for address in ["http://", "https://", "www.e"] {
        assert!(!own.contains(address), "{address}");
    }
    let headings = own.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!(
        headings,
        page.lines()
            .filter(|line| line.starts_with("## ") || line.starts_with("### ") || line.starts_with("#### "))
            .count()
    );
}

#[test]
fn everything_hidden_is_shown() {
    for report in [golden_report::failed(), golden_report::green()] {
        for line in page(&report).lines() {
            assert_eq!(text::visible(line), line);
        }
    }
}

#[test]
fn it_says_what_a_reader_needs() {
    let page = page(&golden_report::failed());
    for needed in [
        "## ❌ proofolio: Failed",
        "**7 of 46 points**",
        "| ❌ | pytest | 0 of 8 | 1 failed |",
        "not held: disk space of the image build",
        "> 103 │     assert answer.status_code == 403",
        "- and 35 more",
        "### Suppressed by the repository",
        "because: run by hand, once (`scripts/été.py:12`)",
        "### Suppressions without effect",
        "### Not run",
        "### Ask the author",
    ] {
        assert!(page.contains(needed), "{needed}\n{page}");
    }
    assert!(!page.contains("A fourth question"));
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(at("#### The tests pass") < at("#### No secret") && at("#### No secret") < at("#### Scripts do nothing"));
}

#[test]
fn a_flood_keeps_to_the_limit_and_says_so() {
    let mut report = golden_report::failed();
    let verdict = report.verdicts[1].clone();
    for number in 0..500 {
        let mut verdict = verdict.clone();
        verdict.id = format!("check-{number}");
        verdict.fix = "x".repeat(10_000);
        verdict.findings[0].message = "`".repeat(100_001);
        report.verdicts.push(verdict);
    }
    for suppression in &mut report.suppressions {
        suppression.problem = Some("<".repeat(10_000));
    }
    let page = page(&report);
    assert!(page.len() <= LIMIT, "{}", page.len());
    assert!(page.contains("more entries have no room on this page"));
    assert!(page.contains("### Ask the author"));
}
