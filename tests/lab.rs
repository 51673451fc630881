//! The laboratory in the background: what it measures can be withdrawn, seen and loaded.

#[path = "shared/long_sweep.rs"]
mod long_sweep;

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope::app::{Driftscope, Launch};
use driftscope_solve::measure::CloudDistance;
use driftscope_study::lab::{
    Job, Lab, Setting, coverage, errors_over_time, likelihood_map, marginal_errors,
    model_error_over_time, round_trips, stability, strong_error_curves, sweep_reference, transport,
};
use driftscope_study::scene::Scene;
use driftscope_study::session::Mode;
use driftscope_study::{Experiment, Networks};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use self::long_sweep::long_sweep;

fn scene(settings: &[&str]) -> Arc<Scene> {
    let all: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
    Arc::new(Scene::with_settings(None, &all).expect("a scene"))
}

/// How long a job needs to end once it is withdrawn after `after`.
fn withdrawal<T>(job: &Job<T>, after: Duration) -> Duration {
    std::thread::sleep(after);
    assert!(!job.is_over(), "the job was to be long");
    let began = Instant::now();
    job.withdraw();
    while !job.is_over() {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not end");
        std::thread::sleep(Duration::from_micros(200));
    }
    began.elapsed()
}

/// No networks but those that are bundled.
fn none() -> Networks {
    Networks::default()
}

/// What starts a measurement in the background.
type Start = Box<dyn Fn(&Lab) -> Job<()>>;

/// Every kind of measurement, long enough to be withdrawn.
fn measurements() -> Vec<(&'static str, Start)> {
    let learned = || scene(&["particles.count=2000"]);
    let noisy = || scene(&["diffusion.form=sigma", "sampler.steps=500"]);
    let ode = |scene: Arc<Scene>| Experiment::of_ode(&scene, &none());
    vec![
        ("sweep", Box::new(|lab| lab.start(long_sweep))),
        (
            "reference",
            Box::new(move |lab| {
                lab.start(move |report| {
                    let experiment = ode(scene(&["seed=77"]))?;
                    sweep_reference(&experiment, 20_000, &report.cancel).map(|_| ())
                })
            }),
        ),
        (
            "errors",
            Box::new(move |lab| {
                lab.start(move |report| {
                    let experiment = ode(scene(&["seed=78", "sampler.method=euler"]))?;
                    errors_over_time(&experiment, 2_000, &report.cancel, |_| {}).map(|_| ())
                })
            }),
        ),
        (
            "likelihood",
            Box::new(move |lab| {
                lab.start(move |report| {
                    likelihood_map(&ode(learned())?, &report.cancel, |_, _| {}).map(|_| ())
                })
            }),
        ),
        (
            "coverage",
            Box::new(move |lab| {
                lab.start(move |report| {
                    coverage(&learned(), &none(), (2_000, 400), &report.cancel, |_, _| {})
                        .map(|_| ())
                })
            }),
        ),
        (
            "marginals",
            Box::new(move |lab| {
                lab.start(move |report| {
                    let distance = CloudDistance::Energy;
                    let cancel = &report.cancel;
                    marginal_errors(&noisy(), &none(), 2_000, distance, cancel, |_, _| {})
                        .map(|_| ())
                })
            }),
        ),
        (
            "strong error",
            Box::new(move |lab| {
                lab.start(move |report| {
                    let steps = [64, 128, 256, 512];
                    strong_error_curves(&noisy(), &none(), &steps, 2_000, &report.cancel)
                        .map(|_| ())
                })
            }),
        ),
        (
            "round trips",
            Box::new(move |lab| {
                lab.start(move |report| {
                    let experiment = ode(learned())?;
                    let settings = [Setting::Tolerance { rtol: 1e-9, atol: 1e-9 }; 50];
                    round_trips(&experiment, &settings, 2_000, &report.cancel, |_, _| {})
                        .map(|_| ())
                })
            }),
        ),
        (
            "stability",
            Box::new(move |lab| {
                lab.start(move |report| {
                    let experiment = ode(scene(&["sampler.method=euler", "sampler.steps=5000"]))?;
                    for particle in 0..1_000 {
                        stability(&experiment, experiment.start(particle), None, &report.cancel)?;
                    }
                    Ok(())
                })
            }),
        ),
        (
            "transport and model error",
            Box::new(move |lab| {
                lab.start(move |report| {
                    for seed in 0..200 {
                        let experiment = ode(scene(&[&format!("seed={seed}")]))?;
                        transport(&experiment, 1_000, &report.cancel)?;
                        model_error_over_time(&experiment, &report.cancel)?;
                    }
                    Ok(())
                })
            }),
        ),
    ]
}

#[test]
fn every_measurement_can_be_withdrawn_at_any_time() {
    let lab = Lab::new(|| {});
    for (name, start) in measurements() {
        // At several moments, since each measurement does different things one after the other.
        let mut worst = Duration::ZERO;
        for after in [60, 350, 900] {
            let job = start(&lab);
            worst = worst.max(withdrawal(&job, Duration::from_millis(after)));
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
    let told = format!("stability left at t = {:.3}", leaving.t);
    assert!(harness.query_by_label(&told).is_some(), "{told}");

    harness.get_by_label("Errors").click();
    harness.run_steps(3);
    harness.get_all_by_label("Flow").next().expect("a tab").click();
    harness.run_steps(3);
    let told = format!("left at t = {:.3}", leaving.t);
    assert!(harness.query_by_label_contains(&told).is_some(), "{told}");
}
