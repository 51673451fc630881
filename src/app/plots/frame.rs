//! What all plots have in common: a title that is the quantity, quiet axes, the current t.

use std::ops::RangeInclusive;

use eframe::egui::{Align, Align2, FontId, Layout, Rect, RichText, Ui, UiBuilder, Vec2, vec2};
use egui_plot::{
    AxisHints, GridInput, GridMark, HoverPosition, LineStyle, Plot, PlotPoint, PlotUi, Text, VLine,
};

use crate::app::number;
use crate::app::palette::Palette;
use crate::app::save_button;
use crate::app::theme::{TEXT, UNIT, semibold};
use driftscope_study::session::Leaving;

/// Theme for the labels of the y axis, the same in all plots so that their t axes line up.
const AXIS_WIDTH: f32 = 11.0 * UNIT;
/// Marks of a logarithmic axis are at least this many of `egui_plot`'s smallest steps apart.
const MARKS_APART: f64 = 3.4;
/// The pointer means a line if it is this near, in points.
const REACH: f32 = 6.0;
/// Height of a title.
pub const TITLE_HEIGHT: f32 = 6.0 * UNIT;

/// Draws a title and, below it, whatever `add` draws into the rest of `rect`.
pub fn titled<R>(
    ui: &mut Ui,
    rect: Rect,
    palette: &Palette,
    (title, note): (&str, &str),
    add: impl FnOnce(&mut Ui) -> R,
) -> R {
    // A child of its own: whatever it draws, the panel keeps its width.
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(title));
    let ui = &mut child;
    ui.spacing_mut().item_spacing.y = 0.0;
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), TITLE_HEIGHT));
    let layout = Layout::left_to_right(Align::Center);
    let mut line = ui.new_child(UiBuilder::new().max_rect(head).layout(layout));
    line.label(RichText::new(title).family(semibold()).color(palette.strong));
    // A note that would lie under the button at the right is left out.
    let note =
        line.painter().layout_no_wrap(note.into(), FontId::proportional(TEXT), palette.quiet);
    if note.size().x + save_button::WIDTH <= line.available_width() {
        line.label(note);
    }
    // The topmost tick label reaches above the axis.
    ui.add_space(TITLE_HEIGHT + UNIT * 1.5);
    add(ui)
}

/// A plot that cannot be moved, over the space that is left.
pub fn plot<'a>(
    id: &'static str,
    palette: &'a Palette,
    x: AxisHints<'a>,
    y: AxisHints<'a>,
) -> Plot<'a> {
    let font = FontId::proportional(TEXT);
    let [x, y] = [x, y].map(|axis| {
        axis.tick_label_color(palette.quiet)
            .tick_label_font(font.clone())
            .label_spacing(18.0..=24.0)
    });
    Plot::new(id)
        .custom_x_axes(vec![x])
        .custom_y_axes(vec![y.min_thickness(AXIS_WIDTH)])
        .grid_color(palette.grid)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show_x(false)
        .show_y(false)
        .set_margin_fraction(Vec2::ZERO)
}

/// The axis of t over a span, named at its ends and in the middle.
pub fn time_axis<'a>((start, end): (f64, f64)) -> AxisHints<'a> {
    AxisHints::new_x().formatter(move |mark, _| {
        let quarters = (mark.value - start) / (end - start) * 4.0;
        match quarters.round() as i64 {
            0 | 4 => short(mark.value),
            2 => format!("t = {}", short(mark.value)),
            _ => String::new(),
        }
    })
}

/// At most three digits that matter.
fn short(value: f64) -> String {
    let text = number::three(value);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Marks of the axis of t.
pub fn time_grid((start, end): (f64, f64)) -> Vec<GridMark> {
    let span = end - start;
    // All marks count as equally strong.
    let mark = |k| GridMark { value: start + span * f64::from(k) / 4.0, step_size: 0.5 * span };
    (0..=4).map(mark).collect()
}

/// What is seen of t: a little more than the span, so that marks at the ends are whole.
pub fn time_range((start, end): (f64, f64)) -> RangeInclusive<f64> {
    let margin = 0.025 * (end - start);
    start - margin..=end + margin
}

/// A logarithmic axis: values are exponents of ten.
pub fn log_axis<'a>() -> AxisHints<'a> {
    AxisHints::new_y().formatter(|mark, _| number::power_of_ten(mark.value.round() as i32))
}

/// Marks at whole powers of ten, as many as there is room for.
pub fn log_grid(input: &GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let every = (MARKS_APART * input.base_step_size).ceil().max(1.0);
    let [first, last] = [(low / every).ceil(), (high / every).floor()].map(|k| k as i64);
    (first..=last).map(|k| GridMark { value: k as f64 * every, step_size: every }).collect()
}

/// Factors within a decade that a finer logarithmic axis names.
const FACTORS: [f64; 3] = [1.0, 2.0, 5.0];

/// A logarithmic axis over less than two decades or so: values are exponents of ten, marks at 1, 2 and 5 times
/// a power of ten.
pub fn fine_log_axis<'a>() -> AxisHints<'a> {
    AxisHints::new_y().formatter(|mark, _| short(10.0_f64.powf(mark.value)))
}

/// Marks of a finer logarithmic axis; whole powers of ten alone where there is no room for more.
pub fn fine_log_grid(input: &GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    // Between 1 and 2, and 5 and 10, lie 0.3 of a decade.
    if MARKS_APART * input.base_step_size > 0.3 {
        return log_grid(input);
    }
    let [first, last] = [low.floor(), high.ceil()].map(|k| k as i64);
    let exponents = (first..=last).flat_map(|k| FACTORS.map(|f| k as f64 + f.log10()));
    // Those at the very ends as well.
    let seen = exponents.filter(|value| (low - 1e-9..=high + 1e-9).contains(value));
    seen.map(|value| GridMark { value, step_size: 0.3 }).collect()
}

/// The smallest range from one mark of a finer logarithmic axis to another that holds all `values`.
pub fn fine_range(values: impl Iterator<Item = f64>) -> RangeInclusive<f64> {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low > high {
        return -1.0..=0.0;
    }
    // A little room, so that no curve lies on the frame.
    let (low, high) = (low - 0.03, high + 0.03);
    let marks =
        |x: f64| FACTORS.map(|f| x.floor() + f.log10()).into_iter().chain([x.floor() + 1.0]);
    let below = marks(low).filter(|mark| *mark <= low).fold(low.floor(), f64::max);
    let above = marks(high).filter(|mark| *mark >= high).fold(high.floor() + 1.0, f64::min);
    below..=above
}

/// The smallest range of whole decades that holds all `values` and `include`; it changes in jumps
/// of a decade, so that the axis stands still while a slider is dragged.
pub fn decades(
    values: impl Iterator<Item = f64>,
    include: Option<f64>,
    most: f64,
) -> RangeInclusive<f64> {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .chain(include)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low > high {
        return -1.0..=0.0;
    }
    let high = (high + 0.05).ceil();
    let low = (low - 0.05).floor().min(high - 1.0).max(high - most);
    low..=high
}

/// The thin line of the current t.
pub fn now_line(plot: &mut PlotUi<'_>, palette: &Palette, time: Option<f64>) {
    if let Some(t) = time {
        plot.vline(
            VLine::new("", t).color(palette.now.gamma_multiply(0.7)).width(1.0).allow_hover(false),
        );
    }
}

/// The dashed line of the moment at which a particle's steps leave the stability region, named, on
/// an axis of t over `span`; the pointer over it asks for more.
pub fn leaving_line(
    plot: &mut PlotUi<'_>,
    palette: &Palette,
    (leaving, (start, end)): (Option<Leaving>, (f64, f64)),
) {
    let Some(Leaving { particle, t }) = leaving else { return };
    let line = VLine::new("", t).color(palette.alarm).style(LineStyle::dashed_dense());
    plot.vline(line.width(1.0).allow_hover(false));
    // Towards the side with more room, a little off the line, and at the foot: errors rise with t.
    let (anchor, off) =
        if t - start < end - t { (Align2::LEFT_BOTTOM, 1.0) } else { (Align2::RIGHT_BOTTOM, -1.0) };
    let foot = plot.plot_bounds().min()[1];
    let name = RichText::new("turns unstable").size(TEXT).color(palette.alarm);
    let at = PlotPoint::new(t + off * 0.012 * (end - start), foot);
    plot.text(Text::new("", at, name).anchor(anchor).allow_hover(false));
    let line = plot.screen_from_plot(PlotPoint::new(t, foot)).x;
    let response = plot.response();
    if response.hover_pos().is_some_and(|pointer| (pointer.x - line).abs() < REACH) {
        response.clone().on_hover_text_at_pointer(leaving_words(particle, t));
    }
}

/// What leaving the stability region means.
pub fn leaving_words(particle: usize, t: f64) -> String {
    format!(
        "Particle {} leaves the stability region at t = {t:.3}: from here on a step of this length \
         lets errors grow where the flow contracts (|R(hλ)| > 1, Re λ < 0).",
        number::count(particle as u64)
    )
}

/// Words in the middle of an empty plot.
pub fn say(ui: &Ui, rect: Rect, palette: &Palette, words: &str) {
    let font = FontId::proportional(TEXT);
    let galley =
        ui.painter().layout(words.to_owned(), font, palette.quiet, rect.width() - 4.0 * UNIT);
    let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
    ui.painter().galley(at, galley, palette.quiet);
}

/// The label of a point whose y is an exponent of ten: series, t and value.
pub fn log_label(quantity: &'static str) -> impl Fn(&HoverPosition<'_>) -> Option<String> {
    move |position| match position {
        HoverPosition::NearDataPoint { plot_name, position, .. } if !plot_name.is_empty() => {
            let value = number::three(10.0_f64.powf(position.y));
            Some(format!("{plot_name}\nt {:.3}\n{quantity} {value}", position.x))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finer_axis_begins_and_ends_at_marks_and_holds_all() {
        for (values, ends) in [
            ([0.057, 0.083], [0.05, 0.1]),
            ([0.3, 0.31], [0.2, 0.5]),
            ([0.0497, 1.9], [0.02, 5.0]),
            ([0.11, 9.9], [0.1, 20.0]),
        ] {
            let range = fine_range(values.map(f64::log10).into_iter());
            for (found, wanted) in
                [*range.start(), *range.end()].into_iter().zip(ends.map(f64::log10))
            {
                assert!((found - wanted).abs() < 1e-9, "{values:?}: {range:?}");
            }
        }
        assert_eq!(fine_range([f64::NAN].into_iter()), -1.0..=0.0);
    }
}
