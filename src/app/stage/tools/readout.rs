//! The numbers of the Gaussian that is held, to be read, typed and dragged.

use driftscope_study::drawing::Ellipse;
use driftscope_study::scene::Blob;
use eframe::egui::Ui;

use super::field::Field;
use crate::app::command::{Command, Commands, Joins};
use crate::app::commands::REMOVE_GAUSSIAN;
use crate::app::drawing::{Drawing, LIGHTEST, gaussians, with_gaussians};
use crate::app::state::State;

/// Means may be typed within these.
const FARTHEST: f64 = 1e3;
/// Standard deviations may be typed from here.
const LEAST: f64 = 1e-3;

/// Which one is held, its numbers, and buttons for one more and one less.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    let scene = state.scene();
    let blobs = gaussians(scene);
    which(ui, state, blobs.len(), out);
    if let Some(blob) = blobs.get(state.drawing.selected)
        && let Some(becomes) = numbers(ui, *blob)
    {
        let mut blobs = blobs.to_vec();
        blobs[state.drawing.selected] = becomes;
        let data = Box::new(with_gaussians(scene, blobs));
        out.push(Command::Data { data, joins: Joins::Recent });
    }
    let add = ui.button("Add").on_hover_text("Places one more Gaussian at the origin.");
    if add.clicked() {
        let blobs: Vec<Blob> = blobs.iter().copied().chain([Blob::round([0.0; 2], 0.3)]).collect();
        out.push(Command::Drawing(Drawing { selected: blobs.len() - 1, ..state.drawing }));
        out.push(Command::data(with_gaussians(scene, blobs)));
    }
    let refused = (REMOVE_GAUSSIAN.refused)(state);
    let remove = ui
        .add_enabled_ui(refused.is_none(), |ui| ui.button("Remove"))
        .inner
        .on_hover_text("Removes the Gaussian that is held (Delete).")
        .on_disabled_hover_text(refused.unwrap_or_default());
    if remove.clicked() {
        out.push((REMOVE_GAUSSIAN.command)(state));
    }
}

fn which(ui: &mut Ui, state: &State, count: usize, out: &mut Commands) {
    if count == 0 {
        return;
    }
    let mut number = (state.drawing.selected + 1).min(count) as f64;
    let suffix = format!(" of {count}");
    let field = Field {
        name: "Gaussian held",
        prefix: "Gaussian ",
        suffix: &suffix,
        about: "Which Gaussian is held; the numbers beside are its own.",
        range: 1.0..=count as f64,
        speed: 0.05,
        decimals: 0,
    };
    let held = state.drawing.selected < count;
    if field.ui(ui, &mut number) || !held {
        out.push(Command::Drawing(Drawing { selected: number as usize - 1, ..state.drawing }));
    }
}

/// What the Gaussian becomes, if a number was changed.
fn numbers(ui: &mut Ui, blob: Blob) -> Option<Blob> {
    let before = Ellipse::of(&blob)?;
    let (mut ellipse, mut weight) = (before, blob.weight);
    let mut degrees = ellipse.angle.to_degrees();
    let mut changed = false;
    for (d, [name, prefix]) in [["Mean x", "x = "], ["Mean y", "y = "]].into_iter().enumerate() {
        let field = Field {
            name,
            prefix,
            suffix: "",
            about: "Where its centre is, in units of the plane.",
            range: -FARTHEST..=FARTHEST,
            speed: 0.01,
            decimals: 3,
        };
        changed |= field.ui(ui, &mut ellipse.mean[d]);
    }
    let axes = [
        (
            "Standard deviation along its first axis",
            "σ₁ = ",
            "Standard deviation along the axis nearer to x, in units of the plane: half the way from the centre to the round grips.",
        ),
        (
            "Standard deviation along its second axis",
            "σ₂ = ",
            "Standard deviation along the axis nearer to y, in units of the plane: half the way from the centre to the square grips.",
        ),
    ];
    for (i, (name, prefix, about)) in axes.into_iter().enumerate() {
        let speed = 0.01 * ellipse.stds[i].max(0.1);
        let range = LEAST..=FARTHEST;
        let field = Field { name, prefix, suffix: "", about, range, speed, decimals: 3 };
        changed |= field.ui(ui, &mut ellipse.stds[i]);
    }
    let field = Field {
        name: "Angle of its first axis",
        prefix: "angle ",
        suffix: "°",
        about: "From the x axis to the first axis, in degrees. Beyond 45° the other axis is the one nearer to x.",
        range: -360.0..=360.0,
        speed: 0.5,
        decimals: 1,
    };
    let round = before.is_round();
    let turned = ui.add_enabled_ui(!round, |ui| field.ui(ui, &mut degrees)).inner;
    if turned {
        ellipse = ellipse.turned(degrees.to_radians());
        changed = true;
    }
    let field = Field {
        name: "Weight",
        prefix: "weight ",
        suffix: "",
        about: "Its share of the mass, beside those of the others; they need not add up to 1.",
        range: LIGHTEST..=FARTHEST,
        speed: 0.01 * weight.max(0.1),
        decimals: 3,
    };
    changed |= field.ui(ui, &mut weight);
    changed.then(|| Blob { weight, ..ellipse.put_into(blob) })
}
