//! Identities that hold for the exact posterior of any mixture.

use super::super::{Component, Covariance, Level, LevelError, Mixture};
use super::{POINTS, assert_close, levels, mixtures};
use proptest::prelude::*;

#[test]
fn data_and_noise_add_up_to_the_point() {
    for (name, mixture) in mixtures() {
        for level in levels() {
            for x in POINTS {
                let p = mixture.posterior(level, x);
                for i in 0..2 {
                    let sum = level.alpha * p.data[i] + level.sigma * p.noise(level.sigma)[i];
                    assert_close(sum, x[i], 1e-12 * (1.0 + x[i].abs()), || {
                        format!("{name} at {level:?}, {x:?}")
                    });
                }
            }
        }
    }
}

#[test]
fn score_is_the_slope_of_the_log_density() {
    for (name, mixture) in mixtures() {
        for level in levels() {
            for x in POINTS {
                let step = 1e-3 * level.sigma;
                let score = mixture.posterior(level, x).score();
                let log = |k: f64, i: usize| {
                    let mut y = x;
                    y[i] += k * step;
                    mixture.posterior(level, y).log_density
                };
                for i in 0..2 {
                    let difference = |k: f64| (log(k, i) - log(-k, i)) / (2.0 * k * step);
                    // Sixth order, so that rounding is most of the error
                    let slope =
                        1.5 * difference(1.0) - 0.6 * difference(2.0) + 0.1 * difference(3.0);
                    let rounding = 4e-16 * log(0.0, i).abs() / step + 1e-12 * x[i].abs() / step;
                    let tolerance = 1e-8 / level.sigma + 4.0 * rounding;
                    assert_close(score[i], slope, tolerance, || {
                        format!("{name} at {level:?}, {x:?}")
                    });
                }
            }
        }
    }
}

#[test]
fn velocity_of_the_linear_interpolant_transports_the_density() {
    // ∂ₜp + ∇·(p v) = 0, that is ∂ₜ ln p + v·∇ ln p + ∇·v = 0
    let h = 1e-3;
    for (name, mixture) in mixtures() {
        for t in [0.2, 0.5, 0.8] {
            let at = |t: f64, x: [f64; 2]| {
                let sigma = 1.0 - t;
                let p = mixture.posterior(Level { alpha: t, sigma }, x);
                (p.log_density, p.velocity(1.0, -sigma), p.score())
            };
            for x in &POINTS[..5] {
                let (_, v, s) = at(t, *x);
                let difference = |f: &dyn Fn(f64) -> f64| {
                    (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h)
                };
                let in_time = difference(&|d| at(t + d, *x).0);
                let divergence = difference(&|d| at(t, [x[0] + d, x[1]]).1[0])
                    + difference(&|d| at(t, [x[0], x[1] + d]).1[1]);
                let residual = in_time + v[0] * s[0] + v[1] * s[1] + divergence;
                assert_close(residual, 0.0, 1e-4, || format!("{name}, t = {t}, {x:?}"));
            }
        }
    }
}

#[test]
fn prepared_equals_unprepared_bit_for_bit() {
    for (_, mixture) in mixtures() {
        for level in levels() {
            let prepared = mixture.prepare(level);
            assert_eq!(prepared.level(), level);
            for x in POINTS {
                assert_eq!(prepared.posterior(x), mixture.posterior(level, x));
            }
        }
    }
}

#[test]
fn pure_noise_knows_only_the_mean() {
    for (name, mixture) in mixtures() {
        for alpha in [0.0, 1e-300, 1e-12] {
            let level = Level { alpha, sigma: 1.0 };
            for x in &POINTS[..6] {
                let p = mixture.posterior(level, *x);
                let log = -std::f64::consts::TAU.ln() - 0.5 * (x[0] * x[0] + x[1] * x[1]);
                let context = || format!("{name}, α = {alpha}, {x:?}");
                for (i, &coordinate) in x.iter().enumerate() {
                    assert_close(p.data[i], mixture.mean()[i], 1e-10, context);
                    assert_close(p.scaled_noise[i], coordinate, 1e-11, context);
                }
                assert_close(p.log_density, log, 1e-10, context);
            }
        }
    }
}

#[test]
fn without_noise_the_point_is_the_data() {
    for (name, mixture) in mixtures() {
        let sigmas: &[f64] = if mixture.has_boxes() { &[1e-7] } else { &[0.0, 1e-9] };
        for &sigma in sigmas {
            let level = Level { alpha: 1.0, sigma };
            for x in &POINTS[..7] {
                if mixture.has_boxes() && mixture.log_density(*x) < -50.0 {
                    continue;
                }
                // On an edge half of the noise is cut off.
                let near = if mixture.has_boxes() { 1e-6 } else { 1e-12 };
                let p = mixture.posterior(level, *x);
                for i in 0..2 {
                    assert_close(p.data[i], x[i], near * (1.0 + x[i].abs()), || {
                        format!("{name}, σ = {sigma}, {x:?}")
                    });
                    assert!(p.scaled_noise[i].is_finite());
                }
            }
            let inside = mixture.components()[0].mean();
            let noisy = mixture.posterior(level, inside).log_density;
            let clean = mixture.log_density(inside);
            assert_close(noisy, clean, 1e-9 * (1.0 + clean.abs()), || name.to_owned());
        }
    }
}

#[test]
fn oversteps_of_the_end_are_reflections() {
    for (name, mixture) in mixtures() {
        for x in POINTS {
            let at = |alpha, sigma| mixture.posterior(Level { alpha, sigma }, x);
            assert_eq!(at(0.7, -0.3), at(0.7, 0.3), "{name}");
            // Turning α round is turning the point round.
            let turned = mixture.posterior(Level { alpha: -0.7, sigma: 0.3 }, x.map(|c| -c));
            let straight = at(0.7, 0.3);
            for i in 0..2 {
                let tolerance = 1e-11 * (1.0 + x[i].abs());
                let context = || format!("{name}, {x:?}");
                assert_close(turned.data[i], straight.data[i], tolerance, context);
                let noise = -turned.scaled_noise[i];
                assert_close(noise, straight.scaled_noise[i], 20.0 * tolerance, context);
            }
        }
    }
}

#[test]
fn undefined_levels_are_refused_in_words() {
    let gaussian = Mixture::new([Component::isotropic([0.0; 2], 1.0)]).unwrap();
    let square = Mixture::new([Component::uniform([0.0; 2], [1.0; 2])]).unwrap();
    let level = |alpha, sigma| Level { alpha, sigma };
    assert_eq!(gaussian.check(level(1.0, 0.0)), Ok(()));
    assert_eq!(gaussian.check(level(1.02, -0.02)), Ok(()));
    let gone = level(0.0, 0.0);
    assert_eq!(gaussian.check(gone), Err(LevelError::Vanishing(gone)));
    let clean = level(1.0, 0.0);
    let refused = square.check(clean).unwrap_err();
    assert_eq!(refused, LevelError::BoxWithoutNoise(clean));
    assert!(refused.to_string().contains("σ = 0 (α = 1)"), "{refused}");
    assert!(matches!(square.check(level(f64::NAN, 1.0)), Err(LevelError::OutOfRange(_))));
}

proptest! {
    #[test]
    fn posterior_of_any_mixture_is_finite_and_consistent(
        t in 0.0..1.0f64,
        x in prop::array::uniform2(-1e3..1e3f64),
        mean in prop::array::uniform2(-5.0..5.0f64),
        angle in -4.0..4.0f64,
        deviations in prop::array::uniform2(-3.0..1.0f64),
        corner in prop::array::uniform2(-5.0..5.0f64),
        extent in prop::array::uniform2(-3.0..1.0f64),
    ) {
        let [along, across] = deviations.map(|d| 10f64.powf(d));
        let max = [0, 1].map(|i| corner[i] + 10f64.powf(extent[i]));
        let mixture = Mixture::new([
            Component::gaussian(mean, Covariance::oriented(angle, along, across)),
            Component::uniform(corner, max),
        ]).unwrap();
        let level = Level { alpha: t, sigma: 1.0 - t };
        let p = mixture.posterior(level, x);
        prop_assert!(p.log_density.is_finite());
        for (i, coordinate) in x.into_iter().enumerate() {
            let sum = level.alpha * p.data[i] + level.sigma * p.noise(level.sigma)[i];
            prop_assert!((sum - coordinate).abs() <= 1e-11 * (1.0 + coordinate.abs()), "{sum} {coordinate}");
        }
    }

    #[test]
    fn posterior_mean_of_a_box_stays_in_the_box(
        alpha in 0.0..1.0f64,
        log_sigma in -6.0..0.0f64,
        x in -1e3..1e3f64,
        low in -3.0..3.0f64,
        log_width in -4.0..1.0f64,
    ) {
        let high = low + 10f64.powf(log_width);
        let mixture = Mixture::new([Component::uniform([low, 0.0], [high, 1.0])]).unwrap();
        let p = mixture.posterior(Level { alpha, sigma: 10f64.powf(log_sigma) }, [x, 0.3]);
        let slack = 1e-14 * (1.0 + low.abs());
        prop_assert!(p.data[0] >= low - slack && p.data[0] <= high + slack, "{p:?}");
    }
}
