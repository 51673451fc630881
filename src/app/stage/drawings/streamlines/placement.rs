//! Evenly spaced streamlines: where there is room for another one, it is followed both ways until
//! it comes too close to one that is there (Jobard and Lefer, "Creating evenly-spaced streamlines
//! of arbitrary density", 1997).

use serde::{Deserialize, Serialize};

/// Points of a line per distance between two lines.
const PER_GAP: f64 = 5.0;
/// A line ends where it comes closer to another than this share of the distance between two.
const TOO_CLOSE: f64 = 0.5;
/// A line is not closer to itself than to others, but for its last so many points.
const OWN_PAST: i32 = 14;
/// Points to either side of a seed at most.
const MOST_POINTS: i32 = 240;
/// Shorter lines, in points, are left out.
const LEAST_POINTS: usize = 9;
/// Below this share of the usual speed the field stands still.
const STANDSTILL: f64 = 0.01;
/// Time runs on a line at no less than this share of the usual speed: marks would stand still and
/// pile up.
const SLOWEST: f64 = 0.3;

/// A velocity field on a grid, bilinear in between.
pub struct Sampled {
    /// The lower left corner.
    pub corner: [f64; 2],
    /// Distance between neighbours.
    pub spacing: f64,
    /// Columns and rows.
    pub size: [usize; 2],
    /// Row by row, feature-major.
    pub velocities: Vec<f64>,
}

impl Sampled {
    /// The places of such a grid, feature-major.
    pub fn places(corner: [f64; 2], spacing: f64, [columns, rows]: [usize; 2]) -> Vec<f64> {
        let all = || (0..rows).flat_map(move |j| (0..columns).map(move |i| [i, j]));
        let along = |d: usize| all().map(move |place| corner[d] + place[d] as f64 * spacing);
        along(0).chain(along(1)).collect()
    }

    /// The velocity, inside the grid and where it is finite.
    fn at(&self, point: [f64; 2]) -> Option<[f64; 2]> {
        let place = [0, 1].map(|d| (point[d] - self.corner[d]) / self.spacing);
        let inside = |d: usize| (0.0..(self.size[d] - 1) as f64).contains(&place[d]);
        if !(inside(0) && inside(1)) {
            return None;
        }
        let [i, j] = place.map(|x| x as usize);
        let [fx, fy] = [place[0] - i as f64, place[1] - j as f64];
        let count = self.size[0] * self.size[1];
        let velocity = [0, 1].map(|d| {
            let value = |i: usize, j: usize| self.velocities[d * count + j * self.size[0] + i];
            let below = value(i, j) * (1.0 - fx) + value(i + 1, j) * fx;
            let above = value(i, j + 1) * (1.0 - fx) + value(i + 1, j + 1) * fx;
            below * (1.0 - fy) + above * fy
        });
        velocity.iter().all(|v| v.is_finite()).then_some(velocity)
    }

    fn upper_corner(&self) -> [f64; 2] {
        [0, 1].map(|d| self.corner[d] + (self.size[d] - 1) as f64 * self.spacing)
    }
}

/// A point of a line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Where.
    pub at: [f64; 2],
    /// When a particle that is at the seed at 0 would be here.
    pub time: f64,
}

/// A streamline, in the direction of the velocity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Where it was begun; at time 0.
    pub seed: [f64; 2],
    /// Its points, evenly along it.
    pub places: Vec<Place>,
}

impl Line {
    /// Whether both were begun at the same place.
    pub fn is_same(&self, other: &Self) -> bool {
        self.seed.map(f64::to_bits) == other.seed.map(f64::to_bits)
    }
}

/// Lines about `apart` from each other all over `field`, whose usual speed is `usual`. Those
/// begun at `first` come first, so that lines stay where they are while the field changes.
pub fn placement(field: &Sampled, apart: f64, usual: f64, first: &[[f64; 2]]) -> Vec<Line> {
    let mut placement = Placement {
        field,
        apart,
        usual,
        occupied: Occupancy::new(field, apart),
        lines: Vec::new(),
    };
    for &seed in first {
        // What has room now was there before, so it need not be as far off as a new one.
        placement.add(seed, TOO_CLOSE * apart);
    }
    let mut beside = 0;
    let (low, high) = (field.corner, field.upper_corner());
    let middle = [0, 1].map(|d| 0.5 * (low[d] + high[d]));
    placement.add(middle, apart);
    let [columns, rows] = [0, 1].map(|d| ((high[d] - low[d]) / apart) as usize);
    let rest = (0..columns * rows).map(|k| {
        let place = [k % columns, k / columns];
        [0, 1].map(|d| low[d] + (place[d] as f64 + 0.5) * apart)
    });
    for place in rest {
        // Lines beside lines make the most even picture; the rest is for what they do not reach.
        while beside < placement.lines.len() {
            for seed in placement.seeds_beside(beside) {
                placement.add(seed, apart);
            }
            beside += 1;
        }
        placement.add(place, apart);
    }
    placement.lines
}

/// Lines in the making.
struct Placement<'a> {
    field: &'a Sampled,
    apart: f64,
    usual: f64,
    occupied: Occupancy,
    lines: Vec<Line>,
}

impl Placement<'_> {
    /// Places on both sides of a line.
    fn seeds_beside(&self, line: usize) -> Vec<[f64; 2]> {
        let places = &self.lines[line].places;
        // A little more than `apart`, so that rounding does not refuse what is just there.
        let off = 1.001 * self.apart;
        let every = PER_GAP as usize;
        let pairs = places.windows(2).step_by(every);
        pairs
            .flat_map(|pair| {
                let [dx, dy] = [0, 1].map(|d| pair[1].at[d] - pair[0].at[d]);
                let length = dx.hypot(dy).max(f64::MIN_POSITIVE);
                let across = [-dy / length * off, dx / length * off];
                [1.0, -1.0].map(|side| [0, 1].map(|d| pair[0].at[d] + side * across[d]))
            })
            .collect()
    }

    /// Adds the line through `seed` if there is nothing within `room` and it becomes long enough.
    fn add(&mut self, seed: [f64; 2], room: f64) {
        let number = self.lines.len() as u32;
        if !self.occupied.is_free(seed, room, (number, 0)) {
            return;
        }
        let mut places = self.follow(seed, number, -1);
        places.reverse();
        places.push(Place { at: seed, time: 0.0 });
        self.occupied.add(seed, (number, 0));
        places.extend(self.follow(seed, number, 1));
        if places.len() < LEAST_POINTS {
            self.occupied.remove(number, &places);
            return;
        }
        self.lines.push(Line { seed, places });
    }

    /// The points after the seed along the velocity, or against it.
    fn follow(&mut self, seed: [f64; 2], number: u32, sign: i32) -> Vec<Place> {
        let step = self.apart / PER_GAP;
        let close = TOO_CLOSE * self.apart;
        let mut places = Vec::new();
        let (mut at, mut time) = (seed, 0.0);
        for index in 1..=MOST_POINTS {
            let Some(next) = self.next(at, f64::from(sign) * step) else { break };
            if !self.occupied.is_free(next, close, (number, sign * index)) {
                break;
            }
            let Some(speed) = self.field.at(next).map(|[x, y]| x.hypot(y)) else { break };
            time += f64::from(sign) * step / speed.max(SLOWEST * self.usual);
            self.occupied.add(next, (number, sign * index));
            places.push(Place { at: next, time });
            at = next;
        }
        places
    }

    /// A step of fixed length along the field by the classical Runge–Kutta method.
    fn next(&self, at: [f64; 2], step: f64) -> Option<[f64; 2]> {
        let way = |from: [f64; 2], share: f64, slope: [f64; 2]| {
            let point = [0, 1].map(|d| from[d] + share * step * slope[d]);
            let [x, y] = self.field.at(point)?;
            let speed = x.hypot(y);
            (speed > STANDSTILL * self.usual).then(|| [x / speed, y / speed])
        };
        let k1 = way(at, 0.0, [0.0; 2])?;
        let k2 = way(at, 0.5, k1)?;
        let k3 = way(at, 0.5, k2)?;
        let k4 = way(at, 1.0, k3)?;
        Some([0, 1].map(|d| at[d] + step / 6.0 * (k1[d] + 2.0 * k2[d] + 2.0 * k3[d] + k4[d])))
    }
}

/// Where a point lies, and which point of which line it is.
type Stitch = ([f64; 2], (u32, i32));

/// Points of lines that are there, by the cell in which they lie.
struct Occupancy {
    corner: [f64; 2],
    cell: f64,
    size: [usize; 2],
    points: Vec<Vec<Stitch>>,
}

impl Occupancy {
    fn new(field: &Sampled, cell: f64) -> Self {
        let high = field.upper_corner();
        let size = [0, 1].map(|d| ((high[d] - field.corner[d]) / cell) as usize + 1);
        Self { corner: field.corner, cell, size, points: vec![Vec::new(); size[0] * size[1]] }
    }

    fn cell(&self, at: [f64; 2]) -> [usize; 2] {
        [0, 1].map(|d| {
            (((at[d] - self.corner[d]) / self.cell).max(0.0) as usize).min(self.size[d] - 1)
        })
    }

    fn index(&self, at: [f64; 2]) -> usize {
        let [i, j] = self.cell(at);
        j * self.size[0] + i
    }

    fn add(&mut self, at: [f64; 2], name: (u32, i32)) {
        let index = self.index(at);
        self.points[index].push((at, name));
    }

    fn remove(&mut self, line: u32, places: &[Place]) {
        for place in places {
            let index = self.index(place.at);
            self.points[index].retain(|(_, (number, _))| *number != line);
        }
    }

    /// Whether no point is within `distance` (a cell at most), but for neighbours on the same line.
    fn is_free(&self, at: [f64; 2], distance: f64, (line, index): (u32, i32)) -> bool {
        let [i, j] = self.cell(at);
        let around = |k: usize, d: usize| k.saturating_sub(1)..(k + 2).min(self.size[d]);
        let near = |(point, name): &Stitch| {
            let own = name.0 == line && (name.1 - index).abs() < OWN_PAST;
            !own && (point[0] - at[0]).hypot(point[1] - at[1]) < distance
        };
        around(j, 1)
            .all(|j| around(i, 0).all(|i| !self.points[j * self.size[0] + i].iter().any(near)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APART: f64 = 0.25;

    fn sampled(velocity: impl Fn(f64, f64) -> [f64; 2]) -> Sampled {
        let (corner, spacing, size) = ([-2.0, -2.0], 0.125, [33, 33]);
        let places = Sampled::places(corner, spacing, size);
        let (xs, ys) = places.split_at(33 * 33);
        let pairs: Vec<[f64; 2]> = xs.iter().zip(ys).map(|(x, y)| velocity(*x, *y)).collect();
        let velocities = [0, 1].map(|d| pairs.iter().map(|v| v[d]).collect::<Vec<_>>()).concat();
        Sampled { corner, spacing, size, velocities }
    }

    #[test]
    fn lines_follow_the_field_fill_the_plane_and_keep_their_distance() {
        for (name, field) in [
            ("turning", sampled(|x, y| [-y, x])),
            ("saddle", sampled(|x, y| [x, -y])),
            ("even", sampled(|_, _| [1.0, 0.3])),
        ] {
            let lines = placement(&field, APART, 1.0, &[]);
            let points =
                || lines.iter().enumerate().flat_map(|(i, l)| l.places.iter().map(move |p| (i, p)));
            let distance = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
            for line in &lines {
                for pair in line.places.windows(2) {
                    let way = [0, 1].map(|d| pair[1].at[d] - pair[0].at[d]);
                    let middle = [0, 1].map(|d| 0.5 * (pair[0].at[d] + pair[1].at[d]));
                    let [vx, vy] = field.at(middle).expect("inside");
                    let cosine =
                        (way[0] * vx + way[1] * vy) / (distance(way, [0.0; 2]) * vx.hypot(vy));
                    assert!(cosine > 0.99, "{name}: {cosine}");
                    assert!(pair[1].time > pair[0].time, "{name}: time runs along the line");
                }
            }
            for (i, a) in points() {
                let mut others = points().filter(|(j, _)| *j != i);
                assert!(
                    others.all(|(_, b)| distance(a.at, b.at) >= 0.99 * TOO_CLOSE * APART),
                    "{name}"
                );
            }
            // No hole is much larger than the distance between two lines, but for standstills.
            for k in 0..400 {
                let place = [k % 20, k / 20].map(|i| (f64::from(i) / 19.0 - 0.5) * 3.6);
                let nearest = points().map(|(_, b)| distance(place, b.at)).fold(f64::MAX, f64::min);
                let still = distance(place, [0.0; 2]) < 0.7;
                assert!(still || nearest < 2.0 * APART, "{name}: nothing near {place:?}");
            }
        }
    }

    #[test]
    fn a_line_knows_when_a_particle_comes_by() {
        // Twice the usual speed: half the time.
        let lines = placement(&sampled(|_, _| [2.0, 0.0]), APART, 1.0, &[[0.0, 0.0]]);
        assert!(lines[0].seed.iter().all(|x| x.abs() < 1e-12));
        for place in &lines[0].places {
            assert!((place.time - place.at[0] / 2.0).abs() < 1e-9, "{place:?}");
        }
    }

    #[test]
    fn lines_stay_while_the_field_changes_a_little() {
        let turned = |angle: f64| sampled(move |x, y| [-y + angle * x, x + angle * y]);
        let before = placement(&turned(0.0), APART, 1.0, &[]);
        let seeds: Vec<[f64; 2]> = before.iter().map(|line| line.seed).collect();
        let after = placement(&turned(0.01), APART, 1.0, &seeds);
        let kept = after.iter().filter(|line| before.iter().any(|b| b.is_same(line))).count();
        assert!(kept * 10 >= 9 * before.len(), "{kept} of {}", before.len());
    }

    #[test]
    fn where_the_field_is_undefined_there_are_no_lines() {
        let half = sampled(|x, _| if x < 0.0 { [f64::NAN; 2] } else { [0.0, 1.0] });
        let lines = placement(&half, APART, 1.0, &[]);
        assert!(!lines.is_empty());
        assert!(lines.iter().flat_map(|line| &line.places).all(|place| place.at[0] >= 0.0));
        assert!(placement(&sampled(|_, _| [0.0; 2]), APART, 1.0, &[]).is_empty());
    }
}
