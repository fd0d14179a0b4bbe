//! What a Dockerfile copies and the builder does not get: because `.dockerignore` keeps it out, or because it is nowhere.
//!
//! Only sources from the context with a plain name count. Nothing is said of one that is there under another folder which may be the
//! context, that git ignores, or that another file of the project speaks of, for it may be made before the build.

use std::path::Path;

use ignore::gitignore::GitignoreBuilder;
use parse_dockerfile as docker;

use super::expansion::paths;
use super::ignore_rules::DockerIgnore;
use super::model::AbsentSource;
use crate::facts::location::Location;
use crate::source::{File, Snapshot};

type Locate<'a> = &'a dyn Fn(usize) -> Location;

/// Most sources that are looked for.
const SOURCES: usize = 200;
/// Most files beneath copied folders that are looked at.
const FILES: usize = 20_000;
/// Most bytes of other files that are searched for names.
const SEARCHED: u64 = 1 << 20;
/// Most missing sources of which it is asked whether something makes them.
const MISSING: usize = 50;
/// What stands in a line that makes a file or a folder.
const MAKERS: [&str; 18] = [
    ">", "-o", "cp ", "mv ", "curl", "wget", "build", "download", "tar ", "export", "compile", "mkdir", "path =",
    "path:", "generate", "touch", "clone", "tee ",
];
/// Folders of what a build makes.
const PRODUCTS: [&str; 9] = [
    "dist",
    "build",
    "target",
    "out",
    "bin",
    "release",
    "artifacts",
    "node_modules",
    "coverage",
];

/// The sources that the builder does not get.
pub(super) fn read(
    dockerfile: &docker::Dockerfile<'_>,
    snapshot: &Snapshot,
    context: &str,
    (ignore_file, rules): (Option<String>, &DockerIgnore),
    locate: Locate<'_>,
) -> Vec<AbsentSource> {
    let mut search = Search {
        snapshot,
        context,
        rules,
        files_left: FILES,
    };
    // Something was left out of the snapshot, so nothing can be called missing.
    let whole = !snapshot.notes().iter().any(|note| note.what.contains("left out"));
    let (mut absent, mut missing, mut evidence) = (Vec::new(), Vec::new(), context.is_empty());
    for (keyword, start, source) in sources(dockerfile).into_iter().take(SOURCES) {
        let Some(path) = clean(source) else { continue };
        let push = |reason| AbsentSource {
            name: path.chars().take(200).collect(),
            keyword,
            reason,
            ignore_file: ignore_file.clone(),
            loc: locate(start),
        };
        match search.state(&path) {
            State::Sent => evidence = true,
            State::KeptOut => {
                evidence = true;
                if !search.is_elsewhere(&path) {
                    absent.push(push("ignored"));
                }
            }
            State::Missing if whole && !search.is_elsewhere(&path) && !is_product(&path) => {
                missing.push(push("missing"))
            }
            State::Missing | State::Unknown => {}
        }
    }
    if evidence && !missing.is_empty() {
        missing.truncate(MISSING);
        let made = Made::of(snapshot, context);
        missing.retain(|source| !made.before_the_build(&source.name));
        absent.append(&mut missing);
        absent.sort_by(|a, b| a.loc.cmp(&b.loc));
    }
    absent
}

/// The plain sources of `COPY` and `ADD` from the context.
fn sources<'a>(dockerfile: &'a docker::Dockerfile<'_>) -> Vec<(&'static str, usize, &'a str)> {
    let mut found = Vec::new();
    for instruction in dockerfile.stages().flat_map(|stage| stage.instructions) {
        let (keyword, start, options, list) = match instruction {
            docker::Instruction::Copy(copy) => ("COPY", copy.copy.span.start, &copy.options, &copy.src),
            docker::Instruction::Add(add) => ("ADD", add.add.span.start, &add.options, &add.src),
            _ => continue,
        };
        if options.iter().any(|flag| flag.name.value == "from") || found.len() > SOURCES {
            continue;
        }
        found.extend(paths(list).map(|path| (keyword, start, path)));
    }
    found
}

/// The path beneath the context; none for the whole context, an address, a variable.
fn clean(source: &str) -> Option<String> {
    let source = source.trim_matches(['"', '\'']);
    let foreign = source.contains("://") || source.starts_with("git@") || source.contains(['$', '\\', '\0']);
    let pattern = source.starts_with(['!', '#', '<', '-']);
    if foreign || pattern || source.len() > 400 {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

fn is_product(path: &str) -> bool {
    path.split('/').any(|part| PRODUCTS.contains(&part))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Sent,
    KeptOut,
    Missing,
    Unknown,
}

struct Search<'a> {
    snapshot: &'a Snapshot,
    context: &'a str,
    rules: &'a DockerIgnore,
    files_left: usize,
}

impl Search<'_> {
    fn state(&mut self, path: &str) -> State {
        if path.contains(['*', '?', '[']) {
            return self.pattern(path);
        }
        let (mut there, mut sent) = (false, false);
        for file in beneath(self.snapshot, &join(self.context, path)) {
            if self.files_left == 0 {
                return State::Unknown;
            }
            self.files_left -= 1;
            there = true;
            if !self.rules.excludes(relative(file, self.context)) {
                sent = true;
                break;
            }
        }
        match (there, sent) {
            (_, true) => State::Sent,
            (true, false) => State::KeptOut,
            (false, false) if is_link(self.snapshot, self.context, path) => State::Unknown,
            (false, false) => State::Missing,
        }
    }

    /// A pattern that matches nothing may be meant so; one whose every file is kept out is not.
    fn pattern(&mut self, path: &str) -> State {
        let pattern = DockerIgnore::parse(path);
        let mut there = false;
        for file in beneath(self.snapshot, self.context) {
            if self.files_left == 0 {
                return State::Unknown;
            }
            self.files_left -= 1;
            let name = relative(file, self.context);
            if pattern.excludes(name) {
                there = true;
                if !self.rules.excludes(name) {
                    return State::Sent;
                }
            }
        }
        if there { State::KeptOut } else { State::Unknown }
    }

    /// Whether it is there beneath a folder above the Dockerfile, which may be the context as well.
    fn is_elsewhere(&self, path: &str) -> bool {
        let mut folder = self.context;
        while !folder.is_empty() {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
            if beneath(self.snapshot, &join(folder, path)).next().is_some() || is_link(self.snapshot, folder, path) {
                return true;
            }
        }
        false
    }
}

fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}

fn relative<'a>(file: &'a File, context: &str) -> &'a str {
    let rest = file.path.strip_prefix(context).unwrap_or(&file.path);
    rest.strip_prefix('/').unwrap_or(rest)
}

/// The file with a path, or the files of the folder with it.
fn beneath<'a>(snapshot: &'a Snapshot, path: &str) -> impl Iterator<Item = &'a File> {
    let folder = if path.is_empty() {
        String::new()
    } else {
        format!("{path}/")
    };
    let files = snapshot.files();
    let first = files.partition_point(|file| file.path.as_str() < folder.as_str());
    let rest = files.get(first..).unwrap_or_default();
    let inside = rest.iter().take_while(move |file| file.path.starts_with(&folder));
    snapshot.get(path).into_iter().chain(inside)
}

/// Whether the path or a folder of it is a symbolic link, which is not followed.
fn is_link(snapshot: &Snapshot, folder: &str, path: &str) -> bool {
    let full = join(folder, path);
    let ends = full.match_indices('/').map(|(at, _)| at).chain([full.len()]);
    let names = ends.filter_map(|end| full.get(..end));
    names.into_iter().any(|name| {
        snapshot
            .links()
            .binary_search_by(|link| link.path.as_str().cmp(name))
            .is_ok()
    })
}

/// What may be made before the build.
struct Made {
    ignored: ignore::gitignore::Gitignore,
    texts: Vec<String>,
}

impl Made {
    fn of(snapshot: &Snapshot, context: &str) -> Self {
        let mut builder = GitignoreBuilder::new("");
        let nested = join(context, ".gitignore");
        for path in [".gitignore", nested.as_str()] {
            let text = snapshot
                .text(path)
                .map(|text| text.content.into_owned())
                .unwrap_or_default();
            for line in text.lines().filter(|line| line.len() < 400).take(1_000) {
                // A line that is no pattern matches nothing.
                let _ = builder.add_line(None, line);
            }
        }
        let mut left = SEARCHED;
        let mut texts = Vec::new();
        for file in snapshot.sources().filter(|file| speaks_of_files(file)) {
            if file.size <= left
                && let Some(text) = file.text()
            {
                left -= file.size;
                texts.push(text.content.into_owned());
            }
        }
        Self {
            ignored: builder
                .build()
                .unwrap_or_else(|_| ignore::gitignore::Gitignore::empty()),
            texts,
        }
    }

    /// The lines that make files; `pip install -r requirements.txt` only reads one.
    fn lines_with_makers(&self) -> impl Iterator<Item = &str> {
        let lines = self.texts.iter().flat_map(|text| text.lines());
        lines.filter(|line| MAKERS.iter().any(|maker| line.contains(maker)))
    }

    fn before_the_build(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        [false, true].iter().any(|folder| {
            self.ignored
                .matched_path_or_any_parents(Path::new(path), *folder)
                .is_ignore()
        }) || self.lines_with_makers().any(|line| line.contains(name))
    }
}

/// Scripts, pipelines and the list of submodules.
fn speaks_of_files(file: &File) -> bool {
    matches!(file.extension().as_str(), "sh" | "yml" | "yaml" | "mk" | "ps1" | "bat")
        || matches!(
            file.name().to_lowercase().as_str(),
            "makefile" | "justfile" | ".gitmodules" | "package.json" | "jenkinsfile" | "noxfile.py" | "tox.ini"
        )
}

#[cfg(test)]
mod tests {
    use crate::facts::dockerfile::collect;
    use crate::source::Snapshot;

    /// What is absent: name, reason, line.
    fn absent(files: &[(&str, &str)]) -> Vec<String> {
        let facts = collect(&Snapshot::from_files("project", files.iter().copied()));
        assert!(facts.valid, "{:?}", facts.errors);
        let words = |source: &super::AbsentSource| format!("{} {} {}", source.name, source.reason, source.loc.line);
        facts.absent_sources.iter().map(words).collect()
    }

    #[test]
    fn what_is_there_and_sent() {
        let text = "FROM a:1\nCOPY requirements.txt* ./app/ /x/\nCOPY . .\nCOPY [\"app/a.py\", \"/y/\"]\nCOPY --from=b missing /m\nADD https://x.test/z /z\n\
                    COPY $W none* /w/\nCOPY <<EOF /v\nx\nEOF\n";
        let files = [
            ("Dockerfile", text),
            ("app/a.py", ""),
            ("requirements.txt", ""),
            (".dockerignore", "*\n!app\n!requirements.txt\n"),
        ];
        assert_eq!(absent(&files), [""; 0]);
    }

    #[test]
    fn what_the_ignore_file_keeps_out() {
        let text = "FROM a:1\nCOPY app/a.py data *.csv /x/\nCOPY app /app\n";
        let files = [
            ("Dockerfile", text),
            ("app/a.py", ""),
            ("app/b.py", ""),
            ("data/x.txt", ""),
            ("z.csv", ""),
            (".dockerignore", "app/a.py\ndata/**\n*.csv\n"),
        ];
        assert_eq!(
            absent(&files),
            ["app/a.py ignored 2", "data ignored 2", "*.csv ignored 2"]
        );
    }

    #[test]
    fn what_is_nowhere() {
        let text = "FROM a:1\nCOPY requirements.txt setup/ ./\nCOPY ../b.py /b\n";
        let files = [("Dockerfile", text), ("app/requirements.txt", ""), ("b.py", "")];
        assert_eq!(absent(&files), ["requirements.txt missing 2", "setup missing 2"]);
    }

    #[test]
    fn what_may_be_made_or_lie_in_another_context() {
        let text = "FROM a:1\nCOPY dist/a.whl model.pkl made.txt gone /x/\n";
        let files = [
            ("Dockerfile", text),
            (".gitignore", "*.pkl\n"),
            ("Makefile", "image:\n\tdate > made.txt\n\tpip install -r gone\n"),
        ];
        assert_eq!(absent(&files), ["gone missing 2"]);
        let nested = "FROM a:1\nCOPY app /app\nCOPY gone /gone\n";
        // Nothing tells that the folder of the Dockerfile is the context.
        assert_eq!(absent(&[("docker/Dockerfile", nested), ("app/a.py", "")]), [""; 0]);
        let evident = [("docker/Dockerfile", nested), ("docker/app/a.py", "")];
        assert_eq!(absent(&evident), ["gone missing 3"]);
    }
}
