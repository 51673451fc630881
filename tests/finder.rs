//! Everything is found by its name, its key and what it is called elsewhere, and values are set by
//! typing them.

use std::time::{Duration, Instant};

use driftscope::app::finder::entry::{Entry, plain};
use driftscope::app::finder::rank::find;
use driftscope::app::finder::sources::{self, entries};
use driftscope::app::finder::synonyms::SYNONYMS;
use driftscope::app::finder::value::settings;
use driftscope::app::state::State;
use driftscope::app::{Driftscope, Launch};
use driftscope_study::scene::Scene;
use driftscope_study::scene::alias::{self, Alias, Program, SAMPLERS, SCHEDULES};
use driftscope_study::session::{Action, Session};
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

fn scene(settings: &[&str]) -> Scene {
    let mut all = vec!["field.kind=exact".to_owned(), "particles.count=32".to_owned()];
    all.extend(settings.iter().map(|&setting| setting.to_owned()));
    Scene::with_settings(None, &all).expect("a scene")
}

fn state(settings: &[&str]) -> State {
    State::new(Session::new(scene(settings), Instant::now(), || {}))
}

/// The titles of the first answers.
fn first(query: &str, entries: &[Entry], count: usize) -> Vec<String> {
    let found = find(query, entries).into_iter().take(count);
    found.map(|found| entries[found.entry].title.clone()).collect()
}

#[test]
fn everything_is_found_first_by_its_name_and_within_three_by_its_key() {
    let all = entries(&state(&[]));
    assert!(all.len() > 300, "{} entries", all.len());
    for (index, entry) in all.iter().enumerate() {
        let same = all.iter().filter(|other| other.title == entry.title).count();
        let found = find(&entry.title, &all);
        let place = found.iter().position(|found| found.entry == index);
        assert!(place.is_some_and(|place| place < same), "{} at {place:?}", entry.title);
        let found = find(&entry.key, &all);
        let place = found.iter().position(|found| found.entry == index);
        assert!(place.is_some_and(|place| place < 3), "{} at {place:?}", entry.key);
    }
}

#[test]
fn keys_are_different_and_every_synonym_names_something() {
    let all = entries(&state(&[]));
    for (index, entry) in all.iter().enumerate() {
        let again = all.iter().skip(index + 1).any(|other| other.key == entry.key);
        assert!(!again, "{} is there twice", entry.key);
    }
    assert!(SYNONYMS.len() >= 70, "{}", SYNONYMS.len());
    for (synonym, keys) in SYNONYMS {
        for key in *keys {
            assert!(all.iter().any(|entry| entry.key == *key), "{synonym}: {key}");
        }
    }
}

/// What is typed, and the title of what it should find.
const PAIRS: &[(&str, &str)] = &[
    ("tolerance", "rtol"),
    ("tolerance", "atol"),
    ("reltol", "rtol"),
    ("abstol", "atol"),
    ("ancestral", "η"),
    ("churn", "S_churn"),
    ("temperature", "Norm"),
    ("dpm solver", "Method: DPM-Solver-2"),
    ("DPM++ 2M", "Method: DPM-Solver++(2M)"),
    ("rectified flow", "Interpolant: Linear"),
    ("flow matching", "Interpolant: Linear"),
    ("variance preserving", "Interpolant: VP (DDPM)"),
    ("cosine path", "Interpolant: GVP (trigonometric)"),
    ("lr", "Learning rate"),
    ("minibatch", "Batch size"),
    ("epochs", "Training steps"),
    ("EMA", "Averaging"),
    ("objective", "Objective"),
    ("cost function", "Loss"),
    ("epsilon prediction", "Prediction: Noise x0"),
    ("ot-cfm", "Coupling: Optimal transport"),
    ("cfg", "Scale"),
    ("guidance scale", "Scale"),
    ("classifier-free", "Scale"),
    ("autoguidance", "Bad model"),
    ("bad model", "Bad model"),
    ("guidance interval", "Guided from, to"),
    ("nfe", "Evaluations"),
    ("function evaluations", "Equal evaluations"),
    ("ODE45", "Method: DOPRI5"),
    ("RK45", "Method: DOPRI5"),
    ("dormand-prince", "Method: DOPRI5"),
    ("ode23", "Method: Bogacki–Shampine 3(2)"),
    ("Runge-Kutta 4", "Method: RK4"),
    ("Tsitouras", "Method: Tsit5"),
    ("improved euler", "Method: Heun"),
    ("backward Euler", "Method: Implicit Euler"),
    ("crank nicolson", "Method: Trapezoidal rule"),
    ("predictor corrector", "Method: UniPC (order 2)"),
    ("k-diffusion", "Method: EDM Heun"),
    ("ode solver", "Method"),
    ("integrator", "Method"),
    ("num_inference_steps", "Steps"),
    ("dt", "Step size"),
    ("timestep shift", "Shift"),
    ("edm schedule", "Grid: Karras ρ"),
    ("butcher tableau", "Own tableau"),
    ("dtmax", "Greatest step"),
    ("dtmin", "Least step"),
    ("initial step", "First step"),
    ("pid controller", "Controller: PID"),
    ("probability flow", "Form: None (ODE)"),
    ("deterministic", "Form: None (ODE)"),
    ("diffusion coefficient", "Form"),
    ("sde solver", "Scheme"),
    ("srk", "Scheme: SRA1 (Rößler)"),
    ("denoising step", "Last step"),
    ("inversion", "Direction: Encode"),
    ("forward process", "Direction: Noise"),
    ("neural network", "Field: Learned"),
    ("ground truth", "Field: Exact"),
    ("checkpoint", "Open model…"),
    ("dataset", "Data"),
    ("8 gaussians", "Data: Eight Gaussians"),
    ("csv", "Open data…"),
    ("brush", "Draw data"),
    ("number of samples", "Count"),
    ("random seed", "Seed"),
    ("double precision", "Precision: f64"),
    ("dark mode", "Theme: Dark"),
    ("beamer", "Theme: Projector"),
    ("revert", "Undo"),
    ("screenshot", "Save picture…"),
    ("gif", "Save film…"),
    ("video", "Save film…"),
    ("share", "Copy link"),
    ("shortcuts", "Keyboard map"),
    ("zoom to fit", "Reset view"),
    ("quiver", "Layer: Velocity field"),
    ("heat map", "Layer: Particles' density"),
    ("trajectories", "Layer: Trails"),
    ("log likelihood", "Likelihood"),
    ("wasserstein", "Distance to p_t"),
    ("mode collapse", "Mode coverage"),
    ("order of convergence", "Convergence"),
    ("curvature", "Straightness"),
    ("pytorch", "Copy as torchdiffeq"),
    ("hugging face", "Copy as diffusers"),
];

#[test]
fn names_of_elsewhere_find_what_they_mean_within_three() {
    let all = entries(&state(&[]));
    assert!(PAIRS.len() >= 60);
    let missed: Vec<_> = PAIRS
        .iter()
        .filter(|(query, title)| !first(query, &all, 3).iter().any(|found| found == title))
        .map(|(query, title)| (query, title, first(query, &all, 5)))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn better_answers_stand_first_and_letters_are_named() {
    let all = entries(&state(&[]));
    assert_eq!(first("steps", &all, 1), ["Steps"]);
    assert_eq!(first("heun", &all, 1), ["Method: Heun"]);
    assert_eq!(first("undo", &all, 1), ["Undo"]);
    assert!(first("interp", &all, 3).contains(&"Interpolant".to_owned()));
    assert!(first("bogshamp", &all, 2).contains(&"Method: Bogacki–Shampine 3(2)".to_owned()));
    let found = find("rst", &all);
    let restart = found.iter().find(|found| all[found.entry].title == "Restart");
    assert_eq!(restart.expect("is found").letters, [0, 2, 3]);
    assert_eq!(find("qqxzv", &all), []);
    assert_eq!(find("  ", &all), []);
}

/// Why the first thing that `query` would set in this scene is refused.
fn refused_in(query: &str, scene: &[&str]) -> Option<String> {
    settings(query, &state(scene)).sure.remove(0).refused
}

#[test]
fn values_are_previewed_and_what_cannot_be_is_said_in_one_sentence() {
    let state = state(&["sampler.rtol=1e-3"]);
    let title = |query: &str| settings(query, &state).sure[0].title.clone();
    assert_eq!(title("rtol 1e-4"), "Set rtol to 1e-4 (now 1e-3)");
    assert_eq!(title("sampler.rtol=1e-4"), "Set rtol to 1e-4 (now 1e-3)");
    assert_eq!(title("method=heun"), "Set Method to Heun (now DOPRI5)");
    assert_eq!(title("sampler.method heun"), "Set Method to Heun (now DOPRI5)");
    assert_eq!(title("Training steps 500"), "Set Training steps to 500 (now 6000)");
    let both: Vec<_> = settings("tolerance 1e-5", &state).sure;
    assert_eq!(both.len(), 2, "{both:?}");
    for (query, sentence) in [
        ("rtol 5000", "sampler.rtol = 5000 is not allowed: from 0 to 1000"),
        ("rtol=much", "sampler.rtol = much is not allowed: from 0 to 1000"),
        (
            "particles.count 2.5",
            "particles.count = 2.5 is not allowed: a whole number, from 1 to 100000",
        ),
        ("loop=maybe", "view.repeat = maybe is not allowed: on or off"),
        (
            "form=steep",
            "diffusion.form = steep is not allowed: one of none, constant, sbdm, sigma, linear, decreasing, increasing-decreasing",
        ),
    ] {
        let found = settings(query, &state).sure;
        assert_eq!(found[0].refused.as_deref(), Some(sentence), "{query}");
    }
    // Lists and words as well.
    assert_eq!(
        title("layers trails, score field"),
        "Set Layers to [\"score\", \"trails\"] (now [\"target\", \"trails\", \"p…)"
    );
    assert_eq!(title("title Two rings"), "Set Title to Two rings");
    assert_eq!(title("sampler.times steps.csv"), "Open steps.csv as Times");
    assert_eq!(title("bad model small.safetensors"), "Open small.safetensors as Bad model");
    for (query, sentence) in [
        (
            "times_density=[-1]",
            "training.times_density = [-1.0] is not allowed: 1 to 256 finite heights, none below 0 and not all of them 0",
        ),
        (
            "guidance.interval=0.2",
            "guidance.interval = 0.2 is not allowed: [first, last], from 0 to 1",
        ),
        (
            "guidance.interval=0.8 0.2",
            "guidance.interval = [0.8, 0.2] is not allowed: [first, last] with 0 ≤ first ≤ last ≤ 1",
        ),
        (
            "layers=trails nothing",
            "view.layers = trails nothing is not allowed: a list of some of target, tilted, marginal, empirical, streamlines, velocity, score, diffusion, data, pairs, chords, trails, particles",
        ),
    ] {
        let settings =
            ["training.times=drawn", "data.name=two-moons", "guidance.label=1", "guidance.scale=2"];
        let found = refused_in(query, &settings);
        assert_eq!(found.as_deref(), Some(sentence), "{query}");
    }
    // The same words as the check of the scene has.
    let check = Scene::with_settings(None, &["sampler.rtol=5000".to_owned()]);
    let check = check.expect_err("is refused").to_string();
    assert!(check.ends_with("sampler.rtol = 5000 is not allowed: from 0 to 1000"), "{check}");
    let unsure = settings("rtol banana", &state);
    assert!(unsure.sure.is_empty() && unsure.unsure[0].refused.is_some());
    // It has no effect, and says so.
    let idle = &settings("h 0.05", &state).sure[0];
    assert!(idle.refused.is_some(), "{idle:?}");
}

#[test]
fn what_is_chosen_is_what_the_title_says() {
    let mut state = state(&["sampler.method=euler"]);
    for (query, key, value) in [
        ("steps 20", "steps = 20", "steps"),
        ("h 0.05", "step_size = 0.05", "step size"),
        ("steps 25", "steps = 25", "steps again"),
        ("method heun", "method = \"heun\"", "method"),
        ("trail length 50%", "trail = 0.5", "trail"),
        ("interpolant gvp", "kind = \"gvp\"", "path"),
    ] {
        let entry = settings(query, &state).sure.remove(0);
        assert_eq!(entry.refused, None, "{query}");
        act(&mut state, &entry);
        let text = state.scene().to_toml();
        assert!(text.contains(key), "{value}: {text}");
    }
    assert_eq!(state.scene().sampler.step_size, None, "the number replaces the size");
    state.session.act(&Action::Undo).expect("can be taken back");
}

fn act(state: &mut State, entry: &Entry) {
    use driftscope::app::command::Command;
    use driftscope::app::finder::entry::Does;
    let Does::Ask(command) = &entry.does else { panic!("{entry:?}") };
    let Command::Act(action) = &**command else { panic!("{entry:?}") };
    state.session.act(action).expect("can be done");
}

/// Longer than anything takes on a busy computer.
const PATIENCE: Duration = Duration::from_secs(90);

fn window(settings: &[&str]) -> Harness<'static, Driftscope> {
    let launch = Launch { scene: scene(settings), ..Launch::default() };
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    let began = Instant::now();
    while !harness.state().state().pane().solve.is_some_and(|solve| solve.done) {
        assert!(began.elapsed() < PATIENCE, "waited in vain");
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
    harness.run_steps(2);
    harness
}

fn ask(harness: &mut Harness<'_, Driftscope>, text: &str) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(3);
    harness.get_by_label("Name or setting");
    harness.event(Event::Text(text.to_owned()));
    harness.run_steps(3);
}

#[test]
fn typing_a_value_sets_it_and_it_can_be_taken_back() {
    let mut harness = window(&["sampler.rtol=1e-3"]);
    ask(&mut harness, "rtol 1e-4");
    harness.get_by_label("Set rtol to 1e-4 (now 1e-3), setting");
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(harness.query_by_label("Name or setting").is_none(), "it closes");
    let rtol = |harness: &Harness<'_, Driftscope>| harness.state().state().scene().sampler.rtol;
    assert!((rtol(&harness) - 1e-4).abs() < 1e-12);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(3);
    assert!((rtol(&harness) - 1e-3).abs() < 1e-12);

    // What is not allowed is said, and nothing is done.
    ask(&mut harness, "rtol 5000");
    let before = std::sync::Arc::clone(harness.state().state().scene());
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("sampler.rtol = 5000 is not allowed: from 0 to 1000");
    assert_eq!(&before, harness.state().state().scene());
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("Name or setting").is_none());
}

#[test]
fn arrows_mouse_and_the_list_of_what_was_used_last() {
    let mut harness = window(&[]);
    ask(&mut harness, "method");
    // A setting that is a choice offers what it can be.
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("Method: Euler, choice").click();
    harness.run_steps(3);
    assert_eq!(harness.state().state().scene().sampler.method().get().name, "euler");

    ask(&mut harness, "light");
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(!harness.state().state().palette().dark);

    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(3);
    harness.check_accessibility();
    let first = harness.get_by_label_contains("Theme: Light");
    let second = harness.get_by_label_contains("Method: Euler");
    assert!(first.rect().top() < second.rect().top(), "the last one is the first");
    assert!(first.accesskit_node().is_selected() == Some(true));
    harness.key_press(Key::ArrowDown);
    harness.run_steps(3);
    let second = harness.get_by_label_contains("Method: Euler");
    assert!(second.accesskit_node().is_selected() == Some(true));
    // While it is open, keys are its own.
    harness.event(Event::Text("c".to_owned()));
    harness.key_press(Key::C);
    harness.run_steps(3);
    assert!(harness.state().state().look.panels.controls);
}

#[test]
fn a_card_turns_to_its_page_and_a_scene_opens() {
    let mut harness = window(&[]);
    ask(&mut harness, "convergence");
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().state().mode().title(), "Errors");
    harness.get_by_label_contains("What precision costs");
    ask(&mut harness, "ode and sde");
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().state().scene().title, "ODE and SDE");
}

#[test]
fn the_keyboard_goes_back_to_what_had_it() {
    let mut harness = window(&[]);
    harness.get_by_label("Stage alone").focus();
    harness.run_steps(3);
    assert!(harness.get_by_label("Stage alone").is_focused());
    ask(&mut harness, "steps");
    assert!(harness.get_by_label("Name or setting").is_focused());
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("Name or setting").is_none());
    assert!(harness.get_by_label("Stage alone").is_focused());
}

/// Names of samplers and schedules of other programs, alone and one with the other.
#[test]
fn two_hundred_names_of_other_programs_are_found() {
    let state = state(&[]);
    let all = entries(&state);
    let mut names: Vec<String> = alias::all_names().map(|(_, name)| name.to_owned()).collect();
    for program in Program::ALL {
        let of = |all: &'static [Alias]| {
            let names = all.iter().flat_map(|alias| alias.names);
            names.filter(move |(of, _)| *of == program).map(|(_, name)| *name)
        };
        for (sampler, schedule) in of(SAMPLERS).flat_map(|s| of(SCHEDULES).map(move |o| (s, o))) {
            names.push(format!("{sampler} {schedule}"));
        }
    }
    assert!(names.len() >= 200, "{}", names.len());
    for name in &names {
        let found = sources::combined(name, &state).is_some()
            || find(name, &all).iter().take(5).any(|found| {
                let Entry { key, .. } = &all[found.entry];
                let same = |own: &str| plain(own) == plain(name);
                key.strip_prefix("sampler.alias=").is_some_and(same)
            });
        assert!(found, "{name}");
    }
    println!("{} names", names.len());
}
