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
/// What all are compared with.
const BESIDE: &str = "dpmpp-2m";
/// Evaluations of each solve.
const EVALUATIONS: usize = 48;

/// The scene of a method, with further settings.
fn scene(method: MethodRef, more: &[&str]) -> Arc<Scene> {
    let steps = EVALUATIONS / method.evaluations_per_step();
    let mut settings = vec![
        format!("sampler.method={}", method.get().name),
        format!("sampler.steps={steps}"),
        "particles.count=2048".to_owned(),
    ];
    settings.extend(more.iter().map(|&setting| setting.to_owned()));
    Arc::new(Scene::with_settings(None, &settings).expect("a scene"))
}

fn main() {
    let methods = MethodRef::of_any_field().filter(|method| method.get().needs_noising_process());
    let mut rows: Vec<(String, Arc<Scene>)> =
        methods.map(|method| (method.get().name.to_owned(), scene(method, &[]))).collect();
    // Beside it stands what always draws noise.
    let beside = MethodRef::named(BESIDE).expect("in the table");
    rows.push((format!("{BESIDE}, eta_sde = 1"), scene(beside, &["sampler.eta_sde=1"])));
    let er_sde = MethodRef::named("er-sde").expect("in the table");
    let exact = "sampler.integral_points=0";
    rows.push((format!("er-sde, {exact}"), scene(er_sde, &[exact])));
    let mut times = vec![Vec::new(); rows.len()];
    for _ in 0..=ROUNDS {
        for ((_, scene), times) in rows.iter().zip(&mut times) {
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
    let place = rows.iter().position(|(name, _)| name == BESIDE);
    let beside = medians[place.expect("in the table")];
    println!("one evaluation over 2048 particles, {} threads", rayon::current_num_threads());
    println!("| method | µs an evaluation | times that of {BESIDE} |");
    println!("| --- | --- | --- |");
    for ((name, _), median) in rows.iter().zip(&medians) {
        println!("| {name} | {median:.1} | {:.3} |", median / beside);
    }
}
