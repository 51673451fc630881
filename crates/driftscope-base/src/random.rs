//! Random streams: one per purpose and particle, so that results do not depend on threads, tiles
//! or the order of work.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// What a stream is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Starting points: the end of the path at which the direction sets out, noise or data.
    Start = 0,
    /// Brownian paths.
    Path = 1,
    /// Independent draws of the data, numbered.
    Draw = 2,
    /// Training samples.
    Training = 3,
    /// Permutations of a test.
    Permutation = 4,
    /// The other end of the path, for starting points between both.
    OtherEnd = 5,
    /// Noise whose ends are learned from again.
    Pairs = 6,
    /// The conditional paths that the lens draws, numbered.
    Lens = 7,
}

/// The stream of `index` for `purpose` under `seed`.
#[must_use]
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((purpose as u64) << 48 | index);
    rng
}

/// A standard normal point in the plane: the start of particle `index`.
#[must_use]
pub fn normal_start(seed: u64, index: u64) -> [f64; 2] {
    standard_normal(&mut stream(seed, Purpose::Start, index))
}

/// A standard normal point in the plane from `rng`.
#[must_use]
pub fn standard_normal(rng: &mut ChaCha8Rng) -> [f64; 2] {
    [StandardNormal.sample(rng), StandardNormal.sample(rng)]
}
