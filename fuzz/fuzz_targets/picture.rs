#![no_main]
//! Pictures as data: PNG, JPEG, WebP. The points of one that is accepted are finite.

use std::path::Path;

use driftscope_fuzz::begin;
use driftscope_study::own::Content;
use driftscope_study::scene::PointList;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(init: begin(), |bytes: &[u8]| -> Corpus {
    let picture = [&b"\x89PNG"[..], b"\xff\xd8\xff", b"RIFF"].iter().any(|start| bytes.starts_with(start));
    if !picture {
        return Corpus::Reject;
    }
    match PointList::from_file(bytes, Path::new("picture.dat")) {
        Ok(list) => assert!(list.0.points.iter().flatten().all(|x| x.abs() <= 2.0 + 1e-9)),
        Err(message) => assert!(!message.is_empty() && !message.contains('\n'), "{message}"),
    }
    Corpus::Keep
});
