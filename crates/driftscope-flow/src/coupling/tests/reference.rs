//! Eight points of noise and eight of data, as SciPy and plain sums over all permutations pair them.

use serde_json::Value;

use crate::coupling::*;

struct Given {
    noise: Vec<[f64; 2]>,
    data: Vec<[f64; 2]>,
    all: Value,
}

fn given() -> Given {
    let text = include_str!("../../../../../tests/reference/learning.json");
    let mut all: Value = serde_json::from_str(text).expect("JSON");
    let all = all["couplings"].take();
    let points = |key: &str| -> Vec<[f64; 2]> {
        serde_json::from_value(all[key].clone()).expect("points in the plane")
    };
    Given { noise: points("x0"), data: points("x1"), all }
}

impl Given {
    fn cost(&self, i: usize, j: usize) -> f64 {
        squared_distance(self.noise[i], self.data[j])
    }

    fn number(&self, key: &str) -> f64 {
        self.all[key].as_f64().expect("a number")
    }
}

/// Shows every order of `all` from `place` on.
fn every_order(all: &mut Vec<usize>, place: usize, show: &mut impl FnMut(&[usize])) {
    if place == all.len() {
        return show(all);
    }
    for other in place..all.len() {
        all.swap(place, other);
        every_order(all, place + 1, show);
        all.swap(place, other);
    }
}

#[test]
fn the_assignment_is_the_best_of_all_permutations() {
    let given = given();
    let wanted: Vec<usize> =
        serde_json::from_value(given.all["assignment"].clone()).expect("indices");
    let mut assignment = Assignment::default();
    let found = assignment.solve(8, |i, j| given.cost(i, j));
    assert_eq!(found, wanted);
    let paired: Vec<_> = found.iter().map(|&j| given.data[j]).collect();
    let mean = mean_cost(&given.noise, &paired);
    assert!((mean - given.number("mean_cost")).abs() < 1e-12, "{mean}");
    // Of all others, the next best costs what it did elsewhere.
    let (mut least, mut second) = (f64::INFINITY, f64::INFINITY);
    every_order(&mut (0..8).collect(), 0, &mut |order| {
        let sum: f64 = order.iter().enumerate().map(|(i, &j)| given.cost(i, j)).sum();
        (least, second) = if sum < least { (sum, least) } else { (least, second.min(sum)) };
    });
    assert!((least / 8.0 - mean).abs() < 1e-12, "{least}");
    assert!((second / 8.0 - given.number("second_best_mean_cost")).abs() < 1e-12, "{second}");
    // Independent: every point with every other alike.
    let every = given.noise.iter().flat_map(|&a| given.data.iter().map(move |&b| (a, b)));
    let (from, to): (Vec<_>, Vec<_>) = every.unzip();
    let mean = mean_cost(&from, &to);
    assert!((mean - given.number("independent_mean_cost")).abs() < 1e-12, "{mean}");
}

#[test]
fn entropic_plans_are_those_of_the_closed_iteration() {
    let given = given();
    let mut sinkhorn = Sinkhorn::default();
    for epsilon in [2.0, 0.5, 0.25] {
        let wanted = &given.all["sinkhorn"][format!("{epsilon:?}")];
        let settings = SinkhornSettings { epsilon, iterations: 100_000, tolerance: 1e-15 };
        let took = sinkhorn.solve(8, settings, |i, j| given.cost(i, j));
        let plan: Vec<Vec<f64>> = serde_json::from_value(wanted["plan"].clone()).expect("a plan");
        let mut cost = 0.0;
        for (i, wanted) in plan.iter().enumerate() {
            for (j, (found, wanted)) in sinkhorn.row(i).iter().zip(wanted).enumerate() {
                assert!(
                    (found - wanted).abs() < 1e-12,
                    "ε = {epsilon}, {i}, {j}: {found} {wanted}"
                );
                cost += found * given.cost(i, j);
            }
        }
        let difference = cost - wanted["cost"].as_f64().expect("a number");
        assert!(difference.abs() < 1e-12, "ε = {epsilon}: {difference:e}");
        // The last changes are of the size of rounding, and end an iteration sooner or later.
        let there = wanted["iterations"].as_u64().expect("a count") as f64;
        let apart = (took as f64 / there - 1.0).abs();
        assert!(apart < 0.01, "ε = {epsilon}: {took} iterations, {there} elsewhere");
    }
}
