//! Distance of samples to the distribution they should have.

use std::cell::LazyCell;
use std::sync::{Arc, Mutex, PoisonError};

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::Mixture;
use driftscope_solve::measure::{CloudDistance, Floored, Yardstick};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::scene::Scene;

/// Draws to compare with do not depend on the scene's seed, so that changing it changes the
/// samples alone.
const DRAW_SEED: u64 = 0x0D1F_F5C0;
/// Memory for sets of draws, in bytes. The set used last is kept whatever it takes (of 100 000 points
/// 205 MB), others as long as all have room.
const KEPT: usize = 64 << 20;

/// Sliced Wasserstein-2 distance of samples to the data, beside what perfect samples would have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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

/// Distance of a scene's end points to the distribution of the data, of the class that is sampled if it is one
/// alone; where t falls, of the source, N(0, I) unless it is one of its own. Guidance samples another
/// distribution: then this says how far it leads away. Points that are not finite are left out.
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

/// Distance of a scene's end points to the tilted density p(x) p(c|x)^w of its class and its scale, which
/// guidance is often taken to sample; none where no class is sampled, where t falls, or where the data have no
/// density. The scale is taken to count at every t.
///
/// # Errors
/// [`Cancelled`] if `cancel` was raised.
pub fn distance_to_tilted(
    scene: &Scene,
    ends: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<Option<DataDistance>, Cancelled> {
    let Some(tilted) = scene.tilted().filter(|_| !scene.direction.falls()) else {
        return Ok(None);
    };
    let name = format!("{:?} {:?} {}", scene.data, scene.class(), tilted.scale());
    let draw = |number, count| tilted.sample(&mut stream(DRAW_SEED, Purpose::Draw, number), count);
    measured(name, CloudDistance::SlicedW2, ends, draw, cancel).map(|found| Some(found.into()))
}

/// The same as [`distance_to_data`] for any distance.
///
/// # Errors
/// [`Cancelled`] if `cancel` was raised.
pub fn measured_to_data(
    scene: &Scene,
    distance: CloudDistance,
    ends: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<Floored, Cancelled> {
    let falls = scene.direction.falls();
    let name = match (falls, &scene.source) {
        (true, None) => String::from("normal"),
        (true, Some(source)) => format!("{source:?}"),
        (false, _) => format!("{:?} {:?}", scene.data, scene.class()),
    };
    // Made when it is drawn from first.
    let target = LazyCell::new(|| {
        if falls { scene.source_mixture().ok().flatten() } else { scene.target().ok() }
    });
    measured(name, distance, ends, |number, count| draw(target.as_ref(), number, count), cancel)
}

/// The distance of points to what `draw` draws by number and count, known by `name`.
fn measured(
    name: String,
    distance: CloudDistance,
    ends: &[[f64; 2]],
    draw: impl Fn(u64, usize) -> Vec<[f64; 2]>,
    cancel: &Cancel,
) -> Result<Floored, Cancelled> {
    let ends: Vec<[f64; 2]> =
        ends.iter().copied().filter(|p| p.iter().all(|x| x.is_finite())).collect();
    if ends.is_empty() {
        return Ok(Floored { value: f64::NAN, floor: f64::NAN, spread: [f64::NAN; 2] });
    }
    let target = Target::of((name, distance, ends.len()), draw, cancel)?;
    target.yardstick.measure(&ends, cancel)
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
        key: (String, CloudDistance, usize),
        draw: impl Fn(u64, usize) -> Vec<[f64; 2]>,
        cancel: &Cancel,
    ) -> Result<Arc<Self>, Cancelled> {
        let targets = || TARGETS.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut targets = targets();
            if let Some(known) = targets.iter().position(|target| target.key == key) {
                targets[..=known].rotate_right(1);
                return Ok(Arc::clone(&targets[0]));
            }
        }
        let (_, distance, count) = key;
        let draw = |number| draw(number, count);
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
