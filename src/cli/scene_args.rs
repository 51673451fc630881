//! Which scene a command is about.

use clap::Args;
use driftscope_study::scene::{Given, Scene, SceneError};

/// Which scene, with which changes.
#[derive(Args, Clone, Debug)]
pub struct SceneArgs {
    /// A bundled scene by name, a scene file or a link (`driftscope:…`). The default scene if absent.
    #[arg(long, value_name = "NAME|FILE.toml|LINK")]
    pub scene: Option<String>,
    /// Set one value of the scene, such as sampler.rtol=1e-6 or data.name=rings; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl SceneArgs {
    /// Whether none was asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scene.is_none() && self.set.is_empty()
    }

    /// The scene.
    ///
    /// # Errors
    /// If there is no such scene, or a value is refused.
    pub fn scene(&self) -> Result<Scene, SceneError> {
        self.given().map(|(scene, _)| scene)
    }

    /// The scene, and the settings that were given for it.
    ///
    /// # Errors
    /// If there is no such scene, or a value is refused.
    pub fn given(&self) -> Result<(Scene, Given), SceneError> {
        Scene::with_given(self.scene.as_deref(), &self.set)
    }
}
