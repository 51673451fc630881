//! Fixed steps over a grid of times, with an error estimate beside every step.

use super::explicit::RungeKutta;
use super::methods::MethodRef;
use super::settings::OdeSettings;
use super::tile::{EndSlope, Tile};
use super::track::{Attempt, Stop, Track};
use super::{Cancel, Cancelled};
use crate::field::{Field, Real, Times};

/// What a fixed-step solve of one tile leaves behind.
#[derive(Debug)]
pub struct Fixed {
    /// Keyframes, counts and logs.
    pub track: Track,
    /// For every step the sum over particles of the squared error ratio, and how many particles
    /// it was estimated for.
    pub squares: Vec<(f64, usize)>,
}

/// Solves a tile from `starts` (feature-major) over `grid`, keeping positions at `keyframes`.
///
/// Methods with an embedded pair estimate their error for every particle; the others by step
/// doubling, and only where `doubling` is set, since that costs twice the work (not billed).
///
/// # Errors
/// [`Cancelled`] if `cancel` was raised; it is looked at before every step.
#[expect(clippy::too_many_arguments, reason = "one call site; a struct would only rename them")]
pub fn solve<S: Real>(
    field: &dyn Field<S>,
    settings: &OdeSettings,
    grid: &[f64],
    keyframes: &[f64],
    starts: &[S],
    logged: usize,
    doubling: bool,
    cancel: &Cancel,
) -> Result<Fixed, Cancelled> {
    let method = settings.method.get();
    let mut tile = Tile::new(
        field,
        settings.method,
        settings.error_weights,
        settings.tolerances,
        keyframes,
        starts,
        logged,
    );
    let mut doubler =
        (doubling && !method.can_adapt()).then(|| Doubler::new(settings.method, starts.len() / 2));
    let dimension = field.dimension() as f64;
    let mut squares = Vec::with_capacity(grid.len() - 1);
    let mut nfe: u32 = 0;
    let mut first_stage_known = false;
    let mut leaves = Vec::new();
    let steps = grid.len() - 1;

    for (index, pair) in grid.windows(2).enumerate() {
        cancel.check()?;
        if tile.lanes() == 0 {
            break;
        }
        let (t, t1, h) = (pair[0], pair[1], pair[1] - pair[0]);
        if !first_stage_known {
            tile.first_stage(Times::Shared(t));
        }
        // A first stage recycled from the last step was billed with that step.
        let recycled = first_stage_known && method.tableau.first_same_as_last;
        nfe += method.tableau.stages() as u32 - u32::from(recycled);
        tile.attempt(Times::Shared(t), Times::Shared(h));
        if let Some(doubler) = &mut doubler {
            doubler.double(&tile, t, h);
        }

        let is_last = index + 1 == steps;
        let slope = if method.tableau.first_same_as_last {
            EndSlope::LastStage
        } else if tile.runge_kutta.dense_needs_end_slope() && tile.has_inner_keyframe(0, t1) {
            tile.end_slope(Times::Shared(t1));
            EndSlope::Evaluated
        } else {
            EndSlope::Unknown
        };
        first_stage_known = slope != EndSlope::Unknown;

        let (mut sum, mut estimated) = (0.0, 0);
        leaves.clear();
        leaves.resize(tile.lanes(), false);
        for (lane, leaves) in leaves.iter_mut().enumerate() {
            let particle = tile.particles[lane];
            if !tile.answer_is_finite(lane) {
                tile.stop(lane, Stop::NotFinite { t });
                tile.track.counts[particle].nfe = nfe;
                *leaves = true;
                continue;
            }
            let square = match &doubler {
                Some(doubler) => doubler.squared_error(&tile, lane),
                None => tile.squared_error(lane),
            } / dimension;
            if square.is_finite() {
                sum += square;
                estimated += 1;
            }
            let attempt = Attempt { t, h, error_ratio: square.sqrt(), accepted: true, nfe };
            tile.track.note(particle, attempt);
            tile.place_keyframes(lane, t, t1);
            tile.move_on(lane, slope);
            if is_last {
                let position = tile.position(lane);
                tile.arrive(lane, position);
                tile.track.counts[particle].dense_nfe = u32::from(slope == EndSlope::Evaluated);
            }
        }
        squares.push((sum, estimated));
        if leaves.contains(&true) {
            tile.close_ranks(&leaves, |_, _| {});
        }
    }
    Ok(Fixed { track: tile.track, squares })
}

/// Step doubling: two half steps beside each whole one, from the same first stage.
struct Doubler<S> {
    first_half: RungeKutta<S>,
    second_half: RungeKutta<S>,
    /// The error of the whole step is this times the difference: `2^p/(2^p − 1)`.
    factor: f64,
}

impl<S: Real> Doubler<S> {
    fn new(method: MethodRef, capacity: usize) -> Self {
        let tableau = &method.get().tableau;
        let power = f64::from(1_u32 << method.order);
        Self {
            first_half: RungeKutta::new(tableau, None, capacity),
            second_half: RungeKutta::new(tableau, None, capacity),
            factor: power / (power - 1.0),
        }
    }

    fn double(&mut self, tile: &Tile<'_, S>, t: f64, h: f64) {
        let (lanes, half) = (tile.lanes(), Times::Shared(0.5 * h));
        self.first_half.first_stage_mut(lanes).copy_from_slice(tile.runge_kutta.stage(0, lanes));
        self.first_half.attempt(tile.field, Times::Shared(t), half, &tile.state);
        let middle = self.first_half.answer(lanes);
        let t = Times::Shared(t + 0.5 * h);
        self.second_half.first_stage(tile.field, t, middle);
        self.second_half.attempt(tile.field, t, half, middle);
    }

    fn squared_error(&self, tile: &Tile<'_, S>, lane: usize) -> f64 {
        let lanes = tile.lanes();
        let (whole, halves) = (tile.runge_kutta.answer(lanes), self.second_half.answer(lanes));
        tile.in_tolerances(lane, |j| self.factor * (halves[j].to_f64() - whole[j].to_f64()))
    }
}
