//! The left panel: the knobs, always in the same place.

mod appearance;
mod bad;
pub mod choose;
mod data;
mod density;
mod diffusion;
mod guidance;
mod kernel;
pub mod layers;
mod model;
mod panes;
mod particles;
pub mod presets;
pub mod row;
mod sampler;
pub mod setting;
pub mod source;
mod step_control;
pub mod training;
mod weights;

use driftscope_study::scene::Scene;
use eframe::egui::{ScrollArea, Ui, scroll_area::ScrollBarVisibility};

use self::setting::Setting;
use super::command::{Command, Commands};
use super::state::State;
use super::theme::UNIT;
use driftscope_study::session::Mode;

/// Theme for the scroll bar.
const GUTTER: f32 = 2.5 * UNIT;

/// Draws the controls in a panel that scrolls.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    ScrollArea::vertical()
        .auto_shrink(false)
        .scroll_bar_visibility(ScrollBarVisibility::VisibleWhenNeeded)
        .show(ui, |ui| {
            // The scroll bar has its own place.
            ui.set_max_width(ui.available_width() - GUTTER);
            ui.add_space(UNIT);
            body_ui(ui, state, out);
            ui.add_space(2.0 * UNIT);
        });
}

/// Lets `edit` draw controls on a copy of the selected pane's scene and asks for it if it differs.
pub fn edited(state: &State, out: &mut Commands, edit: impl FnOnce(&mut Scene, &mut Commands)) {
    // The selected pane's settings; the view is everybody's.
    let before = Scene { view: state.scene().view, ..(*state.pane().scene).clone() };
    let mut scene = before.clone();
    edit(&mut scene, out);
    if scene != before {
        out.push(Command::set(state.selected(), &before, &scene));
    }
}

/// Draws the control of one setting by itself; none for what is written out.
pub fn one(ui: &mut Ui, state: &State, scene: &mut Scene, key: &str) {
    match key {
        "diffusion.form" => diffusion::form_ui(ui, state, scene),
        "guidance.label" => guidance::labels_ui(ui, scene),
        "guidance.interval" => guidance::interval_ui(ui, scene),
        key => Setting::of(scene, key).any(ui, scene),
    }
}

/// Draws all controls, one below the other.
pub fn body_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    edited(state, out, |scene, out| {
        if state.offers_panes() {
            panes::ui(ui, state, scene, out);
            ui.add_space(UNIT);
        }
        presets::ui(ui, scene);
        ui.add_space(UNIT);
        data::ui(ui, scene, (state, out));
        if state.mode() == Mode::Train {
            training::ui(ui, state, scene, out);
        }
        sampler::ui(ui, state, scene, out);
        diffusion::ui(ui, state, scene);
        guidance::ui(ui, scene, (state, out));
        particles::ui(ui, scene);
        layers::ui(ui, state, scene);
        appearance::ui(ui, scene, state.look, out);
    });
}
