//! Prints the table of strong errors in `docs/theory.md`:
//! `cargo run --release --example strong_order`.

use std::sync::Arc;

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_study::measure::{StrongSetting, strong_order};

fn main() {
    table("One Gaussian (2, 0) ± 0.5, Linear, D = 1, t from 0.1 to 0.8", &StrongSetting::default());
    let curved = StrongSetting {
        mixture: Arc::new(toy("eight-gaussians").expect("a built-in distribution").mixture()),
        interval: (0.1, 0.6),
        steps: vec![16, 32, 64, 128, 256, 512],
        ..StrongSetting::default()
    };
    table("Eight Gaussians, Linear, D = 1, t from 0.1 to 0.6", &curved);
    let changing = StrongSetting {
        interpolant: Interpolant::Gvp,
        diffusion: (DiffusionForm::Sigma, 1.0),
        ..curved
    };
    table("Eight Gaussians, GVP, D = σ(t), t from 0.1 to 0.6", &changing);
}

/// One Markdown table: a row for each step size, a column for each scheme.
fn table(title: &str, setting: &StrongSetting) {
    let measured = strong_order(setting);
    let row = |head: &str, cells: Vec<String>| println!("| {head} | {} |", cells.join(" | "));
    println!("{title}:\n");
    row("steps", measured.iter().map(|of| of.walker.title().to_owned()).collect());
    row("---", vec!["---".to_owned(); measured.len()]);
    for (k, steps) in setting.steps.iter().enumerate() {
        row(
            &steps.to_string(),
            measured.iter().map(|of| format!("{:.2e}", of.errors[k])).collect(),
        );
    }
    row("fitted order", measured.iter().map(|of| format!("{:.2}", of.order)).collect());
    println!();
}
