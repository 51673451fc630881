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

/// Arenas of the allocator in a process with a window. glibc gives every few threads one of their own, and what one
/// thread has freed there is of no use to another: a window whose work goes from thread to thread came to twice the
/// memory, and to more with every hour. Nothing that is hot allocates.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ARENAS: libc::c_int = 2;

/// Lets all threads share few arenas, where the allocator has such.
fn share_arenas() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[allow(unsafe_code, reason = "there is no safe call for this in the dependencies")]
        // SAFETY: the call takes plain numbers.
        let heard = unsafe { libc::mallopt(libc::M_ARENA_MAX, ARENAS) } == 1;
        if !heard {
            log::debug!("every few threads have an arena of their own");
        }
    }
}

/// Gives memory that is free back to the system, where the allocator keeps it: what solves leave behind lies between what
/// is still in use, so that a window comes to twice of what it has. Takes a millisecond or few, in which others wait
/// for memory.
pub(super) fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[allow(unsafe_code, reason = "there is no safe call for this in the dependencies")]
        // SAFETY: the call takes a plain number; what is in use stays where it is.
        let _ = unsafe { libc::malloc_trim(0) };
    }
}

/// Makes the threads that all solves of this process share stand back for its window. To be called
/// before the first of them starts; a process without a window leaves them as they are.
pub(super) fn solvers_stand_back() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        share_arenas();
        let pool = rayon::ThreadPoolBuilder::new()
            .thread_name(|i| format!("driftscope-solver-{i}"))
            .start_handler(|_| stand_back(SOLVER));
        if let Err(error) = pool.build_global() {
            log::debug!("the solvers run at ordinary priority: {error}");
        }
    });
}
