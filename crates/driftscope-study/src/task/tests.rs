//! Every kind of task and of news can be written down, and a task read back does the same.

use std::sync::Arc;
use std::time::Duration;

use driftscope_flow::network::TrainingSettings;
use driftscope_solve::MethodRef;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::*;
use crate::lab::{
    AdviseQuestion, Answer, Asked, BudgetQuestion, ConventionQuestion, ConvergenceQuestion,
    CoverageQuestion, ErrorsQuestion, Figure, FiguresQuestion, Goal, GuidedQuestion,
    LikelihoodQuestion, MarginalsQuestion, ModelErrorMapQuestion, ModelErrorQuestion,
    OptimiseQuestion, OwnPointQuestion, Question, RegionQuestion, RoundTripQuestion,
    StabilityQuestion, StrongErrorsQuestion, Subject, SweepQuestion, TolerancesQuestion,
    TransportQuestion,
};
use crate::recording::Recording;
use crate::scene::{ModelName, Scene};
use crate::store::{RecordingRef, Store};
use crate::training::{SavedTraining, TrainingState, TrainingStatus};
use crate::work::{Course as _, News, Signal, Turn, Word, Work as _, perform};

fn scene(settings: &[&str]) -> Arc<Scene> {
    let common = ["particles.count=12", "data.name=single-gaussian"];
    let all = common.iter().chain(settings).map(|&setting| setting.to_owned()).collect::<Vec<_>>();
    Arc::new(Scene::with_settings(None, &all).expect("a scene"))
}

fn written<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("it can be written");
    bytes
}

fn read_back<T: Serialize + DeserializeOwned>(value: &T) -> T {
    ciborium::from_reader(&written(value)[..]).expect("what was written can be read")
}

/// What a task makes, and its last news; of measurements that show parts the first one only. Wall times
/// are left out.
fn news(task: Task, store: &Store) -> Vec<News<Product>> {
    let signal = Signal::default();
    let mut all = Vec::new();
    let measures = matches!(task, Task::Measure(_));
    perform(task, store, &signal, &mut |news| {
        if matches!(news, News::Progress(_)) {
            return;
        }
        all.push(timeless(news));
        if measures {
            signal.cancel().raise();
        }
    });
    // How often a training shows itself is a matter of time.
    if let Some(last) =
        all.iter().rposition(|news| matches!(news, News::Made(Product::Training(_))))
    {
        all.drain(..last);
    }
    all
}

fn timeless(news: News<Product>) -> News<Product> {
    let News::Made(product) = news else { return news };
    News::Made(match product {
        Product::Part(recording) => {
            Product::Part(Arc::new(Recording { elapsed: Duration::ZERO, ..(*recording).clone() }))
        }
        Product::Training(status) => {
            Product::Training(TrainingStatus { elapsed: Duration::ZERO, ..status })
        }
        Product::Answer(Answer::OwnPoint(point)) => {
            let mut point = *point;
            point.elapsed = Duration::ZERO;
            Product::Answer(Answer::OwnPoint(Arc::new(point)))
        }
        Product::Answer(Answer::Sweep(sweep)) => {
            let mut sweep = (*sweep).clone();
            sweep.points.iter_mut().for_each(|point| point.elapsed = Duration::ZERO);
            Product::Answer(Answer::Sweep(Arc::new(sweep)))
        }
        other => other,
    })
}

/// Performs a task and what it reads back as; the news of the first.
fn same_after_reading(task: &Task, store: &Store) -> Vec<News<Product>> {
    let again: Task = read_back(task);
    assert!(again == *task, "{task:?}");
    assert_eq!(written(&again), written(task));
    let found = news(task.clone(), store);
    assert!(!found.is_empty(), "{task:?}");
    for news in &found {
        assert_eq!(written(&read_back(news)), written(news), "{task:?}");
    }
    assert_eq!(written(&news(again, store)), written(&found), "{task:?}");
    found
}

#[test]
fn solves_survive_being_written_down() {
    let store = Store::default();
    for settings in [
        &["field.kind=exact"][..],
        &["sampler.method=rk4", "sampler.steps=9", "sampler.precision=f64"],
        &["diffusion.form=sigma", "sampler.steps=12"],
        &["field.kind=classic", "field.system=decay"],
        // Some stop on the way, and there is no error estimate to log.
        &["field.kind=exact", "sampler.max_attempts=2"],
    ] {
        let task = Task::solve(scene(settings), 7);
        let found = same_after_reading(&task, &store);
        let parts = found.iter().filter(|news| matches!(news, News::Made(Product::Part(_))));
        assert!(parts.count() >= 1 && matches!(found.last(), Some(News::Done)));
    }
    let mut wrong = (*scene(&[])).clone();
    (wrong.sampler.atol, wrong.sampler.rtol) = (0.0, 0.0);
    let refused = Task::solve(Arc::new(wrong), 8);
    assert!(matches!(same_after_reading(&refused, &store)[..], [News::Failed(_)]));
}

/// Hundreds of copies of one log are the largest part of a recording of many steps.
#[test]
fn steps_that_all_particles_share_are_logged_once() {
    for (settings, own) in [
        (&["field.kind=exact"][..], 12),
        (&["field.kind=exact", "sampler.scope=whole-batch"], 0),
        (&["field.kind=exact", "sampler.method=rk4"], 0),
        (&["field.kind=exact", "diffusion.form=sigma"], 0),
    ] {
        let news = news(Task::solve(scene(settings), 7), &Store::default());
        let whole = news.iter().rev().find_map(|news| match news {
            News::Made(Product::Part(recording)) => Some(recording),
            _ => None,
        });
        let whole = whole.expect("it was solved");
        assert_eq!(whole.logs().count(), own, "{settings:?}");
        assert_eq!(whole.shared_log.is_some(), own == 0, "{settings:?}");
    }
}

/// One question of every kind. A new kind does not compile until it is here as well.
fn questions(store: &Store) -> Vec<Question> {
    let exact = scene(&["field.kind=exact", "sampler.rtol=1e-2"]);
    let of_class = scene(&["field.kind=exact", "data.name=two-moons", "guidance.label=1"]);
    let stepped = scene(&["field.kind=exact", "sampler.method=euler", "sampler.steps=2"]);
    let noisy = scene(&["field.kind=exact", "diffusion.form=sigma", "sampler.steps=8"]);
    let learned = scene(&[]);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/models/silu-velocity.safetensors");
    let elsewhere = scene(&[&format!("field.model={file:?}")]);
    let euler = MethodRef::named("euler").expect("in the table");
    let mut recording = None;
    perform(Task::solve(Arc::clone(&exact), 3), store, &Signal::default(), &mut |news| {
        if let News::Made(Product::Part(part)) = news {
            recording = Some(part);
        }
    });
    let recording = recording.expect("it was solved");
    store.keep(Arc::clone(&recording));
    let all = vec![
        AdviseQuestion::new(&exact, Goal::Global(0.5)).question(),
        BudgetQuestion::new(&exact).question(),
        ConventionQuestion::new(&elsewhere).question(),
        ConvergenceQuestion::new(&exact).question(),
        CoverageQuestion::new(&exact).question(),
        ErrorsQuestion::new(&exact).question(),
        FiguresQuestion {
            of: Subject::whole(&exact),
            figures: vec![Figure::read("nfe() / 2").expect("a figure")],
        }
        .question(),
        GuidedQuestion::new(&of_class).question(),
        LikelihoodQuestion::new(&exact).question(),
        MarginalsQuestion::new(&exact).question(),
        ModelErrorQuestion::new(&learned).question(),
        ModelErrorMapQuestion::new(&learned, 0.5).question(),
        OptimiseQuestion::new(&stepped).question(),
        OwnPointQuestion::new(&exact).question(),
        RegionQuestion { method: euler, half: 4 }.question(),
        RoundTripQuestion::new(&exact).question(),
        StabilityQuestion { recording: RecordingRef::new(&recording), particle: 1 }.question(),
        StrongErrorsQuestion::new(&noisy).question(),
        SweepQuestion::new(&exact, vec![euler]).question(),
        TolerancesQuestion::new(&exact).question(),
        TransportQuestion::new(&exact).question(),
    ];
    let number = |question: &Question| match question {
        Question::Advise(_) => 0,
        Question::Budget(_) => 1,
        Question::Convention(_) => 2,
        Question::Convergence(_) => 3,
        Question::Coverage(_) => 4,
        Question::Errors(_) => 5,
        Question::Figures(_) => 6,
        Question::Guided(_) => 7,
        Question::Likelihood(_) => 8,
        Question::Marginals(_) => 9,
        Question::ModelError(_) => 10,
        Question::ModelErrorMap(_) => 11,
        Question::Optimise(_) => 12,
        Question::OwnPoint(_) => 13,
        Question::Region(_) => 14,
        Question::RoundTrip(_) => 15,
        Question::Stability(_) => 16,
        Question::StrongErrors(_) => 17,
        Question::Sweep(_) => 18,
        Question::Tolerances(_) => 19,
        Question::Transport(_) => 20,
    };
    assert!(all.iter().map(number).eq(0..21), "one of each");
    all
}

#[test]
fn measurements_survive_being_written_down() {
    let store = Store::default();
    for question in questions(&store) {
        let found = same_after_reading(&Task::Measure(question.clone()), &store);
        assert!(matches!(found[0], News::Made(Product::Answer(_))), "{question:?}");
    }
    let refused = Task::Measure(BudgetQuestion::new(&scene(&["direction=noise"])).question());
    assert!(matches!(same_after_reading(&refused, &store)[..], [News::Failed(_)]));
}

#[test]
fn a_training_survives_being_written_down() {
    let store = Store::default();
    let small =
        ["training.hidden=16", "training.depth=2", "training.batch=32", "training.steps=20"];
    let spec = TrainingSpec::of_scene(&scene(&small));
    let found = same_after_reading(&Task::Train(Box::new(spec.clone())), &store);
    let [News::Made(Product::Training(status)), News::Done] = &found[..] else {
        panic!("a training and its end")
    };
    assert_eq!((status.steps_done, &status.state), (20, &TrainingState::Finished));
    let network = status.network.expect("it has weights");
    let model = store.networks.model(network).expect("they are kept");
    assert_eq!(model.description.steps, 20);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trained.safetensors");
    let mut shown = Scene::clone(&scene(&small));
    shown.field.model = Some(ModelName::Trained(network));
    let write = Task::WriteModel { scene: Arc::new(shown), path: path.clone() };
    assert!(matches!(same_after_reading(&write, &store)[0], News::Made(Product::Written(_))));
    let found = same_after_reading(&Task::Read(path), &store);
    assert!(matches!(found[0], News::Made(Product::Model { .. })));

    let too_large = TrainingSettings { batch: 0, ..spec.settings.clone() };
    let refused = Task::Train(Box::new(TrainingSpec { settings: too_large, ..spec }));
    let found = same_after_reading(&refused, &store);
    assert!(matches!(found.last(), Some(News::Failed(_))));
}

/// Takes so many turns of a training, then lets it wait; what it can be gone on with.
fn broken_off(spec: &TrainingSpec, turns: u64, store: &Store) -> Arc<SavedTraining> {
    let signal = Signal::default();
    let mut saved = None;
    let mut course = Task::Train(Box::new(spec.clone())).begin();
    let mut tell = |news| {
        if let News::Made(Product::Saved(found)) = news {
            saved = Some(found);
        }
    };
    for _ in 0..turns {
        assert_eq!(course.go_on(store, &signal, &mut tell).expect("a step"), Turn::More);
    }
    signal.say(Word::Pause);
    assert_eq!(course.go_on(store, &signal, &mut tell).expect("it waits"), Turn::Waiting);
    saved.expect("what waits can be gone on with")
}

#[test]
fn a_training_that_was_broken_off_ends_as_if_it_had_not_been() {
    let store = Store::default();
    let small = ["training.hidden=16", "training.depth=2", "training.batch=32"];
    let long = [&small[..], &["training.steps=1200"]].concat();
    let rounds =
        [&small[..], &["training.steps=20", "training.rounds=2", "training.pairs=600"]].concat();
    // In the first round, whose curve has a point for every second step; where the first round of reflow begins, and
    // in the second.
    for (settings, breaks) in [(long, vec![7, 300]), (rounds, vec![20, 25, 3])] {
        let spec = TrainingSpec::of_scene(&scene(&settings));
        let whole = news(Task::Train(Box::new(spec.clone())), &store);
        let [News::Made(Product::Training(whole)), News::Done] = &whole[..] else {
            panic!("a training and its end")
        };
        let mut rest = spec;
        for turns in breaks {
            let saved = broken_off(&rest, turns, &store);
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("a.training");
            let write = Task::WriteTraining { saved: Arc::clone(&saved), path: path.clone() };
            same_after_reading(&write, &store);
            assert!(SavedTraining::load(&path).expect("what was written can be read") == saved);
            rest = TrainingSpec::of_broken_off(saved);
        }
        let ended = same_after_reading(&Task::Train(Box::new(rest)), &store);
        let [News::Made(Product::Training(ended)), News::Done] = &ended[..] else {
            panic!("a training and its end")
        };
        // Weights on the way are not kept over a break.
        let of_both = |status: &TrainingStatus| TrainingStatus {
            elapsed: Duration::ZERO,
            snapshots: Arc::default(),
            ..status.clone()
        };
        assert_eq!(of_both(ended), of_both(whole));
        assert!(ended.network.is_some());
    }
}

#[test]
fn what_is_no_training_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.training");
    for bytes in [
        &b""[..],
        b"driftscope training 1\n",
        b"driftscope training 1\n\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
    ] {
        std::fs::write(&path, bytes).expect("written");
        let why = SavedTraining::load(&path).expect_err("refused");
        assert!(why.contains("a.training is no training"), "{why}");
    }
}

#[test]
fn files_survive_being_written_down() {
    let store = Store::default();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("own.toml");
    let own = scene(&["seed=5"]);
    let write = Task::WriteScene { scene: Arc::clone(&own), path: path.clone() };
    let found = same_after_reading(&write, &store);
    assert!(matches!(&found[0], News::Made(Product::Written(to)) if *to == path));
    let found = same_after_reading(&Task::Read(path), &store);
    assert!(matches!(&found[0], News::Made(Product::Scene(read)) if **read == *own));
    // Of a network that says nothing of itself, what most files mean is supposed.
    let silent = folder.path().join("silent.safetensors");
    let header = r#"{"0.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#;
    let bytes = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 24]].concat();
    std::fs::write(&silent, bytes).expect("written");
    let found = same_after_reading(&Task::Read(silent.clone()), &store);
    let News::Made(Product::Model { path, supposed }) = &found[0] else { panic!("a model") };
    assert_eq!(*path, silent);
    let all: Vec<_> = supposed.all().collect();
    assert_eq!(all, [("interpolant", "linear"), ("prediction", "velocity"), ("time", "t")]);
    for strange in ["own.txt", "absent.toml", "absent.safetensors"] {
        let found = same_after_reading(&Task::Read(folder.path().join(strange)), &store);
        assert!(matches!(found[..], [News::Failed(_)]), "{strange}");
    }
}
