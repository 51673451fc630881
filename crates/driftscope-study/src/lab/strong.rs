//! Strong errors: how far the paths of steps with noise are from refined ones of the same noise.

use std::collections::HashMap;
use std::sync::Arc;

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::Limit;
use driftscope_solve::measure::rms_distance;
use driftscope_solve::sde::Scheme;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::subject::Subject;
use crate::experiment::Experiment;
use crate::measure::{BrownianPaths, StrongOrder, StrongSetting, Walker, strong_errors_of};
use crate::networks::Networks;
use crate::run::{RunOptions, run};
use crate::scene::{Precision, Sampler, Scene, Start, Time};
use crate::store::Store;

/// The errors of every SDE scheme on a scene's own SDE, and those of its sampler, if that draws noise of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StrongErrors {
    /// First and last time.
    pub interval: (f64, f64),
    /// Step sizes, falling.
    pub sizes: Vec<f64>,
    /// One for the sampler, if it has one, and one per scheme.
    pub walkers: Vec<StrongOrder>,
}

/// Samplers that draw noise of their own are followed between these times: where there is no data yet their first
/// step forgets the noise it starts with, and where there is no noise left their last goes to the data.
pub const SAMPLERS_BETWEEN: (f64, f64) = (0.05, 0.95);

/// Strong and weak errors of every scheme over `particles` particles, against SRA1 at an eighth of
/// the smallest step along the same Brownian paths. The steps stop where the last, denoising step
/// would begin.
///
/// # Errors
/// [`LabError::Refused`] if the scene adds no noise or runs forwards, [`LabError::Cancelled`] if
/// `cancel` was raised.
pub fn strong_error_curves(
    scene: &Arc<Scene>,
    networks: &Networks,
    steps: &[usize],
    particles: usize,
    cancel: &Cancel,
) -> Result<StrongErrors, LabError> {
    let sampler = scene.sampler.method();
    let draws = scene.sampler_draws();
    if scene.direction.falls() || !(scene.is_sde() || draws) {
        return Err(LabError::refused(
            "No noise is added. Choose a diffusion form, or a sampler that draws noise, to see its strong error.",
        ));
    }
    let limit = if draws { Some(limit(scene)?) } else { None };
    let experiment = Experiment::new(scene, networks)?;
    let experiment = if draws {
        // In equal steps, which double.
        let mut equal = (**scene).clone();
        equal.sampler.leave_list();
        (equal.sampler.grid, equal.sampler.levels, equal.sampler.step_size) = (None, None, None);
        experiment.give_ends(&mut equal);
        between(&experiment.variant(equal)?)?
    } else {
        experiment
    };
    let path = scene.interpolant.kind;
    let diffusion = |t: f64| match limit {
        None => scene.diffusion.form.coefficient(path, scene.diffusion.norm, t),
        Some(limit) => diffusion_of(scene, limit, t),
    };
    let setting = StrongSetting {
        mixture: Arc::clone(&experiment.mixture),
        interpolant: path,
        diffusion: (scene.diffusion.form, scene.diffusion.norm),
        interval: experiment.interval,
        steps: steps.to_vec(),
        refinement: 8,
        particles,
        starts: Some(experiment.starts(particles).into()),
        seed: scene.seed,
    };
    let mut own = HashMap::new();
    if draws {
        for &steps in steps {
            own.insert(steps, sampled(&experiment, (steps, particles), cancel)?);
        }
    }
    let own_walker = draws.then_some(Walker::Sampler(sampler));
    let schemes = Scheme::ALL.into_iter().map(Walker::Scheme);
    let walkers: Vec<Walker> = own_walker.into_iter().chain(schemes).collect();
    let field = experiment.scored()?;
    let walkers = strong_errors_of(&setting, &walkers, |walker, steps, range| match walker {
        Walker::Scheme(scheme) => {
            setting.ends((field, &diffusion), scheme, steps, range, cancel).map_err(LabError::from)
        }
        Walker::Sampler(_) => Ok(own[&steps][range].to_vec()),
    })?;
    let interval = experiment.interval;
    let length = interval.1 - interval.0;
    let sizes = steps.iter().map(|&n| length / n as f64).collect();
    Ok(StrongErrors { interval, sizes, walkers })
}

/// The part of an interval in which samplers that draw noise are followed.
///
/// # Errors
/// [`LabError::Refused`] if it has none.
fn part((start, end): (f64, f64)) -> Result<(f64, f64), LabError> {
    let (first, last) = SAMPLERS_BETWEEN;
    let part = (start.max(first), end.min(last));
    if part.0 < part.1 {
        return Ok(part);
    }
    Err(LabError::Refused(format!(
        "Samplers that draw noise are followed between t = {first} and {last}, and this run has no part of that. Let it begin sooner or end later.",
    )))
}

/// What SDE the steps of a scene's noisy sampler tend to.
///
/// # Errors
/// [`LabError::Refused`] if they tend to none, where t falls, or if the run has no part in which they are followed.
pub(super) fn limit(scene: &Scene) -> Result<Limit, LabError> {
    if scene.direction.falls() {
        return Err(LabError::refused(
            "The paths of a sampler that draws noise are followed from noise to data: choose the direction generate.",
        ));
    }
    part(scene.interval(1.0))?;
    scene.sampler.method().rule.limit().ok_or_else(|| {
        LabError::refused(
            "The noise of this sampler grows with the number of its steps, so that its paths tend to those of no SDE. Choose another sampler that draws noise, or a diffusion form.",
        )
    })
}

/// D at t of the SDE that the steps of a scene's sampler tend to.
fn diffusion_of(scene: &Scene, limit: Limit, t: f64) -> f64 {
    let path = scene.interpolant.kind;
    let at = path.coefficients(t);
    let norm = (limit.norm)(&scene.sampler.noise(), at.sigma / at.alpha);
    DiffusionForm::Sbdm.coefficient(path, norm, t)
}

/// An experiment whose sampler draws noise, where its limit is an SDE.
fn between(experiment: &Experiment) -> Result<Experiment, LabError> {
    let (first, last) = part(experiment.interval)?;
    let mut scene = (*experiment.scene).clone();
    experiment.give_ends(&mut scene);
    scene.time = Time { start: Some(first), end: Some(last) };
    if experiment.interval.0 < first {
        scene.particles.start = Some(Start::Marginal);
    }
    Ok(experiment.variant(scene)?)
}

/// Where the scene's own sampler takes its particles in so many steps.
fn sampled(
    experiment: &Experiment,
    (steps, particles): (usize, usize),
    cancel: &Cancel,
) -> Result<Vec<[f64; 2]>, LabError> {
    let mut scene = (*experiment.scene).clone();
    (scene.sampler.steps, scene.particles.count) = (steps, particles);
    scene.sampler.precision = Some(Precision::F64);
    ends(&experiment.variant(scene)?, cancel)
}

/// Where an experiment's particles end; NaN where they stopped before.
fn ends(experiment: &Experiment, cancel: &Cancel) -> Result<Vec<[f64; 2]>, LabError> {
    let count = experiment.scene.particles.count;
    let options = RunOptions { logged: 0, doubled: 0, ..RunOptions::for_window(count) };
    let recording = run(experiment, 1, &options, cancel, |_| {})?;
    let mut ends: Vec<[f64; 2]> = recording.ends().collect();
    for &(particle, _) in recording.blocks.iter().flat_map(|block| &block.stops) {
        ends[particle] = [f64::NAN; 2];
    }
    Ok(ends)
}

/// The strong error of an experiment whose sampler draws noise: the root mean square distance of its particles from
/// SRA1 in parts of its own steps, along the same Brownian paths, on the SDE that its steps tend to; where that
/// is one, between t = 0.05 and 0.95.
///
/// # Errors
/// [`LabError::Refused`] if the steps tend to no SDE or the run has no part between those times,
/// [`LabError::Cancelled`] if `cancel` was raised.
pub(super) fn strong_error(experiment: &Experiment, cancel: &Cancel) -> Result<f64, LabError> {
    let limit = limit(&experiment.scene)?;
    let between = between(experiment)?;
    let scene = &between.scene;
    let (field, diffusion) = (between.scored()?, |t: f64| diffusion_of(scene, limit, t));
    let grid = parted(&between.grid());
    let paths = BrownianPaths { interpolant: scene.interpolant.kind, seed: scene.seed };
    let starts = between.starts(scene.particles.count);
    let truth = starts
        .par_chunks(TOGETHER)
        .enumerate()
        .map(|(chunk, starts)| {
            let along = (chunk * TOGETHER, starts);
            paths.ends((field, &diffusion), (Scheme::Sra1, &grid), along, cancel)
        })
        .collect::<Result<Vec<_>, Cancelled>>()?
        .concat();
    Ok(rms_distance(&ends(&between, cancel)?, &truth))
}

/// A grid with each step in equal parts: 8, or more where there are few steps. Parts by powers of two refine the
/// Brownian paths of the steps, however long each of these is.
fn parted(grid: &[f64]) -> Vec<f64> {
    let steps = grid.len() - 1;
    let parts = PARTED_INTO.div_ceil(steps).next_power_of_two().max(LEAST_PARTS);
    let of_step = |ends: &[f64]| {
        let (t, t1) = (ends[0], ends[1]);
        (0..parts).map(move |part| t + (t1 - t) * (part as f64 / parts as f64))
    };
    grid.windows(2).flat_map(of_step).chain(grid.last().copied()).collect()
}

/// Least number of steps that count as true, and of parts of each step.
const PARTED_INTO: usize = 512;
const LEAST_PARTS: usize = 8;
/// Particles solved together.
const TOGETHER: usize = 50;

/// Particles of [`StrongErrorsQuestion`].
const STRONG_SAMPLE: usize = 300;
/// Its numbers of steps.
const STRONG_STEPS: [usize; 6] = [8, 16, 32, 64, 128, 256];

/// Strong and weak errors of every SDE scheme on a scene's SDE, or of its noisy sampler and the schemes on the SDE
/// that its steps tend to, over 300 particles and 8 to 256 steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StrongErrorsQuestion {
    /// Its scene.
    pub of: Subject,
}

impl StrongErrorsQuestion {
    /// Of a scene, whose scheme makes no difference, nor does its sampler unless it draws noise of its own.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        let mut scene = scene.clone();
        let mut sampler = Sampler::default();
        if scene.sampler_draws() {
            sampler.set_method(scene.sampler.method());
            sampler.take_knobs_of(&scene.sampler);
            let given = &scene.sampler;
            (sampler.grid, sampler.levels) = (given.grid, given.levels);
            (sampler.times, sampler.times_in) = (given.times.clone(), given.times_in);
            (sampler.rho, sampler.steps, sampler.ays) = (given.rho, given.steps, given.ays);
        }
        scene.sampler = sampler;
        scene.particles.count = STRONG_SAMPLE;
        scene.diffusion.scheme = Scheme::default();
        Self { of: scene.into() }
    }
}

impl Measurement for StrongErrorsQuestion {
    type Answer = StrongErrors;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, StrongErrors>,
    ) -> Result<StrongErrors, LabError> {
        let networks = &store.networks;
        strong_error_curves(&self.of.0, networks, &STRONG_STEPS, STRONG_SAMPLE, report.cancel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::scene;

    #[test]
    fn schemes_near_the_refined_path_by_their_orders() {
        // The drift of one Gaussian is linear in x, and what keeps SRA1 at order 1.5 carries the
        // drift's second derivative: there it is of order 2.
        for (data, end, sra1) in [("single-gaussian", 0.8, 2.0), ("eight-gaussians", 0.6, 1.5)] {
            let (data, end) = (format!("data.name={data}"), format!("time.end={end}"));
            let form = "diffusion.form=constant";
            let scene = scene(&["field.kind=exact", &data, form, "time.start=0.1", &end]);
            let steps = [16, 32, 64, 128, 256];
            let found =
                strong_error_curves(&scene, &Networks::default(), &steps, 400, &Cancel::default());
            for scheme in found.expect("measured").walkers {
                let wanted = if scheme.walker == Walker::Scheme(Scheme::Sra1) { sra1 } else { 1.0 };
                println!("{data}, {}: {:.2} of {wanted}", scheme.walker.title(), scheme.order);
                assert!((scheme.order - wanted).abs() < 0.15, "{scheme:?}");
                let weak = &scheme.weak_errors;
                assert!(weak[3] < weak[0] && weak[0] <= 3.0 * scheme.errors[0], "{scheme:?}");
            }
        }
    }

    /// Each sampler with its setting, and the order that its paths have towards those of its limit.
    #[test]
    fn samplers_near_the_paths_of_the_sde_that_they_tend_to() {
        for (method, setting) in [
            ("ddim", "sampler.eta=0.8"),
            ("dpm-solver-2", "sampler.eta=0.8"),
            ("dpmpp-2s", "sampler.eta=0.8"),
            ("dpmpp-sde", "sampler.eta=0.8"),
            ("euler-a-flow", "sampler.eta=0.5"),
            ("dpmpp-2m", "sampler.eta_sde=0.7"),
            ("dpmpp-3m", "sampler.eta_sde=0.7"),
            ("sa-solver", "sampler.tau=0.8"),
            ("er-sde", "sampler.integral_points=0"),
        ] {
            for path in ["linear", "vp"] {
                let scene = scene(&[
                    "field.kind=exact",
                    "data.name=eight-gaussians",
                    &format!("interpolant.kind={path}"),
                    &format!("sampler.method={method}"),
                    setting,
                    "time.end=0.8",
                ]);
                let steps = [16, 32, 64, 128, 256];
                let found = strong_error_curves(
                    &scene,
                    &Networks::default(),
                    &steps,
                    200,
                    &Cancel::default(),
                )
                .expect("measured");
                let own = &found.walkers[0];
                println!("{method} on {path}: order {:.2}, {:?}", own.order, own.errors);
                assert_eq!(own.walker, Walker::Sampler(scene.sampler.method()));
                assert_eq!(found.walkers.len(), 1 + Scheme::ALL.len());
                assert!(own.order > 0.8, "{method} on {path}: {own:?}");
                // Another n is another SDE, whose paths these would not near.
                assert!(own.errors[4] < 0.05, "{method} on {path}: {own:?}");
                assert!(own.errors[4] < 0.15 * own.errors[0], "{method} on {path}: {own:?}");
            }
        }
    }

    #[test]
    fn what_adds_no_noise_or_tends_to_no_sde_is_refused() {
        for settings in [
            &["sampler.method=ddim"][..],
            &["sampler.method=dopri5"],
            &["sampler.method=edm-heun", "sampler.s_churn=5"],
            &["direction=noise"],
        ] {
            let scene = scene(&[&["field.kind=exact"], settings].concat());
            let found =
                strong_error_curves(&scene, &Networks::default(), &[8, 16], 20, &Cancel::default());
            assert!(matches!(found, Err(LabError::Refused(_))), "{settings:?}");
        }
    }
}
