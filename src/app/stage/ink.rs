//! What a speaker writes on the stage, and the place that a lesson points at.

use driftscope_study::lesson::Pointer;
use eframe::egui::{CursorIcon, Response, Shape, Stroke, Ui};

use super::canvas::Canvas;
use super::tools::Pointer as Held;
use crate::app::command::{Command, Commands};
use crate::app::in_sight;
use crate::app::lectern::{InHand, InkStroke, LecternCommand, LightSpot};
use crate::app::light::shine;
use crate::app::state::State;

/// Width of a stroke, in points.
const WIDTH: f32 = 3.5;
/// Radius of the ring around a place that a lesson points at, in points.
const RING: f32 = 24.0;
/// Points of a stroke are at least so far apart on the screen.
const APART: f32 = 2.0;

/// The stroke that is being drawn, and whether the dot of light is this stage's.
#[derive(Default)]
pub struct Ink {
    begun: Option<InkStroke>,
    shines: bool,
}

impl Ink {
    /// Draws the strokes and the dot of light on one pane's plot, and lets the pen draw.
    pub fn pane_ui(
        &mut self,
        ui: &Ui,
        (response, canvas): (&Response, &Canvas<'_>),
        (state, pane): (&State, usize),
        out: &mut Commands,
    ) {
        if state.lectern.in_hand == InHand::Pen {
            self.draw(&Held::read(ui, response, canvas), canvas, pane, out);
        } else {
            self.begun = None;
        }
        let painter = ui.painter_at(response.rect);
        let palette = state.palette();
        if let Some(Pointer::Place(place)) = in_sight::pointer(state)
            && pane == state.selected()
        {
            for (width, colour) in [(6.0, palette.ground), (3.0, palette.accent)] {
                painter.circle_stroke(canvas.at(*place), RING, Stroke::new(width, colour));
            }
        }
        let strokes = state.lectern.ink.iter().chain(&self.begun);
        for stroke in strokes.filter(|stroke| stroke.pane == pane) {
            let line: Vec<_> = stroke.points.iter().map(|&at| canvas.at(at)).collect();
            // Readable on whatever lies below.
            painter.add(Shape::line(line.clone(), Stroke::new(WIDTH + 3.0, palette.ground)));
            painter.add(Shape::line(line, Stroke::new(WIDTH, palette.strong)));
        }
        if let Some(light) = state.lectern.light.filter(|light| light.pane == pane) {
            shine(&painter, canvas.at(light.at), palette.alarm);
        }
    }

    /// Says where the dot of light lies once all panes have been drawn: `hovered` is the place under the pointer.
    /// What the pointer left in another window is that window's to say.
    pub fn point(
        &mut self,
        ui: &Ui,
        state: &State,
        hovered: Option<LightSpot>,
        out: &mut Commands,
    ) {
        let light = hovered.filter(|_| state.lectern.in_hand == InHand::Light);
        if light.is_some() {
            ui.ctx().set_cursor_icon(CursorIcon::None);
        }
        if light != state.lectern.light && (light.is_some() || self.shines) {
            out.push(Command::Lectern(LecternCommand::Shine(light)));
        }
        self.shines = light.is_some();
    }

    fn draw(&mut self, pointer: &Held, canvas: &Canvas<'_>, pane: usize, out: &mut Commands) {
        if let Some(pressed) = pointer.pressed {
            self.begun = Some(InkStroke { pane, points: vec![pressed] });
        }
        let Some(stroke) = self.begun.as_mut().filter(|stroke| stroke.pane == pane) else { return };
        for &at in &pointer.way {
            let last = stroke.points.last().map(|&last| canvas.at(last));
            if last.is_none_or(|last| last.distance(canvas.at(at)) >= APART) {
                stroke.points.push(at);
            }
        }
        if !pointer.down
            && let Some(stroke) = self.begun.take()
        {
            out.push(Command::Lectern(LecternCommand::Draw(stroke)));
        }
    }
}
