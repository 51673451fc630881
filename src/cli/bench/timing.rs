//! How long something takes.

use std::time::{Duration, Instant};

/// The shortest of as many runs as fit into `budget`; at least one.
pub fn best_of(budget: Duration, mut run: impl FnMut()) -> Duration {
    let began = Instant::now();
    let mut best = Duration::MAX;
    while best == Duration::MAX || began.elapsed() < budget {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed());
    }
    best
}
