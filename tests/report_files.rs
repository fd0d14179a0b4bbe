//! `--report FORMAT=PATH`: refused early, written whole or not at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;

use proofolio::report::files::{FilesError, ReportFiles};
use proofolio::report::human::HumanOptions;
use proofolio::report::model::Report;
use support::golden_report;

fn open(requests: &[&str]) -> Result<ReportFiles, FilesError> {
    ReportFiles::open(requests.iter().copied(), "project")
}

fn request(format: &str, path: &Path) -> String {
    format!("{format}={}", path.display())
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn what_cannot_be_used_is_refused_with_what_can() {
    for given in ["json", "=x", "json=", ""] {
        assert!(matches!(open(&[given]), Err(FilesError::Form { .. })), "{given}");
    }
    let message = open(&["pdf=x"]).unwrap_err().to_string();
    assert!(
        message.starts_with("there is no report format `pdf`; there are human, html, json, "),
        "{message}"
    );
    let message = open(&["jnit=x"]).unwrap_err().to_string();
    assert!(
        message.starts_with("there is no report format `jnit` (did you mean `junit`?); there are human, "),
        "{message}"
    );
    let message = open(&["json=-", "human=-"]).unwrap_err().to_string();
    assert_eq!(message, "two reports cannot both be written to standard output");
}

#[test]
fn a_place_that_cannot_be_written_is_found_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let missing = request("json", &folder.path().join("missing/report.json"));
    assert!(matches!(open(&[&missing]), Err(FilesError::Open { .. })));
    let itself = request("json", folder.path());
    assert!(matches!(open(&[&itself]), Err(FilesError::Open { .. })));
    let place = folder.path().join("a");
    let (one, other) = (request("json", &place), request("human", &folder.path().join("./a")));
    assert!(matches!(open(&[&one, &other]), Err(FilesError::Twice { .. })));
    assert_eq!(entries(folder.path()), 0);
}

#[test]
fn reports_appear_at_the_end_and_nothing_stays_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let (json, human) = (folder.path().join("report=1.json"), folder.path().join("report.txt"));
    fs::write(&human, "the old one").unwrap();
    let files = open(&[&request("json", &json), &request("human", &human)]).unwrap();
    assert!(!files.takes_standard_output());
    assert!(!json.exists());
    assert_eq!(fs::read_to_string(&human).unwrap(), "the old one");

    let report = golden_report::failed();
    let options = HumanOptions {
        color: true,
        ..HumanOptions::default()
    };
    let mut standard = Vec::new();
    files.write(&report, &options, &mut standard).unwrap();
    assert!(standard.is_empty());
    let read: Report = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(read, report);
    let page = fs::read_to_string(&human).unwrap();
    assert!(page.contains("✗ Failed: ") && !page.contains('\x1b'));
    assert_eq!(entries(folder.path()), 2);
}

#[test]
fn a_run_that_is_given_up_leaves_the_old_report() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("report.json");
    fs::write(&place, "the old one").unwrap();
    drop(open(&[&request("json", &place)]).unwrap());
    assert_eq!(fs::read_to_string(&place).unwrap(), "the old one");
    assert_eq!(entries(folder.path()), 1);
}

#[test]
fn a_dash_is_standard_output() {
    let files = open(&["json=-"]).unwrap();
    assert!(files.takes_standard_output());
    let mut standard = Vec::new();
    files
        .write(&golden_report::green(), &HumanOptions::default(), &mut standard)
        .unwrap();
    let read: Report = serde_json::from_slice(&standard).unwrap();
    assert_eq!(read, golden_report::green());
}

#[cfg(unix)]
#[test]
fn links_and_devices_survive() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (link, real) = (folder.path().join("link"), folder.path().join("real"));
    fs::write(&real, "").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    let files = open(&[&request("json", &link), "json=/dev/null"]).unwrap();
    files
        .write(&golden_report::green(), &HumanOptions::default(), &mut Vec::new())
        .unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(!fs::read(&real).unwrap().is_empty());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}
