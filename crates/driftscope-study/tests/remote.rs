//! A crew whose outposts share no memory with it: the same comes of the same task as where values pass as they
//! are.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use driftscope_study::lab::StabilityQuestion;
use driftscope_study::scene::{Data, FieldKind, ModelName, Scene, data_from_paste};
use driftscope_study::work::{
    Arrived, Ask, Dispatcher, InPlace, News, Outpost, Port, RemoteCrew, Ticket, Word,
};
use driftscope_study::{Product, Recording, RecordingRef, Store, Task, TrainingSpec, fresh_id};

/// An outpost in this process, that does a turn whenever it is asked for what has come.
struct Here {
    outpost: Rc<RefCell<Outpost<Task>>>,
    arrived: VecDeque<Arrived>,
    /// Bytes that went either way.
    bytes: Rc<Cell<usize>>,
    /// Raised by a test that lets it end.
    breaks: Rc<Cell<bool>>,
}

impl Port for Here {
    fn post(&mut self, parcel: Vec<u8>) {
        self.bytes.set(self.bytes.get() + parcel.len());
        self.outpost.borrow_mut().hear(&parcel).expect("a parcel is whole");
    }

    fn take(&mut self) -> Option<Arrived> {
        if self.breaks.take() {
            return Some(Arrived::Broken("it was let end".to_owned()));
        }
        if self.arrived.is_empty() {
            let mut parcels = Vec::new();
            self.outpost.borrow_mut().go_on(&mut |parcel| parcels.push(parcel));
            self.bytes.set(self.bytes.get() + parcels.iter().map(Vec::len).sum::<usize>());
            self.arrived.extend(parcels.into_iter().map(Arrived::Parcel));
        }
        self.arrived.pop_front()
    }
}

/// Outposts as a test sees them.
#[derive(Clone, Default)]
struct Outposts {
    opened: Rc<Cell<usize>>,
    bytes: Rc<Cell<usize>>,
    breaks: Rc<Cell<bool>>,
}

impl Outposts {
    fn crew(&self, store: Store, count: usize) -> RemoteCrew<Task> {
        let these = self.clone();
        RemoteCrew::new(store, count, move || {
            these.opened.set(these.opened.get() + 1);
            let (bytes, breaks) = (Rc::clone(&these.bytes), Rc::clone(&these.breaks));
            Box::new(Here { outpost: Rc::default(), arrived: VecDeque::new(), bytes, breaks })
        })
    }
}

fn scene(settings: &[&str]) -> Arc<Scene> {
    let common = ["particles.count=200", "field.kind=exact"];
    let all = common.iter().chain(settings).map(|&setting| setting.to_owned()).collect::<Vec<_>>();
    Arc::new(Scene::with_settings(None, &all).expect("a scene"))
}

/// All that comes of a task.
fn news_of(work: &Dispatcher<Task>, task: &Ticket) -> Vec<News<Product>> {
    let mut all = Vec::new();
    loop {
        let Some(news) = work.news(task) else { continue };
        let last = matches!(news, News::Done | News::Failed(_));
        all.push(news);
        if last {
            return all;
        }
    }
}

fn recording_of(news: &[News<Product>]) -> Arc<Recording> {
    let mut parts = news.iter().filter_map(|news| match news {
        News::Made(Product::Part(part)) => Some(part),
        _ => None,
    });
    Arc::clone(parts.next_back().expect("it was solved"))
}

/// What was recorded, without how long it took.
fn timeless(recording: &Recording) -> Recording {
    Recording { elapsed: Duration::ZERO, ..recording.clone() }
}

fn written(recording: &Recording) -> Vec<u8> {
    serde_json::to_vec(&timeless(recording)).expect("it can be written")
}

#[test]
fn solves_measurements_and_trainings_are_the_same() {
    let heart = (0..900).map(|i| format!("{},{}\n", f64::from(i % 30), f64::from(i / 30)));
    let points = data_from_paste(&format!("x,y\n{}", heart.collect::<String>())).expect("points");
    let own =
        Scene { data: Data { points: Some(points), ..Data::default() }, ..(*scene(&[])).clone() };
    let scenes = [
        scene(&[]),
        scene(&["field.kind=learned", "sampler.method=rk4", "sampler.steps=9"]),
        scene(&["diffusion.form=sigma", "sampler.steps=12"]),
        // Points that a scene names by their identity.
        Arc::new(own),
    ];
    let outposts = Outposts::default();
    let store = Store::default();
    let there = Dispatcher::new(outposts.crew(store.clone(), 2));
    let here = Dispatcher::new(InPlace::new(store.clone()));
    for scene in scenes {
        let solve = || Task::Solve { scene: Arc::clone(&scene), id: fresh_id() };
        let (remote, local) = (there.start(solve()), here.start(solve()));
        let (remote, local) = (news_of(&there, &remote), news_of(&here, &local));
        let [remote, local] = [&remote, &local].map(|news| recording_of(news));
        let same = Recording { id: local.id, ..timeless(&remote) };
        assert_eq!(written(&same), written(&local));
        // A question that names the recording finds it there, wherever it was solved.
        if !scene.is_adaptive() || scene.data.points.is_some() {
            continue;
        }
        for recording in [&remote, &local] {
            let question =
                StabilityQuestion { recording: RecordingRef::new(recording), particle: 3 };
            let asked = there.start(question.task());
            let answered = news_of(&there, &asked);
            assert!(matches!(answered.last(), Some(News::Done)), "{:?}", scene.sampler);
        }
    }
    assert_eq!(outposts.opened.get(), 2, "none was lost");
}

#[test]
fn a_recording_in_parts_travels_once() {
    let outposts = Outposts::default();
    let work = Dispatcher::new(outposts.crew(Store::default(), 1));
    let scene = scene(&["particles.count=2000"]);
    let solve = work.start(Task::Solve { scene, id: fresh_id() });
    let news = news_of(&work, &solve);
    let parts: Vec<usize> = news
        .iter()
        .filter_map(|news| match news {
            News::Made(Product::Part(part)) => Some(part.blocks.len()),
            _ => None,
        })
        .collect();
    assert!(parts.len() > 2 && parts.is_sorted(), "{parts:?}");
    let recording = recording_of(&news);
    assert!(recording.complete && recording.count() == 2000);
    let mut whole = Vec::new();
    ciborium::into_writer(&*recording, &mut whole).expect("written");
    let travelled = outposts.bytes.get();
    assert!(travelled < whole.len() * 5 / 4, "{travelled} bytes for {}", whole.len());
}

#[test]
fn a_training_pauses_goes_on_and_its_networks_come_back_and_can_be_solved_with() {
    let outposts = Outposts::default();
    let store = Store::default();
    let work = Dispatcher::new(outposts.crew(store.clone(), 2));
    let settings =
        ["training.steps=400", "training.batch=32", "training.hidden=8", "training.depth=1"];
    let scene = scene(&settings);
    let training = work.start(Task::Train(Box::new(TrainingSpec::of_scene(&scene))));
    let status = |news: &News<Product>| match news {
        News::Made(Product::Training(status)) => Some(status.clone()),
        _ => None,
    };
    let mut paused = None;
    work.tell(&training, Word::Pause);
    for _ in 0..50 {
        paused = work.news(&training).as_ref().and_then(status).or(paused);
    }
    assert!(paused.is_some_and(|status| status.steps_done < 400), "it waits");
    work.tell(&training, Word::Resume);
    let news = news_of(&work, &training);
    let ended = news.iter().filter_map(status).next_back().expect("it was trained");
    assert_eq!(ended.steps_done, 400);
    let network = ended.network.expect("there is one");
    assert!(store.networks.model(network).is_some(), "it came along");
    let mut learned = (*scene).clone();
    learned.field.kind = FieldKind::Learned;
    learned.field.model = Some(ModelName::Trained(network));
    for _ in 0..3 {
        let solve = Task::Solve { scene: Arc::new(learned.clone()), id: fresh_id() };
        let solve = work.start(solve);
        assert!(recording_of(&news_of(&work, &solve)).complete);
    }
}

#[test]
fn one_that_is_withdrawn_or_ends_is_replaced() {
    let outposts = Outposts::default();
    let work = Dispatcher::new(outposts.crew(Store::default(), 1));
    let solve = || work.start(Task::Solve { scene: scene(&[]), id: fresh_id() });
    let (first, second) = (solve(), solve());
    drop(first);
    assert!(recording_of(&news_of(&work, &second)).complete);
    assert_eq!(outposts.opened.get(), 2);
    let third = solve();
    outposts.breaks.set(true);
    let news = news_of(&work, &third);
    let Some(News::Failed(why)) = news.last() else { panic!("{}", news.len()) };
    assert!(why.contains("ended unexpectedly: it was let end"), "{why}");
    let fourth = solve();
    assert!(recording_of(&news_of(&work, &fourth)).complete);
    assert_eq!(outposts.opened.get(), 3);
}
