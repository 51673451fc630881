//! Chains of linear layers in safetensors files, with `PyTorch`'s names.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::chain::{Chain, Layer, TimeFeatures};
use super::numbers::Stored;
use super::outline::ChainOutline;
use super::refusal::Refusal;
use super::statements::Statements;
use crate::network::activation::Activation;
use crate::network::checkpoint::check_length;
use crate::network::words::Word;
use crate::network::{DIMENSIONS, time_features};

/// The most layers of a chain, and the most inputs or outputs of one.
const MOST_LAYERS: usize = 64;
const MOST_UNITS: usize = 8192;

/// What the first layer takes of the time.
#[derive(Clone, Copy)]
pub(super) enum Features {
    None,
    SinCos,
    CosSin,
}

pub(super) const FEATURES: [Word<Features>; 3] = [
    Word::new("none", "None", "The time itself.", Features::None),
    Word::new(
        "sin-cos",
        "sin, cos",
        "sin(ω·time) for every frequency ω, then the cosines.",
        Features::SinCos,
    ),
    Word::new(
        "cos-sin",
        "cos, sin",
        "cos(ω·time) for every frequency ω, then the sines.",
        Features::CosSin,
    ),
];
pub(super) const ORDERS: [Word<bool>; 2] = [
    Word::new("x-t", "x, t", "First the point, then the time.", false),
    Word::new("t-x", "t, x", "First the time, then the point.", true),
];

/// What the file states.
pub fn statements(bytes: &[u8], beside: Option<&str>, origin: &str) -> Result<Statements, Refusal> {
    check_length(bytes, origin).map_err(|error| {
        let text = error.to_string();
        Refusal::new(origin, text.strip_prefix(&format!("{origin}: ")).unwrap_or(&text))
    })?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| corrupt(&error, origin))?;
    Statements::new(header.metadata().clone().unwrap_or_default(), beside, origin)
}

fn corrupt(error: &safetensors::SafeTensorError, origin: &str) -> Refusal {
    Refusal::new(origin, format!("not a valid safetensors file: {error}"))
}

/// Reads the chain.
pub fn read(
    bytes: &[u8],
    statements: &Statements,
    origin: &str,
) -> Result<(Chain, ChainOutline), Refusal> {
    let refuse = |reason: String| Refusal::new(origin, reason);
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| corrupt(&error, origin))?;
    let (names, layers) = layers(&tensors).map_err(refuse)?;
    let activation = if layers.len() == 1 {
        // Nothing stands between.
        Activation::Relu
    } else {
        statements.needed("activation", &Activation::ALL, origin)?
    };
    let inputs = layers[0].inputs;
    let of_time = inputs.saturating_sub(DIMENSIONS);
    if of_time == 0 {
        return Err(refuse(format!(
            "its first layer takes {inputs} numbers; x, y and at least one of the time are needed"
        )));
    }
    let features = match statements.choice("time_features", &FEATURES, origin)? {
        Some(features) => features,
        None if of_time == 1 => Features::None,
        None => statements.needed("time_features", &FEATURES, origin)?,
    };
    let stated = statements.numbers("time_frequencies", origin)?;
    let frequencies = || {
        if of_time % 2 != 0 {
            return Err(refuse(format!(
                "its first layer takes {inputs} numbers; with sines and cosines of the time, 2 and an even number are needed"
            )));
        }
        let frequencies = stated.clone().unwrap_or_else(|| time_features::frequencies(of_time));
        if 2 * frequencies.len() == of_time {
            Ok(frequencies)
        } else {
            Err(refuse(format!(
                "time_frequencies has {} numbers, but the first layer takes {} sines and cosines",
                frequencies.len(),
                of_time
            )))
        }
    };
    let features = match features {
        Features::None if of_time == 1 => TimeFeatures::None,
        Features::None => {
            return Err(refuse(format!(
                "time_features = \"none\", but its first layer takes {inputs} numbers where x, y and the time are 3"
            )));
        }
        Features::SinCos => TimeFeatures::SinCos(frequencies()?),
        Features::CosSin => TimeFeatures::CosSin(frequencies()?),
    };
    let time_first = statements.choice("input_order", &ORDERS, origin)?.unwrap_or(false);
    let outline = ChainOutline {
        layers: names,
        brain: tensors.iter().any(|(_, view)| view.dtype() == Dtype::BF16),
        activation,
        features: features.clone(),
        time_first,
    };
    Ok((Chain::new(features, time_first, activation, layers), outline))
}

/// The layers in the order of the numbers in their names, and what the names of their tensors begin with.
fn layers(tensors: &SafeTensors) -> Result<(Vec<String>, Vec<Layer<f64>>), String> {
    const HINT: &str = "export other networks as ONNX";
    let mut found: BTreeMap<&str, [Option<TensorView>; 2]> = BTreeMap::new();
    for (name, view) in tensors.iter() {
        let (layer, place) = match name.rsplit_once('.').unwrap_or(("", name)) {
            (layer, "weight") => (layer, 0),
            (layer, "bias") => (layer, 1),
            _ => {
                return Err(format!(
                    "tensor {name} is neither the weight nor the bias of a linear layer; {HINT}"
                ));
            }
        };
        found.entry(layer).or_default()[place] = Some(view);
    }
    let mut names: Vec<&str> = found.keys().copied().collect();
    names.sort_by(|a, b| by_numbers(a, b));
    if names.is_empty() {
        return Err("it holds no tensors".to_owned());
    }
    if names.len() > MOST_LAYERS {
        return Err(format!("it has {} layers; at most {MOST_LAYERS} are read", names.len()));
    }
    let mut layers: Vec<Layer<f64>> = Vec::new();
    for name in &names {
        let [weight, bias] = &found[name];
        let Some(weight) = weight else {
            return Err(format!("layer {name} has a bias and no weight"));
        };
        let &[outputs, inputs] = weight.shape() else {
            return Err(format!(
                "{name}.weight has the shape {:?}; a linear layer has [outputs, inputs]; {HINT}",
                weight.shape()
            ));
        };
        if !(1..=MOST_UNITS).contains(&outputs) || !(1..=MOST_UNITS).contains(&inputs) {
            return Err(format!(
                "{name}.weight has the shape [{outputs}, {inputs}]; each is to be from 1 to {MOST_UNITS}"
            ));
        }
        if let Some(before) = layers.last()
            && before.outputs != inputs
        {
            return Err(format!(
                "layer {name} takes {inputs} numbers, but the one before it gives {}: that is no chain of linear layers; {HINT}",
                before.outputs
            ));
        }
        let bias = match bias {
            None => vec![0.0; outputs],
            Some(bias) if bias.shape() == [outputs] => numbers(bias, name, "bias")?,
            Some(bias) => {
                return Err(format!(
                    "{name}.bias has the shape {:?}, but the layer gives {outputs} numbers",
                    bias.shape()
                ));
            }
        };
        let weight = numbers(weight, name, "weight")?;
        layers.push(Layer { outputs, inputs, weight, bias });
    }
    let outputs = layers.last().map_or(0, |layer| layer.outputs);
    if outputs != DIMENSIONS {
        return Err(format!("its last layer gives {outputs} numbers; 2 are needed"));
    }
    let begin = |name: &&str| if name.is_empty() { String::new() } else { format!("{name}.") };
    Ok((names.iter().map(begin).collect(), layers))
}

fn numbers(view: &TensorView, layer: &str, part: &str) -> Result<Vec<f64>, String> {
    let stored = match view.dtype() {
        Dtype::F16 => Stored::Half,
        Dtype::BF16 => Stored::Brain,
        Dtype::F32 => Stored::Single,
        Dtype::F64 => Stored::Double,
        other => {
            return Err(format!(
                "{layer}.{part} holds {other:?}; F16, BF16, F32 and F64 can be read"
            ));
        }
    };
    let numbers = stored.decode(view.data());
    match numbers.iter().position(|number| !(*number as f32).is_finite()) {
        None => Ok(numbers),
        Some(index) => Err(format!(
            "{layer}.{part}: element {index} is {}, but only finite numbers are allowed",
            numbers[index]
        )),
    }
}

/// Names in the order of the numbers in them: `net.2` before `net.10`.
fn by_numbers(a: &str, b: &str) -> Ordering {
    fn key(name: &str) -> Vec<(String, u64)> {
        let mut parts = Vec::new();
        let mut rest = name;
        while !rest.is_empty() {
            let words = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(words);
            let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let (number, after) = after.split_at(digits);
            parts.push((word.to_owned(), number.parse().unwrap_or(u64::MAX)));
            rest = after;
        }
        parts
    }
    key(a).cmp(&key(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_of_their_numbers() {
        let mut names = ["net.10", "net.2", "net.0", "out"];
        names.sort_by(|a, b| by_numbers(a, b));
        assert_eq!(names, ["net.0", "net.2", "net.10", "out"]);
    }
}
