//! All that a step says and does, to be written.

use driftscope_study::lab::{Claim, MEASURES};
use driftscope_study::lesson::{Instruction, LessonStep, Pointer, Visible};
use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::Settings;
use eframe::egui::{DragValue, ScrollArea, Ui};

use super::button::entry_button;
use super::draft::DraftEdit;
use super::typed::{Line, List, Typed, text_field};
use crate::app::commands;
use crate::app::controls::row::{Row, heading};
use crate::app::plots::PlotKind;
use crate::app::state::State;
use crate::app::theme::UNIT;

/// Height of a menu of suggestions, in points.
const MENU: f32 = 320.0;

/// What the step says.
pub fn words_ui(ui: &mut Ui, edit: &mut DraftEdit<'_>) {
    let step = edit.shown();
    heading(ui, "Text");
    for (name, rows, now, field) in [
        ("Text", 8, &step.text, (|step| &mut step.text) as fn(&mut LessonStep) -> &mut String),
        ("Notes for the speaker", 3, &step.notes, |step| &mut step.notes),
    ] {
        if name != "Text" {
            heading(ui, name);
        }
        let mut text = now.clone();
        if text_field(ui, name, rows, &mut text) {
            edit.make(|step| *field(step) = text);
        }
    }
}

/// What the step sets, and how.
pub fn set_ui(ui: &mut Ui, state: &State, edit: &mut DraftEdit<'_>, typed: &mut Typed) {
    heading(ui, "What it sets");
    let now: Vec<String> = edit.shown().set.iter().map(ToString::to_string).collect();
    let list = List { name: "Setting", hint: "sampler.steps=16", now: &now };
    typed.list(ui, state, &list, &mut |place, text| {
        let read = text.map(Instruction::read).transpose()?;
        edit.change(|step| {
            replace(&mut step.set, place, read);
            Ok(())
        })
    });
    ui.add_space(UNIT);
    entry_button(ui, state, &commands::RECORD_AGAIN, edit);
    let mut over = edit.shown().over;
    Row::new("Takes", "How long numbers take to get there when the step follows the one before.")
        .show(ui, |ui| {
            let value = DragValue::new(&mut over).range(0.0..=30.0).speed(0.05).suffix(" s");
            if ui.add(value.max_decimals(2)).changed() {
                edit.make(|step| step.over = over);
            }
        });
}

/// What the step points at, and what it leaves in sight.
pub fn sight_ui(ui: &mut Ui, state: &State, edit: &mut DraftEdit<'_>, typed: &mut Typed) {
    heading(ui, "Points at");
    let now = edit.shown().point.as_ref().map(ToString::to_string).unwrap_or_default();
    let line =
        Line { name: "Points at", hint: "nothing, or place 1 -0.5, particle 3, …", now: &now };
    typed.line(ui, state, &line, |text| point_at(edit, text));
    if let Some(text) = menu(ui, "What can be pointed at", targets()) {
        typed.forget();
        edit.refused = point_at(edit, &text).err();
    }
    heading(ui, "Leaves in sight");
    let mut limits = edit.shown().only.is_some();
    if ui.checkbox(&mut limits, "Only these controls and graphs").changed() {
        edit.make(|step| step.only = limits.then(Vec::new));
    }
    let Some(only) = &edit.shown().only else { return };
    let now: Vec<String> = only.iter().cloned().map(String::from).collect();
    let list = List { name: "In sight", hint: "sampler.steps or plot step-size-h", now: &now };
    let mut see = |place: usize, text: Option<&str>| {
        let read = text.map(|text| Visible::try_from(text.to_owned())).transpose()?;
        edit.change(|step| {
            replace(step.only.get_or_insert_default(), place, read);
            Ok(())
        })
    };
    typed.list(ui, state, &list, &mut see);
    if let Some(text) = menu(ui, "Controls and graphs", controls_and_graphs()) {
        let refused = see(now.len(), Some(&text)).err();
        edit.refused = refused;
    }
}

/// What the step claims.
pub fn claims_ui(ui: &mut Ui, state: &State, edit: &mut DraftEdit<'_>, typed: &mut Typed) {
    heading(ui, "Claims, which the program checks");
    let now: Vec<String> = edit.shown().claims.iter().map(ToString::to_string).collect();
    let hint = "global_error(euler, 64) / global_error(rk4, 16) > 10";
    let list = List { name: "Claim", hint, now: &now };
    let mut claim = |place: usize, text: Option<&str>| {
        let read = text.map(str::parse::<Claim>).transpose().map_err(|error| error.to_string())?;
        edit.change(|step| {
            replace(&mut step.claims, place, read);
            Ok(())
        })
    };
    typed.list(ui, state, &list, &mut claim);
    let measures = MEASURES.iter().map(|measure| {
        let own = measure.own.iter().map(|name| format!("{name}=1")).collect::<Vec<_>>().join(", ");
        Suggestion {
            title: measure.name.replace('_', " "),
            about: measure.about.to_owned(),
            text: format!("{}({own}) > 0", measure.name),
        }
    });
    if let Some(text) = menu(ui, "Measures", measures.collect()) {
        let refused = claim(now.len(), Some(&text)).err();
        edit.refused = refused;
    }
}

fn point_at(edit: &mut DraftEdit<'_>, text: &str) -> Result<(), String> {
    let point = Some(text).filter(|text| !text.is_empty());
    let point = point.map(|text| Pointer::try_from(text.to_owned())).transpose()?;
    edit.change(|step| {
        step.point = point;
        Ok(())
    })
}

/// Lets the entry at `place` be this, one more if there is none there, or removes it.
fn replace<T>(list: &mut Vec<T>, place: usize, with: Option<T>) {
    match with {
        Some(entry) if place < list.len() => list[place] = entry,
        Some(entry) => list.push(entry),
        None => {
            list.remove(place);
        }
    }
}

/// Something that can be chosen instead of typed.
struct Suggestion {
    title: String,
    about: String,
    text: String,
}

/// What was chosen of a menu.
fn menu(ui: &mut Ui, title: &str, entries: Vec<Suggestion>) -> Option<String> {
    let mut chosen = None;
    ui.menu_button(format!("{title}…"), |ui| {
        ScrollArea::vertical().max_height(MENU).show(ui, |ui| {
            for entry in entries {
                if ui.button(&entry.title).on_hover_text(&entry.about).clicked() {
                    chosen = Some(entry.text);
                    ui.close();
                }
            }
        });
    });
    chosen
}

fn graphs() -> impl Iterator<Item = Suggestion> {
    PlotKind::OF_SCENES.into_iter().map(|plot| Suggestion {
        title: format!("Graph: {}", plot.title()),
        about: format!("plot {}", plot.name()),
        text: format!("plot {}", plot.name()),
    })
}

fn controls(prefix: &'static str) -> impl Iterator<Item = Suggestion> {
    Scene::parameters().iter().filter(|row| !matches!(row.key, "title" | "about" | "panes")).map(
        move |row| Suggestion {
            title: row.title.to_owned(),
            about: row.key.to_owned(),
            text: format!("{prefix}{}", row.key),
        },
    )
}

fn targets() -> Vec<Suggestion> {
    let own = [("Nothing", ""), ("The card", "card"), ("The bar below", "playback")];
    let own = own.map(|(title, text)| Suggestion {
        title: title.to_owned(),
        about: if text.is_empty() { "Nothing is pointed at.".to_owned() } else { text.to_owned() },
        text: text.to_owned(),
    });
    own.into_iter().chain(graphs()).chain(controls("control ")).collect()
}

fn controls_and_graphs() -> Vec<Suggestion> {
    graphs().chain(controls("")).collect()
}
