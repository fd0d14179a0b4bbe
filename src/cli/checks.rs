//! `proofolio checks`: the rubric, for a person.

use std::fmt::Write as _;
use std::io::IsTerminal;

use super::args::{Checks, ChecksExplain, ChecksList, ChecksTest};
use super::exit::{Exit, Refusal};
use super::verify::broken_checks;
use crate::checks::select::select;
use crate::checks::{Area, Check, Rubric};
use crate::contract::Kind;
use crate::report::human::wrap::wrap;
use crate::report::model::Level;
use crate::report::words::{count, level};
use crate::style::{BOLD, CYAN, DIM, GREEN, RESET};
use crate::text;

/// Runs the command.
pub fn run(command: Checks) -> anyhow::Result<Exit> {
    match command {
        Checks::List(command) => list(&command),
        Checks::Explain(command) => explain(&command),
        Checks::Test(command) => test(&command),
    }
}

fn list(command: &ChecksList) -> anyhow::Result<Exit> {
    let rubric = Rubric::load(&command.selection.checks).map_err(broken_checks)?;
    let checks = select(&rubric.checks, &command.selection.only, &command.selection.skip)
        .map_err(|error| Refusal::usage(error.to_string(), "A pattern is an id, an area or a glob over either."))?;
    if command.json {
        let items: Vec<_> = checks.iter().map(|check| as_json(check)).collect();
        anstream::println!("{}", serde_json::to_string_pretty(&items)?);
        return Ok(Exit::Passed);
    }
    let width = page_width();
    for area in Area::ALL {
        let members: Vec<&&Check> = checks.iter().filter(|check| check.area == *area).collect();
        if members.is_empty() {
            continue;
        }
        let ids = members.iter().map(|check| check.id.len()).max().unwrap_or_default();
        anstream::println!("{BOLD}{area}{RESET} {DIM}{}{RESET}", members.len());
        for check in members {
            let marks = format!(
                "{} {}",
                level_mark(check.level),
                if check.is_dynamic() { "▸" } else { " " }
            );
            let room = width.saturating_sub(2 + 4 + ids + 2);
            let title = text::truncate(&text::visible(&check.title), room.max(20));
            anstream::println!("  {marks} {:<ids$}  {DIM}{title}{RESET}", check.id);
        }
        anstream::println!();
    }
    let dynamic = checks.iter().filter(|check| check.is_dynamic()).count();
    anstream::println!("{} checks, {dynamic} of them on running code", checks.len());
    anstream::println!(
        "{DIM}● required  ◐ recommended  ○ bonus  ▸ needs a container engine{RESET}\n\
         {DIM}`proofolio checks explain ID` tells more of one.{RESET}"
    );
    Ok(Exit::Passed)
}

fn explain(command: &ChecksExplain) -> anyhow::Result<Exit> {
    let rubric = Rubric::load(&command.checks).map_err(broken_checks)?;
    let wanted = command.id.as_str();
    let found: Vec<&Check> = rubric
        .checks
        .iter()
        .filter(|check| check.id == wanted || check.also_known_as.iter().any(|known| is_rule(known, wanted)))
        .collect();
    if found.is_empty() {
        let names = rubric
            .checks
            .iter()
            .flat_map(|check| std::iter::once(check.id.as_str()).chain(check.also_known_as.iter().map(String::as_str)));
        let hint = match text::nearest(wanted, names) {
            Some(nearest) => format!("Did you mean `{nearest}`? `proofolio checks list` names them all."),
            None => "`proofolio checks list` names them all.".to_owned(),
        };
        return Err(Refusal::usage(
            format!("there is no check `{}`", text::visible(wanted)),
            hint,
        ));
    }
    let pages: Vec<String> = found.into_iter().map(|check| page(check, page_width())).collect();
    anstream::print!("{}", pages.join("\n"));
    Ok(Exit::Passed)
}

/// Is `hadolint:DL3007` what was asked for, in full or by its rule alone?
fn is_rule(known: &str, wanted: &str) -> bool {
    let rule = known.split_once(':').map_or(known, |(_, rule)| rule);
    known.eq_ignore_ascii_case(wanted) || rule.eq_ignore_ascii_case(wanted)
}

fn test(command: &ChecksTest) -> anyhow::Result<Exit> {
    let rubric = if command.paths.is_empty() {
        Rubric::prove_built_in().map_err(broken_checks)?
    } else {
        Rubric::load_packs(&command.paths).map_err(broken_checks)?
    };
    let cases: usize = rubric.checks.iter().map(Check::cases).sum();
    anstream::println!(
        "{GREEN}✓{RESET} {} and {}: every case comes out as it says",
        count(rubric.checks.len(), "check", "checks"),
        count(cases, "case", "cases")
    );
    Ok(Exit::Passed)
}

fn page(check: &Check, width: usize) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{BOLD}{}{RESET}", check.id);
    prose(&mut page, "", &check.title, width);
    let _ = writeln!(page);
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(page, "{DIM}{name:<15}{RESET}{value}");
    };
    fact("area", check.area.name());
    fact(
        "level",
        &format!(
            "{}, {}",
            level(check.level),
            count(check.points as usize, "point", "points")
        ),
    );
    if !check.kinds.is_empty() {
        let kinds: Vec<&str> = check.kinds.iter().map(|kind| Kind::name(*kind)).collect();
        fact("kinds", &kinds.join(", "));
    }
    fact(
        "looks at",
        if check.is_dynamic() {
            "running code, in containers"
        } else {
            "the files"
        },
    );
    let needs: Vec<&str> = check.all_needs().iter().map(|fact| fact.name()).collect();
    fact("facts", &needs.join(", "));
    if !check.also_known_as.is_empty() {
        fact("also known as", &check.also_known_as.join(", "));
    }
    fact("file", &check.source);
    for (heading, text) in [("Why", &check.why), ("Fix", &check.written.fix)] {
        let _ = writeln!(page, "\n{BOLD}{heading}{RESET}");
        prose(&mut page, "  ", text, width);
    }
    let _ = writeln!(page, "\n{BOLD}How it is judged{RESET}");
    let written = &check.written;
    let mut expression = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            let _ = write!(page, "  {DIM}{name:<12}{RESET} ");
            let lines = wrap(
                &value.split_whitespace().collect::<Vec<_>>().join(" "),
                width.saturating_sub(15),
            );
            let _ = writeln!(
                page,
                "{CYAN}{}{RESET}",
                lines.join(&format!("{RESET}\n{:15}{CYAN}", ""))
            );
        }
    };
    expression("when", written.when.as_deref());
    expression("each", written.each.as_deref());
    expression("observation", written.observation.as_deref());
    expression("assert", Some(&written.assert));
    expression("fail", Some(&written.fail));
    let _ = writeln!(page, "\n{BOLD}To accept a finding{RESET}");
    let comment = format!(
        "write `# proofolio: ignore[{}] reason` on its line or the line above. Reports list it, with the reason.",
        check.id
    );
    prose(&mut page, "  ", &comment, width);
    page
}

fn prose(page: &mut String, indentation: &str, text: &str, width: usize) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in wrap(&text::visible(&text), width.saturating_sub(indentation.len())) {
        let _ = writeln!(page, "{indentation}{line}");
    }
}

fn as_json(check: &Check) -> serde_json::Value {
    serde_json::json!({
        "id": check.id,
        "title": check.title,
        "area": check.area.name(),
        "level": check.level,
        "points": check.points,
        "kinds": check.kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        "also_known_as": check.also_known_as,
        "facts": check.all_needs().iter().map(|fact| fact.name()).collect::<Vec<_>>(),
        "needs_engine": check.is_dynamic(),
        "why": check.why,
        "fix": check.written.fix,
        "file": check.source,
    })
}

const fn level_mark(level: Level) -> &'static str {
    match level {
        Level::Required => "●",
        Level::Recommended => "◐",
        Level::Bonus => "○",
    }
}

/// Columns to fill: the terminal's within reason, 80 elsewhere.
fn page_width() -> usize {
    terminal_size::terminal_size()
        .filter(|_| std::io::stdout().is_terminal())
        .map_or(80, |(width, _)| usize::from(width.0))
        .clamp(40, 100)
}
