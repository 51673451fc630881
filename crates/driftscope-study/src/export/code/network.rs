//! How a script loads and evaluates a network: its own `load(path)` and `network(t, x)`.

use driftscope_flow::network::foreign::{
    ChainOutline, Convention, Element, ForeignModel, ForeignOutput, OnnxOutline, Outline,
    TimeFeatures,
};
use driftscope_flow::network::{Activation, Kernel};

use super::onnx;
use super::python::{Library, lines_of, list, text};
use crate::networks::NetworkKind;

/// A script's part on its network.
pub(super) struct Loader {
    /// Modules of Python's own.
    pub standard: Vec<&'static str>,
    /// Lines of imports beside them.
    pub imports: Vec<&'static str>,
    /// What is installed with pip for it.
    pub packages: Vec<&'static str>,
    /// Constants and functions.
    pub code: String,
    /// What its file is called in words.
    pub file: &'static str,
    /// What differs from the scene, a sentence each.
    pub notes: Vec<String>,
}

const SAFETENSORS: &str = "safetensors";

impl Loader {
    /// How a network is loaded for arrays of `library`; of one that knows labels, `label` is asked for.
    pub fn new(network: &NetworkKind, label: Option<u32>, library: Library) -> Self {
        let loader = match network {
            NetworkKind::Own { kernel, description, .. } => {
                let further = further_inputs(kernel, label);
                own(description.settings.activation, &further, library)
            }
            NetworkKind::Foreign(model) => foreign(model, library),
        };
        Self { code: library.speak(&loader.code), ..loader }
    }
}

/// The inputs of a network of this program behind the point's and the time's: the features of a step of no
/// length, and the labels.
fn further_inputs(kernel: &Kernel, label: Option<u32>) -> Vec<f64> {
    let waves = if kernel.is_flow_map() { kernel.frequencies() } else { 0 };
    let mut inputs = vec![0.0; waves];
    inputs.resize(2 * waves, 1.0);
    inputs.extend((0..kernel.labels()).map(|own| {
        let asked = label.is_some_and(|label| label as usize == own);
        if asked { 1.0 } else { 0.0 }
    }));
    inputs
}

/// A network of this program.
fn own(between: Activation, further: &[f64], library: Library) -> Loader {
    let loader = plain(library);
    let mut code = loader.code;
    if !further.is_empty() {
        let constant = format!(
            "# What goes in behind the time: features of a step of no length, and one number for each label.\nFURTHER = array({})\n\n\n",
            list(further)
        );
        let (times, more) = if library == Library::Torch {
            ("times.expand(len(x), times.shape[-1])", "FURTHER.to(x).expand(len(x), -1)")
        } else {
            (
                "lib.broadcast_to(times, (len(x), times.shape[-1]))",
                "lib.broadcast_to(FURTHER, (len(x), len(FURTHER)))",
            )
        };
        code = constant + &code.replace(times, &format!("{times}, {more}"));
    }
    if between != Activation::Silu {
        let (word, expression) = activation(between, library);
        code = code
            .replace("SiLU, h / (1 + exp(-h)),", word)
            .replace("SiLU", word)
            .replace(
                "h = nn.functional.silu(layer(h))",
                &format!("h = layer(h)\n            h = {expression}"),
            )
            .replace("h = h * (0.5 + 0.5 * lib.tanh(0.5 * h))", &format!("h = {expression}"));
    }
    let mut imports = loader.imports;
    if library == Library::NumPy && between == Activation::Gelu {
        imports.push("from scipy.special import erf");
    }
    Loader { imports, code, ..loader }
}

/// One that predicts velocities, without labels, with `SiLU`.
fn plain(library: Library) -> Loader {
    if library != Library::Torch {
        return Loader {
            standard: vec!["json"],
            imports: Vec::new(),
            packages: Vec::new(),
            code: include_str!("snippets/network_arrays.py").to_owned(),
            file: SAFETENSORS,
            notes: Vec::new(),
        };
    }
    Loader {
        standard: Vec::new(),
        imports: vec![
            "from safetensors import safe_open",
            "from safetensors.torch import load_file",
            "from torch import nn",
        ],
        packages: vec!["safetensors"],
        code: include_str!("snippets/network_torch.py").to_owned(),
        file: SAFETENSORS,
        notes: Vec::new(),
    }
}

fn foreign(model: &ForeignModel, library: Library) -> Loader {
    let predicted = predicted(&model.convention);
    match &*model.outline {
        Outline::Chain(chain) => of_chain(chain, predicted, library),
        Outline::Onnx(outline) => of_onnx(outline, predicted, library),
    }
}

fn of_onnx(outline: &OnnxOutline, predicted: &str, library: Library) -> Loader {
    let notes = (outline.inputs.point.element == Element::Half).then(|| {
        "The network is in half precision, and so does onnxruntime calculate; the scene calculates in single precision with its weights.".to_owned()
    });
    Loader {
        standard: Vec::new(),
        imports: vec!["import onnxruntime"],
        packages: vec!["onnxruntime"],
        code: onnx::code(outline, library).replace("PREDICTED", predicted),
        file: "ONNX",
        notes: notes.into_iter().collect(),
    }
}

fn of_chain(chain: &ChainOutline, predicted: &str, library: Library) -> Loader {
    let (word, activation) = activation(chain.activation, library);
    let mut imports = vec![match library {
        Library::NumPy => "from safetensors.numpy import load_file",
        Library::Jax => "from safetensors.flax import load_file",
        Library::Torch => "from safetensors.torch import load_file",
    }];
    let mut packages = vec!["safetensors"];
    if library == Library::Torch {
        imports.push("from torch import nn");
    }
    if library == Library::NumPy && chain.activation == Activation::Gelu {
        imports.push("from scipy.special import erf");
    }
    if library == Library::NumPy && chain.brain {
        imports.insert(0, "import ml_dtypes  # teaches NumPy bfloat16");
        packages.push("ml_dtypes");
    }
    let snippet = match library {
        Library::Torch => include_str!("snippets/chain_torch.py"),
        Library::NumPy | Library::Jax => include_str!("snippets/chain_arrays.py"),
    };
    let margin = if library == Library::Torch { "        " } else { "    " };
    let features = lines_of(margin, &features(&chain.features, library));
    let spread = if library == Library::Torch {
        "times.expand(len(x), -1)"
    } else {
        "lib.broadcast_to(times, (len(x), times.shape[-1]))"
    };
    let [first, second] = if chain.time_first { [spread, "x"] } else { ["x", spread] };
    let code = snippet
        .replace("FEATURES\n", &features)
        .replace("FIRST", first)
        .replace("SECOND", second)
        .replace("ACTIVATION", activation)
        .replace("WORD", word)
        .replace("PREDICTED", predicted);
    let code = format!("{}\n\n{code}", constants(chain, library));
    Loader { standard: Vec::new(), imports, packages, code, file: SAFETENSORS, notes: Vec::new() }
}

/// What a network gives, in words.
fn predicted(convention: &Convention) -> &'static str {
    match convention.prediction {
        ForeignOutput::Velocity(_) => "the velocity",
        ForeignOutput::Data => "the data",
        ForeignOutput::Noise => "the noise",
        ForeignOutput::Score => "the score",
        ForeignOutput::Edm { .. } => "EDM's F",
    }
}

fn constants(chain: &ChainOutline, library: Library) -> String {
    let names: Vec<String> = chain.layers.iter().map(|name| text(name)).collect();
    let mut text = format!(
        "# What the names of the layers' tensors begin with, first to last.\nLAYERS = [{}]\n",
        names.join(", ")
    );
    if let TimeFeatures::SinCos(frequencies) | TimeFeatures::CosSin(frequencies) = &chain.features {
        let frequencies = list(frequencies);
        // In double precision, so that the field is smooth in t.
        let frequencies = match library {
            Library::Torch => format!("torch.tensor({frequencies}, dtype=torch.float64)"),
            Library::NumPy | Library::Jax => format!("array({frequencies})"),
        };
        text.extend([format!("# In radians per unit of its time.\nFREQUENCIES = {frequencies}\n")]);
    }
    text
}

/// Lines that make `times`, what of the time goes in.
fn features(features: &TimeFeatures, library: Library) -> Vec<String> {
    let (join, typed) = match library {
        Library::Torch => ("torch.cat", ".to(x.dtype)"),
        Library::NumPy | Library::Jax => ("lib.concatenate", ""),
    };
    let waves = match features {
        TimeFeatures::None => return vec![format!("times = lib.reshape(t, (-1, 1)){typed}")],
        TimeFeatures::SinCos(_) => "lib.sin(phase), lib.cos(phase)",
        TimeFeatures::CosSin(_) => "lib.cos(phase), lib.sin(phase)",
    };
    vec!["phase = t * FREQUENCIES".to_owned(), format!("times = {join}([{waves}], -1){typed}")]
}

/// The word for an activation, and what it makes of `h`.
fn activation(activation: Activation, library: Library) -> (&'static str, &'static str) {
    let (word, [numpy, jax, torch]) = match activation {
        Activation::Silu => (
            "SiLU",
            ["h * (0.5 + 0.5 * np.tanh(0.5 * h))", "jax.nn.silu(h)", "nn.functional.silu(h)"],
        ),
        Activation::Gelu => (
            "GELU",
            [
                "0.5 * h * (1.0 + erf(h / math.sqrt(2.0)))",
                "jax.nn.gelu(h, approximate=False)",
                "nn.functional.gelu(h)",
            ],
        ),
        Activation::GeluTanh => (
            "GELU, as tanh approximates it,",
            [
                "0.5 * h * (1.0 + np.tanh(math.sqrt(2.0 / math.pi) * (h + 0.044715 * h**3)))",
                "jax.nn.gelu(h, approximate=True)",
                "nn.functional.gelu(h, approximate=\"tanh\")",
            ],
        ),
        Activation::Relu => ("ReLU", ["np.maximum(h, 0.0)", "jax.nn.relu(h)", "torch.relu(h)"]),
        Activation::Tanh => ("tanh", ["np.tanh(h)", "jnp.tanh(h)", "torch.tanh(h)"]),
        Activation::Softplus => (
            "softplus",
            ["np.logaddexp(0.0, h)", "jax.nn.softplus(h)", "nn.functional.softplus(h)"],
        ),
    };
    let code = match library {
        Library::NumPy => numpy,
        Library::Jax => jax,
        Library::Torch => torch,
    };
    (word, code)
}
