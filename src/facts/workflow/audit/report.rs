//! Where findings go: one list for each kind, none longer than a person would read.

use crate::facts::location::Location;
use crate::facts::workflow::interfaces::Interfaces;
use crate::facts::workflow::model::{Finding, Source};
use crate::source::yaml::Node;

const FINDINGS: usize = 1_000;
const EXPRESSIONS: usize = 5_000;

/// What is wrong with the GitHub workflows, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Audit {
    /// Keys that the service does not know, or that are written twice.
    pub keys: Vec<Finding>,
    /// Expressions that cannot be read or name what does not exist.
    pub expressions: Vec<Finding>,
    /// Jobs that wait for each other.
    pub cycles: Vec<Finding>,
    /// Rows of a matrix that say the same twice or exclude nothing.
    pub matrices: Vec<Finding>,
    /// Triggers that the service does not know, with types, filters or times that it does not know.
    pub events: Vec<Finding>,
    /// Runners that the service does not offer.
    pub runners: Vec<Finding>,
    /// Ids that are taken or cannot be written so.
    pub ids: Vec<Finding>,
    /// Permissions that do not exist.
    pub permissions: Vec<Finding>,
    /// Commands that the service no longer obeys.
    pub commands: Vec<Finding>,
    /// Conditions that are always the same.
    pub conditions: Vec<Finding>,
    /// Shells that do not exist.
    pub shells: Vec<Finding>,
    /// Passwords that are written down.
    pub credentials: Vec<Finding>,
    /// Names of environment variables that no shell reads.
    pub variables: Vec<Finding>,
    /// Patterns of branches, tags and paths that are broken.
    pub patterns: Vec<Finding>,
    /// Checkouts that leave the token in the work folder.
    pub kept_tokens: Vec<Finding>,
    /// Rights to write that every job of the workflow has.
    pub shared_rights: Vec<Finding>,
    /// Images without a version.
    pub loose_images: Vec<Finding>,
    /// Workflows that are handed every secret.
    pub inherited_secrets: Vec<Finding>,
    /// Triggers with the repository's rights.
    pub privileged_triggers: Vec<Finding>,
    /// Expressions with all secrets at once.
    pub whole_secrets: Vec<Finding>,
    /// The switch that lets output command the runner.
    pub insecure_commands: Vec<Finding>,
    /// Conditions that trust the name of a bot.
    pub bot_conditions: Vec<Finding>,
    /// Values that somebody else may choose, as part of a script.
    pub open_scripts: Vec<Finding>,
    /// Conditions that look for a part of a text where a member of a list is meant.
    pub loose_contains: Vec<Finding>,
    /// Calls of what is not there or cannot be called, and calls that hand over what is not taken, or not what is needed.
    pub calls: Vec<Finding>,
    /// Versions of actions with which the service stops every run.
    pub refused_actions: Vec<Finding>,
    /// Versions of actions that are written for a Node.js which the service no longer has.
    pub retired_actions: Vec<Finding>,
}

/// The file that is looked at, with the places of its lines.
pub(super) struct Report<'a> {
    pub(super) audit: Audit,
    /// What may be called.
    pub(super) interfaces: &'a Interfaces<'a>,
    source: &'a Source<'a>,
    expressions: usize,
}

impl<'a> Report<'a> {
    pub(super) fn new(source: &'a Source<'a>, interfaces: &'a Interfaces<'a>) -> Self {
        Self {
            audit: Audit::default(),
            interfaces,
            source,
            expressions: 0,
        }
    }

    /// Counts an expression; false when there are more than a person would write.
    pub(super) fn counts(&mut self) -> bool {
        self.expressions += 1;
        self.expressions <= EXPRESSIONS
    }

    pub(super) fn at(&self, node: &Node) -> Location {
        self.source.at(node)
    }

    pub(super) fn finding(&self, name: &str, what: impl Into<String>, node: &Node) -> Finding {
        Finding {
            name: name.to_owned(),
            what: what.into(),
            loc: self.at(node),
        }
    }

    /// The bytes of the file where the expressions of a scalar open.
    pub(super) fn openings(&self, node: &Node) -> impl Iterator<Item = usize> + use<'a> {
        let text = self.source.text;
        let start = self.source.lines.start_of(node.line);
        let line = text.get(start..).unwrap_or_default();
        let column = line
            .char_indices()
            .nth(node.column.saturating_sub(1))
            .map_or(0, |(offset, _)| offset);
        let start = start + column;
        text.get(start..)
            .unwrap_or_default()
            .match_indices("${{")
            .map(move |(offset, _)| start + offset)
    }

    /// The place of a byte of the file.
    pub(super) fn place(&self, offset: usize) -> Location {
        self.source.lines.locate(self.source.path, offset)
    }
}

/// Adds a finding unless it is there already.
pub(super) fn add(list: &mut Vec<Finding>, finding: Finding) {
    if list.len() < FINDINGS && !list.contains(&finding) {
        list.push(finding);
    }
}

impl Audit {
    /// Takes over the findings of another file.
    pub(in super::super) fn extend(&mut self, other: Self) {
        for (own, new) in [
            (&mut self.keys, other.keys),
            (&mut self.expressions, other.expressions),
            (&mut self.cycles, other.cycles),
            (&mut self.matrices, other.matrices),
            (&mut self.events, other.events),
            (&mut self.runners, other.runners),
            (&mut self.ids, other.ids),
            (&mut self.permissions, other.permissions),
            (&mut self.commands, other.commands),
            (&mut self.conditions, other.conditions),
            (&mut self.shells, other.shells),
            (&mut self.credentials, other.credentials),
            (&mut self.variables, other.variables),
            (&mut self.patterns, other.patterns),
            (&mut self.kept_tokens, other.kept_tokens),
            (&mut self.shared_rights, other.shared_rights),
            (&mut self.loose_images, other.loose_images),
            (&mut self.inherited_secrets, other.inherited_secrets),
            (&mut self.privileged_triggers, other.privileged_triggers),
            (&mut self.whole_secrets, other.whole_secrets),
            (&mut self.insecure_commands, other.insecure_commands),
            (&mut self.bot_conditions, other.bot_conditions),
            (&mut self.open_scripts, other.open_scripts),
            (&mut self.loose_contains, other.loose_contains),
            (&mut self.calls, other.calls),
            (&mut self.refused_actions, other.refused_actions),
            (&mut self.retired_actions, other.retired_actions),
        ] {
            own.extend(new.into_iter().take(FINDINGS.saturating_sub(own.len())));
        }
    }
}
