//! What the cards have in common: a title with the state of the measurement, plots on logarithmic
//! axes, toggles.

use std::sync::Arc;

use driftscope_solve::measure::Band;
use driftscope_study::work::{Ask, Standing, Wish};
use eframe::egui::{
    Align, Align2, Button, Color32, FontId, Label, Layout, Pos2, Rect, RichText, Sense, Stroke,
    StrokeKind, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2,
};
use egui_plot::{AxisHints, FilledArea, GridInput, GridMark, Line, PlotUi, Points};

use crate::app::number;
use crate::app::palette::Palette;
use crate::app::plots::frame::say;
use crate::app::save_button;
use crate::app::text::with_symbols;
use crate::app::theme::{TEXT, UNIT, semibold};

/// Height of an axis with a label below its ticks, in points: it is known before the first frame has measured it.
pub const LABELLED: f32 = 38.0;

/// Height of a card's first line.
pub const HEAD: f32 = 7.0 * UNIT;
/// Marks along x are at least this many of `egui_plot`'s smallest steps apart.
const X_MARKS_APART: f64 = 6.0;
/// Width of a column of names beside a plot.
const NAMES: f32 = 40.0 * UNIT;

/// What is said about a card.
pub struct Head<'a> {
    /// The quantity.
    pub title: &'a str,
    /// Beside it: a unit, or the one number that matters.
    pub note: &'a str,
    /// The formula or the meaning, for a tooltip.
    pub about: &'a str,
}

/// What a person pressed in the title of a card.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pressed {
    Nothing,
    Stop,
    Measure,
}

/// Draws the title of a card and the state of its measurement; what remains below.
pub fn head<Q: Ask>(
    ui: &mut Ui,
    rect: Rect,
    palette: &Palette,
    head: &Head<'_>,
    wish: &mut Wish<Q>,
    add: impl FnOnce(&mut Ui),
) -> Rect {
    let (below, pressed) = title(ui, rect, palette, head, Some(wish.standing()), add);
    match pressed {
        Pressed::Nothing => {}
        Pressed::Stop => wish.stop(),
        Pressed::Measure => wish.again(),
    }
    below
}

/// The same for what shows no measurement of its own.
pub fn plain_head(
    ui: &mut Ui,
    rect: Rect,
    palette: &Palette,
    head: &Head<'_>,
    add: impl FnOnce(&mut Ui),
) -> Rect {
    title(ui, rect, palette, head, None, add).0
}

fn title(
    ui: &mut Ui,
    rect: Rect,
    palette: &Palette,
    head: &Head<'_>,
    standing: Option<&Standing>,
    add: impl FnOnce(&mut Ui),
) -> (Rect, Pressed) {
    let line = Rect::from_min_size(rect.min, vec2(rect.width(), HEAD));
    let name = with_symbols(head.title, &FontId::new(TEXT, semibold()), palette.strong);
    let name = ui.painter().layout_job(name);
    // Room for the button that saves the numbers.
    let mut beside = line;
    if (line.max.x - ui.max_rect().max.x).abs() < 1.0
        && (line.min.y - ui.max_rect().min.y).abs() < 1.0
    {
        beside.max.x -= save_button::WIDTH;
    }
    let font = FontId::proportional(TEXT);
    let note = ui.painter().layout_no_wrap(head.note.to_owned(), font, palette.quiet).size().x;
    // What has no room beside the title stands below it. How wide the buttons are is known since the last frame.
    let id = ui.scope_id().with(("beside the title", head.title));
    let wide = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0);
    let gap = 2.0 * UNIT;
    let is_below = wide > 0.0 && name.size().x + gap + wide > beside.width();
    let room = if is_below { beside.width() } else { beside.width() - wide - gap };
    let note_is_below = note > 0.0 && name.size().x + gap + note > room;
    let mut foot = line;
    if is_below || note_is_below {
        foot = line.translate(vec2(0.0, HEAD));
    }
    let mut right = ui.new_child(
        UiBuilder::new()
            .max_rect(if is_below { foot } else { beside })
            .layout(Layout::right_to_left(Align::Center))
            .id_salt("right"),
    );
    right.spacing_mut().item_spacing.x = UNIT;
    let (mut share, mut pressed) = (None, Pressed::Nothing);
    match standing {
        Some(Standing::Working(done)) => {
            share = Some(*done);
            if right.add(Button::new("Stop").small()).clicked() {
                pressed = Pressed::Stop;
            }
            right.label(
                RichText::new(format!("{:.0}{}%", 100.0 * done, number::THIN)).color(palette.quiet),
            );
        }
        Some(Standing::Stopped) => {
            if right.add(Button::new("Measure").small()).clicked() {
                pressed = Pressed::Measure;
            }
        }
        Some(Standing::Done | Standing::Failed(_)) | None => {}
    }
    add(&mut right);
    let used = right.min_rect();
    if (used.width() - wide).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, used.width()));
        ui.ctx().request_repaint();
    }
    // What the buttons leave: the note is cut short rather than covered.
    let left_of = |line: Rect, end: f32| line.with_max_x((end - UNIT).max(line.min.x));
    let layout = Layout::left_to_right(Align::Center);
    let first = left_of(line, if is_below { beside.max.x } else { used.min.x });
    let mut left = ui.new_child(UiBuilder::new().max_rect(first).layout(layout));
    let name = left.label(name).on_hover_text(head.about);
    name.widget_info(|| WidgetInfo::labeled(Role::Label, true, head.title));
    if note_is_below {
        let second = left_of(foot, if is_below { used.min.x } else { foot.max.x });
        let place = UiBuilder::new().max_rect(second).layout(layout).id_salt("note");
        left = ui.new_child(place);
    }
    let note = Label::new(RichText::new(head.note).color(palette.quiet)).truncate();
    left.add(note).on_hover_text(head.about);
    let below = foot.bottom() + UNIT / 2.0;
    let track = [pos2(rect.left(), below), pos2(rect.right(), below)];
    ui.painter().line_segment(track, Stroke::new(1.0, palette.line));
    if let Some(share) = share {
        let end = pos2(rect.left() + share as f32 * rect.width(), below);
        ui.painter().line_segment([track[0], end], Stroke::new(2.0, palette.now));
    }
    (Rect::from_min_max(pos2(rect.left(), below + 3.0 * UNIT), rect.max), pressed)
}

/// Says why a card is empty; whether it is.
pub fn say_if_empty<Q: Ask>(
    ui: &Ui,
    rect: Rect,
    palette: &Palette,
    wish: &Wish<Q>,
    there: bool,
) -> bool {
    match wish.standing() {
        Standing::Failed(reason) => say(ui, rect, palette, reason),
        Standing::Working(_) if !there => say(ui, rect, palette, "Measuring…"),
        Standing::Stopped if !there => say(ui, rect, palette, "Stopped."),
        _ => return !there,
    }
    true
}

/// A child that draws into `rect` and, but for the names of marks on its edges, nowhere else.
pub fn inside<R>(ui: &mut Ui, rect: Rect, salt: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(salt));
    child.set_clip_rect(rect.expand2(vec2(4.0 * UNIT, 2.5 * UNIT)).intersect(ui.clip_rect()));
    add(&mut child)
}

/// Narrower than this, in points, nothing stands side by side where it can stand one above the other.
const LEAST_FOR_TWO: f32 = 440.0;

/// Two rectangles side by side, the first with this share of the width; one above the other where that is too
/// narrow, and high.
pub fn split(rect: Rect, share: f32) -> [Rect; 2] {
    let gap = 4.0 * UNIT;
    if rect.width() < LEAST_FOR_TWO.min(rect.height()) {
        let middle = rect.center().y;
        return [
            Rect::from_min_max(rect.min, pos2(rect.right(), middle - 0.5 * gap)),
            Rect::from_min_max(pos2(rect.left(), middle + 0.5 * gap), rect.max),
        ];
    }
    let middle = rect.left() + share * (rect.width() - gap);
    [
        Rect::from_min_max(rect.min, pos2(middle, rect.bottom())),
        Rect::from_min_max(pos2(middle + gap, rect.top()), rect.max),
    ]
}

/// A card in two halves, side by side, each with its head, the first with the state of the measurement: the answer
/// and what remains below both heads, once there is something to show.
pub fn two_halves<Q: Ask>(
    ui: &mut Ui,
    (rect, share): (Rect, f32),
    palette: &Palette,
    heads: [&Head<'_>; 2],
    wish: &mut Wish<Q>,
    add: impl FnOnce(&mut Ui),
) -> Option<(Arc<Q::Answer>, [Rect; 2])> {
    let [left, right] = split(rect, share);
    let first = head(ui, left, palette, heads[0], wish, add);
    let second = plain_head(ui, right, palette, heads[1], |_| {});
    let answer = wish.latest().cloned();
    if say_if_empty(ui, first, palette, wish, answer.is_some()) {
        return None;
    }
    answer.map(|answer| (answer, [first, second]))
}

/// A switch in the colour of what it shows.
pub fn toggle(ui: &mut Ui, on: &mut bool, name: &str, colour: Color32, palette: &Palette) {
    let ink = if *on { palette.word(colour, palette.selected) } else { palette.quiet };
    let text = RichText::new(name).color(ink);
    if ui.selectable_label(*on, text).clicked() {
        *on = !*on;
    }
}

/// One of a few; whether another was chosen.
pub fn choose<T: Copy + PartialEq>(ui: &mut Ui, chosen: &mut T, options: &[(T, &str)]) -> bool {
    let before = *chosen;
    // The line is laid out from the right.
    for (value, name) in options.iter().rev() {
        if ui.selectable_label(*chosen == *value, *name).clicked() {
            *chosen = *value;
        }
    }
    before != *chosen
}

/// Names curves at their last points, each within the frame and, where there is room, over no other name.
pub fn name_ends(ui: &Ui, frame: Rect, ends: &[(Pos2, &str, Color32)], taken: &[Rect]) {
    let mut taken = taken.to_vec();
    for &(end, name, colour) in ends {
        let font = FontId::proportional(TEXT);
        let galley = ui.painter().layout_no_wrap(name.to_owned(), font, colour);
        let size = galley.size();
        let at = |across: f32, down: f32| {
            let left = if across < 0.0 { end.x - size.x - UNIT } else { end.x + 2.0 * UNIT };
            let top = end.y + down - if down < 0.0 { size.y } else { 0.0 };
            let inside = frame.shrink(UNIT);
            let left = left.clamp(inside.left(), (inside.right() - size.x).max(inside.left()));
            let top = top.clamp(inside.top(), (inside.bottom() - size.y).max(inside.top()));
            Rect::from_min_size(pos2(left, top), size)
        };
        let places = (0..5).flat_map(|k| {
            let far = UNIT + k as f32 * size.y;
            [at(1.0, -0.5 * size.y), at(-1.0, far), at(-1.0, -far), at(1.0, far), at(1.0, -far)]
        });
        let free = |place: &Rect| !taken.iter().any(|other| other.intersects(place.expand(1.0)));
        let first = at(-1.0, UNIT);
        let place = places.into_iter().find(free).unwrap_or(first);
        ui.painter().galley(place.min, galley, colour);
        taken.push(place);
    }
}

/// A logarithmic axis along x: values are exponents of ten.
pub fn log_x<'a>(quantity: &'static str) -> AxisHints<'a> {
    AxisHints::new_x()
        .label(quantity)
        .formatter(|mark, _| number::power_of_ten(mark.value.round() as i32))
}

/// Marks of a logarithmic axis along x, whose names lie side by side.
pub fn log_x_grid(input: &GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let every = (X_MARKS_APART * input.base_step_size).ceil().max(1.0);
    let [first, last] = [(low / every).ceil(), (high / every).floor()].map(|k| k as i64);
    (first..=last).map(|k| GridMark { value: k as f64 * every, step_size: every }).collect()
}

/// The logarithm of a positive number; else not a number.
pub fn log10(value: f64) -> f64 {
    if value > 0.0 { value.log10() } else { f64::NAN }
}

/// The median as a line and the band around it, on a logarithmic axis; gaps where there is none.
pub fn band(
    plot: &mut PlotUi<'_>,
    name: &str,
    colour: Color32,
    (xs, bands): (&[f64], &[Option<Band>]),
    floor: f64,
) {
    let place = |value: f64| if value > 0.0 { value.log10().max(floor) } else { floor };
    let known: Vec<(f64, Band)> =
        xs.iter().zip(bands).filter_map(|(&x, band)| Some((x, (*band)?))).collect();
    if known.is_empty() {
        return;
    }
    let xs: Vec<f64> = known.iter().map(|(x, _)| *x).collect();
    let of = |pick: fn(&Band) -> f64| -> Vec<f64> {
        known.iter().map(|(_, band)| place(pick(band))).collect()
    };
    let (low, high) = (of(|band| band.low), of(|band| band.high));
    let area = FilledArea::new("", &xs, &low, &high).fill_color(colour.gamma_multiply(0.22));
    plot.add(area.allow_hover(false));
    let line: Vec<[f64; 2]> = known.iter().map(|(x, band)| [*x, place(band.median)]).collect();
    plot.line(Line::new(name, line).color(colour).width(1.8));
}

/// A line with dots.
pub fn dotted(plot: &mut PlotUi<'_>, name: &str, colour: Color32, points: &[[f64; 2]]) {
    let seen: Vec<[f64; 2]> =
        points.iter().copied().filter(|point| point.iter().all(|x| x.is_finite())).collect();
    plot.line(Line::new("", seen.clone()).color(colour).width(1.6).allow_hover(false));
    plot.points(Points::new(name, seen).color(colour).radius(3.0));
}

/// Names in their colours, on a line that is laid out from the right.
pub fn names(ui: &mut Ui, palette: &Palette, entries: &[(&str, Color32)]) {
    for (words, colour) in entries.iter().rev() {
        ui.label(RichText::new(*words).color(palette.word(*colour, palette.ground)));
        ui.add_space(UNIT);
    }
}

/// A column of names in their colours at the right; what remains at its left.
pub fn column_of_names(
    ui: &Ui,
    rect: Rect,
    palette: &Palette,
    entries: &[(&str, Color32)],
) -> Rect {
    let left = rect.right() - NAMES;
    for (row, (words, colour)) in entries.iter().enumerate() {
        let at = pos2(left + 2.0 * UNIT, rect.top() + 4.75 * UNIT * row as f32);
        let ink = palette.word(*colour, palette.ground);
        ui.painter().text(at, Align2::LEFT_TOP, words, FontId::proportional(TEXT), ink);
    }
    Rect::from_min_max(rect.min, pos2(left, rect.bottom()))
}

/// A rectangle with words in it that can be clicked; whether it was.
pub fn cell(
    ui: &mut Ui,
    rect: Rect,
    (fill, ink): (Color32, Color32),
    words: &str,
    ring: Option<Color32>,
) -> eframe::egui::Response {
    let id = ui.scope_id().with((rect.min.x.to_bits(), rect.min.y.to_bits()));
    let response = ui.interact(rect, id, Sense::click());
    ui.painter().rect_filled(rect, 2.0, fill);
    let font = FontId::proportional(TEXT);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, words, font, ink);
    if let Some(ring) = ring {
        ui.painter().rect_stroke(rect, 2.0, Stroke::new(2.0, ring), StrokeKind::Inside);
    }
    response
}
