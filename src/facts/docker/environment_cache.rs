//! The cache of installed environments: images on the engine, and a small file here for each with what is in it.
//!
//! How long the images themselves stay is a matter of the [image cache](super::image_cache).

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use sha2::{Digest, Sha256};

use super::environment::Distribution;
use super::result_cache::keep_newest;
use crate::engine::{Engine, EngineError};

/// Changes whenever the recipe by which environments are made does.
const RECIPE: &str = "2";
/// How long an environment is good whose requirements name no fixed versions.
const UNPINNED_LIFETIME: Duration = Duration::from_secs(24 * 3600);
/// Environments that are remembered; most of their images are long gone then.
const MOST_NOTES: usize = 500;
/// The repository of the images.
const REPOSITORY: &str = "proofolio-environment";

/// The digest of everything that a cached thing is made from.
#[derive(Debug, Clone)]
pub struct Key(Sha256);

impl Key {
    /// A key that begins with these parts.
    pub fn new(parts: &[&str]) -> Self {
        let mut key = Self(Sha256::new());
        key.add(RECIPE.as_bytes());
        parts.iter().for_each(|part| key.add(part.as_bytes()));
        key
    }

    /// Adds a part; its length goes in too, so that no two lists of parts have the same key.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// The digest as 32 hexadecimal digits.
    pub fn digest(&self) -> String {
        self.0
            .clone()
            .finalize()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The image of the environment.
    pub fn image(&self) -> String {
        format!("{REPOSITORY}:{}", self.digest())
    }
}

/// What is in a cached environment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Installed {
    /// When it was made, in seconds since 1970.
    pub made: u64,
    /// What was installed.
    pub packages: Vec<Distribution>,
}

impl Installed {
    /// What was installed just now.
    pub fn now(packages: Vec<Distribution>) -> Self {
        let made = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        Self { made, packages }
    }

    /// When it was made.
    pub fn moment(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.made)
    }
}

/// The files of the cache; without a folder nothing is ever found.
#[derive(Debug)]
pub struct EnvironmentCache {
    folder: Option<PathBuf>,
}

impl EnvironmentCache {
    /// Opens the cache below `folder`.
    pub fn open(folder: Option<&Path>) -> Self {
        Self {
            folder: folder.map(|folder| folder.join("environments")),
        }
    }

    fn file(&self, digest: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{digest}.json")))
    }

    /// What the environment of this key holds, if it is there in full and, with requirements that are not pinned, young.
    ///
    /// # Errors
    ///
    /// When the engine cannot be asked.
    pub fn find(&self, key: &Key, pinned: bool, engine: &dyn Engine) -> Result<Option<Installed>, EngineError> {
        let Some(file) = self.file(&key.digest()) else {
            return Ok(None);
        };
        let Some(installed) = std::fs::read(file)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Installed>(&bytes).ok())
        else {
            return Ok(None);
        };
        let age = SystemTime::now().duration_since(installed.moment()).unwrap_or_default();
        if (!pinned && age > UNPINNED_LIFETIME) || engine.image(&key.image())?.is_none() {
            return Ok(None);
        }
        Ok(Some(installed))
    }

    /// Notes what an environment holds. A cache that cannot be written is no cache, not an error.
    pub fn store(&self, key: &Key, installed: &Installed) {
        let (Some(folder), Some(file)) = (&self.folder, self.file(&key.digest())) else {
            return;
        };
        let written = std::fs::create_dir_all(folder).and_then(|()| {
            let mut beside = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&mut beside, installed)?;
            beside.persist(&file).map_err(|error| error.error)?;
            keep_newest(folder, MOST_NOTES)
        });
        drop(written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_parts_apart() {
        assert_ne!(Key::new(&["ab", "c"]).image(), Key::new(&["a", "bc"]).image());
        assert_eq!(Key::new(&["ab", "c"]).image(), Key::new(&["ab", "c"]).image());
    }
}
