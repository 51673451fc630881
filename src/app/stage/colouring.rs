//! What each particle is coloured by.

use std::sync::Arc;

use eframe::egui::Color32;

use crate::app::number;
use crate::app::palette::Palette;
use crate::engine::Recording;
use crate::scene::{ColourBy, Scene};
use crate::solver::Counts;

/// Particles without the quantity are there, but step back.
const UNKNOWN_ALPHA: u8 = 130;

/// How quantities become colours, and the words for the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Colouring {
    /// What the colours mean.
    pub title: &'static str,
    /// The quantity at both ends of the scale; none if no particle has it.
    pub ends: Option<(f64, f64)>,
    /// Particles that have the quantity, if not all do.
    pub known: Option<usize>,
    by: ColourBy,
}

impl Colouring {
    /// The colouring that `scene` asks for of a recording.
    #[must_use]
    pub fn of(scene: &Scene, recording: &Recording) -> Self {
        let by = scene.view.colour;
        let title = match by {
            ColourBy::Plain => "",
            ColourBy::LocalError => "Largest local error over tolerance",
            ColourBy::Steps => "Steps",
        };
        let mut values: Vec<f64> = match by {
            ColourBy::Plain => Vec::new(),
            _ => recording.counts().map(|counts| quantity(by, counts)).collect(),
        };
        values.retain(|value| value.is_finite());
        let known = (values.len() < recording.count()).then_some(values.len());
        values.sort_unstable_by(f64::total_cmp);
        // A handful of outliers should not use up the whole scale.
        let ends = (!values.is_empty()).then(|| {
            let last = values.len() - 1;
            (values[last / 50], values[last - last / 50])
        });
        Self { title, ends, known, by }
    }

    /// The legend's words at both ends of the scale.
    #[must_use]
    pub fn words(&self) -> Option<(String, String)> {
        let (low, high) = self.ends?;
        let words = |value: f64| match self.by {
            ColourBy::LocalError => number::three(10.0_f64.powf(value)),
            _ => number::count(value.round() as u64),
        };
        Some((words(low), words(high)))
    }

    /// One colour per particle of the whole recording.
    #[must_use]
    pub fn colours(&self, recording: &Recording, palette: &Palette) -> Arc<[[u8; 4]]> {
        let plain = palette.scene(&recording.scene);
        let mut colours: Vec<[u8; 4]> = match (self.by, self.ends) {
            (ColourBy::Plain, _) | (_, None) => Vec::new(),
            (by, Some((low, high))) => recording
                .counts()
                .map(|counts| {
                    let value = quantity(by, counts);
                    let share = if high > low { (value - low) / (high - low) } else { 0.5 };
                    if value.is_finite() {
                        opaque(palette.quantity(share))
                    } else {
                        let [r, g, b, _] = opaque(palette.grid);
                        [r, g, b, UNKNOWN_ALPHA]
                    }
                })
                .collect(),
        };
        colours.resize(recording.scene.particles.count, opaque(plain));
        // Who stopped on the way is no result.
        let stopped = opaque(palette.quiet);
        for (particle, _) in recording.blocks.iter().flat_map(|block| &block.stops) {
            colours[*particle] = stopped;
        }
        colours.into()
    }
}

fn opaque(colour: Color32) -> [u8; 4] {
    [colour.r(), colour.g(), colour.b(), 255]
}

fn quantity(by: ColourBy, counts: &Counts) -> f64 {
    match by {
        ColourBy::Plain => f64::NAN,
        ColourBy::LocalError => f64::from(counts.largest_error).log10(),
        ColourBy::Steps => f64::from(counts.accepted),
    }
}
