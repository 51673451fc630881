//! Networks by what a scene calls them: bundled with the program, read from a file, or trained here.

mod bundled;
mod loaded;
mod read;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use driftscope_flow::network::foreign::Statements;
use driftscope_flow::network::{CheckpointError, Model, NetworkId, copy_foreign, foreign_bytes};
use thiserror::Error;

pub use self::bundled::{BundledNetwork, bundled_model, bundled_networks, fetch_bundled_by};
pub use self::loaded::{LoadedNetwork, NetworkKind};
use self::read::{from_bundle, from_file};
use crate::own::name_from;
use crate::scene::{ModelName, Scene, SceneError};

/// Why a scene has no network.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// Its file cannot be read.
    #[error(transparent)]
    File(CheckpointError),
    /// Its file can be read once it is said how.
    #[error("{source}; in a scene it is field.reading.{key}")]
    Unsaid {
        /// What is not said.
        key: &'static str,
        /// The file's refusal.
        source: CheckpointError,
    },
    /// It does not come with the program.
    #[error(
        "{key} = bundled:{name} is none of those that come with the program: {}",
        bundled::names()
    )]
    NotBundled {
        /// Where it stands.
        key: &'static str,
        /// What was asked for.
        name: String,
    },
    /// It was trained elsewhere, or has been forgotten.
    #[error(
        "{key} = {id} is not here: a network that was trained in another window has to be saved there, as a .safetensors file, and named by that"
    )]
    Unknown {
        /// Under which key it is named.
        key: &'static str,
        /// What is named.
        id: NetworkId,
    },
}

impl From<CheckpointError> for NetworkError {
    fn from(error: CheckpointError) -> Self {
        match &error {
            CheckpointError::Foreign(refusal) if refusal.lacks().is_some() => {
                Self::Unsaid { key: refusal.lacks().unwrap_or_default(), source: error }
            }
            _ => Self::File(error),
        }
    }
}

/// Why a scene could not be saved with its networks.
#[derive(Debug, Error)]
pub enum SaveError {
    /// A network of it.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The scene itself.
    #[error(transparent)]
    Scene(#[from] SceneError),
}

/// The networks trained here. A handle: copies of it know the same networks.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    trained: Arc<Mutex<HashMap<NetworkId, Trained>>>,
}

#[derive(Clone, Debug)]
struct Trained {
    loaded: Arc<LoadedNetwork>,
    model: Arc<Model>,
}

impl Networks {
    /// Takes a trained network in; scenes name it by the id.
    pub fn keep(&self, model: Arc<Model>) -> NetworkId {
        let loaded = Arc::new(LoadedNetwork::new(&model));
        let id = loaded.id;
        self.trained().insert(id, Trained { loaded, model });
        id
    }

    /// Forgets all trained networks but the `wanted` ones.
    pub fn forget(&self, wanted: impl Fn(NetworkId) -> bool) {
        self.trained().retain(|id, _| wanted(*id));
    }

    /// A network trained here with its weights, for saving.
    #[must_use]
    pub fn model(&self, id: NetworkId) -> Option<Arc<Model>> {
        self.trained().get(&id).map(|trained| Arc::clone(&trained.model))
    }

    /// All networks trained here that are kept.
    #[must_use]
    pub fn all(&self) -> Vec<(NetworkId, Arc<Model>)> {
        self.trained().iter().map(|(id, trained)| (*id, Arc::clone(&trained.model))).collect()
    }

    /// The network `scene` asks for; none if it is not solved with one.
    ///
    /// # Errors
    /// If the file cannot be read as a model, or a trained network is not here.
    pub fn of(&self, scene: &Scene) -> Result<Option<Arc<LoadedNetwork>>, NetworkError> {
        if !scene.needs_network() {
            return Ok(None);
        }
        match (&scene.field.model, scene.toy()) {
            (Some(model), _) => self.named("field.model", model, &scene.field.reading).map(Some),
            (None, Some(toy)) => Ok(Some(from_bundle(toy.name)?)),
            // Scene::check refuses this.
            (None, None) => Ok(None),
        }
    }

    /// What would be written of the network `scene` is solved with; none if it is not solved with one.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn file_of(&self, scene: &Scene) -> Result<Option<NetworkFile>, NetworkError> {
        let Some(network) = self.of(scene)? else { return Ok(None) };
        let key = "field.model";
        let model = match (&scene.field.model, scene.toy()) {
            (Some(ModelName::File(path)), _) if network.as_foreign().is_some() => {
                return Ok(Some(NetworkFile::Foreign(path.clone())));
            }
            (Some(ModelName::File(path)), _) => Arc::new(Model::load(path)?),
            (Some(ModelName::Trained(id)), _) => {
                self.model(*id).ok_or(NetworkError::Unknown { key, id: *id })?
            }
            (Some(ModelName::Bundled(name)), _) => Arc::new(bundled_model(name)?),
            (None, Some(toy)) => Arc::new(bundled_model(toy.name)?),
            (None, None) => return Ok(None),
        };
        Ok(Some(NetworkFile::Own(model)))
    }

    /// The network that `scene` pushes its own away from; none if it does not. A file of a network of others
    /// has to say itself how it is read.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn bad_of(&self, scene: &Scene) -> Result<Option<Arc<LoadedNetwork>>, NetworkError> {
        let bad = scene.bad_model();
        bad.map(|model| self.named("guidance.bad", model, &Statements::default())).transpose()
    }

    /// The network that stands as `model` under `key`.
    fn named(
        &self,
        key: &'static str,
        model: &ModelName,
        reading: &Statements,
    ) -> Result<Arc<LoadedNetwork>, NetworkError> {
        match model {
            ModelName::Trained(id) => {
                let trained = self.trained().get(id).map(|trained| Arc::clone(&trained.loaded));
                trained.ok_or(NetworkError::Unknown { key, id: *id })
            }
            ModelName::File(path) => Ok(from_file(path, reading)?),
            ModelName::Bundled(name) if bundled::is_bundled(name) => Ok(from_bundle(name)?),
            ModelName::Bundled(name) => Err(NetworkError::NotBundled { key, name: name.clone() }),
        }
    }

    /// Writes a scene, and beside it the networks trained here that it names, which the file then names
    /// by their own files: `moons.toml` has `moons.safetensors`, a second network `moons-2.safetensors`.
    /// Files that it names are named as seen from its folder.
    ///
    /// # Errors
    /// If a file cannot be written, or a network is not here.
    pub fn save_scene(&self, scene: &Scene, path: &Path) -> Result<(), SaveError> {
        let mut scene = scene.clone();
        let mut named: Vec<NetworkId> = Vec::new();
        for (key, named_here) in scene.models_mut() {
            let id = match named_here {
                ModelName::Trained(id) => *id,
                ModelName::File(file) => {
                    *named_here = ModelName::File(name_from(file, path));
                    continue;
                }
                ModelName::Bundled(_) => continue,
            };
            let place = named.iter().position(|known| *known == id).unwrap_or(named.len());
            let mut file = path.with_extension("safetensors");
            if place > 0 {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                file = path.with_file_name(format!("{stem}-{}.safetensors", place + 1));
            }
            if place == named.len() {
                let model = self.model(id).ok_or(NetworkError::Unknown { key, id })?;
                model.save(&file).map_err(NetworkError::from)?;
                named.push(id);
            }
            *named_here = ModelName::File(file.file_name().map_or(file.clone(), PathBuf::from));
        }
        let failed = |source| SceneError::Write { path: path.to_owned(), source };
        for sampler in scene.samplers_mut() {
            if let Some(times) = &sampler.times {
                sampler.times = Some(times.beside(path).map_err(failed)?);
            }
            if let Some(tableau) = &sampler.tableau {
                sampler.tableau = Some(tableau.beside(path).map_err(failed)?);
            }
        }
        scene.data = scene.data.beside(path).map_err(failed)?;
        if let Some(source) = &scene.source {
            // Beside the data's own file.
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let beside = path.with_file_name(format!("{stem}-source"));
            scene.source = Some(source.beside(&beside).map_err(failed)?);
        }
        Ok(scene.save(path)?)
    }

    fn trained(&self) -> MutexGuard<'_, HashMap<NetworkId, Trained>> {
        self.trained.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A network as a file of it is written.
#[derive(Clone, Debug)]
pub enum NetworkFile {
    /// In this program's layout.
    Own(Arc<Model>),
    /// As the file of others that it is, with what lies beside that.
    Foreign(PathBuf),
}

impl NetworkFile {
    /// What stands in the file.
    ///
    /// # Errors
    /// If the file of others cannot be read.
    pub fn bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        match self {
            Self::Own(model) => model.to_bytes(),
            Self::Foreign(from) => foreign_bytes(from),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// If a file cannot be read or written; an ONNX file keeps its ending.
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        match self {
            Self::Own(model) => model.save(path),
            Self::Foreign(from) => copy_foreign(from, path),
        }
    }
}

#[cfg(test)]
mod tests;
