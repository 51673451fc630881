//! How far a flow is from straight lines at constant speed.

use serde::{Deserialize, Serialize};

/// A flow's straightness and the cost of what it pairs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Straightness {
    /// `S = ∫ E|v − (Z1 − Z0)/T|² dt = ∫ E|v|² dt − E|Z1 − Z0|²/T` over an interval of length T: 0 if all paths
    /// are straight and of constant speed, so that one Euler step is exact (Liu et al. 2022,
    /// arXiv:2209.03003, eq. 8).
    pub excess: f64,
    /// `E|Z1 − Z0|²`, in units of the plane squared: the transport cost of the pairs (Z0, Z1).
    pub cost: f64,
}

impl Straightness {
    /// Of paths through `velocities[k][i]`, the velocity of particle i at the k-th of the ends of an even
    /// number of equal parts of `interval`, which go from `starts` to `ends`. Means are over particles, the
    /// integral is by Simpson's rule.
    ///
    /// # Panics
    /// If the number of parts is odd, or there are not as many starts, ends and velocities.
    #[must_use]
    pub fn of_paths(
        interval: (f64, f64),
        (starts, ends): (&[[f64; 2]], &[[f64; 2]]),
        velocities: &[Vec<[f64; 2]>],
    ) -> Self {
        let length = interval.1 - interval.0;
        let weights = simpson(length, velocities.len());
        let chord = |i: usize| [0, 1].map(|d| ends[i][d] - starts[i][d]);
        let square = |[x, y]: [f64; 2]| x * x + y * y;
        let count = starts.len();
        let excess = |(weight, velocities): (f64, &Vec<[f64; 2]>)| {
            let apart = |i: usize| [0, 1].map(|d| velocities[i][d] - chord(i)[d] / length);
            weight * (0..count).map(|i| square(apart(i))).sum::<f64>() / count as f64
        };
        Self {
            excess: weights.zip(velocities).map(excess).sum(),
            cost: (0..count).map(|i| square(chord(i))).sum::<f64>() / count as f64,
        }
    }

    /// `S / E|Z1 − Z0|²`, which has no unit.
    #[must_use]
    pub fn relative(&self) -> f64 {
        self.excess / self.cost
    }
}

/// The weights of Simpson's rule at the ends of `points − 1` equal parts, an even number, of an interval.
///
/// # Panics
/// If the number of parts is odd.
pub fn simpson(length: f64, points: usize) -> impl Iterator<Item = f64> {
    assert!(points % 2 == 1, "an even number of parts");
    let third = length / (points - 1) as f64 / 3.0;
    (0..points).map(move |k| match k {
        k if k == 0 || k == points - 1 => third,
        k if k % 2 == 1 => 4.0 * third,
        _ => 2.0 * third,
    })
}
