//! The stage: one to four panes side by side, each a plot with particles and layers.

mod arrange;
mod arrow;
mod axes;
mod canvas;
mod context;
mod data_points;
mod drawings;
pub mod gpu;
mod gpu_copy;
mod header;
mod in_view;
mod ink;
mod layers;
mod legend;
mod lens;
mod look;
mod marks;
mod means;
mod minimal;
mod moment;
mod overlay;
mod painted;
mod pane;
mod path;
mod picking;
mod plot;
mod readout;
mod schedule;
mod step_inspector;
mod tools;
mod viewport;
mod work;

use std::collections::HashMap;

use driftscope_study::own::Own;
use driftscope_study::scene::{Layer, TimeList};
use driftscope_study::session::{Action, InspectedStep};
use driftscope_study::work::{Dispatcher, InPlace};
use driftscope_study::{Networks, Store};
use eframe::egui::{Context, Pos2, Rect, Ui, pos2};

use self::data_points::DataPoints;
use self::gpu::StageGpu;
use self::ink::Ink;
use self::layers::Densities;
use self::lens::StageLens;
use self::means::Means;
use self::pane::StagePane;
use self::schedule::ScheduleCard;
use self::step_inspector::StepInspector;
use self::tools::Tools;
use self::viewport::Viewport;
pub use self::work::ViewTask;
use super::command::{Command, Commands};
use super::formula::Inspected;
use super::lectern::{InHand, LightSpot};
use super::platform::{self, Asker};
use super::state::State;
use super::theme::UNIT;

/// Distance between panes.
const GAP: f32 = 3.0 * UNIT;

/// The stage and what it keeps from frame to frame.
pub struct Stage {
    means: Means,
    /// Who makes what takes longer than a frame.
    work: Dispatcher<ViewTask>,
    /// By the keys of the panes.
    panes: HashMap<u64, StagePane>,
    viewport: Viewport,
    densities: Densities,
    data_points: DataPoints,
    inspector: StepInspector,
    lens: StageLens,
    schedule: ScheduleCard,
    tools: Tools,
    ink: Ink,
    /// Whether a particle was under the pointer here in the last frame.
    hovers: bool,
}

impl Stage {
    /// Builds the pipelines; without a graphics card it draws fewer particles and says so.
    #[must_use]
    pub fn new(cc: &eframe::CreationContext<'_>, networks: &Networks) -> Self {
        let options = egui_wgpu::RendererOptions::default();
        let means = match &cc.wgpu_render_state {
            Some(render) => match StageGpu::install(render, &options) {
                Ok(gpu) => Means::Card(gpu),
                Err(error) => Means::Few(error.to_string()),
            },
            None => Means::Few("There is no graphics card.".to_owned()),
        };
        Self::at_work(means, &cc.egui_ctx, networks)
    }

    /// A stage for pictures: all of it becomes shapes, and what takes long is made when it is asked for.
    #[must_use]
    pub fn for_pictures(networks: &Networks) -> Self {
        let crew = InPlace::new(Store::new(networks.clone()));
        Self::with(Means::Marks, Dispatcher::new(crew))
    }

    /// A stage in another window, that draws by the same means.
    #[must_use]
    pub fn beside(&self, ctx: &Context, networks: &Networks) -> Self {
        Self::at_work(self.means.clone(), ctx, networks)
    }

    fn at_work(means: Means, ctx: &Context, networks: &Networks) -> Self {
        let store = Store::new(networks.clone());
        let crew = platform::crew(Asker::Stage, store, ctx, false);
        Self::with(means, Dispatcher::new(crew))
    }

    /// Sees the same part of the plane as another stage.
    pub fn see_as(&mut self, other: &Self) {
        self.viewport = other.viewport;
    }

    fn with(means: Means, work: Dispatcher<ViewTask>) -> Self {
        Self {
            means,
            work,
            panes: HashMap::new(),
            viewport: Viewport::default(),
            densities: Densities::default(),
            data_points: DataPoints::default(),
            inspector: StepInspector::default(),
            lens: StageLens::default(),
            schedule: ScheduleCard::default(),
            tools: Tools::default(),
            ink: Ink::default(),
            hovers: false,
        }
    }

    /// Fits the view to data and noise in the next frame.
    pub fn reset_view(&mut self) {
        self.viewport.reset();
    }

    /// Lets the steps of the pane at work go through a list of the numbers that the schedule shows.
    ///
    /// # Errors
    /// Why they cannot, in a sentence.
    pub fn with_list(&mut self, state: &State, list: Own<TimeList>) -> Result<Action, String> {
        self.schedule.with_list(state, list)
    }

    /// Whether something that the stage should show is still being made.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.densities.busy()
            || self.inspector.busy()
            || self.lens.busy()
            || self.panes.values().any(StagePane::busy)
    }

    /// Whether the density of the data that is drawn is that of the data there are.
    #[must_use]
    pub fn shows_data(&self, state: &State) -> bool {
        self.densities.shows_data_of(&state.pane().scene)
    }

    /// Where t = 0 and t = 1 of the schedule were on the screen in the last frame, if it is open.
    #[must_use]
    pub fn schedule_ends(&self) -> Option<[Pos2; 2]> {
        self.schedule.ends()
    }

    /// Where a point of a pane's plot was on the screen in the last frame.
    #[must_use]
    pub fn screen_position(&self, pane: u64, at: [f64; 2]) -> Option<Pos2> {
        self.panes.get(&pane)?.screen_position(at)
    }

    /// One phase further or back from the step that is being taken apart, if there is any.
    #[must_use]
    pub fn inspected_beside(&self, state: &State, by: i32) -> Option<InspectedStep> {
        self.inspector.step(state.inspected()?, by)
    }

    /// The share of the run at which the step that is being taken apart stands.
    #[must_use]
    pub fn inspected_progress(&self, state: &State) -> Option<f64> {
        self.inspector.progress(state.inspected()?, state.recording()?)
    }

    /// The attempt whose formulas are shown: the one that is taken apart, else, while they stand beside the
    /// stage, that of the pinned particle under way.
    #[must_use]
    pub fn inspected(&self, state: &State) -> Option<Inspected<'_>> {
        self.inspector.inspected(state)
    }

    /// Hands what is new to the graphics card, and starts and collects what layers need; before
    /// painting.
    pub fn prepare(&mut self, ctx: &Context, state: &State) {
        self.forget_others(state);
        let scene = &state.pane().scene;
        if state.tool().is_some() {
            self.viewport.stay(scene);
        }
        self.viewport.update(scene);
        self.inspector.update(&self.work, state, &mut self.viewport);
        self.lens.update(&self.work, state);
        let projection = viewport::projection(scene, state.scene().view.projection);
        let extent = viewport::extent(scene)[1][0];
        let process =
            driftscope_study::scene::Scene { view: state.scene().view, ..(**scene).clone() };
        self.densities.update(&self.work, &process, projection, extent);
        let gpu = self.means.card();
        if state.scene().view.layers.has(Layer::Data) {
            self.data_points.update(gpu, scene, state.look.theme);
        }
        for (index, pane) in state.visible().iter().enumerate() {
            let stage_pane = self.panes.entry(pane.key).or_default();
            stage_pane.prepare((ctx, &self.work), gpu, (state, index), &self.viewport);
        }
        self.share_scales(ctx, state);
    }

    /// Panes that are coloured by the same quantity have one scale, so that their colours can be compared.
    fn share_scales(&mut self, ctx: &Context, state: &State) {
        let visible: Vec<u64> = state.visible().iter().map(|pane| pane.key).collect();
        let panes = visible.iter().filter_map(|key| self.panes.get(key));
        let own: Vec<_> = panes.filter_map(StagePane::own_scale).collect();
        for (key, pane) in &mut self.panes {
            if !visible.contains(key) {
                pane.keep_scale();
                continue;
            }
            let scale = pane.own_scale().and_then(|(by, span)| {
                let alike: Vec<_> = own.iter().filter(|(other, _)| *other == by).collect();
                let all = alike.iter().fold(span, |all, (_, other)| all.and(*other));
                (alike.len() > 1).then_some((by, all))
            });
            if pane.share_scale(scale) {
                ctx.request_repaint();
            }
        }
    }

    /// Gives back what belongs to panes that are gone.
    fn forget_others(&mut self, state: &State) {
        let gpu = self.means.card();
        self.panes.retain(|key, _| {
            let stays = state.panes().iter().any(|pane| pane.key == *key);
            if let (false, Some(gpu)) = (stays, gpu) {
                gpu.forget(*key);
            }
            stays
        });
    }

    /// Draws the stage into all of `ui`.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) {
        let mut rect = ui.available_rect_before_wrap();
        let whole = rect;
        if state.look.panels.stage_alone {
            rect.set_bottom(rect.bottom() - minimal::HEIGHT);
        }
        let count = state.visible().len();
        let headed = state.compares();
        if headed {
            rect = overlay::caption_above(ui, rect, state, out);
        }
        let (mut hovered, mut lit) = (None, None);
        let (mut first, mut at_work, mut frames) = (rect, rect, Rect::NOTHING);
        for (index, place) in arrange::places(rect, count, GAP).into_iter().enumerate() {
            let mut plot = place;
            if headed {
                let head = Rect::from_min_max(
                    place.min,
                    pos2(place.right(), place.top() + header::HEIGHT),
                );
                header::ui(ui, head, state, index, out);
                plot.set_top(head.bottom() + UNIT);
            }
            let done = self.pane_ui(ui, plot, state, index);
            let stage_pane = &self.panes[&state.panes()[index].key];
            if let (Some(tool), Some(canvas)) = (state.tool(), stage_pane.canvas()) {
                self.tools.pane_ui(ui, (&done.response, &canvas), (state, index, tool), out);
            } else if state.lectern.in_hand == InHand::Pen {
                // The pointer is a pen.
            } else if done.response.double_clicked() {
                out.push(Command::ResetView);
            } else if let (true, true, Some(canvas)) =
                (state.shows_lens(), done.response.clicked(), stage_pane.canvas())
            {
                StageLens::clicked(&done.response, &canvas, state, out);
                if state.selected() != index {
                    out.push(Command::Act(Action::SelectPane { pane: index }));
                }
            } else if done.response.clicked() {
                let under = done.hovered;
                let particle = under.filter(|under| state.pinned() != Some(*under));
                out.push(Command::Act(Action::Pin { particle }));
                if state.selected() != index {
                    out.push(Command::Act(Action::SelectPane { pane: index }));
                }
            }
            if let Some(canvas) = stage_pane.canvas() {
                self.ink.pane_ui(ui, (&done.response, &canvas), (state, index), out);
                self.lens.follow(&done.response, &canvas);
                let under = done.response.hover_pos().map(|at| canvas.under(at));
                lit = lit.or(under.map(|at| LightSpot { pane: index, at }));
            }
            let free = state.tool().is_none() && !state.shows_lens();
            let points = free && state.lectern.in_hand == InHand::Nothing;
            hovered = hovered.or(done.hovered.filter(|_| points));
            let frame = done.response.rect;
            if index == 0 {
                first = frame;
            }
            if index == state.selected().min(count - 1) {
                at_work = frame;
            }
            frames |= frame;
            let pane = &self.panes[&state.panes()[index].key];
            overlay::pane_ui(ui, frame, (state, index), (pane, place.width()), out);
        }
        // What the pointer left in another window is that window's to say.
        if hovered != state.hovered() && (hovered.is_some() || self.hovers) {
            out.push(Command::Hover(hovered));
        }
        self.hovers = hovered.is_some();
        self.ink.point(ui, state, lit, out);
        let complaint = self.complaint(state);
        overlay::ui(ui, whole, first, state, complaint, out);
        self.tools.ui(ui, first, state, out);
        let foot = first.union(rect).shrink(3.0 * UNIT);
        self.inspector.ui(ui, foot, state, out);
        let looked_at = self.screen_position(state.pane().key, self.lens.place(state));
        self.lens.ui(ui, (at_work, looked_at), state, out);
        self.schedule.ui(ui, frames.shrink(2.0 * UNIT), state, out);
        if state.look.panels.stage_alone {
            let line = Rect::from_min_max(pos2(whole.left(), rect.bottom()), whole.max);
            minimal::ui(ui, line, state, out);
        }
        ui.advance_cursor_after_rect(whole);
    }

    fn pane_ui(&mut self, ui: &mut Ui, rect: Rect, state: &State, index: usize) -> pane::Done {
        let frame = pane::Frame {
            state,
            means: &self.means,
            viewport: &mut self.viewport,
            densities: &mut self.densities,
            data_points: &self.data_points,
            inspector: &self.inspector,
            lens: &self.lens,
            index,
        };
        self.panes.entry(state.panes()[index].key).or_default().ui(ui, rect, frame)
    }

    /// Why the stage is not what it should be.
    fn complaint(&self, state: &State) -> Option<String> {
        let mut panes = state.visible().iter().filter_map(|pane| self.panes.get(&pane.key));
        if let Some(trouble) = panes.find_map(StagePane::trouble) {
            return Some(trouble.clone());
        }
        let Means::Few(reason) = &self.means else { return None };
        if state.lit().is_some() {
            // That corner is the particle's now.
            return None;
        }
        Some(format!("{reason} At most {} particles are drawn.", painted::MOST))
    }
}
