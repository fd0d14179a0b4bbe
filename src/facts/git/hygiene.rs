//! The state of the tracked files: what somebody else's machine would stumble over.

use serde::Serialize;

use crate::facts::location::Location;
use crate::facts::place::{Place, Places};
use crate::source::{File, Snapshot};

/// Most findings of a kind.
const MOST: usize = 100;
/// Longest file that is searched for conflict markers, in bytes.
const TEXT_BYTES: u64 = 1 << 20;

/// What somebody else's machine would stumble over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Hygiene {
    /// Marks that a merge left in a file.
    pub conflict_markers: Vec<Place>,
    /// Files of an editor or an operating system.
    pub machine_files: Vec<Place>,
    /// Scripts whose lines end as on Windows: the kernel looks for a program named `sh\r`.
    pub windows_scripts: Vec<Place>,
    /// Symbolic links that lead out of the repository.
    pub escaping_links: Vec<Place>,
    /// Names that differ from another in upper and lower case only.
    pub case_collisions: Vec<Place>,
    /// Pointers of Git LFS in place of the files.
    pub pointers: Vec<Place>,
}

/// Looks at every tracked file; without a repository, at every file.
pub(super) fn collect(snapshot: &Snapshot) -> Hygiene {
    let mut hygiene = Hygiene::default();
    let counts = |tracked: bool| tracked || snapshot.git().is_none();
    for file in snapshot.written().filter(|file| counts(file.tracked)) {
        if let Some(program) = machine_file(file) {
            hygiene.machine_files.note_line(file, program, 1);
        }
        let Some(bytes) = file.bytes().filter(|bytes| bytes.len() as u64 <= TEXT_BYTES) else {
            continue;
        };
        if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
            hygiene.pointers.note_line(file, "", 1);
        }
        if bytes.starts_with(b"#!")
            && bytes
                .iter()
                .take(256)
                .take_while(|byte| **byte != b'\n')
                .any(|byte| *byte == b'\r')
        {
            hygiene.windows_scripts.note_line(file, "", 1);
        }
        if let Some(line) = conflict(bytes) {
            hygiene.conflict_markers.note_line(file, "", line);
        }
    }
    for link in snapshot.links().iter().filter(|link| counts(link.tracked)).take(MOST) {
        let target = String::from_utf8_lossy(&link.target);
        if leads_out(&link.path, &target) {
            let shown: String = target.chars().take(200).collect();
            hygiene
                .escaping_links
                .note(&link.path, shown, Location::start(&link.path));
        }
    }
    for note in snapshot
        .notes()
        .iter()
        .filter(|note| note.what.ends_with("in upper and lower case only"))
        .take(MOST)
    {
        hygiene
            .case_collisions
            .note(&note.path, note.what.as_str(), Location::start(&note.path));
    }
    hygiene
}

/// The line of the first conflict that was never resolved: its three marks in order, each at the start of a line.
fn conflict(bytes: &[u8]) -> Option<usize> {
    // Few files hold the first mark at all.
    memchr::memmem::find(bytes, b"<<<<<<< ")?;
    let mut begun = None;
    let mut divided = false;
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"<<<<<<< ") {
            (begun, divided) = (Some(number + 1), false);
        } else if line == b"=======" {
            divided = begun.is_some();
        } else if line.starts_with(b">>>>>>> ") && divided {
            return begun;
        }
    }
    None
}

/// The program that left a file behind.
fn machine_file(file: &File) -> Option<&'static str> {
    match file.name() {
        ".DS_Store" => return Some("macOS"),
        "Thumbs.db" | "desktop.ini" => return Some("Windows"),
        _ => {}
    }
    let in_folder = |folder: &str| file.path.starts_with(folder) || file.path.contains(&format!("/{folder}"));
    if in_folder(".idea/") {
        return Some("an editor of JetBrains");
    }
    let swap = file.name().starts_with('.') && matches!(file.extension().as_str(), "swp" | "swo");
    (swap || file.name().ends_with('~')).then_some("an editor")
}

/// Does a link lead out of the tree, from the folder that it lies in?
fn leads_out(path: &str, target: &str) -> bool {
    if target.starts_with('/') || target.contains(':') {
        return true;
    }
    let mut depth = path.matches('/').count();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hygiene(files: &[(&str, &str)]) -> Hygiene {
        collect(&Snapshot::from_files(
            "project",
            files.iter().map(|(path, text)| (*path, text.as_bytes())),
        ))
    }

    fn names(places: &[Place]) -> Vec<&str> {
        places.iter().map(|place| place.name.as_str()).collect()
    }

    #[test]
    fn a_merge_that_was_never_finished_is_told_with_its_line() {
        let found = hygiene(&[
            (
                "app.py",
                "a = 1\n<<<<<<< HEAD\nb = 2\n=======\nb = 3\n>>>>>>> feature\n",
            ),
            (
                "README.md",
                "Heading\n=======\n\nA mark such as <<<<<<< HEAD in a text\n",
            ),
            ("half.md", "<<<<<<< HEAD\nan example\n"),
        ]);
        assert_eq!(names(&found.conflict_markers), ["app.py"]);
        assert_eq!(found.conflict_markers[0].loc.line, 2);
    }

    #[test]
    fn what_a_machine_left_and_what_another_cannot_run() {
        let found = hygiene(&[
            ("src/.DS_Store", "x"),
            (".idea/workspace.xml", "<a/>"),
            (".vscode/settings.json", "{}"),
            ("run.sh", "#!/bin/sh\r\necho\r\n"),
            ("good.sh", "#!/bin/sh\necho\n"),
            ("notes.txt", "a\r\n"),
            (
                "model.bin",
                "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            ),
            ("App.py", ""),
            ("app.py", ""),
        ]);
        assert_eq!(names(&found.machine_files), [".idea/workspace.xml", "src/.DS_Store"]);
        assert_eq!(names(&found.windows_scripts), ["run.sh"]);
        assert_eq!(names(&found.pointers), ["model.bin"]);
        assert_eq!(found.case_collisions.len(), 1);
    }

    #[test]
    fn links_within_the_tree_stay_and_others_do_not() {
        for (path, target) in [
            ("a", "/etc/passwd"),
            ("a", "../x"),
            ("docs/a", "../../x"),
            ("a", "C:\\x"),
        ] {
            assert!(leads_out(path, target), "{path} to {target}");
        }
        for (path, target) in [("a", "b"), ("docs/a", "../README.md"), ("a", "./b/../c")] {
            assert!(!leads_out(path, target), "{path} to {target}");
        }
    }
}
