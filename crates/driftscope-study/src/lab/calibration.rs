//! Error against t, and how well the solver's estimate of it is calibrated.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_solve::OdeSettings;
use driftscope_solve::measure::Band;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::reference::{Reference, ends};
use super::subject::Subject;
use super::trace::{TracedStep, traces};
use crate::experiment::Experiment;
use crate::scene::Scene;
use crate::store::Store;
use std::sync::Arc;

/// Times at which bands over the particles are taken.
const TIMES: usize = 96;
/// Equal parts of the interval at whose ends the reference is known.
const LEGS: usize = 32;
/// Below this a local error is as large as the reference's own.
pub(super) const RESOLVED: f64 = 1e-12;

/// The errors of one kept or rejected step, in units of the plane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepErrors {
    /// When it began.
    pub t: f64,
    /// Its length.
    pub h: f64,
    /// What the solver believes its error to be; NaN where it has no estimate.
    pub estimate: f64,
    /// Its true error: its distance from the reference started at the same point.
    pub local: f64,
    /// The true error of the embedded answer, which the estimate is of; NaN where there is none.
    pub embedded: f64,
    /// Distance at its end from the particle's reference trajectory; NaN for rejected steps.
    pub global: f64,
    /// Whether it was kept.
    pub accepted: bool,
}

/// The errors of a scene's solver.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErrorsOverTime {
    /// For each particle its attempts.
    pub particles: Vec<Vec<StepErrors>>,
    /// Times of the bands.
    pub times: Vec<f64>,
    /// The solver's estimate of the step under way, over particles.
    pub estimate: Vec<Option<Band>>,
    /// The true error of the same step.
    pub local: Vec<Option<Band>>,
    /// The global error so far.
    pub global: Vec<Option<Band>>,
    /// Estimate over the true error of the answer that is taken over, over all steps in which both
    /// are resolved.
    pub calibration: Option<Band>,
    /// Estimate over the true error of the embedded answer, whose error it is; none where the
    /// method has no such answer.
    pub embedded_calibration: Option<Band>,
}

/// Measures the first `count` particles of a scene's ODE.
///
/// Estimate and local error are both taken in the solver's own norm over the tolerances and
/// multiplied by the tolerance (the root mean square over the coordinates), so that they can be
/// compared whatever the norm.
///
/// # Errors
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn errors_over_time(
    experiment: &Experiment,
    count: usize,
    cancel: &Cancel,
    progress: impl Fn(f64) + Sync,
) -> Result<ErrorsOverTime, LabError> {
    let steps = traces(experiment, count, cancel)?;
    progress(0.1);
    let reference = Reference::of(experiment, count, LEGS, cancel)?;
    progress(0.3);
    let settings = experiment.ode_settings();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let particles: Vec<Vec<StepErrors>> = steps
        .par_iter()
        .enumerate()
        .map(|(particle, steps)| {
            let errors = steps
                .iter()
                .map(|step| step_errors(experiment, &settings, &reference, particle, step, cancel))
                .collect::<Result<Vec<_>, Cancelled>>()?;
            let done = 1 + done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            progress(0.3 + 0.7 * done as f64 / count as f64);
            Ok(errors)
        })
        .collect::<Result<_, Cancelled>>()?;
    Ok(ErrorsOverTime::of(particles, experiment.interval))
}

fn step_errors(
    experiment: &Experiment,
    settings: &OdeSettings,
    reference: &Reference,
    particle: usize,
    step: &TracedStep,
    cancel: &Cancel,
) -> Result<StepErrors, Cancelled> {
    let field = experiment.field();
    let end = (step.t + step.h).min(experiment.interval.1);
    let truth = ends(field, &[step.start], (step.t, end), cancel)?[0];
    let dimension = field.dimension();
    let norm = settings.control.norm;
    let squares = step.tolerance[..dimension].iter().map(|tolerance| tolerance * tolerance);
    let unit = (squares.sum::<f64>() / dimension as f64).sqrt();
    let error = |answer: [f64; 2]| {
        let gathered = (0..2).fold(0.0, |gathered, d| {
            norm.gather(gathered, (answer[d] - truth[d]) / step.tolerance[d])
        });
        norm.of(gathered, dimension) * unit
    };
    let global = if step.accepted {
        let truth = reference.at(field, particle, end, cancel)?;
        (step.answer[0] - truth[0]).hypot(step.answer[1] - truth[1])
    } else {
        f64::NAN
    };
    Ok(StepErrors {
        t: step.t,
        h: step.h,
        estimate: step.ratio * unit,
        local: error(step.answer),
        embedded: step.embedded.map_or(f64::NAN, error),
        global,
        accepted: step.accepted,
    })
}

impl ErrorsOverTime {
    fn of(particles: Vec<Vec<StepErrors>>, (start, end): (f64, f64)) -> Self {
        let times: Vec<f64> =
            (0..TIMES).map(|k| start + (end - start) * (k as f64 + 0.5) / TIMES as f64).collect();
        // At each time, of each particle, the kept step under way.
        let over = |value: &dyn Fn(&[StepErrors], usize, f64) -> f64| -> Vec<Option<Band>> {
            let kept: Vec<Vec<StepErrors>> = particles
                .iter()
                .map(|steps| steps.iter().copied().filter(|step| step.accepted).collect())
                .collect();
            let at = |t: f64| {
                Band::of(kept.iter().filter_map(|steps| {
                    let under_way = steps.partition_point(|step| step.t <= t).checked_sub(1)?;
                    let step = steps[under_way];
                    (t <= step.t + step.h).then(|| value(steps, under_way, t))
                }))
            };
            times.iter().map(|&t| at(t)).collect()
        };
        let estimate = over(&|steps, k, _| steps[k].estimate);
        let local = over(&|steps, k, _| steps[k].local);
        let global = over(&|steps, k, t| {
            let before = k.checked_sub(1).map_or(0.0, |k| steps[k].global);
            before + (steps[k].global - before) * (t - steps[k].t) / steps[k].h
        });
        let calibrated = |truth: fn(&StepErrors) -> f64| {
            let steps = particles.iter().flatten();
            let resolved = steps.filter(|step| truth(step) > RESOLVED && step.estimate > RESOLVED);
            Band::of(resolved.map(|step| step.estimate / truth(step)))
        };
        let calibration = calibrated(|step| step.local);
        let embedded_calibration = calibrated(|step| step.embedded);
        Self { particles, times, estimate, local, global, calibration, embedded_calibration }
    }
}

/// Particles of [`ErrorsQuestion`].
const SAMPLE: usize = 64;

/// The errors of a scene's solver over 64 particles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorsQuestion {
    /// Its scene.
    pub of: Subject,
}

impl ErrorsQuestion {
    /// Of a scene.
    #[must_use]
    pub fn new(scene: &Arc<Scene>) -> Self {
        Self { of: Subject::whole(scene) }
    }
}

impl Measurement for ErrorsQuestion {
    type Answer = ErrorsOverTime;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, ErrorsOverTime>,
    ) -> Result<ErrorsOverTime, LabError> {
        let experiment = Experiment::of_ode(&self.of.0, &store.networks)?;
        errors_over_time(&experiment, SAMPLE, report.cancel, |share| report.progress(share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::experiment;

    fn measured(settings: &[&str]) -> ErrorsOverTime {
        let experiment = experiment(settings);
        errors_over_time(&experiment, 48, &Cancel::default(), |_| {}).expect("runs")
    }

    /// Estimate over truth for DOPRI5 with both tolerances alike: of the answer that is taken over
    /// and of the embedded one, the median.
    fn calibration(field: &str, tolerance: f64) -> [f64; 2] {
        let (rtol, atol) =
            (format!("sampler.rtol={tolerance:e}"), format!("sampler.atol={tolerance:e}"));
        let kind =
            if field.starts_with("data") { "field.kind=exact" } else { "field.kind=classic" };
        let errors = measured(&[kind, field, "sampler.method=dopri5", &rtol, &atol]);
        let medians = [errors.calibration, errors.embedded_calibration].map(|band| {
            let band = band.expect("steps with errors");
            print!(
                "{field} {tolerance:e}: {:.2} ({:.2} to {:.2}) ",
                band.median, band.low, band.high
            );
            band.median
        });
        println!();
        medians
    }

    fn is_within_three(ratio: f64) -> bool {
        (1.0 / 3.0..=3.0).contains(&ratio)
    }

    const SMOOTH: [&str; 5] = [
        "data.name=single-gaussian",
        "data.name=eight-gaussians",
        "data.name=two-moons",
        "data.name=rings",
        "data.name=s-curve",
    ];

    #[test]
    fn dopri5_is_calibrated_within_three_on_smooth_fields() {
        for data in SMOOTH {
            for tolerance in [1e-3, 1e-4, 1e-5] {
                let [median, _] = calibration(data, tolerance);
                assert!(is_within_three(median), "{data} {tolerance:e}: {median}");
            }
        }
        for system in ["field.system=lotka-volterra", "field.system=van-der-pol"] {
            for tolerance in [1e-3, 1e-4] {
                let [median, _] = calibration(system, tolerance);
                assert!(is_within_three(median), "{system} {tolerance:e}: {median}");
            }
        }
    }

    #[test]
    fn dopri5_knows_the_error_of_its_embedded_answer_at_every_tolerance() {
        let classic = ["lotka-volterra", "van-der-pol", "harmonic"];
        let classic = classic.map(|system| format!("field.system={system}"));
        for field in SMOOTH.into_iter().chain(classic.iter().map(String::as_str)) {
            for tolerance in [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9] {
                let [_, median] = calibration(field, tolerance);
                assert!(is_within_three(median), "{field} {tolerance:e}: {median}");
            }
        }
    }

    #[test]
    fn tight_tolerances_make_the_estimate_cautious() {
        // It is the error of the fourth-order answer, while the fifth-order one is taken over: their
        // ratio grows as h shrinks, on the oscillator, whose steps are all alike, like 1/h.
        for field in ["field.system=harmonic", "data.name=single-gaussian", "data.name=two-moons"] {
            let ratios = [1e-3, 1e-5, 1e-7, 1e-9].map(|at| calibration(field, at)[0]);
            assert!(ratios[3] > 2.0 * ratios[1], "{field}: {ratios:?}");
        }
    }

    #[test]
    fn only_one_embedded_answer_can_be_judged_by() {
        let exact = ["field.kind=exact", "data.name=single-gaussian"];
        for (method, judged) in [("bosh3", true), ("dop853", false), ("rk4", false)] {
            let method = format!("sampler.method={method}");
            let errors = measured(&[&exact[..], &[&method]].concat());
            assert_eq!(errors.embedded_calibration.is_some(), judged, "{method}");
            assert!(errors.calibration.is_some(), "{method}");
        }
    }

    #[test]
    fn euler_errs_by_half_the_second_derivative_and_its_errors_add_up() {
        // x' = −x: the step's error is x h²/2, what step doubling finds to first order.
        let errors = measured(&[
            "field.kind=classic",
            "field.system=decay",
            "sampler.method=euler",
            "sampler.steps=50",
        ]);
        for steps in &errors.particles {
            assert_eq!(steps.len(), 50);
            let (first, last) = (steps[0], steps[49]);
            assert!((first.global / first.local - 1.0).abs() < 1e-9, "the first step errs alone");
            assert!((first.estimate / first.local - 1.0).abs() < 0.2);
            assert!(last.global > last.local);
        }
        let band = errors.global[48].expect("all particles");
        assert!(band.low < band.median && band.median < band.high);
    }

    #[test]
    fn whole_batch_and_looking_back_are_measured_too() {
        for settings in [
            &["sampler.scope=whole-batch", "sampler.rtol=1e-4"][..],
            &["sampler.method=ab4", "sampler.steps=30"],
            &["sampler.method=dpmpp-2m", "sampler.steps=30"],
            &["sampler.method=implicit-midpoint", "sampler.steps=30"],
        ] {
            let exact = ["field.kind=exact", "data.name=single-gaussian"];
            let errors = measured(&[&exact[..], settings].concat());
            let end = errors.global[TIMES - 1].expect("all particles");
            assert!(end.median > 1e-9 && end.median < 0.3, "{settings:?}: {end:?}");
        }
    }
}
