//! Sampler settings with a name.

use driftscope_study::scene::{Direction, PRESETS, Scene};
use eframe::egui::{Button, Ui, Vec2};

use crate::app::theme::{ROW, UNIT};

/// Why there are no presets of noising.
pub const FORWARDS: &str = "Presets are about generating. Choose Generate to use them.";

/// One button per preset.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    let forwards = scene.direction == Direction::Noise;
    ui.horizontal(|ui| {
        let gap = UNIT;
        ui.spacing_mut().item_spacing.x = gap;
        ui.spacing_mut().button_padding.x = UNIT;
        let room = ui.available_width() - gap * (PRESETS.len() as f32 - 1.0);
        let letters: usize = PRESETS.iter().map(|preset| preset.title.len() + 3).sum();
        for preset in PRESETS {
            let width = room * (preset.title.len() + 3) as f32 / letters as f32;
            let button = Button::selectable(preset.is_in_force(scene), preset.title)
                .frame_when_inactive(true);
            let response = ui
                .add_enabled_ui(!forwards, |ui| ui.add_sized(Vec2::new(width, ROW), button))
                .inner
                .on_hover_text(preset.about)
                .on_disabled_hover_text(FORWARDS);
            if response.clicked() {
                preset.apply(scene);
            }
        }
    });
}
