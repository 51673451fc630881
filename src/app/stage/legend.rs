//! What colours, heat maps and arrows mean, in a corner of the stage.

use std::f32::consts::TAU;

use driftscope_study::scene::{Layer, Layers, Projection};
use eframe::egui::{
    Color32, FontId, Frame, Margin, Mesh, Rect, RichText, Sense, Shape, Stroke, Ui, Vec2, pos2,
};

use super::arrow::{Head, arrow};
use super::drawings::colouring::Colouring;
use super::drawings::span::Legend;
use super::layers::PaneLayers;
use super::layers::{pairs, streamlines};
use crate::app::number;
use crate::app::palette::{Heat, Palette};
use crate::app::text::with_symbols;
use crate::app::theme::{TEXT, UNIT};

/// How much of what lies below the legend of the layers is hidden: tips of arrows look like marks.
const OPAQUE: f32 = 0.96;
/// Width of a scale.
const SCALE: f32 = 120.0;

/// The legend of the particles' colours; bottom up: the scale first, its title above.
pub fn colours_ui(ui: &mut Ui, palette: &Palette, colouring: &Colouring) {
    let title = |ui: &mut Ui| {
        ui.label(RichText::new(colouring.title()).color(palette.quiet));
    };
    match &colouring.legend {
        Legend::None => {}
        Legend::Missing(why) => {
            ui.label(RichText::new(&**why).color(palette.quiet));
        }
        Legend::One(value) => {
            ui.label(format!("{value} for every particle"));
            title(ui);
        }
        Legend::Scale { ends: [low, high] } => {
            ui.horizontal(|ui| {
                ui.label(low);
                scale(ui, palette);
                ui.label(high);
            });
            title(ui);
        }
        Legend::Ring => {
            ring(ui, palette);
            title(ui);
        }
        Legend::Swatches(count) => {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = UNIT;
                for i in 0..*count {
                    let (rect, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
                    ui.painter().circle_filled(rect.center(), 5.0, palette.category(i));
                    ui.label(format!("{}", i + 1));
                    ui.add_space(UNIT);
                }
            });
            title(ui);
        }
    }
}

fn scale(ui: &mut Ui, palette: &Palette) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(SCALE, 8.0), Sense::hover());
    let mut mesh = Mesh::default();
    let bands = 32;
    for i in 0..=bands {
        let share = i as f32 / bands as f32;
        let x = rect.left() + share * rect.width();
        let colour = palette.quantity(f64::from(share));
        mesh.colored_vertex(pos2(x, rect.top()), colour);
        mesh.colored_vertex(pos2(x, rect.bottom()), colour);
    }
    for i in 0..bands as u32 {
        mesh.add_triangle(2 * i, 2 * i + 1, 2 * i + 2);
        mesh.add_triangle(2 * i + 1, 2 * i + 2, 2 * i + 3);
    }
    ui.painter().add(Shape::mesh(mesh));
}

fn ring(ui: &mut Ui, palette: &Palette) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(40.0), Sense::hover());
    let parts = 48;
    for i in 0..parts {
        let angle = |k: usize| k as f32 / parts as f32 * TAU;
        // Upwards is upwards in the plane as well.
        let at = |k: usize, radius: f32| {
            rect.center() + radius * Vec2::new(angle(k).cos(), -angle(k).sin())
        };
        let colour = palette.direction((i as f64 + 0.5) / parts as f64);
        let corners = vec![at(i, 11.0), at(i, 18.0), at(i + 1, 18.0), at(i + 1, 11.0)];
        ui.painter().add(Shape::convex_polygon(corners, colour, Stroke::new(0.5, colour)));
    }
}

/// The layers that need a word, bottom up, with it.
fn entries(
    (layers, classic): (Layers, bool),
    projection: Projection,
    pane: &PaneLayers,
) -> Vec<(Layer, String)> {
    let default = Layers::default();
    let over_time = projection == Projection::OverTime;
    let words = |layer: Layer| -> Option<String> {
        let words = match layer {
            Layer::Target if layers == default => return None,
            // Over time both are one picture, which its axis explains.
            Layer::Target | Layer::Marginal if over_time => return None,
            Layer::Target => "p₁, the target".to_owned(),
            Layer::Tilted => "p(x)·p(c|x)^w, tilted".to_owned(),
            Layer::Marginal => "p_t, exact".to_owned(),
            Layer::Empirical => "the particles' density".to_owned(),
            Layer::Streamlines => "v, as it flows at this t".to_owned(),
            Layer::Velocity | Layer::Score | Layer::Diffusion => {
                let (full, diffusion) = pane.arrows(layer)?;
                let full = number::three(full);
                match layer {
                    Layer::Velocity => format!("v, longest {full}"),
                    Layer::Score => format!("∇ log p_t, longest {full}"),
                    _ => format!("D·∇ log p_t, D = {}", number::three(diffusion)),
                }
            }
            Layer::Data => "a draw of the data".to_owned(),
            Layer::Pairs => pane.pairs()?,
            Layer::Chords => "straight from start to end".to_owned(),
            // They have the colours of the chords and need telling apart from them alone.
            Layer::Trails if layers.has(Layer::Chords) => "the way so far".to_owned(),
            Layer::Trails | Layer::Particles => return None,
        };
        Some(words)
    };
    let there = |layer: &Layer| {
        let missing = classic && layer.needs_process();
        !(missing || over_time && layer.needs_plane())
    };
    layers.iter().filter(there).filter_map(|layer| Some((layer, words(layer)?))).collect()
}

/// What the heat maps, arrows and lines that are on mean, one line each, on one ground, which nothing of what
/// lies below crosses.
pub fn layers_ui(
    ui: &mut Ui,
    palette: &Palette,
    of: (Layers, bool),
    projection: Projection,
    pane: &PaneLayers,
    colouring: Option<&Colouring>,
) {
    let entries = entries(of, projection, pane);
    if entries.is_empty() {
        return;
    }
    let ground = Frame::new().fill(palette.ground.gamma_multiply(OPAQUE)).corner_radius(4);
    ground.inner_margin(Margin::symmetric(4, 1)).show(ui, |ui| {
        for (layer, words) in &entries {
            ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(Vec2::new(22.0, 10.0), Sense::hover());
                mark(ui, *layer, rect, (palette, colouring));
                ui.label(with_symbols(words, &FontId::proportional(TEXT), palette.text));
            });
        }
    });
}

/// What a layer looks like, in `rect`.
fn mark(ui: &Ui, layer: Layer, rect: Rect, (palette, colouring): (&Palette, Option<&Colouring>)) {
    let [left, right] = [rect.left_center(), rect.right_center()];
    let painter = ui.painter();
    let mut shapes = Vec::new();
    let stroke = |colour| Stroke::new(1.5, colour);
    match layer {
        Layer::Target | Layer::Tilted | Layer::Marginal => {
            painter.rect_filled(rect, 2.0, palette.heat(Heat::Exact, 0.8));
        }
        Layer::Empirical => {
            painter.rect_filled(rect, 2.0, palette.heat(Heat::Particles, 0.8));
        }
        Layer::Streamlines => {
            streamlines::mark([left, right], palette, painter);
        }
        Layer::Velocity => {
            arrow(&mut shapes, left, right, stroke(palette.text), Head::Filled);
        }
        Layer::Score => {
            arrow(&mut shapes, left, right, stroke(palette.category(2)), Head::Open);
        }
        Layer::Diffusion => {
            arrow(&mut shapes, left, right, stroke(palette.noise()), Head::Dot);
        }
        Layer::Data => {
            painter.circle_filled(rect.center(), 2.5, palette.data());
        }
        Layer::Pairs => pairs::mark([left, right], palette, painter),
        // A path bends, a chord does not.
        Layer::Trails => lines(&mut shapes, rect, 0.45, 2.0, samples(palette, colouring)),
        _ => lines(&mut shapes, rect, 0.0, 1.2, samples(palette, colouring)),
    }
    painter.extend(shapes);
}

/// A line that rises by `bend` of the height on either side of its middle, in the colours of three particles.
fn lines(shapes: &mut Vec<Shape>, rect: Rect, bend: f32, width: f32, colours: [Color32; 3]) {
    let pieces = 4 * colours.len();
    let at = |k: usize| {
        let share = k as f32 / pieces as f32;
        let up = bend * rect.height() * (share * TAU).sin();
        pos2(rect.left() + share * rect.width(), rect.center().y - up)
    };
    for (part, colour) in colours.into_iter().enumerate() {
        let points = (4 * part..=4 * (part + 1)).map(at).collect();
        shapes.push(Shape::line(points, Stroke::new(width, colour)));
    }
}

/// Three of the colours that particles have, and with them their trails and chords.
fn samples(palette: &Palette, colouring: Option<&Colouring>) -> [Color32; 3] {
    let Some(colouring) = colouring else { return [palette.text; 3] };
    match &colouring.legend {
        Legend::Scale { .. } => [0.0, 0.5, 1.0].map(|share| palette.quantity(share)),
        Legend::One(_) => [palette.quantity(0.5); 3],
        Legend::Ring => [0.0, 0.4, 0.8].map(|share| palette.direction(share)),
        Legend::Swatches(count) => [0, 1, 2].map(|i| palette.category(i % (*count).max(1))),
        Legend::None | Legend::Missing(_) => {
            let [r, g, b, _] = colouring.colours.first().copied().unwrap_or_default();
            [Color32::from_rgb(r, g, b); 3]
        }
    }
}
