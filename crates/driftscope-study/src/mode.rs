//! What the program is for at the moment.

use serde::{Deserialize, Serialize};

/// What the program is for at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Turn knobs and watch.
    #[default]
    Explore,
    /// Put several samplers side by side.
    Compare,
    /// Measure what the solver, the model and chance each get wrong.
    Errors,
    /// Train a network and watch it learn.
    Train,
    /// Follow a lesson.
    Lessons,
}

impl Mode {
    /// Every mode, in the order of the bar and of the number keys.
    pub const ALL: [Self; 5] =
        [Self::Explore, Self::Compare, Self::Errors, Self::Train, Self::Lessons];

    /// The name in the bar.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Compare => "Compare",
            Self::Errors => "Errors",
            Self::Train => "Train",
            Self::Lessons => "Lessons",
        }
    }
}
