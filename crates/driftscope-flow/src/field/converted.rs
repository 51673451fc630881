//! One velocity field, every path.

use driftscope_base::field::{Field, Real, ScoredField, Times};
use driftscope_base::interpolant::Interpolant;

/// Points converted at a time, on the stack.
const CHUNK: usize = 128;

/// On VP a score recovered from a velocity is 0/0 at t = 1, as is all that is made of both means there; runs
/// end this much earlier.
pub(super) const VP_MARGIN: f64 = 1e-5;

/// A velocity field on one path, serving another (and its score).
///
/// Both paths are noise levels of the same data: a point is taken to the inner path's time of equal
/// α/σ, evaluated there, and its posterior means give velocity and score here.
#[derive(Clone, Debug)]
pub struct Converted<F> {
    inner: F,
    from: Interpolant,
    to: Interpolant,
}

/// What a point's time says of its conversion. Velocity and score here are linear in the point and
/// the inner velocity.
#[derive(Clone, Copy)]
struct Twin {
    /// The time on the inner path.
    time: f64,
    /// The point there is the point here times this.
    scale: f64,
    /// Weights of the point and of the inner velocity in the velocity here.
    velocity: [f64; 2],
    /// The same in the score here.
    score: [f64; 2],
}

impl Twin {
    const BLANK: Self = Self { time: 0.0, scale: 1.0, velocity: [0.0, 1.0], score: [0.0; 2] };
}

impl<F> Converted<F> {
    /// The field on path `to` of `inner`, which lives on path `from`.
    #[must_use]
    pub fn new(inner: F, from: Interpolant, to: Interpolant) -> Self {
        Self { inner, from, to }
    }

    /// The last time at which a converted field on `path` is defined.
    #[must_use]
    pub fn end_of_definition(path: Interpolant) -> f64 {
        match path {
            Interpolant::Vp => 1.0 - VP_MARGIN,
            Interpolant::Linear | Interpolant::Gvp => f64::INFINITY,
        }
    }

    fn twin(&self, t: f64) -> Twin {
        let here = self.to.coefficients(t);
        let (time, scale) = if self.from == self.to {
            (t, 1.0)
        } else {
            // A network has seen no noise level beyond its own t = 0 (VP ends at α = 0.0066).
            let time = self.from.time_of_level(here.alpha, here.sigma).max(0.0);
            let there = self.from.coefficients(time);
            let scale = if here.sigma.abs() > here.alpha.abs() {
                there.sigma / here.sigma
            } else {
                there.alpha / here.alpha
            };
            (time, scale)
        };
        let [data, noise] = self.from.mean_weights(time);
        let velocity = if self.from == self.to {
            [0.0, 1.0]
        } else {
            [
                scale * (here.d_alpha * data[0] + here.d_sigma * noise[0]),
                here.d_alpha * data[1] + here.d_sigma * noise[1],
            ]
        };
        let score = [-scale * noise[0] / here.sigma, -noise[1] / here.sigma];
        Twin { time, scale, velocity, score }
    }

    /// Writes velocities, and scores if wanted.
    fn convert<S: Real>(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        mut scores: Option<&mut [S]>,
    ) where
        F: Field<S>,
    {
        if self.from == self.to {
            self.inner.velocity(times, points, velocities);
            let Some(scores) = scores else { return };
            let count = points.len() / 2;
            match times {
                Times::Shared(t) => combine(self.twin(t).score, points, velocities, scores),
                Times::Each(times) => {
                    for (i, &t) in times.iter().enumerate() {
                        let score = self.twin(t).score;
                        for j in [i, count + i] {
                            let one = j..=j;
                            let (x, v) = (&points[one.clone()], &velocities[one.clone()]);
                            combine(score, x, v, &mut scores[one]);
                        }
                    }
                }
            }
            return;
        }
        let count = points.len() / 2;
        let shared = match times {
            Times::Shared(t) => Some(self.twin(t)),
            Times::Each(_) => None,
        };
        let mut twins = [shared.unwrap_or(Twin::BLANK); CHUNK];
        let mut twin_times = [0.0; CHUNK];
        let mut there = [S::ZERO; 2 * CHUNK];
        let mut inner = [S::ZERO; 2 * CHUNK];
        for start in (0..count).step_by(CHUNK) {
            let size = CHUNK.min(count - start);
            for i in 0..size {
                if shared.is_none() {
                    twins[i] = self.twin(times.at(start + i));
                }
                let Twin { time, scale, .. } = twins[i];
                twin_times[i] = time;
                let scale = S::from_f64(scale);
                there[i] = points[start + i] * scale;
                there[size + i] = points[count + start + i] * scale;
            }
            let times = shared.map_or(Times::Each(&twin_times[..size]), |t| Times::Shared(t.time));
            self.inner.velocity(times, &there[..2 * size], &mut inner[..2 * size]);
            for (i, Twin { velocity, score, .. }) in twins.iter().enumerate().take(size) {
                for (d, j) in [start + i, count + start + i].into_iter().enumerate() {
                    let (x, v) = (points[j].to_f64(), inner[d * size + i].to_f64());
                    velocities[j] = S::from_f64(velocity[0] * x + velocity[1] * v);
                    if let Some(scores) = &mut scores {
                        scores[j] = S::from_f64(score[0] * x + score[1] * v);
                    }
                }
            }
        }
    }
}

/// `out = weights · (x, v)`, in double precision: the two parts nearly cancel towards t = 1.
fn combine<S: Real>(weights: [f64; 2], points: &[S], velocities: &[S], out: &mut [S]) {
    for ((out, &x), &v) in out.iter_mut().zip(points).zip(velocities) {
        *out = S::from_f64(weights[0] * x.to_f64() + weights[1] * v.to_f64());
    }
}

impl<S: Real, F: Field<S>> Field<S> for Converted<F> {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        self.convert(times, points, velocities, None);
    }

    fn jacobian(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        [by_x, by_y]: [&mut [S]; 2],
    ) -> bool {
        let count = points.len() / 2;
        let twins: Vec<Twin> = (0..count).map(|i| self.twin(times.at(i))).collect();
        let twin_times: Vec<f64> = twins.iter().map(|twin| twin.time).collect();
        let there = points.iter().zip(twins.iter().cycle());
        let there: Vec<S> = there.map(|(&x, twin)| x * S::from_f64(twin.scale)).collect();
        let by = [&mut *by_x, &mut *by_y];
        if !self.inner.jacobian(Times::Each(&twin_times), &there, velocities, by) {
            return false;
        }
        // v = p x + q v'(s x), so that ∂v/∂x = p + q s ∂v'/∂x.
        for (i, &Twin { scale, velocity: [of_point, of_inner], .. }) in twins.iter().enumerate() {
            let chain = S::from_f64(of_inner * scale);
            for (d, by) in [&mut *by_x, &mut *by_y].into_iter().enumerate() {
                for row in 0..2 {
                    let entry = &mut by[row * count + i];
                    *entry = chain * *entry;
                    if row == d {
                        *entry += S::from_f64(of_point);
                    }
                }
            }
            for j in [i, count + i] {
                let (x, v) = (points[j].to_f64(), velocities[j].to_f64());
                velocities[j] = S::from_f64(of_point * x + of_inner * v);
            }
        }
        true
    }

    fn is_flow_map(&self) -> bool {
        self.inner.is_flow_map()
    }

    /// The map of the inner path, from and to points of equal noise levels.
    fn average_velocity(&self, from: f64, to: f64, points: &[S], velocities: &mut [S]) {
        let duration = to - from;
        if self.from == self.to || duration.abs() <= 0.0 || !Field::<S>::is_flow_map(self) {
            if self.from == self.to {
                self.inner.average_velocity(from, to, points, velocities);
            } else {
                self.velocity(Times::Shared(from), points, velocities);
            }
            return;
        }
        let [start, end] = [from, to].map(|t| self.twin(t));
        let there: Vec<S> = points.iter().map(|x| S::from_f64(start.scale * x.to_f64())).collect();
        self.inner.average_velocity(start.time, end.time, &there, velocities);
        for ((velocity, there), x) in velocities.iter_mut().zip(there).zip(points) {
            let moved = there.to_f64() + (end.time - start.time) * velocity.to_f64();
            *velocity = S::from_f64((moved / end.scale - x.to_f64()) / duration);
        }
    }

    fn last_time(&self) -> f64 {
        Self::end_of_definition(self.to)
    }
}

impl<S: Real, F: Field<S>> ScoredField<S> for Converted<F> {
    fn velocity_and_score(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        scores: &mut [S],
    ) {
        self.convert(times, points, velocities, Some(scores));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::data::TOYS;
    use crate::field::ExactField;

    /// Largest difference of two vectors relative to the larger one.
    fn difference(a: [f64; 2], b: [f64; 2]) -> f64 {
        let size = |v: [f64; 2]| v[0].hypot(v[1]);
        size([a[0] - b[0], a[1] - b[1]]) / size(a).max(size(b)).max(1e-300)
    }

    #[test]
    fn exact_fields_pass_through_unchanged() {
        let mut worst = 0.0_f64;
        for toy in TOYS {
            let mixture = Arc::new(toy.mixture());
            let exact = |path| ExactField::new(Arc::clone(&mixture), path);
            for to in [Interpolant::Gvp, Interpolant::Vp] {
                let converted = Converted::new(exact(Interpolant::Linear), Interpolant::Linear, to);
                let direct = exact(to);
                for step in 1..=99 {
                    let t = f64::from(step) / 100.0;
                    for x in [[0.3, -0.7], [1.9, 0.4], [-2.2, 1.1], [0.0, 0.01]] {
                        let (mut v, mut s) = ([0.0; 2], [0.0; 2]);
                        converted.velocity_and_score(Times::Shared(t), &x, &mut v, &mut s);
                        let here = direct.at(t, x);
                        worst =
                            worst.max(difference(v, here.velocity)).max(difference(s, here.score));
                        assert!(worst < 1e-9, "{} {to:?} t = {t} x = {x:?}: {worst:e}", toy.name);
                    }
                }
            }
        }
        println!("largest relative difference {worst:.2e}");
    }

    /// A field whose Jacobian is known: a rotation that depends on where it is.
    struct Swirl;

    impl Field<f64> for Swirl {
        fn velocity(&self, times: Times<'_>, points: &[f64], velocities: &mut [f64]) {
            let count = points.len() / 2;
            for i in 0..count {
                let (t, x, y) = (times.at(i), points[i], points[count + i]);
                velocities[i] = x * y + t;
                velocities[count + i] = x * x - t * y;
            }
        }

        fn jacobian(
            &self,
            times: Times<'_>,
            points: &[f64],
            velocities: &mut [f64],
            [by_x, by_y]: [&mut [f64]; 2],
        ) -> bool {
            self.velocity(times, points, velocities);
            let count = points.len() / 2;
            for i in 0..count {
                let (t, x, y) = (times.at(i), points[i], points[count + i]);
                (by_x[i], by_x[count + i], by_y[i], by_y[count + i]) = (y, 2.0 * x, x, -t);
            }
            true
        }
    }

    #[test]
    fn jacobians_are_converted_with_their_velocities() {
        let times = [0.2, 0.5, 0.9];
        let points = [0.4, -1.0, 0.3, 0.8, 0.1, -0.6];
        for to in Interpolant::ALL {
            let field = Converted::new(Swirl, Interpolant::Linear, to);
            let at = |points: &[f64]| {
                let mut velocities = [0.0; 6];
                field.velocity(Times::Each(&times), points, &mut velocities);
                velocities
            };
            let (mut velocities, mut by_x, mut by_y) = ([0.0; 6], [0.0; 6], [0.0; 6]);
            let by = [&mut by_x[..], &mut by_y[..]];
            assert!(field.jacobian(Times::Each(&times), &points, &mut velocities, by));
            let h = 1e-6;
            for (d, by) in [by_x, by_y].iter().enumerate() {
                let moved = |by: f64| {
                    let mut points = points;
                    points[3 * d..3 * d + 3].iter_mut().for_each(|x| *x += by);
                    at(&points)
                };
                let (ahead, behind) = (moved(h), moved(-h));
                for j in 0..6 {
                    let difference = (ahead[j] - behind[j]) / (2.0 * h);
                    assert!((difference - by[j]).abs() < 1e-7, "{to:?} {d} {j}");
                    assert!((velocities[j] - at(&points)[j]).abs() < 1e-12, "{to:?} {j}");
                }
            }
        }
    }
}
