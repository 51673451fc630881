//! What is looked at in an ONNX file before anything is made of it.

use std::collections::HashMap;

use rten_onnx::onnx::{DataLocation, DataType, GraphProto, ModelProto, NodeProto, TensorProto};

use super::numbers::Stored;
use super::onnx_inputs::{Declared, Roles, TimeShape, roles};
use super::refusal::Refusal;
use super::{onnx_sizes, onnx_wire};
use crate::network::checkpoint::MAX_FILE_BYTES;

/// The most numbers that one operator is asked for by sizes in the file.
const MOST_NUMBERS: u64 = 1 << 20;
/// The most operators of a network.
const MOST_NODES: usize = 20_000;
/// The most operators of which each takes what the one before gives. What runs them goes through them by
/// recursion, on threads whose stacks are small.
const DEEPEST: usize = 1_000;
/// Points that are run at once, of which the first is taken that the memory suffices for.
const BATCHES: [usize; 4] = [4096, 1024, 256, 64];
/// Operators that hold networks of their own, repeated or chosen while running.
const CONTROL: [&str; 5] = ["Loop", "If", "Scan", "SequenceMap", "Optional"];
/// Operators whose result is as large as one of their inputs says, and which that is.
const SIZED: [(&str, usize); 7] = [
    ("ConstantOfShape", 0),
    ("Expand", 1),
    ("Tile", 1),
    ("Pad", 1),
    ("OneHot", 1),
    ("Resize", 3),
    ("Range", 1),
];

/// A file that may be opened.
pub struct Checked {
    pub metadata: Vec<(String, String)>,
    pub roles: Roles,
    pub outputs: Vec<String>,
    /// Name and bytes of the file with the weights, where they stand apart.
    pub data: Option<(String, Vec<u8>)>,
    /// Operators, for a description.
    pub nodes: usize,
    /// The most points that are run at once.
    pub most_points: usize,
}

/// Checks sizes, operators, weights and inputs.
pub fn check(
    bytes: &[u8],
    data: Option<(&str, Vec<u8>)>,
    origin: &str,
) -> Result<Checked, Refusal> {
    let refuse = |reason: String| Refusal::new(origin, reason);
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let most = MAX_FILE_BYTES >> 20;
        return Err(refuse(format!("more than {most} MB, the most that a model may have")));
    }
    let sound = onnx_wire::is_sound(bytes).then(|| ModelProto::parse_buf(bytes).ok()).flatten();
    let model = sound.ok_or_else(|| {
        refuse("not a valid ONNX file: it is damaged, or something else".to_owned())
    })?;
    let graph = model
        .graph
        .as_ref()
        .filter(|graph| !graph.node.is_empty())
        .ok_or_else(|| refuse("not a valid ONNX file: it has no operators".to_owned()))?;
    let data = data.map(|(name, bytes)| (name.to_owned(), bytes));
    check_graph(graph, data.as_ref()).map_err(refuse)?;
    let declared: Vec<Declared> = graph
        .input
        .iter()
        .filter(|input| graph.initializer.iter().all(|tensor| tensor.name != input.name))
        .map(Declared::of)
        .collect();
    let metadata = model
        .metadata_props
        .iter()
        .map(|entry| {
            (entry.key.clone().unwrap_or_default(), entry.value.clone().unwrap_or_default())
        })
        .collect();
    let outputs = graph.output.iter().filter_map(|output| output.name.clone()).collect();
    let nodes = graph.node.len();
    let roles = roles(&declared).map_err(refuse)?;
    let most_points = most_points(graph, &roles).map_err(refuse)?;
    Ok(Checked { metadata, roles, outputs, data, nodes, most_points })
}

/// How many points may be run at once.
fn most_points(graph: &GraphProto, roles: &Roles) -> Result<usize, String> {
    let fits = |count: usize| {
        let n = count as u64;
        let columns = if roles.time.is_some() { 2 } else { 3 };
        let mut inputs = vec![(roles.point.name.as_str(), vec![n, columns])];
        if let Some((time, shape)) = &roles.time {
            let shape = match shape {
                TimeShape::Scalar => vec![],
                TimeShape::Single => vec![1],
                TimeShape::Row => vec![n],
                TimeShape::Column => vec![n, 1],
            };
            inputs.push((time.name.as_str(), shape));
        }
        onnx_sizes::check(graph, &inputs).map(|()| count)
    };
    if let Some(batch) = roles.batch {
        let most = BATCHES[0];
        if !(1..=most).contains(&batch) {
            return Err(format!("its batches have {batch} points; from 1 to {most} are run"));
        }
        return fits(batch);
    }
    let [first, others @ ..] = BATCHES;
    others.into_iter().fold(fits(first), |found, count| found.or_else(|_| fits(count)))
}

fn check_graph(graph: &GraphProto, data: Option<&(String, Vec<u8>)>) -> Result<(), String> {
    if graph.node.len() > MOST_NODES {
        return Err(format!("it has {} operators; at most {MOST_NODES} are run", graph.node.len()));
    }
    let mut constants: HashMap<&str, &TensorProto> = HashMap::new();
    for tensor in &graph.initializer {
        check_tensor(tensor, name_of(tensor.name.as_ref()), data)?;
        constants.insert(name_of(tensor.name.as_ref()), tensor);
    }
    // Each value, and how many operators lead to it.
    let mut known: HashMap<&str, usize> = constants.keys().map(|name| (*name, 0)).collect();
    known.extend(graph.input.iter().filter_map(|input| Some((input.name.as_deref()?, 0))));
    for node in &graph.node {
        let operator = node.op_type.as_deref().unwrap_or_default();
        let holds_graph = node.attribute.iter().any(|attribute| attribute.g.is_some());
        if CONTROL.contains(&operator) || holds_graph {
            return Err(format!(
                "operator {operator}: networks with loops or branches are not run"
            ));
        }
        for attribute in &node.attribute {
            if let Some(tensor) = &attribute.t {
                let output = node.output.first().map_or("", String::as_str);
                check_tensor(tensor, output, data)?;
                if operator == "Constant" {
                    constants.insert(output, tensor);
                }
            }
        }
        let mut depth = 1;
        for input in node.input.iter().filter(|input| !input.is_empty()) {
            let Some(before) = known.get(input.as_str()) else {
                return Err(format!(
                    "operator {operator} takes `{input}`, which nothing before it gives"
                ));
            };
            depth = depth.max(before + 1);
        }
        if depth > DEEPEST {
            return Err(format!(
                "it has more than {DEEPEST} operators one after another, the most that are run"
            ));
        }
        for output in node.output.iter().filter(|output| !output.is_empty()) {
            if known.insert(output, depth).is_some() {
                return Err(format!(
                    "operator {operator} gives `{output}`, which is there already"
                ));
            }
        }
        check_sizes(node, operator, &constants)?;
    }
    for output in &graph.output {
        let name = name_of(output.name.as_ref());
        if !known.contains_key(name) {
            return Err(format!("its output `{name}` is given by no operator"));
        }
    }
    Ok(())
}

fn name_of(name: Option<&String>) -> &str {
    name.map_or("", String::as_str)
}

/// What an operator is asked for by constants must be of ordinary size.
fn check_sizes(
    node: &NodeProto,
    operator: &str,
    constants: &HashMap<&str, &TensorProto>,
) -> Result<(), String> {
    let Some((_, place)) = SIZED.iter().find(|(sized, _)| *sized == operator) else {
        return Ok(());
    };
    let sizes = node.input.get(*place).and_then(|input| constants.get(input.as_str()));
    let Some(sizes) = sizes.and_then(|tensor| onnx_sizes::integers(tensor)) else { return Ok(()) };
    let product =
        sizes.iter().map(|size| size.unsigned_abs().max(1)).try_fold(1_u64, u64::checked_mul);
    match product {
        Some(product) if product <= MOST_NUMBERS => Ok(()),
        _ => Err(format!(
            "operator {operator} asks for sizes of {sizes:?}; at most {MOST_NUMBERS} numbers are made"
        )),
    }
}

/// Its data must be as long as its shape says, and finite.
fn check_tensor(
    tensor: &TensorProto,
    name: &str,
    data: Option<&(String, Vec<u8>)>,
) -> Result<(), String> {
    let count = tensor
        .dims
        .iter()
        .map(|&size| u64::try_from(size).ok())
        .try_fold(1_u64, |product, size| product.checked_mul(size?))
        .filter(|count| *count <= MAX_FILE_BYTES);
    let Some(count) = count else {
        return Err(format!(
            "tensor `{name}` declares the shape {:?}, which is more than a file may hold",
            tensor.dims
        ));
    };
    let stored = match tensor.data_type {
        Some(DataType::FLOAT) => Some(Stored::Single),
        Some(DataType::FLOAT16) => Some(Stored::Half),
        Some(DataType::DOUBLE) => Some(Stored::Double),
        _ => None,
    };
    let size = match tensor.data_type {
        Some(DataType::FLOAT | DataType::INT32) => 4,
        Some(DataType::DOUBLE | DataType::INT64) => 8,
        Some(DataType::FLOAT16) => 2,
        Some(DataType::BOOL | DataType::INT8 | DataType::UINT8) => 1,
        other => {
            let kind = other.as_ref().and_then(DataType::name).unwrap_or("unknown");
            return Err(format!(
                "tensor `{name}` holds numbers of the type {kind}, which is not read"
            ));
        }
    };
    let length = |found: usize| {
        if found as u64 == count * size {
            Ok(())
        } else {
            Err(format!(
                "tensor `{name}` has {found} bytes, but its shape {:?} needs {}",
                tensor.dims,
                count * size
            ))
        }
    };
    if tensor.data_location == Some(DataLocation::EXTERNAL) {
        return check_external(tensor, name, data, (count * size, stored));
    }
    if let Some(raw) = &tensor.raw_data {
        let raw = raw.borrow();
        length(raw.len())?;
        return stored.map_or(Ok(()), |stored| finite(stored, &raw, name));
    }
    let listed = tensor.float_data.len()
        + tensor.int32_data.len()
        + tensor.int64_data.len()
        + tensor.double_data.len();
    length(usize::try_from(size).unwrap_or(1) * listed)?;
    let single = tensor.float_data.iter().map(|&value| f64::from(value));
    match single.chain(tensor.double_data.iter().copied()).find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(value) => Err(not_finite(name, value)),
    }
}

/// Weights that stand in the file beside it.
fn check_external(
    tensor: &TensorProto,
    name: &str,
    data: Option<&(String, Vec<u8>)>,
    (bytes, stored): (u64, Option<Stored>),
) -> Result<(), String> {
    let entry = |key: &str| {
        let found = tensor.external_data.iter().find(|entry| entry.key.as_deref() == Some(key));
        found.and_then(|entry| entry.value.as_deref())
    };
    let location = entry("location").unwrap_or_default();
    let Some((_, data)) = data.filter(|(file, _)| file == location) else {
        return Err(format!(
            "tensor `{name}` stands in another file, `{location}`, which is not beside it; export with external_data=False"
        ));
    };
    let number = |key| entry(key).map_or(Some(0), |text| text.parse::<u64>().ok());
    let place = number("offset").zip(number("length")).and_then(|(offset, length)| {
        let start = usize::try_from(offset).ok()?;
        let end = usize::try_from(offset.checked_add(length)?).ok()?;
        (length == bytes).then(|| data.get(start..end)).flatten()
    });
    let Some(place) = place else {
        return Err(format!("tensor `{name}` does not lie inside `{location}`"));
    };
    stored.map_or(Ok(()), |stored| finite(stored, place, name))
}

fn finite(stored: Stored, bytes: &[u8], name: &str) -> Result<(), String> {
    // Masks hold infinities; a network whose outputs are finite is none the worse for them.
    match stored.decode(bytes).into_iter().find(|value| value.is_nan()) {
        None => Ok(()),
        Some(value) => Err(not_finite(name, value)),
    }
}

fn not_finite(name: &str, value: f64) -> String {
    format!("tensor `{name}` holds {value}, but only finite numbers are allowed")
}
