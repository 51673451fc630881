//! The likelihood of points under the flow: the probability-flow ODE backwards, with the exact
//! divergence beside it.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Times, jacobians};
use driftscope_solve::{MethodRef, Tableau, Tolerances};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::plane::PlaneMap;
use super::subject::Subject;
use crate::experiment::Experiment;
use crate::scene::Scene;
use crate::scene::Start;
use crate::store::Store;

/// Error allowed in each step of the map.
const TOLERANCES: Tolerances = Tolerances { atol: 1e-7, rtol: 1e-7 };
/// Points solved together.
const TOGETHER: usize = 64;
/// Evaluations of one attempt: DOPRI5's stages.
const STAGES: usize = 7;
/// Attempts after which a point is given up.
const MOST_ATTEMPTS: usize = 2_000;
/// Sides of the map, one after the other.
const SIDES: [usize; 3] = [24, 48, 96];

/// x, y, `∫ ∇·v dt` and `∫ (∂vx/∂y + ∂vy/∂x) dt`.
type Lane = [f64; 4];

/// Log likelihoods of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Likelihoods {
    /// `log p_1(x)` with the exact divergence; NaN where the solve failed.
    pub exact_divergence: Vec<f64>,
    /// What Hutchinson's estimate with one probe adds or takes away, each with probability ½:
    /// `εᵀJε = tr J ± (∂vx/∂y + ∂vy/∂x)` for ε = (±1, ±1).
    pub hutchinson: Vec<f64>,
    /// Evaluations of the field with its derivatives.
    pub nfe: Vec<u32>,
}

/// `log p_1(x) = log p_0(x_0) − ∫ ∇·v(x_t, t) dt` along the trajectory that ends at x (Chen et al.
/// 2018, arXiv:1806.07366; Song et al. 2021, arXiv:2011.13456, eq. 39). `p_0` is the density that
/// the scene's starting points are drawn from: N(0, I), or the exact `p_t` at the first t.
///
/// Where the field does not know its Jacobian it is found by central differences in double
/// precision; position and both integrals are solved together by DOPRI5 within `tolerances` (per
/// point, each of the four held against atol + rtol·|value|, as a root mean square).
///
/// # Errors
/// [`LabError::Refused`] for a classic ODE or points without a kernel, [`LabError::Cancelled`] if `cancel`
/// was raised.
pub fn likelihoods(
    experiment: &Experiment,
    points: &[[f64; 2]],
    tolerances: Tolerances,
    cancel: &Cancel,
) -> Result<Likelihoods, LabError> {
    experiment.with_distribution()?;
    experiment.with_density()?;
    let solved: Vec<Vec<Way>> = points
        .par_chunks(TOGETHER)
        .map(|points| backwards(experiment, points, tolerances, cancel))
        .collect::<Result<_, _>>()?;
    let mut found =
        Likelihoods { exact_divergence: Vec::new(), hutchinson: Vec::new(), nfe: Vec::new() };
    for way in solved.into_iter().flatten() {
        let arrived = way.t <= experiment.interval.0;
        let [x, y, divergence, cross] = if arrived { way.lane } else { [f64::NAN; 4] };
        found.exact_divergence.push(log_start(experiment, [x, y]) - divergence);
        found.hutchinson.push(cross);
        found.nfe.push((way.attempts * STAGES) as u32);
    }
    Ok(found)
}

/// The log density of what starting points are drawn from; NaN where the point is none.
fn log_start(experiment: &Experiment, [x, y]: [f64; 2]) -> f64 {
    match experiment.scene.start() {
        Start::Noise => experiment.log_source([x, y]),
        Start::Marginal if x.is_nan() => f64::NAN,
        Start::Marginal => {
            experiment.log_marginal(experiment.interval.0, [x, y]).unwrap_or(f64::NAN)
        }
    }
}

/// A lane on its way back.
#[derive(Clone, Copy)]
struct Way {
    index: usize,
    lane: Lane,
    t: f64,
    h: f64,
    attempts: usize,
}

/// Solves from the end of the interval back to its start; a way that fails ends before.
fn backwards(
    experiment: &Experiment,
    points: &[[f64; 2]],
    tolerances: Tolerances,
    cancel: &Cancel,
) -> Result<Vec<Way>, Cancelled> {
    let (start, end) = experiment.interval;
    let method = MethodRef::named("dopri5").expect("the table has dopri5").get();
    let tableau = method.tableau().expect("DOPRI5 has a tableau");
    let weights = tableau.embedded.as_ref().expect("DOPRI5 has a pair").weights;
    let mut ways: Vec<Way> = points
        .iter()
        .enumerate()
        .map(|(index, &[x, y])| Way {
            index,
            lane: [x, y, 0.0, 0.0],
            t: end,
            h: 1e-3 * (end - start),
            attempts: 0,
        })
        .collect();
    let mut results = ways.clone();
    let mut stages: Vec<Vec<Lane>> = Vec::new();
    while !ways.is_empty() {
        cancel.check()?;
        attempt(experiment, tableau, &ways, &mut stages);
        let mut kept = Vec::with_capacity(ways.len());
        for (i, way) in ways.iter().enumerate() {
            let combine = |weights: &[f64]| -> Lane {
                [0, 1, 2, 3].map(|d| {
                    way.h * weights.iter().zip(&stages).map(|(b, k)| b * k[i][d]).sum::<f64>()
                })
            };
            let (moved, error) = (combine(tableau.b), combine(weights));
            let answer = [0, 1, 2, 3].map(|d| way.lane[d] + moved[d]);
            let squares = (0..4).map(|d| {
                let size = way.lane[d].abs().max(answer[d].abs());
                let scale = tolerances.atol + tolerances.rtol * size;
                (error[d] / scale).powi(2)
            });
            let ratio = (squares.sum::<f64>() / 4.0).sqrt();
            let mut next = Way { attempts: way.attempts + 1, ..*way };
            if ratio.is_finite() {
                let most = if ratio <= 1.0 { 10.0 } else { 1.0 };
                next.h *= (0.9 * ratio.powf(-0.2)).clamp(0.2, most);
            } else {
                next.h *= 0.1;
            }
            if ratio <= 1.0 {
                next.lane = answer;
                next.t = way.t - way.h;
                if next.t <= start + 1e-15 {
                    results[way.index] = Way { t: start, ..next };
                    continue;
                }
            }
            results[way.index].attempts = next.attempts;
            next.h = next.h.min(next.t - start);
            if next.attempts < MOST_ATTEMPTS && next.t - next.h < next.t {
                kept.push(next);
            }
        }
        ways = kept;
    }
    Ok(results)
}

/// Fills `stages` with the slopes of one attempt of every lane, backwards in t.
fn attempt(experiment: &Experiment, tableau: &Tableau, ways: &[Way], stages: &mut Vec<Vec<Lane>>) {
    stages.clear();
    let count = ways.len();
    let mut points = vec![0.0; 2 * count];
    for (row, c) in tableau.a.iter().zip(tableau.c) {
        let times: Vec<f64> = ways.iter().map(|way| way.t - c * way.h).collect();
        for (i, way) in ways.iter().enumerate() {
            for d in 0..2 {
                let sum: f64 = row.iter().zip(&*stages).map(|(a, k)| a * k[i][d]).sum();
                points[d * count + i] = way.lane[d] + way.h * sum;
            }
        }
        let mut slopes = vec![[0.0; 4]; count];
        let step = |i: usize| experiment.derivative_step(times[i]);
        let field: &dyn Field<f64> = experiment.field();
        jacobians(
            field,
            Times::Each(&times),
            &points,
            step,
            |i, [vx, vy], [[xx, xy], [yx, yy]]| {
                // Backwards the position moves against v, while the integrals gather from the end.
                slopes[i] = [-vx, -vy, xx + yy, xy + yx];
            },
        );
        stages.push(slopes);
    }
}

/// The likelihood over the plane, beside the exact density.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LikelihoodMap {
    /// `log p_1` by the flow, with the exact divergence.
    pub flow: PlaneMap,
    /// Half the distance between the two values that Hutchinson's estimate with one probe takes.
    pub hutchinson: PlaneMap,
    /// The exact `log p_1`.
    pub exact: PlaneMap,
    /// The flow's density, summed over the map: 1 if it is one.
    pub integral: f64,
    /// The median of `|log p_flow − log p_exact|` over the cells that hold data: all but a
    /// thousandth of them.
    pub median_error: f64,
    /// The root mean square, over the data, of the error of Hutchinson's estimate with one probe.
    pub hutchinson_error: f64,
}

/// Computes the map, coarse first; `show` gets every stage.
///
/// # Errors
/// As [`likelihoods`].
pub fn likelihood_map(
    experiment: &Experiment,
    cancel: &Cancel,
    show: impl Fn(LikelihoodMap, f64),
) -> Result<LikelihoodMap, LabError> {
    let whole: usize = SIDES.iter().map(|side| side * side).sum();
    let mut done = 0;
    for side in &SIDES[..SIDES.len() - 1] {
        let map = map_of_side(experiment, *side, cancel)?;
        done += side * side;
        show(map, done as f64 / whole as f64);
    }
    map_of_side(experiment, SIDES[SIDES.len() - 1], cancel)
}

pub(super) fn map_of_side(
    experiment: &Experiment,
    side: usize,
    cancel: &Cancel,
) -> Result<LikelihoodMap, LabError> {
    experiment.unguided()?;
    let extent = experiment.extent();
    let points = PlaneMap::points(extent, side);
    let found = likelihoods(experiment, &points, TOLERANCES, cancel)?;
    let t = experiment.interval.1.min(experiment.exact_last_time());
    let exact = points.iter().map(|&x| experiment.log_marginal(t, x));
    let exact: Option<Vec<f64>> = exact.collect();
    let exact = exact.ok_or_else(|| {
        LabError::refused("Source and data have no exact density together to compare with.")
    })?;
    let map = |values| PlaneMap { extent, side, values };
    let flow = map(found.exact_divergence);
    let cell = flow.cell();
    let known = flow.values.iter().filter(|value| !value.is_nan());
    let integral = known.map(|log| log.exp()).sum::<f64>() * cell;
    // Cells by density, until they hold 99.9 % of the data.
    let mut by_density: Vec<usize> = (0..points.len()).collect();
    by_density.sort_unstable_by(|&i, &j| exact[j].total_cmp(&exact[i]));
    let mut held = 0.0;
    let inhabited: Vec<usize> = by_density
        .into_iter()
        .take_while(|&i| {
            let before = held;
            held += exact[i].exp() * cell;
            before < 0.999
        })
        .collect();
    let mut errors: Vec<f64> = inhabited
        .iter()
        .map(|&i| (flow.values[i] - exact[i]).abs())
        .map(|error| if error.is_nan() { f64::INFINITY } else { error })
        .collect();
    errors.sort_unstable_by(f64::total_cmp);
    let median_error = driftscope_solve::measure::quantile(&errors, 0.5);
    let squares = inhabited.iter().filter(|&&i| !found.hutchinson[i].is_nan()).map(|&i| {
        let share = exact[i].exp() * cell;
        (share * found.hutchinson[i].powi(2), share)
    });
    let (sum, shares) = squares.fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
    Ok(LikelihoodMap {
        hutchinson: map(found.hutchinson.iter().map(|cross| cross.abs()).collect()),
        exact: map(exact),
        flow,
        integral,
        median_error,
        hutchinson_error: (sum / shares).sqrt(),
    })
}

/// The likelihood of a scene's flow over the plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LikelihoodQuestion {
    /// Its scene: its field counts.
    pub of: Subject,
}

impl LikelihoodQuestion {
    /// Of a scene.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        let mut scene = scene.clone();
        scene.seed = 0;
        Self { of: Subject::field(&scene) }
    }
}

impl Measurement for LikelihoodQuestion {
    type Answer = LikelihoodMap;

    const PATIENT: bool = true;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, LikelihoodMap>,
    ) -> Result<LikelihoodMap, LabError> {
        let experiment = Experiment::of_ode(&self.of.0, &store.networks)?;
        likelihood_map(&experiment, report.cancel, |map, share| report.show(map, share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::experiment;

    #[test]
    fn the_exact_flow_has_the_exact_density() {
        for (data, path) in [
            ("single-gaussian", "linear"),
            ("eight-gaussians", "linear"),
            ("two-moons", "linear"),
            ("two-moons", "gvp"),
        ] {
            let (data, path) = (format!("data.name={data}"), format!("interpolant.kind={path}"));
            let experiment = experiment(&["field.kind=exact", &data, &path]);
            let map = map_of_side(&experiment, 96, &Cancel::default()).expect("measured");
            println!(
                "{data} {path}: integral {:.5}, median |Δ log p| {:.1e}, Hutchinson {:.2}",
                map.integral, map.median_error, map.hutchinson_error
            );
            assert!((map.integral - 1.0).abs() < 0.02, "{data} {path}: {}", map.integral);
            assert!(map.median_error < 1e-3, "{data} {path}: {:e}", map.median_error);
        }
    }

    #[test]
    fn a_learned_flow_is_a_density_too() {
        let experiment = experiment(&["data.name=eight-gaussians"]);
        let map = map_of_side(&experiment, 64, &Cancel::default()).expect("measured");
        println!("learned: integral {:.4}, median |Δ log p| {:.2}", map.integral, map.median_error);
        assert!((map.integral - 1.0).abs() < 0.02, "{}", map.integral);
        assert!(map.median_error > 1e-3, "a network is not exact");
    }
}
