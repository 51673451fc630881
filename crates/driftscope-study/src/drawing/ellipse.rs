//! A Gaussian as it is held: by its centre and the ends of its axes.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use driftscope_flow::data::Covariance;

use super::kept;
use crate::scene::Blob;

/// Standard deviations that differ by less than this share are one.
const ROUND: f64 = 1e-9;

/// A Gaussian's axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ellipse {
    /// The centre.
    pub mean: [f64; 2],
    /// Standard deviations along the axis nearer to x and along the other one, both above 0.
    pub stds: [f64; 2],
    /// From the x axis to the first axis, in radians; more than −π/4 and at most π/4.
    pub angle: f64,
}

/// What of a Gaussian a pointer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grip {
    /// The centre.
    Centre,
    /// The end of an axis, 0 or 1, on its positive side or the other one.
    Axis {
        /// Which axis.
        axis: usize,
        /// Whether it is the end against the axis.
        against: bool,
    },
}

impl Grip {
    /// All of them; the ends of the axes first, which lie above the centre.
    pub const ALL: [Self; 5] = [
        Self::Axis { axis: 0, against: false },
        Self::Axis { axis: 1, against: false },
        Self::Axis { axis: 0, against: true },
        Self::Axis { axis: 1, against: true },
        Self::Centre,
    ];
}

impl Ellipse {
    /// The ends of the axes lie this many standard deviations from the centre: within lies 1 − e⁻² ≈ 86 % of
    /// the mass.
    pub const REACH: f64 = 2.0;
    /// The least standard deviation that a pointer makes, in units of the plane.
    pub const LEAST: f64 = 0.01;

    /// The axes of an entry; none unless it has a covariance that is positive definite.
    #[must_use]
    pub fn of(blob: &Blob) -> Option<Self> {
        let Covariance { xx, xy, yy } = blob.covariance()?;
        let half = 0.5 * (xx - yy);
        let radius = half.hypot(xy);
        let larger = 0.5 * (xx + yy) + radius;
        let smaller = xy.mul_add(-xy, xx * yy) / larger;
        if !(smaller > 0.0 && larger.is_finite()) {
            return None;
        }
        let round = radius <= 2.0 * ROUND * larger;
        let angle = if round { 0.0 } else { 0.5 * xy.atan2(half) };
        let stds = [larger.sqrt(), if round { larger.sqrt() } else { smaller.sqrt() }];
        Some(Self { mean: blob.mean, stds, angle }.turned(angle))
    }

    /// What the scene says of `blob` once it has these axes: a standard deviation where they are equal, else
    /// a covariance.
    #[must_use]
    pub fn put_into(&self, blob: Blob) -> Blob {
        let [first, second] = self.stds;
        let mean = self.mean.map(kept);
        if (first - second).abs() <= ROUND * first.max(second) {
            return Blob { mean, std: Some(first), cov: None, ..blob };
        }
        let Covariance { xx, xy, yy } = Covariance::oriented(self.angle, first, second);
        Blob { mean, std: None, cov: Some([[xx, xy], [xy, yy]]), ..blob }
    }

    /// Whether all directions are alike.
    #[must_use]
    pub fn is_round(&self) -> bool {
        let [first, second] = self.stds;
        (first - second).abs() <= ROUND * first.max(second)
    }

    /// The same with its first axis at another angle, in radians.
    #[must_use]
    pub fn turned(self, angle: f64) -> Self {
        let quarters = ((angle - FRAC_PI_4) / FRAC_PI_2).ceil();
        let swapped = quarters.rem_euclid(2.0) > 0.5;
        let [first, second] = self.stds;
        let stds = if swapped { [second, first] } else { [first, second] };
        Self { stds, angle: angle - quarters * FRAC_PI_2, ..self }
    }

    /// The point at these distances along the axes, in standard deviations.
    #[must_use]
    pub fn place(&self, along: [f64; 2]) -> [f64; 2] {
        let (sin, cos) = self.angle.sin_cos();
        let [u, v] = [0, 1].map(|i| along[i] * self.stds[i]);
        [self.mean[0] + u * cos - v * sin, self.mean[1] + u * sin + v * cos]
    }

    /// Where a grip is.
    #[must_use]
    pub fn grip(&self, grip: Grip) -> [f64; 2] {
        match grip {
            Grip::Centre => self.mean,
            Grip::Axis { axis, against } => {
                let mut along = [0.0; 2];
                along[axis] = if against { -Self::REACH } else { Self::REACH };
                self.place(along)
            }
        }
    }

    /// The ellipse whose `grip` has been dragged to `to`: the centre moves, or an axis gets its length and
    /// direction. With `alike` both axes get the same length and keep their directions.
    #[must_use]
    pub fn dragged(self, grip: Grip, to: [f64; 2], alike: bool) -> Self {
        let Grip::Axis { axis, against } = grip else { return Self { mean: to, ..self } };
        let [dx, dy] = [0, 1].map(|d| to[d] - self.mean[d]);
        let std = kept(dx.hypot(dy) / Self::REACH).max(Self::LEAST);
        if alike {
            return Self { stds: [std; 2], ..self };
        }
        let mut stds = self.stds;
        stds[axis] = std;
        if dx.hypot(dy) <= Self::LEAST {
            return Self { stds, ..self };
        }
        let half_turn = if against { std::f64::consts::PI } else { 0.0 };
        let angle = dy.atan2(dx) - half_turn - FRAC_PI_2 * axis as f64;
        Self { stds, ..self }.turned(angle)
    }

    /// How far `at` lies from the centre, in standard deviations.
    #[must_use]
    pub fn distance(&self, at: [f64; 2]) -> f64 {
        let (sin, cos) = self.angle.sin_cos();
        let [dx, dy] = [0, 1].map(|d| at[d] - self.mean[d]);
        let [u, v] = [dx * cos + dy * sin, dy * cos - dx * sin];
        (u / self.stds[0]).hypot(v / self.stds[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: [f64; 2], b: [f64; 2]) -> bool {
        (0..2).all(|d| (a[d] - b[d]).abs() < 1e-9)
    }

    #[test]
    fn a_gaussian_is_the_same_after_its_axes_were_read_and_written() {
        for (angle, stds) in
            [(0.0, [1.0, 0.3]), (0.7, [0.2, 0.9]), (-0.5, [2.0, 0.05]), (0.785, [0.4, 0.6])]
        {
            let ellipse = Ellipse { mean: [1.0, -2.0], stds, angle };
            let blob = ellipse.put_into(Blob { label: Some(2), ..Blob::round([0.0; 2], 1.0) });
            assert!(blob.std.is_none() && blob.label == Some(2));
            let again = Ellipse::of(&blob).expect("a Gaussian");
            assert!(close(again.mean, ellipse.mean) && close(again.stds, stds), "{again:?}");
            assert!((again.angle - angle).abs() < 1e-9, "{again:?}");
        }
        let round = Ellipse::of(&Blob::round([1.0, 2.0], 0.5)).expect("round");
        assert!(round.is_round() && round.angle.abs() < 1e-12);
        assert_eq!(round.put_into(Blob::round([0.0; 2], 1.0)), Blob::round([1.0, 2.0], 0.5));
        let broken =
            Blob { cov: Some([[1.0, 2.0], [2.0, 1.0]]), std: None, ..Blob::round([0.0; 2], 1.0) };
        assert!(Ellipse::of(&broken).is_none());
    }

    #[test]
    fn a_dragged_grip_is_where_the_pointer_is() {
        let start = Ellipse { mean: [0.5, 0.5], stds: [0.6, 0.2], angle: 0.3 };
        for grip in Grip::ALL {
            for to in [[1.5, 0.7], [-0.4, 1.1], [0.5, -0.9], [-1.0, 0.5]] {
                let dragged = start.dragged(grip, to, false);
                let there = Grip::ALL.iter().any(|&other| {
                    let at = dragged.grip(other);
                    (at[0] - to[0]).hypot(at[1] - to[1]) < 2e-4
                });
                assert!(there, "{grip:?} to {to:?}: {dragged:?}");
                if grip == Grip::Centre {
                    assert_eq!((dragged.mean, dragged.stds), (to, start.stds));
                    continue;
                }
                assert!(close(dragged.mean, start.mean));
                let Grip::Axis { axis, .. } = grip else { continue };
                let other = start.stds[1 - axis];
                let kept = dragged.stds.iter().any(|std| (std - other).abs() < 1e-12);
                assert!(kept, "the other axis keeps its length: {dragged:?}");
            }
        }
        let alike = start.dragged(Grip::ALL[1], [0.5, 1.7], true);
        assert!(alike.is_round() && (alike.stds[0] - 0.6).abs() < 1e-9);
        let least = start.dragged(Grip::ALL[0], start.mean, false);
        assert!(
            (least.stds[0] - Ellipse::LEAST).abs() < 1e-12 && (least.angle - 0.3).abs() < 1e-12
        );
    }

    #[test]
    fn turning_past_the_diagonal_goes_on_with_the_other_axis() {
        let ellipse = Ellipse { mean: [0.0; 2], stds: [1.0, 0.2], angle: 0.7 };
        let turned = ellipse.turned(0.9);
        assert!(close(turned.stds, [0.2, 1.0]));
        assert!((turned.angle - (0.9 - FRAC_PI_2)).abs() < 1e-12);
        // The long axis still points where it did.
        let end = turned.place([0.0, 1.0]);
        assert!(close(end, [0.9_f64.cos(), 0.9_f64.sin()]), "{end:?}");
        assert!((ellipse.distance(ellipse.place([0.0, 1.5])) - 1.5).abs() < 1e-12);
        for quarter in -8..=8 {
            let same = ellipse.turned(0.2 + FRAC_PI_2 * f64::from(quarter));
            assert!((same.angle - 0.2).abs() < 1e-9 && same.angle <= FRAC_PI_4);
        }
    }
}
