//! What holds for any points.

use driftscope_base::random::{Purpose, stream};
use proptest::prelude::*;
use rand::seq::SliceRandom;

use super::cloud;
use crate::coupling::*;

/// The least sum of costs over all permutations, one by one.
fn by_trying_all(costs: &[f64], n: usize) -> f64 {
    fn rest(costs: &[f64], n: usize, row: usize, taken: u32) -> f64 {
        if row == n {
            return 0.0;
        }
        let free = (0..n).filter(|j| taken & (1 << j) == 0);
        let sums = free.map(|j| costs[row * n + j] + rest(costs, n, row + 1, taken | (1 << j)));
        sums.fold(f64::INFINITY, f64::min)
    }
    rest(costs, n, 0, 0)
}

fn is_permutation(columns: &[usize]) -> bool {
    let mut sorted = columns.to_vec();
    sorted.sort_unstable();
    sorted.into_iter().eq(0..columns.len())
}

proptest! {
    #[test]
    fn no_permutation_is_cheaper(
        n in 1..=7_usize,
        costs in prop::collection::vec(-9.0..9.0_f64, 49),
        whole in any::<bool>(),
    ) {
        // Whole numbers have ties.
        let costs: Vec<f64> =
            costs.iter().map(|cost| if whole { (cost / 3.0).round() } else { *cost }).collect();
        let mut assignment = Assignment::default();
        let found = assignment.solve(n, |i, j| costs[i * n + j]);
        prop_assert!(is_permutation(found));
        let sum: f64 = found.iter().enumerate().map(|(i, j)| costs[i * n + j]).sum();
        let least = by_trying_all(&costs[..n * n], n);
        prop_assert!((sum - least).abs() < 1e-12, "{sum} instead of {least}");
    }

    #[test]
    fn pairs_of_a_block_are_exchanged_among_each_other_at_no_more_cost(
        seed in any::<u64>(),
        count in 1..300_usize,
        block in 2..150_usize,
    ) {
        let (noise, data) = (cloud(seed, count), cloud(seed.wrapping_add(1), count));
        let mut coupler = Coupler::new(Coupling::Optimal { block }).expect("in range");
        let mut rng = stream(seed, Purpose::Permutation, 0);
        let partners = coupler.partners(&noise, &data, &mut rng).to_vec();
        prop_assert!(is_permutation(&partners));
        prop_assert!(partners.iter().enumerate().all(|(i, j)| i / block == j / block));
        let cost = |partners: &[usize]| -> f64 {
            partners.iter().enumerate().map(|(i, &j)| squared_distance(noise[i], data[j])).sum()
        };
        let least = cost(&partners);
        let mut other: Vec<usize> = (0..count).collect();
        prop_assert!(least <= cost(&other) + 1e-9);
        for _ in 0..10 {
            other.chunks_mut(block).for_each(|block| block.shuffle(&mut rng));
            prop_assert!(least <= cost(&other) + 1e-9);
        }
        // Nor does it become cheaper by exchanging two, which few random permutations would find.
        for (i, &j) in partners.iter().enumerate() {
            for (k, &l) in partners.iter().enumerate().skip(i + 1).take_while(|(k, _)| k / block == i / block) {
                let now = squared_distance(noise[i], data[j]) + squared_distance(noise[k], data[l]);
                let then = squared_distance(noise[i], data[l]) + squared_distance(noise[k], data[j]);
                prop_assert!(now <= then + 1e-12);
            }
        }
    }

    #[test]
    fn entropic_plans_lie_between_the_assignment_and_the_independent_one(
        seed in any::<u64>(),
        n in 1..20_usize,
        exponent in -1.5..3.0_f64,
    ) {
        let (noise, data) = (cloud(seed, n), cloud(seed.wrapping_add(1), n));
        let cost = |i: usize, j: usize| squared_distance(noise[i], data[j]);
        let epsilon = 10_f64.powf(exponent);
        let mut assignment = Assignment::default();
        let columns = assignment.solve(n, cost);
        let least = columns.iter().enumerate().map(|(i, &j)| cost(i, j)).sum::<f64>() / n as f64;
        let mut sinkhorn = Sinkhorn::default();
        let settings = SinkhornSettings { epsilon, iterations: 20_000, tolerance: 1e-12 * epsilon };
        sinkhorn.solve(n, settings, cost);
        let (mut mean, mut most, mut from_independent) = (0.0, 0.0_f64, 0.0_f64);
        for i in 0..n {
            let row = sinkhorn.row(i);
            prop_assert!((row.iter().sum::<f64>() * n as f64 - 1.0).abs() < 1e-12);
            for (j, share) in row.iter().enumerate() {
                mean += share * cost(i, j);
                most = most.max(cost(i, j));
                from_independent = from_independent.max((share * (n * n) as f64 - 1.0).abs());
            }
        }
        // What the columns lack could be moved at no more than the largest cost.
        let slack = most * sinkhorn.imbalance() + 1e-12;
        prop_assert!(mean >= least - slack, "ε = {epsilon}: {mean} below {least}");
        // The plan's own objective is not above the assignment's, whose entropy term is ε log n.
        let above = epsilon * (n as f64).ln();
        prop_assert!(mean <= least + above + slack, "ε = {epsilon}: {mean} above {least} + {above}");
        // Potentials and costs together move no exponent by more than twice the largest cost.
        let far = (2.0 * most / epsilon).exp_m1() + 1e-9;
        prop_assert!(from_independent <= far, "ε = {epsilon}: {from_independent} over {far}");
    }
}

/// The plan after so many iterations in logarithms, one number at a time.
fn plan_by_logarithms(costs: &[f64], n: usize, epsilon: f64, iterations: usize) -> Vec<f64> {
    let log_sum = |terms: &dyn Fn(usize) -> f64| {
        let most = (0..n).map(terms).fold(f64::NEG_INFINITY, f64::max);
        most + (0..n).map(|k| (terms(k) - most).exp()).sum::<f64>().ln()
    };
    let share = -(n as f64).ln();
    let (mut f, mut g) = (vec![0.0; n], vec![0.0; n]);
    for _ in 0..iterations {
        g = (0..n).map(|j| share - log_sum(&|i| f[i] - costs[i * n + j] / epsilon)).collect();
        f = (0..n).map(|i| share - log_sum(&|j| g[j] - costs[i * n + j] / epsilon)).collect();
    }
    let entry = |at: usize| (f[at / n] + g[at % n] - costs[at] / epsilon).exp();
    (0..n * n).map(entry).collect()
}

#[test]
fn scales_come_to_what_logarithms_come_to() {
    // From costs that an exponential holds easily to such as it does not, and potentials that go far.
    for (n, stretch) in [(5, 1.0), (37, 1.0), (24, 30.0)] {
        let (noise, data) = (cloud(1, n), cloud(2, n));
        let cost = |i: usize, j: usize| stretch * squared_distance(noise[i], data[j]);
        let costs: Vec<f64> = (0..n * n).map(|at| cost(at / n, at % n)).collect();
        let mut sinkhorn = Sinkhorn::default();
        for epsilon in [10.0, 1.0, 0.2, 0.05, 0.01, 1e-3, 1e-4] {
            for iterations in [1, 2, 3, 10, 60] {
                let settings = SinkhornSettings { epsilon, iterations, tolerance: 0.0 };
                assert_eq!(sinkhorn.solve(n, settings, cost), iterations);
                let wanted = plan_by_logarithms(&costs, n, epsilon, iterations);
                for i in 0..n {
                    for (found, wanted) in sinkhorn.row(i).iter().zip(&wanted[i * n..]) {
                        // Costs over ε are rounded, and what they are rounded by is exponentiated.
                        let allowed = (1e-13 + 1e-14 * stretch / epsilon) / n as f64;
                        let off = (found - wanted).abs();
                        assert!(off < allowed, "{n}, {epsilon}, {iterations}: off by {off:e}");
                    }
                }
            }
        }
    }
}

#[test]
fn draws_follow_the_rows_of_the_plan_and_their_stream() {
    let (noise, data) = (cloud(1, 12), cloud(2, 12));
    let mut sinkhorn = Sinkhorn::default();
    let settings = SinkhornSettings { epsilon: 1.0, iterations: 1_000, tolerance: 1e-9 };
    sinkhorn.solve(12, settings, |i, j| squared_distance(noise[i], data[j]));
    let row = sinkhorn.row(3).to_vec();
    let mut counts = [0.0; 12];
    let draws = 40_000;
    let mut rng = stream(0, Purpose::Training, 0);
    for _ in 0..draws {
        counts[sinkhorn.draw(3, &mut rng)] += 1.0;
    }
    for (count, share) in counts.iter().zip(&row) {
        let expected = f64::from(draws) * share * 12.0;
        assert!((count - expected).abs() <= 5.0 * expected.sqrt() + 1.0, "{count} of {expected}");
    }
    let coupling = Coupling::Sinkhorn { block: 5, epsilon: 0.5, iterations: 50 };
    let mut coupler = Coupler::new(coupling).expect("in range");
    let mut draw = |seed| {
        let mut rng = stream(seed, Purpose::Training, 0);
        coupler.partners(&noise, &data, &mut rng).to_vec()
    };
    let first = draw(0);
    assert!(first.iter().enumerate().all(|(i, j)| i / 5 == j / 5), "{first:?}");
    assert_eq!(first, draw(0));
    assert_ne!(first, draw(1));
}

#[test]
fn memory_of_other_sizes_changes_nothing() {
    let (noise, data) = (cloud(1, 200), cloud(2, 200));
    let mut used = Assignment::default();
    for n in [200, 3, 64, 1, 0, 130] {
        let cost = |i: usize, j: usize| squared_distance(noise[i], data[j]);
        let fresh = Assignment::default().solve(n, cost).to_vec();
        assert_eq!(used.solve(n, cost), fresh);
    }
}

#[test]
#[should_panic(expected = "finite")]
fn a_batch_with_a_point_that_is_nowhere_is_no_batch() {
    let mut coupler = Coupler::new(Coupling::Optimal { block: 4 }).expect("in range");
    let mut rng = stream(0, Purpose::Training, 0);
    let all = [[0.0_f32, 1.0], [f32::NAN, 0.0], [0.0, 0.0]];
    coupler.partners(&all, &all, &mut rng);
}
