//! The shape of the `requirements` fact.

use crate::facts::location::Location;
use crate::source::Encoding;

/// What the project says it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct RequirementsFacts {
    /// Whether the project declares its dependencies at all.
    pub declared: bool,
    /// The files that were read.
    pub files: Vec<RequirementsFile>,
    /// Every requirement, file by file in the order of the lines.
    pub entries: Vec<Entry>,
    /// Names that a person wrote: from pyproject.toml, Pipfile and `.in` files, and from requirements files that no tool
    /// compiled.
    pub direct: Vec<String>,
    /// Names that some file pins to a version.
    pub locked: Vec<String>,
    /// Names that constraints files pin.
    #[serde(skip)]
    pub(super) constrained: Vec<String>,
    /// Entries of which only the name can be read.
    #[serde(skip)]
    pub(in crate::facts) misspelt: Vec<Entry>,
    /// Whether every requirement of the files that are installed carries hashes.
    pub all_hashed: bool,
    /// Options in requirements files: `--index-url`, `--extra-index-url`, `--find-links`, `-e`.
    pub options: Vec<OptionLine>,
    /// Lines that cannot be read, and includes that are missing.
    pub errors: Vec<Trouble>,
    /// Names that are pinned to different versions by files of one folder.
    pub conflicts: Vec<Conflict>,
    /// Names that one file lists twice.
    pub duplicates: Vec<Conflict>,
    /// Which Python the project asks for.
    pub python: Vec<PythonRequirement>,
    /// Places that use another Python than the project says it needs.
    pub python_clashes: Vec<PythonClash>,
    /// Packages with a better one in their place.
    pub outdated: Vec<Advice>,
    /// The file that pins everything, if there is one.
    pub lock: Option<Lock>,
}

/// A package that should not be listed any more.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Advice {
    /// Its name.
    pub name: String,
    /// What to use.
    pub instead: String,
    /// Where it is listed.
    pub loc: Location,
}

/// A Python that the project is not meant for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PythonClash {
    /// The version that is used.
    pub version: String,
    /// What is asked for.
    pub needed: String,
    /// The file that asks for it.
    pub source: String,
    /// Where the version is used.
    pub loc: Location,
}

/// One file that lists requirements.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RequirementsFile {
    /// Its path.
    pub path: String,
    /// `requirements`, `input` (`.in`), `constraints`, `pyproject`, `pipfile`, `setuptools` or `conda`.
    pub kind: &'static str,
    /// Whether it is for running or for developing.
    pub group: Group,
    /// Its encoding.
    pub encoding: Encoding,
    /// Whether it holds bytes that are no valid text.
    pub lossy: bool,
    /// Whether a tool compiled it (pip-compile, uv).
    pub compiled: bool,
    /// How many requirements it lists itself.
    pub entries: usize,
    /// Its first line.
    pub loc: Location,
}

/// What a requirement is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// To run.
    #[default]
    Runtime,
    /// To develop and test.
    Dev,
}

/// One requirement.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// The name, normalised (`Foo_Bar` is `foo-bar`).
    pub name: String,
    /// The line as it was written, without hashes.
    pub raw: String,
    /// The version specifier: `==1.2.3`, `>=2,<3`; empty without one.
    pub specifier: String,
    /// Whether the requirement itself fixes one version (`==` without `*`, `===`, a commit, a file).
    pub pinned: bool,
    /// Whether it or a lock file of the project fixes one version.
    pub locked: bool,
    /// Whether the project's lock file does not know it, although it should.
    pub missing_from_lock: bool,
    /// Whether it carries hashes.
    pub hashed: bool,
    /// The address, for a requirement by address.
    pub url: Option<String>,
    /// The version control system, for an address that names one.
    pub vcs: Option<String>,
    /// Whether it is installed in editable mode.
    pub editable: bool,
    /// The extras.
    pub extras: Vec<String>,
    /// The environment marker.
    pub marker: Option<String>,
    /// The file that lists it.
    pub file: String,
    /// The extra or dependency group of pyproject.toml.
    pub section: Option<String>,
    /// What it is for.
    pub group: Group,
    /// Whether a person wrote it, rather than a tool that compiles.
    pub direct: bool,
    /// Where it is.
    pub loc: Location,
}

/// An option line of a requirements file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OptionLine {
    /// The option's long name: `--index-url`, `--editable`, …
    pub name: String,
    /// Its value; credentials in addresses are masked.
    pub value: String,
    /// Where it is.
    pub loc: Location,
}

/// Something that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Trouble {
    /// What is wrong.
    pub message: String,
    /// The text in question, shortened.
    pub text: String,
    /// Where it is.
    pub loc: Location,
}

/// A name that is listed more than once.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Conflict {
    /// The name.
    pub name: String,
    /// The specifiers.
    pub versions: Vec<String>,
    /// The later place.
    pub loc: Location,
}

/// Which Python is asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PythonRequirement {
    /// As it was written: `>=3.11`, `3.13`.
    pub specifier: String,
    /// Where.
    pub loc: Location,
}

/// The file that pins everything.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Lock {
    /// `uv`, `poetry`, `pdm`, `pipenv`, `pylock` or `requirements`.
    pub kind: &'static str,
    /// Its path.
    pub path: String,
    /// Its first line.
    pub loc: Location,
}
