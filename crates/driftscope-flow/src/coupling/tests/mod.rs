//! Tests of couplings: against numbers made elsewhere, and of what must hold for any points.

mod properties;
mod reference;

use driftscope_base::random::{Purpose, standard_normal, stream};

use super::*;

/// As many points of a standard normal as are asked for, another cloud for every seed.
fn cloud(seed: u64, count: usize) -> Vec<[f64; 2]> {
    let mut rng = stream(seed, Purpose::Draw, 0);
    (0..count).map(|_| standard_normal(&mut rng)).collect()
}

#[test]
fn couplings_are_written_as_a_person_types_them() {
    for coupling in Coupling::ALL {
        let text = toml::to_string(&coupling).expect("written");
        assert!(text.starts_with(&format!("kind = \"{}\"", coupling.name())), "{text}");
        assert_eq!(toml::from_str::<Coupling>(&text).expect("read"), coupling);
        let short = format!("kind = \"{}\"", coupling.name());
        assert_eq!(toml::from_str::<Coupling>(&short).expect("read"), coupling, "the usual ones");
        assert!(coupling.validate().is_ok());
    }
    assert!(toml::from_str::<Coupling>("kind = \"hungarian\"").is_err());
    assert!(toml::from_str::<Coupling>("kind = \"optimal\"\nepsilon = 1.0").is_err());
    assert_eq!(Coupling::default(), Coupling::Independent);
}

#[test]
fn numbers_out_of_range_are_refused_by_name() {
    let usual = Coupling::Sinkhorn { block: 64, epsilon: 0.2, iterations: 20 };
    assert!(usual.validate().is_ok());
    for (coupling, words) in [
        (Coupling::Optimal { block: 1 }, "block = 1: allowed is 2 to 1024"),
        (Coupling::Sinkhorn { block: 4096, epsilon: 0.2, iterations: 20 }, "block = 4096"),
        (Coupling::Sinkhorn { block: 64, epsilon: 0.0, iterations: 20 }, "epsilon = 0"),
        (Coupling::Sinkhorn { block: 64, epsilon: f64::NAN, iterations: 20 }, "above 0"),
        (Coupling::Sinkhorn { block: 64, epsilon: 0.2, iterations: 0 }, "iterations = 0"),
    ] {
        let refused = Coupler::new(coupling).expect_err("out of range").to_string();
        assert!(refused.contains(words), "{refused}");
    }
}

#[test]
fn segments_cross_where_a_drawing_shows_it() {
    let cross = ([[0.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 0.0]]);
    assert_eq!(crossings(&cross.0, &cross.1), 1);
    let beside = ([[0.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]]);
    assert_eq!(crossings(&beside.0, &beside.1), 0);
    // A T, and two that share an end, only touch; a segment that ends before the other does not reach it.
    let touching = ([[0.0, 0.0], [1.0, 0.0]], [[2.0, 0.0], [1.0, 1.0]]);
    assert_eq!(crossings(&touching.0, &touching.1), 0);
    let fan = ([[0.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]);
    assert_eq!(crossings(&fan.0, &fan.1), 0);
    let short = ([[0.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [0.4, 0.6]]);
    assert_eq!(crossings(&short.0, &short.1), 0);
    // Two on one line, apart or one upon the other.
    let along = ([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [[2.0, 2.0], [3.0, 3.0], [2.0, 2.0]]);
    assert_eq!(crossings(&along.0, &along.1), 0);
    // The diagonals of a polygon of n corners cross once for every four of them.
    let corner = |k: usize| {
        let (sin, cos) = (k as f32 * std::f32::consts::TAU / 7.0).sin_cos();
        [cos, sin]
    };
    let all = (0..7).flat_map(|i| (0..i).map(move |j| [corner(i), corner(j)]));
    let (from, to): (Vec<_>, Vec<_>) = all.map(|[a, b]| (a, b)).unzip();
    assert_eq!(crossings(&from, &to), 35);
}

#[test]
fn two_optimal_pairs_may_cross() {
    let (noise, data) = ([[0.0, 0.0], [1.0, 0.0]], [[2.0, 0.3], [3.0, 1.1]]);
    assert_eq!(crossings(&noise, &data), 1);
    let mut coupler = Coupler::new(Coupling::Optimal { block: 2 }).expect("in range");
    let mut rng = stream(0, Purpose::Training, 0);
    assert_eq!(coupler.partners(&noise, &data, &mut rng), [0, 1]);
    assert!(mean_cost(&noise, &data) < mean_cost(&noise, &[data[1], data[0]]));
}

#[test]
fn optimal_pairs_cross_far_less_than_independent_ones() {
    // They may cross: squares of distances do not obey the triangle inequality that would forbid it.
    let (noise, data) = (cloud(1, 128), cloud(2, 128));
    let independent = crossings(&noise, &data);
    let mut coupler = Coupler::new(Coupling::Optimal { block: 128 }).expect("in range");
    let mut rng = stream(0, Purpose::Training, 0);
    let partners = coupler.partners(&noise, &data, &mut rng);
    let paired: Vec<_> = partners.iter().map(|&j| data[j]).collect();
    let optimal = crossings(&noise, &paired);
    assert!(independent > 1_000 && 10 * optimal < independent, "{independent}, {optimal}");
}
