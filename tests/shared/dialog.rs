//! Answering the window's own dialogs.

use std::path::Path;

use driftscope::app::Driftscope;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::wait::wait;

/// Answers the dialog of this title: types a path instead of the name it proposes, and confirms with the
/// button of that name or, without one, with Enter.
///
/// # Panics
/// If the dialog does not come or has no field or button.
pub fn answer(
    harness: &mut Harness<'_, Driftscope>,
    title: &str,
    path: &Path,
    confirm: Option<&str>,
) {
    wait(harness, title, |harness| harness.query_by_label_contains(title).is_some());
    harness.run_steps(2);
    let field = harness.get_all_by_role(Role::TextInput).last().expect("a field for the name");
    field.focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    let field = harness.get_all_by_role(Role::TextInput).last().expect("a field for the name");
    field.type_text(&path.display().to_string());
    harness.run_steps(2);
    match confirm {
        Some(button) => harness.get_by_label(button).click(),
        None => harness.key_press(Key::Enter),
    }
    harness.run_steps(3);
}
