//! Names beside points that may lie close together: each name stands clear of the others, of points
//! and, where it can, of lines, and a thin line leads to it where it had to go further off.

use std::f32::consts::TAU;
use std::sync::Arc;

use eframe::egui::{Color32, FontId, Galley, Pos2, Rect, Shape, Stroke, Ui, Vec2};

use crate::app::palette::Palette;

/// Free space around a name.
const MARGIN: f32 = 2.0;
/// Distance of a name from its point, and from there outwards from ring to ring.
const RING: f32 = 13.0;
/// Rings that are tried.
const RINGS: usize = 12;
/// Directions that are tried in each ring.
const DIRECTIONS: usize = 16;
/// What a place costs: for each ring outwards, for turning away from the direction in which there
/// is most room (a half turn), for each point and each line that it hides, and for standing on
/// another name or outside.
const OUTWARDS: f32 = 1.0;
const TURNED: f32 = 1.0;
const ON_A_POINT: f32 = 12.0;
const ON_A_LINE: f32 = 2.5;
const ON_A_NAME: f32 = 200.0;

/// A name and its point.
struct Named {
    at: Pos2,
    radius: f32,
    galley: Arc<Galley>,
    colour: Color32,
}

/// Names that wait for a place, and what they should not hide.
pub struct Labels<'a> {
    ui: &'a Ui,
    font: FontId,
    /// Where they may stand.
    room: Rect,
    named: Vec<Named>,
    points: Vec<(Pos2, f32)>,
    lines: Vec<[Pos2; 2]>,
    covered: Vec<Rect>,
}

impl<'a> Labels<'a> {
    /// No names yet.
    pub fn new(ui: &'a Ui, font: FontId, room: Rect) -> Self {
        let (named, points, lines) = (Vec::new(), Vec::new(), Vec::new());
        Self { ui, font, room, named, points, lines, covered: Vec::new() }
    }

    /// A line that names should not hide.
    pub fn line(&mut self, from: Pos2, to: Pos2) {
        self.lines.push([from, to]);
    }

    /// A part of the room in which names would not be seen.
    pub fn cover(&mut self, rect: Rect) {
        self.covered.push(rect);
    }

    /// A point that names should not hide.
    pub fn point(&mut self, at: Pos2, radius: f32) {
        self.points.push((at, radius));
    }

    /// A point with a name.
    pub fn name(&mut self, at: Pos2, radius: f32, text: impl Into<String>, colour: Color32) {
        self.point(at, radius);
        let font = self.font.clone();
        let galley = self.ui.painter().layout_no_wrap(text.into(), font, Color32::PLACEHOLDER);
        self.named.push(Named { at, radius, galley, colour });
    }

    /// Finds a place for every name, one after the other, and draws them.
    pub fn draw(self, palette: &Palette, width: f32, shapes: &mut Vec<Shape>) {
        let mut taken = self.covered.clone();
        for named in &self.named {
            let rect = self.place(named, &taken);
            taken.push(rect);
            // From the edge of the point to the nearest edge of the name.
            let end = rect.clamp(named.at);
            let way = end - named.at;
            if way.length() > named.radius + RING {
                let begin = named.at + way.normalized() * named.radius;
                let stroke = Stroke::new(width, named.colour.gamma_multiply(0.6));
                shapes.push(Shape::line_segment([begin, end], stroke));
            }
            let ground = palette.ground.gamma_multiply(0.8);
            shapes.push(Shape::rect_filled(rect, MARGIN, ground));
            let at = rect.min + Vec2::splat(MARGIN);
            let ink = palette.word(named.colour, palette.ground);
            shapes.push(Shape::galley(at, Arc::clone(&named.galley), ink));
        }
    }

    fn place(&self, named: &Named, taken: &[Rect]) -> Rect {
        let size = named.galley.size() + Vec2::splat(2.0 * MARGIN);
        let most_room = self.most_room(named.at);
        // A larger point may lie on the same spot.
        let same = self.points.iter().filter(|(at, _)| at.distance(named.at) < named.radius);
        let radius = same.fold(named.radius, |largest, (_, radius)| largest.max(*radius));
        let places = (0..RINGS).flat_map(|ring| {
            (0..DIRECTIONS).map(move |k| {
                let turned = (k as f32 / DIRECTIONS as f32 - 0.5) * TAU;
                let way = Vec2::angled(most_room + turned);
                let off = radius + 4.0 + ring as f32 * RING;
                // The nearest edge, not the middle, is as far off as that.
                let middle = named.at + way * off + 0.5 * size * way;
                let cost = OUTWARDS * ring as f32 + TURNED * turned.abs() / (0.5 * TAU);
                (Rect::from_center_size(middle, size), cost)
            })
        });
        let costs = places.map(|(rect, cost)| (rect, cost + self.hidden(rect, taken)));
        costs
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map_or_else(|| Rect::from_center_size(named.at, size), |(rect, _)| rect)
    }

    /// The direction away from all that is near, as an angle.
    fn most_room(&self, at: Pos2) -> f32 {
        let middles = self.lines.iter().map(|[from, to]| *from + 0.5 * (*to - *from));
        let around = self.points.iter().map(|(point, _)| *point).chain(middles);
        let push = around.fold(Vec2::ZERO, |sum, other| {
            let way = at - other;
            sum + way / (way.length_sq() + RING * RING)
        });
        if push.length_sq() > 1e-9 { push.angle() } else { 0.0 }
    }

    /// What a name would hide there.
    fn hidden(&self, rect: Rect, taken: &[Rect]) -> f32 {
        let points = self.points.iter().filter(|(at, radius)| rect.distance_to_pos(*at) < *radius);
        let lines = self.lines.iter().filter(|line| crosses(rect, **line));
        let names = taken.iter().filter(|other| other.intersects(rect)).count();
        let outside = usize::from(!self.room.contains_rect(rect));
        ON_A_POINT * points.count() as f32
            + ON_A_LINE * lines.count() as f32
            + ON_A_NAME * (names + outside) as f32
    }
}

/// Whether a line passes through a rectangle: what is left of it after each pair of edges has cut
/// its part off.
fn crosses(rect: Rect, [from, to]: [Pos2; 2]) -> bool {
    let way = to - from;
    let (mut first, mut last) = (0.0_f32, 1.0_f32);
    for (start, step, low, high) in
        [(from.x, way.x, rect.left(), rect.right()), (from.y, way.y, rect.top(), rect.bottom())]
    {
        if step.abs() < 1e-6 {
            if start < low || start > high {
                return false;
            }
            continue;
        }
        let [a, b] = [(low - start) / step, (high - start) / step];
        first = first.max(a.min(b));
        last = last.min(a.max(b));
    }
    first <= last
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Context, RawInput, pos2, vec2};

    use super::*;

    #[test]
    fn lines_cross_what_they_pass_through() {
        let rect = Rect::from_min_size(pos2(10.0, 10.0), vec2(20.0, 10.0));
        for (line, crossed) in [
            ([pos2(0.0, 15.0), pos2(50.0, 15.0)], true),
            ([pos2(15.0, 12.0), pos2(16.0, 13.0)], true),
            ([pos2(0.0, 15.0), pos2(5.0, 15.0)], false),
            ([pos2(0.0, 0.0), pos2(50.0, 5.0)], false),
            ([pos2(20.0, 0.0), pos2(20.0, 50.0)], true),
        ] {
            assert_eq!(crosses(rect, line), crossed, "{line:?}");
        }
    }

    #[test]
    fn names_of_points_on_one_spot_stand_apart_and_inside() {
        let ctx = Context::default();
        crate::app::theme::install(&ctx);
        let room = Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 300.0));
        let input = RawInput { screen_rect: Some(room), ..RawInput::default() };
        let _ = ctx.run_ui(input, |ui| {
            // In the middle, and in a corner.
            for spot in [pos2(200.0, 150.0), pos2(2.0, 298.0)] {
                let mut labels = Labels::new(ui, FontId::proportional(14.0), room);
                for i in 0..13_i16 {
                    let at = spot + vec2(f32::from(i % 3), f32::from(i / 3));
                    labels.name(at, 4.0, format!("k{i}"), Color32::WHITE);
                }
                let mut taken = Vec::new();
                for named in &labels.named {
                    let rect = labels.place(named, &taken);
                    assert!(room.contains_rect(rect), "{rect:?}");
                    assert!(taken.iter().all(|other: &Rect| !other.intersects(rect)), "{rect:?}");
                    assert!(rect.distance_to_pos(named.at) >= 4.0, "{rect:?}");
                    taken.push(rect);
                }
            }
        });
    }
}
