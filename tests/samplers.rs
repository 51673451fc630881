//! The samplers and schedules of image generators, beside runs of the programs that they come from.

#[path = "shared/samplers.rs"]
mod shared;

use std::collections::BTreeMap;

use driftscope_base::interpolant::Interpolant;
use driftscope_solve::brownian::Noise;
use driftscope_solve::grid::{Ays, Schedule, Spacing};
use driftscope_solve::{FinalOrder, MethodRef, SamplerKnobs, SolverType, UniPcB, Variable};
use serde_json::Value;

use self::shared::{numbers, reference, run};

/// A list of points.
fn points(value: &Value) -> Vec<[f64; 2]> {
    let pair = |value: &Value| numbers(value).try_into().expect("a pair");
    value.as_array().expect("a list").iter().map(pair).collect()
}

/// Why nothing runs the same here, where nothing does.
fn left_out(sampler: &str) -> Option<&'static str> {
    Some(match sampler {
        "sde-dpmpp-3m-diffusers" => "a sign of its third order is wrong",
        "dpmpp-2s-diffusers" | "dpmpp-3s-diffusers" => "two or three grid steps make one",
        "dpmsolver-2m-noise-diffusers" | "dpmsolver-3m-noise-diffusers" => {
            "a multistep rule in the noise prediction"
        }
        "euler-churn-k" | "dpm2-churn-k" => "EDM's Heun alone churns",
        "pndm-plms-diffusers" | "pndm-prk-diffusers" => "needs a table of timesteps",
        "flow-euler-stochastic-diffusers" => "noises anew as LCM does",
        "ipndm-v-4-diffsampler" | "ipndm-v-2-diffsampler" => "a bracket is misplaced",
        "deis-tab-3-diffsampler" => "polynomials in the time of another path",
        "er-sde-3-originalsde-author" => "another f",
        "heunpp2-comfy" => "weights depend on the first level",
        _ => return None,
    })
}

/// What runs the same here; none with why there is nothing.
fn here(case: &Value) -> Result<(&'static str, SamplerKnobs), &'static str> {
    let usual = SamplerKnobs::default();
    let arguments = &case["arguments"];
    let lowered = arguments["lower_order_final"].as_bool() == Some(true);
    let final_order = if lowered { FinalOrder::Lower } else { FinalOrder::Full };
    let solver_type = match arguments["solver_type"].as_str() {
        Some("midpoint") => Some(SolverType::Midpoint),
        Some("heun") => Some(SolverType::Heun),
        _ => None,
    };
    let b = if arguments["solver_type"] == "bh1" { UniPcB::Bh1 } else { UniPcB::Bh2 };
    let multistep = SamplerKnobs { final_order, solver_type, ..usual };
    let unipc = SamplerKnobs { final_order, b, ..usual };
    let eta = arguments["eta"].as_f64();
    let noisy = |usual_eta: f64| SamplerKnobs { eta: eta.unwrap_or(usual_eta), ..usual };
    let sde = |usual_eta: f64| SamplerKnobs { eta_sde: eta.unwrap_or(usual_eta), ..multistep };
    let flow = SamplerKnobs { variable: Variable::Flow, ..usual };
    let churned = SamplerKnobs { s_churn: 4.0, s_min: 0.05, s_max: 50.0, s_noise: 1.003, ..usual };
    let er = |order, integral_points| SamplerKnobs { order, integral_points, ..usual };
    let sampler = case["sampler"].as_str().expect("a name");
    if let Some(why) = left_out(sampler) {
        return Err(why);
    }
    if let Some(rest) = sampler.strip_prefix("sa-solver-") {
        let mut parts = rest.trim_end_matches("-diffusers").split('-');
        let mut order = || parts.next().and_then(|part| part.parse().ok()).expect("an order");
        let (predictor, corrector) = (order(), order());
        let tau = parts.next().and_then(|part| part.strip_prefix("tau")?.parse().ok());
        let tau = tau.expect("a τ");
        return Ok(("sa-solver", SamplerKnobs { predictor, corrector, tau, ..usual }));
    }
    Ok(match sampler {
        "dpmpp-1m-diffusers"
        | "deis-1-diffusers"
        | "euler-diffusers"
        | "edm-euler-diffusers"
        | "euler-k"
        | "ddim-eta0-diffusers"
        | "ddim-eta0-leading-diffusers"
        | "ddim-eta0-zsnr-diffusers"
        | "flow-euler-diffusers"
        | "flow-euler-default-diffusers"
        | "euler-k-on-flow" => ("ddim", usual),
        "euler-ancestral-diffusers" | "euler-ancestral-k" | "euler-ancestral-eta0.5-k" => {
            ("ddim", noisy(1.0))
        }
        "ddim-eta0.5-diffusers" | "ddim-eta1-diffusers" | "ddim-eta1-zsnr-diffusers" => {
            ("ddim", noisy(0.0))
        }
        "dpmpp-2m-diffusers"
        | "dpmpp-2m-heun-diffusers"
        | "dpmpp-2m-free-end-diffusers"
        | "edm-dpmpp-2m-diffusers"
        | "dpmpp-2m-k" => ("dpmpp-2m", multistep),
        "sde-dpmpp-2m-midpoint-diffusers"
        | "sde-dpmpp-2m-heun-diffusers"
        | "dpmpp-2m-sde-midpoint-k"
        | "dpmpp-2m-sde-heun-k" => ("dpmpp-2m", sde(1.0)),
        // Its usual way is Heun's.
        "dpmpp-2m-sde-eta0.5-k" => {
            ("dpmpp-2m", SamplerKnobs { solver_type: Some(SolverType::Midpoint), ..sde(0.5) })
        }
        "res-multistep-comfy" => {
            ("dpmpp-2m", SamplerKnobs { solver_type: Some(SolverType::Heun), ..usual })
        }
        "dpmpp-3m-diffusers" => ("dpmpp-3m", multistep),
        "dpmpp-3m-sde-k" | "dpmpp-3m-sde-eta0-k" | "dpmpp-3m-sde-eta0.5-k" => {
            ("dpmpp-3m", sde(1.0))
        }
        "dpmpp-3m-order3" => ("dpmpp-3m", SamplerKnobs { kappa: 2, ..usual }),
        "unipc-1-bh2-diffusers" | "unipc-1-bh1-diffusers" => ("unipc-1", unipc),
        "unipc-2-bh2-diffusers" | "unipc-2-bh1-diffusers" | "unipc-2-bh2-free-end-diffusers" => {
            ("unipc-2", unipc)
        }
        "unipc-3-bh2-diffusers" | "unipc-3-bh1-diffusers" => ("unipc-3", unipc),
        "deis-2-diffusers" => ("deis-2", multistep),
        "deis-3-diffusers" => ("deis-3", multistep),
        "heun-diffusers" | "heun-k" => ("edm-heun", usual),
        "heun-churn-k" => ("edm-heun", churned),
        "heun-k-on-flow" | "flow-heun-diffusers" => ("edm-heun", flow),
        "kdpm2-diffusers" | "dpm2-k" => ("dpm-solver-2", usual),
        "dpm2-ancestral-k" => ("dpm-solver-2", noisy(1.0)),
        "dpm2-k-on-flow" => ("dpm-solver-2", flow),
        "dpmpp-2m-k-on-flow" => ("dpmpp-2m", flow),
        "lms-diffusers" | "lms4-k" => ("lms-4", usual),
        "lms3-k" => ("lms-3", usual),
        "lms2-k" => ("lms-2", usual),
        "lms4-k-on-flow" => ("lms-4", flow),
        "dpmpp-2s-k" | "dpmpp-2s-ancestral-k" => ("dpmpp-2s", noisy(1.0)),
        "dpmpp-sde-k" | "dpmpp-sde-eta0-k" => ("dpmpp-sde", noisy(1.0)),
        "ipndm-diffusers" | "ipndm-4-diffsampler" => ("ipndm", usual),
        "ipndm-comfy" => ("ipndm", SamplerKnobs { final_order: FinalOrder::Lower, ..usual }),
        "gradient-estimation-comfy" => ("gradient-estimation", usual),
        "euler-ancestral-rf-diffusers" | "euler-ancestral-rf-eta0.5-diffusers" => {
            ("euler-a-flow", noisy(1.0))
        }
        "er-sde-1-author" => ("er-sde", er(1, 100)),
        "er-sde-3-author" => ("er-sde", er(3, 100)),
        "er-sde-3-comfy" => ("er-sde", er(3, 200)),
        other => panic!("{other} is not known"),
    })
}

/// Standard normals of a case: those of whole steps, and of their first parts.
fn noise(reference: &Value, case: &Value, steps: usize, count: usize) -> Option<Noise<f64>> {
    let noise = case.get("noise").filter(|noise| !noise.is_null())?;
    let by_feature = |draw: &Value| -> Vec<f64> {
        let draw = points(draw);
        [0, 1].iter().flat_map(|&d| draw.iter().map(move |z| z[d])).collect()
    };
    let blank = || vec![vec![0.0; 2 * count]; steps];
    let mut found = Noise::of_increments(blank());
    if let Some(given) = noise.get("given") {
        let given = given.as_array().expect("draws");
        let mut inner = blank();
        for (step, pair) in given.chunks(2).enumerate() {
            inner[step] = by_feature(&pair[0]);
            found.z[step] = by_feature(&pair[1]);
        }
        found.inner = Some(inner);
        return Some(found);
    }
    let draws = noise["draws"].as_array().expect("draws").iter();
    for (draw, step) in draws.zip(noise["of_step"].as_array().expect("steps")) {
        let index = |value: &Value| value.as_u64().expect("a number") as usize;
        found.z[index(step)] = by_feature(&reference["draws"][index(draw)]);
    }
    Some(found)
}

#[test]
fn runs_are_those_of_the_programs_they_come_from() {
    let reference = reference();
    let starts = points(&reference["starts"]);
    let mut left_out: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut worst: BTreeMap<String, f64> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in reference["cases"].as_array().expect("cases") {
        let id = case["id"].as_str().expect("a name");
        let (method, knobs) = match here(case) {
            Ok(here) => here,
            Err(why) => {
                left_out.entry(why).or_default().push(id.to_owned());
                continue;
            }
        };
        let levels: Vec<f64> = reference["grids"][case["grid"].as_str().expect("a grid")]
            .as_array()
            .expect("levels")
            .iter()
            .map(|level| level.as_f64().unwrap_or(f64::INFINITY))
            .collect();
        let trajectory: Vec<Vec<[f64; 2]>> =
            case["trajectory"].as_array().expect("states").iter().map(points).collect();
        for path in Interpolant::ALL {
            if path == Interpolant::Vp && levels[0].is_infinite() {
                // It has some data left at t = 0.
                continue;
            }
            let grid: Vec<f64> = levels
                .iter()
                .map(
                    |&level| if level.is_infinite() { 0.0 } else { path.time_of_level(1.0, level) },
                )
                .collect();
            let own = |t: f64| path.coefficients(t);
            let from: Vec<[f64; 2]> =
                starts.iter().map(|z| z.map(|z| own(grid[0]).sigma * z)).collect();
            let noise = noise(&reference, case, levels.len() - 1, from.len());
            let data = &reference["data"][case["data"].as_str().expect("data")];
            let (states, evaluations) =
                run(path, data, (method, knobs), (&grid, &from), noise.as_ref());
            let two = MethodRef::named(method).expect("in the table").evaluations_per_step();
            // As many as there: the last step to σ = 0 has no point in between.
            let steps = levels.len() - 1;
            let ends = two == 2 && levels[steps] == 0.0;
            assert_eq!(evaluations as usize, two * steps - usize::from(ends), "{id} on {path:?}");
            let mut off = 0.0_f64;
            let ends_only = trajectory.len() != levels.len();
            for (k, wanted) in trajectory.iter().enumerate() {
                let k = if ends_only && k > 0 { levels.len() - 1 } else { k };
                let level: f64 = levels[k];
                let native = match case["parametrisation"].as_str() {
                    Some("ve") => 1.0,
                    Some("vp") => 1.0 / (1.0 + level * level).sqrt(),
                    _ => 1.0 / (1.0 + level),
                };
                let scale =
                    if level.is_infinite() { own(0.0).sigma } else { own(grid[k]).alpha / native };
                for (found, wanted) in states[k].iter().zip(wanted) {
                    let wanted = wanted.map(|x| scale * x);
                    let size = 1.0 + wanted[0].abs().max(wanted[1].abs());
                    off = off.max((found[0] - wanted[0]).hypot(found[1] - wanted[1]) / size);
                }
            }
            let within = if method == "euler-a-flow" { 1e-9 } else { 1e-12 };
            if off.is_nan() || off > within {
                failures.push(format!("{id} on {path:?}: {off:e}"));
            }
            let known = worst.entry(method.to_owned()).or_insert(0.0);
            *known = known.max(off);
        }
    }
    for (method, off) in &worst {
        println!("{method}: {off:.1e}");
    }
    for (why, ids) in &left_out {
        println!("left out, {why}: {}", ids.join(", "));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(left_out.values().map(Vec::len).sum::<usize>(), 15);
}

/// Levels of a schedule of so many steps as it would be run, 0 at the data.
fn levels(schedule: &Schedule, path: Interpolant, steps: usize) -> Vec<f64> {
    let first = schedule.first_level(steps).expect("it begins with a level");
    let start = path.time_of_level(1.0, first);
    let level = |t: f64| {
        let at = path.coefficients(t);
        at.sigma / at.alpha
    };
    schedule.times(path, (start, 1.0), steps).into_iter().map(level).collect()
}

#[test]
fn schedules_are_those_of_the_programs_they_come_from() {
    let reference = reference();
    let sd = Schedule { levels: Some([14.6146, 0.0292]), ..Schedule::default() };
    let of = |spacing| Schedule { spacing, ..sd };
    let edm = Schedule { levels: Some([80.0, 0.002]), ..of(Spacing::Karras) };
    let table = |ays| Schedule { spacing: Spacing::Ays, ays, ..sd };
    let own = |name: &str| numbers(&reference["schedules"][name]);
    let cases = [
        ("k-diffusion karras rho 7", of(Spacing::Karras), 1e-12),
        ("k-diffusion exponential", of(Spacing::LogSnr), 1e-12),
        (
            "k-diffusion polyexponential rho 2",
            Schedule { rho: 2.0, ..of(Spacing::PolyExponential) },
            1e-12,
        ),
        ("kl_optimal ComfyUI (own code)", of(Spacing::KlOptimal), 1e-12),
        ("beta 0.6/0.6 A1111 and diffusers, linear in k (own code)", of(Spacing::Beta), 1e-11),
        ("diffusers EDMEuler karras 0.002..80", edm, 1e-12),
        ("AYS SD1.5 as A1111 holds it (11 levels, then 0)", table(Ays::Sd15), 1e-9),
    ];
    for path in Interpolant::ALL {
        for (name, schedule, within) in &cases {
            let mut wanted = own(name);
            if wanted.last().is_some_and(|last| *last > 0.0) {
                wanted.push(0.0);
            }
            let found = levels(schedule, path, wanted.len() - 1);
            for (found, wanted) in found.iter().zip(&wanted) {
                let off = (found - wanted).abs() / wanted.max(1e-3);
                assert!(off < *within, "{name} on {path:?}: {found} is not {wanted}");
            }
        }
    }
    // VP's own levels, which that program follows to its t = 1e-3.
    let vp = own("k-diffusion vp (beta_d 19.9, beta_min 0.1, eps 1e-3)");
    let found = levels(&of(Spacing::Linspace), Interpolant::Vp, vp.len() - 1);
    for (found, wanted) in found.iter().zip(&vp) {
        assert!((found - wanted).abs() < 1e-9 * (1.0 + wanted), "{found} is not {wanted}");
    }
    // σ of the flow is 1 − t on Linear.
    let linear = |schedule: &Schedule, steps: usize| -> Vec<f64> {
        schedule.times(Interpolant::Linear, (0.0, 1.0), steps).iter().map(|t| 1.0 - t).collect()
    };
    let plain = Schedule::default();
    for (name, schedule) in [
        (
            "linear_quadratic 0.025, sigma_flow (own code)",
            Schedule { spacing: Spacing::LinearQuadratic, ..plain },
        ),
        (
            "diffusers FlowMatchEuler shift 3 with sigmas = linspace(1, 1/n, n), sigma_flow",
            Schedule { spacing: Spacing::Shifted, shift: 3.0, ..plain },
        ),
    ] {
        let wanted = own(name);
        for (found, wanted) in linear(&schedule, wanted.len() - 1).iter().zip(&wanted) {
            assert!((found - wanted).abs() < 1e-12, "{name}: {found} is not {wanted}");
        }
    }
    // Uniform in VP time is uniform on VP, and its first level is that of VP everywhere.
    let uniform = Schedule { spacing: Spacing::VpUniform, ..plain };
    let times = uniform.times(Interpolant::Vp, (0.0, 1.0), 10);
    for (i, t) in times.iter().enumerate() {
        assert!((t - i as f64 / 10.0).abs() < 1e-12, "{times:?}");
    }
    let elsewhere = levels(&uniform, Interpolant::Gvp, 10);
    for (found, t) in elsewhere.iter().zip(&times) {
        let wanted = Interpolant::Vp.coefficients(*t);
        let wanted = wanted.sigma / wanted.alpha;
        assert!((found - wanted).abs() < 1e-9 * (1.0 + wanted), "{found} is not {wanted}");
    }
}
