//! How everything is drawn: sizes, theme, playback.

use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::Range;
use eframe::egui::{Button, Ui, Vec2};

use super::row::{Row, Scale, fold, side_by_side};
use super::setting::Setting;
use crate::app::command::{Command, Commands};
use crate::app::number;
use crate::app::palette::Theme;
use crate::app::state::Look;
use crate::app::theme::ROW;

/// Sizes, theme and clock.
pub fn ui(ui: &mut Ui, scene: &mut Scene, look: Look, out: &mut Commands) {
    fold(ui, "Appearance", true, |ui| {
        Setting::of(scene, "view.point_size").slider(ui, scene);
        Setting::of(scene, "view.line_width").slider(ui, scene);
        Setting::of(scene, "view.overlap").segments(ui, scene);
        theme_ui(ui, look, out);
        zoom_ui(ui, look, out);
        Setting::of(scene, "view.clock").segments(ui, scene);
    });
}

fn zoom_ui(ui: &mut Ui, look: Look, out: &mut Commands) {
    let mut zoom = f64::from(look.zoom);
    let scale = Scale {
        slider: 0.7..=2.0,
        allowed: Range::from(0.5..=3.0),
        logarithmic: true,
        whole: false,
        format: &|value| format!("{}{}×", number::three(value), number::THIN),
    };
    let row = Row::new("Zoom", "Size of everything in the window. Takes effect when let go.");
    if row.number(ui, &mut zoom, &scale) {
        out.push(Command::Look(Look { zoom: zoom as f32, ..look }));
    }
}

fn theme_ui(ui: &mut Ui, look: Look, out: &mut Commands) {
    let row = Row::new("Theme", "For a dark room, a bright one, or a projector (T).");
    row.show(ui, |ui| {
        let widths = side_by_side(ui, &Theme::ALL.map(Theme::title));
        for (theme, width) in Theme::ALL.into_iter().zip(widths) {
            let button =
                Button::selectable(look.theme == theme, theme.title()).frame_when_inactive(true);
            if ui.add_sized(Vec2::new(width, ROW), button).clicked() {
                out.push(Command::Look(Look { theme, ..look }));
            }
        }
    });
}
