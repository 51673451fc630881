//! The steps that particles make, in double precision, with what the solver believes of each.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_solve::by_hand::{AdaptiveByHand, AttemptByHand, ControlledByHand};
use driftscope_solve::stepper::{Step, Task};
use driftscope_solve::{OdeSettings, ScaledError, Scope, TILE, Tableau, whole_batch};
use rayon::prelude::*;

use super::error::LabError;
use super::reference::by_feature;
use crate::experiment::Experiment;

/// One attempted step of one particle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TracedStep {
    /// When it began.
    pub t: f64,
    /// Its length.
    pub h: f64,
    /// The position it began at.
    pub start: [f64; 2],
    /// Where it led.
    pub answer: [f64; 2],
    /// The lower-order answer whose error the estimate is; none where the estimate is made by step
    /// doubling or, as DOP853's, of two embedded answers together.
    pub embedded: Option<[f64; 2]>,
    /// The tolerance of each coordinate, `atol + rtol·max(|y0|, |y1|)`.
    pub tolerance: [f64; 2],
    /// The solver's estimate over the tolerance, in its own norm; NaN where it has none.
    pub ratio: f64,
    /// Whether it was kept.
    pub accepted: bool,
}

/// The steps of the first `count` particles of a scene's ODE, as its solver makes them. In
/// whole-batch scope the batch is these particles.
///
/// # Errors
/// [`LabError::Cancelled`] if `cancel` was raised.
pub fn traces(
    experiment: &Experiment,
    count: usize,
    cancel: &Cancel,
) -> Result<Vec<Vec<TracedStep>>, LabError> {
    traces_from(experiment, &experiment.starts(count), cancel)
}

/// The same for particles that start at `starts`.
pub(super) fn traces_from(
    experiment: &Experiment,
    starts: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<Vec<Vec<TracedStep>>, LabError> {
    let settings = experiment.ode_settings();
    let scene = &experiment.scene;
    if !scene.is_adaptive() {
        return Ok(on_grid(
            experiment,
            &settings,
            &scene.grid(experiment.interval),
            starts,
            cancel,
        )?);
    }
    if scene.sampler.scope == Scope::PerParticle {
        let of = |start: &[f64; 2]| adaptive(experiment, &settings, *start, cancel);
        return Ok(starts.par_iter().map(of).collect::<Result<_, _>>()?);
    }
    let tiles: Vec<Vec<f64>> = starts.chunks(TILE).map(by_feature).collect();
    let keyframes = [experiment.interval.0];
    let solved = whole_batch::solve(experiment.field(), &settings, &keyframes, &tiles, 0, cancel)?;
    let kept = solved.log.iter().filter(|attempt| attempt.accepted);
    let mut grid: Vec<f64> = kept.map(|attempt| attempt.t).collect();
    grid.push(experiment.interval.1);
    Ok(on_grid(experiment, &settings, &grid, starts, cancel)?)
}

fn adaptive(
    experiment: &Experiment,
    settings: &OdeSettings,
    start: [f64; 2],
    cancel: &Cancel,
) -> Result<Vec<TracedStep>, Cancelled> {
    let field = experiment.field();
    let Some(tableau) = settings.method.embedded_tableau() else {
        let by_hand = ControlledByHand { field, settings };
        let attempts = by_hand.solve(start, settings.max_attempts, cancel)?;
        let of_one = !settings.method.doubles_steps();
        return Ok(attempts.iter().map(|attempt| TracedStep::of(attempt, of_one)).collect());
    };
    let mut solve = AdaptiveByHand::start(field, settings, start);
    let one_embedded = has_one_embedded(tableau);
    let mut steps = Vec::new();
    while let Some(attempt) = solve.attempt() {
        cancel.check()?;
        steps.push(TracedStep::of(&attempt, one_embedded));
    }
    Ok(steps)
}

impl TracedStep {
    fn of(attempt: &AttemptByHand, one_embedded: bool) -> Self {
        Self {
            t: attempt.t,
            h: attempt.h,
            start: attempt.start,
            answer: attempt.answer,
            embedded: attempt.embedded.filter(|_| one_embedded),
            tolerance: attempt.tolerance,
            ratio: attempt.error_ratio,
            accepted: attempt.accepted,
        }
    }
}

/// Whether a method's estimate is the error of one embedded answer.
fn has_one_embedded(tableau: &Tableau) -> bool {
    tableau.embedded.as_ref().is_some_and(|pair| pair.third_order_weights.is_none())
}

/// Steps over a grid that all particles share.
pub(super) fn on_grid(
    experiment: &Experiment,
    settings: &OdeSettings,
    grid: &[f64],
    starts: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<Vec<Vec<TracedStep>>, Cancelled> {
    let tiles: Vec<Vec<Vec<TracedStep>>> = starts
        .par_chunks(TILE / 8)
        .map(|starts| tile_on_grid(experiment, settings, grid, starts, cancel))
        .collect::<Result<_, _>>()?;
    Ok(tiles.into_iter().flatten().collect())
}

fn tile_on_grid(
    experiment: &Experiment,
    settings: &OdeSettings,
    grid: &[f64],
    starts: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<Vec<Vec<TracedStep>>, Cancelled> {
    let (field, count) = (experiment.field(), starts.len());
    let (method, steps) = (settings.method, grid.len() - 1);
    let task = settings.task(field, count, steps);
    // The steps that a batch has kept, made again as they were made there.
    let adaptive = experiment.scene.is_adaptive() && method.embedded_tableau().is_none();
    let (mut stepper, mut doubling) = if adaptive {
        let stepper = method.adaptive_stepper(&Task { adaptive, ..task });
        (stepper.expect("an adaptive scene's method adapts"), None)
    } else {
        (method.stepper(&task), method.doubling(&task))
    };
    let halved = experiment.scene.doubles_steps();
    let mut state = by_feature(starts);
    let mut traces = vec![Vec::with_capacity(grid.len()); count];
    let (norm, tolerances) = (settings.control.norm, settings.tolerances);
    for (index, pair) in grid.windows(2).enumerate() {
        cancel.check()?;
        let step = Step { index, t: pair[0], t1: pair[1] };
        stepper.attempt(step, &state);
        let answer = stepper.answer().to_vec();
        let error = match &mut doubling {
            Some(doubling) => Some(doubling.error(step, &state, &answer)),
            None => stepper.error(),
        };
        for (i, trace) in traces.iter_mut().enumerate() {
            let gather = |error: &[f64]| tolerances.gather(norm, &state, &answer, error, i);
            let ratio = error.map_or(f64::NAN, |error| {
                let third_order = stepper.third_order_error().map(gather);
                let scaled = ScaledError { estimate: gather(error), third_order };
                scaled.ratio(norm, field.dimension())
            });
            let at = |points: &[f64]| [points[i], points[count + i]];
            let (start, answer) = (at(&state), at(&answer));
            let embedded =
                stepper.error().filter(|_| !halved && stepper.third_order_error().is_none());
            let embedded = embedded.map(at).map(|error| [0, 1].map(|d| answer[d] - error[d]));
            if !answer.iter().all(|x| x.is_finite()) {
                continue;
            }
            let tolerance = [0, 1].map(|d| tolerances.scale(start[d], answer[d]));
            let (t, h) = (step.t, step.h());
            let accepted = true;
            trace.push(TracedStep { t, h, start, answer, embedded, tolerance, ratio, accepted });
        }
        state = answer;
        stepper.keep();
    }
    Ok(traces)
}
