//! Fixed steps over a grid of times, with an error estimate beside every step.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Real};

use super::brownian::Noise;
use super::norm::ScaledError;
use super::settings::OdeSettings;
use super::stepper::{Step, Task};
use super::track::{Keep, Track};
use super::walk::Walk;

pub use super::walk::StepTotal;

/// A fixed-step solve.
pub struct FixedProblem<'a, S> {
    /// The field.
    pub field: &'a dyn Field<S>,
    /// The method and its settings; tolerances serve as the unit of the reported errors.
    pub settings: &'a OdeSettings,
    /// Times of the steps.
    pub grid: &'a [f64],
    /// Times at which positions are kept, the first and last of the grid among them.
    pub keyframes: &'a [f64],
}

/// What a fixed-step solve of one tile leaves behind.
#[derive(Debug)]
pub struct Fixed {
    /// Keyframes, counts and logs.
    pub track: Track,
    /// Every step over the particles of the tile.
    pub steps: Vec<StepTotal>,
}

impl<S: Real> FixedProblem<'_, S> {
    /// Solves a tile from `starts` (feature-major), with `noise` for methods that draw some.
    ///
    /// Methods with an estimate of their own report the error of every particle; the others by step
    /// doubling, and only where `doubling` is set, since that costs twice the work (not billed).
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` was raised; it is looked at before every step.
    pub fn solve(
        &self,
        starts: &[S],
        noise: Option<&Noise<S>>,
        keep: impl Into<Keep>,
        doubling: bool,
        cancel: &Cancel,
    ) -> Result<Fixed, Cancelled> {
        let count = starts.len() / 2;
        let Self { field, settings, .. } = *self;
        let task = Task { noise, ..settings.task(field, count, self.grid.len() - 1) };
        let mut stepper = settings.method.stepper(&task);
        let mut doubling = doubling.then(|| settings.method.doubling(&task)).flatten();
        let mut walk = Walk::start(self.keyframes, true, starts, keep.into());
        let mut totals = Vec::with_capacity(self.grid.len() - 1);
        let mut ratios = Vec::with_capacity(count);
        for (index, pair) in self.grid.windows(2).enumerate() {
            cancel.check()?;
            if walk.is_over() {
                break;
            }
            let step = Step { index, t: pair[0], t1: pair[1] };
            stepper.attempt(step, walk.state());
            let error = match &mut doubling {
                Some(doubling) => Some(doubling.error(step, walk.state(), stepper.answer())),
                None => stepper.error(),
            };
            ratios.clear();
            if let Some(error) = error {
                let norm = settings.control.norm;
                let in_tolerances = |error, i| {
                    settings.tolerances.gather(norm, walk.state(), stepper.answer(), error, i)
                };
                let third = stepper.third_order_error();
                ratios.extend((0..count).map(|i| {
                    let scaled = ScaledError {
                        estimate: in_tolerances(error, i),
                        third_order: third.map(|third| in_tolerances(third, i)),
                    };
                    scaled.ratio(norm, field.dimension())
                }));
            }
            let last = index + 2 == self.grid.len();
            totals.push(walk.follow(&mut *stepper, (step, step.h()), &ratios, last));
        }
        Ok(Fixed { track: walk.end(), steps: totals })
    }
}
