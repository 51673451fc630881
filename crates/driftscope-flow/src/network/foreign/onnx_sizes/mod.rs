//! How many numbers a network makes on its way, told before it runs.
//!
//! Shapes are followed through the operators as far as they are known, for batches of a given size; where a
//! shape is not, there is still a bound on how many numbers it stands for. What is never less than the truth
//! stays below a limit, so that no file, however small, fills the memory.

mod known;
mod operator;
mod shapes;

use std::collections::HashMap;

use rten_onnx::onnx::GraphProto;

pub use known::integers;

use known::Known;
use operator::Operator;

/// The most numbers that all operators together make of one batch: 1 GiB in single precision.
pub const MOST_NUMBERS: u64 = 1 << 28;

/// Checks that the operators of a graph whose inputs have these shapes make at most [`MOST_NUMBERS`].
///
/// # Errors
/// Which operator makes too many, or cannot be said to make few.
pub fn check(graph: &GraphProto, inputs: &[(&str, Vec<u64>)]) -> Result<(), String> {
    let mut known: HashMap<&str, Known> = HashMap::new();
    for tensor in &graph.initializer {
        known.insert(tensor.name.as_deref().unwrap_or_default(), Known::of(tensor));
    }
    for (name, shape) in inputs {
        known.insert(name, Known::shaped(shape.clone()));
    }
    let mut total = 0_u64;
    for node in &graph.node {
        let name = node.op_type.as_deref().unwrap_or_default();
        let inputs = node.input.iter().map(|input| known.get(input.as_str()).cloned()).collect();
        let outputs = Operator { node, name, inputs }.outputs()?;
        for (output, value) in node.output.iter().zip(outputs) {
            total = total.saturating_add(value.most);
            if total > MOST_NUMBERS {
                return Err(format!(
                    "with operator {name} it makes more than {MOST_NUMBERS} numbers at once, the most that it may"
                ));
            }
            known.insert(output, value);
        }
    }
    Ok(())
}
