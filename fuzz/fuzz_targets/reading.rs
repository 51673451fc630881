#![no_main]
//! The TOML file beside a network of others, which says how it is read.

use driftscope_flow::network::ForeignModel;
use driftscope_flow::network::foreign::Statements;
use driftscope_fuzz::{begin, foreign, is_refusal};
use libfuzzer_sys::fuzz_target;

const NETWORK: &[u8] = include_bytes!("../corpus/safetensors/others.safetensors");

fuzz_target!(init: begin(), |text: &str| {
    let mut stated = Statements::default();
    loop {
        match ForeignModel::from_safetensors(NETWORK, (Some(text), &stated), "others") {
            Ok(model) => return foreign(model),
            Err(refusal) => {
                is_refusal(&refusal);
                let Some(key) = refusal.lacks() else { return };
                stated.suppose(key);
            }
        }
    }
});
