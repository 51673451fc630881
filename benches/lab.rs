//! Whether a sweep in the background costs the window frames: frames a second alone and beside it,
//! in turns, so that whatever else the computer does hits both alike.
//!
//! `cargo bench --bench lab`

#[path = "../tests/shared/long_sweep.rs"]
mod long_sweep;

use std::time::{Duration, Instant};

use driftscope::app::{Driftscope, Launch};
use driftscope_base::cancel::Cancel;
use driftscope_study::Store;
use driftscope_study::lab::LabError;
use driftscope_study::scene::Scene;
use driftscope_study::work::{Crew, News, ThreadCrew};
use egui_kittest::Harness;
use serde::{Deserialize, Serialize};

use self::long_sweep::{InLab, Measures, long_sweep};

/// Times both are measured.
const ROUNDS: u32 = 8;

/// The sweep, as work for a crew.
#[derive(Clone, Serialize, Deserialize)]
struct Sweep;

impl Measures for Sweep {
    fn measure(&self, cancel: &Cancel, progress: &mut dyn FnMut(f64)) -> Result<(), LabError> {
        long_sweep(cancel, progress)
    }
}

/// Frames drawn, pixels and all, in a second.
fn frames_per_second(harness: &mut Harness<'static, Driftscope>) -> f64 {
    let began = Instant::now();
    let mut frames = 0.0;
    while began.elapsed() < Duration::from_secs(3) {
        harness.step();
        harness.render().expect("a picture");
        frames += 1.0;
    }
    frames / began.elapsed().as_secs_f64()
}

fn main() {
    let settings = ["particles.count=2000", "view.speed=0.25"].map(str::to_owned);
    let scene = Scene::with_settings(None, &settings).expect("a scene");
    let launch = Launch { scene, ..Launch::default() };
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .wgpu()
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    while harness.state().state().shown().is_none_or(|shown| !shown.recording.complete) {
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
    frames_per_second(&mut harness);
    let mut crew = ThreadCrew::new(Store::default(), || {});
    let (mut alone, mut beside) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        alone += frames_per_second(&mut harness) / f64::from(ROUNDS);
        let sweep = crew.start(InLab(Sweep));
        // The reference is known after the first time.
        while crew.poll().is_none() {
            std::thread::sleep(Duration::from_millis(20));
        }
        beside += frames_per_second(&mut harness) / f64::from(ROUNDS);
        while let Some((_, news)) = crew.poll() {
            assert!(matches!(news, News::Progress(_)), "the sweep was to be long");
        }
        crew.withdraw(sweep);
        std::thread::sleep(Duration::from_millis(100));
    }
    println!(
        "{alone:.2} frames a second alone, {beside:.2} beside a sweep: {:.2} of them",
        beside / alone
    );
}
