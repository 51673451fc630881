//! What is done to a document, headless: actions as values, history, and what is looked at.

mod action;
mod change;
mod editor;

pub use action::{Action, Mode};
pub use change::Change;
pub use editor::{ActionError, Document, Editor};
