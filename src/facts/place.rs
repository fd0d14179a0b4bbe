//! A place worth a finding, in the form that several facts share.

use serde::Serialize;

use super::location::Location;
use crate::source::File;

/// Most places of one kind that a fact keeps.
const MOST: usize = 300;

/// Something worth a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// What it is about: a file, a workload, a container.
    pub name: String,
    /// More about it; empty for nothing.
    pub what: String,
    /// Where it is.
    pub loc: Location,
}

/// A list of places that does not grow without end.
pub(super) trait Places {
    /// Adds a place.
    fn note(&mut self, name: &str, what: impl Into<String>, loc: Location);

    /// Adds a line of a file, under the file's path.
    fn note_line(&mut self, file: &File, what: impl Into<String>, line: usize);
}

impl Places for Vec<Place> {
    fn note(&mut self, name: &str, what: impl Into<String>, loc: Location) {
        if self.len() < MOST {
            self.push(Place {
                name: name.to_owned(),
                what: what.into(),
                loc,
            });
        }
    }

    fn note_line(&mut self, file: &File, what: impl Into<String>, line: usize) {
        self.note(&file.path, what, Location::new(&file.path, line, 1));
    }
}
