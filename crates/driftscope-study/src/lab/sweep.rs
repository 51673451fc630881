//! Work and precision: what a setting costs and what error it leaves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use driftscope_base::cancel::Cancel;
use driftscope_solve::MethodRef;
use driftscope_solve::measure::{CloudDistance, Floored, rms_distance};
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::reference::Reference;
use super::strong::{limit, strong_error};
use crate::experiment::{Experiment, ExperimentError};
use crate::measure::measured_to_data;
use crate::networks::Networks;
use crate::recording::Recording;
use crate::run::{RunOptions, run};
use crate::scene::{Precision, Scene};

/// How precise a solve is asked to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Setting {
    /// So many fixed steps.
    Steps(usize),
    /// Step-size control at these tolerances.
    Tolerance {
        /// Relative.
        rtol: f64,
        /// Absolute.
        atol: f64,
    },
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(steps) => write!(f, "steps={steps}"),
            Self::Tolerance { rtol, .. } => write!(f, "rtol={rtol:e}"),
        }
    }
}

impl Setting {
    /// The scene solved by `method` at this setting; all else stays.
    #[must_use]
    pub fn of(self, scene: &Scene, method: MethodRef) -> Scene {
        let mut scene = scene.clone();
        let sampler = &mut scene.sampler;
        sampler.set_method(method);
        match self {
            Self::Steps(steps) => {
                sampler.steps = steps;
                sampler.step_size = None;
                sampler.leave_list();
                sampler.adaptive = Some(false).filter(|_| method.adaptive_by_default);
            }
            Self::Tolerance { rtol, atol } => {
                (sampler.rtol, sampler.atol) = (rtol, atol);
                sampler.adaptive = Some(true).filter(|_| !method.adaptive_by_default);
            }
        }
        scene
    }

    /// The setting that the scene itself has.
    #[must_use]
    pub fn of_scene(scene: &Scene) -> Self {
        if scene.is_adaptive() {
            Self::Tolerance { rtol: scene.sampler.rtol, atol: scene.sampler.atol }
        } else {
            Self::Steps(scene.sampler.steps)
        }
    }
}

/// The settings of `method` in a sweep: tolerances if it adapts in this scene, else steps.
#[must_use]
pub fn settings_of(
    scene: &Scene,
    method: MethodRef,
    steps: &[usize],
    tolerances: &[(f64, f64)],
) -> Vec<Setting> {
    let mut own = scene.clone();
    own.sampler.set_method(method);
    if own.is_adaptive() {
        tolerances.iter().map(|&(rtol, atol)| Setting::Tolerance { rtol, atol }).collect()
    } else {
        steps.iter().map(|&steps| Setting::Steps(steps)).collect()
    }
}

/// What came of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepPoint {
    /// The method.
    pub method: MethodRef,
    /// The setting.
    pub setting: Setting,
    /// Evaluations per particle, on average.
    pub nfe: f64,
    /// Wall time of the solve.
    pub elapsed: Duration,
    /// Root mean square over the particles of the distance from their reference at the end; NaN if
    /// one of them did not arrive. Of a method that draws noise its strong error, within
    /// [`SAMPLERS_BETWEEN`](super::SAMPLERS_BETWEEN).
    pub global_error: f64,
    /// Whether the method drew noise.
    pub draws: bool,
    /// Sliced Wasserstein-2 distance to the data; none on a classic ODE.
    pub sliced_w2: Option<Floored>,
    /// Energy distance to the data, if it was asked for.
    pub energy: Option<Floored>,
    /// Particles that stopped early.
    pub stopped: usize,
}

/// What a sweep measures: the scene's ODE, in double precision unless it says otherwise, so that
/// rounding does not stand in for the method's error. The scene's own method has no part in it:
/// [`sweep_scene`] judges each row by its own.
///
/// # Errors
/// [`LabError::Refused`] if the scene is an SDE.
pub fn sweep_ode(scene: &Scene, networks: &Networks) -> Result<Experiment, LabError> {
    refuse_noise(scene.is_sde())?;
    let mut scene = scene.clone();
    scene.sampler.precision = scene.sampler.precision.or(Some(Precision::F64));
    Ok(Experiment::new(&Arc::new(scene), networks)?)
}

/// The scene of one row of a sweep.
///
/// # Errors
/// [`LabError::Refused`] if `method` cannot run the scene at `setting`, or draws noise there that tends to no SDE.
pub fn sweep_scene(scene: &Scene, method: MethodRef, setting: Setting) -> Result<Scene, LabError> {
    let row = setting.of(scene, method);
    row.check().map_err(ExperimentError::from)?;
    refuse_noise(row.is_sde())?;
    if row.is_stochastic() {
        limit(&row)?;
    }
    Ok(row)
}

/// Refuses noise where there is one true path to compare with.
pub(super) fn refuse_noise(noisy: bool) -> Result<(), LabError> {
    if !noisy {
        return Ok(());
    }
    Err(LabError::refused(
        "this is measured against a noiseless reference: diffusion.form must be none, direction generate, and the sampler must draw no noise (eta, eta_sde, tau, s_churn 0)",
    ))
}

/// Runs one setting for the first `count` particles.
///
/// # Errors
/// As [`sweep_point`].
pub fn sweep_run(
    experiment: &Experiment,
    what: (MethodRef, Setting),
    count: usize,
    cancel: &Cancel,
) -> Result<Recording, LabError> {
    run_row(&row_of(experiment, what, count)?, cancel)
}

/// One setting for the first `count` particles, ready to be run.
fn row_of(
    experiment: &Experiment,
    (method, setting): (MethodRef, Setting),
    count: usize,
) -> Result<Experiment, LabError> {
    let mut scene = sweep_scene(&experiment.scene, method, setting)?;
    scene.particles.count = count;
    experiment.give_ends(&mut scene);
    Ok(experiment.variant(scene)?)
}

fn run_row(row: &Experiment, cancel: &Cancel) -> Result<Recording, LabError> {
    let options = RunOptions {
        keyframes: 2,
        even_keyframes: true,
        logged: 0,
        ..RunOptions::for_window(row.scene.particles.count)
    };
    Ok(run(row, 1, &options, cancel, |_| {})?)
}

/// Runs one setting and measures its error against the ends of `reference`, or, if the method draws noise, against
/// SRA1 along the same Brownian paths on the SDE that its steps tend to.
///
/// # Errors
/// [`LabError::Refused`] if the scene cannot be run so, [`LabError::Cancelled`] if `cancel` was
/// raised.
pub fn sweep_point(
    experiment: &Experiment,
    (method, setting): (MethodRef, Setting),
    reference: &Reference,
    distances: &[CloudDistance],
    cancel: &Cancel,
) -> Result<SweepPoint, LabError> {
    let row = row_of(experiment, (method, setting), reference.ends().len())?;
    let recording = run_row(&row, cancel)?;
    let ends: Vec<[f64; 2]> = recording.ends().collect();
    let stopped = recording.stopped().map_or(0, |(count, _)| count);
    let draws = row.scene.is_stochastic();
    let global_error = if stopped > 0 {
        f64::NAN
    } else if draws {
        strong_error(&row, cancel)?
    } else {
        rms_distance(&ends, reference.ends())
    };
    let process = experiment.scene.classic().is_none();
    let measure = |distance: CloudDistance| {
        let wanted = process && distances.contains(&distance);
        let measured = wanted.then(|| measured_to_data(&experiment.scene, distance, &ends, cancel));
        measured.transpose()
    };
    Ok(SweepPoint {
        method,
        setting,
        nfe: recording.nfe().mean,
        elapsed: recording.elapsed,
        global_error,
        draws,
        sliced_w2: measure(CloudDistance::SlicedW2)?,
        energy: measure(CloudDistance::Energy)?,
        stopped,
    })
}

/// The reference of a sweep over `count` particles.
///
/// # Errors
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn sweep_reference(
    experiment: &Experiment,
    count: usize,
    cancel: &Cancel,
) -> Result<Arc<Reference>, LabError> {
    Reference::of(experiment, count, 1, cancel)
}

/// Errors that no solver can lower, for the lines of a work–precision diagram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floors {
    /// Root mean square distance between the ends on the learned and on the exact field; none on an
    /// exact or classic one.
    pub model: Option<f64>,
    /// Sliced W2 of the reference's ends to the data, with the floor between draws.
    pub sliced_w2: Option<Floored>,
    /// Likewise for the energy distance.
    pub energy: Option<Floored>,
}

/// Measures the floors for the particles of `reference`.
///
/// # Errors
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn floors(
    experiment: &Experiment,
    reference: &Reference,
    cancel: &Cancel,
) -> Result<Floors, LabError> {
    if experiment.scene.classic().is_some() {
        return Ok(Floors { model: None, sliced_w2: None, energy: None });
    }
    let model = match &experiment.network {
        Some(_) => {
            let exact = experiment.with_exact_field()?;
            let exact = Reference::of(&exact, reference.ends().len(), 1, cancel)?;
            Some(rms_distance(reference.ends(), exact.ends()))
        }
        None => None,
    };
    let of = |distance| measured_to_data(&experiment.scene, distance, reference.ends(), cancel);
    Ok(Floors {
        model,
        sliced_w2: Some(of(CloudDistance::SlicedW2)?),
        energy: Some(of(CloudDistance::Energy)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::fitted_order;

    fn named(name: &str) -> MethodRef {
        MethodRef::named(name).expect("in the table")
    }

    #[test]
    fn errors_fall_with_the_evaluations_by_the_order() {
        let settings = ["field.kind=exact", "data.name=single-gaussian", "particles.count=64"]
            .map(str::to_owned);
        let scene = Scene::with_settings(None, &settings).expect("a scene");
        let experiment = sweep_ode(&scene, &Networks::default()).expect("an ODE");
        let never = Cancel::default();
        let reference = sweep_reference(&experiment, 64, &never).expect("runs");
        for (name, slope) in [("euler", -1.0), ("heun", -2.0), ("rk4", -4.0)] {
            let points: Vec<SweepPoint> = [64, 128, 256]
                .map(|steps| (named(name), Setting::Steps(steps)))
                .map(|what| sweep_point(&experiment, what, &reference, &[], &never).expect("runs"))
                .into();
            let nfe: Vec<f64> = points.iter().map(|point| point.nfe).collect();
            let errors: Vec<f64> = points.iter().map(|point| point.global_error).collect();
            let found = fitted_order(&nfe, &errors);
            assert!((found - slope).abs() < 0.2, "{name}: {found}");
        }
    }

    #[test]
    fn a_setting_survives_being_applied() {
        let scene = Scene::default();
        for method in MethodRef::of_odes() {
            for setting in [Setting::Steps(12), Setting::Tolerance { rtol: 1e-3, atol: 1e-6 }] {
                let adapts = matches!(setting, Setting::Tolerance { .. });
                if adapts && !method.can_adapt() {
                    continue;
                }
                let scene = setting.of(&scene, method);
                assert!(scene.check().is_ok());
                assert_eq!(Setting::of_scene(&scene), setting, "{method:?}");
            }
        }
    }

    #[test]
    fn noise_is_refused() {
        let mut scene = Scene::default();
        scene.diffusion.form = driftscope_flow::diffusion::DiffusionForm::Sigma;
        assert!(matches!(sweep_ode(&scene, &Networks::default()), Err(LabError::Refused(_))));
    }

    #[test]
    fn each_row_is_judged_by_its_own_method() {
        let scene = |settings: &[&str]| {
            let settings: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
            Scene::with_settings(None, &settings).expect("a scene")
        };
        let [five, loose] = [Setting::Steps(5), Setting::Tolerance { rtol: 1e-2, atol: 1e-5 }];
        // What the row's method draws counts, not what the scene's would draw.
        let draws = |noise: &str, method: MethodRef| {
            let knobs = scene(&[noise]).sampler.noise();
            method.draws_noise(&knobs)
        };
        for (noise, drawn_by) in [("sampler.eta=1", "ddim"), ("sampler.s_churn=3", "edm-heun")] {
            for own in ["euler", "dopri5", "ddim", "edm-heun"] {
                let scene = scene(&[noise, &format!("sampler.method={own}")]);
                for method in MethodRef::of_odes() {
                    let goes = !draws(noise, method) || method.rule.limit().is_some();
                    let row = sweep_scene(&scene, method, five);
                    assert_eq!(row.is_ok(), goes, "{noise} {own}: {method:?}");
                }
                assert!(draws(noise, named(drawn_by)), "{noise}");
                let experiment = sweep_ode(&scene, &Networks::default()).expect("an ODE");
                let run = |name| sweep_run(&experiment, (named(name), five), 2, &Cancel::default());
                let tends = named(drawn_by).rule.limit().is_some();
                assert_eq!(run(drawn_by).is_ok(), tends, "{noise} {own}");
                assert!(run("euler").is_ok(), "{noise} {own}");
            }
        }
        // Step-size control of the scene's own method is nothing to a method without any.
        let adaptive = scene(&["sampler.method=heun", "sampler.adaptive=true"]);
        assert!(sweep_scene(&adaptive, named("euler"), five).is_ok());
        // What the scene's own method may do, the row's may not.
        let overshoot = ["sampler.method=euler", "sampler.end=overshoot", "field.kind=exact"];
        let overshoot = scene(&[&overshoot[..], &["data.name=checkerboard"]].concat());
        assert!(sweep_scene(&overshoot, named("rk4"), five).is_ok());
        assert!(sweep_scene(&overshoot, named("tsit5"), loose).is_err());
        let classic = scene(&["field.kind=classic"]);
        assert!(sweep_scene(&classic, named("ddim"), five).is_err());
    }
}
