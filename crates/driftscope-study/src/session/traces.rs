//! The steps of a recording as the plots and the scrubber draw them.

use driftscope_solve::Attempt;

use super::playback::progress_of;
use crate::recording::{Recording, Spread};
use crate::scene::Scene;

/// Most points of one series; more would draw over each other.
const MOST_POINTS: usize = 1500;
/// Most bars of the histogram.
const MOST_BARS: usize = 32;

/// One attempted step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The t at which it began.
    pub t: f64,
    /// The t at which it ended, or would have.
    pub end: f64,
    /// Its length.
    pub h: f64,
    /// Error estimate over tolerance; NaN where there is none.
    pub error_ratio: f64,
    /// Whether it was kept.
    pub accepted: bool,
}

/// The steps of one particle, or of all together.
#[derive(Clone, Debug)]
pub struct Series {
    /// Whose steps: for legends.
    pub label: &'static str,
    /// The attempts, in the order they were made.
    pub steps: Vec<Step>,
}

/// One bar of the histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Middle of the bar: evaluations.
    pub nfe: f64,
    /// Particles.
    pub particles: f64,
}

/// All that is drawn of a recording besides its particles.
#[derive(Clone, Debug)]
pub struct Traces {
    /// The one that stands for all first; at most three.
    pub series: Vec<Series>,
    /// Ends of the accepted steps of the first series, as shares of the run, rising.
    pub edges: Vec<f64>,
    /// Where steps of the first series were rejected, as shares of the run, rising.
    pub rejections: Vec<f64>,
    /// Particles by evaluations.
    pub histogram: Vec<Bar>,
    /// Width of a bar.
    pub bar_width: f64,
    /// Evaluations per particle.
    pub nfe: Spread,
    /// Accepted steps per particle.
    pub accepted: Spread,
    /// Rejected attempts per particle.
    pub rejected: Spread,
}

impl Traces {
    /// Of a recording, whole or in the making.
    #[must_use]
    pub fn of(recording: &Recording) -> Self {
        let series = series(recording);
        let progress = |t| progress_of(recording, t);
        let (mut edges, mut rejections) = (vec![0.0], Vec::new());
        for step in series.first().map_or(&[][..], |first| &first.steps) {
            if step.accepted {
                edges.push(progress(step.end));
            } else {
                rejections.push(progress(step.t));
            }
        }
        let (histogram, bar_width) = histogram(recording);
        Self {
            series,
            edges,
            rejections,
            histogram,
            bar_width,
            nfe: recording.nfe(),
            accepted: recording.accepted(),
            rejected: recording.rejected(),
        }
    }

    /// Whether any step has an error estimate.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.series.iter().flat_map(|series| &series.steps).any(|step| step.error_ratio > 0.0)
    }
}

fn series(recording: &Recording) -> Vec<Series> {
    let scene = &recording.scene;
    if let Some(log) = &recording.shared_log {
        return vec![Series { label: "all particles", steps: steps(scene, log) }];
    }
    let mut logs: Vec<&[Attempt]> = recording.logs().map(|(_, log)| log).collect();
    logs.sort_by_key(|log| log.last().map_or(0, |attempt| attempt.nfe));
    let last = match logs.len() {
        0 => return Vec::new(),
        count => count - 1,
    };
    let cost = |i: usize| logs[i].last().map_or(0, |attempt| attempt.nfe);
    let mut chosen = vec![("median particle", last / 2)];
    // Particles that cost as much as the median one would only draw over it.
    if cost(0) < cost(last / 2) {
        chosen.push(("fewest evaluations", 0));
    }
    if cost(last) > cost(last / 2) {
        chosen.push(("most evaluations", last));
    }
    chosen.into_iter().map(|(label, i)| Series { label, steps: steps(scene, logs[i]) }).collect()
}

fn steps(scene: &Scene, log: &[Attempt]) -> Vec<Step> {
    let stride = log.len().div_ceil(MOST_POINTS).max(1);
    let shown = |time: f64| scene.direction.own_time(time);
    log.iter()
        .step_by(stride)
        .map(|attempt| Step {
            t: shown(attempt.t),
            end: shown(attempt.t + attempt.h),
            h: attempt.h,
            error_ratio: attempt.error_ratio,
            accepted: attempt.accepted,
        })
        .collect()
}

/// Bars and their width. Evaluations come in multiples of a method's stages, so the bars do too.
fn histogram(recording: &Recording) -> (Vec<Bar>, f64) {
    let spread = recording.nfe();
    let unit = recording.scene.evaluations_per_step().max(1) as u32;
    let span = spread.max - spread.min;
    let width = unit * (span / unit + 1).div_ceil(MOST_BARS as u32).max(1);
    let mut particles = vec![0.0; (span / width + 1) as usize];
    for counts in recording.counts() {
        particles[((counts.nfe - spread.min) / width) as usize] += 1.0;
    }
    let bars = particles
        .into_iter()
        .enumerate()
        .map(|(i, particles)| Bar {
            nfe: f64::from(spread.min) + i as f64 * f64::from(width),
            particles,
        })
        .collect();
    (bars, f64::from(width))
}
