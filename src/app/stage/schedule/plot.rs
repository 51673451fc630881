//! The curves of the schedule and the marks on them.

use driftscope_study::scene::{FieldKind, Scene};
use eframe::egui::{Align2, CursorIcon, PointerButton, Pos2, RichText, Ui};
use egui_plot::{AxisHints, GridMark, HPlacement, Line, PlotPoint, PlotUi, Points, Text, VLine};

use super::marks::Marks;
use crate::app::number;
use crate::app::palette::Palette;
use crate::app::plots::frame::{now_line, plot, time_axis, time_grid, time_range};
use crate::app::state::State;
use crate::app::theme::TEXT;

/// Points of a curve.
const POINTS: usize = 240;
/// The axis of log(α/σ) goes this far on both sides.
const LOG_RANGE: f64 = 8.0;
/// The colour of the curve of log(α/σ) and of its axis, among the categories.
const LOG_SNR: usize = 2;
/// The pointer means a mark if it is this near, in points.
const REACH: f32 = 7.0;
/// How far from its mark the words of one stand, in t.
const AWAY: f64 = 0.012;
/// More marks than these are lines without dots.
const DOTS: usize = 120;

/// What a person did on the plot in this frame.
#[derive(Default)]
pub struct Done {
    /// The mark under the pointer.
    pub under: Option<usize>,
    /// The t under the pointer.
    pub at: Option<f64>,
    /// What was done there.
    pub gesture: Option<Gesture>,
    /// Where t = 0 and t = 1 are on the screen, half way up.
    pub ends: [Pos2; 2],
}

/// What a pointer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// A drag began.
    Drag,
    /// A click.
    Click,
    /// A second click at once.
    DoubleClick,
    /// A click with the right button.
    RightClick,
}

/// Draws the plot into all of `ui`; the marks that are dragged and chosen are larger.
pub fn ui(
    ui: &mut Ui,
    state: &State,
    marks: &Marks,
    (dragged, chosen): (Option<usize>, Option<usize>),
) -> Done {
    let palette = state.palette();
    let scene = &state.pane().scene;
    let span = scene.time_span();
    let classic = scene.field.kind == FieldKind::Classic;
    let left = AxisHints::new_y().formatter(|mark, _| mark.value.to_string());
    let right = AxisHints::new_y().placement(HPlacement::Right).formatter(|mark, _| {
        format!("{:.0}", 2.0 * LOG_RANGE * (mark.value - 0.5)).replace('-', "−")
    });
    let font = eframe::egui::FontId::proportional(TEXT);
    let right = right
        .tick_label_color(palette.word(palette.category(LOG_SNR), palette.ground))
        .tick_label_font(font);
    let mut shown = plot("schedule", palette, time_axis(span), left.clone())
        .x_grid_spacer(move |_| time_grid(span))
        .y_grid_spacer(|_| {
            let mark = |k| GridMark { value: f64::from(k) / 4.0, step_size: 0.5 };
            (0..=4).map(mark).collect()
        });
    if !classic {
        let left = left
            .tick_label_color(palette.quiet)
            .tick_label_font(eframe::egui::FontId::proportional(TEXT));
        shown = shown.custom_y_axes(vec![left, right]);
    }
    let chosen = dragged.or(chosen);
    let done = shown.show(ui, |plot| {
        plot.set_plot_bounds_x(time_range(span));
        plot.set_plot_bounds_y(-0.06..=1.06);
        if !classic {
            curves(plot, palette, scene);
        }
        draw_marks(plot, palette, scene, marks, chosen);
        now_line(plot, palette, state.time());
        done(plot, marks)
    });
    let ends = [0.0, 1.0].map(|t| done.transform.position_from_point(&PlotPoint::new(t, 0.5)));
    let done = Done { ends, ..done.inner };
    let movable = marks.fixed().is_ok();
    if movable && (dragged.is_some() || done.under.is_some()) {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
    done
}

/// α, σ and log(α/σ), each named where it ends.
fn curves(plot: &mut PlotUi<'_>, palette: &Palette, scene: &Scene) {
    let path = scene.path();
    let times: Vec<f64> = (0..=POINTS).map(|i| i as f64 / POINTS as f64).collect();
    let of = |value: &dyn Fn(f64) -> f64| -> Vec<[f64; 2]> {
        times.iter().map(|&t| [t, value(t)]).filter(|at| at[1].is_finite()).collect()
    };
    let alpha = of(&|t| path.coefficients(t).alpha);
    let sigma = of(&|t| path.coefficients(t).sigma);
    let log_snr = of(&|t| {
        let level = path.coefficients(t);
        0.5 + (level.alpha / level.sigma).ln() / (2.0 * LOG_RANGE)
    });
    let inside = log_snr.into_iter().filter(|at| (0.0..=1.0).contains(&at[1])).collect();
    let [first, second, third] = [0, 1, LOG_SNR].map(|curve| palette.category(curve));
    for (points, colour, name, place) in
        [(alpha, first, "α", 0.86), (sigma, second, "σ", 0.14), (inside, third, "log α/σ", 0.4)]
    {
        let at = points.iter().min_by(|a, b| (a[0] - place).abs().total_cmp(&(b[0] - place).abs()));
        let at = at.copied().unwrap_or_default();
        plot.line(Line::new(name, points).color(colour).width(1.8).allow_hover(false));
        let name = RichText::new(name).size(TEXT).color(palette.word(colour, palette.ground));
        let at = PlotPoint::new(at[0], at[1] + 0.02);
        plot.text(Text::new("", at, name).anchor(Align2::RIGHT_BOTTOM).allow_hover(false));
    }
}

/// A line for every step's beginning and the last one's end, with a dot on σ.
fn draw_marks(
    plot: &mut PlotUi<'_>,
    palette: &Palette,
    scene: &Scene,
    marks: &Marks,
    chosen: Option<usize>,
) {
    let colour = palette.scene(scene);
    let height = |t: f64| {
        let sigma = scene.path().coefficients(t).sigma;
        if scene.field.kind == FieldKind::Classic || !sigma.is_finite() { 0.5 } else { sigma }
    };
    for (mark, &t) in marks.times.iter().enumerate() {
        let strong = chosen == Some(mark);
        let colour = if strong { palette.strong } else { colour.gamma_multiply(0.4) };
        let width = if strong { 1.5 } else { 1.0 };
        plot.vline(VLine::new("", t).color(colour).width(width).allow_hover(false));
    }
    if marks.times.len() > DOTS {
        return;
    }
    let radius = if marks.fixed().is_ok() { 4.5 } else { 3.0 };
    let dots: Vec<[f64; 2]> = marks.times.iter().map(|&t| [t, height(t)]).collect();
    if let Some(&chosen) = chosen.and_then(|mark| dots.get(mark)) {
        let ring = Points::new("", vec![chosen]).color(palette.strong).radius(radius + 2.0);
        plot.points(ring.allow_hover(false));
        let words = RichText::new(words_at(scene, chosen[0])).size(TEXT).color(palette.strong);
        let (anchor, away) = if chosen[0] < 0.5 {
            (Align2::LEFT_BOTTOM, AWAY)
        } else {
            (Align2::RIGHT_BOTTOM, -AWAY)
        };
        let at = PlotPoint::new(chosen[0] + away, -0.04);
        plot.text(Text::new("", at, words).anchor(anchor).allow_hover(false));
    }
    plot.points(Points::new("", dots).color(colour).radius(radius).allow_hover(false));
}

/// What a schedule has at t.
fn words_at(scene: &Scene, t: f64) -> String {
    let time = format!("t {}", number::three(t));
    if scene.field.kind == FieldKind::Classic {
        return time;
    }
    let level = scene.path().coefficients(t);
    let log_snr = (level.alpha / level.sigma).ln();
    let sign = if log_snr == f64::NEG_INFINITY { "−" } else { "" };
    let log_snr = format!("{sign}{}", number::three(log_snr));
    format!("{time} · σ {} · log α/σ {log_snr}", number::three(level.sigma))
}

/// What the pointer did.
fn done(plot: &PlotUi<'_>, marks: &Marks) -> Done {
    let response = plot.response();
    let Some(pointer) = response.interact_pointer_pos().or(response.hover_pos()) else {
        return Done::default();
    };
    // A drag is of what lay under the pointer when the button went down.
    let origin = plot.ctx().input(|input| input.pointer.press_origin());
    let from = origin.filter(|_| response.drag_started()).unwrap_or(pointer);
    let away = |t: f64| (plot.screen_from_plot(PlotPoint::new(t, 0.0)).x - from.x).abs();
    let nearest = (0..marks.times.len())
        .map(|mark| (mark, away(marks.times[mark])))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let gestures = [
        (response.drag_started_by(PointerButton::Primary), Gesture::Drag),
        (response.secondary_clicked(), Gesture::RightClick),
        (response.double_clicked(), Gesture::DoubleClick),
        (response.clicked(), Gesture::Click),
    ];
    let gesture = gestures.into_iter().find(|(done, _)| *done).map(|(_, gesture)| gesture);
    Done {
        under: nearest.filter(|(_, away)| *away <= REACH).map(|(mark, _)| mark),
        at: Some(plot.plot_from_screen(pointer).x),
        gesture,
        ends: [Pos2::ZERO; 2],
    }
}
