//! How much of a run is kept, and how much of it is made.

/// How much of a run is kept, and how much of it is made.
#[derive(Clone, Copy, Debug)]
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
    /// Particles for which steps are doubled to estimate the error of methods without a pair.
    pub doubled: usize,
    /// The tiles of particles that are solved.
    pub tiles: Tiles,
}

/// Of the tiles of particles of a scene so many, beginning with `from`, each `step` after the one before, as
/// far as there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiles {
    /// The first.
    pub from: usize,
    /// From one to the next, at least 1.
    pub step: usize,
    /// How many.
    pub count: usize,
}

impl Tiles {
    /// All of them.
    pub const ALL: Self = Self { from: 0, step: 1, count: usize::MAX };
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
            tiles: Tiles::ALL,
        }
    }
}

/// The usual [`RunOptions::doubled`].
pub const DOUBLED: usize = 512;
