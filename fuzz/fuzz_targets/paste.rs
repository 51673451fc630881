#![no_main]
//! Pasted text that is no link: a list of times, or points.

use driftscope_fuzz::begin;
use driftscope_study::scene::{TimeList, data_from_paste};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |text: &str| {
    if let Some(list) = TimeList::rather_than_points(text) {
        assert!(list.0.len() > 1);
    }
    match data_from_paste(text) {
        Ok(own) => {
            let set = &own.content().0;
            assert!(!set.points.is_empty() && set.points.iter().flatten().all(|x| x.is_finite()));
            assert!(set.labels.is_empty() || set.labels.len() == set.points.len());
        }
        Err(message) => assert!(!message.is_empty() && message.len() < 400, "{message}"),
    }
});
