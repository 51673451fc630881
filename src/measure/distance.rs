//! Distances between clouds of points.

use std::f64::consts::PI;
use std::sync::{Arc, Mutex, PoisonError};

use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::Serialize;

use super::yardstick::{CloudDistance, Floored, Yardstick};
use crate::data::Mixture;
use crate::engine::random::{Purpose, stream};
use crate::scene::Scene;
use crate::solver::{Cancel, Cancelled};

/// Directions onto which clouds are projected, evenly over a half-turn.
const DIRECTIONS: usize = 64;
/// Draws to compare with do not depend on the scene's seed, so that changing it changes the
/// samples alone.
const DRAW_SEED: u64 = 0x0D1F_F5C0;
/// Memory for sets of draws, in bytes. The set used last is kept whatever it takes (of 100 000 points
/// 205 MB), others as long as all have room.
const KEPT: usize = 64 << 20;

/// Sliced Wasserstein-2 distance of samples to the data, beside what perfect samples would have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DataDistance {
    /// Mean distance of the samples to several independent draws of the data of the same size. One
    /// draw would not do: its own luck moves the figure by half.
    pub sliced_w2: f64,
    /// Mean distance between those draws, over all pairs.
    pub floor: f64,
    /// Where distances between two draws lie, see [`Floored::spread`].
    pub floor_spread: [f64; 2],
}

impl From<Floored> for DataDistance {
    fn from(measured: Floored) -> Self {
        let Floored { value, floor, spread } = measured;
        Self { sliced_w2: value, floor, floor_spread: spread }
    }
}

/// A cloud as the sliced distance sees it: sorted projections, one line per direction.
pub(super) struct Projected {
    /// `[direction][point]`.
    lines: Vec<f32>,
    points: usize,
}

impl Projected {
    pub fn new(cloud: &[[f64; 2]]) -> Self {
        let points = cloud.len();
        let mut lines = vec![0.0; DIRECTIONS * points];
        lines.par_chunks_exact_mut(points.max(1)).enumerate().for_each(|(k, line)| {
            let (sin, cos) = (PI * (k as f64 + 0.5) / DIRECTIONS as f64).sin_cos();
            for (place, p) in line.iter_mut().zip(cloud) {
                *place = (p[0] * cos + p[1] * sin) as f32;
            }
            line.sort_unstable_by(f32::total_cmp);
        });
        Self { lines, points }
    }

    fn line(&self, direction: usize) -> &[f32] {
        &self.lines[direction * self.points..][..self.points]
    }

    /// NaN if there are no points.
    fn distance(&self, other: &Self) -> f64 {
        self.distance_to(|direction| other.line(direction).iter().copied())
    }

    /// NaN if there are no points.
    pub fn distance_to_kept(&self, other: &Kept) -> f64 {
        self.distance_to(|direction| other.line(direction))
    }

    fn distance_to<L: Iterator<Item = f32>>(&self, line: impl Fn(usize) -> L + Sync) -> f64 {
        let squares = (0..DIRECTIONS).into_par_iter().map(|direction| {
            let pairs = self.line(direction).iter().zip(line(direction));
            let sum: f64 = pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum();
            sum / self.points as f64
        });
        // Summed in order, so that the number of threads does not change a bit.
        (squares.collect::<Vec<_>>().iter().sum::<f64>() / DIRECTIONS as f64).sqrt()
    }
}

/// A projected cloud in half the memory: every value as one of 65 536 steps from the lowest of its
/// line to the highest. The twelfth of a squared step that this adds to mean squares is some 3e-5 of
/// what lies between two draws of 100 000 points of N(0, I), less for fewer.
pub(super) struct Kept {
    /// `[direction][point]`, in steps above the lowest.
    steps: Vec<u16>,
    /// Lowest value and size of a step of each line.
    scales: Vec<[f32; 2]>,
    points: usize,
}

impl Kept {
    pub fn new(cloud: &Projected) -> Self {
        let points = cloud.points;
        let mut steps = Vec::with_capacity(cloud.lines.len());
        let scales = (0..DIRECTIONS).map(|direction| {
            let line = cloud.line(direction);
            let ends = (line.first(), line.last());
            let (lowest, highest) =
                if let (Some(a), Some(b)) = ends { (*a, *b) } else { (0.0, 0.0) };
            let size = (highest - lowest) / f32::from(u16::MAX);
            // Where all are equal, 0/0 becomes no step.
            steps.extend(line.iter().map(|value| ((value - lowest) / size).round() as u16));
            [lowest, size]
        });
        let scales = scales.collect();
        Self { steps, scales, points }
    }

    fn line(&self, direction: usize) -> impl Iterator<Item = f32> {
        let [lowest, size] = self.scales[direction];
        let steps = &self.steps[direction * self.points..][..self.points];
        steps.iter().map(move |&step| lowest + size * f32::from(step))
    }

    /// Memory that it takes.
    pub fn bytes(&self) -> usize {
        size_of_val(self.steps.as_slice())
    }
}

/// Sliced Wasserstein-2 distance between two clouds of the same size, in units of the plane: the
/// root of the mean over directions of the squared Wasserstein-2 distance of the projections
/// (Bonneel et al. 2015). NaN if the clouds are empty.
///
/// # Panics
/// If the clouds differ in size.
#[must_use]
pub fn sliced_wasserstein(a: &[[f64; 2]], b: &[[f64; 2]]) -> f64 {
    assert_eq!(a.len(), b.len(), "clouds of the same size");
    Projected::new(a).distance(&Projected::new(b))
}

/// Distance of a scene's end points to the distribution they should have: the data, or N(0, I) where
/// t falls. Points that are not finite are left out.
///
/// # Errors
/// [`Cancelled`] if `cancel` was raised.
pub fn distance_to_data(
    scene: &Scene,
    ends: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<DataDistance, Cancelled> {
    measured_to_data(scene, CloudDistance::SlicedW2, ends, cancel).map(DataDistance::from)
}

/// The same for any distance.
///
/// # Errors
/// [`Cancelled`] if `cancel` was raised.
pub fn measured_to_data(
    scene: &Scene,
    distance: CloudDistance,
    ends: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<Floored, Cancelled> {
    let ends: Vec<[f64; 2]> =
        ends.iter().copied().filter(|p| p.iter().all(|x| x.is_finite())).collect();
    if ends.is_empty() {
        return Ok(Floored { value: f64::NAN, floor: f64::NAN, spread: [f64::NAN; 2] });
    }
    Target::of(scene, distance, ends.len(), cancel)?.yardstick.measure(&ends, cancel)
}

/// A distribution to compare samples with.
struct Target {
    key: (String, CloudDistance, usize),
    yardstick: Yardstick,
}

/// The targets measured against, the last one first.
static TARGETS: Mutex<Vec<Arc<Target>>> = Mutex::new(Vec::new());

impl Target {
    fn of(
        scene: &Scene,
        distance: CloudDistance,
        count: usize,
        cancel: &Cancel,
    ) -> Result<Arc<Self>, Cancelled> {
        let falls = scene.direction.falls();
        let name = if falls { String::from("normal") } else { format!("{:?}", scene.data) };
        let key = (name, distance, count);
        let targets = || TARGETS.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut targets = targets();
            if let Some(known) = targets.iter().position(|target| target.key == key) {
                targets[..=known].rotate_right(1);
                return Ok(Arc::clone(&targets[0]));
            }
        }
        let mixture = if falls { None } else { scene.mixture().ok() };
        let draw = |number| draw(mixture.as_ref(), number, count);
        let target = Arc::new(Self { key, yardstick: Yardstick::new(distance, cancel, draw)? });
        let mut targets = targets();
        // Another thread may have made it meanwhile.
        targets.retain(|known| known.key != target.key);
        targets.insert(0, Arc::clone(&target));
        let mut bytes = target.yardstick.bytes();
        let older = targets.iter().skip(1).take_while(|target| {
            bytes += target.yardstick.bytes();
            bytes <= KEPT
        });
        let kept = 1 + older.count();
        targets.truncate(kept);
        Ok(target)
    }
}

/// An independent draw of the target, N(0, I) if none.
fn draw(target: Option<&Mixture>, number: u64, count: usize) -> Vec<[f64; 2]> {
    let mut rng = stream(DRAW_SEED, Purpose::Draw, number);
    if let Some(mixture) = target {
        return mixture.sample(&mut rng, count);
    }
    (0..count).map(|_| [(); 2].map(|()| StandardNormal.sample(&mut rng))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_measured_exactly() {
        let a: Vec<[f64; 2]> = (0..100).map(|i| [f64::from(i).sin(), f64::from(i).cos()]).collect();
        let b: Vec<[f64; 2]> = a.iter().map(|p| [p[0] + 0.3, p[1] - 0.4]).collect();
        // Over all directions the mean square of a projected shift d is |d|²/2.
        assert!((sliced_wasserstein(&a, &b) - 0.5 / 2.0_f64.sqrt()).abs() < 1e-6);
        assert!(sliced_wasserstein(&a, &a).abs() < 1e-15);
        assert!(sliced_wasserstein(&[], &[]).is_nan());
    }

    #[test]
    fn what_is_kept_is_as_good_as_the_cloud() {
        let cloud = |number, count| Projected::new(&draw(None, number, count));
        for count in [1, 2, 1000] {
            let (a, b) = (cloud(0, count), cloud(1, count));
            let kept = Kept::new(&b);
            let (exact, found) = (a.distance(&b), a.distance_to_kept(&kept));
            assert!((found / exact - 1.0).abs() < 1e-5, "{found} {exact}");
            assert!(b.distance_to_kept(&kept) < 1e-4);
        }
    }
}
