//! Reports in files: `--report FORMAT=PATH`. `{project}` in the path stands for the name of the project, so that each of
//! several has a file of its own.
//!
//! Every place is opened before the work starts, so that a long run does not end in "permission denied". A report is
//! written beside its place and renamed at the end: who reads the file sees the old report or the new one, never half of
//! one. Devices and pipes are written in place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::format::{Format, RenderError};
use super::github;
use super::human::HumanOptions;
use super::model::Report;
use crate::text;

/// Stands for the name of the project in a path.
pub const PROJECT: &str = "{project}";

/// What is wrong with the places for reports.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// No `=`, or nothing on one of its sides.
    #[error("`{given}` is not of the form FORMAT=PATH; write one such as json=report.json")]
    Form {
        /// What was given.
        given: String,
    },
    /// A format that does not exist.
    #[error("there is no report format `{format}`{}; there are {}", hint(format), names())]
    Format {
        /// What was given.
        format: String,
    },
    /// Two reports for one place.
    #[error("two reports cannot both be written to {place}")]
    Twice {
        /// The place.
        place: String,
    },
    /// The place cannot be written.
    #[error("a report cannot be written to {}", path.display())]
    Open {
        /// The place.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The report could not be written after all.
    #[error("the report could not be written to {place}")]
    Write {
        /// The place.
        place: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The report has no form in its format.
    #[error("the report could not be rendered")]
    Render(#[from] RenderError),
}

/// The places for reports, open and waiting.
#[derive(Debug, Default)]
pub struct ReportFiles {
    places: Vec<(Format, Place)>,
}

#[derive(Debug)]
enum Place {
    Standard,
    /// A regular file, existing or not; the report waits beside it.
    Beside {
        path: PathBuf,
        waiting: NamedTempFile,
    },
    /// A device or a pipe.
    Direct {
        path: PathBuf,
        file: File,
    },
}

impl ReportFiles {
    /// Opens the place of each `FORMAT=PATH` for a project; `-` is standard output.
    ///
    /// # Errors
    ///
    /// When one is not of that form, names no format or a place that cannot be written, or when two name one place.
    pub fn open<'a>(requests: impl IntoIterator<Item = &'a str>, project: &str) -> Result<Self, FilesError> {
        let mut parsed: Vec<(Format, PathBuf)> = Vec::new();
        for request in requests {
            let (format, path) = parse(request)?;
            let path = PathBuf::from(path.replace(PROJECT, project));
            let place = resolved(&path);
            if parsed.iter().any(|(_, other)| resolved(other) == place) {
                return Err(FilesError::Twice { place: name(&path) });
            }
            parsed.push((format, path));
        }
        let places = parsed
            .into_iter()
            .map(|(format, path)| {
                let place = Place::open(&path).map_err(|source| FilesError::Open { path, source })?;
                Ok((format, place))
            })
            .collect::<Result<_, FilesError>>()?;
        Ok(Self { places })
    }

    /// True when a report goes to standard output; the one for a person then belongs on standard error.
    pub fn takes_standard_output(&self) -> bool {
        self.places.iter().any(|(_, place)| matches!(place, Place::Standard))
    }

    /// Writes the report to every place. A place that fails does not keep the others from theirs.
    ///
    /// # Errors
    ///
    /// The first trouble, after every place was tried.
    pub fn write(self, report: &Report, options: &HumanOptions, standard: &mut dyn Write) -> Result<(), FilesError> {
        let options = HumanOptions {
            color: false,
            ..*options
        };
        let in_actions = github::in_actions();
        let mut result = Ok(());
        for (format, place) in self.places {
            let written = format
                .render(report, &options)
                .map_err(FilesError::from)
                .map(|text| match place {
                    Place::Standard if in_actions => github::inert_report(format, text),
                    _ => text,
                })
                .and_then(|text| place.write(&text, standard));
            result = result.and(written);
        }
        result
    }
}

impl Place {
    fn open(path: &Path) -> io::Result<Self> {
        if is_standard(path) {
            return Ok(Self::Standard);
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it is a folder; name a file in it",
            )),
            Ok(found) if !found.is_file() => Ok(Self::Direct {
                path: path.to_owned(),
                file: OpenOptions::new().write(true).open(path)?,
            }),
            // A link is followed, so that the file it names is replaced and not the link.
            Ok(_) => {
                OpenOptions::new().append(true).open(path)?;
                Self::beside(fs::canonicalize(path)?)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::beside(path.to_owned()),
            Err(error) => Err(error),
        }
    }

    fn beside(path: PathBuf) -> io::Result<Self> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".proofolio-report-");
        // The permissions of any new file, not those of a private one.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let waiting = builder.tempfile_in(folder)?;
        if let Ok(existing) = fs::metadata(&path) {
            waiting.as_file().set_permissions(existing.permissions())?;
        }
        Ok(Self::Beside { path, waiting })
    }

    fn write(self, text: &str, standard: &mut dyn Write) -> Result<(), FilesError> {
        let (place, written) = match self {
            Self::Standard => (
                "standard output".to_owned(),
                standard.write_all(text.as_bytes()).and_then(|()| standard.flush()),
            ),
            Self::Direct { path, mut file } => (name(&path), file.write_all(text.as_bytes())),
            Self::Beside { path, mut waiting } => (
                name(&path),
                waiting
                    .write_all(text.as_bytes())
                    .and_then(|()| waiting.as_file().sync_all())
                    .and_then(|()| waiting.persist(&path).map(drop).map_err(|error| error.error)),
            ),
        };
        written.map_err(|source| FilesError::Write { place, source })
    }
}

fn parse(request: &str) -> Result<(Format, &str), FilesError> {
    let form = || FilesError::Form {
        given: request.to_owned(),
    };
    let (format, path) = request.split_once('=').ok_or_else(form)?;
    if format.is_empty() || path.is_empty() {
        return Err(form());
    }
    let known = Format::ALL.into_iter().find(|known| known.name() == format);
    let format = known.ok_or_else(|| FilesError::Format {
        format: format.to_owned(),
    })?;
    Ok((format, path))
}

fn names() -> String {
    Format::ALL.map(Format::name).join(", ")
}

fn hint(format: &str) -> String {
    text::nearest(format, Format::ALL.map(Format::name))
        .map(|name| format!(" (did you mean `{name}`?)"))
        .unwrap_or_default()
}

fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The place that a path names, whichever way it is written.
fn resolved(path: &Path) -> PathBuf {
    if is_standard(path) {
        return path.to_owned();
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    fs::canonicalize(&absolute)
        .or_else(|error| match (absolute.parent(), absolute.file_name()) {
            (Some(folder), Some(name)) => fs::canonicalize(folder).map(|folder| folder.join(name)),
            _ => Err(error),
        })
        .unwrap_or(absolute)
}

fn name(path: &Path) -> String {
    match is_standard(path) {
        true => "standard output".to_owned(),
        false => path.display().to_string(),
    }
}
