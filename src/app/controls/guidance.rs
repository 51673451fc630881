//! Which class is sampled, what is pushed towards it, and where particles come from.

use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::{Range, Settings};
use eframe::egui::{Button, Ui, Vec2};

use super::row::{Checked, Row, Scale, fold};
use super::setting::Setting;
use super::{bad, source};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::state::State;
use crate::app::theme::{ROW, UNIT};

/// Labels that have a button each.
const MOST_BUTTONS: usize = 16;

/// The group; open where something of it is given.
pub fn ui(ui: &mut Ui, scene: &mut Scene, (state, out): (&State, &mut Commands)) {
    let given = !scene.guidance.is_usual() || scene.source.is_some();
    fold(ui, "Class, guidance, source", given, |ui| {
        labels_ui(ui, scene);
        Setting::of(scene, "guidance.scale").slider(ui, scene);
        interval_ui(ui, scene);
        bad::ui(ui, scene, (state, out));
        source::ui(ui, scene, (state, out));
    });
}

/// The labels that the data have, each once, rising.
fn labels(scene: &Scene) -> Vec<u32> {
    // Of many points no mixture is made for them alone.
    let Some(points) = &scene.data.points else {
        return scene.mixture().map(|mixture| mixture.labels()).unwrap_or_default();
    };
    let mut labels = points.content().0.labels.clone();
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// A button for each label of the data, and one for all of them.
pub fn labels_ui(ui: &mut Ui, scene: &mut Scene) {
    let labels = labels(scene);
    let parameter = Scene::parameter("guidance.label");
    if labels.len() > MOST_BUTTONS {
        Setting::of(scene, "guidance.label").number(ui, scene);
        return;
    }
    let none = labels.is_empty().then_some("These data have no labels.");
    let row = Row::new(parameter.title, parameter.about);
    let refused = parameter.idle(scene).or(none);
    let all = std::iter::once(None).chain(labels.into_iter().map(Some));
    row.disabled(refused).show(ui, |ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(0.5 * UNIT);
        ui.spacing_mut().button_padding.x = UNIT;
        ui.horizontal_wrapped(|ui| {
            for label in all {
                let words = label.map_or_else(|| "All".to_owned(), |label| label.to_string());
                let spoken =
                    label.map_or_else(|| "All labels".to_owned(), |label| format!("Label {label}"));
                let mut becomes = scene.clone();
                becomes.guidance.label = label;
                let problem = becomes.problem().filter(|_| scene.problem().is_none());
                let on = scene.guidance.label == label;
                let button = Button::selectable(on, words).frame_when_inactive(true);
                let button = button.min_size(Vec2::new(0.0, ROW));
                let entry = ui.add_enabled(problem.is_none(), button);
                ui.ctx().accesskit_node_builder(entry.id, |node| node.set_label(spoken));
                let entry = match (refused, problem) {
                    (Some(reason), _) => entry.on_disabled_hover_text(reason),
                    (None, Some(reason)) => entry.on_disabled_hover_text(reason),
                    (None, None) => entry.on_hover_text(parameter.about),
                };
                if entry.clicked() {
                    *scene = becomes;
                }
            }
        });
    });
}

/// First and last t of guidance.
pub fn interval_ui(ui: &mut Ui, scene: &mut Scene) {
    let parameter = Scene::parameter("guidance.interval");
    let refused = parameter.idle(scene);
    let [mut from, mut to] = scene.guidance.interval;
    let scale = Scale {
        slider: 0.0..=1.0,
        allowed: Range::from(0.0..=1.0),
        logarithmic: false,
        whole: false,
        format: &|t| number::three(t),
    };
    let first = Row::new("Guided from", parameter.about).disabled(refused);
    if first.slider(ui, &mut from, &scale) {
        scene.guidance.interval = [from, to.max(from)];
    }
    let last = Row::new("Guided to", parameter.about).disabled(refused);
    if last.slider(ui, &mut to, &scale) {
        scene.guidance.interval = [from.min(to), to];
    }
}
