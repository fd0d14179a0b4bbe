//! The user's wish to stop, shared by everything that runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once, by Ctrl-C or a lost deadline; every running and later engine call then ends soon, but those that clean up.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// One that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks everything to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Was it set?
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// The flag itself, for a signal handler.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}
