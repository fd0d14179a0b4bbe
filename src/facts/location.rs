//! Where something is written.

/// A place in a file of the repository under test.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Location {
    /// The file, relative to the target.
    pub path: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
}

impl Location {
    /// A place in a file.
    pub fn new(path: &str, line: usize, column: usize) -> Self {
        Self {
            path: path.to_owned(),
            line: line.max(1),
            column: column.max(1),
        }
    }

    /// The first character of a file.
    pub fn start(path: &str) -> Self {
        Self::new(path, 1, 1)
    }
}

/// Turns byte offsets of one text into lines and columns.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Notes where the lines of a text start.
    pub fn new(text: &'a str) -> Self {
        let breaks = text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(index, _)| index + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(breaks).collect(),
        }
    }

    /// How many lines there are; a last line that is empty counts.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The byte offset at which a 1-based line starts; the first one's for a line that is not there.
    pub fn start_of(&self, line: usize) -> usize {
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index));
        start.copied().unwrap_or_default()
    }

    /// The 1-based line and column of a byte offset.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let before = self.text.as_bytes().get(start..offset).unwrap_or_default();
        // continuation bytes of UTF-8 are not characters of their own
        (line, before.iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1)
    }

    /// The place of a byte offset in the file `path`.
    pub fn locate(&self, path: &str, offset: usize) -> Location {
        let (line, column) = self.place(offset);
        Location::new(path, line, column)
    }
}
