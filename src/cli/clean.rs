//! `proofolio clean`.

use std::collections::BTreeMap;

use super::args::{Clean, Global};
use super::exit::{Exit, Refusal};
use crate::doctor::size;
use crate::engine::docker::DockerEngine;
use crate::engine::session::{Belonging, clean, leftovers};
use crate::engine::{Interrupt, ListedObject};

/// Runs the command.
pub fn run(global: &Global, command: Clean) -> anyhow::Result<Exit> {
    let engine = DockerEngine::connect(command.engine.as_deref(), Interrupt::new()).map_err(Refusal::from)?;
    let removal = clean(&engine, command.all, command.run.as_deref()).map_err(Refusal::from)?;
    if !global.quiet {
        for object in &removal.removed {
            anstream::println!("removed {} {}", object.object.kind(), object.name);
        }
    }
    for error in &removal.failed {
        anstream::eprintln!("warning: {error}");
    }
    if removal.removed.is_empty() {
        anstream::println!("nothing to remove");
    } else {
        let freed: u64 = removal.removed.iter().map(|object| object.size).sum();
        let freed = if freed > 0 {
            format!(", up to {} of images", size(freed))
        } else {
            String::new()
        };
        anstream::println!("removed {}{freed}", counted(removal.removed.iter()));
    }
    if !global.quiet {
        let rest = leftovers(&engine).map_err(Refusal::from)?;
        let of = |wanted: Belonging| {
            let matching = move |entry: &&(ListedObject, Belonging)| entry.1 == wanted;
            rest.iter()
                .filter(matching)
                .map(|(object, _)| object)
                .collect::<Vec<_>>()
        };
        let live = of(Belonging::Live);
        if !live.is_empty() {
            anstream::println!(
                "left alone: {} of verifications that still run",
                counted(live.into_iter())
            );
        }
        let cached = of(Belonging::Cache);
        if !cached.is_empty() && !command.all {
            let bytes = cached.iter().map(|object| object.size).sum();
            let counted = counted(cached.into_iter());
            anstream::println!(
                "left alone: {counted} of the cache, up to {}; --all removes them",
                size(bytes)
            );
        }
    }
    Ok(if removal.failed.is_empty() {
        Exit::Passed
    } else {
        Exit::Incomplete
    })
}

/// `2 containers, 1 volume`
fn counted<'a>(objects: impl Iterator<Item = &'a ListedObject>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for object in objects {
        *counts.entry(object.object.kind()).or_default() += 1;
    }
    let parts: Vec<String> = counts
        .into_iter()
        .map(|(kind, count)| format!("{count} {kind}{}", if count == 1 { "" } else { "s" }))
        .collect();
    parts.join(", ")
}
