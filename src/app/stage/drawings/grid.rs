//! Values on a grid.

use serde::{Deserialize, Serialize};

/// Values on a grid, as shares of the largest one: rows from the top, columns from the left.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grid {
    /// Columns and rows.
    pub size: [usize; 2],
    /// The lower left and upper right corner of what is covered.
    pub corners: [[f64; 2]; 2],
    /// 0 is none, 255 the largest.
    pub shares: Vec<u8>,
}

impl Grid {
    /// Shares of `values`, of which a few sharp peaks are cut off: they should not leave the rest
    /// in the dark.
    #[must_use]
    pub fn new(size: [usize; 2], corners: [[f64; 2]; 2], values: &[f64]) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let top = sorted.get(sorted.len().saturating_sub(1 + sorted.len() / 500)).copied();
        Self::with_top(size, corners, values, top.unwrap_or(1.0))
    }

    /// Shares of `values` of `top`.
    #[must_use]
    pub fn with_top(size: [usize; 2], corners: [[f64; 2]; 2], values: &[f64], top: f64) -> Self {
        let shares =
            values.iter().map(|value| ((value / top).clamp(0.0, 1.0) * 255.0) as u8).collect();
        Self { size, corners, shares }
    }
}
