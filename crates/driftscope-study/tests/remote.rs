//! A crew whose outposts share no memory with it: the same comes of the same task as where values pass as they
//! are.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope_study::lab::StabilityQuestion;
use driftscope_study::measure::DataDistance;
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
    /// Raised by a test where it is in a turn that does not end.
    hangs: Rc<Cell<bool>>,
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
        if self.arrived.is_empty() && !self.hangs.get() {
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
    hangs: Rc<Cell<bool>>,
}

impl Outposts {
    fn crew(&self, store: Store, count: usize) -> RemoteCrew<Task> {
        let these = self.clone();
        RemoteCrew::new(store, count, move || {
            these.opened.set(these.opened.get() + 1);
            let [breaks, hangs] = [&these.breaks, &these.hangs].map(Rc::clone);
            let (bytes, arrived) = (Rc::clone(&these.bytes), VecDeque::new());
            Box::new(Here { outpost: Rc::default(), arrived, bytes, breaks, hangs })
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

/// How far it ended from the data.
fn distance_of(news: &[News<Product>]) -> DataDistance {
    let mut distances = news.iter().filter_map(|news| match news {
        News::Made(Product::Measured { distance, .. }) => Some(*distance),
        _ => None,
    });
    distances.next_back().expect("it was measured")
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
        scene(&["sampler.scope=whole-batch"]),
        // Points that a scene names by their identity.
        Arc::new(own),
    ];
    let outposts = Outposts::default();
    let store = Store::default();
    let there = Dispatcher::new(outposts.crew(store.clone(), 2));
    let here = Dispatcher::new(InPlace::new(store.clone()));
    for scene in scenes {
        let solve = || Task::solve(Arc::clone(&scene), fresh_id());
        let (remote, local) = (there.start(solve()), here.start(solve()));
        let (remote, local) = (news_of(&there, &remote), news_of(&here, &local));
        let distances = [&remote, &local].map(|news| distance_of(news));
        let [remote, local] = [&remote, &local].map(|news| recording_of(news));
        let same = Recording { id: local.id, ..timeless(&remote) };
        let mut expected = (*local).clone();
        if let Some(log) = expected.shared_log.as_mut().filter(|_| !scene.is_sde()) {
            // Sums over all particles, which are made in another order.
            let found = same.shared_log.clone().expect("there is one");
            assert_eq!(found.len(), log.len());
            for (found, step) in found.iter().zip(log.iter()) {
                let off = found.error_ratio / step.error_ratio - 1.0;
                assert!(off.abs() < 1e-12, "{found:?} {step:?}");
                let bits = [found, step].map(|step| (step.t.to_bits(), step.h.to_bits(), step.nfe));
                assert_eq!(bits[0], bits[1]);
            }
            *log = found;
        }
        assert_eq!(written(&same), written(&expected));
        assert_eq!(distances[0], distances[1]);
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
    let solve = work.start(Task::solve(scene, fresh_id()));
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
        let solve = Task::solve(Arc::new(learned.clone()), fresh_id());
        let solve = work.start(solve);
        assert!(recording_of(&news_of(&work, &solve)).complete);
    }
}

#[test]
fn a_solve_is_shared_among_those_that_are_free() {
    let outposts = Outposts::default();
    let work = Dispatcher::new(outposts.crew(Store::default(), 3));
    let here = Dispatcher::new(InPlace::new(Store::default()));
    for count in [1, 60, 1_300, 9_000] {
        let scene = scene(&[&format!("particles.count={count}"), "sampler.rtol=1e-3"]);
        let solve = || Task::solve(Arc::clone(&scene), fresh_id());
        let (remote, local) = (work.start(solve()), here.start(solve()));
        let (remote, local) = (news_of(&work, &remote), news_of(&here, &local));
        let counts: Vec<usize> = remote
            .iter()
            .filter_map(|news| match news {
                News::Made(Product::Part(part)) => Some(part.count()),
                _ => None,
            })
            .collect();
        assert!(counts.is_sorted() && counts.last() == Some(&count), "{counts:?}");
        assert!(counts[0] <= 512.max(count / 4), "{counts:?}");
        let [remote, local] = [&remote, &local].map(|news| recording_of(news));
        let same = Recording { id: local.id, ..timeless(&remote) };
        assert_eq!(written(&same), written(&local));
    }
}

#[test]
fn one_that_ends_is_replaced() {
    let outposts = Outposts::default();
    let work = Dispatcher::new(outposts.crew(Store::default(), 2));
    let solve = || work.start(Task::solve(scene(&[]), fresh_id()));
    assert!(recording_of(&news_of(&work, &solve())).complete);
    let third = solve();
    outposts.breaks.set(true);
    let news = news_of(&work, &third);
    let Some(News::Failed(why)) = news.last() else { panic!("{}", news.len()) };
    assert!(why.contains("ended unexpectedly: it was let end"), "{why}");
    let fourth = solve();
    assert!(recording_of(&news_of(&work, &fourth)).complete);
    assert_eq!(outposts.opened.get(), 3);
}

#[test]
fn one_whose_task_is_withdrawn_stays_if_it_hears_that_soon() {
    let outposts = Outposts::default();
    let work = Dispatcher::new(outposts.crew(Store::default(), 1));
    let solve = |settings: &[&str]| work.start(Task::solve(scene(settings), fresh_id()));
    for _ in 0..20 {
        drop(solve(&[]));
    }
    assert!(recording_of(&news_of(&work, &solve(&[]))).complete);
    assert_eq!(outposts.opened.get(), 1);
    // All in one turn: there is nothing to wait for.
    let (first, second) = (solve(&["sampler.scope=whole-batch"]), solve(&[]));
    drop(first);
    assert!(recording_of(&news_of(&work, &second)).complete);
    assert_eq!(outposts.opened.get(), 2);
    // A turn that does not end.
    let (first, second) = (solve(&[]), solve(&[]));
    outposts.hangs.set(true);
    drop(first);
    let began = Instant::now();
    while outposts.opened.get() == 2 {
        assert!(work.news(&second).is_none() && began.elapsed() < Duration::from_secs(20));
    }
    assert!(began.elapsed() >= Duration::from_millis(100));
    outposts.hangs.set(false);
    assert!(recording_of(&news_of(&work, &second)).complete);
    assert_eq!(outposts.opened.get(), 3);
}
