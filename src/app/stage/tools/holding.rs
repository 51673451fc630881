//! Gaussians under the pointer.

use driftscope_study::drawing::{Ellipse, Grip};
use driftscope_study::scene::Blob;
use eframe::egui::{Color32, Painter, Pos2, Shape, Stroke as Pen};

use super::pointer::Pointer;
use crate::app::command::{Command, Commands, Joins};
use crate::app::drawing::{Drawing, gaussians, with_gaussians};
use crate::app::stage::canvas::Canvas;
use crate::app::state::State;

/// A grip is held within this distance, in points of the screen.
const REACH: f32 = 14.0;
/// A pointer that moves less than this, in points of the screen, has not dragged.
const STILL: f32 = 4.0;
/// Standard deviation of a Gaussian that was placed by a click.
const USUAL: f64 = 0.3;
/// Half the side of a grip, in points of the screen.
const SIDE: f32 = 5.0;
/// Corners of an ellipse.
const CORNERS: usize = 72;

/// What is held, if anything is.
#[derive(Default)]
pub struct Holding(Option<Held>);

struct Held {
    pane: usize,
    index: usize,
    grip: Grip,
    /// As it was when it was taken.
    start: Ellipse,
    /// Where the pointer took it, and where from there the grip was.
    taken: [f64; 2],
    offset: [f64; 2],
    /// Whether the drag has begun.
    moved: bool,
    /// Whether a change has been asked for that the next ones go on with.
    changed: bool,
    /// Whether it was placed by this press.
    placed: bool,
}

impl Holding {
    /// Takes, drags and lets go.
    pub fn update(
        &mut self,
        pointer: &Pointer,
        canvas: &Canvas<'_>,
        (state, pane): (&State, usize),
        out: &mut Commands,
    ) {
        let scene = state.scene();
        let blobs = gaussians(scene);
        if let Some(at) = pointer.pressed {
            let (held, added) = take(blobs, state.drawing.selected, at, canvas);
            if let Some(blob) = added {
                let blobs = blobs.iter().copied().chain([blob]).collect();
                out.push(Command::data(with_gaussians(scene, blobs)));
            }
            out.push(Command::Drawing(Drawing { selected: held.index, ..state.drawing }));
            self.0 = Some(Held { pane, ..held });
        }
        let Some(held) = self.0.as_mut().filter(|held| held.pane == pane) else { return };
        // Undone while it was held.
        let there = blobs.get(held.index).copied();
        if let (Some(&to), Some(blob)) = (pointer.way.last(), there) {
            held.moved |= canvas.at(to).distance(canvas.at(held.taken)) > STILL;
            let to = [0, 1].map(|d| to[d] + held.offset[d]);
            let dragged = held.start.dragged(held.grip, to, pointer.shift || held.placed);
            let becomes = dragged.put_into(blob);
            if held.moved && becomes != blob {
                let mut blobs = blobs.to_vec();
                blobs[held.index] = becomes;
                let joins = if held.changed || held.placed { Joins::Last } else { Joins::Nothing };
                held.changed = true;
                let data = Box::new(with_gaussians(scene, blobs));
                out.push(Command::Data { data, joins });
            }
        }
        if !pointer.down {
            self.0 = None;
        }
    }

    /// Draws all of them, and the grips of the one that is held.
    pub fn paint(
        &self,
        (painter, canvas): (&Painter, &Canvas<'_>),
        pointer: &Pointer,
        state: &State,
    ) {
        let palette = state.palette();
        let blobs = gaussians(state.scene());
        let near = pointer
            .at
            .filter(|_| self.0.is_none())
            .and_then(|at| nearest(blobs, state.drawing.selected, canvas.under(at), canvas));
        for (i, ellipse) in blobs.iter().map(Ellipse::of).enumerate() {
            let Some(ellipse) = ellipse else { continue };
            let selected = i == state.drawing.selected;
            let lit = selected || near.is_some_and(|(index, _)| index == i);
            let colour = if lit { palette.accent } else { palette.text };
            let width = if selected { 2.0 } else { 1.2 } * palette.heavier;
            outline(painter, canvas, &ellipse, Ellipse::REACH, Pen::new(width, colour));
            outline(painter, canvas, &ellipse, 1.0, Pen::new(1.0, colour.gamma_multiply(0.6)));
            painter.circle_filled(canvas.at(ellipse.mean), 3.0, colour);
            if !selected {
                continue;
            }
            for grip in Grip::ALL {
                let at = canvas.at(ellipse.grip(grip));
                let held = self.0.as_ref().is_some_and(|held| held.grip == grip);
                let under = held || near == Some((i, grip));
                handle(
                    painter,
                    at,
                    grip,
                    if under { palette.strong } else { colour },
                    palette.ground,
                );
            }
        }
    }
}

/// What a press at `at` takes, and the Gaussian that it places where there is none.
fn take(
    blobs: &[Blob],
    selected: usize,
    at: [f64; 2],
    canvas: &Canvas<'_>,
) -> (Held, Option<Blob>) {
    let found = nearest(blobs, selected, at, canvas)
        .and_then(|(index, grip)| Some((index, grip, Ellipse::of(&blobs[index])?)));
    let held = |index, grip, start: Ellipse, offset, placed| Held {
        pane: 0,
        index,
        grip,
        start,
        taken: at,
        offset,
        moved: false,
        changed: false,
        placed,
    };
    if let Some((index, grip, start)) = found {
        let grip_at = start.grip(grip);
        let offset = [0, 1].map(|d| grip_at[d] - at[d]);
        return (held(index, grip, start, offset, false), None);
    }
    let start = Ellipse { mean: at, stds: [USUAL; 2], angle: 0.0 };
    let blob = start.put_into(Blob::round(at, USUAL));
    let start = Ellipse::of(&blob).unwrap_or(start);
    // Going on without letting go stretches it.
    (held(blobs.len(), Grip::ALL[0], start, [0.0; 2], true), Some(blob))
}

/// The Gaussian and its grip that are meant by a pointer at `at`: a grip of the one that is held, else the
/// one whose inside is nearest.
fn nearest(
    blobs: &[Blob],
    selected: usize,
    at: [f64; 2],
    canvas: &Canvas<'_>,
) -> Option<(usize, Grip)> {
    let screen = canvas.at(at);
    let held = blobs.get(selected).and_then(Ellipse::of);
    if let Some(ellipse) = held {
        let distance = |grip: &Grip| canvas.at(ellipse.grip(*grip)).distance(screen);
        let closest = Grip::ALL.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        if let Some(grip) = closest.filter(|grip| distance(grip) <= REACH) {
            return Some((selected, grip));
        }
    }
    let inside = |(index, blob): (usize, &Blob)| {
        let ellipse = Ellipse::of(blob)?;
        let close = canvas.at(ellipse.mean).distance(screen) <= REACH;
        let distance = ellipse.distance(at);
        (close || distance <= 1.0).then_some((index, distance))
    };
    let all = blobs.iter().enumerate().filter_map(inside);
    all.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| (index, Grip::Centre))
}

fn outline(painter: &Painter, canvas: &Canvas<'_>, ellipse: &Ellipse, distance: f64, pen: Pen) {
    let point = |i: usize| {
        let (sin, cos) = (std::f64::consts::TAU * i as f64 / CORNERS as f64).sin_cos();
        canvas.at(ellipse.place([distance * cos, distance * sin]))
    };
    painter.add(Shape::closed_line((0..CORNERS).map(point).collect(), pen));
}

fn handle(painter: &Painter, at: Pos2, grip: Grip, colour: Color32, ground: Color32) {
    match grip {
        Grip::Centre => {
            painter.circle(at, SIDE + 1.0, colour, Pen::new(1.5, ground));
        }
        Grip::Axis { axis: 0, .. } => {
            painter.circle(at, SIDE, ground, Pen::new(2.0, colour));
        }
        Grip::Axis { .. } => {
            let rect =
                eframe::egui::Rect::from_center_size(at, eframe::egui::Vec2::splat(2.0 * SIDE));
            let kind = eframe::egui::StrokeKind::Middle;
            painter.rect(rect, 1.0, ground, Pen::new(2.0, colour), kind);
        }
    }
}
