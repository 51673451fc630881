//! Convergence: the error at h, h/2, h/4 …, beside the order a method is known by.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_solve::MethodRef;
use driftscope_solve::grid::{Spacing, steps_that_stay};
use driftscope_solve::sde::Scheme;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::reference::Reference;
use super::strong::strong_error_curves;
use super::subject::Subject;
use super::sweep::{Setting, sweep_ode, sweep_point, sweep_scene};
use crate::experiment::Experiment;
use crate::measure::{Walker, fitted_order};
use crate::networks::Networks;
use crate::scene::Scene;
use crate::store::Store;

/// Errors below this are the reference's.
const RESOLVED: f64 = 1e-11;

/// One number of steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Steps.
    pub steps: usize,
    /// Root mean square error over the particles; of an SDE, of the first two moments.
    pub error: f64,
    /// The error of twice the step over this one; none in the first row.
    pub ratio: Option<f64>,
}

/// A convergence table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// What makes the steps.
    pub title: String,
    /// Whether the errors are weak ones, of an SDE scheme.
    pub weak: bool,
    /// The order it is known by.
    pub nominal: f64,
    /// Why that order is not promised here, if it is not.
    pub no_order: Option<NoOrder>,
    /// Coarse first.
    pub rows: Vec<Row>,
    /// The slope of log error over log step size in the finer half of the rows that are resolved.
    pub fitted: Option<f64>,
}

impl Convergence {
    fn new(title: &str, (weak, nominal): (bool, f64), found: &[(usize, f64)]) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        for &(steps, error) in found {
            let ratio = rows.last().map(|before| before.error / error);
            rows.push(Row { steps, error, ratio });
        }
        let resolved: Vec<&Row> = rows.iter().filter(|row| row.error > RESOLVED).collect();
        let finer = &resolved[resolved.len() / 2..];
        let finer =
            if finer.len() < 2 { &resolved[resolved.len().saturating_sub(2)..] } else { finer };
        let sizes: Vec<f64> = finer.iter().map(|row| 1.0 / row.steps as f64).collect();
        let errors: Vec<f64> = finer.iter().map(|row| row.error).collect();
        let fitted = (finer.len() >= 2).then(|| fitted_order(&sizes, &errors));
        Self { title: title.to_owned(), weak, nominal, no_order: None, rows, fitted }
    }
}

/// Why no order is promised: not all steps shrink when there are more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoOrder {
    /// The first or the last step of a grid by noise level keeps its length, and its error stays.
    StepsThatStay([bool; 2]),
    /// A diffusion sampler integrates in log(α/σ), which is infinite at an end of the interval, or
    /// nearly so: however short its steps in t, those next to that end are long.
    FarInLogSnr,
}

impl NoOrder {
    /// Of `method` in fixed steps over the interval of `experiment`.
    fn of(experiment: &Experiment, method: MethodRef) -> Option<Self> {
        if experiment.scene.classic().is_some() {
            return None;
        }
        // A number of steps is asked for, which a list of times does not give.
        let grid = Setting::Steps(1).of(&experiment.scene, method).sampler.schedule();
        let path = experiment.scene.interpolant.kind;
        let stay = steps_that_stay(&grid, path, experiment.interval);
        if stay.contains(&true) {
            return Some(Self::StepsThatStay(stay));
        }
        let (start, end) = experiment.interval;
        let (start, end) = (path.coefficients(start), path.coefficients(end));
        let far = start.alpha == 0.0 || end.sigma < Spacing::LOWEST_LEVEL * end.alpha;
        (far && method.needs_noising_process()).then_some(Self::FarInLogSnr)
    }
}

/// The weak order of a scheme for additive noise.
fn weak_order(scheme: Scheme) -> f64 {
    match scheme {
        Scheme::EulerMaruyama | Scheme::StochasticHeun => 1.0,
        Scheme::Sra1 => 2.0,
    }
}

/// The table of what makes a scene's steps, over its first `count` particles: of its method in
/// fixed steps, or the weak errors of its SDE scheme or of its noisy sampler. `show` gets the table as it grows.
///
/// # Errors
/// [`LabError::Refused`] in the forward direction or if the method's noise tends to no SDE,
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn convergence(
    scene: &Arc<Scene>,
    networks: &Networks,
    steps: &[usize],
    count: usize,
    cancel: &Cancel,
    show: impl Fn(Convergence, f64),
) -> Result<Convergence, LabError> {
    if scene.is_stochastic() {
        let curves = strong_error_curves(scene, networks, steps, count, cancel)?;
        let (walker, order) = if scene.is_sde() {
            let scheme = scene.diffusion.scheme;
            (Walker::Scheme(scheme), weak_order(scheme))
        } else {
            // As integrators of the SDE that they tend to.
            (Walker::Sampler(scene.sampler.method()), 1.0)
        };
        let own = curves.walkers.iter().find(|curve| curve.walker == walker);
        let own = own.ok_or_else(|| LabError::refused("This scheme has no table."))?;
        let found: Vec<_> = steps.iter().copied().zip(own.weak_errors.iter().copied()).collect();
        return Ok(Convergence::new(walker.title(), (true, order), &found));
    }
    let experiment: Experiment = sweep_ode(scene, networks)?;
    let method = experiment.scene.sampler.method();
    for &steps in steps {
        sweep_scene(scene, method, Setting::Steps(steps))?;
    }
    let reference = Reference::of(&experiment, count, 1, cancel)?;
    let (mut found, all) = (Vec::new(), steps.len() as f64);
    let no_order = NoOrder::of(&experiment, method);
    let table = |found: &[(usize, f64)]| Convergence {
        no_order,
        ..Convergence::new(method.get().title, (false, f64::from(method.order)), found)
    };
    for (done, &steps) in steps.iter().enumerate() {
        let what = (method, Setting::Steps(steps));
        let point = sweep_point(&experiment, what, &reference, &[], cancel)?;
        found.push((steps, point.global_error));
        show(table(&found), (done + 1) as f64 / all);
    }
    Ok(table(&found))
}

/// Particles of [`ConvergenceQuestion`].
const SAMPLE: usize = 100;
/// Its numbers of steps.
const STEPS: [usize; 5] = [8, 16, 32, 64, 128];

/// The convergence table of what makes a scene's steps, 8 to 128 of them, over 100 particles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConvergenceQuestion {
    /// Its scene.
    pub of: Subject,
}

impl ConvergenceQuestion {
    /// Of a scene, whose own number of steps makes no difference.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        let mut scene = scene.clone();
        // The steps are the table's own.
        (scene.sampler.steps, scene.sampler.step_size) = (STEPS[0], None);
        scene.particles.count = SAMPLE;
        Self { of: scene.into() }
    }
}

impl Measurement for ConvergenceQuestion {
    type Answer = Convergence;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, Convergence>,
    ) -> Result<Convergence, LabError> {
        let show = |table, share| report.show(table, share);
        convergence(&self.of.0, &store.networks, &STEPS, SAMPLE, report.cancel, show)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::scene;

    fn of(settings: &[&str], steps: &[usize]) -> Convergence {
        let scene = scene(settings);
        convergence(&scene, &Networks::default(), steps, 200, &Cancel::default(), |_, _| {})
            .expect("measured")
    }

    #[test]
    fn fitted_orders_are_the_nominal_ones() {
        let exact = ["field.kind=exact", "data.name=single-gaussian"];
        for method in ["euler", "heun", "heun3", "rk4", "ab2", "implicit-midpoint"] {
            let method = format!("sampler.method={method}");
            let table = of(&[&exact[..], &[&method]].concat(), &[16, 32, 64, 128]);
            let fitted = table.fitted.expect("resolved");
            println!("{}: {fitted:.2} of {}", table.title, table.nominal);
            assert!((fitted - table.nominal).abs() < 0.2, "{table:?}");
            let last = table.rows[3].ratio.expect("not the first");
            assert!((last.log2() - table.nominal).abs() < 0.25, "{table:?}");
        }
    }

    #[test]
    fn pairs_of_order_five_show_it_on_the_oscillator() {
        // On mixtures their errors are not yet of one order before the reference's own is reached.
        for (method, steps) in [("dopri5", [16, 32, 64, 128]), ("tsit5", [32, 64, 128, 192])] {
            let method = format!("sampler.method={method}");
            let oscillator = ["field.kind=classic", "field.system=harmonic", &method];
            let table = of(&oscillator, &steps);
            let fitted = table.fitted.expect("resolved");
            println!("{}: {fitted:.2} of {}", table.title, table.nominal);
            assert!((fitted - table.nominal).abs() < 0.2, "{table:?}");
        }
    }

    #[test]
    fn no_order_is_promised_where_some_step_never_shrinks() {
        let exact = ["field.kind=exact", "data.name=single-gaussian"];
        let promised = |settings: &[&str]| of(&[&exact[..], settings].concat(), &[4, 8]).no_order;
        let inside = ["time.start=0.1", "time.end=0.9"];
        for method in MethodRef::of_odes() {
            let what = format!("sampler.method={}", method.name);
            let diffusion = method.needs_noising_process();
            assert_eq!(promised(&[&what]), diffusion.then_some(NoOrder::FarInLogSnr));
            assert_eq!(promised(&[&what, inside[0], inside[1]]), None);
            for grid in ["sampler.grid=karras", "sampler.grid=log-snr"] {
                for (start, end, stay) in [
                    ("time.start=0", "time.end=1", [true, true]),
                    ("time.start=0", "time.end=0.9", [true, false]),
                    ("time.start=0.1", "time.end=1", [false, true]),
                ] {
                    let wanted = Some(NoOrder::StepsThatStay(stay));
                    assert_eq!(promised(&[&what, grid, start, end]), wanted, "{what} {grid}");
                }
                if diffusion {
                    let settings = [&exact[..], &[&what, grid], &inside].concat();
                    let table = of(&settings, &[64, 128, 256, 512]);
                    let fitted = table.fitted.expect("resolved");
                    println!("{what} {grid}: {fitted:.2} of {}", table.nominal);
                    assert!(table.no_order.is_none() && fitted > table.nominal - 0.2, "{table:?}");
                }
            }
        }
    }

    /// What the promise would have been worth.
    #[test]
    fn unipc_does_not_show_its_order_from_pure_noise() {
        let exact = ["field.kind=exact", "data.name=single-gaussian", "sampler.method=unipc-2"];
        let on = |grid: &str| of(&[&exact[..], &[grid]].concat(), &[32, 64, 128, 256]);
        for (grid, most) in [("sampler.grid=log-snr", 1.0), ("sampler.grid=uniform", 2.3)] {
            let table = on(grid);
            let fitted = table.fitted.expect("resolved");
            assert!(fitted < most && table.no_order.is_some(), "{table:?}");
        }
    }

    #[test]
    fn a_method_that_draws_noise_has_weak_orders_if_its_steps_tend_to_an_sde() {
        let never = Cancel::default();
        let table = |settings: &[&str]| {
            let scene = scene(&[&["field.kind=exact"], settings].concat());
            convergence(&scene, &Networks::default(), &[4, 8], 2, &never, |_, _| {})
        };
        let noisy = table(&["sampler.method=ddim", "sampler.eta=1"]).expect("it tends to SBDM's");
        assert!(noisy.weak && noisy.title == "DDIM", "{noisy:?}");
        let churned = ["sampler.method=edm-heun", "sampler.s_churn=5"];
        assert!(matches!(table(&churned), Err(LabError::Refused(_))));
        // Another method of the same scene draws none.
        assert!(table(&["sampler.method=heun", "sampler.eta=1"]).is_ok());
    }

    #[test]
    fn sde_schemes_have_weak_orders() {
        for (scheme, nominal) in [("euler-maruyama", 1.0), ("heun", 1.0), ("sra1", 2.0)] {
            let scheme = format!("diffusion.scheme={scheme}");
            let settings = [
                "field.kind=exact",
                "data.name=single-gaussian",
                "diffusion.form=constant",
                "time.start=0.1",
                "time.end=0.8",
                // Far from p_t, so that what the schemes get wrong on average stands out from what
                // 200 particles are off by chance.
                "particles.start=noise",
                &scheme,
            ];
            let table = of(&settings, &[8, 16, 32, 64]);
            let fitted = table.fitted.expect("resolved");
            println!("{}: {fitted:.2} of {nominal}", table.title);
            assert!(table.weak && (table.nominal - nominal).abs() < 1e-9);
            assert!((fitted - nominal).abs() < 0.35, "{table:?}");
        }
    }
}
