//! Everything by its name: a field over the stage that finds actions, settings, choices, layers, scenes
//! and cards, by what they are called here or elsewhere, and sets values (`rtol 1e-4`).
//!
//! What can be found comes from the list in [`sources`]; which of it answers is [`rank::find`], which
//! knows no window.

pub mod entry;
pub mod rank;
mod row;
pub mod sources;
pub mod synonyms;
pub mod value;
pub mod written;

use eframe::egui::text::{CCursor, CCursorRange};
use eframe::egui::{
    Align, Align2, Color32, Context, Frame, Id, Key, Label, Memory, Modal, Modifiers, RichText,
    ScrollArea, TextEdit, Ui, vec2,
};

use self::entry::{Does, Entry, Kind};
use super::command::{Command, Commands};
use super::commands;
use super::state::State;
use super::theme::UNIT;

/// Width of the panel, in points.
const WIDTH: f32 = 140.0 * UNIT;
/// Rows that are seen at once where there is room.
const ROWS: usize = 10;
/// Height that is left for the panel's other parts and around it, in points.
const REST: f32 = 46.0 * UNIT;
/// What a screen reader calls the field.
const FIELD: &str = "Name or setting";
const HINT: &str = "Find anything, or set a value: rtol 1e-4";
/// How many of the entries that were used last are remembered.
const REMEMBERED: usize = 10;

/// An answer: an entry, of those that are always there or behind them of the values, and the letters
/// of its title that were asked for.
struct Answer {
    entry: usize,
    letters: Vec<u32>,
}

/// The field and its answers.
#[derive(Default)]
pub struct Finder {
    query: String,
    entries: Vec<Entry>,
    /// What sets a value that was typed.
    values: Vec<Entry>,
    answers: Vec<Answer>,
    /// The answer that Enter takes.
    at: usize,
    /// Whether the list should move to it.
    moved: bool,
    /// How far the list was moved in the last frame, in points.
    scrolled: f32,
    /// Whether the field should be given the keyboard, with the cursor at its end.
    grabs: bool,
    /// What had the keyboard before.
    before: Option<Id>,
    /// What is given it back in the next frame: in the one that closes it nothing below it may have it.
    returns: Option<Id>,
    /// Keys of the entries that were used last, the last one first.
    used: Vec<String>,
}

impl Finder {
    /// To be called when it has been opened or closed.
    pub fn turn(&mut self, ctx: &Context, state: &State) {
        if state.finder.is_open() {
            self.before = ctx.memory(Memory::focused);
            self.entries = sources::entries(state);
            self.query.clear();
            self.grabs = true;
            self.search(state);
            return;
        }
        self.entries.clear();
        self.values.clear();
        self.answers.clear();
        self.returns = self.before.take();
        ctx.memory_mut(|memory| memory.surrender_focus(Id::unique(FIELD)));
    }

    /// Finds the answers to what stands in the field.
    fn search(&mut self, state: &State) {
        let mut values = value::settings(&self.query, state);
        values.sure.extend(sources::combined(&self.query, state));
        let typed = |from: usize, count: usize| {
            let from = self.entries.len() + from;
            (from..from + count).map(|entry| Answer { entry, letters: Vec::new() })
        };
        let sure = typed(0, values.sure.len());
        let unsure = typed(values.sure.len(), values.unsure.len());
        let found = rank::find(&self.query, &self.entries).into_iter();
        let found = found.map(|found| Answer { entry: found.entry, letters: found.letters });
        let all = if self.query.trim().is_empty() { self.in_order() } else { Vec::new() };
        let found: Vec<Answer> = found.collect();
        // What merely has these letters somewhere is not what was meant by a setting with a wrong value.
        let meant = found.iter().any(|answer| self.entries[answer.entry].says(&self.query));
        let (before, behind) = if meant { (None, Some(unsure)) } else { (Some(unsure), None) };
        let before = sure.chain(before.into_iter().flatten());
        self.answers = before.chain(found).chain(behind.into_iter().flatten()).chain(all).collect();
        self.values = values.sure.into_iter().chain(values.unsure).collect();
        (self.at, self.moved) = (0, true);
    }

    /// All entries, those that were used last first.
    fn in_order(&self) -> Vec<Answer> {
        let place = |key: &String| self.entries.iter().position(|entry| entry.key == *key);
        let used: Vec<usize> = self.used.iter().filter_map(place).collect();
        let others = (0..self.entries.len()).filter(|index| !used.contains(index));
        let all = used.iter().copied().chain(others);
        all.map(|entry| Answer { entry, letters: Vec::new() }).collect()
    }

    fn entry(&self, answer: usize) -> Option<&Entry> {
        let index = self.answers.get(answer)?.entry;
        self.entries.get(index).or_else(|| self.values.get(index - self.entries.len()))
    }

    /// Draws it while it is open.
    pub fn ui(&mut self, ctx: &Context, state: &State, out: &mut Commands) {
        if !state.finder.is_open() {
            if let Some(id) = self.returns.take() {
                ctx.memory_mut(|memory| memory.request_focus(id));
            }
            return;
        }
        let mut taken = self.read_keys(ctx, out);
        let id = Id::unique("finder");
        let anchor = vec2(0.0, 13.0 * UNIT);
        let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, anchor);
        let frame = Frame::popup(&ctx.global_style()).inner_margin(3.0 * UNIT);
        let modal = Modal::new(id)
            .area(area)
            .frame(frame)
            // The picture stays in sight.
            .backdrop_color(Color32::TRANSPARENT)
            .show(ctx, |ui| {
                let room = ui.ctx().content_rect().width() - 16.0 * UNIT;
                ui.set_width(WIDTH.min(room));
                self.field_ui(ui, state);
                ui.add_space(UNIT);
                taken = self.rows_ui(ui, state).or(taken);
                ui.add_space(UNIT);
                self.about_ui(ui, state);
            });
        if let Some(answer) = taken {
            self.take(answer, state, out);
        } else if modal.should_close() {
            out.push(Command::ToggleFinder);
        }
    }

    /// Reads the keys that move in the list; the answer that Enter takes.
    fn read_keys(&mut self, ctx: &Context, out: &mut Commands) -> Option<usize> {
        if commands::FIND.is_pressed(ctx) {
            out.push(Command::ToggleFinder);
        }
        let pressed = |key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let last = self.answers.len().saturating_sub(1);
        let to = if pressed(Key::ArrowDown) {
            Some(if self.at == last { 0 } else { self.at + 1 })
        } else if pressed(Key::ArrowUp) {
            Some(self.at.checked_sub(1).unwrap_or(last))
        } else if pressed(Key::PageDown) {
            Some((self.at + ROWS).min(last))
        } else if pressed(Key::PageUp) {
            Some(self.at.saturating_sub(ROWS))
        } else {
            None
        };
        if let Some(to) = to {
            (self.at, self.moved) = (to, true);
        }
        pressed(Key::Enter).then_some(self.at)
    }

    fn field_ui(&mut self, ui: &mut Ui, state: &State) {
        let id = Id::unique(FIELD);
        let field = TextEdit::singleline(&mut self.query)
            .id(id)
            .hint_text(HINT)
            .desired_width(f32::INFINITY)
            .margin(vec2(2.0 * UNIT, 1.5 * UNIT));
        let mut output = field.show(ui);
        let changed = output.response.changed();
        ui.ctx().accesskit_node_builder(id, |node| node.set_label(FIELD));
        // Nothing else in the panel takes the keyboard.
        if self.grabs || !ui.memory(|memory| memory.has_focus(id)) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        if self.grabs {
            self.grabs = false;
            let end = CCursor::new(self.query.chars().count());
            output.state.cursor.set_char_range(Some(CCursorRange::one(end)));
            output.state.store(ui.ctx(), id);
        }
        if changed {
            self.search(state);
        }
    }

    /// Draws the answers; the one that was clicked.
    fn rows_ui(&mut self, ui: &mut Ui, state: &State) -> Option<usize> {
        let mut clicked = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        let room = ((ui.ctx().content_rect().height() - REST) / row::HEIGHT).max(3.0);
        let height = row::HEIGHT * room.floor().min(ROWS as f32);
        if self.answers.is_empty() {
            let words =
                "Nothing here is called so. A setting takes its value behind its name: steps 20.";
            ui.add(Label::new(RichText::new(words).color(state.palette().quiet)).wrap());
            return None;
        }
        let mut area = ScrollArea::vertical().max_height(height).auto_shrink([false, true]);
        if std::mem::take(&mut self.moved) {
            area = area.vertical_scroll_offset(self.offset(height));
        }
        let count = self.answers.len();
        let shown = area.show_rows(ui, row::HEIGHT, count, |ui, range| {
            for answer in range {
                let Some(entry) = self.entry(answer) else { continue };
                let letters = &self.answers[answer].letters;
                let response = row::ui(ui, entry, letters, answer == self.at, state.palette());
                if response.clicked() {
                    clicked = Some(answer);
                }
            }
        });
        self.scrolled = shown.state.clamped_offset().y;
        clicked
    }

    /// How far the list is moved so that the answer at hand is seen.
    fn offset(&self, height: f32) -> f32 {
        let top = self.at as f32 * row::HEIGHT;
        self.scrolled.clamp((top + row::HEIGHT - height).max(0.0), top)
    }

    /// What the answer at hand is called in scene files, or why it can do nothing.
    fn about_ui(&self, ui: &mut Ui, state: &State) {
        let palette = state.palette();
        let Some(entry) = self.entry(self.at) else { return };
        let (words, colour) = match &entry.refused {
            Some(reason) => (reason.clone(), palette.alarm),
            None if entry.kind == Kind::Value => ("Enter sets it.".to_owned(), palette.quiet),
            None if !entry.about.is_empty() => (entry.about.clone(), palette.quiet),
            None if entry.key == entry.title => (String::new(), palette.quiet),
            None => (entry.key.clone(), palette.quiet),
        };
        ui.set_min_height(6.0 * UNIT);
        ui.with_layout(eframe::egui::Layout::top_down(Align::Min), |ui| {
            ui.add(Label::new(RichText::new(words).color(colour)).wrap());
        });
    }

    /// Does what an answer stands for; one that is refused does nothing.
    fn take(&mut self, answer: usize, state: &State, out: &mut Commands) {
        let Some(entry) = self.entry(answer) else { return };
        if entry.refused.is_some() {
            (self.at, self.grabs) = (answer, true);
            return;
        }
        let (key, does) = (entry.key.clone(), entry.does.clone());
        self.used.retain(|used| *used != key);
        self.used.insert(0, key);
        self.used.truncate(REMEMBERED);
        match does {
            Does::Type(text) => {
                self.query = text;
                self.grabs = true;
                self.search(state);
            }
            Does::Ask(command) => {
                out.push(Command::ToggleFinder);
                out.push(*command);
            }
        }
    }
}
