//! The right panel: plots that tell why. Each says one thing.

mod counts;
pub(super) mod frame;
mod loss;
mod steps;

use eframe::egui::{Rect, Ui, pos2, vec2};

use super::command::Commands;
use super::numbers::{Table, name_of};
use super::save_button::save_button;
use super::state::State;
use super::theme::UNIT;
use driftscope_study::session::Mode;

/// The counts need this much for their table and a histogram that can be read.
const COUNTS_HEIGHT: f32 = 56.0 * UNIT;

/// A plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlotKind {
    /// The size of steps.
    StepSize,
    /// What the solver believes of them.
    Error,
    /// What the run cost.
    Counts,
    /// The loss of a training.
    Loss,
}

impl PlotKind {
    /// Those that a scene alone has.
    pub const OF_SCENES: [Self; 3] = [Self::StepSize, Self::Error, Self::Counts];

    fn title(self) -> &'static str {
        match self {
            Self::StepSize => steps::STEP_SIZE,
            Self::Error => steps::ERROR,
            Self::Counts => counts::TITLE,
            Self::Loss => loss::TITLE,
        }
    }

    /// What it is called in files and on the command line.
    #[must_use]
    pub fn name(self) -> String {
        name_of(self.title())
    }

    /// What it shows, as numbers; none as long as it shows nothing.
    #[must_use]
    pub fn numbers(self, state: &State) -> Option<Table> {
        match self {
            Self::StepSize | Self::Error => steps::numbers(state),
            Self::Counts => counts::numbers(state),
            Self::Loss => loss::numbers(state),
        }
    }

    /// Draws it into `rect`; returns the t under the pointer.
    pub fn ui(self, ui: &mut Ui, rect: Rect, state: &State) -> Option<f64> {
        match self {
            Self::StepSize => return steps::step_size_ui(ui, rect, state),
            Self::Error => return steps::error_ui(ui, rect, state),
            Self::Counts => counts::ui(ui, rect, state),
            Self::Loss => loss::ui(ui, rect, state),
        }
        None
    }
}

/// Draws the plots into all of `ui`; returns the t under the pointer.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) -> Option<f64> {
    let all = ui.available_rect_before_wrap();
    let gap = 3.0 * UNIT;
    let room = all.height() - 2.0 * gap;
    let counts_height = (0.4 * room).max(COUNTS_HEIGHT.min(0.54 * room));
    let over_time = (room - counts_height) / 2.0;
    let mut top = all.top();
    let [first, second, third] = [over_time, over_time, counts_height].map(|height| {
        let rect = Rect::from_min_max(pos2(all.left(), top), pos2(all.right(), top + height));
        top = rect.bottom() + gap;
        rect
    });
    let [upper, lower] = match state.mode() {
        Mode::Explore | Mode::Compare | Mode::Errors => [PlotKind::StepSize, PlotKind::Error],
        Mode::Train => [PlotKind::Loss, PlotKind::StepSize],
    };
    let mut hovered = None;
    for (plot, rect) in [(upper, first), (lower, second), (PlotKind::Counts, third)] {
        hovered = plot.ui(ui, rect, state).or(hovered);
        let head = Rect::from_min_size(rect.min, vec2(rect.width(), frame::TITLE_HEIGHT));
        save_button(ui, head, plot.title(), || plot.numbers(state), out);
    }
    ui.advance_cursor_after_rect(all);
    hovered
}
