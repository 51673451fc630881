//! The weight of the Gaussian that is held, on a slider beside it.

use driftscope_study::drawing::Ellipse;
use driftscope_study::scene::Blob;
use eframe::egui::{
    Align, Frame, Layout, Margin, Rect, Response, RichText, Sense, Slider, SliderClamping, Stroke,
    Ui, UiBuilder, Vec2, pos2, vec2,
};

use super::strip;
use crate::app::command::{Command, Commands, Joins};
use crate::app::drawing::{LIGHTEST, gaussians, with_gaussians};
use crate::app::number;
use crate::app::stage::canvas::Canvas;
use crate::app::state::State;
use crate::app::theme::UNIT;

/// Size of the slider with its words, in points of the screen.
const SIZE: Vec2 = vec2(92.0, 76.0);
/// Between the Gaussian and its slider, in points of the screen.
const BESIDE: f32 = 4.0 * UNIT;

/// The slider; it reaches to twice the weight of the heaviest other one.
#[derive(Default)]
pub struct Weight {
    /// Whether the drag has changed the weight: what follows is taken back with that.
    changed: bool,
}

impl Weight {
    /// Draws it into the plot in `frame`, where there are others that a weight can be measured by.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        (frame, canvas): (Rect, &Canvas<'_>),
        state: &State,
        out: &mut Commands,
    ) {
        let (scene, selected) = (state.scene(), state.drawing.selected);
        let blobs = gaussians(scene);
        let held = blobs.get(selected).and_then(|blob| Some((*blob, Ellipse::of(blob)?)));
        let (Some((blob, ellipse)), true) = (held, blobs.len() > 1) else { return };
        let rect = place(&ellipse, frame, canvas);
        let palette = state.palette();
        let mut becomes = blob.weight;
        // It has the pointer: nothing is placed through it.
        let builder = UiBuilder::new()
            .id_salt("weight")
            .max_rect(rect)
            .layout(Layout::left_to_right(Align::Center))
            .sense(Sense::click_and_drag());
        ui.scope_builder(builder, |ui| {
            Frame::new()
                .fill(palette.panel.gamma_multiply(0.92))
                .stroke(Stroke::new(1.0, palette.line))
                .corner_radius(6)
                .inner_margin(Margin::symmetric(6, 6))
                .show(ui, |ui| {
                    ui.spacing_mut().slider_width = SIZE.y - 12.0;
                    let response = slider(ui, &mut becomes, most(blobs, selected));
                    if response.changed() && becomes.to_bits() != blob.weight.to_bits() {
                        let joins = match (self.changed, response.dragged()) {
                            (true, _) => Joins::Last,
                            (false, true) => Joins::Nothing,
                            (false, false) => Joins::Recent,
                        };
                        self.changed = response.dragged();
                        let mut blobs = blobs.to_vec();
                        blobs[selected] = Blob { weight: becomes, ..blob };
                        let data = Box::new(with_gaussians(scene, blobs));
                        out.push(Command::Data { data, joins });
                    }
                    self.changed &= response.dragged();
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        ui.label(RichText::new("weight").color(palette.quiet));
                        ui.label(RichText::new(number::three(becomes)).color(palette.strong));
                        let all: f64 = blobs.iter().map(|blob| blob.weight).sum();
                        let share = becomes / (all - blob.weight + becomes);
                        let share = format!("{} %", number::three(100.0 * share));
                        ui.label(RichText::new(share).color(palette.quiet));
                    });
                });
        });
    }
}

fn slider(ui: &mut Ui, weight: &mut f64, most: f64) -> Response {
    let slider = Slider::new(weight, LIGHTEST..=most)
        .vertical()
        .show_value(false)
        .trailing_fill(true)
        .clamping(SliderClamping::Edits);
    let response = ui.add(slider);
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_label("Weight of the Gaussian held");
    });
    response.on_hover_text(
        "Its share of the mass, beside those of the others. The slider reaches to twice the heaviest of them; more can be typed above.",
    )
}

/// The weight at the slider's upper end.
fn most(blobs: &[Blob], selected: usize) -> f64 {
    let others = blobs.iter().enumerate().filter(|(index, _)| *index != selected);
    let heaviest = others.map(|(_, other)| other.weight).fold(LIGHTEST, f64::max);
    (2.0 * heaviest).max(blobs[selected].weight)
}

/// Where the slider is: on the right of the Gaussian, or on its left where there is no room, and below the
/// strip.
fn place(ellipse: &Ellipse, frame: Rect, canvas: &Canvas<'_>) -> Rect {
    let centre = canvas.at(ellipse.mean);
    let (sin, cos) = ellipse.angle.sin_cos();
    let half = (ellipse.stds[0] * cos).hypot(ellipse.stds[1] * sin) * Ellipse::REACH;
    let half = half as f32 * canvas.scale() + BESIDE;
    let inner = frame.shrink(2.0 * UNIT);
    let right = centre.x + half;
    let left = centre.x - half - SIZE.x;
    let x = if right + SIZE.x <= inner.right() || left < inner.left() { right } else { left };
    let corner = |at: f32, from: f32, to: f32| at.clamp(from, (to).max(from));
    let min = pos2(
        corner(x, inner.left(), inner.right() - SIZE.x),
        corner(
            centre.y - 0.5 * SIZE.y,
            inner.top() + strip::HEIGHT + 2.0 * UNIT,
            inner.bottom() - SIZE.y,
        ),
    );
    Rect::from_min_size(min, SIZE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slider_reaches_to_twice_the_heaviest_other_and_to_its_own() {
        let of = |weights: &[f64]| -> Vec<Blob> {
            weights.iter().map(|&w| Blob { weight: w, ..Blob::round([0.0; 2], 1.0) }).collect()
        };
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(most(&of(&[1.0, 1.0, 3.0]), 0), 6.0));
        assert!(close(most(&of(&[1.0, 1.0, 3.0]), 2), 3.0));
        assert!(close(most(&of(&[1.0, 0.0]), 1), 2.0));
    }
}
