//! Points of one's own against the same components one by one.

use driftscope_base::field::{Field, Times, jacobians};
use driftscope_base::interpolant::Interpolant;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

use crate::data::{Accuracy, Level, Mixture, PointSet, Posterior};
use crate::field::ExactField;

/// A spiral with some scatter, a knot where all points but a few lie close together, and a point far away.
fn drawing(count: usize) -> PointSet {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut points: Vec<[f64; 2]> = (0..count - 1)
        .map(|i| {
            let s = i as f64 / count as f64;
            let scatter: [f64; 2] = [rng.random(), rng.random()];
            let (radius, angle) = if i % 5 == 0 { (0.01, 0.3) } else { (2.0 * s, 9.0 * s) };
            [
                radius * f64::cos(angle) + 0.05 * scatter[0],
                radius * f64::sin(angle) + 0.05 * scatter[1],
            ]
        })
        .collect();
    points.push([7.0, -3.0]);
    PointSet { points, labels: Vec::new() }
}

/// Sums over the points, one by one, in double precision (section 7 of the formulas of empirical fields).
fn one_by_one(
    points: &[[f64; 2]],
    kernel: f64,
    Level { alpha, sigma }: Level,
    x: [f64; 2],
) -> Posterior {
    let variance = (alpha * kernel).powi(2) + sigma * sigma;
    let away = |p: &[f64; 2]| [x[0] - alpha * p[0], x[1] - alpha * p[1]];
    let exponent = |p: &[f64; 2]| -(away(p)[0].powi(2) + away(p)[1].powi(2)) / (2.0 * variance);
    let largest = points.iter().map(exponent).fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = points.iter().map(|p| (exponent(p) - largest).exp()).collect();
    let total: f64 = weights.iter().sum();
    let mean = |of: &dyn Fn(&[f64; 2]) -> f64| {
        points.iter().zip(&weights).map(|(p, w)| w * of(p)).sum::<f64>() / total
    };
    let noise = [0, 1].map(|d| mean(&|p| away(p)[d] / variance));
    let gain = alpha * kernel * kernel;
    let data = [0, 1].map(|d| mean(&|p| p[d] + gain * away(p)[d] / variance));
    let count = points.len() as f64;
    let log_density = largest + (total / count).ln() - (std::f64::consts::TAU * variance).ln();
    Posterior { data, scaled_noise: noise, log_density }
}

fn levels() -> impl Iterator<Item = Level> {
    let times = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999];
    times.into_iter().flat_map(|t| {
        Interpolant::ALL.map(|path| {
            let c = path.coefficients(t);
            Level { alpha: c.alpha, sigma: c.sigma }
        })
    })
}

#[test]
fn clouds_are_the_sums_over_their_points() {
    // 2,000 leave the last bucket partly empty, 256 fill one.
    for (count, kernels) in
        [(2_000, &[0.0, 1e-3, 0.05, 0.3, 1.0][..]), (256, &[0.0, 0.2]), (3, &[0.1])]
    {
        let set = drawing(count);
        for &kernel in kernels {
            let mixture = set.mixture(kernel).expect("a distribution");
            for level in levels() {
                let deviation = (level.alpha * kernel).hypot(level.sigma);
                for i in 0..40 {
                    // Where particles are, between the points, and far out.
                    let at = set.points[(37 * i) % count];
                    let away = [0.0, 0.4, 1.7, 6.0, 20.0][i % 5] * deviation;
                    let angle = i as f64;
                    let x = [
                        f64::from((level.alpha * at[0] + away * angle.cos()) as f32),
                        f64::from((level.alpha * at[1] + away * angle.sin()) as f32),
                    ];
                    let wanted = one_by_one(&set.points, kernel, level, x);
                    let double = mixture.posterior(level, x);
                    let single = mixture.posterior_to(Accuracy::Single, level, x);
                    // The unit in which means may differ: rounding of the point moves a mean by as much,
                    // and more where two far points weigh alike.
                    let moved = x[0].abs().max(x[1].abs()).max(level.alpha) / deviation;
                    let exponent = moved * (away / deviation + 4.0);
                    for (found, unit) in [(double, 1e-14), (single, 6e-8)] {
                        let allowed = 4.0 * unit * (1.0 + exponent);
                        for d in 0..2 {
                            let off = (found.data[d] - wanted.data[d]).abs();
                            assert!(
                                off < allowed,
                                "{count} h = {kernel} {level:?} {x:?}: {off:e} of {allowed:e}"
                            );
                            let off = (found.scaled_noise[d] - wanted.scaled_noise[d]).abs();
                            let allowed = allowed * (1.0 + level.alpha / deviation) / deviation;
                            assert!(off < allowed, "{kernel} {level:?} {x:?}: {off:e} {allowed:e}");
                        }
                        let off = (found.log_density - wanted.log_density).abs();
                        let size = 1.0 + wanted.log_density.abs();
                        assert!(
                            off < 8.0 * unit * (size + exponent),
                            "{kernel} {level:?}: {off:e}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn derivatives_are_those_of_the_field() {
    let set = drawing(500);
    for kernel in [0.0, 0.15] {
        let mixture = Arc::new(set.mixture(kernel).expect("a distribution"));
        for path in Interpolant::ALL {
            let field = ExactField::new(Arc::clone(&mixture), path);
            let points = [0.2, -0.6, 1.1, 0.4, 0.3, -0.9];
            for t in [0.2, 0.6, 0.85] {
                let h = 1e-5;
                let velocity = |points: &[f64; 6]| {
                    let mut velocities = [0.0; 6];
                    field.velocity(Times::Shared(t), points, &mut velocities);
                    velocities
                };
                jacobians(
                    &field,
                    Times::Shared(t),
                    &points,
                    |_| h,
                    |i, v, found| {
                        for d in 0..2 {
                            let moved = |by: f64| {
                                let mut points = points;
                                points[3 * d + i] += by;
                                velocity(&points)
                            };
                            let (ahead, behind) = (moved(h), moved(-h));
                            for row in 0..2 {
                                let slope = (ahead[3 * row + i] - behind[3 * row + i]) / (2.0 * h);
                                let off = (found[row][d] - slope).abs();
                                assert!(off < 1e-5 * (1.0 + slope.abs()), "{path:?} {t}: {off:e}");
                            }
                        }
                        assert!((v[0] - velocity(&points)[i]).abs() < 1e-11 * (1.0 + v[0].abs()));
                    },
                );
            }
        }
    }
}

#[test]
fn a_point_is_the_same_whatever_stands_beside_it() {
    let mixture = Arc::new(drawing(700).mixture(0.1).expect("a distribution"));
    let field = ExactField::new(mixture, Interpolant::Linear);
    let points: Vec<f32> = (0..14).map(|i| (0.7 * i as f32).sin()).collect();
    let mut together = [0.0; 14];
    field.velocity(Times::Shared(0.6), &points, &mut together);
    for i in 0..7 {
        let mut alone = [0.0; 2];
        field.velocity(Times::Each(&[0.6]), &[points[i], points[7 + i]], &mut alone);
        assert_eq!(alone.map(f32::to_bits), [together[i], together[7 + i]].map(f32::to_bits));
    }
}

#[test]
fn the_nearest_point_is_the_likeliest_component() {
    let set = drawing(900);
    let mixture = set.mixture(0.1).expect("a distribution");
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for _ in 0..300 {
        let x: [f64; 2] = [6.0 * rng.random::<f64>() - 3.0, 6.0 * rng.random::<f64>() - 3.0];
        let away = |i: &usize| (set.points[*i][0] - x[0]).hypot(set.points[*i][1] - x[1]);
        let wanted = (0..900).min_by(|a, b| away(a).total_cmp(&away(b)));
        assert_eq!(mixture.likeliest_component(x), wanted);
    }
}

#[test]
fn silvermans_rule_and_its_ranges() {
    // Cov = diag(1, 4) over four points: h = 4^(-1/6) sqrt(5/2).
    let points = vec![[1.0, 2.0], [1.0, -2.0], [-1.0, 2.0], [-1.0, -2.0]];
    let set = PointSet { points, labels: Vec::new() };
    let wanted = 4.0_f64.powf(-1.0 / 6.0) * 2.5_f64.sqrt();
    assert!((set.silverman() - wanted).abs() < 1e-15);
    for (kernel, words) in [(-0.1, "kernel"), (1e-9, "1e-6"), (f64::NAN, "kernel"), (1e7, "kernel")]
    {
        let message = set.mixture(kernel).expect_err("refused").to_string();
        let words = if words == "1e-6" { "0.000001" } else { words };
        assert!(message.contains(words), "{message}");
    }
    let many =
        |count| PointSet { points: vec![[0.5, 0.25]; count], labels: Vec::new() }.mixture(0.1);
    assert!(many(PointSet::MOST).is_ok());
    let message = many(PointSet::MOST + 1).expect_err("too many").to_string();
    assert!(message.contains("20001") && message.contains("20000"), "{message}");
    assert!(many(0).is_err());
    let far = PointSet { points: vec![[0.0; 2], [2e6, 0.0]], labels: Vec::new() };
    assert!(far.mixture(0.1).expect_err("far").to_string().contains("point 1"));
}

#[test]
fn single_points_have_no_density_without_noise() {
    let mixture: Mixture = drawing(10).mixture(0.0).expect("a distribution");
    assert!(mixture.is_of_points());
    assert!(mixture.check(Level { alpha: 1.0, sigma: 0.0 }).is_err());
    assert!(mixture.check(Level { alpha: 0.999, sigma: 1e-3 }).is_ok());
    let density = mixture.log_density([0.1, 0.2]);
    assert!(density.is_infinite() && density < 0.0, "{density}");
    let last = ExactField::end_of_definition(&mixture, Interpolant::Linear);
    assert!((last - 0.999).abs() < 1e-12);
}

/// Posterior mean and velocity of 12 points, with and without a kernel, as closed forms gave them elsewhere.
#[test]
fn empirical_fields_are_those_of_the_closed_forms() {
    let text = include_str!("../../../../../tests/reference/empirical.json");
    let reference: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let pair = |value: &serde_json::Value| [0, 1].map(|d| value[d].as_f64().expect("a number"));
    let points = reference["points"].as_array().expect("points").iter().map(pair).collect();
    let set = PointSet { points, labels: Vec::new() };
    let rows = reference["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 5);
    for row in rows {
        let number = |key: &str| row[key].as_f64().expect("a number");
        let mixture = Arc::new(set.mixture(number("kernel")).expect("a distribution"));
        let (t, x) = (number("t"), pair(&row["x"]));
        let c = Interpolant::Linear.coefficients(t);
        let found = mixture.posterior(Level { alpha: c.alpha, sigma: c.sigma }, x);
        let field = ExactField::new(Arc::clone(&mixture), Interpolant::Linear);
        let mut velocity = [0.0; 2];
        field.velocity(Times::Shared(t), &x, &mut velocity);
        for (d, followed) in velocity.into_iter().enumerate() {
            let (data, wanted) = (pair(&row["x1"])[d], pair(&row["velocity"])[d]);
            assert!((found.data[d] - data).abs() < 1e-13, "t = {t}: {:?}", found.data);
            let most = 1e-12 * (1.0 + wanted.abs()) / (1.0 - t);
            assert!((followed - wanted).abs() < most, "t = {t}");
        }
    }
}

#[test]
fn maps_and_projections_of_clouds_are_their_densities() {
    let set = drawing(600);
    for kernel in [0.0, 0.03, 0.4] {
        let mixture = set.mixture(kernel).expect("a distribution");
        for t in [0.0, 0.4, 0.9] {
            let level = Level { alpha: t, sigma: 1.0 - t };
            let across = [-1.0, 0.1, 0.7];
            let map = mixture.density_grid(level, &across, &[0.5, -0.2]);
            for (i, found) in map.iter().enumerate() {
                let x = [across[i % 3], [0.5, -0.2][i / 3]];
                let wanted = one_by_one(&set.points, kernel, level, x).log_density.exp();
                assert!((found - wanted).abs() < 1e-12 * (1e-3 + wanted), "{found} {wanted}");
            }
            let u = [0.6, 0.8];
            let spread = (t * kernel).hypot(1.0 - t);
            let projected = mixture.project(level, u);
            for s in [-3.0, -0.4, 0.0, 0.9] {
                let z = |p: &[f64; 2]| (s - t * (u[0] * p[0] + u[1] * p[1])) / spread;
                let sum: f64 = set.points.iter().map(|p| (-0.5 * z(p).powi(2)).exp()).sum();
                let wanted = sum / (spread * 600.0 * std::f64::consts::TAU.sqrt());
                let found = projected.at(s);
                assert!((found - wanted).abs() < 1e-13 * (1.0 + wanted), "{found} {wanted}");
            }
        }
    }
}
