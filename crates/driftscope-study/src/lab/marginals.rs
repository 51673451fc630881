//! Noise on the way: the error of the marginals against t for each diffusion form.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::measure::{CloudDistance, Floored, Yardstick};
use driftscope_solve::sde::LastStep;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::model_error::marginal_draw;
use super::subject::Subject;
use crate::experiment::Experiment;
use crate::networks::Networks;
use crate::run::{RunOptions, run};
use crate::scene::Scene;
use crate::store::Store;

/// Times at which marginals are compared.
const TIMES: usize = 12;
/// Seed of the exact draws, which the scene's own does not change.
const DRAW_SEED: u64 = 0x0D1F_F5C1;

/// How far a diffusion form's particles are from `p_t`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarginalCurve {
    /// The form; none is the ODE.
    pub form: DiffusionForm,
    /// Times and distances, rising in t.
    pub points: Vec<(f64, Floored)>,
}

/// Runs a scene once with each diffusion form that goes with it and compares its particles with exact draws of `p_t`:
/// what is left of an error on the way, and what the noise has healed. `show` gets the curves as
/// they come.
///
/// # Errors
/// [`LabError::Refused`] for a classic ODE or in the forward direction, [`LabError::Cancelled`] if
/// `cancel` was raised.
pub fn marginal_errors(
    scene: &Arc<Scene>,
    networks: &Networks,
    count: usize,
    distance: CloudDistance,
    cancel: &Cancel,
    show: impl Fn(&[MarginalCurve], f64),
) -> Result<Vec<MarginalCurve>, LabError> {
    if scene.direction.falls() || scene.classic().is_some() {
        return Err(LabError::refused(
            "Marginals are compared on the way from noise to data, with a learned or exact field.",
        ));
    }
    if scene.is_guided() {
        return Err(LabError::refused(
            "Guidance leads to another distribution than that of the data, and its p_t is not theirs: set guidance.scale to 1 for this measurement.",
        ));
    }
    let mut yardsticks: Vec<(f64, Yardstick)> = Vec::new();
    let mut curves: Vec<MarginalCurve> = Vec::new();
    let own = scene.diffusion.form;
    for (number, form) in DiffusionForm::ALL.into_iter().enumerate() {
        let mut scene = (**scene).clone();
        scene.diffusion.form = form;
        scene.particles.count = count;
        // All forms are compared at the same times: without the last step, whose bias is its own,
        // and to where a learned score is still defined.
        scene.diffusion.last_step = LastStep::None;
        end_by(&mut scene, 1.0 - Scene::UNSCORED_MARGIN);
        let scene = Arc::new(scene);
        let experiment = match Experiment::new(&scene, networks) {
            // One form that does not go with the scene, such as SBDM from t = 0, is no reason to
            // have none of the others.
            Err(_) if form != own => continue,
            experiment => experiment?,
        };
        let options =
            RunOptions { keyframes: 1 + (TIMES - 1) * 16, ..RunOptions::for_window(count) };
        let recording = run(&experiment, 1, &options, cancel, |_| {})?;
        let last = recording.times.len() - 1;
        let mut points = Vec::new();
        for k in 0..TIMES {
            cancel.check()?;
            let wanted = experiment.interval.1 * (k + 1) as f64 / TIMES as f64;
            // The keyframe nearest to it; fixed steps have theirs where steps end.
            let frame = (recording.keyframe_of_time(wanted).round() as usize).min(last);
            let t = recording.times[frame];
            let cloud: Vec<[f64; 2]> = (0..count)
                .filter_map(|i| recording.keyframes(i))
                .map(|frames| frames[frame].map(f64::from))
                .filter(|p| p.iter().all(|x| x.is_finite()))
                .collect();
            if cloud.len() < count {
                break;
            }
            let known = yardsticks.iter().position(|(time, _)| (time - t).abs() < 1e-9);
            let which = if let Some(known) = known {
                known
            } else {
                let first = (yardsticks.len() * 64) as u64;
                let draw = |n| marginal_draw(&experiment, t, (DRAW_SEED, first + n), count);
                yardsticks.push((t, Yardstick::new(distance, cancel, draw)?));
                yardsticks.len() - 1
            };
            points.push((t, yardsticks[which].1.measure(&cloud, cancel)?));
        }
        curves.push(MarginalCurve { form, points });
        show(&curves, (number + 1) as f64 / DiffusionForm::ALL.len() as f64);
    }
    Ok(curves)
}

/// Lets a scene end at `latest`, if it does not end before.
fn end_by(scene: &mut Scene, latest: f64) {
    let listed = scene.listed_times();
    let last = listed.as_ref().and_then(|times| times.last().copied());
    let end = last.or(scene.time.end).map_or(latest, |given| given.min(latest));
    scene.time.end = Some(end);
    if let Some(mut times) = listed {
        times.retain(|&t| t < end);
        times.push(end);
        scene.step_through(times);
    }
}

/// Most particles of each run of [`MarginalsQuestion`].
const SAMPLE: usize = 1_000;

/// How far a scene's particles are from `p_t`, by sliced Wasserstein-2 distance, with each diffusion form;
/// at most 1,000 particles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarginalsQuestion {
    /// Its scene.
    pub of: Subject,
}

impl MarginalsQuestion {
    /// Of a scene, whose own form makes no difference.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        let mut scene = scene.clone();
        scene.particles.count = scene.particles.count.min(SAMPLE);
        // Every form has its turn.
        scene.diffusion.form = DiffusionForm::None;
        Self { of: scene.into() }
    }
}

impl Measurement for MarginalsQuestion {
    type Answer = Vec<MarginalCurve>;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, Vec<MarginalCurve>>,
    ) -> Result<Vec<MarginalCurve>, LabError> {
        let scene = &self.of.0;
        let show = |curves: &[MarginalCurve], share| report.show(curves.to_vec(), share);
        let (count, distance) = (scene.particles.count, CloudDistance::SlicedW2);
        marginal_errors(scene, &store.networks, count, distance, report.cancel, show)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::scene;

    #[test]
    fn exact_fields_keep_every_form_near_the_floor_and_moved_starts_do_not() {
        let scene = scene(&[
            "field.kind=exact",
            "data.name=eight-gaussians",
            "sampler.steps=200",
            "sampler.rtol=1e-4",
        ]);
        let distance = CloudDistance::SlicedW2;
        let curves = marginal_errors(
            &scene,
            &Networks::default(),
            600,
            distance,
            &Cancel::default(),
            |_, _| {},
        );
        let curves = curves.expect("measured");
        assert_eq!(curves.len(), DiffusionForm::ALL.len());
        for curve in curves {
            assert!(curve.points.len() >= TIMES - 1, "{curve:?}");
            for (t, measured) in &curve.points {
                assert!(measured.value < 3.0 * measured.spread[1], "{:?} at {t}", curve.form);
            }
        }
    }

    #[test]
    fn a_form_that_does_not_go_with_the_scene_leaves_the_others() {
        let forms = |settings: &[&str]| -> Vec<DiffusionForm> {
            let small = ["sampler.method=euler", "sampler.steps=30", "data.name=two-moons"];
            let scene = scene(&[&small[..], settings].concat());
            let distance = CloudDistance::SlicedW2;
            let curves = marginal_errors(
                &scene,
                &Networks::default(),
                20,
                distance,
                &Cancel::default(),
                |_, _| {},
            );
            let curves = curves.expect("measured").into_iter();
            curves.filter(|curve| !curve.points.is_empty()).map(|curve| curve.form).collect()
        };
        let without_sbdm: Vec<DiffusionForm> =
            DiffusionForm::ALL.into_iter().filter(|form| *form != DiffusionForm::Sbdm).collect();
        // Times as they stand in a summary, spelt out: SBDM diverges at 0, learned scores at 1.
        assert_eq!(forms(&["time.start=0", "time.end=1"]), without_sbdm);
        assert_eq!(forms(&["sampler.times=[0, 0.2, 0.5, 0.9, 1]"]), without_sbdm);
        assert_eq!(forms(&["time.start=0.01", "time.end=1"]), DiffusionForm::ALL);
    }
}
