//! `proofolio new all`: a portfolio with one project of every kind.

use std::path::{Path, PathBuf};

use super::super::args::{Global, New};
use super::super::exit::Exit;
use super::super::progress::{BOLD, RESET};
use super::super::prompt;
use super::{stop, text};
use crate::scaffold::{self, FirstCommit, Part, Portfolio, PortfolioDraft, PortfolioRecord, Target};

/// The folder when none is named.
const DIRECTORY: &str = "portfolio";

/// Makes a portfolio.
pub(super) fn run(global: &Global, command: New) -> anyhow::Result<Exit> {
    let interrupted = stop::watch()?;
    let mut draft = given(&command)?;
    let directory = command.directory.clone().unwrap_or_else(|| PathBuf::from(DIRECTORY));
    let path = scaffold::resolve(&directory).map_err(super::refuse)?;
    if !command.plan {
        Target::check(&path).map_err(super::refuse)?;
    }
    let defaults = super::defaults(None);
    let stated = super::stated(&defaults, |key| draft.has_answer(key));
    if !command.defaults && prompt::possible() {
        let open = draft.open(&defaults);
        let questions = open.into_iter().map(|open| (open.key, open.question, open.default));
        let mut answers = Vec::new();
        let ended = super::ask(global, questions.collect(), &interrupted, |key, answer| {
            answers.push((key, answer));
        })?;
        if let Some(exit) = ended {
            return Ok(exit);
        }
        draft.give(&answers);
    }
    let portfolio = draft.plan(&defaults).map_err(super::refuse)?;
    if command.plan {
        return super::show(&if command.json {
            super::json(&PortfolioRecord::new(&portfolio, &path, &[]))?
        } else {
            listing(&portfolio)
        });
    }
    let outside = if command.no_git {
        None
    } else {
        super::repository_above(&path)
    };
    let firsts: Vec<Option<FirstCommit>> = portfolio
        .projects
        .iter()
        .map(|plan| (!command.no_git).then(|| super::first_commit(plan)))
        .collect();
    let mut parts: Vec<Part<'_>> = portfolio
        .projects
        .iter()
        .zip(&firsts)
        .map(|(plan, first)| Part {
            folder: plan.answers.get("name"),
            files: &plan.files,
            commit: first.as_ref(),
        })
        .collect();
    parts.push(Part {
        folder: "",
        files: std::slice::from_ref(&portfolio.index),
        commit: None,
    });
    let commits = match scaffold::write(&parts, &path, &stop::stop_hook(interrupted)) {
        Ok(commits) => commits,
        Err(scaffold::Error::Interrupted) => return Ok(stop::stopped()),
        Err(error) => return Err(super::refuse(error)),
    };
    if !global.quiet {
        tell(&portfolio, &directory, &commits);
        super::notes(&stated, outside.as_deref());
        if !command.verify {
            super::next(&steps(&directory));
        }
    }
    if command.json {
        return super::show(&super::json(&PortfolioRecord::new(&portfolio, &path, &commits))?);
    }
    if command.verify {
        let folders = portfolio
            .projects
            .iter()
            .map(|plan| path.join(plan.answers.get("name")));
        return super::verify(global, folders);
    }
    Ok(Exit::Passed)
}

/// The answers on the command line and in the file, the strongest first.
fn given(command: &New) -> anyhow::Result<PortfolioDraft> {
    let mut draft = PortfolioDraft::embedded().map_err(super::refuse)?;
    let flags = command.flags().into_iter();
    let flags: Vec<(String, String)> = flags
        .filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)))
        .collect();
    draft.give(&flags);
    if let Some(themes) = &command.theme {
        draft.give_themes(themes);
    }
    draft.give_words(&command.set);
    if let Some(path) = &command.answers {
        let (path, text) = super::answers_file(path)?;
        draft.give_file(&path, &text);
    }
    draft.check().map_err(super::refuse)?;
    Ok(draft)
}

/// Every file of a portfolio as a line.
fn listing(portfolio: &Portfolio) -> String {
    let mut text = super::listing("", std::slice::from_ref(&portfolio.index));
    for plan in &portfolio.projects {
        text.push_str(&super::listing(&format!("{}/", plan.answers.get("name")), &plan.files));
    }
    text
}

/// Says what was made.
fn tell(portfolio: &Portfolio, directory: &Path, commits: &[Option<String>]) {
    anstream::eprintln!(
        "{BOLD}Made a portfolio{RESET} in {}: {} projects",
        text::shell_word(directory),
        portfolio.projects.len()
    );
    let width = |of: fn(&scaffold::Plan) -> &str| portfolio.projects.iter().map(|plan| of(plan).len()).max();
    let name = |plan: &scaffold::Plan| plan.answers.get("name").to_owned();
    let names = portfolio
        .projects
        .iter()
        .map(|plan| name(plan).len())
        .max()
        .unwrap_or(0);
    let titles = width(|plan| &plan.title).unwrap_or(0);
    for (plan, commit) in portfolio.projects.iter().zip(commits) {
        let commit = commit
            .as_deref()
            .map_or_else(String::new, |id| format!(" · first commit {}", &id[..id.len().min(10)]));
        anstream::eprintln!(
            "  {:names$}  {:titles$}  {} files{commit}",
            name(plan),
            plan.title,
            plan.files.len()
        );
    }
}

/// What to do with a new portfolio.
fn steps(directory: &Path) -> String {
    let enter = match directory {
        current if current == Path::new(".") => String::new(),
        other => format!("cd {}\n", text::shell_word(other)),
    };
    format!(
        "{enter}proofolio verify    # all three: what a reviewer will see\n\n\
         Each project is a repository of its own; its README says how to work on it.\n"
    )
}
