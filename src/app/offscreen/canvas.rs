//! Views at work without a window.

use std::time::Duration;

use driftscope_study::Networks;
use driftscope_study::clock::Instant;
use driftscope_study::lesson::{Lesson, Stand};
use driftscope_study::scene::Scene;
use driftscope_study::session::{Action, InspectedStep, LensPlace, Mode, Session};
use driftscope_study::work::InPlace;
use eframe::egui::{Context, FullOutput, RawInput, Rect, Ui, ViewportId, pos2};
use serde::{Deserialize, Serialize};

use super::caption;
use super::view::View;
use crate::app::command::Commands;
use crate::app::in_sight;
use crate::app::numbers::Table;
use crate::app::palette::Theme;
use crate::app::picture::{Picture, Textures, rasterise, svg};
use crate::app::stage::Stage;
use crate::app::state::{Breadth, Purpose, State};
use crate::app::theme;
use crate::app::views::Views;

/// Time that passes from one pass over the views to the next while they settle, in seconds.
const STEP: f64 = 0.05;
/// Views have settled once so many passes have brought nothing new.
const CALM: usize = 6;
/// Passes for one frame of a film: what it shows is asked for, made, and seen.
const PASSES_PER_FRAME: usize = 4;
/// All of a step that is taken apart: more phases than any has.
const WHOLE: usize = 1_000;
/// Longest side of a texture, in pixels.
const TEXTURE_SIDE: usize = 8192;

/// A picture to make.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The scene.
    pub scene: Scene,
    /// What of it.
    pub view: View,
    /// Width and height, in points.
    pub size: [f32; 2],
    /// Pixels per point.
    pub scale: f32,
    /// The theme.
    pub theme: Theme,
    /// Whether the settings stand below.
    pub caption: bool,
}

/// The views of a scene, and what they have drawn last.
pub struct Offscreen {
    ctx: Context,
    state: State,
    views: Views,
    order: Order,
    /// The moment at which the session began, which nothing that is drawn depends on.
    began: Instant,
    /// Time that has passed for the views since then, in seconds.
    time: f64,
    textures: Textures,
    drawn: FullOutput,
}

impl Offscreen {
    /// Begins; nothing is solved yet. Networks trained in a window are found in `networks`.
    ///
    /// # Panics
    /// Never: playback can always be paused.
    #[must_use]
    pub fn new(order: Order, networks: Option<&Networks>) -> Self {
        let ctx = Context::default();
        theme::install(&ctx);
        theme::choose(&ctx, order.theme);
        let mut scene = order.scene.clone();
        if let View::Pane(index) = order.view {
            scene = scene.pane(index);
        }
        let began = Instant::now();
        let mut session = Session::with_crew(scene, began, |store| {
            let trained = order.scene.trained_networks();
            for model in trained.filter_map(|id| networks?.model(id)) {
                store.networks.keep(model);
            }
            InPlace::new(store)
        });
        // The panes of a stage are all shown; other views are about one sampler.
        let mode = match order.view {
            View::Stage if order.scene.pane_count() > 1 => Some(Mode::Compare),
            View::Window => None,
            _ => Some(Mode::Explore),
        };
        let mode = mode.map(|mode| Action::Mode { mode });
        for action in mode.into_iter().chain([Action::Play { playing: false }]) {
            session.act(&action).expect("these can always be done");
        }
        let mut state = State::new(session);
        state.look.theme = order.theme;
        state.purpose = Purpose::Figure;
        if order.view == View::Window {
            state.purpose = Purpose::Still;
        } else {
            state.caption = false;
        }
        let stage = Stage::for_pictures(state.networks());
        Self {
            ctx,
            state,
            views: Views::new(stage),
            order,
            began,
            time: 0.0,
            textures: Textures::default(),
            drawn: FullOutput::default(),
        }
    }

    /// Views of things as they stand: the lit particle, the pane at work, the step that is taken apart, and,
    /// where one is open, the step of a lesson with what it points at. What is shown is the scene of `stand`,
    /// whatever the `order` says.
    ///
    /// # Errors
    /// Why the lesson cannot be shown.
    pub fn standing(
        order: Order,
        networks: Option<&Networks>,
        (stand, lesson): (&Stand, Option<(&Lesson, usize)>),
    ) -> Result<Self, String> {
        let order = Order { scene: stand.scene.clone(), ..order };
        let mut views = Self::new(order, networks);
        let mut actions = Vec::new();
        if let Some((lesson, step)) = lesson {
            actions.push(Action::OpenLesson { lesson: Box::new(lesson.clone()) });
            // A step that does not follow the one before it has its numbers at once.
            actions.extend([Action::LessonStep { step }, Action::LessonStep { step }]);
        }
        actions.push(Action::SelectPane { pane: stand.pane });
        actions.push(Action::Pin { particle: stand.pinned });
        if let Some(attempt) = stand.inspect {
            actions.push(Action::Inspect { step: Some(InspectedStep { attempt, phase: WHOLE }) });
        }
        actions.push(Action::Lens { lens: stand.lens.map(LensPlace::At) });
        actions.push(Action::Play { playing: false });
        for action in actions {
            views.state.session.act(&action).map_err(|error| error.to_string())?;
            if matches!(action, Action::LessonStep { .. }) {
                // What was touched since the step began.
                let changes = views.state.scene().changes_to(&stand.scene);
                let touched = Action::SetWhole { changes, continues: false };
                views.state.session.act(&touched).map_err(|error| error.to_string())?;
            }
        }
        Ok(views)
    }

    /// Shows something else of the same scene: the stage, a plot or a card, so many points large. What was
    /// solved stays.
    pub fn look_at(&mut self, view: View, size: [f32; 2], scale: f32) {
        self.order = Order { view, size, scale, ..self.order.clone() };
    }

    /// Lets plots and cards be about this pane.
    ///
    /// # Panics
    /// If there is no such pane.
    pub fn select(&mut self, pane: usize) {
        self.state.session.act(&Action::SelectPane { pane }).expect("the caller counts panes");
    }

    /// What it has found.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.state.session
    }

    /// What is shown, in two lines: what was sampled, and how.
    #[must_use]
    pub fn caption(&self) -> [String; 2] {
        caption::lines(&self.state)
    }

    /// The moment at which the step that is taken apart stands, as a share of the run.
    #[must_use]
    pub fn inspected_progress(&self) -> Option<f64> {
        self.views.stage.inspected_progress(&self.state)
    }

    /// What was ordered.
    #[must_use]
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Width and height of pictures, in pixels.
    #[must_use]
    pub fn pixels(&self) -> [u32; 2] {
        self.order.size.map(|side| (side * self.order.scale).round() as u32)
    }

    /// Width and height in points as the views have them, and pixels per such point: a lesson's window is
    /// enlarged as it is on the screen.
    fn points(&self) -> ([f32; 2], f32) {
        let Order { size, scale, .. } = self.order;
        let is_lesson = self.order.view == View::Window && in_sight::is_lesson(&self.state);
        let zoom = if is_lesson { theme::lesson_zoom(size.into()) } else { 1.0 };
        (size.map(|side| side / zoom), scale * zoom)
    }

    /// Solves and measures all that the view shows at a share of the run, and draws it.
    ///
    /// # Errors
    /// Why the scene cannot be solved, or that it was `stopped`.
    pub fn settle(
        &mut self,
        progress: f64,
        stopped: &mut dyn FnMut() -> bool,
    ) -> Result<(), String> {
        self.seek(progress);
        let mut calm = 0;
        while calm < CALM {
            if stopped() {
                return Err("stopped".to_owned());
            }
            self.pass(STEP);
            if let Some(reason) = self.state.visible().iter().find_map(|pane| pane.failure.clone())
            {
                return Err(reason);
            }
            calm = if self.is_settled() { calm + 1 } else { 0 };
        }
        Ok(())
    }

    /// Draws a share of the run, `dt` seconds after the frame before.
    pub fn show(&mut self, progress: f64, dt: f64) {
        self.seek(progress);
        for pass in 0..PASSES_PER_FRAME {
            self.pass(if pass == 0 { dt } else { 0.0 });
            if !self.views.stage.is_busy() && self.is_solved() {
                break;
            }
        }
    }

    fn seek(&mut self, progress: f64) {
        self.state.session.act(&Action::Seek { progress }).expect("this can always be done");
    }

    fn is_solved(&self) -> bool {
        self.state.is_settled() && !self.state.is_working()
    }

    fn is_settled(&self) -> bool {
        self.is_solved() && !self.views.stage.is_busy()
    }

    /// One pass over the views.
    fn pass(&mut self, dt: f64) {
        self.time += dt;
        let now = self.began + Duration::from_secs_f64(self.time);
        let (size, scale) = self.points();
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), size.into())),
            time: Some(self.time),
            predicted_dt: dt as f32,
            max_texture_side: Some(TEXTURE_SIDE),
            ..RawInput::default()
        };
        input.viewports.entry(ViewportId::ROOT).or_default().native_pixels_per_point = Some(scale);
        let ctx = self.ctx.clone();
        let mut output = ctx.run_ui(input, |ui| self.draw(ui, now));
        self.textures.update(std::mem::take(&mut output.textures_delta));
        self.drawn = output;
    }

    fn draw(&mut self, ui: &mut Ui, now: Instant) {
        let ctx = ui.ctx().clone();
        let width = self.points().0[0];
        let (state, views) = (&mut self.state, &mut self.views);
        state.breadth = Breadth::of(width);
        let _ = state.session.advance(now, Duration::ZERO);
        if matches!(self.order.view, View::Stage | View::Pane(_) | View::Window) {
            views.stage.prepare(&ctx, state);
        }
        if self.order.caption {
            caption::ui(ui, state);
        }
        // Nobody presses anything.
        let out = &mut Commands::new();
        match &self.order.view {
            View::Stage | View::Pane(_) => views.stage_ui(ui, state, out),
            View::Window => {
                views.ui(ui, state, out);
            }
            View::Plot(plot) => Views::alone_ui(ui, state, |ui, rect| {
                plot.ui(ui, rect, state);
            }),
            View::Card(name) => Views::alone_ui(ui, state, |ui, rect| {
                views.lab.card_ui(ui, rect, name, state, None);
            }),
        }
    }

    /// The pixels of what was drawn last.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let shapes = self.drawn.shapes.clone();
        let (_, scale) = self.points();
        let primitives = self.ctx.tessellate(shapes, scale);
        let ground = self.state.palette().ground;
        rasterise(&primitives, &self.textures, (self.pixels(), scale), ground)
    }

    /// What was drawn last, as the text of an SVG file with `scene` kept in it.
    #[must_use]
    pub fn svg(&self, scene: &str) -> String {
        let (size, scale) = self.points();
        let ground = self.state.palette().ground;
        svg(&self.drawn.shapes, &self.textures, (size, scale), ground, scene)
    }

    /// What the plot or card shows, as numbers; none where it shows none, or the view is no plot or card.
    #[must_use]
    pub fn numbers(&self) -> Option<Table> {
        match &self.order.view {
            View::Plot(plot) => plot.numbers(&self.state),
            View::Card(name) => self.views.lab.numbers(name, &self.state),
            View::Stage | View::Pane(_) | View::Window => None,
        }
    }

    /// The scene that is kept in files, with the names of other files that hold wherever it lies.
    #[must_use]
    pub fn scene_text(&self) -> String {
        match std::env::current_dir() {
            Ok(folder) => self.order.scene.to_toml_from(&folder),
            Err(_) => self.order.scene.to_toml(),
        }
    }
}
