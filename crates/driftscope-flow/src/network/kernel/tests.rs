use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::*;
use crate::network::test_support::random_weights;
use crate::network::{Activation, Architecture, ComputeDevice, Mlp};

/// What may be asked at these times, with everything that a network may know.
fn asked(times: &[f64]) -> [Inputs<'_>; 4] {
    let [shared, each] = [Times::Shared(0.37), Times::Each(times)];
    let longer = Times::Each(times);
    [
        shared.into(),
        Inputs::from(each).given(Some(0)),
        Inputs::from(shared).given(Some(2)).lasting(Times::Shared(0.21)),
        Inputs::from(shared).lasting(longer),
    ]
}

fn random_points(count: usize) -> (Vec<f32>, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let points = (0..DIMENSIONS * count).map(|_| rng.sample::<f32, _>(StandardNormal) * 2.0);
    let points = points.collect();
    (points, (0..count).map(|_| rng.random()).collect())
}

const fn sizes(hidden: usize, depth: usize, time_features: usize) -> Architecture {
    let (activation, labels, flow_map) = (Activation::Silu, 0, false);
    Architecture { hidden, depth, time_features, activation, labels, flow_map }
}

const ARCHITECTURES: [Architecture; 9] = [
    sizes(128, 3, 64),
    sizes(1, 1, 2),
    sizes(37, 2, 6),
    sizes(20, 8, 128),
    Architecture { flow_map: true, labels: 3, ..sizes(24, 2, 8) },
    Architecture { activation: Activation::Gelu, labels: 1, ..sizes(24, 2, 8) },
    Architecture { activation: Activation::GeluTanh, flow_map: true, ..sizes(9, 3, 4) },
    Architecture { activation: Activation::Tanh, ..sizes(24, 2, 8) },
    Architecture { activation: Activation::Softplus, ..sizes(24, 2, 8) },
];

#[test]
fn agrees_with_the_forward_pass_of_burn() {
    for architecture in ARCHITECTURES {
        let weights = random_weights(architecture, 3);
        let kernel = Kernel::new(&weights);
        let mlp = Mlp::from_weights(&weights, &ComputeDevice::default().burn_device());
        let count = 333;
        let (points, each) = random_points(count);
        for inputs in asked(&each) {
            let mut velocities = vec![0.0; points.len()];
            kernel.evaluate_f32(inputs, &points, &mut velocities);
            let expected = mlp.evaluate(&weights, inputs, &points);
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
        for times in asked(&each) {
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
fn times_beyond_a_series_are_told_by_waves() {
    let weights = random_weights(ARCHITECTURES[0], 9);
    let kernel = Kernel::new(&weights);
    let mlp = Mlp::from_weights(&weights, &ComputeDevice::default().burn_device());
    let count = 200;
    let (points, _) = random_points(count);
    let times: Vec<f64> =
        (0..count).map(|index| f64::from(index as u32 / 3 % 7) * 0.4 - 0.6).collect();
    let mut velocities = vec![0.0; 2 * count];
    kernel.evaluate_f32(Times::Each(&times), &points, &mut velocities);
    let expected = mlp.evaluate(&weights, Times::Each(&times).into(), &points);
    for (found, expected) in velocities.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }
    for (index, &time) in times.iter().enumerate() {
        let point = [points[index], points[count + index]];
        let mut alone = [0.0; 2];
        kernel.evaluate_f32(Times::Shared(time), &point, &mut alone);
        assert_eq!(
            alone.map(f32::to_bits),
            [index, count + index].map(|at| velocities[at].to_bits())
        );
    }
    let mut nowhere = [0.0; 2];
    kernel.evaluate_f32(Times::Shared(f64::NAN), &[0.0, 0.0], &mut nowhere);
    assert!(nowhere.iter().all(|velocity| velocity.is_nan()));
}

#[test]
fn no_points_are_no_work() {
    let kernel = Kernel::new(&random_weights(ARCHITECTURES[2], 5));
    kernel.evaluate_f32(Times::Shared(0.4), &[], &mut []);
    kernel.evaluate_f64(Times::Each(&[]), &[], &mut []);
}

#[test]
fn every_instruction_set_gives_the_same() {
    for architecture in ARCHITECTURES {
        let kernel = Kernel::new(&random_weights(architecture, 6));
        for count in [1, 7, 100] {
            let (points, each) = random_points(count);
            for times in asked(&each) {
                let evaluate = |arch| {
                    let mut velocities = vec![0.0; points.len()];
                    kernel.run(arch, &kernel.single, times, &points, &mut velocities, None);
                    velocities
                };
                for (best, plain) in evaluate(Arch::new()).iter().zip(evaluate(Arch::Scalar)) {
                    assert!((best - plain).abs() < 1e-5, "{architecture:?}: {best} {plain}");
                }
            }
        }
    }
}

#[test]
fn derivatives_are_those_of_the_velocities() {
    for architecture in ARCHITECTURES {
        let kernel = Kernel::new(&random_weights(architecture, 7));
        let count = 37;
        let (points, each) = random_points(count);
        let points: Vec<f64> = points.iter().copied().map(f64::from).collect();
        let zeros = || vec![0.0; 2 * count];
        for times in asked(&each) {
            let velocities_at = |points: &[f64]| {
                let mut velocities = zeros();
                kernel.evaluate_f64(times, points, &mut velocities);
                velocities
            };
            let plain = velocities_at(&points);
            let (mut velocities, mut by_x, mut by_y) = (zeros(), zeros(), zeros());
            kernel.jacobian_f64(times, &points, &mut velocities, [&mut by_x, &mut by_y]);
            assert_eq!(velocities, plain, "to the last bit");

            let mut single = [vec![0.0; 2 * count], vec![0.0; 2 * count], vec![0.0; 2 * count]];
            let [found, found_x, found_y] = &mut single;
            let points_f32: Vec<f32> = points.iter().map(|&x| x as f32).collect();
            kernel.jacobian_f32(times, &points_f32, found, [found_x, found_y]);
            for (found, expected) in single.iter().zip([&velocities, &by_x, &by_y]) {
                for (found, expected) in found.iter().zip(expected) {
                    let error = (f64::from(*found) - expected).abs();
                    assert!(error < 2e-5 * (1.0 + expected.abs()), "{found} {expected}");
                }
            }

            let directions: Vec<f64> = (0..2 * count).map(|j| (j as f64).sin()).collect();
            let (mut along, h) = (zeros(), 1e-6);
            kernel.jacobian_vector_f64(times, &points, &directions, &mut velocities, &mut along);
            assert_eq!(velocities, plain, "to the last bit");
            let shifted = |by: f64| -> Vec<f64> {
                points.iter().zip(&directions).map(|(x, d)| x + by * d).collect()
            };
            let (ahead, behind) = (velocities_at(&shifted(h)), velocities_at(&shifted(-h)));
            for j in 0..2 * count {
                let (dx, dy) = (directions[j % count], directions[count + j % count]);
                let product = by_x[j] * dx + by_y[j] * dy;
                assert!((product - along[j]).abs() < 1e-12, "{product} {}", along[j]);
                let difference = (ahead[j] - behind[j]) / (2.0 * h);
                assert!((difference - along[j]).abs() < 1e-7, "{difference} {}", along[j]);
            }
        }
    }
}
