//! Where networks come from: bundled with the program, a file, or a training under way.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::network::{CheckpointError, Description, Kernel, Model};

use crate::scene::{Direction, FieldKind, Scene};

/// A network ready to be sampled.
#[derive(Clone, Debug)]
pub struct LoadedModel {
    /// The packed weights.
    pub kernel: Arc<Kernel>,
    /// The path it was trained on.
    pub trained_on: Interpolant,
    /// How it was made.
    pub description: Description,
}

impl LoadedModel {
    /// Packs a model.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        Self {
            kernel: Arc::new(Kernel::new(&model.weights)),
            trained_on: model.description.interpolant,
            description: model.description.clone(),
        }
    }
}

macro_rules! bundled_models {
    ($($name:literal),* $(,)?) => {
        /// Bundled models by the name of their distribution.
        const BUNDLED: &[(&str, &[u8])] = &[$(
            ($name, include_bytes!(concat!("../../../../assets/models/", $name, ".safetensors"))),
        )*];
    };
}
bundled_models![
    "eight-gaussians",
    "two-moons",
    "checkerboard",
    "pinwheel",
    "swiss-roll",
    "rings",
    "s-curve",
    "two-spirals",
    "grid",
    "single-gaussian",
];

type Cache = Mutex<HashMap<Source, Arc<LoadedModel>>>;
static CACHE: LazyLock<Cache> = LazyLock::new(Mutex::default);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Source {
    Bundled(String),
    File(PathBuf, Option<std::time::SystemTime>),
}

/// Whether `scene` is solved with a network.
#[must_use]
pub fn needs_model(scene: &Scene) -> bool {
    scene.field.kind == FieldKind::Learned && scene.direction != Direction::Noise
}

/// The model `scene` asks for; none if it needs none.
///
/// # Errors
/// If the file cannot be read as a model.
pub fn model_of(scene: &Scene) -> Result<Option<Arc<LoadedModel>>, CheckpointError> {
    if !needs_model(scene) {
        return Ok(None);
    }
    match (&scene.field.model, scene.toy()) {
        (Some(path), _) => from_file(path).map(Some),
        (None, Some(toy)) => from_bundle(toy.name).map(Some),
        // Scene::check refuses this.
        (None, None) => Ok(None),
    }
}

fn from_bundle(name: &str) -> Result<Arc<LoadedModel>, CheckpointError> {
    cached(Source::Bundled(name.to_owned()), || bundled_model(name))
}

/// The weights of the bundled model of a built-in distribution.
///
/// # Errors
/// Never in a released build: a test reads every bundled model.
///
/// # Panics
/// If there is no such distribution.
pub fn bundled_model(name: &str) -> Result<Model, CheckpointError> {
    let (_, bytes) = BUNDLED
        .iter()
        .find(|(bundled, _)| *bundled == name)
        .expect("a test checks that every distribution has a bundled model");
    Model::from_bytes(bytes, &format!("the bundled model of {name}"))
}

fn from_file(path: &Path) -> Result<Arc<LoadedModel>, CheckpointError> {
    // A file written anew is read anew.
    let changed = std::fs::metadata(path).and_then(|data| data.modified()).ok();
    cached(Source::File(path.to_owned(), changed), || Model::load(path))
}

fn cached(
    source: Source,
    load: impl FnOnce() -> Result<Model, CheckpointError>,
) -> Result<Arc<LoadedModel>, CheckpointError> {
    if let Some(found) = lock().get(&source) {
        return Ok(Arc::clone(found));
    }
    let model = Arc::new(LoadedModel::new(&load()?));
    lock().insert(source, Arc::clone(&model));
    Ok(model)
}

fn lock() -> std::sync::MutexGuard<'static, HashMap<Source, Arc<LoadedModel>>> {
    CACHE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_distribution_has_a_bundled_model() {
        for toy in driftscope_flow::data::TOYS {
            let model = from_bundle(toy.name).expect("reads");
            assert_eq!(model.description.data, toy.name);
            assert_eq!(model.trained_on, Interpolant::Linear);
        }
    }
}
