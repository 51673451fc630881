//! The left panel: the knobs, always in the same place.

mod appearance;
pub mod choose;
mod data;
mod diffusion;
pub mod layers;
mod model;
mod panes;
mod particles;
pub mod presets;
pub mod row;
mod sampler;
pub mod setting;
mod step_control;
pub mod training;

use driftscope_study::scene::Scene;
use eframe::egui::{ScrollArea, Ui, scroll_area::ScrollBarVisibility};

use super::command::{Command, Commands};
use super::state::State;
use super::theme::UNIT;
use driftscope_study::session::Mode;

/// Theme for the scroll bar.
const GUTTER: f32 = 2.5 * UNIT;

/// Draws the controls on a copy of the selected pane's scene and asks for it if it differs.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    // The selected pane's settings; the view is everybody's.
    let before = Scene { view: state.scene().view, ..(*state.pane().scene).clone() };
    let mut scene = before.clone();
    ScrollArea::vertical()
        .auto_shrink(false)
        .scroll_bar_visibility(ScrollBarVisibility::VisibleWhenNeeded)
        .show(ui, |ui| {
            // The scroll bar has its own place.
            ui.set_max_width(ui.available_width() - GUTTER);
            ui.add_space(UNIT);
            if state.mode() == Mode::Compare {
                panes::ui(ui, state, &mut scene, out);
                ui.add_space(UNIT);
            }
            presets::ui(ui, &mut scene);
            ui.add_space(UNIT);
            data::ui(ui, &mut scene, (state, out));
            if state.mode() == Mode::Train {
                training::ui(ui, state, out);
            }
            sampler::ui(ui, state, &mut scene, out);
            diffusion::ui(ui, &mut scene);
            particles::ui(ui, &mut scene);
            layers::ui(ui, &mut scene);
            appearance::ui(ui, &mut scene, state.look, out);
            ui.add_space(2.0 * UNIT);
        });
    if scene != before {
        out.push(Command::set(state.selected(), &before, &scene));
    }
}
