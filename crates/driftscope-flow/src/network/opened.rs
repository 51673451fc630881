//! Files of networks, whoever made them.

use std::io;
use std::path::{Path, PathBuf};

use driftscope_base::files::write_atomically;
use safetensors::tensor::SafeTensors;

use super::checkpoint::{CheckpointError, MAX_FILE_BYTES, Model, read_file as read};
use super::foreign::{ForeignModel, Refusal, Statements};

/// A network that was read from a file.
#[derive(Clone, Debug)]
pub enum Opened {
    /// Trained by this program.
    Own(Box<Model>),
    /// Trained elsewhere.
    Foreign(ForeignModel),
}

/// How ONNX files end.
pub const ONNX_ENDING: &str = "onnx";

impl Opened {
    /// Reads a file: ONNX if it ends in `.onnx`, else safetensors, ours or others'.
    ///
    /// How a file of others is to be read is said by `over`; what that does not say, by a TOML file beside it
    /// of the same name, and what that does not say, by the file itself.
    ///
    /// # Errors
    /// [`CheckpointError`] says what is wrong with which part of the file.
    pub fn load(path: &Path, over: &Statements) -> Result<Self, CheckpointError> {
        let origin = path.display().to_string();
        let bytes = read(path)?;
        if is_onnx(path) {
            let [beside, data] = beside(path);
            let data = match read(&data) {
                Ok(bytes) => Some((name_of(&data), bytes)),
                Err(CheckpointError::Missing { .. }) => None,
                Err(error) => return Err(error),
            };
            let data = data.as_ref().map(|(name, bytes)| (name.as_str(), bytes.clone()));
            let model =
                ForeignModel::from_onnx(bytes, data, (text(&beside)?.as_deref(), over), &origin)?;
            return Ok(Self::Foreign(model));
        }
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\x80\x02") {
            let reason = "a pickle of PyTorch, which is not read since it can run code; save the weights by safetensors.torch.save_file, or export the network as ONNX";
            return Err(Refusal::new(&origin, reason).into());
        }
        // One that is too long is refused there as well.
        if bytes.len() as u64 > MAX_FILE_BYTES || !of_others(&bytes) {
            let model = Self::Own(Box::new(Model::from_bytes(&bytes, &origin)?));
            return match over.all().next() {
                None => Ok(model),
                Some((key, value)) => {
                    let reason = format!(
                        "{key} = {value:?} is not for it: this program trained it, and it says itself how it is read"
                    );
                    Err(Refusal::new(&origin, reason).into())
                }
            };
        }
        let [beside, _] = beside(path);
        let model =
            ForeignModel::from_safetensors(&bytes, (text(&beside)?.as_deref(), over), &origin)?;
        Ok(Self::Foreign(model))
    }

    /// The same of a file that need not say all: what is missing is read as most such files mean it. Beside the
    /// network stands all that was stated for the file, `over` and what was supposed.
    ///
    /// # Errors
    /// As [`Self::load`], but not for want of a statement.
    pub fn supposing(
        path: &Path,
        over: &Statements,
    ) -> Result<(Self, Statements), CheckpointError> {
        let mut stated = over.clone();
        loop {
            match Self::load(path, &stated) {
                Ok(opened) => return Ok((opened, stated)),
                Err(CheckpointError::Foreign(refusal)) => match refusal.lacks() {
                    Some(key) => stated.suppose(key),
                    None => return Err(refusal.into()),
                },
                Err(error) => return Err(error),
            }
        }
    }
}

/// The files beside `path` that belong to it if they are there: what it states, and ONNX's weights.
#[must_use]
pub fn beside(path: &Path) -> [PathBuf; 2] {
    let mut data = path.as_os_str().to_owned();
    data.push(".data");
    [path.with_extension("toml"), PathBuf::from(data)]
}

/// What stands in a model file of others.
///
/// # Errors
/// If the file cannot be read, or is larger than a model may be.
pub fn foreign_bytes(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    read(path)
}

/// Copies the file of a network of others as it is, and ONNX's weights where they stand beside it; what a TOML
/// file states stays behind. `to` may be `from`.
///
/// # Errors
/// If a file cannot be read or written, or an ONNX file would lose its ending, by which it is known, or
/// another file gain it.
pub fn copy_foreign(from: &Path, to: &Path) -> Result<(), CheckpointError> {
    let failed = |path: &Path, source| CheckpointError::Io {
        origin: path.display().to_string(),
        action: "writing",
        source,
    };
    if is_onnx(from) != is_onnx(to) {
        let ends = if is_onnx(from) { "has to end" } else { "must not end" };
        let reason = format!("a copy of {} {ends} in .{ONNX_ENDING}", from.display());
        return Err(failed(to, io::Error::new(io::ErrorKind::InvalidInput, reason)));
    }
    let write = |path: &Path, bytes: &[u8]| {
        write_atomically(path, bytes).map_err(|source| failed(path, source))
    };
    if is_onnx(from) {
        let [_, data] = beside(from);
        match read(&data) {
            // The file names its weights by the name they have.
            Ok(bytes) => write(&to.with_file_name(name_of(&data)), &bytes)?,
            Err(CheckpointError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    write(to, &read(from)?)
}

/// Whether a readable safetensors file lacks what this program writes into its own.
fn of_others(bytes: &[u8]) -> bool {
    SafeTensors::read_metadata(bytes).is_ok_and(|(_, header)| {
        !header.metadata().as_ref().is_some_and(|map| map.contains_key("format_version"))
    })
}

fn is_onnx(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ONNX_ENDING))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The text of a file; none if it is not there.
fn text(path: &Path) -> Result<Option<String>, CheckpointError> {
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(CheckpointError::Missing { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    String::from_utf8(bytes).map(Some).map_err(|_| CheckpointError::Io {
        origin: path.display().to_string(),
        action: "reading",
        source: io::Error::new(io::ErrorKind::InvalidData, "it is not text"),
    })
}
