//! One pass of the default network over 2048 particles: the fused kernel and burn's backends, these
//! optimised in full, as they are not where the program is built.
//!
//! `cargo bench --profile fair --features flex --bench burn`

use criterion::{Criterion, criterion_group, criterion_main};
use driftscope::cli::bench::workload::ForwardPass;
use driftscope::network::ComputeDevice;

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

criterion_group!(benches, forward);
criterion_main!(benches);
