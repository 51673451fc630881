//! What a scene calls a network.

use std::fmt;
use std::path::PathBuf;

use driftscope_flow::network::NetworkId;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Data, Field, FieldKind, Scene, Time};

/// A network by name: the path of a safetensors file, `trained:` and the identity of one that was trained in
/// this session, or `bundled:` and the name of one that comes with the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelName {
    /// A file.
    File(PathBuf),
    /// A network that was trained here.
    Trained(NetworkId),
    /// A network that comes with the program.
    Bundled(String),
}

impl ModelName {
    /// What stands before the identity of a trained network.
    const TRAINED: &str = "trained:";
    /// What stands before the name of a bundled network.
    const BUNDLED: &str = "bundled:";

    /// Whether a text names a network that is no file.
    pub(super) fn is_no_file(name: &str) -> bool {
        name.starts_with(Self::TRAINED) || name.starts_with(Self::BUNDLED)
    }
}

impl From<PathBuf> for ModelName {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Trained(id) => write!(f, "{}{id}", Self::TRAINED),
            Self::Bundled(name) => write!(f, "{}{name}", Self::BUNDLED),
        }
    }
}

impl Scene {
    /// The fields of all panes, the scene's own first.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        let own = self.panes.iter().filter_map(|pane| pane.field.as_ref());
        std::iter::once(&self.field).chain(own)
    }

    /// The same, to change.
    pub fn fields_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        let own = self.panes.iter_mut().filter_map(|pane| pane.field.as_mut());
        std::iter::once(&mut self.field).chain(own)
    }

    /// All that name networks, to change, each with its key.
    pub fn models_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut ModelName)> {
        let panes = self.panes.iter_mut().filter_map(|pane| pane.field.as_mut());
        let fields = std::iter::once(&mut self.field).chain(panes);
        let models = fields.filter_map(|field| field.model.as_mut());
        let bad = self.guidance.bad.as_mut().map(|bad| ("guidance.bad", bad));
        models.map(|model| ("field.model", model)).chain(bad)
    }

    /// The networks trained here that the scene and its panes name.
    pub fn trained_networks(&self) -> impl Iterator<Item = NetworkId> {
        let models = self.fields().filter_map(|field| field.model.as_ref());
        models.chain(&self.guidance.bad).filter_map(|model| match model {
            ModelName::Trained(id) => Some(*id),
            ModelName::File(_) | ModelName::Bundled(_) => None,
        })
    }

    /// The fields of the panes whose training is that of pane `index`.
    fn fields_trained_with(&mut self, index: usize) -> impl Iterator<Item = &mut Field> {
        let theirs = |pane: &usize| self.training_of(*pane) == index;
        let trained: Vec<bool> = (0..self.pane_count()).map(|pane| theirs(&pane)).collect();
        let own = self.panes.iter_mut().map(|pane| pane.field.as_mut());
        let fields = std::iter::once(Some(&mut self.field)).chain(own);
        fields.zip(trained).filter_map(|(field, trained)| field.filter(|_| trained))
    }

    /// Lets every learned field of the panes that have the training of pane `index` be that of a network trained
    /// here, where it is that of `before`, the network before; of all networks where there was none.
    pub fn follow_trained(&mut self, index: usize, id: NetworkId, before: Option<NetworkId>) {
        let follows = |field: &Field| match (&field.model, before) {
            (Some(ModelName::Trained(other)), Some(before)) => *other == before,
            // A file that was chosen meanwhile gives way as well.
            _ => true,
        };
        for field in self.fields_trained_with(index) {
            if field.kind == FieldKind::Learned && follows(field) {
                field.follow(Some(ModelName::Trained(id)));
            }
        }
    }

    /// Lets the model of `before` stand in place of every network trained here, in the panes that have the training
    /// of pane `index`; without one, where the distribution has no bundled network either, the field becomes the
    /// exact one. A bad model that was trained here goes.
    pub fn leave_trained(&mut self, index: usize, before: Option<&Field>) {
        if matches!(self.guidance.bad, Some(ModelName::Trained(_))) {
            self.guidance.bad = None;
        }
        let bundled = self.toy().is_some();
        for field in self.fields_trained_with(index) {
            if matches!(field.model, Some(ModelName::Trained(_))) {
                let Field { model, reading, .. } = before.cloned().unwrap_or_default();
                (field.model, field.reading) = (model, reading);
                if field.model.is_none() && !bundled {
                    field.kind = FieldKind::Exact;
                }
            }
        }
    }

    /// Puts aside what belongs to other data: a label that these do not have, and a bad model.
    pub fn suit_data(&mut self) {
        let labels = self.mixture().map(|mixture| mixture.labels()).unwrap_or_default();
        self.guidance.label = self.guidance.label.filter(|label| labels.contains(label));
        self.guidance.bad = None;
    }

    /// Lets data of one's own be sampled. They have no bundled network: where one would be needed, and where
    /// a classic ODE has been shown, the field becomes the exact one. Whether any did.
    pub fn give_own(&mut self, data: Data) -> bool {
        self.data = data;
        self.suit_data();
        let mut became_exact = false;
        let classic = self.field.kind == FieldKind::Classic;
        for field in self.fields_mut() {
            if classic || (field.kind == FieldKind::Learned && field.model.is_none()) {
                field.kind = FieldKind::Exact;
                became_exact = true;
            }
        }
        if classic {
            // Times of a classic ODE mean nothing to a noising process.
            self.time = Time::default();
            self.suit_field();
        }
        became_exact
    }
}

impl Serialize for ModelName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::File(path) => path.serialize(serializer),
            Self::Trained(_) | Self::Bundled(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for ModelName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if let Some(bundled) = name.strip_prefix(Self::BUNDLED) {
            return Ok(Self::Bundled(bundled.to_owned()));
        }
        match name.strip_prefix(Self::TRAINED) {
            Some(id) => id.parse().map(Self::Trained).map_err(de::Error::custom),
            None => Ok(Self::File(PathBuf::from(name))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scene::Scene;

    #[test]
    fn networks_are_named_by_file_or_by_identity() {
        for name in [
            "moons.safetensors",
            "/a b/ü.safetensors",
            "trained:0123456789abcdef0123456789abcdef",
            "bundled:two-moons",
        ] {
            let scene =
                Scene::with_settings(None, &[format!("field.model={name:?}")]).expect("a scene");
            assert_eq!(scene.field.model.as_ref().expect("named").to_string(), name);
            let again = Scene::from_toml(&scene.to_toml(), "again").expect("reads back");
            assert_eq!(again, scene);
        }
        let wrong = ["field.model=trained:12".to_owned()];
        let message = Scene::with_settings(None, &wrong).expect_err("too short").to_string();
        assert!(message.contains("field.model") && message.contains("32"), "{message}");
    }
}
