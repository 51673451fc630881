//! What formulas are written with: the colours in which their terms are drawn on the stage.

use driftscope_study::formula::{Number, Role};
use driftscope_study::scene::Scene;
use eframe::egui::Color32;

use crate::app::palette::Palette;
use crate::app::state::State;

/// The colours of evaluations, as categories of the palette; that of noise is not among them.
const STAGES: [usize; 7] = [0, 2, 4, 3, 6, 5, 7];
/// The category whose colour noise has.
pub const NOISE: usize = 1;

/// The colour of the evaluation with this number, from 0, on the stage and in formulas.
#[must_use]
pub fn stage_colour(palette: &Palette, index: usize) -> Color32 {
    palette.category(STAGES[index % STAGES.len()])
}

/// What formulas are written with.
#[derive(Clone, Copy)]
pub struct Ink {
    /// The colours of the theme.
    pub palette: &'static Palette,
    /// The colour of the particle.
    pub particle: Color32,
}

impl Ink {
    /// What the formulas of a pane of the window are written with.
    #[must_use]
    pub fn of(state: &State, scene: &Scene) -> Self {
        let palette = state.palette();
        Self { palette, particle: palette.scene(scene) }
    }

    /// The colour of a quantity.
    pub fn colour(&self, number: &Number) -> Color32 {
        let palette = self.palette;
        let colour = match number.role {
            _ if !number.shown => palette.quiet,
            Role::Plain => palette.text,
            Role::Start => palette.strong,
            Role::Stage(index) => stage_colour(palette, index),
            Role::Answer => self.particle,
            Role::Error => palette.alarm,
            Role::Noise => palette.category(NOISE),
        };
        palette.word(colour, palette.ground)
    }
}
