//! What the window shows, and what is done with what a person asks for.

mod incoming;
mod lectures;
mod outgoing;
mod returning;

use std::sync::Arc;
use std::time::Duration;

use driftscope_study::clock::Instant;
use driftscope_study::session::{Action, Mode, Session};
use eframe::egui::{self, Context, Ui, ViewportCommand, vec2};
use egui_notify::{Anchor, Toasts};

use super::address::Address;
use super::command::{Command, Commands};
use super::cover::Cover;
use super::device::DeviceLoss;
use super::files::Files;
use super::finder::Finder;
use super::finite::FiniteNumbers;
use super::launch::Launch;
use super::lectern::LecternCommand;
use super::opening::Opening;
use super::pace::{Pace, processors_draw};
use super::platform::{self, Asker};
use super::remembered::{Keeper, LastSession};
use super::screenshot::{Outcome, Shooter};
use super::size::WindowSize;
use super::speaker::Speaker;
use super::stage::Stage;
use super::state::{Breadth, Dialog, Look, State};
use super::views::Views;
use super::{drop_hint, help, in_sight, keyboard, notice, paste, share, theme};
use crate::brief::brief;

/// Edits that follow each other within this time are taken back together.
const ONE_EDIT: Duration = Duration::from_millis(700);
/// Time that passes in one frame at most, so that a pause of the computer is no leap.
const LONGEST_FRAME: Duration = Duration::from_secs(1);
/// How long a message stays.
const MESSAGE: Duration = Duration::from_secs(8);

/// The window.
pub struct Driftscope {
    state: State,
    views: Views,
    files: Files,
    finder: Finder,
    cover: Cover,
    /// Once it has been open.
    speaker: Option<Speaker>,
    keeper: Keeper,
    address: Address,
    /// The session that was interrupted, until someone has said what becomes of it.
    last: Option<Box<LastSession>>,
    toasts: Toasts,
    /// The last message.
    said: String,
    shooter: Option<Shooter>,
    size: WindowSize,
    pace: Pace,
    loss: DeviceLoss,
    opening: Opening,
    /// Whether particles moved in the last frame.
    moved: bool,
    /// Size of everything that was asked of egui last.
    zoom: f32,
    last_edit: Option<Instant>,
    commands: Commands,
}

impl Driftscope {
    /// A window that shows the launched scene, already playing.
    #[must_use]
    pub fn new(cc: &eframe::CreationContext<'_>, launch: Launch) -> Self {
        Self::with_outcome(cc, launch, Outcome::default())
    }

    /// The same, with a place for what comes of the screenshot.
    pub(super) fn with_outcome(
        cc: &eframe::CreationContext<'_>,
        launch: Launch,
        outcome: Outcome,
    ) -> Self {
        let ctx = &cc.egui_ctx;
        theme::install(ctx);
        ctx.add_plugin(FiniteNumbers);
        let shared = processors_draw(cc);
        let mut session = Session::with_crew(launch.scene, Instant::now(), |store| {
            platform::crew(Asker::Session, store, ctx, shared)
        });
        let lesson = launch.lesson.map(|(lesson, step)| {
            let lesson = Box::new(lesson);
            [Action::OpenLesson { lesson }, Action::LessonStep { step }]
        });
        let mode = launch.mode.map(|mode| Action::Mode { mode });
        let pin = launch.pin.map(|particle| Action::Pin { particle: Some(particle) });
        let moment = launch.at.map(|progress| Action::Seek { progress });
        let pause = launch.at.map(|_| Action::Play { playing: false });
        for action in [mode, pin, moment, pause].into_iter().flatten() {
            session.act(&action).expect("these can always be done");
        }
        let mut refused = launch.refused;
        for action in lesson.into_iter().flatten() {
            refused = session.act(&action).err().map(|error| error.to_string()).or(refused);
        }
        let mut state = State::new(session);
        state.look.theme = launch.theme;
        state.look.panels.stage_alone = launch.stage_alone;
        state.embedded = launch.embedded;
        theme::choose(ctx, launch.theme);
        let mut views = Views::new(Stage::new(cc, state.networks()));
        if launch.asks_reading {
            state.reading = Dialog::Open;
            views.reading.check(state.scene());
        }
        let lab = &mut views.lab;
        if let Some(page) = &launch.page {
            lab.turn_to(page);
        }
        launch.loss.listen(cc);
        let shooter = launch.screenshot.map(|order| Shooter::new(order, outcome));
        let size = WindowSize::new(cc, shooter.as_ref().and_then(Shooter::size));
        let mut window = Self {
            state,
            views,
            files: Files::new(ctx, launch.own_dialogs),
            finder: Finder::default(),
            cover: Cover::default(),
            speaker: None,
            keeper: Keeper::default(),
            address: Address::default(),
            last: None,
            toasts: Toasts::default()
                .with_anchor(Anchor::BottomRight)
                .with_margin(vec2(16.0, 96.0)),
            said: String::new(),
            shooter,
            size,
            pace: Pace::new(cc),
            loss: launch.loss,
            opening: Opening::new(launch.began),
            moved: false,
            zoom: 1.0,
            last_edit: None,
            commands: Commands::new(),
        };
        if let Some(found) = launch.remembered {
            window.remember(found, ctx);
        }
        if let Some(words) = refused {
            window.complain(words);
        }
        window
    }

    /// What the window shows, for tests.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The last message that was shown, for tests.
    #[must_use]
    pub fn said(&self) -> &str {
        &self.said
    }

    /// Where a point of a pane's plot was on the screen in the last frame, for tests.
    #[must_use]
    pub fn screen_position(&self, pane: usize, at: [f64; 2]) -> Option<egui::Pos2> {
        self.views.stage.screen_position(self.state.visible().get(pane)?.key, at)
    }

    /// Where t = 0 and t = 1 of the schedule were on the screen in the last frame, for tests.
    #[must_use]
    pub fn schedule_ends(&self) -> Option<[egui::Pos2; 2]> {
        self.views.stage.schedule_ends()
    }

    /// Whether the density of the data on the stage is that of the data there are, for tests.
    #[must_use]
    pub fn shows_data(&self) -> bool {
        self.views.stage.shows_data(&self.state)
    }

    /// Does what a page asks for, as if a person had.
    pub fn carry(&mut self, action: Action) {
        self.act(action);
        self.files.wake();
    }

    /// Whether the picture is complete: nothing is being solved, measured or drawn any more.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.state.is_settled() && !self.views.stage.is_busy()
    }

    /// Whether anything is being solved, trained, measured or drawn ahead.
    fn is_working(&self) -> bool {
        self.state.is_working() || self.views.stage.is_busy()
    }

    /// Does to the session what a person asked for.
    fn act(&mut self, mut action: Action) {
        if let Action::Set { continues, .. }
        | Action::SetWhole { continues, .. }
        | Action::Draft { continues, lesson: Some(_), .. } = &mut action
        {
            let now = Instant::now();
            *continues = self.last_edit.is_some_and(|last| now - last < ONE_EDIT);
            self.last_edit = Some(now);
        } else if action.is_an_edit() {
            self.last_edit = None;
        }
        let elsewhere = !in_sight::is_lesson(&self.state);
        let shown = Arc::clone(self.state.scene());
        if let Err(reason) = self.state.session.act(&action) {
            self.complain(reason.to_string());
        } else if let Action::Mode { mode: Mode::Lessons } = action {
            // Whoever comes back to write on sees the step, whatever was looked at elsewhere.
            let written = in_sight::written(&self.state).filter(|_| elsewhere);
            if let Some(step) = written.map(|lecture| lecture.step) {
                self.act(Action::LessonStep { step });
            }
        } else if let Action::Draft { lesson: None, .. } = action {
            self.inform("The lesson was put away. Ctrl+Z brings it back.");
        } else if let Action::Record { .. } | Action::CloseLesson = action {
            self.state.lectern.carry_out(LecternCommand::Erase);
            if matches!(action, Action::CloseLesson) && *self.state.scene() != shown {
                self.views.stage.reset_view();
                self.inform("Your own scene is back. Ctrl+Z shows the lesson's again.");
            }
        } else if let Action::LessonStep { .. } | Action::OpenLesson { .. } = action {
            self.state.lectern.carry_out(LecternCommand::Erase);
            self.state.begin_step();
            self.views.stage.reset_view();
        } else if matches!(action, Action::Open { .. }) {
            self.state.caption = true;
            self.views.stage.reset_view();
        }
        // What is tried is the lesson that is being written.
        self.state.trial &= self.state.draft().is_some();
    }

    fn set_look(&mut self, look: Look, ctx: &Context) {
        if look.theme != self.state.look.theme {
            theme::choose(ctx, look.theme);
        }
        self.state.look = look;
    }

    fn carry_out(&mut self, command: Command, ctx: &Context) {
        let state = &mut self.state;
        match command {
            Command::Act(action) => self.act(action),
            Command::Hover(particle) => state.session.hover(particle),
            Command::Inspect(step) => {
                self.act(Action::Inspect { step });
                if let Some(progress) = self.views.stage.inspected_progress(&self.state) {
                    self.act(Action::Seek { progress });
                }
            }
            Command::Step(by) if state.inspected().is_some() => {
                if let Some(step) = self.views.stage.inspected_beside(state, by) {
                    self.carry_out(Command::Inspect(Some(step)), ctx);
                }
            }
            Command::Step(by) => {
                let progress = state.playback().beside(by, state.pane().edges());
                self.act(Action::Play { playing: false });
                self.act(Action::Seek { progress });
            }
            Command::Turn(by) => {
                if let Some(action) = state.lesson().and_then(|lecture| lecture.turned(by)) {
                    self.act(action);
                }
            }
            Command::WriteLesson => self.write_lesson(),
            Command::ToggleTrial => self.try_lesson(),
            Command::Lectern(command) => state.lectern.carry_out(command),
            Command::ResetView => self.views.stage.reset_view(),
            Command::Drawing(drawing) => self.draw(drawing),
            Command::Data { data, joins } => self.give(*data, joins),
            Command::Times(list) => match self.views.stage.with_list(state, list) {
                Ok(action) => self.act(action),
                Err(reason) => self.complain(reason),
            },
            Command::PastePicture(picture) => self.files.read_picture(picture),
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
                let look = Look { presenter: !state.look.presenter, ..state.look };
                self.set_look(look, ctx);
            }
            Command::ToggleSchedule => {
                if !state.schedule {
                    self.act(Action::Inspect { step: None });
                }
                self.state.schedule = !self.state.schedule;
            }
            Command::ToggleLens => self.toggle_lens(),
            Command::ToggleFinder => {
                state.finder = state.finder.toggled();
                self.finder.turn(ctx, &self.state);
            }
            Command::TurnTo(page) => {
                self.views.lab.turn_to(page);
                self.act(Action::Mode { mode: Mode::Errors });
            }
            Command::ToggleHelp => state.help = state.help.toggled(),
            Command::ToggleShare => state.share = state.share.toggled(),
            Command::ToggleFormula => state.formula = state.formula.toggled(),
            Command::ToggleReading => state.reading = state.reading.toggled(),
            Command::Notice { accepted } => self.answer_notice(accepted, ctx),
            Command::DismissCaption => state.caption = false,
            Command::File(command) => {
                self.files.carry_out(command, &self.state);
            }
            Command::CopyLink => self.copy_link(ctx),
            Command::CopyCode(target) => self.copy_code(ctx, target),
            Command::AskPaste => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            Command::Paste(text) => match paste::read(state, &text) {
                Ok(command) => self.carry_out(command, ctx),
                Err(words) => self.complain(words),
            },
        }
    }

    /// Says something that is no complaint.
    fn inform(&mut self, words: &str) {
        words.clone_into(&mut self.said);
        let accent = self.state.palette().accent;
        // The window's fonts lack the symbol of `info`.
        self.toasts.custom(words, "i".to_owned(), accent).duration(MESSAGE);
    }

    fn complain(&mut self, words: impl AsRef<str>) {
        let words = brief(words.as_ref()).into_owned();
        self.said.clone_from(&words);
        let alarm = self.state.palette().alarm;
        // The window's fonts lack the symbol of `error`.
        self.toasts.custom(words, "!".to_owned(), alarm).duration(MESSAGE);
    }
}

impl eframe::App for Driftscope {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.pace.rest(self.is_working());
        self.opening.frame(self.moved);
        self.loss.close_if_lost(ctx);
        let zoom = theme::zoom(ctx, &self.state.look, in_sight::is_lesson(&self.state));
        self.state.enlarged = zoom / self.state.look.zoom;
        // Only what has changed, so that the keyboard may zoom as well.
        if zoom.to_bits() != self.zoom.to_bits() {
            self.zoom = zoom;
            ctx.set_zoom_factor(zoom);
        }
        self.state.breadth = Breadth::of(ctx.content_rect().width());
        self.take_files(ctx);
        self.keep(ctx);
        let dt = Duration::from_secs_f32(ctx.input(|input| input.stable_dt)).min(LONGEST_FRAME);
        if let Some(rest) = self.state.session.advance(Instant::now(), dt) {
            ctx.request_repaint_after(rest);
        }
        self.views.stage.prepare(ctx, &self.state);
        if self.state.mode() != Mode::Errors && in_sight::card(&self.state).is_none() {
            self.views.lab.rest();
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
        let playing = self.state.playback().playing;
        self.moved = playing && self.state.visible().iter().any(|pane| pane.shown.is_some());
        if playing {
            ctx.request_repaint();
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        if !self.files.has_dialog() {
            keyboard::read(&ctx, &self.state, &mut self.commands);
        }
        self.state.hovered_time = self.views.ui(ui, &self.state, &mut self.commands);
        help::ui(&ctx, &self.state, &mut self.commands);
        share::ui(&ctx, &self.state, &mut self.commands);
        self.finder.ui(&ctx, &self.state, &mut self.commands);
        self.commands.extend(self.files.ui(&ctx).map(Command::File));
        drop_hint::ui(&ctx, &self.state);
        notice::ui(&ctx, &self.state, &mut self.commands);
        self.cover.ui(&ctx, &self.state);
        self.speaker_ui(&ctx);
        self.toasts.show(&ctx);
        let commands = std::mem::take(&mut self.commands);
        if !commands.is_empty() {
            ctx.request_repaint();
        }
        for command in commands {
            self.carry_out(command, &ctx);
        }
    }

    #[cfg(target_arch = "wasm32")]
    fn as_any_mut(&mut self) -> Option<&mut dyn std::any::Any> {
        Some(self)
    }

    fn on_exit(&mut self) {
        self.keeper.end(&self.state);
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        self.state.palette().panel.to_normalized_gamma_f32()
    }
}
