//! What diffusion samplers do to one Gaussian, by which orders they converge, and to which SDE the noisy ones.

#[path = "shared/samplers.rs"]
mod shared;

use driftscope_base::cancel::Cancel;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::brownian::Noise;
use driftscope_solve::sde::{LastStep, Scheme, SdeProblem};
use driftscope_solve::{
    FinalOrder, MethodRef, OdeSettings, SamplerKnobs, SolverType, Tolerances, per_particle,
};
use serde_json::{Value, json};

use self::shared::{field, numbers, reference, run};

/// Which sampler a law of the reference is of.
fn law(name: &str) -> Option<(&'static str, SamplerKnobs)> {
    let usual = SamplerKnobs::default();
    let eta = SamplerKnobs { eta: 1.0, ..usual };
    let sde = SamplerKnobs { eta_sde: 1.0, ..usual };
    Some(match name {
        "ddim" => ("ddim", usual),
        "euler-a" => ("ddim", eta),
        "dpm2-a" => ("dpm-solver-2", eta),
        "dpmpp-2s-a" => ("dpmpp-2s", eta),
        "dpmpp-sde" => ("dpmpp-sde", eta),
        "dpmpp-2m" => ("dpmpp-2m", usual),
        "dpmpp-2m-sde" => ("dpmpp-2m", sde),
        "dpmpp-2m-sde-heun" => {
            ("dpmpp-2m", SamplerKnobs { solver_type: Some(SolverType::Heun), ..sde })
        }
        "dpmpp-3m-sde" => ("dpmpp-3m", sde),
        "dpmpp-3m-sde D2 doubled" => ("dpmpp-3m", SamplerKnobs { kappa: 2, ..sde }),
        "dpmpp-3m D2 doubled" => ("dpmpp-3m", SamplerKnobs { kappa: 2, ..usual }),
        "unipc-2" => ("unipc-2", usual),
        // As in diffusers, whose order falls at the end.
        "unipc-3" => ("unipc-3", SamplerKnobs { final_order: FinalOrder::Lower, ..usual }),
        "sa-solver 3/4 tau 1" => {
            ("sa-solver", SamplerKnobs { predictor: 3, corrector: 4, tau: 1.0, ..usual })
        }
        "er-sde-3 (100 points)" => ("er-sde", usual),
        "lms-4" => ("lms-4", usual),
        "ipndm-4" => ("ipndm", usual),
        "deis-3" => ("deis-3", usual),
        "edm-heun" => ("edm-heun", usual),
        "gradient-estimation" => ("gradient-estimation", usual),
        "heunpp2" => return None,
        other => panic!("{other} is not known"),
    })
}

/// EDM's levels, ρ = 7, from 80 to 0.002 and then 0.
fn karras(steps: usize) -> Vec<f64> {
    let root = |level: f64| level.powf(1.0 / 7.0);
    let of = |i: usize| {
        let u = i as f64 / (steps - 1) as f64;
        (root(80.0) + u * (root(0.002) - root(80.0))).powi(7)
    };
    (0..steps).map(of).chain([0.0]).collect()
}

/// Mean and standard deviation of x at the end, exactly: on one Gaussian a run is affine in its start and its
/// draws, so that one particle for each of them says it all.
fn law_of_ends(
    path: Interpolant,
    data: &Value,
    sampler: (&str, SamplerKnobs),
    levels: &[f64],
) -> [f64; 2] {
    let steps = levels.len() - 1;
    let grid: Vec<f64> = levels.iter().map(|&level| path.time_of_level(1.0, level)).collect();
    let sigma = path.coefficients(grid[0]).sigma;
    // The start, then a draw of each step, then its independent part in between; the first has none.
    let count = 2 + 2 * steps;
    let mut starts = vec![[0.0; 2]; count];
    starts[1] = [sigma, 0.0];
    let unit = |step: usize, first: usize| {
        let mut draws = vec![0.0; 2 * count];
        draws[first + step] = 1.0;
        draws
    };
    let noise = Noise {
        z: (0..steps).map(|step| unit(step, 2)).collect(),
        area: Some((0..steps).map(|step| unit(step, 2 + steps)).collect()),
        inner: None,
    };
    let (states, _) = run(path, data, sampler, (&grid, &starts), Some(&noise));
    let ends = states.last().expect("an end");
    let mean = ends[0][0];
    let variance: f64 = ends[1..].iter().map(|end| (end[0] - mean).powi(2)).sum();
    [mean, variance.sqrt()]
}

#[test]
fn ends_of_one_gaussian_have_the_laws_of_the_reference() {
    let reference = reference();
    let laws = reference["one_gaussian_laws"]["laws"].as_object().expect("laws");
    for (name, by_steps) in laws {
        let Some(sampler) = law(name) else { continue };
        for (steps, wanted) in by_steps.as_object().expect("numbers of steps") {
            let wanted = numbers(wanted);
            let levels = karras(steps.parse().expect("a number"));
            for path in Interpolant::ALL {
                let found = law_of_ends(path, &reference["data"]["one"], sampler, &levels);
                for (found, wanted) in found.iter().zip(&wanted) {
                    let off = (found - wanted).abs();
                    assert!(
                        off < 1e-10,
                        "{name}, {steps} steps, {path:?}: {found} is not {wanted}"
                    );
                }
            }
        }
    }
}

/// Two blobs, on which nothing is affine.
fn blobs() -> Value {
    json!({ "mixture": [
        { "mean": [1.0, 0.4], "std": 0.6 },
        { "mean": [-0.8, -0.6], "std": 0.6 },
    ] })
}

/// Steps that double from a tiny one up to the size of the others: a start as good as exact values.
fn gently_begun((start, end): (f64, f64), steps: usize) -> Vec<f64> {
    const DOUBLINGS: i32 = 12;
    let first: f64 = (0..DOUBLINGS).map(|k| 0.5_f64.powi(DOUBLINGS - k)).sum();
    let h = (end - start) / (steps as f64 + first);
    let mut times = vec![start];
    for k in 0..DOUBLINGS {
        times.push(times[times.len() - 1] + h * 0.5_f64.powi(DOUBLINGS - k));
    }
    for _ in 0..steps {
        times.push(times[times.len() - 1] + h);
    }
    *times.last_mut().expect("an end") = end;
    times
}

fn order(
    sampler: (&str, SamplerKnobs),
    counts: [usize; 4],
    begin: fn((f64, f64), usize) -> Vec<f64>,
) -> f64 {
    let (path, span, start) = (Interpolant::Linear, (0.1, 0.9), [0.4, -1.1]);
    let data = blobs();
    let exact = field(&data, path);
    let tight = Tolerances { atol: 1e-14, rtol: 1e-14 };
    let method = MethodRef::named("dop853").expect("in the table");
    let settings = OdeSettings { max_attempts: 100_000, ..OdeSettings::new(method, tight, span) };
    let truth =
        per_particle::solve(&exact, &settings, &[span.0, span.1], &start, 0, &Cancel::default())
            .expect("not cancelled")
            .ends[0];
    let errors: Vec<[f64; 2]> = counts
        .into_iter()
        .map(|steps| {
            let grid = begin(span, steps);
            let (states, _) = run(path, &data, sampler, (&grid, &[start]), None);
            let end = states[grid.len() - 1][0];
            let error = (end[0] - truth[0]).hypot(end[1] - truth[1]);
            [(steps as f64).ln(), error.ln()]
        })
        .collect();
    let mean = |d: usize| errors.iter().map(|p| p[d]).sum::<f64>() / errors.len() as f64;
    let (x, y) = (mean(0), mean(1));
    let over: f64 = errors.iter().map(|p| (p[0] - x) * (p[1] - y)).sum();
    -over / errors.iter().map(|p| (p[0] - x).powi(2)).sum::<f64>()
}

#[test]
fn orders_from_their_own_start_and_from_one_as_good_as_exact() {
    let usual = SamplerKnobs::default();
    let even = |(start, end): (f64, f64), steps: usize| -> Vec<f64> {
        driftscope_solve::grid::uniform(start, end, steps)
    };
    let sa = SamplerKnobs { predictor: 3, corrector: 4, ..usual };
    let kappa = SamplerKnobs { kappa: 2, ..usual };
    let own: [((&str, SamplerKnobs), f64); 13] = [
        (("unipc-1", usual), 2.0),
        (("unipc-2", usual), 3.0),
        (("unipc-3", usual), 3.0),
        // Its order falls at the end of every run, and the last step, which nothing corrects, is of order 1.
        (("sa-solver", sa), 2.0),
        (("dpmpp-2m", usual), 2.0),
        (("dpmpp-3m", usual), 2.0),
        (("deis-2", usual), 2.0),
        (("deis-3", usual), 2.0),
        (("lms-4", usual), 2.0),
        (("ipndm", usual), 2.0),
        (("dpmpp-2s", usual), 2.0),
        (("dpmpp-sde", usual), 2.0),
        (("gradient-estimation", usual), 1.0),
    ];
    for (sampler, wanted) in own {
        let found = order(sampler, [200, 400, 800, 1_600], even);
        println!("{} from its own start: {found:.2} of {wanted}", sampler.0);
        // The error of the first step need not be seen yet.
        assert!(found > wanted - 0.2, "{}: {found}", sampler.0);
    }
    for (sampler, wanted) in [
        (("unipc-3", usual), 4.0),
        (("dpmpp-3m", kappa), 3.0),
        (("deis-3", usual), 3.0),
        (("lms-4", usual), 4.0),
    ] {
        let found = order(sampler, [80, 120, 180, 270], gently_begun);
        println!("{} from a start as good as exact: {found:.2} of {wanted}", sampler.0);
        assert!(found > wanted - 0.3, "{}: {found}", sampler.0);
    }
}

/// By how much the end moves with the start when all draws are 0: among processes with equal marginals it says how
/// noisy one is.
fn response(
    sampler: (&str, SamplerKnobs),
    path: Interpolant,
    span: (f64, f64),
    steps: usize,
) -> f64 {
    let grid = driftscope_solve::grid::uniform(span.0, span.1, steps);
    let blank = || vec![vec![0.0; 4]; steps];
    let noise = Noise { z: blank(), area: Some(blank()), inner: None };
    let data = json!({ "mixture": [{ "mean": [2.0, 0.0], "std": 0.3 }] });
    let (states, _) = run(path, &data, sampler, (&grid, &[[0.0, 0.0], [1.0, 0.0]]), Some(&noise));
    let ends = states.last().expect("an end");
    ends[1][0] - ends[0][0]
}

/// n at a level σ/α.
type Norm = Box<dyn Fn(f64) -> f64 + Sync>;

#[test]
fn in_the_limit_each_noisy_sampler_is_sbdm_with_its_own_norm() {
    let usual = SamplerKnobs::default();
    let (eta, sde, tau) = (0.6, 0.6, 0.8);
    let ancestral = SamplerKnobs { eta, ..usual };
    let of_sde = SamplerKnobs { eta_sde: sde, ..usual };
    let f = |level: f64| level * (level.powf(0.3).exp() + 10.0);
    // k f'/f − 1, by central differences.
    let of_er = move |level: f64| {
        let step = 1e-5 * level;
        level * (f(level + step) - f(level - step)) / (2.0 * step) / f(level) - 1.0
    };
    let constant = |n: f64| -> Norm { Box::new(move |_| n) };
    let cases: Vec<((&str, SamplerKnobs), Norm)> = vec![
        (("ddim", ancestral), constant(eta * eta)),
        (("dpm-solver-2", ancestral), constant(eta * eta)),
        (("dpmpp-2s", ancestral), constant(eta * eta)),
        (("dpmpp-sde", ancestral), constant(eta * eta)),
        (("euler-a-flow", ancestral), constant(eta)),
        (("dpmpp-2m", of_sde), constant(sde)),
        (("dpmpp-3m", of_sde), constant(sde)),
        (("sa-solver", SamplerKnobs { tau, ..usual }), constant(tau * tau)),
        (("er-sde", SamplerKnobs { integral_points: 0, ..usual }), Box::new(of_er)),
    ];
    let span = (0.1, 0.9);
    let data = json!({ "mixture": [{ "mean": [2.0, 0.0], "std": 0.3 }] });
    for path in Interpolant::ALL {
        for (sampler, norm) in &cases {
            let level = |t: f64| {
                let at = path.coefficients(t);
                at.sigma / at.alpha
            };
            let method = MethodRef::named(sampler.0).expect("in the table").get();
            let limit = method.rule.limit().expect("it tends to an SDE");
            for k in [0.01, 0.3, 1.0, 14.6] {
                let off = (limit.norm)(&sampler.1, k) - norm(k);
                assert!(off.abs() < 1e-9, "{}: n is off by {off:e} at {k}", sampler.0);
            }
            let steps = 4_000;
            let grid = driftscope_solve::grid::uniform(span.0, span.1, steps);
            let noise = Noise::of_increments(vec![vec![0.0; 4]; steps]);
            let end = path.coefficients(span.1);
            let track = SdeProblem {
                field: &field(&data, path),
                diffusion: &|t| DiffusionForm::Sbdm.coefficient(path, norm(level(t)), t),
                level_at_end: (end.alpha, end.sigma),
                scheme: Scheme::StochasticHeun,
                last_step: (LastStep::None, 0.0),
                grid: &grid,
                keyframes: &[span.0, span.1],
            }
            .solve(&[0.0, 1.0, 0.0, 0.0], &noise, 0, &Cancel::default())
            .expect("not cancelled");
            let wanted = track.ends[1][0] - track.ends[0][0];
            let errors = [250, 500, 1_000]
                .map(|steps| (response(*sampler, path, span, steps) / wanted - 1.0).abs());
            println!("{} on {path:?}: {wanted:.4}, off by {errors:?}", sampler.0);
            assert!(errors[2] < 0.01, "{} on {path:?}: {errors:?}", sampler.0);
            assert!(errors[2] < 0.7 * errors[0] || errors[2] < 1e-4, "{}: {errors:?}", sampler.0);
        }
    }
}
