//! The moment of a run that is shown.

use crate::recording::Recording;
use crate::scene::{Clock, View};

/// The finished picture stands this long before a repeated run starts again.
const REST_SECS: f64 = 0.9;
/// Share of a run over which playback gathers speed, and over which it comes to rest.
const EASE: f64 = 0.06;
/// Steps closer than this share of a run are one to the arrow keys.
const SAME: f64 = 1e-9;

/// A clock over a run, from 0 (its start) to 1 (its end), whichever way t goes.
#[derive(Clone, Copy, Debug)]
pub struct Playback {
    /// Share of the run that has passed, 0 to 1.
    pub progress: f64,
    /// Whether it moves.
    pub playing: bool,
    rested_secs: f64,
}

impl Default for Playback {
    fn default() -> Self {
        Self { progress: 0.0, playing: true, rested_secs: 0.0 }
    }
}

impl Playback {
    /// Lets `dt` seconds pass. `edges` are the ends of the solver's steps, rising from 0 to 1: its
    /// own time, in which every step takes equally long.
    pub fn advance(&mut self, dt: f64, view: &View, edges: &[f64]) {
        if !self.playing {
            return;
        }
        if self.progress < 1.0 {
            let edges = if view.clock == Clock::Steps { edges } else { &[] };
            let passed = uneased(own_time(edges, self.progress));
            let passed = (passed + dt * view.speed / View::RUN_SECS).min(1.0);
            self.progress = if passed < 1.0 { at_own_time(edges, eased(passed)) } else { 1.0 };
            self.rested_secs = 0.0;
            return;
        }
        if !view.repeat {
            self.playing = false;
            return;
        }
        self.rested_secs += dt;
        if self.rested_secs >= REST_SECS {
            self.restart();
        }
    }

    /// Plays, or pauses; what begins to play at the end plays from the start.
    pub fn play(&mut self, playing: bool) {
        if playing && !self.playing && self.progress >= 1.0 {
            self.restart();
        }
        self.playing = playing;
    }

    /// Goes to the start; whether it moves stays as it was.
    pub fn restart(&mut self) {
        self.progress = 0.0;
        self.rested_secs = 0.0;
    }

    /// Goes to a share of the run; whether it moves stays as it was.
    pub fn seek(&mut self, progress: f64) {
        self.progress = progress.clamp(0.0, 1.0);
        self.rested_secs = 0.0;
    }

    /// The share of the run at the next (`by` > 0) or previous of the rising `edges`.
    #[must_use]
    pub fn beside(&self, by: i32, edges: &[f64]) -> f64 {
        let target = if by > 0 {
            edges.iter().find(|&&edge| edge > self.progress + SAME)
        } else {
            edges.iter().rev().find(|&&edge| edge < self.progress - SAME)
        };
        target.copied().unwrap_or(if by > 0 { 1.0 } else { 0.0 })
    }

    /// The t that is shown.
    #[must_use]
    pub fn time(&self, recording: &Recording) -> f64 {
        time_of(recording, self.progress)
    }
}

/// The share of a run that is shown when this share of its playing time has passed: the same
/// speed throughout, but for a gentle start and stop.
fn eased(passed: f64) -> f64 {
    let rest = 1.0 - passed;
    let scale = 1.0 / (1.0 - EASE);
    if passed < EASE {
        0.5 * scale * passed * passed / EASE
    } else if rest < EASE {
        1.0 - 0.5 * scale * rest * rest / EASE
    } else {
        scale * (passed - 0.5 * EASE)
    }
}

/// The inverse of [`eased`].
fn uneased(shown: f64) -> f64 {
    let scale = 1.0 / (1.0 - EASE);
    let slow = 0.5 * scale * EASE;
    if shown < slow {
        (2.0 * shown * EASE / scale).sqrt()
    } else if shown > 1.0 - slow {
        1.0 - (2.0 * (1.0 - shown) * EASE / scale).sqrt()
    } else {
        shown / scale + 0.5 * EASE
    }
}

/// The share of the steps that have been made at a share of t; the same share if there are none.
fn own_time(edges: &[f64], progress: f64) -> f64 {
    let steps = edges.len().saturating_sub(1);
    if steps == 0 {
        return progress;
    }
    let next = edges.partition_point(|&edge| edge <= progress).clamp(1, steps);
    let (from, to) = (edges[next - 1], edges[next]);
    let within = if to > from { (progress - from) / (to - from) } else { 1.0 };
    ((next - 1) as f64 + within.clamp(0.0, 1.0)) / steps as f64
}

/// The inverse of [`own_time`].
fn at_own_time(edges: &[f64], share: f64) -> f64 {
    let steps = edges.len().saturating_sub(1);
    if steps == 0 {
        return share;
    }
    let place = share * steps as f64;
    let step = (place as usize).min(steps - 1);
    edges[step] + (place - step as f64) * (edges[step + 1] - edges[step])
}

/// The t at a share of the run.
#[must_use]
pub fn time_of(recording: &Recording, progress: f64) -> f64 {
    let (first, last) = ends(recording);
    first + progress * (last - first)
}

/// The share of the run at t.
#[must_use]
pub fn progress_of(recording: &Recording, t: f64) -> f64 {
    let (first, last) = ends(recording);
    ((t - first) / (last - first)).clamp(0.0, 1.0)
}

/// First and last t; t falls in the forward direction.
fn ends(recording: &Recording) -> (f64, f64) {
    let times = &recording.times;
    (times.first().copied().unwrap_or(0.0), times.last().copied().unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_rests_at_its_end_and_starts_again() {
        let (mut playback, view) = (Playback::default(), View::default());
        for _ in 0..41 {
            playback.advance(0.1, &view, &[]);
        }
        assert!((playback.progress - 1.0).abs() < 1e-9);
        playback.advance(REST_SECS, &view, &[]);
        assert!(playback.progress.abs() < 1e-9 && playback.playing);
    }

    #[test]
    fn without_repeat_it_stops_and_space_starts_it_again() {
        let view = View { repeat: false, ..View::default() };
        let mut playback = Playback::default();
        playback.advance(View::RUN_SECS, &view, &[]);
        playback.advance(0.1, &view, &[]);
        assert!(!playback.playing);
        playback.play(true);
        assert!(playback.playing && playback.progress.abs() < 1e-9);
    }

    #[test]
    fn arrows_go_from_step_to_step() {
        let edges = [0.0, 0.25, 1.0];
        let mut playback = Playback::default();
        let mut step = |by| {
            playback.seek(playback.beside(by, &edges));
            playback.progress
        };
        for (by, expected) in [(1, 0.25), (1, 1.0), (1, 1.0), (-1, 0.25), (-1, 0.0), (-1, 0.0)] {
            assert!((step(by) - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn playback_starts_and_stops_gently_and_can_be_taken_up_anywhere() {
        let shown: Vec<f64> = (0..=100).map(|i| eased(f64::from(i) / 100.0)).collect();
        assert!(shown[0].abs() < 1e-12 && (shown[100] - 1.0).abs() < 1e-12);
        let speeds: Vec<f64> = shown.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(speeds[0] < 0.2 * speeds[50] && speeds[99] < 0.2 * speeds[50]);
        assert!((speeds[30] - speeds[60]).abs() < 1e-12);
        for share in [0.0, 0.01, 0.05, 0.5, 0.97, 1.0] {
            assert!((uneased(eased(share)) - share).abs() < 1e-9);
        }
    }

    #[test]
    fn in_solver_time_every_step_takes_equally_long() {
        let edges = [0.0, 0.5, 0.9, 1.0];
        let view = View { clock: Clock::Steps, ..View::default() };
        let mut playback = Playback::default();
        playback.advance(View::RUN_SECS / 2.0, &view, &edges);
        // Half of three steps: half-way through the second.
        assert!((playback.progress - 0.7).abs() < 1e-9, "{}", playback.progress);
        for share in [0.0, 0.2, 0.5, 0.95, 1.0] {
            assert!((at_own_time(&edges, own_time(&edges, share)) - share).abs() < 1e-12);
        }
    }
}
