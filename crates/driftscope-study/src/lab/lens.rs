//! The conditional paths through one point: what the velocity there is the mean of.
//!
//! Given `x_t = x`, x1 has a posterior ([`Experiment::data_posterior`]). With `x0 = (x − αx1)/σ` each draw of it
//! is a path `α(s) x1 + σ(s) x0` that passes x at t with the conditional velocity
//! `v_c = (σ'x + W x1)/σ`, `W = α'σ − ασ'`. The marginal velocity is their mean, `v = E[v_c|x]`, and
//! `Cov(v_c|x) = (W/σ)² Cov(x1|x)` (Lipman et al. 2023, arXiv:2210.02747, theorem 1).

use std::fmt;

use driftscope_base::field::Times;
use driftscope_base::interpolant::{Coefficients, Interpolant};
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::{Covariance, DataPosterior, PosteriorPart};
use serde::{Deserialize, Serialize};

use crate::experiment::Experiment;
use crate::scene::{Direction, Scene};

/// With less noise than this (on Linear from t = 0.999 on) all x1 lie within x itself, and what v differs
/// in is noise that doubles do not hold.
const LEAST_NOISE: f64 = 1e-3;
/// Parts that are told apart at most, the heaviest ones.
const MOST_PARTS: usize = 200;
/// Parts that weigh less than this are not told.
const LEAST_WEIGHT: f64 = 1e-3;

/// Why there are no conditional paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoLens {
    /// The field is a classic ODE.
    Classic,
    /// Data are noised.
    Noising,
    /// Source and data have no posterior in closed form.
    Inexact,
    /// The network's ends were paired.
    Paired,
}

impl std::error::Error for NoLens {}

impl fmt::Display for NoLens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.why())
    }
}

impl NoLens {
    /// In a sentence.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Classic => {
                "A classic ODE has no data that paths would lead to. Choose Learned or Exact as the field for the lens."
            }
            Self::Noising => {
                "The forward direction adds noise and follows no mean. Choose Generate or Encode as the direction for the lens."
            }
            Self::Inexact => {
                "Source and data have no exact field together, so the lens does not know the posterior of x₁."
            }
            Self::Paired => {
                "This network learned from noise and data that were paired, and the lens does not know which pairs pass a point."
            }
        }
    }

    /// Why a scene has none, whatever its network; none if it may have some.
    #[must_use]
    pub fn of(scene: &Scene) -> Option<Self> {
        if scene.classic().is_some() {
            Some(Self::Classic)
        } else if scene.direction == Direction::Noise {
            Some(Self::Noising)
        } else {
            None
        }
    }
}

/// A path from noise to data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionalPath {
    /// x1, where it ends.
    pub data: [f64; 2],
    /// x0, where it begins.
    pub noise: [f64; 2],
    /// Its velocity at the t of the lens, `v_c`.
    pub velocity: [f64; 2],
}

impl ConditionalPath {
    /// Where it is at `s`, from 0 to 1: `α(s) x1 + σ(s) x0`.
    #[must_use]
    pub fn at(&self, path: Interpolant, s: f64) -> [f64; 2] {
        let Coefficients { alpha, sigma, .. } = path.coefficients(s);
        [0, 1].map(|d| alpha * self.data[d] + sigma * self.noise[d])
    }
}

/// What is left of one component of the data (or, with a source of its own, of a pair).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LensPart {
    /// The probability that the path ends in it.
    pub weight: f64,
    /// The mean of x1, if it does.
    pub mean: [f64; 2],
    /// The covariance of x1, if it does; 0 of a single point.
    pub covariance: Covariance,
}

/// What passes one point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lens {
    /// The t that is looked at, 0 to 1.
    pub t: f64,
    /// x, the place that is looked at.
    pub at: [f64; 2],
    /// The path between noise and data.
    pub path: Interpolant,
    /// Draws of the paths through x, equally probable.
    pub draws: Vec<ConditionalPath>,
    /// The parts of the posterior that weigh anything, the heaviest first.
    pub parts: Vec<LensPart>,
    /// How many parts the posterior has.
    pub count: usize,
    /// How many of them still matter, `1/Σw²`.
    pub effective: f64,
    /// Whether the parts are single points.
    pub of_points: bool,
    /// `E[x1|x]`.
    pub data: [f64; 2],
    /// v, the mean of the velocities of all paths through x.
    pub velocity: [f64; 2],
    /// Standard deviation of either coordinate of their velocities.
    pub spread: [f64; 2],
    /// The velocity of the field that is followed, on the way to the data: v itself if it is exact and pushed
    /// nowhere.
    pub followed: [f64; 2],
}

impl Lens {
    /// By what velocities are multiplied to be drawn, before any common factor: σ/W, which is 1 − t on Linear,
    /// since those of improbable paths grow as its inverse.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.path.coefficients(self.t).sigma / self.path.wronskian(self.t)
    }
}

/// The paths through `x` at `t`, of which `count` are drawn. The same numbers are behind the k-th draw wherever
/// one looks, so that draws move with x and t and do not jump about. t is brought within what the lens can see:
/// 0 to just before the noise is gone.
///
/// # Errors
/// Why there are none.
pub fn lens(experiment: &Experiment, t: f64, x: [f64; 2], count: usize) -> Result<Lens, NoLens> {
    let scene = &experiment.scene;
    if let Some(why) = NoLens::of(scene) {
        return Err(why);
    }
    if experiment.network.as_ref().is_some_and(|network| !network.is_of_independent_ends()) {
        return Err(NoLens::Paired);
    }
    let path = scene.interpolant.kind;
    let last = path
        .time_of_level(1.0 - LEAST_NOISE, LEAST_NOISE)
        .min(experiment.exact_last_time())
        .min(experiment.last_time);
    let t = t.clamp(0.0, last);
    let posterior = experiment.data_posterior(t, x).ok_or(NoLens::Inexact)?;
    let Coefficients { alpha, sigma, d_sigma, .. } = path.coefficients(t);
    let wronskian = path.wronskian(t);
    let velocity_of =
        |data: [f64; 2]| [0, 1].map(|d| (d_sigma * x[d] + wronskian * data[d]) / sigma);
    let draws = (0..count as u64).map(|k| {
        let data = posterior.draw(&mut stream(scene.seed, Purpose::Lens, k));
        let noise = [0, 1].map(|d| (x[d] - alpha * data[d]) / sigma);
        ConditionalPath { data, noise, velocity: velocity_of(data) }
    });
    let data = posterior.mean();
    let Covariance { xx, yy, .. } = posterior.covariance();
    Ok(Lens {
        t,
        at: x,
        path,
        draws: draws.collect(),
        parts: told(&posterior),
        count: posterior.parts().len(),
        effective: posterior.effective_parts(),
        of_points: experiment.mixture.is_of_points(),
        data,
        velocity: velocity_of(data),
        spread: [xx, yy].map(|variance| wronskian / sigma * variance.sqrt()),
        followed: followed(experiment, t, x),
    })
}

/// The parts that weigh anything, the heaviest first.
fn told(posterior: &DataPosterior) -> Vec<LensPart> {
    let heavy = posterior.parts().iter().filter(|part| part.weight >= LEAST_WEIGHT);
    let mut parts: Vec<_> = heavy.collect();
    parts.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    parts.truncate(MOST_PARTS);
    let told = |part: &PosteriorPart| LensPart {
        weight: part.weight,
        mean: part.mean(),
        covariance: part.covariance(),
    };
    parts.into_iter().map(told).collect()
}

/// The velocity that particles have, on the way to the data.
fn followed(experiment: &Experiment, t: f64, x: [f64; 2]) -> [f64; 2] {
    if let Some(known) = experiment.known(t, x) {
        return known.velocity;
    }
    let direction = experiment.scene.direction;
    let mut velocity = [0.0; 2];
    let times = Times::Shared(direction.own_time(t));
    experiment.field::<f64>().velocity(times, &x, &mut velocity);
    if direction.falls() { velocity.map(|v| -v) } else { velocity }
}
