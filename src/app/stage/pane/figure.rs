//! What becomes shapes of a picture instead of the graphics card's.

use std::sync::Arc;

use driftscope_study::Recording;
use driftscope_study::scene::Layer;

use super::{Frame, Item, StagePane};
use crate::app::stage::canvas::Draw;
use crate::app::stage::data_points::DataPoints;
use crate::app::stage::gpu::Appearance;
use crate::app::stage::look::chords;
use crate::app::stage::marks;
use crate::app::state::State;

impl StagePane {
    /// The marks of a layer that the graphics card would draw.
    pub(super) fn marks<'a>(
        &self,
        layer: Layer,
        view: &Appearance,
        frame: &Frame<'_>,
    ) -> Option<Draw<'a>> {
        match layer {
            Layer::Data => {
                let (points, colour) = frame.data_points.points()?;
                let colours = vec![colour; points.len()].into();
                let paths = marks::Paths::Points(points);
                Some(marks::draw(paths, colours, DataPoints::look(view)))
            }
            Layer::Chords => {
                let recording = frame.state.panes()[frame.index].recording()?;
                let colours = Arc::clone(&self.colouring()?.colours);
                let chords = chords(view, recording.times.len() - 1);
                Some(marks::draw(marks::Paths::Recording(Arc::clone(recording)), colours, chords))
            }
            _ => None,
        }
    }

    /// The particles, or how far off they are, and their trails.
    pub(super) fn particles<'a>(
        &self,
        state: &State,
        recording: &Arc<Recording>,
        view: Appearance,
        index: usize,
    ) -> Option<Item<'a>> {
        let colours = Arc::clone(&self.colouring()?.colours);
        let recording = Arc::clone(recording);
        let paths = match self.difference(state, index) {
            Some(difference) => marks::Paths::Difference(difference, recording),
            None => marks::Paths::Recording(recording),
        };
        Some(Item::Drawn(marks::draw(paths, colours, view)))
    }
}
