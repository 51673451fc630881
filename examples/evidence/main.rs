//! Prints the figures by which `docs/errors.md` explains what a test cannot show in one number:
//! `cargo run --release --example evidence -- watershed calibration floors modes orders`, or some
//! of them.

mod calibration;
mod floors;
mod watershed;

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_flow::data::TOYS;
use driftscope_solve::measure::quantile;
use driftscope_study::Networks;
use driftscope_study::lab::{convergence, strong_error_curves};
use driftscope_study::measure::Modes;
use driftscope_study::scene::Scene;

fn main() {
    for which in std::env::args().skip(1) {
        match which.as_str() {
            "watershed" => {
                ["data.name=two-moons", "data.name=eight-gaussians"]
                    .into_iter()
                    .for_each(watershed::print);
            }
            "calibration" => {
                ["data.name=single-gaussian", "data.name=two-moons", "field.system=harmonic"]
                    .into_iter()
                    .for_each(calibration::print);
            }
            "floors" => floors::print(),
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

/// What kind of field a setting of the data or of a classic ODE is about.
fn kind_of(field: &str) -> &'static str {
    if field.starts_with("data") { "field.kind=exact" } else { "field.kind=classic" }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    quantile(&values, 0.5)
}

/// How many modes each distribution counts.
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
        let found =
            strong_error_curves(&scene, &Networks::default(), &steps, 400, &never).expect("runs");
        for of in found.walkers {
            println!("{data}, {}: {:.2}, {}", of.walker.title(), of.order, ratios(&of.errors));
        }
    }
    for field in [
        "field.system=harmonic",
        "field.system=lotka-volterra",
        "data.name=single-gaussian",
        "data.name=two-moons",
    ] {
        let kind = kind_of(field);
        for method in ["dopri5", "tsit5"] {
            let method = format!("sampler.method={method}");
            let scene = scene(&[kind, field, &method]);
            let steps = [8, 16, 32, 64, 128, 256];
            let table = convergence(&scene, &Networks::default(), &steps, 100, &never, |_, _| {})
                .expect("runs");
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
