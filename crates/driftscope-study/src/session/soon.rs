//! What has to be looked at again, and when.

use std::time::Duration;

use crate::clock::Instant;

/// The moment of an update, and how soon the next one is due.
#[derive(Debug)]
pub struct Soon {
    /// The moment.
    pub now: Instant,
    /// How long nobody needs to look again, if anybody does before there is news.
    pub next: Option<Duration>,
}

impl Soon {
    /// An update at this moment.
    #[must_use]
    pub fn at(now: Instant) -> Self {
        Self { now, next: None }
    }

    /// Looks again after `rest` at the latest.
    pub fn after(&mut self, rest: Duration) {
        self.next = Some(self.next.map_or(rest, |next| next.min(rest)));
    }

    /// Whether less than `rest` has passed since `since`; then it is looked at again when it has.
    pub fn waits(&mut self, since: Instant, rest: Duration) -> bool {
        let left = rest.checked_sub(self.now.saturating_duration_since(since));
        let left = left.filter(|left| !left.is_zero());
        if let Some(left) = left {
            self.after(left);
        }
        left.is_some()
    }
}
