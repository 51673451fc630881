//! One pass of the default network over 2048 particles and one step of training: the fused code and
//! burn's backends, these optimised in full, as they are not where the program is built.
//!
//! `cargo bench --profile fair --features flex --bench burn`

use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use driftscope::cli::bench::workload::ForwardPass;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::network::{ComputeDevice, GradientMethod, TrainingSettings};
use driftscope_study::trainer;

fn forward(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("forward pass of 2048");
    let mut pass = ForwardPass::new(2_048).expect("reads");
    for &device in ComputeDevice::ALL {
        let mut by_burn = pass.by_burn(device).expect("reads");
        group.bench_function(format!("burn-{device}"), |bencher| bencher.iter(&mut by_burn));
    }
    group.bench_function("one thread", |bencher| bencher.iter(|| pass.on_one_thread()));
    group.bench_function("all threads", |bencher| bencher.iter(|| pass.on_all_threads()));
    group.finish();
}

fn training(criterion: &mut Criterion) {
    let mixture = Arc::new(toy("two-moons").expect("a toy").mixture());
    let mut group = criterion.benchmark_group("training step");
    group.sample_size(20);
    let by_burn =
        |&device: &ComputeDevice| (format!("burn-{device}"), GradientMethod::Autodiff(device));
    let fused = ("fused".to_owned(), GradientMethod::Fused);
    for (name, gradient) in ComputeDevice::ALL.iter().map(by_burn).chain([fused]) {
        let settings = TrainingSettings { gradient, ..TrainingSettings::default() };
        let mut trainer = trainer(settings, &mixture, Interpolant::Linear).expect("starts");
        group.bench_function(name, |bencher| bencher.iter(|| trainer.step().expect("steps")));
    }
    group.finish();
}

criterion_group!(benches, forward, training);
criterion_main!(benches);
