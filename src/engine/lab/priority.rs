//! Threads that run only when nobody else wants to.

/// Makes the calling thread yield to every other one: `SCHED_IDLE` on Linux. Elsewhere it stays as
/// it is; half of the processors are free of the lab anyway.
pub(super) fn yield_to_all() {
    #[cfg(target_os = "linux")]
    #[allow(unsafe_code, reason = "there is no safe call for this in the dependencies")]
    // SAFETY: the parameter is a plain value that outlives the call, and 0 names this thread.
    unsafe {
        let parameter: libc::sched_param = std::mem::zeroed();
        if libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const parameter) != 0 {
            log::debug!("the lab runs at ordinary priority");
        }
    }
}
