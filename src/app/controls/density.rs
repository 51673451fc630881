//! The density of the times that a training learns from, and drawing it by hand.

use driftscope_flow::network::{TimeDensity, TrainingSettings};
use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::Named;
use eframe::egui::accesskit::Role;
use eframe::egui::{
    Align2, Button, CursorIcon, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::app::number;
use crate::app::theme::{ROW, TEXT, UNIT};

/// Height of the chart, in points.
const HEIGHT: f32 = 24.0 * UNIT;
/// Height of the words below it, in points.
const WORDS: f32 = 5.0 * UNIT;
/// Bars of a chart, unless the document has others.
const BARS: usize = 50;
/// Fewer bars than these are split before one draws: no shape could be drawn with them.
const FEW: usize = 8;
/// How high the uniform density stands in the chart, so that there is room above it.
const FLAT: f64 = 0.5;
/// How high the top of another density stands.
const PEAK: f64 = 0.8;
/// What a screen reader calls the chart.
const NAME: &str = "Density of times";
const DRAWS: &str = "Drag to draw how often each t is learned from. Only the shape counts: the density is made to hold 1 in all.";
const READS: &str = "How often each t is learned from. Choose Drawn to draw it by hand: that begins with this shape.";
const FLATTENS: &str = "All times alike, to draw anew.";

/// The chart, which can be drawn into where the density is drawn by hand, and the way back to a flat one.
pub fn ui(ui: &mut Ui, scene: &mut Scene, locked: Option<&'static str>) {
    ui.add_space(UNIT);
    let drawn = scene.training.times == TimeDensity::Drawn;
    ui.add_enabled_ui(locked.is_none(), |ui| {
        let response = chart_ui(ui, &mut scene.training);
        let about = if drawn { DRAWS } else { READS };
        if response.dragged() && !drawn {
            response.show_tooltip_text(READS);
        } else {
            response.on_hover_text(about).on_disabled_hover_text(locked.unwrap_or_default());
        }
    });
    let refused = locked.or((!drawn).then_some(READS));
    ui.add_enabled_ui(refused.is_none(), |ui| {
        let size = Vec2::new(ui.available_width(), ROW);
        let button = ui.add_sized(size, Button::new("Flatten")).on_hover_text(FLATTENS);
        if button.on_disabled_hover_text(refused.unwrap_or_default()).clicked() {
            scene.training.times_density = vec![FLAT; BARS];
        }
    });
}

/// The bars, with t below them; drawn into, where that is possible.
fn chart_ui(ui: &mut Ui, training: &mut TrainingSettings) -> Response {
    let drawn = training.times == TimeDensity::Drawn;
    let size = vec2(ui.available_width(), HEIGHT + WORDS);
    let (rect, response) = ui.allocate_exact_size(size, Sense::drag());
    let field = Rect::from_min_size(rect.min, vec2(rect.width(), HEIGHT));
    if drawn && (response.hovered() || response.dragged()) {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    }
    if let Some(to) = response.interact_pointer_pos().filter(|_| drawn) {
        // Where the pointer was a frame ago, or where it went down.
        let pressed = ui.input(|input| input.pointer.press_origin());
        let moved = ui.input(|input| input.pointer.delta());
        let from = pressed.filter(|_| response.drag_started()).unwrap_or(to - moved);
        let place = |at: eframe::egui::Pos2| {
            let share = (at - field.min) / field.size();
            [share.x, 1.0 - share.y].map(|share| f64::from(share.clamp(0.0, 1.0)))
        };
        if let Some(bars) = stroked(&training.times_density, [place(from), place(to)]) {
            training.times_density = bars;
        }
    }
    let heights = heights(training);
    paint(ui, field, &heights, drawn);
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsObject, enabled, NAME));
    let value = in_words(training.times, &heights);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(value));
    response
}

fn paint(ui: &Ui, field: Rect, heights: &[f64], drawn: bool) {
    let visuals = ui.visuals();
    // What can be acted upon has the accent.
    let quiet = visuals.weak_text_color();
    let colour = if drawn { visuals.hyperlink_color } else { quiet };
    let edge = Stroke::new(1.0, quiet.gamma_multiply(0.6));
    ui.painter().rect(field, 4.0, visuals.extreme_bg_color, edge, StrokeKind::Inside);
    let inside = field.shrink(1.0);
    let width = inside.width() / heights.len() as f32;
    let gap = if width > 4.0 { 1.0 } else { 0.0 };
    for (bar, &height) in heights.iter().enumerate() {
        let left = inside.left() + bar as f32 * width;
        let top = inside.bottom() - height as f32 * inside.height();
        let rect = Rect::from_min_max(pos2(left, top), pos2(left + width - gap, inside.bottom()));
        ui.painter().rect_filled(rect, 0.0, colour);
    }
    let font = FontId::proportional(TEXT);
    for (at, anchor, words) in [
        (field.left_bottom(), Align2::LEFT_TOP, "t = 0"),
        (field.right_bottom(), Align2::RIGHT_TOP, "t = 1"),
    ] {
        ui.painter().text(at + vec2(0.0, 2.0), anchor, words, font.clone(), quiet);
    }
}

/// What the chart shows, for who does not see it.
fn in_words(times: TimeDensity, heights: &[f64]) -> String {
    let highest = heights.iter().copied().fold(0.0, f64::max);
    let title = times.words().title;
    let flat = heights.iter().all(|height| (height - highest).abs() < 1e-9);
    if flat {
        return format!("{title}: all times alike");
    }
    let bar = heights.iter().position(|height| *height >= highest).unwrap_or_default();
    let most = (bar as f64 + 0.5) / heights.len() as f64;
    format!("{title}: most around t = {}", number::three(most))
}

/// The heights of the bars in the chart, 0 to 1: those that are drawn by hand, as they are unless they are
/// higher than the chart, or those of the density that is chosen.
pub fn heights(training: &TrainingSettings) -> Vec<f64> {
    match training.times {
        TimeDensity::Drawn => within(&training.times_density),
        TimeDensity::Uniform => vec![FLAT; BARS],
        TimeDensity::LogitNormal => {
            let law = training.time_law();
            let end = |bar: usize| law.below(bar as f64 / BARS as f64);
            let bars: Vec<f64> = (0..BARS).map(|bar| end(bar + 1) - end(bar)).collect();
            let highest = bars.iter().copied().fold(0.0, f64::max);
            bars.into_iter().map(|bar| rounded(PEAK * bar / highest)).collect()
        }
    }
}

/// Bars that are no higher than the chart; only their shape counts.
fn within(bars: &[f64]) -> Vec<f64> {
    let highest = bars.iter().copied().fold(1.0, f64::max);
    bars.iter().map(|bar| bar / highest).collect()
}

/// As many digits as a hand draws.
fn rounded(height: f64) -> f64 {
    (height * 1e3).round() / 1e3
}

/// The bars after a stroke from one place of the chart to another, each a t and a height from 0 to 1; none
/// if nothing would be left of them.
fn stroked(bars: &[f64], [from, to]: [[f64; 2]; 2]) -> Option<Vec<f64>> {
    if bars.is_empty() {
        return None;
    }
    let split = if bars.len() < FEW { BARS.div_ceil(bars.len()) } else { 1 };
    let highest = bars.iter().copied().fold(0.0, f64::max);
    let parts = within(bars).into_iter().flat_map(|bar| std::iter::repeat_n(bar, split));
    // Bars that were not drawn here may be too many digits or too high.
    let digits = |bar| if highest > 1.0 { rounded(bar) } else { bar };
    let mut bars: Vec<f64> = parts.map(digits).collect();
    let count = bars.len();
    let place = |t: f64| ((t * count as f64) as usize).min(count - 1);
    let (first, last) = (place(from[0]), place(to[0]));
    let steps = first.abs_diff(last);
    for step in 0..=steps {
        let bar = if last > first { first + step } else { first - step };
        let share = if steps == 0 { 1.0 } else { step as f64 / steps as f64 };
        bars[bar] = rounded(from[1] + share * (to[1] - from[1]));
    }
    bars.iter().any(|bar| *bar > 0.0).then_some(bars)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(times: TimeDensity) -> TrainingSettings {
        TrainingSettings { times, ..TrainingSettings::default() }
    }

    #[test]
    fn a_stroke_leaves_no_gaps_whichever_way_and_how_fast_it_goes() {
        let flat = vec![FLAT; BARS];
        let forth = stroked(&flat, [[0.1, 0.2], [0.5, 0.8]]).expect("bars");
        let back = stroked(&flat, [[0.5, 0.8], [0.1, 0.2]]).expect("bars");
        assert_eq!(forth, back);
        assert!(forth[5..=25].is_sorted() && forth[5] < 0.21 && forth[25] > 0.79, "{forth:?}");
        assert!(forth[..5].iter().chain(&forth[26..]).all(|bar| (bar - FLAT).abs() < 1e-9));
        let dot = stroked(&flat, [[0.99, 0.3], [1.0, 0.9]]).expect("bars");
        assert_eq!(dot[BARS - 1].to_bits(), 0.9_f64.to_bits(), "the pointer's own height");
    }

    #[test]
    fn few_bars_are_split_and_high_ones_lowered_and_the_shape_stays() {
        let bars = stroked(&[4.0, 1.0], [[0.99, 0.5], [0.99, 0.5]]).expect("bars");
        assert_eq!(bars.len(), BARS);
        let law = |bars: &[f64]| settings_of(bars).time_law();
        let (before, after) = (law(&[4.0, 1.0]), law(&bars));
        // All but the last bar stand to each other as before.
        assert!((after.density(0.2) / after.density(0.7) - 4.0).abs() < 1e-9);
        assert!((before.density(0.2) / before.density(0.7) - 4.0).abs() < 1e-9);
        let settings = settings_of(&bars);
        assert!(settings.validate().is_ok());
    }

    fn settings_of(bars: &[f64]) -> TrainingSettings {
        TrainingSettings { times_density: bars.to_vec(), ..settings(TimeDensity::Drawn) }
    }

    #[test]
    fn something_is_always_left_to_learn_from() {
        let mut bars = vec![0.0; BARS];
        bars[7] = 1.0;
        assert_eq!(stroked(&bars, [[0.0, 0.0], [1.0, 0.0]]), None);
    }

    #[test]
    fn every_density_that_can_be_chosen_can_be_drawn_on() {
        for (mean, std) in [(0.0, 1.0), (-10.0, 0.01), (10.0, 10.0), (0.0, 10.0), (1.0, 0.1)] {
            let logit = TrainingSettings {
                times_mean: mean,
                times_std: std,
                ..settings(TimeDensity::LogitNormal)
            };
            let shown = heights(&logit);
            assert!(shown.iter().all(|bar| (0.0..=1.0).contains(bar)), "{mean} {std}: {shown:?}");
            assert!(settings_of(&shown).validate().is_ok(), "{mean} {std}: {shown:?}");
            // The shape is that of the law.
            let (law, drawn) = (logit.time_law(), settings_of(&shown).time_law());
            for t in [0.02, 0.3, 0.5, 0.9] {
                let (wanted, found) = (law.below(t), drawn.below(t));
                assert!((wanted - found).abs() < 1e-2, "{mean} {std}, {t}: {wanted} {found}");
            }
        }
        assert_eq!(heights(&settings(TimeDensity::Uniform)), vec![FLAT; BARS]);
    }
}
