//! A crew whose members share no memory with it, such as a browser's workers.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::kinds::{Crew, Lane, News, TaskId, Work};
use super::outpost::{Order, Told};
use super::parcel::{Partner, Side};
use super::signal::Word;
use crate::clock::Instant;
use crate::recording::{Recording, is_worth_a_picture};
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

/// Carries work out at outposts, each of which has one task at a time, or a share of one: work that can be
/// shared goes to all outposts that are free.
///
/// A task that is withdrawn ends with its outpost, in whose place a new one is opened: what is carried out in
/// one turn hears nothing meanwhile. Only where turns are short the outpost is told, and stays if it hears that
/// soon. Of those of the laboratory's lanes, half of the outposts carry out some at most, so that a solve finds
/// one that is free; a training has one of its own.
pub struct RemoteCrew<W: Work> {
    store: Store,
    open: Box<dyn FnMut() -> Box<dyn Port>>,
    members: Vec<Member>,
    waiting: VecDeque<Waiting<W>>,
    shared: HashMap<TaskId, Shared<W>>,
    news: VecDeque<(TaskId, News<W::Product>)>,
    next: u64,
    /// Outposts beside those of trainings.
    count: usize,
    /// Outposts that ended by themselves since one was heard of.
    broken: usize,
}

/// So many outposts may end one after the other before no more are opened.
const MOST_BROKEN: usize = 8;
/// An outpost that has not heard of a withdrawal for so long is replaced, if it is needed.
const PATIENCE: Duration = Duration::from_millis(100);

/// An outpost as the crew knows it.
struct Member {
    port: Box<dyn Port>,
    partner: Partner,
    state: State,
}

/// What an outpost is at.
enum State {
    Free,
    Busy(Busy),
    /// It was told of a withdrawal then, and has not heard it yet.
    Leaving(Instant),
}

/// What an outpost is at.
struct Busy {
    id: TaskId,
    lane: Lane,
    /// Which share of the task, if it is shared.
    share: usize,
    is_brief: bool,
    /// Its recording so far.
    part: Option<Arc<Recording>>,
}

/// A task that several outposts carry out.
struct Shared<W> {
    task: W,
    /// Of each share, what is there.
    parts: Vec<Option<Arc<Recording>>>,
    /// Shares that are not done.
    left: usize,
    /// What there is of all.
    whole: Option<Arc<Recording>>,
}

/// A task that no outpost has taken on yet.
struct Waiting<W> {
    id: TaskId,
    task: W,
    word: Word,
}

impl Member {
    fn new(port: Box<dyn Port>) -> Self {
        Self { port, partner: Partner::new(Side::Crew), state: State::Free }
    }

    fn post<W: Work>(&mut self, store: &Store, order: &Order<W>) {
        self.port.post(self.partner.pack(store, order));
    }

    fn is_free(&self) -> bool {
        matches!(self.state, State::Free)
    }

    /// What it is at.
    fn busy(&self) -> Option<&Busy> {
        match &self.state {
            State::Busy(busy) => Some(busy),
            _ => None,
        }
    }

    /// What it is at, if that is the task.
    fn at(&mut self, task: TaskId) -> Option<&mut Busy> {
        match &mut self.state {
            State::Busy(busy) if busy.id == task => Some(busy),
            _ => None,
        }
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
        Self {
            store,
            members: (0..count).map(|_| Member::new(open())).collect(),
            open: Box::new(open),
            waiting: VecDeque::new(),
            shared: HashMap::new(),
            news: VecDeque::new(),
            next: 1,
            count,
            broken: 0,
        }
    }

    /// Gives tasks that wait to outposts that do not.
    fn assign(&mut self) {
        let is_training = |waiting: &Waiting<W>| waiting.task.lane() == Lane::Training;
        while let Some(place) = self.waiting.iter().position(is_training) {
            self.members.push(Member::new((self.open)()));
            let last = self.members.len() - 1;
            self.give(place, &[last]);
        }
        loop {
            let is_lab = |lane| matches!(lane, Lane::Lab | Lane::PatientLab);
            let busy = self.members.iter().filter_map(Member::busy);
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
            let mut free = self.free();
            if free.is_empty() {
                self.replace_a_slow_one();
                free = self.free();
            }
            if free.is_empty() {
                return;
            }
            self.give(place, &free);
        }
    }

    /// The outposts that wait for work.
    fn free(&self) -> Vec<usize> {
        let free = self.members.iter().enumerate().filter(|(_, member)| member.is_free());
        free.map(|(place, _)| place).collect()
    }

    /// Ends an outpost that does not hear that its task was withdrawn.
    fn replace_a_slow_one(&mut self) {
        let is_slow = |member: &Member| match member.state {
            State::Leaving(since) => since.elapsed() >= PATIENCE,
            State::Free | State::Busy(_) => false,
        };
        if let Some(slow) = self.members.iter().position(is_slow) {
            self.members[slow] = Member::new((self.open)());
        }
    }

    /// Gives a task that waits to one or more of the outposts that do not.
    fn give(&mut self, place: usize, free: &[usize]) {
        let Some(Waiting { id, task, word }) = self.waiting.remove(place) else { return };
        let shares = task.shares(free.len());
        if shares.is_empty() {
            self.begin(free[0], id, task, 0);
            if word != Word::Resume {
                self.tell(id, word);
            }
            return;
        }
        let (parts, left) = (vec![None; shares.len()], shares.len());
        self.shared.insert(id, Shared { task, parts, left, whole: None });
        for (share, (task, free)) in shares.into_iter().zip(free).enumerate() {
            self.begin(*free, id, task, share);
        }
    }

    /// Lets an outpost that waits begin.
    fn begin(&mut self, free: usize, id: TaskId, task: W, share: usize) {
        let (lane, is_brief) = (task.lane(), task.is_brief());
        self.members[free].post(&self.store, &Order::Start(id, task));
        self.members[free].state = State::Busy(Busy { id, lane, share, is_brief, part: None });
    }

    /// Closes the outposts that trainings have left.
    fn dismiss(&mut self) {
        let mut spare = self.members.len().saturating_sub(self.count);
        self.members.retain(|member| {
            let goes = spare > 0 && member.is_free();
            spare -= usize::from(goes);
            !goes
        });
    }

    /// Takes in what has come from outposts.
    fn listen(&mut self) {
        for place in 0..self.members.len() {
            while let Some(arrived) = self.members[place].port.take() {
                let member = &mut self.members[place];
                let told = match arrived {
                    Arrived::Parcel(parcel) => {
                        self.broken = 0;
                        member.partner.unpack::<Told<W::Product>>(&self.store, &parcel)
                    }
                    Arrived::Broken(why) => Err(why),
                };
                match told {
                    Ok(Told::Free) => {
                        if let State::Leaving(_) = member.state {
                            member.state = State::Free;
                        }
                    }
                    Ok(Told::News(id, news)) => {
                        let Some(busy) = member.at(id) else { continue };
                        let share = busy.share;
                        let news = completed::<W>(news, &mut busy.part);
                        if matches!(news, News::Done | News::Failed(_)) {
                            member.state = State::Free;
                        }
                        self.pass_on(id, share, news);
                    }
                    Err(why) => self.replace_a_broken_one(place, &why),
                }
            }
        }
        self.dismiss();
        self.assign();
    }

    /// Puts another in the place of an outpost that has ended by itself.
    fn replace_a_broken_one(&mut self, place: usize, why: &str) {
        self.broken += 1;
        let port =
            if self.broken < MOST_BROKEN { (self.open)() } else { Box::new(Closed::default()) };
        let ended = std::mem::replace(&mut self.members[place], Member::new(port));
        if let State::Busy(Busy { id, .. }) = ended.state {
            let why = format!("What worked on it has ended unexpectedly: {why}.");
            self.fail(id, why);
        }
    }

    /// Lets a task end, with all shares of it.
    fn fail(&mut self, id: TaskId, why: String) {
        self.leave(id);
        self.news.push_back((id, News::Failed(why)));
    }

    /// Takes news of a task, or of a share of one, to who asked for it.
    fn pass_on(&mut self, id: TaskId, share: usize, mut news: News<W::Product>) {
        let Some(shared) = self.shared.get_mut(&id) else {
            self.news.push_back((id, news));
            return;
        };
        match &mut news {
            News::Failed(why) => {
                let why = std::mem::take(why);
                return self.fail(id, why);
            }
            News::Done => {
                shared.left -= 1;
                if shared.left > 0 {
                    return;
                }
                let Some(Shared { task, whole, .. }) = self.shared.remove(&id) else { return };
                if let Some(task) = whole.and_then(|whole| task.after_shares(&whole)) {
                    self.waiting.push_front(Waiting { id, task, word: Word::Resume });
                    return;
                }
            }
            News::Made(made) => {
                if let Some(part) = W::recording(made) {
                    shared.parts[share] = Some(Arc::clone(part));
                    let Some(whole) = Recording::joined(&shared.parts) else { return };
                    let shown = shared.whole.as_ref().map_or(0, |whole| whole.count());
                    if !whole.complete && !is_worth_a_picture(whole.count(), shown) {
                        return;
                    }
                    *part = Arc::new(whole);
                    shared.whole = Some(Arc::clone(part));
                }
            }
            News::Progress(_) => return,
        }
        self.news.push_back((id, news));
    }

    /// Lets the outposts that are at a task be free for another.
    fn leave(&mut self, task: TaskId) {
        self.shared.remove(&task);
        for member in &mut self.members {
            match member.at(task) {
                Some(busy) if busy.is_brief => {
                    member.post(&self.store, &Order::<W>::Withdraw(task));
                    member.state = State::Leaving(Instant::now());
                }
                Some(_) => *member = Member::new((self.open)()),
                None => {}
            }
        }
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
        for member in &mut self.members {
            if member.at(task).is_some() {
                member.post(&self.store, &Order::<W>::Tell(task, word));
            }
        }
    }

    fn withdraw(&mut self, task: TaskId) {
        self.waiting.retain(|waiting| waiting.id != task);
        self.news.retain(|(id, _)| *id != task);
        self.leave(task);
        self.dismiss();
        self.assign();
    }
}
