//! The expression language of GitHub Actions: `${{ … }}` read into a tree.
//!
//! The text is a stranger's: the lexer is linear, and the parser is capped in depth and length.

mod lexer;
mod parser;
#[cfg(test)]
mod tests;

pub(super) use lexer::{body_length, single};
pub(super) use parser::{Access, Expression, Operator, parse};

/// Why an expression cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// What is wrong.
    pub(super) message: String,
    /// The byte of the expression where it is noticed.
    pub(super) offset: usize,
}
