//! `proofolio new KIND`: one project.

use std::path::{Path, PathBuf};

use super::super::args::{Global, New};
use super::super::exit::Exit;
use super::super::progress::{BOLD, RESET};
use super::super::prompt;
use super::{stop, text};
use crate::scaffold::{self, Draft, FirstCommit, Identity, Part, Plan, Record, Target, Template};

/// Makes one project of a template.
pub(super) fn run(global: &Global, command: New, template: &Template) -> anyhow::Result<Exit> {
    let interrupted = stop::watch()?;
    let mut draft = given(template, &command)?;

    // a folder that cannot be used is refused before a person answers questions for it
    let named = command
        .directory
        .as_deref()
        .map(scaffold::resolve)
        .transpose()
        .map_err(super::refuse)?;
    if let (Some(directory), false) = (&named, command.plan) {
        Target::check(directory).map_err(super::refuse)?;
    }
    let folder = named
        .as_deref()
        .map(|path| path.file_name().unwrap_or_default().to_string_lossy());
    let name = folder.map(|folder| scaffold::slug(&folder).unwrap_or_else(|| folder.into_owned()));
    let defaults = super::defaults(name);
    let stated = super::stated(&defaults, |key| draft.get(key).is_some());
    if !command.defaults && prompt::possible() {
        let open = draft.open();
        let questions = open.into_iter().map(|question| {
            let default = draft.default(&question, &defaults);
            (question.key.clone(), question, default)
        });
        let mut answers = Vec::new();
        let ended = super::ask(global, questions.collect(), &interrupted, |key, answer| {
            answers.push((key, answer));
        })?;
        if let Some(exit) = ended {
            return Ok(exit);
        }
        draft.give(answers);
    }
    let answers = draft.finish(&defaults).map_err(super::refuse)?;
    let directory = command
        .directory
        .clone()
        .unwrap_or_else(|| PathBuf::from(answers.get("name")));
    let path = scaffold::resolve(&directory).map_err(super::refuse)?;
    let plan = scaffold::plan(template, &answers).map_err(super::refuse)?;
    let steps = scaffold::next_steps(template, &answers, &text::shell_word(&directory)).map_err(super::refuse)?;

    if command.plan {
        return super::show(&if command.json {
            super::json(&Record::new(&plan, &path, None))?
        } else {
            super::listing("", &plan.files)
        });
    }
    let outside = if command.no_git {
        None
    } else {
        super::repository_above(&path)
    };
    let first = (!command.no_git).then(|| super::first_commit(&plan));
    let part = Part {
        folder: "",
        files: &plan.files,
        commit: first.as_ref(),
    };
    let commit = match scaffold::write(&[part], &path, &stop::stop_hook(interrupted)) {
        Ok(commits) => commits.into_iter().flatten().next(),
        Err(scaffold::Error::Interrupted) => return Ok(stop::stopped()),
        Err(error) => return Err(super::refuse(error)),
    };
    if !global.quiet {
        tell(&plan, &directory, first.as_ref().zip(commit.as_deref()));
        super::notes(&stated, outside.as_deref());
        if !command.verify {
            super::next(&steps);
        }
    }
    if command.json {
        return super::show(&super::json(&Record::new(&plan, &path, commit))?);
    }
    if command.verify {
        return super::verify(global, [path]);
    }
    Ok(Exit::Passed)
}

/// The answers on the command line and in the file, the strongest first.
fn given(template: &Template, command: &New) -> anyhow::Result<Draft> {
    let mut draft = Draft::new(template);
    let flags = command.flags().into_iter().chain([("theme", &command.theme)]);
    draft.give(flags.filter_map(|(key, value)| Some((key, value.as_deref()?))));
    draft.give_words(&command.set);
    if let Some(path) = &command.answers {
        let (path, text) = super::answers_file(path)?;
        draft.give_file(&path, &text);
    }
    draft.check().map_err(super::refuse)?;
    Ok(draft)
}

/// Says what was made.
fn tell(plan: &Plan, directory: &Path, commit: Option<(&FirstCommit, &str)>) {
    let name = plan.answers.get("name");
    anstream::eprintln!(
        "{BOLD}Made {name}{RESET} in {}: {} files",
        text::shell_word(directory),
        plan.files.len()
    );
    anstream::eprintln!(
        "  {} · Python {} · {} · variant {}",
        plan.title,
        plan.answers.get("python"),
        plan.answers.get("ci"),
        plan.variant
    );
    if let Some((first, id)) = commit {
        let Identity { name, email } = &first.identity;
        anstream::eprintln!("  first commit {} on main by {name} <{email}>", &id[..id.len().min(10)]);
    }
}
