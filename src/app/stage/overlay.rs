//! Words on the stage: what to watch, the colour scale, what went wrong, how far the solve is.

use eframe::egui::{
    Align, Align2, Color32, Frame, Label, Layout, Margin, Rect, RichText, Shape, Stroke, Ui,
    UiBuilder, pos2, vec2,
};

use super::pane::StagePane;
use super::{header, in_view, legend, readout, tools, viewport};
use crate::app::command::{Command, Commands};
use crate::app::commands;
use crate::app::icon::{Icon, icon_button};
use crate::app::number;
use crate::app::palette::Palette;
use crate::app::state::{Purpose, State};
use crate::app::theme::{UNIT, semibold};
use driftscope_study::session::PaneState;

/// Height of the line that says a solve is under way.
const PROGRESS_HEIGHT: f32 = 2.0;
/// A solve that takes less than this needs no such line.
const PATIENCE_SECS: f64 = 0.12;
/// Height that the words of a demonstration take, about.
const CAPTION_HEIGHT: f32 = 31.0 * UNIT;
/// Height that the button of the view takes, with the space below it.
const BUTTON_HEIGHT: f32 = 11.0 * UNIT;
/// Greatest width of a text on the stage.
const TEXT_WIDTH: f32 = 440.0;

/// Draws over the stage in `rect`, of which the first pane's plot is `frame`.
pub fn ui(
    ui: &mut Ui,
    rect: Rect,
    frame: Rect,
    state: &State,
    complaint: Option<String>,
    out: &mut Commands,
) {
    progress(ui, rect, state);
    let inner = frame.shrink(3.0 * UNIT);
    if state.purpose != Purpose::Figure {
        reset_button(ui, inner, state, out);
    }
    let free = state.inspected().is_none() && state.tool().is_none() && !state.uses_lens();
    let captioned = state.is_captioned() && free;
    if captioned && !state.compares() {
        let width = (inner.width() - 12.0 * UNIT).min(TEXT_WIDTH);
        let texts = Rect::from_min_size(inner.min, vec2(width, inner.height()));
        corner(ui, texts, Layout::top_down(Align::Min), |ui| caption(ui, state, out));
    }
    if let Some(complaint) = complaint {
        corner(ui, inner, Layout::bottom_up(Align::Max), |ui| {
            ui.add(Label::new(RichText::new(complaint).color(state.palette().quiet)).wrap());
        });
    }
}

/// The button that fits the view, in the corner.
fn reset_button(ui: &mut Ui, inner: Rect, state: &State, out: &mut Commands) {
    corner(ui, inner, Layout::right_to_left(Align::Min), |ui| {
        // Arrows that run through it would make it another picture.
        let ground = ui.painter().add(Shape::Noop);
        let button = icon_button(
            ui,
            Icon::Fit,
            commands::RESET_VIEW.title,
            &commands::RESET_VIEW.shortcut(),
            false,
        );
        let fill = state.palette().ground.gamma_multiply(0.9);
        ui.painter().set(ground, Shape::rect_filled(button.rect, 4.0, fill));
        if button.clicked() {
            out.push((commands::RESET_VIEW.command)(state));
        }
    });
}

/// Draws the words of a demonstration above the panes in `rect`, and returns what is left of it.
pub fn caption_above(ui: &mut Ui, rect: Rect, state: &State, out: &mut Commands) -> Rect {
    if !state.is_captioned() || state.inspected().is_some() {
        return rect;
    }
    let mut band = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("caption"));
    caption(&mut band, state, out);
    Rect::from_min_max(pos2(rect.left(), band.min_rect().bottom() + 2.0 * UNIT), rect.max)
}

/// Draws over the plot of one pane in `frame`, whose header is `head` wide.
pub fn pane_ui(
    ui: &mut Ui,
    frame: Rect,
    (state, index): (&State, usize),
    (stage_pane, head): (&StagePane, f32),
    out: &mut Commands,
) {
    let pane = &state.panes()[index];
    let palette = state.palette();
    let inner = frame.shrink(2.0 * UNIT);
    let width = (inner.width() - 12.0 * UNIT).min(TEXT_WIDTH);
    let texts = Rect::from_min_size(inner.min, vec2(width, inner.height()));
    // Below the words of a demonstration.
    let covered = state.is_captioned() && !state.compares();
    corner(ui, texts, Layout::top_down(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.y = UNIT;
        if state.tool().is_some() {
            ui.add_space(tools::HEIGHT);
        } else if covered && state.inspected().is_none() && !state.uses_lens() {
            ui.add_space(CAPTION_HEIGHT);
        }
        if state.compares()
            && let Some(figures) = header::figures_below(ui, head, (state, pane))
        {
            on_ground(ui, palette, |ui| {
                ui.label(RichText::new(figures).color(palette.text));
            });
        }
        if let Some(difference) = stage_pane.difference(state, index) {
            let times = number::count(difference.magnified as u64);
            let words = format!(
                "Difference to the reference, {times} times enlarged (mean {} at the end)",
                number::three(difference.distance)
            );
            ui.add(Label::new(RichText::new(words).color(palette.text)).wrap());
        } else if state.scene().shows_difference(index) {
            let words = "The reference is being solved…";
            ui.label(RichText::new(words).color(palette.quiet));
        }
        if state.tool().is_none()
            && state.inspected().is_none()
            && let Some(words) = in_view::outside(stage_pane, (state, index), frame)
        {
            on_ground(ui, palette, |ui| {
                ui.add(Label::new(RichText::new(words).color(palette.quiet)).wrap());
            });
        }
        for message in alarms(pane) {
            card(ui, palette, palette.alarm, |ui| {
                ui.add(Label::new(RichText::new(message).color(palette.strong)).wrap());
            });
        }
    });
    // The foot belongs to what lies there, if anything does.
    if state.inspected().is_none() && !state.schedule {
        corner(ui, inner, Layout::bottom_up(Align::Min), |ui| {
            if let Some(colouring) = stage_pane.colouring().filter(|c| c.is_told(index)) {
                on_ground(ui, palette, |ui| legend::colours_ui(ui, palette, colouring));
            }
            if index == 0 {
                let projection = viewport::projection(&pane.scene, state.scene().view.projection);
                let layers = (state.scene().view.layers, pane.scene.classic().is_some());
                let (pane, colouring) = (stage_pane.layers(), stage_pane.colouring());
                legend::layers_ui(ui, palette, layers, projection, pane, colouring);
            }
        });
    }
    readout_ui(ui, frame, (state, index), stage_pane, out);
    if pane.shown.is_none() && pane.failure.is_none() {
        let centre = frame.center();
        let font = eframe::egui::FontId::proportional(crate::app::theme::TEXT);
        ui.painter().text(centre, Align2::CENTER_CENTER, "Solving…", font, palette.quiet);
    }
}

/// Draws the readout of the lit particle in a corner of the plot in `frame`.
fn readout_ui(
    ui: &mut Ui,
    frame: Rect,
    of: (&State, usize),
    stage_pane: &StagePane,
    out: &mut Commands,
) {
    let (state, inner) = (of.0, frame.shrink(2.0 * UNIT));
    let top = inner.top() + BUTTON_HEIGHT;
    let at_foot = state.inspected().is_none() && !state.schedule;
    // Not over the particle that it is about; where other things lie at the top, it stays at the foot.
    let free = at_foot && state.tool().is_none() && !state.uses_lens();
    let rises = free && in_view::is_hidden_below(stage_pane, of, inner, (top, readout::SIZE));
    let upwards = at_foot && !rises;
    let (place, layout) = if rises {
        (inner.with_min_y(top), Layout::top_down(Align::Max))
    } else if at_foot {
        (inner, Layout::bottom_up(Align::Max))
    } else if state.inspected().is_none() {
        // The foot is the schedule's: on the right, below the button of the view.
        let left = (inner.right() - readout::SIZE.x).max(inner.left());
        (inner.with_min_x(left).with_min_y(top), Layout::top_down(Align::Min))
    } else {
        (inner, Layout::top_down(Align::Min))
    };
    corner(ui, place, layout, |ui| readout::ui(ui, of, frame.size(), upwards, out));
}

/// A child of `ui` inside `rect`.
fn corner(ui: &mut Ui, rect: Rect, layout: Layout, add: impl FnOnce(&mut Ui)) {
    let builder = UiBuilder::new().max_rect(rect).layout(layout);
    let mut child = ui.new_child(builder);
    child.set_clip_rect(rect.expand(2.0 * UNIT).intersect(ui.clip_rect()));
    add(&mut child);
}

/// Words that lie on the picture, on a ground that lets it shine through.
fn on_ground(ui: &mut Ui, palette: &Palette, add: impl FnOnce(&mut Ui)) {
    Frame::new()
        .fill(palette.ground.gamma_multiply(0.9))
        .corner_radius(4)
        .inner_margin(Margin::symmetric(4, 2))
        .show(ui, add);
}

/// A box for words, marked on its left edge.
fn card<R>(ui: &mut Ui, palette: &Palette, mark: Color32, add: impl FnOnce(&mut Ui) -> R) -> R {
    let shown = Frame::new()
        .fill(palette.panel.gamma_multiply(0.94))
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(6)
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, add);
    let rect = shown.response.rect;
    let edge = Rect::from_min_max(rect.min, pos2(rect.min.x + 3.0, rect.max.y));
    ui.painter().rect_filled(edge, 2.0, mark);
    shown.inner
}

fn caption(ui: &mut Ui, state: &State, out: &mut Commands) {
    let palette = state.palette();
    card(ui, palette, palette.scene(state.scene()), |ui| {
        ui.horizontal(|ui| {
            let title =
                RichText::new(&state.scene().title).family(semibold()).color(palette.strong);
            ui.label(title.size(crate::app::theme::TEXT + 2.0));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if icon_button(ui, Icon::Close, "Dismiss caption", "", false).clicked() {
                    out.push(Command::DismissCaption);
                }
            });
        });
        ui.add(Label::new(RichText::new(&state.scene().about).color(palette.text)).wrap());
    });
}

/// What the person should know about the picture.
fn alarms(pane: &PaneState) -> Vec<String> {
    let mut alarms = Vec::new();
    if let Some(failure) = &pane.failure {
        let failure = sentence(failure);
        alarms.push(if pane.shown.is_some() {
            format!("{failure}\nThe picture shows the last scene that could be solved.")
        } else {
            failure
        });
    }
    if let Some(recording) = pane.recording()
        && let Some((count, stop)) = recording.stopped()
    {
        let all = recording.scene.particles.count as u64;
        alarms.push(if recording.batch_stop.is_some() {
            format!("The batch {stop}.")
        } else {
            let particles = number::plural(count as f64, "particle", "particles");
            let first = if count > 1 { "; the first of them" } else { "" };
            let (count, all) = (number::count(count as u64), number::count(all));
            format!("{count} of {all} {particles} did not arrive{first} {stop}.")
        });
    }
    alarms
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// A thin line along the stage's upper edge while the engine works.
fn progress(ui: &Ui, rect: Rect, state: &State) {
    let Some(pane) = state.visible().iter().max_by_key(|pane| state.spent_on(pane)) else { return };
    let Some(spent) = state.spent_on(pane) else { return };
    if spent.as_secs_f64() < PATIENCE_SECS {
        ui.ctx().request_repaint_after_secs(PATIENCE_SECS as f32);
        return;
    }
    let palette = state.palette();
    let line = Rect::from_min_size(rect.min, vec2(rect.width(), PROGRESS_HEIGHT));
    ui.painter().rect_filled(line, 0.0, palette.line);
    let known = pane.solve.and_then(|solve| {
        let recording = pane.recording().filter(|recording| recording.id == solve.id)?;
        let all = recording.scene.particles.count.max(1);
        Some(recording.count() as f32 / all as f32)
    });
    let (from, to) = if let Some(share) = known {
        (0.0, share)
    } else {
        // Nothing to count: a piece of line wanders along.
        let at = (spent.as_secs_f64() * 0.7).fract() as f32 * 1.3 - 0.3;
        (at.max(0.0), (at + 0.3).min(1.0))
    };
    let [left, right] = [from, to].map(|share| rect.left() + share * rect.width());
    let done = Rect::from_x_y_ranges(left..=right, line.y_range());
    ui.painter().rect_filled(done, 0.0, palette.scene(&pane.scene));
    ui.ctx().request_repaint();
}
