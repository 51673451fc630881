//! The moment of a run that is shown.

use crate::engine::Recording;
use crate::scene::View;

/// The finished picture stands this long before a repeated run starts again.
const REST_SECS: f64 = 0.9;
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
    /// Lets `dt` seconds pass.
    pub fn advance(&mut self, dt: f64, view: &View) {
        if !self.playing {
            return;
        }
        if self.progress < 1.0 {
            self.progress = (self.progress + dt * view.speed / View::RUN_SECS).min(1.0);
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

    /// Plays, or pauses; plays from the start when at the end.
    pub fn toggle(&mut self) {
        self.playing = !self.playing;
        if self.playing && self.progress >= 1.0 {
            self.restart();
        }
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

    /// Goes to the next (`by` > 0) or previous of the rising `edges`, and pauses.
    pub fn step(&mut self, by: i32, edges: &[f64]) {
        self.playing = false;
        let target = if by > 0 {
            edges.iter().find(|&&edge| edge > self.progress + SAME)
        } else {
            edges.iter().rev().find(|&&edge| edge < self.progress - SAME)
        };
        self.seek(target.copied().unwrap_or(if by > 0 { 1.0 } else { 0.0 }));
    }

    /// The t that is shown.
    #[must_use]
    pub fn time(&self, recording: &Recording) -> f64 {
        time_of(recording, self.progress)
    }
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
        for _ in 0..40 {
            playback.advance(0.1, &view);
        }
        assert!((playback.progress - 1.0).abs() < 1e-9);
        playback.advance(REST_SECS, &view);
        assert!(playback.progress.abs() < 1e-9 && playback.playing);
    }

    #[test]
    fn without_repeat_it_stops_and_space_starts_it_again() {
        let view = View { repeat: false, ..View::default() };
        let mut playback = Playback::default();
        playback.advance(View::RUN_SECS, &view);
        playback.advance(0.1, &view);
        assert!(!playback.playing);
        playback.toggle();
        assert!(playback.playing && playback.progress.abs() < 1e-9);
    }

    #[test]
    fn arrows_go_from_step_to_step() {
        let edges = [0.0, 0.25, 1.0];
        let mut playback = Playback::default();
        playback.step(1, &edges);
        assert!((playback.progress - 0.25).abs() < 1e-9 && !playback.playing);
        playback.step(1, &edges);
        playback.step(1, &edges);
        assert!((playback.progress - 1.0).abs() < 1e-9);
        playback.step(-1, &edges);
        assert!((playback.progress - 0.25).abs() < 1e-9);
    }
}
