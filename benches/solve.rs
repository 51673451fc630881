//! What solving costs: the default network under each family of solver.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use driftscope::engine::{RunOptions, run};
use driftscope::scene::Scene;
use driftscope::solver::Cancel;

const PARTICLES: usize = 2_048;

fn solves(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("solve");
    group.sample_size(10);
    for (name, settings) in [
        ("euler 100", vec!["sampler.method=euler", "sampler.steps=100"]),
        ("rk4 25", vec!["sampler.method=rk4", "sampler.steps=25"]),
        ("dopri5 per particle", vec!["sampler.rtol=1e-3"]),
        ("dopri5 whole batch", vec!["sampler.rtol=1e-3", "sampler.scope=whole-batch"]),
        ("euler-maruyama 100", vec!["diffusion.form=sigma", "sampler.steps=100"]),
    ] {
        let settings: Vec<String> = settings
            .into_iter()
            .map(str::to_owned)
            .chain([format!("particles.count={PARTICLES}")])
            .collect();
        let scene = Arc::new(Scene::with_settings(None, &settings).expect("a scene"));
        let options =
            RunOptions { keyframes: 33, logged: 0, starts: None, noise: None, model: None };
        group.bench_function(BenchmarkId::new(name, PARTICLES), |bencher| {
            bencher.iter(|| {
                let recording = run(&scene, 1, &options, &Cancel::default(), |_| {});
                black_box(recording.expect("runs"))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, solves);
criterion_main!(benches);
