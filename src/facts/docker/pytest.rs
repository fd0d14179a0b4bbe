//! Stage `pytest`: the project's own tests, from a clean copy, on a real PostgreSQL, without any other network.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::bench::{Bench, Seen};
use super::command::{both, tail};
use super::database::Database;
use super::environment::{self, Environment};
use super::junit::{self, Case, CaseOutcome};
use super::{blame, command, upload};
use crate::engine::{ContainerId, EngineError, EngineObject, ExecOutcome, Network, sandbox};
use crate::facts::Fact;
use crate::facts::location::Location;

/// Wall limit of the tests.
const LIMIT: Duration = Duration::from_secs(300);
/// Where the copy of the project lies.
const PROJECT: &str = "/work/project";
/// Where pytest writes its results.
const RESULTS: &str = "/work/results.xml";
/// Largest result file that is read, in bytes.
const RESULTS_LIMIT: usize = 8 * 1024 * 1024;
/// Memory for the project and what its tests write, in bytes.
const WORK_SIZE: u64 = 1 << 30;
/// The check that tells of a project without tests.
const NO_TESTS_CHECK: &str = "tests-exist";

/// The fact `pytest`.
#[derive(Debug, Clone, Serialize)]
pub struct Pytest {
    /// The command.
    pub command: String,
    /// How it ended; `None` when it had to be killed.
    pub exit_code: Option<i64>,
    /// True when the wall limit ended it.
    pub timed_out: bool,
    /// Tests that were collected.
    pub collected: usize,
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that could not be run.
    pub errors: usize,
    /// Tests that were skipped or are expected to fail.
    pub skipped: usize,
    /// What is wrong: tests that failed, and a run that did not end as it says.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a run of the tests.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The test, or `pytest` for the run itself.
    pub name: String,
    /// What happened, one line.
    pub message: String,
    /// The end of the failure's text.
    pub text: String,
    /// Where the test is written.
    pub loc: Option<Location>,
}

/// Runs the tests in an installed environment. `written` says whether the repository holds any.
pub fn run(bench: &Bench<'_>, environment: &Fact<Environment>, written: bool) -> Fact<Pytest> {
    let environment = match environment {
        Fact::Known(environment) if environment.installed => environment,
        Fact::Known(_) => {
            return Fact::blocked(super::install::INSTALL_CHECK, "its requirements could not be installed");
        }
        Fact::Blocked { by, why } => return Fact::blocked(by.clone(), why.clone()),
        Fact::Unavailable { why } | Fact::Absent { why } => return Fact::unavailable(why.clone()),
    };
    bench.stage("pytest", || {
        let database = match &bench.route.test_database {
            Some(_) => Some(Database::start(bench, Network::None, "pytest")?),
            None => None,
        };
        let network = database
            .as_ref()
            .map_or(Network::None, |base| Network::Container(base.container().clone()));
        let container = bench
            .session
            .start("tests", sandbox::untrusted(&environment.image, network, WORK_SIZE))?;
        upload::project(bench, &container, PROJECT)?;
        if let Some(database) = &database {
            database.wait(bench)?;
        }
        let outcome = execute(bench, &container, database.as_ref())?;
        let results = results(bench, &container)?;
        for container in database.iter().map(Database::container).chain([&container]) {
            bench.session.remove(&EngineObject::Container(container.0.clone()))?;
        }
        if outcome.timed_out
            && let Some(seen) = bench.out_of_time()
        {
            return Ok(seen);
        }
        Ok(judge(bench, environment, written, &outcome, &results))
    })
}

fn execute(
    bench: &Bench<'_>,
    container: &ContainerId,
    database: Option<&Database>,
) -> Result<ExecOutcome, EngineError> {
    let contract = bench.route.contract.as_ref();
    let mut variables: BTreeMap<String, String> = contract
        .map(|contract| contract.tests.environment.clone())
        .unwrap_or_default();
    if let (Some(name), Some(database)) = (&bench.route.test_database, database) {
        variables.insert(name.clone(), database.url());
    }
    variables.extend(environment::variables());
    let mut words = bench.route.test_command.clone();
    words.push(format!("--junitxml={RESULTS}"));
    // This family of the format carries files and lines.
    words.extend(["-o", "junit_family=xunit1"].map(str::to_owned));
    let mut request = command::request(bench, &words, LIMIT);
    request.environment = variables;
    request.working_directory = Some(PROJECT.to_owned());
    request.output_limit = 256 * 1024;
    bench.engine.exec(container, &request, &mut bench.output_of("pytest"))
}

/// Reads the result file, capped; empty when there is none or the container was killed.
fn results(bench: &Bench<'_>, container: &ContainerId) -> Result<String, EngineError> {
    if !bench.engine.state(container)?.running {
        return Ok(String::new());
    }
    let words = ["head", "-c", &RESULTS_LIMIT.to_string(), RESULTS];
    let mut request = command::request(bench, &words, Duration::from_secs(30));
    request.output_limit = RESULTS_LIMIT * 2;
    let outcome = bench.engine.exec(container, &request, &mut |_| {})?;
    Ok(String::from_utf8_lossy(&outcome.stdout).into_owned())
}

fn judge(
    bench: &Bench<'_>,
    environment: &Environment,
    written: bool,
    outcome: &ExecOutcome,
    results: &str,
) -> Seen<Pytest> {
    let output = both(outcome);
    let cases = junit::read(results).unwrap_or_default();
    let count = |wanted: CaseOutcome| cases.iter().filter(|case| case.outcome == wanted).count();
    let mut run = Pytest {
        command: bench.route.test_command.join(" "),
        exit_code: outcome.exit_code,
        timed_out: outcome.timed_out,
        collected: cases.len(),
        passed: count(CaseOutcome::Passed),
        failed: count(CaseOutcome::Failed),
        errors: count(CaseOutcome::Error),
        skipped: count(CaseOutcome::Skipped),
        problems: Vec::new(),
    };
    if let Some((by, why)) = blame::missing_import(&output, &environment.missing_imports) {
        return Seen {
            fact: Fact::blocked(by, why.clone()),
            passed: false,
            cached: false,
            detail: why,
        };
    }
    // 5 is pytest's own word for "no tests were collected"; its configuration may make an error of that.
    if cases.is_empty() && (outcome.exit_code == Some(5) || !written) {
        let why = "no tests were collected".to_owned();
        return Seen {
            fact: Fact::blocked(NO_TESTS_CHECK, why.clone()),
            passed: false,
            cached: false,
            detail: why,
        };
    }
    run.problems = cases.iter().filter_map(|case| problem(bench, case)).collect();
    if let Some(problem) = trouble(outcome, &run, &output) {
        run.problems.insert(0, problem);
    }
    let mut detail = format!("{} passed", run.passed);
    for (number, word) in [(run.failed, "failed"), (run.errors, "errors"), (run.skipped, "skipped")] {
        if number > 0 {
            detail.push_str(&format!(", {number} {word}"));
        }
    }
    if run.collected == 0
        && let Some(problem) = run.problems.first()
    {
        detail.clone_from(&problem.message);
    }
    Seen {
        passed: run.problems.is_empty(),
        fact: Fact::Known(run),
        cached: false,
        detail,
    }
}

fn problem(bench: &Bench<'_>, case: &Case) -> Option<Problem> {
    let word = match case.outcome {
        CaseOutcome::Failed => "failed",
        CaseOutcome::Error => "error",
        CaseOutcome::Passed | CaseOutcome::Skipped => return None,
    };
    // The file that the results name is a claim: only a file of the repository is a place.
    let path = case.path.as_deref().filter(|path| bench.snapshot.get(path).is_some());
    let message = if case.message.is_empty() { word } else { &case.message };
    Some(Problem {
        name: case.name.clone(),
        message: message.to_owned(),
        text: tail(&case.text, 30),
        loc: path.map(|path| Location::new(path, case.line.unwrap_or(1) as usize, 1)),
    })
}

/// What is wrong with the run as a whole. A run counts as green only when its exit code and its results both say so.
fn trouble(outcome: &ExecOutcome, run: &Pytest, output: &str) -> Option<Problem> {
    let bad = run.failed + run.errors;
    let message = if outcome.timed_out {
        "the tests did not end in time".to_owned()
    } else if outcome.output_bomb {
        "the tests printed without end and were stopped".to_owned()
    } else {
        match outcome.exit_code {
            None => "the tests were ended from outside".to_owned(),
            Some(137) => "the tests were killed, probably because their memory ran out".to_owned(),
            Some(0) if run.collected == 0 => "pytest ended well but left no results".to_owned(),
            Some(0) if bad > 0 => "pytest ended with exit code 0 although tests failed".to_owned(),
            Some(0) => return None,
            Some(1) if bad > 0 => return None,
            Some(code) => format!("pytest ended with exit code {code}"),
        }
    };
    Some(Problem {
        name: "pytest".to_owned(),
        message,
        text: tail(output, 30),
        loc: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(passed: usize, failed: usize) -> Pytest {
        Pytest {
            command: String::new(),
            exit_code: None,
            timed_out: false,
            collected: passed + failed,
            passed,
            failed,
            errors: 0,
            skipped: 0,
            problems: Vec::new(),
        }
    }

    #[test]
    fn green_needs_the_exit_code_and_the_results() {
        let outcome = |exit_code| ExecOutcome {
            exit_code,
            ..ExecOutcome::default()
        };
        let message = |exit_code, run: Pytest| trouble(&outcome(exit_code), &run, "").map(|problem| problem.message);
        assert_eq!(message(Some(0), run(3, 0)), None);
        assert_eq!(
            message(Some(1), run(2, 1)),
            None,
            "the failed test is a problem of its own"
        );
        assert!(message(Some(0), run(0, 0)).expect("forged").contains("no results"));
        assert!(message(Some(0), run(2, 1)).expect("forged").contains("although"));
        assert!(message(Some(2), run(0, 0)).expect("broken").contains("exit code 2"));
        assert!(message(Some(137), run(0, 0)).expect("killed").contains("memory"));
        assert!(message(None, run(0, 0)).is_some());
    }
}
