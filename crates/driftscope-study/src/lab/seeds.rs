//! Figures of the samples, repeated over seeds: mode coverage, precision and recall, distances.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::random::{Purpose, stream};
use driftscope_solve::measure::{CloudDistance, Floored};
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::subject::Subject;
use crate::experiment::Experiment;
use crate::measure::{Modes, Overlap, measured_to_data, overlap};
use crate::networks::Networks;
use crate::run::{RunOptions, run};
use crate::scene::Scene;
use crate::store::Store;

/// Seed of the draws that samples are compared with.
const DRAW_SEED: u64 = 0x0D1F_F5C3;

/// The figures of one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeated {
    /// The seed.
    pub seed: u64,
    /// The share of particles in each mode.
    pub shares: Vec<f64>,
    /// Precision and recall against a draw of the data.
    pub overlap: Overlap,
    /// Sliced Wasserstein-2 distance to the data.
    pub sliced_w2: Floored,
    /// Energy distance to the data.
    pub energy: Floored,
}

/// The figures of several seeds, and those that exact samples would have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// The modes and the data's share of each.
    pub modes: Modes,
    /// Particles of each run.
    pub count: usize,
    /// One per seed.
    pub seeds: Vec<Repeated>,
    /// Precision and recall of exact draws, one per seed: their floor.
    pub exact: Vec<Overlap>,
}

/// Runs a scene with `repeats` seeds from its own on, `count` particles each; `show` gets the
/// figures as they come.
///
/// # Errors
/// [`LabError::Refused`] for a classic ODE, in the forward direction or for points without a kernel,
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn coverage(
    scene: &Arc<Scene>,
    networks: &Networks,
    (count, repeats): (usize, u64),
    cancel: &Cancel,
    show: impl Fn(Coverage, f64),
) -> Result<Coverage, LabError> {
    if scene.direction.falls() || scene.classic().is_some() {
        return Err(LabError::refused(
            "Modes are those of the data: choose the direction to data and a learned or exact field.",
        ));
    }
    let experiment = Experiment::new(scene, networks)?;
    experiment.with_density()?;
    let mut found = Coverage {
        modes: Modes::of(&experiment.mixture),
        count,
        seeds: Vec::new(),
        exact: Vec::new(),
    };
    for k in 0..repeats {
        let mut scene = (**scene).clone();
        // Beyond the last seed that a scene may have comes the first.
        scene.seed = scene.seed.wrapping_add(k) & i64::MAX as u64;
        scene.particles.count = count;
        let options = RunOptions { keyframes: 2, logged: 0, ..RunOptions::for_window(count) };
        let own = experiment.variant(scene)?;
        let scene = &own.scene;
        let recording = run(&own, 1, &options, cancel, |_| {})?;
        let ends: Vec<[f64; 2]> = recording.ends().collect();
        let draw = |number| {
            experiment.mixture.sample(&mut stream(DRAW_SEED, Purpose::Draw, number), count)
        };
        let data = draw(2 * k);
        let distance = |which| measured_to_data(scene, which, &ends, cancel);
        found.seeds.push(Repeated {
            seed: scene.seed,
            shares: found.modes.shares(&ends),
            overlap: overlap(&ends, &data, cancel)?,
            sliced_w2: distance(CloudDistance::SlicedW2)?,
            energy: distance(CloudDistance::Energy)?,
        });
        found.exact.push(overlap(&draw(2 * k + 1), &data, cancel)?);
        show(found.clone(), (k + 1) as f64 / repeats as f64);
    }
    Ok(found)
}

/// Most particles of each run of [`CoverageQuestion`].
const SAMPLE: usize = 1_000;
/// Its runs.
const SEEDS: u64 = 12;

/// The figures of a scene over 12 seeds, of at most 1,000 particles each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoverageQuestion {
    /// Its scene.
    pub of: Subject,
}

impl CoverageQuestion {
    /// Of a scene.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        Self { of: Subject::sample(scene, SAMPLE) }
    }
}

impl Measurement for CoverageQuestion {
    type Answer = Coverage;

    fn measure(&self, store: &Store, report: &Report<'_, Coverage>) -> Result<Coverage, LabError> {
        let scene = &self.of.0;
        let show = |found, share| report.show(found, share);
        coverage(scene, &store.networks, (scene.particles.count, SEEDS), report.cancel, show)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::scene;

    fn of(settings: &[&str]) -> Coverage {
        let scene = scene(settings);
        coverage(&scene, &Networks::default(), (500, 8), &Cancel::default(), |_, _| {})
            .expect("measured")
    }

    #[test]
    fn exact_flows_look_like_exact_samples_and_coarse_ones_do_not() {
        let exact = ["field.kind=exact", "data.name=eight-gaussians"];
        let fine = of(&exact);
        let mean = |overlaps: &mut dyn Iterator<Item = Overlap>| {
            let all: Vec<Overlap> = overlaps.collect();
            let sum = |pick: fn(&Overlap) -> f64| all.iter().map(pick).sum::<f64>();
            [sum(|o| o.precision), sum(|o| o.recall)].map(|sum| sum / all.len() as f64)
        };
        let floor = mean(&mut fine.exact.iter().copied());
        let found = mean(&mut fine.seeds.iter().map(|seed| seed.overlap));
        for (found, floor) in found.iter().zip(floor) {
            assert!((found - floor).abs() < 0.03, "{found} is not {floor}");
        }
        let inside = fine.seeds.iter().filter(|seed| seed.sliced_w2.is_at_floor()).count();
        assert!(inside >= 7, "{inside} of 8 seeds at the floor");
        assert_ne!(fine.seeds[0].shares, fine.seeds[1].shares, "other seeds, other samples");

        let coarse = of(&[&exact[..], &["sampler.method=euler", "sampler.steps=2"]].concat());
        assert!(coarse.seeds.iter().all(|seed| seed.sliced_w2.value > seed.sliced_w2.spread[1]));
        assert!(mean(&mut coarse.seeds.iter().map(|seed| seed.overlap))[0] < found[0] - 0.2);
    }

    #[test]
    fn the_last_seed_of_all_can_be_repeated_as_well() {
        let scene = scene(&["field.kind=exact", &format!("seed={}", i64::MAX)]);
        let found = coverage(&scene, &Networks::default(), (20, 3), &Cancel::default(), |_, _| {});
        let seeds: Vec<u64> = found.expect("measured").seeds.iter().map(|run| run.seed).collect();
        assert_eq!(seeds, [i64::MAX as u64, 0, 1]);
    }
}
