//! What the template of the HTML page reads: the report in words, everything hidden shown, nothing left to decide.

mod checks;
mod evidence;
mod head;

use serde::Serialize;

use self::checks::{AllOfArea, Faulty, Group, LevelView, SuppressedView};
use self::evidence::{SandboxView, StageView, Step};
use self::head::{AreaView, Moment, Run, ScoreView, TargetView};
use crate::report::human;
use crate::report::model::{Level, Report, VerdictOutcome};
use crate::report::prose::{self, Span};
use crate::report::words;
use crate::text::visible;

/// Characters of a message, a reason or another text from elsewhere.
const LONGEST: usize = 2_000;
/// Questions that are asked.
const QUESTIONS: usize = 3;

type Lines = Vec<Vec<Span>>;

/// The page.
#[derive(Serialize)]
pub(in crate::report::html) struct Page<'a> {
    style: &'a str,
    style_hash: &'a str,
    version: String,
    target: TargetView,
    run: Run,
    started: Moment,
    seconds: String,
    score: ScoreView,
    core: Vec<AreaView>,
    other: Vec<AreaView>,
    contents: Vec<Link>,
    levels: Vec<LevelView>,
    questions: Vec<Lines>,
    broken: Vec<Group>,
    blocked: Vec<Group>,
    not_run: Vec<Group>,
    suppressed: Vec<SuppressedView>,
    faulty: Vec<Faulty>,
    stages: Vec<StageView>,
    sandbox: Option<SandboxView>,
    route: Vec<Step>,
    all: Vec<AllOfArea>,
    all_title: String,
    states: States,
}

/// A colour's class, the symbol that says the same, and the word for it.
#[derive(Clone, Serialize)]
struct State {
    class: &'static str,
    symbol: &'static str,
    word: &'static str,
}

#[derive(Serialize)]
struct States {
    pass: State,
    warn: State,
}

#[derive(Serialize)]
struct Link {
    anchor: &'static str,
    title: &'static str,
    number: usize,
}

impl<'a> Page<'a> {
    /// Puts a report into words.
    pub(in crate::report::html) fn new(report: &Report, fail_on: Level, style: &'a str, style_hash: &'a str) -> Self {
        let (core, other) = head::areas(report, fail_on);
        let mut page = Self {
            style,
            style_hash,
            version: visible(&report.tool.version),
            target: head::target(&report.target),
            run: head::run(report, fail_on),
            started: head::moment(&report.timing.started),
            seconds: human::seconds(report.timing.seconds),
            score: head::score(report),
            core,
            other,
            contents: Vec::new(),
            levels: checks::levels(report),
            questions: report
                .questions
                .iter()
                .take(QUESTIONS)
                .map(|question| lines(&question.text))
                .collect(),
            broken: checks::groups(report, VerdictOutcome::Broken),
            blocked: checks::groups(report, VerdictOutcome::Blocked),
            not_run: checks::groups(report, VerdictOutcome::NotRun),
            suppressed: checks::suppressed(report),
            faulty: checks::faulty(report),
            stages: report.stages.iter().map(evidence::stage).collect(),
            sandbox: report.sandbox.as_ref().map(evidence::sandbox),
            route: evidence::route(report),
            all: checks::all(report),
            all_title: checks::all_title(report),
            states: States {
                pass: state(VerdictOutcome::Passed),
                warn: state(VerdictOutcome::Blocked),
            },
        };
        page.contents = page.contents(report);
        page
    }

    fn contents(&self, report: &Report) -> Vec<Link> {
        let number = |outcome| words::number(report, outcome);
        let unseen = number(VerdictOutcome::Broken) + number(VerdictOutcome::Blocked) + number(VerdictOutcome::NotRun);
        let links = [
            (
                !self.levels.is_empty(),
                "findings",
                "Findings",
                number(VerdictOutcome::Failed),
            ),
            (
                !self.questions.is_empty(),
                "questions",
                "Ask the author",
                self.questions.len(),
            ),
            (unseen > 0, "unseen", "Not looked at", unseen),
            (
                !self.suppressed.is_empty() || !self.faulty.is_empty(),
                "suppressed",
                "Suppressed",
                self.suppressed.len(),
            ),
            (true, "evidence", "Evidence", 0),
            (true, "all", "All checks", report.verdicts.len()),
        ];
        let shown = links.into_iter().filter(|(shown, ..)| *shown);
        let links = shown.map(|(_, anchor, title, number)| Link { anchor, title, number });
        links.collect()
    }
}

fn state(outcome: VerdictOutcome) -> State {
    let (class, symbol) = match outcome {
        VerdictOutcome::Passed => ("pass", "✓"),
        VerdictOutcome::Failed => ("fail", "✗"),
        VerdictOutcome::Blocked => ("warn", "!"),
        VerdictOutcome::NotRun => ("none", "–"),
        VerdictOutcome::NotApplicable => ("none", "·"),
        VerdictOutcome::Suppressed => ("warn", "~"),
        VerdictOutcome::Broken => ("odd", "!"),
    };
    State {
        class,
        symbol,
        word: words::outcome(outcome),
    }
}

fn lines(message: &str) -> Lines {
    prose::lines(cut(message.trim()))
}

/// The beginning of a text that is longer than anyone reads.
fn cut(text: &str) -> &str {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => &text[..at],
        None => text,
    }
}
