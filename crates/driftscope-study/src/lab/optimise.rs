//! A schedule found for a method and a field: the times of n steps are moved until the global error is least.
//!
//! AYS (Sabour, Fidler & Kreis 2024, arXiv:2404.14507) makes a bound on the error small, offline; here the error
//! itself is measured. The lengths of the steps are multiplied by a positive curve through a few knots, which the
//! simplex search of Nelder and Mead (1965) moves; times rise, whatever it tries.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::simplex::{self, Patience};
use driftscope_solve::grid::Spacing;
use driftscope_solve::measure::rms_distance;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::reference::Reference;
use super::subject::Subject;
use super::sweep::{refuse_noise, sweep_ode, sweep_reference};
use crate::experiment::Experiment;
use crate::run::{RunOptions, run};
use crate::scene::Scene;
use crate::store::Store;

/// Particles that a schedule is tuned on.
const TUNED_ON: usize = 128;
/// Particles that it is then judged by, which it was not tuned on.
const JUDGED_BY: usize = 256;
/// Knots of the curve that multiplies the lengths of the steps, at most: with more the simplex loses its way.
const KNOTS: usize = 8;
/// Sizes of the simplex, in logarithms of step lengths; each search begins where the last one ended.
const SIMPLICES: [f64; 4] = [0.8, 0.4, 0.4, 0.15];
/// Moves of the simplex in one search, for each knot.
const MOVES: usize = 60;
/// A search ends when the logarithms of the errors of its simplex differ by no more.
const ALIKE: f64 = 1e-4;
/// The logarithm of the error of times that cannot be solved on, larger than any other.
const HOPELESS: f64 = 1e3;
/// Fewer steps have no times to move, more would take too long.
const STEPS: std::ops::RangeInclusive<usize> = 2..=128;

/// A schedule with its error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// Its formula; none for the scene's own and for the one that was found.
    pub spacing: Option<Spacing>,
    /// Its times, ends included.
    pub times: Vec<f64>,
    /// Global error on the particles it was, or might have been, tuned on; infinite if one did not arrive.
    pub tuned: f64,
    /// The same on other particles.
    pub judged: f64,
}

/// A schedule that was found, beside known ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Optimised {
    /// That of the scene, where the search began or might have begun.
    pub own: Timed,
    /// Known ones with as many steps, those that go with the scene.
    pub known: Vec<Timed>,
    /// The best so far.
    pub best: Timed,
    /// Schedules that were tried.
    pub tried: usize,
}

impl Optimised {
    /// By what the best divides the error of another, on particles it was not tuned on.
    #[must_use]
    pub fn gain_over(&self, other: &Timed) -> f64 {
        other.judged / self.best.judged
    }
}

/// Known schedules that the search is compared with.
pub const KNOWN: [Spacing; 5] =
    [Spacing::Uniform, Spacing::LogSnr, Spacing::Karras, Spacing::KlOptimal, Spacing::Ays];

/// Moves the times of the scene's fixed steps until the global error of its method is least. It begins from the
/// best of the scene's own times and the known schedules, and never ends with worse times than the scene's own.
///
/// # Errors
/// [`LabError::Refused`] if the scene has no fixed steps to move or draws noise, [`LabError::Cancelled`] if
/// `cancel` was raised.
pub fn optimise(
    experiment: &Experiment,
    cancel: &Cancel,
    show: impl Fn(&Optimised, f64),
) -> Result<Optimised, LabError> {
    let scene = &experiment.scene;
    refuse_noise(scene.is_stochastic())?;
    let own = experiment.grid();
    let steps = own.len() - 1;
    if scene.is_adaptive() || !STEPS.contains(&steps) {
        return Err(LabError::Refused(format!(
            "Only the times of fixed steps can be moved, of {} to {} of them: this method sets its own, or has too few or too many. Choose another method or number of steps.",
            STEPS.start(),
            STEPS.end(),
        )));
    }
    let count = TUNED_ON + JUDGED_BY;
    let reference = sweep_reference(experiment, count, cancel)?;
    let judge = Judge { experiment, reference, cancel };
    let own = judge.timed(None, own)?;
    let mut known = Vec::new();
    for spacing in KNOWN {
        let mut other = (**scene).clone();
        other.sampler.leave_list();
        (other.sampler.grid, other.sampler.step_size) = (Some(spacing), None);
        other.sampler.steps = steps;
        experiment.give_ends(&mut other);
        if other.check().is_ok() {
            known.push(judge.timed(Some(spacing), other.grid(experiment.interval))?);
        }
    }
    let all = known.iter().chain([&own]).filter(|timed| timed.times.len() == steps + 1);
    let start = all.min_by(|a, b| a.tuned.total_cmp(&b.tuned)).unwrap_or(&own);
    let best = Timed { spacing: None, ..start.clone() };
    let mut found = Optimised { own, known, best, tried: 0 };
    show(&found, 0.0);
    let knots = KNOTS.min(steps);
    let moves = MOVES * (knots - 1);
    let most = 1.5 * (SIMPLICES.len() * moves) as f64;
    for size in SIMPLICES {
        let mut search = Search { judge: &judge, found: &mut found, knots };
        let corner = |k: usize| {
            let mut corner = vec![0.0; knots - 1];
            if k > 0 {
                corner[k - 1] = size;
            }
            corner
        };
        let corners: Vec<Vec<f64>> = (0..knots).map(corner).collect();
        let base = search.found.best.times.clone();
        simplex::least(corners, Patience { moves, alike: ALIKE }, |at| {
            let error = search.error(&base, at);
            if search.found.tried.is_multiple_of(SHOWN_AFTER) {
                show(search.found, (search.found.tried as f64 / most).min(1.0));
            }
            error
        });
        cancel.check()?;
    }
    // What is better on the particles it was tuned on alone is not better.
    if found.best.judged > found.own.judged {
        found.best = found.own.clone();
    }
    show(&found, 1.0);
    Ok(found)
}

struct Judge<'a> {
    experiment: &'a Experiment,
    reference: Arc<Reference>,
    cancel: &'a Cancel,
}

impl Judge<'_> {
    fn timed(&self, spacing: Option<Spacing>, times: Vec<f64>) -> Result<Timed, LabError> {
        let errors = self.errors(&times, TUNED_ON + JUDGED_BY)?;
        let [tuned, judged] = errors.unwrap_or([f64::INFINITY; 2]);
        Ok(Timed { spacing, times, tuned, judged })
    }

    /// Global errors on the first particles and, of those beyond them, on the others; none if these times cannot be
    /// solved on.
    fn errors(&self, times: &[f64], count: usize) -> Result<Option<[f64; 2]>, LabError> {
        self.cancel.check()?;
        let mut scene: Scene = (*self.experiment.scene).clone();
        scene.step_through(times.to_vec());
        scene.particles.count = count;
        if scene.check().is_err() {
            return Ok(None);
        }
        let options = RunOptions {
            keyframes: 2,
            even_keyframes: true,
            logged: 0,
            doubled: 0,
            ..RunOptions::for_window(count)
        };
        let recording = run(&self.experiment.variant(scene)?, 1, &options, self.cancel, |_| {})?;
        let ends: Vec<[f64; 2]> = recording.ends().collect();
        let stopped = recording.stopped().is_some_and(|(stopped, _)| stopped > 0);
        if stopped || ends.iter().flatten().any(|x| !x.is_finite()) {
            return Ok(None);
        }
        let truth = self.reference.ends();
        let of = |range: std::ops::Range<usize>| rms_distance(&ends[range.clone()], &truth[range]);
        let judged = if count > TUNED_ON { of(TUNED_ON..count) } else { f64::NAN };
        Ok(Some([of(0..TUNED_ON), judged]))
    }
}

/// A search from times whose step lengths are multiplied by a curve through knots.
struct Search<'a, 'b> {
    judge: &'a Judge<'b>,
    found: &'a mut Optimised,
    knots: usize,
}

impl Search<'_, '_> {
    /// The logarithm of the error of times at logarithms of the factors; what is best so far is kept.
    fn error(&mut self, base: &[f64], at: &[f64]) -> f64 {
        let times = multiplied(base, self.knots, at);
        // What was cancelled is asked no more; the search finds its corners alike and ends.
        let Ok(Some([error, _])) = self.judge.errors(&times, TUNED_ON) else { return HOPELESS };
        self.found.tried += 1;
        if error < self.found.best.tuned
            && let Ok(better) = self.judge.timed(None, times)
        {
            self.found.best = better;
        }
        error.ln().clamp(-HOPELESS, HOPELESS)
    }
}

/// Times at logarithms of the factors at all knots but the first, where the factor is 1: only ratios count.
fn multiplied(base: &[f64], knots: usize, at: &[f64]) -> Vec<f64> {
    let steps = base.len() - 1;
    let knot = |k: usize| if k == 0 { 0.0 } else { at[k - 1] };
    let lengths = base.windows(2).enumerate().map(|(i, ends)| {
        let place = i as f64 / (steps - 1).max(1) as f64 * (knots - 1) as f64;
        let k = (place as usize).min(knots.saturating_sub(2));
        let share = place - k as f64;
        let log = (1.0 - share) * knot(k) + share * knot(k + 1);
        (ends[1] - ends[0]) * log.exp()
    });
    let lengths: Vec<f64> = lengths.collect();
    let (start, end) = (base[0], base[steps]);
    let whole: f64 = lengths.iter().sum();
    let mut passed = 0.0;
    let inner = lengths[..steps - 1].iter().map(|length| {
        passed += length;
        start + (end - start) * passed / whole
    });
    std::iter::once(start).chain(inner).chain([end]).collect()
}

/// After so many tries it is shown how far the search is.
const SHOWN_AFTER: usize = 25;

/// The best times for the fixed steps of a scene's own method: moved on 128 particles, judged by 256 others, in
/// double precision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptimiseQuestion {
    /// Its scene.
    pub of: Subject,
}

impl OptimiseQuestion {
    /// Of a scene, however many particles it shows.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        let mut scene = scene.clone();
        scene.particles.count = TUNED_ON + JUDGED_BY;
        Self { of: scene.into() }
    }
}

impl Measurement for OptimiseQuestion {
    type Answer = Optimised;

    const PATIENT: bool = true;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, Optimised>,
    ) -> Result<Optimised, LabError> {
        let experiment = sweep_ode(&self.of.0, &store.networks)?;
        optimise(&experiment, report.cancel, |found, share| report.show(found.clone(), share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::scene;
    use crate::networks::Networks;

    fn optimised(settings: &[&str]) -> Result<Optimised, LabError> {
        let experiment = sweep_ode(&scene(settings), &Networks::default())?;
        optimise(&experiment, &Cancel::default(), |_, _| {})
    }

    /// The figure that is asked for: at most a fifth of Karras's error with eight steps of DPM-Solver++(2M).
    #[test]
    fn eight_steps_on_eight_gaussians_have_a_fifth_of_the_error_of_karras() {
        let found = optimised(&[
            "data.name=eight-gaussians",
            "field.kind=exact",
            "sampler.method=dpmpp-2m",
            "sampler.steps=8",
            "sampler.grid=karras",
        ])
        .expect("it goes");
        let karras = found.known.iter().find(|timed| timed.spacing == Some(Spacing::Karras));
        let gain = found.gain_over(karras.expect("it goes with the scene"));
        println!("the error is divided by {gain:.1} with {} tries", found.tried);
        assert!(gain >= 5.0, "{gain}: {found:?}");
    }

    #[test]
    fn it_never_ends_worse_than_it_began() {
        for method in ["euler", "heun", "rk4", "ddim", "unipc-3", "lms-4"] {
            for (data, steps) in [("two-moons", 5), ("checkerboard", 12), ("eight-gaussians", 2)] {
                for grid in ["uniform", "log-snr"] {
                    let found = optimised(&[
                        "field.kind=exact",
                        &format!("data.name={data}"),
                        &format!("sampler.method={method}"),
                        &format!("sampler.steps={steps}"),
                        &format!("sampler.grid={grid}"),
                    ])
                    .expect("it goes");
                    let Optimised { own, best, .. } = &found;
                    let what = format!("{method}, {data}, {steps}, {grid}: {own:?} {best:?}");
                    assert!(best.judged <= own.judged && best.tuned <= own.tuned, "{what}");
                    assert_eq!(best.times.len(), steps + 1, "{what}");
                    assert!(best.times.is_sorted(), "{what}");
                }
            }
        }
    }

    /// Levels that begin below infinity begin after t = 0, from noise all the same.
    #[test]
    fn times_after_the_start_are_judged_by_the_scene_s_own_reference() {
        let settings = [
            "data.name=eight-gaussians",
            "field.kind=exact",
            "sampler.method=dpmpp-2m",
            "sampler.steps=8",
            "sampler.grid=karras",
            "sampler.levels=[14.6146, 0.0292]",
        ];
        let experiment = sweep_ode(&scene(&settings), &Networks::default()).expect("an ODE");
        let cancel = Cancel::default();
        let found = optimise(&experiment, &cancel, |_, _| {}).expect("it goes");
        assert!(found.own.times[0] > 0.06, "{:?}", found.own.times);
        assert!(found.best.judged <= found.own.judged, "{found:?}");
        // It is the error of the scene's own run, and that of the times when the scene is given them.
        for timed in [&found.own, &found.best] {
            let mut scene = (*experiment.scene).clone();
            if timed.times != found.own.times {
                scene.step_through(timed.times.clone());
            }
            assert_eq!(scene.start(), experiment.scene.start());
            scene.particles.count = TUNED_ON + JUDGED_BY;
            let own = experiment.variant(scene).expect("a scene");
            let recording = run(&own, 1, &RunOptions::for_window(384), &cancel, |_| {});
            let ends: Vec<[f64; 2]> = recording.expect("runs").ends().collect();
            let truth = sweep_reference(&own, 384, &cancel).expect("known");
            let error = rms_distance(&ends[TUNED_ON..], &truth.ends()[TUNED_ON..]);
            assert!((error / timed.judged - 1.0).abs() < 1e-9, "{error}, {}", timed.judged);
        }
        assert!(5.0 * found.best.judged < found.own.judged, "{found:?}");
    }

    #[test]
    fn what_has_no_times_to_move_is_refused() {
        for settings in
            [&["sampler.method=dopri5"][..], &["sampler.method=euler", "sampler.steps=1"]]
        {
            let refused = optimised(&[&["field.kind=exact"], settings].concat());
            assert!(matches!(refused, Err(LabError::Refused(_))), "{settings:?}");
        }
        let noise = ["field.kind=exact", "sampler.method=ddim", "sampler.eta=1"];
        assert!(matches!(optimised(&noise), Err(LabError::Refused(_))));
    }

    #[test]
    fn it_can_be_withdrawn() {
        let scene = scene(&["field.kind=exact", "sampler.method=euler", "sampler.steps=8"]);
        let experiment = sweep_ode(&scene, &Networks::default()).expect("an ODE");
        let cancel = Cancel::default();
        let withdrawn = optimise(&experiment, &cancel, |found, _| {
            if found.tried > 0 {
                cancel.raise();
            }
        });
        assert!(matches!(withdrawn, Err(LabError::Cancelled)));
    }
}
