//! Times of fixed steps, and the times at which positions are kept.

/// Equal steps from `start` to `end` (either direction); the last time is `end` exactly.
#[must_use]
pub fn uniform(start: f64, end: f64, steps: usize) -> Vec<f64> {
    (0..=steps)
        .map(|i| if i == steps { end } else { start + (end - start) * (i as f64 / steps as f64) })
        .collect()
}

/// Steps of `size` from `start`, the last one cut so that it lands on `end`.
#[must_use]
pub fn by_size(start: f64, end: f64, size: f64) -> Vec<f64> {
    // A sliver of a step that only rounding would make is left out.
    let whole = ((end - start) / size - 1e-9).ceil().max(1.0) as usize;
    (0..=whole).map(|i| if i == whole { end } else { start + size * i as f64 }).collect()
}

/// Keyframes for a fixed grid: every step's ends while they fit into `most` keyframes, with inner
/// times added evenly while those fit too; evenly chosen steps where there are more.
#[must_use]
pub fn keyframes_on_grid(grid: &[f64], most: usize, with_inner: bool) -> Vec<f64> {
    let steps = grid.len() - 1;
    if steps >= most {
        let kept = most.saturating_sub(1).max(1);
        return (0..=kept).map(|k| grid[k * steps / kept]).collect();
    }
    let per_step = if with_inner { ((most - 1) / steps).max(1) } else { 1 };
    let mut times = vec![grid[0]];
    for pair in grid.windows(2) {
        for i in 1..per_step {
            times.push(pair[0] + (pair[1] - pair[0]) * (i as f64 / per_step as f64));
        }
        times.push(pair[1]);
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_by_size_land_on_the_end() {
        assert_eq!(by_size(0.0, 1.0, 0.1).len(), 11);
        assert_eq!(by_size(0.0, 1.0, 0.3), vec![0.0, 0.3, 0.6, 0.8999999999999999, 1.0]);
        assert_eq!(by_size(0.0, 1.0, 2.0), vec![0.0, 1.0]);
    }

    #[test]
    fn keyframes_hold_steps_and_stay_bounded() {
        let grid = uniform(0.0, 1.0, 10);
        let times = keyframes_on_grid(&grid, 65, true);
        assert_eq!(times.len(), 61);
        assert!(grid.iter().all(|t| times.contains(t)));
        let many = uniform(0.0, 1.0, 10_000);
        let times = keyframes_on_grid(&many, 65, true);
        assert_eq!((times.len(), times[0], times[64]), (65, 0.0, 1.0));
    }
}
