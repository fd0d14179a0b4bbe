//! What can go wrong while a project is scaffolded: every error says what and why, and [`Error::hint`] what to do.

use std::fmt::Write as _;
use std::path::PathBuf;

/// One thing that is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong and why, lower case.
    pub message: String,
    /// What to do, a full sentence; empty for none.
    pub hint: String,
}

impl Problem {
    /// A problem with its way out.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// Why a project was not scaffolded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no template for a kind.
    #[error("there is no template `{name}`")]
    UnknownTemplate {
        /// The kind that was asked for.
        name: String,
        /// The kinds that exist.
        known: Vec<String>,
    },
    /// A template breaks the rules of `docs/templates.md`.
    #[error("template `{name}` is broken:{}", list(problems))]
    Template {
        /// The template.
        name: String,
        /// Everything that is wrong with it.
        problems: Vec<String>,
    },
    /// Answers that cannot be used.
    #[error("{}", answers(.0))]
    Answers(Vec<Problem>),
    /// A file of the template cannot be rendered.
    #[error("cannot render `{path}` of the template")]
    Render {
        /// The file inside the template.
        path: String,
        /// Why, with the line.
        #[source]
        source: Box<minijinja::Error>,
    },
    /// The folder to make cannot be used.
    #[error("cannot scaffold into {}: {why}", path.display())]
    Target {
        /// The folder.
        path: PathBuf,
        /// Why, lower case.
        why: String,
        /// What to do.
        hint: String,
    },
    /// The file system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done, such as `write`.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// libgit2 refused.
    #[error("cannot {doing}")]
    Git {
        /// What was being done, such as `make the git repository`.
        doing: &'static str,
        /// Why.
        #[source]
        source: git2::Error,
    },
    /// The user interrupted the work; nothing was left behind.
    #[error("interrupted: nothing was written")]
    Interrupted,
}

impl Error {
    /// What the user can do about it; empty when there is nothing to say.
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownTemplate { known, .. } => format!("Choose one of {}.", known.join(", ")),
            Self::Template { .. } | Self::Render { .. } => {
                "This is a fault of the template, not yours: docs/templates.md has the rules.".to_owned()
            }
            Self::Answers(problems) => match problems.as_slice() {
                [only] => only.hint.clone(),
                _ => String::new(),
            },
            Self::Target { hint, .. } => hint.clone(),
            Self::Io { .. } => "Check the folder's permissions and the free space.".to_owned(),
            Self::Git { .. } => "`--no-git` scaffolds without a repository.".to_owned(),
            Self::Interrupted => String::new(),
        }
    }

    /// True when the command line or its input is at fault, not this machine or the template.
    pub const fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::UnknownTemplate { .. } | Self::Answers(_) | Self::Target { .. }
        )
    }
}

/// Puts each problem on a line of its own.
fn list(problems: &[String]) -> String {
    let mut text = String::new();
    for problem in problems {
        let _ = write!(text, "\n  - {problem}");
    }
    text
}

/// One problem is a sentence, several are a list with their hints.
fn answers(problems: &[Problem]) -> String {
    match problems {
        [only] => only.message.clone(),
        several => {
            let lines: Vec<String> = several
                .iter()
                .map(|problem| match problem.hint.as_str() {
                    "" => problem.message.clone(),
                    hint => format!("{}. {hint}", problem.message),
                })
                .collect();
            format!("{} answers cannot be used:{}", several.len(), list(&lines))
        }
    }
}
