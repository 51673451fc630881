//! The energy distance between clouds, and a permutation test of it.

use std::f64::consts::{FRAC_PI_2, PI};

use driftscope_base::random::{Purpose, stream};
use pulp::Arch;
use rand::seq::SliceRandom;
use rayon::prelude::*;

/// Directions onto which clouds are projected, evenly over a half-turn. Over that many the mean of
/// |cos| is 2/π to within 0.3 % in every direction.
const DIRECTIONS: usize = 16;
/// Permutations that are drawn from one random stream and measured together.
const TOGETHER: usize = 64;

/// The points of two clouds in the order of their projections, one line per direction.
struct Pooled {
    sizes: [usize; 2],
    lines: Vec<Line>,
}

/// The pooled clouds on one direction.
struct Line {
    /// Numbers of the points from left to right; the second cloud's follow on the first's.
    order: Vec<u32>,
    /// The way from each point to the next; one shorter than the order.
    gaps: Vec<f64>,
}

impl Pooled {
    fn new(a: &[[f64; 2]], b: &[[f64; 2]]) -> Self {
        assert!(!a.is_empty() && !b.is_empty(), "clouds of at least one point");
        let points: Vec<[f64; 2]> = a.iter().chain(b).copied().collect();
        let lines = (0..DIRECTIONS).into_par_iter().map(|k| {
            let (sin, cos) = direction(k);
            let projected: Vec<f64> = points.iter().map(|p| p[0] * cos + p[1] * sin).collect();
            let mut order: Vec<u32> = (0..points.len() as u32).collect();
            order
                .sort_unstable_by(|&i, &j| projected[i as usize].total_cmp(&projected[j as usize]));
            let at = |i: u32| projected[i as usize];
            let gaps = order.windows(2).map(|pair| at(pair[1]) - at(pair[0])).collect();
            Line { order, gaps }
        });
        Self { sizes: [a.len(), b.len()], lines: lines.collect() }
    }

    /// For each point 1 if it belongs to the first cloud, else 0.
    fn membership(&self) -> Vec<u8> {
        let [first, second] = self.sizes;
        (0..first + second).map(|i| u8::from(i < first)).collect()
    }

    /// Energy distances for as many divisions of the points into two clouds: `in_first[i]` says
    /// for each division whether point i is in the first cloud (1) or not (0).
    ///
    /// Many divisions at once make one jump through memory of each point, and fill vectors.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "so that it is compiled for the processor at hand")]
    fn distances<const DIVISIONS: usize>(&self, in_first: &[[u8; DIVISIONS]]) -> [f64; DIVISIONS] {
        let [first, second] = self.sizes.map(|size| size as f64);
        let mut sums = [0.0; DIVISIONS];
        for line in &self.lines {
            let mut seen = [0_i32; DIVISIONS];
            let mut areas = [0.0; DIVISIONS];
            let mut expected = 0.0;
            for (&i, &gap) in line.order.iter().zip(&line.gaps) {
                expected += first;
                let here = &in_first[i as usize];
                for ((seen, area), &here) in seen.iter_mut().zip(&mut areas).zip(here) {
                    *seen += i32::from(here);
                    // F − G of the two distribution functions times the sizes of both clouds, a
                    // whole number.
                    let height = f64::from(*seen) * (first + second) - expected;
                    *area += height * height * gap;
                }
            }
            for (sum, area) in sums.iter_mut().zip(areas) {
                *sum += area;
            }
        }
        // 2∫(F − G)² in one dimension; |x| in the plane is π/2 times the mean of |x·u| over u.
        let scale = first * second;
        sums.map(|sum| FRAC_PI_2 * 2.0 * sum / (DIRECTIONS as f64 * scale * scale))
    }

    /// The energy distance of the clouds as they are.
    fn observed(&self) -> f64 {
        let membership: Vec<[u8; 1]> = self.membership().into_iter().map(|m| [m]).collect();
        let [distance] = self.distances(&membership);
        distance
    }
}

/// Sine and cosine of the k-th direction.
fn direction(k: usize) -> (f64, f64) {
    (PI * (k as f64 + 0.5) / DIRECTIONS as f64).sin_cos()
}

/// The energy distance `2E|X − Y| − E|X − X'| − E|Y − Y'|` between two clouds, in units of the
/// plane (Székely & Rizzo 2013, J. Stat. Plan. Inference 143). 0 if and only if both are the same
/// distribution; for finite clouds of one distribution about `E|X − X'|·(1/n + 1/m)`, never 0.
///
/// It is found in n log n rather than n²: the length of a vector is π/2 times the mean length of
/// its projections over all directions, and on a line the energy distance is `2∫(F − G)²` of the
/// distribution functions. With the 16 directions used here, lengths are right to 0.3 %.
///
/// # Panics
/// If a cloud is empty.
#[must_use]
pub fn energy_distance(a: &[[f64; 2]], b: &[[f64; 2]]) -> f64 {
    Pooled::new(a, b).observed()
}

/// Probability that two clouds of one distribution are at least as far apart in energy distance as
/// these, found by dealing the pooled points out anew `permutations` times: (1 + times as far) /
/// (1 + permutations), which is exact for the test whatever the distribution (Phipson & Smyth
/// 2010). `seed` decides the permutations; the number of threads does not matter.
///
/// # Panics
/// If a cloud is empty.
#[must_use]
pub fn permutation_test(a: &[[f64; 2]], b: &[[f64; 2]], permutations: usize, seed: u64) -> f64 {
    let pooled = Pooled::new(a, b);
    let membership = pooled.membership();
    let observed = pooled.observed();
    let as_far: usize = (0..permutations.div_ceil(TOGETHER))
        .into_par_iter()
        .map(|block| {
            let mut rng = stream(seed, Purpose::Permutation, block as u64);
            let mut dealt = membership.clone();
            let mut in_first = vec![[0; TOGETHER]; dealt.len()];
            for division in 0..TOGETHER {
                dealt.shuffle(&mut rng);
                for (row, &dealt) in in_first.iter_mut().zip(&dealt) {
                    row[division] = dealt;
                }
            }
            let distances = Arch::new().dispatch(|| pooled.distances(&in_first));
            let wanted = TOGETHER.min(permutations - block * TOGETHER);
            distances[..wanted].iter().filter(|&&distance| distance >= observed).count()
        })
        .sum();
    (1 + as_far) as f64 / (1 + permutations) as f64
}

#[cfg(test)]
mod tests {
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    fn cloud(number: u64, count: usize, scale: f64) -> Vec<[f64; 2]> {
        let mut rng = stream(5, Purpose::Draw, number);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        (0..count).map(|_| [scale * normal(), normal()]).collect()
    }

    /// The definition, over all pairs.
    fn direct(a: &[[f64; 2]], b: &[[f64; 2]], length: impl Fn([f64; 2]) -> f64) -> f64 {
        let mean = |a: &[[f64; 2]], b: &[[f64; 2]]| {
            let pairs = a.iter().flat_map(|p| b.iter().map(|q| [p[0] - q[0], p[1] - q[1]]));
            pairs.map(&length).sum::<f64>() / (a.len() * b.len()) as f64
        };
        2.0 * mean(a, b) - mean(a, a) - mean(b, b)
    }

    #[test]
    fn the_definition_over_all_pairs_is_met() {
        let euclidean = |[x, y]: [f64; 2]| x.hypot(y);
        let by_directions = |[x, y]: [f64; 2]| {
            let shadows =
                (0..DIRECTIONS).map(direction).map(|(sin, cos)| (x * cos + y * sin).abs());
            FRAC_PI_2 * shadows.sum::<f64>() / DIRECTIONS as f64
        };
        for k in 0..100 {
            let (sin, cos) = (PI * f64::from(k) / 100.0).sin_cos();
            assert!((by_directions([cos, sin]) - 1.0).abs() < 0.0033);
        }
        // Clouds of different size, and one that holds some of the other's points twice.
        let a = cloud(1, 300, 1.0);
        let mut repeated = a[..40].to_vec();
        repeated.extend(&a[..20]);
        for b in [cloud(2, 200, 1.5), cloud(3, 300, 1.0), repeated, vec![[4.0, -3.0]]] {
            let found = energy_distance(&a, &b);
            let exact = direct(&a, &b, by_directions);
            assert!((found - exact).abs() < 1e-12, "{found} is not {exact}");
            let wanted = direct(&a, &b, euclidean);
            assert!((found - wanted).abs() < 0.01 * wanted, "{found} is not {wanted}");
        }
        assert!(energy_distance(&a, &a).abs() < 1e-15);
    }

    #[test]
    fn clouds_of_one_distribution_pass_evenly_and_others_fail() {
        let p: Vec<f64> = (0..60)
            .map(|i| permutation_test(&cloud(2 * i, 150, 1.0), &cloud(2 * i + 1, 200, 1.0), 199, i))
            .collect();
        // Uniform on (0, 1]: of 60, 30 ± 12 (three standard deviations) lie below a half.
        let below = p.iter().filter(|&&p| p <= 0.5).count();
        assert!((18..=42).contains(&below), "{below} of 60 below 0.5");
        assert!(p.iter().all(|&p| p > 0.0 && p <= 1.0));
        let far = permutation_test(&cloud(1, 500, 1.0), &cloud(2, 500, 2.0), 1999, 1);
        assert!((far - 5e-4).abs() < 1e-12, "{far}");
    }
}
