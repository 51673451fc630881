//! One pane: what of its recording is on the graphics card, and its plot.

mod figure;
mod scale;

use std::sync::Arc;

use driftscope_study::scene::{ColourBy, Layer, Projection};
use driftscope_study::work::{Dispatcher, Wish};
use driftscope_study::{Recording, RecordingRef};
use eframe::egui::{Context, PointerButton, Pos2, Rect, Response, Ui, UiBuilder};
use egui_plot::{PlotTransform, PlotUi};

use super::canvas::{self, Canvas, Draw};
use super::context::LayerContext;
use super::data_points::DataPoints;
use super::drawings::colouring::{Colouring, ColouringWanted, Key};
use super::drawings::difference::{Difference, DifferenceWanted};
use super::drawings::span::Span;
use super::gpu::{Appearance, StageGpu, StageItem};
use super::gpu_copy::GpuCopy;
use super::layers::{self, Densities, PaneLayers};
use super::lens::StageLens;
use super::look::{MOST_TRAJECTORIES, chords, speeds, view};
use super::means::Means;
use super::moment::{context, keyframe, over_time};
use super::painted;
use super::path;
use super::picking;
use super::plot::{plot, zoom_by_scrolling};
use super::step_inspector::StepInspector;
use super::viewport::{Viewport, Window};
use super::work::ViewTask;
use crate::app::lectern::InHand;
use crate::app::state::State;

/// Lines from the reference to the particle are drawn for so many at most.
const MOST_LINES: usize = 800;

/// A pane and what it keeps from frame to frame.
#[derive(Default)]
pub struct StagePane {
    gpu_copy: GpuCopy,
    colouring: Option<(Key, Colouring)>,
    colours: Wish<ColouringWanted>,
    /// The scale of colours, where panes have it in common.
    scale: Option<(ColourBy, Span)>,
    difference: Wish<DifferenceWanted>,
    layers: PaneLayers,
    /// Where the plot's coordinates were on the screen in the last frame.
    transform: Option<PlotTransform>,
}

/// What all panes of a frame have in common.
pub struct Frame<'a> {
    /// What is shown.
    pub state: &'a State,
    /// Who draws the particles.
    pub means: &'a Means,
    /// What of the plane is seen.
    pub viewport: &'a mut Viewport,
    /// The densities that are known exactly.
    pub densities: &'a mut Densities,
    /// A draw of the data.
    pub data_points: &'a DataPoints,
    /// The step being taken apart.
    pub inspector: &'a StepInspector,
    /// The conditional lens.
    pub lens: &'a StageLens,
    /// Which of the panes this is.
    pub index: usize,
}

/// What a person did to a pane.
pub struct Done {
    /// The plot.
    pub response: Response,
    /// The particle under the pointer.
    pub hovered: Option<usize>,
}

impl StagePane {
    /// Starts and collects what the pane needs, and hands what is new to the graphics card.
    pub fn prepare(
        &mut self,
        (ctx, work): (&Context, &Dispatcher<ViewTask>),
        gpu: Option<&StageGpu>,
        (state, index): (&State, usize),
        viewport: &Viewport,
    ) {
        let pane = &state.panes()[index];
        let context = context(state, pane, (viewport, self.seen()));
        let recording = pane.recording();
        let at = recording.map(|recording| (recording, keyframe(state, recording)));
        self.layers.update((ctx, work), &context, at);
        let Some(recording) = recording else { return };
        self.colour(work, recording, pane.reference.as_ref(), (state, index));
        self.difference.take_news(work);
        if let (true, Some(reference)) = (state.scene().shows_difference(index), &pane.reference)
            && recording.complete
        {
            let [recording, reference] = [recording, reference].map(RecordingRef::new);
            self.difference.ask_when_free(work, DifferenceWanted { recording, reference });
        }
        if let Some(gpu) = gpu {
            let difference = self.difference(state, index);
            self.gpu_copy.update(
                (ctx, gpu, pane.key),
                recording,
                difference,
                self.colouring.as_ref(),
            );
        }
    }

    /// Whether anything wished for is still being made.
    pub fn busy(&self) -> bool {
        self.colours.is_busy()
            || self.is_to_be_scaled()
            || self.difference.is_busy()
            || self.layers.busy()
    }

    /// Where a point of the plot was on the screen in the last frame.
    pub fn screen_position(&self, at: [f64; 2]) -> Option<Pos2> {
        Some(Canvas::new(self.transform.as_ref()?).at(at))
    }

    /// Where the plot's coordinates were on the screen in the last frame.
    pub fn canvas(&self) -> Option<Canvas<'_>> {
        self.transform.as_ref().map(Canvas::new)
    }

    /// What its plot showed in the last frame.
    fn seen(&self) -> Option<Window> {
        self.transform.as_ref().map(|transform| Window::of(transform.bounds()))
    }

    /// Why the pane is not what it should be.
    pub fn trouble(&self) -> Option<&String> {
        self.gpu_copy.trouble()
    }

    /// What the particles' colours mean.
    pub fn colouring(&self) -> Option<&Colouring> {
        self.colouring.as_ref().map(|(_, colouring)| colouring)
    }

    /// The layers, for the legend.
    pub fn layers(&self) -> &PaneLayers {
        &self.layers
    }

    /// The difference that is shown instead of the particles, if it is.
    pub fn difference(&self, state: &State, index: usize) -> Option<Arc<Difference>> {
        let pane = &state.panes()[index];
        let key = (pane.recording()?.id, pane.reference.as_ref()?.id);
        let (of, difference) = self.difference.answered()?;
        let made = (of.recording.id, of.reference.id);
        (state.scene().shows_difference(index) && made == key).then(|| Arc::clone(difference))
    }

    fn colour(
        &mut self,
        work: &Dispatcher<ViewTask>,
        recording: &Arc<Recording>,
        reference: Option<&Arc<Recording>>,
        (state, index): (&State, usize),
    ) {
        self.colours.take_news(work);
        let by = match state.scene().view.colour {
            // What is drawn there does not move as the particles do.
            ColourBy::Speed if state.scene().shows_difference(index) => ColourBy::Plain,
            by => by,
        };
        let reference = reference.filter(|_| by == ColourBy::Distance);
        // Plain colours do not depend on what has come since.
        let blocks = if by == ColourBy::Plain { 0 } else { recording.blocks.len() };
        let key = Key {
            recording: (recording.id, blocks),
            reference: reference.map(|reference| reference.id),
            by,
            theme: state.look.theme,
            scale: self.shared_scale(by),
        };
        if by == ColourBy::Plain {
            if self.colouring.as_ref().is_none_or(|(made, _)| *made != key) {
                let colouring = Colouring::of(&key, recording, None);
                self.colouring = Some((key, colouring));
            }
            return;
        }
        let recording = RecordingRef::new(recording);
        let reference = reference.map(RecordingRef::new);
        self.colours.ask_when_free(work, ColouringWanted { key, recording, reference });
        if let Some((made, colouring)) = self.colours.answered()
            && self.colouring.as_ref().is_none_or(|(shown, _)| *shown != made.key)
        {
            self.colouring = Some((made.key, (**colouring).clone()));
        }
    }

    /// Draws the pane's plot into `rect`.
    pub fn ui(&mut self, ui: &mut Ui, rect: Rect, mut frame: Frame<'_>) -> Done {
        let state = frame.state;
        let pane = &state.panes()[frame.index];
        let context = context(state, pane, (frame.viewport, self.seen()));
        let projection = context.projection;
        let items = self.items(ui.ctx(), &context, &mut frame, rect.width());
        let bounds = frame.viewport.window(projection).bounds();
        let difference = self.difference(state, frame.index);
        let canvas_pick = {
            let recording = pane.recording().cloned();
            let over_time = over_time(&context, state);
            let now = recording.as_ref().map_or(0.0, |recording| keyframe(state, recording));
            move |plot: &PlotUi<'_>| {
                let pointer = plot.response().hover_pos()?;
                let recording = recording.as_ref()?;
                let canvas = Canvas::new(plot.transform());
                match over_time {
                    Some(u) => {
                        // The trajectory that passes closest above or below the pointer.
                        let t = plot.plot_from_screen(pointer).x;
                        let at = recording.keyframe_of_time(t).min(now);
                        let t = recording.time_of_keyframe(at);
                        let count = recording.count().min(MOST_TRAJECTORIES);
                        picking::nearest(pointer, &canvas, count, |i| {
                            let [x, y] = recording.at_keyframe(i, at)?;
                            Some([t, u[0] * x + u[1] * y])
                        })
                    }
                    None => {
                        picking::nearest(pointer, &canvas, recording.count(), |i| match &difference
                        {
                            Some(difference) => {
                                Some(difference.at(i, now, recording.times.len())?[0])
                            }
                            None => recording.at_keyframe(i, now),
                        })
                    }
                }
            }
        };
        let mut place = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(pane.key));
        // A drawing tool has the primary button.
        let drawn_on = state.tool().is_some() || state.lectern.in_hand == InHand::Pen;
        let pans = match drawn_on {
            false => PointerButton::Primary,
            true if ui.input(|input| input.pointer.secondary_down()) => PointerButton::Secondary,
            true => PointerButton::Middle,
        };
        let shown =
            plot(state, pane, projection).pan_pointer_button(pans).show(&mut place, move |plot| {
                plot.set_plot_bounds(bounds);
                zoom_by_scrolling(plot);
                for item in items {
                    match item {
                        Item::Gpu(item) => plot.add(*item),
                        Item::Drawn(draw) => canvas::add(plot, draw),
                    }
                }
                canvas_pick(plot)
            });
        self.transform = Some(shown.transform);
        frame.viewport.take(projection, shown.transform.bounds());
        Done { hovered: shown.inner.filter(|_| shown.response.hovered()), response: shown.response }
    }

    /// All that lies in the plot, from the lowest to the topmost.
    fn items<'a>(
        &mut self,
        ctx: &Context,
        context: &LayerContext<'_>,
        frame: &mut Frame<'_>,
        width: f32,
    ) -> Vec<Item<'a>> {
        let state = frame.state;
        let pane = &state.panes()[frame.index];
        let palette = state.palette();
        let lines = state.scene().view.line_width as f32 * palette.heavier;
        let pen = (state.look.theme, lines);
        let mut items = Vec::new();
        let gpu = frame.means.card();
        let is_software = gpu.is_some_and(StageGpu::is_software);
        let recording = pane.recording().cloned();
        let colouring = self.colouring();
        let view = recording.as_ref().map(|recording| {
            let view = view(ctx, context, (state, is_software), recording, width);
            let speeds = colouring.and_then(|colouring| speeds(colouring, palette, view.now));
            Appearance { speeds, ..view }
        });
        for layer in context.layers.iter() {
            if let Some(draw) = self.layers.draw(layer, context, frame.densities, ctx, pen) {
                items.push(Item::Drawn(draw));
            }
            let Some(view) = &view else { continue };
            if let Means::Marks = frame.means {
                items.extend(self.marks(layer, view, frame).map(Item::Drawn));
            }
            if gpu.is_none() {
                continue;
            }
            match layer {
                Layer::Data => {
                    let item = frame.data_points.item(view, frame.index);
                    items.extend(item.map(Box::new).map(Item::Gpu));
                }
                Layer::Chords => {
                    let last = recording.as_ref().map_or(1, |r| r.times.len() - 1);
                    let item = StageItem::new(pane.key, chords(view, last)).pass(1);
                    items.push(Item::Gpu(Box::new(item)));
                }
                _ => {}
            }
        }
        if context.projection == Projection::OverTime && context.scene.classic().is_none() {
            items.extend(layers::edges(frame.densities, ctx, pen).map(Item::Drawn));
        }
        if let (Some(difference), Some(recording), None) =
            (self.difference(state, frame.index), &recording, over_time(context, state))
        {
            let (now, keyframes) = (keyframe(state, recording), recording.times.len());
            let stroke = eframe::egui::Stroke::new(1.1 * lines, palette.quiet);
            items.push(Item::Drawn(Box::new(move |_, canvas, shapes| {
                for i in 0..difference.particles.min(MOST_LINES) {
                    if let Some(ends) = difference.at(i, now, keyframes) {
                        let ends = ends.map(|end| canvas.at(end));
                        shapes.push(eframe::egui::Shape::line_segment(ends, stroke));
                    }
                }
            })));
        }
        if let Some(recording) = &recording {
            let of = (state, frame.index);
            items.extend(lit_path(of, context, recording, lines).into_iter().map(Item::Drawn));
        }
        // Above the particles, where trails would hide it.
        let on_path = pane.leaving().filter(|own| state.lit() == Some(own.particle));
        let mark = on_path.zip(recording.clone()).filter(|_| {
            state.inspected().is_none() && !state.scene().shows_difference(frame.index)
        });
        match (view, recording) {
            (Some(view), _) if gpu.is_some() => {
                items.push(Item::Gpu(Box::new(StageItem::new(pane.key, view))));
            }
            (Some(view), Some(recording)) if matches!(frame.means, Means::Marks) => {
                items.extend(self.particles(state, &recording, view, frame.index));
            }
            (Some(view), Some(recording)) if view.discs => {
                let Some(colouring) = self.colouring().cloned() else { return items };
                let now = keyframe(state, &recording);
                let over_time = over_time(context, state);
                let draw = painted::particles(recording, (colouring, palette), now, over_time);
                items.push(Item::Drawn(Box::new(draw)));
            }
            _ => {}
        }
        if let Some((leaving, recording)) = mark {
            let over_time = over_time(context, state);
            let draw = path::draw_leaving(recording, leaving, over_time, palette);
            items.push(Item::Drawn(draw));
        }
        if frame.index == state.selected() || state.visible().len() == 1 {
            items.extend(frame.inspector.item(state, context.projection).map(Item::Drawn));
        }
        items.extend(frame.lens.item(state, frame.index).map(Item::Drawn));
        items
    }
}

/// What lies in the plot.
enum Item<'a> {
    Gpu(Box<StageItem>),
    Drawn(Draw<'a>),
}

/// The path of the lit particle of a pane, and its chord where chords are drawn, which lies below.
fn lit_path<'a>(
    (state, index): (&State, usize),
    context: &LayerContext<'_>,
    recording: &Arc<Recording>,
    width: f32,
) -> Vec<Draw<'a>> {
    let hidden = state.inspected().is_some() || state.scene().shows_difference(index);
    let Some(lit) = state.lit().filter(|_| !hidden) else { return Vec::new() };
    let (pen, over_time) = ((state.palette(), width), over_time(context, state));
    let mut draws = Vec::new();
    if context.shows(Layer::Chords) {
        draws.push(path::draw_chord(Arc::clone(recording), lit, over_time, pen));
    }
    let now = keyframe(state, recording);
    draws.push(path::draw(Arc::clone(recording), lit, now, over_time, pen));
    draws
}
