#![no_main]
//! Networks as safetensors: ours and others'. One that is accepted is evaluated, and one of ours written again.

use driftscope_flow::network::Opened;
use driftscope_flow::network::foreign::Statements;
use driftscope_fuzz::{begin, file, foreign, is_refusal, own};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |bytes: &[u8]| {
    let path = file("model.safetensors", bytes);
    match Opened::supposing(&path, &Statements::default()) {
        Ok((Opened::Own(model), _)) => own(&model),
        Ok((Opened::Foreign(model), _)) => foreign(model),
        Err(error) => is_refusal(&error),
    }
});
