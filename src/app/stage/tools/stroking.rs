//! Brush and eraser.

use driftscope_flow::data::PointSet;
use driftscope_study::drawing::{Stroke, erase};
use eframe::egui::{Color32, Painter, Pos2, Stroke as Pen};

use super::pointer::Pointer;
use crate::app::command::{Command, Commands};
use crate::app::drawing::{Tool, points, with_points};
use crate::app::stage::canvas::Canvas;
use crate::app::state::State;

/// Radius of a point, in points of the screen.
const POINT: f32 = 2.0;
/// More points than these are drawn smaller.
const MANY: usize = 1_000;

/// What is being stroked, and in which pane.
#[derive(Default)]
pub struct Stroking(Option<(usize, Way)>);

enum Way {
    Laying(Box<Stroke>),
    Erasing {
        /// What is left.
        left: PointSet,
        at: [f64; 2],
        any: bool,
    },
}

impl Stroking {
    /// Begins, goes on and ends a stroke; at its end the points become the data.
    pub fn update(
        &mut self,
        pointer: &Pointer,
        (state, index, tool): (&State, usize, Tool),
        out: &mut Commands,
    ) {
        let scene = state.scene();
        let brush = state.drawing.brush;
        if let Some(at) = pointer.pressed {
            self.0 = Some((index, begin(state, tool, at)));
        }
        let Some((_, way)) = self.0.as_mut().filter(|(pane, _)| *pane == index) else { return };
        for &to in &pointer.way {
            match way {
                Way::Laying(stroke) => stroke.pull(to),
                Way::Erasing { left, at, any } => {
                    *any |= erase(left, [*at, to], brush.radius);
                    *at = to;
                }
            }
        }
        if pointer.down {
            return;
        }
        match self.0.take() {
            Some((_, Way::Laying(stroke))) => {
                let mut set = points(scene).cloned().unwrap_or_default();
                if !set.labels.is_empty() {
                    set.labels.extend(stroke.points().iter().map(|_| state.drawing.label));
                }
                set.points.extend(stroke.points());
                if !stroke.points().is_empty() {
                    out.push(Command::data(with_points(scene, set)));
                }
            }
            Some((_, Way::Erasing { left, any: true, .. })) => {
                out.push(Command::data(with_points(scene, left)));
            }
            _ => {}
        }
    }

    /// Draws the points, those of the stroke among them, and the ring of brush or eraser.
    pub fn paint(
        &self,
        (painter, canvas): (&Painter, &Canvas<'_>),
        pointer: &Pointer,
        (state, index, tool): (&State, usize, Tool),
    ) {
        let palette = state.palette();
        let own = points(state.scene());
        let none = PointSet::default();
        let (there, laid): (&PointSet, &[[f64; 2]]) = match &self.0 {
            Some((_, Way::Laying(stroke))) => (own.unwrap_or(&none), stroke.points()),
            Some((_, Way::Erasing { left, .. })) => (left, &[]),
            None => (own.unwrap_or(&none), &[]),
        };
        let count = there.points.len() + laid.len();
        let radius =
            POINT * (MANY as f32 / count.max(MANY) as f32).sqrt().max(0.5) * palette.heavier;
        let dots = |set: &[[f64; 2]], colour: Color32| {
            for &point in set {
                painter.circle_filled(canvas.at(point), radius, colour);
            }
        };
        dots(&there.points, palette.data());
        dots(laid, palette.strong);
        let here = self.0.as_ref().is_none_or(|(pane, _)| *pane == index);
        if let (Some(at), true) = (pointer.at, here) {
            let ring = state.drawing.brush.radius as f32 * canvas.scale();
            let centre = match &self.0 {
                Some((_, Way::Laying(stroke))) => canvas.at(stroke.at()),
                _ => at,
            };
            ring_at(
                painter,
                centre,
                ring,
                if tool == Tool::Eraser { palette.alarm } else { palette.accent },
            );
            if centre.distance(at) > 1.0 {
                painter.line_segment([centre, at], Pen::new(1.0, palette.quiet));
            }
        }
    }
}

fn begin(state: &State, tool: Tool, at: [f64; 2]) -> Way {
    let own = points(state.scene());
    let before = own.map_or(0, |set| set.points.len());
    let brush = state.drawing.brush;
    if tool == Tool::Eraser {
        let mut left = own.cloned().unwrap_or_default();
        let any = erase(&mut left, [at; 2], brush.radius);
        return Way::Erasing { left, at, any };
    }
    let most = PointSet::MOST.saturating_sub(before);
    Way::Laying(Box::new(Stroke::begin(brush, at, before, most)))
}

fn ring_at(painter: &Painter, centre: Pos2, radius: f32, colour: Color32) {
    painter.circle_stroke(centre, radius.max(2.0), Pen::new(1.5, colour));
}
