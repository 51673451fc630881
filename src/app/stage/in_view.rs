//! What of a pane's particles is seen: how many are outside of the view, and where the lit one is.

use driftscope_study::Recording;
use driftscope_study::scene::{Layer, Projection};
use eframe::egui::{Pos2, Rect, Vec2, pos2};

use super::look::MOST_TRAJECTORIES;
use super::moment::keyframe;
use super::pane::StagePane;
use super::viewport;
use crate::app::number;
use crate::app::state::State;

/// So many particles are looked at before all of them are.
const PROBES: usize = 200;
/// Words keep this distance from the lit particle and its path, in points.
const APART: f32 = 8.0;

/// The direction that a pane shows over time; none if it shows the plane.
fn over_time(state: &State, index: usize) -> Option<[f64; 2]> {
    let (scene, view) = (&state.panes()[index].scene, state.scene().view);
    let projection = viewport::projection(scene, view.projection);
    (projection == Projection::OverTime).then(|| viewport::direction(scene, &view))
}

/// The point of a pane's plot at which a position is drawn.
fn in_plot(over_time: Option<[f64; 2]>, [x, y]: [f64; 2], t: f64) -> [f64; 2] {
    over_time.map_or([x, y], |u| [t, u[0] * x + u[1] * y])
}

/// Where a particle is at a keyframe, or where it stopped.
fn position(recording: &Recording, particle: usize, keyframe: f64) -> Option<[f64; 2]> {
    recording.at_keyframe(particle, keyframe).or_else(|| {
        let frames = recording.keyframes(particle)?;
        let now = (keyframe.max(0.0) as usize).min(frames.len().checked_sub(1)?);
        let finite = |at: &&[f32; 2]| at.iter().all(|x| x.is_finite());
        frames[..=now].iter().rev().find(finite).map(|at| at.map(f64::from))
    })
}

/// Says how many particles are outside of a pane's plot, which is `frame`, if that is more than half: what has
/// diverged leaves an empty picture.
pub fn outside(pane: &StagePane, (state, index): (&State, usize), frame: Rect) -> Option<String> {
    let difference = state.scene().shows_difference(index);
    if difference || !state.scene().view.layers.has(Layer::Particles) {
        return None;
    }
    let (canvas, recording) = (pane.canvas()?, state.panes()[index].recording()?);
    let (now, over_time) = (keyframe(state, recording), over_time(state, index));
    let t = recording.time_of_keyframe(now);
    let drawn = if over_time.is_some() { MOST_TRAJECTORIES } else { usize::MAX };
    let count = recording.count().min(drawn);
    let is_outside = |particle: &usize| {
        let at = position(recording, *particle, now);
        at.is_none_or(|at| !frame.contains(canvas.at(in_plot(over_time, at, t))))
    };
    // Of very many a few tell whether it is worth counting.
    let probes = (0..count).step_by(count.div_ceil(PROBES).max(1));
    let (probed, found) = (probes.len(), probes.filter(is_outside).count());
    if 5 * found < 2 * probed {
        return None;
    }
    let outside = (0..count).filter(is_outside).count();
    let [some, all] = [outside, count].map(|n| number::count(n as u64));
    (2 * outside > count).then(|| format!("{some} of {all} particles are outside this view"))
}

/// Where the lit particle is on the screen, and the bends of its path.
fn lit(pane: &StagePane, (state, index): (&State, usize)) -> Option<(Pos2, Vec<Pos2>)> {
    let (particle, recording) = (state.lit()?, state.panes()[index].recording()?);
    let (now, canvas) = (keyframe(state, recording), pane.canvas()?);
    if state.scene().shows_difference(index) {
        let [at, _] = pane.difference(state, index)?.at(particle, now, recording.times.len())?;
        return Some((canvas.at(at), Vec::new()));
    }
    let over_time = over_time(state, index);
    let place = |at: [f64; 2], t: f64| canvas.at(in_plot(over_time, at, t));
    let here = place(position(recording, particle, now)?, recording.time_of_keyframe(now));
    let frames = recording.keyframes(particle)?.iter().zip(recording.times.iter());
    Some((here, frames.map(|(at, &t)| place(at.map(f64::from), t)).collect()))
}

/// Whether words of a `size` in the lower right corner of `inner` would cover the lit particle, or more of its
/// path, than those that begin at `top` in the upper one.
pub fn is_hidden_below(
    pane: &StagePane,
    of: (&State, usize),
    inner: Rect,
    (top, size): (f32, Vec2),
) -> bool {
    let Some((here, path)) = lit(pane, of) else { return false };
    let size = size.min(inner.size());
    let below = Rect::from_min_max(inner.max - size, inner.max);
    let above = Rect::from_min_size(pos2(below.left(), top), size);
    let hidden = |rect: Rect| {
        let near = rect.expand(APART);
        (near.contains(here), path.iter().filter(|at| near.contains(**at)).count())
    };
    hidden(above) < hidden(below)
}
