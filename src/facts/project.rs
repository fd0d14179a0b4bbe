//! The fact `project`: what the project is and whether its contract can be read.

use serde::Serialize;

use super::Route;
use super::location::Location;

/// The fact `project`.
#[derive(Debug, Clone, Serialize)]
pub struct ProjectFacts {
    /// `api`, `pipeline`, `deploy` or `unknown`.
    pub kind: &'static str,
    /// The Python version that it is verified with.
    pub python: String,
    /// Its contract.
    pub contract: ContractFacts,
}

/// What is known of the contract file.
#[derive(Debug, Clone, Serialize)]
pub struct ContractFacts {
    /// Is there one?
    pub present: bool,
    /// Can it be read? False, too, when there is none.
    pub valid: bool,
    /// Why it cannot.
    pub problem: Option<String>,
    /// Where.
    pub loc: Option<Location>,
}

/// Collects the fact.
pub fn collect(route: &Route) -> ProjectFacts {
    let error = route.contract_error.as_ref();
    let place = |error: &crate::contract::ContractError| {
        let number = |number: Option<u32>| number.unwrap_or(1) as usize;
        Location::new(crate::contract::PATH, number(error.line), number(error.column))
    };
    ProjectFacts {
        kind: route.kind.map_or("unknown", crate::contract::Kind::name),
        python: route.python.clone(),
        contract: ContractFacts {
            present: route.contract.is_some() || error.is_some(),
            valid: route.contract.is_some(),
            problem: error.map(ToString::to_string),
            loc: error.map(place),
        },
    }
}
