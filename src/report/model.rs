//! Report v1: the published format, with structs of its own. Internal types are never serialised as public JSON.
//!
//! The format is documented in `docs/report.md` and described by `docs/report.schema.json`. Lines and columns are 1-based.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The value of [`Report::schema`].
pub const SCHEMA: &str = "proofolio.report/1";

/// What was found out about one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// What made the report.
    pub tool: Tool,
    /// What was verified.
    pub target: Target,
    /// The run as a whole.
    pub outcome: Outcome,
    /// Points.
    pub score: Score,
    /// What was run, in the order in which it began.
    pub stages: Vec<Stage>,
    /// One for each selected check, by area and id.
    pub verdicts: Vec<Verdict>,
    /// What the repository asks not to hear of, and why; each in the order of its place.
    pub suppressions: Vec<Suppression>,
    /// Questions for the project's author, drawn from what was found in this repository; the best first.
    pub questions: Vec<Question>,
    /// Under which limits code of the repository ran; absent when none ran.
    pub sandbox: Option<Sandbox>,
    /// What was discovered about how to test and run the project, and where each of it was found.
    pub route: Vec<RouteStep>,
    /// When and how long.
    pub timing: Timing,
}

/// What made the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `proofolio`
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The target as the user gave it.
    pub given: String,
    /// The name of its folder.
    #[serde(default)]
    pub name: String,
    /// `api`, `pipeline`, `deploy` or `unknown`.
    pub kind: String,
    /// The commit that `HEAD` names, if any.
    pub commit: Option<String>,
    /// Files differ from that commit.
    pub dirty: bool,
    /// Where the project came from, when its contract says so.
    pub scaffold: Option<ScaffoldOrigin>,
    /// Digest of the verified files.
    pub tree: String,
}

impl Target {
    /// What a reader calls it: as it was given, or by the name of its folder where `.` says nothing.
    pub fn called(&self) -> &str {
        let last = self.given.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let says_nothing = matches!(last, "" | "." | "..");
        if says_nothing && !self.name.is_empty() {
            &self.name
        } else {
            &self.given
        }
    }
}

/// Where a project came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaffoldOrigin {
    /// The template, such as `api`.
    pub template: String,
    /// The template's version.
    pub version: u32,
    /// The theme, such as `loans`.
    pub theme: String,
    /// The variant.
    pub variant: String,
}

/// The run as a whole; the exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every check at or above `--fail-on` passed.
    Passed,
    /// A check at or above `--fail-on` failed or is blocked by an earlier failure.
    Failed,
    /// Nothing failed, but not everything could be looked at.
    Incomplete,
    /// A check is broken.
    Broken,
}

/// Points, in all and by area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Points of passed checks.
    pub earned: u32,
    /// Points of checks that were judged: passed, failed and blocked ones.
    pub possible: u32,
    /// The same for each area, and how many checks could not be run.
    pub areas: BTreeMap<String, AreaScore>,
}

/// Points of an area.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaScore {
    /// Points of passed checks.
    pub earned: u32,
    /// Points of judged checks.
    pub possible: u32,
    /// Checks that passed.
    pub passed: u32,
    /// Checks that failed or are blocked.
    pub failed: u32,
    /// Checks that were not run.
    pub not_run: u32,
    /// Checks whose every finding the repository suppresses.
    pub suppressed: u32,
}

/// One stage of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name: `static`, `venv`, `install`, `pytest`, `image`, `service`, `scenarios`.
    pub name: String,
    /// `passed`, `failed`, `blocked`, `not-run`.
    pub outcome: String,
    /// Wall time in seconds.
    pub seconds: f64,
    /// True when a cache answered.
    pub cached: bool,
    /// One line: what it saw.
    pub detail: String,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictOutcome {
    /// The requirement holds.
    Passed,
    /// It does not.
    Failed,
    /// It could not be looked at because of the repository's own earlier fault.
    Blocked,
    /// It could not be looked at because of our side: no engine, no image.
    NotRun,
    /// It does not concern this project.
    NotApplicable,
    /// It does not hold, but the repository suppresses every finding, with a reason.
    Suppressed,
    /// The check itself is at fault.
    Broken,
}

/// How important a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nice to have.
    Bonus,
    /// A reviewer would ask about it.
    Recommended,
    /// A reviewer would refuse the project without it.
    Required,
}

/// The verdict of one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The check's id.
    pub id: String,
    /// The requirement as a statement.
    pub title: String,
    /// The check's area.
    pub area: String,
    /// The check's level.
    pub level: Level,
    /// What it is worth.
    pub points: u32,
    /// The same rule in tools that a reader may know, such as `hadolint:DL3007`.
    pub also_known_as: Vec<String>,
    /// How it came out.
    pub outcome: VerdictOutcome,
    /// What is wrong, each with its place; empty unless it failed.
    pub findings: Vec<Finding>,
    /// What is wrong and suppressed by the repository; it fails no check.
    pub suppressed: Vec<SuppressedFinding>,
    /// Why the requirement matters.
    pub why: String,
    /// How to meet it.
    pub fix: String,
    /// What blocks it: the id of another check or the name of a stage.
    pub blocked_by: Option<String>,
    /// Why it is blocked, was not run, does not apply or is broken.
    pub reason: Option<String>,
}

/// A finding that the repository asks not to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressedFinding {
    /// What is wrong.
    pub finding: Finding,
    /// Why the repository accepts it, in its author's words.
    pub reason: String,
    /// The file with the suppression.
    pub path: String,
    /// 1-based line of the suppression.
    pub line: u32,
}

/// A wish of the repository not to hear of a check: an inline comment, or an entry of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The check's id, as written.
    pub check: String,
    /// Why, in the author's words; empty when none is given, which suppresses nothing.
    pub reason: String,
    /// The file with the suppression.
    pub path: String,
    /// Its 1-based line.
    pub line: u32,
    /// How many findings it suppressed in this run.
    pub findings: u32,
    /// Why it suppresses nothing: no reason, no such check.
    pub problem: Option<String>,
}

/// A question for the project's author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The id of the check that it comes from.
    pub check: String,
    /// The question.
    pub text: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub message: String,
    /// The file, relative to the target.
    pub path: Option<String>,
    /// 1-based.
    pub line: Option<u32>,
    /// 1-based.
    pub column: Option<u32>,
    /// The line at fault with up to two lines around it, or the evidence: output, an answer.
    pub excerpt: Option<Excerpt>,
}

/// Lines of a file, or lines that a program printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// Number of the first line, when the lines come from the finding's file.
    pub first_line: Option<u32>,
    /// The lines, control characters made visible.
    pub lines: Vec<String>,
}

/// Under which limits code of the repository ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// `Docker Engine 20.10.24`
    pub engine: String,
    /// `1.41`
    pub api: String,
    /// `linux/x86_64`
    pub os: String,
    /// Name of the profile.
    pub profile: String,
    /// Limits that were in force.
    pub held: Vec<String>,
    /// Limits that this engine does not offer.
    pub not_held: Vec<String>,
}

/// One thing that was discovered about how to test or run the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteStep {
    /// What: `requirements`, `tests`, `image`, `port`, …
    pub what: String,
    /// What was found.
    pub value: String,
    /// Where: `.proofolio.yml`, `Dockerfile:19`, `default`.
    pub source: String,
}

/// When and how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// Wall time in seconds.
    pub seconds: f64,
}

impl Verdict {
    /// True when this verdict fails a run whose lowest failing level is `level`.
    pub fn fails_at(&self, level: Level) -> bool {
        self.level >= level && matches!(self.outcome, VerdictOutcome::Failed | VerdictOutcome::Blocked)
    }
}

impl Report {
    /// The failed check to fix next: the highest level first, then the most points, then the area's and the file's order.
    pub fn next_fix(&self) -> Option<&Verdict> {
        self.verdicts
            .iter()
            .filter(|verdict| verdict.outcome == VerdictOutcome::Failed)
            .max_by(|left, right| {
                (left.level, left.points)
                    .cmp(&(right.level, right.points))
                    .then_with(|| right.id.cmp(&left.id))
            })
    }
}
