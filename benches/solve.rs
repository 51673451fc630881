//! What solving costs: the default network under each family of solver, one pass of it, training,
//! and the time from a request to its pictures.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use driftscope::cli::bench::workload::{ForwardPass, SIZES, WORKLOADS, Workload};
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::network::{Objective, Pairing, TimeDensity, TrainingSettings, Weighting};
use driftscope_flow::prediction::Prediction;
use driftscope_study::scene::Scene;
use driftscope_study::work::{Dispatcher, News, ThreadCrew};
use driftscope_study::{Product, Store, Task, fresh_id, trainer};

fn solves(criterion: &mut Criterion) {
    for workload in WORKLOADS {
        let mut group = criterion.benchmark_group(workload.title);
        group.sample_size(10).warm_up_time(Duration::from_millis(300));
        group.measurement_time(Duration::from_secs(2));
        for particles in SIZES {
            let scene = workload.scene(particles);
            group.throughput(Throughput::Elements(particles as u64));
            group.bench_function(BenchmarkId::from_parameter(particles), |bencher| {
                bencher.iter(|| black_box(Workload::solve(&scene)));
            });
        }
        group.finish();
    }
}

fn forward(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("forward pass, one thread");
    for particles in SIZES {
        let mut pass = ForwardPass::new(particles).expect("reads");
        group.throughput(Throughput::Elements(particles as u64));
        group.bench_function(BenchmarkId::from_parameter(particles), |bencher| {
            bencher.iter(|| pass.on_one_thread());
        });
    }
    group.finish();
}

/// A step of every kind of training, each beside the plain one.
fn training(criterion: &mut Criterion) {
    let mixture = Arc::new(toy("two-moons").expect("a toy").mixture());
    let plain = TrainingSettings::default();
    let mut kinds = vec![("velocity".to_owned(), plain.clone())];
    for prediction in [Prediction::Data, Prediction::Noise, Prediction::Score] {
        let settings = TrainingSettings {
            prediction,
            weighting: Weighting::Velocity,
            times: TimeDensity::LogitNormal,
            ..plain.clone()
        };
        kinds.push((prediction.name().to_owned(), settings));
    }
    for (coupling, block) in
        [(Pairing::Optimal, 64), (Pairing::Optimal, 128), (Pairing::Sinkhorn, 64)]
    {
        let settings = TrainingSettings { coupling, block, ..plain.clone() };
        kinds.push((format!("{coupling} {block}"), settings));
    }
    kinds.push(("labels".to_owned(), TrainingSettings { labels: true, ..plain.clone() }));
    for word in Objective::ALL.into_iter().skip(1) {
        let settings = TrainingSettings { objective: word.value, ..plain.clone() };
        kinds.push((word.name.to_owned(), settings));
    }
    let mut group = criterion.benchmark_group("training step");
    group.sample_size(30);
    for (name, settings) in kinds {
        let mut trainer = trainer(settings, &mixture, Interpolant::Linear).expect("starts");
        group.bench_function(name, |bencher| {
            bencher.iter(|| trainer.step().expect("steps"));
        });
    }
    group.finish();
}

fn latency(criterion: &mut Criterion) {
    let settings = ["sampler.rtol=1e-3".to_owned()];
    let scene = Arc::new(Scene::with_settings(None, &settings).expect("a scene"));
    let mut group = criterion.benchmark_group("request to");
    group.sample_size(20);
    for (name, whole) in [("first picture", false), ("whole", true)] {
        let work = Dispatcher::new(ThreadCrew::new(Store::default(), || {}));
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| (0..times).map(|_| answered(&work, &scene, whole)).sum());
        });
    }
    group.finish();
}

/// Time from a request to its first picture, or to all of it.
fn answered(work: &Dispatcher<Task>, scene: &Arc<Scene>, whole: bool) -> Duration {
    let began = Instant::now();
    let solve = work.start(Task::solve(Arc::clone(scene), fresh_id()));
    let mut taken = None;
    loop {
        match work.news(&solve) {
            Some(News::Made(Product::Part(recording))) if recording.complete || !whole => {
                taken.get_or_insert_with(|| began.elapsed());
            }
            // The threads are free again.
            Some(News::Done | News::Failed(_)) => return taken.expect("a picture came before"),
            Some(_) => {}
            None => std::thread::yield_now(),
        }
    }
}

criterion_group!(benches, forward, solves, training, latency);
criterion_main!(benches);
