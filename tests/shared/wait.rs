//! Waiting for a window.

use std::time::{Duration, Instant};

use driftscope::app::Driftscope;
use egui_kittest::Harness;

/// Longer than anything takes on a busy computer.
const PATIENCE: Duration = Duration::from_mins(5);

/// Draws frames until the window is as it should be.
///
/// # Panics
/// If that does not come.
pub fn wait(
    harness: &mut Harness<'_, Driftscope>,
    what: &str,
    done: impl Fn(&Harness<'_, Driftscope>) -> bool,
) {
    let began = Instant::now();
    harness.run_steps(2);
    while !done(harness) {
        let said = harness.state().said();
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}: {said}");
        // What is waited for is made on threads, which need the processor.
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
}
