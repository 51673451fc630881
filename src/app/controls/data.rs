//! What is sampled, which way, along which path, and whose velocity is followed.

use driftscope_study::scene::parameters::{Named, Settings};
use driftscope_study::scene::{CLASSIC, Data, FieldKind, ModelName, Scene, Time};
use eframe::egui::Ui;

use super::setting::Setting;

/// Why the distribution cannot be changed beside a training.
const TRAINED_ON: &str =
    "The network beside is trained on this distribution. Reset the training to choose another.";

/// Distribution, direction, interpolant and field.
pub fn ui(ui: &mut Ui, scene: &mut Scene, training: bool) {
    let kept = scene.classic().map(|_| CLASSIC).or(training.then_some(TRAINED_ON));
    let current = Some(scene.data.entry());
    // Data of one's own give way to what is chosen here.
    Setting::of(scene, "data.name").only(kept).menu_among(
        ui,
        scene,
        current,
        Data::choices().into_iter(),
        |scene, name| {
            scene.data.choose(name);
            // A model file belongs to the distribution it was trained on.
            scene.field.model = None;
        },
    );
    own_ui(ui, scene, training);
    Setting::of(scene, "direction").menu(ui, scene);
    Setting::of(scene, "interpolant.kind").menu(ui, scene);
    let model = match &scene.field.model {
        Some(ModelName::Trained(_)) => "The learned field is the network trained here.",
        Some(ModelName::File(_)) => "The learned field is the network in a model file.",
        None => "",
    };
    Setting::of(scene, "field.kind").saying(model).menu_of(
        ui,
        scene,
        |_| true,
        |scene, name| set_kind(scene, FieldKind::named(name).unwrap_or_default()),
    );
    system_ui(ui, scene);
}

/// The settings of data of one's own, each by the control that suits it.
fn own_ui(ui: &mut Ui, scene: &mut Scene, training: bool) {
    let source = scene.data.entry().name;
    for parameter in Scene::parameters().iter().filter(|parameter| parameter.belongs_to(source)) {
        let setting = Setting::of(scene, parameter.key);
        setting.unless(training.then_some(TRAINED_ON)).any(ui, scene);
    }
}

/// Changes the field; what belongs to the other world goes back to its usual.
fn set_kind(scene: &mut Scene, kind: FieldKind) {
    let crosses = (kind == FieldKind::Classic) != (scene.field.kind == FieldKind::Classic);
    scene.field.kind = kind;
    if !crosses {
        return;
    }
    // Times of one mean nothing to the other.
    scene.time = Time::default();
    scene.suit_field();
}

/// Which classic system, and its parameter.
fn system_ui(ui: &mut Ui, scene: &mut Scene) {
    let Some(classic) = scene.classic() else { return };
    let system = classic.system();
    Setting::of(scene, "field.system").menu_of(
        ui,
        scene,
        |_| true,
        |scene, name| {
            name.clone_into(&mut scene.field.system);
            scene.time = Time::default();
            scene.sampler.step_size = None;
        },
    );
    if let Some(parameter) = &system.parameter {
        let key = format!("field.{}", parameter.key);
        Setting::of(scene, &key).slider(ui, scene);
    }
}
