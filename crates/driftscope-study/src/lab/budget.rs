//! The error budget: how much of the distance to the data is the solver's, the model's and the
//! finite number's.

use driftscope_base::cancel::Cancel;
use driftscope_solve::measure::{CloudDistance, Floored, rms_distance, sliced_wasserstein};
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::reference::Reference;
use super::subject::Subject;
use crate::experiment::Experiment;
use crate::measure::measured_to_data;
use crate::run::{RunOptions, run};
use crate::scene::Scene;
use crate::store::Store;

/// Three errors in one unit: sliced Wasserstein-2 distance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// From the particles as solved to their reference on the same field.
    pub solver: f64,
    /// From that reference to the one on the exact field; 0 on an exact field.
    pub model: f64,
    /// Between two draws of the data of the same size.
    pub sampling: f64,
    /// The same as root mean square over particles: solver and model.
    pub per_particle: [f64; 2],
    /// What is measured in the end: the distance of the solved particles to the data.
    pub total: Floored,
}

/// Measures the budget of a scene's ODE over its first `count` particles.
///
/// # Errors
/// [`LabError::Refused`] for a classic ODE, or if a particle did not arrive;
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn budget(experiment: &Experiment, count: usize, cancel: &Cancel) -> Result<Budget, LabError> {
    experiment.with_distribution()?;
    let reference = Reference::of(experiment, count, 1, cancel)?;
    let mut scene = (*experiment.scene).clone();
    scene.particles.count = count;
    let options = RunOptions::for_window(count);
    let recording = run(&experiment.variant(scene)?, 1, &options, cancel, |_| {})?;
    if let Some((stopped, stop)) = recording.stopped() {
        return Err(LabError::Refused(format!("{stopped} of {count} particles {stop}.")));
    }
    let ends: Vec<[f64; 2]> = recording.ends().collect();
    let (model, model_per_particle) = if experiment.network.is_some() {
        let exact = Reference::of(&experiment.with_exact_field()?, count, 1, cancel)?;
        (
            sliced_wasserstein(reference.ends(), exact.ends()),
            rms_distance(reference.ends(), exact.ends()),
        )
    } else {
        (0.0, 0.0)
    };
    let total = measured_to_data(&experiment.scene, CloudDistance::SlicedW2, &ends, cancel)?;
    Ok(Budget {
        solver: sliced_wasserstein(&ends, reference.ends()),
        model,
        sampling: total.floor,
        per_particle: [rms_distance(&ends, reference.ends()), model_per_particle],
        total,
    })
}

/// Most particles of [`BudgetQuestion`].
pub(super) const SAMPLE: usize = 500;

/// The error budget of a scene's ODE over at most 500 particles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BudgetQuestion {
    /// Its scene.
    pub of: Subject,
}

impl BudgetQuestion {
    /// Of a scene.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        Self { of: Subject::sample(scene, SAMPLE) }
    }
}

impl Measurement for BudgetQuestion {
    type Answer = Budget;

    fn measure(&self, store: &Store, report: &Report<'_, Budget>) -> Result<Budget, LabError> {
        let experiment = Experiment::of_ode(&self.of.0, &store.networks)?;
        budget(&experiment, self.of.0.particles.count, report.cancel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::experiment;

    fn of(settings: &[&str]) -> Budget {
        let experiment = experiment(settings);
        budget(&experiment, 150, &Cancel::default()).expect("measured")
    }

    #[test]
    fn each_error_answers_to_its_own_cause() {
        let euler = &["data.name=two-moons", "sampler.method=euler", "sampler.steps=6"];
        let coarse = of(euler);
        let fine = of(&["data.name=two-moons", "sampler.rtol=1e-6"]);
        assert!(coarse.solver > 20.0 * fine.solver, "{coarse:?}, {fine:?}");
        assert!((coarse.model - fine.model).abs() < 1e-12 && fine.model > 0.0);
        assert!((coarse.sampling - fine.sampling).abs() < 1e-12);
        let exact = of(&[&euler[..], &["field.kind=exact"]].concat());
        assert!(exact.model.abs() < 1e-12 && exact.solver > 0.01, "{exact:?}");
        // Sliced W2 of coupled clouds is at most the coupled distance over √2.
        assert!(coarse.solver <= coarse.per_particle[0] / 2.0_f64.sqrt() * 1.01);
    }
}
