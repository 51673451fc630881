//! What a picture shows.

use driftscope_study::lesson::{Lesson, Pointer, Visible};
use serde::{Deserialize, Serialize};

use crate::app::lab::LabView;
use crate::app::plots::PlotKind;

/// What a picture shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    /// The panes.
    #[default]
    Stage,
    /// One pane, numbered from 0.
    Pane(usize),
    /// A plot.
    Plot(PlotKind),
    /// A card of the error laboratory, by its name.
    Card(String),
    /// The whole window.
    Window,
}

impl View {
    /// The plot of this name.
    ///
    /// # Errors
    /// If there is none: which there are.
    pub fn plot(name: &str) -> Result<Self, String> {
        let found = PlotKind::OF_SCENES.into_iter().find(|plot| plot.name() == name);
        let names = PlotKind::OF_SCENES.map(PlotKind::name).join(", ");
        found.map(Self::Plot).ok_or_else(|| format!("no plot is called `{name}`; one of {names}"))
    }

    /// The card of this name.
    ///
    /// # Errors
    /// If there is none: which there are.
    pub fn card(name: &str) -> Result<Self, String> {
        let names = LabView::default().names();
        if names.iter().any(|known| known == name) {
            return Ok(Self::Card(name.to_owned()));
        }
        Err(format!("no card is called `{name}`; one of {}", names.join(", ")))
    }

    /// Every plot and card that has a name.
    #[must_use]
    pub fn all_named() -> Vec<Self> {
        let plots = PlotKind::OF_SCENES.into_iter().map(Self::Plot);
        plots.chain(LabView::default().names().into_iter().map(Self::Card)).collect()
    }

    /// The size it has if no other is asked for, in points.
    #[must_use]
    pub fn usual_size(&self) -> [f32; 2] {
        match self {
            Self::Stage => [1280.0, 720.0],
            Self::Pane(_) => [720.0, 720.0],
            Self::Plot(_) => [640.0, 400.0],
            Self::Card(_) => [960.0, 480.0],
            Self::Window => [1280.0, 800.0],
        }
    }
}

/// Whether every graph and card that a lesson names is there.
///
/// # Errors
/// The first that is not, and which there are.
pub fn check_lesson(lesson: &Lesson) -> Result<(), String> {
    for (number, step) in lesson.steps.iter().enumerate() {
        let wrong = |why: String| format!("step {}: {why}", number + 1);
        let only = step.only.iter().flatten().filter_map(|visible| match visible {
            Visible::Plot(name) => Some(name),
            Visible::Control(_) => None,
        });
        let pointed = step.point.iter().filter_map(|pointer| match pointer {
            Pointer::Plot(name) => Some(name),
            _ => None,
        });
        for name in only.chain(pointed) {
            View::plot(name).map_err(wrong)?;
        }
        if let Some(card) = lesson.stand(number).ok().and_then(|stand| stand.card) {
            View::card(&card).map_err(wrong)?;
        }
    }
    Ok(())
}
