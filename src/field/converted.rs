//! One velocity field, every path.

use super::{Field, Real, ScoredField, Times};
use crate::interpolant::Interpolant;

/// Points converted at a time, on the stack.
const CHUNK: usize = 128;

/// On VP a score recovered from a velocity is 0/0 at t = 1; runs end this much earlier.
const VP_MARGIN: f64 = 1e-5;

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

/// A point's place on the inner path.
#[derive(Clone, Copy)]
struct Twin {
    time: f64,
    scale: f64,
}

/// What is known of one point.
struct Known {
    index: usize,
    t: f64,
    /// E[x1|x].
    data: [f64; 2],
    /// E[x0|x].
    noise: [f64; 2],
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
        if self.from == self.to {
            return Twin { time: t, scale: 1.0 };
        }
        let here = self.to.coefficients(t);
        // A network has seen no noise level beyond its own t = 0 (VP ends at α = 0.0066).
        let time = self.from.time_of_level(here.alpha, here.sigma).max(0.0);
        let there = self.from.coefficients(time);
        let scale = if here.sigma.abs() > here.alpha.abs() {
            there.sigma / here.sigma
        } else {
            there.alpha / here.alpha
        };
        Twin { time, scale }
    }

    fn evaluate<S: Real>(&self, times: Times<'_>, points: &[S], mut write: impl FnMut(Known))
    where
        F: Field<S>,
    {
        let count = points.len() / 2;
        let shared = match times {
            Times::Shared(t) => Some(self.twin(t)),
            Times::Each(_) => None,
        };
        let mut twins = [Twin { time: 0.0, scale: 1.0 }; CHUNK];
        let mut twin_times = [0.0; CHUNK];
        let mut here = [S::ZERO; 2 * CHUNK];
        let mut velocities = [S::ZERO; 2 * CHUNK];
        for start in (0..count).step_by(CHUNK) {
            let size = CHUNK.min(count - start);
            for i in 0..size {
                twins[i] = shared.unwrap_or_else(|| self.twin(times.at(start + i)));
                twin_times[i] = twins[i].time;
                let scale = S::from_f64(twins[i].scale);
                here[i] = points[start + i] * scale;
                here[size + i] = points[count + start + i] * scale;
            }
            let there = shared.map_or(Times::Each(&twin_times[..size]), |t| Times::Shared(t.time));
            self.inner.velocity(there, &here[..2 * size], &mut velocities[..2 * size]);
            for (i, twin) in twins.iter().enumerate().take(size) {
                let means = [i, size + i].map(|j| {
                    let (x, v) = (here[j].to_f64(), velocities[j].to_f64());
                    self.from.means_from_velocity(twin.time, x, v)
                });
                write(Known {
                    index: start + i,
                    t: times.at(start + i),
                    data: means.map(|mean| mean.0),
                    noise: means.map(|mean| mean.1),
                });
            }
        }
    }
}

impl<S: Real, F: Field<S>> Field<S> for Converted<F> {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        if self.from == self.to {
            self.inner.velocity(times, points, velocities);
            return;
        }
        let count = points.len() / 2;
        self.evaluate(times, points, |known| {
            let here = self.to.coefficients(known.t);
            for (d, j) in [known.index, count + known.index].into_iter().enumerate() {
                velocities[j] =
                    S::from_f64(here.d_alpha * known.data[d] + here.d_sigma * known.noise[d]);
            }
        });
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
        let count = points.len() / 2;
        self.evaluate(times, points, |known| {
            let here = self.to.coefficients(known.t);
            for (d, j) in [known.index, count + known.index].into_iter().enumerate() {
                velocities[j] =
                    S::from_f64(here.d_alpha * known.data[d] + here.d_sigma * known.noise[d]);
                scores[j] = S::from_f64(-known.noise[d] / here.sigma);
            }
        });
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
}
