//! Reading scenes, tableaus and models, and writing scenes and models.

use std::path::Path;
use std::sync::Arc;

use driftscope_flow::network::{NetworkId, ONNX_ENDING, Opened};

use super::product::Product;
use crate::networks::NetworkError;
use crate::own::Own;
use crate::scene::{OwnTableau, PICTURE_ENDINGS, Scene};
use crate::store::Store;
use crate::work::Unfinished;

/// How the files of scenes and of tableaus end.
pub const SCENE_ENDING: &str = "toml";
/// How the files of models end.
pub const MODEL_ENDING: &str = "safetensors";

fn failed(error: impl std::fmt::Display) -> Unfinished {
    Unfinished::Failed(error.to_string())
}

pub(super) fn read(path: &Path) -> Result<Product, Unfinished> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some(SCENE_ENDING) if OwnTableau::is_in(path) => {
            let tableau = Own::<OwnTableau>::read(path).map_err(failed)?;
            Ok(Product::Tableau(tableau))
        }
        Some(ending) if ending == SCENE_ENDING || PICTURE_ENDINGS.contains(&ending) => {
            let scene = Scene::load(path).map_err(failed)?;
            Ok(Product::Scene(Arc::new(scene)))
        }
        Some(MODEL_ENDING | ONNX_ENDING) => {
            Opened::load(path).map_err(failed)?;
            Ok(Product::Model(path.to_owned()))
        }
        _ => Err(Unfinished::Failed(format!(
            "{} is neither a scene or a tableau (.{SCENE_ENDING}), nor a picture with a scene (.{}), nor a model (.{MODEL_ENDING}, .{ONNX_ENDING}).",
            path.display(),
            PICTURE_ENDINGS.join(", ."),
        ))),
    }
}

pub(super) fn write_scene(
    scene: &Scene,
    path: &Path,
    store: &Store,
) -> Result<Product, Unfinished> {
    store.networks.save_scene(scene, path).map_err(failed)?;
    Ok(Product::Written(path.to_owned()))
}

pub(super) fn write_model(
    network: NetworkId,
    path: &Path,
    store: &Store,
) -> Result<Product, Unfinished> {
    let model = store.networks.model(network).ok_or(NetworkError::Unknown(network));
    model.map_err(failed)?.save(path).map_err(failed)?;
    Ok(Product::Written(path.to_owned()))
}
