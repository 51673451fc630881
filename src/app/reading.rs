//! How a network that was trained elsewhere is read: asked beside the stage, which shows every choice at once,
//! with the likely readings tried on the data.

use driftscope_study::MODEL_ENDING;
use driftscope_study::lab::{ConventionCheck, ConventionQuestion, Trial};
use driftscope_study::scene::{FieldKind, ModelName, Scene};
use driftscope_study::work::{Standing, Wish};
use eframe::egui::{
    Align, Button, DragValue, Label, Layout, ProgressBar, RichText, ScrollArea, Ui, Vec2,
};

use super::command::{Command, Commands};
use super::controls::setting::Setting;
use super::icon::{Icon, icon_button};
use super::number;
use super::state::State;
use super::theme::{ROW, UNIT, semibold};

/// Room for the scroll bar, in points.
const GUTTER: f32 = 2.5 * UNIT;
/// Readings that are shown beside the present one.
const SHOWN: usize = 3;

/// What any network is asked.
const ASKED: [&str; 6] =
    ["prediction", "velocity_towards", "interpolant", "time", "time_scale", "scale"];
/// What only some are asked.
const FACTORS: [&str; 3] = ["sigma_data", "sigma_min", "sigma_max"];
/// What a safetensors file is asked.
const LAYERS: [&str; 3] = ["activation", "time_features", "input_order"];

const CHECK: &str = "Reads the network in all likely ways, compares its velocities with the exact ones of the data, and samples with the nearest few.";

/// Whether the dialog is open, and there is a file to ask about.
#[must_use]
pub fn is_asked(state: &State) -> bool {
    let field = &state.pane().scene.field;
    let file = matches!(field.model, Some(ModelName::File(_)));
    state.reading.is_open() && file && field.kind == FieldKind::Learned
}

/// The dialog, and what came of its check.
#[derive(Default)]
pub struct ReadingDialog {
    wish: Wish<ConventionQuestion>,
    /// What is checked; none before anybody asked.
    asked: Option<ConventionQuestion>,
}

impl ReadingDialog {
    /// Checks `scene`'s reading as soon as the dialog is drawn.
    pub fn check(&mut self, scene: &Scene) {
        self.asked = Some(ConventionQuestion::new(scene));
    }

    /// Draws the dialog into all of `ui`.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) {
        let before = &state.pane().scene;
        let mut scene = (**before).clone();
        let palette = state.palette();
        ui.horizontal(|ui| {
            let title = RichText::new("How the network is read").family(semibold());
            ui.label(title.color(palette.strong));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if icon_button(ui, Icon::Close, "Close how it is read", "Esc", false).clicked() {
                    out.push(Command::ToggleReading);
                }
            });
        });
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - GUTTER);
            self.body_ui(ui, state, &mut scene);
        });
        if scene != **before {
            out.push(Command::set(state.selected(), before, &scene));
        }
    }

    fn body_ui(&mut self, ui: &mut Ui, state: &State, scene: &mut Scene) {
        let file = match &scene.field.model {
            Some(ModelName::File(path)) => path.clone(),
            _ => return,
        };
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        ui.add(Label::new(RichText::new(name).color(state.palette().strong)).wrap());
        about_ui(ui, state);
        ui.add_space(UNIT);
        self.check_ui(ui, state, scene);
        ui.add_space(2.0 * UNIT);
        rows_ui(ui, scene, file.extension().is_some_and(|end| end == MODEL_ENDING));
    }

    /// Forgets the check, where the dialog is closed.
    pub fn rest(&mut self) {
        if self.asked.is_some() {
            *self = Self::default();
        }
    }

    /// The check and what it found.
    fn check_ui(&mut self, ui: &mut Ui, state: &State, scene: &mut Scene) {
        let palette = state.palette();
        if let Some(asked) = &self.asked {
            self.wish.ask(state.work(), asked.clone());
        }
        let now = ConventionQuestion::new(scene);
        let working = match self.wish.standing() {
            Standing::Working(share) if self.asked.is_some() => Some(*share),
            _ => None,
        };
        ui.horizontal(|ui| {
            if let Some(share) = working {
                if ui.button("Stop").clicked() {
                    self.wish.stop();
                }
                ui.add(ProgressBar::new(share as f32).desired_height(1.5 * UNIT));
            } else {
                let button = ui.button("Check against the data").on_hover_text(CHECK);
                if button.clicked() {
                    self.wish.again();
                    self.asked = Some(now.clone());
                }
            }
        });
        if let Standing::Failed(reason) = self.wish.standing() {
            ui.add(Label::new(RichText::new(reason).color(palette.alarm)).wrap());
            return;
        }
        if working.is_some() {
            let words = format!("Trying the likely readings on {}…", scene.data.title());
            ui.add(Label::new(RichText::new(words).color(palette.quiet)).wrap());
            return;
        }
        let Some((asked, found)) = self.wish.answered() else { return };
        ui.add(Label::new(RichText::new(found.sentence()).color(palette.strong)).wrap());
        let elsewhere = *asked != now;
        if elsewhere {
            let words = "That was before the last change.";
            ui.add(Label::new(RichText::new(words).color(palette.quiet)).wrap());
        }
        if let Some(trial) = trials_ui(ui, state, found) {
            scene.field.reading = trial.reading(&scene.field.reading);
        }
    }
}

/// What the network is, and how it was read last.
fn about_ui(ui: &mut Ui, state: &State) {
    let quiet = state.palette().quiet;
    if let Some(words) = state.foreign_words() {
        for line in [&words.about, &format!("Shown: {}", words.read_as)] {
            ui.add(Label::new(RichText::new(line).color(quiet)).wrap());
        }
    }
}

/// Everything that can be said of the file.
fn rows_ui(ui: &mut Ui, scene: &mut Scene, layers: bool) {
    for key in ASKED {
        row_ui(ui, scene, key);
    }
    shift_ui(ui, scene);
    for key in FACTORS.iter().chain(LAYERS.iter().filter(|_| layers)) {
        row_ui(ui, scene, key);
    }
}

/// One thing that can be said.
fn row_ui(ui: &mut Ui, scene: &mut Scene, key: &str) {
    let setting = Setting::of(scene, &format!("field.reading.{key}"));
    if setting.is_number() {
        setting.number(ui, scene);
    } else {
        setting.any(ui, scene);
    }
}

/// The two numbers of the shift.
fn shift_ui(ui: &mut Ui, scene: &mut Scene) {
    const KEY: &str = "shift";
    let stated = scene.field.reading.text(KEY).unwrap_or("0 0");
    let mut shift: Vec<f64> =
        stated.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    shift.resize(2, 0.0);
    let row = Setting::of(scene, "field.reading.shift").row();
    let (_, changed) = row.show(ui, |ui| {
        let width = 0.5 * (ui.available_width() - UNIT);
        ui.spacing_mut().item_spacing.x = UNIT;
        let mut changed = false;
        for (value, axis) in shift.iter_mut().zip(["x", "y"]) {
            let drag = DragValue::new(value).speed(0.01).range(-1e6..=1e6);
            let response = ui.add_sized(Vec2::new(width, ROW), drag);
            let name = format!("Data shift in {axis}");
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
            changed |= response.changed();
        }
        changed
    });
    if changed {
        let stated = format!("{} {}", shift[0], shift[1]);
        scene.field.reading.state(KEY, Some(stated));
    }
}

/// The readings that fit best, each with a button; the one that was chosen.
fn trials_ui<'a>(ui: &mut Ui, state: &State, found: &'a ConventionCheck) -> Option<&'a Trial> {
    let palette = state.palette();
    let mut chosen = None;
    // Where nothing is solved yet, what was supposed is an offer as well.
    let declared = usize::from(state.pane().failure.is_none());
    let offers = found.trials.iter().enumerate().skip(declared).take(SHOWN);
    for (index, trial) in offers {
        ui.horizontal_top(|ui| {
            let button = ui.add(Button::new("Use"));
            let changes = if index == 0 { "as supposed" } else { &trial.changes };
            let name = format!("Use {changes}");
            ui.ctx().accesskit_node_builder(button.id, |node| node.set_label(name));
            if button.clicked() {
                chosen = Some(trial);
            }
            let ink = if index == found.best { palette.strong } else { palette.quiet };
            let fits = if index == found.best && found.any_fits() { " (fits)" } else { "" };
            let floors = number::three(trial.floors());
            let words = format!("{changes}{fits}: {floors} floors");
            ui.add(Label::new(RichText::new(words).color(ink)).wrap());
        });
    }
    chosen
}
