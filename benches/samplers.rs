//! What one evaluation costs under every diffusion sampler, beside DPM-Solver++(2M): the default network, 2048
//! particles, 48 evaluations.
//!
//! `cargo bench --bench samplers`; every line is the median over rounds in which all of them take their turn.

use std::sync::Arc;
use std::time::Instant;

use driftscope::cli::bench::workload::Workload;
use driftscope_solve::MethodRef;
use driftscope_study::scene::Scene;

/// Rounds of all samplers in turn.
const ROUNDS: usize = 31;
/// Evaluations of each solve.
const EVALUATIONS: usize = 48;

fn scene(method: MethodRef) -> Arc<Scene> {
    let steps = EVALUATIONS / method.evaluations_per_step();
    let settings = [
        format!("sampler.method={}", method.get().name),
        format!("sampler.steps={steps}"),
        "particles.count=2048".to_owned(),
    ];
    Arc::new(Scene::with_settings(None, &settings).expect("a scene"))
}

fn main() {
    let methods: Vec<MethodRef> =
        MethodRef::of_any_field().filter(|method| method.get().needs_noising_process()).collect();
    let scenes: Vec<Arc<Scene>> = methods.iter().map(|&method| scene(method)).collect();
    let mut times = vec![Vec::new(); methods.len()];
    for _ in 0..=ROUNDS {
        for (scene, times) in scenes.iter().zip(&mut times) {
            let began = Instant::now();
            let nfe = Workload::solve(scene).nfe().mean;
            times.push(1e6 * began.elapsed().as_secs_f64() / nfe);
        }
    }
    let medians: Vec<f64> = times
        .iter_mut()
        .map(|times| {
            // The first round finds its memory.
            times.remove(0);
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect();
    let place = methods.iter().position(|method| method.get().name == "dpmpp-2m");
    let beside = medians[place.expect("in the table")];
    println!("one evaluation over 2048 particles, {} threads", rayon::current_num_threads());
    println!("| method | µs an evaluation | times that of dpmpp-2m |");
    println!("| --- | --- | --- |");
    for (method, median) in methods.iter().zip(&medians) {
        println!("| {} | {median:.1} | {:.3} |", method.get().name, median / beside);
    }
}
