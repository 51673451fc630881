//! ONNX networks in scripts: run by `onnxruntime`, around which the arrays of any library go.

use driftscope_flow::network::foreign::{Element, Input, OnnxOutline, TimeShape};

use super::python::{Library, text};

/// `load(path)` and `network(t, x)` of a network.
pub(super) fn code(outline: &OnnxOutline, library: Library) -> String {
    let mut blocks = vec![include_str!("snippets/onnx_load.py").to_owned()];
    let mut name = "run";
    blocks.push(run(outline));
    if let Some(batch) = outline.inputs.batch {
        name = "run_in_batches";
        let code = include_str!("snippets/onnx_batches.py");
        blocks.push(code.replace("SIZE", &batch.to_string()));
    }
    if matches!(outline.inputs.time, Some((_, TimeShape::Scalar | TimeShape::Single))) {
        blocks.push(include_str!("snippets/onnx_times.py").replace("RUN", name));
        name = "run_by_time";
    }
    let network = match library {
        Library::NumPy => include_str!("snippets/onnx_numpy.py"),
        Library::Jax => include_str!("snippets/onnx_jax.py"),
        Library::Torch => include_str!("snippets/onnx_torch.py"),
    };
    blocks.push(network.replace("RUN", name));
    blocks.join("\n\n")
}

/// `run(points, times)`, which calls it once.
fn run(outline: &OnnxOutline) -> String {
    let point = &outline.inputs.point;
    let inputs = match &outline.inputs.time {
        None => vec![entry(point, "np.concatenate([points, times], 1)")],
        Some((time, shape)) => {
            let times = match shape {
                TimeShape::Column => entry(time, "times"),
                TimeShape::Row => entry(time, "times[:, 0]"),
                // All are the same.
                TimeShape::Single => entry(time, "times[0]"),
                TimeShape::Scalar => entry(time, "times[0]") + ".reshape(())",
            };
            vec![entry(point, "points"), times]
        }
    };
    include_str!("snippets/onnx_run.py")
        .replace("INPUTS", &inputs.join(", "))
        .replace("OUTPUT", &text(&outline.output))
}

/// An input and its values, of the type that it is declared to have.
fn entry(input: &Input, values: &str) -> String {
    let (values, kind) = match input.element {
        Element::Half => (values.to_owned(), "float16"),
        Element::Single => (values.to_owned(), "float32"),
        Element::Double => (values.to_owned(), "float64"),
        Element::Int32 => (format!("np.rint({values})"), "int32"),
        Element::Int64 => (format!("np.rint({values})"), "int64"),
    };
    format!("{}: {values}.astype(np.{kind})", text(&input.name))
}
