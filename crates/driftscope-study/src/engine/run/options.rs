//! How much of a run is kept, and from where it starts.

use std::sync::Arc;

use crate::engine::given_noise::GivenNoise;
use crate::engine::models::LoadedModel;

/// How much of a run is kept, and from where it starts.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Most keyframes of a particle, at least 2.
    pub keyframes: usize,
    /// Whether fixed steps are kept at exactly so many even times, as adaptive ones are, instead
    /// of at the ends of the steps. Noisy steps can only be kept at their ends.
    pub even_keyframes: bool,
    /// Particles whose attempts are logged.
    pub logged: usize,
    /// Whether keyframes are kept in double precision as well.
    pub precise: bool,
    /// Starting points, instead of those that the seed gives; as many as the scene has particles.
    pub starts: Option<Arc<[[f64; 2]]>>,
    /// Noise of an SDE, instead of that which the seed gives.
    pub noise: Option<Arc<GivenNoise>>,
    /// Particles for which steps are doubled to estimate the error of methods without a pair.
    pub doubled: usize,
    /// A model to use instead of the scene's own (a training under way).
    pub model: Option<Arc<LoadedModel>>,
}

impl RunOptions {
    /// Keyframes of all particles together take at most this many bytes.
    pub const KEYFRAME_BYTES: usize = 64 << 20;

    /// What the window keeps of a run of `particles`.
    #[must_use]
    pub fn for_window(particles: usize) -> Self {
        let affordable = Self::KEYFRAME_BYTES / (size_of::<[f32; 2]>() * particles.max(1));
        Self {
            keyframes: affordable.clamp(33, 129),
            even_keyframes: false,
            logged: 512,
            precise: false,
            doubled: DOUBLED,
            starts: None,
            noise: None,
            model: None,
        }
    }
}

/// The usual [`RunOptions::doubled`].
pub const DOUBLED: usize = 512;
