//! Workflows that jobs of others start: they run when those run, and their tests are those of the job that starts them.

use super::interfaces::own_path;
use super::model::{Job, WorkflowFile};

/// What a file does together with those that it starts and that start it.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    /// Whether it runs on a push, by itself or started by another.
    pub(super) push: bool,
    /// Whether it runs on a pull request likewise.
    pub(super) pull_request: bool,
    /// The jobs that run the tests, themselves or in a workflow that they start.
    pub(super) testing: Vec<String>,
    /// Whether only others start it.
    pub(super) only_called: bool,
}

/// Follows the calls; `testing` holds the jobs of each file that run the tests themselves.
pub(super) fn follow(files: &[WorkflowFile], testing: Vec<Vec<String>>) -> Vec<Reach> {
    let calls: Vec<(usize, &Job, usize)> = files
        .iter()
        .enumerate()
        .flat_map(|(caller, file)| file.jobs.iter().map(move |job| (caller, job)))
        .filter(|(_, job)| !job.disabled)
        .filter_map(|(caller, job)| Some((caller, job, started(files, job)?)))
        .collect();
    let mut reach: Vec<Reach> = files
        .iter()
        .zip(testing)
        .enumerate()
        .map(|(index, (file, testing))| Reach {
            push: file.triggers.push,
            pull_request: file.triggers.pull_request,
            testing,
            only_called: file.triggers.events.iter().all(|event| event == "workflow_call")
                && calls.iter().any(|(_, _, called)| *called == index),
        })
        .collect();
    // Each round follows one more call; there are no longer chains than files.
    for _ in files {
        let mut changed = false;
        for (caller, job, called) in &calls {
            let Some((push, pull_request)) = reach.get(*caller).map(|from| (from.push, from.pull_request)) else {
                continue;
            };
            let Some(to) = reach.get_mut(*called) else { continue };
            changed |= (push && !to.push) || (pull_request && !to.pull_request);
            to.push |= push;
            to.pull_request |= pull_request;
            let tests = !to.testing.is_empty();
            if let Some(from) = reach
                .get_mut(*caller)
                .filter(|from| tests && !from.testing.contains(&job.id))
            {
                from.testing.push(job.id.clone());
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    reach
}

fn started(files: &[WorkflowFile], job: &Job) -> Option<usize> {
    let path = own_path(&job.uses.as_ref()?.action)?;
    files.iter().position(|file| file.path == path)
}
