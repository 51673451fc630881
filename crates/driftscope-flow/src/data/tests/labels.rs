//! Classes, the tilted density, and sources that are mixtures.

use driftscope_base::random::{Purpose, stream};

use super::super::{
    Component, Covariance, End, Level, Mixture, PointSet, SourceError, SourcedMixture, TiltError,
    TiltedDensity, toy,
};
use super::{POINTS, assert_close};

const LEVELS: [Level; 3] = [
    Level { alpha: 0.0, sigma: 1.0 },
    Level { alpha: 0.5, sigma: 0.5 },
    Level { alpha: 0.98, sigma: 0.02 },
];

/// Two Gaussians at ±1 on the first axis, the right one with label 1.
fn pair() -> Mixture {
    let parts = [-1.0, 1.0].map(|x| Component::isotropic([x, 0.0], 0.5));
    Mixture::new(parts).unwrap().with_labels([Some(0), Some(1)])
}

#[test]
fn classes_are_parts_of_the_whole() {
    for (name, count) in [("two-moons", 2), ("eight-gaussians", 8)] {
        let mixture = toy(name).unwrap().mixture();
        let labels = mixture.labels();
        assert_eq!(labels, (0..count).collect::<Vec<u32>>());
        let classes: Vec<Mixture> =
            labels.iter().map(|&label| mixture.given(label).unwrap()).collect();
        let shares: Vec<f64> = labels.iter().map(|&label| mixture.share_of(label)).collect();
        assert_close(shares.iter().sum(), 1.0, 1e-14, || name.to_owned());
        assert!(mixture.given(count).is_none() && mixture.share_of(count) == 0.0);
        for x in POINTS {
            let parts = classes.iter().zip(&shares).map(|(class, share)| share * class.density(x));
            let whole = mixture.density(x);
            assert_close(parts.sum(), whole, 1e-13 * (1.0 + whole), || format!("{name} {x:?}"));
            for level in LEVELS {
                let found = mixture.label_posterior(level, x);
                let total: f64 = found.iter().map(|(_, share)| share).sum();
                assert_close(total, 1.0, 1e-12, || format!("{name} {x:?}"));
                // Bayes' rule.
                let all = mixture.posterior(level, x).log_density;
                for ((label, found), (class, share)) in
                    found.iter().zip(classes.iter().zip(&shares))
                {
                    let own = class.posterior(level, x).log_density;
                    let wanted = share * (own - all).exp();
                    // Far out the logarithms are large, and their rounding with them.
                    let within = 1e-12 + 4e-15 * all.abs();
                    assert_close(*found, wanted, within, || format!("{name} {label} {x:?}"));
                }
            }
        }
    }
    // The upper moon, and a class of points with their kernel.
    let moons = toy("two-moons").unwrap().mixture();
    assert!(moons.given(0).unwrap().mean()[1] > 0.2 && moons.given(1).unwrap().mean()[1] < -0.2);
    assert_eq!((moons.label(0), moons.label(39)), (Some(0), Some(1)));
    let points = vec![[0.0, 0.0], [1.0, 0.0], [4.0, 1.0]];
    let set = PointSet { points, labels: vec![3, 7, 7] };
    for kernel in [0.0, 0.25] {
        let mixture = set.mixture(kernel).unwrap();
        assert_eq!(mixture.labels(), [3, 7]);
        let class = mixture.given(7).unwrap();
        assert!(class.is_cloud() && class.is_of_points() == (kernel == 0.0));
        let mean = class.mean();
        assert_close(mean[0], 2.5, 1e-15, String::new);
        assert_close(mean[1], 0.5, 1e-15, String::new);
        assert_close(mixture.share_of(7), 2.0 / 3.0, 1e-15, String::new);
    }
    assert!(toy("rings").unwrap().mixture().labels().is_empty());
}

#[test]
fn the_tilted_density_of_a_pair_is_that_of_quadrature() {
    // Mean and standard deviation by a sum over 15,000 places of the first axis, in Python.
    for (scale, mean, deviation) in [
        (2.0, 1.035_516_887_6, 0.468_292_438_3),
        (3.0, 1.051_145_524_0, 0.456_739_102_9),
        (5.0, 1.069_681_525_3, 0.444_455_642_4),
    ] {
        let tilted = TiltedDensity::new(&pair(), 1, scale).unwrap();
        assert_close(tilted.mean()[0], mean, 1e-9, || format!("mean at {scale}"));
        let found = tilted.covariance().xx.sqrt();
        assert_close(found, deviation, 1e-9, || format!("deviation at {scale}"));
        assert_close(tilted.covariance().yy, 0.25, 1e-9, || format!("across at {scale}"));
        let mut rng = stream(7, Purpose::Draw, 0);
        let draws = tilted.sample(&mut rng, 40_000);
        let drawn = draws.iter().map(|x| x[0]).sum::<f64>() / draws.len() as f64;
        assert_close(drawn, mean, 4.0 * deviation / 200.0, || format!("draws at {scale}"));
    }
}

#[test]
fn the_tilted_density_is_the_class_at_1_and_the_whole_at_0() {
    for name in ["two-moons", "eight-gaussians"] {
        let mixture = toy(name).unwrap().mixture();
        let class = mixture.given(1).unwrap();
        let whole = TiltedDensity::new(&mixture, 1, 0.0).unwrap();
        let own = TiltedDensity::new(&mixture, 1, 1.0).unwrap();
        assert_close(whole.log_normaliser(), 0.0, 1e-9, || name.to_owned());
        assert_close(own.log_normaliser(), mixture.share_of(1).ln(), 1e-9, || name.to_owned());
        for d in 0..2 {
            assert_close(own.mean()[d], class.mean()[d], 1e-9, || name.to_owned());
            assert_close(whole.mean()[d], mixture.mean()[d], 1e-9, || name.to_owned());
        }
        for x in &POINTS[..6] {
            assert_close(own.log_density(*x), class.log_density(*x), 1e-8, || format!("{x:?}"));
            assert_close(whole.log_density(*x), mixture.log_density(*x), 1e-8, || format!("{x:?}"));
        }
        // On a grid it is what it is at its places.
        let tilted = TiltedDensity::new(&mixture, 1, 4.0).unwrap();
        let (across, up) = ([-1.5, 0.2, 1.4], [-0.6, 1.4]);
        let found = tilted.density_grid(&across, &up);
        for (k, found) in found.into_iter().enumerate() {
            let wanted = tilted.log_density([across[k % 3], up[k / 3]]).exp();
            assert_close(found, wanted, 1e-12 * (1.0 + wanted), || format!("place {k}"));
        }
    }
}

#[test]
fn draws_of_the_tilted_density_are_its_own_either_way() {
    // Two classes that nearly coincide: from the cells of the grid where few draws would be kept.
    let parts = [Component::isotropic([0.0; 2], 1.0), Component::isotropic([0.1, 0.0], 1.0)];
    let near = Mixture::new(parts).unwrap().with_labels([Some(0), Some(1)]);
    for (mixture, scale) in [(&pair(), 3.0), (&pair(), 0.5), (&near, 30.0)] {
        let tilted = TiltedDensity::new(mixture, 1, scale).unwrap();
        let mut rng = stream(3, Purpose::Draw, 0);
        let count = 20_000;
        let draws = tilted.sample(&mut rng, count);
        let Covariance { xx, yy, .. } = tilted.covariance();
        for (d, variance) in [xx, yy].into_iter().enumerate() {
            let mean = draws.iter().map(|x| x[d]).sum::<f64>() / count as f64;
            let error = 4.5 * (variance / count as f64).sqrt();
            assert_close(mean, tilted.mean()[d], error, || format!("mean {d} at {scale}"));
            let found = draws.iter().map(|x| (x[d] - mean).powi(2)).sum::<f64>() / count as f64;
            let error = 8.0 * variance / (count as f64).sqrt();
            assert_close(found, variance, error, || format!("variance {d} at {scale}"));
        }
    }
}

#[test]
fn what_cannot_be_tilted_is_refused() {
    let said =
        |mixture: &Mixture, label, scale| TiltedDensity::new(mixture, label, scale).unwrap_err();
    assert_eq!(said(&pair(), 2, 3.0), TiltError::NoLabel(2));
    assert!(matches!(said(&pair(), 1, f64::NAN), TiltError::Scale(_)));
    assert_eq!(said(&pair(), 1, -1.0), TiltError::Scale(-1.0));
    let points = PointSet { points: vec![[0.0; 2], [1.0; 2]], labels: vec![0, 1] };
    assert_eq!(said(&points.mixture(0.0).unwrap(), 1, 2.0), TiltError::NoDensity);
    assert!(TiltedDensity::new(&points.mixture(0.1).unwrap(), 1, 2.0).is_ok());
}

#[test]
fn a_standard_normal_source_is_the_usual_noise() {
    let source = Mixture::new([Component::isotropic([0.0; 2], 1.0)]).unwrap();
    let data = toy("two-moons").unwrap().mixture();
    let ends = SourcedMixture::new(&source, &data).unwrap();
    for level in LEVELS {
        let prepared = ends.prepare(level);
        let marginal = ends.marginal(level);
        for x in &POINTS[..6] {
            let (found, wanted) = (ends.posterior(level, *x), data.posterior(level, *x));
            assert_eq!(prepared.posterior(*x), found);
            let context = || format!("{level:?} {x:?}");
            let size = 1e-10 * (1.0 + found.score[0].abs() + found.score[1].abs());
            for d in 0..2 {
                assert_close(found.data[d], wanted.data[d], size, context);
                assert_close(found.noise[d], wanted.noise(level.sigma)[d], size, context);
                assert_close(found.score[d], wanted.score()[d], size, context);
            }
            let log = wanted.log_density;
            assert_close(found.log_density, log, 1e-11 * (1.0 + log.abs()), context);
            assert_close(marginal.log_density(*x), log, 1e-9 * (1.0 + log.abs()), context);
        }
    }
}

#[test]
fn ends_without_an_exact_field_are_refused_in_words() {
    let gaussian = Mixture::new([Component::isotropic([0.0; 2], 1.0)]).unwrap();
    let board = toy("checkerboard").unwrap().mixture();
    let points = PointSet { points: vec![[0.0; 2]; 5], labels: Vec::new() };
    let said = |source: &Mixture, data: &Mixture| SourcedMixture::new(source, data).unwrap_err();
    assert_eq!(said(&board, &gaussian), SourceError::Boxes(End::Source));
    assert!(said(&gaussian, &board).to_string().starts_with("the data has uniform boxes"));
    assert_eq!(said(&points.mixture(0.0).unwrap(), &gaussian), SourceError::Points(End::Source));
    let many = PointSet { points: vec![[0.0; 2]; 600], labels: Vec::new() };
    let refused = said(&many.mixture(0.1).unwrap(), &toy("two-spirals").unwrap().mixture());
    assert_eq!(refused, SourceError::Pairs(600 * 64));
    assert!(refused.to_string().contains("4096"), "{refused}");
}
