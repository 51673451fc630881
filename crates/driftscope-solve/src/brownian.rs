//! Brownian paths that belong to a particle, not to a step size.
//!
//! W is drawn together with its time integral, which schemes of order 1.5 need: (W, ∫W dt) is a
//! Gauss–Markov process, so that both are refined together by its bridges. Every scheme therefore
//! sees one and the same path, and runs of different schemes and step sizes can be compared
//! particle by particle.

use driftscope_base::field::Real;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// A Brownian path over one interval of length h, in one dimension: what a step knows of it.
///
/// Both parts are relative to the interval's own left end, and of the size of √h, so that no
/// digits are lost however finely a path is refined.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Increment {
    /// ΔW = W(t + h) − W(t). Variance h.
    pub w: f64,
    /// The space–time Lévy area H = (1/h) ∫ (W(s) − W(t)) ds − ½ΔW: how far the path runs above
    /// its chord, on average. Variance h/12, independent of ΔW.
    pub area: f64,
}

impl Increment {
    /// The interval made of this one, of length `left`, and of `next` after it, of length `right`.
    #[must_use]
    pub fn joined(self, left: f64, next: Self, right: f64) -> Self {
        let whole = left + right;
        let (theta, phi) = (left / whole, right / whole);
        Self {
            w: self.w + next.w,
            area: theta * self.area + phi * next.area + 0.5 * (phi * self.w - theta * next.w),
        }
    }
}

/// How an interval is split: the Gaussian bridge of (W, ∫W dt), written out.
///
/// With θ and φ the shares of the parts, H = θH₁ + φH₂ + ½φ·ΔW₁ − ½θ·ΔW₂ and the four are
/// independent, so ΔW₁ is drawn given (ΔW, H), then H₁ given the rest. At θ = ½ it is the formula of
/// Foster, Lyons & Oberhauser 2020 (arXiv:1904.06998), which Jelinčič, Foster & Kidger 2024
/// (arXiv:2405.06464) refine paths with.
#[derive(Clone, Copy, Debug)]
struct Split {
    theta: f64,
    phi: f64,
    /// Weight of the whole's area in ΔW₁: 6θφ.
    of_area: f64,
    /// Standard deviation of ΔW₁.
    noise: f64,
    /// Weights of θH₁ + φH₂ in both areas.
    shares: [f64; 2],
    /// Weights of a further normal in both areas.
    area_noise: [f64; 2],
}

impl Split {
    /// Of an interval into parts of lengths `left` and `right`.
    fn new(left: f64, right: f64) -> Self {
        let whole = left + right;
        let (theta, phi) = (left / whole, right / whole);
        let product = theta * phi;
        let cubes = theta.powi(3) + phi.powi(3);
        let noise = (whole * product / (12.0 * cubes)).sqrt();
        Self {
            theta,
            phi,
            of_area: 6.0 * product,
            noise: (whole * product * cubes).sqrt(),
            shares: [theta * theta / cubes, phi * phi / cubes],
            area_noise: [phi * noise, -theta * noise],
        }
    }

    /// Draws what happens on the two parts of `whole`.
    fn apply(&self, whole: Increment, mut normal: impl FnMut() -> f64) -> [Increment; 2] {
        let w = self.theta * whole.w + self.of_area * whole.area + self.noise * normal();
        let rest = whole.w - w;
        // θH₁ + φH₂, now that both increments are known.
        let areas = whole.area - 0.5 * self.phi * w + 0.5 * self.theta * rest;
        let noise = normal();
        let area = |part: usize| self.shares[part] * areas + self.area_noise[part] * noise;
        [Increment { w, area: area(0) }, Increment { w: rest, area: area(1) }]
    }
}

/// Draws paths in the plane over the steps of a grid (at least one step).
///
/// The whole interval is drawn first, then split after as many steps as the largest power of two
/// that leaves both parts a step, and so on, level by level; x and y side by side. Halving all steps
/// therefore continues the same stream of draws and refines the same path, also where the steps are
/// not equal or the last one is cut short, at four normal draws per step.
#[derive(Clone, Debug)]
pub struct PathSource {
    steps: usize,
    whole: Deviations,
    /// Where an interval begins, where its second part does, and how it is split; level by level.
    splits: Vec<(usize, usize, Split)>,
}

/// Standard deviations of the increment and the area over a step of length h: √h and √(h/12).
#[derive(Clone, Copy, Debug)]
struct Deviations {
    w: f64,
    area: f64,
}

impl Deviations {
    fn new(h: f64) -> Self {
        Self { w: h.sqrt(), area: (h / 12.0).sqrt() }
    }
}

impl PathSource {
    /// For paths over `grid`.
    #[must_use]
    pub fn new(grid: &[f64]) -> Self {
        let steps = grid.len() - 1;
        let length = |from: usize, to: usize| (grid[to] - grid[from]).abs();
        let mut stride = steps.next_power_of_two();
        let mut splits = Vec::with_capacity(steps);
        while stride > 1 {
            for from in (0..steps).step_by(stride) {
                let (middle, to) = (from + stride / 2, steps.min(from + stride));
                if middle < steps {
                    let split = Split::new(length(from, middle), length(middle, to));
                    splits.push((from, middle, split));
                }
            }
            stride /= 2;
        }
        Self { steps, whole: Deviations::new(length(0, steps)), splits }
    }

    /// Draws the increments of one path, in x and in y.
    pub fn draw(&self, rng: &mut impl Rng, increments: &mut Vec<[Increment; 2]>) {
        increments.clear();
        increments.resize(self.steps, [Increment::default(); 2]);
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        // An interval stands where its first step does until it is split.
        let Deviations { w, area } = self.whole;
        increments[0] = [(); 2].map(|()| Increment { w: w * normal(), area: area * normal() });
        for (from, middle, split) in &self.splits {
            let [x, y] = increments[*from].map(|whole| split.apply(whole, &mut normal));
            increments[*from] = [x[0], y[0]];
            increments[*middle] = [x[1], y[1]];
        }
    }
}

/// Standard normals for every step and particle. Both fields are indexed by step, then
/// feature-major over the particles.
#[derive(Clone, Debug)]
pub struct Noise<S> {
    /// z: `√h z` is the increment of W over a step of length h.
    pub z: Vec<Vec<S>>,
    /// Of the space–time Lévy area: `√(h/12)` times it is H. Independent of z. None where no
    /// scheme needs it.
    pub area: Option<Vec<Vec<S>>>,
    /// Of the part of each step up to its point in between, for samplers that draw there; where it is none, it is
    /// made of z and the area.
    pub inner: Option<Vec<Vec<S>>>,
}

impl<S: Real> Noise<S> {
    /// Noise of which increments alone are known.
    #[must_use]
    pub fn of_increments(z: Vec<Vec<S>>) -> Self {
        Self { z, area: None, inner: None }
    }

    /// The noise of particles whose paths are drawn from `streams` (one generator per particle).
    /// The paths are the same with and without the area.
    #[must_use]
    pub fn of_paths<R: Rng>(grid: &[f64], streams: &mut [R], with_area: bool) -> Self {
        let (steps, count) = (grid.len() - 1, streams.len());
        let blank = || vec![vec![S::ZERO; 2 * count]; steps];
        let mut z = blank();
        let mut area = with_area.then(blank);
        let mut increments = Vec::new();
        let source = PathSource::new(grid);
        let deviations: Vec<_> =
            grid.windows(2).map(|pair| Deviations::new((pair[1] - pair[0]).abs())).collect();
        for (i, stream) in streams.iter_mut().enumerate() {
            source.draw(stream, &mut increments);
            for (step, (pair, deviations)) in increments.iter().zip(&deviations).enumerate() {
                for (increment, j) in pair.iter().zip([i, count + i]) {
                    z[step][j] = S::from_f64(increment.w / deviations.w);
                    if let Some(area) = &mut area {
                        area[step][j] = S::from_f64(increment.area / deviations.area);
                    }
                }
            }
        }
        Self { z, area, inner: None }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::grid;

    /// Steps that grow, on times that nest: every second one of `2·steps` is one of `steps`.
    fn growing(steps: usize) -> Vec<f64> {
        (0..=steps).map(|i| (i as f64 / steps as f64).powf(1.7)).collect()
    }

    fn draw(grid: &[f64], seed: u64) -> Vec<[Increment; 2]> {
        let mut increments = Vec::new();
        PathSource::new(grid).draw(&mut ChaCha8Rng::seed_from_u64(seed), &mut increments);
        increments
    }

    /// Steps `from..to` of a path as one.
    fn over(grid: &[f64], increments: &[[Increment; 2]], from: usize, to: usize) -> [Increment; 2] {
        [0, 1].map(|d| {
            (from + 1..to).fold(increments[from][d], |sum, i| {
                sum.joined(grid[i] - grid[from], increments[i][d], grid[i + 1] - grid[i])
            })
        })
    }

    #[test]
    fn doubling_the_steps_refines_the_same_path_and_its_integral() {
        let uniform = |steps| grid::uniform(0.0, 1.0, steps);
        let grids: [&dyn Fn(usize) -> Vec<f64>; 2] = [&uniform, &growing];
        for make in grids {
            for (steps, factor) in [(1, 4), (3, 4), (8, 2), (50, 4), (1, 1 << 14)] {
                let (coarse, fine) = (make(steps), make(factor * steps));
                let (whole, parts) = (draw(&coarse, 1), draw(&fine, 1));
                for (i, wanted) in whole.iter().enumerate() {
                    let found = over(&fine, &parts, factor * i, factor * (i + 1));
                    for (found, wanted) in found.iter().zip(wanted) {
                        assert!((found.w - wanted.w).abs() < 1e-12, "{steps} {factor}");
                        assert!((found.area - wanted.area).abs() < 1e-12, "{steps} {factor}");
                    }
                }
            }
        }
    }

    /// The bridge written with matrices: state (W, I) relative to the left end, transition
    /// F = [[1, 0], [h, 1]], covariance Q = [[h, h²/2], [h²/2, h³/3]].
    #[test]
    fn halving_is_the_gaussian_bridge_of_the_path_and_its_integral() {
        let q = |h: f64| [[h, h * h / 2.0], [h * h / 2.0, h.powi(3) / 3.0]];
        let times = |a: [[f64; 2]; 2], b: [[f64; 2]; 2]| {
            [0, 1].map(|i| [0, 1].map(|j| a[i][0] * b[0][j] + a[i][1] * b[1][j]))
        };
        let transposed = |a: [[f64; 2]; 2]| [[a[0][0], a[1][0]], [a[0][1], a[1][1]]];
        for (h1, h2) in [(0.5, 0.5), (0.3, 0.1), (1e-4, 2e-3), (2.0, 0.01)] {
            let f2 = [[1.0, 0.0], [h2, 1.0]];
            let p = q(h1);
            let mut s = times(times(f2, p), transposed(f2));
            let added = q(h2);
            for i in 0..2 {
                for j in 0..2 {
                    s[i][j] += added[i][j];
                }
            }
            let det = s[0][0] * s[1][1] - s[0][1] * s[1][0];
            let inverse = [[s[1][1] / det, -s[0][1] / det], [-s[1][0] / det, s[0][0] / det]];
            let k = times(times(p, transposed(f2)), inverse);
            let lost = times(times(k, s), transposed(k));

            let h = h1 + h2;
            let whole = Increment { w: 0.7 * h.sqrt(), area: -0.4 * h.sqrt() };
            let right_end = [whole.w, h * (0.5 * whole.w + whole.area)];
            // (W, I) in the middle as it comes from given normals.
            let middle = |normals: [f64; 2]| {
                let mut draws = normals.into_iter();
                let [first, second] =
                    Split::new(h1, h2).apply(whole, || draws.next().expect("two draws are enough"));
                let again = first.joined(h1, second, h2);
                assert!(
                    (again.w - whole.w).abs() < 1e-14 && (again.area - whole.area).abs() < 1e-14
                );
                [first.w, h1 * (0.5 * first.w + first.area)]
            };
            let mean = middle([0.0, 0.0]);
            let factor =
                [middle([1.0, 0.0]), middle([0.0, 1.0])].map(|m| [m[0] - mean[0], m[1] - mean[1]]);
            let scale = [h1.sqrt(), h1.powf(1.5)];
            for i in 0..2 {
                let wanted = k[i][0] * right_end[0] + k[i][1] * right_end[1];
                assert!((mean[i] - wanted).abs() < 1e-9 * scale[i], "{h1} {h2}: {mean:?} {wanted}");
                for j in 0..2 {
                    let found: f64 = factor.iter().map(|column| column[i] * column[j]).sum();
                    let wanted = p[i][j] - lost[i][j];
                    // The matrices cancel; the closed form does not.
                    assert!((found - wanted).abs() < 1e-9 * scale[i] * scale[j], "{h1} {h2}");
                }
            }
        }
    }

    #[test]
    fn increments_and_areas_are_independent_normals() {
        for grid in [grid::uniform(0.0, 2.0, 8), growing(12), grid::by_size(0.0, 0.96, 0.25)] {
            let steps = grid.len() - 1;
            let runs = 20_000;
            let mut streams: Vec<_> = (0..runs).map(ChaCha8Rng::seed_from_u64).collect();
            let noise = Noise::<f64>::of_paths(&grid, &mut streams, true);
            let area = noise.area.as_ref().expect("asked for");
            let count = runs as usize;
            let columns: Vec<&[f64]> = (0..steps)
                .flat_map(|step| [&noise.z[step], &area[step]])
                .flat_map(|both| [&both[..count], &both[count..]])
                .collect();
            for (i, a) in columns.iter().enumerate() {
                for (j, b) in columns.iter().enumerate().take(i + 1) {
                    let mean: f64 =
                        a.iter().zip(*b).map(|(a, b)| a * b).sum::<f64>() / count as f64;
                    let wanted = if i == j { 1.0 } else { 0.0 };
                    // Five standard deviations, of √2/√runs at most.
                    assert!((mean - wanted).abs() < 0.05, "{i} {j}: {mean}");
                }
            }
        }
    }

    #[test]
    fn increments_are_the_same_without_the_area() {
        let grid = growing(24);
        let streams = || [1, 2, 3].map(ChaCha8Rng::seed_from_u64);
        let with = Noise::<f32>::of_paths(&grid, &mut streams(), true);
        let without = Noise::<f32>::of_paths(&grid, &mut streams(), false);
        assert_eq!(with.z, without.z);
        assert!(without.area.is_none());
    }
}
