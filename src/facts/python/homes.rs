//! Home folders that are an image's and not a person's: a Dockerfile of the project makes them.

use super::model::Item;
use crate::source::Snapshot;

/// Drops the paths in home folders of accounts that a Dockerfile names.
pub(super) fn forget_those_of_images(snapshot: &Snapshot, habits: &mut Vec<Item>) {
    if !habits.iter().any(|habit| habit.kind == "home-path") {
        return;
    }
    let recipes: Vec<_> = snapshot
        .sources()
        .filter(|file| file.name().to_ascii_lowercase().contains("dockerfile"))
        .filter_map(|file| file.text())
        .collect();
    habits.retain(|habit| {
        let is_made = |text: &str| {
            let of_account = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
            text.lines()
                .filter(|line| ["/home/", "useradd", "adduser"].iter().any(|word| line.contains(word)))
                .any(|line| line.split(|c: char| !of_account(c)).any(|word| word == habit.name))
        };
        habit.kind != "home-path" || !recipes.iter().any(|text| is_made(&text.content))
    });
}
