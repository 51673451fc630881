//! The drawing tools: which one is in hand, how it is set, and what a person can draw on.

use driftscope_flow::data::PointSet;
use driftscope_study::drawing::Brush;
use driftscope_study::own::Own;
use driftscope_study::scene::{Blob, CLASSIC, Data, PointList, Projection, Scene};
use driftscope_study::session::{Mode, Session};

/// Why data cannot change beside a training.
pub const TRAINED_ON: &str =
    "The network beside is trained on this distribution. Reset the training to choose another.";

/// The least weight of a Gaussian that is set by hand.
pub const LIGHTEST: f64 = 1e-3;

/// What a pointer on the stage does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    /// Lays points.
    #[default]
    Brush,
    /// Takes points.
    Eraser,
    /// Places Gaussians and changes them.
    Gaussians,
}

impl Tool {
    /// All of them, in the order of the strip.
    pub const ALL: [Self; 3] = [Self::Brush, Self::Eraser, Self::Gaussians];

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Brush => "Brush",
            Self::Eraser => "Eraser",
            Self::Gaussians => "Gaussians",
        }
    }

    /// What it does, for a tooltip.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Brush => {
                "Lays points below the pointer. Each has a small Gaussian around it, the kernel."
            }
            Self::Eraser => "Takes the points below the pointer away.",
            Self::Gaussians => {
                "Places Gaussians by a click. Drag the centre to move one, the ends of its axes to stretch and turn it; with Shift it becomes round. The slider beside it is its weight."
            }
        }
    }
}

/// How the tools are set.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Drawing {
    /// Whether they are in hand.
    pub open: bool,
    /// Which of them.
    pub tool: Tool,
    /// The brush; its radius is also that of the eraser.
    pub brush: Brush,
    /// What points are labelled that are laid among labelled ones.
    pub label: u32,
    /// Which Gaussian is held, from 0.
    pub selected: usize,
}

/// Why nothing can be drawn, if nothing can.
#[must_use]
pub fn refused(session: &Session) -> Option<&'static str> {
    let scene = session.scene();
    if scene.classic().is_some() {
        Some(CLASSIC)
    } else if session.training().is_some() {
        Some(TRAINED_ON)
    } else if session.mode() == Mode::Errors {
        Some(
            "Data are drawn on the stage, which the error laboratory covers. Choose Explore to draw.",
        )
    } else if scene.view.projection == Projection::OverTime {
        Some("Data are drawn in the plane. Choose Plane as the picture to draw.")
    } else {
        None
    }
}

/// The points of the scene's own, if its data are points.
#[must_use]
pub fn points(scene: &Scene) -> Option<&PointSet> {
    scene.data.points.as_ref().map(|own| &own.content().0)
}

/// The Gaussians of the scene's own, if its data are a mixture.
#[must_use]
pub fn gaussians(scene: &Scene) -> &[Blob] {
    scene.data.mixture.as_deref().unwrap_or_default()
}

/// The data of a scene that has drawn points instead.
#[must_use]
pub fn with_points(scene: &Scene, set: PointSet) -> Data {
    let kernel = scene.data.points.as_ref().and(scene.data.kernel);
    Data { points: Some(Own::new(PointList(set))), kernel, ..Data::named(&scene.data.name) }
}

/// The data of a scene that has these Gaussians instead.
#[must_use]
pub fn with_gaussians(scene: &Scene, blobs: Vec<Blob>) -> Data {
    Data { mixture: Some(blobs), ..Data::named(&scene.data.name) }
}

/// The data without the Gaussian that is held; none where there is none, or no other.
#[must_use]
pub fn without_selected(scene: &Scene, drawing: Drawing) -> Option<Data> {
    let mut blobs = gaussians(scene).to_vec();
    if blobs.len() < 2 || drawing.selected >= blobs.len() {
        return None;
    }
    blobs.remove(drawing.selected);
    Some(with_gaussians(scene, blobs))
}
