//! What an expression may name at its place: contexts, functions, and what is known of the contexts.

use super::types::{Object, Type};

/// The contexts of a place, and whether the functions that ask for the job's status or files are available.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) contexts: &'static [&'static str],
    pub(super) status: bool,
    pub(super) files: bool,
    /// Whether the value becomes part of a script.
    pub(super) script: bool,
    /// What a single expression may give that is all that stands there.
    pub(super) wanted: Wanted,
}

/// What the service takes at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Anything,
    Text,
    Number,
    Boolean,
    Object,
    TextOrList,
}

impl Wanted {
    /// What is wrong with a value of this type.
    pub(super) fn fault(self, given: &Type) -> Option<String> {
        let (fits, wanted) = match self {
            Self::Anything => return None,
            Self::Text => {
                let fault = || format!("{} has no text; `toJSON` gives it one", given.words());
                return (!given.has_text()).then(fault);
            }
            Self::Number => (matches!(given, Type::Number), "a number"),
            Self::Boolean => (matches!(given, Type::Boolean), "a boolean"),
            Self::Object => (matches!(given, Type::Object(_)), "an object"),
            Self::TextOrList => (given.has_text() || matches!(given, Type::List(_)), "a text or a list"),
        };
        let unknown = matches!(given, Type::Any);
        (!fits && !unknown).then(|| format!("{wanted} is expected here, not {}", given.words()))
    }
}

/// What is known of the contexts.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) github: Type,
    /// The steps with an id so far.
    pub(super) steps: Type,
    /// The jobs that the job needs.
    pub(super) needs: Type,
    pub(super) matrix: Type,
    /// The inputs of the workflow.
    pub(super) inputs: Type,
    /// The inputs that are no free text: numbers, booleans and choices.
    pub(super) closed_inputs: Vec<String>,
    /// The secrets that the caller hands over.
    pub(super) secrets: Type,
    /// The jobs, for the outputs of a workflow that is called.
    pub(super) jobs: Type,
}

impl Scope {
    /// The scope outside any job. `event_inputs` are those of `github.event`.
    pub(super) fn new(event_inputs: Type) -> Self {
        let none = || Type::object::<String>([]);
        Self {
            github: github(event_inputs),
            steps: none(),
            needs: none(),
            matrix: none(),
            inputs: none(),
            closed_inputs: Vec::new(),
            secrets: Type::map(Type::Text),
            jobs: none(),
        }
    }

    /// The type of a context, by its name in small letters; `None` when there is none of the name.
    pub(super) fn context(&self, name: &str) -> Option<Type> {
        let texts = |names: &[&'static str]| Type::object(names.iter().map(|name| (*name, Type::Text)));
        Some(match name {
            "github" => self.github.clone(),
            "env" | "job" => Type::map(Type::Any),
            "vars" => Type::map(Type::Text),
            "jobs" => self.jobs.clone(),
            "steps" => self.steps.clone(),
            "runner" => texts(&["arch", "debug", "environment", "name", "os", "temp", "tool_cache"]),
            "secrets" => self.secrets.clone(),
            "strategy" => Type::object([
                ("fail-fast", Type::Boolean),
                ("job-index", Type::Number),
                ("job-total", Type::Number),
                ("max-parallel", Type::Number),
            ]),
            "matrix" => self.matrix.clone(),
            "needs" => self.needs.clone(),
            "inputs" => self.inputs.clone(),
            _ => return None,
        })
    }
}

/// A function: its least and its most arguments, and what it gives.
pub(super) fn function(name: &str) -> Option<(usize, usize, Type)> {
    const MANY: usize = 1_000;
    Some(match name {
        "contains" | "startswith" | "endswith" => (2, 2, Type::Boolean),
        "format" => (1, MANY, Type::Text),
        "join" => (1, 2, Type::Text),
        "tojson" => (1, 1, Type::Text),
        "fromjson" => (1, 1, Type::Any),
        "hashfiles" => (1, MANY, Type::Text),
        "success" | "failure" => (0, MANY, Type::Boolean),
        "always" | "cancelled" => (0, 0, Type::Boolean),
        "case" => (3, MANY, Type::Any),
        _ => return None,
    })
}

fn github(event_inputs: Type) -> Type {
    const TEXTS: &str = "action action_path action_ref action_repository action_status actor actor_id api_url base_ref env \
        event_name event_path graphql_url head_ref job output path ref ref_name ref_type repository repository_id \
        repository_owner repository_owner_id repository_visibility repositoryurl run_attempt run_id run_number \
        secret_source server_url sha state step_summary token triggering_actor workflow workflow_ref workflow_sha workspace";
    let event = Object {
        known: [("inputs".to_owned(), event_inputs)].into(),
        rest: Some(Type::Any),
    };
    let texts = TEXTS.split_whitespace().map(|name| (name, Type::Text));
    Type::object(texts.chain([
        ("artifact_cache_size_limit", Type::Number),
        ("event", Type::Object(std::rc::Rc::new(event))),
        ("ref_protected", Type::Boolean),
        ("retention_days", Type::Number),
    ]))
}
