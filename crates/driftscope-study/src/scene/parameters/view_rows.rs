//! How a scene is looked at.

use super::super::Scene;
use super::super::applies::{in_two_dimensions, with_direction, with_fixed_steps, with_trails};
use super::super::layer::Layer;
use super::super::pane::MOST_PANES;
use super::super::view::{Clock, ColourBy, Overlap, Projection};
use super::access::{chosen, given};
use super::choice::Named;
use super::kind::{Access, Choices, Kind, Number, Switch, Unit, Written};
use super::parameter::Parameter;

/// The picture, in the order of the guide.
pub(super) fn picture() -> Vec<Parameter<Scene>> {
    let size = |access: Access<Scene, f64>| {
        Number::new(access, 0.1..=10.0).slider(0.25..=4.0).logarithmic().unit(Unit::Multiple)
    };
    vec![
        Parameter::new(
            "view.trail",
            "Trail length",
            "Length of the trails, as a share of the whole run.",
            Number::new(given!(Scene: view.trail), 0.0..=1.0).unit(Unit::Share),
        )
        .when(with_trails),
        Parameter::new(
            "view.colour",
            "Colour",
            "What the particles are coloured by.",
            Choices::new(ColourBy::choices, chosen!(Scene: view.colour)),
        ),
        Parameter::new("view.layers", "Layers", "What lies on the stage.", layers()),
        Parameter::new(
            "view.projection",
            "View",
            "The plane at one t, or one direction of it over t: trajectories over the density of all particles.",
            Choices::new(Projection::choices, chosen!(Scene: view.projection)),
        )
        .when(in_two_dimensions),
        Parameter::new(
            "view.angle",
            "Angle",
            "The direction that is shown over time, from the x axis: 0° shows x, 90° shows y.",
            Number::new(given!(Scene: view.angle), -360.0..=360.0)
                .slider(0.0..=180.0)
                .unit(Unit::Degree)
                .whole(),
        )
        .when(with_direction),
        Parameter::new(
            "view.overlap",
            "Overlap",
            "What happens where particles overlap. On its own it is decided by their number: many of one colour add up, so that the crowd's density shows.",
            Choices::new(Overlap::choices, chosen!(Scene: view.overlap)),
        ),
        Parameter::new(
            "view.point_size",
            "Points",
            "Size of the particles, as a multiple of the usual one.",
            size(given!(Scene: view.point_size)),
        ),
        Parameter::new(
            "view.line_width",
            "Lines",
            "Width of trails and lines, as a multiple of the usual one.",
            size(given!(Scene: view.line_width)),
        ),
    ]
}

/// Playback, what panes share, and the panes.
pub(super) fn playback() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "view.speed",
            "Speed",
            "Playback speed; 1 shows a run in four seconds.",
            Number::new(given!(Scene: view.speed), 0.01..=100.0)
                .logarithmic()
                .unit(Unit::Multiple),
        ),
        Parameter::new(
            "view.repeat",
            "Loop",
            "Whether playback starts again at the end.",
            Switch::new(given!(Scene: view.repeat)),
        ),
        Parameter::new(
            "view.clock",
            "Clock",
            "What runs evenly during playback: t, or the solver's steps, each of which then takes equally long.",
            Choices::new(Clock::choices, chosen!(Scene: view.clock)),
        ),
        Parameter::new(
            "view.keep_evaluations",
            "Equal evaluations",
            "Methods are compared at equal cost: changing the method keeps the number of evaluations instead of the number of steps, and all panes make as many as this one takes with its number of fixed steps. Adaptive methods take fixed steps meanwhile.",
            Switch::new(given!(Scene: view.keep_evaluations)),
        )
        .when(with_fixed_steps),
        Parameter::new(
            "panes",
            "Panes",
            "Samplers beside the scene's own, which `sample` runs. Each may have `sampler`, `diffusion`, `field` and `training` in place of the scene's section as a whole, and `difference = true` to show how far its particles are from the reference.",
            Kind::List(Written {
                form: PANES_FORM,
                entries: None,
                absent: "none",
                read: |scene: &Scene| {
                    let panes = toml::Value::try_from(&scene.panes).ok();
                    panes.filter(|_| !scene.panes.is_empty()).map(|panes| panes.to_string())
                },
            }),
        ),
    ]
}

const PANES_FORM: &str = "`[[panes]]`, up to three";
const _: () = assert!(MOST_PANES == 4, "PANES_FORM says how many there may be");

fn layers() -> Kind<Scene> {
    Kind::List(Written {
        form: "a list of names",
        entries: Some(Layer::choices),
        absent: "",
        read: |scene: &Scene| {
            let names: Vec<&str> = scene.view.layers.iter().map(Layer::name).collect();
            Some(format!("{names:?}"))
        },
    })
}
