//! Words on the stage: what to watch, the colour scale, what went wrong, how far the solve is.

use eframe::egui::{
    Align, Align2, Color32, Frame, Label, Layout, Margin, Mesh, Rect, RichText, Shape, Stroke, Ui,
    UiBuilder, Vec2, pos2, vec2,
};

use super::colouring::Colouring;
use crate::app::command::{Command, Commands};
use crate::app::icon::{Icon, icon_button};
use crate::app::number;
use crate::app::palette::Palette;
use crate::app::state::State;
use crate::app::theme::{UNIT, semibold};

/// Height of the line that says a solve is under way.
const PROGRESS_HEIGHT: f32 = 2.0;
/// A solve that takes less than this needs no such line.
const PATIENCE_SECS: f64 = 0.12;
/// Greatest width of a text on the stage.
const TEXT_WIDTH: f32 = 440.0;

/// Draws over the plot in `frame`, which fills `rect` together with its axes.
pub fn ui(
    ui: &mut Ui,
    rect: Rect,
    frame: Rect,
    state: &State,
    colouring: Option<&Colouring>,
    complaint: Option<String>,
    out: &mut Commands,
) {
    progress(ui, rect, state);
    let inner = frame.shrink(3.0 * UNIT);
    corner(ui, inner, Layout::right_to_left(Align::Min), |ui| {
        let button = icon_button(ui, Icon::Fit, "Reset view", "double-click", false);
        if button.clicked() {
            out.push(Command::ResetView);
        }
    });
    let width = (inner.width() - 12.0 * UNIT).min(TEXT_WIDTH);
    let texts = Rect::from_min_size(inner.min, vec2(width, inner.height()));
    corner(ui, texts, Layout::top_down(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.y = 2.0 * UNIT;
        if state.caption && !state.scene.about.is_empty() {
            caption(ui, state, out);
        }
        for message in alarms(state) {
            card(ui, state.palette(), state.palette().alarm, |ui| {
                ui.add(Label::new(RichText::new(message).color(state.palette().strong)).wrap());
            });
        }
    });
    let foot = Layout::bottom_up(Align::Min);
    corner(ui, inner, foot, |ui| {
        if let Some(complaint) = complaint {
            ui.label(RichText::new(complaint).color(state.palette().quiet));
        }
        if let Some(colouring) = colouring.filter(|colouring| !colouring.title.is_empty()) {
            legend(ui, state.palette(), colouring);
        }
    });
    if state.shown.is_none() && state.failure.is_none() {
        let centre = frame.center();
        let colour = state.palette().quiet;
        let font = eframe::egui::FontId::proportional(crate::app::theme::TEXT);
        ui.painter().text(centre, Align2::CENTER_CENTER, "Solving…", font, colour);
    }
}

/// A child of `ui` inside `rect`.
fn corner(ui: &mut Ui, rect: Rect, layout: Layout, add: impl FnOnce(&mut Ui)) {
    let builder = UiBuilder::new().max_rect(rect).layout(layout);
    let mut child = ui.new_child(builder);
    child.set_clip_rect(rect.expand(2.0 * UNIT).intersect(ui.clip_rect()));
    add(&mut child);
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
    card(ui, palette, palette.scene(&state.scene), |ui| {
        ui.horizontal(|ui| {
            let title = RichText::new(&state.scene.title).family(semibold()).color(palette.strong);
            ui.label(title.size(crate::app::theme::TEXT + 2.0));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if icon_button(ui, Icon::Close, "Dismiss caption", "", false).clicked() {
                    out.push(Command::DismissCaption);
                }
            });
        });
        ui.add(Label::new(RichText::new(&state.scene.about).color(palette.text)).wrap());
    });
}

/// What the person should know about the picture.
fn alarms(state: &State) -> Vec<String> {
    let mut alarms = Vec::new();
    if let Some(failure) = &state.failure {
        let failure = sentence(failure);
        alarms.push(if state.shown.is_some() {
            format!("{failure}\nThe picture shows the last scene that could be solved.")
        } else {
            failure
        });
    }
    if let Some(recording) = state.recording()
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

fn legend(ui: &mut Ui, palette: &Palette, colouring: &Colouring) {
    let Some((low, high)) = colouring.words() else {
        ui.label(RichText::new("These steps have no error estimate.").color(palette.quiet));
        return;
    };
    // Bottom-up: the scale first, its title above.
    if low == high {
        ui.label(format!("{low} for every particle"));
        ui.label(RichText::new(colouring.title).color(palette.quiet));
        return;
    }
    ui.horizontal(|ui| {
        ui.label(low);
        let (rect, _) = ui.allocate_exact_size(Vec2::new(120.0, 8.0), eframe::egui::Sense::hover());
        let mut mesh = Mesh::default();
        let bands = 32;
        for i in 0..=bands {
            let share = i as f32 / bands as f32;
            let x = rect.left() + share * rect.width();
            let colour = palette.quantity(f64::from(share));
            mesh.colored_vertex(pos2(x, rect.top()), colour);
            mesh.colored_vertex(pos2(x, rect.bottom()), colour);
        }
        for i in 0..bands as u32 {
            mesh.add_triangle(2 * i, 2 * i + 1, 2 * i + 2);
            mesh.add_triangle(2 * i + 1, 2 * i + 2, 2 * i + 3);
        }
        ui.painter().add(Shape::mesh(mesh));
        ui.label(high);
    });
    let title = match colouring.known {
        Some(known) => {
            format!("{}, estimated for {} particles", colouring.title, number::count(known as u64))
        }
        None => colouring.title.to_owned(),
    };
    ui.label(RichText::new(title).color(palette.quiet));
}

/// A thin line along the stage's upper edge while the engine works.
fn progress(ui: &Ui, rect: Rect, state: &State) {
    let Some(spent) = state.solving() else { return };
    if spent.as_secs_f64() < PATIENCE_SECS {
        ui.ctx().request_repaint_after_secs(PATIENCE_SECS as f32);
        return;
    }
    let palette = state.palette();
    let line = Rect::from_min_size(rect.min, vec2(rect.width(), PROGRESS_HEIGHT));
    ui.painter().rect_filled(line, 0.0, palette.line);
    let known = state.solve.and_then(|solve| {
        let recording = state.recording().filter(|recording| recording.id == solve.id)?;
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
    ui.painter().rect_filled(done, 0.0, palette.scene(&state.scene));
    ui.ctx().request_repaint();
}
