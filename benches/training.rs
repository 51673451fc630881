//! What one step of training costs for every objective, prediction and coupling, beside the default one's.
//!
//! `cargo bench --bench training`; every line is the median over rounds in which all of them take their turn,
//! and the ratio is that of the medians. `benches/peers.py` has the same for other programs.

use driftscope::cli::bench::trainings::{Course, TRAININGS};

/// Rounds of all trainings in turn.
const ROUNDS: usize = 15;
/// Steps of one training in a round.
const STEPS: usize = 20;

fn main() {
    let started = TRAININGS.iter().map(|training| training.start().expect("starts"));
    let mut courses: Vec<Course> = started.collect();
    let mut times = vec![Vec::new(); courses.len()];
    for _ in 0..ROUNDS {
        for (course, times) in courses.iter_mut().zip(&mut times) {
            times.push(course.seconds_per_step(STEPS).expect("steps"));
        }
    }
    let medians = times.iter_mut().map(|times| {
        times.sort_by(f64::total_cmp);
        1e3 * times[times.len() / 2]
    });
    let medians: Vec<f64> = medians.collect();
    println!("one step of training, batch 512, {} threads", rayon::current_num_threads());
    println!("| training | ms a step | times the default's |");
    println!("| --- | --- | --- |");
    for (training, median) in TRAININGS.iter().zip(&medians) {
        println!("| {} | {median:.3} | {:.2} |", training.title, median / medians[0]);
    }
}
