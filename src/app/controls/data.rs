//! What is sampled, which way, along which path, and whose velocity is followed.

use driftscope_study::scene::parameters::Settings;
use driftscope_study::scene::{CLASSIC, Data, ModelName, Scene};
use eframe::egui::{Button, Ui, Vec2};

use super::choose::choose;
use super::kernel;
use super::setting::Setting;
use super::{model, weights};
use crate::app::command::Commands;
use crate::app::commands::{DRAW, OPEN_DATA};
use crate::app::drawing::TRAINED_ON;
use crate::app::state::State;
use crate::app::theme::{ROW, UNIT};

/// Distribution, direction, interpolant and field.
pub fn ui(ui: &mut Ui, scene: &mut Scene, (state, out): (&State, &mut Commands)) {
    let training = state.training().is_some();
    let kept = scene.classic().map(|_| CLASSIC).or(training.then_some(TRAINED_ON));
    let current = Some(scene.data.entry());
    // Data of one's own give way to what is chosen here.
    Setting::of(scene, "data.name").only(kept).menu_among(
        ui,
        scene,
        current,
        Data::choices().into_iter(),
        |scene, name| choose(scene, "data.name", name),
    );
    buttons_ui(ui, state, out);
    own_ui(ui, scene, training);
    Setting::of(scene, "direction").menu(ui, scene);
    Setting::of(scene, "interpolant.kind").menu(ui, scene);
    let model = match &scene.field.model {
        Some(ModelName::Trained(_)) => "The learned field is the network trained here.",
        Some(ModelName::File(_)) => "The learned field is the network in a model file.",
        Some(ModelName::Bundled(_)) => {
            "The learned field is a network that comes with the program."
        }
        None => "",
    };
    Setting::of(scene, "field.kind").saying(model).menu_of(
        ui,
        scene,
        |_| true,
        |scene, name| choose(scene, "field.kind", name),
    );
    weights::ui(ui, scene, state);
    model::ui(ui, scene, (state, out));
    system_ui(ui, scene);
}

/// The settings of data of one's own, each by the control that suits it.
fn own_ui(ui: &mut Ui, scene: &mut Scene, training: bool) {
    let source = scene.data.entry().name;
    for parameter in Scene::parameters().iter().filter(|parameter| parameter.belongs_to(source)) {
        let setting = Setting::of(scene, parameter.key);
        setting.unless(training.then_some(TRAINED_ON)).any(ui, scene);
    }
    if scene.data.points.is_some() {
        let locked = training.then_some(TRAINED_ON);
        kernel::ui(ui, scene, ("data.kernel", |scene| Some(&mut scene.data)), locked);
    }
}

/// Drawing data, and data from a file.
fn buttons_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        let width = 0.5 * (ui.available_width() - UNIT);
        let draw = (&DRAW, state.tool().is_some(), "Draw points with a brush, or Gaussians, on the stage; they become the data (D).");
        let open = (&OPEN_DATA, false, "Data from a file: CSV of x,y or x,y,label with a point a line, or a picture whose dark pixels are the density. Dropping a file on the window or pasting points does the same.");
        for (entry, on, about) in [draw, open] {
            let refused = (entry.refused)(state);
            let button = Button::selectable(on, entry.title).frame_when_inactive(true);
            let response = ui
                .add_enabled_ui(refused.is_none(), |ui| ui.add_sized(Vec2::new(width, ROW), button))
                .inner
                .on_hover_text(about)
                .on_disabled_hover_text(refused.unwrap_or_default());
            if response.clicked() {
                out.push((entry.command)(state));
            }
        }
    });
}

/// Which classic system, and its parameter.
fn system_ui(ui: &mut Ui, scene: &mut Scene) {
    let Some(classic) = scene.classic() else { return };
    let system = classic.system();
    Setting::of(scene, "field.system").menu_of(
        ui,
        scene,
        |_| true,
        |scene, name| choose(scene, "field.system", name),
    );
    if let Some(parameter) = &system.parameter {
        let key = format!("field.{}", parameter.key);
        Setting::of(scene, &key).slider(ui, scene);
    }
}
