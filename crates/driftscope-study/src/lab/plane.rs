//! Quantities over the plane.

use serde::{Deserialize, Serialize};

/// Values on a square grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaneMap {
    /// The grid covers `[−extent, extent]²`.
    pub extent: f64,
    /// Points along each side, in the middles of equal cells.
    pub side: usize,
    /// Rows from the top, each from left to right; NaN where nothing is known.
    pub values: Vec<f64>,
}

impl PlaneMap {
    /// The points of a grid, in the order of the values.
    #[must_use]
    pub fn points(extent: f64, side: usize) -> Vec<[f64; 2]> {
        let place = |k: usize| ((k as f64 + 0.5) / side as f64 * 2.0 - 1.0) * extent;
        (0..side * side).map(|i| [place(i % side), -place(i / side)]).collect()
    }

    /// The area of a cell.
    #[must_use]
    pub fn cell(&self) -> f64 {
        (2.0 * self.extent / self.side as f64).powi(2)
    }

    /// The mean of the values at `points` in each cell; NaN where there are none.
    #[must_use]
    pub fn of_means(
        extent: f64,
        side: usize,
        points: impl Iterator<Item = ([f64; 2], f64)>,
    ) -> Self {
        let mut sums = vec![(0.0, 0.0); side * side];
        for ([x, y], value) in points {
            let column = ((x / extent + 1.0) * 0.5 * side as f64).floor();
            let row = ((1.0 - y / extent) * 0.5 * side as f64).floor();
            let inside = |k: f64| (0.0..side as f64).contains(&k);
            if inside(column) && inside(row) {
                let (sum, count) = &mut sums[row as usize * side + column as usize];
                *sum += value;
                *count += 1.0;
            }
        }
        let values = sums.into_iter().map(|(sum, count)| sum / count).collect();
        Self { extent, side, values }
    }

    /// The value of the cell that holds a point, if it is on the map.
    #[must_use]
    pub fn at(&self, [x, y]: [f64; 2]) -> Option<f64> {
        let side = self.side as f64;
        let column = ((x / self.extent + 1.0) * 0.5 * side).floor();
        let row = ((1.0 - y / self.extent) * 0.5 * side).floor();
        let inside = |k: f64| (0.0..side).contains(&k);
        (inside(column) && inside(row))
            .then(|| self.values[row as usize * self.side + column as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_find_their_own_cells() {
        let points = PlaneMap::points(2.0, 8);
        let numbered = points.iter().copied().zip(0..).map(|(p, i)| (p, f64::from(i)));
        let map = PlaneMap::of_means(2.0, 8, numbered);
        assert!(map.values.iter().zip(0..).all(|(value, i)| (value - f64::from(i)).abs() < 1e-12));
        assert_eq!(map.at(points[13]), Some(13.0));
        assert_eq!(map.at([2.1, 0.0]), None);
        assert!((map.cell() * 64.0 - 16.0).abs() < 1e-12);
        let pair = [([0.1, 0.1], 1.0), ([0.2, 0.2], 3.0)];
        let map = PlaneMap::of_means(2.0, 8, pair.into_iter());
        assert_eq!(map.at([0.3, 0.3]), Some(2.0));
        assert!(map.at([-0.3, 0.3]).expect("on the map").is_nan());
    }
}
