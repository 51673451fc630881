//! What a step asks, to be written.

use driftscope_study::lab::Figure;
use driftscope_study::lesson::{CURVES, LessonQuestion, WITHIN, Way};
use eframe::egui::{Checkbox, ComboBox, DragValue, Ui};

use super::draft::DraftEdit;
use super::typed::{Line, List, Typed, text_field};
use crate::app::controls::row::Row;
use crate::app::state::State;

/// The ways of asking, with how each begins.
const WAYS: [(&str, &str); 5] = [
    ("Nothing", "Nothing is asked."),
    ("Choices", "One of several answers is right. The class raises hands; a student clicks."),
    ("A guess on a scale", "A number is guessed on a scale, and measured when it is revealed."),
    ("A measured number", "A number that students measure here and type."),
    (
        "A curve drawn by hand",
        "The class draws what it expects into a graph, which is hidden until then.",
    ),
];

/// Which of [`WAYS`] it is.
fn place(question: Option<&LessonQuestion>) -> usize {
    match question.map(|question| &question.way) {
        None => 0,
        Some(Way::Choices { .. }) => 1,
        Some(Way::Scale { .. }) => 2,
        Some(Way::Number { .. }) => 3,
        Some(Way::Curve { .. }) => 4,
    }
}

/// A question of that way, as it begins.
fn begun(place: usize, ask: String) -> Option<LessonQuestion> {
    let figure = || Figure::read("nfe()").expect("a measure");
    let way = match place {
        0 => return None,
        1 => Way::Choices { choices: vec!["Yes".to_owned(), "No".to_owned()], answer: 0 },
        2 => Way::Scale {
            ends: [0.0, 100.0],
            logarithmic: false,
            unit: String::new(),
            answer: figure(),
        },
        3 => Way::Number { unit: String::new(), answer: figure(), within: WITHIN },
        _ => Way::Curve { plot: CURVES[0].to_owned() },
    };
    Some(LessonQuestion { ask, way })
}

/// Draws the question's fields.
pub fn ui(ui: &mut Ui, state: &State, edit: &mut DraftEdit<'_>, typed: &mut Typed) {
    let question = edit.shown().question.as_ref();
    let now = place(question);
    Row::new("Asks", "What is asked before the answer is shown.").show(ui, |ui| {
        let menu = ComboBox::from_id_salt("asks").width(ui.available_width());
        menu.selected_text(WAYS[now].0).show_ui(ui, |ui| {
            for (place, (title, about)) in WAYS.into_iter().enumerate() {
                if ui.selectable_label(place == now, title).on_hover_text(about).clicked()
                    && place != now
                {
                    let ask = question.map_or_else(String::new, |question| question.ask.clone());
                    let begun = begun(place, ask);
                    typed.forget();
                    edit.make(|step| step.question = begun);
                }
            }
        });
    });
    let Some(question) = question else { return };
    let mut ask = question.ask.clone();
    if text_field(ui, "Question", 2, &mut ask) {
        make(edit, |question| {
            question.ask = ask;
        });
    }
    match &question.way {
        Way::Choices { choices, answer } => choices_ui(ui, state, edit, typed, (choices, *answer)),
        Way::Scale { ends, logarithmic, unit, answer } => {
            scale_ui(ui, edit, (*ends, *logarithmic));
            unit_ui(ui, state, edit, typed, unit);
            answer_ui(ui, state, edit, typed, answer);
        }
        Way::Number { unit, answer, within } => {
            unit_ui(ui, state, edit, typed, unit);
            answer_ui(ui, state, edit, typed, answer);
            within_ui(ui, edit, *within);
        }
        Way::Curve { plot } => {
            Row::new("Graph", "The graph that the curve is drawn into.").show(ui, |ui| {
                let menu = ComboBox::from_id_salt("curve").width(ui.available_width());
                menu.selected_text(plot).show_ui(ui, |ui| {
                    for name in CURVES {
                        if ui.selectable_label(name == plot, name).clicked() {
                            make(edit, |question| {
                                question.way = Way::Curve { plot: name.to_owned() };
                            });
                        }
                    }
                });
            });
        }
    }
}

/// Changes the question that there is.
fn with(
    edit: &mut DraftEdit<'_>,
    change: impl FnOnce(&mut LessonQuestion) -> Result<(), String>,
) -> Result<(), String> {
    edit.change(|step| step.question.as_mut().map_or(Ok(()), change))
}

/// The same for what is not typed.
fn make(edit: &mut DraftEdit<'_>, change: impl FnOnce(&mut LessonQuestion)) {
    edit.make(|step| {
        if let Some(question) = &mut step.question {
            change(question);
        }
    });
}

/// The answers, and which is right.
fn choices_ui(
    ui: &mut Ui,
    state: &State,
    edit: &mut DraftEdit<'_>,
    typed: &mut Typed,
    (choices, right): (&[String], usize),
) {
    let list = List { name: "Choice", hint: "another answer", now: choices };
    typed.list(ui, state, &list, &mut |place, text| {
        with(edit, |question| {
            if let Way::Choices { choices, answer } = &mut question.way {
                match text {
                    Some(text) if place < choices.len() => text.clone_into(&mut choices[place]),
                    Some(text) => choices.push(text.to_owned()),
                    None if choices.len() == 2 => {
                        return Err("A question has two choices at least.".to_owned());
                    }
                    None => {
                        choices.remove(place);
                        *answer -= usize::from(*answer > place);
                        *answer = (*answer).min(choices.len() - 1);
                    }
                }
            }
            Ok(())
        })
    });
    Row::new("Right is", "The choice that is marked when the answer is shown.").show(ui, |ui| {
        for place in 0..choices.len() {
            let name = format!("{}", place + 1);
            let clicked = ui.radio(place == right, &name).clicked();
            if clicked {
                make(edit, |question| {
                    if let Way::Choices { answer, .. } = &mut question.way {
                        *answer = place;
                    }
                });
            }
        }
    });
}

fn scale_ui(ui: &mut Ui, edit: &mut DraftEdit<'_>, (ends, logarithmic): ([f64; 2], bool)) {
    let (mut new_ends, mut powers) = (ends, logarithmic);
    let (_, changed) =
        Row::new("Scale", "Its ends, and whether it runs through powers.").show(ui, |ui| {
            let [least, greatest] = &mut new_ends;
            let gap = 1e-6 * (ends[1] - ends[0]).abs().max(1.0);
            let first = if powers { f64::MIN_POSITIVE } else { f64::MIN };
            let speed = 0.01 * (ends[1] - ends[0]).abs().max(1e-3);
            let least = ui.add(DragValue::new(least).range(first..=ends[1] - gap).speed(speed));
            ui.label("to");
            let greatest =
                ui.add(DragValue::new(greatest).range(ends[0] + gap..=f64::MAX).speed(speed));
            let powers = ui.add_enabled(ends[0] > 0.0, Checkbox::new(&mut powers, "in powers"));
            let powers = powers.on_disabled_hover_text("A scale in powers begins above 0.");
            least.changed() || greatest.changed() || powers.changed()
        });
    if changed {
        make(edit, |question| {
            if let Way::Scale { ends, logarithmic, .. } = &mut question.way {
                (*ends, *logarithmic) = (new_ends, powers);
            }
        });
    }
}

fn within_ui(ui: &mut Ui, edit: &mut DraftEdit<'_>, within: f64) {
    let mut percent = 100.0 * within;
    Row::new("Right within", "By how much an answer may be off.").show(ui, |ui| {
        let value = DragValue::new(&mut percent).range(0.1..=99.0).suffix(" %").max_decimals(1);
        if ui.add(value).changed() {
            make(edit, |question| {
                if let Way::Number { within, .. } = &mut question.way {
                    *within = percent / 100.0;
                }
            });
        }
    });
}

fn unit_ui(ui: &mut Ui, state: &State, edit: &mut DraftEdit<'_>, typed: &mut Typed, now: &str) {
    Row::new("Unit", "In what it counts; may be empty.").show(ui, |ui| {
        let line = Line { name: "Unit", hint: "such as steps", now };
        typed.line(ui, state, &line, |text| {
            with(edit, |question| {
                if let Way::Scale { unit, .. } | Way::Number { unit, .. } = &mut question.way {
                    text.clone_into(unit);
                }
                Ok(())
            })
        });
    });
}

fn answer_ui(
    ui: &mut Ui,
    state: &State,
    edit: &mut DraftEdit<'_>,
    typed: &mut Typed,
    now: &Figure,
) {
    let now = now.to_string();
    Row::new("Answer", "What is measured, from the same measures as claims.").show(ui, |ui| {
        ui.vertical(|ui| {
            let line = Line { name: "Answer", hint: "nfe()", now: &now };
            typed.line(ui, state, &line, |text| {
                let figure = Figure::read(text)?;
                with(edit, |question| {
                    if let Way::Scale { answer, .. } | Way::Number { answer, .. } =
                        &mut question.way
                    {
                        *answer = figure;
                    }
                    Ok(())
                })
            });
        });
    });
}
