//! The report for a person: its looks, and what must hold whatever it looks like.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proofolio::report::human::{HumanOptions, render};
use proofolio::report::model::{Level, Outcome, Report, VerdictOutcome};
use proofolio::text;
use support::golden_report;

fn options(width: usize, color: bool, verbose: u8) -> HumanOptions {
    HumanOptions {
        width,
        color,
        verbose,
        fail_on: Level::Required,
    }
}

/// Removes the codes that the renderer itself writes: `ESC [ digits and ; m`.
fn plain(styled: &str) -> String {
    let mut kept = String::new();
    let mut rest = styled;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        kept.push_str(before);
        let end = after.find('m').expect("a code ends");
        assert!(
            after[..end].chars().all(|code| code.is_ascii_digit() || code == ';'),
            "{after}"
        );
        rest = &after[end + 1..];
    }
    kept + rest
}

#[test]
fn looks() {
    for (name, report) in golden_report::all() {
        for width in [80, 120] {
            insta::assert_snapshot!(format!("{name}_{width}"), render(&report, &options(width, false, 0)));
            let colored = render(&report, &options(width, true, 0)).replace('\x1b', "␛");
            insta::assert_snapshot!(format!("{name}_{width}_color"), colored);
        }
    }
    insta::assert_snapshot!(
        "failed_80_verbose",
        render(&golden_report::failed(), &options(80, false, 1))
    );
}

#[test]
fn color_adds_codes_and_nothing_else() {
    for (name, report) in golden_report::all() {
        for verbose in [0, 1] {
            let colored = render(&report, &options(80, true, verbose));
            assert_eq!(plain(&colored), render(&report, &options(80, false, verbose)), "{name}");
        }
    }
}

#[test]
fn no_line_is_wider_than_the_page() {
    for (name, report) in golden_report::all() {
        for width in [40, 60, 80, 100, 120, 200] {
            for verbose in [0, 1] {
                for line in render(&report, &options(width, false, verbose)).lines() {
                    assert!(text::width(line) <= width, "{name} at {width}: {line}");
                    assert_eq!(line.trim_end(), line, "{name}: no spaces at the end");
                }
            }
        }
    }
}

#[test]
fn nothing_from_the_repository_reaches_the_terminal_raw() {
    for (name, report) in golden_report::all() {
        for verbose in [0, 1] {
            let page = plain(&render(&report, &options(80, true, verbose)));
            for line in page.lines() {
                assert_eq!(text::visible(line), line, "{name}");
            }
        }
    }
    let mut report = golden_report::failed();
    report.target.given = "\x1b[2Jx".repeat(30);
    report.target.kind = "\x1b[2J".to_owned();
    report.target.commit = Some("\u{202e}".repeat(40));
    report.stages[0].name = "\x07".repeat(9);
    report.stages[0].outcome = "\x1b[0m".to_owned();
    report.route[0].what = "\r".repeat(40);
    report.score.areas.insert("\u{200b}\x1b".to_owned(), Default::default());
    for verdict in &mut report.verdicts {
        verdict.id.push('\x1b');
        verdict.blocked_by = Some("\u{9b}".to_owned());
    }
    for verbose in [0, 1] {
        for line in render(&report, &options(80, false, verbose)).lines() {
            assert_eq!(text::visible(line), line);
            assert!(text::width(line) <= 80);
        }
    }
}

#[test]
fn every_check_that_needs_attention_is_named_once() {
    for (name, report) in golden_report::all() {
        let page = render(&report, &options(80, false, 0));
        for verdict in &report.verdicts {
            let expected = match verdict.outcome {
                VerdictOutcome::Failed
                | VerdictOutcome::Blocked
                | VerdictOutcome::NotRun
                | VerdictOutcome::Broken
                | VerdictOutcome::Suppressed => 1,
                VerdictOutcome::Passed | VerdictOutcome::NotApplicable => 0,
            };
            // What is suppressed of a check that fails all the same is told apart.
            let apart = verdict.outcome == VerdictOutcome::Failed && !verdict.suppressed.is_empty();
            let expected = expected + usize::from(apart);
            assert_eq!(page.matches(&verdict.id).count(), expected, "{name}: {}", verdict.id);
        }
    }
}

#[test]
fn the_next_fix_stands_at_the_end_in_full() {
    let report = golden_report::failed();
    let page = render(&report, &options(80, false, 0));
    let (_, ending) = page.split_once("\nFix this next\n").expect("a next fix");
    assert!(ending.contains("pytest-passes · required · 8 points"));
    assert!(ending.contains("mend the first failure"));
    assert!(!ending.contains("requirements-pinned"));
    assert!(
        ending
            .lines()
            .last()
            .expect("a line")
            .starts_with("✗ Failed: 3 required checks failed, 3 are blocked")
    );
}

#[test]
fn recommended_failures_come_after_required_ones() {
    let page = render(&golden_report::failed(), &options(80, false, 0));
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(
        at("secrets-none") < at("requirements-pinned"),
        "the most valuable first"
    );
    assert!(at("requirements-pinned") < at("code-main-guard"));
    assert!(at("code-main-guard") < at("docs-diagram"));
}

#[test]
fn many_findings_fold_unless_all_are_wanted() {
    let report = golden_report::failed();
    let page = render(&report, &options(80, false, 0));
    assert!(page.contains("and 37 more: requirements.txt:4-40 (-v shows them)"));
    assert!(!page.contains("`package-4`"));
    let page = render(&report, &options(80, false, 1));
    assert!(page.contains("`package-40`"));
    assert!(!page.contains("37 more"));
}

#[test]
fn what_is_suppressed_is_always_shown_with_its_reason() {
    for verbose in [0, 1] {
        let page = render(&golden_report::failed(), &options(80, false, verbose));
        let (_, section) = page.split_once("\nSuppressed by the repository  6 findings\n").unwrap();
        let (section, _) = section.split_once("\nScore").unwrap();
        assert!(section.contains("~ code-print · recommended\n"), "{section}");
        assert!(section.contains("because  the command prints its result"));
        assert!(section.contains("said in  .proofolio.yml:31\n"));
        assert!(section.contains("~ code-main-guard · recommended · only a part: it fails all the same\n"));
        assert!(section.contains("Suppressions without effect\n"));
        assert!(section.contains("! src/app.py:4\n    `code-types`: it gives no reason"));
        let folded = section.contains("and 2 more: library/command.py:43-44 (-v shows them)");
        assert_eq!(folded, verbose == 0);
    }
}

#[test]
fn three_questions_are_shown_at_length() {
    let page = |verbose| render(&golden_report::failed(), &options(80, false, verbose));
    assert!(!page(0).contains("Ask the author"));
    let (_, questions) = page(1)
        .split_once("\nAsk the author\n")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert!(questions.contains("  3. How would you") && !questions.contains("A fourth question"));
}

#[test]
fn names_in_other_tools_stand_beside_the_id_or_below_it() {
    let page = render(&golden_report::failed(), &options(120, false, 0));
    assert!(page.contains("code-main-guard · recommended · 2 points · also known as ruff:EXE001\n"));
    let page = render(&golden_report::failed(), &options(80, false, 0));
    assert!(page.contains("secrets-none · required · 5 points\n  also known as dockle:CIS-DI-0010, "));
}

#[test]
fn green_is_short() {
    let page = render(&golden_report::green(), &options(80, false, 0));
    assert!(page.lines().count() <= 30, "{page}");
    assert_eq!(page.lines().last(), Some("✓ Passed: 14 checks hold (31.4s)"));
}

#[test]
fn the_last_line_is_the_verdict() {
    for (outcome, report) in golden_report::all() {
        let last = render(&report, &options(80, false, 0))
            .lines()
            .last()
            .unwrap()
            .to_owned();
        let word = match outcome {
            "failed" => "✗ Failed: ",
            "green" => "✓ Passed: ",
            "incomplete" => "– Incomplete: ",
            _ => "! Broken: ",
        };
        assert!(last.starts_with(word), "{last}");
    }
}

#[test]
fn the_verdict_counts_what_fails_the_run() {
    let last = |report: &Report, fail_on| {
        let options = HumanOptions {
            fail_on,
            ..HumanOptions::default()
        };
        render(report, &options).lines().last().unwrap().to_owned()
    };
    let mut report = golden_report::failed();
    let line = last(&report, Level::Recommended);
    assert!(line.contains(": 4 checks failed, 4 are blocked"), "{line}");
    report
        .verdicts
        .retain(|verdict| verdict.outcome != VerdictOutcome::Failed);
    let line = last(&report, Level::Required);
    assert!(
        line.contains(": 3 required checks are blocked by an earlier fault"),
        "{line}"
    );
    report.outcome = Outcome::Passed;
    report.verdicts.retain(|verdict| verdict.id != "service-openapi");
    report
        .verdicts
        .iter_mut()
        .for_each(|verdict| verdict.outcome = VerdictOutcome::Passed);
    report.verdicts[0].outcome = VerdictOutcome::Failed;
    let line = last(&report, Level::Required);
    assert!(line.contains("checks hold, 1 optional one does not"), "{line}");
}

#[test]
fn where_containers_ran_there_is_no_hint_on_how_to_run_them() {
    let mut report = golden_report::incomplete();
    assert!(render(&report, &options(80, false, 0)).contains("proofolio doctor"));
    report.sandbox = golden_report::failed().sandbox;
    assert!(report.sandbox.is_some() && !render(&report, &options(80, false, 0)).contains("proofolio doctor"));
}

#[test]
fn an_empty_report_says_so() {
    let mut report = golden_report::incomplete();
    report.verdicts.clear();
    report.stages.clear();
    report.route.clear();
    report.score.areas.clear();
    let page = render(&report, &options(80, false, 0));
    assert!(
        page.ends_with("– Incomplete: no check was selected (31.4s)\n"),
        "{page}"
    );
}

/// Strings of pieces that are hard on a layout, the same ones in every run.
#[test]
fn no_text_breaks_the_page() {
    let pieces = [
        "a",
        "word ",
        "数",
        "\u{301}",
        "\u{200b}",
        "\x1b[31m",
        "\n",
        "\t",
        "`",
        "` `",
        "- ",
        "```\n",
        "/",
        "x".repeat(90).leak(),
        "😀",
        "\u{202e}",
        "  ",
        "\r\n",
        "…",
        "שלום",
    ];
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut text = |longest: usize| {
        (0..next(longest))
            .map(|_| pieces[next(pieces.len())])
            .collect::<String>()
    };
    for round in 0..60 {
        let mut report = golden_report::failed();
        report.target.given = text(30);
        report.stages.iter_mut().for_each(|stage| stage.detail = text(20));
        for verdict in &mut report.verdicts {
            (verdict.title, verdict.why, verdict.fix) = (text(20), text(40), text(40));
            verdict.reason = Some(text(20));
            for finding in verdict.findings.iter_mut().take(5) {
                finding.message = text(20);
                finding.path = Some(text(20));
                finding.column = Some(1 + round);
                if let Some(excerpt) = &mut finding.excerpt {
                    excerpt.lines.iter_mut().for_each(|line| *line = text(20));
                }
            }
        }
        let width = 40 + 2 * round as usize;
        for verbose in [0, 1] {
            let colored = render(&report, &options(width, true, verbose));
            let page = plain(&colored);
            assert_eq!(page, render(&report, &options(width, false, verbose)));
            for line in page.lines() {
                assert!(text::width(line) <= width, "{width}: {line}");
                assert_eq!(text::visible(line), line);
            }
        }
    }
}

#[test]
fn a_flood_is_laid_out_in_no_time() {
    let mut report = golden_report::failed();
    let finding = report.verdicts[1].findings[0].clone();
    report.verdicts[1].findings = (0..10_000)
        .map(|number| {
            let mut finding = finding.clone();
            finding.path = Some(format!("file-{number}.py"));
            finding
        })
        .collect();
    report.verdicts[2].findings[0].message = "x".repeat(500_000);
    report.verdicts[2].fix = "x".repeat(100_000);
    let began = std::time::Instant::now();
    let short = render(&report, &options(80, false, 0));
    let long = render(&report, &options(80, false, 1));
    assert!(short.len() < long.len());
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}
