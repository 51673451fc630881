//! Threads that stand back for others.

use std::sync::Once;

/// Niceness of the lab's threads: beside one busy thread of ordinary priority on the same processor
/// such a thread gets 1.5 % of the time. `SCHED_IDLE` would starve the lab where the processor also
/// plays graphics card.
pub(super) const LAB: i32 = 19;

/// Niceness of the window's solvers: beside such a thread a frame gets nine tenths of the time.
pub(super) const SOLVER: i32 = 10;

/// Makes the calling thread yield to those of ordinary priority, on Linux. Elsewhere it stays as it
/// is.
pub(super) fn stand_back(niceness: i32) {
    #[cfg(target_os = "linux")]
    #[allow(unsafe_code, reason = "there is no safe call for this in the dependencies")]
    // SAFETY: the call takes plain numbers; on Linux 0 names the calling thread.
    let refused = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, niceness) } != 0;
    #[cfg(not(target_os = "linux"))]
    let refused = niceness != 0;
    if refused {
        log::debug!("a thread of niceness {niceness} runs at ordinary priority");
    }
}

/// Makes the threads that all solves of this process share stand back for its window. To be called
/// before the first of them starts; a process without a window leaves them as they are.
pub(super) fn solvers_stand_back() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let pool = rayon::ThreadPoolBuilder::new()
            .thread_name(|i| format!("driftscope-solver-{i}"))
            .start_handler(|_| stand_back(SOLVER));
        if let Err(error) = pool.build_global() {
            log::debug!("the solvers run at ordinary priority: {error}");
        }
    });
}
