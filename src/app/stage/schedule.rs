//! The schedule on the stage: α, σ and log(α/σ) over t for the scene's path, and the steps as marks that
//! can be dragged, added and removed.

mod marks;
mod plot;

use std::sync::Arc;

use driftscope_study::own::Own;
use driftscope_study::scene::parameters::{Named, Settings};
use driftscope_study::scene::{FieldKind, Problem, Scene, TimeList, TimesIn};
use driftscope_study::session::Action;
use eframe::egui::{
    Align, Button, ComboBox, Frame, Galley, Label, Layout, Margin, Pos2, Rect, RichText, Sense,
    Stroke, TextEdit, TextStyle, TextWrapMode, Ui, UiBuilder, WidgetText, pos2, vec2,
};

use self::marks::Marks;
use self::plot::Gesture;
use crate::app::command::{Command, Commands, FileCommand};
use crate::app::commands;
use crate::app::icon::{Icon, icon_button};
use crate::app::state::State;
use crate::app::theme::{ROW, UNIT, semibold};

/// Share of the stage's height that the card takes.
const SHARE: f32 = 0.46;
/// Least and greatest height of the card, in points.
const HEIGHTS: [f32; 2] = [230.0, 360.0];
/// Greatest width of the card, in points.
const WIDTH: f32 = 860.0;
/// Width of the menu of what the numbers are, in points.
const KIND_WIDTH: f32 = 24.0 * UNIT;

/// The card and what a person is doing on it.
#[derive(Default)]
pub struct ScheduleCard {
    /// The mark that is being dragged.
    dragged: Option<usize>,
    /// The mark that was touched last.
    chosen: Option<usize>,
    /// What the numbers are; as in the scene while nobody chose.
    kind: Option<TimesIn>,
    /// What is being typed, or was and is no schedule; none otherwise.
    typed: Option<String>,
    /// Why what was asked for is no schedule.
    refused: Option<String>,
    /// Where t = 0 and t = 1 were on the screen in the last frame.
    ends: Option<[Pos2; 2]>,
}

impl ScheduleCard {
    /// Draws the card at the foot of `rect` while it is open.
    pub fn ui(&mut self, ui: &mut Ui, rect: Rect, state: &State, out: &mut Commands) {
        if !state.schedule {
            *self = Self::default();
            return;
        }
        let palette = state.palette();
        let width = rect.width().min(WIDTH);
        let height = (SHARE * rect.height()).clamp(HEIGHTS[0], HEIGHTS[1]).min(rect.height());
        let min = pos2(rect.center().x - 0.5 * width, rect.bottom() - height);
        let place = Rect::from_min_size(min, vec2(width, height));
        // What lies behind the card is not hovered and not pressed through it.
        ui.interact(place, ui.scope_id().with("behind the schedule"), Sense::click_and_drag());
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("schedule"));
        Frame::new()
            .fill(palette.panel)
            .stroke(Stroke::new(1.0, palette.line))
            .corner_radius(6)
            .inner_margin(Margin::symmetric(12, 8))
            .show(&mut child, |ui| {
                ui.set_min_size(vec2(width - 26.0, height - 18.0));
                ui.set_max_size(vec2(width - 26.0, height - 18.0));
                self.card_ui(ui, state, out);
            });
    }

    fn card_ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) {
        let scene = &state.pane().scene;
        let marks = Marks::of(scene, state);
        self.chosen = self.chosen.filter(|&mark| mark < marks.times.len());
        self.head_ui(ui, state, &marks, out);
        let room = ui.available_rect_before_wrap();
        let refusal = self.refusal(state, ui, room.width());
        let refused_height = refusal.as_ref().map_or(0.0, |words| words.size().y + UNIT);
        let foot_height = ROW + 2.0 * UNIT + refused_height;
        let plot = room.with_max_y(room.bottom() - foot_height);
        let mut body = ui.new_child(UiBuilder::new().max_rect(plot).id_salt("plot"));
        let done = plot::ui(&mut body, state, &marks, (self.dragged, self.chosen));
        self.ends = Some(done.ends);
        self.answer(ui, &done, &marks, state, out);
        if let Some(words) = refusal {
            let place = room.with_min_y(plot.bottom() + 2.0 * UNIT);
            let mut line = ui.new_child(UiBuilder::new().max_rect(place).id_salt("refused"));
            line.add(Label::new(words));
        }
        let foot = room.with_min_y(room.bottom() - ROW);
        let layout = Layout::left_to_right(Align::Center);
        let mut line = ui.new_child(UiBuilder::new().max_rect(foot).layout(layout));
        self.list_ui(&mut line, state, &marks, out);
    }

    /// Why what was asked for is no schedule, as wide as there is room.
    fn refusal(&self, state: &State, ui: &Ui, width: f32) -> Option<Arc<Galley>> {
        let words = RichText::new(self.refused.as_ref()?).color(state.palette().alarm);
        let wrap = Some(TextWrapMode::Wrap);
        Some(WidgetText::from(words).into_galley(ui, wrap, width, TextStyle::Body))
    }

    /// Title, what the steps come from, and buttons.
    fn head_ui(&mut self, ui: &mut Ui, state: &State, marks: &Marks, out: &mut Commands) {
        let palette = state.palette();
        ui.horizontal(|ui| {
            ui.label(RichText::new("Schedule").family(semibold()).color(palette.strong));
            ui.label(RichText::new(marks.words()).color(palette.quiet));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let shortcut = commands::SCHEDULE.shortcut();
                if icon_button(ui, Icon::Close, "Close the schedule", &shortcut, false).clicked() {
                    out.push(Command::ToggleSchedule);
                }
                self.open_ui(ui, state, out);
                let fixed = marks.fixed();
                let removable = self.chosen.filter(|_| marks.times.len() > 2);
                let remove = ui
                    .add_enabled(fixed.is_ok() && removable.is_some(), Button::new("Remove"))
                    .on_hover_text("Remove the chosen step (or click its mark with the right button)")
                    .on_disabled_hover_text(fixed.err().unwrap_or("Click a mark first."));
                if let (true, Some(mark)) = (remove.clicked(), removable) {
                    self.change(&marks.without(mark), state, out);
                }
                let add = ui
                    .add_enabled(fixed.is_ok(), Button::new("Add"))
                    .on_hover_text("Halve the longest step, or the one behind the chosen mark (or double-click where the new one should be)")
                    .on_disabled_hover_text(fixed.err().unwrap_or_default());
                if add.clicked() {
                    let (times, mark) = marks.halved(self.chosen);
                    self.chosen = Some(mark);
                    self.change(&times, state, out);
                }
            });
        });
    }

    /// The button that reads a list from a file.
    fn open_ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) {
        let idle = state.pane().scene.idle("sampler.grid");
        let open = ui
            .add_enabled(idle.is_none(), Button::new("Open list…"))
            .on_hover_text("Read the times or levels from a file of numbers; dropping or pasting them does the same")
            .on_disabled_hover_text(idle.unwrap_or_default());
        if open.clicked() {
            self.refused = None;
            out.push(Command::File(FileCommand::AskOpenTimes));
        }
    }

    /// Where t = 0 and t = 1 were on the screen in the last frame, if it is open.
    #[must_use]
    pub fn ends(&self) -> Option<[Pos2; 2]> {
        self.ends
    }

    /// Lets the steps of the pane at work go through a list of the numbers that are shown.
    ///
    /// # Errors
    /// Why they cannot, in a sentence.
    pub fn with_list(&mut self, state: &State, list: Own<TimeList>) -> Result<Action, String> {
        let before = &state.pane().scene;
        if let Some(reason) = before.idle("sampler.grid") {
            return Err(reason.to_owned());
        }
        let mut after = (**before).clone();
        marks::write_list(&mut after, list, self.kind(before));
        after.check().map_err(|problem| problem.to_string())?;
        let changes = before.changes_to(&after);
        (self.typed, self.refused) = (None, None);
        Ok(Action::Set { pane: state.selected(), changes, continues: false })
    }

    /// Does what was asked for with the pointer.
    fn answer(
        &mut self,
        ui: &Ui,
        done: &plot::Done,
        marks: &Marks,
        state: &State,
        out: &mut Commands,
    ) {
        if marks.fixed().is_err() {
            (self.dragged, self.chosen) = (None, None);
            return;
        }
        if done.gesture == Some(Gesture::Drag) {
            self.dragged = done.under;
            self.chosen = done.under.or(self.chosen);
        }
        if let (Some(mark), Some(t)) = (self.dragged, done.at) {
            let times = marks.moved(mark, rounded(t));
            if times != marks.times {
                self.change(&times, state, out);
            }
        }
        if !ui.input(|input| input.pointer.any_down()) {
            self.dragged = None;
        }
        match (done.gesture, done.under, done.at) {
            (Some(Gesture::RightClick), Some(mark), _) if marks.times.len() > 2 => {
                self.chosen = None;
                self.change(&marks.without(mark), state, out);
            }
            (Some(Gesture::DoubleClick), None, Some(t)) => {
                if let Some((times, mark)) = marks.with(rounded(t)) {
                    self.chosen = Some(mark);
                    self.change(&times, state, out);
                }
            }
            (Some(Gesture::Click), under, _) => self.chosen = under,
            _ => {}
        }
    }

    /// The numbers of the schedule, to read, type and paste, and what they are.
    fn list_ui(&mut self, ui: &mut Ui, state: &State, marks: &Marks, out: &mut Commands) {
        let scene = &state.pane().scene;
        let row = Scene::parameter("sampler.times");
        ui.spacing_mut().item_spacing.x = 2.0 * UNIT;
        let name = ui.label(row.title);
        let width = ui.available_width() - KIND_WIDTH - 2.0 * UNIT;
        let kind = self.kind(scene);
        let mut text = self.typed.clone().unwrap_or_else(|| marks.list(scene, kind));
        let edit = TextEdit::singleline(&mut text).desired_width(width);
        let edit = ui.add_enabled(marks.fixed().is_ok(), edit).labelled_by(name.id);
        let about = "The times or levels of the steps. Type or paste others: numbers apart by spaces, commas or line breaks.";
        let edit = edit.on_hover_text(about);
        let edit = edit.on_disabled_hover_text(marks.fixed().err().unwrap_or_default());
        if edit.changed() {
            self.typed = Some(text);
            self.refused = None;
        }
        if edit.lost_focus()
            && let Some(text) = &self.typed
        {
            let read = TimeList::from_text(text);
            let times = read.map(|list| marks::from_values(scene, kind, &list.0));
            self.refused = times.and_then(|times| self.accept(&times, state, out)).err();
            // What is refused stays there to be mended.
            self.typed = self.typed.take().filter(|_| self.refused.is_some());
        }
        self.kind_ui(ui, scene, kind, (state, marks), out);
    }

    /// The menu of what the numbers are.
    fn kind_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene,
        kind: TimesIn,
        (state, marks): (&State, &Marks),
        out: &mut Commands,
    ) {
        let row = Scene::parameter("sampler.times_in");
        let enabled = scene.field.kind != FieldKind::Classic;
        ui.add_enabled_ui(enabled, |ui| {
            let shown = format!("in {}", kind.words().title);
            let menu = ComboBox::from_id_salt(row.key).selected_text(shown).width(KIND_WIDTH);
            let menu = menu.show_ui(ui, |ui| {
                for other in TimesIn::all() {
                    let words = other.words();
                    let entry = ui.selectable_label(other == kind, words.title);
                    if entry.on_hover_text(words.about).clicked() {
                        self.kind = Some(other);
                        (self.typed, self.refused) = (None, None);
                        if scene.sampler.times.is_some() && marks.fixed().is_ok() {
                            // The same steps, in other words.
                            self.change(&marks.times, state, out);
                        }
                    }
                }
            });
            menu.response.on_hover_text(row.about);
        });
    }

    fn kind(&self, scene: &Scene) -> TimesIn {
        match scene.field.kind {
            FieldKind::Classic => TimesIn::T,
            _ => self.kind.unwrap_or(scene.sampler.times_in),
        }
    }

    /// Lets the steps be these, in t, if that is a schedule: a mark cannot be dragged over the end of the
    /// path.
    fn change(&mut self, times: &[f64], state: &State, out: &mut Commands) {
        self.typed = None;
        self.refused = self.accept(times, state, out).err();
    }

    fn accept(&self, times: &[f64], state: &State, out: &mut Commands) -> Result<(), String> {
        let before = &state.pane().scene;
        let mut after = (**before).clone();
        marks::write(&mut after, times, self.kind(before));
        after.check().map_err(|problem| refusal_of(&problem))?;
        let changes = before.changes_to(&after);
        if !changes.is_empty() {
            out.push(Command::Act(Action::Set {
                pane: state.selected(),
                changes,
                continues: false,
            }));
        }
        Ok(())
    }
}

/// Numbers that a pointer makes have four decimals: the screen shows no more.
fn rounded(t: f64) -> f64 {
    (t * 1e4).round() / 1e4
}

/// Why a list is none; what was typed stands beside it.
fn refusal_of(problem: &Problem) -> String {
    match problem.key {
        "sampler.times" => {
            format!("These are not the steps of a schedule: {} are needed.", problem.allowed)
        }
        _ => problem.to_string(),
    }
}
