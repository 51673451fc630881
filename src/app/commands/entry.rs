//! What can be asked for by a key, a button or a menu.

use eframe::egui::Context;

use crate::app::command::Command;
use crate::app::keys::Keys;
use crate::app::state::State;

/// One entry: its words, its keys, what it asks for.
pub struct Entry {
    /// What it is called on a button or in a menu.
    pub title: &'static str,
    /// What it does, for the map of keys and the guide.
    pub does: &'static str,
    /// The keys that ask for it; the first stands beside its title.
    pub keys: &'static [Keys],
    /// What it asks for as things stand.
    pub command: fn(&State) -> Command,
    /// Why it cannot be done as things stand, if it cannot.
    pub refused: fn(&State) -> Option<&'static str>,
}

impl Entry {
    pub(super) const fn new(
        (title, does): (&'static str, &'static str),
        keys: &'static [Keys],
        command: fn(&State) -> Command,
    ) -> Self {
        Self { title, does, keys, command, refused: |_| None }
    }

    /// Its first keys, as they stand beside its title; none if no key asks for it.
    #[must_use]
    pub fn shortcut(&self) -> String {
        self.keys.first().map_or_else(String::new, |keys| keys.words())
    }

    /// All its keys, for a table.
    #[must_use]
    pub fn all_keys(&self) -> String {
        self.keys.iter().map(|keys| keys.words()).collect::<Vec<_>>().join(", ")
    }

    /// Whether its keys were pressed in this frame.
    #[must_use]
    pub fn is_pressed(&self, ctx: &Context) -> bool {
        self.keys.iter().any(|keys| keys.are_pressed(ctx))
    }
}
