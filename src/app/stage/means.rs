//! By what means particles, trails and data points are drawn.

use super::gpu::StageGpu;

/// Who draws them.
#[derive(Clone)]
pub enum Means {
    /// The graphics card.
    Card(StageGpu),
    /// egui, and a few hundred particles only; why.
    Few(String),
    /// Whoever draws a picture: they are handed over as [`crate::app::picture::Marks`].
    Marks,
}

impl Means {
    /// The graphics card, if it draws.
    pub fn card(&self) -> Option<&StageGpu> {
        match self {
            Self::Card(gpu) => Some(gpu),
            Self::Few(_) | Self::Marks => None,
        }
    }
}
