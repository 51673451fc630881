//! Threads that stand back for all others.

/// Niceness of the lab's threads: beside one busy thread of ordinary priority on the same processor
/// such a thread gets 1.5 % of the time. `SCHED_IDLE` would starve the lab where the processor also
/// plays graphics card.
#[cfg(target_os = "linux")]
const NICENESS: libc::c_int = 19;

/// Makes the calling thread yield to ordinary ones, on Linux. Elsewhere it stays as it is; half of
/// the processors are free of the lab anyway.
pub(super) fn yield_to_others() {
    #[cfg(target_os = "linux")]
    #[allow(unsafe_code, reason = "there is no safe call for this in the dependencies")]
    // SAFETY: the call takes plain numbers; on Linux 0 names the calling thread.
    let refused = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS) } != 0;
    #[cfg(target_os = "linux")]
    if refused {
        log::debug!("the lab runs at ordinary priority");
    }
}
