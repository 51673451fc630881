//! Beside the picture over time: the noise's density at the left edge, the data's at the right.

use eframe::egui::{Color32, Mesh, Shape, Stroke};

use crate::app::palette::Palette;
use crate::app::stage::canvas::Canvas;
use crate::app::stage::viewport::MARGIN;

/// The highest point of a density, as a share of the room beside the run.
const HIGHEST: f64 = 0.86;

/// Draws both densities: `edges` holds places along the direction and the densities there.
pub fn draw(
    edges: &[[f64; 3]],
    palette: &Palette,
    width: f32,
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    for (end, (base, outwards)) in [(1, (0.0, -1.0)), (2, (1.0, 1.0))] {
        let top = edges.iter().map(|edge| edge[end]).fold(0.0, f64::max);
        if top <= 0.0 {
            continue;
        }
        let out = |edge: &[f64; 3]| {
            let height = MARGIN * HIGHEST * edge[end] / top;
            canvas.at([base + outwards * height, edge[0]])
        };
        let fill = palette.noise().gamma_multiply(0.28);
        let mut mesh = Mesh::default();
        for edge in edges {
            mesh.colored_vertex(canvas.at([base, edge[0]]), fill);
            mesh.colored_vertex(out(edge), fill);
        }
        for i in 0..edges.len() as u32 - 1 {
            mesh.add_triangle(2 * i, 2 * i + 1, 2 * i + 2);
            mesh.add_triangle(2 * i + 1, 2 * i + 2, 2 * i + 3);
        }
        shapes.push(Shape::mesh(mesh));
        let outline: Vec<_> = edges.iter().map(out).collect();
        shapes.push(Shape::line(outline, Stroke::new(1.6 * width, palette.noise())));
        let ends = [edges[0], edges[edges.len() - 1]].map(|edge| canvas.at([base, edge[0]]));
        let line: Color32 = palette.quiet;
        shapes.push(Shape::line_segment(ends, Stroke::new(1.0, line)));
    }
}
