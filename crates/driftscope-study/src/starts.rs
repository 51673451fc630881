//! Where particles start.

use driftscope_base::random::{Purpose, normal_start, standard_normal, stream};
use driftscope_flow::data::Mixture;
use driftscope_flow::field::ClassicField;

use rand_chacha::ChaCha8Rng;

use crate::scene::{Direction, Scene, Start};

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

/// What the two ends of a path are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Ends<'a> {
    /// Where x0 comes from; N(0, I) if none.
    pub source: Option<&'a Mixture>,
    /// Where x1 comes from.
    pub data: &'a Mixture,
}

impl Ends<'_> {
    /// A draw of x0.
    pub fn draw_source(&self, rng: &mut ChaCha8Rng) -> [f64; 2] {
        match self.source {
            Some(source) => source.draw(rng),
            None => standard_normal(rng),
        }
    }
}

/// The start of particle `index` of `scene`, whose ends are `ends`, where the solve begins at the solver's
/// own time `begin`.
#[must_use]
pub fn start_of(scene: &Scene, ends: Ends<'_>, begin: f64, index: u64) -> [f64; 2] {
    match (scene.classic(), scene.start()) {
        (Some(classic), _) => classic_start(&classic, scene.seed, index),
        (None, Start::Noise) => ends.draw_source(&mut stream(scene.seed, Purpose::Start, index)),
        (None, Start::Marginal) => marginal_start(scene, ends, begin, index),
    }
}

/// A draw of `p_t`, `x_t = α(t) x1 + σ(t) x0`. The end at which the direction sets out has the
/// stream of starts, so that at that end this is the start without any share of the other.
fn marginal_start(scene: &Scene, ends: Ends<'_>, begin: f64, index: u64) -> [f64; 2] {
    let [noise, data] = match scene.direction {
        Direction::Generate => [Purpose::Start, Purpose::OtherEnd],
        Direction::Noise | Direction::Encode => [Purpose::OtherEnd, Purpose::Start],
    };
    let x0 = ends.draw_source(&mut stream(scene.seed, noise, index));
    let x1 = ends.data.draw(&mut stream(scene.seed, data, index));
    let level = scene.path().coefficients(scene.direction.own_time(begin));
    [0, 1].map(|d| level.alpha * x1[d] + level.sigma * x0[d])
}
