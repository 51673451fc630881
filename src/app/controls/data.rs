//! What is sampled, which way, along which path, and whose velocity is followed.

use eframe::egui::Ui;

use super::row::{Choice, Row};
use crate::data::TOYS;
use crate::interpolant::Interpolant;
use crate::scene::{Direction, FieldKind, Scene};

/// Why path, field and diffusion do nothing in the forward direction.
pub const FORWARDS: &str = "Data → noise follows the linear diffusion of the VP-SDE, which needs no path, field or diffusion form. Choose Generate to use this.";

/// Distribution, direction, interpolant and field.
pub fn ui(ui: &mut Ui, scene: &mut Scene, trained: bool) {
    let shown = scene.toy().map_or("Own mixture", |toy| toy.title);
    let about = scene.toy().map_or("A mixture of Gaussians from a scene file.", |toy| toy.about);
    Row::new("Data", about).choice(
        ui,
        scene,
        shown,
        TOYS.iter().map(|toy| Choice { value: toy.name, title: toy.title, about: toy.about }),
        (
            |scene| scene.toy().map(|toy| toy.name),
            |scene, name| {
                scene.data.mixture = None;
                name.clone_into(&mut scene.data.name);
                // A model file belongs to the distribution it was trained on.
                scene.field.model = None;
            },
        ),
    );
    Row::new("Direction", "Generate runs from noise (t = 0) to data (t = 1). Noise runs the linear diffusion of the VP-SDE the other way: dx = −½β·x dt + √β dW, from data to noise.")
        .segments(
            ui,
            scene,
            &[
                Choice { value: Direction::Generate, title: "Generate", about: "From noise to data." },
                Choice { value: Direction::Noise, title: "Noise", about: "From data to noise: the linear diffusion of the VP-SDE run forwards." },
            ],
            (|scene| scene.direction, |scene, value| scene.direction = value),
        );
    let forwards = (scene.direction == Direction::Noise).then_some(FORWARDS);
    let path = scene.interpolant.kind;
    Row::new("Interpolant", path.about()).disabled(forwards).choice(
        ui,
        scene,
        path.title(),
        Interpolant::ALL.into_iter().map(|value| Choice {
            value,
            title: value.title(),
            about: value.about(),
        }),
        (|scene| Some(scene.interpolant.kind), |scene, value| scene.interpolant.kind = value),
    );
    let learned = match (&scene.field.model, trained) {
        (_, true) => "The network being trained here.",
        (Some(_), _) => "The network in a model file.",
        (None, _) => {
            "A network trained on this distribution: solver error and model error together."
        }
    };
    Row::new("Field", "Whose velocity the particles follow.").disabled(forwards).segments(
        ui,
        scene,
        &[
            Choice { value: FieldKind::Learned, title: "Learned", about: learned },
            Choice {
                value: FieldKind::Exact,
                title: "Exact",
                about: "The distribution's own velocity in closed form: the only error left is the solver's.",
            },
        ],
        (|scene| scene.field.kind, |scene, value| scene.field.kind = value),
    );
}
