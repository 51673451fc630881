//! What a speaker lays over everything: the blank screen, the frozen one, the dot of light.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use eframe::egui::{
    Align2, Area, Color32, ColorImage, Context, CursorIcon, FontId, Id, LayerId, Order, Rect,
    Sense, TextureHandle, TextureOptions, Ui, Vec2, pos2, vec2,
};

use super::commands;
use super::lectern::InHand;
use super::light::shine;
use super::screenshot::ask_picture;
use super::state::State;
use super::theme::{TEXT, UNIT};

/// It is said that the screen stands still for so long since that began or the pointer moved, in seconds: what the
/// words lie over is to be seen.
const SAID: f64 = 2.0;

/// The screen as it was when it was frozen.
#[derive(Default)]
enum Frozen {
    /// It is not.
    #[default]
    Not,
    /// Its picture is being taken.
    Asked(Receiver<Arc<ColorImage>>),
    /// Its picture, and the moment until which it is said what it is, in seconds of the window's time.
    As(TextureHandle, f64),
}

/// What lies over everything, and what it keeps from frame to frame.
#[derive(Default)]
pub struct Cover {
    frozen: Frozen,
}

impl Cover {
    /// Draws it over the window.
    pub fn ui(&mut self, ctx: &Context, state: &State) {
        if state.lectern.blank {
            over(ctx, "blank", |ui, rect| {
                ui.painter().rect_filled(rect, 0.0, Color32::BLACK);
            });
            ctx.set_cursor_icon(CursorIcon::None);
            return;
        }
        self.frozen_ui(ctx, state);
        // On the stage it lies in the plot's coordinates.
        if state.lectern.in_hand == InHand::Light
            && state.lectern.light.is_none()
            && let Some(at) = ctx.pointer_latest_pos()
        {
            let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::unique("light")));
            shine(&painter, at, state.palette().alarm);
            ctx.set_cursor_icon(CursorIcon::None);
        }
    }

    fn frozen_ui(&mut self, ctx: &Context, state: &State) {
        if !state.lectern.frozen {
            self.frozen = Frozen::Not;
            return;
        }
        match &mut self.frozen {
            Frozen::Not => self.frozen = Frozen::Asked(ask_picture(ctx)),
            Frozen::Asked(receiver) => {
                if let Ok(picture) = receiver.try_recv() {
                    let options = TextureOptions::LINEAR;
                    let picture = ctx.load_texture("frozen", picture, options);
                    self.frozen = Frozen::As(picture, ctx.input(|input| input.time) + SAID);
                }
                ctx.request_repaint();
            }
            Frozen::As(picture, until) => {
                let words = format!("Frozen ({})", commands::FREEZE.shortcut());
                let palette = state.palette();
                let (now, moved) =
                    ctx.input(|input| (input.time, input.pointer.delta() != Vec2::ZERO));
                if moved {
                    *until = now + SAID;
                }
                let rest = *until - now;
                if rest > 0.0 {
                    ctx.request_repaint_after_secs(rest as f32);
                }
                over(ctx, "frozen", |ui, rect| {
                    ui.painter().rect_filled(rect, 0.0, palette.panel);
                    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                    // In a window of another shape nothing of it is stretched.
                    let scale = (rect.size() / picture.size_vec2()).min_elem();
                    let place = Rect::from_center_size(rect.center(), scale * picture.size_vec2());
                    ui.painter().image(picture.id(), place, whole, Color32::WHITE);
                    if rest <= 0.0 {
                        return;
                    }
                    let at = rect.right_bottom() - vec2(3.0 * UNIT, 3.0 * UNIT);
                    let font = FontId::proportional(TEXT);
                    let galley = ui.painter().layout_no_wrap(words, font, palette.text);
                    let place = Align2::RIGHT_BOTTOM.anchor_size(at, galley.size());
                    ui.painter().rect_filled(place.expand(UNIT), 4.0, palette.panel);
                    ui.painter().galley(place.min, galley, palette.text);
                });
            }
        }
    }
}

/// Draws over all of the window, which hears nothing of the pointer meanwhile: it is shown again by a key, not by a
/// click that slipped.
fn over(ctx: &Context, name: &str, draw: impl FnOnce(&Ui, Rect)) {
    let rect = ctx.content_rect();
    // Above menus, messages and whatever else appears meanwhile.
    let area = Area::new(Id::unique(name)).order(Order::Debug).fixed_pos(rect.min);
    area.show(ctx, |ui| {
        draw(ui, rect);
        ui.allocate_rect(rect, Sense::click_and_drag());
    });
}
