//! The HTML report: complete in itself, deaf to hostile text, and usable by everyone in a real browser.
//!
//! The browser and npm must be there: a test that is skipped proves nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proofolio::report::html;
use proofolio::report::model::{Level, Report, VerdictOutcome};
use proofolio::text;
use sha2::{Digest, Sha256};
use support::{browser, golden_report};

fn render(report: &Report) -> String {
    html::render(report, Level::Required).unwrap()
}

/// What stands between two marks for the first time.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(start).unwrap_or_else(|| panic!("no {start}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}

/// The tags of a page, without what is in their quotes.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let (mut tag, mut quoted) = (String::new(), false);
        let mut end = after.len();
        for (at, character) in after.char_indices() {
            match character {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    end = at;
                    break;
                }
                _ if !quoted => tag.push(character),
                _ => {}
            }
        }
        tags.push(tag);
        rest = &after[end..];
    }
    tags
}

#[test]
fn the_policy_allows_the_pages_own_style_and_nothing_else() {
    for (name, report) in golden_report::all() {
        let page = render(&report);
        let digest = STANDARD.encode(Sha256::digest(between(&page, "<style>", "</style>")));
        let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
        assert_eq!(
            policy.replace("&#x27;", "'").replace("&#x2f;", "/"),
            format!(
                "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
            ),
            "{name}"
        );
        assert_eq!(page.matches("<style").count(), 1, "{name}");
        assert_eq!(page.matches("</style").count(), 1, "{name}");
    }
}

#[test]
fn it_holds_no_script_and_asks_no_one() {
    for (name, report) in golden_report::all() {
        let page = render(&report);
        let tags = tags(&page);
        let names: BTreeSet<&str> = tags
            .iter()
            .map(|tag| tag.trim_start_matches('/').split([' ', '\n']).next().unwrap())
            .collect();
        for forbidden in [
            "script", "iframe", "object", "embed", "form", "img", "base", "audio", "video",
        ] {
            assert!(!names.contains(forbidden), "{name}: <{forbidden}>");
        }
        for tag in tags {
            for attribute in tag.split([' ', '\n']).skip(1).filter_map(|part| part.strip_suffix('=')) {
                assert!(
                    !attribute.starts_with("on") && attribute != "style" && attribute != "src",
                    "{name}: {tag}"
                );
            }
        }
        // Links lead into the page, and each one somewhere.
        for link in page
            .split(" href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
        {
            match link.strip_prefix('#') {
                Some(anchor) => assert_eq!(page.matches(&format!(" id=\"{anchor}\"")).count(), 1, "{name}: {link}"),
                None => assert!(link.starts_with("data:image/svg+xml,"), "{name}: {link}"),
            }
        }
    }
}

#[test]
fn text_of_the_repository_stays_text() {
    let hostile = "</code></style><script>alert('x')</script><img src=x onerror=alert(1)> \"' {{ 7*7 }} {% raw %} \
                   \u{1b}[2J\u{202e}abc\u{200b}\u{0}\u{e0041} &lt; ]]> <!--";
    let mut report = golden_report::failed();
    report.target.given = format!("x/{hostile}");
    report.target.kind = hostile.to_owned();
    report.target.commit = Some(hostile.to_owned());
    report.target.tree = hostile.to_owned();
    report.tool.version = hostile.to_owned();
    report.timing.started = hostile.to_owned();
    if let Some(scaffold) = &mut report.target.scaffold {
        scaffold.variant = hostile.to_owned();
    }
    let sandbox = report.sandbox.as_mut().unwrap();
    (sandbox.engine, sandbox.held[0], sandbox.profile) = (hostile.into(), hostile.into(), hostile.into());
    for stage in &mut report.stages {
        (stage.name, stage.outcome, stage.detail) = (hostile.into(), hostile.into(), hostile.into());
    }
    for step in &mut report.route {
        (step.what, step.value, step.source) = (hostile.into(), hostile.into(), hostile.into());
    }
    for verdict in &mut report.verdicts {
        (verdict.id, verdict.title, verdict.area) = (hostile.into(), hostile.into(), hostile.into());
        (verdict.why, verdict.fix) = (hostile.into(), format!("`{hostile}`\n```\n{hostile}\n```\n- {hostile}"));
        verdict.also_known_as = vec![hostile.to_owned()];
        (verdict.reason, verdict.blocked_by) = (Some(hostile.into()), Some(hostile.into()));
        for finding in &mut verdict.findings {
            (finding.message, finding.path) = (hostile.into(), Some(hostile.into()));
            if let Some(excerpt) = &mut finding.excerpt {
                excerpt.lines.iter_mut().for_each(|line| *line = hostile.to_owned());
            }
        }
        for suppressed in &mut verdict.suppressed {
            (suppressed.reason, suppressed.path) = (hostile.into(), hostile.into());
        }
    }
    for suppression in &mut report.suppressions {
        (suppression.check, suppression.path) = (hostile.into(), hostile.into());
        suppression.problem = Some(hostile.to_owned());
    }
    report.questions[0].text = hostile.to_owned();
    let known: BTreeSet<String> = golden_report::all()
        .iter()
        .flat_map(|(_, report)| tags(&render(report)))
        .collect();
    let page = render(&report);
    for tag in tags(&page) {
        assert!(known.contains(&tag), "<{tag}> comes from the repository");
    }
    assert!(page.contains("&lt;script&gt;alert(&#x27;x&#x27;)") && page.contains("{{ 7*7 }}"));
    for line in page.lines() {
        assert_eq!(text::visible(line), line);
    }
}

#[test]
fn it_says_what_a_reviewer_needs() {
    let page = render(&golden_report::failed());
    for needed in [
        "<title>Failed: library-loans · proofolio</title>",
        "3 required checks failed, 3 are blocked.",
        "<strong>7</strong> of 46 points",
        "Its code was run in containers, 4 limits held, 1 not.",
        "with changes that are not committed",
        "scaffold api 1, theme loans, variant 4f1c2a",
        "Fix this next",
        "also known as <code>deptry:DEP000</code>",
        "<mark>answer</mark>.status_code == 403",
        "37 more findings",
        "22 lines before",
        "<strong>not held:</strong> disk space of the image build",
        "6.1s, cached",
        "Suppressions without effect",
        "run by hand, once",
    ] {
        assert!(page.contains(needed), "{needed}");
    }
    assert!(!page.contains("A fourth question"));
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    let order = [
        "id=\"verdict\"",
        "Always verified",
        "id=\"findings\"",
        "id=\"questions\"",
        "id=\"evidence\"",
        "id=\"all\"",
    ];
    assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])));
    for core in ["venv", "requirements", "pytest", "dockerfile", "ci"] {
        assert!(between(&page, "Always verified", "This project").contains(&format!("<span>{core}</span>")));
    }
    for verdict in &golden_report::failed().verdicts {
        let rows = between(&page, "id=\"all\"", "</main>");
        assert!(rows.contains(&format!("<code>{}</code>", verdict.id)), "{}", verdict.id);
    }
}

#[test]
fn without_containers_it_says_so_at_the_top() {
    let page = render(&golden_report::incomplete());
    assert!(between(&page, "id=\"verdict\"", "</section>").contains("no code of the project was run"));
}

#[test]
fn it_is_small() {
    for (name, report) in golden_report::all() {
        let size = render(&report).len();
        assert!(size < 150_000, "{name}: {size}");
    }
    // As many checks as there are, and many of them failed.
    let mut report = golden_report::green();
    let verdict = golden_report::failed().verdicts[2].clone();
    for number in 0..300 {
        let mut verdict = verdict.clone();
        verdict.id = format!("check-{number}");
        if number % 10 > 0 {
            verdict.outcome = VerdictOutcome::Passed;
            verdict.findings.clear();
        }
        report.verdicts.push(verdict);
    }
    let size = render(&report).len();
    assert!(size < 250_000, "{size}");
}

/// Writes the golden reports where the browser finds them.
fn pages(folder: &Path) -> Vec<String> {
    let mut pages = Vec::new();
    for (name, report) in golden_report::all() {
        let place = folder.join(format!("{name}.html"));
        fs::write(&place, render(&report)).unwrap();
        pages.push(place.display().to_string());
    }
    pages
}

#[test]
fn in_a_browser_everyone_can_use_it_and_its_policy_holds() {
    let folder = tempfile::tempdir().unwrap();
    let pages = pages(folder.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/browser/look.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(browser::packages())
        .arg(browser::chromium())
        .args(&pages)
        .output()
        .expect("node is needed for the tests of the HTML report");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains(&format!("looked {}\n", pages.len() * 4)), "{said}");
    for format in ["A4", "Letter"] {
        let sheets = |name: &str| -> usize {
            let of = |line: &&str| line.starts_with("sheets ") && line.contains(&format!("{name} {format} "));
            let line = said.lines().find(of).unwrap();
            line.rsplit(' ').next().unwrap().parse().unwrap()
        };
        assert_eq!(sheets("green.html"), 1, "a green report is one sheet of {format}");
        assert!((1..=3).contains(&sheets("failed.html")), "{said}");
    }
}
