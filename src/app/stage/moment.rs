//! What is shown of a run at the moment that is shown.

use driftscope_study::Recording;
use driftscope_study::scene::{Projection, Scene};
use driftscope_study::session::{InspectedStep, PaneState};

use super::context::LayerContext;
use super::viewport::{self, Viewport, Window};
use crate::app::state::State;

/// The fractional keyframe that is shown. All panes show the same t.
pub fn keyframe(state: &State, recording: &Recording) -> f64 {
    recording.keyframe_of_time(state.time().unwrap_or(recording.times[0]))
}

/// What decides the layers of a pane; `seen` is what it showed in the last frame.
pub fn context<'a>(
    state: &'a State,
    pane: &'a PaneState,
    (viewport, seen): (&Viewport, Option<Window>),
) -> LayerContext<'a> {
    let scene: &Scene = &pane.scene;
    let view = state.scene().view;
    LayerContext {
        scene,
        layers: view.layers,
        projection: viewport::projection(scene, view.projection),
        t: state.time().unwrap_or(scene.time_span().0),
        window: viewport.window(Projection::Plane),
        seen,
        extent: viewport::extent(scene)[1][0],
    }
}

/// The direction shown over time, if the picture is over time.
pub fn over_time(context: &LayerContext<'_>, state: &State) -> Option<[f64; 2]> {
    (context.projection == Projection::OverTime)
        .then(|| viewport::direction(context.scene, &state.scene().view))
}

/// The place of the attempt under way at the moment shown, to begin with.
#[must_use]
pub fn attempt_under_way(state: &State) -> InspectedStep {
    let (Some(particle), Some(recording), Some(t)) =
        (state.pinned(), state.recording(), state.time())
    else {
        return InspectedStep::default();
    };
    let t = recording.scene.direction.own_time(t);
    let log = match &recording.shared_log {
        Some(log) => &log[..],
        None => recording.logs().find(|(i, _)| *i == particle).map_or(&[][..], |(_, log)| log),
    };
    let attempt = log.iter().rposition(|attempt| attempt.t <= t).unwrap_or(0);
    InspectedStep { attempt, phase: 0 }
}
