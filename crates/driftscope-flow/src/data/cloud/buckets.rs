//! Points sorted into buckets that lie close together.

/// Points of a bucket; a multiple of the lanes of every sum.
pub(super) const BUCKET: usize = 256;

/// Points in buckets of [`BUCKET`], the last of them perhaps smaller. A bucket's points lie in the box
/// around its centre.
#[derive(Clone, Debug, Default)]
pub(super) struct Buckets {
    /// Centres of the boxes, by coordinate.
    pub centres: [Vec<f64>; 2],
    /// Half of their sides.
    pub halves: [Vec<f64>; 2],
    /// Which point stands where, by its number among those given.
    pub order: Vec<u32>,
    /// How far each point lies from the centre of its bucket.
    pub single: Offsets<f32>,
    /// The same in double precision.
    pub double: Offsets<f64>,
}

/// Offsets of points by coordinate; whole buckets, filled up with zeros.
#[derive(Clone, Debug, Default)]
pub(super) struct Offsets<R>(pub [Vec<R>; 2]);

impl Buckets {
    /// Sorts finite points into buckets: halves along the longer side, again and again.
    pub fn new(points: &[[f64; 2]]) -> Self {
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        split(points, &mut order);
        let mut buckets = Self::default();
        for members in order.chunks(BUCKET) {
            let (low, high) = corners(points, members);
            for d in 0..2 {
                let centre = low[d] + 0.5 * (high[d] - low[d]);
                buckets.centres[d].push(centre);
                buckets.halves[d].push((high[d] - centre).max(centre - low[d]));
                let offsets = members.iter().map(|&i| points[i as usize][d] - centre);
                let whole = buckets.centres[d].len() * BUCKET;
                let double = &mut buckets.double.0[d];
                double.extend(offsets);
                double.resize(whole, 0.0);
            }
        }
        buckets.single =
            Offsets(buckets.double.0.each_ref().map(|all| all.iter().map(|&x| x as f32).collect()));
        buckets.order = order;
        buckets
    }

    /// How many points there are.
    pub fn count(&self) -> usize {
        self.order.len()
    }

    /// How many buckets there are.
    pub fn len(&self) -> usize {
        self.centres[0].len()
    }
}

/// Brings points that are close together next to each other.
fn split(points: &[[f64; 2]], members: &mut [u32]) {
    if members.len() <= BUCKET {
        return;
    }
    let (low, high) = corners(points, members);
    let d = usize::from(high[1] - low[1] > high[0] - low[0]);
    // Every bucket but the last is full.
    let middle = (members.len() / 2).next_multiple_of(BUCKET);
    let along = |i: &u32| points[*i as usize][d];
    members.select_nth_unstable_by(middle - 1, |a, b| along(a).total_cmp(&along(b)).then(a.cmp(b)));
    let (first, second) = members.split_at_mut(middle);
    split(points, first);
    split(points, second);
}

/// The corners of the box around some points.
fn corners(points: &[[f64; 2]], members: &[u32]) -> ([f64; 2], [f64; 2]) {
    let mut corners = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for &i in members {
        for (d, at) in points[i as usize].into_iter().enumerate() {
            corners.0[d] = corners.0[d].min(at);
            corners.1[d] = corners.1[d].max(at);
        }
    }
    corners
}
