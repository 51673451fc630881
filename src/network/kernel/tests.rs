use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::*;
use crate::network::test_support::random_weights;
use crate::network::{Architecture, ComputeDevice, Mlp};

fn random_points(count: usize) -> (Vec<f32>, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let points = (0..DIMENSIONS * count).map(|_| rng.sample::<f32, _>(StandardNormal) * 2.0);
    let points = points.collect();
    (points, (0..count).map(|_| rng.random()).collect())
}

const ARCHITECTURES: [Architecture; 4] = [
    Architecture { hidden: 128, depth: 3, time_features: 64 },
    Architecture { hidden: 1, depth: 1, time_features: 2 },
    Architecture { hidden: 37, depth: 2, time_features: 6 },
    Architecture { hidden: 20, depth: 8, time_features: 128 },
];

#[test]
fn agrees_with_the_forward_pass_of_burn() {
    for architecture in ARCHITECTURES {
        let weights = random_weights(architecture, 3);
        let kernel = Kernel::new(&weights);
        let mlp = Mlp::from_weights(&weights, &ComputeDevice::default().burn_device());
        let count = 333;
        let (points, each) = random_points(count);
        for times in [Times::Shared(0.37), Times::Each(&each)] {
            let mut velocities = vec![0.0; points.len()];
            kernel.evaluate_f32(times, &points, &mut velocities);
            let expected = mlp.evaluate(&weights.frequencies, times, &points);
            for (found, expected) in velocities.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-5, "{architecture:?}: {found} {expected}");
            }
        }
    }
}

#[test]
fn single_agrees_with_double_precision() {
    for architecture in ARCHITECTURES {
        let kernel = Kernel::new(&random_weights(architecture, 4));
        let count = 100;
        let (points, each) = random_points(count);
        let points_f64: Vec<f64> = points.iter().copied().map(f64::from).collect();
        for times in [Times::Shared(0.81), Times::Each(&each)] {
            let (mut single, mut double) = (vec![0.0; 2 * count], vec![0.0; 2 * count]);
            kernel.evaluate_f32(times, &points, &mut single);
            kernel.evaluate_f64(times, &points_f64, &mut double);
            for (single, double) in single.iter().zip(&double) {
                assert!((f64::from(*single) - double).abs() < 1e-5, "{single} {double}");
            }
        }
    }
}

#[test]
fn a_point_does_not_depend_on_its_batch() {
    for architecture in ARCHITECTURES {
        let kernel = Kernel::new(&random_weights(architecture, 5));
        let count = 259;
        let (points, _) = random_points(count);
        let points_f64: Vec<f64> = points.iter().copied().map(f64::from).collect();
        let mut all = vec![0.0; 2 * count];
        kernel.evaluate_f32(Times::Shared(0.4), &points, &mut all);
        let mut all_f64 = vec![0.0; 2 * count];
        kernel.evaluate_f64(Times::Shared(0.4), &points_f64, &mut all_f64);
        for size in [1, 2, 16, 17, 33, 64, 65, 90, 100] {
            for start in (0..count - size).step_by(23) {
                let part = |values: &[f32]| {
                    let x = &values[start..start + size];
                    [x, &values[count + start..count + start + size]].concat()
                };
                let mut some = vec![0.0; 2 * size];
                kernel.evaluate_f32(Times::Shared(0.4), &part(&points), &mut some);
                assert_eq!(some, part(&all));
                kernel.evaluate_f32(Times::Each(&vec![0.4; size]), &part(&points), &mut some);
                assert_eq!(some, part(&all));
            }
            let part = |values: &[f64]| [&values[..size], &values[count..count + size]].concat();
            let mut some = vec![0.0; 2 * size];
            kernel.evaluate_f64(Times::Each(&vec![0.4; size]), &part(&points_f64), &mut some);
            assert_eq!(some, part(&all_f64));
        }
    }
}

#[test]
fn no_points_are_no_work() {
    let kernel = Kernel::new(&random_weights(ARCHITECTURES[2], 5));
    kernel.evaluate_f32(Times::Shared(0.4), &[], &mut []);
    kernel.evaluate_f64(Times::Each(&[]), &[], &mut []);
}
