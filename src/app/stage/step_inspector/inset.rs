//! The error against the tolerance, enlarged: the ball or box within which a step is kept.

use driftscope_solve::Norm;
use driftscope_solve::by_hand::AttemptByHand;
use eframe::egui::{Align2, FontId, Rect, Shape, Stroke, StrokeKind, Ui, Vec2, vec2};

use crate::app::number;
use crate::app::palette::Palette;
use crate::app::stage::arrow::{Head, arrow};
use crate::app::theme::TEXT;

/// Draws the error in units of the tolerance, both as large as they fit.
pub fn draw(ui: &Ui, rect: Rect, palette: &Palette, attempt: &AttemptByHand, norm: Norm) {
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 4.0, palette.ground);
    let ratio = attempt.error_ratio;
    let kept = ratio <= 1.0;
    let reach = 0.34 * rect.width();
    // The larger of the two reaches the edge; a very small one stays a dot.
    let unit = reach / ratio.max(1.0) as f32;
    let centre = rect.center() - vec2(0.0, 0.11 * rect.height());
    let stroke = Stroke::new(1.5 * palette.heavier, palette.text);
    let fill = palette.accent.gamma_multiply(0.18);
    match norm {
        Norm::Rms => {
            painter.circle(centre, unit.max(1.5), fill, stroke);
        }
        Norm::Max => {
            let square = Rect::from_center_size(centre, Vec2::splat(2.0 * unit.max(1.5)));
            painter.rect(square, 0.0, fill, stroke, StrokeKind::Middle);
        }
    }
    // The direction of the error in units of the tolerance; its length is what the norm says.
    let error = attempt.embedded.map_or([0.0; 2], |embedded| {
        [0, 1].map(|d| (attempt.answer[d] - embedded[d]) / attempt.tolerance[d])
    });
    let size = match norm {
        Norm::Rms => error[0].hypot(error[1]),
        Norm::Max => error[0].abs().max(error[1].abs()),
    };
    if size > 0.0 && size.is_finite() {
        let along = vec2((error[0] / size) as f32, -(error[1] / size) as f32);
        let colour = if kept { palette.strong } else { palette.alarm };
        let mut shapes: Vec<Shape> = Vec::new();
        let tip = centre + along * (unit * ratio as f32);
        arrow(&mut shapes, centre, tip, Stroke::new(2.0 * palette.heavier, colour), Head::Filled);
        painter.extend(shapes);
    }
    let words = format!("{}{}", number::three(ratio), if kept { " ≤ 1" } else { " > 1" });
    let font = FontId::proportional(TEXT - 2.0);
    let at = rect.center_bottom() - vec2(0.0, 1.0);
    painter.text(at, Align2::CENTER_BOTTOM, words, font, palette.text);
}
