//! The repository's own `.gitignore` files, and no others: not the user's, not `.git/info/exclude`.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The matchers from the repository's root down to a folder.
#[derive(Debug, Clone, Default)]
pub(super) struct IgnoreChain(Option<Rc<Level>>);

#[derive(Debug)]
struct Level {
    matcher: Gitignore,
    outer: IgnoreChain,
}

/// How many lines of `.gitignore` files one snapshot reads, so that thousands of such files cost bounded time.
pub(super) const LINE_BUDGET: usize = 20_000;

impl IgnoreChain {
    /// The chain with one more file, that of `folder`. Lines beyond the budget are not read.
    pub(super) fn with(&self, folder: &Path, content: &[u8], budget: &mut usize) -> Self {
        let text = String::from_utf8_lossy(content);
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.trim_start_matches('\u{feff}').lines() {
            if *budget == 0 {
                break;
            }
            *budget -= 1;
            // a line that is no valid pattern matches nothing, as in git
            if line.len() <= 1024 {
                let _ = builder.add_line(None, line);
            }
        }
        match builder.build() {
            Ok(matcher) if !matcher.is_empty() => Self(Some(Rc::new(Level {
                matcher,
                outer: self.clone(),
            }))),
            Ok(_) | Err(_) => self.clone(),
        }
    }

    /// Whether git would leave an untracked file or folder out. The folders above it are taken to be included.
    pub(super) fn ignores(&self, path: &PathBuf, is_folder: bool) -> bool {
        let mut level = self.0.as_deref();
        while let Some(current) = level {
            let verdict = current.matcher.matched(path, is_folder);
            if !verdict.is_none() {
                return verdict.is_ignore();
            }
            level = current.outer.0.as_deref();
        }
        false
    }
}
