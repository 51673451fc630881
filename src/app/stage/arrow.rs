//! Arrows of the screen.

use eframe::egui::{Pos2, Shape, Stroke, Vec2};

/// The end of an arrow: fields differ in it as well as in their colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// A filled triangle.
    Filled,
    /// Two strokes.
    Open,
    /// A filled triangle, and a dot at the tail.
    Dot,
}

/// An arrow of the screen.
pub fn arrow(shapes: &mut Vec<Shape>, from: Pos2, to: Pos2, stroke: Stroke, head: Head) {
    let way = to - from;
    let length = way.length();
    if length < 1.0 {
        shapes.push(Shape::circle_filled(from, 0.7 * stroke.width, stroke.color));
        return;
    }
    let along = way / length;
    let across = Vec2::new(-along.y, along.x);
    let size = (0.36 * length).clamp(2.0, 4.0 + 2.0 * stroke.width);
    let neck = to - along * size;
    let wings = [neck + across * 0.55 * size, neck - across * 0.55 * size];
    match head {
        Head::Open => {
            shapes.push(Shape::line_segment([from, to], stroke));
            shapes.push(Shape::line(vec![wings[0], to, wings[1]], stroke));
        }
        Head::Filled | Head::Dot => {
            shapes.push(Shape::line_segment([from, neck], stroke));
            let tip = vec![to, wings[0], wings[1]];
            shapes.push(Shape::convex_polygon(tip, stroke.color, Stroke::NONE));
        }
    }
    if head == Head::Dot {
        shapes.push(Shape::circle_filled(from, 1.4 * stroke.width, stroke.color));
    }
}
