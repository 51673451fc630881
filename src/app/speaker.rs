//! The speaker's window: notes, answer, next step, clock and picture, for a screen that the class does not see.

use std::sync::Arc;
use std::time::Duration;

use driftscope_study::clock::Instant;
use driftscope_study::lesson::{Lesson, Way};
use driftscope_study::session::Lecture;
use eframe::egui::{
    Align, CentralPanel, Context, Frame, Label, Layout, Margin, Panel, Pos2, RichText, ScrollArea,
    Ui, Vec2, ViewportBuilder, ViewportId, vec2,
};

use super::command::{Command, Commands};
use super::commands::{self, Entry};
use super::keyboard;
use super::lectern::LecternCommand;
use super::stage::Stage;
use super::state::State;
use super::theme::{TEXT, UNIT, semibold};
use super::{number, platform};
use crate::app::text::{self, Document};

/// Size of the window when it opens, in points.
const SIZE: [f32; 2] = [1100.0, 720.0];
/// Smallest size at which everything has room.
const LEAST_SIZE: [f32; 2] = [640.0, 420.0];
/// Size of the clock's figures, in points.
const CLOCK: f32 = 2.0 * TEXT;
/// Share of the height that what comes next takes at most.
const NEXT: f32 = 0.4;
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

/// Where a window lies, in pixels of its screen.
#[derive(Clone, Copy)]
struct Place {
    /// Its upper left corner, with its frame.
    at: Pos2,
    /// Its size, without it.
    size: Vec2,
}

/// What the window keeps from frame to frame, and while it is closed for when it is opened again.
pub struct Speaker {
    stage: Stage,
    began: Instant,
    texts: Option<Texts>,
    /// Where it was opened: none for where the desktop puts it.
    opened: Option<Place>,
    /// Where it is.
    place: Option<Place>,
    is_open: bool,
}

impl Speaker {
    /// The window opens: its clock starts, and it draws by the means of the class's `stage`.
    #[must_use]
    pub fn open(ctx: &Context, stage: &Stage, state: &State) -> Self {
        let stage = stage.beside(ctx, state.networks());
        let began = Instant::now();
        Self { stage, began, texts: None, opened: None, place: None, is_open: false }
    }

    /// The window is closed; its clock goes on, and it comes back to where it was.
    pub fn close(&mut self) {
        (self.is_open, self.opened) = (false, self.place);
    }

    /// Draws the window; the class's `stage` says what of the plane is seen.
    pub fn ui(&mut self, ctx: &Context, stage: &Stage, state: &State, out: &mut Commands) {
        let mut builder = ViewportBuilder::default()
            .with_title("Driftscope: for the speaker")
            .with_app_id("driftscope");
        if !self.is_open {
            self.is_open = true;
            builder = platform::with_icon(builder);
            // It is as large on the screen whatever is enlarged for the class.
            let pixels = ctx.pixels_per_point();
            let usual = Vec2::from(SIZE) / ctx.zoom_factor();
            builder = builder
                .with_inner_size(self.opened.map_or(usual, |place| place.size / pixels))
                .with_min_inner_size(Vec2::from(LEAST_SIZE) / ctx.zoom_factor());
            if let Some(place) = self.opened {
                builder = builder.with_position(place.at / pixels);
            }
        }
        let id = ViewportId::from_hash_of("speaker");
        ctx.show_viewport_immediate(id, builder, |ui, _| {
            keyboard::read(ui.ctx(), state, out);
            if ui.input(|input| input.viewport().close_requested()) {
                out.push(Command::Lectern(LecternCommand::ToggleSpeaker));
            }
            let (pixels, window) =
                (ui.ctx().pixels_per_point(), ui.input(|input| input.viewport().clone()));
            if let (Some(outer), Some(inner)) = (window.outer_rect, window.inner_rect) {
                self.place = Some(Place { at: outer.min * pixels, size: inner.size() * pixels });
            }
            self.stage.see_as(stage);
            self.stage.prepare(ui.ctx(), state);
            self.window_ui(ui, state, out);
        });
    }

    fn window_ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) {
        let palette = state.palette();
        for font in ui.style_mut().text_styles.values_mut() {
            font.size = near(state, font.size);
        }
        let margin = Margin::symmetric(16, 10);
        let bar = Frame::new().fill(palette.panel).inner_margin(margin);
        Panel::top("clock").frame(bar).show(ui, |ui| self.clock_ui(ui, state));
        Panel::bottom("lectern").frame(bar).show(ui, |ui| lectern_ui(ui, state, out));
        let width = 0.44 * ui.available_width();
        Panel::right("notes").frame(bar).exact_size(width).resizable(false).show(ui, |ui| {
            self.notes_ui(ui, state);
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
            let size = near(state, CLOCK);
            let figures = |text: String| RichText::new(text).family(semibold()).size(size);
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
        let scrolled = |ui: &mut Ui, name: &str, add: &mut dyn FnMut(&mut Ui)| {
            let most = ui.available_height();
            let area = ScrollArea::vertical().id_salt((name, lecture.step)).max_height(most);
            area.auto_shrink([false, true]).show(ui, |ui| {
                ui.set_max_width(ui.available_width() - 3.0 * UNIT);
                add(ui);
            });
        };
        // However long the notes are, what comes next is in sight.
        let most = NEXT * ui.available_height();
        let below = Panel::bottom("next").frame(Frame::NONE).resizable(false).max_size(most);
        below.show(ui, |ui| {
            head(ui, "Next");
            scrolled(ui, "next", &mut |ui| match &texts.next {
                _ if lecture.asks() => {
                    ui.label("The answer is shown.");
                }
                Some(next) => {
                    text::ui(ui, next, &palette.text_style(near(state, TEXT)));
                }
                None => {
                    ui.label("This is the last step.");
                }
            });
        });
        scrolled(ui, "notes", &mut |ui| {
            head(ui, "Notes");
            if lecture.current().notes.trim().is_empty() {
                ui.label(RichText::new(NO_NOTES).color(palette.quiet));
            }
            let style = palette.text_style(near(state, NOTES));
            text::ui(ui, &texts.notes, &style);
            let Some(answer) = &texts.answer else { return };
            head(ui, "Answer");
            text::ui(ui, answer, &style);
            let hands: u32 = lecture.hands.iter().sum();
            if hands > 0 {
                let each: Vec<String> =
                    lecture.hands.iter().map(|&hands| number::count(hands.into())).collect();
                ui.label(format!("Hands: {}", each.join(", ")));
            }
        });
    }
}

/// The size of words here that elsewhere have `size`, in points: what is enlarged for the class need not be larger
/// from near.
fn near(state: &State, size: f32) -> f32 {
    size / state.enlarged
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
