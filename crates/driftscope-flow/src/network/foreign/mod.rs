//! Networks that this program did not train: files of others, and what their outputs mean.
//!
//! A file gives a [`ForeignNetwork`], a function of points and times; a [`Convention`] says what goes in
//! and what comes out. Nothing in a file is ever executed but the arithmetic it describes, and everything
//! in it is checked before room is made for it.

mod chain;
mod chain_file;
mod convention;
mod function;
mod level;
mod model;
mod numbers;
mod onnx;
mod onnx_check;
mod onnx_inputs;
mod onnx_sizes;
mod onnx_wire;
mod outline;
mod refusal;
mod stated_words;
mod statements;
mod workers;

pub use chain::TimeFeatures;
pub use convention::{Convention, ForeignOutput, Noising, TimeInput, Towards};
pub use function::ForeignNetwork;
pub use level::Level;
pub use model::ForeignModel;
pub use onnx_inputs::{Element, Input, Roles, TimeShape};
pub use outline::{ChainOutline, OnnxOutline, Outline};
pub use refusal::Refusal;
pub use stated_words::stated_words;
pub use statements::{KEYS, Statements};

#[cfg(test)]
mod tests;
