//! Files go into a container as a tar stream over standard input of `tar`: the archive interface of the engine cannot
//! write into the memory file systems of a read-only container.

use std::time::Duration;

use super::bench::Bench;
use super::command;
use crate::engine::{ContainerId, EngineError, Operation, Stdin};

/// Wall limit of an upload.
const LIMIT: Duration = Duration::from_secs(120);

/// Unpacks files below a folder, which is made if it is missing. Files belong to the container's user.
pub fn files<'f>(
    bench: &Bench<'_>,
    container: &ContainerId,
    folder: &str,
    files: impl IntoIterator<Item = (&'f str, &'f [u8])>,
) -> Result<(), EngineError> {
    tree(
        bench,
        container,
        folder,
        files.into_iter().map(|(path, contents)| (path, contents, false)),
    )
}

/// The same for files that may be executable.
fn tree<'f>(
    bench: &Bench<'_>,
    container: &ContainerId,
    folder: &str,
    files: impl IntoIterator<Item = (&'f str, &'f [u8], bool)>,
) -> Result<(), EngineError> {
    let archive = archive(files).map_err(|error| EngineError::new(Operation::Exec, folder, error.to_string()))?;
    send(
        bench,
        container,
        &["sh", "-c", "mkdir -p \"$0\" && exec tar -x -f - -C \"$0\"", folder],
        &archive,
    )
}

/// A clean copy of the project below a folder: its own files, without environments that lie among them.
pub fn project(bench: &Bench<'_>, container: &ContainerId, folder: &str) -> Result<(), EngineError> {
    let files = bench.snapshot.files().iter().filter(|file| !file.environment);
    let files = files.filter_map(|file| Some((file.path.as_str(), file.bytes()?, file.executable)));
    tree(bench, container, folder, files)
}

/// Writes one file at an absolute path.
pub fn file(bench: &Bench<'_>, container: &ContainerId, path: &str, contents: &[u8]) -> Result<(), EngineError> {
    send(bench, container, &["sh", "-c", "exec cat > \"$0\"", path], contents)
}

fn send(bench: &Bench<'_>, container: &ContainerId, words: &[&str], bytes: &[u8]) -> Result<(), EngineError> {
    let mut request = command::request(bench, words, LIMIT);
    request.stdin = Stdin::Bytes(bytes);
    let outcome = bench.engine.exec(container, &request, &mut |_| {})?;
    if outcome.exit_code == Some(0) {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&outcome.stderr).trim().to_owned();
    let reason = if said.is_empty() {
        "the files could not be copied".to_owned()
    } else {
        said
    };
    Err(EngineError::new(Operation::Exec, container.to_string(), reason))
}

/// A tar archive with fixed owners and times, so that the same files are the same bytes.
fn archive<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8], bool)>) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    archive.mode(tar::HeaderMode::Deterministic);
    for (path, contents, executable) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(contents.len() as u64);
        header.set_mode(if executable { 0o755 } else { 0o644 });
        header.set_mtime(1_577_836_800);
        header.set_entry_type(tar::EntryType::Regular);
        archive.append_data(&mut header, path, contents)?;
    }
    archive.into_inner()
}
