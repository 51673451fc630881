//! Pictures of the stage under a software Vulkan, held against those in `tests/snapshots`, each of
//! which was looked at. `UPDATE_SNAPSHOTS=1 cargo test --release --test pictures` takes them anew.
//!
//! Skipped where there is no graphics adapter, unless `DRIFTSCOPE_REQUIRE_GPU=1` demands one.

#[path = "shared/graphics.rs"]
mod graphics;

use std::time::{Duration, Instant};

use driftscope::app::palette::Theme;
use driftscope::app::{Driftscope, Launch};
use driftscope_study::scene::{Layer, Layers, Projection, Scene};
use eframe::egui::{self, Key};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, OsThreshold, SnapshotOptions, SnapshotResults};

use self::graphics::graphics;

/// Longer than anything takes on a busy computer.
const PATIENCE: Duration = Duration::from_secs(90);
/// The stage alone.
const STAGE: [f32; 2] = [640.0, 680.0];
/// The whole window.
const WINDOW: [f32; 2] = [1280.0, 800.0];

fn scene(settings: &[&str]) -> Scene {
    let mut all = vec!["field.kind=exact".to_owned(), "data.name=two-moons".to_owned()];
    all.extend(settings.iter().map(|&setting| setting.to_owned()));
    Scene::with_settings(None, &all).expect("a scene")
}

fn window(launch: Launch, size: [f32; 2]) -> Harness<'static, Driftscope> {
    let system = if launch.theme == Theme::Dark { egui::Theme::Dark } else { egui::Theme::Light };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(system)
        .with_render_cursor(false)
        .wgpu()
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    settle(&mut harness);
    harness
}

fn settle(harness: &mut Harness<'_, Driftscope>) {
    let began = Instant::now();
    harness.run_steps(3);
    // Twice: what is ready may lead to something else being wished for.
    for _ in 0..2 {
        while !harness.state().is_settled() {
            assert!(began.elapsed() < PATIENCE, "waited in vain for the picture");
            std::thread::sleep(Duration::from_millis(5));
            harness.step();
        }
        harness.run_steps(6);
    }
}

/// Drivers differ in how they round; wall times in the window differ from run to run.
fn check(harness: &mut Harness<'_, Driftscope>, name: &str, results: &mut SnapshotResults) {
    let options =
        SnapshotOptions::new().threshold(1.5).max_failed_pixels(OsThreshold::new(1_500_usize));
    harness.snapshot_options(name, &options);
    results.extend_harness(harness);
}

fn stage_alone(scene: Scene, theme: Theme, at: f64) -> Harness<'static, Driftscope> {
    // From the beginning: streamlines go on from those before, and those of a stage of another shape
    // are there sooner or later.
    let launch = Launch { scene, theme, at: Some(at), stage_alone: true, ..Launch::default() };
    let mut harness = window(launch, STAGE);
    settle(&mut harness);
    harness
}

/// The middle of all pixels of nearly this colour, above the line with the scrubber.
fn centroid(image: &image::RgbaImage, colour: [u8; 4]) -> Option<[f64; 2]> {
    let close = |pixel: &[u8; 4]| (0..3).all(|i| pixel[i].abs_diff(colour[i]) < 12);
    let (mut sum, mut count) = ([0.0; 2], 0.0);
    let stage = |y: u32| y + 48 < image.height();
    let pixels = image.enumerate_pixels().filter(|(_, y, pixel)| stage(*y) && close(&pixel.0));
    for (x, y, _) in pixels {
        sum[0] += f64::from(x) + 0.5;
        sum[1] += f64::from(y) + 0.5;
        count += 1.0;
    }
    (count > 20.0).then(|| sum.map(|sum| sum / count))
}

#[test]
fn particles_are_drawn_where_the_recording_says() {
    if graphics().is_none() {
        return;
    }
    for over_time in [false, true] {
        for at in [0.2, 0.5, 0.9] {
            let mut scene =
                scene(&["particles.count=1", "sampler.method=euler", "sampler.steps=7"]);
            scene.view.layers = Layers::of(&[Layer::Particles]);
            if over_time {
                scene.view.projection = Projection::OverTime;
            }
            let launch = Launch { scene, at: Some(at), ..Launch::default() };
            let mut harness = window(launch, STAGE);
            harness.key_press(Key::F);
            settle(&mut harness);
            let app = harness.state();
            let colour = app.state().palette().scene(app.state().scene()).to_array();
            let recording = app.state().recording().expect("a picture");
            let keyframe = recording.keyframe_of_time(at);
            let [x, y] = recording.at_keyframe(0, keyframe).expect("it is there");
            let place = if over_time { [at, x] } else { [x, y] };
            let wanted = app.screen_position(0, place).expect("a plot");
            let found = centroid(&harness.render().expect("an image"), colour).expect("a disc");
            for (found, wanted) in found.into_iter().zip([wanted.x, wanted.y]) {
                let error = (found - f64::from(wanted)).abs();
                assert!(error < 1.0, "over time {over_time}, t {at}: {found} is not {wanted}");
            }
        }
    }
}

#[test]
fn every_layer() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    for layer in Layer::ALL {
        let mut scene = scene(&["particles.count=600", "diffusion.form=none"]);
        scene.view.layers = Layers::of(&[layer]);
        if layer == Layer::Diffusion {
            scene.diffusion.form = driftscope_flow::diffusion::DiffusionForm::Sigma;
            scene.view.layers = Layers::of(&[layer, Layer::Velocity]);
        }
        if layer == Layer::Tilted {
            // It is of a class.
            (scene.guidance.label, scene.guidance.scale) = (Some(1), 3.0);
        }
        let mut harness = stage_alone(scene, Theme::Dark, 0.6);
        check(&mut harness, &format!("layer-{}", layer.name()), &mut results);
    }
}

#[test]
fn all_layers_that_go_together_on_light() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    let mut scene = scene(&["particles.count=400", "view.trail=0.3"]);
    scene.view.layers = Layers::of(&[
        Layer::Marginal,
        Layer::Velocity,
        Layer::Data,
        Layer::Chords,
        Layer::Trails,
        Layer::Particles,
    ]);
    check(&mut stage_alone(scene, Theme::Light, 0.5), "layers-together-light", &mut results);
}

#[test]
fn streamlines() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    let layers = Layers::of(&[Layer::Marginal, Layer::Streamlines, Layer::Particles]);
    let mut learned = scene(&["field.kind=learned", "particles.count=800"]);
    learned.view.layers = layers;
    check(&mut stage_alone(learned, Theme::Light, 0.8), "streamlines-light", &mut results);
    let mut classic = scene(&["field.kind=classic", "field.system=lotka-volterra"]);
    classic.view.layers = layers;
    check(&mut stage_alone(classic, Theme::Dark, 0.3), "streamlines-classic", &mut results);
}

#[test]
fn crowds_add_up() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    for (name, theme) in [("dark", Theme::Dark), ("light", Theme::Light)] {
        let mut scene = scene(&[
            "data.name=pinwheel",
            "particles.count=60000",
            "sampler.method=euler",
            "sampler.steps=30",
        ]);
        scene.view.layers = Layers::of(&[Layer::Particles]);
        check(&mut stage_alone(scene, theme, 0.85), &format!("crowd-{name}"), &mut results);
    }
}

#[test]
fn every_theme() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    for theme in Theme::ALL {
        let launch = Launch { scene: scene(&[]), theme, at: Some(0.62), ..Launch::default() };
        let mut harness = window(launch, WINDOW);
        check(&mut harness, &format!("theme-{}", theme.title().to_lowercase()), &mut results);
    }
}

#[test]
fn one_to_four_panes() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    let mut scene =
        scene(&["sampler.method=euler", "sampler.steps=8", "data.name=eight-gaussians"]);
    for count in 1..=4 {
        let theme = if count % 2 == 0 { Theme::Dark } else { Theme::Light };
        let launch = Launch { scene: scene.clone(), theme, at: Some(0.7), ..Launch::default() };
        let mut harness = window(launch, WINDOW);
        check(&mut harness, &format!("panes-{count}"), &mut results);
        scene.add_pane();
    }
}

#[test]
fn a_pane_with_the_difference() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    let mut scene = scene(&["sampler.method=euler", "sampler.steps=20", "particles.count=500"]);
    scene.add_pane();
    scene.add_pane();
    scene.panes[1].difference = true;
    let launch = Launch { scene, at: Some(1.0), ..Launch::default() };
    check(&mut window(launch, WINDOW), "panes-difference", &mut results);
}

#[test]
fn over_time() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    let mut scene = scene(&["view.angle=90", "particles.count=400"]);
    scene.view.projection = Projection::OverTime;
    check(&mut stage_alone(scene.clone(), Theme::Dark, 0.75), "over-time-dark", &mut results);
    check(&mut stage_alone(scene.clone(), Theme::Light, 1.0), "over-time-light", &mut results);
    scene.view.angle = 30.0;
    scene.add_pane();
    let launch = Launch { scene, at: Some(1.0), ..Launch::default() };
    check(&mut window(launch, WINDOW), "over-time-panes", &mut results);
}

#[test]
fn colours_and_their_legends() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    for (colour, data) in [
        ("start-angle", "two-moons"),
        ("component", "eight-gaussians"),
        ("local-error", "checkerboard"),
        ("nfe", "checkerboard"),
        ("speed", "swiss-roll"),
        ("distance", "pinwheel"),
    ] {
        let (colour_key, data_key) = (format!("view.colour={colour}"), format!("data.name={data}"));
        let scene = scene(&[&colour_key, &data_key, "sampler.rtol=1e-3", "particles.count=1500"]);
        check(&mut stage_alone(scene, Theme::Dark, 1.0), &format!("colour-{colour}"), &mut results);
    }
}

#[test]
fn step_by_step() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    for (name, settings, phases, theme) in [
        ("dopri5", vec!["sampler.rtol=1e-2", "sampler.atol=1e-3"], 8, Theme::Dark),
        ("dopri5-answers", vec!["sampler.rtol=1e-2", "sampler.atol=1e-3"], 9, Theme::Projector),
        ("dop853", vec!["sampler.method=dop853", "sampler.rtol=1e-3"], 11, Theme::Dark),
        ("rk4", vec!["sampler.method=rk4", "sampler.steps=5"], 4, Theme::Light),
        ("noisy", vec!["diffusion.form=sigma", "sampler.steps=20"], 3, Theme::Dark),
    ] {
        let mut settings = settings;
        settings.push("particles.count=300");
        let scene = scene(&settings);
        let launch = Launch { scene, theme, at: Some(0.5), pin: Some(17), ..Launch::default() };
        let mut harness = window(launch, WINDOW);
        harness.get_by_label("Step by step").click();
        settle(&mut harness);
        for _ in 0..phases {
            harness.key_press(Key::ArrowRight);
            harness.run_steps(2);
        }
        settle(&mut harness);
        check(&mut harness, &format!("step-by-step-{name}"), &mut results);
    }
}

#[test]
fn a_small_and_a_large_window() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    let mut scene = scene(&[]);
    for _ in 0..3 {
        scene.add_pane();
    }
    for (name, size) in
        [("small", [1024.0, 700.0]), ("large", [1920.0, 1080.0]), ("3840x2160", [3840.0, 2160.0])]
    {
        let mut scene = scene.clone();
        if size[0] > 2_000.0 {
            // A small file: the layout is looked at, not the particles.
            scene.particles.count = 150;
            scene.view.layers = Layers::of(&[Layer::Particles]);
        }
        let launch = Launch { scene, at: Some(0.8), pin: Some(3), ..Launch::default() };
        check(&mut window(launch, size), &format!("window-{name}"), &mut results);
    }
}

#[test]
fn on_projectors_and_beside_slides() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    for size in [[390.0, 844.0], [800.0, 600.0], [960.0, 1040.0], [1280.0, 720.0]] {
        let launch = Launch { scene: scene(&[]), at: Some(0.7), ..Launch::default() };
        let name = format!("small-{}x{}", size[0], size[1]);
        let mut harness = window(launch, size);
        check(&mut harness, &name, &mut results);
        if size[0] < 1000.0 {
            harness.key_press(Key::G);
            settle(&mut harness);
            check(&mut harness, &format!("{name}-graphs"), &mut results);
        }
    }
    let mut scene = scene(&[]);
    scene.add_pane();
    let launch = Launch { scene, at: Some(0.7), pin: Some(3), ..Launch::default() };
    check(&mut window(launch, [800.0, 600.0]), "small-panes", &mut results);
}
