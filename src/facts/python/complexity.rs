//! How many ways lead through a function: one, and one more for each branch, loop and handler.

use ruff_python_ast::{ExceptHandler, Stmt};

/// The number of ways through a function's body, what is defined in it included.
pub(super) fn of(body: &[Stmt]) -> usize {
    1 + branches(body)
}

fn branches(body: &[Stmt]) -> usize {
    body.iter().map(branches_of).sum()
}

fn branches_of(statement: &Stmt) -> usize {
    match statement {
        Stmt::If(branch) => {
            let clauses = branch.elif_else_clauses.iter();
            let others: usize = clauses
                .map(|clause| usize::from(clause.test.is_some()) + branches(&clause.body))
                .sum();
            1 + branches(&branch.body) + others
        }
        Stmt::For(turn) => 1 + branches(&turn.body) + branches(&turn.orelse),
        Stmt::While(turn) => 1 + branches(&turn.body) + branches(&turn.orelse),
        Stmt::With(with) => branches(&with.body),
        Stmt::Try(attempt) => {
            let handlers: usize = attempt
                .handlers
                .iter()
                .map(|ExceptHandler::ExceptHandler(handler)| 1 + branches(&handler.body))
                .sum();
            let otherwise = usize::from(!attempt.orelse.is_empty()) + branches(&attempt.orelse);
            branches(&attempt.body) + handlers + otherwise + branches(&attempt.finalbody)
        }
        Stmt::Match(choice) => {
            let cases: usize = choice.cases.iter().map(|case| 1 + branches(&case.body)).sum();
            let last = choice.cases.last();
            cases - usize::from(last.is_some_and(|case| case.guard.is_none() && case.pattern.is_irrefutable()))
        }
        Stmt::FunctionDef(function) => 1 + branches(&function.body),
        Stmt::ClassDef(class) => branches(&class.body),
        _ => 0,
    }
}
