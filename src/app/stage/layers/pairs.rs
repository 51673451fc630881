//! Pairs of noise and data that a training begins with, as straight lines.

use std::sync::Arc;

use driftscope_study::work::{Dispatcher, Wish};
use driftscope_study::{TrainingPairs, TrainingSpec};
use eframe::egui::{Color32, Painter, Pos2, Shape, Stroke};

use crate::app::number;
use crate::app::palette::Palette;
use crate::app::stage::canvas::Canvas;
use crate::app::stage::context::LayerContext;
use crate::app::stage::drawings::pairs::PairsWanted;
use crate::app::stage::work::ViewTask;

/// Opacity of a line: more than a hundred of them cross each other.
const OPACITY: f32 = 0.4;
/// Width of a line and radius of its ends, in points.
const WIDTH: f32 = 1.0;
const RADIUS: f32 = 2.6;

/// The pairs of one pane's scene.
#[derive(Default)]
pub struct Pairs {
    wish: Wish<PairsWanted>,
}

impl Pairs {
    /// Starts and collects them.
    pub fn update(&mut self, work: &Dispatcher<ViewTask>, context: &LayerContext<'_>) {
        let wanted = PairsWanted(Box::new(TrainingSpec::of_scene(context.scene)));
        self.wish.ask_when_free(work, wanted);
    }

    /// Whether they are still being made.
    pub fn busy(&self) -> bool {
        self.wish.is_busy()
    }

    /// What was found last.
    pub fn made(&self) -> Option<&Arc<Result<TrainingPairs, String>>> {
        self.wish.latest()
    }

    /// How many pairs are drawn and how often they cross, or why there are none; nothing while they are not
    /// known.
    pub fn reading(&self) -> Option<String> {
        let words = match &**self.made()? {
            Ok(pairs) => {
                let (count, crossings) = (pairs.count() as u64, pairs.crossings as u64);
                let noun = number::plural(crossings as f64, "crossing", "crossings");
                format!("{} · {} {noun}", number::count(count), number::count(crossings))
            }
            Err(why) => why.clone(),
        };
        Some(format!("Pairs: {words}"))
    }
}

/// Draws the lines, and their ends above all of them.
pub fn draw(
    pairs: &TrainingPairs,
    (palette, width): (&Palette, f32),
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let stroke = Stroke::new(WIDTH * width, line(palette));
    let at = |ends: &[[f64; 2]]| -> Vec<Pos2> { ends.iter().map(|&end| canvas.at(end)).collect() };
    let (noise, data) = (at(&pairs.noise), at(&pairs.data));
    let lines = noise.iter().zip(&data).map(|(&from, &to)| Shape::line_segment([from, to], stroke));
    shapes.extend(lines);
    let radius = RADIUS * palette.heavier.sqrt();
    for (ends, colour) in [(noise, palette.noise()), (data, palette.data())] {
        shapes.extend(ends.into_iter().map(|end| Shape::circle_filled(end, radius, colour)));
    }
}

/// Draws what a pair looks like between two points, for the legend.
pub fn mark([from, to]: [Pos2; 2], palette: &Palette, painter: &Painter) {
    painter.line_segment([from, to], Stroke::new(WIDTH, line(palette)));
    painter.circle_filled(from, RADIUS, palette.noise());
    painter.circle_filled(to, RADIUS, palette.data());
}

/// The colour of the lines.
fn line(palette: &Palette) -> Color32 {
    palette.text.gamma_multiply(OPACITY)
}
