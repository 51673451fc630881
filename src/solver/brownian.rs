//! Brownian paths that belong to a particle, not to a step size.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::field::Real;

/// A path of W in one dimension at the times of a grid, one entry per time, W = 0 at the first.
///
/// The grid is refined from its coarsest nested form: with `steps = m·2^k`, m odd, the m coarse
/// increments are drawn first, then each halving by Brownian bridges. Doubling the number of steps
/// therefore continues the same stream of draws and refines the same path, at one normal draw per
/// step (Lévy's construction).
pub fn path(grid: &[f64], rng: &mut impl Rng, values: &mut Vec<f64>) {
    let steps = grid.len() - 1;
    values.clear();
    values.resize(grid.len(), 0.0);
    let mut stride = 1 << steps.trailing_zeros();
    let mut normal = || -> f64 { StandardNormal.sample(rng) };
    for i in (stride..=steps).step_by(stride) {
        let dt = (grid[i] - grid[i - stride]).abs();
        values[i] = values[i - stride] + dt.sqrt() * normal();
    }
    while stride > 1 {
        let half = stride / 2;
        for left in (0..steps).step_by(stride) {
            let (middle, right) = (left + half, left + stride);
            let (before, after) =
                ((grid[middle] - grid[left]).abs(), (grid[right] - grid[middle]).abs());
            let whole = before + after;
            let mean = (after * values[left] + before * values[right]) / whole;
            values[middle] = mean + (before * after / whole).sqrt() * normal();
        }
        stride = half;
    }
}

/// Standard normals z for every step and particle: `√dt z` is the increment of W.
#[derive(Clone, Debug)]
pub struct Noise<S> {
    /// `z[step]` is feature-major over the particles.
    pub z: Vec<Vec<S>>,
}

impl<S: Real> Noise<S> {
    /// The noise of particles whose paths are drawn from `streams` (one generator per particle).
    #[must_use]
    pub fn of_paths<R: Rng>(grid: &[f64], streams: &mut [R]) -> Self {
        let (steps, count) = (grid.len() - 1, streams.len());
        let mut z = vec![vec![S::ZERO; 2 * count]; steps];
        let mut values = Vec::new();
        for (i, stream) in streams.iter_mut().enumerate() {
            for j in [i, count + i] {
                path(grid, stream, &mut values);
                for (step, z) in z.iter_mut().enumerate() {
                    let dt = (grid[step + 1] - grid[step]).abs();
                    z[j] = S::from_f64((values[step + 1] - values[step]) / dt.sqrt());
                }
            }
        }
        Self { z }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::solver::grid;

    #[test]
    fn doubling_the_steps_refines_the_same_path() {
        for steps in [1, 3, 8, 50] {
            let (mut coarse, mut fine) = (Vec::new(), Vec::new());
            path(&grid::uniform(0.0, 1.0, steps), &mut ChaCha8Rng::seed_from_u64(1), &mut coarse);
            path(&grid::uniform(0.0, 1.0, 4 * steps), &mut ChaCha8Rng::seed_from_u64(1), &mut fine);
            for (i, value) in coarse.iter().enumerate() {
                assert!((value - fine[4 * i]).abs() < 1e-12, "{steps}");
            }
        }
    }

    #[test]
    fn increments_are_independent_normals() {
        let grid = grid::uniform(0.0, 2.0, 8);
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (mut values, mut squares, mut products) = (Vec::new(), [0.0; 8], 0.0);
        let runs = 20_000;
        for _ in 0..runs {
            path(&grid, &mut rng, &mut values);
            for i in 0..8 {
                squares[i] += (values[i + 1] - values[i]).powi(2);
            }
            products += (values[4] - values[3]) * (values[5] - values[4]);
        }
        for square in squares {
            assert!((square / f64::from(runs) - 0.25).abs() < 0.01);
        }
        assert!((products / f64::from(runs)).abs() < 0.01);
    }
}
