//! Actions that many projects use: which versions still run, and what they take and give.

use std::ops::RangeInclusive;

use super::table::ACTIONS;
use super::{Input, Interface};

/// An action. What a version takes that is newer than those listed here, nobody can tell from this table.
pub(super) struct Popular {
    /// Its name in small letters.
    pub(super) name: &'static str,
    /// The major versions with which its Node.js changed, and that Node.js; 0 for none: a container, or steps.
    pub(super) nodes: &'static [(u32, u32)],
    /// The major versions that take and give what is listed.
    pub(super) described: RangeInclusive<u32>,
    /// The inputs that each of these versions needs.
    pub(super) required: &'static str,
    /// The inputs that some of these versions take, in small letters.
    pub(super) inputs: &'static str,
    /// The outputs that some of these versions give; none when a step may make up others.
    pub(super) outputs: Option<&'static str>,
}

/// The newest Node.js whose end the service has announced.
const LAST_RETIRED: u32 = 20;

/// Why a version of an action is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Age {
    /// The service stops every run that uses it.
    Refused,
    /// It is written for this version of Node.js, whose end the service has announced.
    Retired(u32),
}

impl Age {
    /// In words.
    pub(in super::super) fn words(self) -> String {
        match self {
            Self::Refused => "the service stops every run that uses this version".to_owned(),
            Self::Retired(20) => {
                "it is written for Node.js 20, whose end on the runners was announced for 23 September 2026".to_owned()
            }
            Self::Retired(version) => format!("it is written for Node.js {version}, which the runners have given up"),
        }
    }
}

/// Whether a version of an action is too old, and why; nothing is known of what is not listed here or not called by a version.
pub(in super::super) fn age(uses: &str) -> Option<Age> {
    let (action, major) = version(uses)?;
    // Announced by the service: the artifact actions before version 4 stopped on 30 January 2025, the cache before version 3 on
    // 1 March 2025.
    let refused_before = match action.name {
        "actions/upload-artifact" | "actions/download-artifact" => 4,
        "actions/cache" => 3,
        _ => 0,
    };
    if major < refused_before {
        return Some(Age::Refused);
    }
    let (_, node) = action.nodes.iter().rev().find(|(since, _)| *since <= major)?;
    (*node > 0 && *node <= LAST_RETIRED).then_some(Age::Retired(*node))
}

/// What an action takes and gives; none when it is not listed here, or this version of it is not.
pub(super) fn interface(uses: &str) -> Option<Interface> {
    let (action, _) = version(uses).filter(|(action, major)| action.described.contains(major))?;
    let input = |name: &str| {
        let required = action.required.split_whitespace().any(|required| required == name);
        let input = Input {
            required,
            ..Input::default()
        };
        (name.to_owned(), input)
    };
    Some(Interface {
        inputs: action.inputs.split_whitespace().map(input).collect(),
        outputs: action
            .outputs
            .map(|outputs| outputs.split_whitespace().map(str::to_owned).collect()),
        ..Interface::default()
    })
}

/// The action and the major version that `uses` names: `v4`, `4.1.2`, `release/v1`.
fn version(uses: &str) -> Option<(&'static Popular, u32)> {
    let (name, reference) = uses.split_once('@')?;
    let name = name.to_lowercase();
    let action = ACTIONS.iter().find(|action| action.name == name)?;
    let reference = reference.strip_prefix("release/").unwrap_or(reference);
    let reference = reference.strip_prefix('v').unwrap_or(reference);
    let mut parts = reference.split('.');
    let major = parts.next()?.parse().ok()?;
    let is_version = parts.clone().count() <= 2 && parts.all(|part| part.parse::<u32>().is_ok());
    is_version.then_some((action, major))
}
