//! What is being typed: it stays as it is typed until it can be read, and says why it cannot.

use std::collections::HashMap;

use eframe::egui::{Id, Label, RichText, TextEdit, Ui, vec2};

use crate::app::icon::{Icon, icon_button};
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT};

/// What a field holds that is not what is in force.
#[derive(Default)]
struct Field {
    text: String,
    refused: Option<String>,
    /// What was in force then; not known until it has taken effect.
    against: Option<String>,
}

/// Every field that is being typed into.
#[derive(Default)]
pub struct Typed {
    fields: HashMap<Id, Field>,
}

/// A line of text.
pub struct Line<'a> {
    /// Its name, for a screen reader and as a tooltip.
    pub name: &'a str,
    /// What may be written there.
    pub hint: &'a str,
    /// What is in force.
    pub now: &'a str,
}

impl Typed {
    /// Nothing is being typed any more: another step is shown.
    pub fn forget(&mut self) {
        self.fields.clear();
    }

    /// Draws a line; `take` hears what was typed and says why it cannot be so.
    pub fn line(
        &mut self,
        ui: &mut Ui,
        state: &State,
        line: &Line<'_>,
        take: impl FnOnce(&str) -> Result<(), String>,
    ) {
        let id = ui.make_persistent_id(line.name);
        if let Some(field) = self.fields.get_mut(&id)
            && field.against.get_or_insert_with(|| line.now.to_owned()) != line.now
        {
            // Another step, or a change that was taken back.
            self.fields.remove(&id);
        }
        let mut text =
            self.fields.get(&id).map_or_else(|| line.now.to_owned(), |field| field.text.clone());
        let edit = TextEdit::singleline(&mut text)
            .hint_text(line.hint)
            .desired_width(ui.available_width())
            .id(id);
        let response = ui.add(edit).on_hover_text(line.name);
        ui.ctx().accesskit_node_builder(id, |node| node.set_label(line.name));
        if response.changed() {
            let refused = take(text.trim()).err();
            let against = refused.is_some().then(|| line.now.to_owned());
            self.fields.insert(id, Field { text, refused, against });
        } else if response.lost_focus() && self.fields.get(&id).is_some_and(|f| f.refused.is_none())
        {
            self.fields.remove(&id);
        }
        if let Some(Field { refused: Some(why), .. }) = self.fields.get(&id) {
            let words = RichText::new(why).color(state.palette().alarm);
            ui.add(Label::new(words).wrap());
        }
    }

    /// Draws a line for each of several entries, each with a button that removes it, and one more for
    /// another; `take` hears which was typed or, with nothing, removed.
    pub fn list(&mut self, ui: &mut Ui, state: &State, list: &List<'_>, take: &mut Take<'_>) {
        ui.spacing_mut().item_spacing.y = UNIT;
        for (i, now) in list.now.iter().enumerate() {
            ui.push_id((list.name, i), |ui| {
                ui.horizontal_top(|ui| {
                    let name = format!("{} {}", list.name, i + 1);
                    let button = ui.spacing().interact_size.y + 4.0 + 2.0 * UNIT;
                    let width = ui.available_width() - button;
                    ui.allocate_ui(vec2(width, 0.0), |ui| {
                        ui.vertical(|ui| {
                            let line = Line { name: &name, hint: list.hint, now };
                            self.line(ui, state, &line, |text| take(i, Some(text)));
                        });
                    });
                    let remove = format!("Remove {}", name.to_lowercase());
                    if icon_button(ui, Icon::Close, &remove, "", false).clicked() {
                        // Lines below it have other places now.
                        self.forget();
                        if let Err(why) = take(i, None) {
                            let id = ui.make_persistent_id(name);
                            let (text, against) = (now.clone(), Some(now.clone()));
                            self.fields.insert(id, Field { text, refused: Some(why), against });
                        }
                    }
                });
            });
        }
        ui.push_id((list.name, "another"), |ui| self.another(ui, state, list, take));
    }

    /// A line that becomes an entry by Enter, or when it is left.
    fn another(&mut self, ui: &mut Ui, state: &State, list: &List<'_>, take: &mut Take<'_>) {
        let name = format!("Another {}", list.name.to_lowercase());
        let id = ui.make_persistent_id(&name);
        let mut field = self.fields.remove(&id).unwrap_or_default();
        let edit = TextEdit::singleline(&mut field.text)
            .hint_text(format!("another, such as {}", list.hint))
            .desired_width(ui.available_width())
            .id(id);
        let response = ui.add(edit).on_hover_text(&name);
        ui.ctx().accesskit_node_builder(id, |node| node.set_label(&*name));
        if response.changed() {
            field.refused = None;
        }
        if response.lost_focus() && !field.text.trim().is_empty() {
            field.refused = take(list.now.len(), Some(field.text.trim())).err();
            if field.refused.is_none() {
                field.text.clear();
            }
        }
        if let Some(why) = &field.refused {
            ui.add(Label::new(RichText::new(why).color(state.palette().alarm)).wrap());
        }
        if !field.text.is_empty() {
            self.fields.insert(id, field);
        }
    }
}

/// What hears which entry of a list becomes what was typed or, with nothing, is removed; it says why that
/// cannot be.
pub type Take<'a> = dyn FnMut(usize, Option<&str>) -> Result<(), String> + 'a;

/// Several lines.
pub struct List<'a> {
    /// What each is called.
    pub name: &'a str,
    /// What may be written there.
    pub hint: &'a str,
    /// What is in force.
    pub now: &'a [String],
}

/// A text of several lines; whether it was changed.
pub fn text_field(ui: &mut Ui, name: &str, rows: usize, text: &mut String) -> bool {
    let edit = TextEdit::multiline(text)
        .desired_rows(rows)
        .desired_width(ui.available_width())
        .font(eframe::egui::FontId::monospace(TEXT))
        .lock_focus(false);
    let response = ui.add(edit);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    response.changed()
}
