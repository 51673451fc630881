//! What the lens shows: where the paths through a place may end, the paths, their velocities and the mean of
//! these.

use std::f32::consts::TAU;

use driftscope_base::interpolant::Interpolant;
use driftscope_study::lab::{ConditionalPath, Lens, LensPart};
use driftscope_study::scene::Scene;
use eframe::egui::{Align2, Color32, FontId, Pos2, Shape, Stroke, Ui, vec2};

use crate::app::palette::Palette;
use crate::app::stage::arrow::{Head, arrow};
use crate::app::stage::canvas::Canvas;
use crate::app::theme::{TEXT, semibold};

/// Velocities are drawn at this share of σ/W, so that on Linear an arrow takes that share of its way.
const SHARE: f64 = 0.65;
/// σ/W is taken for no less and no more than these, so that arrows are seen at every t.
const SCALES: [f64; 2] = [0.2, 1.0];
/// Arrows longer than this, in units of the plane, are cut.
const LONGEST: f64 = 2.2;
/// Straight pieces of a curved path on either side of the place.
const PIECES: usize = 20;
/// Corners of an ellipse.
const CORNERS: usize = 48;
/// Standard deviations at which the ellipses of a part are drawn.
const DEVIATIONS: [f64; 2] = [1.0, 2.0];
/// So many parts at most are named by their weights, those above the least one.
const MOST_NAMED: usize = 8;
/// The least weight that is written beside its part.
const LEAST_NAMED: f64 = 0.02;

/// The colours of the lens.
pub struct Inks {
    /// Noise, and the way from there.
    pub noise: Color32,
    /// Data, and the way there.
    pub data: Color32,
    /// The velocities of single paths.
    pub single: Color32,
    /// Their mean.
    pub mean: Color32,
    /// The velocity that is followed, where it differs.
    pub followed: Color32,
}

impl Inks {
    /// Those of a theme.
    pub fn of(palette: &Palette) -> Self {
        Self {
            noise: palette.noise(),
            data: palette.data(),
            single: palette.text,
            mean: palette.strong,
            followed: palette.category(0),
        }
    }
}

/// Whether what is followed differs from the mean of the paths: a network's field, or one that is pushed.
pub fn differs(scene: &Scene) -> bool {
    scene.needs_network() || scene.is_guided()
}

/// How much longer arrows are than their velocities.
pub fn scale(seen: &Lens) -> f64 {
    SHARE * seen.scale().clamp(SCALES[0], SCALES[1])
}

/// Draws it; `differs` says that what is followed is shown beside the mean.
pub fn draw(
    seen: &Lens,
    differs: bool,
    (palette, width): (&Palette, f32),
    ui: &Ui,
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let inks = Inks::of(palette);
    posterior(seen, (&inks, palette), canvas, shapes);
    for path in &seen.draws {
        way(seen, path, &inks, width, canvas, shapes);
    }
    for path in &seen.draws {
        let noise = canvas.at(path.noise);
        shapes.push(Shape::circle_filled(noise, 2.2 * palette.heavier, inks.noise));
        let end = canvas.at(path.data);
        let rim = Stroke::new(1.0, palette.ground);
        shapes.push(Shape::circle_filled(end, 3.4 * palette.heavier, inks.data));
        shapes.push(Shape::circle_stroke(end, 3.4 * palette.heavier, rim));
    }
    let tip = |velocity: [f64; 2]| {
        let length = velocity[0].hypot(velocity[1]);
        let shown = scale(seen).min(LONGEST / length.max(1e-12));
        canvas.at([0, 1].map(|d| seen.at[d] + shown * velocity[d]))
    };
    let here = canvas.at(seen.at);
    for path in &seen.draws {
        let stroke = Stroke::new(1.1 * width, inks.single.gamma_multiply(0.75));
        arrow(shapes, here, tip(path.velocity), stroke, Head::Filled);
    }
    // The followed one first: where the two agree, the mean lies on it and leaves its rim.
    let thick = |shapes: &mut Vec<Shape>, velocity: [f64; 2], colour: Color32, size: f32| {
        let to = tip(velocity);
        let beyond = to + (to - here).normalized() * 2.0;
        arrow(
            shapes,
            here,
            beyond,
            Stroke::new((size + 2.6) * palette.heavier, palette.ground),
            Head::Filled,
        );
        arrow(shapes, here, to, Stroke::new(size * palette.heavier, colour), Head::Filled);
    };
    if differs && seen.followed.iter().all(|v| v.is_finite()) {
        thick(shapes, seen.followed, inks.followed, 8.5);
    }
    thick(shapes, seen.velocity, inks.mean, 4.6);
    shapes.push(Shape::circle_filled(here, 4.5 * palette.heavier, palette.ground));
    let rim = Stroke::new(2.0 * palette.heavier, inks.mean);
    shapes.push(Shape::circle_stroke(here, 4.5 * palette.heavier, rim));
    mean_of_data(seen, (&inks, palette), ui, canvas, shapes);
    // Above all that is drawn, which would bury them.
    weights(seen, (&inks, palette), ui, canvas, shapes);
}

/// One path: from the noise in its colour, to the data in theirs.
fn way(
    seen: &Lens,
    path: &ConditionalPath,
    inks: &Inks,
    width: f32,
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let pieces = if seen.path == Interpolant::Linear { 1 } else { PIECES };
    let along = |from: f64, to: f64| -> Vec<Pos2> {
        let at = |k: usize| from + (to - from) * k as f64 / pieces as f64;
        (0..=pieces).map(|k| canvas.at(path.at(seen.path, at(k)))).collect()
    };
    for (from, to, colour) in [(0.0, seen.t, inks.noise), (seen.t, 1.0, inks.data)] {
        let stroke = Stroke::new(1.1 * width, colour.gamma_multiply(0.55));
        shapes.push(Shape::line(along(from, to), stroke));
    }
}

/// The posterior of x1: single points as large as their weights, Gaussians as ellipses as dark as theirs.
fn posterior(
    seen: &Lens,
    (inks, palette): (&Inks, &Palette),
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let Some(heaviest) = seen.parts.first().map(|part| part.weight) else { return };
    // Many parts that lie on each other add up.
    let dark = 0.34 / (seen.effective / 4.0).max(1.0).sqrt();
    for part in &seen.parts {
        let share = part.weight / heaviest;
        if seen.of_points {
            let radius = (2.0 + 13.0 * part.weight.sqrt() as f32) * palette.heavier.sqrt();
            let at = canvas.at(part.mean);
            shapes.push(Shape::circle_filled(at, radius, inks.data.gamma_multiply(0.3)));
            let rim = Stroke::new(1.2, inks.data.gamma_multiply(0.9));
            shapes.push(Shape::circle_stroke(at, radius, rim));
            continue;
        }
        for deviations in DEVIATIONS {
            let fill = inks.data.gamma_multiply((dark * share.sqrt()) as f32);
            let outline = ellipse(part, deviations, canvas);
            shapes.push(Shape::convex_polygon(outline, fill, Stroke::NONE));
        }
    }
}

/// The weights of the parts that matter, beside them.
fn weights(
    seen: &Lens,
    (inks, palette): (&Inks, &Palette),
    ui: &Ui,
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let named: Vec<&LensPart> =
        seen.parts.iter().filter(|part| part.weight >= LEAST_NAMED).collect();
    let sure = named.len() == 1 && !seen.of_points;
    if seen.count > 2 * MOST_NAMED || named.len() > MOST_NAMED || sure {
        return;
    }
    // Where whole numbers would not add up, as eight times 12.5 %, there is one decimal.
    let off: f64 = named.iter().map(|part| 100.0 * part.weight).map(|p| p.round() - p).sum();
    let decimals = usize::from(off.abs() >= 1.0);
    for part in named {
        let above = part.mean[1] + DEVIATIONS[1] * part.covariance.yy.sqrt();
        let at =
            canvas.at([part.mean[0], above]) - vec2(0.0, if seen.of_points { 14.0 } else { 5.0 });
        let words = format!("{:.decimals$} %", 100.0 * part.weight);
        name(ui, (at, Align2::CENTER_BOTTOM), &words, (inks.data, palette), shapes);
    }
}

/// The outline of a part at so many standard deviations.
fn ellipse(part: &LensPart, deviations: f64, canvas: &Canvas<'_>) -> Vec<Pos2> {
    // A Cholesky root of the covariance takes the unit circle there.
    let first = part.covariance.xx.max(0.0).sqrt();
    let across = if first > 0.0 { part.covariance.xy / first } else { 0.0 };
    let second = (part.covariance.yy - across * across).max(0.0).sqrt();
    let corner = |k: usize| {
        let (sin, cos) = (k as f32 / CORNERS as f32 * TAU).sin_cos();
        let (sin, cos) = (f64::from(sin), f64::from(cos));
        canvas.at([
            part.mean[0] + deviations * first * cos,
            part.mean[1] + deviations * (across * cos + second * sin),
        ])
    };
    (0..CORNERS).map(corner).collect()
}

/// `E[x1|x]`, a diamond.
fn mean_of_data(
    seen: &Lens,
    (inks, palette): (&Inks, &Palette),
    ui: &Ui,
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let at = canvas.at(seen.data);
    let half = 5.5 * palette.heavier.sqrt();
    let corners = [vec2(-half, 0.0), vec2(0.0, -half), vec2(half, 0.0), vec2(0.0, half)];
    let corners = corners.map(|corner| at + corner).to_vec();
    let rim = Stroke::new(2.0 * palette.heavier.sqrt(), inks.mean);
    shapes.push(Shape::convex_polygon(corners, inks.data, rim));
    // Away from the arrow that points at it, or nearly.
    let right = at.x >= canvas.at(seen.at).x;
    let (side, align) =
        if right { (half + 4.0, Align2::LEFT_CENTER) } else { (-half - 4.0, Align2::RIGHT_CENTER) };
    name(ui, (at + vec2(side, 0.0), align), "E[x₁|x]", (palette.strong, palette), shapes);
}

/// Words on the picture, on a ground that lets it shine through.
fn name(
    ui: &Ui,
    (at, align): (Pos2, Align2),
    words: &str,
    (colour, palette): (Color32, &Palette),
    shapes: &mut Vec<Shape>,
) {
    let font = FontId::new(TEXT, semibold());
    let colour = palette.word(colour, palette.ground);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, colour);
    let rect = align.anchor_size(at, galley.size());
    let ground = palette.ground.gamma_multiply(0.9);
    shapes.push(Shape::rect_filled(rect.expand2(vec2(3.0, 0.0)), 3.0, ground));
    shapes.push(Shape::galley(rect.min, galley, colour));
}
