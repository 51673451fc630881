//! How everything is drawn: sizes, theme, playback.

use driftscope_study::scene::{Clock, Overlap, Scene};
use eframe::egui::{Button, Ui, Vec2};

use super::row::{Choice, Row, Scale, fold};
use crate::app::command::{Command, Commands};
use crate::app::number;
use crate::app::palette::Room;
use crate::app::state::Look;
use crate::app::theme::{ROW, UNIT};

/// Sizes, theme and clock.
pub fn ui(ui: &mut Ui, scene: &mut Scene, look: Look, out: &mut Commands) {
    fold(ui, "Appearance", true, |ui| {
        let times = Scale {
            range: 0.25..=4.0,
            allowed: 0.1..=10.0,
            logarithmic: true,
            whole: false,
            format: |value| format!("{}{}×", number::three(value), number::THIN),
        };
        Row::new("Points", "Size of the particles, as a multiple of the usual one.").slider(
            ui,
            &mut scene.view.point_size,
            &times,
        );
        Row::new("Lines", "Width of trails and lines, as a multiple of the usual one.").slider(
            ui,
            &mut scene.view.line_width,
            &times,
        );
        Row::new("Overlap", "What happens where particles overlap. On its own it is decided by their number: many of one colour add up, so that the crowd's density shows.")
            .segments(
                ui,
                scene,
                &[
                    Choice { value: Overlap::Automatic, title: "Auto", about: "20 000 particles and more of one colour add up, others cover." },
                    Choice { value: Overlap::Cover, title: "Cover", about: "The upper one covers the lower one." },
                    Choice { value: Overlap::AddUp, title: "Add up", about: "Where particles overlap it becomes brighter; darker on a light ground." },
                ],
                (|scene| scene.view.overlap, |scene, value| scene.view.overlap = value),
            );
        theme_ui(ui, look, out);
        let mut zoom = f64::from(look.zoom);
        let scale = Scale { range: 0.7..=2.0, allowed: 0.5..=3.0, ..times };
        let row = Row::new("Zoom", "Size of everything in the window. Takes effect when let go.");
        if row.number(ui, &mut zoom, &scale) {
            out.push(Command::Look(Look { zoom: zoom as f32, ..look }));
        }
        Row::new("Clock", "What runs evenly during playback: t, or the solver's steps, each of which then takes equally long.")
            .segments(
                ui,
                scene,
                &[
                    Choice { value: Clock::Time, title: "In t", about: "t runs evenly." },
                    Choice { value: Clock::Steps, title: "In steps", about: "Each accepted step takes equally long." },
                ],
                (|scene| scene.view.clock, |scene, value| scene.view.clock = value),
            );
    });
}

fn theme_ui(ui: &mut Ui, look: Look, out: &mut Commands) {
    let row = Row::new("Theme", "For a dark room, a bright one, or a projector (T).");
    row.show(ui, |ui| {
        let gap = UNIT;
        let width =
            (ui.available_width() - gap * (Room::ALL.len() as f32 - 1.0)) / Room::ALL.len() as f32;
        ui.spacing_mut().item_spacing.x = gap;
        ui.spacing_mut().button_padding.x = 2.0;
        for room in Room::ALL {
            let button =
                Button::selectable(look.room == room, room.title()).frame_when_inactive(true);
            if ui.add_sized(Vec2::new(width, ROW), button).clicked() {
                out.push(Command::Look(Look { room, ..look }));
            }
        }
    });
}
