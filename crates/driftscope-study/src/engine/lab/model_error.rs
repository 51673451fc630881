//! The model's error: the learned velocity less the exact one.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Times};
use driftscope_base::random::{Purpose, stream};
use driftscope_solve::measure::Band;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::plane::PlaneMap;
use super::reference::by_feature;
use super::subject::{LabError, Subject};

/// Points that are evaluated together.
const TOGETHER: usize = 256;
/// Draws of `p_t` over which the error is averaged at each time.
const DRAWS: usize = 1_024;
/// Times at which it is averaged.
const TIMES: usize = 49;

/// `|v_learned − v_exact|` at given points.
fn errors_at(
    subject: &Subject,
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
            subject.field().velocity(Times::Shared(t), &at, &mut velocities[0]);
            exact.velocity(Times::Shared(t), &at, &mut velocities[1]);
            let [learned, exact] = velocities;
            let difference = |j: usize| learned[j] - exact[j];
            Ok((0..count).map(|i| difference(i).hypot(difference(count + i))).collect())
        })
        .collect::<Result<_, _>>()?;
    Ok(chunks.into_iter().flatten().collect())
}

fn check(subject: &Subject) -> Result<(), LabError> {
    subject.process()?;
    if subject.model.is_none() {
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
    subject: &Subject,
    t: f64,
    side: usize,
    cancel: &Cancel,
) -> Result<PlaneMap, LabError> {
    check(subject)?;
    let exact = subject.exact();
    let t = t.clamp(subject.interval.0, last_time(subject, &exact));
    let extent = subject.extent();
    let points = PlaneMap::points(extent, side);
    let values = errors_at(subject, &exact, t, &points, cancel)?;
    Ok(PlaneMap { extent, side, values })
}

/// The last t at which learned and exact field can be compared.
fn last_time(subject: &Subject, exact: &dyn Field<f64>) -> f64 {
    subject.interval.1.min(exact.last_time())
}

/// The model's error against t, over `p_t`.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelErrorOverTime {
    /// Times.
    pub times: Vec<f64>,
    /// The mean of `|v_learned − v_exact|` over draws of `p_t`.
    pub mean: Vec<f64>,
    /// Its spread over those draws.
    pub bands: Vec<Option<Band>>,
    /// The mean of `|v_exact|` over the same draws, to compare with.
    pub speed: Vec<f64>,
}

/// Averages the model's error over `p_t`.
///
/// # Errors
/// As [`model_error_map`].
pub fn model_error_over_time(
    subject: &Subject,
    cancel: &Cancel,
) -> Result<ModelErrorOverTime, LabError> {
    check(subject)?;
    let exact = subject.exact();
    let (start, end) = (subject.interval.0, last_time(subject, &exact));
    let times: Vec<f64> =
        (0..TIMES).map(|k| start + (end - start) * k as f64 / (TIMES - 1) as f64).collect();
    let mut over_time = ModelErrorOverTime {
        times: Vec::new(),
        mean: Vec::new(),
        bands: Vec::new(),
        speed: Vec::new(),
    };
    for (number, t) in times.into_iter().enumerate() {
        let points = marginal_draw(subject, t, (subject.scene.seed, number as u64), DRAWS);
        let errors = errors_at(subject, &exact, t, &points, cancel)?;
        let speeds = points.iter().map(|&x| exact.at(t, x).velocity).map(|[x, y]| x.hypot(y));
        over_time.times.push(t);
        over_time.mean.push(errors.iter().sum::<f64>() / DRAWS as f64);
        over_time.speed.push(speeds.sum::<f64>() / DRAWS as f64);
        over_time.bands.push(Band::of(errors));
    }
    Ok(over_time)
}

/// Independent draws of `p_t`: `αx1 + σx0`.
pub(super) fn marginal_draw(
    subject: &Subject,
    t: f64,
    (seed, number): (u64, u64),
    count: usize,
) -> Vec<[f64; 2]> {
    let level = subject.scene.interpolant.kind.coefficients(t);
    let mut rng = stream(seed, Purpose::Draw, number);
    let data = subject.mixture.sample(&mut rng, count);
    data.into_iter()
        .map(|x1| {
            x1.map(|x1| {
                let x0: f64 = StandardNormal.sample(&mut rng);
                level.alpha * x1 + level.sigma * x0
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::lab::given::subject;

    #[test]
    fn a_trained_network_is_wrong_by_a_small_part_of_the_speed() {
        let never = Cancel::default();
        for data in ["data.name=single-gaussian", "data.name=two-moons"] {
            let over_time = model_error_over_time(&subject(&[data]), &never).expect("measured");
            let sum = |values: &[f64]| values.iter().sum::<f64>();
            let share = sum(&over_time.mean) / sum(&over_time.speed);
            println!("{data}: {share:.3} of the speed");
            assert!(share > 1e-4 && share < 0.2, "{data}: {share}");
        }
        let map = model_error_map(&subject(&["data.name=two-moons"]), 0.5, 16, &never);
        let map = map.expect("measured");
        assert!(map.values.iter().all(|value| value.is_finite()));
        let exact = subject(&["field.kind=exact"]);
        assert!(matches!(model_error_map(&exact, 0.5, 8, &never), Err(LabError::Refused(_))));
    }
}
