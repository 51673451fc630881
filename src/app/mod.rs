//! The window: an instrument with one large stage, knobs that stay in place, and plots that tell
//! why.
//!
//! Every frame [`Driftscope::logic`](eframe::App::logic) lets time pass and takes in what the
//! worker threads have sent; [`Driftscope::ui`](eframe::App::ui) hands the state to the views,
//! which may only push [`command::Command`]s; then the commands are carried out.

pub mod command;
mod controls;
mod file_dialog;
mod files;
mod folded;
mod help;
mod icon;
mod keyboard;
pub mod lab;
#[cfg(target_os = "linux")]
mod libraries;
pub mod number;
mod pace;
pub mod palette;
mod playback;
mod plots;
mod references;
mod screenshot;
mod scrubber;
mod size;
mod solving;
mod stability;
pub mod stage;
pub mod state;
pub mod theme;
mod top_bar;
mod traces;
mod trainer;
mod transport;
mod window;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use driftscope_flow::network::NetworkId;
use driftscope_study::scene::{FieldKind, Scene};
use eframe::egui::{
    self, CentralPanel, Context, Frame, Id, Margin, Panel, Ui, ViewportCommand, vec2,
};
use egui_notify::{Anchor, Toasts};

use self::command::{Command, Commands, FileCommand, TrainCommand};
use self::files::{FileNews, Files};
use self::lab::LabView;
use self::pace::Pace;
use self::screenshot::{Outcome, Shooter};
use self::size::WindowSize;
use self::solving::Solvers;
use self::stability::StabilityWatch;
use self::stage::Stage;
use self::state::{Breadth, Mode, State};
use self::theme::UNIT;
use self::trainer::TrainerDesk;

pub use self::screenshot::Screenshot;
pub use self::window::{Launch, WindowError, run};

/// Edits that follow each other within this time are taken back together.
const ONE_EDIT: Duration = Duration::from_millis(700);
/// Edits that can be taken back.
const MOST_UNDO: usize = 200;
/// Time that passes in one frame at most, so that a pause of the computer is no leap.
const LONGEST_FRAME_SECS: f32 = 1.0;
/// A window narrower than this, in points, has room for one panel only beside the stage.
const NARROW: f32 = 1000.0;
/// How long a message stays.
const MESSAGE: Duration = Duration::from_secs(8);

/// The window.
pub struct Driftscope {
    state: State,
    solvers: Solvers,
    stage: Stage,
    lab: LabView,
    stability: StabilityWatch,
    trainer: TrainerDesk,
    files: Files,
    toasts: Toasts,
    shooter: Option<Shooter>,
    size: WindowSize,
    pace: Pace,
    /// Size of everything that was asked of egui last.
    zoom: f32,
    history: VecDeque<Arc<Scene>>,
    last_edit: Option<Instant>,
    commands: Commands,
}

impl Driftscope {
    /// A window that shows the launched scene, already playing.
    #[must_use]
    pub fn new(cc: &eframe::CreationContext<'_>, launch: Launch) -> Self {
        Self::with_outcome(cc, launch, Outcome::default())
    }

    fn with_outcome(cc: &eframe::CreationContext<'_>, launch: Launch, outcome: Outcome) -> Self {
        let ctx = &cc.egui_ctx;
        theme::install(ctx);
        let mut state = State::new(launch.scene);
        state.look.room = launch.room;
        state.look.panels.stage_alone = launch.stage_alone;
        if let Some(mode) = launch.mode {
            state.mode = mode;
        }
        state.pinned = launch.pin;
        if let Some(at) = launch.at {
            state.playback.seek(at);
            state.playback.playing = false;
        }
        theme::choose(ctx, launch.room);
        let mut lab = LabView::new(ctx, &state.networks);
        if let Some(page) = &launch.page {
            lab.turn_to(page);
        }
        let mut solvers = Solvers::new(ctx, &state.networks);
        solvers.sync(&mut state);
        let networks = state.networks.clone();
        let shooter = launch.screenshot.map(|order| Shooter::new(order, outcome));
        let size = WindowSize::new(cc, shooter.as_ref().and_then(Shooter::size));
        Self {
            state,
            solvers,
            stage: Stage::new(cc, &networks),
            lab,
            stability: StabilityWatch::default(),
            trainer: TrainerDesk::default(),
            files: Files::new(ctx, launch.own_dialogs),
            toasts: Toasts::default()
                .with_anchor(Anchor::BottomRight)
                .with_margin(vec2(16.0, 96.0)),
            shooter,
            size,
            pace: Pace::new(cc),
            zoom: 1.0,
            history: VecDeque::new(),
            last_edit: None,
            commands: Commands::new(),
        }
    }

    /// The error laboratory, for tests.
    #[must_use]
    pub fn lab(&self) -> &LabView {
        &self.lab
    }

    /// What the window shows, for tests.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Where a point of a pane's plot was on the screen in the last frame, for tests.
    #[must_use]
    pub fn screen_position(&self, pane: usize, at: [f64; 2]) -> Option<egui::Pos2> {
        self.stage.screen_position(self.state.visible().get(pane)?.key, at)
    }

    /// Whether the picture is complete: nothing is being solved, measured or drawn any more.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let pane = |pane: &state::PaneState| {
            pane.failure.is_some()
                || pane.shown.as_ref().is_some_and(|shown| {
                    let recording = &shown.recording;
                    let measured = shown.distance.is_some() || recording.scene.classic().is_some();
                    recording.complete && measured && recording.scene.records_like(&pane.scene)
                })
        };
        self.state.visible().iter().all(pane)
            && !self.solvers.is_busy(&self.state)
            && !self.stability.is_busy(&self.state)
            && !self.stage.is_busy()
    }

    /// Whether anything is being solved, trained, measured or drawn ahead.
    fn is_working(&self) -> bool {
        self.state.training.is_running()
            || self.solvers.is_busy(&self.state)
            || self.stability.is_busy(&self.state)
            || self.stage.is_busy()
            || !self.lab.is_idle()
    }

    /// Shows another scene of the same session; asks the engines for what records differently.
    fn set_scene(&mut self, scene: Scene) {
        self.state.scene = Arc::new(scene);
        self.solvers.sync(&mut self.state);
    }

    /// Changes the scene as a person asked for, so that it can be taken back.
    fn edit(&mut self, change: impl FnOnce(&mut Scene)) {
        let mut scene = (*self.state.scene).clone();
        change(&mut scene);
        self.remember();
        self.set_scene(scene);
    }

    /// Chooses what the window is for. To compare there must be something to compare with.
    fn set_mode(&mut self, mode: Mode) {
        self.state.mode = mode;
        self.state.selected = 0;
        if mode == Mode::Compare && self.state.scene.panes.is_empty() {
            self.edit(Scene::add_pane);
        }
        self.solvers.sync(&mut self.state);
    }

    fn remove_pane(&mut self, index: usize) {
        if index >= self.state.scene.pane_count() || self.state.scene.pane_count() == 1 {
            return;
        }
        self.solvers.remove(&mut self.state, index);
        self.last_edit = None;
        self.edit(|scene| scene.remove_pane(index));
        self.last_edit = None;
        let selected = self.state.selected;
        self.state.selected =
            if selected > index { selected - 1 } else { selected }.min(self.state.panes.len() - 1);
    }

    fn set_look(&mut self, look: state::Look, ctx: &Context) {
        if look.room != self.state.look.room {
            theme::choose(ctx, look.room);
        }
        self.state.look = look;
    }

    fn remember(&mut self) {
        let now = Instant::now();
        let continues = self.last_edit.is_some_and(|last| now - last < ONE_EDIT);
        self.last_edit = Some(now);
        if continues && !self.history.is_empty() {
            return;
        }
        if self.history.len() == MOST_UNDO {
            self.history.pop_front();
        }
        self.history.push_back(Arc::clone(&self.state.scene));
        self.state.can_undo = true;
    }

    fn carry_out(&mut self, command: Command, ctx: &Context) {
        let state = &mut self.state;
        match command {
            Command::Edit(scene) => {
                self.remember();
                self.set_scene(*scene);
            }
            Command::EditPane(edited) => {
                let selected = state.selected;
                self.edit(|scene| scene.edit_pane(selected, *edited));
            }
            Command::AddPane => {
                self.last_edit = None;
                self.edit(Scene::add_pane);
                self.last_edit = None;
                self.state.selected = self.state.panes.len() - 1;
            }
            Command::RemovePane(index) => self.remove_pane(index),
            Command::SelectPane(index) => state.selected = index.min(state.visible().len() - 1),
            Command::Hover(particle) => state.hovered = particle,
            Command::Pin(particle) => {
                state.pinned = particle;
                state.by_hand = None;
            }
            Command::ByHand(place) => {
                state.by_hand = place;
                if let Some(place) = place {
                    state.playback.playing = false;
                    self.stage.follow(&mut self.state, place);
                }
            }
            Command::Open(scene) => {
                self.last_edit = None;
                self.remember();
                self.last_edit = None;
                self.state.caption = true;
                self.state.mode = match (scene.panes.is_empty(), self.state.mode) {
                    (false, _) => Mode::Compare,
                    (true, Mode::Compare) => Mode::Explore,
                    (true, mode) => mode,
                };
                (self.state.selected, self.state.hovered) = (0, None);
                (self.state.pinned, self.state.by_hand) = (None, None);
                self.set_scene(*scene);
                self.state.playback.restart();
                self.state.playback.playing = true;
                self.stage.reset_view();
            }
            Command::Undo => {
                if let Some(scene) = self.history.pop_back() {
                    self.last_edit = None;
                    self.state.can_undo = !self.history.is_empty();
                    self.set_scene((*scene).clone());
                    self.state.selected = self.state.selected.min(self.state.panes.len() - 1);
                }
            }
            Command::TogglePlay => state.playback.toggle(),
            Command::Restart => state.playback.restart(),
            Command::Step(by) => {
                if !self.stage.step_by_hand(state, by) {
                    let edges = edges(&state.panes[state.selected.min(state.panes.len() - 1)]);
                    state.playback.step(by, edges);
                }
            }
            Command::Seek(progress) => state.playback.seek(progress),
            Command::Mode(mode) => self.set_mode(mode),
            Command::ResetView => self.stage.reset_view(),
            Command::Look(look) => self.set_look(look, ctx),
            Command::ToggleStageAlone => {
                state.look.panels.stage_alone = !state.look.panels.stage_alone;
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(state.look.panels.stage_alone));
            }
            Command::ToggleFullScreen => {
                let full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!full));
            }
            Command::TogglePresenter => {
                let look = state::Look { presenter: !state.look.presenter, ..state.look };
                self.set_look(look, ctx);
            }
            Command::ToggleHelp => state.help = !state.help,
            Command::DismissCaption => state.caption = false,
            Command::File(command) => {
                let here = (&self.state.scene, &self.state.networks);
                self.files.carry_out(command, here, self.lab.work());
            }
            Command::Train(command) => self.train(command, ctx),
        }
    }

    fn train(&mut self, command: TrainCommand, ctx: &Context) {
        let resets = matches!(command, TrainCommand::Reset);
        let scene = Arc::clone(&self.state.scene);
        let here = (&*scene, &self.state.networks);
        match self.trainer.carry_out(command, &mut self.state.training, here, ctx) {
            Err(reason) => self.complain(reason),
            Ok(()) if resets => {
                let mut scene = (*scene).clone();
                scene.leave_trained(self.trainer.replaced());
                self.set_scene(scene);
            }
            Ok(()) => {}
        }
    }

    /// Lets the particles follow a network of the training under way.
    fn follow(&mut self, network: NetworkId, first: bool) {
        let mut scene = (*self.state.scene).clone();
        if first && scene.field.kind == FieldKind::Exact {
            self.remember();
            scene.field.kind = FieldKind::Learned;
        }
        scene.follow_trained(network);
        self.set_scene(scene);
        let state = &self.state;
        let recorded = state.panes.iter().filter_map(|pane| pane.recording());
        let named: HashSet<NetworkId> = [&state.scene]
            .into_iter()
            .chain(&self.history)
            .chain(state.panes.iter().map(|pane| &pane.scene))
            .chain(recorded.map(|recording| &recording.scene))
            .flat_map(|scene| scene.trained_networks())
            .chain(self.trainer.newest())
            .collect();
        state.networks.forget(|id| named.contains(&id));
    }

    fn complain(&mut self, words: String) {
        self.toasts.error(words).duration(MESSAGE);
    }

    fn take_files(&mut self, ctx: &Context) {
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        for path in dropped.into_iter().map(|file| file.path().to_path_buf()) {
            self.commands.push(Command::File(FileCommand::Open(path)));
        }
        while let Some(news) = self.files.poll(self.lab.work()) {
            match news {
                FileNews::Chosen(None) | FileNews::NoDialog(_) => {}
                FileNews::Chosen(Some(command)) => self.commands.push(Command::File(command)),
                FileNews::Scene(scene) => self.commands.push(Command::Open(scene)),
                FileNews::Model(path) => {
                    let mut scene = (*self.state.scene).clone();
                    scene.field.kind = FieldKind::Learned;
                    scene.field.model = Some(path.into());
                    self.commands.push(Command::Edit(Box::new(scene)));
                    self.commands.push(Command::Train(TrainCommand::Reset));
                }
                FileNews::Saved(path) => {
                    self.toasts.success(format!("Saved {}", path.display())).duration(MESSAGE);
                }
                FileNews::Failed(words) => self.complain(words),
            }
        }
    }

    fn panels_ui(&mut self, ui: &mut Ui) {
        let palette = self.state.palette();
        let out = &mut self.commands;
        let state = &self.state;
        let bar = Frame::new().fill(palette.panel);
        let width = ui.available_width();
        let alone = state.look.panels.stage_alone;
        let mut hovered = None;

        if !alone {
            Panel::top("top bar")
                .frame(bar.inner_margin(Margin::symmetric(12, 0)))
                .exact_size(11.0 * UNIT)
                .show(ui, |ui| top_bar::ui(ui, state, out));
            Panel::bottom("transport")
                .frame(bar.inner_margin(Margin::symmetric(12, 8)))
                .show(ui, |ui| transport::ui(ui, state, out));
        }
        let panels = state.panels();
        if !panels.controls && state.is_narrow() && !alone {
            folded::left(ui, bar, state, out);
        }
        if panels.controls && !alone {
            Panel::left("controls")
                .frame(bar.inner_margin(Margin { left: 12, right: 2, top: 0, bottom: 0 }))
                .resizable(false)
                .exact_size((0.215 * width).clamp(252.0, 320.0))
                .show(ui, |ui| controls::ui(ui, state, out));
        }
        let central = Frame::new().fill(palette.ground);
        if state.mode == Mode::Errors {
            CentralPanel::default()
                .frame(central.inner_margin(Margin::symmetric(14, 8)))
                .show(ui, |ui| self.lab.ui(ui, state, out));
            self.state.hovered_time = None;
            return;
        }
        if state.plots_are_folded() && !alone {
            folded::right(ui, bar, state, out);
        }
        if panels.plots && !alone {
            hovered = Panel::right("plots")
                .frame(bar.inner_margin(Margin { left: 12, right: 16, top: 8, bottom: 8 }))
                .resizable(false)
                .exact_size((0.225 * width).clamp(236.0, 440.0))
                .show(ui, |ui| plots::ui(ui, state))
                .inner;
        }
        let margin = Margin { left: 4, right: 12, top: 8, bottom: 4 };
        CentralPanel::default()
            .frame(central.inner_margin(margin))
            .show(ui, |ui| self.stage.ui(ui, state, out));
        self.state.hovered_time = hovered;
    }
}

impl eframe::App for Driftscope {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.pace.rest(self.is_working());
        let zoom = theme::zoom(ctx, &self.state.look);
        // Only what has changed, so that the keyboard may zoom as well.
        if zoom.to_bits() != self.zoom.to_bits() {
            self.zoom = zoom;
            ctx.set_zoom_factor(zoom);
        }
        self.state.breadth =
            if ctx.content_rect().width() < NARROW { Breadth::One } else { Breadth::Both };
        let dt = ctx.input(|input| input.stable_dt.min(LONGEST_FRAME_SECS));
        let view = self.state.scene.view;
        let selected = self.state.selected.min(self.state.visible().len() - 1);
        if self.state.panes[selected].shown.is_some() {
            let edges = edges(&self.state.panes[selected]);
            self.state.playback.advance(f64::from(dt), &view, edges);
        }
        self.take_files(ctx);
        let solve = match self.state.solving() {
            Some(_) => None,
            None => {
                self.state.recording().map(|recording| recording.elapsed).or(Some(Duration::ZERO))
            }
        };
        let scene = Arc::clone(&self.state.scene);
        if let Some((network, first)) =
            self.trainer.update(&mut self.state.training, &scene, solve, ctx)
        {
            self.follow(network, first);
        }
        self.solvers.update(&mut self.state, ctx);
        self.stability.update(self.lab.work(), &mut self.state);
        self.stage.prepare(ctx, &self.state);
        if self.state.mode != Mode::Errors {
            self.lab.rest();
        }
        if let Some(words) = self.size.update(ctx) {
            match &mut self.shooter {
                Some(shooter) => shooter.note(words),
                None => self.complain(words),
            }
        }
        if let Some(shooter) = self.shooter.as_mut().filter(|_| self.size.is_settled()) {
            let showing = self
                .state
                .visible()
                .iter()
                .all(|pane| pane.shown.is_some() || pane.failure.is_some());
            shooter.update(ctx, showing);
        }
        if self.state.playback.playing {
            ctx.request_repaint();
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        if !self.files.has_dialog() {
            keyboard::read(&ctx, &self.state, &mut self.commands);
        }
        self.panels_ui(ui);
        help::ui(&ctx, &self.state, &mut self.commands);
        self.commands.extend(self.files.ui(&ctx).map(Command::File));
        drop_hint(&ctx, &self.state);
        self.toasts.show(&ctx);
        let commands = std::mem::take(&mut self.commands);
        if !commands.is_empty() {
            ctx.request_repaint();
        }
        for command in commands {
            self.carry_out(command, &ctx);
        }
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        self.state.palette().panel.to_normalized_gamma_f32()
    }
}

/// Where the solver stepped, as shares of the run.
fn edges(pane: &state::PaneState) -> &[f64] {
    pane.shown.as_ref().map_or(&[][..], |shown| &shown.traces.edges)
}

/// Says what dropping would do while a file hovers over the window.
fn drop_hint(ctx: &Context, state: &State) {
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let palette = state.palette();
    let layer = egui::LayerId::new(egui::Order::Foreground, Id::unique("drop hint"));
    let painter = ctx.layer_painter(layer);
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, palette.panel.gamma_multiply(0.85));
    let font = egui::FontId::new(theme::TEXT + 6.0, theme::semibold());
    let words = "Drop a scene (.toml) or a model (.safetensors) to open it";
    painter.text(rect.center(), egui::Align2::CENTER_CENTER, words, font, palette.strong);
}
