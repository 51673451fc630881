//! How a scene is looked at; changes no number.

use serde::{Deserialize, Serialize};

use super::layer::Layers;

/// What particles are coloured by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColourBy {
    /// One colour, the method's.
    #[default]
    Plain,
    /// The direction of the start, seen from the middle of the starts.
    StartAngle,
    /// The component of the mixture that most likely made the end point.
    Component,
    /// The largest error estimate of a kept step, over the tolerance.
    LocalError,
    /// Evaluations of the field.
    Nfe,
    /// Steps made.
    Steps,
    /// Attempts thrown away.
    Rejected,
    /// The speed at the current t.
    Speed,
    /// Distance of the end point to the reference's.
    Distance,
}

impl ColourBy {
    /// Every choice, in menu order.
    pub const ALL: [Self; 9] = [
        Self::Plain,
        Self::StartAngle,
        Self::Component,
        Self::LocalError,
        Self::Nfe,
        Self::Steps,
        Self::Rejected,
        Self::Speed,
        Self::Distance,
    ];

    /// The name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Plain => "Plain",
            Self::StartAngle => "Start angle",
            Self::Component => "Component",
            Self::LocalError => "Local error",
            Self::Nfe => "Evaluations",
            Self::Steps => "Steps",
            Self::Rejected => "Rejected",
            Self::Speed => "Speed",
            Self::Distance => "Distance to reference",
        }
    }

    /// What it means, for a tooltip.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Plain => "The method's colour.",
            Self::StartAngle => {
                "The direction in which the particle started: which part of the noise becomes which part of the data."
            }
            Self::Component => "The part of the distribution in which the particle ended.",
            Self::LocalError => "The largest error estimate of a kept step, over the tolerance.",
            Self::Nfe => "Evaluations of the field.",
            Self::Steps => "Steps that were kept.",
            Self::Rejected => "Attempted steps that were thrown away.",
            Self::Speed => {
                "The speed at the current t: the way from the keyframe before to the one after it, over the time between them."
            }
            Self::Distance => {
                "Distance of the end point to the reference's end point: the global error. The reference is DOP853 at rtol 1e-10 in double precision; for an SDE, SRA1 with 16 times the steps on the same Brownian path."
            }
        }
    }
}

/// Which picture the stage shows of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Projection {
    /// The plane at one time.
    #[default]
    Plane,
    /// Time along the horizontal axis, one direction of the plane along the vertical.
    OverTime,
}

/// What runs evenly during playback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// t.
    #[default]
    Time,
    /// The solver's steps: each accepted step takes equally long.
    Steps,
}

/// What happens where particles overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// Many particles of one colour add up, others cover.
    #[default]
    Automatic,
    /// The upper one covers the lower one.
    Cover,
    /// They add up: brighter on dark, darker on light.
    AddUp,
}

impl Overlap {
    /// From so many particles on they add up by themselves.
    pub const MANY: usize = 20_000;

    /// Whether `count` particles add up. Colours that mean something would no longer be those of
    /// the legend, so by themselves only plain ones do.
    #[must_use]
    pub fn adds_up(self, count: usize, colour: ColourBy) -> bool {
        match self {
            Self::Automatic => count >= Self::MANY && colour == ColourBy::Plain,
            Self::Cover => false,
            Self::AddUp => true,
        }
    }
}

/// How it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct View {
    /// Length of the trails, as a share of the whole run.
    pub trail: f64,
    /// What particles are coloured by.
    pub colour: ColourBy,
    /// What lies on the stage.
    pub layers: Layers,
    /// The plane, or one direction of it over time.
    pub projection: Projection,
    /// The direction shown over time, in degrees from the x axis: 0 shows x, 90 shows y.
    pub angle: f64,
    /// What happens where particles overlap.
    pub overlap: Overlap,
    /// Size of the particles, as a multiple of the usual one.
    pub point_size: f64,
    /// Width of trails and lines, as a multiple of the usual one.
    pub line_width: f64,
    /// Playback speed; 1 shows a run in [`View::RUN_SECS`].
    pub speed: f64,
    /// What runs evenly during playback.
    pub clock: Clock,
    /// Whether playback starts again at the end.
    pub repeat: bool,
    /// Whether methods compete on the same number of evaluations: changing the method keeps it
    /// instead of the number of steps, and all panes have it.
    pub keep_evaluations: bool,
}

impl View {
    /// How long a run is shown at speed 1.
    pub const RUN_SECS: f64 = 4.0;

    /// The direction shown over time, as a unit vector.
    #[must_use]
    pub fn direction(&self) -> [f64; 2] {
        let (sin, cos) = self.angle.to_radians().sin_cos();
        // Exactly the axes where the axes are meant.
        [cos, sin].map(|x| if x.abs() < 1e-15 { 0.0 } else { x })
    }
}

impl Default for View {
    fn default() -> Self {
        Self {
            trail: 0.12,
            colour: ColourBy::default(),
            layers: Layers::default(),
            projection: Projection::default(),
            angle: 0.0,
            overlap: Overlap::default(),
            point_size: 1.0,
            line_width: 1.0,
            speed: 1.0,
            clock: Clock::default(),
            repeat: true,
            keep_evaluations: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Scene;

    #[test]
    fn what_overlaps_adds_up_as_the_scene_says() {
        for (name, few, many, many_by_speed) in [
            ("automatic", false, true, false),
            ("cover", false, false, false),
            ("add-up", true, true, true),
        ] {
            let setting = [format!("view.overlap={name}")];
            let scene = Scene::with_settings(None, &setting).expect("a scene");
            let again = Scene::from_toml(&scene.to_toml(), "again").expect("reads back");
            let overlap = again.view.overlap;
            assert_eq!(overlap.adds_up(1_000, ColourBy::Plain), few, "{name}");
            assert_eq!(overlap.adds_up(Overlap::MANY, ColourBy::Plain), many, "{name}");
            assert_eq!(overlap.adds_up(Overlap::MANY, ColourBy::Speed), many_by_speed, "{name}");
        }
    }
}
