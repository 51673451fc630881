//! The speaker's window: notes, answer, next step, clock and picture, for a screen that the class does not see.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope_study::lesson::{Lesson, Way};
use driftscope_study::session::Lecture;
use eframe::egui::{
    Align, CentralPanel, Context, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui,
    ViewportBuilder, ViewportId, vec2,
};

use super::command::{Command, Commands};
use super::commands::{self, Entry};
use super::keyboard;
use super::lectern::LecternCommand;
use super::number;
use super::stage::Stage;
use super::state::State;
use super::theme::{TEXT, UNIT, semibold};
use crate::app::text::{self, Document};

/// Size of the window when it opens, in points.
const SIZE: [f32; 2] = [1100.0, 720.0];
/// Smallest size at which everything has room.
const LEAST_SIZE: [f32; 2] = [640.0, 420.0];
/// Size of the clock's figures, in points.
const CLOCK: f32 = 2.0 * TEXT;
/// Size of the notes, in points.
const NOTES: f32 = TEXT + 3.0;
/// Said where there is nothing to be read.
const NO_NOTES: &str = "This step has no notes.";

/// The texts of a step for the speaker, read once.
struct Texts {
    of: Arc<Lesson>,
    step: usize,
    notes: Document,
    answer: Option<Document>,
    next: Option<Document>,
}

impl Texts {
    fn of(lecture: &Lecture) -> Self {
        let step = lecture.current();
        let answer = step.question.as_ref().map(|question| match &question.way {
            Way::Choices { choices, answer } => {
                let right = choices.get(*answer).map_or("", String::as_str);
                format!("**{}**  {right}", answer + 1)
            }
            Way::Scale { answer, unit, .. } | Way::Number { answer, unit, .. } => {
                format!("`{answer}` {unit}")
            }
            Way::Curve { .. } => "The curve is shown when it is revealed.".to_owned(),
        });
        let next = lecture.lesson.steps.get(lecture.step + 1);
        Self {
            of: Arc::clone(&lecture.lesson),
            step: lecture.step,
            notes: Document::parse(&step.notes),
            answer: answer.map(|answer| Document::parse(&answer)),
            next: next.map(|next| Document::parse(&next.text)),
        }
    }
}

/// What the window keeps from frame to frame while it is open.
pub struct Speaker {
    stage: Stage,
    began: Instant,
    texts: Option<Texts>,
}

impl Speaker {
    /// The window opens: its clock starts, and it draws by the means of the class's `stage`.
    #[must_use]
    pub fn open(ctx: &Context, stage: &Stage, state: &State) -> Self {
        let stage = stage.beside(ctx, state.networks());
        Self { stage, began: Instant::now(), texts: None }
    }

    /// Draws the window; the class's `stage` says what of the plane is seen.
    pub fn ui(&mut self, ctx: &Context, stage: &Stage, state: &State, out: &mut Commands) {
        let builder = ViewportBuilder::default()
            .with_title("Driftscope: for the speaker")
            .with_app_id("driftscope")
            .with_inner_size(SIZE)
            .with_min_inner_size(LEAST_SIZE);
        let id = ViewportId::from_hash_of("speaker");
        ctx.show_viewport_immediate(id, builder, |ui, _| {
            keyboard::read(ui.ctx(), state, out);
            if ui.input(|input| input.viewport().close_requested()) {
                out.push(Command::Lectern(LecternCommand::ToggleSpeaker));
            }
            self.stage.see_as(stage);
            self.stage.prepare(ui.ctx(), state);
            self.window_ui(ui, state, out);
        });
    }

    fn window_ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) {
        let palette = state.palette();
        let margin = Margin::symmetric(16, 10);
        let bar = Frame::new().fill(palette.panel).inner_margin(margin);
        Panel::top("clock").frame(bar).show(ui, |ui| self.clock_ui(ui, state));
        Panel::bottom("lectern").frame(bar).show(ui, |ui| lectern_ui(ui, state, out));
        let width = 0.44 * ui.available_width();
        Panel::right("notes").frame(bar).exact_size(width).resizable(false).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.set_max_width(ui.available_width() - 3.0 * UNIT);
                self.notes_ui(ui, state);
            });
        });
        let ground = Frame::new().fill(palette.ground).inner_margin(margin);
        CentralPanel::default().frame(ground).show(ui, |ui| self.stage.ui(ui, state, out));
    }

    /// How long it has gone on, what o'clock it is, and where in the lesson one is.
    fn clock_ui(&mut self, ui: &mut Ui, state: &State) {
        let palette = state.palette();
        let passed = self.began.elapsed();
        ui.ctx().request_repaint_after(Duration::from_secs(1));
        ui.horizontal(|ui| {
            let figures = |text: String| RichText::new(text).family(semibold()).size(CLOCK);
            ui.label(figures(minutes(passed)).color(palette.strong));
            if ui.button("From 0").on_hover_text("Let the clock begin again").clicked() {
                self.began = Instant::now();
            }
            ui.add_space(4.0 * UNIT);
            if let Some(lecture) = state.lesson() {
                let (step, count) = (lecture.step + 1, lecture.lesson.steps.len());
                let words = format!("{} · step {step} of {count}", lecture.lesson.title);
                ui.label(RichText::new(words).family(semibold()));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let now = chrono::Local::now().format("%H:%M").to_string();
                ui.label(figures(now).color(palette.quiet));
                ui.add_space(2.0 * UNIT);
                let marks = [(state.lectern.blank, "Blank"), (state.lectern.frozen, "Frozen")];
                for (_, words) in marks.into_iter().filter(|(on, _)| *on) {
                    let words = RichText::new(words).family(semibold()).color(palette.alarm);
                    ui.label(words);
                }
            });
        });
    }

    fn notes_ui(&mut self, ui: &mut Ui, state: &State) {
        let palette = state.palette();
        let Some(lecture) = state.lesson() else {
            ui.add(Label::new("No lesson is open: its notes and its next step stand here.").wrap());
            return;
        };
        let known = self
            .texts
            .take()
            .filter(|texts| Arc::ptr_eq(&texts.of, &lecture.lesson) && texts.step == lecture.step);
        let texts = self.texts.insert(known.unwrap_or_else(|| Texts::of(lecture)));
        let head = |ui: &mut Ui, words: &str| {
            ui.add_space(2.0 * UNIT);
            ui.label(RichText::new(words).family(semibold()).color(palette.quiet));
        };
        head(ui, "Notes");
        if lecture.current().notes.trim().is_empty() {
            ui.label(RichText::new(NO_NOTES).color(palette.quiet));
        }
        text::ui(ui, &texts.notes, &palette.text_style(NOTES));
        if let Some(answer) = &texts.answer {
            head(ui, "Answer");
            text::ui(ui, answer, &palette.text_style(NOTES));
            let hands: u32 = lecture.hands.iter().sum();
            if hands > 0 {
                let each: Vec<String> =
                    lecture.hands.iter().map(|&hands| number::count(hands.into())).collect();
                ui.label(format!("Hands: {}", each.join(", ")));
            }
        }
        head(ui, "Next");
        match &texts.next {
            _ if lecture.asks() => {
                ui.label("The answer is shown.");
            }
            Some(next) => {
                text::ui(ui, next, &palette.text_style(TEXT));
            }
            None => {
                ui.label("This is the last step.");
            }
        }
    }
}

/// What a speaker does without looking at the class's screen.
fn lectern_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    let lectern = &state.lectern;
    let entries: [(&Entry, bool); 7] = [
        (&commands::LESSON_BACK, false),
        (&commands::LESSON_NEXT, false),
        (&commands::PLAY, state.playback().playing),
        (&commands::PEN, lectern.in_hand == super::lectern::InHand::Pen),
        (&commands::ERASE, false),
        (&commands::FREEZE, lectern.frozen),
        (&commands::BLANK, lectern.blank),
    ];
    ui.horizontal_wrapped(|ui| {
        for (entry, on) in entries {
            let refused = (entry.refused)(state);
            let button = eframe::egui::Button::selectable(on, entry.title)
                .frame_when_inactive(true)
                .min_size(vec2(0.0, 8.0 * UNIT));
            let response = ui.add_enabled(refused.is_none(), button);
            let about = format!("{} ({})", entry.does, entry.shortcut());
            if response.on_hover_text(about).clicked() {
                out.push((entry.command)(state));
            }
        }
    });
}

/// Minutes and seconds; hours before them if there are any.
fn minutes(passed: Duration) -> String {
    let seconds = passed.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_minutes_and_hours() {
        let words = |seconds| minutes(Duration::from_secs(seconds));
        assert_eq!(
            (words(7), words(754), words(5_405)),
            ("0:07".into(), "12:34".into(), "1:30:05".into())
        );
    }
}
