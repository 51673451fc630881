//! Training a network in the window.

use driftscope_flow::network::LossRef;
use driftscope_study::scene::parameters::{Named, Range};
use driftscope_study::scene::{Direction, Layer, MOST_PANES, Scene};
use driftscope_study::session::{Action, TrainingOrder};
use driftscope_study::{Round, TrainingState, TrainingStatus};
use eframe::egui::{Button, Grid, ProgressBar, RichText, Ui, Vec2};

use super::choose::choose;
use super::row::{Row, Scale, fold, heading};
use super::setting::Setting;
use super::{density, layers};
use crate::app::command::{Command, Commands};
use crate::app::number;
use crate::app::state::State;
use crate::app::theme::{ROW, UNIT, semibold};

/// Why a training is not changed.
pub const UNDER_WAY: &str = "A training is under way. Reset it to change how it goes.";

/// Settings, buttons and progress.
pub fn ui(ui: &mut Ui, state: &State, scene: &mut Scene, out: &mut Commands) {
    heading(ui, "Training");
    let controls = Controls { locked: state.training().is_some().then_some(UNDER_WAY) };
    controls.pace_ui(ui, scene);
    fold(ui, "What is learned", true, |ui| controls.learned_ui(ui, state, scene));
    fold(ui, "Which times", false, |ui| controls.times_ui(ui, scene));
    fold(ui, "Network and rate", false, |ui| controls.network_ui(ui, scene));
    ui.add_space(UNIT);
    buttons_ui(ui, state, out);
    further_ui(ui, state, out);
    if let Some(status) = state.training() {
        progress_ui(ui, state, status);
        rounds_ui(ui, state, status);
        snapshots_ui(ui, state, status, out);
    } else {
        ui.add_space(UNIT);
        ui.label(
            RichText::new("Trains a network from scratch on the chosen data and interpolant. The particles follow its weights as they improve.")
                .color(state.palette().quiet),
        );
    }
}

/// The settings, which stand still while a training is under way.
#[derive(Clone, Copy)]
struct Controls {
    locked: Option<&'static str>,
}

impl Controls {
    /// The control of each of these keys.
    fn each(self, ui: &mut Ui, scene: &mut Scene, keys: &[&str]) {
        for key in keys {
            Setting::of(scene, key).unless(self.locked).any(ui, scene);
        }
    }

    /// The control of each of those that have an effect.
    fn each_in_force(self, ui: &mut Ui, scene: &mut Scene, keys: &[&str]) {
        for key in keys {
            if scene.idle(key).is_none() {
                self.each(ui, scene, &[key]);
            }
        }
    }

    fn pace_ui(self, ui: &mut Ui, scene: &mut Scene) {
        if scene.training.seconds.is_none() {
            self.each(ui, scene, &["training.steps"]);
        }
        let budget = Setting::of(scene, "training.seconds").unless(self.locked);
        budget.number(ui, scene);
        self.each(ui, scene, &["training.batch", "training.learning_rate"]);
        Setting::of(scene, "training.seed").unless(self.locked).number(ui, scene);
    }

    fn learned_ui(self, ui: &mut Ui, state: &State, scene: &mut Scene) {
        self.each(ui, scene, &["training.objective", "training.prediction"]);
        self.each_in_force(
            ui,
            scene,
            &["training.weighting", "training.clip", "training.same_time"],
        );
        self.each(ui, scene, &["training.coupling"]);
        let further = ["training.block", "training.epsilon", "training.iterations"];
        self.each_in_force(ui, scene, &further);
        // What it does is seen there.
        layers::switch(ui, state, scene, (Layer::Pairs, "Show the pairs"));
        self.each(ui, scene, &["training.rounds", "training.labels"]);
        self.each_in_force(ui, scene, &["training.pairs", "training.drop_labels"]);
        // Of one there is nothing to choose.
        if LossRef::choices().len() > 1 {
            self.each(ui, scene, &["training.loss"]);
        }
    }

    fn times_ui(self, ui: &mut Ui, scene: &mut Scene) {
        Setting::of(scene, "training.times").unless(self.locked).menu_of(
            ui,
            scene,
            |_| true,
            |scene, name| choose(scene, "training.times", name),
        );
        self.each_in_force(ui, scene, &["training.times_mean", "training.times_std"]);
        density::ui(ui, scene, self.locked);
    }

    fn network_ui(self, ui: &mut Ui, scene: &mut Scene) {
        let network = ["training.hidden", "training.depth", "training.activation"];
        self.each(ui, scene, &network);
        let rate = ["training.time_features", "training.warm_up", "training.decay"];
        self.each(ui, scene, &rate);
        self.each(ui, scene, &["training.ema_decay", "training.gradient"]);
    }
}

fn buttons_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    let status = state.training().map(|status| &status.state);
    let running = status == Some(&TrainingState::Running);
    let paused = status == Some(&TrainingState::Paused);
    let forwards = state.scene().direction == Direction::Noise;
    let (first, next, reason) = match status {
        Some(TrainingState::Running) => ("Pause", Some(TrainingOrder::Pause), ""),
        Some(TrainingState::Paused) => ("Resume", Some(TrainingOrder::Resume), ""),
        Some(_) => ("Start", None, "This training has ended. Reset it to start another."),
        None if state.scene().classic().is_some() => (
            "Start",
            None,
            "Networks are trained on a distribution. Choose another field than Classic to train one.",
        ),
        None if forwards => {
            ("Start", None, "Networks are trained to generate. Choose Generate to train one.")
        }
        None => ("Start", Some(TrainingOrder::Start), ""),
    };
    let buttons = [
        (first, next, reason),
        ("Stop", (running || paused).then_some(TrainingOrder::Stop), "No training is under way."),
        ("Reset", status.map(|_| TrainingOrder::Reset), "There is nothing to reset."),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        let width = (ui.available_width() - 2.0 * UNIT) / 3.0;
        for (i, (title, training, reason)) in buttons.into_iter().enumerate() {
            let palette = state.palette();
            let button = if i == 0 && training.is_some() {
                Button::new(RichText::new(title).color(palette.on_accent)).fill(palette.accent)
            } else {
                Button::new(title)
            };
            let response = ui
                .add_enabled_ui(training.is_some(), |ui| {
                    ui.add_sized(Vec2::new(width, ROW + UNIT), button)
                })
                .inner
                .on_disabled_hover_text(reason);
            if let (true, Some(training)) = (response.clicked(), training) {
                out.push(Command::Act(Action::Train { training }));
            }
        }
    });
}

/// A round of reflow, and a second training beside the first.
fn further_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    let several = state.scene().trainings().count() > 1;
    let full = state.scene().pane_count() == MOST_PANES;
    let beside = match (state.training().is_some(), several, full) {
        (true, ..) => Some(UNDER_WAY),
        (_, true, _) => {
            Some("Two are trained side by side already. Close a pane to train one alone.")
        }
        (.., true) => Some("There is no room for another pane."),
        _ => None,
    };
    let rows = [
        (
            "Reflow",
            "Goes on with a round of reflow: the network learns again from noise and where its own flow leads it. Paths become straight, and one Euler step is enough.",
            state.session.reflow_refused(),
            Action::Train { training: TrainingOrder::Reflow },
        ),
        (
            "Second training",
            "A pane with a training of its own beside this one. Both start together, and with the same seed and batch size they learn from the same batches.",
            beside,
            Action::AddTraining,
        ),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        let width = (ui.available_width() - UNIT) / 2.0;
        for (title, about, refused, action) in rows {
            let response = ui
                .add_enabled_ui(refused.is_none(), |ui| {
                    ui.add_sized(Vec2::new(width, ROW + UNIT), Button::new(title))
                })
                .inner
                .on_hover_text(about)
                .on_disabled_hover_text(refused.unwrap_or_default());
            if response.clicked() {
                out.push(Command::Act(action));
            }
        }
    });
}

/// How straight each round has made the flow.
fn rounds_ui(ui: &mut Ui, state: &State, status: &TrainingStatus) {
    if status.rounds.is_empty() {
        return;
    }
    let palette = state.palette();
    let about = "Samples of one Euler step and of twenty steps of RK4: sliced W2 to the data as a multiple of that between two draws of the data, so 1 is as good as it gets. S over cost: E∫|v − (x1 − x0)|²dt over E|x1 − x0|², 0 where paths are straight.";
    ui.add_space(UNIT);
    Grid::new("rounds of reflow").num_columns(4).spacing([2.0 * UNIT, 0.0]).show(ui, |ui| {
        for head in ["reflow", "1 Euler step", "RK4 × 20", "S/cost"] {
            ui.label(RichText::new(head).color(palette.quiet)).on_hover_text(about);
        }
        ui.end_row();
        for Round { round, one_step, solved, straightness } in status.rounds.iter() {
            let name = if *round == 0 { "before".to_owned() } else { format!("round {round}") };
            ui.label(RichText::new(name).color(palette.quiet));
            for figure in [one_step, solved, straightness] {
                let text = RichText::new(number::three(*figure)).family(semibold());
                ui.label(text.color(palette.strong));
            }
            ui.end_row();
        }
    });
}

/// The weights on the way: a slider over those that were kept.
fn snapshots_ui(ui: &mut Ui, state: &State, status: &TrainingStatus, out: &mut Commands) {
    let kept = &status.snapshots;
    let Some(last) = kept.len().checked_sub(1).filter(|last| *last > 0) else { return };
    let place = |step: u64| kept.partition_point(|snapshot| snapshot.step < step).min(last);
    let now = state.session.snapshot().map_or(last, place);
    let about = "The weights that the particles follow: those that were kept on the way, the newest at the right.";
    let words = |place: f64| {
        kept.get(place.round() as usize).map_or_else(String::new, |kept| number::count(kept.step))
    };
    let scale = Scale {
        slider: 0.0..=last as f64,
        allowed: Range::from(0.0..=last as f64),
        logarithmic: false,
        whole: true,
        format: &words,
    };
    let mut chosen = now as f64;
    if Row::new("Weights after", about).slider(ui, &mut chosen, &scale) {
        let chosen = chosen.round() as usize;
        let step = (chosen < last).then(|| kept[chosen].step);
        out.push(Command::Act(Action::Snapshot { step }));
    }
}

fn progress_ui(ui: &mut Ui, state: &State, status: &TrainingStatus) {
    let palette = state.palette();
    ui.add_space(UNIT);
    let share = status.steps_done as f32 / status.steps.max(1) as f32;
    ui.add(ProgressBar::new(share).desired_height(UNIT * 1.5).fill(palette.scene(state.scene())));
    let done = number::count(status.steps_done);
    let all = number::count(status.steps);
    ui.label(format!("{done} of {all} training steps"));
    match status.loss {
        Some(loss) => {
            let norm = status.gradient_norm.map_or_else(String::new, |norm| {
                format!(", gradient {}", number::three(norm.into()))
            });
            let loss = number::three(loss.into());
            ui.label(RichText::new(format!("loss {loss}{norm}")).color(palette.strong))
        }
        None => ui.label("loss not measured yet"),
    };
    let words = match &status.state {
        TrainingState::Running if status.steps_done > 0 => {
            let left = status.elapsed.as_secs_f64() / f64::from(share.max(1e-6))
                - status.elapsed.as_secs_f64();
            format!(
                "about {} left",
                number::duration(std::time::Duration::from_secs_f64(left.max(0.0)))
            )
        }
        TrainingState::Running => "starting".to_owned(),
        TrainingState::Paused => "paused".to_owned(),
        TrainingState::Finished if status.steps_done < status.steps => {
            "stopped; the network stays in use until reset".to_owned()
        }
        TrainingState::Finished => format!(
            "finished in {}; the network stays in use until reset",
            number::duration(status.elapsed)
        ),
        TrainingState::Failed(reason) => reason.clone(),
    };
    let failed = matches!(status.state, TrainingState::Failed(_));
    ui.label(RichText::new(words).color(if failed { palette.alarm } else { palette.quiet }));
}
