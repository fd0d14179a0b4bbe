//! What an expression may name at its place: contexts, functions, and the properties of the contexts that are known.

use crate::facts::workflow::expression::{Access, Expression, Operator};

/// The contexts of a place, and whether the functions that ask for the job's status or files are available.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) contexts: &'static [&'static str],
    pub(super) status: bool,
    pub(super) files: bool,
    /// Whether the value becomes part of a script.
    pub(super) script: bool,
}

/// Known properties of a context; none where anything may be there.
pub(super) type Known = Option<Vec<String>>;

/// What is known of the contexts.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// The steps with an id so far.
    pub(super) steps: Known,
    /// The jobs that the job needs, each with its outputs.
    pub(super) needs: Vec<(String, Known)>,
    /// The keys of the matrix.
    pub(super) matrix: Known,
    /// The inputs of the workflow.
    pub(super) inputs: Known,
    /// The inputs that are no free text: numbers and booleans.
    pub(super) closed_inputs: Vec<String>,
    /// The secrets that the caller hands over.
    pub(super) secrets: Known,
    /// The jobs, for the outputs of a workflow that is called.
    pub(super) jobs: Vec<(String, Known)>,
}

const CONTEXTS: [&str; 12] = [
    "github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs", "inputs",
];
const FUNCTIONS: [(&str, usize, usize); 13] = [
    ("contains", 2, 2),
    ("startswith", 2, 2),
    ("endswith", 2, 2),
    ("format", 1, 1_000),
    ("join", 1, 2),
    ("tojson", 1, 1),
    ("fromjson", 1, 1),
    ("hashfiles", 1, 1_000),
    ("success", 0, 1_000),
    ("always", 0, 0),
    ("cancelled", 0, 0),
    ("failure", 0, 1_000),
    ("case", 3, 1_000),
];
const GITHUB: [&str; 44] = [
    "action",
    "action_path",
    "action_ref",
    "action_repository",
    "action_status",
    "actor",
    "actor_id",
    "api_url",
    "artifact_cache_size_limit",
    "base_ref",
    "env",
    "event",
    "event_name",
    "event_path",
    "graphql_url",
    "head_ref",
    "job",
    "output",
    "path",
    "ref",
    "ref_name",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repository_visibility",
    "repositoryurl",
    "retention_days",
    "run_attempt",
    "run_id",
    "run_number",
    "secret_source",
    "server_url",
    "sha",
    "state",
    "step_summary",
    "token",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "workspace",
];

/// Everything that is wrong with an expression, each with the byte where it stands.
pub(super) fn faults(expression: &Expression, scope: &Scope, place: &Place) -> Vec<(usize, String)> {
    let mut judge = Judge {
        scope,
        place,
        found: Vec::new(),
    };
    judge.visit(expression);
    judge.found
}

struct Judge<'a> {
    scope: &'a Scope,
    place: &'a Place,
    found: Vec<(usize, String)>,
}

impl Judge<'_> {
    fn visit(&mut self, expression: &Expression) {
        match expression {
            Expression::Name { name, offset } => {
                self.context(name, *offset);
            }
            Expression::Call {
                name,
                offset,
                arguments,
            } => {
                self.call(name, *offset, arguments);
                arguments.iter().for_each(|argument| self.visit(argument));
            }
            Expression::Access { root, path } => {
                self.visit(root);
                if let Expression::Name { name, offset } = root.as_ref() {
                    self.access(&name.to_lowercase(), *offset, path);
                }
                for step in path {
                    if let Access::Index(index) = step {
                        self.visit(index);
                    }
                }
            }
            Expression::Not(inner) => self.visit(inner),
            Expression::Binary {
                operator,
                operands,
                offset,
            } => {
                operands.iter().for_each(|operand| self.visit(operand));
                let flat = |operand: &Expression| matches!(operand, Expression::Boolean(_) | Expression::Null);
                if *operator == Operator::Order && operands.iter().any(flat) {
                    self.found
                        .push((*offset, "`true`, `false` and `null` have no order".to_owned()));
                }
            }
            Expression::Text(_) | Expression::Number | Expression::Boolean(_) | Expression::Null => {}
        }
    }

    fn context(&mut self, name: &str, offset: usize) {
        let name = name.to_lowercase();
        if !CONTEXTS.contains(&name.as_str()) {
            self.found.push((offset, format!("there is no context `{name}`")));
        } else if !self.place.contexts.contains(&name.as_str()) {
            self.found.push((offset, format!("`{name}` is not available here")));
        }
    }

    fn call(&mut self, name: &str, offset: usize, arguments: &[Expression]) {
        let lower = name.to_lowercase();
        let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == lower) else {
            self.found.push((offset, format!("there is no function `{name}`")));
            return;
        };
        let available = match lower.as_str() {
            "hashfiles" => self.place.files,
            "success" | "always" | "cancelled" | "failure" => self.place.status,
            _ => true,
        };
        if !available {
            self.found.push((offset, format!("`{name}()` is not available here")));
        }
        if arguments.len() < *least || arguments.len() > *most {
            let given = arguments.len();
            self.found
                .push((offset, format!("`{name}` does not take {given} arguments")));
        }
        let Some(Expression::Text(text)) = arguments.first() else {
            return;
        };
        let fault = match lower.as_str() {
            "format" => placeholders(text, arguments.len().saturating_sub(1)),
            "fromjson" if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() => {
                Some("the text given to `fromJSON` is no JSON".to_owned())
            }
            _ => None,
        };
        self.found.extend(fault.map(|fault| (offset, fault)));
    }

    fn access(&mut self, context: &str, offset: usize, path: &[Access]) {
        let property = |index: usize| match path.get(index) {
            Some(Access::Property(name)) => Some(name.to_lowercase()),
            _ => None,
        };
        let Some(first) = property(0) else { return };
        let mut unknown = |name: &str, of: &str| self.found.push((offset, format!("`{of}` has no `{name}`")));
        let absent = |known: &Known| known.as_ref().is_some_and(|known| !known.contains(&first));
        match context {
            "github" if !GITHUB.contains(&first.as_str()) => unknown(&first, context),
            "runner"
                if !["arch", "debug", "environment", "name", "os", "temp", "tool_cache"].contains(&first.as_str()) =>
            {
                unknown(&first, context);
            }
            "strategy" if !["fail-fast", "job-index", "job-total", "max-parallel"].contains(&first.as_str()) => {
                unknown(&first, context);
            }
            "matrix" if absent(&self.scope.matrix) => unknown(&first, context),
            "inputs" if absent(&self.scope.inputs) => unknown(&first, context),
            "secrets" if absent(&self.scope.secrets) => unknown(&first, context),
            "steps" if absent(&self.scope.steps) => unknown(&first, context),
            "steps" => {
                if let Some(second) = property(1).filter(|name| !is_step_property(name)) {
                    unknown(&second, &format!("steps.{first}"));
                }
            }
            "needs" | "jobs" => {
                let list = if context == "needs" {
                    &self.scope.needs
                } else {
                    &self.scope.jobs
                };
                match list.iter().find(|(id, _)| *id == first) {
                    None => unknown(&first, context),
                    Some((_, outputs)) => match (property(1).as_deref(), property(2)) {
                        (Some("outputs"), Some(name))
                            if outputs.as_ref().is_some_and(|known| !known.contains(&name)) =>
                        {
                            unknown(&name, &format!("{context}.{first}.outputs"));
                        }
                        (Some("outputs" | "result") | None, _) => {}
                        (Some(other), _) => unknown(other, &format!("{context}.{first}")),
                    },
                }
            }
            _ => {}
        }
    }
}

fn is_step_property(name: &str) -> bool {
    matches!(name, "outputs" | "outcome" | "conclusion")
}

/// A placeholder without an argument, or an argument without a placeholder.
fn placeholders(text: &str, given: usize) -> Option<String> {
    let plain = text.replace("{{", "").replace("}}", "");
    let mut used = vec![false; given];
    for part in plain.split('{').skip(1) {
        let number: usize = part.split('}').next()?.parse().ok()?;
        match used.get_mut(number) {
            Some(seen) => *seen = true,
            None => return Some(format!("`{{{number}}}` has no argument in `format`")),
        }
    }
    let idle = used.iter().position(|seen| !seen)?;
    Some(format!("the text of `format` does not use its argument {{{idle}}}"))
}

/// Whether an expression has the same value whatever happens.
pub(super) fn is_constant(expression: &Expression) -> bool {
    match expression {
        Expression::Text(_) | Expression::Number | Expression::Boolean(_) | Expression::Null => true,
        Expression::Name { .. } => false,
        Expression::Not(inner) => is_constant(inner),
        Expression::Binary { operands, .. } => operands.iter().all(is_constant),
        Expression::Access { root, .. } => is_constant(root),
        Expression::Call { name, arguments, .. } => {
            matches!(
                name.to_lowercase().as_str(),
                "contains" | "startswith" | "endswith" | "format" | "join" | "tojson" | "fromjson"
            ) && arguments.iter().all(is_constant)
        }
    }
}
