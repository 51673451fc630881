//! A brush that lays points and an eraser that takes them.

use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::PointSet;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::kept;

/// Numbers of the streams of strokes begin here, far above those of draws that are measured against.
const FIRST_STREAM: u64 = 1 << 40;

/// How a brush lays points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brush {
    /// Points lie within this distance of the brush, in units of the plane, above 0.
    pub radius: f64,
    /// Points laid where it touches down, and again for every radius that it moves; at least 1.
    pub points: usize,
    /// Length of the string by which the pointer pulls the brush, in units of the plane: what trembles less
    /// than this leaves no trace.
    pub string: f64,
}

impl Default for Brush {
    fn default() -> Self {
        Self { radius: 0.15, points: 12, string: 0.05 }
    }
}

/// One stroke of a brush and the points that it has laid. Where they lie depends on the brush, the way and
/// the number of points that were there before, and on nothing else.
#[derive(Clone, Debug)]
pub struct Stroke {
    brush: Brush,
    at: [f64; 2],
    /// Way since the last point that was laid on it.
    way: f64,
    rng: ChaCha8Rng,
    most: usize,
    points: Vec<[f64; 2]>,
}

impl Stroke {
    /// A brush that touches down at `at`, where there are `before` points already; it lays at most `most`.
    #[must_use]
    pub fn begin(brush: Brush, at: [f64; 2], before: usize, most: usize) -> Self {
        let rng = stream(0, Purpose::Draw, FIRST_STREAM + before as u64);
        let mut stroke = Self { brush, at, way: 0.0, rng, most, points: Vec::new() };
        for _ in 0..brush.points.max(1) {
            stroke.lay();
        }
        stroke
    }

    /// The pointer has come to `pointer`.
    pub fn pull(&mut self, pointer: [f64; 2]) {
        let [dx, dy] = [0, 1].map(|d| pointer[d] - self.at[d]);
        let distance = dx.hypot(dy);
        let whole = distance - self.brush.string;
        let spacing = self.brush.radius / self.brush.points.max(1) as f64;
        if !(whole.is_finite() && whole > 0.0 && spacing > 0.0) {
            return;
        }
        let (from, towards) = (self.at, [dx / distance, dy / distance]);
        let mut done = spacing - self.way;
        while done <= whole && self.points.len() < self.most {
            self.at = [0, 1].map(|d| from[d] + done * towards[d]);
            self.lay();
            done += spacing;
        }
        self.way = (whole - (done - spacing)).clamp(0.0, spacing);
        self.at = [0, 1].map(|d| from[d] + whole * towards[d]);
    }

    /// Where the brush is.
    #[must_use]
    pub fn at(&self) -> [f64; 2] {
        self.at
    }

    /// The points so far.
    #[must_use]
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// Whether it lays no more, since there are as many as there may be.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.points.len() >= self.most
    }

    /// One point, evenly from the disc below the brush.
    fn lay(&mut self) {
        if self.is_full() {
            return;
        }
        let distance = self.brush.radius * self.rng.random_range(0.0_f64..1.0).sqrt();
        let angle = self.rng.random_range(0.0..std::f64::consts::TAU);
        let offset = [angle.cos(), angle.sin()];
        self.points.push([0, 1].map(|d| kept(self.at[d] + distance * offset[d])));
    }
}

/// Takes the points away that lie within `radius` of the way from `from` to `to`; whether there were any.
pub fn erase(set: &mut PointSet, [from, to]: [[f64; 2]; 2], radius: f64) -> bool {
    let stays: Vec<bool> =
        set.points.iter().map(|&point| distance(point, [from, to]) > radius).collect();
    let before = set.points.len();
    let mut keep = stays.iter();
    set.points.retain(|_| keep.next().copied().unwrap_or(true));
    let mut keep = stays.iter();
    set.labels.retain(|_| keep.next().copied().unwrap_or(true));
    set.points.len() < before
}

/// From a point to a piece of a straight line.
fn distance([x, y]: [f64; 2], [[ax, ay], [bx, by]]: [[f64; 2]; 2]) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let square = dx * dx + dy * dy;
    let along =
        if square > 0.0 { (((x - ax) * dx + (y - ay) * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    (x - ax - along * dx).hypot(y - ay - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRUSH: Brush = Brush { radius: 0.2, points: 10, string: 0.0 };

    fn line(brush: Brush, way: &[[f64; 2]]) -> Stroke {
        let mut stroke = Stroke::begin(brush, way[0], 0, 1000);
        way[1..].iter().for_each(|&at| stroke.pull(at));
        stroke
    }

    #[test]
    fn a_touch_lays_a_disc_and_a_way_as_many_for_every_radius() {
        assert_eq!(line(BRUSH, &[[1.0, 1.0]]).points().len(), 10);
        // One and a half units are seven and a half radii.
        let straight = line(BRUSH, &[[0.0, 0.0], [1.5, 0.0]]);
        assert!((84..=86).contains(&straight.points().len()), "{}", straight.points().len());
        for point in straight.points() {
            assert!(distance(*point, [[0.0, 0.0], [1.5, 0.0]]) <= 0.2 + 1e-4, "{point:?}");
        }
        // However finely the pointer is read.
        let steps: Vec<[f64; 2]> = (0..=150).map(|i| [0.01 * f64::from(i), 0.0]).collect();
        let fine = line(BRUSH, &steps).points().len();
        assert!(fine.abs_diff(straight.points().len()) <= 1, "{fine}");
    }

    #[test]
    fn a_stroke_is_as_dense_where_it_begins_as_along_its_way() {
        let mut stroke = Stroke::begin(Brush { points: 3_000, ..BRUSH }, [0.0; 2], 0, 100_000);
        stroke.pull([1.0, 0.0]);
        let near = |x: f64| {
            let within = |p: &&[f64; 2]| (p[0] - x).hypot(p[1]) < 0.06;
            stroke.points().iter().filter(within).count() as f64
        };
        // The disc of the touch is half of what lies there, the way the other half.
        for x in [0.25, 0.5, 0.75] {
            let ratio = near(0.0) / near(x);
            assert!((ratio - 1.0).abs() < 0.15, "{x}: {ratio}");
        }
    }

    #[test]
    fn the_same_strokes_give_the_same_points_and_others_do_not() {
        let way = [[0.0, 0.0], [0.5, 0.3], [-0.2, 1.0]];
        assert_eq!(line(BRUSH, &way).points(), line(BRUSH, &way).points());
        let mut second = Stroke::begin(BRUSH, way[0], 85, 1000);
        way[1..].iter().for_each(|&at| second.pull(at));
        assert_ne!(second.points(), line(BRUSH, &way).points(), "a second one lies elsewhere");
    }

    #[test]
    fn a_string_evens_out_what_trembles_and_the_most_is_kept() {
        let brush = Brush { string: 0.1, ..BRUSH };
        let trembling = [[0.0, 0.0], [0.05, 0.05], [-0.05, 0.02], [0.0, -0.09]];
        assert_eq!(line(brush, &trembling).points().len(), 10, "the brush has not moved");
        let pulled = line(brush, &[[0.0, 0.0], [1.0, 0.0]]);
        assert!((pulled.at()[0] - 0.9).abs() < 1e-12 && pulled.at()[1].abs() < 1e-12);
        let mut few = Stroke::begin(BRUSH, [0.0; 2], 0, 25);
        few.pull([5.0, 0.0]);
        assert!(few.is_full() && few.points().len() == 25);
    }

    #[test]
    fn an_eraser_takes_what_lies_on_its_way_with_its_label() {
        let points = vec![[0.0, 0.0], [1.0, 0.05], [1.0, 0.5], [2.0, 0.0], [3.0, 0.0]];
        let mut set = PointSet { points, labels: vec![0, 1, 2, 3, 4] };
        assert!(erase(&mut set, [[0.5, 0.0], [2.0, 0.0]], 0.1));
        assert_eq!(set.points, [[0.0, 0.0], [1.0, 0.5], [3.0, 0.0]]);
        assert_eq!(set.labels, [0, 2, 4]);
        assert!(!erase(&mut set, [[9.0, 9.0]; 2], 0.1));
        // Without labels, by a touch.
        let mut plain = PointSet { labels: Vec::new(), ..set };
        assert!(erase(&mut plain, [[0.05, 0.0]; 2], 0.1) && plain.points.len() == 2);
    }
}
