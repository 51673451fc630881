//! Futures that never wait.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The value of a future that is there at once, as wgpu's are outside of browsers; none if it waits.
pub fn ready<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
