//! The kernel on points of one's own.

use driftscope_study::scene::{Data, Scene};
use eframe::egui::{Button, Ui, Vec2};

use super::row::Row;
use super::setting::Setting;
use crate::app::number;
use crate::app::theme::ROW;

/// What is said about the way back to Silverman's kernel.
const ABOUT: &str = "The kernel that Silverman's rule gives these points: h = n^(−1/6)·√(tr Cov / 2). It stands in where none is chosen.";

/// The kernel `key` on the points that `of` finds in the scene, and the way back to Silverman's.
pub fn ui(
    ui: &mut Ui,
    scene: &mut Scene,
    (key, of): (&str, fn(&mut Scene) -> Option<&mut Data>),
    locked: Option<&str>,
) {
    Setting::of(scene, key).unless(locked).slider(ui, scene);
    let Some(data) = of(scene) else { return };
    let Some(own) = &data.points else { return };
    let silverman = own.content().0.silverman();
    let words = format!("Silverman's, {}", number::three(silverman));
    Row::new("", ABOUT).disabled(locked).show(ui, |ui| {
        let button = Button::selectable(data.kernel.is_none(), words).frame_when_inactive(true);
        let size = Vec2::new(ui.available_width(), ROW);
        if ui.add_sized(size, button).on_hover_text(ABOUT).clicked() {
            data.kernel = None;
        }
    });
}
