//! Where Euler's root mean square error on two moons comes from.

use driftscope_base::cancel::Cancel;
use driftscope_solve::MethodRef;
use driftscope_study::lab::{Reference, Setting, sweep_ode, sweep_run};
use driftscope_study::measure::fitted_order;
use driftscope_study::{Experiment, Networks};

use crate::{median, scene};

const COUNT: usize = 300;
/// Two in a hundred.
const FEW: usize = COUNT / 50;

/// Prints slopes of Euler's error with and without the particles near the watershed.
pub fn print(data: &str) {
    let scene = scene(&["field.kind=exact", data]);
    let experiment = sweep_ode(&scene, &Networks::default()).expect("an ODE");
    let stretch = stretch(&experiment);
    let by_stretch = ranked(&stretch);
    let largest: Vec<String> =
        by_stretch[..FEW].iter().map(|&i| format!("{:.1}", stretch[i])).collect();
    let usual = median(stretch.iter().copied());
    println!("{data}: stretch median {usual:.2}, largest {}", largest.join(" "));
    let steps: Vec<usize> = (6..=13).map(|k| 1 << k).collect();
    let errors = errors(&experiment, &steps);
    let by_error = ranked(&errors[errors.len() - 1]);
    for (steps, errors) in steps.iter().zip(&errors) {
        let worst = 1.0 - (without(errors, &ranked(errors)) / rms(errors)).powi(2);
        println!(
            "{steps} steps: RMS {:.3e}, median {:.3e}, the worst 2 % hold {worst:.2} of the squares",
            rms(errors),
            median(errors.iter().copied()),
        );
    }
    let sizes: Vec<f64> = steps.iter().map(|&n| n as f64).collect();
    let slopes = |name: &str, value: &dyn Fn(&[f64]) -> f64| {
        let values: Vec<f64> = errors.iter().map(|errors| value(errors)).collect();
        let to_4096 = sizes.len() - 1;
        let fit = fitted_order(&sizes[..to_4096], &values[..to_4096]);
        println!("{name}: slope 64 to 4096 {fit:.3}; by doublings {}", doublings(&values));
    };
    slopes("RMS", &|errors| rms(errors));
    slopes("median", &|errors| median(errors.iter().copied()));
    slopes("RMS without the 2 % most stretched", &|errors| without(errors, &by_stretch));
    slopes("RMS without the 2 % largest errors", &|errors| without(errors, &by_error));
    for &i in &by_error[..FEW] {
        let own: Vec<f64> = errors.iter().map(|errors| errors[i]).collect();
        println!("  particle {i}, stretch {:.1}: by doublings {}", stretch[i], doublings(&own));
    }
}

/// How much the flow pulls each particle's neighbours apart: the norm of ∂x(1)/∂x(0).
fn stretch(experiment: &Experiment) -> Vec<f64> {
    const WIDTH: f64 = 1e-5;
    let never = Cancel::default();
    let ends = |by: [f64; 2]| {
        let starts: Vec<[f64; 2]> =
            experiment.starts(COUNT).iter().map(|s| [s[0] + by[0], s[1] + by[1]]).collect();
        let moved = Reference::from(experiment.field(), &starts, experiment.interval, 1, &never);
        moved.expect("runs").ends().to_vec()
    };
    let [right, left, up, down] =
        [[WIDTH, 0.0], [-WIDTH, 0.0], [0.0, WIDTH], [0.0, -WIDTH]].map(ends);
    let apart = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) / (2.0 * WIDTH);
    (0..COUNT).map(|i| apart(right[i], left[i]).hypot(apart(up[i], down[i]))).collect()
}

/// For each number of steps the error of every particle at the end.
fn errors(experiment: &Experiment, steps: &[usize]) -> Vec<Vec<f64>> {
    let never = Cancel::default();
    let truth = Reference::of(experiment, COUNT, 1, &never).expect("runs");
    let euler = MethodRef::named("euler").expect("in the table");
    let of_steps = |&steps: &usize| {
        let what = (euler, Setting::Steps(steps));
        let run = sweep_run(experiment, what, COUNT, &never).expect("runs");
        let distance = |(a, b): ([f64; 2], &[f64; 2])| (a[0] - b[0]).hypot(a[1] - b[1]);
        run.ends().zip(truth.ends()).map(distance).collect()
    };
    steps.iter().map(of_steps).collect()
}

/// Particles, the one with the largest value first.
fn ranked(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[j].total_cmp(&values[i]));
    order
}

fn rms(errors: &[f64]) -> f64 {
    (errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64).sqrt()
}

/// The root of the mean over all particles of the squares of all but the first few of an order.
fn without(errors: &[f64], order: &[usize]) -> f64 {
    let squares = order[FEW..].iter().map(|&i| errors[i] * errors[i]);
    (squares.sum::<f64>() / errors.len() as f64).sqrt()
}

fn doublings(values: &[f64]) -> String {
    let each = values.windows(2).map(|pair| format!("{:.2}", (pair[1] / pair[0]).log2()));
    each.collect::<Vec<_>>().join(" ")
}
