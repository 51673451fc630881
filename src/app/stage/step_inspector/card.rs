//! Words about the step being made, and the buttons that go on and back.

use driftscope_solve::by_hand::AttemptByHand;
use eframe::egui::{
    Align, Button, Frame, Label, Layout, Margin, Rect, RichText, ScrollArea, Stroke, Ui, UiBuilder,
    pos2, vec2,
};

use super::inset;
use super::phase::{Phase, stage_name};
use crate::app::command::{Command, Commands};
use crate::app::commands;
use crate::app::formula::{self, FormulaView};
use crate::app::icon::{Icon, icon_button};
use crate::app::in_sight;
use crate::app::number;
use crate::app::state::{Purpose, State};
use crate::app::theme::{ROW, UNIT, semibold};
use driftscope_study::formula::Sheet;
use driftscope_study::session::InspectedStep;

/// Widest card.
const WIDTH: f32 = 620.0;
/// Height of the card, whatever it says, without its formulas.
const HEIGHT: f32 = 132.0;
/// Width of the count of evaluations.
const NFE_WIDTH: f32 = 44.0 * UNIT;
/// Width of the button of the formulas.
const FORMULA_WIDTH: f32 = 18.0 * UNIT;
/// Height of the formulas, as a share of the plot's, and within which limits.
const FORMULAS: f32 = 0.22;
const LEAST: f32 = 60.0;
const MOST: f32 = 148.0;

/// Height of the card at the foot of a plot of this height; formulas that stand beside the stage do not stand
/// in it as well.
fn height(plot: f32, with_formulas: bool) -> f32 {
    HEIGHT + if with_formulas { (FORMULAS * plot).clamp(LEAST, MOST) } else { 0.0 }
}

/// What of a plot is not covered by the card at its foot.
pub fn above(plot: Rect, with_formulas: bool) -> Rect {
    plot.with_max_y(plot.bottom() - height(plot.height(), with_formulas) - 4.0 * UNIT).shrink(UNIT)
}

/// A frame at the foot of `rect`.
fn frame(ui: &mut Ui, rect: Rect, height: f32, state: &State, add: impl FnOnce(&mut Ui)) {
    let palette = state.palette();
    let width = WIDTH.min(rect.width());
    let min = pos2(rect.center().x - 0.5 * width, rect.bottom() - height);
    let place = Rect::from_min_size(min, vec2(width, height));
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("by hand"));
    Frame::new()
        .fill(palette.panel.gamma_multiply(0.96))
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(6)
        .inner_margin(Margin::symmetric(12, 8))
        .show(&mut child, |ui| {
            ui.set_min_size(vec2(width - 26.0, height - 18.0));
            ui.set_max_width(width - 26.0);
            add(ui);
        });
}

/// A card with nothing but words.
pub fn say(ui: &mut Ui, rect: Rect, state: &State, words: &str, out: &mut Commands) {
    frame(ui, rect, HEIGHT, state, |ui| {
        ui.add(Label::new(words).wrap());
        if ui.button("Leave").clicked() {
            out.push(Command::Inspect(None));
        }
    });
}

/// The card of an attempt.
pub fn ui(
    ui: &mut Ui,
    rect: Rect,
    (state, formulas, sheet): (&State, &mut FormulaView, Option<&Sheet>),
    (place, attempts): (InspectedStep, &[AttemptByHand]),
    [before, after]: [Option<InspectedStep>; 2],
    out: &mut Commands,
) {
    let attempt = &attempts[place.attempt];
    let palette = state.palette();
    let phase = Phase::of(attempt, place.phase);
    let with_formulas = !in_sight::shows_formula(state);
    frame(ui, rect, height(rect.height(), with_formulas), state, |ui| {
        ui.horizontal(|ui| {
            let kind = if attempt.noise.is_some() { "Noisy step" } else { "Attempt" };
            let title = format!("{kind} {} of {}", place.attempt + 1, attempts.len());
            ui.label(RichText::new(title).family(semibold()).color(palette.strong));
            let span = state.recording().map_or_else(String::new, |recording| {
                let [from, to] = [attempt.t, attempt.t + attempt.h]
                    .map(|t| recording.scene.direction.own_time(t));
                format!("t {from:.4} → {to:.4},  h = {}", number::three(attempt.h))
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if state.purpose != Purpose::Figure
                    && icon_button(ui, Icon::Close, "Leave step by step", "Esc", false).clicked()
                {
                    out.push(Command::Inspect(None));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(RichText::new(span).color(palette.quiet)).truncate());
                });
            });
        });
        let room = ui.available_rect_before_wrap();
        let inset_side = room.height().min(76.0);
        let judged =
            attempt.error_ratio.is_finite() && matches!(phase, Phase::Answers | Phase::Verdict);
        let text_width = room.width() - if judged { inset_side + 12.0 } else { 0.0 };
        let words = words(attempt, phase, state, with_formulas);
        let text = Rect::from_min_size(room.min, vec2(text_width, 44.0));
        let mut body = ui.new_child(UiBuilder::new().max_rect(text));
        body.add(Label::new(RichText::new(words).color(palette.text)).wrap());
        if judged {
            let min = pos2(room.right() - inset_side, room.top());
            let square = Rect::from_min_size(min, vec2(inset_side, inset_side));
            inset::draw(ui, square, palette, attempt, state.pane().scene.sampler.norm);
        }
        let shown = Rect::from_min_max(
            pos2(room.left(), body.min_rect().bottom() + 2.0 * UNIT),
            pos2(room.left() + text_width, room.bottom() - ROW - UNIT),
        );
        if let Some(sheet) = sheet.filter(|_| with_formulas) {
            let ink = formula::Ink::of(state, &state.pane().scene);
            let mut child = ui.new_child(UiBuilder::new().max_rect(shown).id_salt("formula"));
            let area = ScrollArea::vertical().id_salt(place.attempt).auto_shrink(false);
            area.show(&mut child, |ui| {
                ui.set_max_width(ui.available_width() - 2.0 * UNIT);
                formulas.short_ui(ui, sheet, ink);
            });
        }
        let foot =
            Rect::from_min_size(pos2(room.left(), room.bottom() - ROW), vec2(text_width, ROW));
        let mut line = ui.new_child(
            UiBuilder::new().max_rect(foot).layout(Layout::left_to_right(Align::Center)),
        );
        line.spacing_mut().item_spacing.x = UNIT;
        // In a picture there is nothing to press.
        if state.purpose != Purpose::Figure {
            let last = attempts.len() - 1;
            let skip = (place.attempt < last)
                .then(|| InspectedStep { attempt: place.attempt + 1, phase: 0 });
            buttons(&mut line, [before, after, skip], out);
        }
        if line.available_width() > FORMULA_WIDTH && state.purpose != Purpose::Figure {
            let open = state.formula.is_open();
            let all = line.add(Button::selectable(open, "Formula"));
            let about = format!("All formulas ({})", commands::FORMULA.shortcut());
            if all.on_hover_text(about).clicked() {
                out.push(Command::ToggleFormula);
            }
        }
        line.add_space(2.0 * UNIT);
        let evaluations = number::count(u64::from(attempt.nfe));
        let noun = number::plural(f64::from(attempt.nfe), "evaluation", "evaluations");
        let nfe = format!("{evaluations} {noun} so far");
        // Where it has no room it is left out: the readout has it.
        if line.available_width() > NFE_WIDTH {
            line.label(RichText::new(nfe).color(palette.quiet));
        }
    });
}

/// One phase back and on, and to the next attempt.
fn buttons(line: &mut Ui, [before, after, skip]: [Option<InspectedStep>; 3], out: &mut Commands) {
    let back = line.add_enabled(before.is_some(), Button::new("Back"));
    if back.on_hover_text("One phase back (←)").clicked() {
        go(before, out);
    }
    let next = line.add_enabled(after.is_some(), Button::new("Next"));
    if next.on_hover_text("One phase on (→)").clicked() {
        go(after, out);
    }
    let skips = line.add_enabled(skip.is_some(), Button::new("Next attempt"));
    if skips.clicked() {
        go(skip, out);
    }
    line.add_space(2.0 * UNIT);
}

/// A command that moves to `place`, or nothing at either end.
fn go(place: Option<InspectedStep>, out: &mut Commands) {
    if let Some(place) = place {
        out.push(Command::Inspect(Some(place)));
    }
}

/// What is seen in this phase.
fn words(attempt: &AttemptByHand, phase: Phase, state: &State, with_formulas: bool) -> String {
    let noisy = attempt.noise.is_some();
    match phase {
        Phase::Start => {
            let scene = &state.pane().scene;
            let how = if noisy { scene.diffusion.scheme.title() } else { scene.sampler.method().title };
            let count = attempt.stages.len();
            let of = |one, many| number::plural(count as f64, one, many);
            let (noun, times) = (of("evaluation", "evaluations"), of("time", "times"));
            let make = of("makes", "make");
            format!("The step starts here. {how} looks at the field {count} {times}: {count} {noun} {make} one step.")
        }
        Phase::Stages(n) => {
            let stage = &attempt.stages[n - 1];
            let name = stage_name(n - 1);
            let [x, y] = stage.slope.map(number::three);
            let field = if noisy { "v + D·s" } else { "v" };
            if with_formulas {
                return format!("{name} is {field} where the dot is.");
            }
            let share = if attempt.h == 0.0 { 0.0 } else { (stage.t - attempt.t) / attempt.h };
            format!("{name} = {field} at t + {}·h, where the dot is: ({x}, {y}).", number::three(share))
        }
        Phase::Answers if noisy => {
            "The drift alone would lead here: h times the weighted mean of the stages.".to_owned()
        }
        Phase::Answers => match attempt.embedded {
            Some(_) if state.pane().scene.doubles_steps() => "The step is made whole and in two halves, which lead to the answer. Their difference over 2^p − 1 is the error estimate; the box is the tolerance.".to_owned(),
            Some(_) => "The stages are combined twice: into the answer and into the embedded answer of another order. Their difference is the error estimate; the box is the tolerance.".to_owned(),
            None => "The stages are combined into the answer. This method has no second one to compare it with.".to_owned(),
        },
        Phase::Verdict if noisy => {
            let [x, y] = attempt.noise.unwrap_or_default().map(number::three);
            format!("Noise moves it on by ({x}, {y}), the increment of its Brownian path times √(2D). Noisy steps are always kept.")
        }
        Phase::Verdict => verdict(attempt, !state.pane().scene.is_adaptive()),
    }
}

fn verdict(attempt: &AttemptByHand, fixed: bool) -> String {
    let ratio = number::three(attempt.error_ratio);
    let next = number::three(attempt.h * attempt.factor);
    let factor = number::three(attempt.factor);
    match (attempt.accepted, attempt.error_ratio.is_nan(), fixed) {
        (true, true, _) => "Kept: the steps are fixed.".to_owned(),
        (true, false, true) => {
            format!("Kept: the steps are fixed. Error / tolerance = {ratio}.")
        }
        (true, false, false) if attempt.error_ratio > 1.0 => {
            format!(
                "Kept although error / tolerance = {ratio} > 1: it is the least step. The next one is {factor} times as long: {next}."
            )
        }
        (true, false, false) => {
            format!(
                "Kept: error / tolerance = {ratio} ≤ 1. The next step is {factor} times as long: {next}."
            )
        }
        (false, ..) => {
            format!(
                "Rejected: error / tolerance = {ratio} > 1. Again from the start, {factor} times as long: {next}."
            )
        }
    }
}
