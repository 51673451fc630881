//! Stepping by hand: one attempt of one particle at a time, with all that was made on the way.
//!
//! The steppers are those of whole solves, so what is shown is what happens there.

mod recorded;

pub use recorded::{ControlledByHand, FixedByHand, NoisyByHand};

use driftscope_base::field::Field;
use serde::{Deserialize, Serialize};

use super::norm::ScaledError;
use super::per_particle::PerParticle;
use super::settings::OdeSettings;
use super::stepper::{RungeKuttaStepper, Step, Stepper};
use super::tableau::Tableau;
use super::track::{Counts, Stop};

/// An evaluation of the field within a step: a stage of a Runge–Kutta method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Where the field was evaluated: time.
    pub t: f64,
    /// And point.
    pub point: [f64; 2],
    /// What it was there: `k_i`. For an SDE, the drift v + D s.
    pub slope: [f64; 2],
}

/// One attempt, taken apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptByHand {
    /// Where it starts.
    pub t: f64,
    /// Its length.
    pub h: f64,
    /// The position it starts from.
    pub start: [f64; 2],
    /// The stages in order.
    pub stages: Vec<Stage>,
    /// The answer of the method's own order.
    pub answer: [f64; 2],
    /// The embedded answer beside it, if the method has one.
    pub embedded: Option<[f64; 2]>,
    /// How far noise moves the particle in this step, if it does.
    pub noise: Option<[f64; 2]>,
    /// `atol + rtol·max(|y0|, |y1|)` of each coordinate.
    pub tolerance: [f64; 2],
    /// Norm of the error over the tolerance; NaN without an embedded answer.
    pub error_ratio: f64,
    /// Whether the answer is taken over. Fixed steps always are.
    pub accepted: bool,
    /// The next attempt's h over this one's, as the controller chose it within the limits on steps;
    /// 1 for fixed steps.
    pub factor: f64,
    /// Evaluations of the field so far.
    pub nfe: u32,
}

/// An adaptive solve of one particle, advanced attempt by attempt.
pub struct AdaptiveByHand<'a> {
    solve: PerParticle<'a, f64>,
    settings: &'a OdeSettings,
}

impl<'a> AdaptiveByHand<'a> {
    /// Evaluates the first stage and chooses the first step.
    ///
    /// # Panics
    /// If the method has no embedded pair.
    #[must_use]
    pub fn start(field: &'a dyn Field<f64>, settings: &'a OdeSettings, start: [f64; 2]) -> Self {
        // Keyframes at the end only: nothing is interpolated on the way.
        const NO_KEYFRAMES: &[f64] = &[f64::NEG_INFINITY];
        Self {
            solve: PerParticle::start(field, settings, NO_KEYFRAMES, &start, 1.into()),
            settings,
        }
    }

    /// Makes the next attempt and takes it over if it is accepted; none when the particle has
    /// arrived or cannot go on.
    pub fn attempt(&mut self) -> Option<AttemptByHand> {
        if self.solve.is_over() {
            return None;
        }
        self.solve.attempt();
        let (tile, judged) = (&self.solve.tile, self.solve.judged[0]);
        let (t, h) = (self.solve.paces[0].t, self.solve.steps[0]);
        let verdict = judged.verdict;
        let next_t = if verdict.accepted { self.settings.step_end(t, h) } else { t };
        let next = self.settings.next_step(next_t, h, (judged.ratio, verdict), 0);
        let tableau = self.settings.adaptive_tableau();
        let slopes: Vec<_> =
            (0..tableau.stages()).map(|i| pair(tile.runge_kutta.stage(i, 1))).collect();
        let apart = take_apart(tableau, t, h, tile.position(0), &slopes);
        let error = pair(tile.runge_kutta.error(1).unwrap_or(&[f64::NAN; 2]));
        let answer = pair(tile.runge_kutta.answer(1));
        let attempt = AttemptByHand {
            answer,
            embedded: Some([answer[0] - error[0], answer[1] - error[1]]),
            tolerance: tolerance(self.settings, apart.start, answer),
            error_ratio: judged.ratio,
            accepted: verdict.accepted,
            factor: next.map_or(verdict.factor, |next| next / h),
            nfe: tile.track.counts[0].nfe,
            ..apart
        };
        self.solve.settle();
        Some(attempt)
    }

    /// Where the particle has arrived, once [`Self::attempt`] gives none.
    #[must_use]
    pub fn end(&self) -> Option<[f64; 2]> {
        self.solve.is_over().then(|| self.solve.tile.track.ends[0])
    }

    /// Totals so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.solve.tile.track.counts[0]
    }

    /// Why the particle could not go on, if so.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        self.solve.tile.track.stops.first().map(|(_, stop)| *stop)
    }
}

/// A fixed step of one particle with an explicit Runge–Kutta method, taken apart.
#[must_use]
pub fn fixed_step(
    field: &dyn Field<f64>,
    settings: &OdeSettings,
    tableau: &'static Tableau,
    step: Step,
    start: [f64; 2],
) -> AttemptByHand {
    let weights = settings.error_weights.of(tableau);
    let mut stepper = RungeKuttaStepper::new(field, tableau, weights, 1);
    stepper.attempt(step, &start);
    let inside = stepper.inside();
    let slopes: Vec<_> = (0..tableau.stages()).map(|i| pair(inside.stage(i, 1))).collect();
    let apart = take_apart(tableau, step.t, step.h(), start, &slopes);
    let answer = pair(stepper.answer());
    let norm = settings.control.norm;
    let error_ratio = inside.error(1).map_or(f64::NAN, |error| {
        let of = |error| settings.tolerances.gather(norm, &start, &answer, error, 0);
        let scaled =
            ScaledError { estimate: of(error), third_order: inside.third_order_error(1).map(of) };
        scaled.ratio(norm, field.dimension())
    });
    AttemptByHand {
        answer,
        embedded: inside.error(1).map(|error| [answer[0] - error[0], answer[1] - error[1]]),
        tolerance: tolerance(settings, start, answer),
        error_ratio,
        nfe: stepper.evaluations(0),
        ..apart
    }
}

/// The stages of a step with the points they were evaluated at.
fn take_apart(
    tableau: &Tableau,
    t: f64,
    h: f64,
    start: [f64; 2],
    slopes: &[[f64; 2]],
) -> AttemptByHand {
    let point = |row: &[f64]| {
        [0, 1].map(|j| {
            let sum: f64 = row.iter().zip(slopes).map(|(a, slope)| a * slope[j]).sum();
            start[j] + h * sum
        })
    };
    let stages = tableau
        .c
        .iter()
        .zip(tableau.a)
        .zip(slopes)
        .map(|((c, row), &slope)| Stage { t: t + c * h, point: point(row), slope })
        .collect();
    AttemptByHand {
        t,
        h,
        start,
        stages,
        answer: start,
        embedded: None,
        noise: None,
        tolerance: [f64::NAN; 2],
        error_ratio: f64::NAN,
        accepted: true,
        factor: 1.0,
        nfe: 0,
    }
}

fn tolerance(settings: &OdeSettings, start: [f64; 2], answer: [f64; 2]) -> [f64; 2] {
    [0, 1].map(|j| settings.tolerances.scale(start[j], answer[j]))
}

fn pair(values: &[f64]) -> [f64; 2] {
    [values[0], values[1]]
}
