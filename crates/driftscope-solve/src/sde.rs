//! SDE schemes of the family `dx = [v + D(t) s] dt + √(2D(t)) dW`, as SiT runs them.

mod written;

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Real, ScoredField, Times};
use serde::{Deserialize, Serialize};

use super::brownian::Noise;
use super::explicit::Within;
use super::stepper::{Inside, Step, Stepper};
use super::track::{Keep, Track};
use super::walk::Walk;

/// How a noisy step is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scheme {
    /// `x ← x + f dt + √(2D dt) z`.
    #[default]
    #[serde(rename = "euler-maruyama")]
    EulerMaruyama,
    /// Noise first, then Heun's rule on the drift: `x̂ = x + √(2D dt) z`,
    /// `x ← x̂ + ½dt (f(x̂, t) + f(x̂ + dt f(x̂, t), t + dt))`.
    #[serde(rename = "heun")]
    StochasticHeun,
    /// Rößler's SRA1 for additive noise, which also uses the time integral of W over the step.
    #[serde(rename = "sra1")]
    Sra1,
}

impl Scheme {
    /// Every scheme, in menu order.
    pub const ALL: [Self; 3] = [Self::EulerMaruyama, Self::StochasticHeun, Self::Sra1];

    /// The name in files and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EulerMaruyama => "euler-maruyama",
            Self::StochasticHeun => "heun",
            Self::Sra1 => "sra1",
        }
    }

    /// The name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::EulerMaruyama => "Euler–Maruyama",
            Self::StochasticHeun => "Stochastic Heun",
            Self::Sra1 => "SRA1 (Rößler)",
        }
    }

    /// The step in symbols, for a tooltip.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::EulerMaruyama => {
                "x ← x + f·dt + √(2D·dt)·z, f = v + D·s, z ~ N(0, I)\nOne evaluation a step; strong order 1 here, since D depends on t alone (Maruyama 1955)."
            }
            Self::StochasticHeun => {
                "x̂ = x + √(2D·dt)·z, then x ← x̂ + ½dt·(K₁ + K₂)\nTwo evaluations a step; strong order 1; noise first, as in SiT (Ma et al. 2024)."
            }
            Self::Sra1 => {
                "x̂ = x + ¾dt·f(x, t) + (3/2)·g(t+dt)·J, then x ← x + dt·(⅓f(x, t) + ⅔f(x̂, t+¾dt)) + g(t+dt)·ΔW + (g(t) − g(t+dt))·J, with g = √(2D) and J = (1/dt)∫(W(s) − W(t))ds\nTwo evaluations a step; strong order 1.5, since D depends on t alone (Rößler 2010)."
            }
        }
    }

    /// Evaluations of the field in one step.
    #[must_use]
    pub fn evaluations_per_step(self) -> u32 {
        match self {
            Self::EulerMaruyama => 1,
            Self::StochasticHeun | Self::Sra1 => 2,
        }
    }

    /// Strong order: halving the step divides the distance to the exact path of the same noise by
    /// 2 to this power. D depends on t alone here, which is why Euler–Maruyama has 1 and not ½
    /// (Kloeden & Platen 1992, 10.2 and 10.4; Rößler 2010, SIAM J. Numer. Anal. 48).
    #[must_use]
    pub fn order(self) -> f64 {
        match self {
            Self::EulerMaruyama | Self::StochasticHeun => 1.0,
            Self::Sra1 => 1.5,
        }
    }

    /// Whether a step uses the space–time Lévy area of the path beside its increment.
    #[must_use]
    pub fn needs_area(self) -> bool {
        self == Self::Sra1
    }

    /// State-sized arrays kept while stepping: velocity, score and state, and where there are two
    /// evaluations the first drift and the point of the second.
    #[must_use]
    pub fn arrays_kept(self) -> usize {
        match self {
            Self::EulerMaruyama => 3,
            Self::StochasticHeun | Self::Sra1 => 5,
        }
    }
}

/// The denoising step after the last noisy one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LastStep {
    /// `x + h f`: the drift without its noise.
    #[default]
    Mean,
    /// `x/α + (σ²/α) s`: the expected data point.
    Tweedie,
    /// `x + h v`: one Euler step of the ODE.
    Euler,
    /// Stop where the noisy steps end.
    None,
}

impl LastStep {
    /// Every choice, in menu order.
    pub const ALL: [Self; 4] = [Self::Mean, Self::Tweedie, Self::Euler, Self::None];

    /// The name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Mean => "Mean",
            Self::Tweedie => "Tweedie",
            Self::Euler => "Euler",
            Self::None => "None",
        }
    }

    /// The step in symbols, for a tooltip.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Mean => {
                "x + h·(v + D·s): the drift without its noise, SiT's default. At h = 0.04 it visibly shrinks the modes."
            }
            Self::Tweedie => "x/α + (σ²/α)·s: the expected data point (Tweedie's formula).",
            Self::Euler => "x + h·v: one Euler step of the probability-flow ODE.",
            Self::None => "Stops where the noisy steps end, with the noise that is left.",
        }
    }
}

/// An SDE solve of one tile.
pub struct SdeProblem<'a, S> {
    /// Velocity and score.
    pub field: &'a dyn ScoredField<S>,
    /// D(t).
    pub diffusion: &'a (dyn Fn(f64) -> f64 + Sync),
    /// α and σ at the start of the last step, for Tweedie's formula.
    pub level_at_end: (f64, f64),
    /// How noisy steps are made.
    pub scheme: Scheme,
    /// The step after them, and its size.
    pub last_step: (LastStep, f64),
    /// Times of the noisy steps.
    pub grid: &'a [f64],
    /// Times at which positions are kept: a subset of the grid's, then the end of the last step.
    pub keyframes: &'a [f64],
}

impl<S: Real> SdeProblem<'_, S> {
    /// Solves a tile from `starts` (feature-major), with `noise` for every step.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` was raised; it is looked at before every step.
    ///
    /// # Panics
    /// If the scheme needs the area of the paths and `noise` has none.
    pub fn solve(
        &self,
        starts: &[S],
        noise: &Noise<S>,
        keep: impl Into<Keep>,
        cancel: &Cancel,
    ) -> Result<Track, Cancelled> {
        let at_start = self.keyframes.first() == self.grid.first();
        let mut walk = Walk::start(self.keyframes, at_start, starts, keep.into());
        let mut stepper = SdeStepper {
            problem: self,
            noise,
            denoises: false,
            answer: starts.to_vec(),
            work: Work::new(starts.len()),
        };
        let (last_step, size) = self.last_step;
        let steps = self.grid.len() - 1;
        for (index, pair) in self.grid.windows(2).enumerate() {
            cancel.check()?;
            let step = Step { index, t: pair[0], t1: pair[1] };
            stepper.attempt(step, walk.state());
            let last = index + 1 == steps && last_step == LastStep::None;
            walk.follow(&mut stepper, (step, step.h()), &[], last);
        }
        if last_step != LastStep::None {
            cancel.check()?;
            let end = self.grid[steps];
            let step = Step { index: steps, t: end, t1: end + size };
            stepper.denoises = true;
            stepper.attempt(step, walk.state());
            walk.follow(&mut stepper, (step, size), &[], true);
        }
        Ok(walk.end())
    }

    /// Moves `x` over step `index`, from `t` to `t_next`. The end is the grid's own time rather
    /// than t + h, which may round to beyond the last time at which D and the field are defined.
    pub(super) fn noisy_step(
        &self,
        [t, t_next]: [f64; 2],
        noise: &Noise<S>,
        index: usize,
        x: &mut [S],
        work: &mut Work<S>,
    ) {
        let z = &noise.z[index];
        let length = t_next - t;
        let h = S::from_f64(length);
        let spread = |t: f64| (2.0 * (self.diffusion)(t) * length).sqrt();
        let noisy = S::from_f64(spread(t));
        match self.scheme {
            Scheme::EulerMaruyama => {
                self.drift(t, x, work);
                for ((x, &f), &z) in x.iter_mut().zip(&work.drift).zip(z) {
                    *x += h * f + noisy * z;
                }
            }
            Scheme::StochasticHeun => {
                for (x, &z) in x.iter_mut().zip(z) {
                    *x += noisy * z;
                }
                self.drift(t, x, work);
                work.first_drift.copy_from_slice(&work.drift);
                let ahead: Vec<S> = x.iter().zip(&work.drift).map(|(&x, &f)| x + h * f).collect();
                self.drift(t_next, &ahead, work);
                let half = S::from_f64(0.5 * length);
                for ((x, &k1), &k2) in x.iter_mut().zip(&work.first_drift).zip(&work.drift) {
                    *x += half * (k1 + k2);
                }
            }
            Scheme::Sra1 => {
                let area = noise.area.as_ref().expect("drawn for schemes that need it");
                // Mean of W(s) − W(t) over the step, in units of √h: ½z + H/√h.
                let [of_z, of_area] = [0.5, (1.0_f64 / 12.0).sqrt()].map(S::from_f64);
                let means: Vec<S> =
                    z.iter().zip(&area[index]).map(|(&z, &a)| of_z * z + of_area * a).collect();
                let noisy_next = S::from_f64(spread(t_next));
                self.drift(t, x, work);
                work.first_drift.copy_from_slice(&work.drift);
                let [three_quarters, ahead_noise] =
                    [0.75 * length, 1.5 * spread(t_next)].map(S::from_f64);
                let ahead: Vec<S> = (x.iter().zip(&work.drift).zip(&means))
                    .map(|((&x, &f), &mean)| x + three_quarters * f + ahead_noise * mean)
                    .collect();
                self.drift(t + 0.75 * length, &ahead, work);
                let [third, two_thirds] = [length / 3.0, 2.0 * length / 3.0].map(S::from_f64);
                for (j, x) in x.iter_mut().enumerate() {
                    *x += third * work.first_drift[j]
                        + two_thirds * work.drift[j]
                        + noisy_next * z[j]
                        + (noisy - noisy_next) * means[j];
                }
            }
        }
    }

    pub(super) fn denoise(&self, kind: LastStep, t: f64, h: f64, x: &mut [S], work: &mut Work<S>) {
        self.drift(t, x, work);
        let (alpha, sigma) = self.level_at_end;
        let h = S::from_f64(h);
        for (j, x) in x.iter_mut().enumerate() {
            match kind {
                LastStep::Mean => *x += h * work.drift[j],
                LastStep::Euler => *x += h * work.velocity[j],
                LastStep::Tweedie => {
                    *x = (*x + S::from_f64(sigma * sigma) * work.score[j]) / S::from_f64(alpha);
                }
                LastStep::None => {}
            }
        }
    }

    /// Leaves f = v + D s, v and s at `(x, t)` in `work`.
    fn drift(&self, t: f64, x: &[S], work: &mut Work<S>) {
        let Work { velocity, score, drift, .. } = work;
        self.field.velocity_and_score(Times::Shared(t), x, velocity, score);
        let diffusion = S::from_f64((self.diffusion)(t));
        for ((f, &v), &s) in drift.iter_mut().zip(velocity.iter()).zip(score.iter()) {
            *f = v + diffusion * s;
        }
    }
}

/// The steps of an SDE on a batch, as any method's steps.
struct SdeStepper<'a, S> {
    problem: &'a SdeProblem<'a, S>,
    noise: &'a Noise<S>,
    /// Whether the noisy steps are over, so that the last step comes.
    denoises: bool,
    answer: Vec<S>,
    work: Work<S>,
}

impl<S: Real> Stepper<S> for SdeStepper<'_, S> {
    fn attempt(&mut self, step: Step, state: &[S]) {
        let Self { problem, noise, denoises, answer, work } = self;
        answer.copy_from_slice(state);
        if *denoises {
            let (kind, size) = problem.last_step;
            problem.denoise(kind, step.t, size, answer, work);
        } else {
            problem.noisy_step([step.t, step.t1], noise, step.index, answer, work);
        }
    }

    fn keep(&mut self) {}

    fn restart(&mut self) {}

    fn answer(&self) -> &[S] {
        &self.answer
    }

    fn evaluations(&self, _i: usize) -> u32 {
        if self.denoises { 1 } else { self.problem.scheme.evaluations_per_step() }
    }

    fn prepare_dense(&mut self, _state: &[S], _last: bool) -> u32 {
        0
    }

    /// A straight line: the path between two steps is not known.
    fn within(&self, state: &[S], j: usize) -> Inside {
        Within::line(state[j].to_f64(), self.answer[j].to_f64()).into()
    }
}

/// Buffers of one tile.
pub(super) struct Work<S> {
    velocity: Vec<S>,
    score: Vec<S>,
    drift: Vec<S>,
    first_drift: Vec<S>,
}

impl<S: Real> Work<S> {
    pub(super) fn new(size: usize) -> Self {
        let zeros = vec![S::ZERO; size];
        Self {
            velocity: zeros.clone(),
            score: zeros.clone(),
            drift: zeros.clone(),
            first_drift: zeros,
        }
    }
}
