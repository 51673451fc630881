//! Where the work goes: evaluations per particle over its starting point or its end.

use std::sync::Arc;

use driftscope_study::lab::PlaneMap;
use eframe::egui::{Rect, Ui};

use super::card::{Card, CardContext};
use super::frame::{Head, choose, plain_head};
use super::picture::{Picture, Scale, plane_table};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::Table;
use crate::app::plots::frame::say;
use crate::app::state::State;

/// Cells along each side.
const SIDE: usize = 56;

const ABOUT: &str = "The mean number of evaluations of the particles in each cell, over where they started (noise) or where they ended (data). With fixed steps all particles cost the same.";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Over {
    Starts,
    #[default]
    Ends,
}

/// The map.
#[derive(Default)]
pub struct Evaluations {
    over: Over,
    /// Of which recording, how much of it, and over what.
    made_of: Option<(u64, usize, Over)>,
    map: Option<Arc<PlaneMap>>,
    picture: Picture,
}

impl Card for Evaluations {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        let spread = context.state.shown().map(|shown| shown.traces.nfe);
        let note = spread.map_or_else(String::new, |nfe| {
            let [min, max] = [nfe.min, nfe.max].map(|nfe| number::count(nfe.into()));
            if min == max { format!("{min} each") } else { format!("{min} to {max}") }
        });
        let title = Head { title: "Evaluations", note: &note, about: ABOUT };
        let options = [(Over::Starts, "Over starts"), (Over::Ends, "Over ends")];
        let over = &mut self.over;
        let below = plain_head(ui, rect, palette, &title, |ui| {
            choose(ui, over, &options);
        });
        let Some(recording) = context.state.recording() else {
            say(ui, below, palette, "Nothing has been solved yet.");
            return;
        };
        let key = (recording.id, recording.count(), self.over);
        if self.made_of != Some(key) {
            let place = |i: usize, end: [f64; 2]| match self.over {
                Over::Ends => end,
                Over::Starts => {
                    recording.keyframes(i).map_or(end, |frames| frames[0].map(f64::from))
                }
            };
            let costs = recording.counts().map(|counts| f64::from(counts.nfe));
            let points: Vec<([f64; 2], f64)> = recording
                .ends()
                .zip(costs)
                .enumerate()
                .map(|(i, (end, nfe))| (place(i, end), nfe))
                .collect();
            let reach = |p: &[f64; 2]| p[0].abs().max(p[1].abs());
            let finite = points.iter().map(|(p, _)| reach(p)).filter(|r| r.is_finite());
            let extent = finite.fold(1.0, f64::max).min(20.0) * 1.02;
            self.map = Some(Arc::new(PlaneMap::of_means(extent, SIDE, points.into_iter())));
            self.made_of = Some(key);
        }
        if let Some(map) = &self.map {
            let scale = Scale::of(&map.values, false);
            self.picture.ui(ui, below, palette, ("lab evaluations", map, scale), |_| {});
        }
    }

    fn rest(&mut self) {}

    fn title(&self) -> &'static str {
        "Evaluations"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        Some(plane_table(self.map.as_ref()?, "evaluations per particle"))
    }
}
