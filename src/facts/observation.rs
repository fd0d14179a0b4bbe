//! One thing that was tried on running code, in the form that checks bind with `observation:`.

use serde::Serialize;

/// What was tried, what was expected and what came.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Observation {
    /// True when what was expected came; `None` when it was not tried.
    pub ok: Option<bool>,
    /// What was done: `GET /users/me without a token`.
    pub tried: String,
    /// What should come: `401`.
    pub expected: String,
    /// What came: `200`.
    pub answer: String,
    /// Output, log lines or an answer's body that show it.
    pub evidence: Option<String>,
    /// The check whose fault made it impossible to try.
    pub blocked_by: Option<String>,
    /// Why it does not concern this project.
    pub absent: Option<String>,
    /// What our side could not do.
    pub unavailable: Option<String>,
}

impl Observation {
    /// Something that was tried.
    pub fn seen(ok: bool, tried: impl Into<String>, expected: impl Into<String>, answer: impl Into<String>) -> Self {
        Self {
            ok: Some(ok),
            tried: tried.into(),
            expected: expected.into(),
            answer: answer.into(),
            ..Self::default()
        }
    }

    /// Something that an earlier fault made impossible.
    pub fn blocked(by: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            blocked_by: Some(by.into()),
            answer: why.into(),
            ..Self::default()
        }
    }

    /// Something that does not concern this project.
    pub fn absent(why: impl Into<String>) -> Self {
        Self {
            absent: Some(why.into()),
            ..Self::default()
        }
    }

    /// Something that our side could not do.
    pub fn unavailable(why: impl Into<String>) -> Self {
        Self {
            unavailable: Some(why.into()),
            ..Self::default()
        }
    }

    /// The same with evidence, unless that is blank.
    #[must_use]
    pub fn with_evidence(mut self, evidence: impl Into<String>) -> Self {
        let evidence = evidence.into();
        self.evidence = (!evidence.trim().is_empty()).then_some(evidence);
        self
    }

    /// True when it was tried and came as expected.
    pub fn holds(&self) -> bool {
        self.ok == Some(true)
    }
}
