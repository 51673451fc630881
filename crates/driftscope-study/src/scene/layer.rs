//! What can lie on the stage, each with a switch.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One layer of the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The density of the data, `p_1`.
    Target,
    /// The tilted density of guidance, `p(x) p(c|x)^w`.
    Tilted,
    /// The exact density of all particles at the current t, `p_t`.
    Marginal,
    /// The density of the particles that are there.
    Empirical,
    /// The velocity field at the current t, as lines along which it flows.
    Streamlines,
    /// The velocity field at the current t, as arrows.
    Velocity,
    /// Its score, `∇ log p_t`.
    Score,
    /// What D(t) adds to the drift, and its noise.
    Diffusion,
    /// A draw of the data.
    Data,
    /// Pairs of noise and data that a training begins with.
    Pairs,
    /// Straight lines from each start to its end.
    Chords,
    /// Where the particles have been.
    Trails,
    /// The particles.
    Particles,
}

impl Layer {
    /// Every layer, from the lowest to the topmost.
    pub const ALL: [Self; 13] = [
        Self::Target,
        Self::Tilted,
        Self::Marginal,
        Self::Empirical,
        Self::Streamlines,
        Self::Velocity,
        Self::Score,
        Self::Diffusion,
        Self::Data,
        Self::Pairs,
        Self::Chords,
        Self::Trails,
        Self::Particles,
    ];

    /// Name in scene files, name in the window, and what it shows.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Target => (
                "target",
                "Target density",
                "p₁, the distribution that the particles should arrive at, under them.",
            ),
            Self::Tilted => (
                "tilted",
                "Tilted density",
                "p(x)·p(c|x)^w of the class and the scale of guidance: what guidance is often taken to sample, and does not.",
            ),
            Self::Marginal => (
                "marginal",
                "Marginal density",
                "p_t, the exact density of α(t)·x₁ + σ(t)·x₀ at the current t: what a perfect sampler's cloud would look like now.",
            ),
            Self::Empirical => (
                "empirical",
                "Particles' density",
                "Where the particles are now, as a smoothed histogram.",
            ),
            Self::Streamlines => (
                "streamlines",
                "Streamlines",
                "Where v(x, t) would carry particles if it stayed as it is at the current t. The marks run as fast as particles would, the slowest ones a little faster.",
            ),
            Self::Velocity => (
                "velocity",
                "Velocity field",
                "v(x, t) at the current t as arrows: where particles are pushed.",
            ),
            Self::Score => (
                "score",
                "Score field",
                "∇ log p_t(x) at the current t as arrows: the way up the density.",
            ),
            Self::Diffusion => (
                "diffusion",
                "D(t)'s share",
                "D(t)·∇ log p_t as arrows, on the scale of the velocity's: what the diffusion adds to the drift, and takes away again by its noise.",
            ),
            Self::Data => ("data", "Data points", "An independent draw of the data."),
            Self::Pairs => (
                "pairs",
                "Training pairs",
                "Noise x₀ and data x₁ as the training pairs them, from its first batch: 128 pairs at most, and how many of their straight lines cross. Particles and trails step back.",
            ),
            Self::Chords => (
                "chords",
                "Straight lines",
                "From each start to its end, so that the curvature of the paths shows.",
            ),
            Self::Trails => ("trails", "Trails", "Where the particles have been."),
            Self::Particles => ("particles", "Particles", "The particles themselves."),
        }
    }

    /// The name in scene files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// The name in the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.words().1
    }

    /// What it shows, for a tooltip.
    #[must_use]
    pub fn about(self) -> &'static str {
        self.words().2
    }

    /// Whether it needs a distribution, which a classic ODE has not.
    #[must_use]
    pub fn needs_process(self) -> bool {
        matches!(
            self,
            Self::Target
                | Self::Tilted
                | Self::Marginal
                | Self::Score
                | Self::Diffusion
                | Self::Data
                | Self::Pairs
        )
    }

    /// Whether it shows the score of the field, which not every field has.
    #[must_use]
    pub fn needs_score(self) -> bool {
        matches!(self, Self::Score | Self::Diffusion)
    }

    /// Whether it lies in the plane only, not over t.
    #[must_use]
    pub fn needs_plane(self) -> bool {
        matches!(
            self,
            Self::Tilted
                | Self::Empirical
                | Self::Streamlines
                | Self::Velocity
                | Self::Score
                | Self::Diffusion
                | Self::Pairs
        )
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// The layers that are switched on; a list of names in scene files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layers(u16);

impl Default for Layers {
    fn default() -> Self {
        Self::of(&[Layer::Target, Layer::Trails, Layer::Particles])
    }
}

impl Layers {
    /// These layers.
    #[must_use]
    pub fn of(layers: &[Layer]) -> Self {
        Self(layers.iter().fold(0, |bits, layer| bits | layer.bit()))
    }

    /// Whether a layer is on.
    #[must_use]
    pub fn has(self, layer: Layer) -> bool {
        self.0 & layer.bit() != 0
    }

    /// The same with a layer on.
    #[must_use]
    pub fn with(self, layer: Layer) -> Self {
        Self(self.0 | layer.bit())
    }

    /// The same with a layer off.
    #[must_use]
    pub fn without(self, layer: Layer) -> Self {
        Self(self.0 & !layer.bit())
    }

    /// Switches a layer.
    pub fn set(&mut self, layer: Layer, on: bool) {
        *self = if on { self.with(layer) } else { self.without(layer) };
    }

    /// The layers that are on, from the lowest to the topmost.
    pub fn iter(self) -> impl Iterator<Item = Layer> {
        Layer::ALL.into_iter().filter(move |&layer| self.has(layer))
    }
}

impl Serialize for Layers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for layer in self.iter() {
            list.serialize_element(layer.name())?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Layers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Layers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of layers")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Layers, A::Error> {
                let mut layers = Layers(0);
                while let Some(name) = names.next_element::<String>()? {
                    let found = Layer::ALL.into_iter().find(|layer| layer.name() == name);
                    let Some(layer) = found else {
                        let known = Layer::ALL.map(Layer::name).join(", ");
                        return Err(A::Error::custom(format!(
                            "no layer is called `{name}`; layers: {known}"
                        )));
                    };
                    layers = layers.with(layer);
                }
                Ok(layers)
            }
        }
        deserializer.deserialize_seq(Names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Scene;

    #[test]
    fn layers_are_written_by_name_and_read_back() {
        let mut scene = Scene::default();
        for layer in Layer::ALL {
            scene.view.layers = Layers::of(&[layer, Layer::Trails]);
            let again = Scene::from_toml(&scene.to_toml(), "again").expect("reads back");
            assert_eq!(again.view.layers, scene.view.layers);
        }
        let text = "[view]\nlayers = [\"trails\", \"clouds\"]\n";
        let error = Scene::from_toml(text, "x").expect_err("no such layer").to_string();
        assert!(error.contains("clouds") && error.contains("marginal"), "{error}");
    }

    #[test]
    fn every_layer_has_a_name_of_its_own() {
        for (i, layer) in Layer::ALL.into_iter().enumerate() {
            assert!(Layer::ALL[..i].iter().all(|other| other.name() != layer.name()));
            assert_eq!(Layers::of(&[layer]).iter().collect::<Vec<_>>(), [layer]);
        }
    }
}
