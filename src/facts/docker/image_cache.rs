//! Bounds what verifications leave on the engine: environments, deployment runners and built images are kept for the next
//! run, and the least recently used of them go when all together are too large.
//!
//! The engine does not say when an image was last used; the modification time of an empty file for each image does.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::result_cache::keep_newest;
use crate::engine::session::{Belonging, leftovers};
use crate::engine::{Engine, EngineObject, ListedObject};

/// Most bytes that all cached images may have together, layers that several share counted for each.
const SIZE_CAP: u64 = 10 * 1024 * 1024 * 1024;
/// An image that was used within this time may be another run's at this moment.
const IN_USE: Duration = Duration::from_secs(15 * 60);
/// Uses that are remembered.
const MOST_NOTES: usize = 1_000;

/// When the cached images were used last; without a folder, the engine's own dates stand for it.
#[derive(Debug)]
pub struct ImageCache {
    folder: Option<PathBuf>,
}

impl ImageCache {
    /// Opens the notes below `folder`.
    pub fn open(folder: Option<&Path>) -> Self {
        Self {
            folder: folder.map(|folder| folder.join("images")),
        }
    }

    fn file(&self, image: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(image.replace([':', '/'], "-")))
    }

    /// Notes that an image is used now. A use that cannot be noted costs an early eviction at worst.
    pub fn used(&self, image: &str) {
        let (Some(folder), Some(file)) = (&self.folder, self.file(image)) else {
            return;
        };
        let _ = std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::File::create(file)?.set_modified(SystemTime::now()))
            .and_then(|()| keep_newest(folder, MOST_NOTES));
    }

    /// Removes images that a newer one of the same name replaced, and the least recently used ones until the rest fits. What
    /// cannot be removed, because somebody runs it, stays for the next time.
    pub fn shrink(&self, engine: &dyn Engine) {
        let Ok(objects) = leftovers(engine) else { return };
        let cached: Vec<(ListedObject, Option<SystemTime>)> = objects
            .into_iter()
            .filter(|(object, belonging)| {
                *belonging == Belonging::Cache && matches!(object.object, EngineObject::Image(_))
            })
            .map(|(object, _)| {
                let noted = self
                    .file(&object.name)
                    .and_then(|file| file.metadata().ok()?.modified().ok());
                let used = noted.or(object.created);
                (object, used)
            })
            .collect();
        for image in surplus(cached, SIZE_CAP, SystemTime::now()) {
            // By its name where it has one, so that an image with several loses this one only.
            let object = if named(&image) {
                EngineObject::Image(image.name.clone())
            } else {
                image.object.clone()
            };
            if engine.remove(&object).is_ok()
                && let Some(file) = self.file(&image.name)
            {
                let _ = std::fs::remove_file(file);
            }
        }
    }
}

/// Those of the images, with the time of their last use, that go: first what has lost its name, then the least recently used
/// ones until the rest has `cap` bytes at most.
fn surplus(mut images: Vec<(ListedObject, Option<SystemTime>)>, cap: u64, now: SystemTime) -> Vec<ListedObject> {
    let in_use = |used: &Option<SystemTime>| {
        used.is_none_or(|used| now.duration_since(used).is_ok_and(|age| age < IN_USE) || used > now)
    };
    let mut total: u64 = images.iter().map(|(image, _)| image.size).sum();
    // Of two that were used together, the younger may be made from the older, and would keep its layers.
    images.sort_by_key(|(image, used)| (named(image), *used, std::cmp::Reverse(image.created)));
    let mut gone = Vec::new();
    for (image, used) in images {
        if !in_use(&used) && (!named(&image) || total > cap) {
            total = total.saturating_sub(image.size);
            gone.push(image);
        }
    }
    gone
}

/// A listing shows an image without a name by its digest.
fn named(image: &ListedObject) -> bool {
    !image.name.starts_with("sha256:")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn image(name: &str, size: u64, days: u32) -> (ListedObject, Option<SystemTime>) {
        let object = ListedObject {
            object: EngineObject::Image(name.to_owned()),
            name: name.to_owned(),
            labels: crate::engine::session::cache_labels(),
            created: None,
            size,
        };
        (object, SystemTime::now().checked_sub(DAY * days))
    }

    fn gone(images: Vec<(ListedObject, Option<SystemTime>)>, cap: u64) -> Vec<String> {
        let gone = surplus(images, cap, SystemTime::now());
        gone.into_iter().map(|image| image.name).collect()
    }

    #[test]
    fn the_least_recently_used_go_until_the_rest_fits() {
        let images = || vec![image("a:1", 40, 1), image("b:1", 40, 3), image("c:1", 40, 2)];
        assert_eq!(gone(images(), 120), [""; 0]);
        assert_eq!(gone(images(), 119), ["b:1"]);
        assert_eq!(gone(images(), 79), ["b:1", "c:1"]);
    }

    #[test]
    fn what_was_replaced_goes_first_and_whatever_the_size() {
        let images = || vec![image("b:1", 40, 3), image("sha256:1", 40, 1)];
        assert_eq!(gone(images(), 1000), ["sha256:1"]);
        assert_eq!(gone(images(), 40), ["sha256:1"]);
    }

    #[test]
    fn what_may_be_in_use_stays() {
        let mut unknown = image("d:1", 40, 1);
        unknown.1 = None;
        assert_eq!(
            gone(
                vec![
                    image("a:1", 40, 0),
                    image("sha256:1", 40, 0),
                    unknown,
                    image("b:1", 40, 1)
                ],
                0
            ),
            ["b:1"]
        );
    }

    #[test]
    fn uses_are_noted_and_survive() {
        let folder = tempfile::tempdir().unwrap();
        let cache = ImageCache::open(Some(folder.path()));
        cache.used("proofolio-image:1");
        let noted = cache
            .file("proofolio-image:1")
            .unwrap()
            .metadata()
            .unwrap()
            .modified()
            .unwrap();
        assert!(noted.elapsed().unwrap() < Duration::from_secs(60));
        ImageCache::open(None).used("proofolio-image:1");
    }
}
