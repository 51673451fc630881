//! The law of the data behind a noisy point.

use driftscope_base::interpolant::Interpolant;
use driftscope_base::random::{Purpose, standard_normal, stream};

use super::super::truncated::{Interval, IntervalAt};
use super::super::{Level, Mixture, PointSet, toy};
use super::{POINTS, assert_close, levels, mixtures};

#[test]
fn its_mean_is_the_posterior_mean_of_every_mixture() {
    for (name, mixture) in mixtures() {
        for level in levels() {
            for x in POINTS {
                let law = mixture.data_posterior(level, x);
                let weights: f64 = law.parts().iter().map(|part| part.weight).sum();
                let wanted = mixture.posterior(level, x).data;
                let found = law.mean();
                let context = || format!("{name} at {level:?}, {x:?}");
                assert_close(weights, 1.0, 1e-12, context);
                for d in 0..2 {
                    assert_close(found[d], wanted[d], 1e-10 * (1.0 + wanted[d].abs()), context);
                }
                let effective = law.effective_parts();
                let most = law.parts().len() as f64;
                assert!((1.0 - 1e-9..=most + 1e-9).contains(&effective), "{}", context());
            }
        }
    }
}

#[test]
fn its_covariance_is_how_the_mean_moves() {
    // ∂m1/∂x = (α/σ²) Cov(x1|x)
    let kernelled = PointSet { points: vec![[0.3, 0.1], [-0.7, 0.9], [1.2, -1.0]], labels: vec![] };
    let mut all = mixtures();
    all.push(("points", kernelled.mixture(0.2).unwrap()));
    all.push(("single points", kernelled.mixture(0.0).unwrap()));
    for (name, mixture) in all {
        for alpha in [0.1, 0.4, 0.7, 0.95] {
            let level = Level { alpha, sigma: 1.0 - alpha };
            for x in &POINTS[..6] {
                let covariance = mixture.posterior_covariance(level, *x);
                let own = mixture.data_posterior(level, *x).covariance();
                let step = 2e-3 * level.sigma;
                let gain = level.alpha / (level.sigma * level.sigma);
                let slope = |d: usize, of: usize| {
                    let at = |k: f64| {
                        let mut moved = *x;
                        moved[d] += k * step;
                        mixture.posterior(level, moved).data[of]
                    };
                    let difference = |k: f64| (at(k) - at(-k)) / (2.0 * k * step);
                    1.5 * difference(1.0) - 0.6 * difference(2.0) + 0.1 * difference(3.0)
                };
                let found = [covariance.xx, covariance.xy, covariance.yy];
                let again = [own.xx, own.xy, own.yy];
                let wanted = [slope(0, 0), slope(0, 1), slope(1, 1)];
                for k in 0..3 {
                    let size = 1.0 + wanted[k].abs();
                    let context = || format!("{name} at {alpha}, {x:?}, {k}");
                    assert_close(gain * found[k], wanted[k], 2e-6 * size, context);
                    assert_close(gain * again[k], gain * found[k], 1e-9 * size, context);
                }
            }
        }
    }
}

/// Mean and variance by summing over 200,000 parts of what is not negligible of the interval.
fn summed([min, max]: [f64; 2], level: Level, x: f64) -> (f64, f64) {
    let parts = 200_000;
    let (centre, deviation) = (x / level.alpha, level.sigma / level.alpha.abs());
    // Without data in it (α = 0) the point says nothing of them.
    let mode = if level.alpha == 0.0 { min } else { centre.clamp(min, max) };
    let fallen = deviation * deviation / (mode - centre).abs();
    let reach = (12.0 * deviation).min(60.0 * fallen);
    let reach = if reach.is_nan() { max - min } else { reach };
    let (min, max) = ((mode - reach).max(min), (mode + reach).min(max));
    let place = |k: i32| min + (max - min) * (f64::from(k) + 0.5) / f64::from(parts);
    let log = |x1: f64| -0.5 * ((x - level.alpha * x1) / level.sigma).powi(2);
    let most = (0..parts).map(|k| log(place(k))).fold(f64::NEG_INFINITY, f64::max);
    let (mut total, mut first) = (0.0, 0.0);
    for k in 0..parts {
        let share = (log(place(k)) - most).exp();
        total += share;
        first += share * place(k);
    }
    let mean = first / total;
    let square = (0..parts).map(|k| (log(place(k)) - most).exp() * (place(k) - mean).powi(2));
    (mean, square.sum::<f64>() / total)
}

#[test]
fn a_coordinate_of_a_box_is_a_normal_that_is_cut_off() {
    let sides = [[-1.0, 0.0], [0.5, 2.0]];
    let mut widest: f64 = 0.0;
    for side in sides {
        for (alpha, sigma) in
            [(0.0, 1.0), (1e-9, 1.0), (0.3, 0.7), (0.75, 0.25), (0.97, 0.03), (-0.4, 0.6)]
        {
            for x in [-30.0, -1.2, -0.4, 0.3, 0.9, 2.01, 40.0] {
                let level = Level { alpha, sigma };
                let [min, max] = side;
                let at = IntervalAt::new(Interval { min, max }, level);
                let law = at.law(x);
                let (mean, variance) = law.moments();
                let context = || format!("{side:?} at {level:?}, x = {x}");
                assert_close(mean, at.posterior(x).data, 1e-11, context);
                let (summed_mean, summed_variance) = summed(side, level, x);
                assert_close(mean, summed_mean, 1e-9, context);
                assert_close(variance, summed_variance, 1e-7 * summed_variance, context);
                let mut rng = stream(5, Purpose::Draw, (1000.0 * (x + 50.0)) as u64);
                let count = 4_000;
                let draws: Vec<f64> = (0..count).map(|_| law.draw(&mut rng)).collect();
                assert!(draws.iter().all(|x1| (min..=max).contains(x1)), "{}", context());
                let drawn = draws.iter().sum::<f64>() / f64::from(count);
                let error = (variance / f64::from(count)).sqrt();
                widest = widest.max((drawn - mean).abs() / error);
                assert_close(drawn, mean, 5.0 * error, context);
                let spread =
                    draws.iter().map(|x1| (x1 - drawn).powi(2)).sum::<f64>() / f64::from(count);
                // Of an exponential the fourth moment is 9 times the square of the variance.
                assert_close(
                    spread,
                    variance,
                    5.0 * variance * (8.0 / f64::from(count)).sqrt(),
                    context,
                );
            }
        }
    }
    assert!(widest > 1.0, "84 means all within {widest} deviations");
}

#[test]
fn draws_have_its_mean_and_covariance() {
    for (name, mixture) in mixtures() {
        let level = Level { alpha: 0.6, sigma: 0.4 };
        let law = mixture.data_posterior(level, [0.4, -0.5]);
        let (mean, covariance) = (law.mean(), law.covariance());
        let mut rng = stream(11, Purpose::Draw, 0);
        let count = 20_000_u32;
        let draws: Vec<[f64; 2]> = (0..count).map(|_| law.draw(&mut rng)).collect();
        for (d, variance) in [covariance.xx, covariance.yy].into_iter().enumerate() {
            let drawn = draws.iter().map(|x| x[d]).sum::<f64>() / f64::from(count);
            let error = 4.5 * (variance / f64::from(count)).sqrt();
            assert_close(drawn, mean[d], error, || format!("{name}, mean {d}"));
            let spread =
                draws.iter().map(|x| (x[d] - drawn).powi(2)).sum::<f64>() / f64::from(count);
            assert_close(spread, variance, 0.06 * variance, || format!("{name}, variance {d}"));
        }
    }
}

/// `E (W/σ)² tr Cov(x1|x_t)`, over t as well.
fn floor(mixture: &Mixture, path: Interpolant) -> f64 {
    let count = 40_000;
    let mut rng = stream(2, Purpose::Draw, 0);
    let sum: f64 = (0..count)
        .map(|k| {
            // Stratified, and away from t = 1, where it is 0/0.
            let t = (f64::from(k) + 0.5) / f64::from(count);
            let at = path.coefficients(t);
            let (x1, x0) = (mixture.draw(&mut rng), standard_normal(&mut rng));
            let x = [0, 1].map(|d| at.alpha * x1[d] + at.sigma * x0[d]);
            let level = Level { alpha: at.alpha, sigma: at.sigma };
            let gain = path.wronskian(t) / at.sigma;
            gain * gain * mixture.posterior_covariance(level, x).trace()
        })
        .sum();
    sum / f64::from(count)
}

#[test]
fn the_least_loss_of_a_velocity_is_what_its_paths_differ_by() {
    for (name, path, wanted) in [
        ("two-moons", Interpolant::Linear, 2.861),
        ("eight-gaussians", Interpolant::Linear, 3.718),
        ("two-moons", Interpolant::Gvp, 4.517),
        ("eight-gaussians", Interpolant::Gvp, 5.824),
    ] {
        let found = floor(&toy(name).unwrap().mixture(), path);
        assert_close(found, wanted, 0.02 * wanted, || format!("{name} on {path:?}"));
    }
}
