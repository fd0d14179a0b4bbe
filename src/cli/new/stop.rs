//! Interruptions: a flag, and what asks it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::super::exit::Exit;

/// Says that nothing was written.
pub(super) fn stopped() -> Exit {
    anstream::eprintln!("interrupted: nothing was written");
    Exit::Interrupted
}

/// A flag that Ctrl-C and termination set, so that work can stop between two files and clean up.
pub(super) fn watch() -> anyhow::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}

/// What asks whether to stop. Debug builds can be held after a number of files until they are interrupted: the tests
/// need that moment.
pub(super) fn stop_hook(interrupted: Arc<AtomicBool>) -> impl Fn() -> bool {
    #[cfg(debug_assertions)]
    let (hold, asked) = (
        std::env::var("PROOFOLIO_TEST_HOLD_AFTER")
            .ok()
            .and_then(|number| number.parse().ok()),
        std::cell::Cell::new(0_u32),
    );
    move || {
        #[cfg(debug_assertions)]
        {
            asked.set(asked.get() + 1);
            let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
            while Some(asked.get()) == hold && !interrupted.load(Ordering::Relaxed) && std::time::Instant::now() < end {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
        interrupted.load(Ordering::Relaxed)
    }
}
