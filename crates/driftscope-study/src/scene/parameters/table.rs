//! All settings, each once.

use std::sync::LazyLock;

use super::super::Scene;
use super::parameter::Parameter;
use super::{
    control_rows, data_rows, diffusion_rows, guidance_rows, recipe_rows, sampler_rows,
    training_rows, view_rows,
};

/// What has settings, each with a row in the table.
pub trait Settings: Default + Sized + 'static {
    /// Every setting, in the order of the guide.
    fn parameters() -> &'static [Parameter<Self>];

    /// The setting called `key`, if there is one.
    fn find(key: &str) -> Option<&'static Parameter<Self>> {
        Self::parameters().iter().find(|parameter| parameter.key == key)
    }

    /// The setting called `key`.
    ///
    /// # Panics
    /// If there is none.
    fn parameter(key: &str) -> &'static Parameter<Self> {
        Self::find(key).unwrap_or_else(|| panic!("no setting has the key {key}"))
    }
}

static OF_SCENES: LazyLock<Vec<Parameter<Scene>>> = LazyLock::new(|| {
    let groups = [
        data_rows::words(),
        data_rows::data(),
        guidance_rows::source(),
        data_rows::field(),
        guidance_rows::guidance(),
        sampler_rows::steps(),
        control_rows::errors(),
        control_rows::constants(),
        control_rows::limits(),
        recipe_rows::recipes(),
        sampler_rows::precision(),
        diffusion_rows::diffusion(),
        data_rows::particles(),
        view_rows::picture(),
        view_rows::playback(),
        training_rows::training(),
    ];
    groups.into_iter().flatten().collect()
});

impl Settings for Scene {
    fn parameters() -> &'static [Parameter<Self>] {
        &OF_SCENES
    }
}

impl Scene {
    /// Why the setting `key` (as in scene files, such as `sampler.rtol`) has no effect in this scene
    /// as the others stand; none if it has one. Panes are scenes of their own ([`Scene::pane`]).
    ///
    /// # Panics
    /// If no scene has such a key.
    #[must_use]
    pub fn idle(&self, key: &str) -> Option<&'static str> {
        Self::parameter(key).idle(self)
    }
}
