//! What is known of the lit particle, in every pane.

use eframe::egui::{Frame, Label, Margin, RichText, Stroke, Ui, Vec2, vec2};

use super::moment::{attempt_under_way, keyframe};
use crate::app::command::{Command, Commands};
use crate::app::number;
use crate::app::palette::Palette;
use crate::app::plots::frame::leaving_words;
use crate::app::state::{Purpose, State};
use crate::app::theme::{UNIT, semibold};
use driftscope_study::session::PaneState;

/// Below this width a pane tells the essentials only.
const NARROW: f32 = 330.0;
/// Below this height it does so on one line, which covers less.
const LOW: f32 = 220.0;
/// What a readout takes at most, about.
pub const SIZE: Vec2 = vec2(224.0, 148.0);

/// Draws the readout of the lit particle of a pane of a `size`, if there is one; `upwards` says that `ui` lays
/// things out from its foot.
pub fn ui(
    ui: &mut Ui,
    (state, index): (&State, usize),
    size: Vec2,
    upwards: bool,
    out: &mut Commands,
) {
    let (Some(particle), pane) = (state.lit(), &state.panes()[index]) else { return };
    let Some(lines) = lines(state, pane, particle) else { return };
    let palette = state.palette();
    let pinned = state.pinned() == Some(particle);
    let (narrow, low) = (size.x < NARROW, size.y < LOW);
    let pin = if pinned && !narrow { ", pinned" } else { "" };
    let title = format!("Particle {}{pin}", number::count(particle as u64));
    let title = match lines.first() {
        Some(line) if narrow && low => format!("{title}: {line}"),
        _ => title,
    };
    let mut words = vec![RichText::new(title).family(semibold()).color(palette.strong)];
    let shown = match (narrow, low) {
        (true, true) => 0,
        (true, false) => 1,
        (false, _) => lines.len(),
    };
    words.extend(lines.iter().take(shown).map(|line| RichText::new(line).color(palette.text)));
    let left_at = pane.leaving().filter(|own| own.particle == particle).map(|own| own.t);
    if upwards {
        words.reverse();
    }
    // In a picture there is nothing to press.
    let steps = pinned
        && state.purpose != Purpose::Figure
        && state.selected().min(state.visible().len() - 1) == index;
    Frame::new()
        .fill(palette.panel.gamma_multiply(0.92))
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(6)
        .inner_margin(Margin::symmetric(8, 4))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if steps && upwards {
                button(ui, state, out);
                ui.add_space(UNIT);
            }
            if let (Some(t), true) = (left_at, upwards) {
                leaving(ui, palette, (particle, t));
            }
            for words in words {
                ui.add(Label::new(words).extend());
            }
            if let (Some(t), false) = (left_at, upwards) {
                leaving(ui, palette, (particle, t));
            }
            if steps && !upwards {
                ui.add_space(UNIT);
                button(ui, state, out);
            }
        });
}

/// Says when the particle's steps leave the stability region, in the colour of the mark on its path.
fn leaving(ui: &mut Ui, palette: &Palette, (particle, t): (usize, f64)) {
    let words = RichText::new(format!("left the stable region at t = {t:.3}")).color(palette.alarm);
    let about = format!("The diamond on its path. {}", leaving_words(particle, t));
    ui.add(Label::new(words).extend()).on_hover_text(about);
}

/// Starts and ends stepping through the pinned particle's run.
fn button(ui: &mut Ui, state: &State, out: &mut Commands) {
    let on = state.inspected().is_some();
    let words = if on { "Leave step by step" } else { "Step by step" };
    let about =
        "Watch the solver make the steps of this particle: stages, answers, error and verdict.";
    if ui.button(words).on_hover_text(about).clicked() {
        out.push(Command::Inspect((!on).then(|| attempt_under_way(state))));
    }
}

/// The most important first.
fn lines(state: &State, pane: &PaneState, particle: usize) -> Option<Vec<String>> {
    let recording = pane.recording()?;
    let counts = recording.counts_of(particle)?;
    let whole = |value: u32, one, many| {
        let noun = number::plural(f64::from(value), one, many);
        format!("{} {noun}", number::count(u64::from(value)))
    };
    let steps = whole(counts.accepted, "step", "steps");
    let rejected = number::count(u64::from(counts.rejected));
    let mut lines = vec![
        whole(counts.nfe, "evaluation", "evaluations"),
        format!("{steps}, {rejected} rejected"),
    ];
    // Steps of fixed sizes are held against no tolerance.
    if recording.scene.is_adaptive() && counts.largest_error.is_finite() {
        let error = number::three(f64::from(counts.largest_error));
        lines.push(format!("largest accepted error / tolerance {error}"));
    }
    if let Some(at) = recording.at_keyframe(particle, keyframe(state, recording)) {
        let [x, y] = at.map(number::three);
        lines.push(format!("at ({x}, {y})"));
    }
    if let Some(reference) = &pane.reference
        && let (Some(end), Some(wanted)) =
            (recording.ends().nth(particle), reference.ends().nth(particle))
    {
        let distance = (end[0] - wanted[0]).hypot(end[1] - wanted[1]);
        lines.push(format!("{} from the reference at the end", number::three(distance)));
    }
    Some(lines)
}
