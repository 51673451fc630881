//! What a picture shows.

use crate::app::lab::LabView;
use crate::app::plots::PlotKind;

/// What a picture shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
