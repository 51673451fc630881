//! What a view wants to know, and the newest answer.

use std::sync::Arc;

use super::dispatcher::{Dispatcher, Ticket};
use super::kinds::{News, Work};

/// A question whose answer has a type of its own. Questions are equal when their answers would be.
pub trait Ask: Clone + PartialEq {
    /// What carries it.
    type Work: Work;
    /// What it comes to.
    type Answer;

    /// The work that answers it.
    fn task(&self) -> Self::Work;

    /// The answer in what that work has made; none if it is that of another question.
    fn answer(made: <Self::Work as Work>::Product) -> Option<Arc<Self::Answer>>;
}

/// How a wish stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// So much of the answer is made, 0 to 1.
    Working(f64),
    /// It is there.
    Done,
    /// Stopped by the person.
    Stopped,
    /// There is none; why.
    Failed(String),
}

/// One question at a time: a newer one takes the place of the older, whose answer stays until the new one
/// comes.
pub struct Wish<Q: Ask> {
    asked: Option<Q>,
    /// What is asked as soon as the present question is answered.
    next: Option<Q>,
    /// Dropped as soon as the work has ended or is not wanted any more.
    ticket: Option<Ticket>,
    standing: Standing,
    answer: Option<(Q, Arc<Q::Answer>)>,
    /// How many answers there have been.
    edition: u64,
}

impl<Q: Ask> Default for Wish<Q> {
    fn default() -> Self {
        Self {
            asked: None,
            next: None,
            ticket: None,
            standing: Standing::Working(0.0),
            answer: None,
            edition: 0,
        }
    }
}

impl<Q: Ask> Wish<Q> {
    /// Asks, unless that is what was asked last; an older question that is not answered is withdrawn.
    pub fn ask(&mut self, of: &Dispatcher<Q::Work>, question: Q) {
        self.take_news(of);
        self.next = None;
        if self.asked.as_ref() != Some(&question) {
            self.start(of, question);
        }
    }

    /// The same, but lets the question under way be answered first: for what changes all the time. Of
    /// those that wait meanwhile the newest is asked next.
    pub fn ask_when_free(&mut self, of: &Dispatcher<Q::Work>, question: Q) {
        self.take_news(of);
        let same = self.asked.as_ref() == Some(&question);
        if self.ticket.is_some() {
            self.next = Some(question).filter(|_| !same);
        } else if !same {
            self.start(of, question);
        }
    }

    fn start(&mut self, of: &Dispatcher<Q::Work>, question: Q) {
        // First the older one ends, so that threads are free.
        self.ticket = None;
        self.ticket = Some(of.start(question.task()));
        self.asked = Some(question);
        self.standing = Standing::Working(0.0);
    }

    /// Takes in what has come. What waits is asked as soon as its turn has come.
    pub fn take_news(&mut self, of: &Dispatcher<Q::Work>) {
        while let Some(news) = self.ticket.as_ref().and_then(|ticket| of.news(ticket)) {
            match news {
                News::Progress(share) => self.standing = Standing::Working(share),
                News::Made(made) => {
                    if let (Some(asked), Some(answer)) = (&self.asked, Q::answer(made)) {
                        self.answer = Some((asked.clone(), answer));
                        self.edition += 1;
                    }
                }
                News::Failed(reason) => self.end(Standing::Failed(reason)),
                News::Done => self.end(Standing::Done),
            }
        }
        if self.ticket.is_none()
            && let Some(next) = self.next.take()
        {
            self.start(of, next);
        }
    }

    fn end(&mut self, standing: Standing) {
        self.ticket = None;
        self.standing = standing;
    }

    /// The newest answer, whole or in part; an older question's until the present one has any.
    #[must_use]
    pub fn latest(&self) -> Option<&Arc<Q::Answer>> {
        self.answer.as_ref().map(|(_, answer)| answer)
    }

    /// The same with its question.
    #[must_use]
    pub fn answered(&self) -> Option<&(Q, Arc<Q::Answer>)> {
        self.answer.as_ref()
    }

    /// How many answers there have been, whole or in part: what is made of the newest knows by it whether it
    /// is that of the newest. They come in with every question, not only with [`Self::take_news`].
    #[must_use]
    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// How the present question stands.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Whether an answer is being made or waits to be.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.ticket.is_some() || self.next.is_some()
    }

    /// Stops the work; what is there stays.
    pub fn stop(&mut self) {
        self.next = None;
        self.end(Standing::Stopped);
    }

    /// Asks once more what is asked next, were it the same.
    pub fn again(&mut self) {
        self.rest();
        self.asked = None;
        self.standing = Standing::Working(0.0);
    }

    /// Withdraws a question that is not answered; it starts anew when it is asked again.
    pub fn rest(&mut self) {
        self.next = None;
        if self.ticket.take().is_some() {
            self.asked = None;
            self.standing = Standing::Working(0.0);
        }
    }
}
