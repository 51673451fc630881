//! Crews and wishes, with work that is quick to look through.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::*;
use crate::store::Store;

/// Work for these tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Toy {
    /// Makes 0, 1, … below this, one a turn; can wait.
    Count(u32),
    /// Ends when it is withdrawn, in the laboratory.
    Forever,
    /// The same as a solve, counted among [`LOOPS`] at this place.
    ForeverAside(usize),
    /// Makes a number in the laboratory; a patient one where it is odd.
    Number(u32),
    /// Cannot be done.
    Refuse,
    /// Breaks off.
    Panic,
}

/// Loops of [`Toy::ForeverAside`] that are under way, of each test that has some.
static LOOPS: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

/// Waits until so many loops are under way.
fn wait_for_loops(of: usize, wanted: usize) {
    let began = Instant::now();
    while LOOPS[of].load(Ordering::SeqCst) != wanted {
        assert!(began.elapsed() < Duration::from_secs(30), "waited in vain");
        std::thread::sleep(Duration::from_millis(1));
    }
}

struct ToyCourse {
    toy: Toy,
    made: u32,
}

impl Work for Toy {
    type Product = u32;
    type Course = ToyCourse;

    fn lane(&self) -> Lane {
        match self {
            Self::Count(_) | Self::Panic => Lane::Own,
            Self::ForeverAside(_) => Lane::Solver,
            Self::Number(n) if n % 2 == 1 => Lane::PatientLab,
            _ => Lane::Lab,
        }
    }

    fn begin(self) -> ToyCourse {
        ToyCourse { toy: self, made: 0 }
    }
}

impl Course<u32> for ToyCourse {
    fn go_on(
        &mut self,
        _store: &Store,
        signal: &Signal,
        tell: &mut Tell<'_, u32>,
    ) -> Result<Turn, Unfinished> {
        match self.toy {
            Toy::Count(most) => {
                match signal.word() {
                    Word::Pause => return Ok(Turn::Waiting),
                    Word::Stop => return Ok(Turn::Done),
                    Word::Resume => {}
                }
                if self.made == most {
                    return Ok(Turn::Done);
                }
                tell(News::Made(self.made));
                self.made += 1;
                std::thread::sleep(Duration::from_micros(100));
                return Ok(Turn::More);
            }
            Toy::Forever => loop {
                signal.cancel().check()?;
            },
            Toy::ForeverAside(of) => {
                LOOPS[of].fetch_add(1, Ordering::SeqCst);
                while signal.cancel().check().is_ok() {
                    std::thread::yield_now();
                }
                LOOPS[of].fetch_sub(1, Ordering::SeqCst);
                signal.cancel().check()?;
            }
            Toy::Number(n) => {
                tell(News::Progress(0.5));
                tell(News::Made(n));
            }
            Toy::Refuse => return Err(Unfinished::Failed("not on a Tuesday".into())),
            Toy::Panic => panic!("as it was asked to"),
        }
        Ok(Turn::Done)
    }
}

impl Ask for Toy {
    type Work = Self;
    type Answer = u32;

    fn task(&self) -> Self {
        self.clone()
    }

    fn answer(made: u32) -> Option<Arc<u32>> {
        Some(Arc::new(made))
    }
}

fn threads() -> ThreadCrew<Toy> {
    ThreadCrew::new(Store::default(), || {})
}

/// Polls until `done` says so of all news so far.
fn news_until<W: Work>(
    crew: &mut dyn Crew<W>,
    done: impl Fn(&[(TaskId, News<W::Product>)]) -> bool,
) -> Vec<(TaskId, News<W::Product>)> {
    let began = Instant::now();
    let mut all = Vec::new();
    while !done(&all) {
        assert!(began.elapsed() < Duration::from_secs(30), "waited in vain");
        match crew.poll() {
            Some(news) => all.push(news),
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    all
}

fn ended(all: &[(TaskId, News<u32>)], count: usize) -> bool {
    let last = all.iter().filter(|(_, news)| matches!(news, News::Done | News::Failed(_)));
    last.count() == count
}

#[test]
fn measurements_run_in_order_patient_ones_last_and_withdrawn_ones_not_at_all() {
    let mut crew = threads();
    let forever = crew.start(Toy::Forever);
    let dropped = crew.start(Toy::Number(2));
    let patient = crew.start(Toy::Number(3));
    let quick = crew.start(Toy::Number(4));
    std::thread::sleep(Duration::from_millis(20));
    assert!(crew.poll().is_none(), "one after the other");
    crew.withdraw(dropped);
    crew.withdraw(forever);
    let all = news_until(&mut crew, |all| ended(all, 2));
    let one = |id, n| [(id, News::Progress(0.5)), (id, News::Made(n)), (id, News::Done)];
    assert_eq!(all, [one(quick, 4), one(patient, 3)].concat());
}

#[test]
fn the_same_work_has_the_same_news_on_threads_in_place_and_here() {
    let tasks = [Toy::Number(6), Toy::Refuse, Toy::Count(20)];
    let (mut threads, mut in_place) = (threads(), InPlace::new(Store::default()));
    for task in tasks {
        let id = threads.start(task.clone());
        let found = news_until(&mut threads, |all| ended(all, 1));
        let other = in_place.start(task.clone());
        let wanted = news_until(&mut in_place, |all| ended(all, 1));
        let mut here = Vec::new();
        perform(task, &Store::default(), &Signal::default(), &mut |news| here.push(news));
        assert!(found.iter().all(|news| news.0 == id) && wanted.iter().all(|n| n.0 == other));
        let plain = |all: Vec<(TaskId, News<u32>)>| -> Vec<News<u32>> {
            all.into_iter().map(|(_, news)| news).collect()
        };
        let (found, wanted) = (plain(found), plain(wanted));
        assert_eq!(found, wanted);
        assert_eq!(found, here);
    }
}

#[test]
fn work_waits_when_it_is_told_to_and_stops_with_what_there_is() {
    for crew in [&mut threads() as &mut dyn Crew<Toy>, &mut InPlace::new(Store::default())] {
        let id = crew.start(Toy::Count(u32::MAX));
        news_until(crew, |all| all.len() >= 3);
        crew.tell(id, Word::Pause);
        std::thread::sleep(Duration::from_millis(50));
        while crew.poll().is_some() {}
        std::thread::sleep(Duration::from_millis(20));
        assert!(crew.poll().is_none(), "it waits");
        crew.tell(id, Word::Resume);
        news_until(crew, |all| all.len() >= 3);
        crew.tell(id, Word::Stop);
        news_until(crew, |all| all.last().is_some_and(|last| last.1 == News::Done));
        assert!(crew.poll().is_none());
    }
}

#[test]
fn what_breaks_off_is_told_and_the_others_go_on() {
    let mut crew = threads();
    crew.start(Toy::Panic);
    let all = news_until(&mut crew, |all| ended(all, 1));
    assert!(matches!(&all[0].1, News::Failed(reason) if reason.contains("broke off")));
    crew.start(Toy::Number(8));
    news_until(&mut crew, |all| ended(all, 1));
}

#[test]
fn news_wake_and_a_dropped_crew_ends_all_it_does() {
    let woken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&woken);
    let wake = move || {
        count.fetch_add(1, Ordering::SeqCst);
    };
    let mut crew = ThreadCrew::<Toy>::new(Store::default(), wake);
    crew.start(Toy::Number(2));
    news_until(&mut crew, |all| ended(all, 1));
    assert!(woken.load(Ordering::SeqCst) >= 2);
    crew.start(Toy::ForeverAside(0));
    wait_for_loops(0, 1);
    let began = Instant::now();
    drop(crew);
    assert!(began.elapsed() < Duration::from_millis(500), "the window does not wait");
    wait_for_loops(0, 0);
}

#[test]
fn solves_beyond_the_threads_they_may_have_wait_and_go_unless_they_are_withdrawn() {
    let mut crew = threads();
    let solves: Vec<TaskId> = (0..50).map(|_| crew.start(Toy::ForeverAside(1))).collect();
    wait_for_loops(1, 16);
    // Those that wait go without a thread.
    for &solve in &solves[16..49] {
        crew.withdraw(solve);
    }
    for &solve in &solves[..16] {
        crew.withdraw(solve);
    }
    wait_for_loops(1, 1);
    crew.withdraw(solves[49]);
    wait_for_loops(1, 0);
    crew.start(Toy::ForeverAside(1));
    wait_for_loops(1, 1);
}

/// Takes in news until the wish is answered or has failed.
fn settle(wish: &mut Wish<Toy>, of: &Dispatcher<Toy>) {
    let began = Instant::now();
    while wish.is_busy() {
        assert!(began.elapsed() < Duration::from_secs(30), "waited in vain");
        wish.take_news(of);
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_newest_question_wins_and_the_old_answer_stays_until_then() {
    let of = Dispatcher::new(threads());
    let mut wish = Wish::default();
    let latest = |wish: &Wish<Toy>| wish.latest().map(|answer| **answer);
    wish.ask(&of, Toy::Number(2));
    settle(&mut wish, &of);
    assert_eq!((wish.standing(), latest(&wish)), (&Standing::Done, Some(2)));
    // The same question is not asked again.
    wish.ask(&of, Toy::Number(2));
    assert!(!wish.is_busy());
    wish.ask(&of, Toy::Forever);
    assert_eq!((wish.standing(), latest(&wish)), (&Standing::Working(0.0), Some(2)));
    wish.ask(&of, Toy::Number(4));
    settle(&mut wish, &of);
    assert_eq!(latest(&wish), Some(4));
    wish.ask(&of, Toy::Forever);
    wish.stop();
    assert!(of.is_idle());
    wish.ask(&of, Toy::Forever);
    assert_eq!((wish.standing(), latest(&wish)), (&Standing::Stopped, Some(4)));
    wish.again();
    wish.ask(&of, Toy::Forever);
    assert_eq!(wish.standing(), &Standing::Working(0.0));
    wish.rest();
    assert!(of.is_idle() && !wish.is_busy());
    wish.ask(&of, Toy::Forever);
    assert!(wish.is_busy(), "it starts anew");
    wish.ask(&of, Toy::Refuse);
    settle(&mut wish, &of);
    assert_eq!(wish.standing(), &Standing::Failed("not on a Tuesday".into()));
    assert_eq!(latest(&wish), Some(4));
}

#[test]
fn what_changes_all_the_time_is_answered_first_and_nothing_twice() {
    let of = Dispatcher::new(threads());
    let mut wish = Wish::default();
    // Some 0.2 s.
    wish.ask_when_free(&of, Toy::Count(2_000));
    // 4 never starts: 6 is wished for while the first is under way.
    wish.ask_when_free(&of, Toy::Number(4));
    wish.ask_when_free(&of, Toy::Number(6));
    let mut answers = Vec::new();
    let began = Instant::now();
    while wish.is_busy() {
        assert!(began.elapsed() < Duration::from_secs(30), "waited in vain");
        let before = wish.edition();
        wish.take_news(&of);
        if wish.edition() > before {
            answers.extend(wish.answered().cloned());
        }
    }
    let of_count = |answer: &&(Toy, Arc<u32>)| answer.0 == Toy::Count(2_000);
    let last_of_first = answers.iter().rfind(of_count).expect("it was answered");
    assert_eq!(*last_of_first.1, 1_999);
    assert!(answers.iter().all(|(question, _)| *question != Toy::Number(4)));
    assert_eq!(answers.last(), Some(&(Toy::Number(6), Arc::new(6))));
    wish.ask_when_free(&of, Toy::Number(6));
    assert!(!wish.is_busy(), "it is there");
}

#[test]
fn an_answer_that_comes_in_with_a_question_is_a_new_edition() {
    let of = Dispatcher::new(InPlace::<Toy>::new(Store::default()));
    let mut wish = Wish::default();
    wish.ask_when_free(&of, Toy::Number(2));
    assert_eq!((wish.edition(), wish.latest()), (0, None));
    // Asked once more before anybody has taken the news: the answer comes in here.
    wish.ask_when_free(&of, Toy::Number(2));
    assert_eq!((wish.edition(), wish.latest()), (1, Some(&Arc::new(2))));
    wish.take_news(&of);
    assert_eq!(wish.edition(), 1, "nothing new");
    wish.ask_when_free(&of, Toy::Number(4));
    wish.ask(&of, Toy::Number(4));
    assert_eq!((wish.edition(), wish.latest()), (2, Some(&Arc::new(4))));
}

#[test]
fn work_that_nobody_waits_for_is_withdrawn() {
    let of = Dispatcher::new(threads());
    let ticket = of.start(Toy::Forever);
    assert!(!of.is_idle());
    drop(ticket);
    assert!(of.is_idle());
    // The queue is free again.
    let mut wish = Wish::default();
    wish.ask(&of, Toy::Number(2));
    settle(&mut wish, &of);
    assert_eq!(wish.standing(), &Standing::Done);
}
