//! How straight the flow is: path length over chord, and curvature.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Times, jacobians};
use driftscope_base::interpolant::Interpolant;
use driftscope_solve::measure::Band;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::reference::{Reference, by_feature};
use super::subject::Subject;
use crate::experiment::Experiment;
use crate::measure::{Straightness, simpson};
use crate::scene::Scene;
use crate::store::Store;

/// Equal parts of the interval over which lengths are summed.
const LEGS: usize = 64;
/// Chords shorter than this have no meaningful ratio.
const SHORTEST: f64 = 1e-6;

/// The transport of one interpolant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transport {
    /// Which.
    pub interpolant: Interpolant,
    /// Path length over chord length, over particles: 1 if straight.
    pub ratio: Option<Band>,
    /// The ratio of every particle; NaN where the chord vanishes.
    pub ratios: Vec<f64>,
    /// Over particles: what straightening lowers.
    pub straightness: Straightness,
    /// Times of the curvature.
    pub times: Vec<f64>,
    /// Curvature of the paths `|v × a|/|v|³`, over particles; its inverse is a radius.
    pub curvature: Vec<Option<Band>>,
}

/// Measures the flow of a experiment over its first `count` particles.
///
/// # Errors
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn transport(
    experiment: &Experiment,
    count: usize,
    cancel: &Cancel,
) -> Result<Transport, LabError> {
    let reference = Reference::of(experiment, count, LEGS, cancel)?;
    // At every time: velocities and curvatures of the particles.
    let along: Vec<(Vec<[f64; 2]>, Vec<f64>)> = reference
        .times
        .par_iter()
        .zip(&reference.positions)
        .map(|(&t, points)| {
            cancel.check()?;
            Ok(velocities_and_curvatures(experiment, t, points).into_iter().unzip())
        })
        .collect::<Result<_, Cancelled>>()?;
    let (velocities, curvatures): (Vec<_>, Vec<_>) = along.into_iter().unzip();
    let (start, end) = experiment.interval;
    let ratios: Vec<f64> = (0..count)
        .map(|i| {
            let (from, to) = (reference.positions[0][i], reference.ends()[i]);
            let chord = (to[0] - from[0]).hypot(to[1] - from[1]);
            let weights = simpson(end - start, velocities.len());
            let speeds = velocities.iter().map(|all| all[i][0].hypot(all[i][1]));
            let length: f64 = weights.zip(speeds).map(|(weight, speed)| weight * speed).sum();
            if chord > SHORTEST { length / chord } else { f64::NAN }
        })
        .collect();
    let curvature = curvatures.into_iter().map(Band::of).collect();
    Ok(Transport {
        interpolant: experiment.scene.interpolant.kind,
        ratio: Band::of(ratios.iter().copied()),
        ratios,
        straightness: of_reference(experiment.interval, &reference, &velocities),
        times: reference.times.clone(),
        curvature,
    })
}

/// How straight the flow of an experiment is and what its pairs cost, over its first `count` particles.
///
/// # Errors
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn straightness(
    experiment: &Experiment,
    count: usize,
    cancel: &Cancel,
) -> Result<Straightness, LabError> {
    let reference = Reference::of(experiment, count, LEGS, cancel)?;
    Ok(straightness_along(experiment.field(), experiment.interval, &reference))
}

/// The same of a field, along paths through it that are known.
fn straightness_along(
    field: &dyn Field<f64>,
    interval: (f64, f64),
    reference: &Reference,
) -> Straightness {
    let velocities = |(&t, points): (&f64, &Vec<[f64; 2]>)| {
        let mut velocities = vec![0.0; 2 * points.len()];
        field.velocity(Times::Shared(t), &by_feature(points), &mut velocities);
        let (x, y) = velocities.split_at(points.len());
        x.iter().zip(y).map(|(&x, &y)| [x, y]).collect()
    };
    let times = reference.times.par_iter().zip(&reference.positions);
    of_reference(interval, reference, &times.map(velocities).collect::<Vec<_>>())
}

fn of_reference(
    interval: (f64, f64),
    reference: &Reference,
    velocities: &[Vec<[f64; 2]>],
) -> Straightness {
    let pairs = (&reference.positions[0][..], reference.ends());
    Straightness::of_paths(interval, pairs, velocities)
}

/// Speeds below this are none: typical ones are of the order of 1.
const STANDSTILL: f64 = 1e-3;

/// v and `|v × a|/|v|³` with the acceleration `a = ∂v/∂t + (∂v/∂x)v`.
fn velocities_and_curvatures(
    experiment: &Experiment,
    t: f64,
    points: &[[f64; 2]],
) -> Vec<([f64; 2], f64)> {
    let count = points.len();
    let at = by_feature(points);
    let (start, end) = experiment.interval;
    let step = experiment.derivative_step(t);
    let [before, after] = [(t - step).max(start), (t + step).min(end)];
    let [v0, v1] = [before, after].map(|t| {
        let mut velocities = vec![0.0; 2 * count];
        experiment.field().velocity(Times::Shared(t), &at, &mut velocities);
        velocities
    });
    let mut found = vec![([0.0; 2], f64::NAN); count];
    jacobians(
        experiment.field(),
        Times::Shared(t),
        &at,
        |_| step,
        |i, v, jacobian| {
            let a = [0, 1].map(|d| {
                let j = d * count + i;
                let [along_x, along_y] = jacobian[d];
                (v1[j] - v0[j]) / (after - before) + along_x * v[0] + along_y * v[1]
            });
            let speed = v[0].hypot(v[1]);
            // A path that stands still (as all do on GVP at t = 0, when the data have mean 0) has no
            // direction there, and so no curvature.
            let curvature = (v[0] * a[1] - v[1] * a[0]).abs() / speed.powi(3);
            found[i] = (v, if speed > STANDSTILL { curvature } else { f64::NAN });
        },
    );
    found
}

/// Particles of [`TransportQuestion`].
const SAMPLE: usize = 128;

/// The transport of a scene's flow along its own path and, where it has one, along the others; 128 particles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransportQuestion {
    /// Its scene: its field counts.
    pub of: Subject,
}

impl TransportQuestion {
    /// Of a scene.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        Self { of: Subject::field(scene) }
    }
}

impl Measurement for TransportQuestion {
    type Answer = Vec<Transport>;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, Vec<Transport>>,
    ) -> Result<Vec<Transport>, LabError> {
        let mut found: Vec<Transport> = Vec::new();
        let own = self.of.0.interpolant.kind;
        let others = Interpolant::ALL.into_iter().filter(|path| *path != own);
        // A classic ODE knows of no interpolant: its flow is what it is.
        let classic = self.of.0.classic().is_some();
        let paths: Vec<Interpolant> =
            std::iter::once(own).chain(others.take_while(|_| !classic)).collect();
        for (done, path) in paths.iter().enumerate() {
            let mut scene = (*self.of.0).clone();
            scene.interpolant.kind = *path;
            let experiment = match Experiment::of_ode(&scene, &store.networks) {
                // Another path may end before the scene's times do.
                Err(LabError::Refused(_)) if *path != own => continue,
                experiment => experiment?,
            };
            found.push(transport(&experiment, SAMPLE, report.cancel)?);
            report.show(found.clone(), (done + 1) as f64 / paths.len() as f64);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use driftscope_flow::data::{Component, Covariance, Mixture};
    use driftscope_flow::field::ExactField;

    use super::*;
    use crate::lab::given::experiment;

    fn of(settings: &[&str]) -> Transport {
        let experiment = experiment(settings);
        transport(&experiment, 32, &Cancel::default()).expect("runs")
    }

    #[test]
    fn circles_have_their_radius_and_their_length() {
        // Half a turn: π/2 times the chord, along which the curvature is one over the radius.
        let half =
            of(&["field.kind=classic", "field.system=harmonic", "time.end=3.141592653589793"]);
        for ratio in &half.ratios {
            assert!((ratio - std::f64::consts::FRAC_PI_2).abs() < 1e-8, "{ratio}");
        }
        let band = half.curvature[10].expect("all particles");
        let again = half.curvature[50].expect("all particles");
        assert!((band.median - again.median).abs() < 1e-6, "a circle bends evenly");
        assert!((0.7..1.4).contains(&band.median), "radii about 1: {band:?}");
    }

    #[test]
    fn straightness_of_one_gaussian_is_that_of_the_closed_form() {
        let text = include_str!("../../../../tests/reference/learning.json");
        let wanted: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let wanted = |key: &str| wanted["single_gaussian"][key].as_f64().expect("a number");
        let gaussian = Component::gaussian([2.0, 0.0], Covariance::isotropic(0.09));
        let mixture = Arc::new(Mixture::new([gaussian]).expect("a distribution"));
        let field = ExactField::new(mixture, Interpolant::Linear);
        // Four points with the moments of the noise: means over them are means over all of it, since
        // velocities are linear in where a particle starts.
        let r = 2.0_f64.sqrt();
        let starts = [[r, 0.0], [-r, 0.0], [0.0, r], [0.0, -r]];
        let interval = (0.0, 1.0);
        let reference =
            Reference::from(&field, &starts, interval, LEGS, &Cancel::default()).expect("runs");
        let found = straightness_along(&field, interval, &reference);
        assert!((found.excess - wanted("straightness")).abs() < 1e-6, "{found:?}");
        assert!((found.cost - wanted("cost")).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn independent_pairs_of_noise_and_moons_bend_by_twice_their_cost() {
        let experiment = experiment(&["field.kind=exact", "data.name=two-moons"]);
        let found = straightness(&experiment, 256, &Cancel::default()).expect("runs");
        // A network in another program has 1.97 and 0.463 (targets of the learning part).
        assert!((found.relative() - 1.97).abs() < 0.3, "{found:?}: {}", found.relative());
        assert!((found.cost - 0.463).abs() < 0.08, "{found:?}");
        let whole = transport(&experiment, 256, &Cancel::default()).expect("runs").straightness;
        assert!((whole.excess / found.excess - 1.0).abs() < 1e-6, "{whole:?}, {found:?}");
    }

    #[test]
    fn linear_paths_to_one_gaussian_are_straighter_than_the_others() {
        let ratio = |path: &str| {
            let path = format!("interpolant.kind={path}");
            let found = of(&["field.kind=exact", "data.name=single-gaussian", &path]);
            (found.ratio.expect("all particles").median, found.straightness.excess)
        };
        let (linear, vp) = (ratio("linear"), ratio("vp"));
        assert!(linear.0 >= 1.0 - 1e-9 && linear.0 < vp.0, "{linear:?}, {vp:?}");
        assert!(linear.1 < vp.1);
    }
}
