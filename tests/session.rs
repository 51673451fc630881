//! A session without a window does what the window does, and reads the same numbers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope::app::{Driftscope, Launch};
use driftscope_study::TrainingState;
use driftscope_study::scene::{Change, Scene};
use driftscope_study::session::{Action, Mode, PaneState, Session, TrainingOrder};
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

/// Longer than anything takes on a busy computer.
const PATIENCE: Duration = Duration::from_mins(2);
/// The particle that is pinned.
const PARTICLE: usize = 3;

fn scene() -> Scene {
    let settings = ["field.kind=exact", "data.name=single-gaussian", "particles.count=40"];
    Scene::with_settings(None, &settings.map(str::to_owned)).expect("a scene")
}

/// All that is read of a pane: by each method's counts, the end points, the distance to the data, the
/// steps of the chosen particle.
#[derive(Debug, PartialEq)]
struct Reading {
    scene: Scene,
    nfe: [f64; 3],
    accepted: f64,
    rejected: f64,
    edges: Vec<u64>,
    ends: Vec<[u64; 2]>,
    distance: Option<[u64; 2]>,
    chosen: Option<(usize, usize, Option<u64>)>,
}

fn read(pane: &PaneState) -> Reading {
    let shown = pane.shown.as_ref().expect("a picture");
    let traces = &shown.traces;
    let chosen = pane.chosen.as_ref().map(|chosen| {
        let stability = chosen.stability.as_ref().expect("it has steps");
        (chosen.particle, stability.step_eigenvalues.len(), stability.left_at.map(f64::to_bits))
    });
    Reading {
        scene: (*pane.scene).clone(),
        nfe: [f64::from(traces.nfe.min), traces.nfe.mean, f64::from(traces.nfe.max)],
        accepted: traces.accepted.mean,
        rejected: traces.rejected.mean,
        edges: traces.edges.iter().map(|edge| edge.to_bits()).collect(),
        ends: shown.recording.ends().map(|end| end.map(f64::to_bits)).collect(),
        distance: shown.distance.map(|d| [d.sliced_w2, d.floor].map(f64::to_bits)),
        chosen,
    }
}

fn read_all(session: &Session) -> Vec<Reading> {
    session.visible().iter().map(read).collect()
}

/// Waits until nothing more is to come.
fn settle(session: &mut Session, done: impl Fn(&Session) -> bool) {
    let began = Instant::now();
    loop {
        session.advance(Instant::now(), Duration::ZERO);
        if session.is_settled() && done(session) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain: {:?}", session.failure());
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn has_ended(session: &Session) -> bool {
    let ended = session.training().is_some_and(|status| status.state == TrainingState::Finished);
    // The particles follow its last weights.
    ended && session.training().and_then(|status| status.network) == followed(session)
}

fn followed(session: &Session) -> Option<driftscope_flow::network::NetworkId> {
    session.scene().trained_networks().next()
}

/// What is waited for.
type Done = fn(&Session) -> bool;

/// The window, driven as a person would.
struct Window(Harness<'static, Driftscope>);

impl Window {
    fn session(&self) -> &Session {
        &self.0.state().state().session
    }

    fn wait(&mut self, done: impl Fn(&Session) -> bool) {
        let began = Instant::now();
        self.0.run_steps(3);
        while !(self.session().is_settled() && done(self.session())) {
            assert!(began.elapsed() < PATIENCE, "waited in vain: {:?}", self.session().failure());
            std::thread::sleep(Duration::from_millis(5));
            self.0.step();
        }
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.0.key_press_modifiers(modifiers, key);
        self.wait(|_| true);
    }
}

#[test]
fn without_a_window_the_same_actions_give_the_same_numbers() {
    // A person at the window: tighter tolerances, a particle pinned at the end of the run, a training,
    // two samplers side by side, the last change taken back and made again.
    let launch = Launch { scene: scene(), at: Some(1.0), ..Launch::default() };
    let mut window = Window(
        Harness::builder()
            .with_size([1280.0, 800.0])
            .build_eframe(move |cc| Driftscope::new(cc, launch)),
    );
    window.wait(|_| true);
    let mut seen = Vec::new();
    window.0.get_by_label("rtol").set_value_accesskit(1e-7);
    window.wait(|session| session.scene().sampler.rtol < 1e-6);
    let rtol = window.session().scene().sampler.rtol;
    let end = window.session().recording().and_then(|all| all.ends().nth(PARTICLE));
    let place = window.0.state().screen_position(0, end.expect("there")).expect("on the stage");
    window.0.hover_at(place);
    window.0.run_steps(2);
    window.0.drag_at(place);
    window.0.drop_at(place);
    window.wait(|session| session.pinned().is_some());
    assert_eq!(window.session().pinned(), Some(PARTICLE));
    seen.push(read_all(window.session()));
    window.press(Modifiers::NONE, Key::Num4);
    window.0.get_by_label("Training steps").set_value_accesskit(200.0);
    window.0.get_by_label("Batch size").set_value_accesskit(64.0);
    window.0.run_steps(2);
    let settings = window.session().training_settings().clone();
    assert_eq!((settings.steps, settings.batch), (200, 64));
    window.0.get_by_label("Start").click();
    window.wait(has_ended);
    seen.push(read_all(window.session()));
    window.press(Modifiers::NONE, Key::Num2);
    seen.push(read_all(window.session()));
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.session().scene().pane_count(), 1);
    seen.push(read_all(window.session()));
    window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    seen.push(read_all(window.session()));

    // The same without one, from actions that were written down.
    let changes = vec![Change::set("sampler.rtol", rtol)];
    let set = Action::Set { pane: 0, changes, continues: false };
    let changes = vec![Change::set("training.steps", 200), Change::set("training.batch", 64)];
    let training_settings = Action::Set { pane: 0, changes, continues: false };
    let script: [(Vec<Action>, Done); 5] = [
        (
            vec![
                Action::Play { playing: false },
                Action::Seek { progress: 1.0 },
                set,
                Action::Pin { particle: Some(PARTICLE) },
            ],
            |_| true,
        ),
        (
            vec![
                Action::Mode { mode: Mode::Train },
                training_settings,
                Action::Train { training: TrainingOrder::Start },
            ],
            has_ended,
        ),
        (vec![Action::Mode { mode: Mode::Compare }], |_| true),
        (vec![Action::Undo], |_| true),
        (vec![Action::Redo], |_| true),
    ];
    let mut session = Session::new(scene(), Instant::now(), || {});
    settle(&mut session, |_| true);
    for ((actions, done), seen) in script.into_iter().zip(&seen) {
        let written = serde_json::to_string(&actions).expect("can be written");
        let actions: Vec<Action> = serde_json::from_str(&written).expect("can be read");
        for action in &actions {
            session.act(action).expect("can be done");
        }
        settle(&mut session, done);
        assert_eq!(&read_all(&session), seen, "{written}");
    }
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 2, 1, 2]);
    assert_eq!(session.time(), window.session().time());
    assert!(Arc::ptr_eq(session.scene(), session.editor().scene()));
}

#[test]
fn what_cannot_be_done_is_said_and_changes_nothing() {
    let mut session = Session::new(scene(), Instant::now(), || {});
    let before = session.editor().document().clone();
    let refused = [
        Action::Set { pane: 5, changes: Vec::new(), continues: false },
        Action::Set {
            pane: 0,
            changes: vec![Change::set("sampler.rtoll", 1e-3)],
            continues: false,
        },
        Action::RemovePane { pane: 1 },
        Action::SelectPane { pane: 9 },
    ];
    for action in refused {
        let reason = session.act(&action).expect_err("refused").to_string();
        assert!(!reason.is_empty() && session.editor().document() == &before, "{reason}");
    }
    // The document may say what no solver can do; then the last good picture stays.
    settle(&mut session, |_| true);
    let shown = session.recording().map(|recording| recording.id);
    let changes = vec![Change::set("sampler.rtol", 1e9)];
    session.act(&Action::Set { pane: 0, changes, continues: false }).expect("a number");
    settle(&mut session, |session| session.failure().is_some());
    assert!(session.failure().is_some_and(|reason| reason.contains("sampler.rtol")));
    assert_eq!(session.recording().map(|recording| recording.id), shown);
}

/// Whether the picture is whole, whatever else is under way.
fn is_whole(session: &Session) -> bool {
    session.visible().iter().all(PaneState::is_settled)
}

#[test]
fn a_reference_that_nobody_wants_any_more_is_withdrawn() {
    let set = |key: &str, value: &str| {
        let changes = vec![Change::set(key, value)];
        Action::Set { pane: 0, changes, continues: false }
    };
    // One of half a minute: 8 million noisy steps of a network in double precision.
    let settings = ["particles.count=500", "sampler.steps=1000", "diffusion.form=sigma"];
    let scene = Scene::with_settings(None, &settings.map(str::to_owned)).expect("a scene");
    let mut session = Session::new(scene, Instant::now(), || {});
    let began = Instant::now();
    let wait = |session: &mut Session, done: fn(&Session) -> bool| {
        while !done(session) {
            session.advance(Instant::now(), Duration::ZERO);
            assert!(began.elapsed() < PATIENCE, "waited in vain: {:?}", session.failure());
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    session.act(&set("view.colour", "distance")).expect("a colouring");
    wait(&mut session, is_whole);
    session.advance(Instant::now(), Duration::ZERO);
    assert!(!session.is_settled(), "a reference is under way");

    // Coloured by something else.
    session.act(&set("view.colour", "nfe")).expect("a colouring");
    session.advance(Instant::now(), Duration::ZERO);
    assert!(session.is_settled());

    // Of the ODE, whose picture does not wait for the reference of the SDE.
    session.act(&set("view.colour", "distance")).expect("a colouring");
    session.advance(Instant::now(), Duration::ZERO);
    assert!(!session.is_settled(), "it is under way again");
    session.act(&set("diffusion.form", "none")).expect("a form");
    wait(&mut session, Session::is_settled);
    assert!(session.visible()[0].reference.is_some());
}

/// A session that trains something small.
fn training(settings: &[(&str, i64)]) -> Session {
    let mut session = Session::new(scene(), Instant::now(), || {});
    let small = [
        ("training.hidden", 16),
        ("training.depth", 2),
        ("training.batch", 64),
        ("training.steps", 60),
        ("training.pairs", 512),
    ];
    let changes = small.iter().chain(settings);
    let changes = changes.map(|(key, value)| Change::set(key, *value)).collect();
    session.act(&Action::Set { pane: 0, changes, continues: false }).expect("settings");
    session.act(&Action::Mode { mode: Mode::Train }).expect("a mode");
    session
}

fn order(session: &mut Session, training: TrainingOrder) {
    session.act(&Action::Train { training }).expect("an order");
}

/// The network that a pane follows once its training has ended.
fn trained(session: &mut Session, pane: usize) -> driftscope_flow::network::Model {
    settle(session, |session| {
        session.trainings().all(|(_, status)| status.state == TrainingState::Finished)
            && session.trainings().all(|(pane, status)| {
                let model = &session.scene().pane(pane).field.model;
                *model == status.network.map(driftscope_study::scene::ModelName::Trained)
            })
    });
    let mut statuses = session.trainings();
    let (_, status) = statuses.find(|(of, _)| *of == pane).expect("a training");
    let model = session.networks().model(status.network.expect("weights")).expect("kept");
    (*model).clone()
}

#[test]
fn a_round_of_reflow_by_hand_is_that_of_a_training_with_one() {
    let mut by_hand = training(&[]);
    assert!(by_hand.reflow_refused().is_some(), "nothing has been trained");
    order(&mut by_hand, TrainingOrder::Start);
    trained(&mut by_hand, 0);
    assert_eq!(by_hand.reflow_refused(), None);
    order(&mut by_hand, TrainingOrder::Reflow);
    assert!(by_hand.reflow_refused().is_some(), "it is under way");
    let reflowed = trained(&mut by_hand, 0);
    assert_eq!(by_hand.scene().training.rounds, 1, "the scene says what was done");
    let status = by_hand.training().expect("a training");
    assert_eq!((status.steps_done, status.steps), (120, 120));
    let rounds: Vec<u64> = status.rounds.iter().map(|round| round.round).collect();
    assert_eq!(rounds, [0, 1]);
    assert!(status.rounds.iter().all(|round| round.straightness.is_finite()));

    let mut at_once = training(&[("training.rounds", 1)]);
    order(&mut at_once, TrainingOrder::Start);
    let whole = trained(&mut at_once, 0);
    assert_eq!(reflowed.description, whole.description);
    assert!(reflowed.weights == whole.weights, "the same bits");
    assert_eq!(at_once.training().expect("a training").rounds, status.rounds);
}

#[test]
fn two_trainings_side_by_side_learn_from_the_same_batches() {
    let mut session = training(&[]);
    session.act(&Action::AddTraining).expect("room");
    assert_eq!(session.visible().len(), 2);
    order(&mut session, TrainingOrder::Start);
    let [first, second] = [0, 1].map(|pane| trained(&mut session, pane));
    assert!(first.weights == second.weights, "equal settings, equal batches, equal networks");
    order(&mut session, TrainingOrder::Reset);
    assert_eq!(session.trainings().count(), 0);

    // One of them differs; the other is as it was.
    let changes = vec![Change::set("training.hidden", 24)];
    session.act(&Action::Set { pane: 1, changes, continues: false }).expect("a setting");
    assert_eq!(session.scene().training.hidden, 16);
    order(&mut session, TrainingOrder::Start);
    let [again, wider] = [0, 1].map(|pane| trained(&mut session, pane));
    assert!(again.weights == first.weights);
    assert_eq!(wider.description.settings.hidden, 24);
    let ends = |pane: usize| -> Vec<[f64; 2]> {
        session.visible()[pane].recording().expect("a picture").ends().collect()
    };
    assert_ne!(ends(0), ends(1), "each pane follows its own network");
    // The scene that has both comes back from its file.
    let scene = Scene { field: scene().field, ..session.scene().pane(0) };
    let mut both = scene.clone();
    both.add_training();
    both.panes[0].training.as_mut().expect("its own").hidden = 24;
    let file = tempfile::NamedTempFile::with_suffix(".toml").expect("a file");
    std::fs::write(file.path(), both.to_toml()).expect("written");
    let read = Scene::with_settings(file.path().to_str(), &[]).expect("read");
    assert_eq!(read.panes[0].training, both.panes[0].training);
    let link = both.to_link().expect("a link");
    assert_eq!(Scene::with_settings(Some(&link), &[]).expect("read").panes, both.panes);

    // A pane goes, and its training with it.
    session.act(&Action::RemovePane { pane: 1 }).expect("there");
    assert_eq!(session.trainings().count(), 1);
}
