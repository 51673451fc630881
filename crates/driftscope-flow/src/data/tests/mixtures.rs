//! Checking, moments and draws.

use super::super::{Component, Covariance, Mixture, MixtureError, Shape};
use super::{assert_close, mixtures};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

#[test]
fn weights_are_normalised() {
    let part = |weight| Component { weight, ..Component::isotropic([0.0; 2], 1.0) };
    let mixture = Mixture::new([part(1.0), part(3.0)]).unwrap();
    let weights: Vec<f64> = mixture.components().iter().map(|c| c.weight).collect();
    assert_eq!(weights, [0.25, 0.75]);
    // Even where their sum would overflow
    let mixture = Mixture::new([part(f64::MAX), part(f64::MAX)]).unwrap();
    assert_eq!(mixture.components()[1].weight.to_bits(), 0.5f64.to_bits());
}

#[test]
fn invalid_components_are_refused_in_words() {
    let good = Component::isotropic([0.0; 2], 1.0);
    let refuse = |bad: Component| Mixture::new([good, bad]).unwrap_err().to_string();
    for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let message = refuse(Component { weight, ..good });
        assert!(message.contains("component 1 has weight"), "{message}");
    }
    let indefinite = Covariance { xx: 1.0, xy: 1.0, yy: 1.0 };
    for covariance in [
        indefinite,
        Covariance::isotropic(0.0),
        Covariance::isotropic(-1.0),
        Covariance::isotropic(f64::NAN),
        Covariance::isotropic(f64::INFINITY),
        Covariance { xy: f64::NAN, ..indefinite },
        Covariance { xx: -1.0, xy: 0.0, yy: -2.0 },
    ] {
        let message = refuse(Component::gaussian([0.0; 2], covariance));
        assert!(message.contains("positive definite"), "{message}");
    }
    for max in [[1.0, 0.0], [-1.0, 1.0]] {
        let message = refuse(Component::uniform([0.0; 2], max));
        assert!(message.contains("above the first"), "{message}");
    }
    for at in [f64::NAN, f64::INFINITY, -2e6] {
        let message = refuse(Component::isotropic([0.0, at], 1.0));
        assert!(message.contains("within ±1000000"), "{message}");
        refuse(Component::uniform([0.0; 2], [1.0, at]));
        refuse(Component::uniform([at, 0.0], [1.0, 1.0]));
    }
    assert_eq!(Mixture::new(Vec::new()).unwrap_err(), MixtureError::Count(0));
    assert_eq!(Mixture::new(vec![good; 4097]).unwrap_err(), MixtureError::Count(4097));
    assert!(Mixture::new(vec![good; 4096]).is_ok());
}

#[test]
fn oriented_covariance_has_its_axes() {
    for angle in [0.0, 0.4, 1.57, 2.5, -1.1] {
        let (axis, [larger, smaller]) = Covariance::oriented(angle, 2.0, 0.001).eigen();
        assert_close(larger, 4.0, 1e-13, || format!("{angle}"));
        assert_close(smaller, 1e-6, 1e-14, || format!("{angle}"));
        let across = axis[0] * angle.sin() - axis[1] * angle.cos();
        assert_close(across, 0.0, 1e-14, || format!("{angle}"));
    }
}

#[test]
fn samples_have_the_moments() {
    for (name, mixture) in mixtures() {
        let count = 200_000;
        let points = mixture.sample(&mut ChaCha8Rng::seed_from_u64(7), count);
        assert_eq!(points.len(), count);
        let n = count as f64;
        let mean = [0, 1].map(|i| points.iter().map(|p| p[i]).sum::<f64>() / n);
        let moment = |i: usize, j: usize| {
            let products = points.iter().map(|p| (p[i] - mean[i]) * (p[j] - mean[j]));
            products.sum::<f64>() / n
        };
        let covariance = mixture.covariance();
        for (i, variance) in [covariance.xx, covariance.yy].into_iter().enumerate() {
            let five_errors = 5.0 * (variance / n).sqrt();
            assert_close(mean[i], mixture.mean()[i], five_errors, || name.to_owned());
            assert_close(moment(i, i), variance, 0.02 * variance, || name.to_owned());
        }
        let size = (covariance.xx * covariance.yy).sqrt();
        assert_close(moment(0, 1), covariance.xy, 0.02 * size, || name.to_owned());
    }
}

#[test]
fn components_are_drawn_by_weight() {
    let part = |weight, at| Component { weight, ..Component::isotropic([at, 0.0], 0.1) };
    let mixture = Mixture::new([part(1.0, 0.0), part(2.0, 5.0), part(7.0, 10.0)]).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut counts = [0u32; 3];
    for _ in 0..100_000 {
        counts[mixture.draw_component(&mut rng)] += 1;
    }
    for (count, weight) in counts.into_iter().zip([0.1, 0.2, 0.7]) {
        assert_close(f64::from(count) / 1e5, weight, 0.007, || format!("{counts:?}"));
    }
    for component in 0..3 {
        let point = mixture.draw_from(component, &mut rng);
        assert_eq!(mixture.likeliest_component(point), Some(component));
    }
}

#[test]
fn samples_are_reproducible_and_nested() {
    let mixture = super::super::toy("checkerboard").unwrap().mixture();
    let draw = |count| mixture.sample(&mut ChaCha8Rng::seed_from_u64(3), count);
    assert_eq!(draw(50), draw(100)[..50]);
    for point in draw(1000) {
        assert!(mixture.density(point) > 0.0);
        assert!(mixture.likeliest_component(point).is_some());
    }
    assert_eq!(mixture.likeliest_component([3.0, 0.0]), None);
}

#[test]
fn bounds_hold_nearly_all_samples() {
    for (name, mixture) in mixtures() {
        let bounds = mixture.bounds();
        let points = mixture.sample(&mut ChaCha8Rng::seed_from_u64(5), 20_000);
        let outside = points
            .iter()
            .filter(|p| (0..2).any(|i| p[i] < bounds.min[i] || p[i] > bounds.max[i]))
            .count();
        assert!(outside < 10, "{name}: {outside}");
    }
}

#[test]
fn moments_of_a_box() {
    let mixture = Mixture::new([Component::uniform([-1.0, 2.0], [1.0, 5.0])]).unwrap();
    assert_close(mixture.mean()[0], 0.0, 1e-15, String::new);
    assert_close(mixture.mean()[1], 3.5, 1e-15, String::new);
    assert_close(mixture.covariance().xx, 4.0 / 12.0, 1e-15, String::new);
    assert_close(mixture.covariance().yy, 9.0 / 12.0, 1e-15, String::new);
    assert_close(mixture.density([0.5, 3.0]), 1.0 / 6.0, 1e-15, String::new);
    assert_close(mixture.density([1.5, 3.0]), 0.0, 0.0, String::new);
    assert!(matches!(mixture.components()[0].shape, Shape::Box { .. }));
}
