//! Prints the figures by which `docs/errors.md` explains what a test cannot show in one number:
//! `cargo run --release --example evidence -- watershed calibration floors modes orders`, or some
//! of them.

use std::sync::Arc;

use driftscope::data::{TOYS, Toy, toy};
use driftscope::engine::lab::{
    Reference, Setting, Subject, convergence, errors_over_time, strong_error_curves, sweep_run,
    sweep_subject,
};
use driftscope::engine::random::{Purpose, stream};
use driftscope::measure::{
    CloudDistance, Modes, Yardstick, energy_distance, fitted_order, quantile, sliced_wasserstein,
};
use driftscope::scene::Scene;
use driftscope::solver::by_hand::{AttemptByHand, fixed_step};
use driftscope::solver::stepper::Step;
use driftscope::solver::{Cancel, MethodRef, Rule};

fn main() {
    for which in std::env::args().skip(1) {
        match which.as_str() {
            "watershed" => watershed(),
            "calibration" => calibration(),
            "floors" => floors(),
            "modes" => modes(),
            "orders" => orders(),
            other => eprintln!("no evidence named {other}"),
        }
    }
}

fn scene(settings: &[&str]) -> Arc<Scene> {
    let all: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
    Arc::new(Scene::with_settings(None, &all).expect("a scene"))
}

fn rms(errors: impl Iterator<Item = f64>) -> f64 {
    let errors: Vec<f64> = errors.collect();
    (errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64).sqrt()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    quantile(&values, 0.5)
}

/// Where Euler's root mean square error on two moons comes from.
fn watershed() {
    const COUNT: usize = 300;
    for data in ["data.name=two-moons", "data.name=eight-gaussians"] {
        let scene = scene(&["field.kind=exact", data]);
        let subject = sweep_subject(&scene, None).expect("an ODE");
        let never = Cancel::default();
        let truth = Reference::of(&subject, COUNT, 1, &never).expect("runs");
        // How much the flow pulls neighbours apart: the norm of ∂x(1)/∂x(0).
        let width = 1e-5;
        let moved = |by: [f64; 2]| {
            let starts: Vec<[f64; 2]> =
                subject.starts(COUNT).iter().map(|s| [s[0] + by[0], s[1] + by[1]]).collect();
            Reference::from(subject.field(), &starts, subject.interval, 1, &never).expect("runs")
        };
        let sides = [[width, 0.0], [-width, 0.0], [0.0, width], [0.0, -width]].map(moved);
        let stretch: Vec<f64> = (0..COUNT)
            .map(|i| {
                let slope = |a: usize, b: usize, d: usize| {
                    (sides[a].ends()[i][d] - sides[b].ends()[i][d]) / (2.0 * width)
                };
                let sum = [slope(0, 1, 0), slope(0, 1, 1), slope(2, 3, 0), slope(2, 3, 1)];
                sum.iter().map(|x| x * x).sum::<f64>().sqrt()
            })
            .collect();
        let ranked = |values: &[f64]| {
            let mut order: Vec<usize> = (0..COUNT).collect();
            order.sort_by(|&i, &j| values[j].total_cmp(&values[i]));
            order
        };
        let by_stretch = ranked(&stretch);
        println!(
            "{data}: stretch median {:.2}, largest {:?}",
            median(stretch.iter().copied()),
            by_stretch[..6].iter().map(|&i| (stretch[i] * 10.0).round() / 10.0).collect::<Vec<_>>()
        );
        let euler = MethodRef::named("euler").expect("in the table");
        let steps: Vec<usize> = (6..=13).map(|k| 1 << k).collect();
        let errors: Vec<Vec<f64>> = steps
            .iter()
            .map(|&steps| {
                let what = (euler, Setting::Steps(steps));
                let run = sweep_run(&subject, what, COUNT, &never).expect("runs");
                let distance = |(a, b): ([f64; 2], &[f64; 2])| (a[0] - b[0]).hypot(a[1] - b[1]);
                run.ends().zip(truth.ends()).map(distance).collect()
            })
            .collect();
        let by_error = ranked(&errors[errors.len() - 1]);
        let without = |errors: &[f64], order: &[usize], left_out: usize| {
            rms(order[left_out..].iter().map(|&i| errors[i]))
        };
        println!(
            "steps | rms | median | without 2 % by stretch | by error | worst particle | share of the squares of the worst 2 %"
        );
        for (&steps, errors) in steps.iter().zip(&errors) {
            let all: f64 = errors.iter().map(|e| e * e).sum();
            let mut sorted = errors.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            let worst: f64 = sorted[..6].iter().map(|e| e * e).sum();
            println!(
                "{steps} | {:.3e} | {:.3e} | {:.3e} | {:.3e} | {:.3e} | {:.3}",
                rms(errors.iter().copied()),
                median(errors.iter().copied()),
                without(errors, &by_stretch, 6),
                without(errors, &by_error, 6),
                sorted[0],
                worst / all
            );
        }
        let sizes: Vec<f64> = steps.iter().map(|&n| n as f64).collect();
        let slopes = |name: &str, value: &dyn Fn(&[f64]) -> f64| {
            let values: Vec<f64> = errors.iter().map(|errors| value(errors)).collect();
            let each: Vec<String> = values
                .windows(2)
                .map(|pair| format!("{:.2}", (pair[1] / pair[0]).log2()))
                .collect();
            // 64 to 4096.
            let fit = fitted_order(&sizes[..7], &values[..7]);
            println!(
                "{name}: slope 64 to 4096 {fit:.3}; from doubling to doubling {}",
                each.join(" ")
            );
        };
        slopes("rms", &|e| rms(e.iter().copied()));
        slopes("median", &|e| median(e.iter().copied()));
        slopes("without 2 % by stretch", &|e| without(e, &by_stretch, 6));
        slopes("without 5 % by stretch", &|e| without(e, &by_stretch, 15));
        slopes("without 2 % by error", &|e| without(e, &by_error, 6));
        for &i in &by_error[..6] {
            let own: Vec<String> = errors
                .windows(2)
                .map(|pair| format!("{:.2}", (pair[1][i] / pair[0][i]).log2()))
                .collect();
            let rank = by_stretch.iter().position(|&j| j == i).unwrap_or(COUNT);
            println!(
                "  particle {i}: stretch {:.1} (rank {rank}), error at 8192 {:.2e}, slopes {}",
                stretch[i],
                errors[errors.len() - 1][i],
                own.join(" ")
            );
        }
    }
}

/// How the ratio of estimate to truth depends on the tolerance and on h.
fn calibration() {
    let never = Cancel::default();
    let dopri5 = MethodRef::named("dopri5").expect("in the table");
    let Rule::RungeKutta(tableau) = &dopri5.get().rule else { unreachable!("it is explicit") };
    for field in ["data.name=single-gaussian", "data.name=two-moons", "field.system=harmonic"] {
        let kind =
            if field.starts_with("data") { "field.kind=exact" } else { "field.kind=classic" };
        let tolerances: Vec<f64> = (3..=9).map(|k| 10.0_f64.powi(-k)).collect();
        let (mut ratios, mut sizes) = (Vec::new(), Vec::new());
        for &tolerance in &tolerances {
            let settings =
                [format!("sampler.rtol={tolerance:e}"), format!("sampler.atol={tolerance:e}")];
            let scene = scene(&[kind, field, "sampler.method=dopri5", &settings[0], &settings[1]]);
            let subject = Subject::of_ode(&scene, None).expect("a subject");
            let found = errors_over_time(&subject, 48, &never, |_| {}).expect("runs");
            let ratio = found.calibration.expect("steps").median;
            let h = median(
                found
                    .particles
                    .iter()
                    .flatten()
                    .filter(|s| s.accepted && s.local > 1e-12)
                    .map(|s| s.h),
            );
            // The rejected steps apart.
            let kept = median(
                found
                    .particles
                    .iter()
                    .flatten()
                    .filter(|s| s.accepted && s.local > 1e-12)
                    .map(|s| s.estimate / s.local),
            );
            println!(
                "{field} {tolerance:e}: ratio {ratio:.2}, kept {kept:.2}, median h {h:.4}, ratio·h {:.3}",
                ratio * h
            );
            ratios.push(ratio);
            sizes.push(h);
        }
        println!(
            "{field}: ratio ~ tolerance^{:.3}, ~ h^{:.2}; h ~ tolerance^{:.3}; last four: ~ h^{:.2}",
            fitted_order(&tolerances, &ratios),
            fitted_order(&sizes, &ratios),
            fitted_order(&tolerances, &sizes),
            fitted_order(&sizes[3..], &ratios[3..])
        );
        // The same points, h halved again and again.
        let scene = scene(&[kind, field]);
        let subject = Subject::of_ode(&scene, None).expect("a subject");
        let settings = subject.settings();
        let legs = 8;
        let reference = Reference::of(&subject, 48, legs, &never).expect("runs");
        let span = subject.interval.1 - subject.interval.0;
        let mut hs = Vec::new();
        let (mut taken, mut embedded) = (Vec::new(), Vec::new());
        for k in 0..7 {
            let h = span * 0.2 / f64::from(1 << k);
            let (mut of_taken, mut of_embedded) = (Vec::new(), Vec::new());
            for leg in 0..legs {
                let t = reference.times[leg];
                if t + h > subject.interval.1 {
                    continue;
                }
                let starts = &reference.positions[leg];
                let truth =
                    Reference::from(subject.field(), starts, (t, t + h), 1, &never).expect("runs");
                for (&start, truth) in starts.iter().zip(truth.ends()) {
                    let step = Step { index: 0, t, t1: t + h };
                    let AttemptByHand { answer, embedded: Some(lower), .. } =
                        fixed_step(subject.field(), &settings, tableau, step, start)
                    else {
                        continue;
                    };
                    let away = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
                    let (estimate, error) = (away(answer, lower), away(answer, *truth));
                    if error > 1e-13 {
                        of_taken.push(estimate / error);
                        of_embedded.push(estimate / away(lower, *truth));
                    }
                }
            }
            if of_taken.len() < 50 {
                break;
            }
            println!(
                "  h = {h:.4}: estimate over error of ŷ {:.3}, of y {:.2} ({} steps)",
                median(of_embedded.iter().copied()),
                median(of_taken.iter().copied()),
                of_taken.len()
            );
            hs.push(h);
            taken.push(median(of_taken.into_iter()));
            embedded.push(median(of_embedded.into_iter()));
        }
        let finer = hs.len().saturating_sub(4);
        println!(
            "{field}: fixed points, ratio ~ h^{:.2}, over the finest {} ~ h^{:.2}",
            fitted_order(&hs, &taken),
            hs.len() - finer,
            fitted_order(&hs[finer..], &taken[finer..])
        );
    }
}

/// How often exact samples, and single pairs of draws, lie within k deviations of the floor.
fn floors() {
    for toy in TOYS {
        floor_of(toy, CloudDistance::SlicedW2, 500, (40, 1_000));
    }
    for toy in TOYS {
        floor_of(toy, CloudDistance::Energy, 500, (10, 200));
    }
    for name in ["two-moons", "checkerboard", "grid"] {
        floor_of(toy(name).expect("a toy"), CloudDistance::SlicedW2, 2_000, (10, 300));
    }
}

/// Over several yardsticks, each its own draw of 16 clouds: confidence is over those.
fn floor_of(toy: &Toy, distance: CloudDistance, count: usize, (yardsticks, seeds): (u64, u64)) {
    const FACTORS: [f64; 2] = [2.903, 2.0];
    let never = Cancel::default();
    let mixture = toy.mixture();
    let draw = |seed: u64, number| mixture.sample(&mut stream(seed, Purpose::Draw, number), count);
    let pairs: Vec<f64> = (0..seeds)
        .map(|k| {
            let [a, b] = [0, 1].map(|number| draw(7_000_000 + k, number));
            match distance {
                CloudDistance::SlicedW2 => sliced_wasserstein(&a, &b),
                CloudDistance::Energy => energy_distance(&a, &b),
            }
        })
        .collect();
    // For each yardstick: shares of seeds within either factor, then of pairs.
    let shares: Vec<[f64; 4]> = (0..yardsticks)
        .map(|y| {
            let yardstick = Yardstick::new(distance, &never, |n| draw(0x0D1F_F5C0 + y, n));
            let yardstick = yardstick.expect("not cancelled");
            let (mut values, mut of) = (Vec::new(), None);
            for seed in 1..=seeds {
                let cloud = draw(1_000_000 * (y + 1) + seed, 0);
                let found = yardstick.measure(&cloud, &never).expect("not cancelled");
                values.push(found.value);
                of = Some(found);
            }
            let of = of.expect("a seed");
            let deviation = (of.spread[1] - of.floor) / FACTORS[0];
            let share = |values: &[f64], factor: f64| {
                let within = |value: &&f64| (**value - of.floor).abs() <= factor * deviation;
                values.iter().filter(within).count() as f64 / values.len() as f64
            };
            let [wide, narrow] = FACTORS;
            [
                share(&values, wide),
                share(&values, narrow),
                share(&pairs, wide),
                share(&pairs, narrow),
            ]
        })
        .collect();
    print!("{}, {}, {count} points, {yardsticks} × {seeds}:", distance.title(), toy.name);
    for (which, name) in
        ["samples 2.9 σ", "samples 2 σ", "pairs 2.9 σ", "pairs 2 σ"].iter().enumerate()
    {
        let of: Vec<f64> = shares.iter().map(|share| share[which]).collect();
        let mean = of.iter().sum::<f64>() / of.len() as f64;
        let least = of.iter().copied().fold(1.0, f64::min);
        let enough = of.iter().filter(|&&share| share >= 0.95).count();
        print!(" {name} {mean:.3} (least {least:.3}; ≥ 0.95: {enough})");
    }
    println!();
}

fn modes() {
    for toy in TOYS {
        let mixture = toy.mixture();
        let modes = Modes::of(&mixture);
        println!(
            "{}: {} modes of {} components",
            toy.name,
            modes.weights.len(),
            mixture.components().len()
        );
    }
}

/// What SRA1 and the fifth-order pairs measure where, from one doubling of the steps to the next.
fn orders() {
    let never = Cancel::default();
    for (data, end) in
        [("single-gaussian", "0.8"), ("eight-gaussians", "0.6"), ("two-moons", "0.6")]
    {
        let (data, end) = (format!("data.name={data}"), format!("time.end={end}"));
        let form = "diffusion.form=constant";
        let scene = scene(&["field.kind=exact", &data, form, "time.start=0.1", &end]);
        let steps = [16, 32, 64, 128, 256];
        let found = strong_error_curves(&scene, None, &steps, 400, &never).expect("runs");
        for of in found.schemes {
            println!("{data}, {}: {:.2}, {}", of.scheme.title(), of.order, ratios(&of.errors));
        }
    }
    for field in [
        "field.system=harmonic",
        "field.system=lotka-volterra",
        "data.name=single-gaussian",
        "data.name=two-moons",
    ] {
        let kind =
            if field.starts_with("data") { "field.kind=exact" } else { "field.kind=classic" };
        for method in ["dopri5", "tsit5"] {
            let method = format!("sampler.method={method}");
            let scene = scene(&[kind, field, &method]);
            let steps = [8, 16, 32, 64, 128, 256];
            let table = convergence(&scene, None, &steps, 100, &never, |_, _| {}).expect("runs");
            let errors: Vec<f64> = table.rows.iter().map(|row| row.error).collect();
            let fitted = table.fitted.unwrap_or(f64::NAN);
            println!(
                "{field}, {method}: {fitted:.2}, {} (error {:.1e} to {:.1e})",
                ratios(&errors),
                errors[0],
                errors[5]
            );
        }
    }
}

fn ratios(errors: &[f64]) -> String {
    let each = errors.windows(2).map(|pair| format!("{:.2}", (pair[0] / pair[1]).log2()));
    each.collect::<Vec<_>>().join(" ")
}
