//! What colours, heat maps and arrows mean, in a corner of the stage.

use std::f32::consts::TAU;

use driftscope_study::scene::{Layer, Layers, Projection};
use eframe::egui::{FontId, Mesh, RichText, Sense, Shape, Stroke, Ui, Vec2, pos2};

use super::arrow::{Head, arrow};
use super::drawings::colouring::{Colouring, Legend};
use super::layers::PaneLayers;
use super::layers::{pairs, streamlines};
use crate::app::number;
use crate::app::palette::{Heat, Palette};
use crate::app::text::with_symbols;
use crate::app::theme::{TEXT, UNIT};

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

/// What the heat maps and arrows that are on mean, one line each.
pub fn layers_ui(
    ui: &mut Ui,
    palette: &Palette,
    (layers, classic): (Layers, bool),
    projection: Projection,
    pane: &PaneLayers,
) {
    let default = Layers::default();
    for layer in layers.iter() {
        let missing = classic && layer.needs_process();
        if missing || (projection == Projection::OverTime && layer.needs_plane()) {
            continue;
        }
        let words = match layer {
            Layer::Target if layers == default => continue,
            // Over time both are one picture, which its axis explains.
            Layer::Target | Layer::Marginal if projection == Projection::OverTime => continue,
            Layer::Target => "p₁, the target".to_owned(),
            Layer::Tilted => "p(x)·p(c|x)^w, tilted".to_owned(),
            Layer::Marginal => "p_t, exact".to_owned(),
            Layer::Empirical => "the particles' density".to_owned(),
            Layer::Streamlines => "v, as it flows at this t".to_owned(),
            Layer::Velocity | Layer::Score | Layer::Diffusion => {
                let Some((full, diffusion)) = pane.arrows(layer) else { continue };
                let full = number::three(full);
                match layer {
                    Layer::Velocity => format!("v, longest {full}"),
                    Layer::Score => format!("∇ log p_t, longest {full}"),
                    _ => format!("D·∇ log p_t, D = {}", number::three(diffusion)),
                }
            }
            Layer::Data => "a draw of the data".to_owned(),
            Layer::Pairs => {
                let Some(reading) = pane.pairs() else { continue };
                reading
            }
            Layer::Chords => "straight from start to end".to_owned(),
            Layer::Trails | Layer::Particles => continue,
        };
        ui.horizontal(|ui| {
            let ground = ui.painter().add(Shape::Noop);
            let (rect, _) = ui.allocate_exact_size(Vec2::new(22.0, 10.0), Sense::hover());
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
                _ => {
                    painter.line_segment([left, right], Stroke::new(1.0, palette.text));
                }
            }
            painter.extend(shapes);
            ui.label(with_symbols(&words, &FontId::proportional(TEXT), palette.text));
            let behind = ui.min_rect().expand2(Vec2::new(4.0, 1.0));
            let fill = palette.ground.gamma_multiply(0.92);
            ui.painter().set(ground, Shape::rect_filled(behind, 4.0, fill));
        });
    }
}
