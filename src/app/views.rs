//! All views side by side, as they lie in the window.

use driftscope_study::lesson::Pointer;
use driftscope_study::session::Mode;
use eframe::egui::{CentralPanel, Frame, Margin, Panel, Rect, Ui, UiBuilder, pos2};

use super::command::{Command, Commands};
use super::icon::{Icon, icon_button};
use super::in_sight;
use super::lab::LabView;
use super::lessons::LessonView;
use super::reading::{self, ReadingDialog};
use super::stage::Stage;
use super::state::State;
use super::theme::{ROW, UNIT};
use super::{controls, folded, knobs, plots, top_bar, transport};

/// The button that puts the formulas away, at the corner of their card.
fn close_ui(ui: &mut Ui, rect: Rect, out: &mut Commands) {
    let corner = Rect::from_min_max(pos2(rect.right() - ROW, rect.top()), rect.max);
    let mut child = ui.new_child(UiBuilder::new().max_rect(corner).id_salt("close"));
    if icon_button(&mut child, Icon::Close, "Put the formulas away", "", false).clicked() {
        out.push(Command::ToggleFormula);
    }
}

/// Draws what stands above and below all else: the top bar and playback, or where the stage is alone, the knobs that
/// a page has named.
fn bars_ui(ui: &mut Ui, bar: Frame, state: &State, out: &mut Commands) {
    let alone = state.look.panels.stage_alone;
    let embedded = state.embedded.as_deref().filter(|keys| alone && !keys.is_empty());
    if let Some(keys) = embedded {
        Panel::bottom("embedded")
            .frame(bar.inner_margin(Margin::symmetric(12, 8)))
            .show(ui, |ui| knobs::ui(ui, keys, state, out));
    }
    if !alone {
        Panel::top("top bar")
            .frame(bar.inner_margin(Margin::symmetric(12, 0)))
            .exact_size(11.0 * UNIT)
            .show(ui, |ui| top_bar::ui(ui, state, out));
        Panel::bottom("transport").frame(bar.inner_margin(Margin::symmetric(12, 8))).show(
            ui,
            |ui| {
                transport::ui(ui, state, out);
                if state.is_pocket() && state.mode() != Mode::Lessons {
                    knobs::ui(ui, &knobs::most_used(&state.pane().scene), state, out);
                }
                if in_sight::pointer(state) == Some(&Pointer::Playback) {
                    in_sight::spotlight(ui, ui.min_rect(), state);
                }
            },
        );
    }
}

/// A window narrower than this, in points, has no room for a lesson's words, the stage and graphs.
const LEAST_FOR_THREE: f32 = 720.0;

/// The views that keep something from frame to frame.
pub struct Views {
    /// The panes.
    pub stage: Stage,
    /// The error laboratory.
    pub lab: LabView,
    /// How a network is read.
    pub reading: ReadingDialog,
    /// Lessons.
    pub lessons: LessonView,
}

impl Views {
    /// Views that have shown nothing yet.
    #[must_use]
    pub fn new(stage: Stage) -> Self {
        Self {
            stage,
            lab: LabView::default(),
            reading: ReadingDialog::default(),
            lessons: LessonView::default(),
        }
    }

    /// Draws bars, panels and what is between them into all of `ui`; returns the t under the pointer in
    /// a plot.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) -> Option<f64> {
        let palette = state.palette();
        let bar = Frame::new().fill(palette.panel);
        let width = ui.available_width();
        let alone = state.look.panels.stage_alone;
        let mut hovered = None;

        bars_ui(ui, bar, state, out);
        let panels = state.panels();
        if !panels.controls && state.is_narrow() && !state.is_pocket() && !alone {
            folded::left(ui, bar, state, out);
        }
        if panels.controls && !alone && in_sight::is_lesson(state) {
            self.lessons.ui(ui, state, out);
        } else if panels.controls && !alone && state.is_pocket() {
            CentralPanel::default()
                .frame(bar.inner_margin(Margin { left: 12, right: 2, top: 0, bottom: 0 }))
                .show(ui, |ui| controls::ui(ui, state, out));
            return None;
        } else if panels.controls && !alone {
            Panel::left("controls")
                .frame(bar.inner_margin(Margin { left: 12, right: 2, top: 0, bottom: 0 }))
                .resizable(false)
                .exact_size((0.215 * width).clamp(252.0, 320.0))
                .show(ui, |ui| controls::ui(ui, state, out));
        }
        let central = Frame::new().fill(palette.ground);
        if state.mode() == Mode::Errors {
            CentralPanel::default()
                .frame(central.inner_margin(Margin::symmetric(14, 8)))
                .show(ui, |ui| self.lab.ui(ui, state, out));
            return None;
        }
        if state.plots_are_folded() && !state.is_pocket() && !alone {
            folded::right(ui, bar, state, out);
        }
        let previews = in_sight::previewed(state).is_some();
        // Beside a lesson's words and graphs a stage has to be left.
        let fits = !in_sight::is_lesson(state) || width >= LEAST_FOR_THREE;
        if let Some(lecture) = in_sight::previewed(state).filter(|_| !alone) {
            self.lessons.preview_ui(ui, (state, lecture), width, out);
        }
        let card = in_sight::card(state).filter(|_| !alone && !reading::is_asked(state));
        if let Some(card) = card {
            let [width, height] = [0.5 * ui.available_width(), 0.5 * ui.available_height()];
            let panel = if state.is_pocket() {
                Panel::bottom("card").exact_size(height)
            } else {
                Panel::right("card").exact_size(width)
            };
            panel
                .frame(central.inner_margin(Margin { left: 14, right: 24, top: 8, bottom: 8 }))
                .resizable(false)
                .show(ui, |ui| {
                    let rect = ui.available_rect_before_wrap();
                    let inspected = self.stage.inspected(state);
                    self.lab.card_ui(ui, rect, card, state, inspected);
                    if state.formula.is_open() && in_sight::lesson_card(state).is_none() {
                        close_ui(ui, rect, out);
                    }
                    if in_sight::pointer(state) == Some(&Pointer::Card) {
                        // The name of the last mark of an axis in powers of ten reaches out.
                        let rect = rect.with_max_x(rect.right() + 2.0 * UNIT);
                        in_sight::spotlight(ui, rect, state);
                    }
                    ui.advance_cursor_after_rect(rect);
                });
        } else if panels.plots && !alone && plots::are_there(state) && !previews && fits {
            let frame = bar.inner_margin(Margin { left: 12, right: 16, top: 8, bottom: 8 });
            if state.is_pocket() {
                let panel = CentralPanel::default().frame(frame);
                return panel.show(ui, |ui| self.plots_ui(ui, state, out)).inner;
            }
            hovered = Panel::right("plots")
                .frame(frame)
                .resizable(false)
                .exact_size((0.225 * width).clamp(236.0, 440.0))
                .show(ui, |ui| self.plots_ui(ui, state, out))
                .inner;
        }
        self.stage_ui(ui, state, out);
        hovered
    }

    /// Draws the graphs, or what takes their place, so that the stage shows what is chosen there; returns the t
    /// under the pointer.
    fn plots_ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) -> Option<f64> {
        if reading::is_asked(state) {
            self.reading.ui(ui, state, out);
            return None;
        }
        if !state.reading.is_open() {
            self.reading.rest();
        }
        plots::ui(ui, state, out)
    }

    /// Draws the stage into all of `ui`.
    pub fn stage_ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) {
        let margin = Margin { left: 4, right: 12, top: 8, bottom: 4 };
        CentralPanel::default()
            .frame(Frame::new().fill(state.palette().ground).inner_margin(margin))
            .show(ui, |ui| self.stage.ui(ui, state, out));
    }

    /// Draws something else alone into all of `ui`.
    pub fn alone_ui(ui: &mut Ui, state: &State, add: impl FnOnce(&mut Ui, Rect)) {
        CentralPanel::default()
            .frame(
                Frame::new().fill(state.palette().ground).inner_margin(Margin::symmetric(16, 12)),
            )
            .show(ui, |ui| {
                let rect = ui.available_rect_before_wrap();
                add(ui, rect);
                ui.advance_cursor_after_rect(rect);
            });
    }
}
