//! The model's error: the learned velocity less the exact one.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Times};
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::prediction::Prediction;
use driftscope_solve::measure::Band;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::plane::PlaneMap;
use super::reference::by_feature;
use super::subject::Subject;
use crate::experiment::Experiment;
use crate::scene::Scene;
use crate::store::Store;

/// Points that are evaluated together.
const TOGETHER: usize = 256;
/// Draws of `p_t` over which the error is averaged at each time.
const DRAWS: usize = 1_024;
/// Times at which it is averaged.
const TIMES: usize = 49;

/// `|v_learned − v_exact|` at given points.
fn errors_at(
    experiment: &Experiment,
    exact: &dyn Field<f64>,
    t: f64,
    points: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<Vec<f64>, Cancelled> {
    let chunks: Vec<Vec<f64>> = points
        .par_chunks(TOGETHER)
        .map(|points| {
            cancel.check()?;
            let count = points.len();
            let at = by_feature(points);
            let mut velocities = [vec![0.0; 2 * count], vec![0.0; 2 * count]];
            experiment.field().velocity(Times::Shared(t), &at, &mut velocities[0]);
            exact.velocity(Times::Shared(t), &at, &mut velocities[1]);
            let [learned, exact] = velocities;
            let difference = |j: usize| learned[j] - exact[j];
            Ok((0..count).map(|i| difference(i).hypot(difference(count + i))).collect())
        })
        .collect::<Result<_, _>>()?;
    Ok(chunks.into_iter().flatten().collect())
}

fn check(experiment: &Experiment) -> Result<(), LabError> {
    experiment.scored()?;
    experiment.unguided()?;
    if experiment.network.is_none() {
        return Err(LabError::refused(
            "The exact field has no model error. Choose the learned field to see the network's.",
        ));
    }
    Ok(())
}

/// The model's error over the plane at `t`.
///
/// # Errors
/// [`LabError::Refused`] if the field is not learned, [`LabError::Cancelled`] if `cancel` was
/// raised.
pub fn model_error_map(
    experiment: &Experiment,
    t: f64,
    side: usize,
    cancel: &Cancel,
) -> Result<PlaneMap, LabError> {
    check(experiment)?;
    let exact = experiment.exact();
    let t = t.clamp(experiment.interval.0, last_time(experiment, &exact));
    let extent = experiment.extent();
    let points = PlaneMap::points(extent, side);
    let values = errors_at(experiment, &exact, t, &points, cancel)?;
    Ok(PlaneMap { extent, side, values })
}

/// The last t at which learned and exact field can be compared.
fn last_time(experiment: &Experiment, exact: &dyn Field<f64>) -> f64 {
    experiment.interval.1.min(exact.last_time())
}

/// The model's error against t, over `p_t`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelErrorOverTime {
    /// Times.
    pub times: Vec<f64>,
    /// The mean of `|v_learned − v_exact|` over draws of `p_t`.
    pub mean: Vec<f64>,
    /// Its spread over those draws.
    pub bands: Vec<Option<Band>>,
    /// The mean of `|v_exact|` over the same draws, to compare with.
    pub speed: Vec<f64>,
    /// The same errors of E[x1|x], which the velocity says: `σ/|W|` times its own, `W = α'σ − ασ'`.
    pub in_data: Vec<f64>,
    /// Those of E[x0|x]: `α/|W|` times its own.
    pub in_noise: Vec<f64>,
}

/// Averages the model's error over `p_t`.
///
/// # Errors
/// As [`model_error_map`].
pub fn model_error_over_time(
    experiment: &Experiment,
    cancel: &Cancel,
) -> Result<ModelErrorOverTime, LabError> {
    check(experiment)?;
    let exact = experiment.exact();
    let (start, end) = (experiment.interval.0, last_time(experiment, &exact));
    let times: Vec<f64> =
        (0..TIMES).map(|k| start + (end - start) * k as f64 / (TIMES - 1) as f64).collect();
    let mut over_time = ModelErrorOverTime {
        times: Vec::new(),
        mean: Vec::new(),
        bands: Vec::new(),
        speed: Vec::new(),
        in_data: Vec::new(),
        in_noise: Vec::new(),
    };
    let path = experiment.scene.interpolant.kind;
    for (number, t) in times.into_iter().enumerate() {
        let points = marginal_draw(experiment, t, (experiment.scene.seed, number as u64), DRAWS);
        let errors = errors_at(experiment, &exact, t, &points, cancel)?;
        let speeds = points.iter().map(|&x| exact.at(t, x).velocity).map(|[x, y]| x.hypot(y));
        over_time.times.push(t);
        let mean = errors.iter().sum::<f64>() / DRAWS as f64;
        over_time.mean.push(mean);
        let said = |of| Prediction::Velocity.weights_in(of, path, t)[1].abs();
        over_time.in_data.push(said(Prediction::Data) * mean);
        over_time.in_noise.push(said(Prediction::Noise) * mean);
        over_time.speed.push(speeds.sum::<f64>() / DRAWS as f64);
        over_time.bands.push(Band::of(errors));
    }
    Ok(over_time)
}

/// Independent draws of `p_t`: `αx1 + σx0`.
pub(super) fn marginal_draw(
    experiment: &Experiment,
    t: f64,
    (seed, number): (u64, u64),
    count: usize,
) -> Vec<[f64; 2]> {
    let level = experiment.scene.interpolant.kind.coefficients(t);
    let mut rng = stream(seed, Purpose::Draw, number);
    let ends = experiment.ends();
    let data = ends.data.sample(&mut rng, count);
    data.into_iter()
        .map(|x1| {
            let x0 = ends.draw_source(&mut rng);
            [0, 1].map(|d| level.alpha * x1[d] + level.sigma * x0[d])
        })
        .collect()
}

/// Cells along each side of the map of [`ModelErrorMapQuestion`].
const SIDE: usize = 80;
/// It tells times apart to this share of the whole.
const MOMENTS: f64 = 48.0;

/// The mean error of a scene's model against t.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelErrorQuestion {
    /// Its scene: its field counts.
    pub of: Subject,
}

impl ModelErrorQuestion {
    /// Of a scene.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        Self { of: Subject::field(scene) }
    }
}

impl Measurement for ModelErrorQuestion {
    type Answer = ModelErrorOverTime;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, ModelErrorOverTime>,
    ) -> Result<ModelErrorOverTime, LabError> {
        let experiment = Experiment::of_ode(&self.of.0, &store.networks)?;
        model_error_over_time(&experiment, report.cancel)
    }
}

/// The error of a scene's model over the plane, at one of 49 times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelErrorMapQuestion {
    /// Its scene: its field counts.
    pub of: Subject,
    /// The time, in 48ths.
    pub moment: u32,
}

impl ModelErrorMapQuestion {
    /// Of a scene at a time near `t`.
    #[must_use]
    pub fn new(scene: &Scene, t: f64) -> Self {
        let moment = (t * MOMENTS).round().max(0.0) as u32;
        Self { of: Subject::field(scene), moment }
    }
}

impl Measurement for ModelErrorMapQuestion {
    type Answer = PlaneMap;

    fn measure(&self, store: &Store, report: &Report<'_, PlaneMap>) -> Result<PlaneMap, LabError> {
        let experiment = Experiment::of_ode(&self.of.0, &store.networks)?;
        let t = f64::from(self.moment) / MOMENTS;
        model_error_map(&experiment, t, SIDE, report.cancel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::experiment;

    #[test]
    fn a_trained_network_is_wrong_by_a_small_part_of_the_speed() {
        let never = Cancel::default();
        for data in ["data.name=single-gaussian", "data.name=two-moons"] {
            let over_time = model_error_over_time(&experiment(&[data]), &never).expect("measured");
            let sum = |values: &[f64]| values.iter().sum::<f64>();
            let share = sum(&over_time.mean) / sum(&over_time.speed);
            println!("{data}: {share:.3} of the speed");
            assert!(share > 1e-4 && share < 0.2, "{data}: {share}");
            // On Linear W is 1: what is said of x1 fades towards the data, of x0 towards the noise.
            for (k, &t) in over_time.times.iter().enumerate() {
                let error = over_time.mean[k];
                assert!((over_time.in_data[k] - (1.0 - t) * error).abs() < 1e-9, "{data} at {t}");
                assert!((over_time.in_noise[k] - t * error).abs() < 1e-9, "{data} at {t}");
            }
        }
        let map = model_error_map(&experiment(&["data.name=two-moons"]), 0.5, 16, &never);
        let map = map.expect("measured");
        assert!(map.values.iter().all(|value| value.is_finite()));
        let exact = experiment(&["field.kind=exact"]);
        assert!(matches!(model_error_map(&exact, 0.5, 8, &never), Err(LabError::Refused(_))));
    }
}
