//! Work that is done away from the window, as values.
//!
//! [`Work`] is a plain value that says what is to be done, its [`News`] are plain values that say what came
//! of it; both can be written down and read elsewhere. A [`Crew`] carries work out: [`ThreadCrew`] on
//! threads, where values pass as they are, [`RemoteCrew`] at [`Outpost`]s that share no memory with it, where
//! values travel as bytes, [`InPlace`] when it is asked for news. A [`Dispatcher`] hands
//! each asker its own news, and a [`Wish`] is the asker: what was asked last, how that stands, and the
//! newest answer.

mod dispatcher;
mod in_place;
mod kinds;
mod outpost;
mod parcel;
mod remote_crew;
mod signal;
mod thread_crew;
mod wish;

pub use dispatcher::{Dispatcher, Ticket};
pub use in_place::InPlace;
pub use kinds::{Course, Crew, Lane, News, TaskId, Tell, Turn, Unfinished, Work, perform};
pub use outpost::Outpost;
pub use remote_crew::{Arrived, Port, RemoteCrew};
pub use signal::{Signal, Word};
pub use thread_crew::ThreadCrew;
pub use wish::{Ask, Standing, Wish};

#[cfg(test)]
mod tests;
