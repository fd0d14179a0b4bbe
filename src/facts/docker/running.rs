//! A service that runs, with everything that belongs to it.

use std::collections::BTreeMap;

use super::bench::Bench;
use super::client::Client;
use super::database::Database;
use crate::contract::Service as ServiceContract;
use crate::engine::ContainerId;

/// A service that runs, and what it runs with.
pub(super) struct Running<'a> {
    pub bench: &'a Bench<'a>,
    pub contract: &'a ServiceContract,
    pub client: Client,
    pub container: ContainerId,
    pub database: Option<Database>,
    /// The container of the set-up commands, when the service keeps state: it runs as long as the service does, for the state is
    /// in memory that goes when nobody uses it.
    pub set_up: Option<ContainerId>,
    /// The values of the variables that we gave it: one of them may sign its tokens.
    pub environment: BTreeMap<String, String>,
}
