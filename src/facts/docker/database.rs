//! A real PostgreSQL for one pod, which can be stopped and started again without losing its data or its network.

use std::time::{Duration, Instant};

use super::bench::Bench;
use super::command;
use super::placeholders::random;
use crate::engine::{ContainerId, EngineError, ExecOutcome, Network, Operation, sandbox};

/// The container stays while the server in it comes and goes: its data lies in memory that goes with the container.
const KEEPER: &str = "docker-entrypoint.sh \"$@\" & while :; do sleep 3600; done";
/// How long a server may take to accept connections; its first start takes about a second.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Wall limit of one command.
const STEP_LIMIT: Duration = Duration::from_secs(30);
/// User and database; the password is random.
const NAME: &str = "proof";

/// A running PostgreSQL server.
#[derive(Debug)]
pub struct Database {
    container: ContainerId,
    password: String,
}

impl Database {
    /// Starts a server in a network. It accepts no connections yet.
    pub fn start(bench: &Bench<'_>, network: Network, stage: &'static str) -> Result<Self, EngineError> {
        let image = bench.ensure_image(&bench.route.postgres_image, stage)?;
        let password = random(24, b"abcdefghijkmnpqrstuvwxyz23456789");
        let mut spec = sandbox::postgres(&image.id, network, NAME, &password, NAME);
        spec.entrypoint = Some(["sh", "-c", KEEPER, "keeper"].map(str::to_owned).to_vec());
        let container = bench.session.start("database", spec)?;
        Ok(Self { container, password })
    }

    /// Its container, whose network others can join.
    pub const fn container(&self) -> &ContainerId {
        &self.container
    }

    /// Its address for those who share its network.
    pub fn url(&self) -> String {
        format!("postgresql://{NAME}:{}@127.0.0.1:5432/{NAME}", self.password)
    }

    /// Waits until it accepts connections over TCP; the entry point's temporary server answers on its socket only.
    pub fn wait(&self, bench: &Bench<'_>) -> Result<(), EngineError> {
        let begun = Instant::now();
        let script = format!("until pg_isready -q -h 127.0.0.1 -U {NAME}; do sleep 0.05; done");
        let outcome = self.run(bench, &["sh", "-c", &script], START_LIMIT)?;
        if outcome.exit_code == Some(0) {
            return Ok(());
        }
        let log = bench.engine.logs(&self.container, 2000).unwrap_or_default();
        let last = log
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("no output")
            .to_owned();
        let reason = format!(
            "PostgreSQL did not start within {} s: {last}",
            begun.elapsed().as_secs()
        );
        Err(EngineError::new(Operation::Start, "PostgreSQL", reason))
    }

    /// Stops the server at once; its data stays.
    pub fn stop(&self, bench: &Bench<'_>) -> Result<(), EngineError> {
        let outcome = self.run(
            bench,
            &["sh", "-c", "exec pg_ctl -D \"$PGDATA\" stop -m fast -w"],
            STEP_LIMIT,
        )?;
        Self::expect_success(&outcome, "stop")
    }

    /// Starts the server again.
    pub fn start_again(&self, bench: &Bench<'_>) -> Result<(), EngineError> {
        let script = "exec pg_ctl -D \"$PGDATA\" -l /tmp/postgres.log -w start";
        let outcome = self.run(bench, &["sh", "-c", script], STEP_LIMIT)?;
        Self::expect_success(&outcome, "start again")
    }

    fn expect_success(outcome: &ExecOutcome, what: &str) -> Result<(), EngineError> {
        if outcome.exit_code == Some(0) {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&outcome.stderr).trim().to_owned();
        Err(EngineError::new(
            Operation::Exec,
            "PostgreSQL",
            format!("it did not {what}: {said}"),
        ))
    }

    fn run(&self, bench: &Bench<'_>, words: &[&str], limit: Duration) -> Result<ExecOutcome, EngineError> {
        let request = command::request(bench, words, limit);
        bench.engine.exec(&self.container, &request, &mut |_| {})
    }
}
