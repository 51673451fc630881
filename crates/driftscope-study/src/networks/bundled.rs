//! The networks that come with the program.

use std::sync::LazyLock;

use driftscope_flow::network::{CheckpointError, Model, Objective};

macro_rules! bundled_models {
    ($($name:literal),* $(,)?) => {
        /// Bundled models by name: that of their distribution, for the usual ones.
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
    "two-moons-optimal",
    "two-moons-reflow",
    "two-moons-shortcut",
    "two-moons-mean-flow",
];

/// What is known of a bundled network.
#[derive(Clone, Debug)]
pub struct BundledNetwork {
    /// Its name behind `bundled:`.
    pub name: &'static str,
    /// The distribution that it was trained on.
    pub data: String,
    /// What it was trained to be.
    pub objective: Objective,
    /// Whether it has a score: its noise was N(0, I), drawn independently of the data.
    pub has_score: bool,
}

/// All of them, those of the built-in distributions first.
#[must_use]
pub fn bundled_networks() -> &'static [BundledNetwork] {
    static ALL: LazyLock<Vec<BundledNetwork>> = LazyLock::new(|| {
        let known = |(name, _): &(&'static str, &[u8])| {
            let description = bundled_model(name).ok()?.description;
            Some(BundledNetwork {
                name,
                objective: description.settings.objective,
                has_score: description.source.is_none() && !description.settings.pairs_ends(),
                data: description.data,
            })
        };
        BUNDLED.iter().filter_map(known).collect()
    });
    &ALL
}

/// Whether one is called so.
pub(super) fn is_bundled(name: &str) -> bool {
    BUNDLED.iter().any(|(known, _)| *known == name)
}

/// Their names, for a message.
pub(super) fn names() -> String {
    BUNDLED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
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
