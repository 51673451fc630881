//! How the ratio of DOPRI5's estimate to the truth depends on the tolerance and on h.

use driftscope_base::cancel::Cancel;
use driftscope_solve::MethodRef;
use driftscope_solve::by_hand::fixed_step;
use driftscope_solve::stepper::Step;
use driftscope_study::lab::{Reference, errors_over_time};
use driftscope_study::measure::fitted_order;
use driftscope_study::{Experiment, Networks};

use crate::{kind_of, median, scene};

/// Particles that are measured.
const COUNT: usize = 48;
/// Points along each path at which steps of one length begin.
const LEGS: usize = 8;

/// Prints medians and the exponents that fit them.
pub fn print(field: &str) {
    over_tolerances(field);
    at_fixed_points(field);
}

fn over_tolerances(field: &str) {
    let tolerances: Vec<f64> = (3..=9).map(|k| 10.0_f64.powi(-k)).collect();
    let (mut ratios, mut sizes) = (Vec::new(), Vec::new());
    for &tolerance in &tolerances {
        let both = ["rtol", "atol"].map(|which| format!("sampler.{which}={tolerance:e}"));
        let dopri5 = "sampler.method=dopri5";
        let scene = scene(&[kind_of(field), field, dopri5, &both[0], &both[1]]);
        let experiment = Experiment::of_ode(&scene, &Networks::default()).expect("a experiment");
        let found = errors_over_time(&experiment, COUNT, &Cancel::default(), |_| {}).expect("runs");
        let ratio = found.calibration.expect("steps").median;
        let steps = found.particles.iter().flatten().filter(|step| step.accepted);
        let h = median(steps.map(|step| step.h));
        println!("{field} {tolerance:e}: estimate over error of y {ratio:.2}, median h {h:.4}");
        ratios.push(ratio);
        sizes.push(h);
    }
    println!(
        "{field}: like h^{:.2}; from 1e-6 on h^{:.2}",
        fitted_order(&sizes, &ratios),
        fitted_order(&sizes[3..], &ratios[3..])
    );
}

/// Steps of one length from the same points of the true paths, halved again and again.
fn at_fixed_points(field: &str) {
    let never = Cancel::default();
    let scene = scene(&[kind_of(field), field, "sampler.method=dopri5"]);
    let experiment = Experiment::of_ode(&scene, &Networks::default()).expect("a experiment");
    let settings = experiment.ode_settings();
    let dopri5 = MethodRef::named("dopri5").expect("in the table");
    let tableau = dopri5.tableau().expect("it is explicit");
    let reference = Reference::of(&experiment, COUNT, LEGS, &never).expect("runs");
    let (start, end) = experiment.interval;
    let away = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let (mut sizes, mut ratios) = (Vec::new(), Vec::new());
    for k in 0..7 {
        let h = 0.2 * (end - start) / f64::from(1 << k);
        // Estimate over the error of ŷ, and over that of y.
        let (mut embedded, mut taken) = (Vec::new(), Vec::new());
        for (&t, starts) in reference.times.iter().zip(&reference.positions) {
            if t + h > end {
                continue;
            }
            let truth = Reference::from(experiment.field(), starts, (t, t + h), 1, &never);
            for (&start, &truth) in starts.iter().zip(truth.expect("runs").ends()) {
                let step = Step { index: 0, t, t1: t + h };
                let attempt = fixed_step(experiment.field(), &settings, tableau, step, start);
                let lower = attempt.embedded.expect("a pair");
                let error = away(attempt.answer, truth);
                // Smaller ones are the reference's own.
                if error > 1e-13 {
                    let estimate = away(attempt.answer, lower);
                    embedded.push(estimate / away(lower, truth));
                    taken.push(estimate / error);
                }
            }
        }
        if taken.len() < COUNT {
            break;
        }
        let (count, of_taken) = (taken.len(), median(taken.into_iter()));
        let of_embedded = median(embedded.into_iter());
        println!("  h = {h:.4}: over ŷ's {of_embedded:.3}, over y's {of_taken:.2} ({count} steps)");
        sizes.push(h);
        ratios.push(of_taken);
    }
    let finer = sizes.len().saturating_sub(4);
    println!(
        "  like h^{:.2} over the finest four",
        fitted_order(&sizes[finer..], &ratios[finer..])
    );
}
