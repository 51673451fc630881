#![no_main]
//! Networks as ONNX. One that is accepted is evaluated.

use driftscope_flow::network::Opened;
use driftscope_flow::network::foreign::Statements;
use driftscope_fuzz::{begin_quietly, file, foreign, is_refusal};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin_quietly(), |bytes: &[u8]| {
    let path = file("model.onnx", bytes);
    match Opened::supposing(&path, &Statements::default()) {
        Ok((Opened::Foreign(model), _)) => foreign(model),
        Ok((Opened::Own(_), _)) => panic!("ONNX is not ours"),
        Err(error) => is_refusal(&error),
    }
});
