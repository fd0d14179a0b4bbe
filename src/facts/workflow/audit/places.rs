//! Where expressions stand in a workflow, and which contexts and functions the service offers there, from its reference of
//! the contexts.

use super::scope::{Place, Wanted};

const fn place(contexts: &'static [&'static str]) -> Place {
    Place {
        contexts,
        status: false,
        files: false,
        script: false,
        wanted: Wanted::Text,
    }
}

/// The same place, for a value of which one expression may give this.
pub(super) const fn giving(wanted: Wanted, place: Place) -> Place {
    Place { wanted, ..place }
}

pub(super) const NOWHERE: Place = place(&[]);
pub(super) const WORKFLOW: Place = place(&["github", "inputs", "vars"]);
pub(super) const WORKFLOW_ENV: Place = giving(Wanted::Object, place(&["github", "secrets", "inputs", "vars"]));
pub(super) const OUTPUT_OF_CALL: Place = place(&["github", "jobs", "vars", "inputs"]);

pub(super) const JOB: Place = place(&["github", "needs", "strategy", "matrix", "vars", "inputs"]);
pub(super) const JOB_SECRETS: Place = giving(
    Wanted::Object,
    place(&["github", "needs", "strategy", "matrix", "vars", "secrets", "inputs"]),
);
pub(super) const JOB_IF: Place = Place {
    status: true,
    wanted: Wanted::Anything,
    ..place(&["github", "needs", "vars", "inputs"])
};
pub(super) const STRATEGY: Place = giving(Wanted::Anything, place(&["github", "needs", "vars", "inputs"]));
pub(super) const DEFAULTS: Place = place(&["github", "needs", "strategy", "matrix", "env", "vars", "inputs"]);
pub(super) const CREDENTIALS: Place = giving(
    Wanted::Object,
    place(&[
        "github", "needs", "strategy", "matrix", "env", "vars", "secrets", "inputs",
    ]),
);
pub(super) const CONTAINER_ENV: Place = giving(
    Wanted::Object,
    place(&[
        "github", "needs", "strategy", "matrix", "job", "runner", "env", "vars", "secrets", "inputs",
    ]),
);
pub(super) const ENVIRONMENT_URL: Place = place(&[
    "github", "needs", "strategy", "matrix", "job", "runner", "env", "vars", "steps", "inputs",
]);
pub(super) const OUTPUTS: Place = place(&[
    "github", "needs", "strategy", "matrix", "job", "runner", "env", "vars", "secrets", "steps", "inputs",
]);
pub(super) const SNAPSHOT_IF: Place = giving(Wanted::Anything, JOB);

pub(super) const STEP: Place = Place { files: true, ..OUTPUTS };
pub(super) const SCRIPT: Place = Place { script: true, ..STEP };
pub(super) const STEP_IF: Place = Place {
    status: true,
    files: true,
    wanted: Wanted::Anything,
    ..ENVIRONMENT_URL
};
