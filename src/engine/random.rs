//! Random streams: one per purpose and particle, so that results do not depend on threads, tiles
//! or the order of work.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::data::Mixture;
use crate::field::ClassicField;
use crate::scene::{Direction, Scene, Start};

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

/// The start of particle `index` of `scene`, whose distribution is `mixture`, where the solve
/// begins at the solver's own time `begin`.
#[must_use]
pub fn start_of(scene: &Scene, mixture: &Mixture, begin: f64, index: u64) -> [f64; 2] {
    match (scene.classic(), scene.start()) {
        (Some(classic), _) => classic_start(&classic, scene.seed, index),
        (None, Start::Noise) => normal_start(scene.seed, index),
        (None, Start::Marginal) => marginal_start(scene, mixture, begin, index),
    }
}

/// A draw of `p_t`, `x_t = α(t) x1 + σ(t) x0`. The end at which the direction sets out has the
/// stream of starts, so that at that end this is the start without any share of the other.
fn marginal_start(scene: &Scene, mixture: &Mixture, begin: f64, index: u64) -> [f64; 2] {
    let [noise, data] = match scene.direction {
        Direction::Generate => [Purpose::Start, Purpose::OtherEnd],
        Direction::Noise | Direction::Encode => [Purpose::OtherEnd, Purpose::Start],
    };
    let x0 = standard_normal(&mut stream(scene.seed, noise, index));
    let x1 = mixture.draw(&mut stream(scene.seed, data, index));
    let level = scene.path().coefficients(scene.direction.own_time(begin));
    [0, 1].map(|d| level.alpha * x1[d] + level.sigma * x0[d])
}

/// A standard normal point in the plane: the start of particle `index`.
#[must_use]
pub fn normal_start(seed: u64, index: u64) -> [f64; 2] {
    standard_normal(&mut stream(seed, Purpose::Start, index))
}

fn standard_normal(rng: &mut ChaCha8Rng) -> [f64; 2] {
    [StandardNormal.sample(rng), StandardNormal.sample(rng)]
}
