//! Models as files: safetensors with `PyTorch`'s names and layout.
//!
//! The description is in the safetensors `__metadata__`, so that a file explains itself.
//! Nothing in a file is ever executed, and everything in it is checked before it is used.

mod error;
mod format;
mod metadata;
mod model;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};
use std::path::Path;

use metadata::Entries;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::{Architecture, LinearWeights, Weights, bias_name, weight_name};

pub use error::CheckpointError;
pub use format::{FORMAT_VERSION, MAX_FILE_BYTES};
pub use model::{Description, Model};

impl Model {
    /// Reads a model from a file.
    ///
    /// # Errors
    /// [`CheckpointError`] says what is wrong with which part of the file.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        let bytes = read_file(path)?;
        Self::from_bytes(&bytes, &path.display().to_string())
    }

    /// Reads a model from the bytes of a file, such as one bundled with the program.
    ///
    /// `origin` is the name that errors call it by.
    ///
    /// # Errors
    /// [`CheckpointError`] says what is wrong with which part.
    pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Self, CheckpointError> {
        let named = || origin.to_owned();
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(CheckpointError::TooLarge { origin: named() });
        }
        check_length(bytes, origin)?;
        let corrupt = |error: safetensors::SafeTensorError| CheckpointError::Corrupt {
            origin: origin.to_owned(),
            reason: error.to_string(),
        };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(corrupt)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(corrupt)?;
        let empty = HashMap::new();
        let entries = Entries { origin, map: header.metadata().as_ref().unwrap_or(&empty) };
        let (architecture, frequencies) = entries.architecture()?;
        let description = entries.description()?;
        let weights = Weights {
            architecture,
            frequencies,
            layers: read_layers(&tensors, architecture, origin)?,
        };
        weights
            .validate()
            .map_err(|source| CheckpointError::Weights { origin: named(), source })?;
        Ok(Self { weights, description })
    }

    /// The bytes of the file that [`Model::save`] writes.
    ///
    /// # Errors
    /// [`CheckpointError::Weights`] if the weights do not fit their architecture or are not
    /// finite.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        self.to_named_bytes("model")
    }

    fn to_named_bytes(&self, origin: &str) -> Result<Vec<u8>, CheckpointError> {
        let named = || origin.to_owned();
        self.weights
            .validate()
            .map_err(|source| CheckpointError::Weights { origin: named(), source })?;
        let metadata = self.metadata();
        // What cannot be read again must not be written.
        Entries { origin, map: &metadata }.description()?;
        let corrupt = |error: safetensors::SafeTensorError| CheckpointError::Corrupt {
            origin: origin.to_owned(),
            reason: error.to_string(),
        };
        let shapes = self.weights.architecture.layer_shapes();
        let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = self
            .weights
            .layers
            .iter()
            .zip(shapes)
            .enumerate()
            .flat_map(|(index, (layer, [outputs, inputs]))| {
                [
                    (weight_name(index), vec![outputs, inputs], little_endian(&layer.weight)),
                    (bias_name(index), vec![outputs], little_endian(&layer.bias)),
                ]
            })
            .collect();
        let views: Vec<(&str, TensorView)> = tensors
            .iter()
            .map(|(name, shape, bytes)| {
                let view = TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(corrupt)?;
                Ok((name.as_str(), view))
            })
            .collect::<Result<_, CheckpointError>>()?;
        let bytes = safetensors::serialize(views, Some(metadata)).map_err(corrupt)?;
        Ok(with_sorted_header(&bytes).unwrap_or(bytes))
    }

    /// Writes a model to a file: either the whole file is there afterwards, or the old one.
    ///
    /// # Errors
    /// As [`Model::to_bytes`], and [`CheckpointError::Io`] if the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let origin = path.display().to_string();
        let bytes = self.to_named_bytes(&origin)?;
        driftscope_base::files::write_atomically(path, &bytes)
            .map_err(|source| CheckpointError::Io { origin, action: "writing", source })
    }
}

impl Description {
    /// Reads the description in the head of a file: the length of its header and the header.
    ///
    /// # Errors
    /// [`CheckpointError`] says what is wrong.
    pub fn from_head(head: &[u8], origin: &str) -> Result<Self, CheckpointError> {
        #[derive(serde::Deserialize)]
        struct Header {
            #[serde(rename = "__metadata__")]
            metadata: HashMap<String, String>,
        }
        let header: Header =
            serde_json::from_slice(head.get(8..).unwrap_or_default()).map_err(|error| {
                CheckpointError::Corrupt { origin: origin.to_owned(), reason: error.to_string() }
            })?;
        Entries { origin, map: &header.metadata }.description()
    }
}

/// The bytes of a file, as far as [`Model::from_bytes`] allows: one that is longer comes with one byte more.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    let origin = path.display().to_string();
    let failed = |action| {
        let origin = origin.clone();
        move |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => CheckpointError::Missing { origin },
            _ => CheckpointError::Io { origin, action, source },
        }
    };
    let file = driftscope_base::files::open(path).map_err(failed("opening"))?;
    // The length is limited while reading, because a pipe does not know its own.
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed("reading"))?;
    Ok(bytes)
}

/// Tells a file that ends early from one that was never a safetensors file.
pub(crate) fn check_length(bytes: &[u8], origin: &str) -> Result<(), CheckpointError> {
    let truncated = |expected| CheckpointError::Truncated {
        origin: origin.to_owned(),
        found: bytes.len(),
        expected,
    };
    let corrupt = |reason: &str| CheckpointError::Corrupt {
        origin: origin.to_owned(),
        reason: reason.to_owned(),
    };
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(truncated(8));
    };
    let header = u64::from_le_bytes(*length);
    if header > MAX_FILE_BYTES {
        return Err(corrupt("the length of the header is not plausible"));
    }
    let header = header as usize;
    let Some(header_bytes) = rest.get(..header) else {
        return Err(match rest.first() {
            None | Some(b'{') => truncated(8 + header),
            Some(_) => corrupt("it does not begin with a header"),
        });
    };
    // The offsets in the header say how long the file should be; what is wrong with the
    // header itself, the reader of safetensors says better.
    let Ok(serde_json::Value::Object(map)) = serde_json::from_slice(header_bytes) else {
        return Ok(());
    };
    let end = |info: &serde_json::Value| info.get("data_offsets")?.get(1)?.as_u64();
    let data = map.values().filter_map(end).max().unwrap_or(0);
    match usize::try_from(data).ok().and_then(|data| data.checked_add(8 + header)) {
        Some(expected) if expected > bytes.len() => Err(truncated(expected)),
        _ => Ok(()),
    }
}

fn read_layers(
    tensors: &SafeTensors,
    architecture: Architecture,
    origin: &str,
) -> Result<Vec<LinearWeights>, CheckpointError> {
    let shapes = architecture.layer_shapes();
    let mut expected: Vec<String> =
        (0..shapes.len()).flat_map(|index| [weight_name(index), bias_name(index)]).collect();
    let mut found: Vec<String> = tensors.names().into_iter().map(ToOwned::to_owned).collect();
    expected.sort();
    found.sort();
    if found != expected {
        return Err(CheckpointError::Names { origin: origin.to_owned(), found, expected });
    }
    let read = |name: String, shape: &[usize]| {
        let view = tensors.tensor(&name).map_err(|error| CheckpointError::Corrupt {
            origin: origin.to_owned(),
            reason: error.to_string(),
        })?;
        if view.dtype() != Dtype::F32 || view.shape() != shape {
            return Err(CheckpointError::Shape {
                origin: origin.to_owned(),
                tensor: name,
                found: format!("{:?} {:?}", view.dtype(), view.shape()),
                expected: format!("F32 {shape:?}"),
            });
        }
        let (numbers, _) = view.data().as_chunks::<4>();
        Ok(numbers.iter().copied().map(f32::from_le_bytes).collect())
    };
    shapes
        .iter()
        .enumerate()
        .map(|(index, &[outputs, inputs])| {
            Ok(LinearWeights {
                weight: read(weight_name(index), &[outputs, inputs])?,
                bias: read(bias_name(index), &[outputs])?,
            })
        })
        .collect()
}

fn little_endian(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The same file with the keys of its header in order, so that equal models are equal files: the
/// library writes the metadata in the order of a hash map, which changes from run to run. None if
/// the header is not what the library writes.
fn with_sorted_header(bytes: &[u8]) -> Option<Vec<u8>> {
    type Sorted = BTreeMap<String, serde_json::Value>;
    const METADATA: &str = "__metadata__";
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (header, tensors) = rest.split_at_checked(u64::from_le_bytes(*length) as usize)?;
    let mut header: Sorted = serde_json::from_slice(header).ok()?;
    let metadata: Sorted = serde_json::from_value(header.remove(METADATA)?).ok()?;
    header.insert(METADATA.to_owned(), serde_json::to_value(metadata).ok()?);
    let mut text = serde_json::to_vec(&header).ok()?;
    // Tensors start at a multiple of eight bytes.
    text.resize(text.len().next_multiple_of(8), b' ');
    let length = (text.len() as u64).to_le_bytes();
    Some([length.as_slice(), &text, tensors].concat())
}

#[cfg(test)]
mod tests;
