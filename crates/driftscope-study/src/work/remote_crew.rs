//! A crew whose members share no memory with it, such as a browser's workers.

use std::collections::VecDeque;
use std::sync::Arc;

use super::kinds::{Crew, Lane, News, TaskId, Work};
use super::outpost::Order;
use super::parcel::{Partner, Side};
use super::signal::Word;
use crate::recording::Recording;
use crate::store::Store;

/// The way to an [`Outpost`](super::Outpost). Dropping it ends what is carried out there at once.
pub trait Port {
    /// Sends a parcel there.
    fn post(&mut self, parcel: Vec<u8>);

    /// The next thing that came from there.
    fn take(&mut self) -> Option<Arrived>;
}

/// What comes from an outpost.
pub enum Arrived {
    /// A parcel.
    Parcel(Vec<u8>),
    /// It has ended by itself; why, in words.
    Broken(String),
}

/// Carries work out at outposts, each of which has one task at a time.
///
/// A task that is withdrawn ends with its outpost, in whose place a new one is opened: what is carried out in
/// one turn hears nothing meanwhile. Of those of the laboratory's lanes, half of the outposts carry out some at
/// most, so that a solve finds one that is free; a training has one of its own.
pub struct RemoteCrew<W: Work> {
    store: Store,
    open: Box<dyn FnMut() -> Box<dyn Port>>,
    members: Vec<Member>,
    waiting: VecDeque<Waiting<W>>,
    news: VecDeque<(TaskId, News<W::Product>)>,
    next: u64,
    /// Outposts beside those of trainings.
    count: usize,
    /// Outposts that ended by themselves since one was heard of.
    broken: usize,
}

/// So many outposts may end one after the other before no more are opened.
const MOST_BROKEN: usize = 8;

/// An outpost as the crew knows it.
struct Member {
    port: Box<dyn Port>,
    partner: Partner,
    busy: Option<Busy>,
}

/// What an outpost is at.
struct Busy {
    id: TaskId,
    lane: Lane,
    /// Its recording so far.
    part: Option<Arc<Recording>>,
}

/// A task that no outpost has taken on yet.
struct Waiting<W> {
    id: TaskId,
    task: W,
    word: Word,
}

impl Member {
    fn new(port: Box<dyn Port>) -> Self {
        Self { port, partner: Partner::new(Side::Crew), busy: None }
    }
}

impl<W: Work> RemoteCrew<W> {
    /// A crew of so many outposts, at least one, which `open` opens: now, and again in place of one that
    /// has ended. Networks and files of `store` are there as well when a task is.
    #[must_use]
    pub fn new(
        store: Store,
        count: usize,
        mut open: impl FnMut() -> Box<dyn Port> + 'static,
    ) -> Self {
        let count = count.max(1);
        let members = (0..count).map(|_| Member::new(open())).collect();
        let (waiting, news) = (VecDeque::new(), VecDeque::new());
        Self { store, open: Box::new(open), members, waiting, news, next: 1, count, broken: 0 }
    }

    /// Gives tasks that wait to outposts that do not.
    fn assign(&mut self) {
        let is_training = |waiting: &Waiting<W>| waiting.task.lane() == Lane::Training;
        while let Some(place) = self.waiting.iter().position(is_training) {
            self.members.push(Member::new((self.open)()));
            self.give(place, self.members.len() - 1);
        }
        while let Some(free) = self.members.iter().position(|member| member.busy.is_none()) {
            let is_lab = |lane| matches!(lane, Lane::Lab | Lane::PatientLab);
            let busy = self.members.iter().filter_map(|member| member.busy.as_ref());
            let measuring = busy.filter(|busy| is_lab(busy.lane)).count();
            let may_measure = measuring < self.members.len().div_ceil(2);
            let rank = |lane| match lane {
                Lane::Own | Lane::Training => 0,
                Lane::Solver => 1,
                Lane::Lab => 2,
                Lane::PatientLab => 3,
            };
            let lanes = self.waiting.iter().map(|waiting| waiting.task.lane());
            let may = lanes.enumerate().filter(|(_, lane)| may_measure || !is_lab(*lane));
            let Some((place, _)) = may.min_by_key(|(place, lane)| (rank(*lane), *place)) else {
                return;
            };
            self.give(place, free);
        }
    }

    /// Gives a task that waits to an outpost that does not.
    fn give(&mut self, place: usize, free: usize) {
        let Some(Waiting { id, task, word }) = self.waiting.remove(place) else { return };
        let (member, lane) = (&mut self.members[free], task.lane());
        member.port.post(member.partner.pack(&self.store, &Order::Start(id, task)));
        if word != Word::Resume {
            let told = Order::<W>::Tell(id, word);
            member.port.post(member.partner.pack(&self.store, &told));
        }
        member.busy = Some(Busy { id, lane, part: None });
    }

    /// Closes the outposts that trainings have left.
    fn dismiss(&mut self) {
        let mut spare = self.members.len().saturating_sub(self.count);
        self.members.retain(|member| {
            let goes = spare > 0 && member.busy.is_none();
            spare -= usize::from(goes);
            !goes
        });
    }

    /// Takes in what has come from outposts.
    fn listen(&mut self) {
        for member in &mut self.members {
            while let Some(arrived) = member.port.take() {
                let told = match arrived {
                    Arrived::Parcel(parcel) => {
                        self.broken = 0;
                        member.partner.unpack(&self.store, &parcel)
                    }
                    Arrived::Broken(why) => Err(why),
                };
                match told {
                    Ok((id, news)) => {
                        let Some(busy) = member.busy.as_mut().filter(|busy| busy.id == id) else {
                            continue;
                        };
                        self.news.push_back((id, completed::<W>(news, &mut busy.part)));
                        if let Some((_, News::Done | News::Failed(_))) = self.news.back() {
                            member.busy = None;
                        }
                    }
                    Err(why) => {
                        if let Some(busy) = member.busy.take() {
                            let why = format!("What worked on it has ended unexpectedly: {why}.");
                            self.news.push_back((busy.id, News::Failed(why)));
                        }
                        self.broken += 1;
                        *member = Member::new(if self.broken < MOST_BROKEN {
                            (self.open)()
                        } else {
                            Box::new(Closed::default())
                        });
                    }
                }
            }
        }
        self.dismiss();
        self.assign();
    }
}

/// Where no outpost can be opened: whatever is sent there has broken off.
#[derive(Default)]
struct Closed {
    asked: bool,
}

impl Port for Closed {
    fn post(&mut self, _: Vec<u8>) {
        self.asked = true;
    }

    fn take(&mut self) -> Option<Arrived> {
        let why = "none of those that were started goes on".to_owned();
        std::mem::take(&mut self.asked).then_some(Arrived::Broken(why))
    }
}

/// News with all blocks of the recording that it brings, of which those that came before do not come again.
fn completed<W: Work>(
    mut news: News<W::Product>,
    before: &mut Option<Arc<Recording>>,
) -> News<W::Product> {
    if let News::Made(made) = &mut news
        && let Some(part) = W::recording(made)
    {
        let mut whole = (**part).clone();
        if let Some(before) = before {
            whole.blocks.splice(..0, before.blocks.iter().cloned());
        }
        *part = whole.into();
        *before = Some(Arc::clone(part));
    }
    news
}

impl<W: Work> Crew<W> for RemoteCrew<W> {
    fn start(&mut self, task: W) -> TaskId {
        let id = TaskId(self.next);
        self.next += 1;
        self.waiting.push_back(Waiting { id, task, word: Word::Resume });
        self.assign();
        id
    }

    fn poll(&mut self) -> Option<(TaskId, News<W::Product>)> {
        if self.news.is_empty() {
            self.listen();
        }
        self.news.pop_front()
    }

    fn tell(&mut self, task: TaskId, word: Word) {
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.id == task) {
            waiting.word = word;
        }
        let at_it = |member: &&mut Member| member.busy.as_ref().is_some_and(|busy| busy.id == task);
        if let Some(member) = self.members.iter_mut().find(at_it) {
            let told = Order::<W>::Tell(task, word);
            member.port.post(member.partner.pack(&self.store, &told));
        }
    }

    fn withdraw(&mut self, task: TaskId) {
        self.waiting.retain(|waiting| waiting.id != task);
        self.news.retain(|(id, _)| *id != task);
        for member in &mut self.members {
            if member.busy.as_ref().is_some_and(|busy| busy.id == task) {
                *member = Member::new((self.open)());
            }
        }
        self.dismiss();
        self.assign();
    }
}
