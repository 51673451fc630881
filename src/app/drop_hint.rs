//! What dropping a file would do.

use eframe::egui::text::LayoutJob;
use eframe::egui::{Align, Context, FontId, Id, LayerId, Order, vec2};

use super::state::State;
use super::theme;

/// Says what dropping would do while a file hovers over the window.
pub fn ui(ctx: &Context, state: &State) {
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let palette = state.palette();
    let layer = LayerId::new(Order::Foreground, Id::unique("drop hint"));
    let painter = ctx.layer_painter(layer);
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, palette.panel.gamma_multiply(0.85));
    let font = FontId::new(theme::TEXT + 6.0, theme::semibold());
    let words = "Drop a scene or a tableau (.toml), a model (.safetensors, .onnx), data or a schedule (.csv, .txt) or a picture to open it";
    let mut job = LayoutJob::simple(words.to_owned(), font, palette.strong, 0.8 * rect.width());
    job.halign = Align::Center;
    let galley = painter.layout_job(job);
    let above = vec2(0.0, 0.5 * galley.size().y);
    painter.galley(rect.center() - above, galley, palette.strong);
}
