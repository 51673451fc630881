//! The work–precision diagram of a scene: its rows, and the point that the scene itself is.

use std::sync::Arc;

use driftscope_solve::MethodRef;
use driftscope_solve::measure::CloudDistance;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::subject::Subject;
use super::sweep::{
    Floors, Setting, SweepPoint, floors, settings_of, sweep_ode, sweep_point, sweep_reference,
    sweep_scene,
};
use crate::scene::Scene;
use crate::store::Store;

/// Particles of each solve.
const SAMPLE: usize = 200;
/// Numbers of fixed steps.
const STEPS: [usize; 6] = [4, 8, 16, 32, 64, 128];

const NO_METHODS: &str =
    "None of the chosen methods goes with this scene. Choose others in the menu of methods.";

/// Relative and absolute tolerances.
fn tolerances() -> [(f64, f64); 8] {
    [1, 2, 3, 4, 5, 6, 7, 8].map(|k| (10.0_f64.powi(-k), 10.0_f64.powi(-k - 3)))
}

/// What a sweep has found, so far or in the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// The errors that no solver can lower.
    pub floors: Floors,
    /// The solves, the cheap ones of every method first.
    pub points: Vec<SweepPoint>,
}

/// Work and error of several methods on a scene's ODE: solves of 200 particles in double precision, fixed
/// steps doubled from 4 to 128, or rtol from 1e-1 to 1e-8 with atol = rtol/1000. Of methods that draw noise the error
/// is their strong one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepQuestion {
    /// Its scene.
    pub of: Subject,
    /// The methods.
    pub methods: Vec<MethodRef>,
}

impl SweepQuestion {
    /// Of a scene, of which only what a sweep does not change makes a difference.
    #[must_use]
    pub fn new(scene: &Scene, methods: Vec<MethodRef>) -> Self {
        Self { of: Subject::swept(scene, SAMPLE), methods }
    }

    /// Whether a method has a row in the sweep of a scene: what does not go with the scene has none, nor what draws
    /// noise that tends to no SDE. An SDE is refused as a whole.
    #[must_use]
    pub fn has_row(scene: &Scene, method: MethodRef) -> bool {
        let rows = settings_of(scene, method, &STEPS[..1], &tolerances()[..1]);
        scene.is_sde() || rows.into_iter().all(|row| sweep_scene(scene, method, row).is_ok())
    }
}

impl Measurement for SweepQuestion {
    type Answer = Sweep;

    const PATIENT: bool = true;

    fn measure(&self, store: &Store, report: &Report<'_, Sweep>) -> Result<Sweep, LabError> {
        let experiment = sweep_ode(&self.of.0, &store.networks)?;
        if self.methods.is_empty() {
            return Err(LabError::Refused(NO_METHODS.to_owned()));
        }
        let cancel = report.cancel;
        let reference = sweep_reference(&experiment, SAMPLE, cancel)?;
        let floors = floors(&experiment, &reference, cancel)?;
        let mut found = Sweep { floors, points: Vec::new() };
        let mut plan: Vec<(usize, MethodRef, Setting)> = Vec::new();
        for &method in &self.methods {
            let settings = settings_of(&self.of.0, method, &STEPS, &tolerances());
            plan.extend(settings.into_iter().enumerate().map(|(k, setting)| (k, method, setting)));
        }
        // The cheap ones of every method first.
        plan.sort_by_key(|(k, ..)| *k);
        let all = plan.len() as f64;
        for (done, (_, method, setting)) in plan.into_iter().enumerate() {
            let what = (method, setting);
            found.points.push(sweep_point(
                &experiment,
                what,
                &reference,
                &CloudDistance::ALL,
                cancel,
            )?);
            report.show(found.clone(), (done + 1) as f64 / all);
        }
        Ok(found)
    }
}

/// The point of a scene's own method and setting in the diagram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnPointQuestion {
    /// Its scene.
    pub of: Subject,
}

impl OwnPointQuestion {
    /// Of a scene.
    #[must_use]
    pub fn new(scene: &Arc<Scene>) -> Self {
        Self { of: Subject::whole(scene) }
    }
}

impl Measurement for OwnPointQuestion {
    type Answer = SweepPoint;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, SweepPoint>,
    ) -> Result<SweepPoint, LabError> {
        let scene = &self.of.0;
        let experiment = sweep_ode(scene, &store.networks)?;
        let reference = sweep_reference(&experiment, SAMPLE, report.cancel)?;
        let what = (scene.sampler.method(), Setting::of_scene(scene));
        sweep_point(&experiment, what, &reference, &CloudDistance::ALL, report.cancel)
    }
}
