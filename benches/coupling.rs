//! Pairing a batch of 512: exact assignment and Sinkhorn's algorithm by size of the block, beside the
//! count of crossings.
//!
//! `cargo bench --bench coupling`

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use driftscope_base::random::{Purpose, standard_normal, stream};
use driftscope_flow::coupling::{Coupler, Coupling, crossings};
use driftscope_flow::data::toy;

/// Points of a batch.
const BATCH: usize = 512;
/// Batches, so that no one batch is learned by the processor.
const BATCHES: u64 = 16;

/// Noise and data of one batch, as training draws them.
fn batch(index: u64) -> [Vec<[f32; 2]>; 2] {
    let mixture = toy("two-moons").expect("a toy").mixture();
    let mut rng = stream(0, Purpose::Draw, index);
    let noise: Vec<_> = (0..BATCH).map(|_| standard_normal(&mut rng)).collect();
    let data = mixture.sample(&mut rng, BATCH);
    [noise, data].map(|points| points.into_iter().map(|point| point.map(|x| x as f32)).collect())
}

fn pairing(criterion: &mut Criterion) {
    let batches: Vec<_> = (0..BATCHES).map(batch).collect();
    let mut group = criterion.benchmark_group("pairing 512");
    let optimal = [64, 128, 256, 512].map(|block| (Coupling::Optimal { block }, block));
    let entropic =
        [64, 128].map(|block| (Coupling::Sinkhorn { block, epsilon: 0.2, iterations: 20 }, block));
    for (coupling, block) in optimal.into_iter().chain(entropic) {
        let mut coupler = Coupler::new(coupling).expect("in range");
        let mut rng = stream(0, Purpose::Training, 0);
        let mut next = batches.iter().cycle();
        let id = BenchmarkId::new(coupling.name(), block);
        group.bench_function(id, |bencher| {
            bencher.iter(|| {
                let [noise, data] = next.next().expect("without end");
                black_box(coupler.partners(noise, data, &mut rng));
            });
        });
    }
    let mut next = batches.iter().cycle();
    group.bench_function("crossings", |bencher| {
        bencher.iter(|| {
            let [noise, data] = next.next().expect("without end");
            black_box(crossings(noise, data))
        });
    });
    group.finish();
}

criterion_group!(benches, pairing);
criterion_main!(benches);
