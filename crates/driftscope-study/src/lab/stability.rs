//! Where a particle's steps land in the complex plane: h·λ of the Jacobian along its path.

use driftscope_base::cancel::Cancel;
use driftscope_base::field::{Times, jacobians};
use driftscope_solve::measure::{Complex, amplification};
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::plane::PlaneMap;
use super::trace::{on_grid, traces_from};
use crate::experiment::Experiment;
use crate::recording::Recording;
use crate::store::{RecordingRef, Store};
use driftscope_solve::{MethodRef, Scope};

/// One step of a particle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepEigenvalues {
    /// When it began.
    pub t: f64,
    /// Its length.
    pub h: f64,
    /// h times both eigenvalues of `∂v/∂x` where it began; half of that where the step was made in two
    /// halves.
    pub h_lambda: [Complex; 2],
    /// Whether the true flow contracts while the method's step expands: the step lies left of the
    /// imaginary axis and outside of the stability region. None where the method has no such
    /// region.
    pub unstable: Option<bool>,
}

/// The kept steps of a particle, and whether they stay in the stability region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Each kept step.
    pub step_eigenvalues: Vec<StepEigenvalues>,
    /// How many of them lie outside.
    pub unstable: usize,
    /// When the first of those began.
    pub left_at: Option<f64>,
}

/// Follows the particle that starts at `start` with the scene's solver. Where all particles share
/// the steps that their errors together allow, `shared` names the times between which they step;
/// alone the particle would make others.
///
/// # Errors
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn stability(
    experiment: &Experiment,
    start: [f64; 2],
    shared: Option<&[f64]>,
    cancel: &Cancel,
) -> Result<Stability, LabError> {
    let method = experiment.scene.sampler.method().get();
    let traces = match shared {
        Some(grid) => on_grid(experiment, &experiment.ode_settings(), grid, &[start], cancel)?,
        None => traces_from(experiment, &[start], cancel)?,
    };
    // Steps made in two halves are judged by these.
    let share = if experiment.scene.doubles_steps() { 0.5 } else { 1.0 };
    let mut step_eigenvalues = Vec::new();
    for step in traces.into_iter().flatten().filter(|step| step.accepted) {
        cancel.check()?;
        let width = |_| experiment.derivative_step(step.t);
        let at = Times::Shared(step.t);
        jacobians(experiment.field(), at, &step.start, width, |_, _, jacobian| {
            let h_lambda = Complex::eigenvalues(jacobian).map(|lambda| (share * step.h) * lambda);
            let outside = h_lambda.map(|z| Some(z.re < 0.0 && amplification(method, z)? > 1.0));
            let unstable = outside[0].zip(outside[1]).map(|(one, other)| one || other);
            step_eigenvalues.push(StepEigenvalues { t: step.t, h: step.h, h_lambda, unstable });
        });
    }
    let mut outside = step_eigenvalues.iter().filter(|landing| landing.unstable == Some(true));
    let unstable = outside.clone().count();
    let left_at = outside.next().map(|landing| landing.t);
    Ok(Stability { step_eigenvalues, unstable, left_at })
}

/// The steps of one particle of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StabilityQuestion {
    /// The recording, complete.
    pub recording: RecordingRef,
    /// Number of the particle, from 0.
    pub particle: usize,
}

impl Measurement for StabilityQuestion {
    type Answer = Stability;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, Stability>,
    ) -> Result<Stability, LabError> {
        let recording = store
            .recording(&self.recording)
            .map_err(|unknown| LabError::Refused(unknown.to_string()))?;
        let experiment = Experiment::of_ode(&recording.scene, &store.networks)?;
        let start = experiment.start(self.particle);
        stability(&experiment, start, shared_grid(&recording).as_deref(), report.cancel)
    }
}

/// The times between which the whole batch stepped, where its errors together set the steps.
fn shared_grid(recording: &Recording) -> Option<Vec<f64>> {
    let scene = &recording.scene;
    let together = scene.is_adaptive() && scene.sampler.scope == Scope::WholeBatch;
    let log = recording.shared_log.as_deref().filter(|_| together && !scene.is_stochastic())?;
    let kept = log.iter().filter(|attempt| attempt.accepted);
    let end = kept.clone().next_back().map(|last| last.t + last.h)?;
    Some(kept.map(|attempt| attempt.t).chain([end]).collect())
}

/// Points along each side of the map of [`RegionQuestion`].
const SIDE: usize = 256;

/// Where in the complex plane a method's steps do not let errors grow: 1 there, NaN elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionQuestion {
    /// The method.
    pub method: MethodRef,
    /// Half the side of the square around 0 that is looked at.
    pub half: u32,
}

impl Measurement for RegionQuestion {
    type Answer = PlaneMap;

    fn measure(&self, _store: &Store, report: &Report<'_, PlaneMap>) -> Result<PlaneMap, LabError> {
        let extent = f64::from(self.half);
        let mut values = Vec::with_capacity(SIDE * SIDE);
        for row in PlaneMap::points(extent, SIDE).chunks(SIDE) {
            report.cancel.check()?;
            let inside = |&[re, im]: &[f64; 2]| {
                let grows = amplification(&self.method, Complex::new(re, im)).unwrap_or(f64::NAN);
                if grows <= 1.0 { 1.0 } else { f64::NAN }
            };
            values.extend(row.iter().map(inside));
        }
        Ok(PlaneMap { extent, side: SIDE, values })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::networks::Networks;
    use crate::scene::Scene;

    fn of(settings: &[&str], shared: Option<&[f64]>) -> Stability {
        let stiff = ["field.kind=classic", "field.system=stiff-linear", "field.ratio=100"];
        let all: Vec<String> = stiff.iter().chain(settings).map(|&s| s.to_owned()).collect();
        let scene = Arc::new(Scene::with_settings(None, &all).expect("a scene"));
        let experiment = Experiment::of_ode(&scene, &Networks::default()).expect("an experiment");
        stability(&experiment, [1.0, 1.0], shared, &Cancel::default()).expect("runs")
    }

    #[test]
    fn steps_beyond_two_over_the_rate_are_unstable_for_euler_alone() {
        // λ = −1 and −100 over an interval of 2.
        for (method, steps, unstable) in [
            ("euler", 90, true),
            ("euler", 110, false),
            ("rk4", 70, true),
            ("rk4", 75, false),
            ("implicit-euler", 5, false),
        ] {
            let (method, count) =
                (format!("sampler.method={method}"), format!("sampler.steps={steps}"));
            let Stability { step_eigenvalues: steps, left_at, .. } = of(&[&method, &count], None);
            let h = steps[0].h;
            assert!((steps[0].h_lambda[0].re + 100.0 * h).abs() < 1e-6);
            assert!((steps[0].h_lambda[1].re + h).abs() < 1e-6);
            assert!(steps.iter().all(|step| step.unstable == Some(unstable)), "{method} {count}");
            assert_eq!(left_at, unstable.then_some(0.0), "{method} {count}");
        }
        // Step-size control keeps an explicit method at the edge of its region.
        let adaptive =
            of(&["sampler.method=dopri5", "sampler.rtol=1e-3", "sampler.atol=1e-3"], None);
        let adaptive = adaptive.step_eigenvalues;
        let last = &adaptive[adaptive.len() / 2..adaptive.len() - 1];
        let mean = last.iter().map(|step| step.h_lambda[0].re).sum::<f64>() / last.len() as f64;
        assert!((-5.0..-2.0).contains(&mean), "{mean}");
    }

    #[test]
    fn the_first_step_that_is_too_long_is_when_the_region_is_left() {
        // λ = −100: Euler's steps may last 0.02.
        let times = [0.0, 0.01, 0.02, 0.05, 0.06, 0.1];
        let found = of(&["sampler.method=euler"], Some(&times));
        assert_eq!((found.step_eigenvalues.len(), found.unstable), (5, 2));
        assert_eq!(found.left_at, Some(0.02));
    }
}
