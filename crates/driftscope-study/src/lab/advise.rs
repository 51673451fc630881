//! Which setting to use: the cheapest method and setting that reach a target.
//!
//! All methods take their next finer setting in the order of what that costs at least, so that nothing dearer
//! than the answer is solved to its end; and a setting that some of its particles have already ruled out is not
//! given the others.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_solve::measure::{CloudDistance, pareto, rms_distance};
use driftscope_solve::{MethodRef, Scope};
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::reference::Reference;
use super::subject::Subject;
use super::sweep::{Setting, settings_of, sweep_ode, sweep_reference, sweep_run, sweep_scene};
use crate::experiment::Experiment;
use crate::measure::measured_to_data;
use crate::scene::Scene;
use crate::store::Store;

/// Numbers of fixed steps that are tried, from few to many.
const STEPS: [usize; 18] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
/// How many other methods are named beside the best.
const RUNNERS_UP: usize = 4;
/// A runner-up costs at most so many times the best.
const DEARER: f64 = 2.0;
/// A setting is tried on so many particles first, and on so many times as many then.
const FIRST: usize = 8;
const MORE: usize = 5;

/// Relative and absolute tolerances that are tried: half decades from 1e-1 to 1e-11.
fn tolerances() -> Vec<(f64, f64)> {
    (2..=22).map(|k| 10.0_f64.powf(-0.5 * f64::from(k))).map(|rtol| (rtol, 1e-3 * rtol)).collect()
}

/// The settings of a method that are tried, the cheapest first.
#[must_use]
pub fn advised_settings(scene: &Scene, method: MethodRef) -> Vec<Setting> {
    settings_of(scene, method, &STEPS, &tolerances())
}

/// What is to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Goal {
    /// A global error at most this: RMS distance of the ends from their reference.
    Global(f64),
    /// A sliced Wasserstein-2 distance to the data at most so many times its floor, above 1.
    Distance(f64),
}

impl Goal {
    /// How many particles show whether it is reached: a cloud is known by more than its error.
    #[must_use]
    pub fn particles(self) -> usize {
        match self {
            Self::Global(_) => 200,
            Self::Distance(_) => 1_000,
        }
    }
}

/// A setting that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The method.
    pub method: MethodRef,
    /// The setting.
    pub setting: Setting,
    /// Evaluations per particle, on average.
    pub nfe: f64,
    /// Global error, or how many times its floor the distance to the data is; NaN if a particle did not arrive.
    pub error: f64,
    /// Over so many particles: fewer than all if those ruled it out.
    pub particles: usize,
    /// Whether it reaches the goal.
    pub reaches: bool,
}

/// What is advised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// Everything that was tried, in that order.
    pub tried: Vec<Tried>,
    /// Evaluations of the field that it took, over all particles.
    pub evaluations: f64,
}

impl Advice {
    /// The cheapest that reaches the goal; of several as cheap the most accurate.
    #[must_use]
    pub fn best(&self) -> Option<&Tried> {
        self.ranked().next()
    }

    /// The cheapest of each other method, cheapest first.
    #[must_use]
    pub fn runners_up(&self) -> Vec<&Tried> {
        self.ranked().skip(1).take(RUNNERS_UP).collect()
    }

    /// The cheapest setting of every method that reaches the goal, cheapest first.
    fn ranked(&self) -> impl Iterator<Item = &Tried> {
        let mut all: Vec<&Tried> = self.tried.iter().filter(|tried| tried.reaches).collect();
        all.sort_by(|a, b| a.nfe.total_cmp(&b.nfe).then(a.error.total_cmp(&b.error)));
        let mut seen = Vec::new();
        all.retain(|tried| {
            let new = !seen.contains(&tried.method);
            seen.push(tried.method);
            new
        });
        all.into_iter()
    }

    /// What nothing cheaper is more accurate than, by cost.
    #[must_use]
    pub fn pareto(&self) -> Vec<&Tried> {
        let points: Vec<[f64; 2]> =
            self.tried.iter().map(|tried| [tried.nfe, tried.error]).collect();
        pareto(&points).into_iter().map(|index| &self.tried[index]).collect()
    }
}

/// A method and the settings that it has not tried yet.
struct Ladder {
    method: MethodRef,
    settings: std::vec::IntoIter<Setting>,
    /// What its next setting costs at least: finer ones cost no less.
    least: f64,
    /// Whether it has reached the goal or has none left.
    done: bool,
}

/// Finds the cheapest of `methods` that reaches `goal` on an ODE, over `count` particles. Methods that do not go
/// with the scene are passed over.
///
/// # Errors
/// [`LabError::Refused`] if no method goes with the scene or the goal is beyond what a solver can reach,
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn advise(
    experiment: &Experiment,
    methods: &[MethodRef],
    (goal, count): (Goal, usize),
    cancel: &Cancel,
    show: impl Fn(&Advice, f64),
) -> Result<Advice, LabError> {
    let reference = sweep_reference(experiment, count, cancel)?;
    let judge = Judge { experiment, reference, goal, cancel };
    judge.refuse_what_nothing_reaches()?;
    let scene = &experiment.scene;
    let ladder = |&method: &MethodRef| {
        let settings = advised_settings(scene, method);
        let row = settings.first().and_then(|&first| sweep_scene(scene, method, first).ok());
        // The paths of what draws noise are others than those that the goal asks for.
        let goes = row.is_some_and(|row| !row.is_stochastic());
        let settings = settings.into_iter();
        goes.then_some(Ladder { method, settings, least: 0.0, done: false })
    };
    let mut ladders: Vec<Ladder> = methods.iter().filter_map(ladder).collect();
    if ladders.is_empty() {
        return Err(LabError::refused(
            "No method without noise goes with this scene, so there is none to advise.",
        ));
    }
    let all = ladders.iter().map(|ladder| ladder.settings.len()).sum::<usize>() as f64;
    let mut advice = Advice::default();
    let mut passed = 0.0;
    loop {
        let best = advice.best().map(|best| best.nfe);
        let enough = advice.runners_up().len() >= RUNNERS_UP;
        let most = best.map_or(f64::INFINITY, |best| if enough { best } else { DEARER * best });
        let open = ladders.iter_mut().filter(|ladder| !ladder.done && ladder.least <= most);
        let Some(next) = open.min_by(|a, b| a.least.total_cmp(&b.least)) else { break };
        let Some(setting) = next.settings.next() else {
            next.done = true;
            continue;
        };
        let (tried, evaluations) = judge.try_out(next.method, setting, most)?;
        advice.evaluations += evaluations;
        next.least = next.least.max(tried.nfe);
        next.done = tried.reaches;
        passed += 1.0;
        advice.tried.push(tried);
        show(&advice, passed / all);
    }
    Ok(advice)
}

struct Judge<'a> {
    experiment: &'a Experiment,
    reference: Arc<Reference>,
    goal: Goal,
    cancel: &'a Cancel,
}

impl Judge<'_> {
    /// The distance to the data of the reference is what is left without any error of a solver.
    fn refuse_what_nothing_reaches(&self) -> Result<(), LabError> {
        let Goal::Distance(most) = self.goal else { return Ok(()) };
        if self.experiment.scene.classic().is_some() {
            return Err(LabError::refused(
                "A classic ODE has no data whose distance could be a goal: ask for a global error.",
            ));
        }
        let left = self.times_the_floor(self.reference.ends())?;
        if left <= most {
            return Ok(());
        }
        Err(LabError::Refused(format!(
            "No solver reaches {most} times the floor: without any error of the solver the distance to the data is {left:.2} times its floor, which is the error of the model.",
        )))
    }

    fn times_the_floor(&self, ends: &[[f64; 2]]) -> Result<f64, LabError> {
        let scene = &self.experiment.scene;
        let found = measured_to_data(scene, CloudDistance::SlicedW2, ends, self.cancel)?;
        Ok(found.value / found.floor)
    }

    /// A setting, over as many particles as it takes to rule it out; it is ruled out as well if it costs more
    /// than `most`. What it came to, and evaluations over all particles.
    fn try_out(
        &self,
        method: MethodRef,
        setting: Setting,
        most: f64,
    ) -> Result<(Tried, f64), LabError> {
        let all = self.reference.ends().len();
        let mut evaluations = 0.0;
        let mut count = if self.can_be_ruled_out_by_a_part(setting) { FIRST.min(all) } else { all };
        loop {
            let run = sweep_run(self.experiment, (method, setting), count, self.cancel)?;
            let (nfe, ends) = (run.nfe().mean, run.ends().collect::<Vec<_>>());
            evaluations += nfe * count as f64;
            let arrived = run.stopped().is_none_or(|(stopped, _)| stopped == 0);
            let (error, allowed) = match self.goal {
                Goal::Global(allowed) => {
                    (rms_distance(&ends, &self.reference.ends()[..count]), allowed)
                }
                Goal::Distance(allowed) if count == all && arrived => {
                    (self.times_the_floor(&ends)?, allowed)
                }
                Goal::Distance(allowed) => (f64::NAN, allowed),
            };
            let error = if arrived { error } else { f64::NAN };
            // The others may be without error, but cannot take away what these have.
            let least = error * (count as f64 / all as f64).sqrt();
            let hopeless = !arrived || least > allowed;
            let dear = matches!(setting, Setting::Steps(_)) && nfe > most;
            if hopeless || dear || count == all {
                let reaches = count == all && arrived && error <= allowed;
                let tried = Tried { method, setting, nfe, error, particles: count, reaches };
                return Ok((tried, evaluations));
            }
            count = (MORE * count).min(all);
        }
    }

    /// Whether particles are solved alike without the others, and their errors add up.
    fn can_be_ruled_out_by_a_part(&self, setting: Setting) -> bool {
        let whole = self.experiment.scene.sampler.scope == Scope::WholeBatch;
        let coupled = whole && matches!(setting, Setting::Tolerance { .. });
        matches!(self.goal, Goal::Global(_)) && !coupled
    }
}

/// Which setting to use in a scene: of all methods that draw no noise the cheapest setting that reaches a goal,
/// over 200 particles for a global error and 1,000 for a distance, in double precision; 1 to 512 fixed steps on
/// the scene's own grid, or rtol from 1e-1 to 1e-11 with atol = rtol/1000.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdviseQuestion {
    /// Its scene.
    pub of: Subject,
    /// What is to be reached.
    pub goal: Goal,
}

impl AdviseQuestion {
    /// Of a scene, whatever its own method and however many steps it has.
    #[must_use]
    pub fn new(scene: &Scene, goal: Goal) -> Self {
        Self { of: Subject::swept(scene, goal.particles()), goal }
    }
}

impl Measurement for AdviseQuestion {
    type Answer = Advice;

    const PATIENT: bool = true;

    fn measure(&self, store: &Store, report: &Report<'_, Advice>) -> Result<Advice, LabError> {
        let experiment = sweep_ode(&self.of.0, &store.networks)?;
        let methods: Vec<MethodRef> = MethodRef::of_odes().collect();
        let what = (self.goal, self.goal.particles());
        advise(&experiment, &methods, what, report.cancel, |advice, share| {
            report.show(advice.clone(), share);
        })
    }
}
