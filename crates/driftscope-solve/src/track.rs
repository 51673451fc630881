//! What a solve leaves behind for each particle: keyframes, counts, the log of its attempts, and
//! how it ended.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a particle's solve ended before the end of time.
#[derive(Clone, Copy, Debug, Error, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Stop {
    /// Too many attempts.
    #[error("stopped at t = {t:.6}: the limit of {limit} attempted steps was reached")]
    StepLimit {
        /// Time reached.
        t: f64,
        /// The limit.
        limit: usize,
    },
    /// The controller asked for a step too small to move t.
    #[error(
        "stopped at t = {t:.6}: the step size fell to {h:.1e}, below the smallest step allowed or too small to move t (tolerance too tight for this field or precision)"
    )]
    StepUnderflow {
        /// Time reached.
        t: f64,
        /// The step that was too small.
        h: f64,
    },
    /// The field or the state was infinite or not a number.
    #[error("stopped at t = {t:.6}: the field or the position is not finite there")]
    NotFinite {
        /// Last time at which all was finite.
        t: f64,
    },
    /// Newton's iteration of an implicit method found no answer.
    #[error(
        "stopped at t = {t:.6}: Newton's iteration found no solution of the implicit step (take smaller steps)"
    )]
    NotSolved {
        /// Where the step started.
        t: f64,
    },
}

/// One attempted step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Where it started.
    pub t: f64,
    /// Its length.
    pub h: f64,
    /// Error estimate over tolerance; NaN where there is none.
    pub error_ratio: f64,
    /// Whether the step was kept.
    pub accepted: bool,
    /// Evaluations of the field so far, this attempt's included.
    pub nfe: u32,
}

/// Totals of one particle (or of the batch, in whole-batch scope).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Evaluations of the field.
    pub nfe: u32,
    /// Attempts kept.
    pub accepted: u32,
    /// Attempts thrown away.
    pub rejected: u32,
    /// Evaluations made only for dense output, not in `nfe`.
    pub dense_nfe: u32,
    /// Largest error ratio among kept steps; NaN where there is no estimate.
    pub largest_error: f32,
}

impl Counts {
    /// Adds one attempt that brought the total of evaluations to `attempt.nfe`.
    pub fn note(&mut self, attempt: &Attempt) {
        self.nfe = attempt.nfe;
        if attempt.accepted {
            self.accepted += 1;
            // f32::max ignores NaN, so an absent estimate never hides a present one.
            self.largest_error = self.largest_error.max(attempt.error_ratio as f32);
        } else {
            self.rejected += 1;
        }
    }
}

/// How much of a batch is kept beside its keyframes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// The first so many particles keep the log of their attempts.
    pub logged: usize,
    /// Attempts in all their logs together, at most; what comes then is not kept, and
    /// [`Track::log_is_cut`] says so.
    pub attempts: usize,
    /// Whether keyframes are kept in double precision as well.
    pub precise: bool,
}

impl From<usize> for Keep {
    fn from(logged: usize) -> Self {
        Self { logged, attempts: usize::MAX, precise: false }
    }
}

/// Everything kept of a batch of particles.
#[derive(Clone, Debug)]
pub struct Track {
    /// Positions, particle-major: keyframe k of particle i stands at `i·keyframes + k`.
    /// NaN from the point where a particle stopped.
    pub positions: Vec<[f32; 2]>,
    /// The same in double precision, where that was asked for.
    pub precise: Option<Vec<[f64; 2]>>,
    /// Last positions in full precision.
    pub ends: Vec<[f64; 2]>,
    /// Totals per particle.
    pub counts: Vec<Counts>,
    /// Logs of the first particles (as many as were asked for).
    pub logs: Vec<Vec<Attempt>>,
    /// How particles ended that did not arrive.
    pub stops: Vec<(usize, Stop)>,
    /// Whether there were more attempts than the logs may hold.
    pub log_is_cut: bool,
    keyframes: usize,
    /// Attempts that the logs may still take.
    log_room: usize,
}

impl Track {
    /// An empty track for `count` particles.
    #[must_use]
    pub fn new(count: usize, keyframes: usize, keep: Keep) -> Self {
        Self {
            precise: keep.precise.then(|| vec![[f64::NAN; 2]; count * keyframes]),
            positions: vec![[f32::NAN; 2]; count * keyframes],
            ends: vec![[f64::NAN; 2]; count],
            counts: vec![Counts { largest_error: f32::NAN, ..Counts::default() }; count],
            logs: vec![Vec::new(); keep.logged.min(count)],
            stops: Vec::new(),
            log_is_cut: false,
            keyframes,
            log_room: keep.attempts,
        }
    }

    /// Sets keyframe `k` of particle `i`.
    pub fn place(&mut self, i: usize, k: usize, x: f64, y: f64) {
        self.positions[i * self.keyframes + k] = [x as f32, y as f32];
        if let Some(precise) = &mut self.precise {
            precise[i * self.keyframes + k] = [x, y];
        }
    }

    /// Sends each particle that arrived on to where `jump` says, by one evaluation more: its end, which is
    /// its last keyframe too.
    pub fn jump(&mut self, jump: impl Fn([f64; 2]) -> Option<[f64; 2]>) {
        for i in 0..self.ends.len() {
            let end = self.ends[i];
            let stopped = self.stops.iter().any(|(stopped, _)| *stopped == i);
            if stopped || !end.iter().all(|x| x.is_finite()) {
                continue;
            }
            let Some([x, y]) = jump(end) else { return };
            self.ends[i] = [x, y];
            self.place(i, self.keyframes - 1, x, y);
            self.counts[i].nfe += 1;
        }
    }

    /// Notes an attempt of particle `i` in its counts and, if kept, its log.
    pub fn note(&mut self, i: usize, attempt: Attempt) {
        self.counts[i].note(&attempt);
        if let Some(log) = self.logs.get_mut(i) {
            if self.log_room == 0 {
                self.log_is_cut = true;
                return;
            }
            self.log_room -= 1;
            log.push(attempt);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_hold_no_more_than_they_may() {
        let attempt = Attempt { t: 0.0, h: 0.1, error_ratio: 0.5, accepted: true, nfe: 1 };
        let mut track = Track::new(2, 2, Keep { logged: 2, attempts: 3, precise: false });
        for i in [0, 1, 0] {
            track.note(i, attempt);
        }
        assert!(!track.log_is_cut);
        track.note(1, attempt);
        assert!(track.log_is_cut);
        assert_eq!(track.logs.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(track.counts[1].accepted, 2, "counts go on");
    }
}
