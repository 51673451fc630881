//! Work that a view needs done, away from the interface's thread: one piece at a time, the newest
//! wish next.

use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use eframe::egui::Context;

type Work<T> = Box<dyn FnOnce() -> T + Send>;

/// What was made last, what is being made, and what should be made next.
pub struct Desk<K, T> {
    made: Option<(K, T)>,
    under_way: Option<(K, Receiver<T>)>,
    next: Option<(K, Work<T>)>,
}

impl<K, T> Default for Desk<K, T> {
    fn default() -> Self {
        Self { made: None, under_way: None, next: None }
    }
}

impl<K: Clone + PartialEq, T: Send + 'static> Desk<K, T> {
    /// Wishes for what belongs to `key`, made by `work` unless it is there or under way. Work that
    /// waits makes way for it; work under way is not disturbed.
    pub fn ask<W: FnOnce() -> T + Send + 'static>(
        &mut self,
        ctx: &Context,
        key: &K,
        work: impl FnOnce() -> W,
    ) {
        let wanted = |other: &K| other == key;
        let running = self.under_way.as_ref().is_some_and(|(running, _)| wanted(running));
        let made = self.made.as_ref().is_some_and(|(made, _)| wanted(made));
        if running || (made && self.under_way.is_none()) {
            self.next = None;
        } else if !self.next.as_ref().is_some_and(|(next, _)| wanted(next)) {
            self.next = Some((key.clone(), Box::new(work())));
        }
        self.start(ctx);
    }

    /// Takes in what has been made; true if there is something new.
    pub fn poll(&mut self, ctx: &Context) -> bool {
        let Some((key, inbox)) = &self.under_way else { return false };
        let news = match inbox.try_recv() {
            Ok(made) => {
                self.made = Some((key.clone(), made));
                true
            }
            Err(TryRecvError::Empty) => return false,
            Err(TryRecvError::Disconnected) => false,
        };
        self.under_way = None;
        self.start(ctx);
        news
    }

    /// Whether anything is being made or waits to be.
    pub fn busy(&self) -> bool {
        self.under_way.is_some() || self.next.is_some()
    }

    /// What was made last, and what it belongs to.
    pub fn made(&self) -> Option<&(K, T)> {
        self.made.as_ref()
    }

    /// What was made last.
    pub fn get(&self) -> Option<&T> {
        self.made.as_ref().map(|(_, made)| made)
    }

    fn start(&mut self, ctx: &Context) {
        if self.under_way.is_some() {
            return;
        }
        let Some((key, work)) = self.next.take() else { return };
        let (sender, inbox) = sync_channel(1);
        let ctx = ctx.clone();
        let thread = std::thread::Builder::new().name("driftscope-desk".into());
        let spawned = thread.spawn(move || {
            // Nobody waits for it any more if the view is gone.
            if sender.send(work()).is_ok() {
                ctx.request_repaint();
            }
        });
        match spawned {
            Ok(_) => self.under_way = Some((key, inbox)),
            Err(error) => log::error!("no thread for a view's work: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn the_newest_wish_is_made_next_and_nothing_twice() {
        let ctx = Context::default();
        let mut desk = Desk::<u32, u32>::default();
        let wait = |desk: &mut Desk<u32, u32>, wanted| {
            let began = Instant::now();
            while desk.get() != Some(&wanted) {
                assert!(began.elapsed() < Duration::from_secs(20));
                desk.poll(&ctx);
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        let slow = |value| {
            move || {
                std::thread::sleep(Duration::from_millis(20));
                value
            }
        };
        desk.ask(&ctx, &1, || slow(10));
        // 2 never starts: 3 is wished for while 1 is under way.
        desk.ask(&ctx, &2, || || -> u32 { panic!("nobody waits for this") });
        desk.ask(&ctx, &3, || slow(30));
        wait(&mut desk, 10);
        wait(&mut desk, 30);
        desk.ask(&ctx, &3, || || -> u32 { panic!("it is there") });
        assert!(!desk.poll(&ctx));
    }
}
