//! The order of every method of the table, measured: the slope of the global error over the step
//! size, in f64.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::field::Field;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::{Component, Mixture, toy};
use driftscope_flow::field::{ClassicField, ExactField};
use driftscope_solve::fixed::FixedProblem;
use driftscope_solve::{MethodRef, OdeSettings, Tolerances, grid, per_particle};

fn named(system: &str, parameter: Option<f64>) -> ClassicField {
    ClassicField::named(system, parameter).expect("in the table")
}

struct Problem {
    name: &'static str,
    field: Box<dyn Field<f64>>,
    path: Interpolant,
    start: [f64; 2],
    span: (f64, f64),
}

fn classic() -> Vec<Problem> {
    let problem = |name, field, start, end| Problem {
        name,
        field: Box::new(field),
        path: Interpolant::Linear,
        start,
        span: (0.0, end),
    };
    vec![
        problem("harmonic", named("harmonic", None), [1.0, 0.0], std::f64::consts::TAU),
        problem("lotka-volterra", named("lotka-volterra", None), [2.0, 1.5], 2.0),
        problem("van-der-pol", named("van-der-pol", Some(0.8)), [1.5, 0.3], 3.0),
    ]
}

/// What diffusion samplers work on: fields of noising processes, away from the ends where their
/// first and last steps are DDIM's.
fn noising() -> Vec<Problem> {
    let moons = Arc::new(toy("eight-gaussians").expect("a toy").mixture());
    let two = [[1.0, 0.4], [-0.8, -0.6]].map(|mean| Component::isotropic(mean, 0.6));
    let two = Arc::new(Mixture::new(two.to_vec()).expect("a mixture"));
    let problem = |name, data: &Arc<Mixture>, path, start, span| Problem {
        name,
        field: Box::new(ExactField::new(Arc::clone(data), path)),
        path,
        start,
        span,
    };
    vec![
        problem("two blobs, Linear", &two, Interpolant::Linear, [0.4, -1.1], (0.1, 0.9)),
        problem("two blobs, VP", &two, Interpolant::Vp, [0.4, -1.1], (0.3, 0.9)),
        problem("eight gaussians, GVP", &moons, Interpolant::Gvp, [1.2, 0.5], (0.1, 0.7)),
    ]
}

/// Where each problem ends, by DOP853 at the limit of double precision.
fn reference(problem: &Problem) -> [f64; 2] {
    let tight = Tolerances { atol: 1e-14, rtol: 1e-14 };
    let method = MethodRef::named("dop853").expect("in the table");
    let settings =
        OdeSettings { max_attempts: 100_000, ..OdeSettings::new(method, tight, problem.span) };
    let ends = [problem.span.0, problem.span.1];
    let start = [problem.start[0], problem.start[1]];
    per_particle::solve(&*problem.field, &settings, &ends, &start, 0, &Cancel::default())
        .expect("not cancelled")
        .ends[0]
}

fn error(problem: &Problem, method: MethodRef, steps: usize, reference: [f64; 2]) -> f64 {
    let tolerances = Tolerances { atol: 1e-6, rtol: 1e-6 };
    let settings =
        OdeSettings { path: problem.path, ..OdeSettings::new(method, tolerances, problem.span) };
    let grid = grid::uniform(problem.span.0, problem.span.1, steps);
    let solved = FixedProblem {
        field: &*problem.field,
        settings: &settings,
        grid: &grid,
        keyframes: &[problem.span.0, problem.span.1],
    }
    .solve(&problem.start, None, 0, false, &Cancel::default())
    .expect("not cancelled");
    let [x, y] = solved.track.ends[0];
    (x - reference[0]).hypot(y - reference[1])
}

/// Slope of the least-squares line through (log h, log error).
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let over: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    over / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}

/// Numbers of steps for a method of `order`: seven, a factor apart, fine enough to be asymptotic
/// and coarse enough to stand clear of rounding.
fn step_counts(order: u32) -> Vec<usize> {
    let (first, factor) = match order {
        1 => (200.0, 2.0),
        2 => (100.0, 1.8),
        3 => (60.0, 1.6),
        4 => (50.0, 1.5),
        5 => (50.0, 1.25),
        _ => (10.0, 1.2_f64),
    };
    (0..7).map(|k| (first * factor.powi(k)).round() as usize).collect()
}

#[test]
fn every_method_has_its_order() {
    let mut wrong = Vec::new();
    for method in MethodRef::of_odes() {
        let problems = if method.needs_noising_process() { noising() } else { classic() };
        for (index, problem) in problems.iter().enumerate() {
            let reference = reference(problem);
            let points: Vec<(f64, f64)> = step_counts(method.order)
                .into_iter()
                .map(|steps| {
                    let h = (problem.span.1 - problem.span.0) / steps as f64;
                    (h.ln(), error(problem, method, steps, reference).ln())
                })
                .collect();
            let (found, nominal) = (slope(&points), f64::from(method.order));
            let errors: Vec<String> =
                points.iter().map(|(_, error)| format!("{:.0e}", error.exp())).collect();
            println!(
                "{:>17} on {:<20}: {found:.2} ({})",
                method.name,
                problem.name,
                errors.join(" ")
            );
            let exactly = index == 0 && !method.needs_noising_process();
            if found < nominal - 0.15 || (exactly && found > nominal + 0.15) {
                wrong.push(format!("{} on {}: {found:.3}", method.name, problem.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn implicit_midpoint_keeps_the_oscillators_energy() {
    let problem = &classic()[0];
    let far = Problem {
        name: "a hundred turns",
        field: Box::new(named("harmonic", None)),
        span: (0.0, 100.0 * problem.span.1),
        ..classic().remove(0)
    };
    let energy = |method: &str| {
        let method = MethodRef::named(method).expect("in the table");
        let from_origin = error(&far, method, 2_000, [0.0, 0.0]);
        from_origin * from_origin
    };
    assert!((energy("implicit-midpoint") - 1.0).abs() < 1e-11);
    assert!(energy("implicit-euler") < 1e-3, "implicit Euler loses it");
    assert!(energy("euler") > 1e3, "Euler gains it");
}
