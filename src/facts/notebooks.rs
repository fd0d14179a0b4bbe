//! The fact `notebooks`: how Jupyter notebooks were left. They are read as JSON, never run.
//!
//! Places are the lines of the file where a cell begins; messages name the cell by its number from 1, as a reader counts.

use serde::{Deserialize, Serialize};

use super::location::Location;
use super::place::{Place, Places};
use crate::source::{File, Snapshot};

/// Most notebooks, and the largest in bytes.
const NOTEBOOKS: usize = 100;
const LARGEST: u64 = 16 << 20;
/// A notebook over this many bytes carries more output than a person reads.
const HEAVY: u64 = 1 << 20;

/// How notebooks were left.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NotebookFacts {
    /// Whether there is a notebook.
    pub present: bool,
    /// The notebooks that could be read.
    pub files: Vec<Notebook>,
    /// Cells that were run before a cell above them.
    pub out_of_order: Vec<Place>,
    /// Cells whose output is an error.
    pub errors: Vec<Place>,
    /// Cells that install a package without a version.
    pub installs: Vec<Place>,
    /// Cells with a path that exists on one machine alone.
    pub machine_paths: Vec<Place>,
    /// Notebooks that are mostly output.
    pub heavy: Vec<Place>,
    /// Notebooks that cannot be read.
    pub unread: Vec<Place>,
}

/// One notebook.
#[derive(Debug, Clone, Serialize)]
pub struct Notebook {
    /// Its file.
    pub path: String,
    /// Cells with code.
    pub code_cells: usize,
    /// Cells with code that were run.
    pub executed: usize,
    /// Cells with text.
    pub text_cells: usize,
    /// Its first line.
    pub loc: Location,
}

/// The parts of a notebook that are looked at; nbformat 4, and the sheets of nbformat 3.
#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    cells: Vec<Cell>,
    #[serde(default)]
    worksheets: Vec<Sheet>,
}

#[derive(Deserialize)]
struct Sheet {
    #[serde(default)]
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    #[serde(default, alias = "input")]
    source: Source,
    #[serde(default, alias = "prompt_number")]
    execution_count: Option<u64>,
    #[serde(default)]
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    output_type: String,
    #[serde(default)]
    ename: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Text(String),
    Lines(Vec<String>),
}

impl Default for Source {
    fn default() -> Self {
        Self::Lines(Vec::new())
    }
}

impl Source {
    fn lines(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => text.lines().collect(),
            Self::Lines(lines) => lines.iter().map(|line| line.trim_end_matches('\n')).collect(),
        }
    }
}

/// Collects the fact.
pub fn collect(snapshot: &Snapshot) -> NotebookFacts {
    let mut facts = NotebookFacts::default();
    let notebooks = snapshot
        .sources()
        .filter(|file| file.extension() == "ipynb" && !file.path.contains(".ipynb_checkpoints/"))
        // material of tests may be broken on purpose
        .filter(|file| {
            !file
                .folder()
                .split('/')
                .any(|part| matches!(part, "tests" | "test" | "testing"))
        });
    for file in notebooks.take(NOTEBOOKS) {
        facts.present = true;
        if file.size > HEAVY {
            let megabytes = file.size.div_ceil(1 << 20);
            facts
                .heavy
                .note_line(file, format!("{megabytes} MB, nearly all of it output"), 1);
        }
        let Some(text) = file.text().filter(|_| file.size <= LARGEST) else {
            facts
                .unread
                .note_line(file, "it is too large, or no text".to_owned(), 1);
            continue;
        };
        match serde_json::from_str::<Written>(&text.content) {
            Ok(written) => read(file, &text.content, written, &mut facts),
            Err(error) => {
                let line = error.line();
                facts
                    .unread
                    .note_line(file, "it is no notebook: its JSON is broken".to_owned(), line);
            }
        }
    }
    facts
}

fn read(file: &File, text: &str, written: Written, facts: &mut NotebookFacts) {
    let cells: Vec<Cell> = written
        .worksheets
        .into_iter()
        .flat_map(|sheet| sheet.cells)
        .chain(written.cells)
        .collect();
    let starts = cell_lines(text);
    let mut notebook = Notebook {
        path: file.path.clone(),
        code_cells: 0,
        executed: 0,
        text_cells: 0,
        loc: Location::start(&file.path),
    };
    // The cell above that was run: its number among all cells, and its place in the order of running.
    let mut latest: Option<(usize, u64)> = None;
    for (index, cell) in cells.iter().enumerate() {
        let (number, line) = (index + 1, starts.get(index).copied().unwrap_or(1));
        let lines = cell.source.lines();
        if cell.cell_type != "code" {
            notebook.text_cells += usize::from(cell.cell_type != "raw");
            continue;
        }
        if lines.iter().all(|line| line.trim().is_empty()) {
            continue;
        }
        notebook.code_cells += 1;
        if let Some(count) = cell.execution_count {
            notebook.executed += 1;
            if let Some((before, ran)) = latest.replace((number, count))
                && count < ran
            {
                facts.out_of_order.note_line(
                    file,
                    format!("cell {number} was run before cell {before} above it ([{count}] and [{ran}])"),
                    line,
                );
            }
        }
        if let Some(output) = cell
            .outputs
            .iter()
            .find(|output| matches!(output.output_type.as_str(), "error" | "pyerr"))
        {
            let name: String = output.ename.as_deref().unwrap_or("an error").chars().take(60).collect();
            facts
                .errors
                .note_line(file, format!("cell {number} ends in {name}"), line);
        }
        if let Some(package) = lines.iter().find_map(|line| unpinned(line)) {
            facts
                .installs
                .note_line(file, format!("cell {number} installs {package}"), line);
        }
        if lines.iter().any(|line| names_machine(line)) {
            facts
                .machine_paths
                .note_line(file, format!("cell {number} names a folder of one machine"), line);
        }
    }
    facts.files.push(notebook);
}

/// The lines where cells begin: each has one key `cell_type`, and in a text its quotes would be escaped.
fn cell_lines(text: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut rest = line;
        while let Some(at) = rest.find("\"cell_type\"") {
            if !rest[..at].ends_with('\\') {
                lines.push(number + 1);
            }
            rest = &rest[at + 1..];
        }
    }
    lines
}

/// The first package that a line installs without a version.
fn unpinned(line: &str) -> Option<String> {
    let command = line.trim().trim_start_matches(['!', '%']).trim_start();
    let is_magic = line.trim_start().starts_with(['!', '%']);
    let rest = [
        "pip install ",
        "pip3 install ",
        "conda install ",
        "mamba install ",
        "uv pip install ",
    ]
    .iter()
    .find_map(|start| command.strip_prefix(start))
    .filter(|_| is_magic)?;
    let mut words = rest.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            // A file of requirements is pinned, or not, where it is written.
            "-r" | "--requirement" | "-c" | "--constraint" | "-e" | "--editable" => {
                words.next();
            }
            option if option.starts_with('-') || option.starts_with('.') || option.contains('/') => {}
            package if package.contains("==") || package.contains('@') || package.contains('=') => {}
            package => return Some(package.trim_matches(['"', '\'']).chars().take(60).collect()),
        }
    }
    None
}

/// `/home/ada`, `/Users/ada`, `C:\Users\ada`: paths that nobody else has.
fn names_machine(line: &str) -> bool {
    let code = line.trim_start();
    if code.starts_with('#') {
        return false;
    }
    ["\"/home/", "'/home/", "\"/Users/", "'/Users/"]
        .iter()
        .any(|start| code.contains(start))
        || ["C:\\Users\\", "C:\\\\Users", "C:/Users/"]
            .iter()
            .any(|start| code.contains(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> NotebookFacts {
        collect(&Snapshot::from_files("project", [("eda.ipynb", text)]))
    }

    fn notebook(cells: &[&str]) -> String {
        format!("{{\n \"cells\": [\n{}\n ],\n \"nbformat\": 4\n}}\n", cells.join(",\n"))
    }

    fn code(count: &str, source: &str, outputs: &str) -> String {
        let source = serde_json::Value::from(source).to_string();
        format!(
            "  {{\"cell_type\": \"code\",\n   \"execution_count\": {count},\n   \"source\": [{source}],\n   \"outputs\": [{outputs}]}}"
        )
    }

    #[test]
    fn a_notebook_that_was_run_from_top_to_bottom_is_sound() {
        let text = notebook(&[
            "  {\"cell_type\": \"markdown\", \"source\": \"# A \\\"cell_type\\\" in a text\"}",
            &code("1", "%matplotlib inline", ""),
            &code("null", "", ""),
            &code(
                "4",
                "!pip install -r requirements.txt pandas==2.2.3",
                "{\"output_type\": \"stream\"}",
            ),
        ]);
        let facts = facts(&text);
        assert_eq!(
            (
                facts.files[0].code_cells,
                facts.files[0].executed,
                facts.files[0].text_cells
            ),
            (2, 2, 1)
        );
        let quiet = [
            &facts.out_of_order,
            &facts.errors,
            &facts.installs,
            &facts.machine_paths,
            &facts.heavy,
            &facts.unread,
        ];
        assert!(quiet.iter().all(|list| list.is_empty()), "{facts:?}");
    }

    #[test]
    fn what_is_wrong_is_told_at_the_line_of_its_cell() {
        let text = notebook(&[
            &code("7", "x = 1", ""),
            &code(
                "3",
                "open('/home/ada/data.csv')",
                "{\"output_type\": \"error\", \"ename\": \"KeyError\", \"evalue\": \"hunter2\"}",
            ),
            &code("8", "!pip install --quiet \"pandas\"", ""),
        ]);
        let facts = facts(&text);
        assert_eq!(
            facts.out_of_order[0].what,
            "cell 2 was run before cell 1 above it ([3] and [7])"
        );
        assert_eq!(facts.out_of_order[0].loc.line, 7);
        assert_eq!(facts.errors[0].what, "cell 2 ends in KeyError");
        assert_eq!(facts.installs[0].what, "cell 3 installs pandas");
        assert_eq!(facts.machine_paths.len(), 1);
        // The text of an error may hold anything.
        assert!(!format!("{facts:?}").contains("hunter2"));
    }

    #[test]
    fn a_notebook_without_output_raises_nothing_and_a_broken_one_is_told() {
        assert!(
            facts(&notebook(&[&code("null", "x", ""), &code("null", "y", "")]))
                .out_of_order
                .is_empty()
        );
        assert_eq!(facts("{\"cells\": [}").unread.len(), 1);
        assert_eq!(facts(&"[".repeat(100_000)).unread.len(), 1);
        assert_eq!(
            facts(&format!("{{\"cells\": [], \"pad\": \"{}\"}}", "x".repeat(2 << 20)))
                .heavy
                .len(),
            1
        );
    }

    #[test]
    fn the_sheets_of_the_old_format_are_read() {
        let text = "{\"worksheets\": [{\"cells\": [{\"cell_type\": \"code\", \"input\": [\"x\"], \"prompt_number\": 2, \"outputs\": [{\"output_type\": \"pyerr\", \"ename\": \"NameError\"}]}]}]}";
        assert_eq!(facts(text).errors[0].what, "cell 1 ends in NameError");
    }

    #[test]
    fn material_of_tests_may_be_broken() {
        let files = [("tests/files/fails.ipynb", "{"), ("eda.ipynb", "{")];
        let facts = collect(&Snapshot::from_files("project", files));
        assert_eq!(facts.unread.len(), 1);
        assert_eq!(facts.unread[0].loc.path, "eda.ipynb");
    }
}
