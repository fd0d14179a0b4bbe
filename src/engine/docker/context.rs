//! A build context as a tar stream: the same files always make the same bytes, and no more than a few pieces are in memory.

use std::collections::BTreeSet;
use std::io;

use bytes::Bytes;
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc::Sender;

use super::super::BuildRequest;

/// A piece of the stream.
const PIECE: usize = 64 * 1024;
/// The time of every member: 2020-01-01. Zero would be before 1980, which zip files, and so Python wheels, cannot hold.
const TIME: u64 = 1_577_836_800;

/// Writes the context. Ends early, without an error, when nobody listens any more.
pub(super) async fn send(
    request: &BuildRequest<'_>,
    without_syntax: bool,
    sender: Sender<Result<Bytes, io::Error>>,
) -> Result<(), io::Error> {
    let mut files: Vec<_> = request.files.iter().collect();
    files.sort_by_key(|file| file.path);
    let folders: BTreeSet<&str> = files.iter().flat_map(|file| parents(file.path)).collect();

    let mut archive = Builder::new(Vec::new());
    for folder in folders {
        let mut header = header(EntryType::Directory, 0o755, 0);
        archive.append_data(&mut header, format!("{folder}/"), io::empty())?;
    }
    for file in files {
        let replaced = (without_syntax && file.path == request.dockerfile).then(|| neutralised(file.contents));
        let contents = replaced.as_deref().unwrap_or(file.contents);
        let mode = if file.executable { 0o755 } else { 0o644 };
        let mut header = header(EntryType::Regular, mode, contents.len() as u64);
        archive.append_data(&mut header, file.path, contents)?;
        if archive.get_ref().len() >= PIECE && !hand_on(archive.get_mut(), &sender).await {
            return Ok(());
        }
    }
    let mut rest = archive.into_inner()?;
    hand_on(&mut rest, &sender).await;
    Ok(())
}

/// Sends what has been written so far; false when nobody listens.
async fn hand_on(written: &mut Vec<u8>, sender: &Sender<Result<Bytes, io::Error>>) -> bool {
    let mut bytes = Bytes::from(std::mem::take(written));
    while !bytes.is_empty() {
        let piece = bytes.split_to(bytes.len().min(PIECE));
        if sender.send(Ok(piece)).await.is_err() {
            return false;
        }
    }
    true
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(TIME);
    header.set_size(size);
    header
}

/// `a/b/c` gives `a`, `a/b`.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// The Dockerfile without its `# syntax=` line, which asks a registry for another frontend. The line stays as an ordinary
/// comment of the same length, so that line numbers in messages hold.
fn neutralised(dockerfile: &[u8]) -> Vec<u8> {
    let mut changed = dockerfile.to_vec();
    let mut start = 0;
    for line in dockerfile.split_inclusive(|byte| *byte == b'\n') {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start_matches('\u{feff}').trim();
        let Some(directive) = text
            .strip_prefix('#')
            .map(|rest| rest.trim_start().to_ascii_lowercase())
        else {
            break;
        };
        if directive
            .strip_prefix("syntax")
            .is_some_and(|rest| rest.trim_start().starts_with('='))
        {
            for byte in changed
                .iter_mut()
                .skip(start)
                .take(line.len())
                .filter(|byte| **byte == b'=')
            {
                *byte = b' ';
            }
        }
        start += line.len();
    }
    changed
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::super::super::ContextFile;
    use super::*;

    fn archive_of(files: Vec<ContextFile<'_>>) -> Vec<u8> {
        let request = BuildRequest {
            files,
            dockerfile: "Dockerfile",
            tag: "x",
            arguments: BTreeMap::new(),
            labels: BTreeMap::new(),
            no_cache: false,
            memory: 0,
            timeout: Duration::from_secs(1),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (sender, mut receiver) = tokio::sync::mpsc::channel::<Result<Bytes, io::Error>>(4);
            let collect = async {
                let mut all = Vec::new();
                while let Some(piece) = receiver.recv().await {
                    let piece: Bytes = piece.unwrap();
                    assert!(piece.len() <= PIECE);
                    all.extend_from_slice(&piece);
                }
                all
            };
            let (sent, all) = tokio::join!(send(&request, false, sender), collect);
            sent.unwrap();
            all
        })
    }

    #[test]
    fn the_order_of_the_files_does_not_matter() {
        let big = vec![7; 200_000];
        let long = format!("{}/file.txt", "folder/".repeat(30));
        let one = ContextFile {
            path: "a/b.txt",
            contents: &big,
            executable: false,
        };
        let two = ContextFile {
            path: &long,
            contents: b"x",
            executable: true,
        };
        let first = archive_of(vec![one, two]);
        assert_eq!(first, archive_of(vec![two, one]));
        let mut archive = tar::Archive::new(first.as_slice());
        let names: Vec<String> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect();
        assert_eq!(names.first().map(String::as_str), Some("a/"));
        assert!(names.contains(&long), "{names:?}");
    }

    #[test]
    fn only_the_syntax_directive_is_neutralised() {
        let text = "# syntax=docker/dockerfile:1\n# escape=`\nFROM x\n# syntax=y\n";
        let changed = String::from_utf8(neutralised(text.as_bytes())).unwrap();
        assert_eq!(
            changed,
            "# syntax docker/dockerfile:1\n# escape=`\nFROM x\n# syntax=y\n"
        );
    }
}
