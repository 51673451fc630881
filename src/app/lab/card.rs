//! What a card of the laboratory is, and what it sees.

use std::sync::Arc;

use driftscope_study::Task;
use driftscope_study::scene::Scene;
use driftscope_study::work::Dispatcher;
use eframe::egui::{Rect, Ui};

use crate::app::command::Commands;
use crate::app::formula::Inspected;
use crate::app::numbers::Table;
use crate::app::palette::Palette;
use crate::app::state::State;

/// One card of the laboratory.
pub trait Card {
    /// Draws the card into `rect`, asking for what it shows.
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, out: &mut Commands);

    /// Its title, or the first of several, by which it is named in files and on the command line.
    fn title(&self) -> &'static str;

    /// What it shows, as numbers; none as long as it shows nothing.
    fn numbers(&self, state: &State) -> Option<Table>;

    /// Withdraws what is being measured: nobody looks.
    fn rest(&mut self);
}

/// What cards see.
pub struct CardContext<'a> {
    /// What the window shows.
    pub state: &'a State,
    /// The colours of its theme.
    pub palette: &'static Palette,
    /// Who measures.
    pub work: &'a Dispatcher<Task>,
    /// The scene that is measured: the one the controls say, once it has settled.
    pub scene: &'a Arc<Scene>,
    /// The attempt whose formulas are shown, if one is looked at.
    pub inspected: Option<Inspected<'a>>,
}

impl CardContext<'_> {
    /// A note of a card that is about derivatives of the field, which says where they are differences.
    pub fn of_derivatives(&self, note: &str) -> String {
        let differences = self.state.foreign_words().map(|_| "by central differences");
        let parts = [Some(note).filter(|note| !note.is_empty()), differences];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}
