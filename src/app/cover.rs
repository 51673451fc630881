//! What a speaker lays over everything: the blank screen, the frozen one, the dot of light.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use eframe::egui::{
    Align2, Area, Color32, ColorImage, Context, CursorIcon, FontId, Id, LayerId, Order, Rect,
    Sense, TextureHandle, TextureOptions, Ui, pos2, vec2,
};

use super::command::{Command, Commands};
use super::commands;
use super::lectern::{InHand, LecternCommand};
use super::screenshot::ask_picture;
use super::state::State;
use super::theme::{TEXT, UNIT};

/// Radius of the dot of light, in points.
const DOT: f32 = 7.0;

/// The screen as it was when it was frozen.
#[derive(Default)]
enum Frozen {
    /// It is not.
    #[default]
    Not,
    /// Its picture is being taken.
    Asked(Receiver<Arc<ColorImage>>),
    /// Its picture.
    As(TextureHandle),
}

/// What lies over everything, and what it keeps from frame to frame.
#[derive(Default)]
pub struct Cover {
    frozen: Frozen,
}

impl Cover {
    /// Draws it over the window.
    pub fn ui(&mut self, ctx: &Context, state: &State, out: &mut Commands) {
        if state.lectern.blank {
            if over(ctx, "blank", |ui, rect| {
                ui.painter().rect_filled(rect, 0.0, Color32::BLACK);
            }) {
                out.push((commands::BLANK.command)(state));
            }
            ctx.set_cursor_icon(CursorIcon::None);
            return;
        }
        self.frozen_ui(ctx, state, out);
        if state.lectern.in_hand == InHand::Light
            && let Some(at) = ctx.pointer_latest_pos()
        {
            let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::unique("light")));
            let core = state.palette().alarm;
            for (radius, share) in [(2.6, 0.15), (1.8, 0.3), (1.0, 1.0)] {
                painter.circle_filled(pos2(at.x, at.y), radius * DOT, core.gamma_multiply(share));
            }
            ctx.set_cursor_icon(CursorIcon::None);
        }
    }

    fn frozen_ui(&mut self, ctx: &Context, state: &State, out: &mut Commands) {
        if !state.lectern.frozen {
            self.frozen = Frozen::Not;
            return;
        }
        match &self.frozen {
            Frozen::Not => self.frozen = Frozen::Asked(ask_picture(ctx)),
            Frozen::Asked(receiver) => {
                if let Ok(picture) = receiver.try_recv() {
                    let options = TextureOptions::LINEAR;
                    self.frozen = Frozen::As(ctx.load_texture("frozen", picture, options));
                }
                ctx.request_repaint();
            }
            Frozen::As(picture) => {
                let words = format!("Frozen ({})", commands::FREEZE.shortcut());
                let palette = state.palette();
                let clicked = over(ctx, "frozen", |ui, rect| {
                    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                    ui.painter().image(picture.id(), rect, whole, Color32::WHITE);
                    let at = rect.right_bottom() - vec2(3.0 * UNIT, 3.0 * UNIT);
                    let font = FontId::proportional(TEXT);
                    let galley = ui.painter().layout_no_wrap(words, font, palette.text);
                    let place = Align2::RIGHT_BOTTOM.anchor_size(at, galley.size());
                    ui.painter().rect_filled(place.expand(UNIT), 4.0, palette.panel);
                    ui.painter().galley(place.min, galley, palette.text);
                });
                if clicked {
                    out.push(Command::Lectern(LecternCommand::ToggleFreeze));
                }
            }
        }
    }
}

/// Draws over all of the window, which hears nothing meanwhile; whether it was clicked.
fn over(ctx: &Context, name: &str, draw: impl FnOnce(&Ui, Rect)) -> bool {
    let rect = ctx.content_rect();
    // Above menus, messages and whatever else appears meanwhile.
    let area = Area::new(Id::unique(name)).order(Order::Debug).fixed_pos(rect.min);
    let shown = area.show(ctx, |ui| {
        draw(ui, rect);
        ui.allocate_rect(rect, Sense::click_and_drag()).clicked()
    });
    shown.inner
}
