//! In front of a class: a pen whose strokes stay with the plot's coordinates, a dot of light, a blank screen.

use eframe::egui::{Area, Color32, Context, CursorIcon, Id, LayerId, Order, Sense, pos2};

use super::command::{Command, Commands};
use super::commands;
use super::state::State;

/// Radius of the dot of light, in points.
const DOT: f32 = 7.0;

/// What the pointer is over the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InHand {
    /// What it always is.
    #[default]
    Nothing,
    /// A pen.
    Pen,
    /// A dot of light.
    Light,
}

/// A stroke of the pen.
#[derive(Clone, Debug, PartialEq)]
pub struct InkStroke {
    /// The pane it was drawn on.
    pub pane: usize,
    /// Its points, in the plot's coordinates.
    pub points: Vec<[f64; 2]>,
}

/// What a speaker has in hand, and what was drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lectern {
    /// What the pointer is over the stage.
    pub in_hand: InHand,
    /// Whether the screen is blank.
    pub blank: bool,
    /// What was drawn.
    pub ink: Vec<InkStroke>,
}

/// What a speaker asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum LecternCommand {
    /// Take this in hand, or put it away if it is.
    Take(InHand),
    /// Blank the screen, or show it again.
    ToggleBlank,
    /// One more stroke.
    Draw(InkStroke),
    /// All strokes go.
    Erase,
}

impl Lectern {
    /// Does what a speaker asks for.
    pub fn carry_out(&mut self, command: LecternCommand) {
        match command {
            LecternCommand::Take(what) if self.in_hand == what => self.in_hand = InHand::Nothing,
            LecternCommand::Take(what) => self.in_hand = what,
            LecternCommand::ToggleBlank => self.blank = !self.blank,
            LecternCommand::Draw(stroke) => self.ink.push(stroke),
            LecternCommand::Erase => self.ink.clear(),
        }
    }
}

/// Draws the dot of light and the blank screen over everything.
pub fn ui(ctx: &Context, state: &State, out: &mut Commands) {
    if state.lectern.blank {
        let rect = ctx.content_rect();
        let area = Area::new(Id::unique("blank")).order(Order::Foreground).fixed_pos(rect.min);
        let shown = area.show(ctx, |ui| {
            ui.painter().rect_filled(rect, 0.0, Color32::BLACK);
            ui.allocate_rect(rect, Sense::click()).clicked()
        });
        if shown.inner {
            out.push((commands::BLANK.command)(state));
        }
        ctx.set_cursor_icon(CursorIcon::None);
        return;
    }
    if state.lectern.in_hand == InHand::Light
        && let Some(at) = ctx.pointer_latest_pos()
    {
        let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::unique("light")));
        let core = state.palette().alarm;
        for (radius, share) in [(2.6, 0.15), (1.8, 0.3), (1.0, 1.0)] {
            painter.circle_filled(pos2(at.x, at.y), radius * DOT, core.gamma_multiply(share));
        }
        ctx.set_cursor_icon(CursorIcon::None);
    }
}
