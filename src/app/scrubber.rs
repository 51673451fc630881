//! The scrubber: the run from its start to its end, with a mark wherever the solver stepped.

use eframe::egui::{Key, Rect, Response, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::command::{Command, Commands};
use super::state::State;
use driftscope_study::session::progress_of;

/// Marks closer than this many points would run together.
const MARK_GAP: f32 = 2.5;
/// Radius of the handle, in points.
const RADIUS: f32 = 7.0;

/// Draws the scrubber over the width that is left.
pub fn ui(ui: &mut Ui, width: f32, state: &State, out: &mut Commands) -> Response {
    let size = Vec2::new(width, ui.spacing().interact_size.y + 8.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let track = Rect::from_center_size(rect.center(), vec2(rect.width() - 16.0, 4.0));
    if let Some(at) = response.interact_pointer_pos() {
        out.push(Command::seek(f64::from((at.x - track.left()) / track.width())));
    }
    response
        .widget_info(|| WidgetInfo::slider(ui.is_enabled(), state.time().unwrap_or(0.0), "Time t"));
    if response.has_focus() {
        for (key, by) in [(Key::ArrowLeft, -1), (Key::ArrowRight, 1)] {
            if ui.input(|input| input.key_pressed(key)) {
                out.push(Command::Step(by));
            }
        }
    }
    paint(ui, track, &response, state);
    let tip = "Drag through the run. Marks above the line are steps that were kept, crosses below it attempts that were rejected.";
    response.on_hover_text(tip)
}

fn paint(ui: &Ui, track: Rect, response: &Response, state: &State) {
    let palette = state.palette();
    let painter = ui.painter();
    let x = |progress: f64| track.left() + progress as f32 * track.width();
    let now = x(state.playback().progress);
    painter.rect_filled(track, 2.0, palette.raised);
    let passed = Rect::from_min_max(track.min, pos2(now, track.bottom()));
    painter.rect_filled(passed, 2.0, palette.accent.gamma_multiply(0.55));

    if let Some(shown) = state.shown() {
        let colour = palette.scene(&shown.recording.scene);
        let mut last = f32::NEG_INFINITY;
        for &edge in &shown.traces.edges {
            let at = x(edge);
            // The rest of one that the handle covers would look like a speck of dust.
            if at - last >= MARK_GAP && (at - now).abs() > 0.5 * RADIUS {
                let [top, bottom] = [track.top() - 8.0, track.top() - 2.0];
                painter.vline(at, top..=bottom, Stroke::new(1.2, colour));
                last = at;
            }
        }
        let mut last = f32::NEG_INFINITY;
        for &rejection in &shown.traces.rejections {
            let at = x(rejection);
            if at - last >= 2.0 * MARK_GAP {
                let centre = pos2(at, track.bottom() + 6.0);
                let stroke = Stroke::new(1.4, palette.alarm);
                for arm in [vec2(3.0, 3.0), vec2(3.0, -3.0)] {
                    painter.add(Shape::line_segment([centre - arm, centre + arm], stroke));
                }
                last = at;
            }
        }
        if let Some(t) = state.hovered_time {
            let progress = progress_of(&shown.recording, t);
            let next = shown.traces.edges.partition_point(|&edge| edge <= progress);
            let from = shown.traces.edges.get(next.wrapping_sub(1)).copied().unwrap_or(0.0);
            let to = shown.traces.edges.get(next).copied().unwrap_or(1.0);
            let step =
                Rect::from_min_max(pos2(x(from), track.top() - 8.0), pos2(x(to), track.bottom()));
            painter.rect_filled(step, 1.0, colour.gamma_multiply(0.35));
        }
    }
    let held = response.dragged() || response.hovered() || response.has_focus();
    let radius = if held { RADIUS + 1.0 } else { RADIUS };
    let centre = pos2(now, track.center().y);
    painter.circle(centre, radius, palette.accent, Stroke::new(2.0, palette.panel));
}
