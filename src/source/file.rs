//! One file of a snapshot.

use sha2::{Digest, Sha256};

use super::text::{Text, decode};

/// What is known of a file's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// All bytes.
    Kept(Vec<u8>),
    /// Only the hash: the file is larger than the limits keep.
    Hashed([u8; 32]),
    /// Neither: the file belongs to an installed environment, or all limits are used up.
    Unread,
}

/// A regular file beneath the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Relative path with `/`, escaped where it is not plain text (see [`super::escape_name`]).
    pub path: String,
    /// The path as the file system gave it, relative to the target, with `/`.
    pub raw_path: Vec<u8>,
    /// Size in bytes.
    pub size: u64,
    /// What is known of its content.
    pub content: Content,
    /// Whether its owner may execute it.
    pub executable: bool,
    /// Whether git tracks it, in HEAD or in the index. Without a repository: `false`.
    pub tracked: bool,
    /// Whether it lies in an installed environment (a virtual environment, `node_modules`).
    pub environment: bool,
    /// Modification time in seconds and nanoseconds, to compare with the index.
    pub(super) modified: (i64, u32),
}

impl File {
    /// The bytes, when they were kept.
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Kept(bytes) => Some(bytes),
            Content::Hashed(_) | Content::Unread => None,
        }
    }

    /// The text, when the bytes were kept and are not binary.
    pub fn text(&self) -> Option<Text<'_>> {
        let bytes = self.bytes()?;
        if is_binary(bytes) { None } else { Some(decode(bytes)) }
    }

    /// Whether it is a template that becomes a file only when somebody fills it in: its path has a place to be filled, such as
    /// `{{cookiecutter.name}}/pyproject.toml`.
    pub fn is_template(&self) -> bool {
        self.path.contains("{{")
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The folder that holds the file, without a trailing slash; empty at the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The extension in lower case, without the dot; empty without one.
    pub fn extension(&self) -> String {
        match self.name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    /// The SHA-256 of the content; of the size alone when the content was not read.
    pub fn digest(&self) -> [u8; 32] {
        match &self.content {
            Content::Kept(bytes) => Sha256::digest(bytes).into(),
            Content::Hashed(digest) => *digest,
            Content::Unread => Sha256::digest(self.size.to_be_bytes()).into(),
        }
    }
}

/// A NUL byte early in a file that is not UTF-16 means that it is no text.
fn is_binary(bytes: &[u8]) -> bool {
    !matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        && memchr::memchr(0, bytes.get(..8192).unwrap_or(bytes)).is_some()
}

/// A symbolic link beneath the target. It is never followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Relative path, escaped like [`File::path`].
    pub path: String,
    /// The path as the file system gave it.
    pub raw_path: Vec<u8>,
    /// Where the link points, as it is written in the link.
    pub target: Vec<u8>,
    /// Whether git tracks it.
    pub tracked: bool,
}
