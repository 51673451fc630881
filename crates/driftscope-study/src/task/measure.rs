//! Asking the laboratory.

use std::sync::{Mutex, PoisonError};

use super::product::Product;
use crate::lab::{Answer, LabError, Question, Report};
use crate::store::Store;
use crate::work::{News, Signal, Tell, Unfinished};

impl From<LabError> for Unfinished {
    fn from(error: LabError) -> Self {
        match error {
            LabError::Cancelled => Self::Withdrawn,
            LabError::Refused(reason) => Self::Failed(reason),
        }
    }
}

pub(super) fn answer(
    question: &Question,
    store: &Store,
    signal: &Signal,
    tell: &mut Tell<'_, Product>,
) -> Result<(), Unfinished> {
    // Several threads of one measurement may have something to say.
    let tell = Mutex::new(tell);
    let report = |part: Option<Answer>, share: f64| {
        let mut tell = tell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(part) = part {
            tell(News::Made(Product::Answer(part)));
        }
        tell(News::Progress(share));
    };
    let answer = question.answer(store, &Report::new(signal.cancel(), &report))?;
    report(Some(answer), 1.0);
    Ok(())
}
