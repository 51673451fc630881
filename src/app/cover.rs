//! What a speaker lays over everything: the blank screen, the dot of light.

use eframe::egui::{Area, Color32, Context, CursorIcon, Id, LayerId, Order, Sense, pos2};

use super::command::Commands;
use super::commands;
use super::lectern::InHand;
use super::state::State;

/// Radius of the dot of light, in points.
const DOT: f32 = 7.0;

/// Draws the dot of light and the blank screen over everything.
pub fn ui(ctx: &Context, state: &State, out: &mut Commands) {
    if state.lectern.blank {
        let rect = ctx.content_rect();
        let area = Area::new(Id::unique("blank")).order(Order::Foreground).fixed_pos(rect.min);
        let shown = area.show(ctx, |ui| {
            ui.painter().rect_filled(rect, 0.0, Color32::BLACK);
            ui.allocate_rect(rect, Sense::click()).clicked()
        });
        if shown.inner {
            out.push((commands::BLANK.command)(state));
        }
        ctx.set_cursor_icon(CursorIcon::None);
        return;
    }
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
