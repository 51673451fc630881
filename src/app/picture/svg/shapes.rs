//! Every kind of shape.

use std::fmt::Write;

use eframe::egui::{Color32, ColorImage, Mesh, Pos2, Rect, Shape, Stroke, StrokeKind, TextureId};
use eframe::epaint::{ColorMode, PathShape, RectShape, Vertex, WHITE_UV};

use super::out::{Out, box_of, length, paint, straight};
use super::words;
use crate::app::picture::base64::base64;
use crate::app::picture::marks::{Blend, Disc, Knot, Marks, Ribbon};
use crate::app::picture::png;
use crate::app::picture::textures::Textures;

/// Most triangles of a mesh; of a larger one only so many are written.
pub const LARGEST_MESH: usize = 200_000;
/// A ribbon that fades is written in so many pieces at most, each with one opacity and width.
const PIECES: usize = 4;

/// Writes a shape.
pub fn write(out: &mut Out, shape: &Shape, textures: &Textures) {
    match shape {
        Shape::Noop => {}
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| write(out, shape, textures)),
        Shape::Circle(circle) => {
            let (fill, stroke) = (filling(circle.fill), outline(circle.stroke));
            if !(fill.is_empty() && stroke.is_empty()) {
                let [x, y, r] = [circle.center.x, circle.center.y, circle.radius].map(length);
                let fill = or_none(&fill);
                out.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{fill}{stroke}/>\n"));
            }
        }
        Shape::Ellipse(ellipse) => {
            let [x, y] = [ellipse.center.x, ellipse.center.y].map(length);
            let [rx, ry] = [ellipse.radius.x, ellipse.radius.y].map(length);
            let (fill, stroke) = (filling(ellipse.fill), outline(ellipse.stroke));
            let (turn, fill) = (length(ellipse.angle.to_degrees()), or_none(&fill));
            out.put(format_args!(
                "<ellipse cx=\"{x}\" cy=\"{y}\" rx=\"{rx}\" ry=\"{ry}\" transform=\"rotate({turn} {x} {y})\"{fill}{stroke}/>\n"
            ));
        }
        Shape::LineSegment { points, stroke } => line(out, points, false, *stroke),
        Shape::Path(shape) => path(out, shape),
        Shape::Rect(rect) => rectangle(out, rect, textures),
        Shape::Text(text) => words::write(out, text),
        Shape::Mesh(mesh) => write_mesh(out, mesh, textures),
        Shape::QuadraticBezier(curve) => {
            let shape = PathShape {
                points: curve.flatten(None),
                closed: curve.closed,
                fill: curve.fill,
                stroke: curve.stroke.clone(),
            };
            path(out, &shape);
        }
        Shape::CubicBezier(curve) => {
            for points in curve.flatten_closed(None, None) {
                let stroke = curve.stroke.clone();
                path(out, &PathShape { points, closed: curve.closed, fill: curve.fill, stroke });
            }
        }
        Shape::Band(band) => {
            let mut mesh = Mesh::default();
            tessellated(Shape::Band(band.clone()), &mut mesh);
            write_mesh(out, &mesh, textures);
        }
        Shape::Callback(callback) => {
            if let Some(marks) = Marks::of(callback) {
                write_marks(out, marks);
            }
        }
    }
}

/// A shape as triangles, for what SVG has no element for.
fn tessellated(shape: Shape, mesh: &mut Mesh) {
    let options = eframe::epaint::TessellationOptions { feathering: false, ..Default::default() };
    eframe::epaint::Tessellator::new(1.0, options, [1, 1], Vec::new())
        .tessellate_shape(shape, mesh);
}

fn filling(fill: Color32) -> String {
    if fill.a() == 0 { String::new() } else { paint("fill", fill) }
}

fn or_none(fill: &str) -> &str {
    if fill.is_empty() { " fill=\"none\"" } else { fill }
}

fn outline(stroke: Stroke) -> String {
    if stroke.is_empty() {
        return String::new();
    }
    format!("{} stroke-width=\"{}\"", paint("stroke", stroke.color), length(stroke.width))
}

/// The data of a path through points.
fn through(points: &[Pos2], closed: bool) -> String {
    let mut data = String::new();
    for (i, point) in points.iter().enumerate() {
        let (command, [x, y]) = (if i == 0 { 'M' } else { 'L' }, [point.x, point.y].map(length));
        write!(data, "{command}{x} {y}").expect("a string takes all that is written");
    }
    if closed {
        data.push('Z');
    }
    data
}

fn line(out: &mut Out, points: &[Pos2], closed: bool, stroke: Stroke) {
    if stroke.is_empty() || !points.iter().all(|point| point.x.is_finite() && point.y.is_finite()) {
        return;
    }
    let (data, stroke) = (through(points, closed), outline(stroke));
    out.put(format_args!("<path d=\"{data}\" fill=\"none\"{stroke}/>\n"));
}

fn path(out: &mut Out, shape: &PathShape) {
    if shape.points.len() < 2 {
        return;
    }
    let fill = filling(shape.fill);
    match &shape.stroke.color {
        ColorMode::Solid(colour) => {
            let stroke = outline(Stroke::new(shape.stroke.width, *colour));
            if !(fill.is_empty() && stroke.is_empty()) {
                let (data, fill) = (through(&shape.points, shape.closed), or_none(&fill));
                out.put(format_args!("<path d=\"{data}\"{fill}{stroke}/>\n"));
            }
        }
        ColorMode::UV(colour) => {
            let bounds = Rect::from_points(&shape.points);
            let next = shape.points.iter().skip(1).chain(shape.closed.then_some(&shape.points[0]));
            for (&from, &to) in shape.points.iter().zip(next) {
                let colour = colour(bounds, from.lerp(to, 0.5));
                line(out, &[from, to], false, Stroke::new(shape.stroke.width, colour));
            }
        }
    }
}

fn rectangle(out: &mut Out, shape: &RectShape, textures: &Textures) {
    if let Some(brush) = &shape.brush {
        if let Some(image) = textures.get(brush.fill_texture_id) {
            picture(out, shape.rect, image, brush.uv, shape.fill);
        }
        return;
    }
    let half = match shape.stroke_kind {
        StrokeKind::Inside => -0.5,
        StrokeKind::Middle => 0.0,
        StrokeKind::Outside => 0.5,
    };
    if shape.blur_width > 0.0 {
        // A shadow: rings that fade outwards.
        let rings = 6.0_f32;
        for ring in 0..rings as u32 {
            let beyond = (0.5 - ring as f32 / rings) * shape.blur_width;
            let colour = shape.fill.gamma_multiply(1.0 / rings);
            let radius = f32::from(shape.corner_radius.nw) + 0.5 * shape.blur_width;
            out.rectangle(shape.rect.expand(beyond), radius, colour);
        }
        return;
    }
    let fill = filling(shape.fill);
    let radius = f32::from(shape.corner_radius.nw);
    if !fill.is_empty() {
        out.rectangle(shape.rect, radius, shape.fill);
    }
    if !shape.stroke.is_empty() {
        let rect = shape.rect.expand(half * shape.stroke.width);
        let (place, stroke) = (box_of(rect), outline(shape.stroke));
        let rx = length((radius + half * shape.stroke.width).max(0.0));
        out.put(format_args!("<rect {place} rx=\"{rx}\" fill=\"none\"{stroke}/>\n"));
    }
}

/// The part `uv` of a texture over a rectangle.
fn picture(out: &mut Out, rect: Rect, image: &ColorImage, uv: Rect, tint: Color32) {
    let [width, height] = image.size;
    let place = |share: f32, count: usize| (share.clamp(0.0, 1.0) * count as f32).round() as usize;
    let [left, right] = [uv.left(), uv.right()].map(|u| place(u, width));
    let [top, bottom] = [uv.top(), uv.bottom()].map(|v| place(v, height));
    if left >= right || top >= bottom || tint.a() == 0 {
        return;
    }
    let [r, g, b, _] = straight(tint);
    let rows = (top..bottom).flat_map(|y| &image.pixels[y * width + left..y * width + right]);
    let tinted = |part: u8, by: u8| (u16::from(part) * u16::from(by) / 255) as u8;
    let rgba: Vec<u8> = rows
        .flat_map(|&pixel| {
            let [x, y, z, a] = straight(pixel);
            [tinted(x, r), tinted(y, g), tinted(z, b), a]
        })
        .collect();
    let size = [(right - left) as u32, (bottom - top) as u32];
    let opacity = f32::from(tint.a()) / 255.0;
    let (place, data) = (box_of(rect), base64(&png::rgba(size, &rgba)));
    out.put(format_args!(
        "<image {place} preserveAspectRatio=\"none\" opacity=\"{opacity:.3}\" href=\"data:image/png;base64,{data}\"/>\n"
    ));
}

/// Triangles, each in the middle of its corners' colours; pairs of one colour together.
fn write_mesh(out: &mut Out, mesh: &Mesh, textures: &Textures) {
    if mesh.texture_id != TextureId::default() || mesh.vertices.iter().any(|v| v.uv != WHITE_UV) {
        // A picture, such as an icon: two triangles over a rectangle.
        if let (Some(image), Some(first)) = (textures.get(mesh.texture_id), mesh.vertices.first()) {
            let uv = mesh.vertices.iter().map(|vertex| vertex.uv).collect::<Vec<_>>();
            picture(out, mesh.calc_bounds(), image, Rect::from_points(&uv), first.color);
        }
        return;
    }
    let mut open: Option<(Color32, String)> = None;
    for three in mesh.indices.chunks_exact(3).take(LARGEST_MESH) {
        let corners = [three[0], three[1], three[2]].map(|i| mesh.vertices[i as usize]);
        let colour = mean(&corners);
        if colour.a() == 0 {
            continue;
        }
        let data = through(&corners.map(|corner| corner.pos), true);
        match &mut open {
            Some((of, path)) if *of == colour => path.push_str(&data),
            _ => {
                close(out, open.take());
                open = Some((colour, data));
            }
        }
    }
    close(out, open);
}

fn close(out: &mut Out, open: Option<(Color32, String)>) {
    if let Some((colour, data)) = open {
        let fill = paint("fill", colour);
        // Without it, fine seams show between neighbours.
        out.put(format_args!("<path d=\"{data}\"{fill} shape-rendering=\"crispEdges\"/>\n"));
    }
}

fn mean(corners: &[Vertex; 3]) -> Color32 {
    let of = |k: usize| {
        let sum: u16 = corners.iter().map(|corner| u16::from(corner.color.to_array()[k])).sum();
        (sum / 3) as u8
    };
    Color32::from_rgba_premultiplied(of(0), of(1), of(2), of(3))
}

fn write_marks(out: &mut Out, marks: &Marks) {
    marks.ribbons.iter().for_each(|ribbon| write_ribbon(out, ribbon));
    // What does not know the second word for adding light takes the first, which comes near it.
    let mode = match marks.blend {
        Blend::Cover => None,
        Blend::Add => Some(("added", "mix-blend-mode:screen;mix-blend-mode:plus-lighter")),
        Blend::Darken => Some(("darkened", "mix-blend-mode:multiply")),
    };
    if let Some((class, style)) = mode {
        out.put(format_args!("<g class=\"{class}\"><style>.{class} circle{{{style}}}</style>\n"));
    }
    marks.discs.iter().for_each(|disc| write_disc(out, disc));
    if mode.is_some() {
        out.put(format_args!("</g>\n"));
    }
}

fn write_disc(out: &mut Out, disc: &Disc) {
    let [x, y, r] = [disc.at.x, disc.at.y, disc.radius].map(length);
    if !(disc.at.x.is_finite() && disc.at.y.is_finite()) {
        return;
    }
    let [red, green, blue] = disc.colour;
    let mut more = String::new();
    let rim = (255.0 * (0.03 + 0.97 * disc.rim.lightness)) as u8;
    if disc.rim.opacity > 0.02 {
        let rim = Color32::from_gray(rim).gamma_multiply(disc.rim.opacity);
        // Half of a stroke lies inside.
        more = format!("{} stroke-width=\"{}\"", paint("stroke", rim), length(disc.rim.width));
    }
    if disc.opacity < 1.0 {
        write!(more, " opacity=\"{:.3}\"", disc.opacity).expect("a string takes all");
    }
    out.put(format_args!(
        "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"#{red:02x}{green:02x}{blue:02x}\"{more}/>\n"
    ));
}

fn write_ribbon(out: &mut Out, ribbon: &Ribbon) {
    let [r, g, b] = ribbon.colour;
    let parts = ribbon.knots.len().saturating_sub(1);
    let fades = ribbon.knots.first().map(|knot| knot.opacity)
        != ribbon.knots.last().map(|knot| knot.opacity);
    let pieces = if fades { PIECES.min(parts) } else { 1 };
    for piece in 0..pieces {
        let knots = &ribbon.knots[piece * parts / pieces..=(piece + 1) * parts / pieces];
        let middle = |of: fn(&Knot) -> f32| knots.iter().map(of).sum::<f32>() / knots.len() as f32;
        let (width, opacity) = (middle(|knot| knot.width), middle(|knot| knot.opacity));
        let points: Vec<Pos2> = knots.iter().map(|knot| knot.at).collect();
        if points.len() < 2 || opacity < 0.004 {
            continue;
        }
        let colour = Color32::from_rgba_unmultiplied(r, g, b, (255.0 * opacity).round() as u8);
        line(out, &points, false, Stroke::new(width, colour));
    }
}
