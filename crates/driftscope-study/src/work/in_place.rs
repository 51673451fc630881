//! A crew without threads.

use std::collections::{HashMap, VecDeque};

use super::kinds::{Course, Crew, Lane, News, TaskId, Turn, Work, last_news};
use super::signal::{Signal, Word};
use crate::store::Store;

/// Carries work out when it is asked for news: for what runs without a window, and where there are no
/// threads. Whoever asks waits for a turn to end.
pub struct InPlace<W: Work> {
    store: Store,
    under_way: VecDeque<UnderWay<W>>,
    news: VecDeque<(TaskId, News<W::Product>)>,
    signals: HashMap<TaskId, Signal>,
    next: u64,
}

struct UnderWay<W: Work> {
    id: TaskId,
    lane: Lane,
    course: W::Course,
    signal: Signal,
    /// Whether it has heard that it is to wait.
    waiting: bool,
}

impl<W: Work> InPlace<W> {
    /// A crew that finds in `store` what tasks name.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            under_way: VecDeque::new(),
            news: VecDeque::new(),
            signals: HashMap::new(),
            next: 1,
        }
    }

    /// The next task that may go on: the patient ones after all others.
    fn next_task(&mut self) -> Option<UnderWay<W>> {
        let may = |task: &UnderWay<W>| !task.waiting || task.signal.word() != Word::Pause;
        let impatient = |task: &UnderWay<W>| may(task) && task.lane != Lane::PatientLab;
        let place = self.under_way.iter().position(impatient);
        let place = place.or_else(|| self.under_way.iter().position(may))?;
        self.under_way.remove(place)
    }

    /// Does one turn of a task.
    fn go_on(&mut self, mut task: UnderWay<W>) {
        let (id, news) = (task.id, &mut self.news);
        let turn =
            task.course.go_on(&self.store, &task.signal, &mut |made| news.push_back((id, made)));
        let end = match turn {
            // The others have their turns first.
            Ok(turn @ (Turn::More | Turn::Waiting)) => {
                task.waiting = turn == Turn::Waiting;
                return self.under_way.push_back(task);
            }
            Ok(Turn::Done) => Ok(()),
            Err(unfinished) => Err(unfinished),
        };
        self.signals.remove(&id);
        self.news.extend(last_news(end).map(|last| (id, last)));
    }
}

impl<W: Work> Crew<W> for InPlace<W> {
    fn start(&mut self, task: W) -> TaskId {
        let id = TaskId(self.next);
        self.next += 1;
        let signal = Signal::default();
        self.signals.insert(id, signal.clone());
        let lane = task.lane();
        let course = task.begin();
        self.under_way.push_back(UnderWay { id, lane, course, signal, waiting: false });
        id
    }

    fn poll(&mut self) -> Option<(TaskId, News<W::Product>)> {
        while self.news.is_empty() {
            let task = self.next_task()?;
            self.go_on(task);
        }
        self.news.pop_front()
    }

    fn tell(&mut self, task: TaskId, word: Word) {
        if let Some(signal) = self.signals.get(&task) {
            signal.say(word);
        }
    }

    fn withdraw(&mut self, task: TaskId) {
        if let Some(signal) = self.signals.remove(&task) {
            signal.cancel().raise();
        }
        self.under_way.retain(|under_way| under_way.id != task);
        self.news.retain(|(id, _)| *id != task);
    }
}
