//! The formats of reports. The place where one is added: a variant here, a renderer beside this file.

use super::human::{self, HumanOptions};
use super::model::Report;
use super::{badge, github, gitlab, html, json, junit, markdown, sarif};

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The report for a person, without colours.
    Human,
    /// One page for a browser.
    Html,
    /// Report v1, see `docs/report.md`.
    Json,
    /// JUnit XML.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
    /// Markdown, for a summary or a comment.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// A badge as SVG.
    Badge,
}

/// Why a report has no form in a format.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// It cannot be written as JSON.
    #[error("failed to write JSON")]
    Json(#[from] serde_json::Error),
    /// It cannot be written as XML.
    #[error("failed to write XML")]
    Xml(#[from] std::io::Error),
    /// It cannot be laid out as a page.
    #[error("failed to lay out the page")]
    Page(#[from] minijinja::Error),
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 9] = [
        Self::Human,
        Self::Html,
        Self::Json,
        Self::Junit,
        Self::Sarif,
        Self::Markdown,
        Self::Github,
        Self::Gitlab,
        Self::Badge,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Html => "html",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Badge => "badge",
        }
    }

    /// Renders a report. `options` are for formats that are laid out for a page, and for the words of the verdict.
    pub(super) fn render(self, report: &Report, options: &HumanOptions) -> Result<String, RenderError> {
        match self {
            Self::Human => Ok(human::render(report, options)),
            Self::Html => Ok(html::render(report, options.fail_on)?),
            Self::Json => Ok(json::render(report)?),
            Self::Junit => Ok(junit::render(report, options.fail_on)?),
            Self::Sarif => Ok(sarif::render(report, options.fail_on)?),
            Self::Markdown => Ok(markdown::render(report, options.fail_on)),
            Self::Github => Ok(github::render(report, options.fail_on)),
            Self::Gitlab => Ok(gitlab::render(report)?),
            Self::Badge => Ok(badge::render(report)),
        }
    }
}
