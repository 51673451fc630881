//! Random streams: one per purpose and particle, so that results do not depend on threads, tiles
//! or the order of work.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::data::Mixture;
use crate::field::ClassicField;
use crate::scene::{Direction, Scene};

/// What a stream is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Starting points.
    Start = 0,
    /// Brownian paths.
    Path = 1,
    /// Independent draws of the data, numbered.
    Draw = 2,
    /// Training samples.
    Training = 3,
    /// Permutations of a test.
    Permutation = 4,
}

/// The stream of `index` for `purpose` under `seed`.
#[must_use]
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((purpose as u64) << 48 | index);
    rng
}

/// The start of particle `index` in a classic system: the system's own for the first, the others
/// normally around it.
#[must_use]
pub fn classic_start(field: &ClassicField, seed: u64, index: u64) -> [f64; 2] {
    let system = field.system();
    let [x, y] = system.start;
    if index == 0 {
        return [x, y];
    }
    let [across, along] = normal_start(seed, index).map(|z| system.spread * z);
    if system.one_dimensional { [x + across, y] } else { [x + across, y + along] }
}

/// The start of particle `index` of `scene`, whose distribution is `mixture`.
#[must_use]
pub fn start_of(scene: &Scene, mixture: &Mixture, index: u64) -> [f64; 2] {
    match (scene.classic(), scene.direction) {
        (Some(classic), _) => classic_start(&classic, scene.seed, index),
        (None, Direction::Generate) => normal_start(scene.seed, index),
        (None, Direction::Noise) => mixture.draw(&mut stream(scene.seed, Purpose::Start, index)),
    }
}

/// A standard normal point in the plane: the start of particle `index`.
#[must_use]
pub fn normal_start(seed: u64, index: u64) -> [f64; 2] {
    let mut rng = stream(seed, Purpose::Start, index);
    [StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng)]
}
