//! An attempt in the plane: its stages, answers, tolerance and noise.

use driftscope_solve::by_hand::AttemptByHand;
use eframe::egui::{Color32, FontId, Rect, Shape, Stroke, Ui, vec2};

use super::labels::Labels;
use super::phase::{Phase, stage_name};
use crate::app::formula::{NOISE, stage_colour};
use crate::app::palette::Palette;
use crate::app::stage::arrow::{Head, arrow};
use crate::app::stage::canvas::Canvas;
use crate::app::stage::readout;
use crate::app::stage::viewport::Window;
use crate::app::theme::{TEXT, semibold};

/// Arrows of stages are this much of a full step with that slope.
const ARROW: f64 = 0.3;
/// What is seen reaches this much beyond the step.
const ROOM: f64 = 1.9;
/// The step stands this share of the view above its middle, clear of the card below.
const ABOVE: f64 = 0.42;
/// However small the step, no less than this is seen.
const LEAST: f64 = 2e-4;

/// What there is to be seen of an attempt.
pub fn window(attempt: &AttemptByHand) -> Window {
    let tips = attempt.stages.iter().map(|stage| tip(attempt, stage.point, stage.slope));
    let points = attempt.stages.iter().map(|stage| stage.point).chain(tips);
    let all = points.chain([attempt.start, attempt.answer]).chain(attempt.embedded);
    let (mut low, mut high) = (attempt.start, attempt.start);
    for point in all.filter(|point| point.iter().all(|x| x.is_finite())) {
        for d in 0..2 {
            low[d] = low[d].min(point[d]);
            high[d] = high[d].max(point[d]);
        }
    }
    let window = Window::between([low, high]);
    let half = (ROOM * window.half[0].max(window.half[1])).max(LEAST);
    let [x, y] = window.centre;
    Window { centre: [x, y - ABOVE * half], half: [half; 2] }
}

fn tip(attempt: &AttemptByHand, from: [f64; 2], slope: [f64; 2]) -> [f64; 2] {
    [0, 1].map(|d| from[d] + ARROW * attempt.h * slope[d])
}

/// Draws an attempt as far as `phase`; `colour` is that of the particle.
pub fn draw(
    attempt: &AttemptByHand,
    phase: Phase,
    palette: &Palette,
    (colour, width): (Color32, f32),
    (ui, room): (&Ui, Rect),
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let mut labels = Labels::new(ui, FontId::new(TEXT, semibold()), room);
    let frame = ui.clip_rect();
    labels.cover(Rect::from_min_size(frame.min, readout::SIZE));
    let start = canvas.at(attempt.start);
    let shown = phase.stages(attempt);
    for (i, stage) in attempt.stages.iter().enumerate().take(shown) {
        let newest = phase == Phase::Stages(i + 1);
        let strength = if newest || phase == Phase::Answers { 1.0 } else { 0.7 };
        let colour = stage_colour(palette, i).gamma_multiply(strength);
        let from = canvas.at(stage.point);
        let to = canvas.at(tip(attempt, stage.point, stage.slope));
        let dashes = Stroke::new(width, palette.quiet.gamma_multiply(0.7));
        shapes.extend(Shape::dashed_line(&[start, from], dashes, 3.0, 4.0));
        arrow(shapes, from, to, Stroke::new(2.0 * width, colour), Head::Filled);
        shapes.push(Shape::circle_filled(from, 3.0 * width, colour));
        labels.line(from, to);
        if matches!(phase, Phase::Stages(_)) {
            labels.name(from, 3.0 * width, stage_name(i), colour);
        } else {
            labels.point(from, 3.0 * width);
        }
    }
    let radius = 5.0 * width;
    if matches!(phase, Phase::Answers | Phase::Verdict) {
        answers(attempt, phase, palette, (colour, width), canvas, shapes);
        let answer = canvas.at(attempt.answer);
        if let Some(noise) = attempt.noise {
            let drifted = canvas.at([0, 1].map(|d| attempt.answer[d] - noise[d]));
            labels.line(start, drifted);
            labels.name(start + 0.5 * (drifted - start), width, "drift", colour);
            if phase == Phase::Verdict {
                labels.line(drifted, answer);
                let half_way = drifted + 0.5 * (answer - drifted);
                labels.name(half_way, width, "noise", palette.category(NOISE));
            }
        } else {
            labels.line(start, answer);
        }
        if let Some(embedded) = attempt.embedded.map(|at| canvas.at(at)) {
            labels.name(answer, radius, "answer", colour);
            labels.name(embedded, radius, "embedded", palette.text);
        } else if attempt.noise.is_none() || phase == Phase::Verdict {
            labels.name(answer, radius, "answer", colour);
        }
    }
    shapes.push(Shape::circle_filled(start, radius, colour));
    shapes.push(Shape::circle_stroke(start, radius, Stroke::new(1.5, palette.strong)));
    labels.name(start, radius, "start", palette.strong);
    labels.draw(palette, width, shapes);
}

/// The answers with the tolerance around the one that counts, or drift and noise.
fn answers(
    attempt: &AttemptByHand,
    phase: Phase,
    palette: &Palette,
    (colour, width): (Color32, f32),
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let (start, answer) = (canvas.at(attempt.start), canvas.at(attempt.answer));
    if let Some(noise) = attempt.noise {
        // Noise last, whichever came first: the sum is the same.
        let drifted = canvas.at([0, 1].map(|d| attempt.answer[d] - noise[d]));
        arrow(shapes, start, drifted, Stroke::new(2.5 * width, colour), Head::Filled);
        if phase == Phase::Verdict {
            let stroke = Stroke::new(2.5 * width, palette.category(NOISE));
            arrow(shapes, drifted, answer, stroke, Head::Open);
            shapes.push(Shape::circle_filled(answer, 5.0 * width, colour));
        }
        return;
    }
    shapes.push(Shape::line_segment([start, answer], Stroke::new(2.0 * width, colour)));
    if attempt.tolerance.iter().all(|tolerance| tolerance.is_finite()) {
        let corner =
            |sign: f64| canvas.at([0, 1].map(|d| attempt.answer[d] + sign * attempt.tolerance[d]));
        let box_ = Rect::from_two_pos(corner(-1.0), corner(1.0));
        let stroke = Stroke::new(1.2 * width, palette.quiet);
        shapes.push(Shape::rect_stroke(box_, 0.0, stroke, eframe::egui::StrokeKind::Middle));
    }
    if let Some(embedded) = attempt.embedded.map(|at| canvas.at(at)) {
        let stroke = Stroke::new(1.5 * width, palette.alarm);
        shapes.push(Shape::line_segment([answer, embedded], stroke));
        shapes.push(Shape::circle_filled(embedded, 5.0 * width, palette.ground));
        shapes.push(Shape::circle_stroke(embedded, 5.0 * width, Stroke::new(2.0, palette.text)));
    }
    shapes.push(Shape::circle_filled(answer, 5.0 * width, colour));
    if phase == Phase::Verdict && !attempt.accepted {
        let arm = 8.0 * width;
        let stroke = Stroke::new(2.5 * width, palette.alarm);
        for arm in [vec2(arm, arm), vec2(arm, -arm)] {
            shapes.push(Shape::line_segment([answer - arm, answer + arm], stroke));
        }
    }
}
