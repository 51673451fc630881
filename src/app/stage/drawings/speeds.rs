//! How fast particles are.

use driftscope_study::Recording;

use super::span::Span;

/// Speeds that a scale is made of at most.
const SPEEDS_LOOKED_AT: usize = 100_000;

/// The speed of a particle at a fractional keyframe: the way from the keyframe before to the one
/// after, over the time between them.
#[must_use]
pub fn speed(recording: &Recording, particle: usize, keyframe: f64) -> f64 {
    let (times, frames) = (&recording.times, recording.keyframes(particle).unwrap_or_default());
    let Some(last) = frames.len().min(times.len()).checked_sub(2) else { return f64::NAN };
    let before = (keyframe.max(0.0) as usize).min(last);
    let [from, to] = [frames[before], frames[before + 1]].map(|frame| frame.map(f64::from));
    (to[0] - from[0]).hypot(to[1] - from[1]) / (times[before + 1] - times[before]).abs()
}

/// The speeds of a whole run.
#[must_use]
pub fn span_of_speeds(recording: &Recording) -> Option<Span> {
    let keyframes = recording.times.len().saturating_sub(1);
    let every = (recording.count() * keyframes).div_ceil(SPEEDS_LOOKED_AT).max(1);
    let mut speeds: Vec<f64> = (0..recording.count())
        .step_by(every)
        .flat_map(|i| (0..keyframes).map(move |k| speed(recording, i, k as f64)))
        .filter(|speed| speed.is_finite())
        .collect();
    speeds.sort_unstable_by(f64::total_cmp);
    Span::of(&speeds)
}
