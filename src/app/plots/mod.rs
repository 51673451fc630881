//! The right panel: plots that tell why. Each says one thing.

mod counts;
pub(super) mod frame;
mod loss;
mod quality;
mod steps;

use eframe::egui::{Rect, Ui, pos2, vec2};

use super::command::Commands;
use super::in_sight;
use super::numbers::{Table, name_of};
use super::save_button::save_button;
use super::state::State;
use super::theme::UNIT;
use driftscope_study::lesson::Pointer;
use driftscope_study::session::Mode;
use serde::{Deserialize, Serialize};

pub(super) use loss::round_grid;

/// The counts need this much for their table and a histogram that can be read.
const COUNTS_HEIGHT: f32 = 56.0 * UNIT;

/// Height of a graph over its width, at most: one alone takes the panel.
const TALLEST: f32 = 2.2;

/// A plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlotKind {
    /// The size of steps.
    StepSize,
    /// What the solver believes of them.
    Error,
    /// What the run cost.
    Counts,
    /// The loss of a training.
    Loss,
    /// What its network is worth.
    Quality,
}

impl PlotKind {
    /// Those that a scene alone has.
    pub const OF_SCENES: [Self; 3] = [Self::StepSize, Self::Error, Self::Counts];

    /// What it is called above it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::StepSize => steps::STEP_SIZE,
            Self::Error => steps::ERROR,
            Self::Counts => counts::TITLE,
            Self::Loss => loss::TITLE,
            Self::Quality => quality::TITLE,
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
            Self::Quality => quality::numbers(state),
        }
    }

    /// What it shows of the first of its curves: t and the value; none of a graph that is not over t.
    #[must_use]
    pub fn curve(self, state: &State) -> Vec<[f64; 2]> {
        match self {
            Self::StepSize => steps::curve(state, |step| step.h),
            Self::Error => steps::curve(state, |step| step.error_ratio),
            Self::Counts | Self::Loss | Self::Quality => Vec::new(),
        }
    }

    /// Draws it into `rect`; returns the t under the pointer.
    pub fn ui(self, ui: &mut Ui, rect: Rect, state: &State) -> Option<f64> {
        match self {
            Self::StepSize => return steps::step_size_ui(ui, rect, state),
            Self::Error => return steps::error_ui(ui, rect, state),
            Self::Counts => counts::ui(ui, rect, state),
            Self::Loss => loss::ui(ui, rect, state),
            Self::Quality => quality::ui(ui, rect, state),
        }
        None
    }
}

/// The plots that are there, from top to bottom.
fn shown(state: &State) -> Vec<PlotKind> {
    match in_sight::graphs(state) {
        Some(names) => {
            let named = |plot: &PlotKind| names.contains(&plot.name().as_str());
            PlotKind::OF_SCENES.into_iter().filter(named).collect()
        }
        None if state.mode() == Mode::Train => {
            vec![PlotKind::Loss, PlotKind::Quality, PlotKind::Counts]
        }
        None => PlotKind::OF_SCENES.to_vec(),
    }
}

/// Whether there are any.
#[must_use]
pub fn are_there(state: &State) -> bool {
    !shown(state).is_empty()
}

/// Draws the plots into all of `ui`; returns the t under the pointer.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) -> Option<f64> {
    let all = ui.available_rect_before_wrap();
    let plots = shown(state);
    let gap = 3.0 * UNIT;
    let room = all.height() - gap * (plots.len() as f32 - 1.0);
    let counts = plots.contains(&PlotKind::Counts);
    let counts_height = match (counts, plots.len()) {
        (false, _) => 0.0,
        (true, 1) => room,
        (true, 2) => 0.5 * room,
        (true, _) => (0.4 * room).max(COUNTS_HEIGHT.min(0.54 * room)),
    };
    let others = plots.len() - usize::from(counts);
    // In a narrow, high panel a graph need not be a tower.
    let over_time = ((room - counts_height) / others.max(1) as f32).min(TALLEST * all.width());
    let mut top = all.top();
    let mut hovered = None;
    for plot in plots {
        let height = if plot == PlotKind::Counts { counts_height } else { over_time };
        let rect = Rect::from_min_max(pos2(all.left(), top), pos2(all.right(), top + height));
        top = rect.bottom() + gap;
        if in_sight::hidden_graph(state) == Some(&plot.name()) {
            in_sight::hidden_ui(ui, rect, state, plot.title());
            continue;
        }
        hovered = plot.ui(ui, rect, state).or(hovered);
        if matches!(in_sight::pointer(state), Some(Pointer::Plot(name)) if *name == plot.name()) {
            in_sight::spotlight(ui, rect, state);
        }
        let head = Rect::from_min_size(rect.min, vec2(rect.width(), frame::TITLE_HEIGHT));
        save_button(ui, head, plot.title(), || plot.numbers(state), out);
    }
    ui.advance_cursor_after_rect(all);
    hovered
}
