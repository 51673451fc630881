//! The laboratory in the background: what it measures can be withdrawn, seen and loaded.

#[path = "shared/long_sweep.rs"]
mod long_sweep;

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope::app::{Driftscope, Launch};
use driftscope_base::cancel::Cancel;
use driftscope_solve::measure::CloudDistance;
use driftscope_study::lab::{
    LabError, Setting, coverage, errors_over_time, likelihood_map, marginal_errors,
    model_error_over_time, round_trips, stability, strong_error_curves, sweep_reference, transport,
};
use driftscope_study::scene::Scene;
use driftscope_study::session::Mode;
use driftscope_study::work::{Crew, News, ThreadCrew};
use driftscope_study::{Experiment, Networks, Store};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use serde::{Deserialize, Serialize};

use self::long_sweep::{InLab, Measures, long_sweep};

fn scene(settings: &[&str]) -> Arc<Scene> {
    let all: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
    Arc::new(Scene::with_settings(None, &all).expect("a scene"))
}

/// No networks but those that are bundled.
fn none() -> Networks {
    Networks::default()
}

fn ode(scene: &Scene) -> Result<Experiment, LabError> {
    Experiment::of_ode(scene, &none())
}

/// Measures until it is done or withdrawn.
type Measure = fn(&Cancel) -> Result<(), LabError>;

/// Every kind of measurement, long enough to be withdrawn.
const MEASUREMENTS: [(&str, Measure); 10] = [
    ("sweep", |cancel| long_sweep(cancel, |_| {})),
    ("reference", |cancel| {
        sweep_reference(&ode(&scene(&["seed=77"]))?, 20_000, cancel).map(|_| ())
    }),
    ("errors", |cancel| {
        let experiment = ode(&scene(&["seed=78", "sampler.method=euler"]))?;
        errors_over_time(&experiment, 2_000, cancel, |_| {}).map(|_| ())
    }),
    ("likelihood", |cancel| likelihood_map(&ode(&learned())?, cancel, |_, _| {}).map(|_| ())),
    ("coverage", |cancel| {
        coverage(&learned(), &none(), (2_000, 400), cancel, |_, _| {}).map(|_| ())
    }),
    ("marginals", |cancel| {
        let distance = CloudDistance::Energy;
        marginal_errors(&noisy(), &none(), 2_000, distance, cancel, |_, _| {}).map(|_| ())
    }),
    ("strong error", |cancel| {
        strong_error_curves(&noisy(), &none(), &[64, 128, 256, 512], 2_000, cancel).map(|_| ())
    }),
    ("round trips", |cancel| {
        let settings = [Setting::Tolerance { rtol: 1e-9, atol: 1e-9 }; 50];
        round_trips(&ode(&learned())?, &settings, 2_000, cancel, |_, _| {}).map(|_| ())
    }),
    ("stability", |cancel| {
        let experiment = ode(&scene(&["sampler.method=euler", "sampler.steps=5000"]))?;
        for particle in 0..1_000 {
            stability(&experiment, experiment.start(particle), None, cancel)?;
        }
        Ok(())
    }),
    ("transport and model error", |cancel| {
        for seed in 0..200 {
            let experiment = ode(&scene(&[&format!("seed={seed}")]))?;
            transport(&experiment, 1_000, cancel)?;
            model_error_over_time(&experiment, cancel)?;
        }
        Ok(())
    }),
];

fn learned() -> Arc<Scene> {
    scene(&["particles.count=2000"])
}

fn noisy() -> Arc<Scene> {
    scene(&["diffusion.form=sigma", "sampler.steps=500"])
}

/// A measurement by its place among [`MEASUREMENTS`]; beyond them nothing is measured.
#[derive(Clone, Serialize, Deserialize)]
struct Long(usize);

impl Measures for Long {
    fn measure(&self, cancel: &Cancel, _progress: &mut dyn FnMut(f64)) -> Result<(), LabError> {
        match MEASUREMENTS.get(self.0) {
            Some((_, measure)) => measure(cancel),
            None => Ok(()),
        }
    }
}

/// How long a measurement needs to end once it is withdrawn after `after`: until the next one's turn comes.
fn withdrawal(crew: &mut ThreadCrew<InLab<Long>>, measurement: usize, after: Duration) -> Duration {
    let id = crew.start(InLab(Long(measurement)));
    std::thread::sleep(after);
    assert!(crew.poll().is_none(), "it was to be long");
    let began = Instant::now();
    crew.withdraw(id);
    crew.start(InLab(Long(MEASUREMENTS.len())));
    while !matches!(crew.poll(), Some((_, News::Done))) {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not end");
        std::thread::sleep(Duration::from_micros(200));
    }
    began.elapsed()
}

#[test]
fn every_measurement_can_be_withdrawn_at_any_time() {
    let mut crew = ThreadCrew::new(Store::default(), || {});
    for (place, (name, _)) in MEASUREMENTS.iter().enumerate() {
        // At several moments, since each measurement does different things one after the other.
        let mut worst = Duration::ZERO;
        for after in [60, 350, 900] {
            worst = worst.max(withdrawal(&mut crew, place, Duration::from_millis(after)));
        }
        // The figure is for the docs; on a machine with other things to do it says nothing.
        println!("{name}: withdrawn within {:.1} ms", worst.as_secs_f64() * 1e3);
    }
}

fn window(launch: Launch) -> Harness<'static, Driftscope> {
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .wgpu()
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    let began = Instant::now();
    while harness.state().state().shown().is_none_or(|shown| !shown.recording.complete) {
        assert!(began.elapsed() < Duration::from_secs(90), "nothing is shown");
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
    harness
}

#[test]
fn every_page_of_the_laboratory_can_be_seen() {
    let scene = (*scene(&["particles.count=100", "field.kind=exact"])).clone();
    let launch = Launch { scene, mode: Some(Mode::Errors), ..Launch::default() };
    let mut harness = window(launch);
    for (page, cards) in [
        ("Steps", &["Error against t", "Calibration", "Step size h", "Evaluations"][..]),
        ("Work", &["Work and precision", "Tolerances", "Error budget", "Convergence"]),
        ("Flow", &["Model error", "Stability", "Straightness"]),
        ("Likelihood", &["Likelihood", "There and back"]),
        ("Samples", &["Mode coverage", "Distance to p_t", "Strong error"]),
        ("Guidance", &["Guidance and the tilted density", "What is sampled"]),
        ("Formula", &["Path: Linear", "Step: DOPRI5", "Error and next step"]),
    ] {
        harness.get_all_by_label(page).next().expect("a tab").click();
        harness.run_steps(3);
        for card in cards {
            assert!(harness.query_all_by_label(card).next().is_some(), "{page}: {card}");
        }
    }
}

#[test]
fn a_cell_of_the_tolerance_grid_can_be_loaded() {
    let scene = (*scene(&["particles.count=100", "field.kind=exact"])).clone();
    let launch =
        Launch { scene, mode: Some(Mode::Errors), page: Some("work".into()), ..Launch::default() };
    let mut harness = window(launch);
    let began = Instant::now();
    // Wide open tolerances are measured first: the cell of 1e-1 and 1e-1.
    let cell = "atol 1e-1, rtol 1e-1";
    while harness.query_by_label(cell).is_none() {
        assert!(began.elapsed() < Duration::from_secs(90), "no cell yet");
        std::thread::sleep(Duration::from_millis(20));
        harness.step();
    }
    harness.get_by_label(cell).click();
    harness.run_steps(3);
    let sampler = &harness.state().state().scene().sampler;
    assert!((sampler.rtol - 0.1).abs() < 1e-12 && (sampler.atol - 0.1).abs() < 1e-12);
}

#[test]
fn the_chosen_particle_is_one_everywhere_and_its_leaving_is_told() {
    // AB4 is stable to hλ = −0.3: near the data the flow contracts faster than that.
    let settings =
        ["particles.count=60", "field.kind=exact", "data.name=two-moons", "sampler.method=ab4"];
    let scene = (*scene(&[&settings[..], &["sampler.steps=10"]].concat())).clone();
    let launch = Launch { scene, pin: Some(7), ..Launch::default() };
    let mut harness = window(launch);
    let settle = |harness: &mut Harness<'static, Driftscope>, particle: usize| {
        let began = Instant::now();
        let known = |app: &Driftscope| {
            let chosen = app.state().pane().chosen.clone();
            chosen.is_some_and(|chosen| chosen.particle == particle)
        };
        while !known(harness.state()) {
            assert!(began.elapsed() < Duration::from_mins(1), "nothing about {particle}");
            std::thread::sleep(Duration::from_millis(5));
            harness.step();
        }
        harness.run_steps(2);
    };
    settle(&mut harness, 7);
    let leaving = harness.state().state().pane().leaving().expect("it leaves");
    assert!(leaving.particle == 7 && leaving.t > 0.5 && leaving.t < 1.0, "{leaving:?}");
    let told = format!("left the stable region at t = {:.3}", leaving.t);
    assert!(harness.query_by_label(&told).is_some(), "{told}");

    harness.get_by_label("Errors").click();
    harness.run_steps(3);
    harness.get_all_by_label("Flow").next().expect("a tab").click();
    harness.run_steps(3);
    let told = format!("left the stable region at t = {:.3}", leaving.t);
    assert!(harness.query_by_label_contains(&told).is_some(), "{told}");
}
